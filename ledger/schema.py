"""The tables as the queries see them; the migrations make them, and a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ledger.columns import Json, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

debtors = Table(
    "debtors",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("segment", Text),
    Column("country", Text, nullable=False),
    Column("subdivision", Text),
    Column("time_zone", Text),
    Column("language", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("contact_name", Text),
    Column("manager_name", Text),
    Column("manager_email", Text),
    Column("address", Text, nullable=False),  # lines
    Column("solvency", Text),
    Column("extra", Json, nullable=False),
    Column("folded", Text, nullable=False),  # id and name without case and accents, for the search box
    Column("changed_at", Moment, nullable=False),
)

policies = Table(
    "policies",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("source_file", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    Column("number", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("debtor_id", ForeignKey("debtors.id"), nullable=False),
    Column("issue_date", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("extra", Json, nullable=False),
    Column("added_at", Moment, nullable=False),
    UniqueConstraint("case_id"),
    Index("ix_invoices_debtor_id", "debtor_id"),
    Index("ix_invoices_due_date", "due_date"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("invoice_number", ForeignKey("invoices.number"), nullable=False),
    Column("debtor_id", ForeignKey("debtors.id"), nullable=False),
    Column("policy_name", Text, nullable=False),
    Column("policy_hash", ForeignKey("policies.hash"), nullable=False),
    Column("state", Json, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("step", Text),
    Column("next_at", Moment),
    Column("doing", Text),  # null until the first decision
    Column("because", Json),
    Column("outstanding_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("head_hash", Text, nullable=False),  # the journal's last row, so that a cut tail is seen
    Column("head_row", Integer, nullable=False),
    UniqueConstraint("invoice_number"),
    CheckConstraint("status IN ('open', 'closed')", name="status"),
    CheckConstraint("doing IN ('perform', 'wait', 'ask', 'close')", name="doing"),
    Index("ix_cases_status_next_at_id", "status", "next_at", "id"),
    Index("ix_cases_status_outstanding_minor_id", "status", "outstanding_minor", "id"),
    Index("ix_cases_status_changed_at_id", "status", "changed_at", "id"),
    Index("ix_cases_status_step", "status", "step"),
    Index("ix_cases_debtor_id", "debtor_id"),
    Index("ix_cases_policy_hash", "policy_hash"),
)

journal = Table(
    "journal",
    metadata,
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("row_no", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "row_no"),
    UniqueConstraint("case_id", "key"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("debtor_id", ForeignKey("debtors.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reference", Text),
    Column("path", Text),
    Column("error", Text),
    Column("language", Text, nullable=False),
    Column("tone", Text, nullable=False),
    Column("letter", Text, nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("content_hash", Text, nullable=False),
    Column("result", Text),
    Column("result_at", Moment),
    UniqueConstraint("key"),
    CheckConstraint("state IN ('claimed', 'sending', 'sent', 'refused', 'unknown')", name="state"),
    CheckConstraint("result IN ('delivered', 'bounced', 'refused', 'unclaimed', 'returned')", name="result"),
    Index("ix_deliveries_debtor_id_sent_at", "debtor_id", "sent_at"),
    Index("ix_deliveries_state", "state"),
    Index("ix_deliveries_claimed_at", "claimed_at"),
    Index("ix_deliveries_reference", "reference"),
)

delivery_cases = Table(
    "delivery_cases",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("step", Text, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("outstanding_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    PrimaryKeyConstraint("delivery_id", "case_id"),
    Index("ix_delivery_cases_case_id", "case_id"),
)

letters_sent = Table(
    "letters_sent",
    metadata,
    Column("delivery_key", ForeignKey("deliveries.key"), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    PrimaryKeyConstraint("delivery_key", "name"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id")),  # null: a task about something that belongs to no case
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("due_at", Moment),
    Column("state", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("result", Json),
    CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),
    Index("ix_tasks_state_due_at", "state", "due_at"),
    Index("ix_tasks_opened_at", "opened_at"),
    Index("ix_tasks_case_id_key", "case_id", "key"),
)

# What was decided on the brake, row after row: the last one holds. Nothing in it is ever changed.
sending_brake = Table(
    "sending_brake",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3: of two at once, one wins
    Column("at", Moment, nullable=False),
    Column("act", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("acted_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    CheckConstraint("act IN ('stopped', 'resumed')", name="act"),
)

sending_plans = Table(
    "sending_plans",
    metadata,
    Column("day", Date, nullable=False),
    Column("brake_no", Integer, nullable=False),  # the last row of the brake then: a resumption makes a new plan
    Column("made_at", Moment, nullable=False),
    Column("counted_from", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("foreseen", Integer, nullable=False),
    Column("steps_due", Integer, nullable=False),
    Column("most_due_at", Moment),
    Column("added_before", Integer, nullable=False),
    PrimaryKeyConstraint("day", "brake_no"),
)

sending_added = Table(
    "sending_added",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("why", Text, nullable=False),
)

_OPEN = text("state = 'open'")
_OPEN_OF_NO_CASE = text("state = 'open' AND case_id IS NULL")
# Two indexes, since a NULL case id is never equal to another one.
Index(
    "uq_tasks_open_of_case",
    tasks.c.case_id,
    tasks.c.key,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index(
    "uq_tasks_open_of_no_case",
    tasks.c.key,
    unique=True,
    sqlite_where=_OPEN_OF_NO_CASE,
    postgresql_where=_OPEN_OF_NO_CASE,
)

_BUSY = text("status = 'open' AND (doing IS NULL OR doing = 'perform')")
Index("ix_cases_busy", cases.c.changed_at, sqlite_where=_BUSY, postgresql_where=_BUSY)
