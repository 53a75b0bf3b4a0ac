"""Letters exactly as they were sent, byte for byte, because the file for the agency or the court shows them again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.errors import DeliveryMissing, IllegalMove
from ledger.schema import deliveries, delivery_cases, letters_sent


@dataclass(frozen=True)
class SentLetter:
    """One file of a delivery: the message itself, the PDF that went with it. `sha256` is hexadecimal."""

    delivery_key: str
    name: str
    media_type: str
    content: bytes = field(repr=False)
    sha256: str


@dataclass(frozen=True)
class LetterFile:
    """A file to keep with a delivery, `name` being one per delivery."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


def keep_letters(db: Connection, key: str, files: Sequence[LetterFile]) -> None:
    """Keep the files of a delivery that is `claimed`; the same files again change nothing.

    IllegalMove when the delivery has gone further or holds another file of a name; DeliveryMissing when unknown.
    """
    rows = [{"delivery_key": key, "sha256": hashlib.sha256(one.content).hexdigest(), **vars(one)} for one in files]
    here = select(letters_sent.c.name, letters_sent.c.sha256).where(letters_sent.c.delivery_key == key)
    known = {row.name: row.sha256 for row in db.execute(here)}
    new = [row for row in rows if known.get(row["name"]) != row["sha256"]]
    if not new:
        return
    state = db.scalar(select(deliveries.c.state).where(deliveries.c.key == key).with_for_update())
    if state is None:
        raise DeliveryMissing(f"no delivery {key} in the ledger")
    other = next((row["name"] for row in new if row["name"] in known or state != "claimed"), None)
    if other is not None:
        raise IllegalMove(f"delivery {key} is {state}: {other} can no longer be kept with it")
    db.execute(insert(letters_sent), new)


def letters_of(db: Connection, case_id: str) -> list[SentLetter]:
    """The files of every delivery that covers a case, in the order of the deliveries, then by name."""
    query = (
        select(letters_sent)
        .join(deliveries, deliveries.c.key == letters_sent.c.delivery_key)
        .join(delivery_cases, delivery_cases.c.delivery_id == deliveries.c.id)
        .where(delivery_cases.c.case_id == case_id)
        .order_by(deliveries.c.id, letters_sent.c.name)
    )
    return [_letter(row._mapping) for row in db.execute(query)]


def letters_with(db: Connection, key: str) -> list[SentLetter]:
    """The files of one delivery, by name: what an idempotent sender hands over again after a crash."""
    query = select(letters_sent).where(letters_sent.c.delivery_key == key).order_by(letters_sent.c.name)
    return [_letter(row._mapping) for row in db.execute(query)]


def _letter(fields: Any) -> SentLetter:
    return SentLetter(**{**fields, "content": bytes(fields["content"])})
