"""What a story expects beside what happens: line by line, with the near misses told as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from console.stories.story import OPTIONAL, Expected, Line, Story

Kind = Literal["same", "other_time", "other_reason", "instead", "missing", "unexpected"]
_LEFT_OUT, _NEAR = 2, 1  # what it costs to leave a line unpaired, and to pair two that are not quite the same


@dataclass(frozen=True)
class Row:
    """What was expected beside what happened: `number` is the expectation's place in the story, from 0."""

    kind: Kind
    number: int | None = None
    expected: Expected | None = None
    line: Line | None = None


def compared(story: Story, lines: Sequence[Line]) -> list[Row]:
    """The whole story, expected and happened side by side. Waits and notes that nobody expects are left out."""
    rows = _come_true(story.expect, lines)
    return rows or sorted(_same_day(_any_place(_aligned(story.expect, lines))), key=_moment)


def _moment(row: Row) -> str:
    """When it happened, or should have; a day without an hour comes after what happens on it."""
    if row.line:
        return f"{row.line.on:%Y-%m-%d %H:%M}"
    return f"{row.expected.on} 23:59"[:16] if row.expected else ""


def _come_true(expect: Sequence[Expected], lines: Sequence[Line]) -> list[Row]:
    """The rows of a story in which everything is as expected; none when something is not."""
    rows: list[Row] = []
    for line in lines:
        if len(rows) < len(expect) and meets(expect[len(rows)], line):
            rows.append(Row("same", len(rows), expect[len(rows)], line))
        elif line.verb not in OPTIONAL:
            return []
    return rows if len(rows) == len(expect) else []


def meets(told: Expected, line: Line) -> bool:
    """Whether this is what was expected, with its reason when one was given."""
    return _same_act(told, line) and _same_time(told, line) and _same_reason(told, line)


def _same_act(told: Expected, line: Line) -> bool:
    return (told.verb, told.noun) == (line.verb, line.noun)


def _same_time(told: Expected, line: Line) -> bool:
    return f"{line.on:%Y-%m-%d %H:%M}".startswith(told.on)


def _same_reason(told: Expected, line: Line) -> bool:
    reasons = {line.because or line.noun, line.step} if line.verb == "hands_over" else {line.because or line.noun}
    return told.because is None or told.because in reasons


def _aligned(expect: Sequence[Expected], lines: Sequence[Line]) -> list[Row]:
    """The cheapest way to walk through both in their order."""
    pairs = _pairs(expect, lines)
    skipped = [0 if line.verb in OPTIONAL else _LEFT_OUT for line in lines]
    costs = _costs(pairs, skipped)
    rows: list[Row] = []
    i = j = 0
    while i < len(expect) or j < len(lines):
        both = pairs[i][j] if i < len(expect) and j < len(lines) else None
        if both is not None and costs[i][j] == costs[i + 1][j + 1] + both:
            rows.append(_pair(i, expect[i], lines[j]))
            i, j = i + 1, j + 1
        elif i < len(expect) and costs[i][j] == costs[i + 1][j] + _LEFT_OUT:
            rows.append(Row("missing", i, expect[i]))
            i += 1
        else:
            if skipped[j]:
                rows.append(Row("unexpected", line=lines[j]))
            j += 1
    return rows


def _pairs(expect: Sequence[Expected], lines: Sequence[Line]) -> list[list[int | None]]:
    """For each expectation and each line what it costs to pair them; None for two that have nothing in common."""
    acts = [(line.verb, line.noun) for line in lines]
    pairs: list[list[int | None]] = []
    for told in expect:
        act = told.verb, told.noun
        pairs.append(
            [
                (0 if meets(told, line) else _NEAR) if act == other else None
                for other, line in zip(acts, lines, strict=True)
            ]
        )
    return pairs


def _costs(pairs: list[list[int | None]], skipped: Sequence[int]) -> list[list[int]]:
    """The least cost from each place to the end of both sides."""
    last = [0] * (len(skipped) + 1)
    for j in range(len(skipped) - 1, -1, -1):
        last[j] = last[j + 1] + skipped[j]
    costs = [last]
    for row in reversed(pairs):
        below = costs[-1]
        here = [below[-1] + _LEFT_OUT] * (len(skipped) + 1)
        for j in range(len(skipped) - 1, -1, -1):
            least = min(below[j] + _LEFT_OUT, here[j + 1] + skipped[j])
            both = row[j]
            here[j] = least if both is None else min(least, below[j + 1] + both)
        costs.append(here)
    return costs[::-1]


def _pair(number: int, told: Expected, line: Line) -> Row:
    kind: Kind = "other_time" if not _same_time(told, line) else "same" if _same_reason(told, line) else "other_reason"
    return Row(kind, number, told, line)


def _any_place(rows: list[Row]) -> list[Row]:
    """What is missing here and happens elsewhere is one difference, not two."""
    for row in [row for row in rows if row.kind == "missing"]:
        for other in rows:
            if other.kind == "unexpected" and row.expected and other.line and _same_act(row.expected, other.line):
                rows = _merged(rows, row, other, _pair(row.number or 0, row.expected, other.line))
                break
    return rows


def _same_day(rows: list[Row]) -> list[Row]:
    """What is missing and what happens on that day instead belong together."""
    for row in [row for row in rows if row.kind == "missing"]:
        for other in rows:
            if other.kind == "unexpected" and row.expected and other.line and _on_the_day(row.expected, other.line):
                rows = _merged(rows, row, other, Row("instead", row.number, row.expected, other.line))
                break
    return rows


def _on_the_day(told: Expected, line: Line) -> bool:
    return told.on[:10] == f"{line.on:%Y-%m-%d}"


def _merged(rows: list[Row], missing: Row, unexpected: Row, both: Row) -> list[Row]:
    return [both if row is missing else row for row in rows if row is not unexpected]
