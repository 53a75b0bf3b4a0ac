"""The model of an escalation policy: the only place that says what a credit manager may write."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dunning.money import Money
from dunning.terms import (
    MOST_LISTED,
    AmountRange,
    Amounts,
    Channel,
    Conditions,
    Counting,
    Countries,
    Country,
    Currency,
    Day,
    DebtorKind,
    Delay,
    Name,
    Part,
    Percent,
    Route,
    Segments,
    Tone,
    written,
)


class Takes(Part):
    """Which invoices the policy takes; each invoice must be taken by exactly one policy."""

    debtor: tuple[DebtorKind, ...] = Field(min_length=1, description="Kinds of debtor.")
    currency: tuple[Currency, ...] = Field(
        min_length=1, max_length=MOST_LISTED, description="Currencies of the invoice."
    )
    segment: Segments | None = Field(default=None, description="Segments; all when left out.")
    country: Countries | None = Field(default=None, description="Countries; all when left out.")
    amount: AmountRange | None = Field(default=None, description="Amount of the invoice; all when left out.")


class Enters(Part):
    """Where a case begins that arrives late."""

    at: Literal["first_step", "by_age"] = Field(description="At the first step, or at the step its age calls for.")
    never_beyond: Name | None = Field(
        default=None, description="With `by_age`: the last step at which a case may begin."
    )

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.at == "by_age") != (self.never_beyond is not None):
            raise ValueError("`at: by_age` and `never_beyond: <step>` go together")
        return self


class Weekday(StrEnum):
    """A day of the week."""

    monday = "monday"
    tuesday = "tuesday"
    wednesday = "wednesday"
    thursday = "thursday"
    friday = "friday"
    saturday = "saturday"
    sunday = "sunday"


_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
Hours = Annotated[
    str, Field(pattern=f"^{_HOURS.pattern}$", **written("From and until, like `09:00-18:00`; ends at 24:00 latest."))
]


def minutes(hours: str) -> tuple[int, int]:
    """`09:00-18:00` in minutes since midnight: (540, 1080)."""
    start, end = hours.split("-")
    return int(start[:2]) * 60 + int(start[3:]), int(end[:2]) * 60 + int(end[3:])


class CalendarRules(Part):
    """When the debtor may be contacted. The debtor's own country and time zone prevail where they are known."""

    country: Country = Field(description="Whose public holidays hold.")
    subdivision: str | None = Field(
        default=None, max_length=10, description="Part of the country, like `57` (Moselle)."
    )
    time_zone: str = Field(max_length=60, description="An IANA name, like `Europe/Paris`.")
    week_days: tuple[Weekday, ...] = Field(min_length=1, description="Days of the week on which contact is allowed.")
    contact_hours: tuple[Hours, ...] = Field(min_length=1, max_length=6, description="Hours of contact, in order.")
    public_holidays: Literal["closed", "open"] = Field(default="closed", description="Contact on public holidays.")

    @model_validator(mode="after")
    def _hours_in_order(self) -> Self:
        spans = [minutes(h) for h in self.contact_hours]
        if any(start >= end for start, end in spans):
            raise ValueError("contact hours must end after they begin")
        if any(a[1] > b[0] for a, b in pairwise(spans)):
            raise ValueError("contact hours must be in order and must not overlap")
        return self


class Repeat(Part):
    """How often a step may go out."""

    times: int = Field(ge=2, le=12, description="How often in all.")
    every: Delay = Field(description="Distance between two times.")


class CallFollow(StrEnum):
    """What follows the result of a call."""

    try_again = "try_again"
    next_step = "next_step"
    ask = "ask"


class CallResults(Part):
    """What follows each result of a call. A promise or dispute told on the phone is always recorded as such."""

    reached: CallFollow = Field(default=CallFollow.next_step, description="Reached, with no promise.")
    no_answer: CallFollow = Field(default=CallFollow.try_again, description="Nobody answered.")
    wrong_number: CallFollow = Field(default=CallFollow.ask, description="The number is not the debtor's.")
    no_answer_at_last: Literal["next_step", "ask"] = Field(
        default="next_step", description="Nobody answered and no attempt is left."
    )
    not_made: Literal["next_step", "ask"] = Field(
        default="ask", description="The call was not made in time: go on, or keep asking."
    )


class Call(Part):
    """A call by a person."""

    attempts: int = Field(default=1, ge=1, le=10, description="How often to try.")
    apart: Delay = Field(default=Delay(days=1, counted_in=Counting.business_days), description="Between two attempts.")
    within: Delay = Field(
        default=Delay(days=2, counted_in=Counting.business_days), description="Time the collector has for one attempt."
    )
    results: CallResults = Field(default=CallResults(), description="What follows each result.")


class Branch(Part):
    """One way of a fork."""

    when: Conditions | None = Field(default=None, description="Facts that must all hold; the last branch has none.")
    then: Route = Field(description="agency, lawyer, injunction, or ask (a person decides).")


class Step(Part):
    """One step of the escalation: a message (`channels`), a call (`call`) or a way out (`fork`)."""

    step: Name = Field(description="The step's name, unique in the policy.")
    title: str | None = Field(default=None, max_length=80, description="A title for people; its name when left out.")
    day: Day = Field(description="When the step is due.")
    channels: tuple[Channel, ...] | None = Field(default=None, min_length=1, description="Channels, all used at once.")
    call: Call | None = Field(default=None, description="A call by a person.")
    fork: tuple[Branch, ...] | None = Field(
        default=None, min_length=1, max_length=20, description="Ways out, the first that holds."
    )
    tone: Tone = Field(default=Tone.courteous, description="courteous, firm or formal.")
    letter: Name | None = Field(default=None, description="The text, by its name in policies/letters/.")
    to: Literal["billing", "manager"] = Field(
        default="billing", description="Who it is for; billing, where no manager is known."
    )
    pay_within: Delay | None = Field(default=None, description="Deadline given to the debtor.")
    attach: tuple[Literal["letter", "statement"], ...] = Field(default=(), description="PDFs attached to the e-mail.")
    when: Conditions | None = Field(default=None, description="The step is skipped when these do not all hold.")
    approval: Literal["required", "not_needed"] = Field(
        default="not_needed", description="Whether a person must approve before it goes out."
    )
    repeat: Repeat | None = Field(default=None, description="How often the step may go out.")
    if_missed: Literal["send_now", "skip", "ask"] = Field(
        default="send_now", description="What to do when the day went by, say during an outage."
    )
    if_unknown: Literal["ask", "assume_sent"] = Field(
        default="ask", description="What to do when nobody can know whether it went out."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(x is not None for x in (self.channels, self.call, self.fork)) != 1:
            raise ValueError("a step has exactly one of `channels:`, `call:` and `fork:`")
        if self.channels and not self.letter:
            raise ValueError("a step with `channels:` needs `letter:`")
        if self.fork and any(b.when is None for b in self.fork[:-1]):
            raise ValueError("only the last branch of a fork may have no `when:`")
        return self

    @property
    def kind(self) -> Literal["message", "call", "handover"]:
        """What the step does."""
        return "message" if self.channels else "call" if self.call else "handover"

    @property
    def words(self) -> str:
        """The step's title, or its name in words."""
        return self.title or self.step.replace("-", " ")

    @property
    def times(self) -> int:
        """How often the step may go out."""
        return self.repeat.times if self.repeat else 1


class AfterDispute(Part):
    """What a dispute does."""

    stops: Literal["disputed_part", "whole"] = Field(description="Only the disputed part, or the whole case.")
    review_after: Delay = Field(description="Until when a person should settle it.")


class AfterFailure(Part):
    """What a broken promise or a defaulted plan does."""

    then: Literal["continue", "next_step_now", "ask"] = Field(description="Go on as planned, at once, or ask a person.")
    grace: Delay = Field(description="Days after the promised day before it counts as broken.")


class AfterReversal(Part):
    """What a reversed payment does."""

    then: Literal["continue", "next_step_now", "ask"] = Field(description="Go on as planned, at once, or ask a person.")


class AfterHold(Part):
    """What a hold without an end does."""

    review_after: Delay = Field(description="When a person is asked whether it should go on.")


class After(Part):
    """What events do to the course."""

    dispute: AfterDispute = Field(description="What a dispute stops, and until when a person should settle it.")
    broken_promise: AfterFailure = Field(description="What a broken promise to pay does.")
    defaulted_plan: AfterFailure = Field(description="What an instalment of a payment plan does that is not paid.")
    reversed_payment: AfterReversal = Field(description="What a payment does that was taken back.")
    hold: AfterHold = Field(description="What a hold without an end does.")


class Charges(Part):
    """What the creditor claims beside the invoice; letters may name it, and the law of the country judges it."""

    contract_rate: Percent | None = Field(
        default=None, description="Late interest that the contract agrees, per cent a year: `12.5 %`."
    )
    indemnity: Literal["claimed", "waived"] | None = Field(
        default=None, description="The fixed indemnity for recovery costs that the law grants."
    )
    fee: Amounts | None = Field(default=None, description="A fee of the creditor's own, one for each currency.")


class Policy(Part):
    """An escalation policy: which invoices it takes, and the steps it walks."""

    policy: Name = Field(description="The policy's name, the same as the file's.")
    title: str = Field(max_length=120, description="A title for people.")
    takes: Takes = Field(description="Which invoices the policy takes.")
    enters: Enters = Field(description="Where a case begins that comes late.")
    calendar: CalendarRules = Field(description="When the debtor may be contacted.")
    least_gap: Delay = Field(description="Least distance between two contacts; at least one day.")
    tolerance: Amounts = Field(description="A balance up to this amount counts as paid, for each currency.")
    missed_after: Delay = Field(description="A step counts as missed when so many days went by.")
    charges: Charges | None = Field(
        default=None, description="What is claimed beside the invoice; nothing if left out."
    )
    after: After = Field(description="What events do to the course.")
    steps: tuple[Step, ...] = Field(min_length=1, max_length=40, description="The steps, from mild to severe.")

    @model_validator(mode="after")
    def _a_gap(self) -> Self:
        if self.least_gap.days < 1:
            raise ValueError("`least_gap:` must be at least one day: two steps never go out at once")
        return self

    @cached_property
    def order(self) -> dict[str, int]:
        """Where each step stands, from 0; of two with one name (a finding of lint) the first."""
        return {step.step: place for place, step in reversed(list(enumerate(self.steps)))}

    def find(self, name: str) -> Step | None:
        """The step of that name."""
        place = self.order.get(name)
        return None if place is None else self.steps[place]

    def tolerated(self, currency: str) -> Money:
        """The balance that counts as paid in the currency: zero where the policy names none."""
        return self._tolerances.get(currency) or Money.zero(currency)

    @cached_property
    def _tolerances(self) -> dict[str, Money]:
        return {amount.currency: amount for amount in reversed(self.tolerance)}
