"""A case that lives in its story's time on a real server, so that what it writes down is the same on every day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle, WorkflowUpdateFailedError

from activities.cases import CaseActivities
from activities.questions import Answer, Question
from dunning.case import Case, Debtor, Invoice, StepRecord
from dunning.money import Money
from dunning.policy import Policy
from dunning.terms import DebtorKind
from ledger import book
from ledger.cases import NewCase, add_case
from ledger.policies import PolicyBundle, keep_policy
from tests.durable import LETTERS, Room
from tests.temporal_env import worker_on
from workflows.case import CaseState, CaseWorkflow

_PAST_THE_MINUTE = timedelta(seconds=20)


def moment(told: str) -> datetime:
    """`2026-03-10 12:00`, in UTC."""
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


@dataclass
class Clock:
    """The activities of one case, moved from the server's time to its story's, by the minute.

    While `away` the quick tries of asking find no ledger.
    """

    inner: CaseActivities
    begins: datetime | None = None
    shift: timedelta | None = None
    away: bool = False

    def now(self) -> datetime:
        """The story's time at the beginning of this try."""
        return self._moved(activity.info().started_time.astimezone(UTC))

    @activity.defn(name="ask")
    def ask(self, question: Question) -> Answer:
        if self.away and question.now:
            raise ConnectionError("the ledger is away")
        self.away = False
        if question.now:
            question = replace(question, now=self._moved(datetime.fromisoformat(question.now)).isoformat())
        letters = [one | {"at": self._moved(datetime.fromisoformat(one["at"])).isoformat()} for one in question.letters]
        return self._back(self.inner.ask(replace(question, letters=letters)))

    @activity.defn(name="perform")
    def perform(self, question: Question) -> Answer:
        return self._back(self.inner.perform(question))

    def _moved(self, server: datetime) -> datetime:
        if self.begins is None:
            raise ValueError("the case has not begun")
        # A little after the full minute, so that the milliseconds of a real server never reach into another one.
        self.shift = server - self.begins - _PAST_THE_MINUTE if self.shift is None else self.shift
        return (server - self.shift).replace(second=0, microsecond=0)

    def _back(self, answer: Answer) -> Answer:
        until = answer.decision.get("until")
        if until is None or self.shift is None:
            return answer
        moved = datetime.fromisoformat(until) + self.shift
        return replace(answer, decision=answer.decision | {"until": moved.isoformat()})


@dataclass(frozen=True)
class Run:
    """One run of a case on the server, and how far its clock is from the story's."""

    run_id: str
    shift: timedelta


@dataclass
class Teller:
    """Tells one case: its invoice of 1,000 euros due on 9 March 2026, and what happens to it."""

    room: Room
    clock: Clock
    case_id: str
    runs: list[Run] = field(default_factory=list)
    hired: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.room.env.client.get_workflow_handle(f"case/{self.case_id}")

    def keep(self, used: Policy) -> str:
        """Put a policy into the ledger; returns its content hash."""
        bundle = {"policy": used.model_dump(mode="json", exclude_defaults=True), "letters": LETTERS}
        with self.room.ledger.write() as db:
            return keep_policy(db, PolicyBundle(used.policy, "test.yaml", bundle, moment("2026-03-01 09:00")))

    def owner(self, **told: Any) -> None:
        """Write the debtor into the ledger, or over what is there."""
        known = {"name": "Atelier Martin", "kind": "business", "country": "FR", "email": "compta@example.org"}
        known |= {"phone": "+33123456789"}
        address = ("1 rue A", "75001 Paris")
        with self.room.ledger.write() as db:
            book.upsert_debtor(
                db, book.Debtor(id=f"D-{self.case_id}", address=address, **(known | told)), moment("2026-03-01 09:00")
            )

    async def begin(
        self,
        used: Policy,
        at: str = "2026-03-02 09:00",
        past: tuple[StepRecord, ...] = (),
        early: Sequence[dict[str, Any]] = (),
    ) -> None:
        """Write the case down and start it, due on 9 March; `early` facts are signalled while no worker runs."""
        kept, due, amount = self.keep(used), date(2026, 3, 9), Money.parse("1000 EUR")
        with self.room.ledger.read() as db:
            owner = book.debtor(db, f"D-{self.case_id}")
        case = Case(
            id=self.case_id,
            policy=used.policy,
            policy_hash=kept,
            invoice=Invoice(number=self.case_id, issue_date=date(2026, 2, 7), due_date=due, amount=amount),
            debtor=Debtor(id=owner.id, kind=DebtorKind(owner.kind), country="FR"),
            added_at=moment(at),
            steps=past,
        )
        invoice = book.Invoice(self.case_id, self.case_id, owner.id, date(2026, 2, 7), due, amount)
        state = case.model_dump(mode="json", exclude_defaults=True)
        with self.room.ledger.write() as db:
            assert add_case(db, NewCase(invoice, used.policy, kept, state, amount, case.added_at))
        await self.start(at)
        for fact in early:
            await self.handle.signal("fact", fact)
        there = (self.clock.ask, self.clock.perform)
        await self.hired.enter_async_context(worker_on(self.room.env, self.room.queue, [CaseWorkflow], there))

    async def start(self, at: str, fact: dict[str, Any] | None = None) -> None:
        """Start a run, with a signal when one is given."""
        self.clock.begins, self.clock.shift = moment(at), None
        with self.room.env.with_time_skipping_disabled():
            await self.room.env.client.start_workflow(
                "case",
                CaseState(self.case_id),
                id=f"case/{self.case_id}",
                task_queue=self.room.queue,
                start_signal="fact" if fact else None,
                start_signal_args=[fact] if fact else [],
            )

    async def until(self, at: str) -> None:
        """Let the story's time pass."""
        await self.settled()
        await self.pass_time(at)
        await self.settled()

    async def pass_time(self, at: str) -> None:
        """As `until`, while a step is being tried."""
        if self.clock.shift is None:
            raise ValueError("the case has not begun")
        here = await self.room.env.get_current_time(self.handle) - self.clock.shift
        if here < moment(at):
            await self.room.env.fast_forward(self.handle, moment(at) + _PAST_THE_MINUTE - here)

    async def tell(self, at: str, *facts: Any, name: str = "fact") -> None:
        """Signal facts at a moment, each a signal of its own."""
        await self.until(at)
        for fact in facts:
            await self.handle.signal(name, fact)
            await self.settled()

    async def act(self, at: str, act: dict[str, Any], name: str = "act") -> str:
        """A person acts; the refusal, or nothing."""
        await self.until(at)
        try:
            await self.handle.execute_update(name, act | {"by": "marie"}, id=str(act["id"]))
        except WorkflowUpdateFailedError as refused:
            return str(refused.cause)
        await self.settled()
        return ""

    async def state(self) -> dict[str, Any]:
        """What the case knows now."""
        found: dict[str, Any] = await self.handle.query("state")
        return found

    async def settled(self) -> None:
        """Until everything that was told is taken in and nothing is being carried out."""
        for _ in range(300):
            await asyncio.sleep(0.1)  # first: a query while the case asks would write a task of its own
            now = await self.state()
            if now["case"] and not now["waiting"] and now["decision"]["do"] != "perform":
                return
        raise AssertionError(f"{self.case_id} does not come to rest")

    async def closed(self) -> None:
        """The run is over, as it should be; a later one is recorded apart."""
        await self.handle.result()
        await self.end()

    async def end(self, first: bool = False) -> None:
        """Remember the run as it is now, for the record: the newest, or the one that a chain of runs began with."""
        described = await self.handle.describe()
        if described.status == WorkflowExecutionStatus.RUNNING:
            await self.state()  # the last task is written down once a query is answered
        if self.clock.shift is None or described.run_id is None:
            raise ValueError("the case has not begun")
        began = described.raw_description.workflow_execution_info.first_run_id
        self.runs.append(Run(began if first else described.run_id, self.clock.shift))
