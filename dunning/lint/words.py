"""Rules about the words of letters: their language, and what is too hard for their tone or sounds like a court."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dunning.lint.codes import Path, Remark, TextPlace
from dunning.lint.grounds import Grounds, countries_of, words_in
from dunning.lint.letters import LARGEST_TEXT, texts_used
from dunning.policy import Policy
from dunning.terms import Tone


def word_rules(policy: Policy, texts: Mapping[str, str], grounds: Grounds) -> Iterator[Remark]:
    """P308, P311 and P806."""
    yield from _languages(policy, texts, grounds)
    for key, text in texts_used(policy, texts).items():
        if len(text) > LARGEST_TEXT:
            continue
        _, tone, language, *_ = key.split(".")
        for line, column, word in words_in(text, grounds.hard_words.against(Tone(tone), language)):
            yield Remark("P311", words={"word": word, "tone": tone}, text=TextPlace(key, line, column))
        yield from _court_words(policy, grounds, (key, language, text))


def _languages(policy: Policy, texts: Mapping[str, str], grounds: Grounds) -> Iterator[Remark]:
    named = sorted({f"{step.letter}.{step.tone}" for step in policy.steps if step.channels})
    for country in sorted(countries_of(policy)):
        spoken = grounds.languages.get(country, ())
        if not named or not spoken or any(f"{stem}.{language}" in texts for stem in named for language in spoken):
            continue
        words = {"country": country, "languages": ", ".join(spoken), "key": f"{named[0]}.{spoken[0]}"}
        yield Remark("P308", _of_country(policy, country), words)


def _of_country(policy: Policy, country: str) -> Path:
    taken = policy.takes.country or ()
    return ("takes", "country", taken.index(country)) if country in taken else ("calendar", "country")


def _court_words(policy: Policy, grounds: Grounds, letter: tuple[str, str, str]) -> Iterator[Remark]:
    key, language, text = letter
    for pack in grounds.packs_for(policy):
        court = pack.court_words
        for line, column, word in words_in(text, court.words.get(language, ())) if court else ():
            words = {"word": word, "country": pack.title, "law": str(court)}
            yield Remark("P806", words=words, text=TextPlace(key, line, column))
