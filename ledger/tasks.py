"""Tasks: the work that waits for a person, one open at a time for each case and key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from ledger.dialects import insert_new
from ledger.errors import IllegalMove, TaskMissing
from ledger.schema import tasks

TaskState = Literal["open", "done", "dropped"]


@dataclass(frozen=True)
class TaskWanted:
    """A task that should be open. `body` is JSON: script, deadline, attempts, whatever the kind of task needs."""

    key: str
    kind: str
    title: str
    body: dict[str, Any] = field(default_factory=dict, repr=False)
    due_at: datetime | None = None


@dataclass(frozen=True)
class TaskDone:
    """Who settled the task with this key, and what came of it, as JSON."""

    key: str
    closed_by: str
    result: Any = None


@dataclass(frozen=True)
class TaskRow:
    """A task as it is kept; `case_id` is None when it belongs to no case."""

    id: int
    case_id: str | None
    key: str
    kind: str
    title: str
    body: dict[str, Any] = field(repr=False)
    due_at: datetime | None
    state: TaskState
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    result: Any


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks to list, the most urgent first; None means any."""

    state: TaskState | None = "open"
    kind: str | None = None
    case_id: str | None = None
    limit: int = 50
    offset: int = 0


class Settled(Protocol):
    """The part of a case's record that tasks need: when it was made, and which tasks a person settled."""

    @property
    def at(self) -> datetime: ...
    @property
    def done(self) -> tuple[TaskDone, ...]: ...


def reconcile(db: Connection, case_id: str, wanted: Sequence[TaskWanted], settled: Settled) -> list[TaskRow]:
    """Make a case's open tasks exactly the wanted ones and return those it opened.

    What a person did is `done`, what is wanted no longer is `dropped`; a key wanted again later opens a new task.
    The caller holds the lock on the case's row.
    """
    open_now = {row.key: row for row in db.execute(_of_case(case_id, "open"))}
    for one in settled.done:
        if one.key in open_now:
            _close(db, open_now.pop(one.key).id, one, settled.at)
    wanted_now = {one.key: one for one in wanted}
    for key, row in open_now.items():
        if key in wanted_now:
            _refresh(db, row, wanted_now[key])
        else:
            _close(db, row.id, None, settled.at)
    missing = [one for key, one in wanted_now.items() if key not in open_now]
    return [_open(db, case_id, one, settled.at) for one in missing]


def open_task(db: Connection, wanted: TaskWanted, at: datetime, case_id: str | None = None) -> TaskRow | None:
    """Open a task outside a case's record, for example for a message that belongs to no case; None when it is open."""
    row = {**vars(wanted), "case_id": case_id, "state": "open", "opened_at": at}
    opened = db.execute(insert_new(db, tasks).values(**row).returning(tasks)).one_or_none()
    return None if opened is None else _task(opened)


def close_task(db: Connection, task_id: int, done: TaskDone, at: datetime) -> TaskRow:
    """Say that a person settled a task; TaskMissing when there is none, IllegalMove when it is not open any more."""
    kept = task(db, task_id)
    if kept.key != done.key:
        raise IllegalMove(f"task {task_id} is {kept.key}, not {done.key}")
    if not _close(db, task_id, done, at):
        raise IllegalMove(f"task {task_id} ({kept.key}) is {kept.state} and cannot be closed again")
    return task(db, task_id)


def task(db: Connection, task_id: int) -> TaskRow:
    """The task; TaskMissing when there is none."""
    row = db.execute(select(tasks).where(tasks.c.id == task_id)).one_or_none()
    if row is None:
        raise TaskMissing(f"no task {task_id} in the ledger")
    return _task(row)


def list_tasks(db: Connection, wanted: TaskFilter) -> list[TaskRow]:
    """One page of tasks, those due first first; tasks without a due moment come last."""
    query = _where(select(tasks), wanted).order_by(tasks.c.due_at.nulls_last(), tasks.c.id)
    return [_task(row) for row in db.execute(query.limit(wanted.limit).offset(wanted.offset))]


def count_tasks(db: Connection, wanted: TaskFilter) -> int:
    """How many tasks the filter lets through, over all pages."""
    return db.scalar(_where(select(func.count()).select_from(tasks), wanted)) or 0


def _where(query: Select[Any], wanted: TaskFilter) -> Select[Any]:
    asked = {tasks.c.state: wanted.state, tasks.c.kind: wanted.kind, tasks.c.case_id: wanted.case_id}
    return query.where(*(column == value for column, value in asked.items() if value is not None))


def _of_case(case_id: str, state: TaskState) -> Select[Any]:
    return select(tasks).where(tasks.c.case_id == case_id, tasks.c.state == state).order_by(tasks.c.id)


def _open(db: Connection, case_id: str, wanted: TaskWanted, at: datetime) -> TaskRow:
    row = {**vars(wanted), "case_id": case_id, "state": "open", "opened_at": at}
    return _task(db.execute(insert(tasks).values(**row).returning(tasks)).one())


def _refresh(db: Connection, row: Row[Any], wanted: TaskWanted) -> None:
    if _task(row).body == wanted.body and (row.title, row.kind, row.due_at) == (
        wanted.title,
        wanted.kind,
        wanted.due_at,
    ):
        return
    db.execute(update(tasks).where(tasks.c.id == row.id).values(**vars(wanted)))


def _close(db: Connection, task_id: int, done: TaskDone | None, at: datetime) -> bool:
    values: dict[str, Any] = {"state": "dropped", "closed_at": at}
    if done is not None:
        values |= {"state": "done", "closed_by": done.closed_by, "result": done.result}
    return (
        db.execute(update(tasks).where(tasks.c.id == task_id, tasks.c.state == "open").values(**values)).rowcount == 1
    )


def _task(row: Row[Any]) -> TaskRow:
    return TaskRow(**row._mapping)
