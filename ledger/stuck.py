"""Cases that wait in vain: what a doctor asks the ledger, since a case that nobody moves is a debt nobody collects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from ledger.schema import cases, tasks
from ledger.sending import busy

Ailment = Literal["nobody_moves_it", "overdue", "undecided", "performing"]


@dataclass(frozen=True)
class StuckCase:
    """An open case that does not go on, why, and since when (aware UTC)."""

    case_id: str
    ailment: Ailment
    since: datetime


def stuck_cases(db: Connection, now: datetime, patience: timedelta) -> Iterator[StuckCase]:
    """Open cases that nothing moves, each once, those of one ailment by id.

    `nobody_moves_it`: there is neither a timer (a hold has one or a task) nor an open task.
    `overdue`, `performing`, `undecided`: the moment passed, the step began, the case came in `patience` ago or earlier.
    """
    late = now - patience
    seen: set[str] = set()
    for ailment, where, since in _ailments(late):
        query = select(cases.c.id, since.label("since")).where(cases.c.status == "open", where).order_by(cases.c.id)
        for row in db.execute(query):
            if row.id not in seen:
                seen.add(row.id)
                yield StuckCase(row.id, ailment, row.since)


def without_next_action(db: Connection, late: datetime) -> int:
    """How many open cases nothing will ever move: decided, with no timer and no task; or under way since `late`."""
    adrift = select(func.count()).select_from(cases).where(cases.c.status == "open", _nobody_moves_it())
    stale = select(func.count()).select_from(cases).where(busy(), cases.c.changed_at < late)
    return (db.scalar(adrift) or 0) + (db.scalar(stale) or 0)


def _nobody_moves_it() -> ColumnElement[bool]:
    mine = and_(tasks.c.case_id == cases.c.id, tasks.c.state == "open")
    return and_(cases.c.next_at.is_(None), cases.c.doing.in_(("ask", "wait")), ~exists().where(mine))


def _ailments(late: datetime) -> tuple[tuple[Ailment, ColumnElement[bool], ColumnElement[Any]], ...]:
    return (
        ("nobody_moves_it", _nobody_moves_it(), cases.c.changed_at),
        ("overdue", cases.c.next_at < late, cases.c.next_at),
        ("performing", (cases.c.doing == "perform") & (cases.c.changed_at < late), cases.c.changed_at),
        ("undecided", cases.c.doing.is_(None) & (cases.c.opened_at < late), cases.c.opened_at),
    )


def open_case_ids(db: Connection) -> set[str]:
    """The id of every open case."""
    return set(db.scalars(select(cases.c.id).where(cases.c.status == "open")))
