"""A case is moved to another policy: told as stories, with the words that a person reads."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dunning import facts as f
from dunning.admit import NotPossible
from dunning.adopting import Move, admit_move, foresee
from dunning.apply import apply
from dunning.case import Case, Debtor, Invoice
from dunning.decide import settle
from dunning.decision import Perform, Wait
from dunning.money import Money
from dunning.policy import Policy
from dunning.simulate import Happening, simulate
from dunning.terms import DebtorKind
from tests.durable import message, policy

DUE = date(2026, 3, 2)
NOTICE = message("notice", 40, letter="formal-notice", tone="formal", pay_within={"days": 8}, approval="required")
OLD = policy(message("first", 1), message("second", 10), message("third", 30), NOTICE)


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{hour:02}:00:00+00:00").astimezone(UTC)


def case(day: str, *acts: f.Fact, used: Policy = OLD) -> Case:
    """The case of 1000 EUR due on 2 March as it is on the day, after these acts."""
    money = Money.parse("1000 EUR")
    invoice = Invoice(number="F1", issue_date=date(2026, 2, 1), due_date=DUE, amount=money)
    debtor = Debtor(id="D1", kind=DebtorKind.business, country="FR")
    new = Case(id="F1", policy="test", policy_hash="old", invoice=invoice, debtor=debtor, added_at=at("02-20"))
    return simulate(used, new, [Happening(fact.at, fact=fact) for fact in acts], at(day)).case


def move(known: Case, new: Policy, day: str, used: Policy = OLD, **answers: Any) -> Move:
    """What marie's move on the day does, with these answers."""
    told: dict[str, Any] = {"policy": new.policy, "policy_hash": "new", "answers": f.MoveAnswers(**answers)}
    return foresee(used, new, known, f.PolicyChanged(id="m1", at=at(day), by="marie", **told))


def told(found: Move) -> str:
    """The class, the step and the day that come next."""
    after = found.after
    day = f" {after.until:%m-%d}" if isinstance(after, Wait) else ""
    return f"{found.kind} {getattr(after, 'step', None)}{day}"


def test_a_longer_course_comes_later_and_a_shorter_one_never_at_once() -> None:
    """On 20 March `third` waits for 1 April: at 50 days it comes later; at 12 days, long past, on the day after."""
    known = case("03-20")
    slow = policy(message("first", 1), message("second", 10), message("third", 50))
    fast = policy(message("first", 1), message("second", 10), message("third", 12))
    assert told(move(known, slow, "03-20")) == "later third 04-20"
    found = move(known, fast, "03-20")
    assert told(found) == "earlier third 03-20"  # the first moment of 21 March in Paris
    assert found.after is not None
    assert found.after.because.code == "floor_moved"
    assert "nothing goes out on the day of a move" in found.why.text("en")
    assert "rien ne part le jour" in found.why.text("fr")


def test_the_time_that_remains_is_kept() -> None:
    """`--time kept`: `third` was to come on 1 April, and does, whatever the new policy's own day is."""
    for days in (12, 50):
        new = policy(message("first", 1), message("second", 10), message("last", days))
        found = move(case("03-20"), new, "03-20", time="kept")
        assert told(found) == "other_step last 03-31"
        assert "time that remained was kept" in found.why.text("en")


def test_after_the_step_whose_moment_was_kept_the_new_days_count() -> None:
    """Kept for `third` on 1 April; the step after it comes on the new policy's own day, not at once."""
    new = policy(message("first", 1), message("second", 10), message("third", 12), message("fourth", 60))
    known = case("03-20")
    moved = apply(known, move(known, new, "03-20", time="kept").fact)
    _, _, then = settle(new, moved, at("04-01", 8))
    assert isinstance(then, Perform)
    sent = f.StepPerformed(id="third/1", at=at("04-01", 8), step="third", occurrence=1, channels=("email",))
    _, _, after = settle(new, apply(moved, sent), at("04-01", 9))
    assert isinstance(after, Wait)
    assert (after.step, f"{after.until:%m-%d}") == ("fourth", "04-30")


def test_a_promise_broken_after_the_move_does_not_wait_for_the_moment_that_was_kept() -> None:
    """Kept for 1 April; promised on the 21st for the 23rd and not paid: the next step at once, on the 26th."""
    hasty = OLD.model_dump(mode="json", exclude_none=True)
    hasty["after"]["broken_promise"] = {"then": "next_step_now", "grace": {"days": 2}}
    hasty["steps"][2]["day"]["days"] = 50
    new, known = Policy.model_validate(hasty), case("03-20")
    moved = apply(known, move(known, new, "03-20", time="kept").fact)
    promised = apply(moved, f.PromiseMade(**ACT, at=at("03-21"), promised_for=date(2026, 3, 23)))
    _, _, then = settle(new, promised, at("03-26"))
    assert isinstance(then, Perform)
    assert then.step == "third"


def test_a_mended_comma_changes_nothing() -> None:
    """Only a letter's text differs: the case waits for the same step, and its record has not a word more."""
    known = case("03-20")
    found = move(known, OLD, "03-20")
    assert (found.kind, found.fact.effect) == ("unchanged", f.MoveEffect())
    moved = apply(known, found.fact)
    assert moved == known.model_copy(update={"policy_hash": "new", "seen": moved.seen, "seq": known.seq + 1})


def test_a_step_sent_under_another_name_is_not_sent_again() -> None:
    """`second` is called `reminder-2` now: a person must say so; then it is behind, with the deadline it gave."""
    used = policy(message("first", 1), message("second", 10, pay_within={"days": 30}), message("third", 12))
    new = policy(message("first", 1), message("reminder-2", 10), message("third", 12))
    known = case("03-20", used=used)
    lost = move(known, new, "03-20", used)
    assert lost.kind == "decision"
    assert str(lost.why) == "test has no step second, which the case has behind it: say which step of test it is."
    found = move(known, new, "03-20", used, renamed={"second": "reminder-2", "elsewhere": "first"})
    assert told(found) == "unchanged third 04-11"
    moved = apply(known, found.fact)
    assert moved.steps[:2] == known.steps
    assert [(r.step, r.done, r.why, r.deadline) for r in moved.steps[2:]] == [
        ("reminder-2", False, "went_under", date(2026, 4, 11))
    ]
    assert moved.next_occurrence("second") == 2, "a bounce of the old letter would be taken for one that never went out"


def test_a_milder_step_that_never_went_out_is_left_out_or_walked_only_when_said() -> None:
    """The new policy puts `friendly` before `second`, which went out: leave it out, and say why, or send it next."""
    new = policy(message("first", 1), message("friendly", 5), message("second", 10), message("third", 30))
    known = case("03-20")
    asked = move(known, new, "03-20")
    assert asked.kind == "decision"
    assert "before second what never went out: friendly" in str(asked.why)
    left = move(known, new, "03-20", missing="leave_out", reason="too late for it")
    assert told(left) == "unchanged third 03-31"
    record = apply(known, left.fact).steps[-1]
    assert (record.step, record.done, record.why) == ("friendly", False, "left_out_by_move")
    assert (record.words["by"], record.words["reason"]) == ("marie", "too late for it")
    walked = move(known, new, "03-20", missing="walk")
    assert told(walked) == "earlier friendly 03-20"
    moved = apply(known, walked.fact)
    sent = f.StepPerformed(id="friendly/1", at=at("03-21"), step="friendly", occurrence=1, channels=("email",))
    _, _, then = settle(new, apply(moved, sent), at("03-21"))
    assert (then.do, getattr(then, "step", "")) == ("wait", "third")


def test_a_milder_step_that_the_policy_itself_would_leave_out_needs_no_decision() -> None:
    """A note before the due date is added to the policy: for cases past it the policy's own condition leaves it out."""
    note = message("note", 0, when={"days_past_due": {"below": 1}})
    new = policy(note, *(step.model_dump(mode="json", exclude_none=True) for step in OLD.steps))
    found = move(case("03-20"), new, "03-20")
    assert found.kind == "unchanged"
    assert found.fact.effect.left_out == {"note": "left_out_by_rule"}


def test_a_step_that_is_done_is_not_repeated_because_the_new_policy_repeats_it() -> None:
    """`second` went out once and was done with; the new policy says three times: the case goes on to `third`."""
    again = message("second", 10, repeat={"times": 3, "every": {"days": 2}})
    found = move(case("03-20"), policy(message("first", 1), again, message("third", 30)), "03-20")
    assert told(found) == "unchanged third 03-31"
    assert found.fact.effect.left_out == {"second": "not_again_by_move"}


def test_a_formal_notice_never_comes_at_once_by_a_move() -> None:
    """The new policy wants the notice on day 11: on 20 March that would be tomorrow, so a person must decide."""
    soon = {**NOTICE, "day": {"after": "due_date", "days": 11}}
    found = move(case("03-20"), policy(message("first", 1), message("second", 10), soon), "03-20")
    assert (found.kind, found.why.code) == ("decision", "move_formal")
    assert found.why.words["day"] == "2026-03-21"  # midnight in Paris, which is still the 20th in London


ACT: dict[str, Any] = {"id": "A1", "by": "marie"}
CALL = {"step": "call", "day": {"after": "due_date", "days": 10}, "call": {"attempts": 2}}
CALLED = policy(message("first", 1), CALL, message("third", 30))
CONSUMERS = {"debtor": ["consumer"], "currency": ["EUR"]}
SHORT = policy(message("first", 1), message("second", 10))
SLOW = policy(message("first", 1), message("second", 20), message("third", 30), NOTICE)
HELD = f.HoldPlaced(**ACT, at=at("03-13"), reason="talks")


REPEATED = f.StepRepeated(**ACT, at=at("03-12", 10), step="second")
REFUSED = f.StepRefused(**ACT, at=at("04-15"), step="notice", reason="no")
LENIENT = policy(message("first", 1), message("second", 10), message("third", 30), tolerance="2000 EUR")


@pytest.mark.parametrize(
    ("code", "day", "acts", "used", "new"),
    [
        ("move_approval", "04-20", [], OLD, SLOW),
        ("move_call", "03-13", [], CALLED, CALLED),
        ("move_again", "03-12", [REPEATED], OLD, SLOW),
        ("move_question", "04-20", [REFUSED], OLD, SLOW),
        ("move_not_taken", "03-20", [], OLD, policy(message("first", 1), message("second", 10), takes=CONSUMERS)),
        ("move_at_end", "03-20", [], OLD, SHORT),
        ("move_closes", "03-20", [], OLD, LENIENT),
    ],
)
def test_what_only_a_person_can_decide_is_left_to_a_person(
    code: str, day: str, acts: list[f.Fact], used: Policy, new: Policy
) -> None:
    """A person is waited for or wants something, the policy takes no such invoice, has no step left, or would close."""
    found = move(case(day, *acts, used=used), new, day, used)
    assert found.kind == "decision"
    assert found.why.code == code
    assert found.why.text("fr") != found.why.text("en")


def test_what_is_approved_goes_out_before_the_case_is_moved() -> None:
    """The notice was approved on 20 April and has not left yet: the move would pull it from under the approval."""
    known = apply(case("04-20"), f.StepApproved(**ACT, at=at("04-20"), step="notice"))
    assert move(known, SLOW, "04-20").why.code == "move_approved"


def test_a_promise_that_the_new_policy_would_call_broken_is_left_to_a_person() -> None:
    """Promised for 10 March with ten days of grace: on the 15th a policy with two would break the promise."""
    patient = OLD.model_dump(mode="json", exclude_none=True)
    patient["after"]["broken_promise"] = {"then": "continue", "grace": {"days": 10}}
    used = Policy.model_validate(patient)
    known = case("03-15", f.PromiseMade(**ACT, at=at("03-05"), promised_for=date(2026, 3, 10)), used=used)
    assert move(known, OLD, "03-15", used).why.code == "move_breaks"


def test_a_case_on_hold_stays_on_hold() -> None:
    """On hold since 13 March: the move changes nothing about that, and a release lets the new policy go on."""
    found = move(case("03-20", HELD), SLOW, "03-20")
    assert found.kind == "unchanged"


def test_work_that_a_move_lays_aside_is_asked_for_anew_when_it_comes_again() -> None:
    """A hold of 13 March was to be looked at on 12 April; moved on the 13th it is on 12 May, under a key of its own.

    The act closes the task of April; the ledger never opens a key again, so the old one would leave the case silent.
    """
    patient = OLD.model_dump(mode="json", exclude_none=True)
    patient["after"]["hold"] = {"review_after": {"days": 60}}
    new, known = Policy.model_validate(patient), case("04-13", HELD)
    found = move(known, new, "04-13")
    before, moved = found.before, apply(known, found.fact)
    asked = settle(new, moved, at("05-13"))[2]
    assert (before.do, found.kind, asked.do) == ("ask", "earlier", "ask")
    assert {task.key for task in before.tasks}.isdisjoint(task.key for task in asked.tasks)


def test_a_person_may_move_what_the_policy_would_not_take() -> None:
    """`--not-taken move`: marie knows better than the policy's `takes`."""
    new = policy(*(step.model_dump(mode="json", exclude_none=True) for step in OLD.steps), takes=CONSUMERS)
    assert move(case("03-20"), new, "03-20", not_taken="move").kind == "unchanged"


def test_a_letter_that_cannot_be_written_is_what_a_move_may_mend() -> None:
    """The text of `second` was unusable; the mended policy is what the question asks for: the case may move to it."""
    blocked = f.StepBlocked(**ACT, at=at("03-13"), step="second", occurrence=1, why="letter_unusable")
    known = apply(case("03-10"), blocked)
    assert move(known, OLD, "03-14").kind == "unchanged"
    assert move(known, policy(message("first", 1)), "03-14").why.code == "move_question"


def test_what_was_planned_on_an_older_state_is_refused() -> None:
    """A payment of 13 March came between plan and move: the move made for the case as it was is refused."""
    known = case("03-20")
    wanted = f.PolicyChanged(id="m1", at=at("03-20"), policy="test", policy_hash="new", expects=known.seq - 1)
    with pytest.raises(NotPossible, match="changed since the plan"):
        admit_move(OLD, SLOW, known, wanted)
    effect = f.MoveEffect(walks=("notice",))
    forged = wanted.model_copy(update={"expects": known.seq, "effect": effect})
    assert admit_move(OLD, SLOW, known, forged).effect == f.MoveEffect(), "what follows is never told from outside"


def test_a_case_that_follows_the_text_already_is_not_moved_again() -> None:
    """The second of two moves to the same text says so."""
    known = case("03-20")
    moved = apply(known, move(known, SLOW, "03-20").fact)
    assert move(moved, SLOW, "03-21", SLOW).why.code == "move_already"
