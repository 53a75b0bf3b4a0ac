"""SendGrid's own pace on the real server: a wait that it asks for is kept, and one too long becomes a decision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from tests.durable import Room, message, policy, room
from tests.sendgrid_server import Stub, sender, stub
from tests.temporal_env import skipping_env

__all__ = ["skipping_env", "stub"]
pytestmark = pytest.mark.xdist_group("temporal")


@asynccontextmanager
async def due_case(env: WorkflowEnvironment, folder: Path, stub: Stub) -> AsyncIterator[tuple[Room, str]]:
    """A case whose reminder is due now and goes to the stub."""
    async with room(env, folder) as here:
        room_of = here.activities._room
        here.activities._room = replace(room_of, senders={**room_of.senders, "email": sender(stub)})
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        yield here, here.add(policy(message("first", 0)), yesterday)


async def state_of(handle: WorkflowHandle[Any, Any]) -> dict[str, Any]:
    state: dict[str, Any] = await handle.query("state")
    return state


async def pauses(handle: WorkflowHandle[Any, Any]) -> list[timedelta]:
    """Every pause that the case made so far."""
    events = [event async for event in handle.fetch_history_events()]
    started = [
        event.timer_started_event_attributes for event in events if event.HasField("timer_started_event_attributes")
    ]
    return [timer.start_to_fire_timeout.ToTimedelta() for timer in started]


async def test_the_next_try_waits_as_long_as_sendgrid_asked(
    skipping_env: WorkflowEnvironment, tmp_path: Path, stub: Stub
) -> None:
    """SendGrid asks for ten minutes on 2 November: the next try is in ten minutes, and not in two seconds."""
    stub.status, stub.headers = 429, {"Retry-After": "600"}
    async with due_case(skipping_env, tmp_path, stub) as (here, case_id):
        handle = await here.start(case_id)
        for _ in range(100):
            if await pauses(handle):
                break
            await asyncio.sleep(0.05)
        assert await pauses(handle) == [timedelta(minutes=10)]
        assert len(stub.asked) == 1
        stub.status = 202
        await skipping_env.fast_forward(handle, timedelta(minutes=11))
        assert here.delivery_states(case_id) == ["sent"]
        assert len(stub.asked) == 2


async def test_a_wait_longer_than_an_activity_becomes_a_decision(
    skipping_env: WorkflowEnvironment, tmp_path: Path, stub: Stub
) -> None:
    """SendGrid is closed to us for two hours: the case decides when to try again, and the letter goes out once."""
    stub.status, stub.headers = 429, {"Retry-After": "7200"}
    async with due_case(skipping_env, tmp_path, stub) as (here, case_id):
        handle = await here.start(case_id)
        await here.wait_for_tries(case_id, 1)
        await skipping_env.fast_forward(handle, timedelta(minutes=1))
        state = await state_of(handle)
        assert state["decision"]["do"] != "perform"
        assert len(stub.asked) == 1
        stub.status = 202
        await skipping_env.fast_forward(handle, timedelta(days=2))
        assert here.delivery_states(case_id) == ["sent"]
        assert len(stub.asked) == 2
