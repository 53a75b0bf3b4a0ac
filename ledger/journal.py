"""The case journal: append-only, each row with the hash of the one before, because a judge may ask years later."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, insert, not_, select, type_coerce
from sqlalchemy.types import NULLTYPE

from ledger.columns import canonical, moment_text
from ledger.schema import cases, invoices, journal

START = ""  # what the first row carries as the hash of the row before it


@dataclass(frozen=True)
class JournalEntry:
    """What happened, once per case under `key`. `body` is JSON without names or addresses: it can never be erased."""

    key: str
    seq: int
    at: datetime
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True)
class JournalRow:
    """A row of a case's journal; `row_no` counts from 1."""

    case_id: str
    row_no: int
    seq: int
    key: str
    at: datetime
    kind: str
    body: dict[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The last row of a case's journal: its number (0 when there is none) and hash."""

    row_no: int
    hash: str


@dataclass(frozen=True)
class Break:
    """A place where the journal is not what was written; `row_no` is 0 when no row can be named."""

    case_id: str
    row_no: int
    what: str


def row_hash(*fields: object) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON list of a row's fields.

    In order: case_id, row_no, seq, key, at (as `moment_text`), kind, body (as its canonical JSON text), previous_hash.
    """
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def append(db: Connection, case_id: str, head: Head, entries: Sequence[JournalEntry]) -> Head:
    """Add the entries whose key the case does not have yet, in order; returns the new head.

    The caller holds the lock on the case's row, else two writers would continue from the same head.
    """
    keys = [entry.key for entry in entries]
    known = set(db.scalars(select(journal.c.key).where(journal.c.case_id == case_id, journal.c.key.in_(keys))))
    rows: list[dict[str, Any]] = []
    for entry in entries:
        if entry.key in known:
            continue
        known.add(entry.key)
        rows.append(_row(case_id, head, entry))
        head = Head(rows[-1]["row_no"], rows[-1]["hash"])
    if rows:
        db.execute(insert(journal), rows)
    return head


def _row(case_id: str, head: Head, entry: JournalEntry) -> dict[str, Any]:
    row = {
        "case_id": case_id,
        "row_no": head.row_no + 1,
        "seq": entry.seq,
        "key": entry.key,
        "at": entry.at,
        "kind": entry.kind,
        "body": entry.body,
        "previous_hash": head.hash,
    }
    hashed = {**row, "at": moment_text(entry.at), "body": canonical(entry.body)}
    return {**row, "hash": row_hash(*hashed.values())}


def journal_of(db: Connection, case_id: str) -> list[JournalRow]:
    """The journal of a case, oldest first; empty when there is no such case."""
    rows = db.execute(select(journal).where(journal.c.case_id == case_id).order_by(journal.c.row_no))
    return [JournalRow(**row._mapping) for row in rows]


def verify_journal(db: Connection, case_id: str | None = None) -> Iterator[Break]:
    """Every break in the journal of one case, or of all; nothing when all is as it was written. Reads as a stream."""
    for _case, breaks in check_cases(db, case_id):
        yield from breaks
    yield from _without_case(db, case_id)


def check_cases(db: Connection, case_id: str | None = None) -> Iterator[tuple[str, list[Break]]]:
    """Each case with the breaks of its journal, one by one, so that a caller may show how far it is."""
    streamed = db.execution_options(yield_per=2000).execute(_as_stored(case_id))
    for checked, rows in groupby(streamed, key=lambda row: str(row.id)):
        yield checked, list(_breaks(checked, list(rows)))


def _as_stored(case_id: str | None) -> Select[Any]:
    """Heads with their rows, moments and bodies read raw: what was altered may be no moment and no JSON any more."""
    query = (
        select(
            cases.c.id,
            cases.c.head_row,
            cases.c.head_hash,
            journal.c.row_no,
            journal.c.seq,
            journal.c.key,
            type_coerce(journal.c.at, NULLTYPE).label("at"),
            journal.c.kind,
            type_coerce(journal.c.body, Text).label("body"),
            journal.c.previous_hash,
            journal.c.hash,
        )
        .select_from(cases.outerjoin(journal, journal.c.case_id == cases.c.id))
        .order_by(cases.c.id, journal.c.row_no)
    )
    return query if case_id is None else query.where(cases.c.id == case_id)


def _breaks(case_id: str, rows: list[Row[Any]]) -> Iterator[Break]:
    head = Head(rows[0].head_row, rows[0].head_hash)
    last = Head(0, START)
    for row in rows:
        if row.row_no is None:  # the outer join's empty side: a case without a journal
            continue
        yield from _breaks_of_row(case_id, last, row)
        last = Head(row.row_no, row.hash)
    if last.row_no < head.row_no:
        yield Break(case_id, last.row_no, f"ends at row {last.row_no}, but the case remembers {head.row_no} rows")
    elif last != head:
        yield Break(case_id, last.row_no, "its last row is not the one the case remembers")


def _breaks_of_row(case_id: str, last: Head, row: Row[Any]) -> Iterator[Break]:
    if row.row_no != last.row_no + 1:
        yield Break(case_id, row.row_no, f"row {last.row_no + 1} is missing before it")
    elif row.previous_hash != last.hash:
        yield Break(case_id, row.row_no, "does not follow the row before it")
    at = moment_text(row.at) if isinstance(row.at, datetime) else row.at
    if row.hash != row_hash(case_id, row.row_no, row.seq, row.key, at, row.kind, row.body, row.previous_hash):
        yield Break(case_id, row.row_no, "was altered")


def _without_case(db: Connection, case_id: str | None) -> Iterator[Break]:
    orphans = select(journal.c.case_id, journal.c.row_no).where(not_(_has_case(journal.c.case_id)))
    for row in db.execute(orphans if case_id is None else orphans.where(journal.c.case_id == case_id)):
        yield Break(row.case_id, row.row_no, "its case is gone")
    lost = select(invoices.c.case_id, invoices.c.number).where(not_(_has_case(invoices.c.case_id)))
    for row in db.execute(lost if case_id is None else lost.where(invoices.c.case_id == case_id)):
        yield Break(row.case_id, 0, f"the case of invoice {row.number} is gone, and its journal with it")


def _has_case(column: Any) -> Any:
    return select(cases.c.id).where(cases.c.id == column).exists()
