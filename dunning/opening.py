"""How a case begins: which policy takes the invoice, and which steps its past leaves behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from dunning.calendar import calendar_for
from dunning.case import Case, Debtor, Invoice, StepRecord
from dunning.policy import Policy
from dunning.schedule import deadline_from


class NoPolicy(ValueError):
    """No policy takes the invoice."""


class SeveralPolicies(ValueError):
    """More than one policy takes the invoice."""


@dataclass(frozen=True)
class Past:
    """What went out before the case came here."""

    last_step: str
    last_step_on: date


@dataclass(frozen=True)
class Newcomer:
    """An invoice that becomes a case: under which id, since when, and what went out before."""

    case_id: str
    invoice: Invoice
    debtor: Debtor
    added_at: datetime
    past: Past | None = None


def begin(policies: Iterable[Policy], new: Newcomer) -> Case:
    """The case as it begins, under the one policy that takes it, which it is not yet pinned to.

    ValueError (`NoPolicy`, `SeveralPolicies`, a past step that the policy does not have) says why there is none.
    """
    policy = choose(policies, new.invoice, new.debtor)
    return Case(
        id=new.case_id,
        policy=policy.policy,
        policy_hash="",
        invoice=new.invoice,
        debtor=new.debtor,
        added_at=new.added_at,
        steps=taken_over(policy, new.debtor, new.past) if new.past else (),
    )


def takes(policy: Policy, invoice: Invoice, debtor: Debtor) -> str | None:
    """None when the policy takes the invoice, else the first thing that speaks against it, with what was found."""
    rules, currency = policy.takes, invoice.amount.currency
    checks: tuple[tuple[str, bool, object], ...] = (
        ("debtor", debtor.kind in rules.debtor, debtor.kind),
        ("currency", currency in rules.currency, currency),
        ("segment", rules.segment is None or debtor.segment in rules.segment, debtor.segment),
        ("country", rules.country is None or debtor.country in rules.country, debtor.country or "unknown"),
        ("amount", rules.amount is None or rules.amount.holds(invoice.amount), invoice.amount),
    )
    return next((f"{name} ({found})" for name, fits, found in checks if not fits), None)


def choose(policies: Iterable[Policy], invoice: Invoice, debtor: Debtor) -> Policy:
    """The one policy that takes the invoice; `NoPolicy` or `SeveralPolicies` name what was found."""
    against = {policy.policy: (takes(policy, invoice, debtor), policy) for policy in policies}
    fitting = [policy for reason, policy in against.values() if reason is None]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = " and ".join(p.policy for p in fitting)
        raise SeveralPolicies(f"more than one policy takes it: {names}. Narrow the `takes:` of one of them.")
    found = "; ".join(f"{name}: {reason}" for name, (reason, _) in against.items())
    raise NoPolicy(f"no policy takes it ({found}).")


def taken_over(policy: Policy, debtor: Debtor, past: Past) -> tuple[StepRecord, ...]:
    """Records for the steps that went out elsewhere; ValueError for a step that the policy does not have.

    The last of them is taken to have given the deadline that the policy gives, which the debtor may still have.
    """
    last = policy.find(past.last_step)
    names = [s.step for s in policy.steps]
    if last is None:
        raise ValueError(f"{policy.policy} has no step {past.last_step!r}; its steps are {', '.join(names)}")
    at = datetime.combine(past.last_step_on, time(12), UTC)
    deadline = deadline_from(last, calendar_for(policy.calendar, debtor), past.last_step_on)
    return tuple(
        StepRecord(
            step=name,
            at=at,
            done=name == last.step,
            why="taken_over",
            channels=("elsewhere",),
            words={"step": name},
            deadline=deadline if name == last.step else None,
        )
        for name in names[: names.index(last.step) + 1]
    )
