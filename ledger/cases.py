"""Cases: opening them, and writing down in one transaction what an activity learned, decided and asks people to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, insert, select, update

from dunning.money import Money
from ledger.book import Invoice, add_invoices, case_ids_taken, invoices_known
from ledger.errors import CaseIdTaken, CaseMissing
from ledger.journal import START, Head, JournalEntry, append
from ledger.schema import cases
from ledger.sending import foresee
from ledger.tasks import TaskDone, TaskRow, TaskWanted, reconcile

_IMPORT_LOCK = 7_352_624  # any number that nobody else locks, the same in every release

Status = Literal["open", "closed"]
Doing = Literal["perform", "wait", "ask", "close"]


@dataclass(frozen=True)
class NewCase:
    """An invoice to chase, with the policy it is pinned to. `state` is the case as JSON, owned by the core."""

    invoice: Invoice
    policy_name: str
    policy_hash: str
    state: dict[str, Any] = field(repr=False)
    outstanding: Money
    opened_at: datetime


@dataclass(frozen=True)
class CaseRecord:
    """A case as an activity leaves it. `seq` grows with every fact: an older record leaves the case row alone.

    `done` names the tasks that a person has just settled, and who; every other task no longer wanted is dropped.
    `policy_name` and `policy_hash` are given only when the case changed its policy.
    """

    case_id: str
    state: dict[str, Any] = field(repr=False)
    seq: int
    status: Status
    outcome: str | None
    step: str | None
    next_at: datetime | None
    doing: Doing
    because: Any
    outstanding: Money
    at: datetime
    done: tuple[TaskDone, ...] = ()
    policy_name: str | None = None
    policy_hash: str | None = None


@dataclass(frozen=True)
class CaseRow:
    """A case as it is kept. `next_at` is None while a person is waited for, `doing` before the first decision."""

    id: str
    invoice_number: str
    debtor_id: str
    policy_name: str
    policy_hash: str
    state: dict[str, Any] = field(repr=False)
    seq: int
    status: Status
    outcome: str | None
    step: str | None
    next_at: datetime | None
    doing: Doing | None
    because: Any
    outstanding: Money
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    head: Head


def add_case(db: Connection, new: NewCase) -> bool:
    """Write an invoice and its case; False when the invoice is there already, CaseIdTaken when another has its id."""
    return bool(add_cases(db, [new]))


def import_alone(db: Connection) -> None:
    """Wait until no other transaction brings in cases; none will until this one ends.

    Said before anything is read: of two imports of one file, or of the same debtors in another order, the second then
    sees all that the first one did, and neither waits for a row of the other.
    """
    if db.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        db.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))


def add_cases(db: Connection, news: Sequence[NewCase]) -> set[str]:
    """Write many invoices with their cases and return the ids of the new ones; those already there are passed over.

    CaseIdTaken when two invoice numbers give one case id: nothing of the call is written then. Debtors and policies
    must be there (IntegrityError). Imports call it with a few hundred at a time, one transaction each, which they
    begin with `import_alone`.
    """
    import_alone(db)
    known = invoices_known(db, (new.invoice.number for new in news))
    fresh = {new.invoice.number: new for new in news if new.invoice.number not in known}
    owners = case_ids_taken(db, (new.invoice.case_id for new in fresh.values()))
    for new in fresh.values():
        owner = owners.setdefault(new.invoice.case_id, new.invoice.number)
        if owner != new.invoice.number:
            raise CaseIdTaken(
                f"invoice {new.invoice.number} gives case {new.invoice.case_id}, taken by invoice {owner}"
            )
    if fresh:
        add_invoices(db, [(new.invoice, new.opened_at) for new in fresh.values()])
        db.execute(insert(cases), [_opening(new) for new in fresh.values()])
        foresee(db, max(new.opened_at for new in fresh.values()), len(fresh), "new cases")
    return {new.invoice.case_id for new in fresh.values()}


def _opening(new: NewCase) -> dict[str, Any]:
    return {
        "id": new.invoice.case_id,
        "invoice_number": new.invoice.number,
        "debtor_id": new.invoice.debtor_id,
        "policy_name": new.policy_name,
        "policy_hash": new.policy_hash,
        "state": new.state,
        "seq": 0,
        "status": "open",
        "outstanding_minor": new.outstanding.minor,
        "currency": new.outstanding.currency,
        "opened_at": new.opened_at,
        "changed_at": new.opened_at,
        "head_hash": START,
        "head_row": 0,
    }


def case(db: Connection, case_id: str, *, held: bool = False) -> CaseRow:
    """The case with its state; CaseMissing when there is none.

    Who will write by what it says asks for it `held`: nobody else records it before the end of the transaction.
    """
    query = select(cases).where(cases.c.id == case_id)
    row = db.execute(_held(query) if held else query).one_or_none()
    if row is None:
        raise _missing(case_id)
    fields = dict(row._mapping)
    money = Money(minor=fields.pop("outstanding_minor"), currency=fields.pop("currency"))
    head = Head(fields.pop("head_row"), fields.pop("head_hash"))
    return CaseRow(**fields, outstanding=money, head=head)


def record(
    db: Connection, recorded: CaseRecord, entries: Sequence[JournalEntry], wanted: Sequence[TaskWanted]
) -> list[TaskRow]:
    """Write what happened to a case: journal, case row and open tasks, all or nothing; returns the tasks it opened.

    Saying the same again changes nothing and opens nothing. Entries are always kept; when the record is older than
    what is kept, the case row and its tasks stay as they are. `wanted` is every task that should be open.
    CaseMissing when there is no such case.
    """
    query = select(cases.c.seq, cases.c.head_row, cases.c.head_hash, cases.c.closed_at)
    kept = db.execute(_held(query.where(cases.c.id == recorded.case_id))).one_or_none()
    if kept is None:
        raise _missing(recorded.case_id)
    head = append(db, recorded.case_id, Head(kept.head_row, kept.head_hash), entries)
    values: dict[str, Any] = {"head_row": head.row_no, "head_hash": head.hash}
    current = recorded.seq >= kept.seq
    if current:
        values |= _snapshot(recorded, kept.closed_at)
    db.execute(update(cases).where(cases.c.id == recorded.case_id).values(**values))
    return reconcile(db, recorded.case_id, wanted, recorded) if current else []


def _held(query: Select[Any]) -> Select[Any]:
    """Against other records only: a delivery or a task that refers to the case need not wait for this one."""
    return query.with_for_update(key_share=True)


def _snapshot(recorded: CaseRecord, closed_at: datetime | None) -> dict[str, Any]:
    values = {
        "state": recorded.state,
        "seq": recorded.seq,
        "status": recorded.status,
        "outcome": recorded.outcome,
        "step": recorded.step,
        "next_at": recorded.next_at,
        "doing": recorded.doing,
        "because": recorded.because,
        "outstanding_minor": recorded.outstanding.minor,
        "currency": recorded.outstanding.currency,
        "changed_at": recorded.at,
        "closed_at": (closed_at or recorded.at) if recorded.status == "closed" else None,
    }
    pinned = {"policy_name": recorded.policy_name, "policy_hash": recorded.policy_hash}
    return values | {name: value for name, value in pinned.items() if value is not None}


def _missing(case_id: str) -> CaseMissing:
    return CaseMissing(f"no case {case_id} in the ledger")
