"""Lists of cases: filters, pages and counts, quick when there are 100,000 of them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from ledger.book import Debtor, upsert_debtor
from ledger.cases import add_cases, record
from ledger.lists import CaseFilter, Counts, count_cases, counts, list_cases
from ledger.store import Ledger
from ledger.tasks import TaskWanted
from tests.ledger_book import MARCH_3, euros, new_case, open_book, recorded

MANY = 100_000
MANY_INVOICES = """
INSERT INTO invoices (number, case_id, debtor_id, issue_date, due_date, amount_minor, currency, extra, added_at)
SELECT 'N' || i, 'n' || i, debtor_id, issue_date, due_date, amount_minor, currency, extra, added_at
FROM {numbers}, invoices WHERE number = 'F-1'
"""
MANY_CASES = """
INSERT INTO cases (id, invoice_number, debtor_id, policy_name, policy_hash, state, seq, status, step, next_at, doing,
    because, outstanding_minor, currency, opened_at, changed_at, head_hash, head_row)
SELECT 'n' || i, 'N' || i, debtor_id, policy_name, policy_hash, state, 1, 'open', 'call', {moment}, 'wait',
    '[]', i % 7919, currency, opened_at, {moment}, '', 0
FROM {numbers}, cases WHERE id = 'f-1'
"""


@pytest.fixture
def four_cases(ledger: Ledger) -> Ledger:
    """F-1 waits for 10 March, F-2 for 5 March, F-3 for Marie's call, and F-4 of debtor D2 is paid."""
    with ledger.write() as db:
        kept = open_book(db, "F-1", "F-2", "F-3")
        upsert_debtor(db, Debtor(id="D2", name="100% Pain_Frais", kind="business", country="FR"), MARCH_3)
        add_cases(db, [replace(new_case("F-4", debtor="D2", policy=kept), policy_name="loyal-b2b")])
        record(db, recorded("f-1", 1), [], [])
        record(db, recorded("f-2", 2, next_at=MARCH_3 + timedelta(days=2), outstanding=euros("90.00")), [], [])
        call = TaskWanted("call/1", "call", "Call")
        record(db, recorded("f-3", 3, next_at=None, doing="ask", step="call"), [], [call])
        record(db, recorded("f-4", 4, status="closed", outcome="paid", doing="close", outstanding=euros("0")), [], [])
    return ledger


def listed(ledger: Ledger, **asked: Any) -> list[str]:
    wanted = CaseFilter(**asked)
    with ledger.read() as db:
        found = [line.id for line in list_cases(db, wanted)]
        assert count_cases(db, wanted) == len(found)
    return found


def test_a_line_says_it_all(four_cases: Ledger) -> None:
    """One line of the list names the debtor, the amounts, the dates, what is next and why."""
    with four_cases.read() as db:
        line = list_cases(db, CaseFilter(search="f-2"))[0]
    assert (line.invoice_number, line.debtor_name) == ("F-2", "Électricité Dupont")
    assert (line.outstanding, line.amount) == (euros("90.00"), euros("1200.00"))
    assert (line.step, line.doing, line.because) == ("courteous-reminder", "wait", ["seven days after the due date"])
    assert (line.next_at, line.due_date.isoformat()) == (MARCH_3 + timedelta(days=2), "2026-03-03")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "open"}, ["f-2", "f-1", "f-3"]),
        ({"status": "closed"}, ["f-4"]),
        ({"step": "call"}, ["f-3"]),
        ({"outcome": "paid"}, ["f-4"]),
        ({"debtor": "D2"}, ["f-4"]),
        ({"policy": "loyal-b2b"}, ["f-4"]),
        ({"doing": "wait"}, ["f-2", "f-1"]),
        ({"doing": "wait", "min_outstanding": euros("100.00")}, ["f-1"]),
        ({"min_outstanding": euros("0.01"), "status": "closed"}, []),
        ({"search": "ELECTRICITE dup", "order": "id"}, ["f-1", "f-2", "f-3"]),
        ({"search": "F-3"}, ["f-3"]),
        ({"search": "0% pain_f"}, ["f-4"]),
        ({"search": "%"}, ["f-4"]),
        ({"search": "'; DROP TABLE cases"}, []),
    ],
)
def test_a_filter_finds_what_it_names(four_cases: Ledger, asked: dict[str, Any], found: list[str]) -> None:
    """Each filter alone or with another, accents and capitals aside, and a percent sign is a percent sign."""
    assert listed(four_cases, **asked) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("next_at", ["f-2", "f-1", "f-4", "f-3"]),
        ("-outstanding", ["f-3", "f-1", "f-2", "f-4"]),
        ("-changed_at", ["f-4", "f-3", "f-2", "f-1"]),
        ("due_date", ["f-1", "f-2", "f-3", "f-4"]),
        ("id", ["f-1", "f-2", "f-3", "f-4"]),
    ],
)
def test_both_databases_sort_alike(four_cases: Ledger, order: Any, found: list[str]) -> None:
    """The order is the same on both, a case that waits for a person coming after those with a date."""
    assert listed(four_cases, order=order) == found
    with four_cases.read() as db:
        pages = [list_cases(db, CaseFilter(order=order, limit=3, offset=start)) for start in (0, 3)]
    assert [[line.id for line in page] for page in pages] == [found[:3], found[3:]]


def test_the_counts_of_the_morning(four_cases: Ledger) -> None:
    """Three open, one paid, one call to make."""
    with four_cases.read() as db:
        assert counts(db) == Counts(
            open=3,
            closed=1,
            by_step={"courteous-reminder": 2, "call": 1},
            by_doing={"wait": 2, "ask": 1},
            by_outcome={"paid": 1},
            open_tasks={"call": 1},
        )


def fill(db: Connection) -> None:
    """100,000 open cases with moments, balances and names spread out, written by the database itself."""
    open_book(db, "F-1")
    if db.dialect.name == "postgresql":
        numbers, moment = "generate_series(1, 100000) AS n(i)", "timestamptz '2026-03-03' + i % 9973 * interval '1 min'"
    else:
        numbers = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n)"
        moment = "strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', '2026-03-03', '+' || (i % 9973) || ' minutes')"
    db.execute(text(MANY_INVOICES.format(numbers=numbers)))
    db.execute(text(MANY_CASES.format(numbers=numbers, moment=moment)))
    db.exec_driver_sql("ANALYZE")


def plan_of(ledger: Ledger, wanted: CaseFilter) -> str:
    """How the database would fetch the page: the plan of the very statement that `list_cases` sends."""
    sent: list[tuple[str, Any]] = []
    event.listen(
        ledger.engine,
        "before_cursor_execute",
        lambda conn, cursor, statement, parameters, *rest: sent.append((statement, parameters)),
    )
    with ledger.read() as db:
        assert len(list_cases(db, wanted)) == wanted.limit
    statement, parameters = next(one for one in sent if one[0].startswith("SELECT"))
    explain = "EXPLAIN " if ledger.url.get_backend_name() == "postgresql" else "EXPLAIN QUERY PLAN "
    with ledger.read() as db:
        return "\n".join(str(tuple(row)) for row in db.exec_driver_sql(explain + statement, parameters))


def test_a_page_of_100_000_cases_comes_from_an_index(ledger: Ledger) -> None:
    """On a portfolio of 100,000 open cases the lists are read from an index, neither scanned nor sorted."""
    with ledger.write() as db:
        fill(db)
        assert db.scalar(text("SELECT count(*) FROM cases")) == MANY + 1
    for order, index in (
        ("next_at", "ix_cases_status_next_at_id"),
        ("-outstanding", "ix_cases_status_outstanding_minor_id"),
        ("-changed_at", "ix_cases_status_changed_at_id"),
    ):
        plan = plan_of(ledger, CaseFilter(status="open", order=order))  # type: ignore[arg-type]
        assert index in plan, plan
        assert not re.search("(?i)scan (on )?(cases|invoices)", plan), plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Sort" not in plan, plan
