"""Ends a process that opened a Temporal client: letting the interpreter unwind crashes it about one time in forty."""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """Flush what was written and end with exit code `code` (0 to 255), skipping interpreter teardown.

    Source: temporalio/sdk-python issue 300. Nothing registered with atexit runs: only a program's last line calls it.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):  # the reader of our output left first, or closed it: nothing to tell it
            code = code or 1
    os._exit(code)
