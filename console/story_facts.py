"""The short words in which a story says what happened, and the facts they stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from dunning import facts as f
from dunning.money import Money

CASE_ID = "STORY-1"  # the case that a story speaks of, wherever it is told


@dataclass(frozen=True)
class Saying:
    """A fact of the story as it comes in through the doors: raw JSON, and whether a person says it."""

    at: datetime
    raw: dict[str, Any]
    act: bool


def moment(told: datetime, zone: ZoneInfo) -> datetime:
    return told.replace(tzinfo=zone).astimezone(UTC)


def when(told: Any, zone: ZoneInfo) -> datetime:
    """A day (then noon) or a day with an hour, by the debtor's clock."""
    text = str(told)
    return moment(datetime.fromisoformat(text if len(text) > 10 else f"{text} 12:00"), zone)


def _sum(told: Any) -> dict[str, Any] | None:
    return None if told is None else Money.parse(str(told)).model_dump()


def _named(told: Any, name: str) -> dict[str, Any]:
    """The short form of a fact: `repeat: firm-reminder` for `repeat: {step: firm-reminder}`."""
    return dict(told) if isinstance(told, dict) else {name: told} if told not in (None, "") else {}


Form = Callable[[Any, str], dict[str, Any]]


def _delivery(told: Any, day: str) -> dict[str, Any]:
    key = f"{CASE_ID}/{told['step']}/{told.get('occurrence', 1)}/{told['channel']}"
    return {"fact": "DeliveryReported", "delivery": key, "result": told["result"], "detail": told.get("detail", "")}


def _call(told: Any, day: str) -> dict[str, Any]:
    words = _named(told, "result")
    if "for" in words:
        words["promised_for"] = words.pop("for")
    return {"fact": "CallMade", **words}


# The friendly form of each fact: what the story says -> raw JSON as it comes in.
_FORMS: dict[str, Form] = {
    "payment": lambda t, day: {"fact": "PaymentReceived", "received_on": day, **t},
    "payment_reversed": lambda t, day: {"fact": "PaymentReversed", "payment_id": t["payment"]},
    "credit_note": lambda t, day: {
        "fact": "CreditNoteIssued", "issued_on": day, "dispute_id": t.get("dispute"),
        **{k: v for k, v in t.items() if k != "dispute"},
    },
    "dispute": lambda t, day: {"fact": "DisputeOpened", **t},
    "dispute_resolved": lambda t, day: {
        "fact": "DisputeResolved", "dispute_id": t["dispute"], "outcome": t["outcome"], "upheld": t.get("upheld")
    },
    "insolvent": lambda t, day: {"fact": "DebtorInsolvent", "on": t or day},
    "delivery": _delivery,
    "books": lambda t, day: {"fact": "InvoiceChanged", "amount": t["amount"], "due_date": t["due"]},
    "contact_changed": lambda t, day: {"fact": "ContactChanged"},
    "promise": lambda t, day: {"fact": "PromiseMade", "promised_for": t["for"], "amount": t.get("amount")},
    "plan": lambda t, day: {
        "fact": "PlanAgreed", "instalments": [{"due": p["due"], "amount": _sum(p["amount"])} for p in t]
    },
    "hold": lambda t, day: {"fact": "HoldPlaced", **t},
    "release": lambda t, day: {"fact": "HoldReleased", **_named(t, "reason")},
    "call": _call,
    "approve": lambda t, day: {"fact": "StepApproved", **_named(t, "step")},
    "refuse": lambda t, day: {"fact": "StepRefused", **t},
    "skip": lambda t, day: {"fact": "StepSkipped", "step": t["step"], "words": {"reason": t["reason"]}},
    "repeat": lambda t, day: {"fact": "StepRepeated", **_named(t, "step")},
    "write_off": lambda t, day: {"fact": "CaseWrittenOff", **_named(t, "reason")},
    "withdraw": lambda t, day: {"fact": "CaseWithdrawn", **_named(t, "reason")},
}  # fmt: skip
_ACTS = frozenset(act.__name__ for act in get_args(f.Act))


def saying_of(told: dict[str, Any], number: int, zone: ZoneInfo) -> Saying:
    named = [key for key in told if key != "on"]
    if "on" not in told or len(named) != 1 or named[0] not in (*_FORMS, "outage"):
        raise ValueError(f"a fact has `on:` and one of {', '.join([*_FORMS, 'outage'])}, not {sorted(told)}")
    at = when(told["on"], zone)
    if named[0] == "outage":
        return Saying(at, {}, act=False)
    try:
        raw = _FORMS[named[0]](told[named[0]], str(told["on"])[:10])
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"{named[0]} on {told['on']}: {wrong!r} is missing or not understood") from wrong
    raw = {"id": f"{named[0]}-{number}", "by": "story", **raw}
    if "amount" in raw:
        raw["amount"] = _sum(raw["amount"])
    if raw.get("upheld") is not None:
        raw["upheld"] = _sum(raw["upheld"])
    return Saying(at, raw, act=raw["fact"] in _ACTS)
