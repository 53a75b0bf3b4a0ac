"""A rehearsal on the terminal: short enough to be read at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from console.output import note, out, table
from console.rehearsal.report import Report
from console.rehearsal.words import channel_words, ending_words, say, weekday
from dunning.money import Money

MOST_FAULTS = 50


def show(report: Report, language: str) -> None:
    """Print sums, busy days, calls, costs, endings, first contacts, findings and assumptions."""
    book = report.plan.book
    window = say("window", language, since=book.since, until=book.until)
    out(f"{say('title', language, book=report.book_name)}, {window}")
    out(report.head())
    for title, heads, rows in tables(report, language):
        if rows:
            table(title, heads, rows)
    out(say("title_line", language, title=say("findings", language)))
    for sentence in report.findings():
        out(f"  {sentence}")
    out(say("title_line", language, title=say("assumptions", language)))
    for sentence in report.assumptions():
        out(f"  {sentence}")
    faults(report, language)


def faults(report: Report, language: str) -> None:
    """What was not rehearsed, as an import lists it."""
    for fault in report.faults()[:MOST_FAULTS]:
        line = say("fault_line", language, line=fault.line, reason=fault.reason)
        note(line if fault.line else f"{fault.number}: {fault.reason}")
    if report.refused() > MOST_FAULTS:
        note(say("and_more", language, n=report.refused() - MOST_FAULTS))


def day_words(day: date, language: str) -> str:
    """A day with its weekday."""
    return f"{weekday(day.weekday(), language)} {day}"


def tables(report: Report, language: str) -> Iterator[tuple[str, list[str], list[list[object]]]]:
    """The tables of a rehearsal: title, heads (a `>` marks numbers) and rows."""

    def heads(*codes: str) -> list[str]:
        return [say(code.removesuffix(">"), language) + (">" if code.endswith(">") else "") for code in codes]

    tally = report.tally
    yield (
        say("by_step", language),
        heads("policy", "step", "channel", "amount>"),
        _steps(report, language),
    )
    busiest: list[list[object]] = [[day_words(day, language), number] for day, number in report.busiest()]
    yield say("busiest", language), heads("day", "number>"), busiest
    if report.capacity is not None:
        title = f"{say('calls', language)} ({say('capacity', language, n=report.capacity)})"
        yield (
            title,
            heads("day", "number>", "above>"),
            [[day_words(day, language), calls, calls - report.capacity] for day, calls in report.above()],
        )
    yield say("by_channel", language), heads("channel", "number>", "price>", "cost>"), _costs(report, language)
    yield (
        say("endings", language),
        heads("number>", "why"),
        [
            [number, ending_words(ending, task, language)]
            for (ending, task), number in sorted(tally.endings.items(), key=lambda pair: -pair[1])
        ],
    )
    yield (
        say("first", language),
        heads("day", "invoice", "debtor", "step", "channel", "amount>"),
        [
            [one.day, one.invoice, one.debtor, one.step, channel_words(one.channel, language), one.amount]
            for one in tally.first
        ],
    )


def _steps(report: Report, language: str) -> list[list[object]]:
    rows: list[list[object]] = []
    named = ""
    for policy, step, channels, sums in report.steps():
        rows.append([policy if policy != named else "", step, _counted(channels, language), _money(sums)])
        named = policy
    return rows


def _costs(report: Report, language: str) -> list[list[object]]:
    rows: list[list[object]] = [
        [channel_words(channel, language), number, price or "", money or ""]
        for channel, number, price, money in report.costs()
    ]
    if rows:
        rows.append([say("total", language), report.tally.total, "", _money(report.cost())])
    return rows


def _counted(channels: Mapping[str, int], language: str) -> str:
    return ", ".join(f"{number} × {channel_words(channel, language)}" for channel, number in channels.items())


def _money(sums: list[Money]) -> Money | str:
    return sums[0] if len(sums) == 1 else " + ".join(map(str, sums))
