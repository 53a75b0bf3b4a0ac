"""Tells Prometheus what the ledger knows, on the page where Temporal's own numbers are."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from temporalio.common import MetricMeter
from temporalio.runtime import Runtime

from activities.brake import Brake
from ledger import sending
from ledger.metrics import GAUGES, Reading, readings
from ledger.store import Ledger

EVERY_SECONDS = 15.0
_SHARE = 50  # of the time, at most one part in so many is spent on reading: a slow ledger is asked less often
READ_AT = "relance_ledger_read_timestamp_seconds"

log = logging.getLogger(__name__)

Read = Callable[[], Sequence[Reading]]


def reader(ledger: Ledger, brake: Brake) -> Read:
    """Reads every number; the brake looks at the clocks and makes the day's plan on the way."""

    def read() -> list[Reading]:
        brake.watch()
        now = brake.now()
        day = brake.limits.day(now)
        with ledger.read() as db:
            return readings(db, sending.plan_seen(db, day, now), now)

    return read


class Gauges:
    """The gauges of one worker. A series that is no more is set to 0, since the page would keep its last value."""

    def __init__(self, meter: MetricMeter) -> None:
        self._gauges = {name: meter.create_gauge_float(name, meaning) for name, meaning in GAUGES.items()}
        self._read_at = meter.create_gauge_float(READ_AT, "When the ledger was read for these numbers.")
        self._known: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def show(self, read: Sequence[Reading], at: float) -> None:
        """Set every gauge to what was read at this moment (seconds since 1970)."""
        shown = {(one.name, tuple(one.labels.items())): one.value for one in read}
        for name, labels in self._known - shown.keys():
            self._gauges[name].set(0.0, dict(labels))
        for (name, labels), value in shown.items():
            self._gauges[name].set(float(value), dict(labels))
        self._known |= shown.keys()
        self._read_at.set(at)


@asynccontextmanager
async def reporting(runtime: Runtime | None, read: Read | None) -> AsyncIterator[None]:
    """Report through the runtime as long as the block runs; nothing without a reader."""
    if read is None:
        yield
        return
    task = asyncio.create_task(_report(Gauges((runtime or Runtime.default()).metric_meter), read))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _report(gauges: Gauges, read: Read) -> None:
    failing = False
    while True:
        began = time.monotonic()
        try:
            gauges.show(await asyncio.to_thread(read), time.time())
            failing = False
        except Exception as error:  # noqa: BLE001 - whatever it is, a worker goes on; the moment of reading grows old
            if not failing:  # once per outage
                log.warning("the ledger could not be read for the metrics (%s)", type(error).__name__)
            failing = True
        await asyncio.sleep(max(EVERY_SECONDS, _SHARE * (time.monotonic() - began)))
