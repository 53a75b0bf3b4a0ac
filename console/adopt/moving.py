"""Moves many running cases: not faster than said, never blindly, and so that it can be resumed after a crash."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from temporalio.service import RPCError

from console.adopt.adopting import Planned, Planner
from console.cases import Cases, in_turn
from console.output import REFUSED, Stop

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_TRIES = 3  # a case that changed since it was planned is planned anew, so often


@dataclass
class Moved:
    """What came of it, by case id; `left` and `refused` with the reason. `broken` says what stopped the whole."""

    moved: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    stopped: bool = False
    broken: str = ""

    @property
    def done(self) -> int:
        """How many cases have their answer."""
        return len(self.moved) + len(self.closed) + len(self.left) + len(self.refused)


@dataclass
class _Mover:
    planner: Planner
    cases: Cases
    outcome: Moved = field(default_factory=Moved)

    async def move(self, case_id: str) -> None:
        """Plan the case as it is now and move it, if that is still nothing that a person must decide."""
        refusal = ""
        for _ in range(_TRIES):
            row, planned = self.planner.plan_one(case_id, datetime.now(UTC))
            if planned is None:
                (self.outcome.moved if row.status == "open" else self.outcome.closed).append(case_id)
                return
            if planned.kind == "decision":
                self.outcome.left[case_id] = planned.told(self.planner.language)
                return
            refusal = await self._try(planned)
            if not refusal:
                self.outcome.moved.append(case_id)
                return
        self.outcome.refused[case_id] = refusal

    async def _try(self, planned: Planned) -> str:
        """Empty when the case was moved, else why not: it has changed a moment ago, mostly."""
        try:
            await self.cases.act(planned.case_id, self.planner.act(planned.seq, datetime.now(UTC)))
        except Stop as refusal:  # that nobody answers is no refusal: its code is another
            if refusal.code != REFUSED:
                raise
            return str(refusal)
        return ""


@dataclass(frozen=True)
class Pace:
    """So many cases a second at most; `each` is called after each one."""

    rate: float
    each: Callable[[], None]


class Turns:
    """When the turns of so many a second are, by a clock in seconds; time that passed unused is not made up for."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._apart, self._clock = 1 / rate, clock
        self._last = clock() - self._apart

    def wait(self) -> float:
        """Take the next turn: seconds until it comes, 0 or more."""
        now = self._clock()
        self._last = max(self._last + self._apart, now)
        return self._last - now


async def move_all(planner: Planner, cases: Cases, case_ids: Sequence[str], pace: Pace) -> Moved:
    """Move these cases. Ends early, with what was done so far, on Ctrl-C or when nobody answers."""
    mover, loop, stop = _Mover(planner, cases), asyncio.get_running_loop(), asyncio.Event()
    turns = Turns(pace.rate, loop.time)

    async def turn(case_id: str) -> None:
        await _unless(stop, turns.wait())
        if stop.is_set():
            return
        try:
            await mover.move(case_id)
        except (RPCError, Stop) as error:
            mover.outcome.broken = mover.outcome.broken or str(error)
            stop.set()
            return
        pace.each()

    with _ends(loop, stop):
        await in_turn(case_ids, turn)
    mover.outcome.stopped = mover.outcome.done < len(case_ids)
    return mover.outcome


@contextmanager
def _ends(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C sets `stop`, so that what is under way comes to its end."""
    for one in _SIGNALS:
        loop.add_signal_handler(one, stop.set)
    try:
        yield
    finally:
        for one in _SIGNALS:
            loop.remove_signal_handler(one)


async def _unless(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until everything is to stop."""
    if seconds <= 0:
        return
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
