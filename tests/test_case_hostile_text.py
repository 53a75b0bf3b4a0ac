"""Characters that one of the databases refuses: a fact that holds them must not stop its case for ever."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.durable import message, policy
from tests.mortal import Begin, begin, letter

__all__ = ["begin"]

MONEY = {"minor": 40_000, "currency": "EUR"}
SIGNALS: list[dict[str, Any]] = [
    {"fact": "PaymentReceived", "id": "a?b", "amount": MONEY, "received_on": "2026-03-10"},
    {"fact": "Nothing?", "id": "x"},
    {"fact": "DisputeOpened", "id": "d", "reason": "goods? damaged"},
    {"fact": "DeliveryReported", "id": "r", "delivery": "?", "result": "bounced", "detail": "?"},
]
ACTS: list[dict[str, Any]] = [
    {"fact": "HoldPlaced", "id": "h", "by": "marie?", "reason": "asked? by sales"},
    {"fact": "StepSkipped", "id": "s", "by": "marie?", "step": "first", "words": {"reason": "told? by phone"}},
    {"fact": "StepSkipped", "id": "s", "by": "marie", "step": "first?"},
    {"fact": "ProblemSettled", "id": "p", "by": "marie?", "problem": "?", "result": "done?"},
    {"fact": "PlanAgreed", "id": "p", "by": "marie?", "instalments": [{"due_on": "2026-04-01", "amount": MONEY}]},
]


@pytest.mark.parametrize("character", ["\x00", "\ud800"], ids=["nul", "half-a-character"])
@pytest.mark.parametrize(
    ("fact", "act"), [*((one, False) for one in SIGNALS), *((one, True) for one in ACTS)], ids=lambda one: str(one)[:40]
)
def test_a_character_that_no_table_takes_stops_no_case(
    begin: Begin, fact: dict[str, Any], act: bool, character: str
) -> None:
    """10 March: a machine or a person says a NUL or half a character; the case answers, and goes on a moment later."""
    bench = begin(policy(message("first", 0)))
    said = json.dumps(fact).replace("?", json.dumps(character)[1:-1])
    bench.ask(letter(1, bench.at, said, act))
    bench.perform()
    assert bench.kept() == bench.known
    assert bench.journal()
