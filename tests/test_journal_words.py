"""A line of the journal says what happened in words, with money as money and the person who acted."""

from __future__ import annotations

from typing import Any

import pytest

from console.journal_words import told
from ledger.journal import JournalRow
from tests.ledger_book import MARCH_3

FIVE = {"minor": 50000, "currency": "EUR"}


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("Decided", {"why": "Firm reminder is due.", "do": "perform"}, "Firm reminder is due."),
        ("StepSkipped", {"step": "first-call", "why": "entered_by_age", "by": "system"}, "first-call, entered by age"),
        ("PaymentReceived", {"amount": FIVE, "received_on": "2026-03-03", "by": "anna"},
         "500.00 EUR, 2026-03-03 (by anna)"),
        ("HoldPlaced", {"reason": "asked_by sales", "by": "anna"}, "asked_by sales (by anna)"),
        ("StepSkipped", {"step": "call", "words": {"reason": "no phone"}, "by": "anna"}, "call, no phone (by anna)"),
        ("HoldReleased", {"reason": "", "by": "anna"}, "(by anna)"),
        ("CaseOpened", {}, ""),
    ],
)  # fmt: skip
def test_a_fact_is_told_shortly(kind: str, body: dict[str, Any], words: str) -> None:
    """On 3 March something happened; whoever reads the journal in December understands it."""
    assert told(JournalRow("f-1", 1, 1, "key", MARCH_3, kind, body, "", "")) == words
