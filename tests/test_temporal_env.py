"""The server under skipped time that the other tests rely on: days pass in moments, also for many cases at once."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.temporal_env import queue_name, skipping_env, worker_on
from tests.tiny_worker import Siesta, nap

__all__ = ["skipping_env"]


@pytest.fixture(autouse=True)
def short_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here needs two real seconds of work."""
    monkeypatch.setenv("RELANCE_TEST_NAP", "0")


async def test_sixty_days_pass_in_seconds(skipping_env: WorkflowEnvironment, tmp_path: Path) -> None:
    """Twenty cases opened on 2 March wait until May, all at once, and every one takes its step."""
    queue, begun = queue_name(), time.monotonic()
    async with worker_on(skipping_env, queue, [Siesta], [nap]):
        handles = await asyncio.gather(
            *(
                skipping_env.client.start_workflow(
                    Siesta.run, args=[str(tmp_path), 60 * 86400.0], id=f"case/{uuid.uuid4()}", task_queue=queue
                )
                for _ in range(20)
            )
        )
        assert await asyncio.gather(*(handle.result() for handle in handles)) == ["rested"] * 20
        described = await handles[0].describe()
    assert time.monotonic() - begun < 30
    assert described.close_time is not None
    assert described.close_time - described.start_time >= timedelta(days=60)
