"""What a rehearsal says to a manager: sums, busy days, costs, what to look at, and all that was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from console.imports.rows import Fault
from console.rehearsal.book import Plan
from console.rehearsal.prices import Price
from console.rehearsal.tally import Tally
from console.rehearsal.words import channel_words, say
from dunning.assumed_payments import ENOUGH_OF_A_DEBTOR, ENOUGH_OF_A_SEGMENT
from dunning.money import Money
from dunning.policy import Policy, Step
from dunning.terms import Route

_MOST_BUSIEST = 5


@dataclass(frozen=True)
class Report:
    """A finished rehearsal, and what it is held against: calls that can be made a day, prices of contacts."""

    plan: Plan
    tally: Tally
    prices: Mapping[str, Price]
    capacity: int | None
    language: str

    @property
    def book_name(self) -> str:
        """The file's name, or the ledger."""
        portfolio = self.plan.book.asked.portfolio
        return portfolio.name if portfolio else say("the_ledger", self.language)

    @property
    def owed(self) -> list[Money]:
        """What was outstanding at the beginning, by currency."""
        return [Money(minor=minor, currency=code) for code, minor in sorted(self.tally.owed.items())]

    def busiest(self) -> list[tuple[date, int]]:
        """The days with the most contacts, most first."""
        return sorted(self.tally.by_day().items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_BUSIEST]

    def above(self) -> list[tuple[date, int]]:
        """The days with more calls than can be made, in order."""
        if self.capacity is None:
            return []
        return [(day, calls) for day, calls in self.tally.by_day("call").items() if calls > self.capacity]

    def costs(self) -> list[tuple[str, int, Price | None, Money | None]]:
        """Each channel with how many contacts, its price and what they cost; None where no price was given."""
        counted = self.tally.by(lambda key: key.channel)
        lines = []
        for channel, number in counted.items():
            price = self.prices.get(channel)
            lines.append((channel, number, price, price.times(number) if price else None))
        return lines

    def cost(self) -> list[Money]:
        """What all of it costs, by currency."""
        total: dict[str, Money] = {}
        for _, _, _, money in self.costs():
            if money:
                total[money.currency] = total.get(money.currency, Money.zero(money.currency)) + money
        return [total[code] for code in sorted(total)]

    def policies(self) -> list[Policy]:
        """The policies that were rehearsed, by name."""
        rules = self.plan.rules
        used = rules.policies or tuple(rules.pinned.values())
        return sorted(used, key=lambda policy: policy.policy)

    def steps(self) -> list[tuple[str, str, Mapping[str, int], list[Money]]]:
        """Each policy's steps in its own order: contacts by channel, and the sums they ask for."""
        order = {(one.policy, step.step): place for one in self.policies() for place, step in enumerate(one.steps)}
        return sorted(self.tally.by_step(), key=lambda line: (line[0], order.get((line[0], line[1]), 0)))

    def refused(self) -> int:
        """How many lines or cases were not rehearsed."""
        return self.plan.book.refused.count + self.plan.refused.count

    def faults(self) -> list[Fault]:
        """What was not rehearsed, as far as it is kept: the book's lines in order, then those of the facts."""
        book = self.plan.book
        facts = f"{book.asked.facts.name}: " if book.asked.facts else None
        found = [*book.refused.faults, *self.plan.refused.faults]
        return sorted(found, key=lambda one: (facts is not None and one.reason.startswith(facts), one.line))

    def findings(self) -> list[str]:
        """What a manager should look at, in sentences."""
        return [*self._crowded(), *self._unpriced(), *self._refused(), *self._idle()] or [self._say("nothing_found")]

    def _say(self, code: str, **told: object) -> str:
        return say(code, self.language, **told)

    def _crowded(self) -> Iterator[str]:
        if above := self.above():
            day, most = max(above, key=lambda pair: pair[1])
            code = "too_many_calls_one" if len(above) == 1 else "too_many_calls"
            yield self._say(code, n=len(above), capacity=self.capacity, day=day, most=most)

    def _unpriced(self) -> Iterator[str]:
        unpriced = [(channel, number) for channel, number, price, _ in self.costs() if price is None]
        if self.prices and unpriced:
            named = (f"{channel_words(channel, self.language)} ({number})" for channel, number in unpriced)
            yield self._say("no_price", channels=", ".join(named))

    def _refused(self) -> Iterator[str]:
        if number := self.refused():
            yield self._say("refused_some", n=number)

    def _idle(self) -> Iterator[str]:
        reached = {(key.policy, key.step) for key in self.tally.contacts}
        names = dict.fromkeys(policy.policy for policy in self.policies())
        if idle := [name for name in names if not self.tally.by_policy[name]]:
            yield self._say("took_none", policies=", ".join(idle))
        for policy in (name for name in names if self.tally.by_policy[name]):
            every = (step for one in self.policies() if one.policy == policy for step in one.steps)
            steps = dict.fromkeys(step.step for step in every if not _only_asks(step))
            idle = [step for step in steps if (policy, step) not in reached]
            if idle:
                yield self._say("never_reached", policy=policy, steps=", ".join(idle))

    def assumptions(self) -> list[str]:
        """All that was taken for granted, in sentences."""
        book = self.plan.book
        asked, payer = book.asked, book.payer
        told: dict[str, object] = {"days": payer.days, "seed": payer.seed}
        if payer.history:
            told |= {
                "n": len(payer.history.all),
                "median": payer.history.all.median(),
                "source": self._say(f"source_{payer.history.source}"),
                "own": ENOUGH_OF_A_DEBTOR,
                "segment": ENOUGH_OF_A_SEGMENT,
            }
        return [
            self._say("from_ledger" if book.ledger else "from_file", since=book.since),
            self._say(f"pays_{payer.kind}", **told),
            *([self._say("pays_drawn", **told)] if payer.history else []),
            self._say(f"calls_{asked.calls}"),
            self._say(f"approvals_{asked.approvals}"),
        ]

    def head(self) -> str:
        """The rehearsal in one sentence."""
        tally, owed = self.tally, " + ".join(map(str, self.owed)) or "0"
        return self._say("head", cases=tally.cases, debtors=tally.debtors, owed=owed, contacts=tally.total)

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        tally, book = self.tally, self.plan.book
        days = {day: {"contacts": number} for day, number in tally.by_day().items()}
        for day, number in tally.by_day("call").items():
            days[day]["calls"] = number
        return {
            "book": self.book_name,
            "from": book.since,
            "until": book.until,
            "cases": tally.cases,
            "debtors": tally.debtors,
            "outstanding": self.owed,
            "contacts": tally.total,
            "by_channel": tally.by(lambda key: key.channel),
            "by_step": [
                {"policy": policy, "step": step, "channels": channels, "amounts": sums}
                for policy, step, channels, sums in self.steps()
            ],
            "by_day": {str(day): counts for day, counts in days.items()},
            "calls_above_capacity": {str(day): calls for day, calls in self.above()},
            "costs": [
                {"channel": channel, "contacts": number, "price": str(price) if price else None, "cost": money}
                for channel, number, price, money in self.costs()
            ],
            "cost": self.cost(),
            "endings": [
                {"ending": ending, "task": task or None, "cases": number}
                for (ending, task), number in sorted(tally.endings.items())
            ],
            "first": tally.first,
            "refused": {"count": self.refused(), "first": self.faults()},
            "findings": self.findings(),
            "assumptions": self.assumptions(),
        }


def _only_asks(step: Step) -> bool:
    """Whether the step is a fork that makes no contact: whoever comes there is put to a person."""
    return step.fork is not None and all(branch.then is Route.ask for branch in step.fork)
