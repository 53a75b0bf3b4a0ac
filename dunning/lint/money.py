"""Rules about amounts: one for every currency that the policy takes, and none for any other."""

from __future__ import annotations

from collections.abc import Iterator

from dunning.lint.codes import Path, Remark
from dunning.money import Money
from dunning.policy import Policy
from dunning.terms import AmountRange, Conditions


def conditions_of(policy: Policy) -> Iterator[tuple[Path, int, Conditions]]:
    """Every condition of the policy with its path and the number of its step."""
    for index, step in enumerate(policy.steps):
        if step.when:
            yield ("steps", index, "when"), index, step.when
        for number, branch in enumerate(step.fork or ()):
            if branch.when:
                yield ("steps", index, "fork", number, "when"), index, branch.when


def money_rules(policy: Policy) -> Iterator[Remark]:
    """P501 to P506."""
    for path, amounts in _bounds(policy):
        yield from _in_currencies(policy, path, amounts, "P501")
    yield from _in_currencies(policy, ("tolerance",), policy.tolerance, "P504")
    if policy.charges and policy.charges.fee:
        yield from _in_currencies(policy, ("charges", "fee"), policy.charges.fee, "P506")
    least = policy.takes.amount.at_least if policy.takes.amount else None
    for amount in least or ():
        tolerance = policy.tolerated(amount.currency)
        if amount <= tolerance:
            words = {"amount": str(amount), "tolerance": str(tolerance)}
            yield Remark("P505", ("tolerance",), words)


def _bounds(policy: Policy) -> Iterator[tuple[Path, tuple[Money, ...]]]:
    yield from _of_range(("takes", "amount"), policy.takes.amount)
    for path, _, conditions in conditions_of(policy):
        yield from _of_range((*path, "outstanding"), conditions.outstanding)
        yield from _of_range((*path, "unpaid_total"), conditions.unpaid_total)


def _of_range(path: Path, amounts: AmountRange | None) -> Iterator[tuple[Path, tuple[Money, ...]]]:
    if amounts and amounts.at_least:
        yield (*path, "at_least"), amounts.at_least
    if amounts and amounts.below:
        yield (*path, "below"), amounts.below


def _in_currencies(policy: Policy, path: Path, amounts: tuple[Money, ...], missing: str) -> Iterator[Remark]:
    named = [amount.currency for amount in amounts]
    for currency in policy.takes.currency:
        if currency not in named:
            yield Remark(missing, path, {"currency": currency})
    for number, amount in enumerate(amounts):
        words = {"amount": str(amount), "currency": amount.currency}
        if amount.currency not in policy.takes.currency:
            yield Remark("P502", (*path, number), words)
        elif amount.currency in named[:number]:
            yield Remark("P503", (*path, number), words)
