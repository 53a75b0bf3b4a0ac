"""What a collector reads about a task: everything a call needs, and what to do."""

from __future__ import annotations

import pytest

from console.task_words import advice, is_done_by_hand, sheet


def test_a_call_shows_number_history_and_script() -> None:
    """On 3 March the collector opens the task and has all in hand, the script last."""
    body = {"number": "+33 1 99 00 10 04", "history": ["2026-03-01 email: Rappel"], "script": "Bonjour"}
    lines = sheet(body)
    assert lines[0].split() == ["number:", "+33", "1", "99", "00", "10", "04"]
    assert "2026-03-01 email: Rappel" in lines[1]
    assert lines[-1] == "Bonjour"


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("call", "relance call F-1"),
        ("approve", "relance approve F-1"),
        ("bounced", "relance import"),
        ("new", "repeat"),
    ],
)
def test_each_kind_of_task_names_the_act_that_ends_it(kind: str, command: str) -> None:
    """Nobody must know every command by heart; a new kind of task gets an answer too."""
    assert command in advice(kind, "F-1")
    assert not is_done_by_hand(kind)


def test_a_problem_is_ended_by_hand() -> None:
    """An unreadable fact of 3 March is looked at, then said to be done."""
    assert is_done_by_hand("problem")
    assert "relance task done 7" in advice("problem", "F-1", 7)
