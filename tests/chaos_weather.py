"""What else befalls a machine: its disk runs full, and its clock jumps; the workers must go on by themselves."""

from __future__ import annotations

import errno
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FULL, LATE, EARLY = "disk full", "clock two days late", "clock two days early"
CLOCKS = {EARLY: "-2d", LATE: "+2d"}
FAKETIME = "libfaketime.so.1"
_PLACES = (Path("/usr/lib"), Path("/usr/local/lib"))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A disk of its own at `folder`, gone at the end; False where this user may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "--lazy", folder], check=True)


@dataclass(frozen=True)
class Ballast:
    """A file that takes all the room that is left on the disk of `folder`."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "ballast"

    def fill(self, seconds: float) -> None:
        """Keep the disk full for so long: what others give back is taken too."""
        deadline = time.monotonic() + seconds
        with self.file.open("wb", buffering=0) as ballast:
            while time.monotonic() < deadline:
                try:
                    ballast.write(bytes(4096))
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise
                    time.sleep(0.05)

    def drop(self) -> None:
        self.file.unlink(missing_ok=True)


def faketime() -> Path | None:
    """Debian's library that shows a process another time; None where it is not installed."""
    found = (file for place in _PLACES for file in sorted(place.glob(f"*/faketime/{FAKETIME}")))
    return next(found, None)


def at_another_time(weather: str) -> dict[str, str]:
    """The settings under which a process sees the clock of that weather; the steady clock stays as it is.

    RuntimeError where the library is not installed: ask `faketime` first.
    """
    if weather not in CLOCKS:
        return {}
    library = faketime()
    if library is None:
        raise RuntimeError("the Debian package `libfaketime` is not installed")
    return {"LD_PRELOAD": str(library), "FAKETIME": CLOCKS[weather], "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
