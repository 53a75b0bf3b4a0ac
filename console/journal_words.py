"""Puts a line of the journal into words, since a fact by itself is only JSON."""

from __future__ import annotations

from typing import Any

from dunning.money import Money
from ledger.journal import JournalRow

_TOLD = (
    *("step", "why", "amount", "promised_for", "payment_id", "dispute_id", "outcome", "upheld", "delivery", "result"),
    *("route", "until", "received_on", "due_date", "policy", "reason", "detail", "error"),
)
_CODES = ("why", "result", "route", "outcome")


def told(row: JournalRow) -> str:
    """What the row says, shortly; a decision says its own reason."""
    body = row.body
    if row.kind == "Decided":
        return str(body.get("why", ""))
    words = [_word(name, body[name]) for name in _TOLD if body.get(name) not in (None, "", [], {})]
    words += _move(body) if row.kind == "PolicyChanged" else []
    inner = body.get("words") or {}
    words += [str(inner["reason"])] if isinstance(inner, dict) and inner.get("reason") else []
    by = body.get("by")
    return (", ".join(words) + (f" (by {by})" if by not in (None, "", "system") else "")).strip()


def _move(body: dict[str, Any]) -> list[str]:
    """What a person said about a move to another policy, and what followed for the case."""
    answers, effect = body.get("answers") or {}, body.get("effect") or {}
    words = [str(answers["reason"])] if answers.get("reason") else []
    words += ["time kept"] if effect.get("due") else []
    words += [f"{old} is {new}" for old, new in (effect.get("renamed") or {}).items()]
    words += [f"{step} left out" for step in effect.get("left_out") or {}]
    return words + [f"{step} first" for step in effect.get("walks") or ()]


def _word(name: str, value: Any) -> str:
    if isinstance(value, dict) and set(value) >= {"minor", "currency"}:
        return str(Money.model_validate({"minor": value["minor"], "currency": value["currency"]}))
    return str(value).replace("_", " ") if name in _CODES else str(value)
