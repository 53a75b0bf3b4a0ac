"""What a rehearsal adds up to: sums that stay small however many contacts there are, in whatever order they come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from heapq import nsmallest
from typing import NamedTuple

from dunning.money import Money
from dunning.rehearsal import Contact, Walked, asks_anew


class Key(NamedTuple):
    """What contacts are counted by."""

    day: date
    policy: str
    step: str
    channel: str
    currency: str


@dataclass
class Tally:
    """Sums over contacts and cases; `first` are the first contacts in the order of days, as many as are wanted."""

    wanted: int = 20
    contacts: Counter[Key] = field(default_factory=Counter)
    minor: Counter[Key] = field(default_factory=Counter)
    cases: int = 0
    debtors: int = 0
    owed: Counter[str] = field(default_factory=Counter)
    endings: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_policy: Counter[str] = field(default_factory=Counter)
    first: list[Contact] = field(default_factory=list)

    def add(self, walked: Iterable[Walked], since: date) -> list[Contact]:
        """Take one debtor's cases in; returns their contacts from the first day on, by invoice and moment."""
        kept: list[Contact] = []
        self.debtors += 1
        for one in walked:
            case = one.walk.case
            self.cases += 1
            self.owed[case.currency] += case.outstanding.minor
            self.endings[one.ending, one.task] += 1
            self.by_policy[one.walk.policy.policy] += 1
            kept += [contact for contact in one.contacts if contact.day >= since]
        before: Contact | None = None
        for contact in kept:
            key = Key(contact.day, contact.policy, contact.step, contact.channel, contact.amount.currency)
            self.contacts[key] += 1
            if asks_anew(contact, before):
                self.minor[key] += contact.amount.minor
            before = contact
        last = self.first[-1].day if len(self.first) >= self.wanted > 0 else date.max
        self.first = self._firsts([*self.first, *(contact for contact in kept if contact.day <= last)])
        return kept

    def merge(self, other: Tally) -> None:
        """Take another tally in."""
        self.cases += other.cases
        self.debtors += other.debtors
        self.contacts.update(other.contacts)
        self.minor.update(other.minor)
        self.owed.update(other.owed)
        self.endings.update(other.endings)
        self.by_policy.update(other.by_policy)
        self.first = self._firsts([*self.first, *other.first])

    def _firsts(self, contacts: list[Contact]) -> list[Contact]:
        return nsmallest(self.wanted, contacts, key=_order)

    @property
    def total(self) -> int:
        """How many contacts in all."""
        return self.contacts.total()

    def by(self, name: Callable[[Key], str]) -> dict[str, int]:
        """How many contacts by anything of their key, most first."""
        counted: Counter[str] = Counter()
        for key, count in self.contacts.items():
            counted[name(key)] += count
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))

    def by_day(self, channel: str | None = None) -> dict[date, int]:
        """How many contacts on each day that has one, in order; of one channel when it is named."""
        counted: Counter[date] = Counter()
        for key, count in self.contacts.items():
            if channel in (None, key.channel):
                counted[key.day] += count
        return dict(sorted(counted.items()))

    def by_step(self) -> Iterator[tuple[str, str, Counter[str], list[Money]]]:
        """Each policy's steps in the order of their first day: contacts by channel, and the sums they ask for.

        A sum asked for by two channels at once, or by a second attempt of a call, counts once.
        """
        steps: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for key in sorted(self.contacts):
            steps[key.policy, key.step][key.channel] += self.contacts[key]
            sums[key.policy, key.step][key.currency] += self.minor[key]
        for (policy, step), channels in steps.items():
            money = sorted(sums[policy, step].items())
            yield policy, step, channels, [Money(minor=minor, currency=code) for code, minor in money]


def _order(contact: Contact) -> tuple[object, ...]:
    return contact.day, contact.at, contact.invoice, contact.step, contact.channel
