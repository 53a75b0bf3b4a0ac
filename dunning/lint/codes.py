"""What a finding says, and the one table of all of them, so that a code means the same for years."""

from __future__ import annotations

from dataclasses import dataclass, field

from dunning.lint.codes_form import FORM
from dunning.lint.codes_law import LAW
from dunning.lint.codes_meaning import MEANING
from dunning.lint.codes_people import PEOPLE
from dunning.lint.codes_reach import REACH
from dunning.lint.kind import Kind

Path = tuple[str | int, ...]
CATALOGUE: dict[str, Kind] = dict(sorted({**FORM, **MEANING, **REACH, **PEOPLE, **LAW}.items()))


@dataclass(frozen=True)
class TextPlace:
    """A place in a letter: its key, such as `reminder.firm.fr`, and the line and column, from 1."""

    key: str
    line: int
    column: int


@dataclass(frozen=True)
class Remark:
    """Something to say about what a policy's `path` names, or about a letter that it sends, at `text`.

    `code` is one of `CATALOGUE`, and `words` fill its sentence and advice.
    """

    code: str
    path: Path = ()
    words: dict[str, str] = field(default_factory=dict)
    at_key: bool = False
    text: TextPlace | None = None

    @property
    def sentence(self) -> str:
        return CATALOGUE[self.code].sentence.format_map(self.words)

    @property
    def advice(self) -> str:
        return CATALOGUE[self.code].advice.format_map(self.words)
