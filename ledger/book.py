"""Debtors and invoices: who owes what since when, as the imports brought it; the only place for names and addresses."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from dunning.money import Money
from ledger.dialects import insert_new
from ledger.errors import CurrencyChanged, DebtorMissing, InvoiceMissing
from ledger.schema import cases, debtors, invoices

CHUNK = 500  # ids asked for in one statement


@dataclass(frozen=True)
class Debtor:
    """Who owes. `address` is lines; what is personal stays out of `repr` and so out of logs. `extra` is JSON."""

    id: str
    name: str = field(repr=False)
    kind: str
    country: str
    segment: str | None = None
    subdivision: str | None = None
    time_zone: str | None = None
    language: str | None = None
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    contact_name: str | None = field(default=None, repr=False)
    manager_name: str | None = field(default=None, repr=False)
    manager_email: str | None = field(default=None, repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    solvency: str | None = None
    extra: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Invoice:
    """An invoice as it was imported. `extra` keeps the columns nobody asked for."""

    number: str
    case_id: str
    debtor_id: str
    issue_date: date
    due_date: date
    amount: Money
    extra: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Unpaid:
    """What a debtor owes in one currency, past due, over all open cases."""

    count: int
    total: Money


def fold(text: str) -> str:
    """Text as the search box compares it: no case, no accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def upsert_debtor(db: Connection, debtor: Debtor, at: datetime) -> set[str]:
    """Write a debtor and return the names of the fields that changed: all of them when the debtor is new."""
    row = _row(debtor)
    added = insert_new(db, debtors).values(**row, changed_at=at).returning(debtors.c.id)
    if db.scalar(added) is not None:
        return set(asdict(debtor))
    # key_share: a case or a delivery that refers to the debtor need not wait for the end of an import.
    query = select(debtors).where(debtors.c.id == debtor.id).with_for_update(key_share=True)
    kept = asdict(_debtor(db.execute(query).one()))
    changed = {name for name, value in asdict(debtor).items() if kept[name] != value}
    if changed:
        db.execute(update(debtors).where(debtors.c.id == debtor.id).values(**row, changed_at=at))
    return changed


def debtor(db: Connection, debtor_id: str) -> Debtor:
    """The debtor; DebtorMissing when there is none."""
    row = db.execute(select(debtors).where(debtors.c.id == debtor_id)).one_or_none()
    if row is None:
        raise DebtorMissing(f"no debtor {debtor_id} in the ledger")
    return _debtor(row)


def decided_by(owner: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    """What decisions are made by of a debtor as the ledger has it; where the ledger is silent, what was `known`."""
    return {
        **known,
        "kind": owner.kind,
        "segment": owner.segment or known.get("segment", "standard"),
        "country": owner.country or known.get("country"),
        "subdivision": owner.subdivision,
        "time_zone": owner.time_zone,
        "solvency": owner.solvency or "unknown",
    }


def add_invoices(db: Connection, added: Sequence[tuple[Invoice, datetime]]) -> None:
    """Write new invoices, each with the moment it came; IntegrityError when a number or a case id is already there."""
    db.execute(insert(invoices), [_invoice_row(one, at) for one, at in added])


def invoice(db: Connection, number: str) -> Invoice:
    """The invoice; InvoiceMissing when there is none."""
    found = invoices_known(db, [number])
    if number not in found:
        raise InvoiceMissing(f"no invoice {number} in the ledger")
    return found[number]


def invoices_known(db: Connection, numbers: Iterable[str]) -> dict[str, Invoice]:
    """Those of these invoices that are in the ledger, by number."""
    found: dict[str, Invoice] = {}
    for chunk in _chunks(numbers):
        for row in db.execute(select(invoices).where(invoices.c.number.in_(chunk))):
            found[row.number] = _invoice(row)
    return found


def case_ids_taken(db: Connection, case_ids: Iterable[str]) -> dict[str, str]:
    """Those of these case ids that an invoice already has: case id to invoice number."""
    taken: dict[str, str] = {}
    for chunk in _chunks(case_ids):
        query = select(invoices.c.case_id, invoices.c.number).where(invoices.c.case_id.in_(chunk))
        taken |= {row.case_id: row.number for row in db.execute(query)}
    return taken


def set_invoice(db: Connection, number: str, amount: Money, due_date: date) -> Invoice:
    """Give an invoice its new amount and due date and return it as it was before.

    InvoiceMissing, or CurrencyChanged for an amount in another currency.
    """
    row = db.execute(select(invoices).where(invoices.c.number == number).with_for_update()).one_or_none()
    if row is None:
        raise InvoiceMissing(f"no invoice {number} in the ledger")
    if row.currency != amount.currency:
        raise CurrencyChanged(f"invoice {number} is in {row.currency} and cannot become {amount}")
    values = {"amount_minor": amount.minor, "due_date": due_date}
    db.execute(update(invoices).where(invoices.c.number == number).values(**values))
    return _invoice(row)


def debtor_unpaid(db: Connection, debtor_id: str, before: date) -> dict[str, Unpaid]:
    """What the debtor owes over open cases with something outstanding and due before this day, by currency."""
    query = (
        select(cases.c.currency, func.count().label("count"), func.sum(cases.c.outstanding_minor).label("minor"))
        .join(invoices, invoices.c.number == cases.c.invoice_number)
        .where(cases.c.debtor_id == debtor_id, cases.c.status == "open")
        .where(cases.c.outstanding_minor > 0, invoices.c.due_date < before)
        .group_by(cases.c.currency)
        .order_by(cases.c.currency)
    )
    return {
        row.currency: Unpaid(int(row[1]), Money(minor=int(row.minor), currency=row.currency))
        for row in db.execute(query)
    }


def _chunks(wanted: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(set(wanted))
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))


def _row(debtor: Debtor) -> dict[str, Any]:
    row = asdict(debtor)
    return {**row, "address": "\n".join(debtor.address), "folded": fold(f"{debtor.id} {debtor.name}")}


def _debtor(row: Row[Any]) -> Debtor:
    fields = {name: value for name, value in row._mapping.items() if name not in ("folded", "changed_at")}
    return Debtor(**{**fields, "address": tuple(row.address.split("\n")) if row.address else ()})


def _invoice_row(one: Invoice, at: datetime) -> dict[str, Any]:
    return {
        "number": one.number,
        "case_id": one.case_id,
        "debtor_id": one.debtor_id,
        "issue_date": one.issue_date,
        "due_date": one.due_date,
        "amount_minor": one.amount.minor,
        "currency": one.amount.currency,
        "extra": one.extra,
        "added_at": at,
    }


def _invoice(row: Row[Any]) -> Invoice:
    return Invoice(
        number=row.number,
        case_id=row.case_id,
        debtor_id=row.debtor_id,
        issue_date=row.issue_date,
        due_date=row.due_date,
        amount=Money(minor=row.amount_minor, currency=row.currency),
        extra=row.extra,
    )
