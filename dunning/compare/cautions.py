"""Says what to mind before a changed policy is used: what makes the course harder than its author may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dunning.compare.steps import Matched, Pair
from dunning.compare.terms import days_moved, span_words
from dunning.compare.walk import Walked
from dunning.compare.words import capital, say
from dunning.policy import Policy, Step
from dunning.terms import Conditions, Counting, Delay, Tone


@dataclass(frozen=True)
class Caution:
    """One thing to mind: a code, a whole sentence, and the step's new name (its old one when it is gone)."""

    code: str
    sentence: str
    step: str


def cautions(old: Policy, matched: Matched, walked: Iterable[Walked], language: str = "en") -> tuple[Caution, ...]:
    """What is harder than before: severe steps earlier or unapproved, milder ones gone, less time to pay."""
    moved = {one.step.step: one.moved for one in walked}
    found = [one for pair in matched.pairs for one in _of_pair(pair, moved.get(pair.new.step), language)]
    found += [_heard_less("milder_gone", step, severe, language) for step, severe in _before_severe(old, matched)]
    for pair in matched.pairs:
        severe = _severe_after(old, pair.old, matched)
        if severe and _narrower(pair.old.when, pair.new.when):
            found.append(_heard_less("milder_conditional", pair.new, severe, language))
    return tuple(found)


def is_severe(step: Step) -> bool:
    """Whether the step is formal or hands the case over: a debtor must have been asked before it."""
    return step.tone is Tone.formal or step.kind == "handover"


def _of_pair(pair: Pair, walked: int | None, language: str) -> Iterator[Caution]:
    old, new = pair.old, pair.new
    moved, counted_in = walked, Counting.calendar_days
    if moved is None:
        moved, counted_in = days_moved(old.day, new.day), new.day.counted_in
    if is_severe(new) and moved is not None and moved < 0:
        yield _caution("severe_earlier", new, language, days=span_words(-moved, counted_in, language))
    if is_severe(new) and old.approval == "required" and new.approval == "not_needed":
        yield _caution("unapproved", new, language)
    if _less_time(old.pay_within, new.pay_within):
        yield _caution("shorter_deadline", new, language)
    if pair.renamed:
        yield Caution("renamed_running", say("renamed_running", language, old=old.step, new=new.step), new.step)


def _less_time(old: Delay | None, new: Delay | None) -> bool:
    return old is not None and new is not None and old.counted_in == new.counted_in and new.days < old.days


def _before_severe(old: Policy, matched: Matched) -> Iterator[tuple[Step, Step]]:
    for step in matched.gone:
        severe = _severe_after(old, step, matched)
        if severe:
            yield step, severe


def _severe_after(old: Policy, step: Step, matched: Matched) -> Step | None:
    """The first severe step after a mild one that is still there, as it is now."""
    if is_severe(step):
        return None
    places = {id(one): place for place, one in enumerate(old.steps)}
    later = [pair for pair in matched.pairs if is_severe(pair.new) and places[id(pair.old)] > places[id(step)]]
    return later[0].new if later else None


def _narrower(old: Conditions | None, new: Conditions | None) -> bool:
    """Whether a condition came that was not there at all."""
    return any(getattr(new, key, None) and not getattr(old, key, None) for key in Conditions.model_fields)


def _heard_less(code: str, step: Step, severe: Step, language: str) -> Caution:
    return _caution(code, step, language, severe=severe.words)


def _caution(code: str, step: Step, language: str, **told: object) -> Caution:
    return Caution(code, capital(say(code, language, step=step.words, **told)), step.step)
