"""Every kind of case that trouble makes: no address, garbage, outages, stops; for later releases to read."""

from __future__ import annotations

from aiosmtpd.controller import Controller
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from activities.brake import Brake, Clocks, Limits
from ledger.sending import Act, resume_sending, stop_sending
from tests.durable import policy
from tests.mail_server import Postmaster
from tests.ports import HOST, free_port
from tests.recorded_kinds import FIRST, SECOND, euros, fact, kind, paid
from tests.recording_room import Teller, moment


@kind
async def no_address_then_corrected(t: Teller) -> None:
    """There is no e-mail address on 9 March; it is written down on the 11th and the reminder goes out."""
    t.owner(email="")
    await t.begin(policy(FIRST))
    await t.until("2026-03-11 09:00")
    t.owner()
    await t.tell("2026-03-11 10:00", fact("ContactChanged", "K1"))
    await t.until("2026-03-13 10:00")
    await t.end()


@kind
async def bounced(t: Teller) -> None:
    """The e-mail of 9 March bounces; the address is corrected and it goes out again."""
    await t.begin(policy(FIRST, SECOND))
    key = f"{t.case_id}/first/1/email"
    await t.tell("2026-03-10 10:00", fact("DeliveryReported", "B1", delivery=key, result="bounced"))
    await t.tell("2026-03-11 10:00", fact("ContactChanged", "K1"))
    await t.until("2026-03-13 10:00")
    await t.end()


@kind
async def books_corrected(t: Teller) -> None:
    """The invoice is 800 euros and due on 20 March, say the books on the 5th."""
    await t.begin(policy(FIRST))
    await t.tell("2026-03-05 10:00", fact("InvoiceChanged", "B1", amount=euros(800), due_date="2026-03-20"))
    await t.until("2026-03-25 10:00")
    await t.end()


@kind
async def reversed_while_open(t: Teller) -> None:
    """600 euros come and are taken back; the policy asks a person."""
    after = policy(FIRST).after.model_dump() | {"reversed_payment": {"then": "ask"}}
    await t.begin(policy(FIRST, SECOND, after=after))
    await t.tell("2026-03-12 10:00", paid("P1", 600))
    await t.tell("2026-03-14 10:00", fact("PaymentReversed", "R1", payment_id="P1"))
    await t.act("2026-03-15 10:00", fact("HoldReleased", "A1"))
    await t.until("2026-03-25 10:00")
    await t.end()


def _raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


@kind
async def garbage_signalled(t: Teller) -> None:
    """Bytes, half a character, nesting without end, null and nonsense: tasks for a person, who settles one."""
    await t.begin(policy(FIRST))
    garbage = (_raw(bytes(range(256)), b"binary/plain"), _raw(b'"\\ud800"'), _raw(b"[" * 5000), None, "words")
    await t.tell("2026-03-05 10:00", *garbage, {"fact": "Nothing"}, {"fact": "PaymentReceived"})
    problem = (await t.state())["case"]["problems"][0]["key"]
    await t.tell("2026-03-06 10:00", fact("ProblemSettled", "S1", problem=problem, result="looked at"))
    await t.until("2026-03-12 10:00")
    await t.end()


@kind
async def signalled_under_a_wrong_name(t: Teller) -> None:
    """A webhook signals `payment` instead of `fact`: the money counts."""
    await t.begin(policy(FIRST))
    await t.tell("2026-03-05 10:00", paid("P1", 1000, "2026-03-05"), name="payment")
    await t.closed()


@kind
async def told_twice_and_in_the_wrong_order(t: Teller) -> None:
    """The reversal comes before its payment, and the payment twice."""
    await t.begin(policy(FIRST))
    await t.tell("2026-03-05 10:00", fact("PaymentReversed", "R1", payment_id="P1"), paid("P1", 1000), paid("P1", 1000))
    await t.until("2026-03-12 10:00")
    await t.end()


@kind
async def unknown_outcome_settled_by_a_person(t: Teller) -> None:
    """The mail server vanishes after it took the letter: nobody knows; marie says it arrived and skips the step."""
    controller = Controller(Postmaster(goes_away="after data"), hostname=HOST, port=free_port())
    controller.start()
    try:
        t.room.use_mail_server(controller.port)
        await t.begin(policy(FIRST, SECOND))
        await t.until("2026-03-10 10:00")
        assert (await t.state())["decision"]["because"]["code"] == "outcome_unknown"
        await t.act("2026-03-11 10:00", fact("StepSkipped", "A1", step="first", words={"reason": "it arrived"}))
    finally:
        controller.stop()
    await t.until("2026-03-12 10:00")
    await t.end()


@kind
async def technical_failure_then_success(t: Teller) -> None:
    """No mail server for fifteen minutes on 9 March; the next try is a decision and goes out."""
    port = free_port()
    t.room.use_mail_server(port)
    await t.begin(policy(FIRST, SECOND), "2026-03-09 09:00")
    await t.room.wait_for_tries(t.case_id, 1)
    await t.pass_time("2026-03-09 09:30")
    assert (await t.state())["decision"]["because"]["code"] == "floor_retry"
    controller = Controller(Postmaster(), hostname=HOST, port=port)
    controller.start()
    try:
        await t.until("2026-03-10 10:00")
    finally:
        controller.stop()
    await t.end()


@kind
async def payment_while_a_step_is_tried(t: Teller) -> None:
    """No mail server on 9 March; the money comes between two tries: no further one is made."""
    t.room.use_mail_server(free_port())
    await t.begin(policy(FIRST), "2026-03-09 09:00")
    await t.room.wait_for_tries(t.case_id, 1)
    await t.handle.signal("fact", paid("P1", 1000))
    await t.closed()


@kind
async def payment_while_a_letter_goes_out(t: Teller) -> None:
    """The mail server keeps silent after it took the letter; the money comes in that moment: the try is called off."""
    controller = Controller(Postmaster(goes_away="silent"), hostname=HOST, port=free_port())
    controller.start()
    try:
        t.room.use_mail_server(controller.port)
        await t.begin(policy(FIRST), "2026-03-09 09:00")
        await t.room.wait_for_tries(t.case_id, 1)
        await t.handle.signal("fact", paid("P1", 1000))
        await t.closed()
    finally:
        controller.stop()


@kind
async def ledger_away(t: Teller) -> None:
    """The ledger is away when the case begins and when 400 euros come: asked again until it is back."""
    t.clock.away = True
    await t.begin(policy(FIRST))
    await t.until("2026-03-05 10:00")
    t.clock.away = True
    await t.handle.signal("fact", paid("P1", 400, "2026-03-05"))
    await t.until("2026-03-12 10:00")
    await t.end()


@kind
async def sending_stopped_and_resumed(t: Teller) -> None:
    """anne stops all sending before the reminder is due; ten minutes later she lets it go on."""
    now, day = moment("2026-03-09 09:00"), Limits().day(moment("2026-03-09 09:00"))
    t.room.activities.braked(Brake(t.room.ledger, Limits(), Clocks(lambda: now, lambda: 0.0)))
    with t.room.ledger.write() as db:
        stop_sending(db, Act(now, "by_hand", "anne", "a wrong letter"), "Sending is stopped")
    await t.begin(policy(FIRST), "2026-03-09 09:00")
    await t.settled()
    assert (await t.state())["decision"]["because"]["code"] == "sending_stopped"
    with t.room.ledger.write() as db:
        resume_sending(db, Act(now, "by_hand", "anne", "mended"), day)
    await t.tell("2026-03-09 09:10", fact("SendingResumed", "S1"))
    await t.until("2026-03-10 10:00")
    await t.end()


async def continued_as_new_with_a_full_inbox(t: Teller) -> None:
    """Over a weekend without a worker 60 payments of 10 euros come; the first run ends with all in its inbox."""
    many = [paid(f"P{number}", 10, "2026-03-07") for number in range(60)]
    await t.begin(policy(FIRST), early=[*many, fact("DisputeOpened", "L1", reason="never ordered", amount=euros(50))])
    await t.settled()
    await t.end(first=True)
    await t.until("2026-03-12 10:00")
    await t.end()


kind(continued_as_new_with_a_full_inbox, short_runs=True)
