"""The durable case on the real server under skipped time: what it costs, and what stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from tests.durable import Room, message, policy, room
from tests.ports import free_port
from tests.temporal_env import cost_of, skipping_env

__all__ = ["skipping_env"]
pytestmark = pytest.mark.xdist_group("temporal")


async def _until_asked(room: Room, handle: WorkflowHandle[Any, Any], days: int) -> dict[str, Any]:
    await room.env.fast_forward(handle, timedelta(days=days))
    state: dict[str, Any] = await handle.query("state")
    return state


async def test_an_undisturbed_case_of_five_steps_costs_two_actions_and_eleven_events_a_step(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """Five reminders over two months: at most 2n+2 actions and 11n+8 events, and the case then asks a person."""
    steps = [message(f"step-{n}", n * 10) for n in range(1, 6)]
    async with room(skipping_env, tmp_path, ledger_url) as here:
        handle = await here.start(here.add(policy(*steps), datetime.now(UTC).date()))
        state = await _until_asked(here, handle, 70)
        events, actions = await cost_of(handle)
        assert state["decision"]["do"] == "ask"
        assert [r["step"] for r in state["case"]["steps"]] == [s["step"] for s in steps]
        assert [passed["what"] for passed in await handle.query("timeline")][-1] == "step-5 done (email)"
        assert len(here.outbox) == 5
        assert actions <= 2 * 5 + 2
        assert events <= 11 * 5 + 8


def _payment(number: str, amount: str) -> dict[str, Any]:
    sum_, currency = amount.split()
    money = {"minor": round(float(sum_) * 100), "currency": currency}
    return {"fact": "PaymentReceived", "id": number, "amount": money, "received_on": "2026-11-01"}


async def test_a_payment_shows_at_once_and_ends_the_case_though_it_came_twice(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """Ten days before the first reminder the money comes, told twice: nothing ever goes out."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 10)), datetime.now(UTC).date())
        handle = await here.start(case_id)
        await handle.signal("fact", _payment("P1", "1000.00 EUR"))
        await handle.signal("fact", _payment("P1", "1000.00 EUR"))
        assert (await handle.result())["outcome"] == "paid"
        assert here.outbox == []


async def test_a_partial_payment_goes_on_with_the_balance(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """400 of 1,000 euros came: the reminder asks for 600."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 10)), datetime.now(UTC).date())
        handle = await here.start(case_id)
        await handle.signal("fact", _payment("P1", "400.00 EUR"))
        await _until_asked(here, handle, 12)
        mail = message_from_string((tmp_path / "outbox" / here.outbox[0]).read_text(), policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert "600,00" in text
        assert "1\u00a0000,00" in text


async def test_a_payment_during_an_outage_of_the_mail_server_stops_the_next_try(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """The mail server refuses connections; the money comes between two tries; no third try is made."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        here.use_mail_server(free_port())
        case_id = here.add(policy(message("first", 0)), datetime.now(UTC).date() - timedelta(days=1))
        handle = await here.start(case_id)
        await here.wait_for_tries(case_id, 1)
        await handle.signal("fact", _payment("P1", "1000.00 EUR"))
        assert (await handle.result())["outcome"] == "paid"
        assert here.tries(case_id) <= 2
        assert here.delivery_states(case_id) == ["claimed"]


async def test_after_a_long_outage_of_the_mail_server_the_next_try_is_a_decision_inside_contact_hours(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """Fifteen minutes of tries in vain, then an hour's pause: the case says so and has a timer."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        here.use_mail_server(free_port())
        handle = await here.start(here.add(policy(message("first", 0)), datetime.now(UTC).date() - timedelta(days=1)))
        state = await _until_asked(here, handle, 1)
        assert state["decision"]["do"] == "wait"
        assert state["decision"]["because"]["code"] == "floor_retry"
        assert state["case"]["retry"]["tries"] >= 2
        assert "the mail server did not let us in" in state["case"]["retry"]["error"]


async def test_an_act_that_makes_no_sense_is_refused_and_changes_nothing(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """A promise for a day in the past is refused in words; one for next week is taken."""
    today = datetime.now(ZoneInfo("Europe/Paris")).date()  # the debtor's, which begins before UTC's
    async with room(skipping_env, tmp_path, ledger_url) as here:
        handle = await here.start(here.add(policy(message("first", 10)), today))
        await handle.execute_update("act", {"fact": "HoldPlaced", "id": "H1", "reason": "x", "until": str(today)})
        await handle.execute_update("act", {"fact": "HoldReleased", "id": "H2"})
        past = {"fact": "PromiseMade", "id": "A1", "promised_for": str(today - timedelta(days=3))}
        before = await handle.query("state")
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await handle.execute_update("act", past)
        assert "is past" in str(refusal.value.cause)
        assert (await handle.query("state"))["case"] == before["case"]
        good = {"fact": "PromiseMade", "id": "A2", "promised_for": str(today + timedelta(days=7))}
        after = await handle.execute_update("act", good)
        assert after["decision"]["because"]["code"] == "promised"


@pytest.mark.parametrize("nonsense", [None, 7, "words", ["a"], {"fact": "Nothing"}, {"fact": "PaymentReceived"}])
async def test_a_signal_that_makes_no_sense_becomes_a_task_and_stops_nothing(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str, nonsense: object
) -> None:
    """Whatever a machine sends, the case goes on and a person is told."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 10)), datetime.now(UTC).date())
        handle = await here.start(case_id)
        await handle.signal("fact", nonsense)
        await _until_asked(here, handle, 12)
        assert len(here.outbox) == 1
        assert "problem" in here.tasks(case_id)


async def test_a_reversed_payment_reopens_a_closed_case(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """The cheque bounced after the case was closed: a new run picks the case up and the reminder goes out."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 10)), datetime.now(UTC).date())
        handle = await here.start(case_id)
        await handle.signal("fact", _payment("P1", "1000.00 EUR"))
        await handle.result()
        back = {"fact": "PaymentReversed", "id": "R1", "payment_id": "P1", "reason": "unpaid cheque"}
        again = await here.start(case_id, signal=back)
        state = await _until_asked(here, again, 12)
        assert [r["step"] for r in state["case"]["steps"]] == ["first"]
        assert len(here.outbox) == 1


async def test_a_case_of_many_facts_continues_as_new_and_loses_none(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """Three hundred payments of one euro in a row over runs kept short: each is counted once."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 10)), datetime.now(UTC).date())
        handle = await here.start(case_id)
        for number in range(300):
            await handle.signal("fact", _payment(f"P{number}", "1.00 EUR"))
        await _until_asked(here, handle, 12)
        assert here.outstanding(case_id) == "700.00 EUR"
