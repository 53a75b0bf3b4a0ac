"""What a policy is judged against beside its own sense: the law of its countries, their languages, and hard words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from dunning.law import LawPack
from dunning.policy import Policy
from dunning.terms import Part, Tone

Words = tuple[str, ...]
_TOKEN = re.compile(r"\w+")
_WANTED = re.compile(r"\w+\*?")
ByLanguage = dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], Words]


class HardWords(Part):
    """Words that are too hard for a tone, by language; what is too hard for a firm letter is so for a courteous one."""

    courteous: ByLanguage = Field(default={}, description="Too hard for a courteous text.")
    firm: ByLanguage = Field(default={}, description="Too hard for a firm text.")
    formal: ByLanguage = Field(default={}, description="Too hard for any text.")

    def against(self, tone: Tone, language: str) -> Words:
        """The words that a text of this tone and language should not hold."""
        lists = {Tone.courteous: self.courteous, Tone.firm: self.firm, Tone.formal: self.formal}
        tones = list(Tone)[list(Tone).index(tone) :]
        return tuple(word for one in tones for word in lists[one].get(language, ()))


@dataclass(frozen=True)
class Grounds:
    """All that rules may look at. `languages` are the official ones by country; without a day, no law is judged."""

    day: date | None = None
    packs: tuple[LawPack, ...] = ()
    hard_words: HardWords = field(default_factory=HardWords)
    languages: Mapping[str, Words] = field(default_factory=dict)

    def packs_for(self, policy: Policy) -> list[LawPack]:
        """The law of the policy's countries; a country's own file goes before one that it shares with others."""
        found: dict[str, LawPack] = {}
        for country in sorted(countries_of(policy)):
            there = [pack for pack in self.packs if country in pack.countries]
            if there:
                nearest = min(there, key=lambda pack: len(pack.countries))
                found[nearest.title] = nearest
        return list(found.values())


def countries_of(policy: Policy) -> set[str]:
    """Where the policy's debtors live, as far as it says."""
    return set(policy.takes.country or (policy.calendar.country,))


@dataclass(frozen=True)
class _Token:
    """A word of a text: where it stands in its line, and as it is compared."""

    start: int
    end: int
    word: str


def words_in(text: str, words: Words) -> Iterator[tuple[int, int, str]]:
    """Each of the words that stands in the text: line and column from 1, and what is written there.

    Whole words in any case count, whatever stands between them; `*` stands for the rest of a word.
    """
    whole, stems = _index(words)
    longest = max(map(len, stems), default=0)
    for number, line in enumerate(text.split("\n"), start=1):
        tokens = [_Token(found.start(), found.end(), found[0].casefold()) for found in _TOKEN.finditer(line)]
        for place, token in enumerate(tokens):
            begun = [*whole.get(token.word, ())]
            for length in range(1, min(len(token.word), longest) + 1):
                begun += stems.get(token.word[:length], ())
            standing = [len(wanted) for wanted in begun if _stands(wanted, tokens[place : place + len(wanted)])]
            if standing:
                end = tokens[place + max(standing) - 1].end
                yield number, token.start + 1, line[token.start : end]


def _stands(wanted: Words, tokens: list[_Token]) -> bool:
    if len(tokens) < len(wanted):
        return False
    return all(
        token.word.startswith(word[:-1]) if word.endswith("*") else token.word == word
        for word, token in zip(wanted, tokens, strict=True)
    )


@lru_cache(maxsize=64)
def _index(words: Words) -> tuple[dict[str, list[Words]], dict[str, list[Words]]]:
    """The words by their first one, whole or the beginning of it, so that a long list costs no more than a short."""
    whole: dict[str, list[Words]] = {}
    stems: dict[str, list[Words]] = {}
    for written in words:
        parts = tuple(found[0].casefold() for found in _WANTED.finditer(written))
        if parts:
            begun = stems if parts[0].endswith("*") else whole
            begun.setdefault(parts[0].removesuffix("*"), []).append(parts)
    return whole, stems
