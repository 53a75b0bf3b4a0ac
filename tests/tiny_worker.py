"""A worker process with one small workflow, so that connecting, draining and health can be watched from outside."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
def nap(folder: str) -> str:
    """Two seconds of work that leaves a file at its beginning and at its end; RELANCE_TEST_NAP lengthens it."""
    (Path(folder) / "begun").touch()
    time.sleep(float(os.environ.get("RELANCE_TEST_NAP", "2")))
    (Path(folder) / "ended").touch()
    return "rested"


@workflow.defn
class Siesta:
    """One nap, tried once, after an optional wait in seconds."""

    @workflow.run
    async def run(self, folder: str, wait: float) -> str:
        """Sleep `wait` seconds on a timer, then nap in `folder`."""
        if wait:
            await workflow.sleep(wait)
        return await workflow.execute_activity(
            nap, folder, start_to_close_timeout=timedelta(hours=1), retry_policy=RetryPolicy(maximum_attempts=1)
        )


def main() -> None:
    """Run it as `python -c "from tests.tiny_worker import main; main()"`: __main__ would be loaded twice."""
    import worker

    if "RELANCE_TEST_DRAIN" in os.environ:
        worker.DRAIN_SECONDS = float(os.environ["RELANCE_TEST_DRAIN"])
        worker.GRACE = timedelta(seconds=worker.DRAIN_SECONDS / 2)
    flag = Path(os.environ["RELANCE_VAR_DIR"]) / "ledger-down"

    def ping() -> None:
        if flag.exists():
            raise ConnectionError("no ledger for jean.dupont@example.com")

    logging.getLogger("tiny").info("%d threads in %s", threading.active_count(), sys.executable)
    worker.main(lambda _settings: worker.Registrations([Siesta], [nap], ping))
