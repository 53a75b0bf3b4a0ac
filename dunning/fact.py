"""What a fact is: something that happened, with its own id, so that a repeat changes nothing."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from dunning.money import Money

FactId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$")]
MOST_FACT_MONEY = 10**12

# Control, line and direction characters: they forge lines, and a NUL is refused by PostgreSQL, which would stop a case.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_MAIL = re.compile(r"[^\s<>@]+@[^\s<>@]+\.[A-Za-z]{2,}")


def _plain(text: str) -> str:
    return _UNSAFE.sub(" ", text)


def _without_addresses(text: str) -> str:
    return _MAIL.sub("(address)", text)


ShortText = Annotated[str, Field(max_length=300), AfterValidator(_plain)]
# What a machine says, say a mail server: it likes to quote the address, and a journal can never forget one.
Detail = Annotated[ShortText, AfterValidator(_without_addresses)]


class Fact(BaseModel):
    """Something that happened: `id` makes a repeat harmless, `at` says when we learnt it, `by` who told us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: FactId
    at: AwareDatetime
    by: Annotated[str, Field(max_length=80), AfterValidator(_plain)] = "system"


def sensible(amount: Money) -> Money:
    if not 0 < amount.minor <= MOST_FACT_MONEY:
        raise ValueError("an amount must be more than zero, and not absurdly large")
    return amount


Positive = Annotated[Money, Field(description="More than zero.")]


class WithAmount(Fact):
    amount: Positive

    def model_post_init(self, _: object) -> None:
        sensible(self.amount)
