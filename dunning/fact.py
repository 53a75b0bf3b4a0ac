"""What a fact is: something that happened, with its own id, so that a repeat changes nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dunning.money import Money

FactId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$")]
ShortText = Annotated[str, Field(max_length=300)]
MOST_FACT_MONEY = 10**12


class Fact(BaseModel):
    """Something that happened: `id` makes a repeat harmless, `at` says when we learnt it, `by` who told us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: FactId
    at: AwareDatetime
    by: Annotated[str, Field(max_length=80)] = "system"


def sensible(amount: Money) -> Money:
    if not 0 < amount.minor <= MOST_FACT_MONEY:
        raise ValueError("an amount must be more than zero, and not absurdly large")
    return amount


Positive = Annotated[Money, Field(description="More than zero.")]


class WithAmount(Fact):
    amount: Positive

    def model_post_init(self, _: object) -> None:
        sensible(self.amount)
