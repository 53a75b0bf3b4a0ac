"""Looks for invoices that no policy of a folder takes, though each of their properties is named by one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import product

from dunning.case import Debtor, Invoice
from dunning.lint_codes import Remark
from dunning.money import Money
from dunning.opening import takes
from dunning.policy import Policy
from dunning.terms import DebtorKind

_ANY_DAY = date(2026, 1, 1)  # no `takes:` asks for a day


def gaps(policies: Sequence[Policy]) -> Iterator[tuple[Policy, Remark]]:
    """For each kind of debtor of whom an invoice is taken by none: the first policy for such debtors, and P611.

    What is tried: every kind of debtor, currency and segment that some policy names, and amounts on both sides of every
    bound. Where policies name countries, it is enough that the invoice is taken in one of them.
    """
    segments = _named(policy.takes.segment for policy in policies)
    countries: list[str | None] = [*_named(policy.takes.country for policy in policies)]
    for kind in DebtorKind:
        near = [policy for policy in policies if kind in policy.takes.debtor]
        missed = [
            (segment, amount)
            for segment in segments or ["standard"]
            for amount in _amounts(policies)
            if not _taken(near, amount, [_debtor(kind, segment, country) for country in countries or [None]])
        ]
        if near and missed:
            segment, amount = missed[0]
            told = f"a {kind} debtor" if kind != "public" else "a public buyer"
            example = f"{amount} of {told}{f' of segment {segment}' if segments else ''}"
            more = f" (and {len(missed) - 1} more such combinations)" if len(missed) > 1 else ""
            yield near[0], Remark("P611", ("takes",), {"example": example, "more": more}, at_key=True)


def _named(lists: Iterable[tuple[str, ...] | None]) -> list[str]:
    return sorted({value for values in lists for value in values or ()})


def _amounts(policies: Sequence[Policy]) -> Iterator[Money]:
    """In each currency the least amount there is, and every bound."""
    for currency in _named(policy.takes.currency for policy in policies):
        ranges = [policy.takes.amount for policy in policies if policy.takes.amount]
        bounds = [money for one in ranges for money in (*(one.at_least or ()), *(one.below or ()))]
        for minor in sorted({1, *(money.minor for money in bounds if money.currency == currency)}):
            yield Money(minor=minor, currency=currency)


def _debtor(kind: DebtorKind, segment: str, country: str | None) -> Debtor:
    return Debtor(id="anybody", kind=kind, segment=segment, country=country)


def _taken(policies: list[Policy], amount: Money, debtors: list[Debtor]) -> bool:
    invoice = Invoice(number="any", issue_date=_ANY_DAY, due_date=_ANY_DAY, amount=amount)
    return any(takes(policy, invoice, debtor) is None for policy, debtor in product(policies, debtors))
