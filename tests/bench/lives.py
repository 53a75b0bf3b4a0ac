"""Whole lives of cases, five reminders over fifty days of skipped time, beside the floor on the same server."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from console.cases import in_turn
from console.stories.house import SKIPPING
from ledger.store import Ledger
from tests.bench import floor
from tests.bench.figures import Figure
from tests.bench.house import counted, cpu_seconds, fill, kilobytes, process, product_worker, server_beside_us, until
from tests.durable import message, policy
from tests.temporal_env import cost_of, temporal_binary
from worker import prepare_namespace
from workflows.case import TASK_QUEUE, CaseState

STEPS, APART = 5, 10
_PAYLOAD = {"case": "x" * 1_400, "decision": "x" * 400}  # about what a case carries from step to step


async def lives(folder: Path, sizes: list[int], say: Callable[[str], None]) -> list[Figure]:
    """Cases per second through a whole life, at each size, and what one costs in events and actions."""
    figures: list[Figure] = []
    for size in sizes:
        say(f"{size:,} lives beside {size:,} of the floor")
        here = folder / f"lives-{size}"
        here.mkdir(parents=True)
        async with await _server(here) as env:
            bare = await _floor(env, here, size)
        async with await _server(here) as env:
            rate, costs, spent = await _cases(env, here, size)
        figures.append(Figure("whole lives", size, rate, "cases per second", floor=bare[0], goal=0.85))
        for who, ours, theirs in zip(("worker", "server"), spent, bare[1], strict=True):
            figures.append(Figure(f"{who}'s CPU per life", size, ours, "ms", floor=theirs, more_is_better=False))
        kept = kilobytes(here / "relance.db") / size
        figures.append(Figure("ledger per life of five e-mails", size, kept, "KB", more_is_better=False))
        if size == sizes[0]:
            figures += [
                Figure("events of a life of five steps", 1, costs[0], "events", goal=63, more_is_better=False),
                Figure("actions of a life of five steps", 1, costs[1], "actions", goal=12, more_is_better=False),
            ]
    return figures


async def _server(here: Path) -> WorkflowEnvironment:
    database = here / f"temporal-{time.monotonic_ns()}.db"
    return await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
        dev_server_extra_args=[
            *(part for value in SKIPPING for part in ("--dynamic-config-value", value)),
            *("--db-filename", str(database)),
        ],
    )


async def _floor(env: WorkflowEnvironment, here: Path, size: int) -> tuple[float, list[float]]:
    """Lives per second, and milliseconds of CPU per life of worker and server."""
    address = env.client.service_client.config.target_host
    with process(["-m", "tests.bench.floor", address], here / "floor.log") as running:
        await _one(env.client, "warm-up", size=1)
        begun, before = time.perf_counter(), _spent(running.pid)
        await _one(env.client, "floor", size)
        return size / (time.perf_counter() - begun), _each(before, _spent(running.pid), size)


def _spent(worker: int) -> list[float]:
    return [cpu_seconds(worker), cpu_seconds(server_beside_us())]


def _each(before: list[float], after: list[float], size: int) -> list[float]:
    return [(there - here) * 1000 / size for here, there in zip(before, after, strict=True)]


async def _one(client: Client, name: str, size: int) -> None:
    async def begin(number: int) -> None:
        await client.start_workflow(
            "floor", args=[STEPS, APART, _PAYLOAD], id=f"{name}/{number}", task_queue=floor.QUEUE
        )

    await in_turn(range(size), begin)

    async def over() -> bool:
        return (await client.count_workflows("ExecutionStatus = 'Running'")).count == 0

    await until(over)


async def _cases(env: WorkflowEnvironment, here: Path, size: int) -> tuple[float, tuple[int, int], list[float]]:
    address = env.client.service_client.config.target_host
    ledger = Ledger(f"sqlite:///{here / 'relance.db'}")
    ledger.migrate()
    used = policy(*[message(f"step-{number}", number * APART) for number in range(1, STEPS + 1)])
    due = datetime.now(UTC).date()
    warm, *ids = fill(ledger, used, due, size + 1)
    await prepare_namespace(env.client)
    with product_worker(here, address) as running:
        await _walk(env.client, ledger, [warm], done=1)
        begun, before = time.perf_counter(), _spent(running.pid)
        await _walk(env.client, ledger, ids, done=size + 1)
        rate, spent = size / (time.perf_counter() - begun), _each(before, _spent(running.pid), size)
    costs = await cost_of(env.client.get_workflow_handle(f"case/{ids[0]}"))
    ledger.close()
    return rate, costs, spent


async def _walk(client: Client, ledger: Ledger, ids: list[str], done: int) -> None:
    """A life is over when the policy is at its end and a person is asked."""

    async def begin(case_id: str) -> None:
        await client.start_workflow("case", CaseState(case_id), id=f"case/{case_id}", task_queue=TASK_QUEUE)

    await in_turn(ids, begin)

    async def over() -> bool:
        return counted(ledger, "doing = 'ask'") >= done

    await until(over)
