"""How moments and JSON are written, so that both databases hold the same and a hash of today holds in ten years."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from ledger.errors import NaiveMoment


def canonical(value: object) -> str:
    """The one way to write a JSON value: keys sorted, no spaces, ASCII only; NaN and infinity are a ValueError."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def in_utc(moment: object) -> datetime:
    """The same moment in UTC; NaiveMoment when it has no time zone."""
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise NaiveMoment(f"{moment!r} is a naive datetime or none at all: the ledger takes aware datetimes only")
    return moment.astimezone(UTC)


def moment_text(moment: datetime) -> str:
    """A moment as SQLite and the journal's hash write it: UTC, microseconds, one length, so that text sorts by time."""
    return in_utc(moment).isoformat(timespec="microseconds")


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime: `timestamptz` in PostgreSQL, ISO text in SQLite. A naive one is refused on the way in."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return in_utc(value) if dialect.name == "postgresql" else moment_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return in_utc(datetime.fromisoformat(value) if isinstance(value, str) else value)


class Json(TypeDecorator[Any]):
    """A JSON value as canonical text on both databases; None is SQL NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
