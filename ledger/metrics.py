"""The numbers that Prometheus asks of the ledger, each from an index, so that a million cases cost a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from ledger.schema import cases, deliveries, tasks
from ledger.sending import Plan, today
from ledger.stuck import without_next_action

_HOUR = timedelta(hours=1)

# Every number by name, with what it means: a dashboard and its alarms may count on these.
GAUGES = {
    "relance_cases_open": "Open cases by the step that comes next; `none` where a person or a date is waited for.",
    "relance_cases_without_next_action": "Open cases with no timer, no hold and no task: must be 0.",
    "relance_due_oldest_seconds": "How long the oldest step that is due has waited.",
    "relance_due_overdue": "Steps that are due for more than an hour.",
    "relance_deliveries_today": "Deliveries claimed since the day began, by channel, state and result.",
    "relance_outcomes_unknown": "Open tasks about deliveries of which nobody knows whether they arrived.",
    "relance_tasks_open": "Open tasks by kind.",
    "relance_sending_stopped": "1 while sending is stopped, by a person or by the brake.",
    "relance_sending_foreseen": "Cases that the day's plan and explicit acts foresaw to be contacted.",
    "relance_sending_contacted": "Cases contacted since the day began, or since sending was resumed.",
    "relance_sending_too_few": "1 while far fewer contacts are made than were foreseen.",
}


@dataclass(frozen=True)
class Reading:
    """One number of `GAUGES`; label values are steps, channels, states and kinds, never a case or a person."""

    name: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


def readings(db: Connection, planned: Plan, now: datetime) -> list[Reading]:
    """Every number of `GAUGES` as the ledger has it now."""
    going = today(db, planned, now)
    oldest = (now - going.oldest_due).total_seconds() if going.oldest_due else 0.0
    return [
        *_grouped(db, "relance_cases_open", {"step": cases.c.step}, cases.c.status == "open"),
        Reading("relance_cases_without_next_action", without_next_action(db, now - _HOUR)),
        Reading("relance_due_oldest_seconds", oldest),
        Reading("relance_due_overdue", going.overdue),
        *_grouped(db, "relance_deliveries_today", _DELIVERY, deliveries.c.claimed_at >= planned.counted_from),
        *_tasks(db),
        Reading("relance_sending_stopped", 1 if going.stopped else 0),
        Reading("relance_sending_foreseen", going.foreseen),
        Reading("relance_sending_contacted", going.contacted),
        Reading("relance_sending_too_few", 1 if going.too_few(now) else 0),
    ]


_DELIVERY = {"channel": deliveries.c.channel, "state": deliveries.c.state, "result": deliveries.c.result}


def _tasks(db: Connection) -> Iterator[Reading]:
    found = list(_grouped(db, "relance_tasks_open", {"kind": tasks.c.kind}, tasks.c.state == "open"))
    yield from found
    unknown = sum(one.value for one in found if one.labels["kind"] == "outcome_unknown")
    yield Reading("relance_outcomes_unknown", unknown)


def _grouped(db: Connection, name: str, labels: dict[str, Any], which: Any) -> Iterator[Reading]:
    query: Select[Any] = select(*labels.values(), func.count()).where(which).group_by(*labels.values())
    for *values, count in db.execute(query):
        yield Reading(name, count, {label: str(value or "none") for label, value in zip(labels, values, strict=True)})
