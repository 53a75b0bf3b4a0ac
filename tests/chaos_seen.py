"""Looks at every run of a chaos run as the Temporal server shows it: is it alive, and was anything sent too late?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from console.cases import Cases, NoWorker
from tests.chaos_book import Planned
from tests.chaos_count import Seen

_AT_ONCE = 10
_TRIES = 5


async def look(client: Client, cases: Cases, planned: Iterable[Planned]) -> dict[str, Seen]:
    """Each case's run, by case id."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(case_id: str) -> tuple[str, Seen]:
        async with turn:
            return case_id, await _seen(client, cases, case_id)

    return dict(await asyncio.gather(*(one(planned.case_id) for planned in planned)))


async def _seen(client: Client, cases: Cases, case_id: str) -> Seen:
    try:
        described = await client.get_workflow_handle(f"case/{case_id}").describe()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return Seen(None, None, failing=False, busy=False)
    raw = described.raw_description
    failing = raw.pending_workflow_task.attempt > 1
    busy = raw.HasField("pending_workflow_task") or bool(raw.pending_activities)
    return Seen(described.status, await _asked(cases, case_id), failing, busy)


async def _asked(cases: Cases, case_id: str) -> dict[str, Any] | None:
    """What the run says, though thousands of runs that no worker has in its memory are asked at once."""
    for _ in range(_TRIES):
        with suppress(NoWorker):
            return await cases.state(case_id)
    return await cases.state(case_id)


async def decided_after_payment(client: Client, one: Planned) -> list[str]:
    """Steps that were decided on after the payment in full was in the case's history: there must be none.

    A send already under way is one whose activity stands before the payment in the history.
    """
    history = await client.get_workflow_handle(f"case/{one.case_id}").fetch_history()
    paid = False
    found: list[str] = []
    for event in history.events:
        paid = paid or _is_payment(event)
        if paid and event.activity_task_scheduled_event_attributes.activity_type.name == "perform":
            found.append(f"{one.case_id}: event {event.event_id} performs after the payment")
    return found


async def begun_after_payment(client: Client, one: Planned) -> int:
    """How many tries of a step decided on before the payment began only after it (a worker had died in between)."""
    history = await client.get_workflow_handle(f"case/{one.case_id}").fetch_history()
    payments = [event.event_time.ToDatetime() for event in history.events if _is_payment(event)]
    begun = [event for event in history.events if event.HasField("activity_task_started_event_attributes")]
    return sum(event.event_time.ToDatetime() > payments[0] for event in begun) if payments else 0


def _is_payment(event: HistoryEvent) -> bool:
    if not event.HasField("workflow_execution_signaled_event_attributes"):
        return False
    told: Any = json.loads(event.workflow_execution_signaled_event_attributes.input.payloads[0].data)
    return bool(told["fact"] == "PaymentReceived")
