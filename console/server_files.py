"""The files the embedded server lives by, so that every process on this machine agrees whether it runs and where."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LOG_BYTES = 10_000_000
Known = dict[str, int]


@dataclass(frozen=True)
class ServerFiles:
    """The files of one server, all inside the program's var directory (an absolute path)."""

    var: Path

    @property
    def database(self) -> Path:
        return self.var / "temporal.db"

    @property
    def log(self) -> Path:
        return self.var / "temporal.log"

    @property
    def state(self) -> Path:
        return self.var / "temporal.json"

    @property
    def turn(self) -> Path:
        """Locked while somebody starts, stops or looks, so that six callers start one server."""
        return self.var / "temporal.lock"

    @property
    def pulse(self) -> Path:
        """Locked by the server itself while it lives: unlike a process id, it cannot be mistaken for another's."""
        return self.var / "temporal.alive"


def recall(files: ServerFiles) -> Known:
    """The last start: `port`, `ui_port`, `pid`, `log_from` (bytes) and `up` once it answered; nonsense is left out."""
    try:
        known = json.loads(files.state.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # a torn file is the same as none: the ports are chosen anew
        return {}
    if not isinstance(known, dict):
        return {}
    return {str(name): value for name, value in known.items() if type(value) is int and 0 <= value < 2**31}


def remember(files: ServerFiles, known: Known) -> None:
    """Write down the last start, whole or not at all."""
    fresh = files.state.with_suffix(".new")
    fresh.write_text(json.dumps(known), encoding="utf-8")
    fresh.replace(files.state)


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Wait for the file's lock and yield its handle; the lock falls when the last process that inherited it ends."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether some process holds the file's lock. Ask only while holding `turn`: asking takes the lock for a moment."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def open_log(files: ServerFiles) -> BinaryIO:
    """The server's log, for appending, private to its owner; one of over 10 MB is set aside as `temporal.log.1`."""
    if files.log.exists() and files.log.stat().st_size > LOG_BYTES:
        files.log.replace(files.log.with_name("temporal.log.1"))
    handle = os.open(files.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    log = os.fdopen(handle, "ab")
    log.seek(0, os.SEEK_END)
    return log


def log_since(files: ServerFiles, since: int) -> str:
    """What the server logged after byte `since`."""
    with files.log.open("rb") as log:
        log.seek(since)
        return log.read().decode("utf-8", errors="replace")


def last_words(files: ServerFiles, since: int, lines: int = 8) -> str:
    """The last lines that the server logged after byte `since`."""
    said = log_since(files, since).strip().splitlines()
    return "\n".join(line[:500] for line in said[-lines:]) or "(nothing)"


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
