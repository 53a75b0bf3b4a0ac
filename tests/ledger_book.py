"""The debtors, invoices and records that the ledger's tests tell stories about."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from dunning.money import Money
from ledger.book import Debtor, Invoice, upsert_debtor
from ledger.cases import CaseRecord, NewCase, add_case
from ledger.journal import JournalEntry
from ledger.policies import PolicyBundle, keep_policy

MARCH_3 = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
BUNDLE: dict[str, Any] = {"policy": {"name": "standard-b2b"}, "letters": {"reminder.courteous.fr": "Bonjour à vous"}}
BOTH = pytest.mark.parametrize("empty_url", ["sqlite", "postgresql"], indirect=True)


def euros(text: str) -> Money:
    return Money.parse(f"{text} EUR")


def new_case(number: str, debtor: str = "D1", amount: str = "1200.00", policy: str = "") -> NewCase:
    """An invoice of 1 February, due on 3 March 2026, whose case id is its number in small letters."""
    invoice = Invoice(
        number=number,
        case_id=number.lower(),
        debtor_id=debtor,
        issue_date=date(2026, 2, 1),
        due_date=date(2026, 3, 3),
        amount=euros(amount),
        extra={"Kostenstelle": "Büro"},
    )
    return NewCase(invoice, "standard-b2b", policy, {"facts": []}, euros(amount), MARCH_3)


def open_book(db: Connection, *numbers: str) -> str:
    """Write debtor D1, one policy and a case for each invoice number; returns the policy's hash."""
    upsert_debtor(db, Debtor(id="D1", name="Électricité Dupont", kind="business", country="FR"), MARCH_3)
    kept = keep_policy(db, PolicyBundle("standard-b2b", "standard-b2b.yaml", BUNDLE, MARCH_3))
    for number in numbers:
        assert add_case(db, new_case(number, policy=kept))
    return kept


def recorded(case_id: str, seq: int = 1, **changes: Any) -> CaseRecord:
    """A record of an open case that waits a week for its next reminder."""
    values: dict[str, Any] = {
        "case_id": case_id,
        "state": {"seq": seq},
        "seq": seq,
        "status": "open",
        "outcome": None,
        "step": "courteous-reminder",
        "next_at": MARCH_3 + timedelta(days=7),
        "doing": "wait",
        "because": ["seven days after the due date"],
        "outstanding": euros("1200.00"),
        "at": MARCH_3 + timedelta(hours=seq),
    }
    return CaseRecord(**{**values, **changes})


def entry(key: str, seq: int = 1, **body: Any) -> JournalEntry:
    return JournalEntry(key, seq, MARCH_3 + timedelta(hours=seq), "StepDone", body)


def at_once(count: int, act: Any) -> list[Any]:
    """Run `act(number)` in as many threads and return what each gave back, or the error it raised."""
    with ThreadPoolExecutor(count) as threads:
        runs = [threads.submit(act, number) for number in range(count)]
        return [run.exception() or run.result() for run in runs]


def unguard_journal(db: Connection) -> None:
    """What an intruder with the rights of the database's owner does first."""
    table = " ON journal" if db.dialect.name == "postgresql" else ""
    for act in ("update", "delete"):
        db.execute(text(f"DROP TRIGGER journal_no_{act}{table}"))
