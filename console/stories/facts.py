"""The words in which a story says what happened: checked one by one, so that a mistake is named at its place."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dunning.acts import CallResult
from dunning.fact import FactId
from dunning.money import Money
from dunning.terms import Channel, Name, Route

_WRITTEN = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9](?:[ T]([01][0-9]|2[0-3]):[0-5][0-9])?")


def _when(told: Any) -> str:
    if not isinstance(told, str) or not _WRITTEN.fullmatch(told):
        raise ValueError("a day like 2026-03-02, or a day with an hour like `2026-03-02 09:00`")
    try:
        datetime.fromisoformat(told)
    except ValueError:
        raise ValueError("a day of the calendar") from None
    return told.replace("T", " ")


def _day(told: Any) -> date:
    if isinstance(told, date) and not isinstance(told, datetime):
        return told
    if not isinstance(told, str) or len(told) > 10 or not _WRITTEN.fullmatch(told):
        raise ValueError("a day like 2026-03-02, without an hour")
    return date.fromisoformat(_when(told))


def _sum(told: Any) -> Money:
    if isinstance(told, Money):
        return told
    try:
        amount = Money.parse(told) if isinstance(told, str) else None
    except ValueError:
        amount = None
    if amount is None or amount.minor <= 0:
        raise ValueError("an amount of more than zero, like `1500 EUR` or `12.34 EUR`")
    return amount


When = Annotated[str, BeforeValidator(_when)]
Day = Annotated[date, BeforeValidator(_day)]
Sum = Annotated[Money, BeforeValidator(_sum)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Words(BaseModel):
    """A piece of a story: unknown keys are refused. `short` names the key whose value may stand alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    short: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, told: Any) -> Any:
        if isinstance(told, dict | BaseModel) or not cls.short:
            return told
        return {} if told is None else {cls.short: told}


class Payment(Words):
    """Money arrived."""

    id: FactId
    amount: Sum


class PaymentReversed(Words):
    """A payment was taken back."""

    short = "payment"
    payment: FactId
    reason: Text | None = None


class CreditNote(Words):
    """The creditor reduced the invoice."""

    id: FactId
    amount: Sum
    dispute: FactId | None = None


class Dispute(Words):
    """The debtor contests the invoice, or an amount of it."""

    id: FactId
    reason: Text
    amount: Sum | None = None


class DisputeResolved(Words):
    """A person settled the dispute."""

    dispute: FactId
    outcome: Literal["upheld", "rejected", "partly"]
    upheld: Sum | None = None


class Insolvent(Words):
    """Insolvency proceedings were opened, on another day than it is known when that is said."""

    short = "on"
    on: Day | None = None


class Delivery(Words):
    """What became of something sent."""

    step: Name
    channel: Channel
    result: Literal["delivered", "bounced", "refused", "unclaimed", "returned"]
    occurrence: int = Field(default=1, ge=1, le=99, strict=True)
    detail: Text | None = None


class Books(Words):
    """The books say another amount or due date than before."""

    amount: Sum
    due: Day


class ContactChanged(Words):
    """The debtor's address or number was corrected."""

    short = "what"
    what: Literal["yes", True] = "yes"


class Promise(Words):
    """The debtor promised to pay, all of it unless an amount is said."""

    short = "for"
    for_: Day = Field(alias="for")
    amount: Sum | None = None


class Instalment(Words):
    """One payment of a plan."""

    due: Day
    amount: Sum


class Hold(Words):
    """A person stops the case, until a day or without an end."""

    short = "reason"
    reason: Text
    until: Day | None = None


class Release(Words):
    """A person lets the case go on."""

    short = "reason"
    reason: Text | None = None


class Call(Words):
    """How a call ended; `for` is the promised day."""

    short = "result"
    result: CallResult
    for_: Day | None = Field(default=None, alias="for")
    amount: Sum | None = None
    note: Text | None = None


class Approve(Words):
    """A person approves the step that waits, and chooses the way out of a fork."""

    short = "step"
    step: Name
    route: Route | None = None


class Decided(Words):
    """A person refuses a step, or leaves it out."""

    step: Name
    reason: Text


class Repeat(Words):
    """A person wants a step to go out again."""

    short = "step"
    step: Name


class Ended(Words):
    """A person ends the case."""

    short = "reason"
    reason: Text


class Told(Words):
    """One line of `facts`: when, and exactly one thing that happened."""

    on: When
    payment: Payment | None = None
    payment_reversed: PaymentReversed | None = None
    credit_note: CreditNote | None = None
    dispute: Dispute | None = None
    dispute_resolved: DisputeResolved | None = None
    insolvent: Insolvent | None = None
    delivery: Delivery | None = None
    books: Books | None = None
    contact_changed: ContactChanged | None = None
    promise: Promise | None = None
    plan: tuple[Instalment, ...] | None = Field(default=None, min_length=1, max_length=60)
    hold: Hold | None = None
    release: Release | None = None
    call: Call | None = None
    approve: Approve | None = None
    refuse: Decided | None = None
    skip: Decided | None = None
    repeat: Repeat | None = None
    write_off: Ended | None = None
    withdraw: Ended | None = None
    outage: When | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Told:
        if len(self.model_fields_set) != 2:
            raise ValueError(f"one thing beside `on:`, which is one of {', '.join(FACT_WORDS)}")
        if getattr(self, self.word) is None and self.word not in _MAY_SAY_NOTHING:
            raise ValueError(f"something after `{self.word}:`")
        return self

    @property
    def word(self) -> str:
        """The word of what happened."""
        return next(name for name in self.model_fields_set if name != "on")


_MAY_SAY_NOTHING = ("insolvent", "contact_changed", "release")
FACT_WORDS = [name for name in Told.model_fields if name != "on"]
