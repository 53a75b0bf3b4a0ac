"""All that can happen to a case, in one place, and how raw JSON from outside becomes a fact."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from dunning.acts import (
    CallMade,
    CaseWithdrawn,
    CaseWrittenOff,
    HoldPlaced,
    HoldReleased,
    Instalment,
    PlanAgreed,
    PolicyChanged,
    PromiseMade,
    StepApproved,
    StepRefused,
    StepRepeated,
    StepSkipped,
)
from dunning.fact import Fact
from dunning.inner import (
    CallRequested,
    CaseOpened,
    FactRefused,
    HoldEnded,
    PlanEnded,
    PromiseEnded,
    QuestionRaised,
    ReversalMet,
    StepBlocked,
    StepFailed,
    StepPerformed,
)
from dunning.signals import (
    ContactChanged,
    CreditNoteIssued,
    DebtorInsolvent,
    DeliveryReported,
    DisputeOpened,
    DisputeResolved,
    InvoiceChanged,
    PaymentReceived,
    PaymentReversed,
    ProblemSettled,
)

__all__ = [
    "CallMade",
    "CallRequested",
    "CaseOpened",
    "CaseWithdrawn",
    "CaseWrittenOff",
    "ContactChanged",
    "CreditNoteIssued",
    "DebtorInsolvent",
    "DeliveryReported",
    "DisputeOpened",
    "DisputeResolved",
    "Fact",
    "FactRefused",
    "HoldEnded",
    "HoldPlaced",
    "HoldReleased",
    "Instalment",
    "InvoiceChanged",
    "PaymentReceived",
    "PaymentReversed",
    "PlanAgreed",
    "PlanEnded",
    "PolicyChanged",
    "ProblemSettled",
    "PromiseEnded",
    "PromiseMade",
    "QuestionRaised",
    "ReversalMet",
    "StepApproved",
    "StepBlocked",
    "StepFailed",
    "StepPerformed",
    "StepRefused",
    "StepRepeated",
    "StepSkipped",
]

# What the outside may signal, what a person may do, and what the case itself brings about.
Signalled = (
    PaymentReceived
    | PaymentReversed
    | CreditNoteIssued
    | DisputeOpened
    | DisputeResolved
    | DebtorInsolvent
    | DeliveryReported
    | InvoiceChanged
    | ContactChanged
    | ProblemSettled
)
Act = (
    PromiseMade
    | PlanAgreed
    | HoldPlaced
    | HoldReleased
    | CallMade
    | StepApproved
    | StepRefused
    | StepSkipped
    | StepRepeated
    | PolicyChanged
    | CaseWrittenOff
    | CaseWithdrawn
)
Inner = (
    CaseOpened
    | StepPerformed
    | CallRequested
    | StepBlocked
    | StepFailed
    | PromiseEnded
    | PlanEnded
    | ReversalMet
    | HoldEnded
    | QuestionRaised
    | FactRefused
)
_SIGNAL: TypeAdapter[Fact] = TypeAdapter(Annotated[Signalled, Field(discriminator="fact")])
_ACT: TypeAdapter[Fact] = TypeAdapter(Annotated[Signalled | Act, Field(discriminator="fact")])
_ANY: TypeAdapter[Fact] = TypeAdapter(Annotated[Signalled | Act | Inner, Field(discriminator="fact")])


def fact_name(fact: Fact) -> str:
    """The kind of fact, `PaymentReceived`."""
    return type(fact).__name__


def read_fact(raw: Any, at: datetime, act: bool = False) -> Fact:
    """Check raw JSON from outside, learnt at `at`; only a person (`act`) may promise, hold, approve or end.

    What makes no sense becomes a `FactRefused`, never an error and never a loss.
    """
    try:
        if not isinstance(raw, dict):
            raise TypeError("not an object")
        return (_ACT if act else _SIGNAL).validate_python({**raw, "at": at})
    except (ValidationError, ValueError, TypeError, RecursionError) as error:
        return FactRefused(id=_ident(raw), at=at, code="unreadable_fact", detail=f"{_sentence(error)}: {raw!r}"[:300])


def recall_fact(raw: Any) -> Fact:
    """Read a fact that Relance itself wrote."""
    return _ANY.validate_python(raw)


def _ident(raw: Any) -> str:
    """A stable id for what cannot be read, so that its repeat is known too."""
    return "unreadable-" + hashlib.sha256(repr(raw).encode(errors="replace")).hexdigest()[:16]


def _sentence(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)[:120]
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'][1:]) or 'fact'}: {first['msg']}"[:120]
