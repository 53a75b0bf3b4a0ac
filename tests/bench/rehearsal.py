"""How many invoice-lives a minute a rehearsal plays, by one process and by one a core, and in how much memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from console.rehearsal.book import Asked, opened_book
from console.rehearsal.play import Wanted
from console.rehearsal.rehearsing import pieces
from console.rehearsal.tally import Tally
from tests.bench.figures import Figure

_ROOT = Path(__file__).parents[2]
_FIRST, _LAST = date(2026, 1, 5), date(2026, 12, 31)
_GOAL = 100_000  # lives a minute on two cores
_SETTLED = 100_000  # cases; below, the start of the processes is part of what is measured


def rehearsals(folder: Path, sizes: list[int], say: Callable[[str], None]) -> list[Figure]:
    """Lives of the usual course over a year, from the file to the sums and every line of CSV.

    Of a book that pays as in its past, and of one that never pays, whose every life goes the whole way to court.
    """
    figures: list[Figure] = []
    for size in sizes:
        say(f"{size:,} invoices rehearsed")
        file = _book(folder / f"book-{size}.csv", size)
        alone, _ = _measured(file, 1, "history")
        together, megabytes = _measured(file, os.cpu_count() or 1, "history")
        unpaid, _ = _measured(file, os.cpu_count() or 1, "nobody-pays")
        figures += [
            Figure("rehearsed lives", size, together, "per minute", goal=_GOAL if size >= _SETTLED else None),
            Figure("rehearsed lives beside one process", size, together, "per minute", floor=alone),
            Figure("rehearsed lives that nobody pays", size, unpaid, "per minute"),
            Figure("a rehearsal's largest process", size, megabytes, "MB", more_is_better=False),
        ]
    return figures


def _book(file: Path, size: int) -> Path:
    """Invoices of 1,000 euros due in January and February 2026, four for each debtor; each tenth was paid late."""
    head = "number;debtor_id;debtor_name;debtor_kind;country;issue_date;due_date;amount;currency;paid;paid_on\n"
    with file.open("w", encoding="utf-8") as out:
        out.write(head)
        for number in range(size):
            due = _FIRST + timedelta(days=number % 60)
            paid = f"1000;{due + timedelta(days=number % 61)}" if number % 10 == 0 else ";"
            dates = f"{due - timedelta(days=30)};{due}"
            out.write(f"F-{number};D-{number // 4};Debtor;business;FR;{dates};1000;EUR;{paid}\n")
    return file


def _measured(file: Path, jobs: int, assume: str) -> tuple[float, float]:
    """Lives a minute, and the megabytes of the largest process."""
    command = [sys.executable, "-m", "tests.bench.rehearsal", str(file), str(jobs), assume]
    told = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout
    seconds, lives, megabytes = json.loads(told)
    return lives / seconds * 60, megabytes


def main() -> None:
    """Rehearse a file by so many processes under a model of payments; prints seconds, lives and megabytes as JSON."""
    begun = time.monotonic()
    file, jobs, assume = sys.argv[1:]
    asked = Asked(portfolio=Path(file), since=_FIRST, until=_LAST, jobs=int(jobs), assume=assume)
    tally = Tally()
    with opened_book(asked) as book:
        for piece in pieces(book.plan(), Wanted(csv=True)):
            tally.merge(piece.tally)
    seconds = time.monotonic() - begun
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sys.stdout.write(json.dumps([seconds, tally.cases, peak / 1024]) + "\n")


if __name__ == "__main__":
    main()
