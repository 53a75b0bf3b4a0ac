"""A comparison of policies as one page that can be sent to people: nothing in it comes from outside."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from console.diff.book import ForWhom
from console.diff.compared import Couple, Told
from console.diff.tables import KINDS, remarks, sheets, summary
from console.diff.telling import ending, walk_rows
from console.diff.words import text
from console.pages.charts import Chart, columns
from console.pages.templates import page as filled_in

_ROWS_SHOWN = 25
_MOST_DAYS = 62  # more columns than these are drawn by week


def page(told: Told, book: ForWhom | None) -> str:
    """The whole page. Everything from policies, letters and books is escaped."""
    language = told.language
    title = text("page_title", language, names=_names(told))
    return filled_in(
        "diff.html",
        language=language,
        title=title,
        lead=_with_code(ending(told)),
        say=partial(_say, language),
        cautions=[_with_code(caution.sentence) for couple in told.couples for caution in couple.cautions],
        couples=[_couple(couple, language) for couple in told.couples if couple.changes],
        others=_others(told),
        book=_book(book, language) if book else None,
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )


def _with_code(sentence: str) -> Markup:
    """The sentence, escaped, with what it quotes by backticks as code."""
    parts = (escape(part) for part in sentence.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def _say(language: str, code: str) -> str:
    return text(code, language)


def _names(told: Told) -> str:
    changed = [couple.new.text.policy.policy for couple in told.couples if couple.changes]
    return ", ".join([*changed, *(one.text.policy.policy for one in (*told.gone, *told.added))])


def _couple(couple: Couple, language: str) -> dict[str, Any]:
    rows = list(walk_rows(couple, language)) if couple.moved else []
    return {
        "title": couple.new.text.policy.policy,
        "sources": f"{couple.old.source} → {couple.new.source}",
        "changes": [
            (text(about, language), list(changes))
            for about, changes in groupby(couple.changes, lambda change: change.about)
        ],
        "walk": rows,
        "walk_title": text("walked", language, amount=couple.invoice.amount, due=couple.invoice.due_date),
        "walk_heads": [text(code, language) for code in ("step", "before", "now", "change")],
    }


def _others(told: Told) -> list[str]:
    sides = (("policy_gone", told.gone), ("policy_added", told.added))
    return [
        text(code, told.language, name=one.text.policy.policy, source=one.source)
        for code, side in sides
        for one in side
    ]


def _book(found: ForWhom, language: str) -> dict[str, Any]:
    chart_title, chart = _chart(found, language)
    counts = ((text(f"col_{kind}", language), found.impact.kinds[kind]) for kind in KINDS)
    return {
        "title": text("for_whom", language, since=found.since, until=found.until),
        "summary": summary(found, language),
        "tiles": [(name, number) for name, number in counts if number],
        "remarks": list(remarks(found, language)),
        "chart_title": chart_title,
        "chart": chart,
        "tables": [
            (
                sheet.title,
                [head.removesuffix(">") for head in sheet.columns],
                sheet.rows,
                [place for place, head in enumerate(sheet.columns) if head.endswith(">")],
            )
            for sheet in sheets(found, language, _ROWS_SHOWN)
        ],
        "assumed_title": text("assumed", language),
        "assumed": found.assumptions,
    }


def _chart(found: ForWhom, language: str) -> tuple[str, Markup]:
    """Two columns for each day or week, before and now, with a gap between days."""
    weekly = (found.until - found.since).days >= _MOST_DAYS
    counted: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for day, pair in found.impact.days.items():
        on = day - timedelta(days=day.weekday()) if weekly else day
        counted[on] = [a + b for a, b in zip(counted[on], pair, strict=True)]
    days = sorted(counted)
    labels = [f"{day:%m-%d}" for day in days for _ in range(3)]
    before = [value for day in days for value in (counted[day][0], 0, 0)]
    now = [value for day in days for value in (0, counted[day][1], 0)]
    title = text("chart_weeks" if weekly else "chart_days", language)
    series = ((text("before", language), before), (text("now", language), now))
    return title, columns(Chart(title, labels, series, group=3)) if days else Markup("")
