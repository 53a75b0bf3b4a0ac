"""Every kind of case that people and money make, each told once in the shortest way, for later releases to read."""

from __future__ import annotations

from datetime import date
from typing import Any

from dunning.case import Debtor
from dunning.opening import Past, taken_over
from dunning.terms import DebtorKind
from tests.durable import message, policy
from tests.recorded_kinds import APPROVED, CALL, FIRST, NOTICE, SECOND, THIRD, euros, fact, fork, kind, paid
from tests.recording_room import Teller


@kind
async def paid_before_the_first_step(t: Teller) -> None:
    """Paid on 5 March, before the due date: nothing ever goes out."""
    await t.begin(policy(FIRST, SECOND))
    await t.tell("2026-03-05 10:00", paid("P1", 1000, "2026-03-05"))
    await t.closed()


@kind
async def paid_in_parts(t: Teller) -> None:
    """400 of 1,000 euros come after the first reminder, the rest after the second."""
    await t.begin(policy(FIRST, SECOND))
    await t.tell("2026-03-12 10:00", paid("P1", 400))
    await t.tell("2026-03-25 10:00", paid("P2", 600))
    await t.closed()


@kind
async def whole_course_to_the_injunction(t: Teller) -> None:
    """Reminder, second reminder, formal notice and the file for the court; then nobody moves."""
    await t.begin(policy(FIRST, SECOND, NOTICE, fork("injunction")))
    await t.until("2026-05-01 10:00")
    await t.end()


@kind
async def whole_course_to_the_agency(t: Teller) -> None:
    """Reminder, formal notice, agency; the agency collects and the case closes in June."""
    await t.begin(policy(FIRST, NOTICE, fork("agency")))
    await t.until("2026-04-20 10:00")
    await t.tell("2026-06-01 10:00", paid("P1", 1000, "2026-06-01"))
    await t.closed()


@kind
async def recalled_from_the_lawyer(t: Teller) -> None:
    """Handed to the lawyer on 14 March, recalled on the 20th; the last letter follows."""
    await t.begin(policy(fork("lawyer", 5), THIRD))
    await t.act("2026-03-20 10:00", fact("StepSkipped", "A1", step="out", words={"reason": "recalled"}))
    await t.until("2026-04-20 10:00")
    await t.end()


@kind
async def route_chosen_by_a_person(t: Teller) -> None:
    """The fork asks on 14 March; marie chooses the agency on the 16th."""
    await t.begin(policy(fork("ask", 5)))
    await t.act("2026-03-16 10:00", fact("StepApproved", "A1", step="out", route="agency"))
    await t.until("2026-03-18 10:00")
    await t.end()


@kind
async def dispute_upheld(t: Teller) -> None:
    """Disputed before the reminder, upheld, and settled by a credit note: closed as credited."""
    await t.begin(policy(FIRST))
    await t.tell("2026-03-06 10:00", fact("DisputeOpened", "L1", reason="never delivered"))
    await t.tell("2026-03-16 10:00", fact("DisputeResolved", "R1", dispute_id="L1", outcome="upheld"))
    note = fact("CreditNoteIssued", "C1", amount=euros(1000), issued_on="2026-03-17", dispute_id="L1")
    await t.tell("2026-03-17 10:00", note)
    await t.closed()


@kind
async def dispute_rejected(t: Teller) -> None:
    """Disputed on 6 March, rejected on the 16th: the reminder goes out after all."""
    await t.begin(policy(FIRST))
    await t.tell("2026-03-06 10:00", fact("DisputeOpened", "L1", reason="too late"))
    await t.tell("2026-03-16 10:00", fact("DisputeResolved", "R1", dispute_id="L1", outcome="rejected"))
    await t.until("2026-03-30 10:00")
    await t.end()


@kind
async def dispute_on_a_part_partly_upheld(t: Teller) -> None:
    """300 euros are disputed while the rest is chased; 100 are upheld and credited."""
    await t.begin(policy(FIRST, SECOND))
    await t.tell("2026-03-06 10:00", fact("DisputeOpened", "L1", reason="scratches", amount=euros(300)))
    resolved = fact("DisputeResolved", "R1", dispute_id="L1", outcome="partly", upheld=euros(100))
    await t.tell("2026-03-12 10:00", resolved)
    note = fact("CreditNoteIssued", "C1", amount=euros(100), issued_on="2026-03-13", dispute_id="L1")
    await t.tell("2026-03-13 10:00", note)
    await t.until("2026-03-25 10:00")
    await t.end()


@kind
async def promise_kept(t: Teller) -> None:
    """Promised for 20 March and paid on the 18th."""
    await t.begin(policy(FIRST, SECOND))
    await t.act("2026-03-11 10:00", fact("PromiseMade", "A1", promised_for="2026-03-20", amount=euros(500)))
    await t.tell("2026-03-18 10:00", paid("P1", 500))
    await t.until("2026-03-25 10:00")
    await t.end()


@kind
async def promise_broken(t: Teller) -> None:
    """Promised for 14 March; nothing came; the policy asks a person, who lets it go on."""
    after = policy(FIRST).after.model_dump() | {"broken_promise": {"then": "ask", "grace": {"days": 2}}}
    await t.begin(policy(FIRST, SECOND, after=after))
    await t.act("2026-03-11 10:00", fact("PromiseMade", "A1", promised_for="2026-03-14"))
    await t.act("2026-03-18 10:00", fact("HoldReleased", "A2", reason="chase again"))
    await t.until("2026-03-25 10:00")
    await t.end()


def _plan(number: str) -> dict[str, Any]:
    parts = [{"due": f"2026-0{month}-15", "amount": euros(500)} for month in (3, 4)]
    return fact("PlanAgreed", number, instalments=parts)


@kind
async def plan_kept(t: Teller) -> None:
    """Two instalments of 500 euros, both paid in time."""
    await t.begin(policy(FIRST))
    await t.act("2026-03-10 10:00", _plan("A1"))
    await t.tell("2026-03-14 10:00", paid("P1", 500))
    await t.tell("2026-04-14 10:00", paid("P2", 500, "2026-04-14"))
    await t.closed()


@kind
async def plan_defaulted(t: Teller) -> None:
    """The second instalment does not come: the second reminder goes out at once."""
    after = policy(FIRST).after.model_dump() | {"defaulted_plan": {"then": "next_step_now", "grace": {"days": 2}}}
    await t.begin(policy(FIRST, SECOND, after=after))
    await t.act("2026-03-10 10:00", _plan("A1"))
    await t.tell("2026-03-14 10:00", paid("P1", 500))
    await t.until("2026-04-25 10:00")
    await t.end()


@kind
async def hold_and_release(t: Teller) -> None:
    """Held without an end on 5 March, asked about, released on 20 April."""
    await t.begin(policy(FIRST))
    await t.act("2026-03-05 10:00", fact("HoldPlaced", "A1", reason="talks"))
    await t.act("2026-04-20 10:00", fact("HoldReleased", "A2", reason="talks failed"))
    await t.until("2026-04-22 10:00")
    await t.end()


@kind
async def hold_that_ends_by_itself(t: Teller) -> None:
    """Held until 15 March; the reminder follows on the next day."""
    await t.begin(policy(FIRST))
    await t.act("2026-03-05 10:00", fact("HoldPlaced", "A1", reason="holidays", until="2026-03-15"))
    await t.until("2026-03-20 10:00")
    await t.end()


@kind
async def credit_note_for_all(t: Teller) -> None:
    """The books credit the whole invoice on 12 March."""
    await t.begin(policy(FIRST, SECOND))
    note = fact("CreditNoteIssued", "C1", amount=euros(1000), issued_on="2026-03-12")
    await t.tell("2026-03-12 10:00", note)
    await t.closed()


@kind
async def reversed_after_close(t: Teller) -> None:
    """Paid and closed on 5 March; the cheque bounces on the 20th: a new run sends the reminder."""
    await t.begin(policy(FIRST, SECOND))
    await t.tell("2026-03-05 10:00", paid("P1", 1000, "2026-03-05"))
    await t.closed()
    await t.start("2026-03-20 10:00", fact("PaymentReversed", "R1", payment_id="P1", reason="unpaid cheque"))
    await t.until("2026-04-10 10:00")
    await t.end()


@kind
async def written_off(t: Teller) -> None:
    """marie gives the money up after the first reminder."""
    await t.begin(policy(FIRST, SECOND))
    await t.act("2026-03-12 10:00", fact("CaseWrittenOff", "A1", reason="too small"))
    await t.closed()


@kind
async def withdrawn(t: Teller) -> None:
    """The case is taken out on its first day."""
    await t.begin(policy(FIRST))
    await t.act("2026-03-02 10:00", fact("CaseWithdrawn", "A1", reason="wrong debtor"))
    await t.closed()


@kind
async def insolvent_and_released(t: Teller) -> None:
    """The wrong debtor was reported insolvent; released with a reason, the reminder goes out."""
    await t.begin(policy(FIRST))
    await t.tell("2026-03-05 10:00", fact("DebtorInsolvent", "I1", on="2026-03-04"))
    await t.act("2026-03-12 10:00", fact("HoldReleased", "A1", reason="another company of that name"))
    await t.until("2026-03-14 10:00")
    await t.end()


@kind
async def step_skipped(t: Teller) -> None:
    """marie leaves the first reminder out; the policy itself leaves out the second, whose condition does not hold."""
    small = message("second", 10, when={"outstanding": {"below": "100 EUR"}})
    await t.begin(policy(FIRST, small, THIRD))
    await t.act("2026-03-05 10:00", fact("StepSkipped", "A1", step="first", words={"reason": "told by phone"}))
    await t.until("2026-04-01 10:00")
    await t.end()


@kind
async def step_repeated(t: Teller) -> None:
    """The first reminder goes out, and once more because marie wants it."""
    await t.begin(policy(FIRST, SECOND))
    await t.act("2026-03-12 10:00", fact("StepRepeated", "A1", step="first"))
    await t.until("2026-03-14 10:00")
    await t.end()


@kind
async def moved_to_another_policy(t: Teller) -> None:
    """Moved on 12 March to a policy with a longer second step."""
    await t.begin(policy(FIRST, SECOND))
    gentle = t.keep(policy(FIRST, message("second", 30), policy="gentle"))
    await t.act("2026-03-12 10:00", fact("PolicyChanged", "A1", policy="gentle", policy_hash=gentle))
    await t.until("2026-04-20 10:00")
    await t.end()


@kind
async def moved_with_answers(t: Teller) -> None:
    """The first reminder has another name in the new policy, and a milder note before it is left out, as marie says."""
    await t.begin(policy(FIRST, SECOND))
    steps = (message("note", 1), message("early", 3), message("second", 30))
    gentle = t.keep(policy(*steps, policy="gentle"))
    answers = {"renamed": {"first": "early"}, "missing": "leave_out", "time": "kept", "reason": "new course"}
    moved = fact("PolicyChanged", "A1", policy="gentle", policy_hash=gentle, answers=answers)
    await t.act("2026-03-13 10:00", moved)
    await t.until("2026-04-20 10:00")
    await t.end()


@kind
async def acts_refused(t: Teller) -> None:
    """A promise for a past day, an update under a wrong name, a step that is not there: refused, nothing changed."""
    await t.begin(policy(FIRST))
    assert "is past" in await t.act("2026-03-05 10:00", fact("PromiseMade", "A1", promised_for="2026-03-01"))
    assert "`act`" in await t.act("2026-03-05 11:00", fact("HoldPlaced", "A2", reason="x"), name="hold")
    assert "not the next step" in await t.act("2026-03-05 12:00", fact("StepSkipped", "A3", step="none"))
    await t.until("2026-03-12 10:00")
    await t.end()


@kind
async def approval_refused_and_given(t: Teller) -> None:
    """The notice waits for a person from 14 March; refused on the 15th, approved on the 17th."""
    await t.begin(policy(FIRST, APPROVED))
    await t.act("2026-03-15 10:00", fact("StepRefused", "A1", step="notice", reason="talk to them first"))
    await t.act("2026-03-17 10:00", fact("StepApproved", "A2", step="notice"))
    await t.until("2026-03-19 10:00")
    await t.end()


@kind
async def called_in_vain_then_promised(t: Teller) -> None:
    """Nobody answers on 14 March; on the 16th the debtor promises for the 25th."""
    await t.begin(policy(CALL, THIRD))
    await t.act("2026-03-14 12:00", fact("CallMade", "A1", result="no_answer"))
    made = fact("CallMade", "A2", result="promised", promised_for="2026-03-25", amount=euros(1000))
    await t.act("2026-03-16 12:00", made)
    await t.until("2026-04-10 10:00")
    await t.end()


@kind
async def call_that_tells_a_dispute(t: Teller) -> None:
    """On the phone the debtor says that half of it never came."""
    await t.begin(policy(CALL, THIRD))
    made = fact("CallMade", "A1", result="disputed", amount=euros(500), note="half is missing")
    await t.act("2026-03-14 12:00", made)
    await t.until("2026-04-10 10:00")
    await t.end()


@kind
async def called_at_a_wrong_number(t: Teller) -> None:
    """Opened late, the call is asked for at once; the number is wrong, is corrected, and the debtor is reached."""
    await t.begin(policy(CALL, THIRD), "2026-03-16 09:00")
    await t.act("2026-03-16 12:00", fact("CallMade", "A1", result="wrong_number"))
    await t.tell("2026-03-17 10:00", fact("ContactChanged", "K1"))
    await t.act("2026-03-17 12:00", fact("CallMade", "A2", result="reached"))
    await t.until("2026-04-10 10:00")
    await t.end()


@kind
async def every_channel(t: Teller) -> None:
    """The first reminder goes by e-mail and SMS, the notice by letter and registered letter."""
    both = message("first", 0, channels=["email", "sms"])
    posted = NOTICE | {"channels": ["letter", "registered_letter"]}
    await t.begin(policy(both, posted))
    await t.until("2026-04-10 10:00")
    await t.end()


@kind
async def late_entry_by_age(t: Teller) -> None:
    """Opened on 10 April, a month late: it begins at the second step, never beyond."""
    enters = {"at": "by_age", "never_beyond": "second"}
    await t.begin(policy(FIRST, SECOND, THIRD, enters=enters), "2026-04-10 09:00")
    await t.until("2026-04-20 10:00")
    await t.end()


@kind
async def taken_over_under_way(t: Teller) -> None:
    """The first reminder went out elsewhere on 10 March: the second follows here."""
    used, debtor = policy(FIRST, SECOND), Debtor(id="D", kind=DebtorKind.business, country="FR")
    await t.begin(used, "2026-03-12 09:00", taken_over(used, debtor, Past("first", date(2026, 3, 10))))
    await t.until("2026-03-25 10:00")
    await t.end()
