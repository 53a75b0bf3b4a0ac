"""Lets one `relance up` run in a folder: a second one would stop the server under the first one's feet."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.output import COULD_NOT_RUN, Stop

PATIENCE_SECONDS = 90.0  # longer than a worker takes to finish what is under way
_NAME = "up.lock"


@contextmanager
def alone(var_dir: Path) -> Iterator[None]:
    """Hold the folder for the length of the block; Stop when another `relance up` has it, or it cannot be written."""
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(var_dir / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Stop(f"{var_dir} cannot be used ({error.strerror}). Check RELANCE_VAR_DIR.", COULD_NOT_RUN) from None
    try:
        if not _taken(handle):
            raise Stop(
                f"`relance up` runs here already (process {_holder(handle)}, folder {var_dir}). "
                "Stop it with `relance down`, or name another folder with RELANCE_VAR_DIR.",
                COULD_NOT_RUN,
            )
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def stop_other(var_dir: Path) -> bool:
    """Ask the `relance up` of this folder to end and wait for it; False when none runs, Stop when it does not end."""
    if not (var_dir / _NAME).exists():
        return False
    handle = os.open(var_dir / _NAME, os.O_RDWR)
    try:
        if _taken(handle):
            return False
        other = _holder(handle)
        os.kill(int(other), signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _taken(handle):
            if time.monotonic() > deadline:
                raise Stop(f"`relance up` (process {other}) does not end. End it by hand.", COULD_NOT_RUN)
            time.sleep(0.1)
        return True
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(handle: int) -> str:
    return os.pread(handle, 20, 0).decode() or "unknown"
