"""Tells a policy's course in sentences, and one invoice's way through it with real dates, by the rules that decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dunning import facts as f
from dunning.assumed import People
from dunning.case import Case
from dunning.explain_words import WORDS, word, words
from dunning.policy import Policy, Step
from dunning.simulate import TimelineEntry, What, simulate_with
from dunning.terms import AmountRange, Conditions, Day, Delay, NumberRange

_FARTHEST = timedelta(days=3650)


def course(policy: Policy, language: str = "en") -> list[str]:
    """The policy in sentences, in English or French (`fr`): what it takes, its steps in order, what events do."""
    steps = [f"{number}. {step_words(step, language)}" for number, step in enumerate(policy.steps, start=1)]
    return [*head_words(policy, language), *steps, *event_words(policy, language)]


def head_words(policy: Policy, language: str) -> Iterator[str]:
    """What it takes, where a late case begins, when it contacts, what counts as paid, what is claimed beside."""
    takes, calendar, enters = policy.takes, policy.calendar, policy.enters
    told = word("takes", language, debtor=words(takes.debtor, language), currency=", ".join(takes.currency))
    for code, names in (("of_segment", takes.segment), ("of_country", takes.country)):
        told += word(code, language, names=", ".join(names)) if names else ""
    if takes.amount:
        told += word("of_amount", language, range=range_words(takes.amount, language))
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
        gap=delay_words(policy.least_gap, language),
    )
    yield word("tolerance", language, amounts=amounts_words(policy.tolerance))
    if claimed := list(_claimed(policy, language)):
        yield word("charges", language, claimed=", ".join(claimed))


def _claimed(policy: Policy, language: str) -> Iterator[str]:
    """What is claimed beside the invoice."""
    charges = policy.charges
    if charges and charges.contract_rate is not None:
        yield word("contract_rate", language, rate=f"{charges.contract_rate} %")
    if charges and charges.indemnity:
        yield word(f"indemnity_{charges.indemnity}", language)
    if charges and charges.fee:
        yield word("fee", language, amounts=amounts_words(charges.fee))


def step_words(step: Step, language: str) -> str:
    """A step in a sentence: its title, its day and what it does."""
    told = word("also", language).join(_what(step, language))
    return word("step", language, step=step.words, day=day_words(step.day, language), told=told)


def day_words(day: Day, language: str) -> str:
    """When a step is due: `7 days after the due date`."""
    anchor = f"before_{day.before}" if day.before else f"after_{day.after}"
    return word(anchor, language, days=delay_words(day, language), of=day.of)


def _what(step: Step, language: str) -> Iterator[str]:
    to = words(step.to, language)
    if step.channels:
        tone, channels = words(step.tone, language), words(step.channels, language)
        yield word("message", language, tone=tone, letter=step.letter, channels=channels, to=to)
    if step.call:
        yield word("call", language, n=step.call.attempts, to=to)
    if step.fork:
        alone = len(step.fork) == 1
        told = [branch_words(branch.when, words(branch.then, language), language, alone) for branch in step.fork]
        yield word("fork", language, branches=", ".join(told))
    if step.pay_within:
        yield word("pay_within", language, days=delay_words(step.pay_within, language))
    if step.when:
        yield word("only_if", language, condition=condition_words(step.when, language))
    if step.repeat:
        yield word("repeat", language, n=step.times, days=delay_words(step.repeat.every, language))
    if step.approval == "required":
        yield word("approval", language)
    if step.if_missed != "send_now":
        yield word(f"missed_{step.if_missed}", language)


def branch_words(when: Conditions | None, route: str, language: str, alone: bool) -> str:
    """A branch of a fork: `agency if outstanding at least 300.00 EUR`."""
    if when is None:
        return route if alone else word("else", language, route=route)
    return word("if", language, route=route, condition=condition_words(when, language))


def condition_words(when: Conditions, language: str) -> str:
    """Facts that must all hold, joined by `and`."""
    told = []
    for key in type(when).model_fields:
        value = getattr(when, key)
        if value is None:
            continue
        listed = isinstance(value, tuple)
        inner = _alternatives(key, value, language) if listed else range_words(value, language)
        told.append(word(f"one_{key}" if _one(value) else key, language, x=inner))
    return word("and", language).join(told)


def _one(value: object) -> bool:
    """Whether the number named last is one, which wants the singular."""
    return isinstance(value, NumberRange) and 1 in (value.below, value.at_least if value.below is None else None)


def _alternatives(key: str, values: tuple[object, ...], language: str) -> str:
    # Segments and countries are names: only what the language itself offers has words.
    named = [words(value, language) if key in ("debtor", "solvency") else str(value) for value in values]
    return word("or", language).join(named)


def range_words(value: AmountRange | NumberRange, language: str) -> str:
    """`at least 500.00 EUR and less than 900.00 EUR`."""
    bounds = (("at_least", value.at_least), ("below", value.below))
    said = [
        word(code, language, x=amounts_words(x) if isinstance(x, tuple) else x) for code, x in bounds if x is not None
    ]
    return word("and", language).join(said)


def amounts_words(amounts: object) -> str:
    """One amount, or one for each currency: `5.00 EUR / 8.00 CAD`."""
    return " / ".join(str(amount) for amount in amounts) if isinstance(amounts, tuple) else str(amounts)


def delay_words(delay: Delay, language: str) -> str:
    """`1 day`, `7 days`, `10 business days`."""
    return word(f"{'one_' if delay.days == 1 else ''}{delay.counted_in}", language, n=delay.days)


def event_words(policy: Policy, language: str) -> Iterator[str]:
    """What a dispute, a broken promise, a defaulted plan and a payment taken back do: a sentence each."""
    after = policy.after
    yield word("dispute", language, what=words(after.dispute.stops, language))
    for code, rule in (("broken_promise", after.broken_promise), ("defaulted_plan", after.defaulted_plan)):
        yield word(code, language, days=delay_words(rule.grace, language), then=words(rule.then, language))
    yield word("reversed_payment", language, then=words(after.reversed_payment.then, language))


@dataclass(frozen=True)
class Dated:
    """A thing that will happen: the moment (UTC), the day at the debtor's, a sentence, the step, what becomes of it."""

    at: datetime
    day: date
    sentence: str
    step: str | None
    what: What


def dated_course(policy: Policy, case: Case, language: str = "en", now: datetime | None = None) -> list[Dated]:
    """The way of a case when nothing is paid or disputed, calls are not answered and approvals come at once.

    Starts where the case stands, at `now` for one that has begun; ends where a person must decide, or after ten years.
    """
    begin = max(case.opened_at or case.added_at, now) if now else case.opened_at or case.added_at
    life = simulate_with(policy, case, People(), (begin, begin + _FARTHEST))
    return [told for entry in life.timeline for told in _told(policy, entry, language)]


def _told(policy: Policy, entry: TimelineEntry, language: str) -> Iterator[Dated]:
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
        yield Dated(entry.at, entry.day, sentence, entry.step, entry.what)


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
