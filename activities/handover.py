"""The file for the agency, the lawyer or the court: one zip with the statement, the letters as sent and the journal."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import zipfile
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

from activities.composing import Subject, statement
from activities.message import Attachment, Outgoing, Receipt, TryLater
from activities.outbox import safe_name
from dunning.case import Case
from ledger import journal
from ledger.deliveries import DeliveryRow, deliveries_of
from ledger.letters import SentLetter, letters_of
from ledger.store import Ledger

_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's own beginning: the same contents make the same bytes


class HandoverFolder:
    """Puts hand-over files into a folder; asking twice leaves one file."""

    idempotent = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Outgoing) -> Receipt:
        """Write the zip, whole or not at all. TryLater when the disk does not take it."""
        target = self._folder / f"{safe_name(message.key)}.zip"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            half = target.with_suffix(f".{os.getpid()}.part")
            half.write_bytes(message.attachments[0].content)
            half.replace(target)
        except OSError as failure:
            raise TryLater(f"the hand-over folder could not be written: {failure.strerror}") from failure
        return Receipt("handover folder", target.name, str(target))


def dossier(ledger: Ledger, subject: Subject, route: str) -> bytes:
    """The zip: statement.pdf, case.json, journal.csv, letters/, and contents.json with the hash of every file."""
    case = subject.here.case
    with ledger.read() as db:
        rows, letters = deliveries_of(db, case.id), letters_of(db, case.id)
        entries = journal.journal_of(db, case.id)
    files = {
        "statement.pdf": statement(case, subject, subject.language).content,
        "case.json": _json(_machine_readable(case, subject, rows, route)),
        "journal.csv": _journal_csv(entries),
    }
    files |= {_letter_path(letter): letter.content for letter in letters if _went_out(letter, rows)}
    files["contents.json"] = _json({name: hashlib.sha256(body).hexdigest() for name, body in files.items()})
    return _zip(files)


def _went_out(letter: SentLetter, rows: list[DeliveryRow]) -> bool:
    return any(row.key == letter.delivery_key and row.state in ("sent", "unknown") for row in rows)


def _letter_path(letter: SentLetter) -> str:
    _, step, occurrence, channel = letter.delivery_key.split("/")
    name = re.sub(r"[^A-Za-z0-9._-]", "_", letter.name).lstrip(".")
    return f"letters/{step}-{occurrence}-{channel}/{name}"


def _machine_readable(case: Case, subject: Subject, rows: list[DeliveryRow], route: str) -> dict[str, object]:
    debtor = asdict(subject.debtor)
    del debtor["extra"]
    return {
        "made_at": subject.now.astimezone(UTC).isoformat(),
        "route": route,
        "creditor": subject.creditor.model_dump(mode="json"),
        "debtor": debtor,
        "principal": {
            "invoiced": str(case.invoice.amount),
            "paid": str(case.paid),
            "credited": str(case.credited),
            "balance": str(case.balance),
            "asked_for": str(case.outstanding),
        },
        "deliveries": [
            {
                "key": row.key,
                "channel": row.channel,
                "state": row.state,
                "sent_at": row.sent_at.isoformat() if row.sent_at else None,
                "result": row.result,
                "subject": row.subject,
            }
            for row in rows
        ],
        "case": case.model_dump(mode="json", exclude_defaults=True),
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode()


def _journal_csv(entries: list[journal.JournalRow]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["row", "at", "what", "body", "previous_hash", "hash"])
    for row in entries:
        body = json.dumps(row.body, ensure_ascii=False, sort_keys=True)
        table.writerow([row.row_no, row.at.isoformat(), row.kind, body, row.previous_hash, row.hash])
    return out.getvalue().encode()


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def covering(subject: Subject, route: str, key: str, content: bytes) -> Outgoing:
    """The hand-over as a delivery, with the zip as its one file."""
    case = subject.here.case
    return Outgoing(
        key=key,
        channel=route,
        to_name=route,
        language=subject.language,
        subject=f"Hand-over of {case.invoice.number} ({route})",
        text=f"{case.outstanding} outstanding",
        at=subject.now,
        attachments=(Attachment("dossier.zip", "application/zip", content),),
        letter="handover",
        tone=subject.here.step.tone,
    )
