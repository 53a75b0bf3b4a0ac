"""Brings rows into the ledger: new invoices become cases, changed ones facts, and nothing comes in twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from console.imports.cells import zone_of
from console.imports.facts import Grown, contact_changed, invoice_changed
from console.imports.rows import Fault, Row
from console.policies.files import LoadedPolicy
from dunning.case import Case, Invoice, Payment
from dunning.case import Debtor as DebtorView
from dunning.opening import Newcomer, begin
from ledger import book
from ledger.cases import NewCase, add_cases, case, import_alone
from ledger.errors import CaseIdTaken, DebtorMissing
from ledger.lists import CaseFilter, list_cases
from ledger.policies import PolicyBundle, keep_policy
from ledger.store import Ledger

CHUNK = 500  # rows of one transaction
_CONTACT = {"name", "email", "phone", "contact_name", "manager_name", "manager_email", "address", "language"}


@dataclass
class Brought:
    """What an import has done to the ledger, and what it still has to tell the running cases."""

    new: list[str] = field(default_factory=list)
    known: int = 0
    changed: set[str] = field(default_factory=set)
    refused: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    by_policy: Counter[str] = field(default_factory=Counter)
    start: list[str] = field(default_factory=list)
    facts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    grown: list[Grown] = field(default_factory=list)


class Import:
    """One file's way into the ledger, a chunk of rows at a time."""

    def __init__(self, ledger: Ledger, loaded: Sequence[LoadedPolicy], now: datetime) -> None:
        self.brought = Brought()
        self._ledger = ledger
        self._now = now
        self._policies = {one.policy.policy: one for one in loaded}
        self._hashes: dict[str, str] = {}
        self._debtors: dict[str, tuple[int, book.Debtor]] = {}
        self._written: set[str] = set()

    def bring(self, rows: Sequence[Row]) -> None:
        """Bring these rows in, all of them in one transaction; refused ones are noted and left out."""
        before = dict(self._hashes), set(self._written)
        done = Brought()
        try:
            with self._ledger.write() as db:
                self._bring(db, rows, done)
        except CaseIdTaken as taken:
            # Nothing of the chunk was written. Two numbers share an id about never, so one by one is fast enough.
            self._hashes, self._written = before
            if len(rows) == 1:
                self.brought.refused.append(Fault(rows[0].line, rows[0].number, f"{taken}: rename one of them"))
                return
            for row in rows:
                self.bring([row])
            return
        self._add(done)

    def rehearse(self, rows: Sequence[Row]) -> list[Fault]:
        """What would be refused of these rows, and how many each policy would take; changes nothing."""
        faults: list[Fault] = []
        with self._ledger.read() as db:
            for row in rows:
                owner = self._debtor(db, row)
                found = owner if isinstance(owner, Fault) else self._begin(row, owner)
                if isinstance(found, Fault):
                    faults.append(found)
                else:
                    self.brought.by_policy[found.policy] += 1
        return faults

    def _add(self, done: Brought) -> None:
        total = self.brought
        for one in fields(Brought):
            kept, more = getattr(total, one.name), getattr(done, one.name)
            setattr(total, one.name, kept | more if isinstance(kept, set) else kept + more)

    def _bring(self, db: Any, rows: Sequence[Row], done: Brought) -> None:
        import_alone(db)
        kept = book.invoices_known(db, (row.number for row in rows))
        news: list[NewCase] = []
        for row in rows:
            owner = self._debtor(db, row)
            fault = (
                owner
                if isinstance(owner, Fault)
                else self._again(db, row, kept[row.number], done)
                if row.number in kept
                else self._first_time(db, row, owner, (news, done))
            )
            if fault is not None:
                done.refused.append(fault)
            elif isinstance(owner, book.Debtor):
                self._keep_debtor(db, owner, done)
        added = add_cases(db, news)
        done.new += sorted(added)
        done.start += sorted(added)

    def _debtor(self, db: Any, row: Row) -> book.Debtor | Fault:
        """The debtor as the ledger will have it. The first row of a debtor in the file counts."""
        if row.debtor.id not in self._debtors:
            try:
                kept = book.debtor(db, row.debtor.id)
            except DebtorMissing:
                kept = None
            self._debtors[row.debtor.id] = (row.line, merged(row.debtor, kept))
        line, owner = self._debtors[row.debtor.id]
        if owner.kind != row.debtor.kind:
            return Fault(
                row.line, row.number, f"debtor {owner.id} is {row.debtor.kind} here, {owner.kind} on line {line}"
            )
        return owner

    def _keep_debtor(self, db: Any, owner: book.Debtor, done: Brought) -> None:
        if owner.id in self._written:
            return
        self._written.add(owner.id)
        if book.upsert_debtor(db, owner, self._now) & _CONTACT:
            self._contact_changed(db, owner.id, done)

    def _contact_changed(self, db: Any, debtor_id: str, done: Brought) -> None:
        fact = contact_changed(self._now)
        for line in list_cases(db, CaseFilter(status="open", debtor=debtor_id, limit=100_000)):
            done.facts.append((line.id, fact))
            done.changed.add(line.id)

    def _first_time(self, db: Any, row: Row, owner: book.Debtor, into: tuple[list[NewCase], Brought]) -> Fault | None:
        opened = self._begin(row, owner)
        if isinstance(opened, Fault):
            return opened
        opened = opened.model_copy(update={"policy_hash": self._hash(db, opened.policy)})
        into[0].append(_new_case(opened, row, self._now))
        into[1].by_policy[opened.policy] += 1
        return None

    def _begin(self, row: Row, owner: book.Debtor) -> Case | Fault:
        """The case as it begins, under the one policy that takes it; not yet pinned to the policy's content."""
        invoice = Invoice(number=row.number, issue_date=row.issue_date, due_date=row.due_date, amount=row.amount)
        new = Newcomer(row.case_id, invoice, view(owner), self._now, row.past)
        try:
            case = begin((one.policy for one in self._policies.values()), new)
        except ValueError as error:
            return Fault(row.line, row.number, str(error))
        return case.model_copy(update={"payments": _paid(row, self._now)})

    def _hash(self, db: Any, name: str) -> str:
        if name not in self._hashes:
            one = self._policies[name]
            self._hashes[name] = keep_policy(db, PolicyBundle(name, one.source_file, one.bundle, self._now))
        return self._hashes[name]

    def _again(self, db: Any, row: Row, kept: book.Invoice, done: Brought) -> Fault | None:
        if kept.debtor_id != row.debtor.id or kept.amount.currency != row.amount.currency:
            words = f"is known as an invoice in {kept.amount.currency} to debtor {kept.debtor_id}: neither can change"
            return Fault(row.line, row.number, words)
        done.known += 1
        found = case(db, kept.case_id)
        if found.status == "open" and found.doing is None:
            done.start.append(found.id)  # an earlier import ended before it could be started
        known = Case.model_validate(found.state)
        told = (row.amount, row.due_date)
        if {told} != {(known.invoice.amount, known.invoice.due_date), (kept.amount, kept.due_date)}:
            book.set_invoice(db, row.number, row.amount, row.due_date)
            done.facts.append((found.id, invoice_changed(row, found.seq)))
            done.changed.add(found.id)
        if row.paid is not None and known.paid < row.paid:
            done.grown.append(Grown(found.id, row.paid, row.paid_on or self._now.date()))
        elif row.paid is not None and row.paid < known.paid:
            done.notes.append(f"{row.number}: the file says {row.paid} paid, the case knows {known.paid}, which stays")
        return None


def chunks(rows: Iterable[Row]) -> Iterable[list[Row]]:
    """The rows, a transaction's worth at a time."""
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == CHUNK:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def merged(told: book.Debtor, kept: book.Debtor | None) -> book.Debtor:
    """What the file says; where it is silent, what is known; a time zone where the country has only one."""
    if kept is not None:
        silent = {one.name: getattr(kept, one.name) for one in fields(told) if not getattr(told, one.name)}
        told = replace(told, **silent)
    return replace(told, time_zone=told.time_zone or zone_of(told.country))


def view(owner: book.Debtor) -> DebtorView:
    """What decisions need to know of the debtor."""
    return DebtorView.model_validate(book.decided_by(owner, {"id": owner.id}))


def _paid(row: Row, now: datetime) -> dict[str, Payment]:
    if row.paid is None or row.paid.minor == 0:
        return {}
    return {f"import/paid/{row.paid.minor}": Payment(amount=row.paid, received_on=row.paid_on or now.date())}


def _new_case(opened: Case, row: Row, now: datetime) -> NewCase:
    invoice = book.Invoice(
        number=row.number,
        case_id=opened.id,
        debtor_id=opened.debtor.id,
        issue_date=row.issue_date,
        due_date=row.due_date,
        amount=row.amount,
        extra=dict(row.extra),
    )
    state = opened.model_dump(mode="json", exclude_defaults=True)
    return NewCase(invoice, opened.policy, opened.policy_hash, state, opened.outstanding, now)
