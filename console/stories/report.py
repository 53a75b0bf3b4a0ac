"""What `relance policy test` prints: a line for each story, both sides of a difference, and what no story reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from activities.plain import one_line
from console.output import out
from console.policies.files import LoadedPolicy
from console.stories.coverage import Coverage, Goal
from console.stories.differences import Row
from console.stories.telling import Verdict
from console.stories.words import Speech, counted, say
from dunning.explain_words import word
from dunning.policy import Policy

_AROUND = 1  # lines shown before and after a difference
_INDENT = "      "


def print_verdict(verdict: Verdict, language: str, widest: int) -> None:
    """One line for the story; below it, when it does not come true, both sides and a sentence for each difference."""
    mark = say("passes" if verdict.passed else "fails", language)
    title = one_line(verdict.story.title) if verdict.story else say("cannot", language)
    out(f"{mark} {verdict.file.name:{widest}}  {title}")
    if verdict.passed:
        return
    if verdict.story:
        out(f"{_INDENT}{verdict.file.file}")
    for finding in verdict.findings:
        for line in str(finding).splitlines():
            out(f"{_INDENT}{line}")
    if verdict.story and verdict.policy and any(row.kind != "same" for row in verdict.rows):
        for line in sides(verdict.rows, Speech(verdict.policy.policy, language)):
            out(f"{_INDENT}{line}")
    for sentence in (*verdict.wrong, *verdict.otherwise):
        out(f"{_INDENT}{one_line(sentence, 2000)}")


def sides(rows: Sequence[Row], speech: Speech) -> Iterator[str]:
    """Expected and happened side by side, with what is around each difference."""
    near = {place for place in range(len(rows)) if any(row.kind != "same" for row in _around(rows, place))}
    cells = {place: _cells(rows[place], speech) for place in sorted(near)}
    heads = say("expected", speech.language), say("happens", speech.language)
    width = max(len(left) for left in (heads[0], *(left for left, _ in cells.values())))
    yield f"  {heads[0]:{width}}  | {heads[1]}"
    before = -1
    for place, (left, right) in cells.items():
        if place > before + 1:
            yield "  ..."
        mark = " " if rows[place].kind == "same" else "x"
        yield f"{mark} {left:{width}}  | {right}".rstrip()
        before = place
    if before < len(rows) - 1:
        yield "  ..."


def _around(rows: Sequence[Row], place: int) -> Sequence[Row]:
    return rows[max(0, place - _AROUND) : place + _AROUND + 1]


def _cells(row: Row, speech: Speech) -> tuple[str, str]:
    left = speech.short(row.expected, row.line) if row.expected else ""
    if row.kind == "same":
        return left, say("same", speech.language)
    return left, speech.short(row.line) if row.line else ""


def summary(verdicts: Sequence[Verdict], durable: bool, language: str) -> str:
    """`33 stories: 32 come true, 1 does not.`"""
    failed = sum(not verdict.passed for verdict in verdicts)
    told = counted("stories", len(verdicts), language) + (f" ({say('durable', language)})" if durable else "")
    passed = counted("pass", len(verdicts) - failed, language)
    return say("summary", language, told=told, passed=passed, failed=counted("fail", failed, language))


def print_coverage(found: Sequence[tuple[LoadedPolicy, Coverage]], language: str) -> None:
    """For each policy: how much of it the stories reach, and what they do not."""
    for loaded, reached in found:
        counts = ", ".join(
            say("of", language, n=n, all=every, what=_kind(kind, language))
            for kind, (n, every) in reached.counts().items()
        )
        stories = counted("stories", reached.stories, language)
        out(say("reaches", language, policy=reached.policy, stories=stories, counts=counts))
        for kind in dict.fromkeys(goal.kind for goal in reached.missed) if reached.stories else ():
            missed = [goal_words(loaded.policy, goal, language) for goal in reached.missed if goal.kind == kind]
            out("    " + say("not_reached", language, kind=_kind(kind, language), what="; ".join(missed)))


def _kind(kind: str, language: str) -> str:
    return say({"calls": "call_results", "missed": "missed_days"}.get(kind, kind), language)


def goal_words(policy: Policy, goal: Goal, language: str) -> str:
    """A goal in words: `branch 2 of way-out (injunction)`."""
    step = policy.find(goal.step)
    match goal.kind:
        case "steps":
            return goal.step
        case "branches":
            taken = step.fork[int(goal.what)].then if step and step.fork else ""
            return say("branch", language, n=int(goal.what) + 1, step=goal.step, route=word(taken, language))
        case "calls":
            return say(f"call_{goal.what}", language, step=goal.step)
        case "missed":
            return say(f"missed_{goal.what}", language, step=goal.step)
        case "closings":
            return say(goal.what, language)
    return say(goal.what, language, step=goal.step)
