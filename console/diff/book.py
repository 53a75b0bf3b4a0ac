"""Rehearses a book under both policies, to say for whom a change makes a difference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from console.diff.compared import Couple, Told
from console.imports.rows import Fault
from console.rehearsal.book import Asked, Refused, opened_book
from console.rehearsal.rehearsing import rehearse
from console.rehearsal.report import Report
from console.rehearsal.tally import Tally
from dunning.compare.contacts import Impact, Lens, impact
from dunning.compare.policies import uses
from dunning.compare.steps import under_old_names
from dunning.policy import Policy

# A contact that moves out of the window is looked for so long after it: else it would be taken for one that is lost.
_BEYOND = timedelta(days=60)

StepKey = tuple[str, str]  # policy and step, by the names of the old side where there is one


@dataclass(frozen=True)
class ForWhom:
    """What a change does to a book from `since` to `until`, both included.

    `titles` has every step of both sides in the order of the new policies. `newly_refused` are invoices that only the
    old side takes, `newly_taken` those that only the new one does; `elsewhere` counts those that neither takes.
    """

    since: date
    until: date
    impact: Impact
    titles: dict[StepKey, str]
    unread: Refused
    newly_refused: tuple[Fault, ...]
    newly_taken: tuple[Fault, ...]
    elsewhere: int
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class _Sides:
    """The policies to rehearse, the new ones under old names, and which of their steps read otherwise."""

    old: tuple[Policy, ...]
    new: tuple[Policy, ...]
    titles: dict[StepKey, str]
    reworded: frozenset[StepKey]


def for_whom(asked: Asked, told: Told) -> ForWhom:
    """Play the book under the old policies and under the new ones, and lay both beside each other.

    Stop for all that a user can mend about the book.
    """
    sides = _sides(told)
    with opened_book(asked) as book:
        # Cases of the ledger go on from now: what moves to before the first day is known too, and not lost.
        begins = date.min if book.ledger else book.since
        longer, untaken = replace(book, since=begins, until=book.until + _BEYOND), _Untaken()
        before = replace(longer.plan(policies=sides.old), refused=_LeftOut(untaken, book.refused, new=False))
        after = replace(longer.plan(policies=sides.new), refused=_LeftOut(untaken, book.refused, new=True), quiet=True)
        found = impact(rehearse(before), rehearse(after), Lens(book.since, book.until, sides.reworded))
        assumed = tuple(Report(after, Tally(), {}, None, told.language).assumptions())
        return ForWhom(
            since=book.since,
            until=book.until,
            impact=found,
            titles=sides.titles,
            unread=book.refused,
            newly_refused=tuple(untaken.new.values()),
            newly_taken=tuple(untaken.old.values()),
            elsewhere=untaken.neither,
            assumptions=assumed,
        )


def _sides(told: Told) -> _Sides:
    old = [one.text.policy for one in (*(couple.old for couple in told.couples), *told.gone)]
    new = [one.text.policy for one in told.added]
    titles = {(policy.policy, step.step): step.words for policy in new for step in policy.steps}
    reworded: set[StepKey] = set()
    for couple in told.couples:
        renamed, steps = under_old_names(couple.new.text.policy, couple.steps)
        name = couple.old.text.policy.policy
        new.append(renamed.model_copy(update={"policy": name}))
        titles |= {(name, step): now.words for step, now in steps.items()}
        titles |= {(name, step.step): step.words for step in couple.steps.gone}
        reworded |= {(name, step) for step, now in steps.items() if _rewritten(couple, now.step)}
    titles |= {(one.text.policy.policy, step.step): step.words for one in told.gone for step in one.text.policy.steps}
    return _Sides(tuple(old), tuple(new), titles, frozenset(reworded))


def _rewritten(couple: Couple, name: str) -> bool:
    policy = couple.new.text.policy
    step = policy.find(name)
    keys = [change.place for change in couple.changes if change.edits]
    return step is not None and any(uses(policy, step, key) for key in keys)


@dataclass
class _Untaken:
    """Invoices that a side leaves out, as both sides come to them: what both leave out is only counted."""

    old: dict[str, Fault] = field(default_factory=dict)
    new: dict[str, Fault] = field(default_factory=dict)
    neither: int = 0

    def add(self, fault: Fault, *, new: bool) -> None:
        mine, other = (self.new, self.old) if new else (self.old, self.new)
        if other.pop(fault.number, None) is None:
            mine[fault.number] = fault
        else:
            self.neither += 1


class _LeftOut(Refused):
    """What one side leaves out goes to where both sides are held against each other."""

    def __init__(self, untaken: _Untaken, unread: Refused, *, new: bool) -> None:
        super().__init__()
        self._untaken, self._unread, self._new = untaken, unread, new

    def add(self, faults: Iterable[Fault]) -> None:
        """Take these in; none of them is kept twice."""
        for fault in faults:
            self.count += 1
            self._untaken.add(fault, new=self._new)

    def add_facts(self, faults: Iterable[Fault]) -> None:
        """A fact that cannot have happened is told once, though both sides come to it."""
        self._unread.add(fault for fault in faults if fault not in self._unread.faults)
