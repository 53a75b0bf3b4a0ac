"""The ledger's foundations: addresses, migrations, transactions, moments and the content of policies."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ledger import store
from ledger.book import Debtor, debtor, upsert_debtor
from ledger.cases import add_case
from ledger.errors import LedgerAway, LedgerUrlRefused, NaiveMoment, PolicyAltered, PolicyMissing
from ledger.policies import PolicyBundle, keep_policy, policies_kept, policy
from ledger.schema import debtors, metadata
from ledger.store import Ledger
from tests.ledger_book import BOTH, BUNDLE, MARCH_3, at_once, new_case, open_book


@BOTH
def test_an_empty_database_gets_its_tables(empty_url: str) -> None:
    """On the first day the ledger is empty; migrating makes the tables, and migrating again changes nothing."""
    ledger = Ledger(empty_url)
    assert not ledger.schema_is_current()
    ledger.migrate()
    ledger.migrate()
    assert ledger.schema_is_current()
    ledger.ping()
    ledger.close()


@pytest.mark.parametrize("url", ["sqlite:////proc/none/relance.db", "postgresql://anna:secret@127.0.0.1:1/relance"])
def test_a_ledger_that_is_away_is_named_without_its_password(url: str) -> None:
    """The folder cannot be written, or the database is down: one sentence says which ledger and what to check."""
    with pytest.raises(LedgerAway, match=r"The ledger .*(/proc/none/relance\.db|127\.0\.0\.1).* Check ") as away:
        Ledger(url).migrate()
    assert "secret" not in str(away.value)


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    """RELANCE_DATABASE_URL points at a spreadsheet by mistake: it is named, and stays as it is."""
    (tmp_path / "book.xls").write_bytes(b"no database at all " * 100)
    with pytest.raises(LedgerAway, match=r"book\.xls cannot be used \(file is not a database\)"):
        Ledger(f"sqlite:///{tmp_path / 'book.xls'}").migrate()


def test_a_ledger_that_starts_a_little_later_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Worker and disk come up together: the first try finds no ledger, the second one does."""
    monkeypatch.setattr(store, "_AGAIN_SECONDS", 0.2)
    file = tmp_path / "relance.db"
    file.write_bytes(b"not mounted yet " * 100)
    ledger = Ledger(f"sqlite:///{file}")
    mounted = threading.Timer(0.5, file.write_bytes, [b""])
    mounted.start()
    ledger.migrate(patience=20)
    assert ledger.schema_is_current()
    assert "Trying again" in caplog.text
    ledger.close()


def test_the_migrations_make_what_the_queries_expect(ledger: Ledger) -> None:
    """A column added to the schema and forgotten in the migrations would be missed by the first query of production."""
    with ledger.read() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []


@pytest.mark.parametrize(
    "address",
    ["mysql://u:geheim@h/d", "no address geheim", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=geheim"],
)
def test_an_address_of_another_kind_is_refused_without_repeating_it(address: str) -> None:
    """A mistyped address ends in a sentence, and its password does not end in the log."""
    with pytest.raises(LedgerUrlRefused) as refused:
        Ledger(address)
    assert "geheim" not in str(refused.value)


def test_a_new_ledger_file_is_private(tmp_path: Path) -> None:
    """The file holds names and addresses: on a machine with several accounts only its owner reads it."""
    file = tmp_path / "var" / "relance.db"
    Ledger(f"sqlite:///{file}").close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_reading_cannot_write(ledger: Ledger) -> None:
    """A page that only shows cases cannot change them, whatever mistake it holds."""
    with pytest.raises(DBAPIError, match=r"(?i)read-?only"), ledger.read() as db:
        db.execute(text("DELETE FROM tasks"))
    with ledger.write() as db:
        db.execute(text("DELETE FROM tasks"))


def test_a_view_of_the_ledger_does_not_move(ledger: Ledger) -> None:
    """A report begun at nine shows the ledger of nine to its end, whatever is imported meanwhile."""
    with ledger.read() as db:
        assert db.scalar(text("SELECT count(*) FROM debtors")) == 0
        with ledger.write() as other:
            open_book(other)
        assert db.scalar(text("SELECT count(*) FROM debtors")) == 0
    with ledger.read() as db:
        assert db.scalar(text("SELECT count(*) FROM debtors")) == 1


def test_a_failed_block_leaves_nothing(ledger: Ledger) -> None:
    """An import that fails at the second row has not written the first."""

    def fail() -> None:
        with ledger.write() as db:
            open_book(db, "F-1")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        fail()
    with ledger.read() as db:
        assert db.scalar(text("SELECT count(*) FROM invoices")) == 0


def test_an_error_does_not_tell_names(ledger: Ledger) -> None:
    """A refused row of Jeanne Martin appears in the log as a refusal, not with her name and address."""
    named = {"id": "D1", "name": "Jeanne Martin", "kind": "consumer", "country": "FR", "address": "3 rue Basse"}
    with pytest.raises(IntegrityError) as error, ledger.write() as db:
        db.execute(insert(debtors).values(**named, extra={}, folded="", changed_at=None))
    assert "parameters" in str(error.value)
    if ledger.url.get_backend_name() == "sqlite":  # PostgreSQL itself quotes the failing row
        assert "Martin" not in str(error.value)


@pytest.mark.parametrize("moment", [datetime(2026, 3, 3, 9, 0), date(2026, 3, 3), "2026-03-03T09:00:00Z"])  # noqa: DTZ001
def test_a_moment_without_a_time_zone_is_refused(ledger: Ledger, moment: Any) -> None:
    """Nine o'clock in which town? A naive datetime never reaches a table."""
    one = Debtor(id="D1", name="Dupont", kind="business", country="FR")
    with pytest.raises(NaiveMoment, match="aware"), ledger.write() as db:
        upsert_debtor(db, one, moment)


def test_a_moment_comes_back_in_utc(ledger: Ledger) -> None:
    """Nine o'clock in Paris is written and is eight o'clock UTC when read, to the microsecond."""
    paris = datetime(2026, 3, 3, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with ledger.write() as db:
        upsert_debtor(db, Debtor(id="D1", name="Dupont", kind="business", country="FR"), paris)
        kept = db.scalar(select(debtors.c.changed_at))
    assert kept is not None
    assert (kept, kept.isoformat()) == (paris, "2026-03-03T08:00:00.123456+00:00")


def test_a_case_needs_its_debtor(ledger: Ledger) -> None:
    """An invoice of nobody cannot be chased: both databases hold foreign keys."""
    with ledger.write() as db:
        kept = open_book(db)
    with pytest.raises(IntegrityError), ledger.write() as db:
        add_case(db, new_case("F-1", debtor="nobody", policy=kept))


def test_a_policy_is_kept_under_the_hash_of_its_content(ledger: Ledger) -> None:
    """Kept on 3 March and again in April with its keys in another order, it is one policy; edited, it is another."""
    april = MARCH_3 + timedelta(days=30)
    turned = dict(reversed(BUNDLE.items()))
    with ledger.write() as db:
        first = keep_policy(db, PolicyBundle("standard-b2b", "a.yaml", BUNDLE, MARCH_3))
        again = keep_policy(db, PolicyBundle("standard-b2b", "b.yaml", turned, april))
        edited = keep_policy(db, PolicyBundle("standard-b2b", "a.yaml", {**BUNDLE, "letters": {}}, april))
    assert first == again != edited
    with ledger.read() as db:
        assert policy(db, first) == BUNDLE
        assert [kept.hash for kept in policies_kept(db)] == [edited, first]


def test_a_policy_that_is_not_there_is_named(ledger: Ledger) -> None:
    """A case whose policy was lost says which one it misses."""
    with ledger.read() as db, pytest.raises(PolicyMissing) as missing:
        policy(db, "f" * 64)
    assert str(missing.value) == "no policy with the content hash ffffffffffffffff is kept in the ledger"


def test_a_policy_edited_in_the_database_is_not_obeyed(ledger: Ledger) -> None:
    """Somebody softens the kept policy by hand on 4 March: the case stops instead of following another promise."""
    with ledger.write() as db:
        kept = open_book(db)
        db.execute(text("UPDATE policies SET body = replace(body, 'Bonjour', 'Salut')"))
    with ledger.read() as db, pytest.raises(PolicyAltered, match="standard-b2b"):
        policy(db, kept)


def test_hostile_text_is_text(ledger: Ledger) -> None:
    """A debtor named like a piece of SQL is a debtor with an odd name."""
    odd = Debtor(id="D'1", name="'); DROP TABLE cases; --", kind="business", country="FR", extra={"a": "\x00\ud800"})
    with ledger.write() as db:
        upsert_debtor(db, odd, MARCH_3)
    with ledger.read() as db:
        assert debtor(db, "D'1") == odd


def test_eight_threads_write_at_once(ledger: Ledger) -> None:
    """Eight activities end in the same second, 25 times over, and each of their 200 debtors is there."""

    def write(thread: int) -> str:
        for number in range(25):
            with ledger.write() as db:
                name = f"D{thread}-{number}"
                upsert_debtor(db, Debtor(id=name, name=name, kind="business", country="FR"), MARCH_3)
        return "done"

    assert at_once(8, write) == ["done"] * 8
    with ledger.read() as db:
        assert db.scalar(text("SELECT count(*) FROM debtors")) == 200


def test_a_second_ledger_in_the_process_leaves_the_first_ones_locks_alone(tmp_path: Path) -> None:
    """The worker's ledger is open, the console opens another on the same file, a backup reads it: nothing is torn."""
    url = f"sqlite:///{tmp_path / 'relance.db'}"
    first = Ledger(url)
    first.migrate()
    with first.write() as db:
        upsert_debtor(db, Debtor(id="D1", name="D1", kind="business", country="FR"), MARCH_3)
    log = (tmp_path / "relance.db-wal").stat().st_ino
    Ledger(url).close()
    reading = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM debtors').fetchall()"
    subprocess.run([sys.executable, "-c", reading, str(tmp_path / "relance.db")], check=True)
    assert (tmp_path / "relance.db-wal").stat().st_ino == log
    with first.write() as db:
        upsert_debtor(db, Debtor(id="D2", name="D2", kind="business", country="FR"), MARCH_3)
    with first.read() as db:
        assert db.scalar(text("SELECT count(*) FROM debtors")) == 2
