"""Walks one ordinary invoice under two policies, because a step also moves when those before it do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dunning.case import Case, Debtor, Invoice
from dunning.compare.steps import Matched
from dunning.explain import dated_course
from dunning.money import Money
from dunning.policy import Policy, Step
from dunning.terms import AmountRange

_ORDINARY = 2000  # major units: enough for the steps that leave small sums alone


@dataclass(frozen=True)
class Walked:
    """The day on which one step would begin under each policy; None where it is not reached or left out."""

    step: Step
    old: date | None
    new: date | None

    @property
    def moved(self) -> int | None:
        """Days later; negative for earlier."""
        return (self.new - self.old).days if self.old and self.new else None


def ordinary_case(policy: Policy, due: date) -> Case:
    """A case that the policy takes: 2000 of its first currency, its first kind of debtor, invoiced 30 days before."""
    takes, issued = policy.takes, due - timedelta(days=30)
    return Case(
        id="example",
        policy=policy.policy,
        policy_hash="example",
        invoice=Invoice(
            number="EXAMPLE", issue_date=issued, due_date=due, amount=_amount(takes.amount, takes.currency[0])
        ),
        debtor=Debtor(
            id="example",
            kind=takes.debtor[0],
            segment=(takes.segment or ("standard",))[0],
            country=(takes.country or (policy.calendar.country,))[0],
        ),
        added_at=datetime.combine(issued, time(0), UTC),
    )


def _amount(taken: AmountRange | None, currency: str) -> Money:
    """The ordinary amount, or the nearest one that is taken."""
    usual = Money.parse(f"{_ORDINARY} {currency}")
    if taken is None or taken.holds(usual):
        return usual
    least = next((amount for amount in taken.at_least or () if amount.currency == currency), None)
    most = next((amount for amount in taken.below or () if amount.currency == currency), usual)
    return least or Money(minor=most.minor - 1, currency=currency)


def walk(old: Policy, new: Policy, matched: Matched, case: Case) -> tuple[Walked, ...]:
    """What both policies do with the case, in the order of days; steps without any come last.

    Nothing is paid or disputed, nobody answers the phone, approvals come at once.
    """
    before, after = _days(old, case), _days(new, case)
    names = {id(pair.new): pair.old.step for pair in matched.pairs}
    stayed = [Walked(step, before.get(names.get(id(step), "")), after.get(step.step)) for step in new.steps]
    gone = [Walked(step, before.get(step.step), None) for step in matched.gone]
    return tuple(sorted((*stayed, *gone), key=lambda one: one.new or one.old or date.max))


def _days(policy: Policy, case: Case) -> dict[str, date]:
    found: dict[str, date] = {}
    for line in dated_course(policy, case):
        if line.step and line.what in ("performed", "asks"):
            found.setdefault(line.step, line.day)
    return found
