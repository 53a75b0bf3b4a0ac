"""Judges what a policy means before any case follows it: every rule is asked, and everything found is said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from dunning.calendar import knows_country, knows_zone
from dunning.lint.codes import Remark
from dunning.lint.grounds import Grounds
from dunning.lint.law import law_rules
from dunning.lint.letters import letter_rules
from dunning.lint.money import money_rules
from dunning.lint.never import never_rules
from dunning.lint.order import order_rules
from dunning.lint.people import people_rules
from dunning.lint.reach import reach_rules
from dunning.lint.words import word_rules
from dunning.policy import Policy, Takes, minutes
from dunning.terms import AmountRange

_LEAST_OPEN = 30  # minutes a day, so that an outage of a few minutes does not cost a whole day


def lint(policy: Policy, texts: Mapping[str, str], grounds: Grounds) -> list[Remark]:
    """All remarks about a policy's meaning; `texts` are the letters by key, such as `reminder.firm.fr`."""
    rules: tuple[Callable[[Policy], Iterator[Remark]], ...] = (
        order_rules,
        _calendar_rules,
        money_rules,
        reach_rules,
        never_rules,
    )
    told = [remark for rule in rules for remark in rule(policy)]
    told += [*letter_rules(policy, texts), *people_rules(policy, texts)]
    return [*told, *word_rules(policy, texts, grounds), *law_rules(policy, grounds)]


def _calendar_rules(policy: Policy) -> Iterator[Remark]:
    rules = policy.calendar
    if not knows_country(rules.country):
        yield Remark("P401", ("calendar", "country"), {"country": rules.country})
    elif rules.subdivision and not knows_country(rules.country, rules.subdivision):
        words = {"country": rules.country, "subdivision": rules.subdivision}
        yield Remark("P402", ("calendar", "subdivision"), words)
    if not knows_zone(rules.time_zone):
        yield Remark("P403", ("calendar", "time_zone"), {"zone": rules.time_zone})
    for number, country in enumerate(policy.takes.country or ()):
        if not knows_country(country):
            yield Remark("P401", ("takes", "country", number), {"country": country})
    spans = [minutes(hours) for hours in rules.contact_hours]
    open_for = sum(end - start for start, end in spans)
    if open_for < _LEAST_OPEN:
        yield Remark("P404", ("calendar", "contact_hours"), {"minutes": str(open_for)})


def overlaps(policies: Sequence[Policy]) -> list[tuple[Policy, Remark]]:
    """For every two policies that take some of the same invoices: the second of them, and a remark on its `takes:`."""
    found: list[tuple[Policy, Remark]] = []
    for first, second in combinations(policies, 2):
        example = _both_take(first.takes, second.takes)
        if example:
            words = {"other": first.policy, "example": example}
            found.append((second, Remark("P607", ("takes",), words, at_key=True)))
    return found


def _both_take(one: Takes, other: Takes) -> str | None:
    """An invoice that both take, in words; None when there is none."""
    debtors = [kind.value for kind in one.debtor if kind in other.debtor]
    currencies = [c for c in one.currency if c in other.currency and _ranges_meet(one.amount, other.amount, c)]
    segment, country = _same_value(one.segment, other.segment), _same_value(one.country, other.country)
    if not debtors or not currencies or segment is None or country is None:
        return None
    words = [debtors[0], currencies[0], segment and f"segment {segment}", country and f"country {country}"]
    return ", ".join(word for word in words if word)


def _same_value(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> str | None:
    """A value that both name; empty when neither restricts it, None when there is none."""
    if one is None or other is None:
        return next(iter(one or other or ("",)))
    return next((value for value in one if value in other), None)


def _ranges_meet(one: AmountRange | None, other: AmountRange | None, currency: str) -> bool:
    lows, highs = [0], []
    for amounts in (one, other):
        if amounts is None:
            continue
        low = next((m.minor for m in amounts.at_least or () if m.currency == currency), None)
        high = next((m.minor for m in amounts.below or () if m.currency == currency), None)
        if (amounts.at_least and low is None) or (amounts.below and high is None):
            return False  # this bound speaks of other currencies only: nothing in this one is taken
        lows += [] if low is None else [low]
        highs += [] if high is None else [high]
    return not highs or max(lows) < min(highs)
