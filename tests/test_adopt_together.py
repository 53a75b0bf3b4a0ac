"""Some dozens of running cases are moved on a real server, by a process that is killed midway and started again."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from activities.settings import Settings
from console.cases import Cases
from ledger.journal import verify_journal
from ledger.store import Ledger
from tests.test_cli import relance
from tests.test_import import HEADER, POLICIES
from tests.test_worker_process import until
from worker import connect

TODAY = datetime.now(UTC).date()
DUE = TODAY + timedelta(days=60)
COURSE = """\
policy: course
title: A course at any hour
takes: {debtor: [business], currency: [EUR]}
enters: {at: first_step}
calendar:
  country: FR
  time_zone: Europe/Paris
  week_days: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]
  contact_hours: ["00:00-24:00"]
  public_holidays: open
least_gap: {days: 1}
tolerance: 1 EUR
missed_after: {days: 20}
after:
  dispute: {stops: whole, review_after: {days: 10}}
  broken_promise: {then: continue, grace: {days: 2}}
  defaulted_plan: {then: ask, grace: {days: 3}}
  reversed_payment: {then: continue}
  hold: {review_after: {days: 30}}
steps:
  - step: reminder
    day: {days: 1, after: due_date}
    channels: [email]
    letter: reminder
  - step: phone
    day: {days: 5, after: due_date}
    call: {attempts: 2}
  - step: firm
    day: {days: 10, after: due_date}
    channels: [email]
    tone: firm
    letter: reminder
    approval: required
"""
WAITING = [f"wait-{number}" for number in range(20)]
HELD, PROMISED, DISPUTED, CALLED, ASKED = (
    [f"{name}-{number}" for number in range(3)] for name in ("hold", "word", "row", "call", "ok")
)
MOVED = [*WAITING, *HELD, *PROMISED, *DISPUTED]
EACH = [*MOVED, *CALLED, *ASKED]


@dataclass
class House:
    """`relance up` with its ledger and its policies, in a folder of its own."""

    folder: Path
    ledger: Ledger
    surroundings: dict[str, str]

    def scalar(self, query: str) -> int:
        with self.ledger.read() as db:
            return int(db.execute(text(query)).scalar_one())

    def adopting(self, rate: int) -> subprocess.Popen[str]:
        """`relance policy adopt course --cases all --apply` as a process of its own."""
        command = [sys.executable, "-c", "from console.main import main; main()", "policy", "adopt", "course"]
        return subprocess.Popen(
            [*command, "--cases", "all", "--apply", "--rate", str(rate), "--by", "marie", "--json"],
            env={**os.environ, **self.surroundings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tell(self, *told: tuple[str, dict[str, Any]]) -> None:
        """Acts of people and facts from outside, through the door of running cases."""

        async def telling() -> None:
            cases = Cases(await connect(Settings(var_dir=self.folder / "var")), self.ledger)
            for case_id, fact in told:
                if fact["fact"] in ("HoldPlaced", "PromiseMade"):
                    await cases.act(case_id, fact)
                else:
                    await cases.tell(case_id, fact)

        asyncio.run(telling())


def _book(file: Path) -> Path:
    """Cases that wait, and others whose call or approval is due today since their last step went out elsewhere."""
    rows = [f"{name},D-{name},Dupont,{TODAY},{DUE},1000,EUR,," for name in MOVED]
    for names, late, last in ((CALLED, 6, "reminder"), (ASKED, 12, "phone")):
        due, on = TODAY - timedelta(days=late), TODAY - timedelta(days=late - 2)
        rows += [f"{name},D-{name},Dupont,{due - timedelta(days=9)},{due},1000,EUR,{last},{on}" for name in names]
    file.write_text("\n".join([f"{HEADER},last_step,last_step_on", *rows]))
    return file


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    policies = tmp_path / "policies"
    policies.mkdir()
    shutil.copytree(POLICIES / "letters", policies / "letters")
    shutil.copy(POLICIES / "creditor.yaml", policies)
    (policies / "course.yaml").write_text(COURSE)
    url = f"sqlite:///{tmp_path / 'relance.db'}"
    surroundings = {
        "RELANCE_DATABASE_URL": url,
        "RELANCE_VAR_DIR": str(tmp_path / "var"),
        "RELANCE_OUTBOX": str(tmp_path / "outbox"),
        "RELANCE_POLICIES_DIR": str(policies),
        "RELANCE_HEALTH_ADDRESS": "127.0.0.1:0",
    }
    alone = surroundings | {"TEMPORAL_ADDRESS": "127.0.0.1:1"}
    imported = relance(alone, "import", str(_book(tmp_path / "book.csv")), "--debtor-kind", "business")
    assert imported.returncode == 0, imported.stdout + imported.stderr
    command = [sys.executable, "-c", "from console.main import main; main()", "up", "--headless"]
    ledger = Ledger(url)
    with subprocess.Popen(
        command, env={**os.environ, **surroundings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            built = House(tmp_path, ledger, surroundings)
            until(lambda: built.scalar("SELECT count(*) FROM cases WHERE doing IN ('wait', 'ask')") == len(EACH))
            yield built
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
            ledger.close()


def test_a_killed_adoption_is_resumed_and_moves_every_case_once(house: House) -> None:
    """35 cases in six states: Ctrl-C after three, kill -9 after eight, a payment; the same command does the rest."""
    soon, money = (TODAY + timedelta(days=9)).isoformat(), {"minor": 100_000, "currency": "EUR"}
    paid = {"fact": "PaymentReceived", "id": "P1", "amount": money, "received_on": TODAY.isoformat()}
    house.tell(
        *((name, {"fact": "HoldPlaced", "id": "H1", "by": "anna", "reason": "talks"}) for name in HELD),
        *((name, {"fact": "PromiseMade", "id": "W1", "by": "anna", "promised_for": soon}) for name in PROMISED),
        *((name, {"fact": "DisputeOpened", "id": "L1", "reason": "scratches"}) for name in DISPUTED),
    )
    old = house.scalar("SELECT count(DISTINCT policy_hash) FROM cases")
    assert old == 1
    course = house.folder / "policies" / "course.yaml"
    course.write_text(COURSE.replace("{days: 1, after: due_date}", "{days: 3, after: due_date}"))
    moved = "SELECT count(*) FROM journal WHERE kind = 'PolicyChanged'"
    first = house.adopting(rate=10)
    until(lambda: house.scalar(moved) >= 3)
    first.send_signal(signal.SIGINT)
    assert "Run the same command again" in first.communicate(timeout=60)[1]
    assert first.returncode == 2
    second = house.adopting(rate=10)
    until(lambda: house.scalar(moved) >= 8)
    second.kill()
    second.communicate()
    assert 8 <= house.scalar(moved) < len(MOVED)
    house.tell((WAITING[-1], paid))
    third = house.adopting(rate=100)
    told, said = third.communicate(timeout=60)
    assert third.returncode == 0, said
    report = json.loads(told)
    assert report["already"] >= 8
    assert sorted(report["need_a_decision"]) == sorted([*CALLED, *ASKED])
    assert (report["refused"], report["not_reached"]) == ({}, 0)
    _all_is_well(house)


def _all_is_well(house: House) -> None:
    """Each case was moved once or stayed; the paid one is closed; those that wait do so by the new policy's day."""
    with house.ledger.read() as db:
        rows = {row.id: row for row in db.execute(text("SELECT id, status, outcome, doing, next_at FROM cases"))}
        moves = Counter(db.scalars(text("SELECT case_id FROM journal WHERE kind = 'PolicyChanged'")))
        assert list(verify_journal(db)) == []
    paid = WAITING[-1]
    assert (rows[paid].status, rows[paid].outcome) == ("closed", "paid")
    assert {name: moves[name] for name in MOVED if name != paid} == {name: 1 for name in MOVED if name != paid}
    assert moves[paid] <= 1
    assert not {*CALLED, *ASKED} & moves.keys()
    assert {rows[name].next_at[:10] for name in WAITING[:-1]} == {str(DUE + timedelta(days=2))}  # midnight in Paris
    assert {rows[name].doing for name in [*HELD, *PROMISED]} == {"wait"}
    assert {rows[name].doing for name in [*DISPUTED, *CALLED, *ASKED]} == {"ask"}
