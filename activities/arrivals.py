"""What a case was told while its step waited for a worker is read before anything goes out, however it came about."""

from __future__ import annotations

from typing import Any

from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.exceptions import ApplicationError
from temporalio.service import WorkflowService
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

_NEWEST = 20  # events looked at: between a step's order and its start there are none, unless something arrived
_TOLD = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
)


class Arrivals(Interceptor):
    """For the worker: a step is not begun when its case was told something after the step was ordered.

    The order may have waited, for a worker that was away or busy, and the signal of a payment waits behind it. The
    workflow then reads what arrived and decides anew. Costs one question to the server for each try of a step.
    """

    def __init__(self, service: WorkflowService, namespace: str) -> None:
        self._service, self._namespace = service, namespace

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - Temporal's word
        """See Interceptor."""
        return _Looking(super().intercept_activity(next), self)

    async def was_told(self, info: activity.Info) -> bool:
        """Whether anything was told to the run after it ordered this activity."""
        page = await self._service.get_workflow_execution_history_reverse(
            GetWorkflowExecutionHistoryReverseRequest(
                namespace=self._namespace,
                execution=WorkflowExecution(workflow_id=info.workflow_id or "", run_id=info.workflow_run_id or ""),
                maximum_page_size=_NEWEST,
            )
        )
        for event in page.history.events:
            if event.event_type in _TOLD:
                return True
            if event.activity_task_scheduled_event_attributes.activity_id == info.activity_id:
                return False
        return True  # so much happened since that the order is not among the newest


class _Looking(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, arrivals: Arrivals) -> None:
        super().__init__(following)
        self._arrivals = arrivals

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - Temporal's word
        info = activity.info()
        if info.activity_type == "perform" and await self._arrivals.was_told(info):
            raise ApplicationError("the case was told something first", type="SomethingArrived", non_retryable=True)
        return await self.next.execute_activity(input)
