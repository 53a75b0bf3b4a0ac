"""The book that is rehearsed: a file of invoices or the open cases of the ledger, with the facts told about them."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from activities.settings import load_settings
from console.imports.cells import YEARS
from console.imports.commands import defaults_of, sound_policies
from console.imports.file import Table, open_table
from console.imports.importing import merged, view
from console.imports.rows import Fault, Row, read_row
from console.output import COULD_NOT_RUN, Stop
from console.progress import progress_bar
from console.rehearsal.facts import read_facts
from console.rehearsal.walks import Owing, Rules
from dunning.assumed import People
from dunning.assumed_payments import History, Payer
from dunning.policy import Policy
from ledger import histories
from ledger.policies import policy as kept_policy
from ledger.spool import Spool, SpooledDebtor, SpooledFact, SpooledInvoice
from ledger.store import Ledger

MOST_FAULTS = 1000  # kept in memory; the others are counted
_ALL_LATE = re.compile(r"all-late:([0-9]{1,4})")
_USUAL_WINDOW = timedelta(days=90)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which book, which days, and what is assumed."""

    portfolio: Annotated[Path | None, Parameter(help="A CSV file of invoices, as `relance import` reads it.")] = None
    ledger: Annotated[bool, Parameter(negative="", help="The open cases of the ledger, where they stand now.")] = False
    since: Annotated[date | None, Parameter(name="--from", help="First day; today when left out.")] = None
    until: Annotated[date | None, Parameter(help="Last day; 90 days later when left out.")] = None
    facts: Annotated[Path | None, Parameter(help="A CSV file of what happens: date, invoice, what, amount, ...")] = None
    assume: Annotated[
        str, Parameter(help="Who pays, of those without facts: nobody-pays, all-late:DAYS, or history.")
    ] = "nobody-pays"
    seed: Annotated[int, Parameter(help="Another seed draws other payments from the history.")] = 1
    calls: Annotated[Literal["no_answer", "reached"], Parameter(help="How every call ends.")] = "no_answer"
    approvals: Annotated[Literal["given", "withheld"], Parameter(help="Whether steps are approved at once.")] = "given"
    jobs: Annotated[int | None, Parameter(help="Processes; as many as the machine has cores when left out.")] = None
    debtor_kind: Annotated[
        Literal["business", "consumer", "public"] | None,
        Parameter(help="Kind of every debtor of the file, when no column says it."),
    ] = None
    set_: Annotated[
        tuple[str, ...], Parameter(name="--set", negative="", help="COLUMN=VALUE for rows that leave it empty.")
    ] = ()
    encoding: Annotated[Literal["utf-8", "windows-1252"], Parameter(help="How the files are written.")] = "utf-8"


class Refused:
    """What could not be rehearsed: all of it counted, the first thousand kept."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.count = 0

    def add(self, faults: Iterable[Fault]) -> None:
        """Take these in."""
        for fault in faults:
            self.count += 1
            if len(self.faults) < MOST_FAULTS:
                self.faults.append(fault)

    def add_facts(self, faults: Iterable[Fault]) -> None:
        """Take in facts that could be read and cannot have happened."""
        self.add(faults)


@dataclass(frozen=True)
class Book:
    """A book that is open, for one rehearsal or several. `refused` are rows and facts that cannot be read."""

    asked: Asked
    since: date
    until: date
    now: datetime
    spool: Spool
    ledger: Ledger | None
    payer: Payer
    refused: Refused
    size: int

    def plan(self, policies: Sequence[Policy] | None = None) -> Plan:
        """A rehearsal under these policies; when left out, those that cases are pinned to or the policies folder.

        With a ledger and policies, an open case goes on under the policy of the same name.
        """
        people = People(self.asked.calls, self.asked.approvals)
        rules = Rules((), self.since, self.until, people, self.payer, now=self.now if self.ledger else None)
        if self.ledger:
            rules = replace(rules, pinned=_pinned(self.ledger), moved=policies is not None)
        elif policies is None:
            policies = [one.policy for one in sound_policies(load_settings().policies_dir)]
        return Plan(self, replace(rules, policies=tuple(policies or ())), self.asked.jobs or os.cpu_count() or 1)

    def of_facts(self, fault: Fault) -> Fault:
        """A fault of a line of the facts file, as it is told."""
        return _of_facts(self.asked.facts, fault)

    def owing(self) -> Iterator[Owing]:
        """Every debtor in the order of the ids, with its facts."""
        return self._of_ledger(self.ledger) if self.ledger else self._of_file()

    def _of_file(self) -> Iterator[Owing]:
        for book in self.spool.books():
            facts = self.spool.facts_of([one.number for one in book.invoices]) if self.asked.facts else {}
            rows = tuple((one.line, one.body) for one in book.invoices)
            if self.payer.history and self.payer.history.source == "facts":
                late = self.spool.delays_told_of(book.debtor.id)
            else:
                late = tuple(one.late for one in book.invoices if one.late is not None)
            yield Owing(book.debtor.body, book.debtor.line, rows, facts=facts, delays=late)

    def _of_ledger(self, ledger: Ledger) -> Iterator[Owing]:
        for owed in histories.owed(ledger, past=self.payer.kind == "history"):
            numbers = [state["invoice"]["number"] for state in owed.states]
            facts = self.spool.facts_of(numbers) if self.asked.facts else {}
            yield Owing(owed.debtor, states=owed.states, facts=facts, delays=owed.delays)


@dataclass(frozen=True)
class Plan:
    """One rehearsal of a book: under which rules, by how many processes; `refused` fills while it runs.

    A `quiet` one shows no progress bar: of two that run side by side only one may.
    """

    book: Book
    rules: Rules
    jobs: int
    refused: Refused = field(default_factory=Refused)
    quiet: bool = False


@contextmanager
def opened_book(asked: Asked) -> Iterator[Book]:
    """The book that is asked for, laid out on disk until the end of the block. Stop for all that a user can mend."""
    now = datetime.now(UTC)
    since, until = _window(asked, now.astimezone().date())
    kind, days = _model(asked.assume)
    if asked.jobs is not None and asked.jobs < 1:
        raise Stop("--jobs must be at least 1.", COULD_NOT_RUN)
    if (asked.portfolio is None) == (not asked.ledger):
        raise Stop("Say which book, one of the two: --portfolio FILE.csv, or --ledger.", COULD_NOT_RUN)
    refused, ledger = Refused(), _the_ledger() if asked.ledger else None
    with tempfile.TemporaryDirectory(prefix="relance-rehearsal-") as folder:
        spool = Spool(Path(folder) / "book.db")
        try:
            if asked.portfolio:
                _spool_rows(spool, asked.portfolio, asked, refused)
            if asked.facts:
                _spool_facts(spool, asked.facts, ledger, (asked.encoding, refused))
            payer = Payer(kind, days, asked.seed, _history(spool, ledger, asked) if kind == "history" else None)
            size = histories.open_size(ledger) if ledger else spool.size()
            yield Book(asked, since, until, now, spool, ledger, payer, refused, size)
        finally:
            spool.close()
            if ledger:
                ledger.close()


def _window(asked: Asked, today: date) -> tuple[date, date]:
    since = asked.since or today
    for day in (since, asked.until or since):
        if day.year not in YEARS:
            raise Stop(f"{day} is too far away to be meant.", COULD_NOT_RUN)
    until = asked.until or since + _USUAL_WINDOW
    if until < since:
        raise Stop(f"--until {until} comes before --from {since}.", COULD_NOT_RUN)
    if until - since > timedelta(days=3650):
        raise Stop("A rehearsal covers ten years at most.", COULD_NOT_RUN)
    if asked.ledger and since < today:
        raise Stop(f"The ledger's cases stand where they stand now: --from {since} is past.", COULD_NOT_RUN)
    return since, until


def _model(text: str) -> tuple[Literal["nobody-pays", "all-late", "history"], int]:
    if text == "nobody-pays":
        return "nobody-pays", 0
    if text == "history":
        return "history", 0
    if match := _ALL_LATE.fullmatch(text):
        return "all-late", int(match[1])
    raise Stop(f"--assume {text[:40]!r} is none of nobody-pays, all-late:DAYS (such as all-late:30), history.", 2)


def _the_ledger() -> Ledger:
    from console.desk import Desk

    return Desk().ledger


def _spool_rows(spool: Spool, file: Path, asked: Asked, refused: Refused) -> None:
    defaults = defaults_of(asked.debtor_kind, asked.set_)
    table = open_table(file, frozenset(defaults), asked.encoding)
    for row in _rows(table, defaults):
        fault = row if isinstance(row, Fault) else _spool_row(spool, row)
        if fault:
            refused.add([fault])
    spool.in_order()
    if not spool.size() and not refused.count:
        raise Stop(f"{file} has a header and no rows.", COULD_NOT_RUN)


def _rows(table: Table, defaults: dict[str, str]) -> Iterator[Row | Fault]:
    with progress_bar("reading the book", len(table)) as step:
        for number, record in enumerate(table.records(), start=1):
            yield read_row(record, defaults)
            if number % 1000 == 0:
                step(1000)


def _spool_row(spool: Spool, row: Row) -> Fault | None:
    owner = merged(row.debtor, None)
    seen = view(owner)
    told = SpooledDebtor(seen.id, row.line, str(seen.kind), seen.segment, seen.model_dump_json())
    kind, line = spool.add_debtor(told)
    if kind != told.kind:
        return Fault(row.line, row.number, f"debtor {seen.id} is {told.kind} here, {kind} on line {line}")
    earlier = spool.add_invoice(_spooled(row))
    if earlier is None:
        return None
    return Fault(row.line, row.number, f"number {row.number} came on line {earlier} already; that one counts")


def _spooled(row: Row) -> SpooledInvoice:
    paid, on = (row.paid.minor if row.paid else 0), row.paid_on
    body = {
        "number": row.number, "case": row.case_id, "issued": str(row.issue_date), "due": str(row.due_date),
        "minor": row.amount.minor, "currency": row.amount.currency, "paid": paid, "paid_on": str(on) if on else None,
        "last_step": row.past.last_step if row.past else None,
        "last_step_on": str(row.past.last_step_on) if row.past else None,
    }  # fmt: skip
    late = (on - row.due_date).days if on and paid >= row.amount.minor else None
    owed = (row.amount.currency, row.amount.minor - paid, row.due_date.toordinal())
    return SpooledInvoice(row.number, row.line, row.debtor.id, *owed, late, json.dumps(body))


def _spool_facts(
    spool: Spool, file: Path, ledger: Ledger | None, how: tuple[Literal["utf-8", "windows-1252"], Refused]
) -> None:
    encoding, refused = how

    def currencies(numbers: list[str]) -> dict[str, str]:
        return histories.open_currencies(ledger, numbers) if ledger else spool.currencies(numbers)

    waiting: list[SpooledFact] = []
    for told in read_facts(file, currencies, encoding):
        if isinstance(told, Fault):
            refused.add([_of_facts(file, told)])
            continue
        waiting.append(told)
        if len(waiting) == 500:
            spool.add_facts(waiting)
            waiting = []
    spool.add_facts(waiting)


def _of_facts(file: Path | None, fault: Fault) -> Fault:
    return Fault(fault.line, fault.number, f"{file.name if file else 'facts'}: {fault.reason}")


def _history(spool: Spool, ledger: Ledger | None, asked: Asked) -> History:
    """The book's own past: of the ledger its paid cases; of a file its paid rows, else the payments of the facts."""
    if ledger:
        found = History.of(histories.delays(ledger), "ledger")
        missing = "The ledger has no paid case yet to learn from"
    else:
        found = History.of(spool.delays(), "portfolio")
        if not len(found.all) and asked.facts:
            found = History.of(spool.delays_told(), "facts")
        missing = "No row of the file is paid in full with the day (columns paid, paid_on), and no fact pays one"
    if not len(found.all):
        raise Stop(f"{missing}: --assume history needs one. nobody-pays or all-late:DAYS need none.", COULD_NOT_RUN)
    return found


def _pinned(ledger: Ledger) -> dict[str, Policy]:
    with_hashes = histories.open_policies(ledger)
    with ledger.read() as db:
        return {one: Policy.model_validate(kept_policy(db, one)["policy"]) for one in with_hashes}
