"""What activities count for Prometheus: through Temporal's own meter, so that one page of the worker shows it all."""

from __future__ import annotations

from collections.abc import Iterable

from temporalio import activity
from temporalio.common import MetricMeter

CONFIRMED = "relance_delivery_confirm_seconds"
DELIVERIES = "relance_delivery_tries_total"
FACTS = "relance_facts_total"


def tried(channel: str, ended: str) -> None:
    """A delivery was tried and ended so: sent, unknown, blocked, or later."""
    if meter := _meter():
        meter.create_counter(DELIVERIES, "Tries to deliver, by channel and by how they ended.").add(
            1, {"channel": channel, "ended": ended}
        )


def confirmed_after(channel: str, seconds: float) -> None:
    """A delivery was claimed, sent and confirmed in so many seconds."""
    if meter := _meter():
        meter.create_histogram_float(CONFIRMED, "Seconds from a delivery's claim to its confirmation.").record(
            seconds, {"channel": channel}
        )


def facts_came(names: Iterable[str], refused: int) -> None:
    """Facts that changed a case, by kind, and acts that were refused."""
    meter = _meter()
    if meter is None:
        return
    counter = meter.create_counter(FACTS, "Facts taken into cases, by kind; `refused` are acts that were not possible.")
    for name in names:
        counter.add(1, {"fact": name})
    if refused:
        counter.add(refused, {"fact": "refused"})


def _meter() -> MetricMeter | None:
    return activity.metric_meter() if activity.in_activity() else None
