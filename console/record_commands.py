"""What the ledger keeps for later: the journal and whether it was altered, the tasks, and a case's whole file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from console.acting import ME, CaseId, Who, tell
from console.desk import Desk, operator
from console.export import case_file
from console.journal_words import told as told_by
from console.output import COULD_NOT_RUN, FINE, REFUSED, Say, Stop, json_out, moment, out, table
from console.task_words import advice, is_done_by_hand, sheet
from ledger.errors import IllegalMove, TaskMissing
from ledger.journal import Break, journal_of, verify_journal
from ledger.sending import STOPPED_TASK
from ledger.tasks import TaskDone, TaskFilter, TaskRow, close_task, count_tasks, list_tasks, task

journal_app = App(name="journal", help="The journal of cases, and whether it was altered.")
task_app = App(name="task", help="The work that waits for people.")
SAY = Say()


@journal_app.command
def verify(case: CaseId | None = None, /, *, say: Say = SAY) -> int:
    """Check that the journal of a case, or of all, is as it was written."""
    desk = Desk()
    wanted = desk.case(case).id if case else None
    with desk.ledger.read() as db:
        breaks: list[Break] = list(verify_journal(db, wanted))
    if say.as_json:
        json_out({"breaks": breaks})
    else:
        for broken in breaks:
            out(f"{broken.case_id}, row {broken.row_no}: {broken.what}")
        out(f"{len(breaks)} breaks." if breaks else "The journal is as it was written.")
    return REFUSED if breaks else FINE


@journal_app.command(name="show")
def show_journal(case: CaseId, /, *, say: Say = SAY) -> int:
    """Show the journal of a case, in UTC."""
    desk = Desk()
    with desk.ledger.read() as db:
        rows = journal_of(db, desk.case(case).id)
    if say.as_json:
        json_out(rows)
        return FINE
    told = [(r.row_no, moment(r.at, UTC), r.kind, told_by(r), r.hash[:12]) for r in rows]
    table(f"Journal of {case}; times are UTC", ("row>", "at", "what", "contents", "hash"), told)
    return FINE


@task_app.command(name="list")
def list_(kind: str | None = None, case: str | None = None, *, limit: int = 50, say: Say = SAY) -> int:
    """List the open tasks, the most urgent first. Times are on this machine's clock."""
    desk = Desk()
    wanted = TaskFilter(kind=kind, case_id=desk.case(case).id if case else None, limit=limit)
    with desk.ledger.read() as db:
        rows, total = list_tasks(db, wanted), count_tasks(db, wanted)
    if say.as_json:
        json_out({"total": total, "tasks": rows})
        return FINE
    if not rows:
        out("No open task is like that." if kind or case else "Nothing waits for a person.")
        return FINE
    told = [(r.id, r.case_id, r.kind, moment(r.due_at), r.title) for r in rows]
    table(f"{len(rows)} of {total} open tasks", ("task>", "case", "kind", "by", "what"), told)
    out("`relance task show TASK` says what to do about one.")
    return FINE


@task_app.command(name="show")
def show_task(number: Annotated[int, Parameter(name="TASK")], /, *, say: Say = SAY) -> int:
    """Show a task with all that it needs: for a call the number, the history and the script."""
    desk = Desk()
    one = _task(desk, number)
    if say.as_json:
        json_out(one)
        return FINE
    out(f"Task {one.id}: {one.kind}, case {one.case_id or '-'}, {one.state}")
    out(one.title)
    if one.due_at:
        out(f"Due by {moment(one.due_at)}")
    for line in sheet(one.body):
        out(line)
    if one.state == "open":
        out(f"What to do: {advice(one.kind, one.case_id or '', one.id)}.")
    return FINE


@task_app.command
def done(number: Annotated[int, Parameter(name="TASK")], /, *, result: str = "", who: Who = ME) -> int:
    """Say that a problem was looked after. A task that asks for an act is done by that act."""
    desk = Desk()
    one = _open_task(desk, number)
    if one.kind == STOPPED_TASK:
        raise Stop(f"Task {number} is done by letting sending go on: {advice(one.kind, '')}.")
    if one.case_id is None:
        with desk.ledger.write() as db:
            closed = TaskDone(one.key, who.by or operator(), {"result": result})
            close_task(db, one.id, closed, datetime.now(UTC))
        out(f"Task {number} is done.")
        return FINE
    if not is_done_by_hand(one.kind):
        raise Stop(f"Task {number} ({one.kind}) is done by acting on the case: {advice(one.kind, one.case_id)}.")
    settled = {"fact": "ProblemSettled", "problem": one.key, "result": result}
    return tell(desk, desk.case(one.case_id), who, settled)


def _task(desk: Desk, number: int) -> TaskRow:
    try:
        with desk.ledger.read() as db:
            return task(db, number)
    except (TaskMissing, IllegalMove) as error:
        raise Stop(f"{error}.") from None


def _open_task(desk: Desk, number: int) -> TaskRow:
    found = _task(desk, number)
    if found.state != "open":
        raise Stop(f"Task {number} is {found.state} already.")
    return found


def export(
    case: CaseId,
    /,
    *,
    to: Annotated[Path, Parameter(help="Folder to put it in.")] = Path(),
    say: Say = SAY,
) -> int:  # fmt: skip
    """Write the whole file of a case as a zip: what is known, journal, deliveries, letters as sent, tasks."""
    desk = Desk()
    row = desk.case(case)
    target = to / f"case-{row.id}.zip"
    try:
        to.mkdir(parents=True, exist_ok=True)
        target.touch(mode=0o600)  # it holds names and addresses: only its owner reads it
        target.write_bytes(case_file(desk.ledger, row))
    except OSError as error:
        raise Stop(f"{target} cannot be written: {error.strerror}.", COULD_NOT_RUN) from None
    if say.as_json:
        json_out({"case": row.id, "file": str(target)})
    else:
        out(f"{target}")
    return FINE
