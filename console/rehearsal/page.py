"""A rehearsal as one page that can be sent to a manager: charts, sums, findings, assumptions, first contacts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from console.pages.charts import Chart, bars, columns
from console.pages.templates import page
from console.rehearsal.report import Report
from console.rehearsal.table import MOST_FAULTS, tables
from console.rehearsal.words import channel_words, say
from dunning.money import Money

_DAYS_OF_A_WEEK = 5  # on which people call
_MOST_DAYS = 130  # columns of a chart; a longer window is told by the week


def rehearsal_page(report: Report, made: datetime) -> str:
    """The page as HTML; `made` is when."""
    language, book = report.language, report.plan.book
    cost = " + ".join(_money(money, language) for money in report.cost())
    owed = " + ".join(_money(money, language) for money in report.owed) or "0"
    tally = report.tally
    numbers = {"cases": _number(tally.cases, language), "debtors": _number(tally.debtors, language)}
    return page(
        "rehearsal.html",
        language=language,
        say=lambda code: say(code, language),
        title=say("title", language, book=report.book_name),
        window=say("window", language, since=_day(book.since, language), until=_day(book.until, language)),
        head=say("head", language, owed=owed, contacts=_number(tally.total, language), **numbers),
        tiles=[
            (channel_words(channel, language), _number(number, language))
            for channel, number in tally.by(lambda key: key.channel).items()
        ]
        + ([(say("cost", language), cost)] if cost else []),
        findings=report.findings(),
        charts=list(_charts(report)),
        tables=list(_tables(report)),
        assumptions=report.assumptions(),
        made=f"{made:%Y-%m-%d %H:%M} UTC",
    )


def _tables(report: Report) -> Iterator[tuple[str, list[str], list[list[object]], list[int]]]:
    language = report.language
    for title, heads, rows in tables(report, language):
        if rows:
            numbers = [place for place, head in enumerate(heads) if head.endswith(">")]
            shown = [[_cell(cell, language) for cell in row] for row in rows]
            yield title, [head.removesuffix(">") for head in heads], shown, numbers
    faults = report.faults()[:MOST_FAULTS]
    if faults:
        heads = [say(code, language) for code in ("line", "invoice", "reason")]
        yield say("refused", language), heads, [[one.line or "", one.number, one.reason] for one in faults], [0]


def _charts(report: Report) -> Iterator[tuple[str, Markup]]:
    language, tally, book = report.language, report.tally, report.plan.book
    span = (book.until - book.since).days + 1
    days = [book.since + timedelta(days=number) for number in range(span)]
    each = "day" if span <= _MOST_DAYS else "week"
    if each == "week":
        days = sorted({_monday(day) for day in days})
    labels = [_short(day, language) for day in days]
    channels = tally.by(lambda key: key.channel)
    series = [(channel_words(name, language), _spread(tally.by_day(name), days, each)) for name in channels]
    title = say(f"contacts_each_{each}", language)
    if series:
        yield title, columns(Chart(title, labels, series))
    if "call" in channels:
        line = _capacity(report.capacity, each, language) if report.capacity is not None else None
        title = say(f"calls_each_{each}", language)
        calls = [(channel_words("call", language), _spread(tally.by_day("call"), days, each))]
        yield title, columns(Chart(title, labels, calls, line))
    yield from _amounts(report)


def _capacity(calls: int, each: str, language: str) -> tuple[str, float]:
    if each == "day":
        return say("capacity", language, n=calls), float(calls)
    return say("capacity", language, n=f"{_DAYS_OF_A_WEEK} × {calls}"), float(calls * _DAYS_OF_A_WEEK)


def _amounts(report: Report) -> Iterator[tuple[str, Markup]]:
    language, steps = report.language, report.steps()
    several = len({policy for policy, *_ in steps}) > 1
    for currency in sorted(report.tally.owed):
        asked = [
            (f"{policy}: {step}" if several else step, money)
            for policy, step, _, sums in steps
            for money in sums
            if money.currency == currency
        ]
        if asked:
            title = say("amounts_each_step", language, currency=currency)
            values = [float(money.decimal()) for _, money in asked]
            chart = Chart(title, [name for name, _ in asked], [(currency, values)])
            yield title, bars(chart, [_money(money, language) for _, money in asked])


def _spread(counted: dict[date, int], days: Sequence[date], each: str) -> list[float]:
    found = dict.fromkeys(days, 0.0)
    for day, number in counted.items():
        place = _monday(day) if each == "week" else day
        found[place] = found.get(place, 0.0) + number
    return [found[day] for day in days]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _short(day: date, language: str) -> str:
    return format_date(day, "d MMM", locale=language)


def _day(day: date, language: str) -> str:
    return format_date(day, "long", locale=language)


def _number(number: int, language: str) -> str:
    return str(format_decimal(number, locale=language))


def _money(money: Money, language: str) -> str:
    return str(format_currency(money.decimal(), money.currency, locale=language))


def _cell(cell: object, language: str) -> object:
    if isinstance(cell, Money):
        return _money(cell, language)
    return _number(cell, language) if isinstance(cell, int) else cell
