"""Lists and counts of cases for people: a page of 100,000 cases comes from an index, never from reading them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import ge, gt, le, lt
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, and_, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from dunning.money import Money
from ledger.book import fold
from ledger.cases import Doing, Status
from ledger.schema import cases, debtors, invoices, tasks

Order = Literal["next_at", "-outstanding", "-changed_at", "due_date", "id"]
_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "next_at": (cases.c.next_at.nulls_last(), cases.c.id),
    "-outstanding": (cases.c.outstanding_minor.desc(), cases.c.id.desc()),
    "-changed_at": (cases.c.changed_at.desc(), cases.c.id.desc()),
    "due_date": (invoices.c.due_date, cases.c.id),
    "id": (cases.c.id,),
}


@dataclass(frozen=True)
class CaseFilter:
    """Which cases to list, and how. None means any; `debtor` is an id; `search` looks in case, invoice and debtor."""

    status: Status | None = None
    step: str | None = None
    outcome: str | None = None
    debtor: str | None = None
    policy: str | None = None
    doing: Doing | None = None
    search: str | None = None
    min_outstanding: Money | None = None
    order: Order = "next_at"
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True)
class CaseLine:
    """A case as a list shows it."""

    id: str
    invoice_number: str
    debtor_id: str
    debtor_name: str
    policy_name: str
    policy_hash: str
    status: Status
    outcome: str | None
    step: str | None
    next_at: datetime | None
    doing: Doing | None
    because: Any
    outstanding: Money
    amount: Money
    issue_date: date
    due_date: date
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """How many of what, for the doctor and the end of a demo. `by_step` and `by_doing` count open cases only."""

    open: int
    closed: int
    by_step: dict[str, int]
    by_doing: dict[str, int]
    by_outcome: dict[str, int]
    open_tasks: dict[str, int]


@dataclass(frozen=True)
class Pinned:
    """The policy that a case is pinned to, and its debtor's number."""

    case_id: str
    policy_name: str
    policy_hash: str
    debtor_id: str


@dataclass(frozen=True)
class Sought:
    """One condition on open cases: a word of SOUGHT, one of `=`, `>=`, `>`, `<=`, `<`, and its values.

    `=` holds for any of the values, the others take one. Of `outstanding` the value is Money, of `due` a date.
    """

    word: str
    sign: str
    values: tuple[Any, ...]


def list_cases(db: Connection, wanted: CaseFilter) -> list[CaseLine]:
    """One page of cases."""
    query = _where(select(*_LINE).select_from(_JOINED), wanted).order_by(*_ORDERS[wanted.order])
    return [_line(row) for row in db.execute(query.limit(wanted.limit).offset(wanted.offset))]


def count_cases(db: Connection, wanted: CaseFilter) -> int:
    """How many cases the filter lets through, over all pages."""
    return db.scalar(_where(select(func.count()).select_from(_JOINED), wanted)) or 0


def counts(db: Connection) -> Counts:
    """Open and closed cases, by step, decision and outcome, and open tasks by kind."""
    status = _grouped(db, select(cases.c.status, func.count()).group_by(cases.c.status))
    of_open = cases.c.status == "open"
    return Counts(
        open=status.get("open", 0),
        closed=status.get("closed", 0),
        by_step=_grouped(db, select(cases.c.step, func.count()).where(of_open).group_by(cases.c.step)),
        by_doing=_grouped(db, select(cases.c.doing, func.count()).where(of_open).group_by(cases.c.doing)),
        by_outcome=_grouped(db, select(cases.c.outcome, func.count()).group_by(cases.c.outcome)),
        open_tasks=_grouped(
            db, select(tasks.c.kind, func.count()).where(tasks.c.state == "open").group_by(tasks.c.kind)
        ),
    )


_JOINED = cases.join(invoices, invoices.c.number == cases.c.invoice_number).join(
    debtors, debtors.c.id == cases.c.debtor_id
)
_LINE = (
    cases.c.id,
    cases.c.invoice_number,
    cases.c.debtor_id,
    debtors.c.name.label("debtor_name"),
    cases.c.policy_name,
    cases.c.policy_hash,
    cases.c.status,
    cases.c.outcome,
    cases.c.step,
    cases.c.next_at,
    cases.c.doing,
    cases.c.because,
    cases.c.outstanding_minor,
    cases.c.currency,
    invoices.c.amount_minor,
    invoices.c.currency.label("invoice_currency"),
    invoices.c.issue_date,
    invoices.c.due_date,
    cases.c.opened_at,
    cases.c.changed_at,
    cases.c.closed_at,
)


def _where(query: Select[Any], wanted: CaseFilter) -> Select[Any]:
    asked = {
        cases.c.status: wanted.status,
        cases.c.step: wanted.step,
        cases.c.outcome: wanted.outcome,
        cases.c.debtor_id: wanted.debtor,
        cases.c.policy_name: wanted.policy,
        cases.c.doing: wanted.doing,
    }
    query = query.where(*(column == value for column, value in asked.items() if value is not None))
    if wanted.min_outstanding is not None:
        least = wanted.min_outstanding
        query = query.where(cases.c.currency == least.currency, cases.c.outstanding_minor >= least.minor)
    return query.where(_found(wanted.search)) if wanted.search else query


def _found(search: str) -> ColumnElement[bool]:
    text = fold(search)
    numbers = (func.lower(cases.c.id), func.lower(cases.c.invoice_number), debtors.c.folded)
    return or_(*(column.contains(text, autoescape=True) for column in numbers))


def _line(row: Row[Any]) -> CaseLine:
    fields = dict(row._mapping)
    outstanding = Money(minor=fields.pop("outstanding_minor"), currency=fields.pop("currency"))
    amount = Money(minor=fields.pop("amount_minor"), currency=fields.pop("invoice_currency"))
    return CaseLine(**fields, outstanding=outstanding, amount=amount)


def _grouped(db: Connection, query: Select[Any]) -> dict[str, int]:
    return {name: int(count) for name, count in db.execute(query) if name is not None}


def pinned(db: Connection, case_ids: Sequence[str]) -> dict[str, Pinned]:
    """What Temporal's own lists may show of these cases, by case id. At most a few hundred ids at a time."""
    query = select(cases.c.id, cases.c.policy_name, cases.c.policy_hash, cases.c.debtor_id)
    found = db.execute(query.where(cases.c.id.in_(case_ids)))
    return {row.id: Pinned(row.id, row.policy_name, row.policy_hash, row.debtor_id) for row in found}


SOUGHT: dict[str, ColumnElement[Any]] = {
    "case": cases.c.id,
    "policy": cases.c.policy_name,
    "step": cases.c.step,
    "doing": cases.c.doing,
    "debtor": cases.c.debtor_id,
    "kind": debtors.c.kind,
    "segment": func.coalesce(debtors.c.segment, "standard"),
    "country": debtors.c.country,
    "currency": cases.c.currency,
    "outstanding": cases.c.outstanding_minor,
    "due": invoices.c.due_date,
}
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {">=": ge, ">": gt, "<=": le, "<": lt}


def open_case_ids(db: Connection, sought: Sequence[Sought]) -> list[str]:
    """The open cases for which all conditions hold, by id."""
    query = select(cases.c.id).select_from(_JOINED).where(cases.c.status == "open", *map(_holds, sought))
    return list(db.scalars(query.order_by(cases.c.id)))


def open_names(db: Connection, word: str) -> list[str]:
    """What a word of SOUGHT is among the open cases, each once."""
    query = select(SOUGHT[word]).select_from(_JOINED).where(cases.c.status == "open", SOUGHT[word].is_not(None))
    return sorted(db.scalars(query.distinct()))


def _holds(one: Sought) -> ColumnElement[bool]:
    column, first = SOUGHT[one.word], one.values[0]
    if not isinstance(first, Money):
        return column.in_(one.values) if one.sign == "=" else _SIGNS[one.sign](column, first)
    bound: ColumnElement[bool] = column == first.minor if one.sign == "=" else _SIGNS[one.sign](column, first.minor)
    return and_(cases.c.currency == first.currency, bound)


def contacts_not_told(db: Connection, kinds: Sequence[str]) -> list[tuple[str, datetime]]:
    """Open cases that still wait in a task of these kinds, though their debtor's details changed after it opened.

    Each with the moment of the change, whose fact may have been lost on its way to the case.
    """
    query = (
        select(cases.c.id, debtors.c.changed_at)
        .join(debtors, debtors.c.id == cases.c.debtor_id)
        .join(tasks, tasks.c.case_id == cases.c.id)
        .where(cases.c.status == "open", tasks.c.state == "open", tasks.c.kind.in_(kinds))
        .where(debtors.c.changed_at > tasks.c.opened_at)
        .order_by(cases.c.id)
        .distinct()
    )
    return [(row.id, row.changed_at) for row in db.execute(query)]


def count_busy(db: Connection, now: datetime) -> int:
    """Open cases with something to do right now: not yet decided, to be performed, or waiting for a moment past."""
    due = cases.c.next_at.is_not(None) & (cases.c.next_at <= now)
    busy = or_(cases.c.doing.is_(None), cases.c.doing == "perform", due)
    return db.scalar(select(func.count()).select_from(cases).where(cases.c.status == "open", busy)) or 0


def open_cases_of(db: Connection, debtor_id: str) -> int:
    """How many open cases a debtor has."""
    which = (cases.c.debtor_id == debtor_id, cases.c.status == "open")
    return db.scalar(select(func.count()).select_from(cases).where(*which)) or 0
