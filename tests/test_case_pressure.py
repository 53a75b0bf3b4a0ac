"""The durable case under pressure on the real server: garbage, floods, a ledger that is away, runs that end early."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.cases import CaseActivities
from console.stories.house import SKIPPING
from ledger.journal import verify_journal
from ledger.store import Ledger
from tests.durable import Room, creditor, message, policy, room
from tests.temporal_env import skipping_env, temporal_binary, worker_on, workflow_runner
from workflows.case import MOST_TEXT, CaseWorkflow

__all__ = ["skipping_env"]
pytestmark = pytest.mark.xdist_group("temporal")

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)


def _payment(number: str, minor: int) -> dict[str, Any]:
    money = {"minor": minor, "currency": "EUR"}
    return {"fact": "PaymentReceived", "id": number, "amount": money, "received_on": "2026-11-01"}


def _raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


GARBAGE: dict[str, list[Any]] = {
    "deeper than Python reads": [_raw(b"[" * 100_000)],
    "deeper than can be written again": [_raw(b"[" * 600 + b"]" * 600)],
    "half a character": [_raw(b'"\\ud800"')],
    "a key that is half a character": [_raw(b'{"fact": "PaymentReceived", "id": "x", "\\ud800": 1}')],
    "no number": [_raw(b'{"fact": "PaymentReceived", "id": "x", "amount": NaN}')],
    "a number of 4,000 digits": [_raw(b'{"fact": "PaymentReceived", "id": ' + b"9" * 4000 + b"}")],
    "bytes": [_raw(bytes(range(256)), b"binary/plain")],
    "a megabyte": [_raw(b'"' + b"x" * 1_000_000 + b'"')],
    "nothing": [],
    "null": [_raw(b"", b"binary/null")],
    "two things": [{"a": 1}, {"b": 2}],
}


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_no_garbage_stops_a_case(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str, garbage: str
) -> None:
    """Whatever bytes are signalled, a person is told and the reminder goes out; as an act they are refused in words."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 10)), TODAY)
        handle = await here.start(case_id)
        await handle.signal("fact", args=GARBAGE[garbage])
        with pytest.raises(WorkflowUpdateFailedError):
            await asyncio.wait_for(handle.execute_update("act", args=GARBAGE[garbage]), 10)
        await asyncio.wait_for(here.env.fast_forward(handle, timedelta(days=12)), 10)
        await asyncio.wait_for(handle.query("state"), 10)
        assert "problem" in here.tasks(case_id)
        assert len(here.outbox) == 1


async def test_a_payment_under_another_signal_name_is_not_lost(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """A webhook signals `payment` instead of `fact`: the money counts all the same."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        handle = await here.start(here.add(policy(message("first", 10)), TODAY))
        await handle.signal("payment", _payment("P1", 100_000))
        assert (await asyncio.wait_for(handle.result(), 10))["outcome"] == "paid"


@pytest.fixture
def unattended(skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str) -> Iterator[Room]:
    """A room in which no worker runs yet."""
    here = Room(skipping_env, tmp_path, ledger_url)
    yield here
    here.ledger.close()


async def test_six_megabytes_that_came_while_no_worker_ran_are_worked_off(unattended: Room) -> None:
    """Over a weekend without a worker 300 long texts and one payment are signalled: on Monday the case closes."""
    here = unattended
    handle = await here.start(here.add(policy(message("first", 10)), TODAY))
    for number in range(300):
        await handle.signal("fact", f"{number} " + "x" * MOST_TEXT)
    await handle.signal("fact", _payment("P1", 100_000))
    async with worker_on(here.env, here.queue, [CaseWorkflow], [here.activities.ask, here.activities.perform]):
        assert (await asyncio.wait_for(handle.result(), 60))["outcome"] == "paid"


@dataclass
class LeavingLedger:
    """The real ledger behind a connection that can be cut."""

    ledger: Ledger
    away: bool = False
    knocks: int = 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self._knock()
        with self.ledger.read() as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._knock()
        with self.ledger.write() as db:
            yield db

    def _knock(self) -> None:
        self.knocks += 1
        if self.away:
            raise OperationalError("SELECT", None, ConnectionError("the ledger is away"))

    async def wait_for_knocks(self, more: int) -> None:
        wanted = self.knocks + more
        for _ in range(200):
            if self.knocks >= wanted:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"nobody knocked: {self.knocks} instead of {wanted}")


def _cut_off(here: Room) -> LeavingLedger:
    leaving = LeavingLedger(here.ledger)
    senders = here.activities._room.senders
    here.activities = CaseActivities(cast("Ledger", leaving), senders, creditor())
    return leaving


async def test_a_ledger_that_is_away_for_hours_loses_nothing(unattended: Room) -> None:
    """The ledger is away when the case starts, when 400 euros come and as the reminder is due; all happens once."""
    here = unattended
    leaving = _cut_off(here)
    leaving.away = True
    case_id = here.add(policy(message("first", 0), message("second", 10)), YESTERDAY)
    async with worker_on(here.env, here.queue, [CaseWorkflow], [here.activities.ask, here.activities.perform]):
        handle = await here.start(case_id)
        await leaving.wait_for_knocks(5)  # the quick tries are over
        assert (await handle.query("state"))["case"] is None
        await handle.signal("fact", _payment("P1", 40_000))
        leaving.away = False
        await here.env.fast_forward(handle, timedelta(days=2))
        assert len(here.outbox) == 1
        leaving.away = True
        time_passes = asyncio.create_task(here.env.fast_forward(handle, timedelta(days=12)))
        await leaving.wait_for_knocks(20)  # the second reminder is due: tries of sending, then of asking
        leaving.away = False
        await time_passes
        state = await handle.query("state")
    assert list(state["case"]["payments"]) == ["P1"]
    assert here.outstanding(case_id) == "600.00 EUR"
    assert len(here.outbox) == 2
    with here.ledger.read() as db:
        assert list(verify_journal(db, case_id)) == []


async def test_a_policy_that_vanished_from_the_ledger_stops_the_case_until_it_is_back(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """Somebody removes the policy: nothing goes out and the run says which is missing; put back, it goes on."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 0)), YESTERDAY)
        _behind_its_back(here, "UPDATE policies SET hash = 'gone-' || hash")
        with here.env.with_time_skipping_disabled():
            handle = await here.start(case_id)
        assert "no policy with the content hash" in await _trouble(handle)
        assert here.outbox == []
        _behind_its_back(here, "UPDATE policies SET hash = substr(hash, 6)")
        await here.env.fast_forward(handle, timedelta(days=2))
        await handle.query("state")
        assert len(here.outbox) == 1


def _behind_its_back(here: Room, statement: str) -> None:
    """As a careless administrator would, where no foreign key watches."""
    with here.ledger.engine.connect() as db:
        if db.dialect.name == "postgresql":
            db.exec_driver_sql("SET session_replication_role = replica")
            db.exec_driver_sql(statement)
            db.commit()
        else:
            with sqlite3.connect(str(here.ledger.url.database)) as file:
                file.execute(statement)
            file.close()


async def _trouble(handle: WorkflowHandle[Any, Any]) -> str:
    """What an operator sees in Temporal of an activity that is tried again and again."""
    for _ in range(200):
        seen = (await handle.describe()).raw_description.pending_activities
        if seen and seen[0].last_failure.message:
            return str(seen[0].last_failure.message)
        await asyncio.sleep(0.1)
    raise AssertionError("nothing is being tried again")


async def test_acts_that_arrive_with_the_last_payment_are_all_answered(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """The last payment and ten acts come in one moment: each act has its answer or a refusal, and the case is paid."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        handle = await here.start(here.add(policy(message("first", 10)), TODAY))
        acts = [
            handle.execute_update("act", {"fact": "CallMade", "id": f"c{number}", "result": "reached"})
            for number in range(10)
        ]
        told = await asyncio.wait_for(
            asyncio.gather(
                *acts[:5], handle.signal("fact", _payment("P1", 100_000)), *acts[5:], return_exceptions=True
            ),
            20,
        )
        assert (await asyncio.wait_for(handle.result(), 10))["outcome"] == "paid"
        assert len(told) == 11


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def short_runs() -> AsyncIterator[WorkflowEnvironment]:
    """A server that wants a new run after 40 events."""
    wanted = (*SKIPPING, "limit.historyCount.suggestContinueAsNew=40")
    env = await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
        dev_server_extra_args=[part for value in wanted for part in ("--dynamic-config-value", value)],
    )
    async with env:
        yield env


async def _replay(handle: WorkflowHandle[Any, Any]) -> None:
    """Read the history again with the program of today; TMPRL1100 would fail it."""
    replayer = Replayer(
        workflows=[CaseWorkflow], data_converter=pydantic_data_converter, workflow_runner=workflow_runner()
    )
    result = await replayer.replay_workflow(await handle.fetch_history())
    assert result.replay_failure is None


async def test_a_flood_over_many_short_runs_loses_no_payment_and_no_answer(
    short_runs: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """150 payments and 30 acts at once while every run ends after 40 events: all count once, every act is answered."""
    async with room(short_runs, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 10)), TODAY)
        first = await here.start(case_id)
        handle = here.env.client.get_workflow_handle(f"case/{case_id}")

        async def told(number: int) -> None:
            await handle.signal("fact", _payment(f"P{number}", 100))
            if number % 5 == 0:
                call = {"fact": "CallMade", "id": f"C{number}", "result": "reached"}
                answer = await handle.execute_update("act", call, id=f"C{number}")
                assert f"CallMade:C{number}" in answer["case"]["seen"]

        await asyncio.wait_for(asyncio.gather(*(told(number) for number in range(150))), 60)
        await here.env.fast_forward(handle, timedelta(days=12))
        state = await handle.query("state")
        assert len(state["case"]["payments"]) == 150
        assert here.outstanding(case_id) == "850.00 EUR"
        assert len(here.outbox) == 1
        now = (await handle.describe()).run_id
        assert now != first.first_execution_run_id
        for run in (first.first_execution_run_id, now):
            await _replay(here.env.client.get_workflow_handle(f"case/{case_id}", run_id=run))
