"""Rules about names and order: what a step counts from, and whether it can go out on the day it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dunning.lint.codes import Remark
from dunning.policy import Policy, Step
from dunning.terms import Anchor, Counting, Delay, Tone

_TONES = list(Tone)


@dataclass(frozen=True)
class _Mark:
    """Where a step stands: so many calendar days from an anchor, for its first and its last time."""

    index: int
    step: Step
    anchor: str
    first: int
    last: int


def order_rules(policy: Policy) -> Iterator[Remark]:
    """P203 and P209 to P217."""
    yield from _names(policy)
    yield from _anchors(policy)
    marks = list(_marks(policy))
    yield from _out_of_order(marks)
    yield from _milder(policy)
    for earlier, later in pairwise(marks):
        if later.index == earlier.index + 1 and earlier.anchor == later.anchor and later.first >= earlier.first:
            yield from _too_soon(policy, earlier, later)


def _names(policy: Policy) -> Iterator[Remark]:
    seen: set[str] = set()
    for index, step in enumerate(policy.steps):
        if step.step in seen:
            yield Remark("P209", ("steps", index, "step"), {"step": step.step})
        seen.add(step.step)
    beyond = policy.enters.never_beyond
    if beyond and beyond not in seen:
        names = ", ".join(s.step for s in policy.steps)
        yield Remark("P213", ("enters", "never_beyond"), {"step": beyond, "names": names})


def _anchors(policy: Policy) -> Iterator[Remark]:
    if policy.steps[0].day.after is Anchor.previous_step:
        yield Remark("P214", ("steps", 0, "day"))
    for index, step in enumerate(policy.steps):
        earlier = policy.steps[:index]
        if step.day.of is None:
            continue
        giver = next((s for s in earlier if s.step == step.day.of), None)
        if giver is None:
            names = ", ".join(s.step for s in earlier) or "none"
            yield Remark("P211", ("steps", index, "day", "of"), {"of": step.day.of, "names": names})
        elif not _gives(giver):
            yield Remark("P212", ("steps", index, "day", "of"), {"of": step.day.of})


def _gives(step: Step) -> bool:
    return step.kind == "message" and step.pay_within is not None


def _marks(policy: Policy) -> Iterator[_Mark]:
    """The steps whose day can be told in calendar days from an anchor of the invoice."""
    known: dict[str, _Mark] = {}
    before: _Mark | None = None
    for index, step in enumerate(policy.steps):
        mark = _mark(index, step, before, known)
        before = mark
        if mark:
            known[step.step] = mark
            yield mark


def _mark(index: int, step: Step, before: _Mark | None, known: dict[str, _Mark]) -> _Mark | None:
    days = _calendar_days(step.day)
    again = (step.times - 1) * (_calendar_days(step.repeat.every) or 0) if step.repeat else 0
    anchor, start = _start(step, before, known)
    if days is None or anchor is None:
        return None
    first = start - days if step.day.before else start + days
    return _Mark(index, step, anchor, first, first + again)


def _start(step: Step, before: _Mark | None, known: dict[str, _Mark]) -> tuple[str | None, int]:
    if step.day.after is Anchor.previous_step:
        return (before.anchor, before.last) if before else (None, 0)
    if step.day.after is Anchor.deadline:
        giver = known.get(step.day.of or "")
        given = _calendar_days(giver.step.pay_within) if giver else None
        return (giver.anchor, giver.last + given) if giver and given is not None else (None, 0)
    return str(step.day.after or step.day.before), 0


def _calendar_days(delay: Delay | None) -> int | None:
    return delay.days if delay and delay.counted_in is Counting.calendar_days else None


def _out_of_order(marks: list[_Mark]) -> Iterator[Remark]:
    latest: dict[str, _Mark] = {}
    for mark in marks:
        earlier = latest.get(mark.anchor)
        if earlier and mark.first < earlier.first:
            words = {"step": mark.step.step, "day": f"day {mark.first}"}
            words |= {"earlier": earlier.step.step, "earlier_day": f"day {earlier.first}"}
            yield Remark("P203", ("steps", mark.index, "day"), words)
        else:
            latest[mark.anchor] = mark


def _milder(policy: Policy) -> Iterator[Remark]:
    hardest: Step | None = None
    for index, step in enumerate(policy.steps):
        if step.kind == "handover":
            continue
        if hardest and _TONES.index(step.tone) < _TONES.index(hardest.tone):
            words = {"step": step.step, "tone": step.tone, "earlier": hardest.step, "earlier_tone": hardest.tone}
            yield Remark("P215", ("steps", index, "tone"), words)
        else:
            hardest = step


def _too_soon(policy: Policy, earlier: _Mark, later: _Mark) -> Iterator[Remark]:
    distance, path = later.first - earlier.last, ("steps", later.index, "day")
    words = {"step": later.step.step, "earlier": earlier.step.step, "distance": str(distance)}
    gap = _calendar_days(policy.least_gap)
    given = _calendar_days(earlier.step.pay_within) if _gives(earlier.step) else None
    if given is not None and distance <= given:
        yield Remark("P217", path, words | {"given": str(given)})
    elif gap is not None and distance < gap:
        yield Remark("P216", path, words | {"gap": f"{gap} days"})
