"""Where the ledger is and how to open a transaction on it, so that both databases behave alike under many hands."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from ledger.errors import LedgerAway, LedgerUrlRefused, SchemaAhead

_BUSY_MS = 60_000
_FROZEN_MS = 600_000  # a process that stopped in the middle of a transaction: PostgreSQL undoes it
_CONNECT_SECONDS = 10
_AGAIN_SECONDS = 3.0
_WRITABLE = "RELANCE_VAR_DIR or RELANCE_DATABASE_URL, and that you may write there"
_RUNS = "RELANCE_DATABASE_URL, and that the database runs and lets this user in"
_MIGRATION_LOCK = 7_352_623  # any number that nobody else locks, the same in every release
# Alembic keeps the running migration in module globals: one at a time in a process.
_migrating = threading.Lock()

log = logging.getLogger(__name__)


class Ledger:
    """The ledger at `url`: `sqlite:///var/relance.db` or `postgresql://user:password@host/database`.

    One object per process, safe for threads; `connections` is how many it may hold open at once.
    LedgerUrlRefused when the address is of neither kind, LedgerAway when a SQLite file cannot be made there.
    """

    def __init__(self, url: str, connections: int = 10) -> None:
        self.url = _checked(url)
        self._sqlite = self.url.get_backend_name() == "sqlite"
        if self._sqlite:
            _make_private(Path(str(self.url.database)))
        # Parameters hold names and addresses: they stay out of error texts and logs.
        self._engine = create_engine(
            self.url,
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=_BUSY_MS / 1000,
            pool_pre_ping=not self._sqlite,
            connect_args={} if self._sqlite else {"connect_timeout": _CONNECT_SECONDS, **self.url.query},
        )
        logging.getLogger("sqlalchemy.engine.Engine").addFilter(_no_rows)
        # SQLite has one writer at a time and no queue: threads that only poll for it may wait for seconds.
        self._turn: AbstractContextManager[object] = threading.RLock() if self._sqlite else nullcontext()
        self._writer = self._engine.execution_options(relance_begin="write")
        self._reader = self._engine.execution_options(relance_begin="read")
        if self._sqlite:
            event.listen(self._engine, "connect", _open_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        else:
            event.listen(self._engine, "connect", _open_postgresql)
            # Whatever the database's habit is: who waited for a row reads what the other wrote, and is not thrown out.
            self._writer = self._writer.execution_options(isolation_level="READ COMMITTED")
            self._reader = self._reader.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end of the block, undone by an exception."""
        with self._turn, self._writer.begin() as db:
            yield db

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the ledger; writing in it is an error."""
        with self._reader.begin() as db:
            yield db

    def ping(self) -> None:
        """Ask the database for an answer; OperationalError when there is none."""
        with self.read() as db:
            db.execute(text("SELECT 1"))

    def schema_is_current(self) -> bool:
        """Whether the tables are those of this release; LedgerAway when the database does not answer."""
        with self._reached(), self.read() as db:
            return _revisions(db) == set(_scripts().get_heads())

    def revision(self) -> str:
        """The revision that the tables have, empty without tables; LedgerAway when the database does not answer."""
        with self._reached(), self.read() as db:
            return ", ".join(sorted(_revisions(db)))

    def refuse_newer(self) -> None:
        """SchemaAhead when a newer release made the tables."""
        with self._reached(), self.read() as db:
            _refuse_newer(db)

    def migrate(self, patience: float = 0.0) -> None:
        """Bring the tables to this release, from empty or from an older one. Several processes may call it at once.

        SchemaAhead when a newer release made the tables, LedgerAway when no database answers within `patience` seconds.
        """
        self._wait(patience)
        if self.schema_is_current():
            return
        with _migrating, self._reached(), self.write() as db:
            if not self._sqlite:
                db.execute(text("SET LOCAL lock_timeout = 0"))  # a large ledger takes its time
                db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            _refuse_newer(db)
            command.upgrade(_alembic(db), "head")

    def _wait(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                self.schema_is_current()
            except LedgerAway as away:
                if time.monotonic() + _AGAIN_SECONDS > deadline:
                    raise
                log.warning("%s Trying again.", away)
                time.sleep(_AGAIN_SECONDS)
            else:
                return

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            # What a query got wrong has a class of its own below these two, and is a defect.
            if type(error) not in (DatabaseError, OperationalError):
                raise
            place = self.url.database if self._sqlite else self.url.render_as_string(hide_password=True)
            advice = _WRITABLE if self._sqlite else _RUNS
            raise LedgerAway(_away(str(place), str(error.orig), advice)) from error

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @property
    def engine(self) -> Engine:
        """The bare engine, for tests that look at the database behind the ledger's back."""
        return self._engine


def _no_rows(record: logging.LogRecord) -> bool:
    """SQLAlchemy shows whole rows at DEBUG, and in them names, addresses and letters."""
    return record.levelno > logging.DEBUG


def _checked(text_url: str) -> URL:
    try:
        url = make_url(text_url)
    except ArgumentError:
        url = None
    # The address may hold a password: the refusal does not repeat it.
    if url is None or url.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise LedgerUrlRefused("the ledger's address must begin with sqlite:/// or postgresql://")
    if url.get_backend_name() != "sqlite":
        return url.set(drivername="postgresql+psycopg")
    if url.database in (None, "", ":memory:") or url.query:
        raise LedgerUrlRefused("a SQLite ledger needs a plain file, like sqlite:///var/relance.db")
    return url.set(drivername="sqlite+pysqlite")


def _make_private(file: Path) -> None:
    """The file holds personal data: only its owner reads it (SQLite gives its side files the same rights).

    A file that is there is not opened: closing it would drop the locks that this process holds on it, and the next
    reader would tear the log from under us (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600))
    except OSError as error:
        raise LedgerAway(_away(str(file), str(error.strerror), _WRITABLE)) from error


def _away(place: str, why: str, advice: str) -> str:
    said = why.partition("\n")[0].strip().rstrip(".")
    return f"The ledger {place} cannot be used ({said}). Check {advice}."


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # this room says BEGIN itself
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    # Asked first: setting it anew wants the whole file for itself.
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: a claim that a power cut takes back would be a second letter.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE would slip past the journal's triggers
    cursor.close()


def _open_postgresql(connection: Any, _record: object) -> None:
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = {_BUSY_MS}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {_FROZEN_MS}")
    connection.autocommit = False


def _begin_sqlite(db: Connection) -> None:
    writing = db.get_execution_options().get("relance_begin") == "write"
    db.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    # IMMEDIATE waits for its turn; a reader that turns writer later would fail at once instead.
    db.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _alembic(db: Connection | None = None) -> Config:
    config = Config()
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic())


def _revisions(db: Connection) -> set[str]:
    return set(MigrationContext.configure(db).get_current_heads())


def _refuse_newer(db: Connection) -> None:
    unknown = _revisions(db) - {script.revision for script in _scripts().walk_revisions()}
    if unknown:
        made = f"the ledger was made by a newer release (revision {', '.join(sorted(unknown))})"
        raise SchemaAhead(f"{made}: run that release or restore the ledger as it was before it")
