"""Findings as people and editors read them: file, line, column, code, sentence, advice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from console.policies.strict_yaml import Reading, YamlFault
from dunning.lint.codes import CATALOGUE, Remark

MOST_SHOWN = 100  # of one file


@dataclass(frozen=True, order=True)
class Finding:
    """Something wrong with a file; line and column count from 1."""

    file: str
    line: int
    column: int
    code: str
    sentence: str
    advice: str

    @property
    def name(self) -> str:
        """The rule's name."""
        return CATALOGUE[self.code].name

    @property
    def warns(self) -> bool:
        """Whether a policy with it may be used all the same."""
        return CATALOGUE[self.code].warns

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.sentence}\n    {self.advice}"


def of_yaml(file: str, fault: YamlFault) -> Finding:
    """A fault of the YAML as a finding."""
    kind = CATALOGUE[fault.code]
    sentence, advice = kind.sentence.format_map(fault.words), kind.advice.format_map(fault.words)
    return Finding(plain(file), *fault.place, fault.code, plain(sentence), plain(advice))


def of_remark(file: str, reading: Reading, remark: Remark) -> Finding:
    """A remark about a policy's meaning, at its place in the file."""
    place = reading.place(remark.path, remark.at_key)
    return Finding(plain(file), *place, remark.code, plain(remark.sentence), plain(remark.advice))


def of_text(file: str, remark: Remark) -> Finding:
    """A remark about a letter's words, at its place in the letter's file."""
    place = (remark.text.line, remark.text.column) if remark.text else (1, 1)
    return Finding(plain(file), *place, remark.code, plain(remark.sentence), plain(remark.advice))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted by place, none twice, and of one file no more than anybody reads."""
    by_file: dict[str, list[Finding]] = {}
    for finding in sorted(set(findings)):
        by_file.setdefault(finding.file, []).append(finding)
    return tuple(shown for found in by_file.values() for shown in _cut(found))


def _cut(found: list[Finding]) -> list[Finding]:
    if len(found) <= MOST_SHOWN:
        return found
    last = found[MOST_SHOWN - 1]
    rest = Remark("P221", words={"more": str(len(found) - MOST_SHOWN)})
    return [*found[:MOST_SHOWN], Finding(last.file, last.line, last.column, rest.code, rest.sentence, rest.advice)]


def spelled(written: str, known: Iterable[str]) -> str:
    """What may have been meant, or all there is."""
    offered = list(known)
    near = get_close_matches(written[:60].lower(), offered, n=1)
    return f"did you mean `{near[0]}`?" if near else f"there is {', '.join(f'`{name}`' for name in offered)}"


def plain(text: str) -> str:
    """One line without control characters: what a file says must not write on the terminal by itself."""
    return "".join(character if character.isprintable() else "?" for character in text)[:600]
