"""The facts that the words of a story stand for, as they come in through the doors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from console.stories.facts import Told
from dunning import facts as f

CASE_ID = "STORY-1"  # the case that a story speaks of, wherever it is told
_Raw = Callable[[dict[str, Any], str], dict[str, Any]]  # the words told, and the day


def _delivery(t: dict[str, Any], day: str) -> dict[str, Any]:
    key = f"{CASE_ID}/{t['step']}/{t['occurrence']}/{t['channel']}"
    return {"delivery": key, "result": t["result"], "detail": t.get("detail", "")}


def _renamed(**names: str) -> _Raw:
    return lambda t, day: {names.get(key, key): value for key, value in t.items()}


# What the story says -> the fact's name and its raw JSON, as it comes in through the doors.
_FORMS: dict[str, tuple[str, _Raw]] = {
    "payment": ("PaymentReceived", lambda t, day: {"received_on": day, **t}),
    "payment_reversed": ("PaymentReversed", _renamed(payment="payment_id")),
    "credit_note": (
        "CreditNoteIssued",
        lambda t, day: {"issued_on": day, **_renamed(dispute="dispute_id")(t, day)},
    ),
    "dispute": ("DisputeOpened", _renamed()),
    "dispute_resolved": ("DisputeResolved", _renamed(dispute="dispute_id")),
    "insolvent": ("DebtorInsolvent", lambda t, day: {"on": t.get("on", day)}),
    "delivery": ("DeliveryReported", _delivery),
    "books": ("InvoiceChanged", _renamed(due="due_date")),
    "contact_changed": ("ContactChanged", lambda t, day: {}),
    "promise": ("PromiseMade", _renamed(**{"for": "promised_for"})),
    "plan": ("PlanAgreed", _renamed()),
    "hold": ("HoldPlaced", _renamed()),
    "release": ("HoldReleased", _renamed()),
    "call": ("CallMade", _renamed(**{"for": "promised_for"})),
    "approve": ("StepApproved", _renamed()),
    "refuse": ("StepRefused", _renamed()),
    "skip": ("StepSkipped", lambda t, day: {"step": t["step"], "words": {"reason": t["reason"]}}),
    "repeat": ("StepRepeated", _renamed()),
    "write_off": ("CaseWrittenOff", _renamed()),
    "withdraw": ("CaseWithdrawn", _renamed()),
}
ACTS = tuple(act.__name__ for act in get_args(f.Act))  # what a person does


@dataclass(frozen=True)
class Saying:
    """A fact as it comes in through the doors: raw JSON, whether a person says it, and the line of `facts`, from 1."""

    at: datetime
    raw: dict[str, Any]
    act: bool
    number: int


def moment(told: datetime, zone: ZoneInfo) -> datetime:
    """A moment (UTC) by the clock of a zone."""
    return told.replace(tzinfo=zone).astimezone(UTC)


def with_hour(told: str) -> str:
    """The day with its hour, `2026-03-02 12:00`: noon where none is said."""
    return told if len(told) > 10 else f"{told} 12:00"


def when(told: str, zone: ZoneInfo) -> datetime:
    """A day (then noon) or a day with an hour, by the debtor's clock, as a moment (UTC)."""
    return moment(datetime.fromisoformat(with_hour(told)), zone)


def saying_of(told: Told, number: int, zone: ZoneInfo) -> Saying | None:
    """What the line says, as raw JSON; None for an outage, which nobody tells."""
    if told.word == "outage":
        return None
    name, form = _FORMS[told.word]
    value = told.model_dump(mode="json", by_alias=True, exclude_none=True).get(told.word, {})
    words = form({"instalments": value} if isinstance(value, list) else value, told.on[:10])
    raw = {"id": f"{told.word}-{number}", "by": "story", "fact": name, **words}
    return Saying(when(told.on, zone), raw, name in ACTS, number)
