"""The brake: what a day foresees, who stopped and resumed sending, and the indexes that count quickly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None

_MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_APPEND_ONLY = "what was decided on the brake is append-only"


def upgrade() -> None:
    _brake()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()
    _plans()
    op.create_index("ix_deliveries_claimed_at", "deliveries", ["claimed_at"])
    op.create_index("ix_tasks_opened_at", "tasks", ["opened_at"])
    busy = sa.text("status = 'open' AND (doing IS NULL OR doing = 'perform')")
    op.create_index("ix_cases_busy", "cases", ["changed_at"], sqlite_where=busy, postgresql_where=busy)


def _brake() -> None:
    op.create_table(
        "sending_brake",
        sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("acted_by", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.CheckConstraint("act IN ('stopped', 'resumed')", name="act"),
    )


def _guard_sqlite() -> None:
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER sending_brake_no_{act} BEFORE {act.upper()} ON sending_brake "
            f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION sending_brake_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END $$"
    )
    for act in ("update", "delete", "truncate"):
        op.execute(
            f"CREATE TRIGGER sending_brake_no_{act} BEFORE {act.upper()} ON sending_brake "
            "FOR EACH STATEMENT EXECUTE FUNCTION sending_brake_is_append_only()"
        )


def _plans() -> None:
    op.create_table(
        "sending_plans",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("brake_no", sa.Integer, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("counted_from", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("foreseen", sa.Integer, nullable=False),
        sa.Column("steps_due", sa.Integer, nullable=False),
        sa.Column("most_due_at", _MOMENT),
        sa.Column("added_before", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "brake_no"),
    )
    op.create_table(
        "sending_added",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
