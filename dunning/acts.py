"""What people do: promises, plans, holds, calls, approvals, and the end of a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

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


class MoveAnswers(BaseModel):
    """What a person says about a move to another policy; what is not said stays a question, and the case where it is.

    `missing`: milder steps of the new policy that were never sent. `renamed`: step of before -> step of the new policy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: Literal["recomputed", "kept"] = "recomputed"
    missing: Literal["ask", "leave_out", "walk"] = "ask"
    renamed: dict[Name, Name] = Field(default_factory=dict, max_length=40)
    not_taken: Literal["ask", "move"] = "ask"
    reason: ShortText = ""


class MoveEffect(BaseModel):
    """What a move does to the course of one case; worked out by `dunning.adopting`, never told from outside.

    `left_out`: step -> why, in a code of SENTENCES. `due`: when the next step is due whatever its own day says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    not_before: AwareDatetime | None = None
    due: AwareDatetime | None = None
    renamed: dict[Name, Name] = Field(default_factory=dict)
    left_out: dict[Name, str] = Field(default_factory=dict)
    walks: tuple[Name, ...] = ()


class PolicyChanged(Fact):
    """A person moved the case to another policy. `expects` is the case's `seq` that the person's plan was made on."""

    fact: Literal["PolicyChanged"] = "PolicyChanged"
    policy: Name
    policy_hash: Annotated[str, Field(pattern=r"^[A-Za-z0-9:._-]{1,80}$")]
    answers: MoveAnswers = MoveAnswers()
    expects: int | None = None
    effect: MoveEffect = MoveEffect()

    @model_serializer(mode="wrap")
    def _as_before(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is not said is left out: the moves of older releases are written as they were."""
        unsaid = {name for name in ("answers", "expects", "effect") if getattr(self, name) == _UNSAID[name]}
        return {name: value for name, value in write(self).items() if name not in unsaid}


_UNSAID: dict[str, object] = {"answers": MoveAnswers(), "expects": None, "effect": MoveEffect()}


class CaseWrittenOff(Fact):
    """A person gave the money up."""

    fact: Literal["CaseWrittenOff"] = "CaseWrittenOff"
    reason: ShortText


class CaseWithdrawn(Fact):
    """A person took the case out of Relance."""

    fact: Literal["CaseWithdrawn"] = "CaseWithdrawn"
    reason: ShortText
