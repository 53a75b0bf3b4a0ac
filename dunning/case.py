"""What we know of one unpaid invoice: a value that facts change and from which every sum is derived."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dunning.acts import Instalment, MoveEffect
from dunning.money import Money
from dunning.terms import DebtorKind, Route, Solvency

MOST_FACTS = 400  # of each kind in one case: beyond it a person must look (bounded state, DESIGN 2)
_CONTACTS = ("promised", "disputed", "reached")  # a phone that rings in vain is not yet a contact


class Value(BaseModel):
    """A frozen piece of a case."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(StrEnum):
    """How a case ended."""

    paid = "paid"
    credited = "credited"
    written_off = "written_off"
    withdrawn = "withdrawn"


class Invoice(Value):
    """What is owed, as the books say."""

    number: str
    issue_date: date
    due_date: date
    amount: Money
    changed_at: AwareDatetime | None = None


class Debtor(Value):
    """What decisions need to know of the debtor; names and addresses stay in the ledger."""

    id: str
    kind: DebtorKind
    segment: str = "standard"
    country: str | None = None
    subdivision: str | None = None
    time_zone: str | None = None
    solvency: Solvency = Solvency.unknown
    unpaid_count: int = 0
    unpaid_minor: int = 0


class Payment(Value):
    """Money that arrived; `reversed` when it was taken back."""

    amount: Money | None = None  # None: the reversal came before the payment
    received_on: date | None = None
    reversed_at: AwareDatetime | None = None


class Credit(Value):
    """A credit note."""

    amount: Money
    issued_on: date
    dispute_id: str | None = None


class Dispute(Value):
    """A dispute; `opened_at` is None when its end was told before its beginning."""

    opened_at: AwareDatetime | None = None
    amount: Money | None = None
    reason: str = ""
    outcome: str | None = None
    upheld: Money | None = None
    resolved_at: AwareDatetime | None = None


class Promise(Value):
    """A promise to pay; `owed_then` is what was outstanding when it was made."""

    id: str
    amount: Money
    owed_then: Money
    promised_for: date
    made_at: AwareDatetime


class Plan(Value):
    """A payment plan that runs."""

    instalments: tuple[Instalment, ...]
    owed_then: Money
    agreed_at: AwareDatetime


class Hold(Value):
    """A stop by a person."""

    reason: str
    until: date | None
    placed_at: AwareDatetime


class StepRecord(Value):
    """One occurrence of a step: done or skipped."""

    step: str
    occurrence: int = 1
    at: AwareDatetime
    done: bool
    why: str = ""
    channels: tuple[str, ...] = ()
    words: dict[str, str] = Field(default_factory=dict)
    route: Route | None = None
    deadline: date | None = None


class CallAttempt(Value):
    """One attempt of a call."""

    step: str
    attempt: int
    requested_at: AwareDatetime
    due: AwareDatetime
    result: str | None = None
    result_at: AwareDatetime | None = None


class Approval(Value):
    """A person's consent, good for exactly this step and this sum."""

    step: str
    occurrence: int
    outstanding: Money
    route: Route | None = None
    by: str


class Question(Value):
    """What a person must answer before the case goes on."""

    code: str
    words: dict[str, str]
    step: str | None = None
    at: AwareDatetime


class Problem(Value):
    """What a person should look at, though the case goes on."""

    key: str
    code: str
    words: dict[str, str]


class Retry(Value):
    """A step that failed for technical reasons."""

    step: str
    occurrence: int
    tries: int
    error: str
    at: AwareDatetime


class Ended(Value):
    """A person ended the case."""

    outcome: Outcome
    by: str
    reason: str
    at: AwareDatetime


class Case(BaseModel):
    """All that is known of one invoice. Changed only by `apply`; read by `decide`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,80}$")]
    policy: str
    policy_hash: str
    invoice: Invoice
    debtor: Debtor
    added_at: AwareDatetime
    opened_at: AwareDatetime | None = None
    payments: dict[str, Payment] = Field(default_factory=dict)
    credits: dict[str, Credit] = Field(default_factory=dict)
    disputes: dict[str, Dispute] = Field(default_factory=dict)
    promise: Promise | None = None
    plan: Plan | None = None
    hold: Hold | None = None
    insolvent_on: date | None = None
    steps: tuple[StepRecord, ...] = ()
    calls: tuple[CallAttempt, ...] = ()
    approval: Approval | None = None
    questions: tuple[Question, ...] = ()
    problems: tuple[Problem, ...] = ()
    settled: tuple[str, ...] = ()
    retry: Retry | None = None
    reopened: str | None = None  # a payment that was taken back and not yet answered
    again: str | None = None  # the step that a person wants out again
    again_after: int = 0  # how many attempts of it, when it is a call, were made before
    hurry: bool = False
    spent: dict[str, int] = Field(default_factory=dict)  # occurrences used up by refused or unknown deliveries
    resumed_at: AwareDatetime | None = None
    moved: MoveEffect | None = None  # what the last move to another policy leaves to be done
    ended: Ended | None = None
    seen: tuple[str, ...] = ()
    seq: int = 0

    def __copy__(self) -> Self:
        """A copy, which `model_copy` may change, works its sums out anew."""
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    @property
    def currency(self) -> str:
        return self.invoice.amount.currency

    @property
    def zero(self) -> Money:
        return Money.zero(self.currency)

    @property
    def paid(self) -> Money:
        """Sum of the payments that were not taken back."""
        return sum((p.amount for p in self.payments.values() if p.amount and not p.reversed_at), start=self.zero)

    @property
    def credited(self) -> Money:
        """Sum of the credit notes."""
        return sum((c.amount for c in self.credits.values()), start=self.zero)

    @cached_property
    def balance(self) -> Money:
        """What is owed by the books; negative when too much was paid."""
        if not self.payments and not self.credits:
            return self.invoice.amount
        return self.invoice.amount - self.paid - self.credited

    @cached_property
    def upheld(self) -> dict[str, Money]:
        """Disputes that were upheld, with what still waits for a credit note."""
        rest: dict[str, Money] = {}
        for key, dispute in self.disputes.items():
            if dispute.outcome in ("upheld", "partly") and dispute.opened_at is not None:
                noted = sum((c.amount for c in self.credits.values() if c.dispute_id == key), start=self.zero)
                rest[key] = (dispute.upheld or dispute.amount or self.invoice.amount) - noted
        return {key: left for key, left in rest.items() if self.zero < left}

    @cached_property
    def contested(self) -> dict[str, Money]:
        """Open disputes, each with the amount it covers (all of the balance when it names none)."""
        open_now = {key: d for key, d in self.disputes.items() if d.opened_at is not None and d.outcome is None}
        return {key: d.amount or max(self.balance, self.zero) for key, d in open_now.items()}

    @cached_property
    def outstanding(self) -> Money:
        """What may be asked for: the balance without what is contested or waits for a credit note; never negative."""
        blocked = [*self.contested.values(), *self.upheld.values()] if self.disputes else []
        left = sum((-amount for amount in blocked), start=self.balance)
        return max(self.zero, left)

    def records(self, step: str) -> list[StepRecord]:
        """What happened to the step, oldest first."""
        return [r for r in self.steps if r.step == step]

    def next_occurrence(self, step: str) -> int:
        """The number of the step's next occurrence: one that never had a delivery."""
        return len(self.records(step)) + self.spent.get(step, 0) + 1

    def last_done(self) -> StepRecord | None:
        """The last step that was carried out."""
        return next((r for r in reversed(self.steps) if r.done), None)

    def handover(self) -> StepRecord | None:
        """The hand-over that still runs: one that a person skipped afterwards was recalled."""
        record = next((r for r in reversed(self.steps) if r.done and r.route), None)
        return record if record and self.records(record.step)[-1] == record else None

    def attempts(self, step: str) -> list[CallAttempt]:
        """The attempts of a call step, oldest first."""
        return [a for a in self.calls if a.step == step]

    def last_contact(self) -> datetime | None:
        """When a person at the debtor's last received something from us."""
        sent = [r.at for r in self.steps if r.done and r.channels]
        called = [a.result_at for a in self.calls if a.result_at and a.result in _CONTACTS]
        return max([*sent, *called], default=None)
