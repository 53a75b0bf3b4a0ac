"""What the YAML parser complains of, in words for people who write policies and never saw a parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Place = tuple[int, int]  # line and column, from 1
_Say = Callable[["_Spot"], str]


class _Spot:
    """The line at which the parser stopped, what stands before and at that place, and the last line above it."""

    def __init__(self, text: str, line: int, column: int) -> None:
        lines = re.split("\r\n?|[\n\x85\u2028\u2029]", text)  # as YAML does; str.splitlines breaks at more
        whole = lines[line] if line < len(lines) else ""
        self.before, self.sign = whole[:column], whole[column : column + 1]
        self.above = next((one for one in reversed(lines[:line]) if one.strip()), "")


def plainly(error: Any, text: str) -> tuple[Place, str]:
    """Where to look and what is wrong there: in plain words what is frequent, else as the parser says it.

    `error` is a yaml.MarkedYAMLError about `text`. Both parsers are understood, the one in C and the one in Python.
    """
    mark = error.problem_mark or error.context_mark
    for said, say, at_its_beginning in _FREQUENT:
        if mark and re.search(said, f"{error.context or ''}: {error.problem or ''}"):
            place = _place(error.context_mark) if at_its_beginning and error.context_mark else _place(mark)
            return place, say(_Spot(text, mark.line, mark.column))
    return _place(mark), " ".join(f"{error.context or ''} {error.problem or ''}".split())[:200]


def _place(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _no_beginning(spot: _Spot) -> str:
    if spot.sign == "\t":
        return "a tab stands here, and only spaces may"
    return f"a value cannot begin with {spot.sign or 'this'}; put it in quotes"


def _second_colon(spot: _Spot) -> str:
    if re.search(r":\s", spot.before):
        return "a second colon on one line; put the value in quotes"
    if _key_column(spot.before) > _key_column(spot.above):
        return "this line begins further right than the one above"
    return "the line above has no colon with a space after it, as in `key: value`"


def _key_column(line: str) -> int:
    """Where the key of a line begins: after its spaces and the hyphens of its list."""
    return len(line) - len(line.lstrip(" -"))


def _not_its_place(spot: _Spot) -> str:
    if spot.before.strip(" -"):
        return "nothing may stand here: what is in quotes or brackets ended before it"
    return "this line begins neither where its neighbours begin nor where a new part may begin"


# What the two parsers say (context, then problem), our words, and whether the place is where the mistake began.
_FREQUENT: tuple[tuple[str, _Say, bool], ...] = (
    (r"cannot start any token", _no_beginning, False),
    (r"tab character that violates", lambda _: "a tab stands here, and only spaces may", False),
    (r"mapping values are not allowed", _second_colon, False),
    (
        r"could not find expected ':'",
        lambda _: "this line has no colon with a space after it, as in `key: value`",
        True,
    ),
    (r"quoted scalar: found unexpected end", lambda _: "a quote is opened here and never closed", True),
    (
        r"flow sequence: .*expected ',' or '\]'",
        lambda _: "before this, a bracket [ is not closed, or a comma is missing",
        False,
    ),
    (
        r"flow mapping: .*expected ',' or '\}'",
        lambda _: "before this, a brace { is not closed, or a comma is missing",
        False,
    ),
    (r"block (mapping|collection): ", _not_its_place, False),
)
