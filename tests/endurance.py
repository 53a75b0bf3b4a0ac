"""The long chaos run: `python -m tests.endurance` kills a hundred times, fills the disk and turns the clock."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos import Run, Scale
from tests.chaos_house import Layout
from tests.chaos_verdict import prove
from tests.chaos_weather import EARLY, FULL, LATE, faketime, small_disk
from tests.ports import free_port

_BYTES_OF_A_CASE = 150_000  # ledger and outbox together, about three times what they take
_LEAST_MEGABYTES = 40


def main() -> int:
    """Run it and print the table; 0 when the count is even, 1 when it is not."""
    told = _arguments()
    began = time.monotonic()

    def say(words: str) -> None:
        sys.stdout.write(f"{time.monotonic() - began:7.0f} s  {words}\n")
        sys.stdout.flush()

    say(f"--seed {told.seed} repeats this plan of kills and facts")
    with tempfile.TemporaryDirectory(prefix="relance-endurance-") as place:
        folder = Path(place)
        megabytes = max(_LEAST_MEGABYTES, told.cases * _BYTES_OF_A_CASE // 2**20)
        with small_disk(folder / "ledger", megabytes) as own_disk:
            weather = _weather(told.weather, own_disk, say)
            scale = Scale(told.seed, told.cases, told.kills, told.seconds, 900.0, weather)
            # The product's own patience with a worker that is gone: two minutes.
            layout = Layout(folder, f"sqlite:///{folder}/ledger/relance.db", free_port(), patience=None)
            return asyncio.run(_prove(Run(layout, scale, say=say)))


async def _prove(run: Run) -> int:
    try:
        verdict = await prove(run)
    finally:
        run.close()
    run.say("quiet\n\n" + verdict.table() + "\n")
    for sentence in verdict.wrong:
        run.say(sentence)
    run.say("the count is even" if not verdict.wrong else "THE COUNT IS NOT EVEN")
    return int(bool(verdict.wrong))


def _weather(times: int, own_disk: bool, say: Callable[[str], None]) -> tuple[str, ...]:
    """As much of it as this machine can make; what is left out is said."""
    if not own_disk:
        say("disk full is left out: only root may mount a small disk")
    if faketime() is None:
        say("clock jumps are left out: they need the Debian package `libfaketime`")
    kinds = ([FULL] if own_disk else []) + ([LATE, EARLY] if faketime() else [])
    return tuple(kinds * times)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 10**6))
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=700, help="in which cases come in and kills happen")
    parser.add_argument("--weather", type=int, default=5, help="how many full disks, late clocks and early clocks each")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
