"""When the debtor may be contacted: business days, public holidays, contact hours and time zone."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from dunning.case import Debtor
from dunning.policy import CalendarRules, Weekday, minutes
from dunning.terms import Counting, Delay

_MOST_RULES = 2048
_by_rules: dict[tuple[int, str | None, str | None, str | None], tuple[CalendarRules, ContactCalendar]] = {}
_FARTHEST = 3650 * 3  # days: no delay of a policy reaches farther


class NoContactDay(ValueError):
    """The calendar never allows a contact."""


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """Public holidays of a year; NotImplementedError for a country or subdivision that the library does not know."""
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False))


@lru_cache(maxsize=1024)
def knows_country(country: str, subdivision: str | None = None) -> bool:
    """Whether holidays are known for the country and its subdivision."""
    known = _supported().get(country)
    return known is not None and (subdivision is None or subdivision in known)


@lru_cache(maxsize=1)
def _supported() -> dict[str, frozenset[str]]:
    return {country: frozenset(parts) for country, parts in holidays.list_supported_countries().items()}


@lru_cache(maxsize=1024)
def knows_zone(name: str) -> bool:
    """Whether the time zone exists."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=8192)
def _moment(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """The moment (UTC) so many minutes after midnight; the last, 1440, is the next day's midnight."""
    if minute == 1440:
        return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


@dataclass(frozen=True)
class ContactCalendar:
    """The calendar that holds for one debtor."""

    zone: ZoneInfo
    week_days: frozenset[int]
    hours: tuple[tuple[int, int], ...]
    holidays_of: tuple[str, str | None] | None
    _openings: dict[date, datetime] = field(default_factory=dict, repr=False, compare=False)

    def is_contact_day(self, day: date) -> bool:
        """Whether the debtor may be contacted on the day."""
        if day.weekday() not in self.week_days:
            return False
        return self.holidays_of is None or day not in public_holidays(*self.holidays_of, day.year)

    def contact_day(self, day: date) -> date:
        """The day itself, or the next on which contact is allowed."""
        for _ in range(400):
            if self.is_contact_day(day):
                return day
            day += timedelta(days=1)
        raise NoContactDay("no day within a year on which the debtor may be contacted")

    def add(self, day: date, delay: Delay) -> date:
        """The day so much later, in calendar days or in contact days."""
        if delay.counted_in is Counting.calendar_days:
            return day + timedelta(days=delay.days)
        for _ in range(delay.days):
            day = self.contact_day(day + timedelta(days=1))
        return day

    def subtract(self, day: date, delay: Delay) -> date:
        """The day so much earlier."""
        if delay.counted_in is Counting.calendar_days:
            return day - timedelta(days=delay.days)
        left = delay.days
        for _ in range(_FARTHEST):
            if not left:
                break
            day -= timedelta(days=1)
            left -= self.is_contact_day(day)
        return day

    def local_day(self, moment: datetime) -> date:
        """The day at the debtor's."""
        return moment.astimezone(self.zone).date()

    def _at(self, day: date, minute: int) -> datetime:
        return _moment(self.zone, day, minute)

    def opening(self, day: date) -> datetime:
        """The first moment of contact on the day, or on the next contact day (UTC)."""
        known = self._openings.get(day)
        if known is None:
            known = self._openings[day] = self._at(self.contact_day(day), self.hours[0][0])
        return known

    def day_after(self, day: date) -> datetime:
        """The first moment of contact after the day is over: when a promise or a hold may be looked at (UTC)."""
        return self.opening(day + timedelta(days=1))

    def contact_moment(self, moment: datetime) -> datetime:
        """The moment itself when contact is allowed then, else the next at which it is (UTC)."""
        day = self.local_day(moment)
        if self.is_contact_day(day):
            for start, end in self.hours:
                if moment < self._at(day, start):
                    return self._at(day, start)
                if moment < self._at(day, end):
                    return moment
        return self.opening(day + timedelta(days=1))


def calendar_for(rules: CalendarRules, debtor: Debtor) -> ContactCalendar:
    """The policy's calendar; the debtor's own country and time zone prevail where they are known."""
    # Asked for many times in each decision: known by the very rules, because to hash them takes longer.
    key = (id(rules), debtor.time_zone, debtor.country, debtor.subdivision)
    known = _by_rules.get(key)
    if known is None or known[0] is not rules:
        zone = debtor.time_zone if debtor.time_zone and knows_zone(debtor.time_zone) else rules.time_zone
        if len(_by_rules) >= _MOST_RULES:
            _by_rules.clear()
        known = _by_rules[key] = (rules, _calendar(rules, zone, _country(rules, debtor)))
    return known[1]


def _country(rules: CalendarRules, debtor: Debtor) -> tuple[str, str | None] | None:
    if rules.public_holidays == "open":
        return None
    if debtor.country and knows_country(debtor.country):
        own = debtor.subdivision if debtor.subdivision and knows_country(debtor.country, debtor.subdivision) else None
        return debtor.country, own or (rules.subdivision if debtor.country == rules.country else None)
    return rules.country, rules.subdivision


@lru_cache(maxsize=2048)
def _calendar(rules: CalendarRules, zone: str, country: tuple[str, str | None] | None) -> ContactCalendar:
    order = list(Weekday)
    return ContactCalendar(
        zone=ZoneInfo(zone),
        week_days=frozenset(order.index(d) for d in rules.week_days),
        hours=tuple(minutes(h) for h in rules.contact_hours),
        holidays_of=country,
    )


def end_of_month(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
