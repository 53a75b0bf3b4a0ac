"""Rules about what can never happen: conditions that never hold, branches and steps that nothing reaches."""

from __future__ import annotations

from collections.abc import Iterator

from dunning.lint.codes import Path, Remark
from dunning.lint.money import conditions_of
from dunning.policy import Policy, Step
from dunning.terms import Conditions, Counting

# Keys of a step that do nothing on a call or on a fork.
_IDLE = {"call": ("pay_within", "attach"), "handover": ("pay_within", "attach", "to")}


def reach_rules(policy: Policy) -> Iterator[Remark]:
    """P601 to P606 and P608 to P610."""
    for path, index, conditions in conditions_of(policy):
        if not conditions.model_dump(exclude_none=True):
            yield Remark("P610", path, at_key=True)
        yield from _never_holds(policy, path, conditions)
        yield from _too_late(policy.steps[index], path, conditions)
    fork: Step | None = None
    for index, step in enumerate(policy.steps):
        if fork:
            yield Remark("P601", ("steps", index), {"step": step.step, "fork": fork.step})
        fork = fork or (step if step.fork else None)
        yield from _branches(step, ("steps", index))
        yield from _idle_keys(step, ("steps", index))


def _never_holds(policy: Policy, path: Path, conditions: Conditions) -> Iterator[Remark]:
    taken: tuple[tuple[str, tuple[str, ...] | None, tuple[str, ...] | None], ...] = (
        ("debtor", conditions.debtor, policy.takes.debtor),
        ("segment", conditions.segment, policy.takes.segment),
        ("country", conditions.country, policy.takes.country),
    )
    for key, wanted, there in taken:
        for number, value in enumerate(wanted or ()):
            if there is not None and value not in there:
                words = {"key": key, "value": value, "taken": ", ".join(there)}
                yield Remark("P603", (*path, key, number), words)
    most = policy.takes.amount.below if policy.takes.amount else None
    for number, amount in enumerate((conditions.outstanding and conditions.outstanding.at_least) or ()):
        below = next((m for m in most or () if m.currency == amount.currency), None)
        if below and below <= amount:
            words = {"amount": str(amount), "below": str(below)}
            yield Remark("P604", (*path, "outstanding", "at_least", number), words)


def _too_late(step: Step, path: Path, conditions: Conditions) -> Iterator[Remark]:
    below = conditions.days_past_due.below if conditions.days_past_due else None
    if below is None or step.day.counted_in is not Counting.calendar_days:
        return
    day = -step.day.days if step.day.before else step.day.days if step.day.after == "due_date" else None
    if day is not None and below <= day:
        words = {"step": step.step, "day": str(day), "below": str(below)}
        yield Remark("P605", (*path, "days_past_due"), words)


def _branches(step: Step, path: Path) -> Iterator[Remark]:
    branches = step.fork or ()
    if branches and branches[-1].when is not None:
        yield Remark("P602", (*path, "fork"), {"step": step.step}, at_key=True)
    for number, branch in enumerate(branches):
        same = next((n for n, other in enumerate(branches[:number]) if other.when == branch.when), None)
        if same is not None:
            yield Remark("P606", (*path, "fork", number), {"earlier": str(same + 1)})


def _idle_keys(step: Step, path: Path) -> Iterator[Remark]:
    if step.kind == "handover" and step.repeat:
        yield Remark("P608", (*path, "repeat"), {"step": step.step}, at_key=True)
    for key in _IDLE.get(step.kind, ()):
        if key in step.model_fields_set:
            kind = "call" if step.call else "way out"
            yield Remark("P609", (*path, key), {"key": key, "kind": kind}, at_key=True)
