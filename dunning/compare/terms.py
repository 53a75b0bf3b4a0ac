"""Tells in words how two values of the same key differ, whatever the key: every key of a policy comes through here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from dunning.compare.words import label, say, value_word
from dunning.explain import (
    amounts_words,
    branch_words,
    condition_words,
    day_words,
    delay_words,
    range_words,
)
from dunning.explain_words import word, words
from dunning.making import made
from dunning.money import Money
from dunning.policy import Branch, Enters, Repeat
from dunning.terms import AmountRange, Conditions, Counting, Day, Delay, NumberRange, Part

Place = tuple[str, ...]
Told = tuple[str, str, Place]  # the code of what is told, its words, and the place of the key


def told(place: Place, old: object, new: object, language: str) -> Iterator[Told]:
    """How the values of one key differ: at least one sentence when they do, none when they are equal.

    `place` is where the key stands in the policy, without numbers: `("steps", "day")`.
    """
    if old == new:
        return
    if isinstance(old, Day) and isinstance(new, Day):
        yield (*_day(old, new, language), place)
    elif isinstance(old, Conditions | None) and isinstance(new, Conditions | None):
        yield from _conditions(place, old, new, language)
    elif _branches(old) and _branches(new):
        yield from _fork(place, old, new, language)
    elif _whole(old) or _whole(new):
        yield ("changed", _changed(place, old, new, language), place)
    elif isinstance(old, Part | None) and isinstance(new, Part | None):
        yield from _keys(place, old, new, language) or [("empty", _empty(place, language), place)]
    else:
        yield (*_values(place, old, new, language), place)


def _keys(place: Place, old: Part | None, new: Part | None, language: str) -> list[Told]:
    """Key by key; a part that is left out is one whose keys are all left out."""
    keys = next(type(side).model_fields for side in (new, old) if side is not None)
    pairs = [(key, getattr(old, key, None), getattr(new, key, None)) for key in keys]
    return [one for key, a, b in pairs for one in told((*place, key), a, b, language)]


def _empty(place: Place, language: str) -> str:
    return say("empty", language, label=label(".".join(place), language))


def value_words(key: str, value: object, language: str) -> str:
    """Any value of a policy in words."""
    if value is None or value == ():
        return value_word(key, "none", language)
    if isinstance(value, tuple):
        if isinstance(value[0], Money):
            return amounts_words(value)
        return ", ".join(value_words(key, one, language) for one in value)
    if isinstance(value, Part):
        return _part_words(value, language)
    if isinstance(value, Decimal):
        return f"{value} %"
    return value_word(key, str(value), language)


def _part_words(value: Part, language: str) -> str:
    match value:
        case Day():
            return day_words(value, language)
        case Delay():
            return delay_words(value, language)
        case AmountRange() | NumberRange():
            return range_words(value, language)
        case Conditions():
            return condition_words(value, language)
        case Branch():
            return branch_words(value.when, words(value.then, language), language, alone=False)
        case Repeat():
            return word("repeat", language, n=value.times, days=delay_words(value.every, language))
        case Enters():
            return say(value.at, language, step=value.never_beyond)
    fields = [(key, getattr(value, key)) for key in type(value).model_fields]
    return ", ".join(f"{label(key, language)} {value_words(key, one, language)}" for key, one in fields if one)


def _whole(value: object) -> bool:
    """Whether the value is told as one thing, and not key by key."""
    return isinstance(value, Delay | AmountRange | NumberRange | Repeat | Enters)


def _changed(place: Place, old: object, new: object, language: str) -> str:
    key = place[-1]
    before, after = value_words(key, old, language), value_words(key, new, language)
    return say("changed", language, label=label(".".join(place), language), new=after, old=before)


def _values(place: Place, old: object, new: object, language: str) -> tuple[str, str]:
    if not (isinstance(old, tuple) and isinstance(new, tuple) and old and new):
        return "changed", _changed(place, old, new, language)
    key, named = place[-1], label(".".join(place), language)
    gained, lost = tuple(x for x in new if x not in old), tuple(x for x in old if x not in new)
    if (gained and lost) or len(new) != len(old) + len(gained) - len(lost):
        return "changed", _changed(place, old, new, language)
    if gained:
        return "also", say("also", language, label=named, new=value_words(key, gained, language))
    if lost:
        return "no_more", say("no_more", language, label=named, old=value_words(key, lost, language))
    return "reordered", say("reordered", language, label=named, new=value_words(key, new, language))


def _day(old: Day, new: Day, language: str) -> tuple[str, str]:
    before, after = day_words(old, language), day_words(new, language)
    moved = days_moved(old, new)
    if moved is None:
        return "changed", say("changed", language, label=label("steps.day", language), new=after, old=before)
    code = "later" if moved > 0 else "earlier"
    days = span_words(abs(moved), new.counted_in, language)
    return code, say(code, language, days=days, new=after, old=before)


def span_words(days: int, counted_in: Counting, language: str) -> str:
    """A number of days in words, also of more than a policy may write: from long before a date to long after it."""
    return delay_words(made(Delay, {"days": days, "counted_in": counted_in}), language)


def days_moved(old: Day, new: Day) -> int | None:
    """How many days later (earlier, when negative) a day lies; None when both do not count alike from one anchor."""
    if (old.counted_in, old.of, old.after or old.before) != (new.counted_in, new.of, new.after or new.before):
        return None
    moved = (-new.days if new.before else new.days) - (-old.days if old.before else old.days)
    return moved or None  # 0 days before the due date and 0 days after it are the same day, written otherwise


def _conditions(place: Place, old: Conditions | None, new: Conditions | None, language: str) -> Iterator[Told]:
    for key in Conditions.model_fields:
        before, after = _only(old, key), _only(new, key)
        if before == after:
            continue
        said = {side: condition_words(x, language) for side, x in (("old", before), ("new", after)) if x}
        code = "other_only_if" if before and after else "now_only_if" if after else "not_only_if"
        yield code, say(code, language, **said), (*place, key)
    if all(_only(old, key) == _only(new, key) for key in Conditions.model_fields):
        yield "empty", _empty(place, language), place  # `when: {}` against no `when:` at all


def _only(when: Conditions | None, key: str) -> Conditions | None:
    """The one condition of that key, alone."""
    value = getattr(when, key, None)
    return None if value is None else Conditions.model_validate({key: value})


def _branches(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Branch)


def _fork(place: Place, old: Any, new: Any, language: str) -> Iterator[Told]:
    """Which branches came, went, or say something else; their order decides, so one that moved went and came."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for place_in, (before, after) in enumerate(zip_longest(old[a:b], new[c:d])):
            code = "branch" if before and after else "branch_added" if after else "branch_gone"
            said = {"old": before and _part_words(before, language), "new": after and _part_words(after, language)}
            number = (c if after else a) + place_in + 1
            yield code, say(code, language, number=number, **said), place
