"""Rules about what can hardly ever happen: amounts under the tolerance, days too early, branches that are beaten."""

from __future__ import annotations

from collections.abc import Iterator

from dunning.lint.codes import Path, Remark
from dunning.lint.money import conditions_of
from dunning.money import Money
from dunning.policy import Policy, Step
from dunning.terms import AmountRange, Conditions, Counting, NumberRange, Route


def never_rules(policy: Policy) -> Iterator[Remark]:
    """P612 to P615, and P714 and P715."""
    yield from _nothing_to_do(policy)
    for path, index, conditions in conditions_of(policy):
        yield from _of_nothing(policy, path, conditions)
        yield from _too_early(policy.steps[index], path, conditions)
    for index, step in enumerate(policy.steps):
        yield from _no_time_to_approve(step, ("steps", index))
        yield from _beaten(policy, step, ("steps", index))
        if step.fork and step.approval == "required" and all(b.then is Route.ask for b in step.fork):
            yield Remark("P715", ("steps", index, "approval"), {"step": step.step})


def _amount(amounts: tuple[Money, ...] | None, currency: str) -> Money | None:
    return next((amount for amount in amounts or () if amount.currency == currency), None)


def _within_tolerance(policy: Policy, below: tuple[Money, ...] | None) -> Money | None:
    """The first of the bounds, when each of them is within the tolerance of its currency."""
    bounds = [_amount(below, currency) for currency in policy.takes.currency]
    if not all(bound and bound <= policy.tolerated(bound.currency) for bound in bounds):
        return None
    return bounds[0]


def _nothing_to_do(policy: Policy) -> Iterator[Remark]:
    taken = policy.takes.amount
    if taken and (bound := _within_tolerance(policy, taken.below)):
        words = {"below": str(bound), "tolerance": str(policy.tolerated(bound.currency))}
        yield Remark("P612", ("takes", "amount", "below"), words)


def _of_nothing(policy: Policy, path: Path, conditions: Conditions) -> Iterator[Remark]:
    owed = conditions.outstanding
    if owed and (bound := _within_tolerance(policy, owed.below)):
        why = f"up to {policy.tolerated(bound.currency)} counts as paid"
        words = {"key": "outstanding", "value": str(bound), "why": why}
        yield Remark("P613", (*path, "outstanding", "below"), words)
    count = conditions.unpaid_invoices
    if count and count.below is not None and count.below <= 0:
        words = {"key": "unpaid_invoices", "value": str(count.below), "why": "nobody has fewer than no invoice"}
        yield Remark("P613", (*path, "unpaid_invoices", "below"), words)


def _day(step: Step) -> int | None:
    """The step's day after the due date, when it can be told."""
    if step.day.counted_in is not Counting.calendar_days:
        return None
    return -step.day.days if step.day.before else step.day.days if step.day.after == "due_date" else None


def _too_early(step: Step, path: Path, conditions: Conditions) -> Iterator[Remark]:
    late, day = conditions.days_past_due, _day(step)
    if late and late.at_least is not None and day is not None and day < late.at_least:
        words = {"step": step.step, "day": str(day), "at_least": str(late.at_least)}
        yield Remark("P614", (*path, "days_past_due"), words)


def _no_time_to_approve(step: Step, path: Path) -> Iterator[Remark]:
    late = step.when.days_past_due if step.when else None
    day = _day(step)
    if step.approval == "required" and late and late.below is not None and day is not None and late.below == day + 1:
        words = {"step": step.step, "below": str(late.below), "day": str(day)}
        yield Remark("P714", (*path, "when", "days_past_due"), words)


def _beaten(policy: Policy, step: Step, path: Path) -> Iterator[Remark]:
    branches = step.fork or ()
    for number, branch in enumerate(branches):
        earlier = next((n for n, one in enumerate(branches[:number]) if _beats(policy, one.when, branch.when)), None)
        if earlier is not None:
            yield Remark("P615", (*path, "fork", number), {"earlier": str(earlier + 1)})


def _beats(policy: Policy, wide: Conditions | None, narrow: Conditions | None) -> bool:
    """Whether the wide condition holds whenever the narrow one does, and they are not the same (P606)."""
    if wide is None or narrow is None or wide == narrow:
        return False
    return all(_holds_with(policy, getattr(wide, key), getattr(narrow, key)) for key in wide.model_fields_set)


def _holds_with(policy: Policy, wide: object, narrow: object) -> bool:
    if wide is None:
        return True
    if isinstance(wide, tuple) and isinstance(narrow, tuple):
        return set(narrow) <= set(wide)
    if isinstance(wide, NumberRange) and isinstance(narrow, NumberRange):
        return _inside((narrow.at_least, narrow.below), (wide.at_least, wide.below))
    if isinstance(wide, AmountRange) and isinstance(narrow, AmountRange):
        return all(_inside(_minor(narrow, currency), _minor(wide, currency)) for currency in policy.takes.currency)
    return False


def _inside(narrow: tuple[int | None, int | None], wide: tuple[int | None, int | None]) -> bool:
    low = wide[0] is None or (narrow[0] is not None and narrow[0] >= wide[0])
    return low and (wide[1] is None or (narrow[1] is not None and narrow[1] <= wide[1]))


def _minor(amounts: AmountRange, currency: str) -> tuple[int | None, int | None]:
    low, high = _amount(amounts.at_least, currency), _amount(amounts.below, currency)
    return (low.minor if low else None, high.minor if high else None)
