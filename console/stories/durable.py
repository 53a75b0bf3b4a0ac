"""Tells stories to the real workflow, its activities, a ledger and an outbox, on a real server under skipped time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from console.cases import Cases
from console.output import Stop
from console.policies.files import LoadedPolicy
from console.stories.clock import StoryTime
from console.stories.saying import CASE_ID, Saying, when
from console.stories.story import Story, case_of, end_of, sayings, zone_of
from dunning.case import Case
from dunning.policy import Policy
from ledger import book
from ledger.cases import NewCase, add_case
from ledger.cases import case as ledger_case
from ledger.policies import PolicyBundle, keep_policy
from ledger.store import Ledger
from ledger.tasks import TaskFilter, list_tasks

AT_ONCE = 8  # stories under way together
PATIENCE = 60.0  # seconds for one story

Hire = Callable[[str, Sequence[Callable[..., Any]]], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True)
class House:
    """Where stories come true: a server under skipped time, a ledger, and who works on a task queue (`hire`)."""

    env: WorkflowEnvironment
    ledger: Ledger
    clock: StoryTime
    hire: Hire
    queue: str


@dataclass(frozen=True)
class Lived:
    """How the durable telling ended: by the ledger, with the open tasks' keys and what was refused."""

    case: dict[str, Any]
    doing: str
    because: dict[str, Any]
    next_at: datetime | None
    tasks: frozenset[str]
    refused: int


async def live_all(
    house: House, told: Sequence[tuple[Story, LoadedPolicy]], each: Callable[[], None]
) -> list[Lived | BaseException]:
    """Tell all stories at the same time on one worker, each case by its own clock; an error stands for its story."""
    few = asyncio.Semaphore(AT_ONCE)

    async def one(story: Story, policy: LoadedPolicy) -> Lived:
        outage = outage_of(story, policy.policy)
        teller = DesertedTeller(house, policy, outage) if outage else Teller(house, policy)
        async with few:
            lived = await asyncio.wait_for(teller.tell(story), PATIENCE)
        each()
        return lived

    async with house.hire(house.queue, [house.clock.ask, house.clock.perform]):
        return await asyncio.gather(*(one(*pair) for pair in told), return_exceptions=True)


def outage_of(story: Story, policy: Policy) -> tuple[datetime, datetime] | None:
    """When the story's worker goes, and when another comes."""
    zone = zone_of(story, policy)
    times = [(when(told.on, zone), when(told.outage, zone)) for told in story.facts if told.outage]
    return times[0] if times else None


class Teller:
    """Tells one story to the real workflow, its activities, a ledger in a file and an outbox folder."""

    def __init__(self, house: House, policy: LoadedPolicy, queue: str | None = None) -> None:
        self.house, self.policy = house, policy
        self.cases = Cases(house.env.client, house.ledger, queue or house.queue)

    async def tell(self, story: Story) -> Lived:
        """Live the story to its end."""
        case = self._write_down(story)
        self.house.clock.begin(case.id, case.added_at)
        with self.house.env.with_time_skipping_disabled():
            await self.cases.start([case.id])
        await self._settled(case.id)
        refused = 0
        for said in sayings(story, self.policy.policy):
            refused += await self._say(case.id, said)
        await self._wait_until(case.id, end_of(story, self.policy.policy))
        return self._outcome(case.id, refused)

    def _write_down(self, story: Story) -> Case:
        told = case_of(story, self.policy.policy, f"S-{uuid.uuid4().hex[:8]}")
        owner = book.Debtor(
            id=f"D-{told.id}", name="Atelier Martin", kind=told.debtor.kind, country=told.debtor.country or "FR",
            segment=told.debtor.segment, subdivision=told.debtor.subdivision, time_zone=told.debtor.time_zone,
            solvency=told.debtor.solvency, email="compta@example.org", phone="+33123456789",
            address=("1 rue des Lilas", "75001 Paris"),
        )  # fmt: skip
        with self.house.ledger.write() as db:
            book.upsert_debtor(db, owner, told.added_at)
            source = PolicyBundle(story.policy, self.policy.source_file, self.policy.bundle, told.added_at)
            kept = keep_policy(db, source)
            case = told.model_copy(
                update={"policy_hash": kept, "debtor": told.debtor.model_copy(update={"id": owner.id})}
            )
            add_case(db, _new_case(case))
            for number, other in enumerate(story.debtor.also_owes, start=1):
                bill = case.invoice.model_copy(update={"due_date": other.due, "amount": other.amount})
                add_case(db, _new_case(case.model_copy(update={"id": f"{case.id}-{number}", "invoice": bill})))
        return case

    async def _say(self, case_id: str, said: Saying) -> int:
        """Say it at its moment, through the door it comes in by; 1 when it was refused."""
        running = await self._wait_until(case_id, said.at)
        raw = dict(said.raw)
        if "delivery" in raw:
            raw["delivery"] = raw["delivery"].replace(CASE_ID, case_id)
        if said.act:
            try:
                await self.cases.act(case_id, raw)
            except Stop:
                return 1
            return 0
        if not running:
            self.house.clock.begin(case_id, said.at)
        with self.house.env.with_time_skipping_disabled():
            await self.cases.tell(case_id, raw)
        await self._settled(case_id)
        return 0

    async def _settled(self, case_id: str) -> None:
        await self.cases.settled(case_id)

    async def _wait_until(self, case_id: str, at: datetime) -> bool:
        """Let the story's time pass; False when the case's run is over."""
        handle = self.house.env.client.get_workflow_handle(f"case/{case_id}")
        status = (await handle.describe()).raw_description.workflow_execution_info.status
        if status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING:
            return False
        here = self.house.clock.moved(case_id, await self.house.env.get_current_time(handle))
        if at <= here:
            return True
        return await self.house.env.fast_forward(handle, at - here)

    def _outcome(self, case_id: str, refused: int) -> Lived:
        with self.house.ledger.read() as db:
            row = ledger_case(db, case_id)
            tasks = frozenset(task.key for task in list_tasks(db, TaskFilter(case_id=case_id)))
        return Lived(row.state, str(row.doing), row.because or {}, row.next_at, tasks, refused)


def _new_case(case: Case) -> NewCase:
    bill = case.invoice
    invoice = book.Invoice(case.id, case.id, case.debtor.id, bill.issue_date, bill.due_date, bill.amount)
    state = case.model_dump(mode="json", exclude_defaults=True)
    return NewCase(invoice, case.policy, case.policy_hash, state, bill.amount, case.added_at)


class DesertedTeller(Teller):
    """Tells a story in which the worker goes away and another comes: it has a queue of its own.

    The server's clock does not jump over a task that waits for a worker. It goes to the timer that rings in the empty
    house, where the story's clock jumps to the worker's return: to the case, which reads a clock only when its task
    is taken, that is the same.
    """

    def __init__(self, house: House, policy: LoadedPolicy, outage: tuple[datetime, datetime]) -> None:
        self.queue = f"{house.queue}-{uuid.uuid4().hex[:8]}"
        super().__init__(house, policy, self.queue)
        self.goes, self.back = outage
        self.worker, self.away = AsyncExitStack(), False

    async def tell(self, story: Story) -> Lived:
        """Live the story with a worker that goes and comes back."""
        async with self.worker:
            await self._worker_comes()
            return await super().tell(story)

    async def _worker_comes(self) -> None:
        clock = self.house.clock
        await self.worker.enter_async_context(self.house.hire(self.queue, [clock.ask, clock.perform]))

    async def _wait_until(self, case_id: str, at: datetime) -> bool:
        if at >= self.goes:
            await self._worker_goes(case_id)
        if self.away and at >= self.back:
            await self._worker_is_back(case_id)
        return self.away or await super()._wait_until(case_id, at)

    async def _worker_goes(self, case_id: str) -> None:
        goes, self.goes = self.goes, datetime.max.replace(tzinfo=UTC)
        await super()._wait_until(case_id, goes)
        await self.worker.aclose()
        self.away = True
        with self.house.ledger.read() as db:
            rings = ledger_case(db, case_id).next_at
        if rings and rings < self.back:
            await super()._wait_until(case_id, rings)
            await task_waits(self.house.env.client.get_workflow_handle(f"case/{case_id}"))

    async def _worker_is_back(self, case_id: str) -> None:
        handle = self.house.env.client.get_workflow_handle(f"case/{case_id}")
        self.house.clock.jump(case_id, self.back, await self.house.env.get_current_time(handle))
        self.away = False
        await self._worker_comes()
        await self._settled(case_id)

    async def _settled(self, case_id: str) -> None:
        if not self.away:
            await super()._settled(case_id)


async def task_waits(handle: Any) -> None:
    """Until a task of the run (a workflow handle) waits for a worker: a timer rings a little later, by itself."""
    for _ in range(100):
        if (await handle.describe()).raw_description.HasField("pending_workflow_task"):
            return
        await asyncio.sleep(0.05)
    raise RuntimeError("no task waits: either nothing has rung, or somebody took it")
