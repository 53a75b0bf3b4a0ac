"""A book of invoices laid out on disk for one run, debtor by debtor, so that its size does not matter to memory."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHUNK = 500  # numbers asked for in one statement

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = FILE;
CREATE TABLE debtors (id TEXT PRIMARY KEY, line INTEGER, kind TEXT, segment TEXT, body TEXT) WITHOUT ROWID;
CREATE TABLE invoices (
    number TEXT PRIMARY KEY, line INTEGER, debtor TEXT, currency TEXT, minor INTEGER, due INTEGER, late INTEGER,
    body TEXT
) WITHOUT ROWID;
CREATE TABLE facts (number TEXT, line INTEGER, paid INTEGER, day INTEGER, body TEXT);
CREATE INDEX facts_number ON facts (number);
"""


@dataclass(frozen=True)
class SpooledDebtor:
    """A debtor as the first line about it tells; `body` is JSON."""

    id: str
    line: int
    kind: str
    segment: str
    body: str


@dataclass(frozen=True)
class SpooledInvoice:
    """An invoice. `due` is the day's number (proleptic Gregorian ordinal); `late` how many days late it was paid.

    `minor` is what is to be paid, `body` the whole as JSON.
    """

    number: str
    line: int
    debtor: str
    currency: str
    minor: int
    due: int
    late: int | None
    body: str


@dataclass(frozen=True)
class SpooledFact:
    """What happens to an invoice: `paid` minor units and the `day`'s number when it is a payment; `body` is JSON."""

    number: str
    line: int
    paid: int | None
    day: int | None
    body: str


@dataclass(frozen=True)
class SpooledBook:
    """One debtor with its invoices, in the order of their numbers."""

    debtor: SpooledDebtor
    invoices: tuple[SpooledInvoice, ...]


class Spool:
    """The book of one run, in a file that is thrown away afterwards. One thread at a time."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def add_debtor(self, debtor: SpooledDebtor) -> tuple[str, int]:
        """Add the debtor unless it is there; returns the kind and the line of the one that counts."""
        values = (debtor.id, debtor.line, debtor.kind, debtor.segment, debtor.body)
        added = self._db.execute("INSERT OR IGNORE INTO debtors VALUES (?, ?, ?, ?, ?)", values).rowcount
        if added:
            return debtor.kind, debtor.line
        kind, line = self._db.execute("SELECT kind, line FROM debtors WHERE id = ?", (debtor.id,)).fetchone()
        return str(kind), int(line)

    def add_invoice(self, one: SpooledInvoice) -> int | None:
        """Add the invoice; when its number is there already, change nothing and return the line it came on."""
        values = (one.number, one.line, one.debtor, one.currency, one.minor, one.due, one.late, one.body)
        if self._db.execute("INSERT OR IGNORE INTO invoices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values).rowcount:
            return None
        (line,) = self._db.execute("SELECT line FROM invoices WHERE number = ?", (one.number,)).fetchone()
        return int(line)

    def add_facts(self, facts: Iterable[SpooledFact]) -> None:
        """Add facts, whose invoices the caller has looked up."""
        rows = ((one.number, one.line, one.paid, one.day, one.body) for one in facts)
        self._db.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?)", rows)

    def in_order(self) -> None:
        """All invoices are in: lay them out by debtor."""
        self._db.execute("CREATE INDEX IF NOT EXISTS invoices_debtor ON invoices (debtor, number)")

    def size(self) -> int:
        """How many invoices there are."""
        return int(self._db.execute("SELECT count(*) FROM invoices").fetchone()[0])

    def currencies(self, numbers: Sequence[str]) -> dict[str, str]:
        """The currency of each of these invoices that is there. At most `CHUNK` of them."""
        asked = ", ".join("?" * len(numbers))
        query = f"SELECT number, currency FROM invoices WHERE number IN ({asked})"  # noqa: S608 - question marks only
        return dict(self._db.execute(query, numbers).fetchall())

    def facts_of(self, numbers: Sequence[str]) -> dict[str, list[str]]:
        """The bodies of the facts of these invoices, in the order of their lines."""
        found: dict[str, list[str]] = defaultdict(list)
        for start in range(0, len(numbers), CHUNK):
            some = numbers[start : start + CHUNK]
            asked = ", ".join("?" * len(some))
            query = f"SELECT number, body FROM facts WHERE number IN ({asked}) ORDER BY line"  # noqa: S608 - as above
            for number, body in self._db.execute(query, some):
                found[number].append(body)
        return found

    def books(self) -> Iterator[SpooledBook]:
        """Every debtor with its invoices, in the order of the debtors' ids."""
        query = (
            "SELECT d.id, d.line, d.kind, d.segment, d.body, i.number, i.line, i.debtor, i.currency, i.minor, i.due,"
            " i.late, i.body FROM invoices i JOIN debtors d ON d.id = i.debtor ORDER BY i.debtor, i.number"
        )
        debtor: SpooledDebtor | None = None
        invoices: list[SpooledInvoice] = []
        for row in self._db.execute(query):
            if debtor is None or debtor.id != row[0]:
                if debtor:
                    yield SpooledBook(debtor, tuple(invoices))
                debtor, invoices = SpooledDebtor(*row[:5]), []
            invoices.append(SpooledInvoice(*row[5:]))
        if debtor:
            yield SpooledBook(debtor, tuple(invoices))

    def delays(self) -> dict[str, Counter[int]]:
        """How late invoices were paid by the book itself: by segment, days and how often."""
        query = (
            "SELECT d.segment, i.late, count(*) FROM invoices i JOIN debtors d ON d.id = i.debtor"
            " WHERE i.late IS NOT NULL GROUP BY d.segment, i.late"
        )
        return _counted(self._db.execute(query))

    def delays_told(self) -> dict[str, Counter[int]]:
        """The same by the payments of the facts, for invoices that they pay in full."""
        query = (
            "SELECT d.segment, p.day - i.due, count(*) FROM"
            " (SELECT number, sum(paid) AS paid, max(day) AS day FROM facts WHERE paid IS NOT NULL GROUP BY number) p"
            " JOIN invoices i ON i.number = p.number JOIN debtors d ON d.id = i.debtor"
            " WHERE p.paid >= i.minor GROUP BY d.segment, p.day - i.due"
        )
        return _counted(self._db.execute(query))

    def delays_told_of(self, debtor: str) -> tuple[int, ...]:
        """How many days late one debtor paid, by the payments of the facts, for each invoice that they pay in full."""
        query = (
            "SELECT max(f.day) - i.due FROM invoices i JOIN facts f ON f.number = i.number"
            " WHERE i.debtor = ? AND f.paid IS NOT NULL GROUP BY i.number HAVING sum(f.paid) >= i.minor"
        )
        return tuple(days for (days,) in self._db.execute(query, (debtor,)))


def _counted(rows: Iterable[tuple[str, int, int]]) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for segment, late, count in rows:
        found[segment][late] += count
    return dict(found)
