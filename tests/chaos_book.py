"""The cases of a chaos run, and what happens to each from outside, all drawn from one seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from dunning.case import Case, Debtor, Invoice
from dunning.money import Money
from dunning.policy import Policy
from dunning.terms import DebtorKind
from ledger import book
from ledger.cases import NewCase, add_cases
from ledger.policies import PolicyBundle, keep_policy
from ledger.store import Ledger
from tests.durable import LETTERS, message, policy

Story = Literal["nothing", "paid", "part", "disputed part", "disputed", "promised", "held"]
_STORIES: tuple[Story, ...] = ("nothing", "paid", "part", "disputed part", "disputed", "promised", "held")
_HOW_OFTEN = (35, 22, 12, 7, 8, 8, 8)
_OWED = Money.parse("1000 EUR")
_DUE = date(2026, 2, 2)  # long past: every step is due, the next one day (of the case's own clock) after the last

# Four e-mails, where nobody can know, a person is asked; and each channel there is, the last one assumed to be sent.
MAILS = policy(*(message(name, days) for days, name in enumerate(("first", "second", "third", "fourth"), start=1)))
POST = policy(
    message("first", 1, attach=["letter"]),
    message("second", 2, channels=["letter"]),
    message("third", 3),
    message("fourth", 4, channels=["email", "sms"], if_unknown="assume_sent"),
    policy="test-post",
)
POLICIES = {one.policy: one for one in (MAILS, POST)}


@dataclass(frozen=True)
class Told:
    """A fact to tell after so many seconds of the run; `act` when a person does it, `times` how often it is told."""

    after: float
    fact: dict[str, Any]
    act: bool = False
    times: int = 1


@dataclass(frozen=True)
class Planned:
    """A case: when it comes in (seconds), under which policy, and what it is told."""

    case_id: str
    policy: str
    begins: float
    story: Story
    told: tuple[Told, ...]

    @property
    def address(self) -> str:
        return f"{self.case_id.lower()}@example.org"


def plan(chance: random.Random, cases: int, seconds: float) -> list[Planned]:
    """So many cases that come in during `seconds`; the same chance gives the same plan."""
    return [_planned(chance, number, seconds) for number in range(cases)]


def _planned(chance: random.Random, number: int, seconds: float) -> Planned:
    case_id = f"C-{number:04}"
    (story,) = chance.choices(_STORIES, _HOW_OFTEN)
    begins = chance.uniform(0, 0.8 * seconds)
    after = begins + chance.uniform(0, 0.3 * seconds)
    times = 2 if chance.random() < 0.4 else 1
    used = POST.policy if chance.random() < 0.2 else MAILS.policy
    told = tuple(Told(after + late, fact, act, times) for late, fact, act in _facts(story, case_id))
    return Planned(case_id, used, begins, story, told)


def _facts(story: Story, case_id: str) -> list[tuple[float, dict[str, Any], bool]]:
    today = datetime.now(UTC).date()
    money: dict[str, Any] = {"minor": 100_000, "currency": "EUR"}
    paid = {"fact": "PaymentReceived", "id": f"pay-{case_id}", "amount": money, "received_on": today.isoformat()}
    dispute = {"fact": "DisputeOpened", "id": f"dis-{case_id}", "reason": "damaged goods"}
    resolved = {
        "fact": "DisputeResolved",
        "id": f"end-{case_id}",
        "dispute_id": f"dis-{case_id}",
        "outcome": "rejected",
    }
    later = (today + timedelta(days=40)).isoformat()
    act = {"by": "chaos"}
    match story:
        case "paid":
            return [(0, paid, False)]
        case "part":
            return [(0, {**paid, "amount": {**money, "minor": 40_000}}, False)]
        case "disputed part":
            return [(0, {**dispute, "amount": {**money, "minor": 30_000}}, False)]
        case "disputed":
            return [(0, dispute, False), (2.5, resolved, False)]
        case "promised":
            return [(0, {**act, "fact": "PromiseMade", "id": f"pro-{case_id}", "promised_for": later}, True)]
        case "held":
            return [(0, {**act, "fact": "HoldPlaced", "id": f"hol-{case_id}", "reason": "asked", "until": later}, True)]
        case _:
            return []


def write_cases(ledger: Ledger, planned: Sequence[Planned]) -> None:
    """Put the invoices, their debtors and their cases into the ledger, in one transaction."""
    now = datetime.now(UTC)
    with ledger.write() as db:
        kept = {name: keep_policy(db, _bundle(used, now)) for name, used in POLICIES.items()}
        for one in planned:
            book.upsert_debtor(db, _debtor(one), now)
        add_cases(db, [_new_case(one, kept[one.policy], now) for one in planned])


def _bundle(used: Policy, now: datetime) -> PolicyBundle:
    body = {"policy": used.model_dump(mode="json", exclude_defaults=True), "letters": LETTERS}
    return PolicyBundle(used.policy, "chaos.yaml", body, now)


def _debtor(one: Planned) -> book.Debtor:
    return book.Debtor(
        id=f"D-{one.case_id}",
        name=f"Atelier {one.case_id}",
        kind="business",
        country="FR",
        email=one.address,
        phone="+33123456789",
        address=("1 rue A", "75001 Paris"),
    )


def _new_case(one: Planned, policy_hash: str, now: datetime) -> NewCase:
    opened = Case(
        id=one.case_id,
        policy=one.policy,
        policy_hash=policy_hash,
        invoice=Invoice(number=one.case_id, issue_date=_DUE, due_date=_DUE, amount=_OWED),
        debtor=Debtor(id=f"D-{one.case_id}", kind=DebtorKind.business, country="FR"),
        added_at=now,
    )
    invoice = book.Invoice(one.case_id, one.case_id, opened.debtor.id, _DUE, _DUE, _OWED)
    state = opened.model_dump(mode="json", exclude_defaults=True)
    return NewCase(invoice, one.policy, policy_hash, state, _OWED, now)
