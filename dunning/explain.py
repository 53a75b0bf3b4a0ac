"""Tells a policy's course in sentences, and one invoice's way through it with real dates, by the rules that decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dunning import facts as f
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.decision import AskPerson
from dunning.explain_words import WORDS, word, words
from dunning.policy import Policy, Step
from dunning.simulate import Happening, TimelineEntry, simulate
from dunning.terms import AmountRange, Conditions, Delay, NumberRange

_MOST_ACTS = 200
_FARTHEST = timedelta(days=3650)
_A_MOMENT = timedelta(minutes=1)  # what happens at the very moment of a question is taken in before it is asked


def course(policy: Policy, language: str = "en") -> list[str]:
    """The policy in sentences, in English or French (`fr`): what it takes, its steps in order, what events do."""
    steps = [f"{number}. {_step(step, language)}" for number, step in enumerate(policy.steps, start=1)]
    return [*_head(policy, language), *steps, *_events(policy, language)]


def _head(policy: Policy, language: str) -> Iterator[str]:
    takes, calendar, enters = policy.takes, policy.calendar, policy.enters
    told = word("takes", language, debtor=words(takes.debtor, language), currency=", ".join(takes.currency))
    for code, names in (("of_segment", takes.segment), ("of_country", takes.country)):
        told += word(code, language, names=", ".join(names)) if names else ""
    if takes.amount:
        told += word("of_amount", language, range=_range(takes.amount, language))
    yield f"{told}."
    beyond = policy.find(enters.never_beyond or "")
    yield word(enters.at, language, step=beyond.words if beyond else enters.never_beyond)
    yield word(
        "calendar",
        language,
        days=words(calendar.week_days, language),
        hours=", ".join(calendar.contact_hours),
        zone=calendar.time_zone,
        holidays=word("no_holidays", language) if calendar.public_holidays == "closed" else "",
        gap=_days(policy.least_gap, language),
    )
    yield word("tolerance", language, amounts=_amounts(policy.tolerance))


def _step(step: Step, language: str) -> str:
    anchor = f"before_{step.day.before}" if step.day.before else f"after_{step.day.after}"
    when = word(anchor, language, days=_days(step.day, language), of=step.day.of)
    return f"{step.words}: {when}, {'; '.join(_what(step, language))}."


def _what(step: Step, language: str) -> Iterator[str]:
    to = words(step.to, language)
    if step.channels:
        tone, channels = words(step.tone, language), words(step.channels, language)
        yield word("message", language, tone=tone, letter=step.letter, channels=channels, to=to)
    if step.call:
        yield word("call", language, n=step.call.attempts, to=to)
    if step.fork:
        alone = len(step.fork) == 1
        told = [_branch(branch.when, words(branch.then, language), language, alone) for branch in step.fork]
        yield word("fork", language, branches=", ".join(told))
    if step.pay_within:
        yield word("pay_within", language, days=_days(step.pay_within, language))
    if step.when:
        yield word("only_if", language, condition=_condition(step.when, language))
    if step.repeat:
        yield word("repeat", language, n=step.times, days=_days(step.repeat.every, language))
    if step.approval == "required":
        yield word("approval", language)
    if step.if_missed != "send_now":
        yield word(f"missed_{step.if_missed}", language)


def _branch(when: Conditions | None, route: str, language: str, alone: bool) -> str:
    if when is None:
        return route if alone else word("else", language, route=route)
    return word("if", language, route=route, condition=_condition(when, language))


def _condition(when: Conditions, language: str) -> str:
    told = []
    for key in type(when).model_fields:
        value = getattr(when, key)
        if value is None:
            continue
        listed = isinstance(value, tuple)
        inner = _alternatives(key, value, language) if listed else _range(value, language)
        told.append(word(key, language, x=inner))
    return word("and", language).join(told)


def _alternatives(key: str, values: tuple[object, ...], language: str) -> str:
    # Segments and countries are names: only what the language itself offers has words.
    named = [words(value, language) if key in ("debtor", "solvency") else str(value) for value in values]
    return word("or", language).join(named)


def _range(value: AmountRange | NumberRange, language: str) -> str:
    bounds = (("at_least", value.at_least), ("below", value.below))
    said = [word(code, language, x=_amounts(x) if isinstance(x, tuple) else x) for code, x in bounds if x is not None]
    return word("and", language).join(said)


def _amounts(amounts: object) -> str:
    return " / ".join(str(amount) for amount in amounts) if isinstance(amounts, tuple) else str(amounts)


def _days(delay: Delay, language: str) -> str:
    return word(f"{'one_' if delay.days == 1 else ''}{delay.counted_in}", language, n=delay.days)


def _events(policy: Policy, language: str) -> Iterator[str]:
    after = policy.after
    yield word("dispute", language, what=words(after.dispute.stops, language))
    for code, rule in (("broken_promise", after.broken_promise), ("defaulted_plan", after.defaulted_plan)):
        yield word(code, language, days=_days(rule.grace, language), then=words(rule.then, language))
    yield word("reversed_payment", language, then=words(after.reversed_payment.then, language))


@dataclass(frozen=True)
class Dated:
    """One thing that will happen: the moment (UTC), the day at the debtor's, and a sentence."""

    at: datetime
    day: date
    sentence: str
    step: str | None


def dated_course(policy: Policy, case: Case, language: str = "en", now: datetime | None = None) -> list[Dated]:
    """The way of a case when nothing is paid or disputed, calls are not answered and approvals come at once.

    Starts where the case stands, at `now` for one that has begun; ends where a person must decide, or after ten years.
    """
    began = case.opened_at or case.added_at
    happenings = [Happening(at=began, away_until=now)] if now and now > began else []
    life = simulate(policy, case, happenings, began + _FARTHEST)
    while isinstance(life.decision, AskPerson) and len(happenings) < _MOST_ACTS:
        asked = max(life.timeline[-1].at, now) if now else life.timeline[-1].at
        act = _assumed_act(life.decision, len(happenings), asked + _A_MOMENT)
        if act is None:
            break
        happenings.append(Happening(at=act.at, fact=act))
        life = simulate(policy, case, happenings, began + _FARTHEST)
    ahead = [entry for entry in life.timeline if now is None or entry.at >= now]
    return [told for entry in ahead for told in _told(policy, case, entry, language)]


def _assumed_act(decision: AskPerson, number: int, at: datetime) -> f.Fact | None:
    task = next(iter(decision.tasks), None)
    if task and task.kind == "approve" and task.step:
        return f.StepApproved(id=f"assumed-{number}", at=at, step=task.step)
    if task and task.kind == "call":
        return f.CallMade(id=f"assumed-{number}", at=at, result="no_answer")
    return None


def _told(policy: Policy, case: Case, entry: TimelineEntry, language: str) -> Iterator[Dated]:
    step = policy.find(entry.step or "")
    name = step.words if step else ""
    why = _why(entry, language)
    sentence = None
    if entry.what == "performed":
        sentence = _performed(entry, name, language)
    elif entry.what == "skipped":
        sentence = why
    elif entry.what == "closes":
        sentence = word("closes", language, why=why)
    elif entry.what == "asks":
        kind = entry.tasks[0].kind if entry.tasks else ""
        if kind == "approve":
            sentence = word("approved", language, step=name)
        elif kind != "call":
            sentence = word("person", language, why=why)
    if sentence:
        day = calendar_for(policy.calendar, case.debtor).local_day(entry.at)
        yield Dated(entry.at, day, sentence, entry.step)


def _why(entry: TimelineEntry, language: str) -> str:
    if entry.because is None:
        return ""
    if entry.because.code in WORDS:  # what is only known in hindsight reads otherwise in a preview
        return word(entry.because.code, language, **entry.because.words)
    return entry.because.text(language)


def _performed(entry: TimelineEntry, name: str, language: str) -> str:
    if isinstance(entry.fact, f.CallRequested):
        return word("called", language, step=name, n=entry.fact.attempt)
    if entry.route:
        return word("handed", language, step=name, route=words(entry.route, language))
    told = word("goes_out", language, step=name, channels=words(entry.channels, language))
    deadline = entry.fact.deadline if isinstance(entry.fact, f.StepPerformed) else None
    return told + (word("pay_until", language, day=deadline) if deadline else "")
