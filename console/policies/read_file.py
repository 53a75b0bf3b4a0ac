"""Opens files that somebody named: plain ones only, and never more of them than is looked at."""

from __future__ import annotations

import stat
from pathlib import Path

from console.policies.strict_yaml import LARGEST


class CannotRead(OSError):
    """A file or folder that was named is not there, or may not be read; the sentence names it."""


def bytes_of(path: Path) -> bytes:
    """At most one byte more than is read, so that an endless file is seen to be too large. Raises CannotRead."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for whoever writes into it
            what = "a folder" if path.is_dir() else "a pipe or a device"
            raise CannotRead(f"{path} cannot be read: it is {what}, not a file")
        with path.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except CannotRead:
        raise
    except (OSError, ValueError) as wrong:
        raise CannotRead(f"{path} cannot be read: {getattr(wrong, 'strerror', None) or wrong}") from wrong
