"""A ledger with one of everything that is kept as text or JSON, and a hand-over file, for the goldens."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from activities.composing import Subject
from activities.creditor import Creditor
from activities.handover import _json, _machine_readable
from dunning.money import Money
from dunning.policy import Policy
from dunning.schedule import Place
from ledger import book
from ledger.cases import CaseRecord, NewCase, add_case, record
from ledger.cases import case as case_row
from ledger.columns import canonical
from ledger.deliveries import Claim, Covered, Sent, begin_sending, claim, confirm, deliveries_of, note_result
from ledger.journal import JournalEntry, journal_of, verify_journal
from ledger.letters import LetterFile, keep_letters, letters_of
from ledger.policies import PolicyBundle, keep_policy, policy
from ledger.store import Ledger
from ledger.tasks import TaskDone, TaskFilter, TaskWanted, list_tasks
from tests.stored_examples import JOURNAL_ROW, POLICY, case

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
KEY = "F-1/notice/2/email"
OWED = Money(minor=12345, currency="EUR")
# Children after their parents, as the database wants them.
_TABLES = "debtors policies invoices cases journal deliveries delivery_cases letters_sent tasks".split()


def debtor() -> book.Debtor:
    """A debtor of whom everything is known."""
    return book.Debtor(
        id="D-1", name="Électricité Dupont", kind="business", country="FR", segment="loyal", subdivision="57",
        time_zone="Europe/Paris", language="fr", email="compta@example.org", phone="+33123456789",
        contact_name="Zoé Martin", manager_name="Max Martin", manager_email="max@example.org",
        address=("1 rue A", "75001 Paris"), solvency="doubtful", extra={"Kostenstelle": "Büro"},
    )  # fmt: skip


def ledger_text() -> str:
    """Every row of a ledger written by this release, as the file holds it."""
    with _ledger() as (ledger, file):
        _write(ledger)
        return _rows(file)


def read_ledger(text: str) -> str:
    """Rows put into a new ledger of this release and read back; ValueError when a journal does not hold together."""
    with _ledger() as (ledger, file):
        kept = _put(file, text)
        seen(ledger)
        return _rows(file, kept)


def seen_in(text: str) -> dict[str, Any]:
    """What this release's queries say of these rows."""
    with _ledger() as (ledger, file):
        _put(file, text)
        return seen(ledger)


def seen(ledger: Ledger) -> dict[str, Any]:
    """What the queries say of the case and all that belongs to it."""
    with ledger.read() as db:
        row = case_row(db, "F-1")
        if broken := list(verify_journal(db)):
            raise ValueError(str(broken))
        return {
            "debtor": book.debtor(db, "D-1"),
            "invoice": book.invoice(db, "F-1"),
            "case": row,
            "policy": policy(db, row.policy_hash),
            "journal": journal_of(db, "F-1"),
            "deliveries": deliveries_of(db, "F-1"),
            "letters": letters_of(db, "F-1"),
            "tasks": list_tasks(db, TaskFilter(state=None)),
        }


def dossier_text() -> str:
    """`case.json` of a hand-over file."""
    creditor = Creditor(
        name="Exemple SAS", address=["1 rue A", "75001 Paris"], city="Paris", phone="+33123456789",
        email="compta@example.org", iban="FR7630006000011234567890189", bic="AGRIFRPP", contact="Zoé", signatory="Max",
    )  # fmt: skip
    used = Policy.model_validate(POLICY)
    place = Place(used, case(), used.steps[2], 1)
    with _ledger() as (ledger, _):
        _write(ledger)
        with ledger.read() as db:
            rows = deliveries_of(db, "F-1")
    return _json(_machine_readable(case(), Subject(place, NOON, debtor(), creditor, {}), rows, "lawyer")).decode()


@contextmanager
def _ledger() -> Iterator[tuple[Ledger, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "relance.db"
        ledger = Ledger(f"sqlite:///{file}")
        ledger.migrate()
        yield ledger, file
        ledger.close()


def _write(ledger: Ledger) -> None:
    # As the first release knew it: rows of every release are compared with these, and a policy's shape has its goldens.
    bundle = {
        "policy": {key: POLICY[key] for key in POLICY if key != "charges"},
        "letters": {"reminder.courteous.fr": "Bonjour à vous"},
    }
    invoice = book.Invoice("F-1", "F-1", "D-1", date(2026, 2, 1), date(2026, 3, 3), OWED, {"Projet": "Été"})
    file = LetterFile("notice.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
    with ledger.write() as db:
        book.upsert_debtor(db, debtor(), NOON)
        kept = keep_policy(db, PolicyBundle("standard-b2b", "standard-b2b.yaml", bundle, NOON))
        add_case(db, NewCase(invoice, "standard-b2b", kept, {}, OWED, NOON))
        covers = (Covered("F-1", "notice", 2, OWED),)
        told = ("compta@example.org", "Mise en demeure", "fr", "formal", "formal-notice", "aa")
        claim(db, Claim(KEY, "D-1", "email", *told, covers, NOON))
        keep_letters(db, KEY, [file])
        begin_sending(db, KEY, "aa")
        confirm(db, KEY, Sent(NOON, "msg-1", "outbox/1.eml"))
        note_result(db, KEY, "delivered", NOON + timedelta(minutes=1))
        entry = JournalEntry(JOURNAL_ROW["key"], 1, NOON, JOURNAL_ROW["kind"], JOURNAL_ROW["body"])
        because = {"code": "planned", "words": {"step": "notice"}}
        call = TaskWanted("call/1", "call", "Call the debtor", {"number": "+33123456789", "why": because}, NOON)
        state = case().model_dump(mode="json", exclude_defaults=True)
        now = CaseRecord("F-1", state, 2, "open", None, "notice", NOON, "wait", because, OWED, NOON)
        record(db, now, [entry], [call])
        done = (TaskDone("call/1", "marie", {"by_act": "CallMade"}),)
        over = CaseRecord("F-1", state, 3, "closed", "paid", None, None, "close", because, OWED, NOON, done)
        record(db, over, [JournalEntry("Decided:3/0a", 3, NOON, "Decided", {"do": "close"})], [])


def _rows(file: Path, only: dict[str, list[dict[str, Any]]] | None = None) -> str:
    """All rows, or those columns that `only` knows."""
    found: dict[str, list[dict[str, Any]]] = {}
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        for table in _TABLES:
            rows = [dict(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
            wanted = only[table][0].keys() if only else rows[0].keys()
            found[table] = [{name: _text(row[name]) for name in wanted} for row in rows]
    return canonical(found)


def _text(value: Any) -> Any:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _put(file: Path, text: str) -> dict[str, list[dict[str, Any]]]:
    kept: dict[str, list[dict[str, Any]]] = json.loads(text)
    with closing(sqlite3.connect(file)) as db, db:
        for table, rows in kept.items():
            for row in rows:
                values = [bytes.fromhex(v["hex"]) if isinstance(v, dict) else v for v in row.values()]
                marks = ", ".join("?" * len(values))
                db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", values)
    return kept
