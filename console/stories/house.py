"""A house for one telling of stories: a Temporal server under skipped time, an empty ledger, an outbox, a worker."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.arrivals import Arrivals
from activities.cases import CaseActivities
from activities.creditor import Creditor
from activities.discretion import Discretion
from activities.handover import HandoverFolder
from activities.message import Senders
from activities.mime import Identity
from activities.outbox import Outbox
from console.cases import SEARCH_KEYS
from console.embedded import temporal_program
from console.output import COULD_NOT_RUN, Stop
from console.policies.files import LoadedPolicy
from console.stories.clock import StoryTime
from console.stories.durable import House, Lived, live_all
from console.stories.story import Story
from ledger.store import Ledger
from workflows.case import CaseWorkflow

THREADS = 20
# Server 1.32 wants the first name, later ones the second; an unknown name is ignored. The third makes a skip take
# milliseconds instead of a second.
SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "system.workflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="1ms"',
)


def live(
    told: Sequence[tuple[Story, LoadedPolicy]], creditor: Creditor, each: Callable[[], None]
) -> list[Lived | BaseException]:
    """Tell the stories to the real workflow in a house of their own, which is gone afterwards.

    Nothing leaves it: every message goes to an outbox in a temporary folder, whatever the settings say.
    Stop when the server cannot be started.
    """
    return asyncio.run(_live(told, creditor, each))


async def _live(
    told: Sequence[tuple[Story, LoadedPolicy]], creditor: Creditor, each: Callable[[], None]
) -> list[Lived | BaseException]:
    with tempfile.TemporaryDirectory(prefix="relance-stories-") as folder:
        async with await _server() as env:
            ledger = Ledger(f"sqlite:///{Path(folder) / 'relance.db'}")
            try:
                ledger.migrate()
                clock = StoryTime(CaseActivities(ledger, _senders(Path(folder), creditor), creditor))
                queue = f"stories-{uuid.uuid4().hex[:8]}"
                return await live_all(House(env, ledger, clock, partial(_worker, env), queue), told, each)
            finally:
                ledger.close()


_QUIET = ("--output", "none", "--disable-config-file", "--disable-config-env")  # nothing of its own on our stdout


async def _server() -> WorkflowEnvironment:
    try:
        return await WorkflowEnvironment.start_time_skipping_v2(
            data_converter=pydantic_data_converter,
            dev_server_existing_path=temporal_program(),
            dev_server_log_level="error",
            dev_server_extra_args=[*_QUIET, *(part for one in SKIPPING for part in ("--dynamic-config-value", one))],
            search_attributes=list(SEARCH_KEYS),
        )
    except RuntimeError as wrong:
        raise Stop(f"The Temporal server for the stories cannot be started: {wrong}", COULD_NOT_RUN) from wrong


def _senders(folder: Path, creditor: Creditor) -> Senders:
    outbox = Outbox(folder / "outbox", Identity(creditor.name, creditor.email, creditor.email))
    channels: Senders = dict.fromkeys(("email", "sms", "letter", "registered_letter"), outbox)
    return {**channels, "handover": HandoverFolder(folder / "outbox" / "handover")}


@asynccontextmanager
async def _worker(
    env: WorkflowEnvironment, queue: str, activities: Sequence[Callable[..., Any]]
) -> AsyncIterator[Worker]:
    with ThreadPoolExecutor(THREADS) as threads:
        async with Worker(
            env.client,
            task_queue=queue,
            workflows=[CaseWorkflow],
            activities=activities,
            activity_executor=threads,
            interceptors=[Discretion(), Arrivals(env.client.workflow_service, env.client.namespace)],
            max_concurrent_activities=THREADS,
            max_concurrent_local_activities=THREADS,
            workflow_runner=UnsandboxedWorkflowRunner(),  # as the real worker does
        ) as worker:
            yield worker
