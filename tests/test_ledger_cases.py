"""Cases, tasks, debtors and invoices: what an activity writes in one go, and what imports bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dunning.money import Money
from ledger.book import (
    Debtor,
    Unpaid,
    case_ids_taken,
    debtor,
    debtor_unpaid,
    invoice,
    invoices_known,
    set_invoice,
    upsert_debtor,
)
from ledger.cases import add_case, add_cases, case, record
from ledger.errors import CaseIdTaken, CurrencyChanged, DebtorMissing, IllegalMove, InvoiceMissing, TaskMissing
from ledger.journal import START, journal_of
from ledger.store import Ledger
from ledger.tasks import TaskDone, TaskFilter, TaskWanted, close_task, count_tasks, list_tasks, open_task, task
from tests.ledger_book import MARCH_3, at_once, entry, euros, new_case, open_book, recorded

CALL = TaskWanted("call/1", "call", "Call Dupont", {"script": "polite"}, MARCH_3 + timedelta(days=2))
APPROVE = TaskWanted("approve/1", "approval", "Approve the formal notice")
ANY = TaskFilter(state=None, case_id="f-1")


@pytest.fixture
def book(ledger: Ledger) -> Ledger:
    """A ledger with case f-1 of debtor D1, opened on 3 March."""
    with ledger.write() as db:
        open_book(db, "F-1")
    return ledger


def record_tasks(book: Ledger, seq: int, *wanted: TaskWanted, **changes: Any) -> list[str]:
    with book.write() as db:
        return [row.key for row in record(db, recorded("f-1", seq, **changes), [], wanted)]


def states(book: Ledger) -> list[tuple[str, str, str | None]]:
    with book.read() as db:
        rows = list_tasks(db, ANY)
    return [(row.key, row.state, row.closed_by) for row in sorted(rows, key=lambda row: row.id)]


def test_a_new_case_waits_for_its_first_decision(book: Ledger) -> None:
    """Imported on 3 March: open, nothing decided, nothing in the journal, the invoice with its odd column."""
    with book.read() as db:
        kept = case(db, "f-1")
        found = invoice(db, "F-1")
    assert (kept.status, kept.doing, kept.because, kept.next_at, kept.closed_at) == ("open", None, None, None, None)
    assert (kept.seq, kept.state, kept.outstanding, kept.opened_at) == (0, {"facts": []}, euros("1200.00"), MARCH_3)
    assert (kept.head.row_no, kept.head.hash) == (0, START)
    assert found == new_case("F-1").invoice


def test_an_invoice_is_imported_once(book: Ledger) -> None:
    """The same file imported again on 4 March adds only the invoice that is new in it."""
    with book.write() as db:
        kept = case(db, "f-1").policy_hash
        assert not add_case(db, new_case("F-1", amount="9.00", policy=kept))
        again = [new_case("F-1", policy=kept), new_case("F-2", policy=kept), new_case("F-2", policy=kept)]
        assert add_cases(db, again) == {"f-2"}
        assert add_cases(db, []) == set()
        assert case(db, "f-1").outstanding == euros("1200.00")


def test_two_invoices_cannot_share_a_case(book: Ledger) -> None:
    """F-1 and f-1 give the same case id: the second is refused with both names, before or within one import."""
    with book.write() as db:
        kept = case(db, "f-1").policy_hash
        with pytest.raises(CaseIdTaken, match="invoice f-1 gives case f-1, taken by invoice F-1"):
            add_case(db, new_case("f-1", policy=kept))
        with pytest.raises(CaseIdTaken, match="invoice g-1 gives case g-1, taken by invoice G-1"):
            add_cases(db, [new_case("G-1", policy=kept), new_case("g-1", policy=kept)])
        assert case_ids_taken(db, ["f-1", "g-1"]) == {"f-1": "F-1"}


def test_an_import_asks_for_thousands_at_once(book: Ledger) -> None:
    """1,200 invoices in one transaction: more than one statement may name, and each is found again."""
    with book.write() as db:
        news = [new_case(f"B-{number}", policy=case(db, "f-1").policy_hash) for number in range(1200)]
        assert len(add_cases(db, news)) == 1200
        assert len(invoices_known(db, [f"B-{number}" for number in range(1300)])) == 1200


def test_a_record_shows_at_once_where_the_case_is(book: Ledger) -> None:
    """The decision of 3 March is written whole: journal, step, reason, next moment, balance."""
    with book.write() as db:
        record(db, recorded("f-1", outstanding=euros("700.00")), [entry("paid", amount=500)], [])
    with book.read() as db:
        kept = case(db, "f-1")
        assert [row.key for row in journal_of(db, "f-1")] == ["paid"]
    assert (kept.step, kept.doing, kept.because) == ("courteous-reminder", "wait", ["seven days after the due date"])
    assert (kept.next_at, kept.outstanding) == (MARCH_3 + timedelta(days=7), euros("700.00"))


def test_an_older_record_is_history_only(book: Ledger) -> None:
    """A slow activity of 10 o'clock writes after the one of 11: its facts are kept, the case stays that of 11."""
    assert record_tasks(book, 2, CALL) == ["call/1"]
    with book.write() as db:
        late = recorded("f-1", 1, step="too-old")
        assert record(db, late, [entry("late")], [APPROVE]) == []
        assert (case(db, "f-1").seq, case(db, "f-1").step) == (2, "courteous-reminder")
        assert [row.key for row in journal_of(db, "f-1")] == ["late"]
    assert states(book) == [("call/1", "open", None)]


def test_a_case_closes_and_opens_again(book: Ledger) -> None:
    """Paid on 3 March, the bank takes it back later: closed with its date, then open without one."""
    shut = {"status": "closed", "outcome": "paid", "doing": "close", "step": None, "next_at": None}
    for seq in (1, 2):
        record_tasks(book, seq, outstanding=euros("0.00"), **shut)
        with book.read() as db:
            kept = case(db, "f-1")
        assert (kept.status, kept.outcome, kept.closed_at) == ("closed", "paid", MARCH_3 + timedelta(hours=1))
    record_tasks(book, 3)
    with book.read() as db:
        assert (case(db, "f-1").status, case(db, "f-1").closed_at) == ("open", None)


def test_a_case_changes_its_policy_when_told(book: Ledger) -> None:
    """A record without a policy leaves the pinned one; a record with one moves the case."""
    record_tasks(book, 1)
    with book.write() as db:
        before = case(db, "f-1")
        record(db, recorded("f-1", 2, policy_name="loyal-b2b", policy_hash=before.policy_hash), [], [])
        assert (before.policy_name, case(db, "f-1").policy_name) == ("standard-b2b", "loyal-b2b")


def test_tasks_follow_what_is_wanted(book: Ledger) -> None:
    """A call is wanted, then an approval too, then nothing: opened once, kept open, dropped by nobody."""
    assert record_tasks(book, 1, CALL) == ["call/1"]
    assert record_tasks(book, 1, CALL) == []
    assert record_tasks(book, 2, CALL, APPROVE) == ["approve/1"]
    assert record_tasks(book, 3, APPROVE) == []
    assert states(book) == [("call/1", "dropped", None), ("approve/1", "open", None)]


def test_a_dropped_task_may_come_back(book: Ledger) -> None:
    """A dispute of 4 March made the call pointless; it is rejected on 5 March and the call is due again."""
    record_tasks(book, 1, CALL)
    record_tasks(book, 2)
    assert record_tasks(book, 3, CALL) == ["call/1"]
    assert states(book) == [("call/1", "dropped", None), ("call/1", "open", None)]


def test_a_task_wanted_again_after_it_was_done_is_opened_anew(book: Ledger) -> None:
    """Marie agreed a promise on 3 March instead of calling; it is broken, and the call is asked for again."""
    done = TaskDone("call/1", "marie", {"result": "promised"})
    record_tasks(book, 1, CALL, APPROVE)
    assert record_tasks(book, 2, done=(done,)) == []
    assert record_tasks(book, 3, CALL) == ["call/1"]
    opened = [("call/1", "done", "marie"), ("approve/1", "dropped", None), ("call/1", "open", None)]
    assert states(book) == opened
    with book.read() as db:
        called = list_tasks(db, replace(ANY, kind="call"))[0]
    assert (called.result, called.closed_at) == ({"result": "promised"}, MARCH_3 + timedelta(hours=2))


def test_an_open_task_takes_the_new_words(book: Ledger) -> None:
    """The second attempt has another script and a later deadline: the same task says so."""
    record_tasks(book, 1, CALL)
    later = replace(CALL, title="Call again", body={"script": "firm"}, due_at=MARCH_3 + timedelta(days=4))
    assert record_tasks(book, 2, later) == []
    with book.read() as db:
        row = list_tasks(db, ANY)[0]
    assert (row.title, row.body, row.due_at, row.state) == (later.title, later.body, later.due_at, "open")


def test_a_person_closes_a_task_once(book: Ledger) -> None:
    """Marie and Paul press the button in the same second: one of them is told that it is done."""
    record_tasks(book, 1, CALL)
    with book.read() as db:
        number = list_tasks(db, ANY)[0].id

    def press(hand: int) -> str:
        with book.write() as db:
            return close_task(db, number, TaskDone("call/1", f"person {hand}"), MARCH_3).state

    ends = at_once(2, press)
    assert sorted(str(end) if isinstance(end, str) else type(end).__name__ for end in ends) == ["IllegalMove", "done"]


def test_a_task_is_closed_under_its_own_name(book: Ledger) -> None:
    """A button of an old page names another task, or one that never was: refused, nothing changes."""
    record_tasks(book, 1, CALL)
    with book.write() as db:
        number = list_tasks(db, ANY)[0].id
        with pytest.raises(IllegalMove, match="is call/1, not approve/1"):
            close_task(db, number, TaskDone("approve/1", "marie"), MARCH_3)
        with pytest.raises(TaskMissing, match="no task 999999"):
            close_task(db, 999999, TaskDone("call/1", "marie"), MARCH_3)
        assert task(db, number).state == "open"


def test_a_message_without_a_case_becomes_one_task(book: Ledger) -> None:
    """A payment for an unknown invoice comes three times on 3 March: one task, and another once that is done."""
    lost = TaskWanted("payment/p-1", "unknown-payment", "A payment for no invoice")
    with book.write() as db:
        first = open_task(db, lost, MARCH_3)
        assert first is not None
        assert first.case_id is None
        assert open_task(db, lost, MARCH_3) is None
        close_task(db, first.id, TaskDone("payment/p-1", "marie"), MARCH_3)
        assert open_task(db, lost, MARCH_3) is not None
        assert open_task(db, lost, MARCH_3, case_id="f-1") is not None
        assert count_tasks(db, TaskFilter()) == 2
        assert count_tasks(db, TaskFilter(kind="unknown-payment", state=None)) == 3


def test_tasks_are_listed_by_urgency(book: Ledger) -> None:
    """Due today, due tomorrow, due some day: in this order on both databases, page by page."""
    days = {"some-day": None, "tomorrow": MARCH_3 + timedelta(days=1), "today": MARCH_3}
    record_tasks(book, 1, *(TaskWanted(key, "call", key, {}, due) for key, due in days.items()))
    with book.read() as db:
        pages = [list_tasks(db, TaskFilter(limit=2, offset=start)) for start in (0, 2)]
    assert [[row.key for row in page] for page in pages] == [["today", "tomorrow"], ["some-day"]]


def test_a_debtor_tells_what_changed(ledger: Ledger) -> None:
    """New on 3 March: everything; imported again: nothing; moved in April: the address alone."""
    first = Debtor(
        id="D7",
        name="Café Zoé",
        kind="business",
        country="FR",
        email="zoe@cafe.example",
        address=("3 rue Basse", "35000 Rennes"),
        extra={"Région": "Ouest"},
    )
    moved = replace(first, address=("1 quai Haut", "35000 Rennes"))
    with ledger.write() as db:
        assert {"name", "address", "extra"} <= upsert_debtor(db, first, MARCH_3)
        assert upsert_debtor(db, first, MARCH_3) == set()
        assert upsert_debtor(db, moved, MARCH_3) == {"address"}
        assert debtor(db, "D7") == moved
        with pytest.raises(DebtorMissing, match="no debtor D8"):
            debtor(db, "D8")
    assert "zoe" not in repr(first).lower()


def test_an_invoice_changes_its_amount_and_due_date_but_not_its_currency(book: Ledger) -> None:
    """The second import of F-1 says 1,100 EUR due on 10 March: the old invoice is told; dollars are refused."""
    tenth = date(2026, 3, 10)
    with book.write() as db:
        before = invoice(db, "F-1")
        assert set_invoice(db, "F-1", euros("1100.00"), tenth) == before
        assert invoice(db, "F-1") == replace(before, amount=euros("1100.00"), due_date=tenth)
        with pytest.raises(CurrencyChanged, match=r"F-1 is in EUR and cannot become 5\.00 USD"):
            set_invoice(db, "F-1", Money.parse("5.00 USD"), tenth)
        with pytest.raises(InvoiceMissing, match="no invoice F-9"):
            set_invoice(db, "F-9", euros("1.00"), tenth)
        with pytest.raises(InvoiceMissing):
            invoice(db, "F-9")


def test_what_a_debtor_owes_is_summed_by_currency(book: Ledger) -> None:
    """On 4 March two invoices are past due; on their due date none is; a closed or settled one never counts."""
    with book.write() as db:
        kept = case(db, "f-1").policy_hash
        add_cases(db, [new_case(number, policy=kept) for number in ("F-2", "F-3", "F-4")])
        record(db, recorded("f-2", outstanding=euros("0.50")), [], [])
        record(db, recorded("f-3", outstanding=euros("0.00")), [], [])
        record(db, recorded("f-4", status="closed", outcome="written_off", doing="close"), [], [])
        assert debtor_unpaid(db, "D1", date(2026, 3, 4)) == {"EUR": Unpaid(2, euros("1200.50"))}
        assert debtor_unpaid(db, "D1", date(2026, 3, 3)) == {}
        assert debtor_unpaid(db, "D2", date(2026, 3, 4)) == {}


def test_the_largest_amount_fits(ledger: Ledger) -> None:
    """Money goes to 10^15 minor units; both databases keep and add it to the cent."""
    most = Money(minor=10**15, currency="EUR")
    with ledger.write() as db:
        kept = open_book(db)
        big = new_case("F-1", policy=kept)
        add_case(db, replace(big, invoice=replace(big.invoice, amount=most), outstanding=most))
        assert (case(db, "f-1").outstanding, invoice(db, "F-1").amount) == (most, most)
