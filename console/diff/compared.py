"""Two sides of policies compared, in one language: what every kind of answer is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from console.diff.files import Couples, Named
from dunning.case import Invoice
from dunning.compare.cautions import Caution, cautions
from dunning.compare.policies import Change, compare
from dunning.compare.steps import Matched
from dunning.compare.walk import Walked, ordinary_case, walk


@dataclass(frozen=True)
class Couple:
    """Two policies compared: what differs, the days of an ordinary invoice, what to mind, which step became which."""

    old: Named
    new: Named
    changes: tuple[Change, ...]
    invoice: Invoice
    walked: tuple[Walked, ...]
    cautions: tuple[Caution, ...]
    steps: Matched

    @property
    def moved(self) -> bool:
        """Whether the ordinary invoice sees any other day than before."""
        return any(one.old != one.new for one in self.walked)


@dataclass(frozen=True)
class Told:
    """The whole comparison in words, in one language."""

    language: str
    couples: tuple[Couple, ...]
    gone: tuple[Named, ...]
    added: tuple[Named, ...]

    @property
    def differences(self) -> int:
        return sum(len(one.changes) for one in self.couples) + len(self.gone) + len(self.added)


def compared(beside: Couples, renamed: dict[str, str], due: date, language: str) -> Told:
    """Everything that differs, with the dates of an ordinary invoice due on that day."""
    both = tuple(_couple(old, new, renamed, (due, language)) for old, new in beside.both)
    return Told(language, both, beside.gone, beside.added)


def _couple(old: Named, new: Named, renamed: dict[str, str], asked: tuple[date, str]) -> Couple:
    due, language = asked
    found = compare(old.text, new.text, renamed, language)
    case = ordinary_case(old.text.policy, due)
    walked = walk(old.text.policy, new.text.policy, found.steps, case)
    mind = cautions(old.text.policy, found.steps, walked, language)
    return Couple(old, new, found.changes, case.invoice, walked, mind, found.steps)
