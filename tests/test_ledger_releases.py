"""Ledgers of earlier releases, with what their users had in them, come up to today's tables and lose nothing."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from dunning.case import Case
from dunning.policy import Policy
from ledger.book import Debtor, debtor
from ledger.cases import case
from ledger.deliveries import deliveries_of
from ledger.errors import SchemaAhead
from ledger.journal import check_cases, journal_of, verify_journal
from ledger.letters import letters_of
from ledger.lists import CaseFilter, counts, list_cases
from ledger.policies import policies_kept, policy
from ledger.schema import metadata
from ledger.store import Ledger, _scripts
from ledger.tasks import TaskFilter, list_tasks
from tests.durable import Room
from tests.mortal import Bench, letter

RELEASED = Path(__file__).parent / "released"
EVERY = sorted({file.name.partition(".")[0] for file in RELEASED.glob("*.sql")})
OLDER = [revision for revision in EVERY if revision not in _scripts().get_heads()]
DATABASES = ["sqlite", "postgresql"]
MIGRATE = "import sys; from ledger.store import Ledger; it = Ledger(sys.argv[1]); it.migrate(); it.close()"
# Kills itself after so many statements of the migration, or when all is written and nothing committed.
KILLED = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from ledger import store

left = int(sys.argv[2])
upgrade = store.command.upgrade

def counted(*told):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def dying(*told):
    event.listen(Engine, "after_cursor_execute", counted)
    upgrade(*told)
    os.kill(os.getpid(), signal.SIGKILL)

store.command.upgrade = dying
store.Ledger(sys.argv[1]).migrate()
"""
Rows = dict[str, tuple[str, list[tuple[Any, ...]]]]


def begun(*revisions: str) -> pytest.MarkDecorator:
    """The database as each of these releases left it, `empty` being none, on both databases."""
    every = [(database, revision) for database in DATABASES for revision in revisions]
    return pytest.mark.parametrize("url", every, indirect=True, ids="-".join)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database as a release left it."""
    database, revision = request.param
    dump = "" if revision == "empty" else (RELEASED / f"{revision}.{database}.sql").read_text("utf-8")
    if database == "sqlite":
        with sqlite3.connect(tmp_path / "relance.db") as db:
            db.executescript(dump)
        db.close()
        return f"sqlite:///{tmp_path / 'relance.db'}"
    server = request.getfixturevalue("postgres")
    address = str(server.url(server.new_database()))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(dump.encode() or b"SELECT 1")
    return address


@pytest.fixture
def old(url: str) -> Iterator[Ledger]:
    """The ledger of today's program on that database."""
    ledger = Ledger(url)
    yield ledger
    ledger.close()


def rows_of(ledger: Ledger, known: Rows | None = None) -> Rows:
    """Every table's columns and rows as the database gives them; of the `known` tables and columns, when given."""
    with ledger.read() as db:
        seen = inspect(db)
        tables = known if known is not None else dict.fromkeys(set(seen.get_table_names()) - {"alembic_version"})
        found: Rows = {}
        for table, told in tables.items():
            columns = told[0] if told else ", ".join(column["name"] for column in seen.get_columns(table))
            rows = db.exec_driver_sql(f"SELECT {columns} FROM {table}")
            found[table] = (columns, sorted((tuple(row) for row in rows), key=repr))
        return found


@begun(*EVERY)
def test_a_released_ledger_comes_up_to_today_and_loses_nothing(old: Ledger) -> None:
    """The worker of today starts on last year's ledger: the tables are today's, each old row is there, unchanged."""
    before = rows_of(old)
    assert all(rows for _columns, rows in before.values()), "a table of this release was frozen empty"
    old.migrate()
    assert old.schema_is_current()
    assert rows_of(old, before) == before
    with old.read() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
        assert list(verify_journal(db)) == []
        assert len(list(check_cases(db))) == len(before["cases"][1])


@begun(*EVERY)
def test_the_program_of_today_reads_what_a_release_wrote(old: Ledger) -> None:
    """Every case, journal, letter, task and policy of last year's ledger is understood by the program of today."""
    old.migrate()
    with old.read() as db:
        for line in list_cases(db, CaseFilter()):
            kept = case(db, line.id)
            assert Case.model_validate(kept.state).outstanding == kept.outstanding
            assert isinstance(debtor(db, kept.debtor_id), Debtor)
            Policy.model_validate(policy(db, kept.policy_hash)["policy"])
            assert len(journal_of(db, line.id)) == kept.head.row_no
            for sent in letters_of(db, line.id):
                assert hashlib.sha256(sent.content).hexdigest() == sent.sha256
        states = {row.state for line in list_cases(db, CaseFilter()) for row in deliveries_of(db, line.id)}
        assert states == {"claimed", "sending", "sent", "refused", "unknown"}
        assert {task.state for task in list_tasks(db, TaskFilter(state=None))} == {"open", "done", "dropped"}
        assert counts(db).open == len(list_cases(db, CaseFilter(status="open")))
        assert len(policies_kept(db)) == 2


@begun(*EVERY)
def test_a_case_of_a_release_goes_on_under_the_program_of_today(url: str, tmp_path: Path) -> None:
    """A case waits for its second reminder as the new release comes; 400 euros arrive, then the reminder goes out."""
    room = Room(cast("Any", None), tmp_path / "room", url)
    with room.ledger.read() as db:
        waiting = list_cases(db, CaseFilter(doing="wait"))[0]
        kept = case(db, waiting.id)
    assert kept.next_at is not None
    bench = Bench(room, waiting.id, datetime(2026, 3, 12, 9, tzinfo=UTC), kept.state)
    money = {"minor": 40_000, "currency": "EUR"}
    paid = {"fact": "PaymentReceived", "id": "P9", "amount": money, "received_on": "2026-03-12"}
    bench.ask(letter(1, bench.at, json.dumps(paid)))
    bench.at = kept.next_at
    assert [record["step"] for record in bench.perform().case["steps"]] == ["first", "second"]
    assert len(room.outbox) == 1
    assert room.outstanding(waiting.id) == "600.00 EUR"
    assert len(bench.journal()) > kept.head.row_no
    room.ledger.close()


@begun("empty", *OLDER)
@pytest.mark.parametrize("statements", [5, 100_000])
def test_a_migration_that_was_killed_is_completed_by_the_next_start(old: Ledger, url: str, statements: int) -> None:
    """The machine loses power in the middle of the release: nothing half-made stays, and the next start makes it."""
    before = rows_of(old)
    child = subprocess.run([sys.executable, "-c", KILLED, url, str(statements)], timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL
    assert rows_of(old) == before
    assert not old.schema_is_current()
    old.migrate()
    assert old.schema_is_current()
    assert rows_of(old, before) == before


@begun("empty", *OLDER)
def test_workers_that_start_at_once_make_the_tables_once(old: Ledger, url: str) -> None:
    """A deployment starts four workers of the new release on one ledger at the same second, and none of them fails."""
    before = rows_of(old)
    command = [sys.executable, "-W", "error", "-c", MIGRATE, url]
    starting = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    told = [(worker.communicate(timeout=120)[1], worker.returncode) for worker in starting]
    assert told == [("", 0)] * 4
    assert old.schema_is_current()
    assert rows_of(old, before) == before


def test_an_older_program_keeps_its_hands_off_a_newer_ledger(ledger: Ledger) -> None:
    """A worker rolled back to last month's release says so instead of writing into tables it does not know."""
    with ledger.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = rows_of(ledger)
    assert not ledger.schema_is_current()
    with pytest.raises(SchemaAhead, match=r"newer release \(revision 9999\).*run that release or restore"):
        ledger.migrate()
    assert rows_of(ledger) == before


def test_a_newer_ledger_stops_the_command_line_in_one_sentence(tmp_path: Path) -> None:
    """An operator runs last month's `relance` on today's ledger: exit code 2 and a sentence, no traceback."""
    file = tmp_path / "relance.db"
    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    with ledger.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ledger.close()
    told = subprocess.run(
        [sys.executable, "-c", "from console.main import main; main()", "case", "list"],
        env={**os.environ, "RELANCE_VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, "newer release" in told.stderr, "Traceback" in told.stderr) == (2, True, False)
