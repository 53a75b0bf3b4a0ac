"""Open cases and past payments by debtor, read a page at a time beside a running worker; it only reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from ledger.book import decided_by
from ledger.schema import cases, debtors
from ledger.store import Ledger

PAGE = 200  # debtors of one transaction


@dataclass(frozen=True)
class OwedBy:
    """A debtor's id, the states of its open cases with the debtor as it is known just now, and its delays.

    `delays`: of each closed case that was paid, how many days after the due date the last payment came.
    """

    debtor: str
    states: tuple[dict[str, Any], ...]
    delays: tuple[int, ...]


def owed(ledger: Ledger, past: bool) -> Iterator[OwedBy]:
    """Every debtor with an open case, in the order of the ids; with the delays of closed cases when `past` is wanted.

    A page is one short transaction: a worker may go on meanwhile, and a case is seen as it is on its page.
    """
    last = ""
    while True:
        with ledger.read() as db:
            ids = select(cases.c.debtor_id).where(cases.c.status == "open", cases.c.debtor_id > last).distinct()
            page = list(db.scalars(ids.order_by(cases.c.debtor_id).limit(PAGE)))
            if not page:
                return
            found = {row.id: row for row in db.execute(select(debtors).where(debtors.c.id.in_(page)))}
            query = select(cases.c.debtor_id, cases.c.status, cases.c.outcome, cases.c.state)
            query = query.where(cases.c.debtor_id.in_(page))
            if not past:
                query = query.where(cases.c.status == "open")
            rows = db.execute(query.order_by(cases.c.debtor_id, cases.c.invoice_number)).all()
        by_debtor: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            by_debtor[row.debtor_id].append(row)
        for debtor_id in page:
            mine = by_debtor[debtor_id]
            states = tuple(seen(row.state, found[debtor_id]) for row in mine if row.status == "open")
            late = tuple(days for row in mine if row.status == "closed" and (days := paid_late(row)) is not None)
            if states:
                yield OwedBy(debtor_id, states, late)
        last = page[-1]


def paid_late(row: Any) -> int | None:
    """How many days after the due date the last payment of a paid case came; None for a case that ended otherwise."""
    payments = [paid for paid in row.state.get("payments", {}).values() if not paid.get("reversed_at")]
    days = [paid["received_on"] for paid in payments if paid.get("received_on")]
    if row.outcome != "paid" or not days:
        return None
    return (date.fromisoformat(max(days)) - date.fromisoformat(row.state["invoice"]["due_date"])).days


def delays(ledger: Ledger) -> dict[str, Counter[int]]:
    """How late the paid cases of the ledger were paid: by segment, days and how often."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    last = ""
    while True:
        with ledger.read() as db:
            query = select(cases.c.id, cases.c.outcome, cases.c.state).where(
                cases.c.status == "closed", cases.c.outcome == "paid", cases.c.id > last
            )
            rows = db.execute(query.order_by(cases.c.id).limit(PAGE)).all()
        if not rows:
            return dict(found)
        for row in rows:
            late = paid_late(row)
            if late is not None:
                found[row.state["debtor"].get("segment", "standard")][late] += 1
        last = rows[-1].id


def open_currencies(ledger: Ledger, numbers: Sequence[str]) -> dict[str, str]:
    """The currency of each of these invoices that is of an open case. At most a few hundred of them."""
    with ledger.read() as db:
        query = select(cases.c.invoice_number, cases.c.currency)
        found = db.execute(query.where(cases.c.status == "open", cases.c.invoice_number.in_(numbers)))
        return {row.invoice_number: row.currency for row in found}


def open_size(ledger: Ledger) -> int:
    """How many cases are open."""
    with ledger.read() as db:
        return db.scalar(select(func.count()).select_from(cases).where(cases.c.status == "open")) or 0


def open_policies(ledger: Ledger) -> list[str]:
    """The content hashes of the policies that open cases are pinned to."""
    with ledger.read() as db:
        return list(db.scalars(select(cases.c.policy_hash).where(cases.c.status == "open").distinct()))


def seen(state: dict[str, Any], owner: Any) -> dict[str, Any]:
    """The case's state with its debtor as the ledger has it just now, which is what a worker decides by."""
    return {**state, "debtor": decided_by(owner, state["debtor"])}
