"""The door to running cases: every start, signal, update and query that the console sends to Temporal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.plain import one_line
from console.output import COULD_NOT_RUN, Stop
from dunning import facts
from ledger.cases import CaseRow, case
from ledger.errors import CaseMissing
from ledger.lists import Pinned, pinned
from ledger.store import Ledger
from workflows.case import TASK_QUEUE, CaseState

T = TypeVar("T")
PATIENCE = timedelta(seconds=15)
AT_ONCE = 20  # starts and signals under way together: more only keeps a small server from its other work
CHUNK = 500  # cases looked up in the ledger with one question
# Numbers, names of policies and hashes only: search attributes are never encrypted.
POLICY_KEY = SearchAttributeKey.for_keyword("RelancePolicy")
DEBTOR_KEY = SearchAttributeKey.for_keyword("RelanceDebtor")
SEARCH_KEYS = (POLICY_KEY, DEBTOR_KEY)
_RUNNING = "WorkflowType = 'case' AND ExecutionStatus = 'Running' AND TaskQueue = '{queue}'"
_NOT_PREPARED = (
    "The Temporal server does not know Relance's search attributes yet: start a worker once, which registers them "
    "(`relance worker`), then `relance resume`."
)
_NOBODY_LISTENS = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.FAILED_PRECONDITION)


def _nothing() -> None:
    """Nobody watches."""


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

    async def start(self, case_ids: Iterable[str], each: Callable[[], None] = _nothing) -> int:
        """Start the workflow of each case that is not running yet; returns how many it went through.

        May be repeated: a running case is left alone. `each` is called after each one, for a progress bar.
        """
        found = self._pinned(list(case_ids))

        async def begin(case_id: str) -> None:
            await self._begin(found[case_id])
            each()

        await in_turn(found, begin)
        return len(found)

    async def running(self) -> set[str]:
        """The ids of the cases that have a run now, as the server's list knows them (it may be a second behind)."""
        listed = self._client.list_workflows(_RUNNING.format(queue=self._queue))
        return {found.id.removeprefix("case/") async for found in listed}

    async def tell(self, case_id: str, fact: dict[str, Any]) -> None:
        """Signal a fact. Durable once it returns; a case without a run starts one, which reads the case's past."""
        await self.tell_all([(case_id, fact)])

    async def tell_all(self, told: Iterable[tuple[str, dict[str, Any]]], each: Callable[[], None] = _nothing) -> None:
        """Signal many facts, those of one case in their order. `each` is called after each one, for a progress bar."""
        by_case: dict[str, list[dict[str, Any]]] = {}
        for case_id, fact in told:
            _readable(fact, act=False)
            by_case.setdefault(case_id, []).append(fact)
        found = self._pinned(list(by_case))

        async def tell(case_id: str) -> None:
            for fact in by_case[case_id]:
                await self._begin(found[case_id], fact)
                each()

        await in_turn(found, tell)

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
        await self.start([case_id])  # open in the ledger, but its run was never started or was lost
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
                raise _unknown(case_id) from None

    def _pinned(self, case_ids: Sequence[str]) -> dict[str, Pinned]:
        found: dict[str, Pinned] = {}
        with self._ledger.read() as db:
            for first in range(0, len(case_ids), CHUNK):
                found |= pinned(db, case_ids[first : first + CHUNK])
        for case_id in case_ids:
            if case_id not in found:
                raise _unknown(case_id)
        return found

    async def _begin(self, one: Pinned, fact: dict[str, Any] | None = None) -> None:
        try:
            await self._client.start_workflow(
                "case",
                CaseState(case_id=one.case_id),
                id=f"case/{one.case_id}",
                task_queue=self._queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=f"case {one.case_id}",
                search_attributes=_labels(one),  # free at the start, an action each time they are set later
                start_signal=None if fact is None else "fact",
                start_signal_args=[] if fact is None else [fact],
                rpc_timeout=PATIENCE,
            )
        except RPCError as error:
            if error.status == RPCStatusCode.INVALID_ARGUMENT and "search attribute" in error.message.lower():
                raise Stop(_NOT_PREPARED, COULD_NOT_RUN) from error
            raise

    async def _update(self, case_id: str, act: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = await self._handle(case_id).execute_update(
                "act", act, id=act["id"], rpc_timeout=PATIENCE
            )
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            # The server holds it for a worker until it is restarted itself: "not taken" would be a promise.
            raise NoWorker("so the act may be taken later; see `relance case show` before repeating it.") from error
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


async def in_turn(keys: Iterable[T], act: Callable[[T], Awaitable[None]]) -> None:
    """Act on every key, as many at once as one server bears. The first error ends it and is raised."""
    waiting = iter(list(keys))

    async def one_after_another() -> None:
        for key in waiting:
            await act(key)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


def _unknown(case_id: str) -> Stop:
    return Stop(f"There is no case {one_line(case_id)}. `relance case list` shows those there are.")


def _labels(one: Pinned) -> TypedSearchAttributes:
    policy = SearchAttributePair(POLICY_KEY, f"{one.policy_name}/{one.policy_hash[:12]}")
    return TypedSearchAttributes([policy, SearchAttributePair(DEBTOR_KEY, one.debtor_id)])


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
