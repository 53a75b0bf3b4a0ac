"""A step that was ordered waits for a worker; what the case is told meanwhile is read before anything goes out."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.arrivals import Arrivals
from tests.durable import Room, message, policy
from tests.temporal_env import skipping_env, worker_on, workflow_runner
from workflows.case import CaseWorkflow

__all__ = ["skipping_env"]

PAID = {
    "fact": "PaymentReceived",
    "id": "bank-1",
    "amount": {"minor": 100_000, "currency": "EUR"},
    "received_on": "2026-11-23",
}


async def _ordered(handle: WorkflowHandle[Any, Any]) -> None:
    """Until the run has ordered its step and nobody took it."""
    async with asyncio.timeout(20):
        while True:
            kinds = [event.event_type async for event in handle.fetch_history_events()]
            if EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED in kinds:
                assert EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED not in kinds
                return
            await asyncio.sleep(0.1)


async def _with_an_order_that_waits(here: Room) -> WorkflowHandle[Any, Any]:
    """A case whose reminder was ordered on its day by a worker that has no hands, and that is gone since."""
    case_id = here.add(policy(message("first", 1)), datetime.now(UTC).date() - timedelta(days=2))
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            here.env.client,
            task_queue=here.queue,
            workflows=[CaseWorkflow],
            activities=[here.activities.ask],
            activity_executor=threads,
            no_remote_activities=True,
            workflow_runner=workflow_runner(),
        ):
            handle = await here.start(case_id)
            await _ordered(handle)
    return handle


@pytest.mark.parametrize(("watched", "letters"), [(True, 0), (False, 1)], ids=["watched", "not-watched"])
async def test_a_payment_that_came_while_a_step_waited_for_a_worker_stops_the_letter(
    skipping_env: WorkflowEnvironment, tmp_path: Path, watched: bool, letters: int
) -> None:
    """On Monday the reminder is ordered with no worker there, at noon the debtor pays, and at two a worker takes the
    order before anybody read the payment: nothing goes out, and without the look at what arrived the letter would."""
    here = Room(skipping_env, tmp_path)
    handle = await _with_an_order_that_waits(here)
    await handle.signal("fact", PAID)
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            here.env.client,
            task_queue=here.queue,
            activities=[here.activities.perform],
            activity_executor=threads,
            interceptors=[Arrivals(here.env.client.workflow_service, here.env.client.namespace)] if watched else [],
        ):
            await asyncio.sleep(2)
    async with worker_on(skipping_env, here.queue, [CaseWorkflow], [here.activities.ask, here.activities.perform]):
        closed = await handle.result()
    assert closed["outcome"] == "paid"
    assert len(here.outbox) == letters


async def test_an_order_that_only_waited_is_carried_out(skipping_env: WorkflowEnvironment, tmp_path: Path) -> None:
    """The worker was away and nobody told the case anything: when it comes, the reminder goes out once."""
    here = Room(skipping_env, tmp_path)
    handle = await _with_an_order_that_waits(here)
    async with worker_on(skipping_env, here.queue, [CaseWorkflow], [here.activities.ask, here.activities.perform]):
        await here.env.fast_forward(handle, timedelta(days=3))
        assert len(here.outbox) == 1
