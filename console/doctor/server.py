"""What the doctor asks the Temporal server: is it there, is it prepared, does anybody work, does anything fail."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import IndexedValueType, NamespaceState, TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    GetSystemInfoRequest,
    ListWorkflowExecutionsRequest,
    PollWorkflowTaskQueueRequest,
)
from temporalio.service import ServiceClient

from console.doctor.line import Line, ago, ok

RPC = timedelta(seconds=8)
LEAST_RETENTION = timedelta(days=7)
POLLED_LATELY = timedelta(seconds=90)  # a poll lasts a minute; the server remembers pollers for five
MOST_SKEW = timedelta(seconds=5)
PAGE = 1000
_KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
_FAILING = "WorkflowType = 'case' AND ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL"


@dataclass(frozen=True)
class Server:
    """A server that was reached: `address` as it was asked for, and the task queue that Relance's workers poll."""

    service: ServiceClient
    namespace: str
    address: str
    queue: str

    async def version(self) -> list[Line]:
        """Which release it runs."""
        told = await self.service.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=RPC)
        return [ok("temporal", f"server {told.server_version or 'of unknown release'} answers", self.address)]

    async def kept(self) -> list[Line]:
        """The namespace, and for how long it keeps closed cases."""
        asked = DescribeNamespaceRequest(namespace=self.namespace)
        told = await self.service.workflow_service.describe_namespace(asked, timeout=RPC)
        if told.namespace_info.state != NamespaceState.NAMESPACE_STATE_REGISTERED:
            return [
                Line("namespace", "problem", "it is being deleted or out of use", self.namespace, "Use another one.")
            ]
        kept = told.config.workflow_execution_retention_ttl.ToTimedelta()
        if kept < LEAST_RETENTION:
            advice = f"temporal operator namespace update --namespace {self.namespace} --retention 30d"
            what = f"closed cases leave Temporal after {ago(kept)}; the ledger keeps them"
            return [Line("namespace", "warning", what, self.namespace, advice)]
        return [ok("namespace", f"closed cases are kept for {ago(kept)}", self.namespace)]

    async def labels(self, wanted: Sequence[str]) -> list[Line]:
        """Whether the search attributes are there, and of the right type."""
        asked = ListSearchAttributesRequest(namespace=self.namespace)
        known = (await self.service.operator_service.list_search_attributes(asked, timeout=RPC)).custom_attributes
        keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
        missing = [name for name in wanted if name not in known]
        wrong = [name for name in wanted if known.get(name, keyword) != keyword]
        lines = []
        if missing:
            advice = "; ".join(
                f"temporal operator search-attribute create --namespace {self.namespace} --name {name} --type Keyword"
                for name in missing
            )
            lines.append(Line("search attributes", "problem", f"missing: {', '.join(missing)}", self.namespace, advice))
        if wrong:
            what = f"not of type Keyword: {', '.join(wrong)}"
            advice = "Use a namespace of Relance's own."
            lines.append(Line("search attributes", "problem", what, self.namespace, advice))
        return lines or [ok("search attributes", ", ".join(wanted), self.namespace)]

    async def workers(self) -> list[Line]:
        """Who polls the task queue, and whether they are of one release."""
        asked = await asyncio.gather(*(self._pollers(self.queue, kind) for kind in _KINDS))
        names = [sorted({poller.identity for poller in pollers if _lately(poller)}) for pollers in asked]
        where = f"task queue {self.queue}"
        if not all(names):
            advice = "Start one: `relance worker`, or `relance up` on one machine. Until then every case waits."
            return [Line("workers", "problem", "no worker polls for work", where, advice)]
        builds = sorted({_build(poller) for pollers in asked for poller in pollers if _lately(poller)})
        told = f"{len(names[0])} at work: {', '.join(names[0])}"
        if len(builds) > 1:
            advice = "Finish the roll-out. Started in different ways (relance worker, relance up) they differ as well."
            return [Line("workers", "warning", f"{told}; their programs differ ({len(builds)})", where, advice)]
        return [ok("workers", told, where)]

    async def failing(self) -> list[Line]:
        """Cases whose workflow code fails again and again."""
        asked = ListWorkflowExecutionsRequest(namespace=self.namespace, page_size=PAGE, query=_FAILING)
        told = await self.service.workflow_service.list_workflow_executions(asked, timeout=RPC)
        ids = tuple(one.execution.workflow_id for one in told.executions)
        if not ids:
            return [ok("workflow tasks", "none fails", self.namespace)]
        what = f"{len(ids)}{'+' if told.next_page_token else ''} cases fail again and again: {', '.join(ids[:5])}"
        advice = (
            f"The reason: temporal workflow show --namespace {self.namespace} --workflow-id {ids[0]}, and the "
            "worker's log. Roll the worker back to the release before; nothing is lost meanwhile."
        )
        return [Line("workflow tasks", "problem", what, self.namespace, advice, ids)]

    async def clock(self) -> list[Line]:
        """How far this machine's clock is from the server's, which notes when somebody polls: we poll for nothing."""
        queue = f"relance-doctor-{uuid.uuid4().hex}"
        request = PollWorkflowTaskQueueRequest(
            namespace=self.namespace, task_queue=TaskQueue(name=queue), identity="relance doctor"
        )
        began = datetime.now(UTC)
        poll = asyncio.ensure_future(self.service.workflow_service.poll_workflow_task_queue(request, timeout=RPC))
        try:
            seen = await self._first_poller(queue)
        finally:
            poll.cancel()
            await asyncio.gather(poll, return_exceptions=True)
        if seen is None:
            return [Line("clock", "warning", "the server's clock could not be read", self.address, "Look again.")]
        return [_skew(seen, began, datetime.now(UTC), self.address)]

    async def _first_poller(self, queue: str) -> datetime | None:
        for _ in range(20):
            await asyncio.sleep(0.1)
            pollers = await self._pollers(queue, _KINDS[0])
            if pollers:
                return pollers[0].last_access_time.ToDatetime(UTC)
        return None

    async def _pollers(self, queue: str, kind: TaskQueueType.ValueType) -> list[PollerInfo]:
        asked = DescribeTaskQueueRequest(
            namespace=self.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
        return list((await self.service.workflow_service.describe_task_queue(asked, timeout=RPC)).pollers)


def _skew(seen: datetime, began: datetime, ended: datetime, address: str) -> Line:
    """The server saw the poll at some moment between our two looks at the clock, if both clocks agree."""
    off = max(began - seen, seen - ended, timedelta(0))
    if off <= MOST_SKEW:
        return ok("clock", f"this machine and the server agree within {MOST_SKEW.total_seconds():g} s", address)
    what = (
        f"this machine's clock is {off.total_seconds():.0f} s {'ahead of' if seen < began else 'behind'} the server's"
    )
    return Line("clock", "problem", what, address, "Set both by NTP: letters go out by these clocks.")


def _lately(poller: PollerInfo) -> bool:
    return datetime.now(UTC) - poller.last_access_time.ToDatetime(UTC) < POLLED_LATELY


def _build(poller: PollerInfo) -> str:
    return poller.deployment_options.build_id or poller.worker_version_capabilities.build_id or "unversioned"
