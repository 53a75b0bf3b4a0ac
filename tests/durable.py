"""A real case on a real server: ledger, letters, outbox and worker in a temporary folder, for tests."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from activities.cases import CaseActivities
from activities.creditor import Creditor
from activities.letters import letter_key
from activities.senders import choose_senders
from activities.settings import Settings
from dunning.case import Case, Debtor, Invoice
from dunning.money import Money
from dunning.policy import Policy
from dunning.terms import DebtorKind
from ledger import book
from ledger.cases import NewCase, add_case
from ledger.cases import case as ledger_case
from ledger.deliveries import deliveries_of
from ledger.policies import PolicyBundle, keep_policy
from ledger.store import Ledger
from ledger.tasks import TaskFilter, TaskRow, list_tasks
from tests.temporal_env import queue_name, worker_on
from workflows.case import CaseState, CaseWorkflow

POLICIES = Path(__file__).parents[1] / "policies"
LETTERS = {key: file.read_text() for file in (POLICIES / "letters").iterdir() if (key := letter_key(file.name))}


def creditor() -> Creditor:
    """The fictional creditor that ships with the policies."""
    return Creditor.model_validate(yaml.safe_load((POLICIES / "creditor.yaml").read_text()))


def message(name: str, days: int, **told: Any) -> dict[str, Any]:
    """A step of a policy: an e-mail so many days after the due date."""
    step = {"step": name, "day": {"after": "due_date", "days": days}, "channels": ["email"], "letter": "reminder"}
    return {**step, **told}


def policy(*steps: dict[str, Any], **told: Any) -> Policy:
    """A policy around the steps, open at every hour of Paris unless told otherwise."""
    calendar = {
        "country": "FR",
        "time_zone": "Europe/Paris",
        "week_days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        "contact_hours": ["00:00-24:00"],
        "public_holidays": "open",
    }
    after = {
        "dispute": {"stops": "disputed_part", "review_after": {"days": 30}},
        "broken_promise": {"then": "continue", "grace": {"days": 2}},
        "defaulted_plan": {"then": "continue", "grace": {"days": 2}},
        "reversed_payment": {"then": "continue"},
        "hold": {"review_after": {"days": 30}},
    }
    body: dict[str, Any] = {
        "policy": "test",
        "title": "Test",
        "takes": {"debtor": ["business"], "currency": ["EUR"]},
        "enters": {"at": "first_step"},
        "calendar": calendar,
        "least_gap": {"days": 1},
        "tolerance": "1 EUR",
        "missed_after": {"days": 3},
        "after": after,
        "steps": list(steps),
    }
    return Policy.model_validate(body | told)


@dataclass
class Room:
    """One worker with its ledger, a SQLite file unless `url` names another; every case has an id of its own."""

    env: WorkflowEnvironment
    folder: Path
    url: str = ""
    queue: str = field(default_factory=queue_name)
    ledger: Ledger = field(init=False)
    activities: CaseActivities = field(init=False)

    def __post_init__(self) -> None:
        settings = Settings(outbox=self.folder / "outbox")
        self.url = self.url or f"sqlite:///{self.folder / 'relance.db'}"
        self.ledger = Ledger(self.url)
        self.ledger.migrate()
        self.activities = CaseActivities(self.ledger, choose_senders(settings, creditor()), creditor())

    @property
    def outbox(self) -> list[str]:
        """Files that went out, by name."""
        return sorted(
            str(p.relative_to(self.folder / "outbox")) for p in self.folder.glob("outbox/**/*") if p.is_file()
        )

    def add(self, used: Policy, due: date, amount: str = "1000 EUR", **debtor: Any) -> str:
        """Put an invoice, its debtor and its case into the ledger; returns the case's id."""
        case_id = f"F-{uuid.uuid4().hex[:8]}"
        now = datetime.now(UTC)
        told = {
            "name": "Atelier Martin",
            "kind": "business",
            "country": "FR",
            "email": "compta@example.org",
            "phone": "+33123456789",
            "address": ("1 rue A", "75001 Paris"),
            **debtor,
        }
        owner = book.Debtor(id=f"D-{case_id}", **told)
        money = Money.parse(amount)
        bundle = {"policy": used.model_dump(mode="json", exclude_defaults=True), "letters": LETTERS}
        with self.ledger.write() as db:
            book.upsert_debtor(db, owner, now)
            kept = keep_policy(db, PolicyBundle(used.policy, "test.yaml", bundle, now))
            case = Case(
                id=case_id,
                policy=used.policy,
                policy_hash=kept,
                invoice=Invoice(number=case_id, issue_date=due.replace(day=1), due_date=due, amount=money),
                debtor=Debtor(id=owner.id, kind=DebtorKind(owner.kind), country="FR"),
                added_at=now,
            )
            state = case.model_dump(mode="json", exclude_defaults=True)
            invoice = book.Invoice(case_id, case_id, owner.id, due.replace(day=1), due, money)
            add_case(db, NewCase(invoice, used.policy, kept, state, money, now))
        return case_id

    async def start(self, case_id: str, signal: dict[str, Any] | None = None) -> WorkflowHandle[Any, Any]:
        """Start the case's workflow, with a signal when one is given; its clock stands until `fast_forward`."""
        with self.env.with_time_skipping_disabled():
            return await self.env.client.start_workflow(
                CaseWorkflow.run,
                CaseState(case_id),
                id=f"case/{case_id}",
                task_queue=self.queue,
                start_signal="fact" if signal else None,
                start_signal_args=[signal] if signal else [],
            )

    def use_mail_server(self, port: int | None) -> None:
        """From now on e-mail goes to this port of this machine."""
        settings = Settings(
            outbox=self.folder / "outbox",
            email="smtp",
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_tls="none",
            provider_timeout=2,
        )
        self.activities._room = replace(self.activities._room, senders=choose_senders(settings, creditor()))

    def tries(self, case_id: str) -> int:
        """How often a delivery of the case was handed to the provider."""
        with self.ledger.read() as db:
            return sum(row.attempts for row in deliveries_of(db, case_id))

    async def wait_for_tries(self, case_id: str, count: int) -> None:
        """Until so many tries were made, for half a minute at most."""
        for _ in range(300):
            if self.tries(case_id) >= count:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.tries(case_id)} tries instead of {count}")

    def delivery_states(self, case_id: str) -> list[str]:
        """The states of the case's deliveries."""
        with self.ledger.read() as db:
            return [row.state for row in deliveries_of(db, case_id)]

    def open_tasks(self, case_id: str) -> list[TaskRow]:
        """The case's open tasks."""
        with self.ledger.read() as db:
            return list_tasks(db, TaskFilter(case_id=case_id))

    def tasks(self, case_id: str) -> list[str]:
        """Kinds of the case's open tasks."""
        return [task.kind for task in self.open_tasks(case_id)]

    def outstanding(self, case_id: str) -> str:
        """What is outstanding by the ledger."""
        with self.ledger.read() as db:
            return str(ledger_case(db, case_id).outstanding)


@asynccontextmanager
async def room(env: WorkflowEnvironment, folder: Path, url: str = "") -> AsyncIterator[Room]:
    """A room whose worker runs for the length of the block."""
    made = Room(env, folder, url)
    try:
        async with worker_on(env, made.queue, [CaseWorkflow], [made.activities.ask, made.activities.perform]):
            yield made
    finally:
        made.ledger.close()
