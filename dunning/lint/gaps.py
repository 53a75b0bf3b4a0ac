"""Looks for invoices that no policy of a folder takes, though each of their properties is named by one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice, product

from dunning.case import Debtor, Invoice
from dunning.lint.codes import Remark
from dunning.money import Money
from dunning.opening import takes
from dunning.policy import Policy
from dunning.terms import DebtorKind

_ANY_DAY = date(2026, 1, 1)  # no `takes:` asks for a day
_MOST_TRIED = 20_000  # for each kind of debtor: a policy asked about an invoice, some microseconds each


def gaps(policies: Sequence[Policy]) -> Iterator[tuple[Policy, Remark]]:
    """For each kind of debtor of whom an invoice is taken by none: the first policy for such debtors, and P611.

    What is tried: every segment that some policy names, with the kinds of debtor and the currencies of the policies
    that speak of it, and amounts on both sides of every bound. Where policies name countries, it is enough that the
    invoice is taken in one of them. A folder that names more than can be tried in a moment is tried in part.
    """
    countries: list[str | None] = [*_named(policy.takes.country for policy in policies)]
    for kind in DebtorKind:
        near = sum(_is_for(policy, kind) for policy in policies)
        most = max(_MOST_TRIED // max(near * len(countries), 1), 1)
        missed = [
            (taking[0], amount, segment)
            for segment, amount, taking in islice(_tried(policies, kind), most)
            if not _taken(taking, amount, [_debtor(kind, segment, country) for country in countries or [None]])
        ]
        if missed:
            first, amount, segment = missed[0]
            told = f"a {kind} debtor" if kind != "public" else "a public buyer"
            example = f"{amount} of {told}{f' of segment {segment}' if segment else ''}"
            others = "1 more such combination" if len(missed) == 2 else f"{len(missed) - 1} more such combinations"
            more = f" (and {others})" if len(missed) > 1 else ""
            yield first, Remark("P611", ("takes",), {"example": example, "more": more}, at_key=True)


def _tried(policies: Sequence[Policy], kind: DebtorKind) -> Iterator[tuple[str | None, Money, list[Policy]]]:
    """Segments (None where no policy names one) and amounts, each with the policies that may take such an invoice.

    Policies that name the segment speak of it; so does one without `segment:`, of the debtors it takes: that it takes
    consumers in CAD does not mean that a business of that segment is ever invoiced in CAD.
    """
    naming: dict[str | None, list[Policy]] = defaultdict(list)
    for policy in policies:
        for named in policy.takes.segment or ():
            naming[named].append(policy)
    broad = [policy for policy in policies if policy.takes.segment is None and (not naming or _is_for(policy, kind))]
    segments: list[str | None] = [*sorted(filter(None, naming))]
    for segment in segments or [None]:
        speaking = [*naming.get(segment, ()), *broad]
        taking = [policy for policy in speaking if _is_for(policy, kind)]
        for amount in _amounts(speaking) if taking else ():
            yield segment, amount, taking


def _is_for(policy: Policy, kind: DebtorKind) -> bool:
    return kind in policy.takes.debtor


def _named(lists: Iterable[tuple[str, ...] | None]) -> list[str]:
    return sorted({value for values in lists for value in values or ()})


def _amounts(policies: Sequence[Policy]) -> Iterator[Money]:
    """In each currency the least amount there is, and every bound."""
    for currency in _named(policy.takes.currency for policy in policies):
        ranges = [policy.takes.amount for policy in policies if policy.takes.amount]
        bounds = [money for one in ranges for money in (*(one.at_least or ()), *(one.below or ()))]
        for minor in sorted({1, *(money.minor for money in bounds if money.currency == currency)}):
            yield Money(minor=minor, currency=currency)


def _debtor(kind: DebtorKind, segment: str | None, country: str | None) -> Debtor:
    return Debtor(id="anybody", kind=kind, segment=segment or "standard", country=country)


def _taken(policies: list[Policy], amount: Money, debtors: list[Debtor]) -> bool:
    invoice = Invoice(number="any", issue_date=_ANY_DAY, due_date=_ANY_DAY, amount=amount)
    return any(takes(policy, invoice, debtor) is None for policy, debtor in product(policies, debtors))
