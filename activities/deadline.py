"""A last moment for a whole conversation, because a peer that drips one byte at a time never meets a timeout."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_AGAIN = 0.5  # seconds; a line that was being made or wrapped at the last moment is caught a little later


@contextmanager
def cut_off(after: float, line: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Break the connection that `line` names `after` seconds from now, unless the block has ended before.

    Whoever reads or writes on it then sees it closed, in the way in which a peer that goes away is seen.
    """
    ended = threading.Event()

    def watch() -> None:
        wait = after
        while not ended.wait(wait):
            _break(line())
            wait = _AGAIN

    watching = threading.Thread(target=watch, name="deadline", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


def _break(line: socket.socket | None) -> None:
    if line is None:
        return
    try:
        # The plain socket's: that of TLS would take the secret layer away from under a reader of another thread.
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        return  # it is broken already
