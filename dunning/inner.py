"""What the case itself brings about: steps carried out or stuck, and what time shows."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from dunning.fact import Detail, Fact, FactId, ShortText
from dunning.terms import Name, Route


class CaseOpened(Fact):
    """The case began: steps that its age or its past leaves behind."""

    fact: Literal["CaseOpened"] = "CaseOpened"


class StepPerformed(Fact):
    """A step was carried out: by these channels, to be paid until `deadline`."""

    fact: Literal["StepPerformed"] = "StepPerformed"
    step: Name
    occurrence: int
    channels: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    missing: dict[str, Detail] = Field(default_factory=dict)
    route: Route | None = None
    deadline: date | None = None


class CallRequested(Fact):
    """A collector was asked to call, until `due`."""

    fact: Literal["CallRequested"] = "CallRequested"
    step: Name
    attempt: int
    due: AwareDatetime


class StepBlocked(Fact):
    """A step could not go out and needs a person: no address, refused, unusable text, outcome unknown."""

    fact: Literal["StepBlocked"] = "StepBlocked"
    step: Name
    occurrence: int
    why: Literal["no_address", "refused_by_provider", "letter_unusable", "outcome_unknown"]
    channel: str = ""
    detail: Detail = ""


class StepFailed(Fact):
    """A step could not go out for technical reasons; it is tried again later."""

    fact: Literal["StepFailed"] = "StepFailed"
    step: Name
    occurrence: int
    error: Detail


Then = Literal["continue", "next_step_now", "ask"]


class PromiseEnded(Fact):
    """Time showed that a promise was kept or broken; `then` is what the policy does about it."""

    fact: Literal["PromiseEnded"] = "PromiseEnded"
    kept: bool
    then: Then = "continue"


class PlanEnded(Fact):
    """Time showed that a plan was kept, or which instalment defaulted."""

    fact: Literal["PlanEnded"] = "PlanEnded"
    kept: bool
    instalment: date | None = None
    then: Then = "continue"


class ReversalMet(Fact):
    """The policy's answer to a reversed payment."""

    fact: Literal["ReversalMet"] = "ReversalMet"
    payment_id: FactId
    then: Then


class HoldEnded(Fact):
    """The last day of a hold is over."""

    fact: Literal["HoldEnded"] = "HoldEnded"


class QuestionRaised(Fact):
    """The case cannot go on without a person's answer."""

    fact: Literal["QuestionRaised"] = "QuestionRaised"
    code: str
    words: dict[str, ShortText]
    step: Name | None = None


class FactRefused(Fact):
    """Something arrived that makes no sense: kept as a problem for a person."""

    fact: Literal["FactRefused"] = "FactRefused"
    code: str
    detail: Detail
