"""What a kind of case is, and the steps and facts that the recorded ones are told with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.durable import message
from tests.recording_room import Teller

Tell = Callable[[Teller], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """A kind of case by its name. With `short_runs` the server wants a new run after 40 events."""

    name: str
    story: str
    tell: Tell
    short_runs: bool = False


KINDS: dict[str, Kind] = {}


def kind(tell: Tell, short_runs: bool = False) -> Tell:
    """Name the kind after its function and take its story from the docstring."""
    name = tell.__name__.replace("_", "-")
    KINDS[name] = Kind(name, (tell.__doc__ or "").strip(), tell, short_runs)
    return tell


FIRST, SECOND, THIRD = message("first", 0), message("second", 10), message("third", 20)
NOTICE = message("notice", 15, letter="formal-notice", tone="formal", pay_within={"days": 8})
APPROVED = message("notice", 5, letter="formal-notice", tone="formal", pay_within={"days": 8}, approval="required")
CALL = {"step": "call", "day": {"after": "due_date", "days": 5}, "call": {"attempts": 2}}


def fork(then: str, days: int = 25) -> dict[str, Any]:
    return {"step": "out", "day": {"after": "due_date", "days": days}, "fork": [{"then": then}]}


def euros(amount: int) -> dict[str, Any]:
    return {"minor": amount * 100, "currency": "EUR"}


def paid(number: str, amount: int, on: str = "2026-03-10") -> dict[str, Any]:
    return {"fact": "PaymentReceived", "id": number, "amount": euros(amount), "received_on": on}


def fact(name: str, number: str, **told: Any) -> dict[str, Any]:
    return {"fact": name, "id": number, **told}
