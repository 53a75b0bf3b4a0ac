"""`relance sending`: how the day goes, and the stop that a person or the brake puts to everything that goes out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from activities.brake import limits_of, sending_task
from console.desk import Desk, operator
from console.output import FINE, Say, Stop, json_out, moment, note, out
from console.progress import progress_bar
from ledger import sending
from ledger.errors import IllegalMove
from ledger.sending import Act, BrakeRow, Today

if TYPE_CHECKING:
    from console.cases import Cases

sending_app = App(name="sending", help="What goes out today, and the stop for all of it.")
PAGE = 500
SAY = Say()
Why = Annotated[str, Parameter(help="Why, for the journal of stops.")]
By = Annotated[str | None, Parameter(help="Who acts; your login when left out.")]


@sending_app.default
def status(*, say: Say = SAY) -> int:
    """Show what was foreseen for today, what went out, and whether sending is stopped."""
    desk = Desk()
    now, limits = datetime.now(UTC), limits_of(desk.settings)
    day = limits.day(now)
    with desk.ledger.read() as db:
        going = sending.today(db, sending.plan_seen(db, day, now), now)
        rows = sending.brake_rows(db)
    most, few = limits.most(going.foreseen), going.too_few(now)
    if say.as_json:
        json_out({"today": going, "limit": most, "too_few": few, "acts": rows})
        return FINE
    _tell(going, most, few)
    for row in rows[:5]:
        out(f"  {moment(row.at)}  {row.act} by {row.acted_by}: {row.why}")
    return FINE


def _tell(going: Today, most: int, few: str | None) -> None:
    stop = going.stopped
    out(f"Sending is stopped since {moment(stop.at)} by {stop.acted_by}: {stop.why}." if stop else "Sending is on.")
    if stop:
        out("`relance sending resume --why ...` lets it go on; what waited then goes out within minutes.")
    out(f"Foreseen for {going.plan.day}: {going.foreseen} cases; the brake stops beyond {most}.")
    since = f" since {moment(going.plan.counted_from)}"
    out(f"Contacted{since}: {going.contacted} cases, {going.went_out} of them sent; {going.overdue} wait for an hour.")
    if few:
        out(f"Too few: {few}. Look at the worker, and at `relance case list`.")


@sending_app.command
def stop(*, why: Why, by: By = None, say: Say = SAY) -> int:
    """Stop everything that goes out, at once: messages and hand-overs wait, payments are still taken in."""
    desk = Desk()
    act = Act(datetime.now(UTC), "by_hand", _who(by), _said(why))
    with desk.ledger.write() as db:
        before = sending.brake(db)
        row = sending.stop_sending(db, act, sending_task(act, desk.language))
    if before and before.act == "stopped":
        raise Stop(f"Sending is stopped already, since {moment(row.at)} by {row.acted_by}: {row.why}.")
    return _done(row, say, "Sending is stopped. What is in a provider's hands at this moment may still leave.")


@sending_app.command
def resume(*, why: Why, by: By = None, say: Say = SAY) -> int:
    """Let sending go on: a new plan is made of what is due now, and the cases that waited are told."""
    desk = Desk()
    now = datetime.now(UTC)
    act = Act(now, "by_hand", _who(by), _said(why))
    try:
        with desk.ledger.write() as db:
            row = sending.resume_sending(db, act, limits_of(desk.settings).day(now))
    except IllegalMove:
        raise Stop("Sending is not stopped.") from None
    told = _tell_cases(desk, row)
    return _done(row, say, f"Sending goes on; {told} cases that waited were told.", told)


def _tell_cases(desk: Desk, row: BrakeRow) -> int:
    from worker import CannotRun

    if not _waiting(desk):
        return 0
    try:
        return desk.at_the_door(lambda cases: wake(cases, desk, row))
    except (Stop, CannotRun) as away:
        note(f"The cases that waited could not be told and look again by themselves, within an hour and a half. {away}")
        return 0


async def wake(cases: Cases, desk: Desk, row: BrakeRow) -> int:
    """Tell the cases that wait for the brake; those it does not reach look again by themselves in an hour or so."""
    waiting = _waiting(desk)
    fact = {"fact": "SendingResumed", "id": f"sending-{row.no}", "by": row.acted_by}
    with progress_bar("telling cases", len(waiting)) as step:
        await cases.tell_all([(case_id, fact) for case_id in waiting], step)
    return len(waiting)


def _waiting(desk: Desk) -> list[str]:
    found: list[str] = []
    with desk.ledger.read() as db:
        while page := sending.held_back(db, after=found[-1] if found else "", limit=PAGE):
            found += page
    return found


def _who(by: str | None) -> str:
    return (by or operator())[:80]


def _said(why: str) -> str:
    if not why.strip():
        raise Stop("Say why: it is kept, and others read it.")
    return why.strip()[:300]


def _done(row: BrakeRow, say: Say, words: str, told: int | None = None) -> int:
    if say.as_json:
        json_out({"act": row, "told": told})
    else:
        out(words)
    return FINE
