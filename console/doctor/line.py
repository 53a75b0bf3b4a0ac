"""One line of the doctor's findings, and how each check is kept from spoiling the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from activities.plain import one_line
from console.logs import scrubbed

Verdict = Literal["ok", "warning", "problem"]
MOST_NAMED = 5  # ids written out in one line; `--json` has them all

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """What one check found: where it looked, what it saw, what to do about it, and the ids that it is about."""

    check: str
    verdict: Verdict
    what: str
    where: str = ""
    advice: str = ""
    ids: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Check:
    """A check by its name; it has `seconds` before it counts as failed. None: as long as it takes."""

    name: str
    look: Callable[[], Awaitable[list[Line]]]
    seconds: float | None = 15.0


def ok(check: str, what: str, where: str = "") -> Line:
    """All is well."""
    return Line(check, "ok", what, where)


async def looked(check: Check) -> list[Line]:
    """The check's lines; whatever goes wrong with it, or takes too long, becomes a line of its own."""
    try:
        async with asyncio.timeout(check.seconds):
            return await check.look()
    except TimeoutError:
        what = f"no answer within {check.seconds:g} seconds" if check.seconds else "no answer"
        return [Line(check.name, "problem", what, advice="See whether what it asks is overloaded or hangs.")]
    except Exception as error:
        log.debug("the check %s failed", check.name, exc_info=True)
        said = one_line(scrubbed(str(error)), 400) or type(error).__name__
        return [Line(check.name, "problem", said)]


def in_thread(threads: Executor, look: Callable[[], list[Line]]) -> Callable[[], Awaitable[list[Line]]]:
    """A check that blocks, made to wait in a thread."""

    async def inside() -> list[Line]:
        return await asyncio.get_running_loop().run_in_executor(threads, look)

    return inside


def named(ids: Sequence[str]) -> str:
    """The first few ids, and how many more there are."""
    more = len(ids) - MOST_NAMED
    shown = ", ".join(one_line(one, 80) for one in ids[:MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def ago(lasted: timedelta) -> str:
    """A length of time as people say it."""
    hours = lasted.total_seconds() / 3600
    if hours < 1:
        return f"{lasted.total_seconds() / 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
