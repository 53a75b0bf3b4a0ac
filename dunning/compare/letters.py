"""Finds the words of a letter that changed, so that nobody has to lay two texts beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from dunning.compare.words import say

_CONTEXT = 4  # words shown on each side of a change
_WORD = re.compile(r"\{%.{0,200}?%\}|\{\{.{0,200}?\}\}|[^\s{]+|\{")  # what is filled in is one word
_MOST_WORDS = 5000  # a letter is a page; finding the words of a book again would take minutes


@dataclass(frozen=True)
class Edit:
    """Words that were replaced, with some words around them: `before` and `after` stayed, `old` became `new`."""

    before: str
    old: str
    new: str
    after: str


@dataclass(frozen=True)
class LetterChange:
    """What became of one text: its key, a code, a clause, and the words that changed."""

    key: str
    code: str
    clause: str
    edits: tuple[Edit, ...] = ()


def letters_told(old: Mapping[str, str], new: Mapping[str, str], language: str) -> Iterator[LetterChange]:
    """What differs between two sets of letters, by key; nothing for texts that are the same."""
    for key in sorted({*old, *new}):
        if key not in old:
            yield LetterChange(key, "text_added", say("text_added", language, key=key))
        elif key not in new:
            yield LetterChange(key, "text_removed", say("text_removed", language, key=key))
        elif old[key] != new[key]:
            yield _changed(key, edits(old[key], new[key]), language)


def _changed(key: str, found: tuple[Edit, ...], language: str) -> LetterChange:
    number = sum(max(len(_WORD.findall(edit.old)), len(_WORD.findall(edit.new))) for edit in found)
    code = "text_spaces" if not number else "text_changed_once" if number == 1 else "text_changed"
    return LetterChange(key, code, say(code, language, key=key, n=number), found)


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """The words that differ, from the first to the last; a very long text is one edit from its first change on."""
    left, right = list(_WORD.finditer(old)), list(_WORD.finditer(new))
    return tuple(
        Edit(
            _written(left[max(a - _CONTEXT, 0) : a]),
            _written(left[a:b]),
            _written(right[c:d]),
            _written(left[b : b + _CONTEXT]),
        )
        for a, b, c, d in _spans([word[0] for word in left], [word[0] for word in right])
    )


def _written(words: list[re.Match[str]]) -> str:
    """The words as they stand in their text, on one line."""
    return " ".join(words[0].string[words[0].start() : words[-1].end()].split()) if words else ""


def _spans(left: list[str], right: list[str]) -> list[tuple[int, int, int, int]]:
    if max(len(left), len(right)) > _MOST_WORDS:
        first = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
        start = min(len(left), len(right)) if first is None else first
        return [] if left == right else [(start, len(left), start, len(right))]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
