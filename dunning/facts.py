"""All that can happen to a case, in one place, and how raw JSON from outside becomes a fact."""

from __future__ import annotations

import hashlib
import json
import re
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
    MoveAnswers,
    MoveEffect,
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
    SendingResumed,
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
    "MoveAnswers",
    "MoveEffect",
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
    "SendingResumed",
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
    | SendingResumed
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
            raise TypeError("it is no JSON object")
        return (_ACT if act else _SIGNAL).validate_python({**raw, "at": at})
    except (ValidationError, ValueError, TypeError, RecursionError) as error:
        detail = f"{_sentence(error)}{_shown(raw)}"[:300]
        return FactRefused(id=_ident(raw), at=at, code="unreadable_fact", detail=detail)


def read_text(text: str, at: datetime, act: bool = False) -> Fact:
    """Read a fact from the very text that came, which may be anything (see `read_fact`)."""
    try:
        raw = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raw = text
    return read_fact(raw, at, act)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def recall_fact(raw: Any) -> Fact:
    """Read a fact that Relance itself wrote."""
    return _ANY.validate_python(raw)


def _ident(raw: Any) -> str:
    """A stable id for what cannot be read, so that its repeat is known too."""
    try:
        told = repr(raw)
    except RecursionError:
        told = "nested too deep"
    return "unreadable-" + hashlib.sha256(told.encode(errors="replace")).hexdigest()[:16]


# Of what cannot be read only this is repeated, and only when it looks like it: the rest may hold names and addresses.
_REPEATED = ("fact", "id", "payment_id", "dispute_id", "step", "minor", "currency", "received_on", "issued_on", "on")
_TOKEN = re.compile(r"[A-Za-z0-9._:/+-]{1,60}")


def _shown(raw: Any) -> str:
    if not isinstance(raw, dict):
        return ""
    amount = raw.get("amount")
    flat = {**raw, **amount} if isinstance(amount, dict) else raw
    kept = {name: flat[name] for name in _REPEATED if isinstance(flat.get(name), int | float | str)}
    kept = {name: value for name, value in kept.items() if _TOKEN.fullmatch(str(value)[:61])}
    return f": {kept}" if kept else ""


def _sentence(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)[:120]
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"].startswith("union_tag"):
        return "fact: no such kind of fact"
    place = ".".join(part for part in map(str, first["loc"][1:]) if _TOKEN.fullmatch(part)) or "fact"
    return f"{place}: {first['msg']}"[:120]
