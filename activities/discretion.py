"""A defect is told to Temporal by its name and place only: its text may quote a person or a password, for ever."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Any

from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from ledger.errors import Missing, PolicyAltered

_ROOT = Path(__file__).parents[1]
# Their sentences name ids and hashes only, and an operator needs them.
_NAMES_IDS = (Missing, PolicyAltered)

log = logging.getLogger(__name__)


class Discretion(Interceptor):
    """For the worker: what an activity raises on purpose passes; of anything else goes on what it is and where."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - Temporal's word
        """See Interceptor."""
        return _Discreet(super().intercept_activity(next))


class _Discreet(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - Temporal's word
        try:
            return await self.next.execute_activity(input)
        except FailureError:
            raise
        except Exception as defect:  # noqa: BLE001 - every kind of them, and it goes on under its name
            what = f"{type(defect).__name__} {str(defect) if isinstance(defect, _NAMES_IDS) else _place(defect)}"
            # The frames show our lines and no values.
            log.error("a defect: %s\n%s", what, "".join(traceback.format_tb(defect.__traceback__)))
            told = ApplicationError(what, type=type(defect).__name__)
        raise told


def _place(defect: Exception) -> str:
    """The innermost line of ours that it passed."""
    ours = [
        f"at {Path(frame.filename).relative_to(_ROOT)}:{frame.lineno}"
        for frame in traceback.extract_tb(defect.__traceback__)
        if Path(frame.filename).is_relative_to(_ROOT) and ".venv" not in frame.filename
    ]
    return ours[-1] if ours else "outside our code"
