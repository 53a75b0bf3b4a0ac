"""The law as dated parameters: what a country says, since when, from which source, and whether anybody checked it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from dunning.money import Money
from dunning.terms import Country, DebtorKind, Part


class LawKey(StrEnum):
    """What a parameter says."""

    legal_rate = "legal_rate"  # of late interest on a professional's claim, where nothing was agreed
    contract_rate_floor = "contract_rate_floor"  # the least that a contract may agree, as a multiple of the legal rate
    indemnity = "indemnity"  # the fixed indemnity for recovery costs
    collection_fee = "collection_fee"  # any other sum that the creditor asks for his own trouble
    notice_days = "notice_days"  # the least time that a formal notice gives
    notice_before_injunction = "notice_before_injunction"
    limitation = "limitation"  # after so many years the claim cannot be enforced any more


class Unit(StrEnum):
    """What the value of a parameter is."""

    percent_per_year = "percent_per_year"
    times_legal_rate = "times_legal_rate"
    days = "days"
    years = "years"
    amount = "amount"
    rule = "rule"


_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?")
# What the value of each may be: a pack that says days where a rule is meant is refused when it is read.
UNITS = {
    LawKey.legal_rate: (Unit.percent_per_year,),
    LawKey.contract_rate_floor: (Unit.times_legal_rate, Unit.percent_per_year),
    LawKey.indemnity: (Unit.amount, Unit.rule),
    LawKey.collection_fee: (Unit.rule,),
    LawKey.notice_days: (Unit.days,),
    LawKey.notice_before_injunction: (Unit.rule,),
    LawKey.limitation: (Unit.years,),
}
RULES = ("forbidden", "allowed", "required", "not_required")


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class LawValue(Part):
    """A value and the days on which it holds, both included; without `valid_until` it holds until further notice."""

    value: Annotated[str, BeforeValidator(_as_text)] = Field(max_length=40, description="The value, in its unit.")
    valid_from: date = Field(description="The first day on which it holds.")
    valid_until: date | None = Field(default=None, description="The last day on which it holds.")
    source: str | None = Field(default=None, max_length=300, description="Where it stands, if elsewhere than the rest.")
    checked: bool | None = Field(default=None, description="Whether it was checked, if otherwise than the rest.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("`valid_until:` is before `valid_from:`")
        return self


class LawParameter(Part):
    """One thing that the law says, with all its values through time."""

    key: LawKey = Field(description="What it says.")
    unit: Unit = Field(description="What its value is.")
    debtor: tuple[DebtorKind, ...] | None = Field(default=None, min_length=1, description="For whom; all if left out.")
    source: str = Field(max_length=300, description="The text of the law, or where its words were seen.")
    read_on: date = Field(description="When the source was read.")
    checked: bool = Field(description="Whether the official text itself was seen, or two sources that agree.")
    values: tuple[LawValue, ...] = Field(min_length=1, description="The values, oldest first.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.unit not in UNITS[self.key]:
            raise ValueError(f"the unit of {self.key} is {' or '.join(UNITS[self.key])}, not {self.unit}")
        for value in self.values:
            _read(value.value, self.unit)
        for earlier, later in pairwise(self.values):
            if earlier.valid_until is None or later.valid_from <= earlier.valid_until:
                raise ValueError(f"the value from {later.valid_from} on begins before the one above it has ended")
        return self

    def is_for(self, kind: DebtorKind) -> bool:
        """Whether it speaks of such debtors."""
        return self.debtor is None or kind in self.debtor


class CourtWords(Part):
    """Words that make a letter look like an act of a court or a bailiff."""

    source: str = Field(max_length=300, description="Why they may not be used.")
    read_on: date = Field(description="When the source was read.")
    checked: bool = Field(description="Whether the official text itself was seen.")
    words: dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], tuple[str, ...]] = Field(
        description="By language; `*` stands for the rest of a word."
    )

    def __str__(self) -> str:
        """The list with its source and state, as findings name it."""
        return f"court_words, {self.source}, read on {self.read_on}, {'checked' if self.checked else 'not checked'}"


class LawPack(Part):
    """What the law of some countries says about the policies that are used there."""

    title: str = Field(max_length=80, description="The country or countries, for people.")
    countries: tuple[Country, ...] = Field(min_length=1, description="Where it holds.")
    parameters: tuple[LawParameter, ...] = Field(description="What it says.")
    court_words: CourtWords | None = Field(default=None, description="Words that imitate a court.")

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        seen: set[tuple[LawKey, DebtorKind]] = set()
        for parameter in self.parameters:
            said = {(parameter.key, kind) for kind in DebtorKind if parameter.is_for(kind)}
            if twice := said & seen:
                key, kind = min(twice)
                raise ValueError(f"{key} is said twice for {kind}: keep all its values in one place")
            seen |= said
        return self

    def says(self, key: LawKey, kind: DebtorKind) -> LawParameter | None:
        """What it says of the key for such debtors, whenever."""
        return next((one for one in self.parameters if one.key is key and one.is_for(kind)), None)

    def on(self, day: date, key: LawKey, kind: DebtorKind) -> InForce | NotInForce | None:
        """The value of a day; NotInForce when it has others only; None when the pack is silent."""
        parameter = self.says(key, kind)
        if parameter is None:
            return None
        for value in parameter.values:
            if value.valid_from <= day and (value.valid_until is None or day <= value.valid_until):
                return InForce(self, parameter, value)
        return NotInForce(self, parameter, day)


@dataclass(frozen=True)
class InForce:
    """A value of the law on a day."""

    pack: LawPack
    parameter: LawParameter
    value: LawValue

    @property
    def number(self) -> Decimal:
        """The value of a parameter that is a number."""
        return Decimal(self.value.value)

    @property
    def rule(self) -> str:
        """The value as it stands, such as `forbidden`."""
        return self.value.value

    def __str__(self) -> str:
        """The parameter with its value, source and state, as findings name it."""
        parameter, value = self.parameter, self.value
        checked = parameter.checked if value.checked is None else value.checked
        state = "checked" if checked else "not checked"
        written = {Unit.percent_per_year: f"{value.value} %", Unit.times_legal_rate: f"{value.value} × legal_rate"}
        told = written.get(parameter.unit, f"{value.value} {parameter.unit}" if self._counts() else value.value)
        source = value.source or parameter.source
        return f"{parameter.key} = {told} since {value.valid_from}, {source}, read on {parameter.read_on}, {state}"

    def _counts(self) -> bool:
        return self.parameter.unit in (Unit.days, Unit.years)


@dataclass(frozen=True)
class NotInForce:
    """A parameter of the law that has no value on the day."""

    pack: LawPack
    parameter: LawParameter
    day: date

    @property
    def nearest(self) -> str:
        """What is known instead: the last value before the day, or else the first after it."""
        before = [value for value in self.parameter.values if value.valid_from <= self.day]
        if before:
            return f"the last one, {before[-1].value}, ended on {before[-1].valid_until}"
        return f"the first one, {self.parameter.values[0].value}, begins on {self.parameter.values[0].valid_from}"


def _read(value: str, unit: Unit) -> None:
    """ValueError when the value is none of its unit."""
    if unit is Unit.amount:
        Money.parse(value)
        return
    if unit is Unit.rule:
        if value not in RULES:
            raise ValueError(f"{value!r} is no rule; there is {', '.join(RULES)}")
        return
    whole = unit in (Unit.days, Unit.years)
    if not _NUMBER.fullmatch(value) or (whole and "." in value):
        raise ValueError(f"{value!r} is not a {'whole ' if whole else ''}number")
