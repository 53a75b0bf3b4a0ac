"""Turns a record of an import into an invoice and its debtor, or into the full list of what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from activities.message import Undeliverable, email_address, phone_number
from activities.plain import is_plain
from console.imports.cells import CellWrong, amount, case_id, currency, day, words, zone_of
from console.imports.columns import REQUIRED
from console.imports.file import Record, Table
from dunning.calendar import knows_country, knows_zone
from dunning.money import Money
from dunning.opening import Past
from dunning.terms import DebtorKind, Solvency
from ledger.book import Debtor

T = TypeVar("T")
_LENGTHS = {"number": 80, "debtor_id": 80, "debtor_name": 200, "last_step": 60}
_LONGEST_EXTRA = 4000
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Fault:
    """A row that was not imported: its line, its number as far as it is known, and why."""

    line: int
    number: str = field(repr=False)
    reason: str


@dataclass(frozen=True)
class Row:
    """A row that makes sense by itself. `paid` is None when the file does not say."""

    line: int
    number: str
    debtor: Debtor
    issue_date: date
    due_date: date
    amount: Money
    paid: Money | None
    paid_on: date | None
    past: Past | None
    extra: dict[str, str] = field(repr=False)

    @property
    def case_id(self) -> str:
        return case_id(self.number)


def read_rows(table: Table, defaults: dict[str, str]) -> Iterator[Row | Fault]:
    """Every row of the file, or what is wrong with it. The first of two rows with one number counts."""
    first: dict[str, int] = {}
    for record in table.records():
        row = read_row(record, defaults)
        if isinstance(row, Row):
            earlier = first.setdefault(row.number, row.line)
            if earlier != row.line:
                row = Fault(
                    row.line, row.number, f"number {row.number} came on line {earlier} already; that one counts"
                )
        yield row


def read_row(record: Record, defaults: dict[str, str]) -> Row | Fault:
    """One record as a row, or everything that is wrong with it. Two rows with one number are the caller's to find."""
    return Fault(record.line, "", record.wrong) if record.wrong else _Reading(record, defaults).row()


class _Reading:
    """Reads one record and gathers everything that is wrong with it."""

    def __init__(self, record: Record, defaults: dict[str, str]) -> None:
        self._line = record.line
        self._cells = {**defaults, **record.cells}
        self._extra = record.extra
        self._wrong: list[str] = []

    def row(self) -> Row | Fault:
        number, debtor, code = self._text("number"), self._debtor(), self._read("currency", currency)
        days = self._read("issue_date", day), self._read("due_date", day)
        total = self._money("amount", code)
        paid, paid_on = self._money("paid", code), self._read("paid_on", day)
        past, extra = self._past(), self._kept()
        self._wrong += [f"{name} is missing" for name in REQUIRED if not self._cells.get(name)]
        if total is not None and total.minor == 0:
            self._wrong.append("amount is zero: nothing is owed")
        if self._wrong or total is None or days[0] is None or days[1] is None or debtor is None:
            return Fault(self._line, _shown(self._cells.get("number", "")), "; ".join(self._wrong))
        return Row(self._line, number or "", debtor, days[0], days[1], total, paid, paid_on, past, extra)

    def _read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """The column's value; None when it is empty or wrong."""
        cell = self._cells.get(column)
        if not cell:
            return None
        try:
            return reader(words(cell))
        except (CellWrong, Undeliverable, ValueError) as error:
            self._wrong.append(f"{column}: {error}")
            return None

    def _text(self, column: str) -> str | None:
        limit = _LENGTHS.get(column, 200)

        def short(text: str) -> str:
            if len(text) > limit:
                raise CellWrong(f"has {len(text)} characters; at most {limit} make sense")
            return text

        return self._read(column, short)

    def _money(self, column: str, code: str | None) -> Money | None:
        return self._read(column, lambda text: amount(text, code)) if code else None

    def _debtor(self) -> Debtor | None:
        kind = self._read("debtor_kind", _kind)
        if not self._cells.get("debtor_kind"):
            self._wrong.append("debtor_kind is missing: add the column, or say --debtor-kind business")
        ident, name = self._text("debtor_id"), self._text("debtor_name")
        country = self._read("country", _country)
        told: dict[str, Any] = {
            "segment": self._read("segment", _segment),
            "subdivision": self._text("subdivision"),
            "time_zone": self._read("time_zone", _zone),
            "language": self._read("language", _language),
            "email": self._read("email", email_address),
            "phone": self._phone(),
            "contact_name": self._text("contact_name"),
            "manager_name": self._text("manager_name"),
            "manager_email": self._read("manager_email", email_address),
            "address": self._address(),
            "solvency": self._read("solvency", _solvency),
        }
        if ident is None or name is None or kind is None:
            return None
        return Debtor(id=ident, name=name, kind=kind, country=country or "", **told)

    def _phone(self) -> str | None:
        self._read("phone", phone_number)
        return self._cells.get("phone") or None  # kept as it is written: people read and dial it

    def _address(self) -> tuple[str, ...]:
        lines = (line.strip() for line in re.split(r"[|\n]", self._cells.get("address", "")))
        try:
            return tuple(words(line) for line in lines if line)
        except CellWrong as error:
            self._wrong.append(f"address: {error}")
            return ()

    def _past(self) -> Past | None:
        step, on = self._text("last_step"), self._read("last_step_on", day)
        if bool(self._cells.get("last_step")) != bool(self._cells.get("last_step_on")):
            self._wrong.append("last_step and last_step_on go together")
        return Past(step, on) if step and on else None

    def _kept(self) -> dict[str, str]:
        for name, cell in self._extra.items():
            if len(cell) > _LONGEST_EXTRA:
                self._wrong.append(f"{name}: has {len(cell):,} characters; at most {_LONGEST_EXTRA:,} are kept")
            elif not is_plain(cell.replace("\n", " ").replace("\t", " ")):
                self._wrong.append(f"{name}: holds a control character or another that cannot be seen")
        return self._extra


def _shown(text: str) -> str:
    return ascii(text)[1:-1][:80]


def _kind(text: str) -> str:
    return _one_of(DebtorKind, text)


def _solvency(text: str) -> str:
    return _one_of(Solvency, text)


def _one_of(kinds: type[StrEnum], text: str) -> str:
    if text.lower() not in [kind.value for kind in kinds]:
        raise CellWrong(f"{text[:20]!r} is none of {', '.join(kinds)}")
    return text.lower()


def _country(text: str) -> str:
    code = text.upper()
    if not re.fullmatch(r"[A-Z]{2}", code) or not (zone_of(code) or knows_country(code)):
        raise CellWrong(f"{text[:20]!r} is not a country; write two letters, like FR")
    return code


def _segment(text: str) -> str:
    name = text.lower().replace(" ", "-").replace("_", "-")
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise CellWrong(f"{text[:20]!r} is not a segment; write letters, digits and hyphens")
    return name


def _zone(text: str) -> str:
    if not knows_zone(text):
        raise CellWrong(f"{text[:40]!r} is not a time zone; write one like Europe/Paris")
    return text


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise CellWrong(f"{text[:10]!r} is not a language; write two letters, like fr")
    return text.lower()
