"""Contact days and hours at the debtor's, on the days that people get wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.calendar import ContactCalendar, calendar_for, end_of_month, knows_country, knows_zone
from dunning.case import Debtor
from dunning.policy import CalendarRules
from dunning.terms import Counting, DebtorKind, Delay
from tests.strategies import COUNTRIES, HOURS, WEEKDAYS, ZONES

OFFICE = WEEKDAYS[:5]


def calendar(debtor: dict[str, Any] | None = None, **rules: Any) -> ContactCalendar:
    """A French office week, nine to six, unless told otherwise."""
    told = {
        "country": "FR",
        "time_zone": "Europe/Paris",
        "week_days": OFFICE,
        "contact_hours": ["09:00-18:00"],
        **rules,
    }
    return calendar_for(CalendarRules.model_validate(told), Debtor(id="D", kind=DebtorKind.business, **debtor or {}))


def business(days: int) -> Delay:
    return Delay(days=days, counted_in=Counting.business_days)


@pytest.mark.parametrize(
    ("year", "closed"),
    [(2026, ["2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14"])],
)
def test_french_holidays_are_closed(year: int, closed: list[str]) -> None:
    """In 2026 nobody is chased on New Year's Day, Easter Monday, the days of May, or 14 July."""
    for day in closed:
        assert date.fromisoformat(day).year == year
        assert not calendar().is_contact_day(date.fromisoformat(day))
    assert calendar(public_holidays="open").is_contact_day(date(2026, 7, 14))


def test_moselle_keeps_good_friday() -> None:
    """3 April 2026 is a holiday in Metz and a working day in Paris."""
    friday = date(2026, 4, 3)
    assert calendar().is_contact_day(friday)
    assert not calendar(subdivision="57").is_contact_day(friday)
    assert not calendar({"country": "FR", "subdivision": "57"}).is_contact_day(friday)


def test_the_debtors_own_country_and_clock_prevail() -> None:
    """4 July 2025 is a Friday: closed in New York, open in Paris; nine in New York is 15:00 in Paris."""
    american = calendar({"country": "US", "time_zone": "America/New_York"})
    assert not american.is_contact_day(date(2025, 7, 4))
    assert calendar().is_contact_day(date(2025, 7, 4))
    assert american.opening(date(2025, 7, 7)) == datetime(2025, 7, 7, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "debtor", [{"country": "ZZ"}, {"time_zone": "Mars/Base"}, {"country": "FR", "subdivision": "?"}]
)
def test_what_is_not_known_of_the_debtor_leaves_the_policys_calendar(debtor: dict[str, Any]) -> None:
    """A country or time zone that does not exist stops nothing."""
    assert calendar(debtor).opening(date(2026, 7, 14)) == calendar().opening(date(2026, 7, 14))


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-03-27T16:59", "2026-03-27T16:59"),  # Friday, a minute before six in Paris
        ("2026-03-27T17:00", "2026-03-30T07:00"),  # six sharp: Monday at nine, the clocks have changed
        ("2026-03-28T10:00", "2026-03-30T07:00"),
        ("2026-03-27T03:00", "2026-03-27T08:00"),
        ("2026-10-23T16:30", "2026-10-26T08:00"),  # and changed back
    ],
)
def test_the_next_moment_of_contact(moment: str, allowed: str) -> None:
    """Nine by the debtor's clock is another moment after the last Sunday of March."""
    told, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (moment, allowed))
    assert calendar().contact_moment(told) == expected


def test_the_lunch_break_is_kept() -> None:
    """A consumer is not called at half past one."""
    french = calendar(contact_hours=["10:00-13:00", "14:00-20:00"])
    assert french.contact_moment(datetime(2026, 1, 7, 12, 30, tzinfo=UTC)) == datetime(2026, 1, 7, 13, tzinfo=UTC)


def test_business_days_skip_holidays_and_weekends() -> None:
    """Two business days after Thursday 30 April 2026 is Tuesday 5 May; two before that Tuesday is Thursday again."""
    assert calendar().add(date(2026, 4, 30), business(2)) == date(2026, 5, 5)
    assert calendar().subtract(date(2026, 5, 5), business(2)) == date(2026, 4, 30)
    assert calendar().add(date(2026, 4, 30), Delay(days=2)) == date(2026, 5, 2)


def test_the_end_of_the_month() -> None:
    """February has 28 days, or 29."""
    assert end_of_month(date(2026, 2, 3)) == date(2026, 2, 28)
    assert end_of_month(date(2028, 2, 29)) == date(2028, 2, 29)
    assert end_of_month(date(2026, 12, 31)) == date(2026, 12, 31)


def test_countries_and_zones_that_exist() -> None:
    """Names are checked against what the program knows, whatever is written."""
    assert knows_country("FR")
    assert knows_country("FR", "57")
    assert not knows_country("FR", "Narnia")
    assert not knows_country("ZZ")
    assert knows_zone("Europe/Paris")
    assert not any(knows_zone(name) for name in ("Mars/Base", "", "../../etc/passwd", "/etc/localtime", "\0"))


FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 8 * 365 * 1440).map(lambda minutes: FIRST + timedelta(minutes=minutes))
PLACES = {"country": st.sampled_from(COUNTRIES), "time_zone": st.sampled_from(ZONES)}
CALENDARS = st.builds(
    calendar,
    debtor=st.fixed_dictionaries({}, optional=PLACES),
    week_days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
    contact_hours=st.sampled_from(HOURS),
    time_zone=st.sampled_from(ZONES),
)


@given(CALENDARS, MOMENTS)
def test_a_moment_of_contact_is_never_past_and_stays_what_it_is(
    any_calendar: ContactCalendar, moment: datetime
) -> None:
    """Asked at any moment, the answer is not earlier, is allowed itself, and lies on a contact day."""
    found = any_calendar.contact_moment(moment)
    assert found >= moment
    assert any_calendar.contact_moment(found) == found
    assert any_calendar.is_contact_day(any_calendar.local_day(found))


@given(CALENDARS, st.dates(date(2024, 1, 1), date(2032, 1, 1)), st.integers(0, 40))
def test_there_and_back_in_business_days(any_calendar: ContactCalendar, day: date, count: int) -> None:
    """From a contact day so many business days on, and the same back, is where one was."""
    start = any_calendar.contact_day(day)
    there = any_calendar.add(start, business(count))
    assert any_calendar.subtract(there, business(count)) == start
    assert there - start >= timedelta(days=count)
