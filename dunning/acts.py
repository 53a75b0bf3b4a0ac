"""What people do: promises, plans, holds, calls, approvals, and the end of a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dunning.fact import Fact, ShortText
from dunning.money import Money
from dunning.terms import Name, Route


class PromiseMade(Fact):
    """The debtor promised to pay `amount` (all, when left out) on the day `promised_for`."""

    fact: Literal["PromiseMade"] = "PromiseMade"
    amount: Money | None = None
    promised_for: date


class Instalment(BaseModel):
    """One payment of a plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due: date
    amount: Money


class PlanAgreed(Fact):
    """A payment plan was agreed."""

    fact: Literal["PlanAgreed"] = "PlanAgreed"
    instalments: tuple[Instalment, ...] = Field(min_length=1, max_length=60)


class HoldPlaced(Fact):
    """A person stopped the case, until the day `until` (inclusive) or without an end."""

    fact: Literal["HoldPlaced"] = "HoldPlaced"
    reason: ShortText
    until: date | None = None


class HoldReleased(Fact):
    """A person lets the case go on."""

    fact: Literal["HoldReleased"] = "HoldReleased"
    reason: ShortText = ""


CallResult = Literal["promised", "disputed", "reached", "no_answer", "wrong_number", "not_made"]


class CallMade(Fact):
    """How a call ended."""

    fact: Literal["CallMade"] = "CallMade"
    result: CallResult
    note: ShortText = ""
    promised_for: date | None = None
    amount: Money | None = None

    def model_post_init(self, _: object) -> None:
        if (self.result == "promised") != (self.promised_for is not None):
            raise ValueError("`promised_for` is said with the result `promised`, and only then")


class StepApproved(Fact):
    """A person approved the step that is waiting; for a fork, with the `route` chosen."""

    fact: Literal["StepApproved"] = "StepApproved"
    step: Name
    route: Route | None = None


class StepRefused(Fact):
    """A person refused the step that is waiting."""

    fact: Literal["StepRefused"] = "StepRefused"
    step: Name
    reason: ShortText


class StepSkipped(Fact):
    """A step was left out, by a person or by the policy's own rule."""

    fact: Literal["StepSkipped"] = "StepSkipped"
    step: Name
    why: str = "skipped_by_person"
    words: dict[str, ShortText] = Field(default_factory=dict)


class StepRepeated(Fact):
    """A person wants the step that is blocked, or was done last, to go out again."""

    fact: Literal["StepRepeated"] = "StepRepeated"
    step: Name


class PolicyChanged(Fact):
    """A person moved the case to another policy."""

    fact: Literal["PolicyChanged"] = "PolicyChanged"
    policy: Name
    policy_hash: Annotated[str, Field(pattern=r"^[A-Za-z0-9:._-]{1,80}$")]


class CaseWrittenOff(Fact):
    """A person gave the money up."""

    fact: Literal["CaseWrittenOff"] = "CaseWrittenOff"
    reason: ShortText


class CaseWithdrawn(Fact):
    """A person took the case out of Relance."""

    fact: Literal["CaseWithdrawn"] = "CaseWithdrawn"
    reason: ShortText
