"""What a day was expected to send, what it sent, and the brake: so that a flood is seen while it is still small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, case, distinct, func, or_, select, type_coerce

from ledger.dialects import insert_new
from ledger.errors import IllegalMove
from ledger.schema import cases, deliveries, delivery_cases, sending_added, sending_brake, sending_plans, tasks
from ledger.tasks import TaskDone, TaskFilter, TaskWanted, close_task, list_tasks, open_task

STOPPED_TASK = "sending_stopped"
_WENT = ("sending", "sent", "unknown")
_ASKED = ("approve", "call", "route")
_HOUR = timedelta(hours=1)
_FEW = 20  # below so many steps a quiet day and a broken one look alike


@dataclass(frozen=True)
class BrakeRow:
    """One act on the brake. `code` says what was found: `by_hand`, or a code of `dunning.reasons`."""

    no: int
    at: datetime
    act: Literal["stopped", "resumed"]
    code: str
    acted_by: str
    why: str


@dataclass(frozen=True)
class Act:
    """A stop or a resumption: found what or by hand, by whom, and why in words."""

    at: datetime
    code: str
    acted_by: str
    why: str


@dataclass(frozen=True)
class Day:
    """A day of the house with its first moment and the first moment after it, both UTC."""

    day: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Plan:
    """What was expected of a day when its plan was made; `counted_from` is where its contacts are counted from.

    `foreseen`: open cases that may contact somebody by the end of the day. `steps_due`: those of them whose step waits
    for nothing but its moment, four in five of them before `most_due_at`.
    """

    day: date
    brake_no: int
    made_at: datetime
    counted_from: datetime
    ends_at: datetime
    foreseen: int
    steps_due: int
    most_due_at: datetime | None
    added_before: int


def brake(db: Connection) -> BrakeRow | None:
    """The last act on the brake: sending is stopped when it is a stop. None when nobody ever touched it."""
    row = db.execute(select(sending_brake).order_by(sending_brake.c.no.desc()).limit(1)).one_or_none()
    return None if row is None else BrakeRow(**row._mapping)


def brake_rows(db: Connection, limit: int = 50) -> list[BrakeRow]:
    """The acts on the brake, the newest first."""
    rows = db.execute(select(sending_brake).order_by(sending_brake.c.no.desc()).limit(limit))
    return [BrakeRow(**row._mapping) for row in rows]


def stop_sending(db: Connection, act: Act, title: str) -> BrakeRow:
    """Stop all sending and ask a person, once: whoever comes second gets the stop that holds already."""
    last = brake(db)
    if last and last.act == "stopped":
        return last
    made = _add(db, "stopped", act, last)
    if made:
        open_task(db, TaskWanted(STOPPED_TASK, STOPPED_TASK, title, {"code": act.code, "why": act.why}), act.at)
    return made or _standing(db)


def resume_sending(db: Connection, act: Act, day: Day) -> BrakeRow:
    """Let sending go on, with a new plan for what is due now; IllegalMove when it is not stopped."""
    last = brake(db)
    made = _add(db, "resumed", act, last) if last and last.act == "stopped" else None
    if made is None:
        raise IllegalMove("sending is not stopped")
    for task in list_tasks(db, TaskFilter(kind=STOPPED_TASK)):
        close_task(db, task.id, TaskDone(task.key, act.acted_by, {"why": act.why}), act.at)
    plan(db, day, act.at)
    # Those whose next look is after midnight are woken today all the same.
    later = select(func.count()).select_from(cases).where(_held(), cases.c.next_at >= day.ends_at)
    foresee(db, act.at, db.scalar(later) or 0, "held back")
    return made


def _add(db: Connection, act: Literal["stopped", "resumed"], told: Act, last: BrakeRow | None) -> BrakeRow | None:
    row = BrakeRow((last.no if last else 0) + 1, told.at, act, told.code, told.acted_by, told.why)
    added = insert_new(db, sending_brake).values(**vars(row)).returning(sending_brake.c.no)
    return row if db.scalar(added) is not None else None


def _standing(db: Connection) -> BrakeRow:
    row = brake(db)
    if row is None:
        raise IllegalMove("the brake has no row")
    return row


def last_resumed(db: Connection, code: str) -> datetime | None:
    """When a person let sending go on after a stop with this code for the last time."""
    stopped = select(sending_brake.c.no + 1).where(sending_brake.c.act == "stopped", sending_brake.c.code == code)
    after = select(sending_brake.c.at).where(sending_brake.c.no.in_(stopped))
    return db.scalar(after.order_by(sending_brake.c.no.desc()).limit(1))


def plan(db: Connection, day: Day, now: datetime) -> Plan:
    """The day's plan as the brake stands, made now when this is the first look at the day or after a stop."""
    last = brake(db)
    brake_no = last.no if last else 0
    found = known_plan(db, day.day, brake_no)
    if found:
        return found
    made = _count(db, day, now, last)
    db.execute(insert_new(db, sending_plans).values(**vars(made)))
    return known_plan(db, day.day, brake_no) or made


def known_plan(db: Connection, day: date, brake_no: int) -> Plan | None:
    """The plan of a day; None when it is not made yet."""
    which = (sending_plans.c.day == day, sending_plans.c.brake_no == brake_no)
    row = db.execute(select(sending_plans).where(*which)).one_or_none()
    return None if row is None else Plan(**row._mapping)


def _count(db: Connection, day: Day, now: datetime, last: BrakeRow | None) -> Plan:
    due = and_(cases.c.status == "open", cases.c.next_at < day.ends_at)
    waits = case((and_(cases.c.doing == "wait", cases.c.step.is_not(None)), 1))
    by_time, steps_due = db.execute(select(func.count(), func.count(waits)).select_from(cases).where(due)).one()
    at_once = db.scalar(select(func.count()).select_from(cases).where(busy())) or 0
    four_in_five = select(cases.c.next_at).where(due).order_by(cases.c.next_at).offset(by_time * 4 // 5).limit(1)
    most = db.scalar(four_in_five)
    resumed = last is not None and last.act == "resumed" and last.at > day.starts_at
    return Plan(
        day=day.day,
        brake_no=last.no if last else 0,
        made_at=now,
        counted_from=last.at if last and resumed else day.starts_at,
        ends_at=day.ends_at,
        foreseen=by_time + at_once,
        steps_due=steps_due,
        most_due_at=max(most, now) if most else None,
        added_before=db.scalar(select(func.max(sending_added.c.id))) or 0,
    )


def busy() -> ColumnElement[bool]:
    """Open cases that are not yet decided, or about to be performed: the small index `ix_cases_busy` has them."""
    return and_(cases.c.status == "open", or_(cases.c.doing.is_(None), cases.c.doing == "perform"))


def foresee(db: Connection, at: datetime, count: int, why: str) -> None:
    """An explicit act (an import, a person's act on a case) may lead to so many contacts more than were planned."""
    db.execute(insert_new(db, sending_added).values(at=at, cases=count, why=why))


def added(db: Connection, planned: Plan) -> int:
    """How many contacts explicit acts added since the plan was made."""
    since = sending_added.c.id > planned.added_before
    return int(db.scalar(select(func.coalesce(func.sum(sending_added.c.cases), 0)).where(since)) or 0)


def contacted(db: Connection, planned: Plan, states: Sequence[str] | None = None) -> int:
    """How many cases had a delivery claimed under the plan; only deliveries in `states`, when some are named."""
    query = _claimed(select(func.count(distinct(delivery_cases.c.case_id))), planned)
    return db.scalar(query if states is None else query.where(deliveries.c.state.in_(states))) or 0


def went_out(db: Connection, planned: Plan) -> int:
    """How many cases had a message or a hand-over that went out under the plan, as far as anybody can know."""
    return contacted(db, planned, _WENT)


def case_contacts(db: Connection, planned: Plan, case_id: str) -> set[tuple[str, int]]:
    """The contacts (step, occurrence) claimed for a case under the plan."""
    query = _claimed(select(delivery_cases.c.step, delivery_cases.c.occurrence), planned)
    return {(row.step, row.occurrence) for row in db.execute(query.where(delivery_cases.c.case_id == case_id))}


def step_contacts(db: Connection, case_id: str, step: str) -> int:
    """How many occurrences of a step went out for a case in its whole life."""
    query = select(func.count(distinct(delivery_cases.c.occurrence))).join_from(delivery_cases, deliveries)
    which = (delivery_cases.c.case_id == case_id, delivery_cases.c.step == step, deliveries.c.state.in_(_WENT))
    return db.scalar(query.where(*which)) or 0


def debtor_contacts(db: Connection, planned: Plan, debtor_id: str) -> int:
    """The contacts claimed for a debtor under the plan."""
    parts = (delivery_cases.c.case_id, delivery_cases.c.step, delivery_cases.c.occurrence)
    each = _claimed(select(*parts), planned).where(deliveries.c.debtor_id == debtor_id).distinct().subquery()
    return db.scalar(select(func.count()).select_from(each)) or 0


def _claimed(query: Select[Any], planned: Plan) -> Select[Any]:
    return (
        query.select_from(delivery_cases)
        .join(deliveries, deliveries.c.id == delivery_cases.c.delivery_id)
        .where(deliveries.c.claimed_at >= planned.counted_from, deliveries.c.claimed_at < planned.ends_at)
    )


def steps_asked(db: Connection, planned: Plan) -> int:
    """How many steps were put before a person under the plan instead of being sent: calls, approvals, ways out."""
    since = and_(tasks.c.opened_at >= planned.counted_from, tasks.c.opened_at < planned.ends_at)
    asked = select(func.count()).select_from(tasks).where(since, tasks.c.kind.in_(_ASKED))
    return db.scalar(asked) or 0


def held_back(db: Connection, after: str = "", limit: int = 500) -> list[str]:
    """Open cases whose step waits for the brake, by id, a page at a time."""
    return list(db.scalars(select(cases.c.id).where(_held(), cases.c.id > after).order_by(cases.c.id).limit(limit)))


def _held() -> ColumnElement[bool]:
    waits = type_coerce(cases.c.because, Text).contains('"code":"sending_stopped"')
    return and_(cases.c.status == "open", cases.c.doing == "wait", waits)


@dataclass(frozen=True)
class Today:
    """How the day goes. `overdue`: steps due for more than an hour, `oldest_due`: the moment of the oldest one due."""

    stopped: BrakeRow | None
    plan: Plan
    foreseen: int
    contacted: int
    went_out: int
    carried_out: int
    overdue: int
    oldest_due: datetime | None
    last_claim: datetime | None

    def too_few(self, now: datetime) -> str | None:
        """Why fewer went out than the day foresaw, or None: an alarm, which stops nothing."""
        if self.stopped:
            return None
        late = self.plan.most_due_at is not None and now >= self.plan.most_due_at + _HOUR
        if late and self.plan.steps_due >= _FEW and self.carried_out * 2 < self.plan.steps_due:
            return f"{self.carried_out} of the {self.plan.steps_due} steps foreseen were carried out, less than half"
        if self.overdue and (self.last_claim is None or self.last_claim < now - _HOUR):
            return f"nothing was sent for an hour, and {self.overdue} steps are due for longer than that"
        return None


def today(db: Connection, planned: Plan, now: datetime) -> Today:
    """How the day goes, by a handful of short questions."""
    last = brake(db)
    went = went_out(db, planned)
    open_now = cases.c.status == "open"
    return Today(
        stopped=last if last and last.act == "stopped" else None,
        plan=planned,
        foreseen=planned.foreseen + added(db, planned),
        contacted=contacted(db, planned),
        went_out=went,
        carried_out=went + steps_asked(db, planned),
        overdue=db.scalar(select(func.count()).select_from(cases).where(open_now, cases.c.next_at < now - _HOUR)) or 0,
        oldest_due=db.scalar(
            select(cases.c.next_at).where(open_now, cases.c.next_at <= now).order_by(cases.c.next_at).limit(1)
        ),
        last_claim=db.scalar(select(deliveries.c.claimed_at).order_by(deliveries.c.claimed_at.desc()).limit(1)),
    )


def plan_seen(db: Connection, day: Day, now: datetime) -> Plan:
    """The plan that a reader of the day looks at: the one that holds, or the one that a stop ended; nothing is kept."""
    last = brake(db)
    brake_no = last.no if last else 0
    found = known_plan(db, day.day, brake_no)
    if found is None and last and last.act == "stopped":
        found = known_plan(db, day.day, brake_no - 1)
    return found or _count(db, day, now, last)
