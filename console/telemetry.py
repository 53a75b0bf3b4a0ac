"""Lets Temporal's own core speak through our logs and show its numbers to Prometheus."""

from __future__ import annotations

import logging

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from activities.numbers import CONFIRMED
from console.health import AddressWrong, host_and_port

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)  # a provider's usual answer to its last


def telemetry_runtime(metrics_address: str) -> Runtime:
    """A runtime whose log lines join ours and whose metrics are served on `metrics_address`, unless its port is 0.

    One per process. AddressWrong when the address is no `IP:port` or is taken.
    """
    served = host_and_port(metrics_address)[1] != 0
    buckets = {CONFIRMED: _SECONDS}
    metrics = (
        PrometheusConfig(bind_address=metrics_address, durations_as_seconds=True, histogram_bucket_overrides=buckets)
        if served
        else None
    )
    forwarded = LoggingConfig(
        filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
        forwarding=LogForwardingConfig(logger=logging.getLogger("temporal.core")),
    )
    try:
        return Runtime(telemetry=TelemetryConfig(logging=forwarded, metrics=metrics))
    except ValueError as error:
        raise AddressWrong(
            f"Metrics cannot be served on {metrics_address} ({error}). "
            "Set RELANCE_METRICS_ADDRESS to an IP address with a free port, or to port 0 to do without."
        ) from error
