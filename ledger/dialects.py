"""The one statement that SQLAlchemy spells differently for the two databases."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(db: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """INSERT that passes over a row whose primary key or unique key is already there."""
    if db.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
