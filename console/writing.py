"""Writes what a user asked to have in a file: for its owner's eyes only, and never over what the command reads."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from console.output import COULD_NOT_RUN, Stop


def keep_apart(written: Iterable[Path | None], read: Iterable[Path | None]) -> None:
    """Stop when a file to write is one that is read, or is written twice: one of the two would be lost."""
    known = {one.resolve() for one in read if one}
    for one in filter(None, written):
        if one.resolve() in known:
            raise Stop(f"{one} is read or written by this very command: name another file.", COULD_NOT_RUN)
        known.add(one.resolve())


def own_file(path: Path) -> TextIO:
    """The file, empty, which only its owner reads from now on: it holds invoices and debtors. Stop if it cannot be."""
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if stat.S_ISREG(os.fstat(made).st_mode):  # a file that was there keeps its mode, a pipe has none to change
            os.fchmod(made, 0o600)
    except OSError as error:
        raise Stop(f"{path} cannot be written: {error.strerror}.", COULD_NOT_RUN) from None
    return os.fdopen(made, "w", encoding="utf-8", newline="")
