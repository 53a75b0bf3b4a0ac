"""Cases that wait in vain, found on both databases; those that wait for a reason are left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ledger.cases import record
from ledger.store import Ledger
from ledger.stuck import StuckCase, open_case_ids, stuck_cases
from ledger.tasks import TaskWanted
from tests.ledger_book import MARCH_3, euros, open_book, recorded

TUESDAY = MARCH_3 + timedelta(days=7)
HOUR = timedelta(hours=1)
TASK = (TaskWanted("call", "call", "Call them"),)


def test_only_cases_that_nothing_moves_are_stuck(ledger: Ledger) -> None:
    """On 10 March 2026 one case has no timer and no task, one is overdue, one hangs at a step, one was never seen."""
    names = ("lost", "overdue", "hangs", "unseen", "waits", "asks", "contested", "busy", "closed")
    with ledger.write() as db:
        open_book(db, *(name.upper() for name in names))
        for told, wanted in (
            (recorded("lost", next_at=None, doing="ask"), ()),
            (recorded("overdue", next_at=TUESDAY - 2 * HOUR), ()),
            (recorded("hangs", next_at=None, doing="perform", at=TUESDAY - 3 * HOUR), ()),
            (recorded("waits", next_at=TUESDAY + HOUR), ()),
            (recorded("asks", next_at=None, doing="ask"), TASK),
            (recorded("contested", next_at=None, doing="ask", outstanding=euros("0.00")), ()),
            (recorded("busy", next_at=None, doing="perform", at=TUESDAY), ()),
            (replace(recorded("closed", next_at=None, doing="close"), status="closed", outcome="paid"), ()),
        ):
            record(db, told, [], wanted)
    with ledger.read() as db:
        found = list(stuck_cases(db, TUESDAY, HOUR))
        assert open_case_ids(db) == set(names) - {"closed"}
    assert found == [
        StuckCase("contested", "nobody_moves_it", MARCH_3 + HOUR),  # nothing to ask for, yet somebody must act
        StuckCase("lost", "nobody_moves_it", MARCH_3 + HOUR),
        StuckCase("overdue", "overdue", TUESDAY - 2 * HOUR),
        StuckCase("hangs", "performing", TUESDAY - 3 * HOUR),
        StuckCase("unseen", "undecided", MARCH_3),
    ]


def test_the_revision_of_the_tables_is_told(ledger: Ledger) -> None:
    """After an upgrade of March the tables say which revision they are, and it is this release's."""
    assert ledger.schema_is_current()
    assert ledger.revision().startswith("000")
