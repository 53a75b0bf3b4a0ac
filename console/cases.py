"""The door to running cases: every start, signal, update and query that the console sends to Temporal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from console.output import COULD_NOT_RUN, Stop
from dunning import facts
from ledger.cases import CaseRow, case
from ledger.errors import CaseMissing
from ledger.store import Ledger
from workflows.case import TASK_QUEUE, CaseState

PATIENCE = timedelta(seconds=15)
AT_ONCE = 100  # starts under way together: more gains nothing on one server
_RUNNING = "WorkflowType = 'case' AND ExecutionStatus = 'Running' AND TaskQueue = '{queue}'"
_NOBODY_LISTENS = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.FAILED_PRECONDITION)


class NoWorker(Stop):
    """No worker answered in time."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"No worker answers within {PATIENCE.total_seconds():g} seconds, {what} Start one with `relance up`.",
            COULD_NOT_RUN,
        )


class Cases:
    """Running cases, by case id. Stop carries every refusal; NoWorker when nobody answers within 15 seconds."""

    def __init__(self, client: Client, ledger: Ledger, queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._ledger = ledger
        self._queue = queue

    async def start(self, case_ids: Iterable[str], each: Callable[[], None] = lambda: None) -> int:
        """Start the workflow of each case that is not running yet; returns how many it went through.

        May be repeated: a running case is left alone. `each` is called after each one, for a progress bar.
        """
        waiting = iter(list(case_ids))
        done = 0

        async def one_after_another() -> None:
            nonlocal done
            for case_id in waiting:
                await self._begin(case_id)
                done += 1
                each()

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
        return done

    async def running(self) -> set[str]:
        """The ids of the cases that have a run now, as the server's list knows them (it may be a second behind)."""
        listed = self._client.list_workflows(_RUNNING.format(queue=self._queue))
        return {found.id.removeprefix("case/") async for found in listed}

    async def tell(self, case_id: str, fact: dict[str, Any]) -> None:
        """Signal a fact. Durable once it returns; a case without a run starts one, which reads the case's past."""
        self._known(case_id)
        _readable(fact, act=False)
        await self._begin(case_id, fact)

    async def act(self, case_id: str, act: dict[str, Any]) -> dict[str, Any]:
        """A person's act: the new state (`case`, `decision`, `waiting`), or Stop with the refusal, nothing changed."""
        _readable(act, act=True)
        try:
            return await self._update(case_id, act)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            row = self._known(case_id)
            if row.status == "closed":
                raise _closed(row) from None
        await self._begin(case_id)  # open in the ledger, but its run was never started or was lost
        return await self._update(case_id, act)

    async def state(self, case_id: str) -> dict[str, Any] | None:
        """What the run knows now (`case`, `decision`, `waiting`); None when the server has no run of the case."""
        try:
            answer: dict[str, Any] = await self._handle(case_id).query("state", rpc_timeout=PATIENCE)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return None
            if error.status in _NOBODY_LISTENS:
                raise NoWorker("so the case cannot be asked.") from error
            raise
        except WorkflowQueryFailedError as error:
            raise NoWorker(f"or the one that does cannot read the case ({error.message}).") from error
        return answer

    async def settled(self, case_id: str, fact: str | None = None) -> dict[str, Any] | None:
        """The state once nothing waits in the inbox and the fact `PaymentReceived:id` was taken in; None without a run.

        NoWorker when that does not happen within 15 seconds.
        """
        deadline = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        while asyncio.get_running_loop().time() < deadline:
            now = await self.state(case_id)
            if now is None:
                return None
            known = now["case"] is not None and not now["waiting"]
            if known and (fact is None or fact in now["case"].get("seen", [])):
                return now
            await asyncio.sleep(0.1)
        raise NoWorker("so what was told still waits; it is kept and will be taken in.")

    def _handle(self, case_id: str) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(f"case/{case_id}")

    def _known(self, case_id: str) -> CaseRow:
        with self._ledger.read() as db:
            try:
                return case(db, case_id)
            except CaseMissing:
                raise Stop(f"There is no case {case_id}. `relance case list` shows those there are.") from None

    async def _begin(self, case_id: str, fact: dict[str, Any] | None = None) -> None:
        await self._client.start_workflow(
            "case",
            CaseState(case_id=case_id),
            id=f"case/{case_id}",
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=f"case {case_id}",
            start_signal=None if fact is None else "fact",
            start_signal_args=[] if fact is None else [fact],
            rpc_timeout=PATIENCE,
        )

    async def _update(self, case_id: str, act: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = await self._handle(case_id).execute_update(
                "act", act, id=act["id"], rpc_timeout=PATIENCE
            )
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise NoWorker("so nobody took the act; look with `relance case show` before repeating it.") from error
        except WorkflowUpdateFailedError as error:
            raise self._refusal(case_id, error.cause) from error
        return answer

    def _refusal(self, case_id: str, cause: BaseException | None) -> Stop:
        kind = cause.type if isinstance(cause, ApplicationError) else None
        if kind == "NotPossible":
            return Stop(str(cause.message) if isinstance(cause, ApplicationError) else str(cause))
        if kind == "AcceptedUpdateCompletedWorkflow":  # something that arrived together with the act closed the case
            return _closed(self._known(case_id))
        return Stop(f"The case could not take the act: {cause}", COULD_NOT_RUN)


def _readable(raw: dict[str, Any], act: bool) -> None:
    """Refuse at the door what the case would only keep as a problem."""
    read = facts.read_fact(raw, datetime.now(UTC), act)
    if isinstance(read, facts.FactRefused):
        raise Stop(f"That makes no sense: {read.detail.partition(': {')[0]}.")


def _closed(row: CaseRow) -> Stop:
    when = f" on {row.closed_at:%Y-%m-%d}" if row.closed_at else ""
    return Stop(
        f"Case {row.id} was closed{when} ({row.outcome}). Only money, disputes and insolvency can still be told: "
        "`relance pay`, `credit`, `reverse`, `dispute`, `resolve`, `insolvent`.",
        detail={"outcome": row.outcome, "closed_at": row.closed_at},
    )
