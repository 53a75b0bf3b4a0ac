"""One delivery: claimed, sent and confirmed under its key, so that no crash makes two letters of one."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from activities.brake import Brake, Passing, TooMuch
from activities.message import OutcomeUnknown, Outgoing, Refused, Sender, TryLater, Undeliverable
from activities.numbers import confirmed_after, tried
from ledger import deliveries as kept
from ledger.deliveries import Claim, Covered, DeliveryRow, Sent
from ledger.errors import DeliveryMissing
from ledger.letters import LetterFile, keep_letters
from ledger.store import Ledger

_log = structlog.get_logger()


@dataclass(frozen=True)
class Delivered:
    """What became of a delivery; `unknown` when nobody can know."""

    state: Literal["sent", "unknown", "blocked"]
    why: Literal["", "no_address", "refused_by_provider", "outcome_unknown"] = ""
    detail: str = ""


@dataclass(frozen=True)
class Errand:
    """A delivery to make: its key, whom and what it covers, and how its message is made when it is needed."""

    key: str
    channel: str
    debtor_id: str
    covers: Covered
    compose: Callable[[], Outgoing]
    times: int | None = None  # how often the step may go out; None when a person wants it


def deliver(ledger: Ledger, sender: Sender, errand: Errand, brake: Brake | None = None) -> Delivered:
    """Make the delivery, or find out what became of an earlier try.

    Raises TryLater for a technical failure, and SendingStopped, which is one, while the brake is on.
    """
    try:
        made = _found(ledger, sender, errand) or _send(ledger, sender, errand, brake)
    except TryLater:
        tried(errand.channel, "later")
        raise
    tried(errand.channel, made.state)
    return made


def _found(ledger: Ledger, sender: Sender, errand: Errand) -> Delivered | None:
    """What an earlier try came to; None when nothing went out yet."""
    row = _known(ledger, errand.key)
    if row and row.state == "sending":
        row = _after_a_crash(ledger, sender, row)
    if row and row.state == "sent":
        return Delivered("sent")
    if row and row.state == "unknown":
        return Delivered("unknown", "outcome_unknown", row.error or "")
    if row and row.state == "refused":
        return Delivered("blocked", "refused_by_provider", row.error or "")
    return None


def _known(ledger: Ledger, key: str) -> DeliveryRow | None:
    with ledger.read() as db:
        try:
            return kept.delivery(db, key)
        except DeliveryMissing:
            return None


def _after_a_crash(ledger: Ledger, sender: Sender, row: DeliveryRow) -> DeliveryRow:
    """An earlier try ended between the send and its confirmation."""
    with ledger.write() as db:
        if sender.idempotent:
            kept.put_back(db, row.key, "interrupted; sending the same again cannot reach the debtor twice")
        else:
            kept.mark_unknown(db, row.key, "interrupted between sending and the answer")
        return kept.delivery(db, row.key)


def _send(ledger: Ledger, sender: Sender, errand: Errand, brake: Brake | None) -> Delivered:
    if brake:
        brake.spare()
    message = errand.compose()
    _pass_the_brake(ledger, errand, message, brake)
    began = time.monotonic()
    try:
        receipt = sender.send(message)
    except TryLater as failure:
        with ledger.write() as db:
            kept.put_back(db, errand.key, failure.because)
        raise
    except Undeliverable as failure:
        with ledger.write() as db:
            kept.put_back(db, errand.key, failure.because)
        return Delivered("blocked", "no_address", failure.because)
    except Refused as failure:
        with ledger.write() as db:
            kept.refuse(db, errand.key, failure.because)
        return Delivered("blocked", "refused_by_provider", failure.because)
    except OutcomeUnknown as failure:
        with ledger.write() as db:
            kept.mark_unknown(db, errand.key, failure.because)
        return Delivered("unknown", "outcome_unknown", failure.because)
    with ledger.write() as db:
        kept.confirm(db, errand.key, Sent(message.at, receipt.reference, receipt.path))
    confirmed_after(errand.channel, time.monotonic() - began)
    _log.info("delivered", key=errand.key, provider=receipt.provider)
    return Delivered("sent")


def _pass_the_brake(ledger: Ledger, errand: Errand, message: Outgoing, brake: Brake | None) -> None:
    try:
        _claim(ledger, errand, message, brake)
    except TooMuch as much:
        if brake is None:
            raise
        raise brake.pull(much.found) from much


def _claim(ledger: Ledger, errand: Errand, message: Outgoing, brake: Brake | None) -> None:
    """Claim the delivery, keep the very files that will go out, and pass the door: from here on they may be out."""
    files = _files(message)
    content_hash = hashlib.sha256(b"\0".join(file.name.encode() + file.content for file in files)).hexdigest()
    claim = Claim(
        key=errand.key,
        debtor_id=errand.debtor_id,
        channel=errand.channel,
        address=_address(message),
        subject=message.subject,
        language=message.language,
        tone=message.tone,
        letter=message.letter,
        content_hash=content_hash,
        covers=(errand.covers,),
        at=message.at,
    )
    covers = errand.covers
    passing = Passing(covers.case_id, covers.step, covers.occurrence, errand.debtor_id, message.at, errand.times)
    with ledger.write() as db:
        if brake:
            brake.let_pass(db, passing)
        kept.claim(db, claim)
        keep_letters(db, errand.key, files)
        kept.begin_sending(db, errand.key, content_hash)


def _files(message: Outgoing) -> list[LetterFile]:
    files = [LetterFile("message.txt", "text/plain", f"{message.subject}\n\n{message.text}".encode())]
    if message.html:
        files.append(LetterFile("message.html", "text/html", message.html.encode()))
    files += [LetterFile(a.name, a.media_type, a.content) for a in message.attachments]
    return files


def _address(message: Outgoing) -> str:
    """Where it goes, as one text."""
    if message.channel == "email":
        return message.to_email or ""
    if message.channel == "sms":
        return message.to_phone or ""
    return json.dumps([message.to_name, *message.to_lines], ensure_ascii=False)
