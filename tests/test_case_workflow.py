"""The durable case on the real server under skipped time: what it costs, and what stops it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from tests.durable import Room, message, policy, room
from tests.temporal_env import skipping_env

__all__ = ["skipping_env"]
pytestmark = pytest.mark.xdist_group("temporal")

# Billable: start, timers, activities, and a task's markers together (Temporal Cloud, "What counts as an action").
_BILLED = ("WORKFLOW_EXECUTION_STARTED", "TIMER_STARTED", "ACTIVITY_TASK_SCHEDULED", "MARKER_RECORDED")


async def _events(handle: WorkflowHandle[Any, Any]) -> Counter[str]:
    from temporalio.api.enums.v1 import EventType

    counted: Counter[str] = Counter()
    async for event in handle.fetch_history_events():
        counted[EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")] += 1
    return counted


async def _until_asked(room: Room, handle: WorkflowHandle[Any, Any], days: int) -> dict[str, Any]:
    await room.env.fast_forward(handle, timedelta(days=days))
    state: dict[str, Any] = await handle.query("state")
    return state


async def test_an_undisturbed_case_of_five_steps_costs_two_actions_and_eleven_events_a_step(
    skipping_env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Five reminders over two months: at most 2n+2 actions and 11n+8 events, and the case then asks a person."""
    steps = [message(f"step-{n}", n * 10) for n in range(1, 6)]
    async with room(skipping_env, tmp_path) as here:
        handle = await here.start(here.add(policy(*steps), datetime.now(UTC).date()))
        state = await _until_asked(here, handle, 70)
        events = await _events(handle)
        assert state["decision"]["do"] == "ask"
        assert [r["step"] for r in state["case"]["steps"]] == [s["step"] for s in steps]
        assert len(here.outbox) == 5
        assert sum(events[kind] for kind in _BILLED) <= 2 * 5 + 2
        assert events.total() <= 11 * 5 + 8
