"""What is known: lists of cases, one case in full, and why it stands where it stands. Read from the ledger alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from console.acting import CaseId, following
from console.desk import Desk
from console.imports.cells import CellWrong, amount
from console.journal_words import told as told_by
from console.output import FINE, Say, Stop, json_out, moment, out, reason, table
from console.task_words import advice
from dunning.calendar import ContactCalendar, calendar_for
from dunning.case import Case
from dunning.money import Money
from ledger.book import debtor
from ledger.cases import CaseRow
from ledger.deliveries import DeliveryRow, deliveries_of
from ledger.journal import JournalRow, journal_of
from ledger.lists import CaseFilter, CaseLine, Order, count_cases, list_cases
from ledger.tasks import TaskFilter, TaskRow, list_tasks

ME = Say()
LAST = 8  # journal lines that `why` shows
_DOING = {None: "begins soon", "perform": "now", "wait": "another look", "ask": "a person", "close": "closes"}
_PAGED = ("order", "limit", "offset")

case_app = App(name="case", help="Look at cases.")


@Parameter(name="*")
@dataclass(frozen=True)
class Which:
    """Which cases to list."""

    status: Annotated[Literal["open", "closed"] | None, Parameter(help="Only open or only closed ones.")] = None
    step: Annotated[str | None, Parameter(help="Whose next step is this one.")] = None
    outcome: Annotated[str | None, Parameter(help="Which ended like this: paid, credited, ...")] = None
    debtor: Annotated[str | None, Parameter(help="Of the debtor with this id.")] = None
    policy: Annotated[str | None, Parameter(help="Under this policy.")] = None
    doing: Annotated[Literal["perform", "wait", "ask", "close"] | None, Parameter(help="`ask`: a person must act.")] = (
        None
    )
    search: Annotated[str | None, Parameter(help="Part of the case, invoice, debtor's number or name.")] = None
    at_least: Annotated[str | None, Parameter(help="With this much outstanding, `1500 EUR`.")] = None
    order: Annotated[Order, Parameter(help="What comes first; a minus begins with the largest.")] = "next_at"
    limit: Annotated[int, Parameter(help="At most so many.")] = 50
    offset: Annotated[int, Parameter(help="Leave out so many first.")] = 0


@case_app.command(name="list")
def list_(*, which: Which = Which(), say: Say = ME) -> int:
    """List cases, those that are next first. Times are on this machine's clock."""
    desk = Desk()
    if not (1 <= which.limit <= 100_000 and which.offset >= 0):
        raise Stop("--limit is 1 to 100,000, and --offset 0 or more.")
    least = _least(which.at_least)
    told = {name: value for name, value in vars(which).items() if name != "at_least"}
    wanted = CaseFilter(**told, min_outstanding=least)
    with desk.ledger.read() as db:
        lines, total = list_cases(db, wanted), count_cases(db, wanted)
    if say.as_json:
        json_out({"total": total, "cases": [_line_json(line, desk.language) for line in lines]})
        return FINE
    if not lines:
        narrowed = total or _narrowed(which)
        out("No case is like that." if narrowed else "No case yet: `relance import FILE.csv` brings some.")
        return FINE
    title = f"{len(lines)} of {total} cases; times are this machine's ({datetime.now().astimezone():%Z})"
    columns = ("case", "debtor", "due", "late>", "outstanding>", "next", "when", "why")
    table(title, columns, [_line(line, desk.language) for line in lines])
    return FINE


@case_app.command
def show(case: CaseId, /, *, say: Say = ME) -> int:
    """Show all that is known of a case."""
    desk = Desk()
    row = desk.case(case)
    with desk.ledger.read() as db:
        owner = debtor(db, row.debtor_id)
        sent, journal = deliveries_of(db, row.id), journal_of(db, row.id)
        open_tasks = list_tasks(db, TaskFilter(case_id=row.id, limit=500))
    if say.as_json:
        told = {"case": row, "debtor": owner, "why": reason(row.because, desk.language)}
        json_out({**told, "deliveries": sent, "tasks": open_tasks, "journal": journal})
        return FINE
    known, calendar = Case.model_validate(row.state), _calendar(desk, row)
    _head(desk, row, known, calendar)
    out(f"Debtor: {owner.name} ({owner.id}, {owner.kind}, segment {owner.segment or 'standard'})")
    _deliveries(sent, calendar)
    _tasks(open_tasks, calendar)
    _journal(journal, calendar)
    return FINE


@case_app.command
def why(case: CaseId, /, *, say: Say = ME) -> int:
    """Say why a case stands where it stands: what is known, what was decided, what waits, what happened last."""
    desk = Desk()
    row = desk.case(case)
    known, calendar = Case.model_validate(row.state), _calendar(desk, row)
    with desk.ledger.read() as db:
        open_tasks = list_tasks(db, TaskFilter(case_id=row.id, limit=500))
        last = journal_of(db, row.id)[-LAST:]
    if say.as_json:
        json_out({**_sums(known), **_decision(row, desk.language), "tasks": open_tasks, "journal": last})
        return FINE
    _head(desk, row, known, calendar)
    for at in known.steps:
        how = f"{'done' if at.done else 'left out'} {at.why.replace('_', ' ')}"
        out(f"  {moment(at.at, calendar.zone)}  {at.step}: {how}".rstrip())
    _tasks(open_tasks, calendar)
    _journal(last, calendar)
    return FINE


def _narrowed(which: Which) -> bool:
    return bool(which.offset) or any(value is not None for name, value in vars(which).items() if name not in _PAGED)


def _least(text: str | None) -> Money | None:
    if text is None:
        return None
    number, _, code = text.strip().rpartition(" ")
    try:
        return amount(number, code)
    except (CellWrong, ValueError):
        raise Stop("--at-least is an amount with its currency, like `1500 EUR`.") from None


def _line(line: CaseLine, language: str) -> tuple[object, ...]:
    late = (datetime.now().astimezone().date() - line.due_date).days if line.status == "open" else ""
    following = line.outcome if line.status == "closed" else line.step or _DOING[line.doing]
    if line.step and line.doing == "ask":
        following = f"{line.step}: a person"
    when = moment(line.next_at)[4:20] if line.next_at else ""
    why = reason(line.because, language)
    return line.id, line.debtor_name, line.due_date, late, line.outstanding, following, when, why


def _line_json(line: CaseLine, language: str) -> dict[str, Any]:
    return {**vars(line), "why": reason(line.because, language)}


def _calendar(desk: Desk, row: CaseRow) -> ContactCalendar:
    return calendar_for(desk.policy_of(row).calendar, Case.model_validate(row.state).debtor)


def _sums(known: Case) -> dict[str, Any]:
    return {
        "invoiced": known.invoice.amount,
        "paid": known.paid,
        "credited": known.credited,
        "balance": known.balance,
        "contested": known.contested,
        "outstanding": known.outstanding,
        "due": known.invoice.due_date,
    }


def _decision(row: CaseRow, language: str) -> dict[str, Any]:
    told = {"doing": row.doing, "step": row.step, "until": row.next_at, "outcome": row.outcome}
    return {**told, "why": reason(row.because, language)}


def _head(desk: Desk, row: CaseRow, known: Case, calendar: ContactCalendar) -> None:
    late = (calendar.local_day(datetime.now(UTC)) - known.invoice.due_date).days
    since = f"{late} days late" if late > 0 else f"due in {-late} days"
    out(f"Case {row.id}, invoice {row.invoice_number}, policy {row.policy_name} ({row.policy_hash[:12]}), {row.status}")
    out(f"Times are the debtor's ({calendar.zone.key}).")
    out(f"Due {known.invoice.due_date} ({since}): {known.invoice.amount} invoiced, {known.paid} paid, "
        f"{known.credited} credited, {known.outstanding} to be asked for.")  # fmt: skip
    told = {"do": row.doing, "step": row.step, "until": row.next_at, "outcome": row.outcome}
    out(f"Next: {following(told, calendar.zone)}")
    if row.because:
        out(f"Why:  {reason(row.because, desk.language)}")


def _deliveries(sent: list[DeliveryRow], calendar: ContactCalendar) -> None:
    if sent:
        rows = [(d.key, d.state, moment(d.sent_at, calendar.zone), d.result, d.subject, d.path) for d in sent]
        table("Deliveries", ("key", "state", "sent", "result", "subject", "file"), rows)


def _tasks(open_tasks: list[TaskRow], calendar: ContactCalendar) -> None:
    for task in open_tasks:
        due = f", by {moment(task.due_at, calendar.zone)}" if task.due_at else ""
        out(f"Task {task.id} ({task.kind}{due}): {task.title}")
        out(f"  Do: {advice(task.kind, task.case_id or '', task.id)}.")


def _journal(rows: list[JournalRow], calendar: ContactCalendar) -> None:
    if rows:
        told = [(r.row_no, moment(r.at, calendar.zone), r.kind, told_by(r)) for r in rows]
        table("Journal", ("row>", "at", "what", "why"), told)
