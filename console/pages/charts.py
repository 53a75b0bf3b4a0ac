"""Charts as pictures that need no script: columns by day and bars by name, as SVG inside a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

# Told apart by eyes that see no red or green, and by their lightness when printed in grey.
COLOURS = ("#1b4f72", "#d98d1f", "#5dade2", "#7d3c98", "#148f77", "#b03a2e", "#566573", "#a2b30e")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 960, 300, 52, 16, 46
_MOST_LABELS = 14


@dataclass(frozen=True)
class Chart:
    """What is drawn: for each label one value of each series. `line` is a level with its words, such as a capacity.

    `group` columns belong together: only the first of a group is labelled.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]
    line: tuple[str, float] | None = None
    group: int = 1


def columns(chart: Chart) -> Markup:
    """Stacked columns from left to right, with a dashed line at the level; each part says its value when pointed at.

    Columns of one series that are above the level have another colour.
    """
    most = max([1.0, *_totals(chart), chart.line[1] if chart.line else 0.0])
    top = _round_up(most)
    place = _Place(top, len(chart.labels))
    parts = [_grid(top), *_stacks(chart, place), *_labels(chart, place)]
    if chart.line:
        y = place.y(chart.line[1])
        parts.append(
            Markup(
                '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="#b03a2e" stroke-width="2" stroke-dasharray="7 4"/>'
                '<text x="{}" y="{}" text-anchor="end" fill="#b03a2e">{}</text>'
            ).format(_LEFT, _WIDTH, y, y, _WIDTH, _r(y - 5), chart.line[0])
        )
    return _svg(chart, parts, _HEIGHT) + _legend(chart)


def bars(chart: Chart, values: Sequence[str]) -> Markup:
    """One bar for each label of the first series, with its value in words at the end."""
    _, numbers = chart.series[0]
    most, row, left = max([1.0, *numbers]), 26, 300
    parts = []
    for number, (label, value) in enumerate(zip(chart.labels, numbers, strict=True)):
        y, width = number * row + 4, _r((_WIDTH - left - 170) * value / most)
        parts.append(
            Markup(
                '<text x="{}" y="{}" text-anchor="end">{}</text>'
                '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/><text x="{}" y="{}">{}</text>'
            ).format(
                left - 10,
                y + 15,
                label,
                left,
                y,
                width,
                row - 7,
                COLOURS[0],
                _r(left + width + 8),
                y + 15,
                values[number],
            )
        )
    return _svg(chart, parts, max(row, row * len(chart.labels)) + 6)


@dataclass(frozen=True)
class _Place:
    """Where values and labels stand in the picture."""

    top: float
    number: int

    @property
    def step(self) -> float:
        return (_WIDTH - _LEFT) / max(self.number, 1)

    def x(self, column: int) -> float:
        return _r(_LEFT + column * self.step)

    def y(self, value: float) -> float:
        return _r(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / self.top)


def _totals(chart: Chart) -> list[float]:
    return [sum(values[column] for _, values in chart.series) for column in range(len(chart.labels))]


def _round_up(value: float) -> float:
    """The next round number that four lines divide into whole ones: what is counted has no halves."""
    power = int(10 ** math.floor(math.log10(value)))
    rounds = (step * p // 10 for p in (power, 10 * power) for step in (10, 12, 16, 20, 30, 40, 60, 80))
    return next(number for number in rounds if number >= value and number % 4 == 0)


def _r(number: float) -> float:
    return round(number, 1)


def _grid(top: float) -> Markup:
    place, lines = _Place(top, 1), []
    for quarter in range(5):
        value = top * quarter / 4
        y = place.y(value)
        lines.append(
            Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="#d5d8dc"/>').format(_LEFT, _WIDTH, y, y)
            + Markup('<text x="{}" y="{}" text-anchor="end">{:g}</text>').format(_LEFT - 6, _r(y + 4), value)
        )
    return Markup("").join(lines)


def _stacks(chart: Chart, place: _Place) -> list[Markup]:
    parts: list[Markup] = []
    width = _r(max(place.step * 0.82, 1))
    for column, label in enumerate(chart.labels):
        below = 0.0
        above = chart.line is not None and len(chart.series) == 1 and chart.series[0][1][column] > chart.line[1]
        for number, (name, values) in enumerate(chart.series):
            if not values[column]:
                continue
            upper, lower = place.y(below + values[column]), place.y(below)
            below += values[column]
            parts.append(
                Markup(
                    '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}, {}: {:g}</title></rect>'
                ).format(
                    place.x(column),
                    upper,
                    width,
                    _r(lower - upper),
                    _colour(1 if above else number),
                    label,
                    name,
                    values[column],
                )
            )
    return parts


def _labels(chart: Chart, place: _Place) -> list[Markup]:
    every = chart.group * max(1, math.ceil(len(chart.labels) / chart.group / _MOST_LABELS))
    return [
        Markup('<text x="{}" y="{}">{}</text>').format(place.x(column), _HEIGHT - _BOTTOM + 18, label)
        for column, label in enumerate(chart.labels)
        if column % every == 0
    ]


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _legend(chart: Chart) -> Markup:
    if len(chart.series) < 2:
        return Markup("")
    named = (
        Markup('<span><i style="background:{}"></i>{}</span> ').format(_colour(number), name)
        for number, (name, _) in enumerate(chart.series)
    )
    return Markup('<p class="legend">{}</p>').format(Markup("").join(named))


def _svg(chart: Chart, parts: Sequence[Markup], height: int) -> Markup:
    told = "; ".join(f"{name}: {sum(values):,.0f}" for name, values in chart.series)
    return Markup(
        '<div class="chart"><svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">'
        "{}</svg></div>"
    ).format(_WIDTH, height, escape(f"{chart.title}. {told}"), Markup("\n").join(parts))
