"""A ledger for a test on each database, PostgreSQL being a real one, because locks and triggers cannot be imitated.

Every test may ask for these fixtures: conftest.py makes this file a plugin of pytest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

from ledger.store import Ledger

ACCOUNT = "postgres"  # the server refuses to run as root, so root lends it this account
MEMORY = Path("/dev/shm")  # where a database is made ten times faster than on a disk
ROOM = 2**30  # bytes that must be free there: containers often have 64 MB
_numbers = count(1)


@cache
def programs() -> Path | None:
    """The folder that holds initdb and pg_ctl: from PATH, or where Debian keeps them; None when there is none."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


@dataclass(frozen=True)
class PostgresServer:
    """A server that listens on a socket in its own folder only, so that many may run side by side."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://{ACCOUNT}@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database, a copy of `template`, and return its name."""
        name = f"ledger_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return name

    def drop(self, database: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f"DROP DATABASE {database} WITH (FORCE)".encode())

    def start(self, place: Path) -> None:
        data = self.folder / "data"
        self._run(place / "initdb", "-D", data, "-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "--no-sync")
        self.listen(place)

    def listen(self, place: Path) -> None:
        """Run on the data that is there."""
        # Speed over safety: the data is thrown away after the tests.
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c full_page_writes=off"
        )
        data, log = self.folder / "data", self.folder / "log"
        self._run(place / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")

    def stop(self, place: Path) -> None:
        self._run(place / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def _run(self, *words: str | Path) -> None:
        subprocess.run(
            words,
            check=True,
            cwd=self.folder,
            user=ACCOUNT if os.geteuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )


@contextmanager
def running_server(place: Path) -> Iterator[PostgresServer]:
    """A server of its own, gone with its data at the end of the block; `place` is what `programs` gave."""
    # Not pytest's own folder: only root may enter that one, and the path of a socket must be short.
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="relance-pg-", dir=MEMORY if roomy else None))
    if os.geteuid() == 0:
        shutil.chown(folder, ACCOUNT, ACCOUNT)
    server = PostgresServer(folder)
    try:
        server.start(place)
        yield server
        server.stop(place)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running server; the test is skipped on a machine without one."""
    place = programs()
    if place is None:
        pytest.skip("needs the system package `postgresql`, which holds initdb and pg_ctl")
    with running_server(place) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite ledger with the tables of this release, to be copied."""
    file = tmp_path_factory.mktemp("ledger") / "template.db"
    migrate_and_close(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a PostgreSQL database with the tables of this release, to be copied."""
    name = postgres.new_database()
    migrate_and_close(postgres.url(name))
    return name


def migrate_and_close(url: str) -> None:
    ledger = Ledger(url)
    ledger.migrate()
    ledger.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a ledger with empty tables, on each of the two databases."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path / 'ledger.db')}"
        return
    server = request.getfixturevalue("postgres")
    name = server.new_database(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An open ledger with empty tables, on each of the two databases."""
    opened = Ledger(ledger_url)
    yield opened
    opened.close()


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'ledger.db'}"
    server = request.getfixturevalue("postgres")
    return str(server.url(server.new_database()))
