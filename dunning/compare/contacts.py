"""Lays two rehearsals of one book beside each other: which contacts come, go and move, and for whom most."""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby, zip_longest
from typing import Literal

from dunning.money import Money
from dunning.rehearsal import Contact, asks_anew

Kind = Literal["same", "reworded", "earlier", "later", "gained", "lost"]
_Key = tuple[str, str, int, str]  # case, step, occurrence, channel
_MOST_KEPT = 50  # invoices kept for each list of the most affected, however large the book is


@dataclass(frozen=True)
class Lens:
    """Which days count (both included), and the steps (policy, name) whose texts read otherwise than before.

    Both rehearsals should end some weeks after `until`, so that what moved out of the window is not taken for lost.
    """

    since: date
    until: date
    reworded: frozenset[tuple[str, str]] = frozenset()

    def shows(self, day: date) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True)
class Meeting:
    """A contact as it was and as it would be; one of the two is missing when it comes or goes."""

    old: Contact | None
    new: Contact | None
    kind: Kind

    @property
    def either(self) -> Contact:
        found = self.new or self.old
        if found is None:
            raise AssertionError("a meeting has at least one side")
        return found

    @property
    def moved(self) -> int:
        """Days later; negative for earlier, 0 for what comes or goes."""
        return (self.new.day - self.old.day).days if self.old and self.new else 0


@dataclass(frozen=True)
class Affected:
    """One invoice whose contacts change: how many come and go, and the farthest move in days (negative: earlier)."""

    invoice: str
    debtor: str
    amount: Money
    old_policy: str
    new_policy: str
    gained: int
    lost: int
    moved: int
    farthest: int


@dataclass(frozen=True)
class Ranked:
    """An affected invoice in a list of those that are affected most, and by what it was ranked."""

    rank: tuple[int | Decimal, int]
    row: Affected


@dataclass
class StepCount:
    """What becomes of one step's contacts; how many lie in the window before and now, and the sums they ask for.

    A sum asked for by two channels at once, or by a second attempt of a call, counts once.
    """

    kinds: Counter[Kind] = field(default_factory=Counter)
    days_moved: int = 0
    old: int = 0
    new: int = 0
    old_amounts: Counter[str] = field(default_factory=Counter)
    new_amounts: Counter[str] = field(default_factory=Counter)


@dataclass
class Impact:
    """What a change does to a book. Days and channels count (before, now), and only days of the window.

    `kinds` counts every contact that is in the window before or now: what moves over its edge is earlier or later.
    """

    steps: dict[tuple[str, str], StepCount] = field(default_factory=lambda: defaultdict(StepCount))
    channels: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    days: dict[date, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    policies: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: Counter[Kind] = field(default_factory=Counter)
    invoices: int = 0
    affected: int = 0
    farthest: list[Ranked] = field(default_factory=list)
    dearest: list[Ranked] = field(default_factory=list)


def beside(old: Iterable[Contact], new: Iterable[Contact]) -> Iterator[tuple[list[Contact], list[Contact]]]:
    """The contacts of one debtor after the other, before and now. Each side must name a debtor in one run.

    Both in the same order keep little in memory; in any order the answer is the same.
    """
    waiting: tuple[dict[str, list[Contact]], dict[str, list[Contact]]] = ({}, {})
    for runs in zip_longest(*(groupby(side, lambda contact: contact.debtor) for side in (old, new))):
        for number, run in enumerate(runs):
            if run is None:
                continue
            debtor, contacts = run[0], list(run[1])
            other = waiting[1 - number].pop(debtor, None)
            if other is None:
                waiting[number][debtor] = contacts
            else:
                yield (contacts, other) if number == 0 else (other, contacts)
    yield from ((contacts, []) for contacts in waiting[0].values())
    yield from (([], contacts) for contacts in waiting[1].values())


def meetings(old: Iterable[Contact], new: Iterable[Contact], lens: Lens) -> list[Meeting]:
    """The contacts of some invoices by invoice, step, time and channel; those with a side in the window."""
    left, right = {_key(one): one for one in old}, {_key(one): one for one in new}
    found = []
    for key in dict.fromkeys((*left, *right)):
        was, now = left.get(key), right.get(key)
        if any(one is not None and lens.shows(one.day) for one in (was, now)):
            found.append(Meeting(was, now, _kind(was, now, lens)))
    return found


def _key(one: Contact) -> _Key:
    return one.case, one.step, one.occurrence, one.channel


def _kind(old: Contact | None, new: Contact | None, lens: Lens) -> Kind:
    if old is None:
        return "gained"
    if new is None:
        return "lost"
    if old.day != new.day:
        return "later" if new.day > old.day else "earlier"
    other_text = (old.tone, old.letter) != (new.tone, new.letter) or (new.policy, new.step) in lens.reworded
    return "reworded" if other_text else "same"


def impact(old: Iterable[Contact], new: Iterable[Contact], lens: Lens) -> Impact:
    """What becomes of every contact of a book in the window of the lens. Memory stays flat as the book grows.

    A renamed step must have one name on both sides (`under_old_names`).
    """
    found = Impact()
    for before, after in beside(old, new):
        by_case, asking = defaultdict(list), (_asking(before), _asking(after))
        for meeting in meetings(before, after, lens):
            by_case[meeting.either.case].append(meeting)
            _count(found, meeting, lens)
            _count_sums(found, meeting, lens, asking)
        for of_case in by_case.values():
            _count_case(found, of_case)
    return found


def _count(found: Impact, meeting: Meeting, lens: Lens) -> None:
    counted = found.steps[meeting.either.policy, meeting.either.step]
    counted.kinds[meeting.kind] += 1
    counted.days_moved += meeting.moved
    found.kinds[meeting.kind] += 1
    for number, side in enumerate((meeting.old, meeting.new)):
        if side is None or not lens.shows(side.day):
            continue
        found.channels[side.channel][number] += 1
        found.days[side.day][number] += 1
    counted.old += meeting.old is not None and lens.shows(meeting.old.day)
    counted.new += meeting.new is not None and lens.shows(meeting.new.day)


def _asking(contacts: Iterable[Contact]) -> set[_Key]:
    """Those that ask for a sum which no other of them has asked for already."""
    found: set[_Key] = set()
    last: Contact | None = None
    for one in contacts:
        if asks_anew(one, last):
            found.add(_key(one))
        last = one
    return found


def _count_sums(found: Impact, meeting: Meeting, lens: Lens, asking: tuple[set[_Key], set[_Key]]) -> None:
    counted = found.steps[meeting.either.policy, meeting.either.step]
    for side, keys, sums in zip(
        (meeting.old, meeting.new), asking, (counted.old_amounts, counted.new_amounts), strict=True
    ):
        if side is not None and lens.shows(side.day) and _key(side) in keys:
            sums[side.amount.currency] += side.amount.minor


def _count_case(found: Impact, of_case: list[Meeting]) -> None:
    found.invoices += 1
    kinds = Counter(meeting.kind for meeting in of_case)
    one = of_case[0].either
    old_policy = next((meeting.old.policy for meeting in of_case if meeting.old), "")
    new_policy = next((meeting.new.policy for meeting in of_case if meeting.new), "")
    found.policies[old_policy, new_policy] += 1
    if not kinds.keys() - {"same", "reworded"}:
        return
    found.affected += 1
    amount = max((meeting.either.amount for meeting in of_case), key=lambda money: money.minor)
    farthest = max((meeting.moved for meeting in of_case), key=abs)
    moved = kinds["earlier"] + kinds["later"]
    row = Affected(
        one.invoice, one.debtor, amount, old_policy, new_policy, kinds["gained"], kinds["lost"], moved, farthest
    )
    touched = row.moved + row.gained + row.lost
    _keep(found.farthest, row, (abs(row.farthest), touched))
    _keep(found.dearest, row, (row.amount.decimal(), touched))


def _keep(top: list[Ranked], row: Affected, rank: tuple[int | Decimal, int]) -> None:
    """Keep the row among the first ones, the highest rank first and the earlier one among equals."""
    if len(top) == _MOST_KEPT and rank <= top[-1].rank:
        return
    insort(top, Ranked(rank, row), key=lambda one: tuple(-part for part in one.rank))
    del top[_MOST_KEPT:]
