"""Two hands on one ledger whose transactions overlap in a known order, because chance would find a race once a year."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from ledger.store import Ledger

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
_SECONDS = 20


@dataclass
class LingeringLedger:
    """The real ledger; everything is written, then `linger` is called, and only then the transaction is committed."""

    ledger: Ledger
    linger: Callable[[], None]

    def read(self) -> Any:
        return self.ledger.read()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.ledger.write() as db:
            yield db
            self.linger()


def wait_until_blocked(ledger: Ledger, other: Future[Any]) -> None:
    """Until the other hand waits for a lock of this database, or is through without one."""
    if ledger.url.get_backend_name() == "sqlite":
        time.sleep(0.2)  # it waits at its BEGIN, which nobody can see from outside
        return
    deadline = time.monotonic() + _SECONDS
    with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        while not other.done() and not db.exec_driver_sql(_WAITING).scalar_one():
            assert time.monotonic() < deadline, "the other hand neither waits nor ends"
            time.sleep(0.01)


class Undone(Exception):
    """Ends the first transaction without a commit."""


def undo(_db: Connection) -> None:
    """For `last`: nothing of the first transaction stays."""
    raise Undone


def nothing_more(_db: Connection) -> None:
    """For `last`: the first transaction ends with what it has done."""


Act = Callable[[Connection], Any]


def while_open(url: str, first: Act, then: Act, last: Act = nothing_more) -> Any:
    """What `then` gave, or the error it raised, when another process began it between `first` and `last`.

    `first` and `last` are one transaction; `last` is called when the other waits for it, or is through.
    """
    one, other = Ledger(url), Ledger(url)

    def second() -> Any:
        with other.write() as db:
            return then(db)

    with ThreadPoolExecutor(1) as thread:
        with suppress(Undone), one.write() as db:
            first(db)
            run = thread.submit(second)
            wait_until_blocked(one, run)
            last(db)
        ended = run.exception() or run.result()
    one.close()
    other.close()
    return ended
