"""The four answers that the core gives, each with its reason and the tasks that should be open."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from dunning.case import Outcome
from dunning.money import Money
from dunning.reasons import Because
from dunning.terms import Route


class Task(BaseModel):
    """Work for a person: `key` is unique in the case, so that asking twice leaves one task."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    kind: str
    why: Because
    step: str | None = None
    due: AwareDatetime | None = None


class _Decision(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    because: Because
    outstanding: Money
    tasks: tuple[Task, ...] = ()


class Perform(_Decision):
    """Carry out this occurrence of the step now."""

    do: Literal["perform"] = "perform"
    step: str
    occurrence: int
    kind: Literal["message", "call", "handover"]
    route: Route | None = None


class Wait(_Decision):
    """Nothing to do before `until`; `step` is what comes then, as far as it can be known."""

    do: Literal["wait"] = "wait"
    until: AwareDatetime
    step: str | None = None


class AskPerson(_Decision):
    """A person must act; look again at `until` when it is said. The work is the first of `tasks`."""

    do: Literal["ask"] = "ask"
    until: AwareDatetime | None = None
    step: str | None = None


class Close(_Decision):
    """The case is over."""

    do: Literal["close"] = "close"
    outcome: Outcome


Decision = Annotated[Perform | Wait | AskPerson | Close, Field(discriminator="do")]
DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
