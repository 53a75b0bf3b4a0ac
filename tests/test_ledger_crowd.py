"""Eight worker processes at once on one ledger: no error, nothing lost, nothing doubled, every chain whole."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text

from dunning.money import Money
from ledger.cases import case
from ledger.deliveries import deliveries_of
from ledger.journal import journal_of, verify_journal
from ledger.lists import CaseFilter, list_cases
from ledger.store import Ledger
from ledger.tasks import TaskFilter, count_tasks
from tests.crowd import CENT
from tests.durable import Room, message, policy

HANDS, CASES, TURNS = 8, 6, 30
EVERY = CaseFilter(limit=1000)
STEPS = [message(f"step-{number}", number, if_unknown="assume_sent") for number in range(1, 20)]


@pytest.fixture
def told(ledger: Ledger, ledger_url: str, tmp_path: Path) -> list[dict[str, Any]]:
    """What eight processes were told, after each did thirty things to six cases."""
    room = Room(cast("Any", None), tmp_path / "room", ledger_url)
    for _ in range(CASES):
        room.add(policy(*STEPS), date(2026, 3, 9))
    room.ledger.close()
    command = [sys.executable, "-m", "tests.crowd", ledger_url, str(tmp_path), str(TURNS), str(HANDS)]
    crowd = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=Path(__file__).parents[1]
    )
    assert crowd.returncode == 0, crowd.stderr
    found: list[dict[str, Any]] = json.loads(crowd.stdout.splitlines()[-1])
    return found


def _payments_count_once(ledger: Ledger, told: list[dict[str, Any]]) -> None:
    paid = sum((Counter(one["paid"]) for one in told), Counter[str]())
    with ledger.read() as db:
        for line in list_cases(db, CaseFilter(policy="test")):
            kept, journal = case(db, line.id), [row.kind for row in journal_of(db, line.id)]
            assert len(kept.state.get("payments", {})) == journal.count("PaymentReceived") == paid[line.id]
            assert kept.outstanding == Money(minor=100_000 - CENT * paid[line.id], currency="EUR")
    assert paid.total() > HANDS


def _letters_go_out_once(ledger: Ledger, folder: Path) -> None:
    handed = Counter("".join(file.read_text() for file in folder.glob("handed-over-*")).split())
    with ledger.read() as db:
        made = [row for line in list_cases(db, CaseFilter(policy="test")) for row in deliveries_of(db, line.id)]
    assert set(handed.values()) == {1}
    assert {row.key: row.attempts for row in made} == handed
    assert {row.state for row in made} <= {"sent", "unknown"}
    assert sum(row.state == "sent" for row in made) > HANDS


def _imports_and_tasks_count_once(ledger: Ledger, told: list[dict[str, Any]]) -> None:
    imported = sorted(case_id for one in told for case_id in one["imported"])
    stray = TaskFilter(kind="unknown-payment")
    with ledger.read() as db:
        assert imported == sorted(line.id for line in list_cases(db, EVERY) if line.id.startswith("N-"))
        opened = sum(one["opened"] for one in told)
        assert count_tasks(db, TaskFilter(kind="unknown-payment", state=None)) == opened
        assert count_tasks(db, stray) == opened - sum(one["closed"] for one in told)
        twice = "SELECT case_id, key FROM tasks WHERE state = 'open' GROUP BY case_id, key HAVING count(*) > 1"
        assert db.execute(text(twice)).all() == []


def test_eight_processes_do_everything_at_once(ledger: Ledger, told: list[dict[str, Any]], tmp_path: Path) -> None:
    """Monday, 9:00: payments, letters, imports, calls and tasks of six cases by eight workers; the sums come out."""
    assert [error for one in told for error in one["errors"]] == []
    assert len(told) == HANDS
    _payments_count_once(ledger, told)
    _letters_go_out_once(ledger, tmp_path)
    _imports_and_tasks_count_once(ledger, told)
    with ledger.read() as db:
        assert list(verify_journal(db)) == []
