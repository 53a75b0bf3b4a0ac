"""`make bench`: every figure in one run, each beside its floor, as a table and as JSON."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from console.leave import leave
from tests.bench.core import decisions
from tests.bench.figures import Figure, show, write
from tests.bench.lives import lives
from tests.bench.open_cases import open_cases
from tests.bench.rehearsal import rehearsals


def main() -> None:
    """Measure; exit code 0, or 1 when a goal was missed."""
    asked = _asked()
    begun = time.monotonic()

    def say(what: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - begun:6.0f} s] {what}\n")

    with tempfile.TemporaryDirectory(prefix="relance-bench-", dir=asked.folder) as folder:
        say("decisions of the core")
        figures = decisions()
        figures += rehearsals(Path(folder), asked.rehearsed, say)
        figures += asyncio.run(_on_servers(Path(folder), asked, say))
    show(figures)
    write(figures, asked.json)
    say(f"written to {asked.json}")
    leave(1 if any(figure.reached is False for figure in figures) else 0)


async def _on_servers(folder: Path, asked: argparse.Namespace, say: Callable[[str], None]) -> list[Figure]:
    return [*await open_cases(folder, asked.sizes, say), *await lives(folder, asked.lives or asked.sizes, say)]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000], help="numbers of cases")
    parser.add_argument("--lives", type=int, nargs="+", help="numbers of whole lives, when others than --sizes")
    parser.add_argument("--rehearsed", type=int, nargs="+", default=[2_000, 100_000], help="numbers of invoices")
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"), help="where the JSON goes")
    parser.add_argument(
        "--folder", help="where servers and ledgers live meanwhile (default: the system's temporary one)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
