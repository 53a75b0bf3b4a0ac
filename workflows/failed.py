"""What a try that failed says: to people why, and to the next try how long it should wait."""

from __future__ import annotations

from datetime import timedelta

from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as TemporalTimeout


def words(error: ActivityError) -> str:
    """Why the step failed, for people. Of a defect only its name: its text may quote what no history should hold."""
    cause: BaseException | None = error.cause
    while isinstance(cause, TemporalTimeout) and cause.cause is not None:
        cause = cause.cause
    if isinstance(cause, ApplicationError):
        return cause.message if cause.type == "TryLater" else str(cause.type)
    return str(cause or error)


def asked_for(error: ActivityError) -> timedelta:
    """How long the provider asked us to wait, if it did."""
    asked = error.cause.next_retry_delay if isinstance(error.cause, ApplicationError) else None
    return asked or timedelta(0)
