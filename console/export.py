"""Everything the ledger holds about one case in one zip, for an auditor, a lawyer or the debtor who asks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from console.output import plain
from ledger.book import debtor, invoice
from ledger.cases import CaseRow
from ledger.deliveries import deliveries_of
from ledger.journal import JournalRow, journal_of
from ledger.letters import SentLetter, letters_of
from ledger.policies import policy
from ledger.store import Ledger
from ledger.tasks import TaskFilter, list_tasks

_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's own beginning: the same contents make the same bytes
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def case_file(ledger: Ledger, row: CaseRow) -> bytes:
    """The zip: case, debtor, policy, journal as JSON and CSV, deliveries, tasks, letters/, and every file's hash."""
    with ledger.read() as db:
        entries, letters = journal_of(db, row.id), letters_of(db, row.id)
        files = {
            "case.json": _json({"case": row, "invoice": invoice(db, row.invoice_number)}),
            "debtor.json": _json(debtor(db, row.debtor_id)),
            "policy.json": _json(policy(db, row.policy_hash)),
            "deliveries.json": _json(deliveries_of(db, row.id)),
            "tasks.json": _json(list_tasks(db, TaskFilter(state=None, case_id=row.id, limit=100_000))),
            "journal.json": _json(entries),
            "journal.csv": _journal_csv(entries),
        }
    files |= {_path(letter): letter.content for letter in letters}
    files["contents.json"] = _json({name: hashlib.sha256(body).hexdigest() for name, body in files.items()})
    return _zip(files)


def _path(letter: SentLetter) -> str:
    folder = letter.delivery_key.partition("/")[2].replace("/", "-")
    return f"letters/{_harmless(folder)}/{_harmless(letter.name)}"


def _harmless(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".") or "_"


def _json(value: object) -> bytes:
    return json.dumps(plain(value), ensure_ascii=False, indent=2).encode()


def _journal_csv(entries: Sequence[JournalRow]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["row", "at", "what", "key", "body", "previous_hash", "hash"])
    for row in entries:
        body = json.dumps(row.body, ensure_ascii=False, sort_keys=True)
        cells: list[Any] = [row.row_no, row.at.isoformat(), row.kind, row.key, body, row.previous_hash, row.hash]
        table.writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue().encode()


def _zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()
