"""The letters of a folder as files: read, and told what is wrong with each at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from activities.letter_text import TextProblem
from activities.letters import check_texts, letter_key
from console.policies.findings import Finding, of_remark, of_text, of_yaml
from console.policies.read_file import bytes_of
from console.policies.strict_yaml import Reading, YamlFault
from dunning.lint.codes import Remark, TextPlace

LETTERS = "letters"


@dataclass(frozen=True)
class Letters:
    """The texts of a folder; `unread` are findings about files that could not even be read as texts."""

    folder: Path
    texts: dict[str, str]
    unread: dict[str, Finding]

    def about(self, keys: Iterable[str]) -> list[Finding]:
        """What is wrong with these texts."""
        return [finding for key in keys for finding in self._about(key)]

    def all(self) -> list[Finding]:
        """What is wrong with any text of the folder."""
        return self.about(dict.fromkeys([*self.unread, *self.texts]))

    def at(self, remark: Remark) -> Finding:
        """A remark about the words of a text as a finding."""
        return of_text(self._file(remark.text.key if remark.text else ""), remark)

    def _file(self, key: str) -> str:
        return str(self.folder / f"{key}.txt")

    def _about(self, key: str) -> list[Finding]:
        if key in self.unread:
            return [self.unread[key]]
        text = self.texts[key]
        return [self.at(_remark(problem, text)) for problem in _problems(key, text)]


@lru_cache(maxsize=2000)
def _problems(key: str, text: str) -> tuple[TextProblem, ...]:
    """What is wrong with one text; kept, because every text is tried on two invented cases."""
    return tuple(check_texts({key: text}))


def _remark(problem: TextProblem, text: str) -> Remark:
    code = "P309" if problem.variable else "P303"
    place = TextPlace(problem.key, problem.line, _column(problem, text))
    return Remark(code, words={"what": problem.what}, text=place)


def _column(problem: TextProblem, text: str) -> int:
    """Where the variable that is meant stands in its line."""
    line = text.split("\n")[problem.line - 1 : problem.line]
    found = re.search(rf"(?<![\w.]){re.escape(problem.variable)}(?!\w)", line[0]) if line and problem.variable else None
    return found.start() + 1 if found else 1


def read_letters(folder: Path) -> Letters:
    """The texts of a letters/ folder; none where there is no such folder. Raises CannotRead."""
    letters = Letters(folder, {}, {})
    for path in sorted(folder.glob("*.txt")) if folder.is_dir() else ():
        key, raw = letter_key(path.name), bytes_of(path)
        if key is None:
            letters.unread[path.name] = of_remark(str(path), Reading(), Remark("P304"))
            continue
        try:
            letters.texts[key] = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            letters.unread[key] = of_yaml(str(path), YamlFault("P105", (1, 1)))
            letters.texts[key] = ""  # there, so that no policy says it is missing as well
    return letters
