"""Deliveries: claimed before they are sent and confirmed after, so that nothing goes out twice and nothing is guessed.

    claimed --begin_sending--> sending --confirm--> sent
       ^          put_back        |----refuse-----> refused     (for good: a person must look)
       +--------------------------+--mark_unknown-> unknown --confirm / refuse / note_result--> ...

Each move is made only from the states it may start in; from another it is an IllegalMove, and of two processes that
try the same move one wins. A move told again changes nothing, except `begin_sending`, which is the door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from dunning.money import Money
from ledger.dialects import insert_new
from ledger.errors import DeliveryMissing, IllegalMove
from ledger.schema import deliveries, delivery_cases, letters_sent

State = Literal["claimed", "sending", "sent", "refused", "unknown"]
Result = Literal["delivered", "bounced", "refused", "unclaimed", "returned"]


@dataclass(frozen=True)
class Covered:
    """A case that a delivery is about, at which step (and which time the step is done), and what was owed then."""

    case_id: str
    step: str
    occurrence: int
    outstanding: Money


@dataclass(frozen=True)
class Claim:
    """A rendered delivery. `key` is `case/step/occurrence/channel`; `content_hash` is of what will be sent."""

    key: str
    debtor_id: str
    channel: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    language: str
    tone: str
    letter: str
    content_hash: str
    covers: tuple[Covered, ...]
    at: datetime


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery as it is kept. `attempts` counts how often it was handed to the provider; `path` is the file made."""

    id: int
    key: str
    debtor_id: str
    channel: str
    state: State
    attempts: int
    address: str = field(repr=False)
    subject: str = field(repr=False)
    reference: str | None
    path: str | None
    error: str | None
    language: str
    tone: str
    letter: str
    claimed_at: datetime
    sent_at: datetime | None
    content_hash: str
    result: Result | None
    result_at: datetime | None
    covers: tuple[Covered, ...]


@dataclass(frozen=True)
class Sent:
    """What the provider answered: its reference for the message, and the path of the file made, when there is one."""

    at: datetime
    reference: str | None = None
    path: str | None = None


def claim(db: Connection, wanted: Claim) -> DeliveryRow:
    """Claim a delivery before anything goes out and return it as it is kept.

    A new key is claimed. A key still `claimed` takes the new rendering (a retry may find another balance or address),
    and the letters kept for the old one go: keep the new ones in the same transaction. In any other state what is
    kept stays: read `state` before going on.
    """
    values = _rendered(wanted)
    added = insert_new(db, deliveries).values(**values, key=wanted.key, state="claimed", attempts=0)
    row = db.execute(added.returning(deliveries)).one_or_none()
    if row is None:
        same = (deliveries.c.key == wanted.key, deliveries.c.state == "claimed")
        row = db.execute(update(deliveries).where(*same).values(**values).returning(deliveries)).one_or_none()
        if row is None:
            return delivery(db, wanted.key)
        _forget_rendering(db, wanted.key)
    db.execute(insert(delivery_cases), [_covered_row(row.id, one) for one in wanted.covers])
    return DeliveryRow(**row._mapping, covers=tuple(sorted(wanted.covers, key=lambda one: one.case_id)))


def begin_sending(db: Connection, key: str, content_hash: str) -> None:
    """Pass the door just before the provider is called: of many callers exactly one passes.

    IllegalMove when it is not `claimed`, or when another rendering than this one was claimed since.
    """
    rendered = deliveries.c.content_hash == content_hash
    values = {"state": "sending", "attempts": deliveries.c.attempts + 1, "error": None}
    if not _move(db, key, ("claimed",), values, rendered):
        raise _illegal(db, key, "be sent", " with this content")


def confirm(db: Connection, key: str, sent: Sent) -> None:
    """The provider took it. From `sending`, or from `unknown` when it turned out so."""
    values = {"state": "sent", "sent_at": sent.at, "reference": sent.reference, "path": sent.path, "error": None}
    if not _move(db, key, ("sending", "unknown"), values):
        _allow_repeat(db, key, "sent", "be confirmed")


def put_back(db: Connection, key: str, error: str) -> None:
    """A technical failure: nothing went out, the same delivery may be tried again. `error` holds no address."""
    if not _move(db, key, ("claimed", "sending"), {"state": "claimed", "error": error}):
        raise _illegal(db, key, "be put back")


def refuse(db: Connection, key: str, error: str) -> None:
    """A permanent failure: it did not go out and will not under this key. `error` holds no address."""
    if not _move(db, key, ("claimed", "sending", "unknown"), {"state": "refused", "error": error}):
        _allow_repeat(db, key, "refused", "be refused")


def mark_unknown(db: Connection, key: str, error: str) -> None:
    """Nobody can know whether it went out: it is not sent again under this key. `error` holds no address."""
    if not _move(db, key, ("sending",), {"state": "unknown", "error": error}):
        _allow_repeat(db, key, "unknown", "be marked as unknown")


def note_result(db: Connection, key: str, result: Result, at: datetime) -> None:
    """What became of it later. Results may come twice, in any order, and before the confirmation: the latest counts.

    A result for an `unknown` delivery proves that it went out. IllegalMove when it was never handed over.
    """
    kept = _locked(db, key)
    if kept.state not in ("sending", "sent", "unknown"):
        raise _illegal(db, key, "have a result")
    values: dict[str, Any] = {"state": "sent", "sent_at": at} if kept.state == "unknown" else {}
    if kept.result_at is None or (at, result) > (kept.result_at, kept.result):
        values |= {"result": result, "result_at": at}
    if values:
        db.execute(update(deliveries).where(deliveries.c.key == key).values(**values))


def delivery(db: Connection, key: str) -> DeliveryRow:
    """The delivery; DeliveryMissing when there is none."""
    found = _with_cases(db, deliveries.c.key == key)
    if not found:
        raise DeliveryMissing(f"no delivery {key} in the ledger")
    return found[0]


def delivery_by_reference(db: Connection, reference: str) -> DeliveryRow | None:
    """The delivery that the provider knows under this reference; None when there is none."""
    found = _with_cases(db, deliveries.c.reference == reference)
    return found[0] if found else None


def deliveries_of(db: Connection, case_id: str) -> list[DeliveryRow]:
    """The deliveries that cover a case, oldest first."""
    ids = select(delivery_cases.c.delivery_id).where(delivery_cases.c.case_id == case_id)
    return _with_cases(db, deliveries.c.id.in_(ids))


def deliveries_in(db: Connection, state: State) -> list[DeliveryRow]:
    """The deliveries in a state, oldest first: `sending` and `unknown` are what a doctor asks for."""
    return _with_cases(db, deliveries.c.state == state)


def _rendered(wanted: Claim) -> dict[str, Any]:
    return {
        "debtor_id": wanted.debtor_id,
        "channel": wanted.channel,
        "address": wanted.address,
        "subject": wanted.subject,
        "language": wanted.language,
        "tone": wanted.tone,
        "letter": wanted.letter,
        "content_hash": wanted.content_hash,
        "claimed_at": wanted.at,
    }


def _forget_rendering(db: Connection, key: str) -> None:
    delivery_id = select(deliveries.c.id).where(deliveries.c.key == key).scalar_subquery()
    db.execute(delete(delivery_cases).where(delivery_cases.c.delivery_id == delivery_id))
    db.execute(delete(letters_sent).where(letters_sent.c.delivery_key == key))


def _covered_row(delivery_id: int, one: Covered) -> dict[str, Any]:
    return {
        "delivery_id": delivery_id,
        "case_id": one.case_id,
        "step": one.step,
        "occurrence": one.occurrence,
        "outstanding_minor": one.outstanding.minor,
        "currency": one.outstanding.currency,
    }


def _move(db: Connection, key: str, start: Sequence[State], values: dict[str, Any], *also: ColumnElement[bool]) -> bool:
    """Compare and set: true when the delivery was in one of the start states and has moved."""
    here = (deliveries.c.key == key, deliveries.c.state.in_(start), *also)
    return db.execute(update(deliveries).where(*here).values(**values)).rowcount == 1


def _locked(db: Connection, key: str) -> Row[Any]:
    row = db.execute(select(deliveries).where(deliveries.c.key == key).with_for_update()).one_or_none()
    if row is None:
        raise DeliveryMissing(f"no delivery {key} in the ledger")
    return row


def _allow_repeat(db: Connection, key: str, arrived: State, act: str) -> None:
    if _locked(db, key).state != arrived:
        raise _illegal(db, key, act)


def _illegal(db: Connection, key: str, act: str, how: str = "") -> IllegalMove:
    return IllegalMove(f"delivery {key} is {_locked(db, key).state} and cannot {act}{how}")


def _with_cases(db: Connection, which: ColumnElement[bool]) -> list[DeliveryRow]:
    """One question for deliveries and the cases they cover: a row for each of these."""
    joined = select(deliveries, *_COVERED).outerjoin(delivery_cases, delivery_cases.c.delivery_id == deliveries.c.id)
    rows = db.execute(joined.where(which).order_by(deliveries.c.id, delivery_cases.c.case_id)).all()
    return [_delivery(list(same)) for _id, same in groupby(rows, key=lambda row: row.id)]


def _delivery(rows: list[Row[Any]]) -> DeliveryRow:
    fields = dict(rows[0]._mapping)
    for column in _COVERED:
        del fields[column.name]
    covers = [
        Covered(row.case_id, row.step, row.occurrence, Money(minor=row.outstanding_minor, currency=row.currency))
        for row in rows
        if row.case_id is not None
    ]
    return DeliveryRow(**fields, covers=tuple(covers))


_COVERED = tuple(column for column in delivery_cases.c if column.name != "delivery_id")
