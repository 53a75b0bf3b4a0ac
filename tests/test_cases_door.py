"""The door to running cases, on the real server: what is told counts once, what is refused says why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from console import cases as door
from console.cases import Cases, NoWorker
from console.output import Stop
from console.up_commands import resume_cases
from ledger.cases import case
from tests.durable import Room, message, policy, room
from tests.temporal_env import skipping_env, worker_on
from workflows.case import CaseWorkflow

__all__ = ["skipping_env"]

FAR = datetime.now(UTC).date() + timedelta(days=60)  # nothing is due while the test runs
REMINDER = policy(message("reminder", 5))


@pytest_asyncio.fixture(loop_scope="session")
async def place(skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str) -> AsyncIterator[Room]:
    with skipping_env.with_time_skipping_disabled():
        async with room(skipping_env, tmp_path, ledger_url) as made:
            yield made


@pytest.fixture
def cases(place: Room) -> Cases:
    return Cases(place.env.client, place.ledger, place.queue)


def paid(amount: int, ident: str) -> dict[str, Any]:
    """A payment of so many euros today."""
    money = {"minor": amount * 100, "currency": "EUR"}
    return {
        "fact": "PaymentReceived",
        "id": ident,
        "amount": money,
        "received_on": datetime.now(UTC).date().isoformat(),
    }


def hold(ident: str = "H1") -> dict[str, Any]:
    return {"fact": "HoldPlaced", "id": ident, "reason": "asked by sales"}


async def test_a_case_started_twice_runs_once(place: Room, cases: Cases) -> None:
    """An import that is repeated after a crash starts the same cases again: each keeps its one run."""
    ids = [place.add(REMINDER, FAR) for _ in range(3)]
    seen: list[int] = []
    assert await cases.start(ids, lambda: seen.append(1)) == 3
    runs = {(await place.env.client.get_workflow_handle(f"case/{one}").describe()).run_id for one in ids}
    assert await cases.start(ids) == 3
    again = {(await place.env.client.get_workflow_handle(f"case/{one}").describe()).run_id for one in ids}
    assert (runs, len(seen)) == (again, 3)


async def test_a_case_is_found_by_its_policy_and_its_debtor(place: Room, cases: Cases) -> None:
    """An operator looks for all runs of one debtor in Temporal's own list, and sees which policy each is pinned to."""
    case_id = place.add(REMINDER, FAR)
    with place.ledger.read() as db:
        kept = case(db, case_id)
    await cases.tell(case_id, paid(10, "B1"))
    described = await place.env.client.get_workflow_handle(f"case/{case_id}").describe()
    found = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert found["RelanceDebtor"] == kept.debtor_id
    assert found["RelancePolicy"] == f"{kept.policy_name}/{kept.policy_hash[:12]}"


async def test_many_facts_are_told_at_once_and_those_of_one_case_in_order(place: Room, cases: Cases) -> None:
    """A night's file holds three payments for each of forty cases: all arrive, and each case sees its own in order."""
    ids = [place.add(REMINDER, FAR) for _ in range(40)]
    count: list[int] = []
    facts = [(case_id, paid(10, f"B{n}")) for n in range(3) for case_id in ids]
    await cases.tell_all(facts, lambda: count.append(1))
    assert len(count) == 120
    for case_id in ids:
        view = await cases.settled(case_id, "PaymentReceived:B2")
        assert view is not None
        told = [name for name in view["case"]["seen"] if name.startswith("PaymentReceived")]
        assert told == ["PaymentReceived:B0", "PaymentReceived:B1", "PaymentReceived:B2"]


async def test_a_payment_signalled_twice_counts_once(place: Room, cases: Cases) -> None:
    """The bank's file of Monday comes again on Tuesday: 400 EUR under the id B1 leave 600 EUR, not 200."""
    case_id = place.add(REMINDER, FAR)
    await cases.tell(case_id, paid(400, "B1"))
    await cases.tell(case_id, paid(400, "B1"))
    view = await cases.settled(case_id, "PaymentReceived:B1")
    assert view is not None
    assert view["decision"]["outstanding"] == {"minor": 60000, "currency": "EUR"}
    assert view["decision"]["step"] == "reminder"


async def test_a_payment_on_a_closed_case_is_taken_in(place: Room, cases: Cases) -> None:
    """A case paid and closed on Monday gets another 50 EUR on Friday: it stays closed, and a task says overpaid."""
    case_id = place.add(REMINDER, FAR)
    await cases.tell(case_id, paid(1000, "B1"))
    await cases.settled(case_id, "PaymentReceived:B1")
    await place.env.client.get_workflow_handle(f"case/{case_id}").result()
    await cases.tell(case_id, paid(50, "B2"))
    view = await cases.settled(case_id, "PaymentReceived:B2")
    assert view is not None
    assert view["decision"]["do"] == "close"
    assert place.tasks(case_id) == ["overpaid"]


async def test_a_reversed_payment_reopens_a_closed_case(place: Room, cases: Cases) -> None:
    """The direct debit of 3 March is rejected on the 10th, after the case was closed: the money is due again."""
    case_id = place.add(REMINDER, FAR)
    await cases.tell(case_id, paid(1000, "B1"))
    await cases.settled(case_id, "PaymentReceived:B1")
    await place.env.client.get_workflow_handle(f"case/{case_id}").result()
    await cases.tell(case_id, {"fact": "PaymentReversed", "id": "R1", "payment_id": "B1"})
    view = await cases.settled(case_id, "PaymentReversed:R1")
    assert view is not None
    assert view["decision"]["do"] != "close"
    assert place.outstanding(case_id) == "1000.00 EUR"


async def test_an_act_answers_with_the_new_state(place: Room, cases: Cases) -> None:
    """A person holds a case: the answer says at once that it is on hold."""
    case_id = place.add(REMINDER, FAR)
    await cases.start([case_id])
    view = await cases.act(case_id, hold())
    assert view["decision"]["because"]["code"] == "hold_review"


async def test_an_act_on_a_case_without_a_run_starts_it(place: Room, cases: Cases) -> None:
    """The import crashed before it could start the case; the hold of the next morning is not lost on that."""
    case_id = place.add(REMINDER, FAR)
    view = await cases.act(case_id, hold())
    assert view["case"]["hold"]["reason"] == "asked by sales"


async def test_a_refused_act_changes_nothing(place: Room, cases: Cases) -> None:
    """A release of a case that is not on hold is refused in words, and the case is as before."""
    case_id = place.add(REMINDER, FAR)
    await cases.start([case_id])
    before = await cases.settled(case_id)
    with pytest.raises(Stop, match="not on hold") as refusal:
        await cases.act(case_id, {"fact": "HoldReleased", "id": "R1"})
    assert refusal.value.code == 1
    assert await cases.state(case_id) == before


async def test_an_act_on_a_closed_case_names_its_end(place: Room, cases: Cases) -> None:
    """Who holds a case that was paid yesterday reads that it was paid, and when."""
    case_id = place.add(REMINDER, FAR)
    await cases.tell(case_id, paid(1000, "B1"))
    await cases.settled(case_id, "PaymentReceived:B1")
    await place.env.client.get_workflow_handle(f"case/{case_id}").result()
    with pytest.raises(Stop, match=rf"closed on {datetime.now(UTC):%Y-%m-%d} \(paid\)"):
        await cases.act(case_id, hold())


async def test_what_makes_no_sense_is_refused_at_the_door(place: Room, cases: Cases) -> None:
    """A payment of nothing, an unknown fact and an unknown case are refused before anything is sent."""
    case_id = place.add(REMINDER, FAR)
    with pytest.raises(Stop, match="more than zero"):
        await cases.tell(case_id, paid(0, "B1"))
    with pytest.raises(Stop, match="makes no sense"):
        await cases.act(case_id, {"fact": "Nonsense", "id": "N1"})
    with pytest.raises(Stop, match="no case F-none"):
        await cases.tell("F-none", paid(10, "B1"))
    assert await cases.state(case_id) is None


async def test_without_a_worker_a_payment_is_kept_and_an_act_is_not_awaited(
    skipping_env: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Sunday no worker runs: the hold says so within seconds, the payment is kept and counts on Monday."""
    monkeypatch.setattr(door, "PATIENCE", timedelta(seconds=2))
    with skipping_env.with_time_skipping_disabled():
        asleep = Room(skipping_env, tmp_path)
        cases = Cases(skipping_env.client, asleep.ledger, asleep.queue)
        case_id = asleep.add(REMINDER, FAR)
        await cases.tell(case_id, paid(400, "B1"))
        with pytest.raises(NoWorker, match="relance up"):
            await cases.act(case_id, hold())
        with pytest.raises(NoWorker, match="relance up"):
            await cases.settled(case_id, "PaymentReceived:B1")
        monkeypatch.setattr(door, "PATIENCE", timedelta(seconds=15))
        activities = [asleep.activities.ask, asleep.activities.perform]
        async with worker_on(skipping_env, asleep.queue, [CaseWorkflow], activities):
            view = await cases.settled(case_id, "PaymentReceived:B1")
        assert view is not None
        assert asleep.outstanding(case_id) == "600.00 EUR"


async def test_resume_starts_only_what_has_no_run(place: Room, cases: Cases) -> None:
    """The server's disk was lost on Tuesday: of three open cases the one that runs is left alone, two are started."""
    ids = [place.add(REMINDER, FAR) for _ in range(3)]
    await cases.start(ids[:1])
    await cases.settled(ids[0])
    for _ in range(50):
        if await cases.running() == {ids[0]}:
            break
        await asyncio.sleep(0.1)  # the server's list of runs is a moment behind
    assert await resume_cases(cases, place.ledger) == 2
    assert all([await cases.settled(one) for one in ids])
