"""The journal: written once, in order, and any change made behind the program's back is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ledger.cases import case, record
from ledger.errors import CaseMissing, NaiveMoment
from ledger.journal import START, Break, JournalEntry, check_cases, journal_of, row_hash, verify_journal
from ledger.store import Ledger
from tests.ledger_book import MARCH_3, at_once, entry, open_book, recorded, unguard_journal


@pytest.fixture
def five_rows(ledger: Ledger) -> Ledger:
    """Case f-1 with a journal of five rows, written on 3 March, and case f-2 with one row."""
    with ledger.write() as db:
        open_book(db, "F-1", "F-2")
        for seq in range(1, 6):
            record(db, recorded("f-1", seq), [entry(f"key-{seq}", seq, amount=seq, note="accentué")], [])
        record(db, recorded("f-2"), [entry("key-1")], [])
    return ledger


def tamper(db: Connection, *statements: str) -> list[Break]:
    """Do as an intruder would, guards removed, and say what verification finds."""
    unguard_journal(db)
    for statement in statements:
        db.exec_driver_sql(statement)
    return list(verify_journal(db))


def test_an_untouched_journal_has_no_break(five_rows: Ledger) -> None:
    """Two cases, six rows, nothing to report, whether asked for all or for one."""
    with five_rows.read() as db:
        assert list(verify_journal(db)) == []
        assert list(verify_journal(db, "f-1")) == []
        assert list(check_cases(db)) == [("f-1", []), ("f-2", [])]


def test_each_row_carries_the_hash_of_the_one_before(five_rows: Ledger) -> None:
    """Whoever has the exported rows and the recipe of `row_hash` can verify them without this program."""
    with five_rows.read() as db:
        rows = journal_of(db, "f-1")
        head = case(db, "f-1").head
    assert [row.row_no for row in rows] == [1, 2, 3, 4, 5]
    assert [row.previous_hash for row in rows] == [START, *(row.hash for row in rows[:-1])]
    assert (head.row_no, head.hash) == (5, rows[-1].hash)
    body = '{"amount":1,"note":"accentu\\u00e9"}'
    at = "2026-03-03T10:00:00.000000+00:00"
    assert rows[0].hash == row_hash("f-1", 1, 1, "key-1", at, "StepDone", body, START)


def test_a_repeated_activity_writes_nothing_twice(five_rows: Ledger) -> None:
    """The activity of 3 March wrote and died before it answered; its second run finds everything there."""
    with five_rows.read() as db:
        before = (journal_of(db, "f-1"), case(db, "f-1"))
    with five_rows.write() as db:
        record(db, recorded("f-1", 5), [entry("key-5", 5, amount=5, note="accentué")], [])
    with five_rows.read() as db:
        assert (journal_of(db, "f-1"), case(db, "f-1")) == before


def test_one_call_may_bring_old_and_new_rows(five_rows: Ledger) -> None:
    """A run that knows rows 4 and 5 already and brings a sixth, even twice over, adds the sixth alone."""
    with five_rows.write() as db:
        new = entry("key-6", 6)
        record(db, recorded("f-1", 6), [entry("key-4", 4), entry("key-5", 5), new, new], [])
        assert [row.key for row in journal_of(db, "f-1")] == [f"key-{n}" for n in range(1, 7)]
        assert list(verify_journal(db)) == []


def test_a_case_that_is_not_there_has_no_journal(ledger: Ledger) -> None:
    """A wrong case id is an error that names it, not a journal out of nowhere."""
    with ledger.write() as db, pytest.raises(CaseMissing, match="no case f-9 in the ledger"):
        record(db, recorded("f-9"), [entry("key-1")], [])
    with ledger.read() as db:
        assert journal_of(db, "f-9") == []
        with pytest.raises(CaseMissing):
            case(db, "f-9")


def test_a_journal_row_needs_a_moment(ledger: Ledger) -> None:
    """A fact without a time zone is refused before it is hashed."""
    with ledger.write() as db:
        open_book(db, "F-1")
    naive = JournalEntry("key-1", 1, MARCH_3.replace(tzinfo=None), "StepDone", {})
    with pytest.raises(NaiveMoment), ledger.write() as db:
        record(db, recorded("f-1"), [naive], [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET body = '{}' WHERE row_no = 2",
        "DELETE FROM journal WHERE row_no = 2",
        "DELETE FROM journal",
    ],
)
def test_the_database_refuses_to_change_the_journal(five_rows: Ledger, statement: str) -> None:
    """A hasty correction in the database console on 4 March is refused by the database itself."""
    with pytest.raises(DBAPIError, match="append-only"), five_rows.write() as db:
        db.execute(text(statement))


def test_the_side_doors_are_closed_too(five_rows: Ledger) -> None:
    """Emptying the table, or replacing a row in place, is changing the journal as well."""
    if five_rows.url.get_backend_name() == "sqlite":
        statement = "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE row_no = 2"
    else:
        statement = "TRUNCATE journal"
    with pytest.raises(DBAPIError, match="append-only"), five_rows.write() as db:
        db.execute(text(statement))


@pytest.mark.parametrize(
    "change",
    [
        "body = '{\"amount\":999}'",
        "body = 'no json'",
        "at = '2025-01-01 00:00:00+00:00'",
        "seq = 7",
        "key = 'another'",
        "kind = 'Nothing'",
        "hash = 'ff'",
    ],
)
def test_an_altered_row_is_found(five_rows: Ledger, change: str) -> None:
    """Somebody lowers the amount of row 3, dates it back, or makes it unreadable: row 3 is named."""
    with five_rows.write() as db:
        breaks = tamper(db, f"UPDATE journal SET {change} WHERE case_id = 'f-1' AND row_no = 3")
    assert Break("f-1", 3, "was altered") in breaks
    assert {one.case_id for one in breaks} == {"f-1"}


def test_a_row_altered_with_its_hash_is_found(five_rows: Ledger) -> None:
    """A careful intruder writes row 3 anew with a fitting hash: row 4 still carries the old one."""
    at = "2026-03-03T12:00:00.000000+00:00"
    with five_rows.write() as db:
        second = journal_of(db, "f-1")[1].hash
        forged = row_hash("f-1", 3, 3, "key-3", at, "StepDone", "{}", second)
        change = f"UPDATE journal SET body = '{{}}', hash = '{forged}' WHERE case_id = 'f-1' AND row_no = 3"
        assert tamper(db, change) == [Break("f-1", 4, "does not follow the row before it")]


def test_a_removed_row_is_found(five_rows: Ledger) -> None:
    """Row 3 is taken out: the gap is named, once."""
    with five_rows.write() as db:
        breaks = tamper(db, "DELETE FROM journal WHERE case_id = 'f-1' AND row_no = 3")
    assert breaks == [Break("f-1", 4, "row 3 is missing before it")]


def test_a_removed_first_row_is_found(five_rows: Ledger) -> None:
    """The beginning is part of the chain: without row 1, row 2 follows nothing."""
    with five_rows.write() as db:
        breaks = tamper(db, "DELETE FROM journal WHERE case_id = 'f-1' AND row_no = 1")
    assert breaks == [Break("f-1", 2, "row 1 is missing before it")]


def test_an_inserted_row_is_found(five_rows: Ledger) -> None:
    """A call that never took place is added after row 5 with a hash that fits: the case remembers five rows."""
    with five_rows.write() as db:
        last = journal_of(db, "f-1")[-1]
        forged = row_hash("f-1", 6, 6, "call", "2026-03-04T09:00:00.000000+00:00", "CallMade", "{}", last.hash)
        values = (
            f"('f-1', 6, 6, 'call', '2026-03-04T09:00:00.000000+00:00', 'CallMade', '{{}}', '{last.hash}', '{forged}')"
        )
        breaks = tamper(db, f"INSERT INTO journal VALUES {values}")
    assert breaks == [Break("f-1", 6, "its last row is not the one the case remembers")]


@pytest.mark.parametrize("least", [1, 4])
def test_a_cut_tail_is_found(five_rows: Ledger, least: int) -> None:
    """The last rows, or all of them, are cut off: what is left is a fine chain, but the case remembers five rows."""
    with five_rows.write() as db:
        breaks = tamper(db, f"DELETE FROM journal WHERE case_id = 'f-1' AND row_no >= {least}")
    assert breaks == [Break("f-1", least - 1, f"ends at row {least - 1}, but the case remembers 5 rows")]


def test_a_case_taken_out_whole_is_found(five_rows: Ledger) -> None:
    """Case f-1 disappears with its journal: its invoice is still there and says so."""
    with five_rows.write() as db:
        breaks = tamper(db, "DELETE FROM journal WHERE case_id = 'f-1'", "DELETE FROM cases WHERE id = 'f-1'")
    assert breaks == [Break("f-1", 0, "the case of invoice F-1 is gone, and its journal with it")]


def test_eight_workers_make_one_chain(ledger: Ledger, ledger_url: str) -> None:
    """Eight worker processes write late facts of one case in the same second: one chain, no row lost, none twice."""
    with ledger.write() as db:
        open_book(db, "F-1")

    def write(number: int) -> str:
        worker = Ledger(ledger_url)  # of its own, as a process has
        for seq in range(number * 5, number * 5 + 5):
            with worker.write() as db:
                record(db, recorded("f-1", seq), [entry(f"key-{seq}", seq), entry("same")], [])
        worker.close()
        return "done"

    assert at_once(8, write) == ["done"] * 8
    with ledger.read() as db:
        assert list(verify_journal(db)) == []
        assert sorted(row.key for row in journal_of(db, "f-1")) == sorted([f"key-{n}" for n in range(40)] + ["same"])
        kept = case(db, "f-1")
    assert (kept.seq, kept.state, kept.changed_at) == (39, {"seq": 39}, MARCH_3 + timedelta(hours=39))
