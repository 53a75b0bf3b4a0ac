"""What two processes do at the same moment to the same rows, their transactions overlapping in a known order."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from console.imports.importing import Brought, Import
from console.imports.rows import Row
from console.policies.files import load_folder
from ledger import store
from ledger.book import Debtor, debtor, upsert_debtor
from ledger.cases import add_cases, case, record
from ledger.deliveries import Claim, Covered, begin_sending, claim, delivery
from ledger.errors import IllegalMove
from ledger.journal import journal_of, verify_journal
from ledger.lists import CaseFilter, list_cases
from ledger.store import Ledger
from ledger.tasks import TaskDone, TaskFilter, TaskWanted, close_task, count_tasks, list_tasks, open_task
from tests.ledger_book import MARCH_3, entry, euros, new_case, open_book, recorded
from tests.together import LingeringLedger, undo, wait_until_blocked, while_open

POLICIES = load_folder(Path(__file__).parents[1] / "policies").policies
KEY = "f-1/formal-notice/1/email"
NOTICE = Claim(
    key=KEY,
    debtor_id="D1",
    channel="email",
    address="jeanne@dupont.example",
    subject="Mise en demeure",
    language="fr",
    tone="formal",
    letter="formal-notice",
    content_hash="aa",
    covers=(Covered("f-1", "formal-notice", 1, euros("1200.00")),),
    at=MARCH_3,
)
CALL = TaskWanted("call/1", "call", "Call Dupont")
LOST = TaskWanted("payment/p-1", "unknown-payment", "A payment for no invoice")
DUPONT = Debtor(id="D7", name="Dupont", kind="business", country="FR", email="old@dupont.example")


@pytest.fixture
def book(ledger: Ledger) -> Ledger:
    """A ledger with cases f-1 and f-2 of debtor D1, opened on 3 March."""
    with ledger.write() as db:
        open_book(db, "F-1", "F-2")
    return ledger


def _send(db: Connection) -> str:
    claim(db, NOTICE)
    begin_sending(db, KEY, "aa")
    return delivery(db, KEY).state


def test_of_two_claims_of_one_letter_the_second_finds_it_on_its_way(book: Ledger, ledger_url: str) -> None:
    """Two workers hold the notice of 3 March for theirs and claim it in the same second: one sends, one is refused."""
    assert isinstance(while_open(ledger_url, _send, _send), IllegalMove)
    with book.read() as db:
        assert (delivery(db, KEY).state, delivery(db, KEY).attempts) == ("sending", 1)


def test_a_claim_that_is_undone_leaves_the_letter_to_the_other(book: Ledger, ledger_url: str) -> None:
    """The first worker loses its database before it commits: the second one sends, and the letter is not lost."""
    assert while_open(ledger_url, _send, _send, last=undo) == "sending"
    with book.read() as db:
        assert (delivery(db, KEY).state, delivery(db, KEY).attempts) == ("sending", 1)


def test_two_records_of_one_case_make_one_chain(book: Ledger, ledger_url: str) -> None:
    """Two facts of 3 March are recorded at once: both are in the journal, in turn, and the later one holds."""

    def first(db: Connection) -> None:
        record(db, recorded("f-1", 1), [entry("paid", 1)], [CALL])

    def second(db: Connection) -> list[str]:
        return [task.key for task in record(db, recorded("f-1", 2), [entry("disputed", 2)], [CALL])]

    assert while_open(ledger_url, first, second) == []  # the call was asked for already
    with book.read() as db:
        assert [row.key for row in journal_of(db, "f-1")] == ["paid", "disputed"]
        assert list(verify_journal(db)) == []
        assert (case(db, "f-1").seq, count_tasks(db, TaskFilter(case_id="f-1"))) == (2, 1)


def test_a_stray_payment_told_twice_at_once_is_one_task(book: Ledger, ledger_url: str) -> None:
    """A webhook repeats itself within a millisecond: one person is asked once; undone, the other's task stands."""

    def told(db: Connection) -> bool:
        return open_task(db, LOST, MARCH_3) is not None

    assert while_open(ledger_url, told, told, last=undo) is True
    again = replace(LOST, key="payment/p-2")
    assert while_open(ledger_url, *[lambda db: open_task(db, again, MARCH_3)] * 2) is None
    with book.read() as db:
        assert count_tasks(db, TaskFilter(kind="unknown-payment")) == 2


def test_a_task_is_done_by_one_of_two_people(book: Ledger, ledger_url: str) -> None:
    """Marie and Paul settle the stray payment in the same second: the second one is told that it is done."""
    with book.write() as db:
        open_task(db, LOST, MARCH_3)
        number = list_tasks(db, TaskFilter(kind="unknown-payment"))[0].id

    def settle(by: str) -> Any:
        return lambda db: close_task(db, number, TaskDone(LOST.key, by), MARCH_3).closed_by

    assert isinstance(while_open(ledger_url, settle("marie"), settle("paul")), IllegalMove)


def test_a_debtor_brought_by_two_at_once_is_one_debtor(ledger: Ledger, ledger_url: str) -> None:
    """Two imports bring Dupont for the first time, then two new addresses: each hears what it changed itself."""

    def bring(**fields: Any) -> Any:
        return lambda db: upsert_debtor(db, replace(DUPONT, **fields), MARCH_3)

    assert while_open(ledger_url, bring(), bring(phone="+33123456789")) == {"phone"}
    assert while_open(ledger_url, bring(email="new@dupont.example"), bring(email="other@dupont.example")) == {"email"}
    with ledger.read() as db:
        assert debtor(db, "D7") == replace(DUPONT, email="other@dupont.example")


def _row(number: int, owner: str) -> Row:
    debtor = replace(DUPONT, id=owner, name=owner)
    return Row(
        line=number, number=f"N-{number}", debtor=debtor, issue_date=date(2026, 2, 1), due_date=date(2026, 3, 3),
        amount=euros("1200.00"), paid=None, paid_on=None, past=None, extra={},
    )  # fmt: skip


def _imports_at_once(url: str, first: list[Row], second: list[Row]) -> tuple[list[Import], list[BaseException | None]]:
    """Two operators import; the second begins when the first has written everything and not yet committed."""
    one, other = Ledger(url), Ledger(url)
    late = Import(other, POLICIES, MARCH_3)
    runs: list[Future[None]] = []
    with ThreadPoolExecutor(1) as thread:

        def linger() -> None:
            runs.append(thread.submit(late.bring, second))
            wait_until_blocked(one, runs[0])

        early = Import(cast("Ledger", LingeringLedger(one, linger)), POLICIES, MARCH_3)
        early.bring(first)
        errors = [runs[0].exception()]
    one.close()
    other.close()
    return [early, late], errors


def test_two_operators_import_the_same_file_at_once(ledger: Ledger, ledger_url: str) -> None:
    """Marie and Paul both import the file of 3 March: each invoice comes in once, and the second hears it was known."""
    rows = [_row(1, "D1"), _row(2, "D2"), _row(3, "D1")]
    (early, late), errors = _imports_at_once(ledger_url, rows, rows)
    assert errors == [None]
    assert (early.brought.new, early.brought.known) == (["N-1", "N-2", "N-3"], 0)
    assert (late.brought.new, late.brought.known, late.brought.refused) == ([], 3, [])
    with ledger.read() as db:
        assert len(list_cases(db, CaseFilter())) == 3


def test_two_files_name_the_same_debtors_in_another_order(ledger: Ledger, ledger_url: str) -> None:
    """One file says D1, D2 and the other D2, D1, the other beginning when half is in: nobody waits for ever."""

    def bring(db: Connection, owner: str, number: int) -> None:
        Import(ledger, POLICIES, MARCH_3)._bring(db, [_row(number, owner)], Brought())

    def backwards(db: Connection) -> str:
        bring(db, "D2", 3)
        bring(db, "D1", 4)
        return "imported"

    with ledger.write() as db:
        bring(db, "D0", 0)  # so that the policies are there already
    ended = while_open(ledger_url, lambda db: bring(db, "D1", 1), backwards, last=lambda db: bring(db, "D2", 2))
    assert ended == "imported"
    with ledger.read() as db:
        assert len(list_cases(db, CaseFilter())) == 5


def test_new_cases_written_by_two_at_once_are_written_once(book: Ledger, ledger_url: str) -> None:
    """Two programs add invoice F-3 in the same second: one of them is told that it is there already."""
    with book.read() as db:
        new = new_case("F-3", policy=case(db, "f-1").policy_hash)
    assert while_open(ledger_url, lambda db: add_cases(db, [new]), lambda db: add_cases(db, [new])) == set()


@pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
def test_a_letter_need_not_wait_for_a_record_or_an_import(book: Ledger, ledger_url: str) -> None:
    """While f-1 is being recorded and an import holds its debtor, the notice is claimed: PostgreSQL lets both go on."""
    other, moved = Ledger(ledger_url), Debtor(id="D1", name="Dupont & Fils", kind="business", country="FR")
    with book.write() as db:
        case(db, "f-1", held=True)
        record(db, recorded("f-1"), [entry("paid")], [])
        assert upsert_debtor(db, moved, MARCH_3 + timedelta(days=1)) == {"name"}
        with other.write() as here:
            here.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            assert _send(here) == "sending"
    other.close()


@pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
def test_a_stricter_database_is_no_obstacle(book: Ledger, ledger_url: str) -> None:
    """An administrator makes `serializable` the database's habit: two records at once are still both written."""
    with book.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql(f"ALTER DATABASE {book.url.database} SET default_transaction_isolation = 'serializable'")

    def say(key: str, seq: int) -> Any:
        return lambda db: record(db, recorded("f-1", seq), [entry(key, seq)], [])

    assert while_open(ledger_url, say("paid", 1), say("disputed", 2)) == []
    with book.read() as db:
        assert [row.key for row in journal_of(db, "f-1")] == ["paid", "disputed"]


def test_nobody_waits_for_ever_for_a_worker_that_stopped(
    book: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker's machine is paused while it records f-1: another one's record fails in words, to be tried again."""
    monkeypatch.setattr(store, "_BUSY_MS", 300)
    other = Ledger(ledger_url)
    with book.write() as db:
        record(db, recorded("f-1", 1), [entry("paid", 1)], [])
        with pytest.raises(OperationalError, match=r"lock timeout|locked"), other.write() as here:
            record(here, recorded("f-1", 2), [entry("disputed", 2)], [])
    other.close()


@pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
def test_a_transaction_that_stopped_is_undone(book: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The paused worker does not come back: PostgreSQL undoes what it began, and the other one records f-1."""
    monkeypatch.setattr(store, "_FROZEN_MS", 300)
    paused = Ledger(ledger_url)

    def pause() -> Any:
        with paused.write() as db:
            record(db, recorded("f-1", 1), [entry("paid", 1)], [])
            with book.write() as here:
                return record(here, recorded("f-1", 2), [entry("disputed", 2)], [])

    with pytest.raises(DBAPIError, match="idle-in-transaction timeout"):
        pause()
    paused.close()
    with book.read() as db:
        assert [row.key for row in journal_of(db, "f-1")] == ["disputed"]
