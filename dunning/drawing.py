"""The course of a policy as a graph: what a picture shows and in which order, whatever the picture is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dunning.drawing_words import upper, word
from dunning.explain import amounts_words, condition_words, course, day_words, delay_words, event_words, head_words
from dunning.explain_words import words
from dunning.policy import Call, Policy, Step
from dunning.terms import Anchor, Channel, Counting, Route, Tone

NodeKind = Literal["opened", "condition", "message", "call", "handover", "route", "ended", "closed"]
FactKind = Literal["day", "channels", "text", "call", "result", "deadline", "approval", "repeat", "missed"]


@dataclass(frozen=True)
class Fact:
    """One line about a step, in words; its kind chooses the sign beside it."""

    kind: FactKind
    text: str


@dataclass(frozen=True)
class Node:
    """One thing of the picture. `step` names the step it belongs to; `mark` is its place on the line of days."""

    id: str
    kind: NodeKind
    title: str
    step: str | None = None
    mark: str = ""
    tone: Tone | None = None
    tone_words: str = ""
    channels: tuple[Channel, ...] = ()
    route: Route | None = None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Edge:
    """The way from one node to another, with what decides for it; `aside` when it leaves something out."""

    source: str
    target: str
    label: str = ""
    aside: bool = False


@dataclass(frozen=True)
class Drawing:
    """A course as a graph. `nodes` stand in the order in which a case meets them, routes after their fork.

    `due_before` is the step before which the due date stands on the line of days, None when no step counts from it;
    `closing` is the node that a payment reaches from everywhere; `sentences` tell the whole course without a picture.
    """

    policy: str
    title: str
    language: str
    head: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    due_before: str | None
    closing: Node
    events: tuple[str, ...]
    sentences: tuple[str, ...]


def drawing(policy: Policy, language: str = "en") -> Drawing:
    """The picture of a policy's course, in English or French (`fr`). Says what the policy says, and nothing more."""
    takes, enters, *_ = head_words(policy, language)
    tolerance = word("tolerance", language, amounts=amounts_words(policy.tolerance))
    hold = word("hold", language, days=delay_words(policy.after.hold.review_after, language))
    return Drawing(
        policy=policy.policy,
        title=policy.title,
        language=language,
        head=(takes, enters),
        nodes=tuple(_nodes(policy, language)),
        edges=tuple(_edges(policy, language)),
        due_before=_due_before(policy),
        closing=Node("closed", "closed", word("closed", language), facts=(Fact("text", tolerance),)),
        events=(*event_words(policy, language), hold),
        sentences=tuple(course(policy, language)),
    )


def _nodes(policy: Policy, language: str) -> Iterator[Node]:
    yield Node("opened", "opened", word("opened", language))
    for number, step in enumerate(policy.steps, start=1):
        if condition := _condition(step, language):
            yield Node(f"c{number}", "condition", condition, step.step, _mark(step, language))
        yield _step(step, number, language)
        for place, branch in enumerate(step.fork or (), start=1):
            route = upper(words(branch.then, language))
            yield Node(f"s{number}r{place}", "route", route, step.step, route=branch.then)
    last = policy.steps[-1]
    if last.fork is None or _condition(last, language):
        yield Node("ended", "ended", word("ended", language))


def _step(step: Step, number: int, language: str) -> Node:
    # A way out says nothing to the debtor: it has a tone only where its author gave it one.
    tone = None if step.fork and "tone" not in step.model_fields_set else step.tone
    return Node(
        id=f"s{number}",
        kind=step.kind,
        title=step.words,
        step=step.step,
        mark=_mark(step, language),
        tone=tone,
        tone_words=words(tone, language) if tone else "",
        channels=step.channels or (),
        facts=tuple(_facts(step, language)),
    )


def _condition(step: Step, language: str) -> str:
    """What must hold; empty where nothing must, or where a condition says nothing."""
    return condition_words(step.when, language) if step.when else ""


def _mark(step: Step, language: str) -> str:
    """The step's place on the line: D+15 from the due date in calendar days, else +15, which its words explain."""
    code = "mark" if _plain(step) else "mark_other"
    way = "before" if step.day.before else "after"
    return word(f"{code}_{way}", language, n=step.day.days)


def _plain(step: Step) -> bool:
    from_due_date = step.day.before == "due_date" or step.day.after is Anchor.due_date
    return from_due_date and step.day.counted_in is Counting.calendar_days


def _facts(step: Step, language: str) -> Iterator[Fact]:
    if not _plain(step):
        yield Fact("day", upper(day_words(step.day, language)))
    to = words(step.to, language)
    if step.channels:
        told = f"{words(step.channels, language)}, {word('to', language, to=to)}"
        yield Fact("channels", upper(told))
        yield Fact("text", word("text", language, letter=step.letter))
    if step.call:
        yield Fact("call", upper(word("call_by", language, to=word("to", language, to=to))))
        yield from _call(step.call, language)
    if step.pay_within:
        yield Fact("deadline", upper(word("pay_within", language, days=delay_words(step.pay_within, language))))
    if step.repeat:
        every = delay_words(step.repeat.every, language)
        yield Fact("repeat", upper(word("repeat", language, n=step.times, days=every)))
    if step.approval == "required":
        yield Fact("approval", upper(word("approval", language)))
    if step.if_missed != "send_now":
        yield Fact("missed", upper(word(f"missed_{step.if_missed}", language)))
    if step.if_unknown == "assume_sent":
        yield Fact("missed", upper(word("if_unknown", language)))


def _call(call: Call, language: str) -> Iterator[Fact]:
    apart = delay_words(call.apart, language)
    code = "attempts" if call.attempts > 1 else "one_attempt"
    yield Fact("call", upper(word(code, language, n=call.attempts, days=apart)))
    told = word("also", language).join(
        word(code, language, then=word(str(then), language)) for code, then in _results(call)
    )
    yield Fact("result", upper(told))


def _results(call: Call) -> Iterator[tuple[str, str]]:
    """How each result ends the call; what would be tried again ends as the last attempt does."""
    told = call.results
    for code, then in (("reached", told.reached), ("no_answer", told.no_answer), ("wrong_number", told.wrong_number)):
        again = then == "try_again"
        at_last = again and call.attempts > 1
        yield f"{code}_at_last" if at_last else code, told.no_answer_at_last if again else str(then)
    yield "not_made", told.not_made


def _way_in(policy: Policy, number: int) -> str:
    """The node that a case meets when it comes to the step of this number, from 1."""
    if number > len(policy.steps):
        return "ended"
    return f"c{number}" if _condition(policy.steps[number - 1], "en") else f"s{number}"


def _edges(policy: Policy, language: str) -> Iterator[Edge]:
    before: str | None = "opened"
    for number, step in enumerate(policy.steps, start=1):
        here, onward = f"s{number}", _way_in(policy, number + 1)
        if before:
            yield Edge(before, _way_in(policy, number))
        if _condition(step, language):
            yield Edge(f"c{number}", here, word("yes", language))
            yield Edge(f"c{number}", onward, word("left_out", language), aside=True)
        yield from _branches(step, here, language)
        before = None if step.fork else here
    if before:
        yield Edge(before, "ended")


def _branches(step: Step, here: str, language: str) -> Iterator[Edge]:
    for place, branch in enumerate(step.fork or (), start=1):
        otherwise = word("otherwise" if place > 1 else "always", language)
        condition = condition_words(branch.when, language) if branch.when else ""
        label = word("if", language, condition=condition) if condition else otherwise
        yield Edge(here, f"{here}r{place}", label)


def _due_before(policy: Policy) -> str | None:
    """Where the due date stands: before the first step that comes on it or later, when any step counts from it."""
    if not any(_plain(step) for step in policy.steps):
        return None
    later = (n for n, step in enumerate(policy.steps, start=1) if step.day.after in _FROM_DUE_DATE)
    number = next(later, None)
    return None if number is None else f"s{number}"


_FROM_DUE_DATE = (Anchor.due_date, Anchor.end_of_due_month)
