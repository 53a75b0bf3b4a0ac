"""Finds which step of an old policy became which of the new one, and tells what differs between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from dunning.compare.terms import Told, told
from dunning.compare.words import capital, say
from dunning.explain import step_words
from dunning.policy import Policy, Step
from dunning.terms import Day


@dataclass(frozen=True)
class Pair:
    """A step as it was and as it is; `guessed` when its name differs and nobody said that it was renamed."""

    old: Step
    new: Step
    guessed: bool = False

    @property
    def renamed(self) -> bool:
        return self.old.step != self.new.step


@dataclass(frozen=True)
class Matched:
    """The steps of two policies beside each other: pairs in the new order, and what has no partner."""

    pairs: tuple[Pair, ...]
    gone: tuple[Step, ...]
    added: tuple[Step, ...]

    @property
    def renamed(self) -> dict[str, str]:
        """The new name of each step that has another one."""
        return {pair.old.step: pair.new.step for pair in self.pairs if pair.renamed}

    def partner(self, new: Step) -> Pair | None:
        """The pair in which this very step is the new one."""
        return next((pair for pair in self.pairs if pair.new is new), None)


def match_steps(old: Policy, new: Policy, renamed: Mapping[str, str]) -> Matched:
    """Pair the steps: by what was said (`renamed`, old name to new), by name, and by sameness where only one fits."""
    found: list[Pair] = []
    left, right = list(old.steps), list(new.steps)
    for was, now in renamed.items():
        _pair(found, _named(left, was), _named(right, now), (left, right))
    for step in list(left):
        _pair(found, step, _named(right, step.step), (left, right))
    for before, after in _alike(left, right):
        found.append(Pair(before, after, guessed=True))
        left, right = _without(left, before), _without(right, after)
    places = {id(step): place for place, step in enumerate(new.steps)}
    pairs = tuple(sorted(found, key=lambda pair: places[id(pair.new)]))
    return Matched(pairs, tuple(left), tuple(right))


def _named(steps: Iterable[Step], name: str) -> Step | None:
    return next((step for step in steps if step.step == name), None)


def _pair(found: list[Pair], old: Step | None, new: Step | None, among: tuple[list[Step], list[Step]]) -> None:
    if old is None or new is None:
        return
    found.append(Pair(old, new))
    for side, step in zip(among, (old, new), strict=True):
        side[:] = _without(side, step)


def _without(steps: list[Step], one: Step) -> list[Step]:
    return [step for step in steps if step is not one]


def _alike(left: list[Step], right: list[Step]) -> list[tuple[Step, Step]]:
    """Steps that can only be each other under another name: first those with the same day too, then without it."""
    found: list[tuple[Step, Step]] = []
    for with_day in (True, False):
        left = [step for step in left if not any(step is old for old, _ in found)]
        right = [step for step in right if not any(step is new for _, new in found)]
        looks = Counter(_looks(step, with_day) for step in left), Counter(_looks(step, with_day) for step in right)
        alone = {look for look, times in looks[0].items() if times == 1 and looks[1][look] == 1}
        partners = {_looks(step, with_day): step for step in right}
        found += [(step, partners[look]) for step in left if (look := _looks(step, with_day)) in alone]
    return found


def _looks(step: Step, with_day: bool) -> tuple[Any, ...]:
    """What makes a step itself, whatever its name."""
    channels = frozenset(step.channels or ())
    attempts = step.call.attempts if step.call else None
    return step.kind, step.letter, channels, step.tone, step.to, attempts, step.fork, step.day if with_day else None


def steps_told(old: Policy, new: Policy, matched: Matched, language: str) -> Iterator[tuple[Step, Told]]:
    """What differs between the steps, in the new order: each with the step that it is about."""
    for place, step in enumerate(new.steps):
        pair = matched.partner(step)
        if pair is None:
            yield step, ("added", _added(new, place, language), ("steps",))
        else:
            yield from ((step, one) for one in _pair_told(pair, matched, language))
    for step in matched.gone:
        yield step, ("removed", say("removed", language, old=capital(step_words(step, language))), ("steps",))
    yield from _moved(old, matched, language)


def _added(new: Policy, place: int, language: str) -> str:
    told_whole = capital(step_words(new.steps[place], language))
    if place == 0:
        return say("first", language, new=told_whole)
    return say("added", language, after=new.steps[place - 1].words, new=told_whole)


def _pair_told(pair: Pair, matched: Matched, language: str) -> Iterator[Told]:
    if pair.renamed:
        code = "looks_renamed" if pair.guessed else "renamed"
        clause = say(code, language, new=pair.new.step, old=pair.old.step)
        yield _about(pair, (code, clause, ("steps", "step")), language)
    if pair.old.kind != pair.new.kind:
        said = {"old": step_words(pair.old, language).rstrip("."), "new": step_words(pair.new, language).rstrip(".")}
        yield _about(pair, ("other_kind", say("other_kind", language, **said), ("steps",)), language)
        return
    for key in Step.model_fields:
        if key != "step":
            before = _with_new_names(getattr(pair.old, key), matched)
            for one in told(("steps", key), before, getattr(pair.new, key), language):
                yield _about(pair, one, language)


def _with_new_names(value: object, matched: Matched) -> object:
    """A day that counts from the deadline of a renamed step counts from the same deadline."""
    return _renamed_day(value, matched.renamed) if isinstance(value, Day) else value


def _renamed_day(day: Day, names: Mapping[str, str]) -> Day:
    return day.model_copy(update={"of": names[day.of]}) if day.of and day.of in names else day


def _about(pair: Pair, one: Told, language: str) -> Told:
    code, clause, place = one
    return code, say("about_step", language, step=pair.new.words, clause=clause), place


def under_old_names(new: Policy, matched: Matched) -> tuple[Policy, dict[str, Step]]:
    """The new policy with its renamed steps under their old names, and by those names the steps as they are.

    So a running case knows what went out. A new step that took the name of a renamed one gets a name of its own.
    """
    names = {pair.new.step: pair.old.step for pair in matched.pairs}
    taken = set(names.values())
    for step in matched.added:
        names[step.step] = next(name for name in _names_from(step.step) if name not in taken)
        taken.add(names[step.step])
    known, enters = {names[step.step]: step for step in new.steps}, new.enters
    steps = [
        step.model_copy(update={"step": names[step.step], "day": _renamed_day(step.day, names)}) for step in new.steps
    ]
    if enters.never_beyond:
        enters = enters.model_copy(update={"never_beyond": names.get(enters.never_beyond, enters.never_beyond)})
    return Policy.model_validate(new.model_copy(update={"steps": tuple(steps), "enters": enters}).model_dump()), known


def _names_from(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name[:50].rstrip('-')}-{number}" for number in count(2))


def _moved(old: Policy, matched: Matched, language: str) -> Iterator[tuple[Step, Told]]:
    """Steps that stand elsewhere among those that stayed: as few as explain the new order."""
    was = {id(step): place for place, step in enumerate(old.steps)}
    order = [was[id(pair.old)] for pair in matched.pairs]
    kept = longest_rise(order)
    stayed = sorted(order)
    for place, pair in enumerate(matched.pairs):
        if order[place] in kept:
            continue
        before = stayed.index(order[place])
        now_after = matched.pairs[place - 1].new.words if place else ""
        was_after = old.steps[stayed[before - 1]].words if before else ""
        code = "moved" if now_after and was_after else "was_first" if now_after else "moved_first"
        clause = say(code, language, new=now_after, old=was_after)
        yield pair.new, _about(pair, (code, clause, ("steps",)), language)


def longest_rise(numbers: Sequence[int]) -> set[int]:
    """The longest run, with gaps, in which the different numbers rise."""
    runs: list[list[int]] = []
    for number in numbers:
        before = [run for run in runs if run[-1] < number]
        runs.append([*_longest(before), number])
    return set(_longest(runs))


def _longest(runs: list[list[int]]) -> list[int]:
    return max([[], *runs], key=len)
