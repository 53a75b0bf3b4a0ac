"""Policies by the hash of their content, so that a case is judged for years by the very text it was opened under."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ledger.columns import canonical
from ledger.dialects import insert_new
from ledger.errors import PolicyAltered, PolicyMissing
from ledger.schema import policies


@dataclass(frozen=True)
class KeptPolicy:
    """A policy as it was kept, without its body."""

    hash: str
    name: str
    source_file: str
    added_at: datetime


def content_hash(bundle: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the bundle's canonical JSON."""
    return hashlib.sha256(canonical(bundle).encode()).hexdigest()


@dataclass(frozen=True)
class PolicyBundle:
    """A policy with the letters it names, as one JSON object, and the file it came from."""

    name: str
    source_file: str
    bundle: dict[str, Any]
    added_at: datetime


def keep_policy(db: Connection, kept: PolicyBundle) -> str:
    """Keep a bundle and return its content hash; the same content again changes nothing, whatever its file's name."""
    taken = content_hash(kept.bundle)
    row = {"hash": taken, "name": kept.name, "body": kept.bundle, "source_file": kept.source_file}
    db.execute(insert_new(db, policies), {**row, "added_at": kept.added_at})
    return taken


def policy(db: Connection, wanted: str) -> dict[str, Any]:
    """The bundle kept under this hash; PolicyMissing when there is none, PolicyAltered when it was changed since."""
    row = db.execute(select(policies.c.name, policies.c.body).where(policies.c.hash == wanted)).one_or_none()
    if row is None:
        raise PolicyMissing(f"no policy with the content hash {wanted[:16]} is kept in the ledger")
    bundle: dict[str, Any] = row.body
    if content_hash(bundle) != wanted:
        raise PolicyAltered(f"policy {row.name} ({wanted[:16]}) was changed in the ledger after it was kept")
    return bundle


def policies_kept(db: Connection) -> list[KeptPolicy]:
    """All kept policies, by name, newest first."""
    columns = (policies.c.hash, policies.c.name, policies.c.source_file, policies.c.added_at)
    rows = db.execute(select(*columns).order_by(policies.c.name, policies.c.added_at.desc()))
    return [KeptPolicy(**row._mapping) for row in rows]
