"""The demo's portfolio: fictional debtors, and invoices whose age is relative to today."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

_SAMPLE = Path(__file__).parent / "sample" / "portfolio.csv"
_RELATIVE = ("issue_date", "due_date", "last_step_on")


def write_sample(target: Path, today: date) -> Path:
    """Write the sample as an import file, with real dates around `today`; returns `target`."""
    with _SAMPLE.open(encoding="utf-8", newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictReader(source, delimiter=";")
        table = csv.DictWriter(out, rows.fieldnames or (), delimiter=";", lineterminator="\n")
        table.writeheader()
        for row in rows:
            moved = {name: str(today + timedelta(days=int(row[name]))) for name in _RELATIVE if row[name]}
            table.writerow({**row, **moved})
    return target
