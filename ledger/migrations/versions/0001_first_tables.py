"""The first tables. Written out in full, since a migration must keep its meaning when the schema module moves on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None

_MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_APPEND_ONLY = "the journal is append-only"


def upgrade() -> None:
    _debtors_and_policies()
    _invoices()
    _cases()
    _journal()
    if op.get_bind().dialect.name == "postgresql":
        _guard_journal_postgresql()
    else:
        _guard_journal_sqlite()
    _deliveries()
    _what_deliveries_carried()
    _tasks()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _text_or_null(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text) for name in names]


def _debtors_and_policies() -> None:
    op.create_table(
        "debtors",
        sa.Column("id", sa.Text, primary_key=True),
        *_text("name", "kind"),
        *_text_or_null("segment"),
        *_text("country"),
        *_text_or_null("subdivision", "time_zone", "language", "email", "phone"),
        *_text_or_null("contact_name", "manager_name", "manager_email"),
        *_text("address"),
        *_text_or_null("solvency"),
        *_text("extra", "folded"),
        sa.Column("changed_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "policies",
        sa.Column("hash", sa.Text, primary_key=True),
        *_text("name", "body", "source_file"),
        sa.Column("added_at", _MOMENT, nullable=False),
    )


def _invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("number", sa.Text, primary_key=True),
        *_text("case_id"),
        sa.Column("debtor_id", sa.Text, sa.ForeignKey("debtors.id"), nullable=False),
        sa.Column("issue_date", sa.Date, nullable=False),
        sa.Column("due_date", sa.Date, nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        *_text("currency", "extra"),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("case_id"),
    )
    op.create_index("ix_invoices_debtor_id", "invoices", ["debtor_id"])
    op.create_index("ix_invoices_due_date", "invoices", ["due_date"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("invoice_number", sa.Text, sa.ForeignKey("invoices.number"), nullable=False),
        sa.Column("debtor_id", sa.Text, sa.ForeignKey("debtors.id"), nullable=False),
        *_text("policy_name"),
        sa.Column("policy_hash", sa.Text, sa.ForeignKey("policies.hash"), nullable=False),
        *_text("state"),
        sa.Column("seq", sa.Integer, nullable=False),
        *_text("status"),
        *_text_or_null("outcome", "step"),
        sa.Column("next_at", _MOMENT),
        *_text_or_null("doing", "because"),
        sa.Column("outstanding_minor", sa.BigInteger, nullable=False),
        *_text("currency"),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
        *_text("head_hash"),
        sa.Column("head_row", sa.Integer, nullable=False),
        sa.UniqueConstraint("invoice_number"),
        sa.CheckConstraint("status IN ('open', 'closed')", name="status"),
        sa.CheckConstraint("doing IN ('perform', 'wait', 'ask', 'close')", name="doing"),
    )
    for last in ("next_at", "outstanding_minor", "changed_at"):
        op.create_index(f"ix_cases_status_{last}_id", "cases", ["status", last, "id"])
    op.create_index("ix_cases_status_step", "cases", ["status", "step"])
    op.create_index("ix_cases_debtor_id", "cases", ["debtor_id"])
    op.create_index("ix_cases_policy_hash", "cases", ["policy_hash"])


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("case_id", sa.Text, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("row_no", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        *_text("key"),
        sa.Column("at", _MOMENT, nullable=False),
        *_text("kind", "body", "previous_hash", "hash"),
        sa.PrimaryKeyConstraint("case_id", "row_no"),
        sa.UniqueConstraint("case_id", "key"),
    )


def _guard_journal_sqlite() -> None:
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER journal_no_{act} BEFORE {act.upper()} ON journal "
            f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        )


def _guard_journal_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END $$"
    )
    for act in ("update", "delete", "truncate"):
        op.execute(
            f"CREATE TRIGGER journal_no_{act} BEFORE {act.upper()} ON journal "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
        )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        *_text("key"),
        sa.Column("debtor_id", sa.Text, sa.ForeignKey("debtors.id"), nullable=False),
        *_text("channel", "state"),
        sa.Column("attempts", sa.Integer, nullable=False),
        *_text("address", "subject"),
        *_text_or_null("reference", "path", "error"),
        *_text("language", "tone", "letter"),
        sa.Column("claimed_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT),
        *_text("content_hash"),
        *_text_or_null("result"),
        sa.Column("result_at", _MOMENT),
        sa.UniqueConstraint("key"),
        sa.CheckConstraint("state IN ('claimed', 'sending', 'sent', 'refused', 'unknown')", name="state"),
        sa.CheckConstraint("result IN ('delivered', 'bounced', 'refused', 'unclaimed', 'returned')", name="result"),
    )
    op.create_index("ix_deliveries_debtor_id_sent_at", "deliveries", ["debtor_id", "sent_at"])
    op.create_index("ix_deliveries_state", "deliveries", ["state"])
    op.create_index("ix_deliveries_reference", "deliveries", ["reference"])


def _what_deliveries_carried() -> None:
    op.create_table(
        "delivery_cases",
        sa.Column("delivery_id", sa.Integer, sa.ForeignKey("deliveries.id"), nullable=False),
        sa.Column("case_id", sa.Text, sa.ForeignKey("cases.id"), nullable=False),
        *_text("step"),
        sa.Column("occurrence", sa.Integer, nullable=False),
        sa.Column("outstanding_minor", sa.BigInteger, nullable=False),
        *_text("currency"),
        sa.PrimaryKeyConstraint("delivery_id", "case_id"),
    )
    op.create_index("ix_delivery_cases_case_id", "delivery_cases", ["case_id"])
    op.create_table(
        "letters_sent",
        sa.Column("delivery_key", sa.Text, sa.ForeignKey("deliveries.key"), nullable=False),
        *_text("name", "media_type"),
        sa.Column("content", sa.LargeBinary, nullable=False),
        *_text("sha256"),
        sa.PrimaryKeyConstraint("delivery_key", "name"),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Text, sa.ForeignKey("cases.id")),
        *_text("key", "kind", "title", "body"),
        sa.Column("due_at", _MOMENT),
        *_text("state"),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
        *_text_or_null("closed_by", "result"),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),
    )
    op.create_index("ix_tasks_state_due_at", "tasks", ["state", "due_at"])
    op.create_index("ix_tasks_case_id_key", "tasks", ["case_id", "key"])
    _one_open_task("uq_tasks_open_of_case", ["case_id", "key"], "state = 'open'")
    _one_open_task("uq_tasks_open_of_no_case", ["key"], "state = 'open' AND case_id IS NULL")


def _one_open_task(name: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, "tasks", columns, unique=True, sqlite_where=only, postgresql_where=only)
