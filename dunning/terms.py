"""The terms a policy is written in: names, amounts, days, ranges and conditions."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from dunning.money import Money


def written(how: str) -> dict[str, Any]:
    """For the schema: how a text is written, said where it is written otherwise, by us and by editors."""
    return {"description": how, "json_schema_extra": {"patternErrorMessage": how}}


Name = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60, **written("Small letters, digits and hyphens.")),
]


def _money(value: Any) -> Any:
    return Money.parse(value) if isinstance(value, str) else value


Amount = Annotated[
    Money,
    BeforeValidator(_money),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[0-9]{1,12}(\.[0-9]{1,3})? [A-Z]{3}$",
            "patternErrorMessage": "An amount with its currency, like `1500 EUR`.",
        }
    ),
]


# More than anybody means: a longer list is a slip or a trap, and every rule would go through it again and again.
MOST_LISTED = 100
MOST_COUNTRIES = 250


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _scalar_or_list(schema: dict[str, Any]) -> None:
    schema.pop("title", None)
    items = dict(schema["items"])
    told = {key: schema[key] for key in ("description",) if key in schema}
    schema.clear()
    schema.update(told)
    schema["anyOf"] = [
        items,
        {"type": "array", "items": items, "minItems": 1, "maxItems": MOST_LISTED, "uniqueItems": True},
    ]


Amounts = Annotated[
    tuple[Amount, ...],
    BeforeValidator(_listed),
    Field(
        min_length=1,
        max_length=MOST_LISTED,
        json_schema_extra=_scalar_or_list,
        description="One amount, or one for each currency.",
    ),
]


_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%")


def _percent(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _PERCENT.fullmatch(value)
    if match is None or Decimal(match[1]) > 100:
        raise ValueError(f"{value[:40]!r} is not a rate; write it like '12.5 %', at most 100 %")
    return Decimal(match[1])


Percent = Annotated[
    Decimal,
    BeforeValidator(_percent),
    PlainSerializer(lambda value: f"{value} %", return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_PERCENT.pattern}$",
            "patternErrorMessage": "Per cent with a point for decimals, like `12.5 %`.",
        }
    ),
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", **written("Two capital letters (ISO 3166-1), like `FR`."))]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", **written("Three capital letters (ISO 4217), like `EUR`."))]
Segments = Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_LISTED)]
Countries = Annotated[tuple[Country, ...], Field(min_length=1, max_length=MOST_COUNTRIES)]


class Part(BaseModel):
    """A piece of a policy: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DebtorKind(StrEnum):
    """Who owes: a business, a consumer or a public buyer."""

    business = "business"
    consumer = "consumer"
    public = "public"


class Counting(StrEnum):
    """Which days count: all of them, or only the contact days of the calendar."""

    calendar_days = "calendar_days"
    business_days = "business_days"


class Channel(StrEnum):
    """How a message travels to the debtor."""

    email = "email"
    sms = "sms"
    letter = "letter"
    registered_letter = "registered_letter"


class Tone(StrEnum):
    """How a message sounds, from mild to severe."""

    courteous = "courteous"
    firm = "firm"
    formal = "formal"


class Solvency(StrEnum):
    """What is known of the debtor's means."""

    unknown = "unknown"
    good = "good"
    doubtful = "doubtful"
    bad = "bad"


class Route(StrEnum):
    """The ways out of the amicable phase."""

    agency = "agency"
    lawyer = "lawyer"
    injunction = "injunction"
    ask = "ask"


class Anchor(StrEnum):
    """The day from which a step's days are counted."""

    due_date = "due_date"
    invoice_date = "invoice_date"
    end_of_due_month = "end_of_due_month"
    previous_step = "previous_step"
    deadline = "deadline"


class Delay(Part):
    """A number of days."""

    days: int = Field(ge=0, le=3650, description="How many days.")
    counted_in: Counting = Field(default=Counting.calendar_days, description="Calendar days or business days.")


class Day(Delay):
    """When a step is due: so many days after or before an anchor."""

    after: Anchor | None = Field(default=None, description="The day from which the days are counted.")
    before: Literal["due_date"] | None = Field(default=None, description="Count backwards from the due date.")
    of: Name | None = Field(default=None, description="With `after: deadline`: the step that gave the deadline.")

    @model_validator(mode="after")
    def _one_anchor(self) -> Self:
        if (self.after is None) == (self.before is None):
            raise ValueError("say either `after:` or `before:`")
        if (self.after is Anchor.deadline) != (self.of is not None):
            raise ValueError("`after: deadline` and `of: <step>` go together")
        return self


class AmountRange(Part):
    """From one amount on, below another, or both."""

    at_least: Amounts | None = Field(default=None, description="This amount or more.")
    below: Amounts | None = Field(default=None, description="Less than this amount.")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if not self.at_least and not self.below:
            raise ValueError("say `at_least:`, `below:` or both")
        low = {m.currency: m.minor for m in self.at_least or ()}
        if any(m.minor <= low.get(m.currency, -1) for m in self.below or ()):
            raise ValueError("`below:` must be more than `at_least:`")
        return self

    def currencies(self) -> list[set[str]]:
        """The currencies that each bound speaks of."""
        return [{m.currency for m in bound} for bound in (self.at_least, self.below) if bound]

    def holds(self, amount: Money) -> bool:
        """Whether the amount lies in the range; a bound without its currency does not hold."""
        low = next((m for m in self.at_least or () if m.currency == amount.currency), None)
        high = next((m for m in self.below or () if m.currency == amount.currency), None)
        if (self.at_least and low is None) or (self.below and high is None):
            return False
        return (low is None or low <= amount) and (high is None or amount < high)


class NumberRange(Part):
    """From one number on, below another, or both."""

    at_least: int | None = Field(default=None, ge=-3650, le=100000, description="This number or more.")
    below: int | None = Field(default=None, ge=-3650, le=100000, description="Less than this number.")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.at_least is None and self.below is None:
            raise ValueError("say `at_least:`, `below:` or both")
        if self.at_least is not None and self.below is not None and self.below <= self.at_least:
            raise ValueError("`below:` must be more than `at_least:`")
        return self

    def holds(self, number: int) -> bool:
        """Whether the number lies in the range."""
        return (self.at_least is None or number >= self.at_least) and (self.below is None or number < self.below)


class Conditions(Part):
    """Facts that must all hold."""

    outstanding: AmountRange | None = Field(default=None, description="What may be asked for now.")
    days_past_due: NumberRange | None = Field(default=None, description="Days since the due date; negative before it.")
    debtor: tuple[DebtorKind, ...] | None = Field(default=None, min_length=1, description="Kinds of debtor.")
    segment: Segments | None = Field(default=None, description="The debtor's segments.")
    country: Countries | None = Field(default=None, description="The debtor's countries.")
    unpaid_invoices: NumberRange | None = Field(default=None, description="How many late invoices the debtor has.")
    unpaid_total: AmountRange | None = Field(default=None, description="The sum of the debtor's late invoices.")
    solvency: tuple[Solvency, ...] | None = Field(default=None, min_length=1, description="The debtor's solvency.")
