"""What a case is held against: the barest workflow with its timers and activities; no rules, no ledger, no letters."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

QUEUE = "floor"


@activity.defn(name="ask")
def ask(known: dict[str, Any]) -> dict[str, Any]:
    """Answer what was asked."""
    return known


@activity.defn(name="perform")
def perform(known: dict[str, Any]) -> dict[str, Any]:
    """Answer what was asked."""
    return known


@workflow.defn(name="floor", sandboxed=False)
class Floor:
    """One question, then so often a timer of so many days and one activity, with a case's payloads in between."""

    @workflow.run
    async def run(self, steps: int, days: float, known: dict[str, Any]) -> None:
        """Live `steps` times `days` long."""
        known = await workflow.execute_local_activity(
            "ask", known, result_type=dict, start_to_close_timeout=timedelta(seconds=8)
        )
        for _ in range(steps):
            await workflow.sleep(timedelta(days=days))
            known = await workflow.execute_activity(
                "perform", known, result_type=dict, start_to_close_timeout=timedelta(seconds=120)
            )


async def _work(address: str) -> None:
    """A worker as large as the product's own."""
    from worker import CACHED_WORKFLOWS, SLOTS

    client = await Client.connect(address, data_converter=pydantic_data_converter)
    with ThreadPoolExecutor(2 * SLOTS) as threads:
        await Worker(
            client,
            task_queue=QUEUE,
            workflows=[Floor],
            activities=[ask, perform],
            activity_executor=threads,
            max_concurrent_activities=SLOTS,
            max_concurrent_local_activities=SLOTS,
            max_cached_workflows=CACHED_WORKFLOWS,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ).run()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1]))
