"""Cases on the real server whose worker, provider or database goes away while the server's clock passes, for tests.

The server's clock jumps only while no task waits for a worker, so a run cannot sleep past its own timer with nobody
there. A run whose first task is delayed can: `Walk.leave` ends the run and starts the next one with the state that
continue-as-new would carry, delayed to the moment at which the worker is back. What is signalled meanwhile waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.update.v1 import UpdateRef
from temporalio.api.workflowservice.v1 import PollWorkflowExecutionUpdateRequest
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from dunning import facts as f
from dunning.calendar import calendar_for
from dunning.case import Case, Debtor
from dunning.policy import Policy
from dunning.simulate import Happening, Life, simulate
from dunning.terms import DebtorKind
from ledger.cases import case as ledger_case
from ledger.deliveries import DeliveryRow, deliveries_of
from ledger.journal import verify_journal
from tests.durable import Room, message, policy
from tests.temporal_env import worker_on
from workflows.case import CaseState, CaseWorkflow

PARIS = ZoneInfo("Europe/Paris")
OWED = "1000 EUR"
OFFICE_HOURS = {
    "country": "FR",
    "time_zone": "Europe/Paris",
    "week_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    "contact_hours": ["09:00-18:00"],
    "public_holidays": "open",  # the tests run on every day of the year
}


def _first_monday() -> date:
    soon = datetime.now(PARIS).date() + timedelta(days=8)
    return soon + timedelta(days=-soon.weekday() % 7)


MONDAY = _first_monday()  # day 0 of every test, a week or two ahead of the machine's clock


def at(day: int, hour: float = 0) -> datetime:
    """The moment so many days after the Monday, at an hour of Paris."""
    told = time(int(hour), round(hour % 1 * 60))
    return datetime.combine(MONDAY + timedelta(days=day), told, PARIS).astimezone(UTC)


def due(day: int, name: str, **told: Any) -> dict[str, Any]:
    """An e-mail planned for so many days after the Monday: the invoice is due the Sunday before it."""
    return message(name, day + 1, **told)


def office(*steps: dict[str, Any], **told: Any) -> Policy:
    """A policy of office hours, with two days between two letters and three until a step counts as missed."""
    return policy(*steps, **{"calendar": OFFICE_HOURS, "least_gap": {"days": 2}, "missed_after": {"days": 3}} | told)


def money(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "EUR"}


def paid(minor: int, number: str = "P1") -> dict[str, Any]:
    """A payment, as a bank's webhook tells it."""
    return {"fact": "PaymentReceived", "id": number, "amount": money(minor), "received_on": str(MONDAY)}


PAID = paid(100_000)
DISPUTED = {"fact": "DisputeOpened", "id": "X1", "reason": "goods never came"}
PROMISED = {"fact": "PromiseMade", "id": "A1", "promised_for": str(MONDAY + timedelta(days=90))}
HELD = {"fact": "HoldPlaced", "id": "H1", "reason": "talks", "until": str(MONDAY + timedelta(days=90))}


@asynccontextmanager
async def worker_of(here: Room) -> AsyncIterator[None]:
    """A worker that is there for the length of the block; the room may have one after the other."""
    async with worker_on(here.env, here.queue, [CaseWorkflow], [here.activities.ask, here.activities.perform]):
        yield


@dataclass
class Walk:
    """One case on its way through the server's time."""

    here: Room
    used: Policy
    case_id: str = field(init=False)
    handle: WorkflowHandle[Any, Any] = field(init=False, repr=False)
    state: CaseState = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.case_id = self.here.add(self.used, MONDAY - timedelta(days=1), OWED)

    async def begin(self) -> None:
        self.handle = await self.here.start(self.case_id)

    async def until(self, moment: datetime) -> None:
        """Let the case's time pass to the moment, or to its end."""
        now = await self.here.env.get_current_time(self.handle)
        if moment <= now:
            return
        try:
            await self.here.env.fast_forward(self.handle, moment - now)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise  # only a case that has closed has no more time to pass

    async def remember(self) -> None:
        """Keep what the run knows, as long as there is a worker to ask."""
        told = await self.handle.query("state")
        assert told["waiting"] == 0, "what has arrived is not taken in yet"
        self.state = CaseState(self.case_id, told["case"], told["decision"])

    async def leave(self, back: datetime) -> None:
        """No worker takes a task before `back`: what the run knew waits in a run whose first task comes then."""
        await self.handle.terminate("the next run carries the state, as continue-as-new does")
        with self.here.env.with_time_skipping_disabled():
            self.handle = await self.here.env.client.start_workflow(
                CaseWorkflow.run,
                self.state,
                id=f"case/{self.case_id}",
                task_queue=self.here.queue,
                start_delay=back - datetime.now(UTC),
            )

    async def signal(self, fact: dict[str, Any]) -> None:
        await self.handle.signal("fact", fact)

    async def received(self, update: str) -> None:
        """Until the server holds this update for a worker, for ten seconds at most."""
        client = self.here.env.client
        about = WorkflowExecution(workflow_id=self.handle.id)
        asked = PollWorkflowExecutionUpdateRequest(
            namespace=client.namespace, update_ref=UpdateRef(workflow_execution=about, update_id=update)
        )
        for _ in range(100):
            try:
                await client.workflow_service.poll_workflow_execution_update(asked)
            except RPCError as error:
                if error.status != RPCStatusCode.NOT_FOUND:
                    raise
                await asyncio.sleep(0.1)
            else:
                return
        raise AssertionError(f"the server never got {update}")

    @property
    def row(self) -> Any:
        """The case as the ledger has it."""
        with self.here.ledger.read() as db:
            return ledger_case(db, self.case_id)

    @property
    def case(self) -> Case:
        return Case.model_validate(self.row.state)

    @property
    def done(self) -> list[str]:
        """The steps that went out by the ledger, in their order."""
        return [record.step for record in self.case.steps if record.done]

    @property
    def outbox(self) -> list[str]:
        """The case's letters in the outbox folder."""
        return [name for name in self.here.outbox if self.case_id in name]

    def deliveries(self) -> list[DeliveryRow]:
        with self.here.ledger.read() as db:
            return deliveries_of(db, self.case_id)

    def simulated(self, coming: Iterable[Happening], until: datetime) -> Life:
        """The life of the same case by the rules alone."""
        known = self.case
        assert known.opened_at is not None
        fresh = Case(
            id=known.id,
            policy=known.policy,
            policy_hash=known.policy_hash,
            invoice=known.invoice,
            debtor=Debtor(id=known.debtor.id, kind=DebtorKind.business, country="FR"),
            added_at=known.opened_at,
        )
        return simulate(self.used, fresh, coming, until)


def check_laws(walk: Walk) -> None:
    """Nothing twice, in the policy's order, with the least gap, in contact hours; the journal's chain is whole."""
    calendar = calendar_for(walk.used.calendar, walk.case.debtor)
    rows = walk.deliveries()
    sent = sorted((row for row in rows if row.state == "sent"), key=lambda row: row.id)
    steps = [row.covers[0].step for row in sent]
    assert len({row.key for row in rows}) == len(rows)
    assert steps == [step.step for step in walk.used.steps if step.step in steps]
    times = [row.sent_at for row in sent if row.sent_at]
    assert len(times) == len(sent)
    assert times == [calendar.contact_moment(moment) for moment in times], "outside contact hours"
    days = [calendar.local_day(moment) for moment in times]
    assert all((b - a).days >= walk.used.least_gap.days for a, b in pairwise(days)), days
    with walk.here.ledger.read() as db:
        assert list(verify_journal(db, walk.case_id)) == []


def happening(moment: datetime, raw: dict[str, Any], act: bool = False) -> Happening:
    """What is said to the rules when the same is said to the durable case."""
    fact = f.read_fact(raw, moment, act=act)
    assert not isinstance(fact, f.FactRefused), fact
    return Happening(moment, fact=fact)
