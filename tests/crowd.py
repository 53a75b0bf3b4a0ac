"""Several worker processes doing everything at once on one ledger, and saying what was promised to them.

`python -m tests.crowd URL FOLDER TURNS [HANDS]` prints what each of them was told, as JSON; FOLDER takes the letters.
The ledger holds the cases to work on. The clock of the cases runs a day in a quarter of a second.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection
from temporalio.testing import ActivityEnvironment

from activities.brake import Brake, Clocks, Limits
from activities.cases import CaseActivities
from activities.message import Outgoing, Receipt
from activities.questions import Answer, Question
from activities.recording import Overtaken
from console.imports.importing import Import
from console.imports.rows import Row
from console.policies.files import LoadedPolicy, load_folder
from dunning.money import Money
from ledger.book import Debtor
from ledger.deliveries import deliveries_in, note_result
from ledger.errors import IllegalMove
from ledger.lists import CaseFilter, list_cases
from ledger.store import Ledger
from ledger.tasks import TaskDone, TaskFilter, TaskWanted, close_task, list_tasks, open_task
from tests.durable import POLICIES, Room, creditor, message, policy
from tests.mortal import letter

DAY = 0.25  # seconds
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
CENT = 100  # minor units of each payment
STRAYS, INVOICES = 40, 60  # tasks and invoices that everybody has a hand on
LIMITS = Limits(floor=10_000, per_debtor=1_000, per_case=1_000)  # the brake looks at every letter and stops none
# What Temporal or a person would try again: somebody else was quicker.
LATE = (Overtaken, IllegalMove)


@dataclass
class Told:
    """What one process was told had been done, and what went wrong."""

    paid: Counter[str] = field(default_factory=Counter)
    imported: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    writes: int = 0
    seconds: float = 0.0
    late: int = 0
    done: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


class CountingLedger(Ledger):
    """The real ledger; counts the transactions it committed."""

    committed = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as db:
            yield db
        self.committed += 1


@dataclass(frozen=True)
class Tray:
    """A way out that keeps one line for each letter handed over, and cannot tell whether it had it before."""

    file: Path
    idempotent: bool = False

    def send(self, message: Outgoing) -> Receipt:
        with self.file.open("a") as out:
            out.write(f"{message.key}\n")
        return Receipt(provider="tray", reference=message.key)


class Hand:
    """One worker process."""

    def __init__(self, url: str, folder: Path, number: int) -> None:
        self.number, self.turn, self.told, self.now = number, 0, Told(), NOON
        self.chance = random.Random(number)
        self.ledger = CountingLedger(url)
        tray = Tray(folder / f"handed-over-{number}")
        brake = Brake(self.ledger, LIMITS, Clocks(wall=lambda: self.now))
        self.activities = CaseActivities(self.ledger, {"email": tray}, creditor()).braked(brake)
        self.policies = policies()
        with self.ledger.read() as db:
            self.cases = [line.id for line in list_cases(db, CaseFilter(policy="test", limit=1000))]

    def work(self, turns: int) -> Told:
        """Act so many times. What somebody else was quicker at is counted; any other error is told."""
        acts: list[Callable[[], None]] = [self.pay, self.pay, self.act, self.perform, self.perform, self.perform]
        acts += [self.bring, self.stray, self.settle, self.report]
        began = time.time()
        for self.turn in range(turns):
            doing = self.chance.choice(acts)
            self.now = NOON + timedelta(days=(time.time() - began) / DAY)
            try:
                doing()
                self.told.done[doing.__name__] += 1
            except LATE:
                self.told.late += 1
            except Exception:  # noqa: BLE001 - the test shows it
                self.told.errors.append(traceback.format_exc())
        self.told.writes, self.told.seconds = self.ledger.committed, time.time() - began
        self.ledger.close()
        return self.told

    def pay(self) -> None:
        case_id, name = self.chance.choice(self.cases), f"P-{self.number}-{self.turn}"
        money = {"minor": CENT, "currency": "EUR"}
        fact = {"fact": "PaymentReceived", "id": name, "amount": money, "received_on": "2026-03-10"}
        self._call("ask", Question(case_id, None, [letter(1, self.now, json.dumps(fact))], now=self.now.isoformat()))
        self.told.paid[case_id] += 1

    def act(self) -> None:
        case_id = self.chance.choice(self.cases)
        fact = {"fact": "CallMade", "id": f"C-{self.number}-{self.turn}", "result": "no_answer", "by": "marie"}
        said = [letter(1, self.now, json.dumps(fact), act=True)]
        self._call("ask", Question(case_id, None, said, now=self.now.isoformat()))

    def perform(self) -> None:
        self._call("perform", Question(self.chance.choice(self.cases), None, []))

    def _call(self, name: str, question: Question) -> Answer:
        surroundings = ActivityEnvironment()
        surroundings.info = replace(surroundings.info, started_time=self.now)
        answer: Answer = surroundings.run(getattr(self.activities, name), question)
        return answer

    def bring(self) -> None:
        """Ten invoices of debtors that all processes know, most of the invoices known to others as well."""
        bringing = Import(self.ledger, self.policies, self.now)
        bringing.bring([self._row(self.chance.randrange(INVOICES)) for _ in range(10)])
        self.told.imported += bringing.brought.new
        self.told.errors += [fault.reason for fault in bringing.brought.refused]

    def _row(self, number: int) -> Row:
        owner = f"I{number % 7}"
        debtor = Debtor(
            id=owner, name=owner, kind="business", country="FR", contact_name=self.chance.choice(("Ann", "Bob"))
        )
        return Row(
            line=number, number=f"N-{number}", debtor=debtor, issue_date=date(2026, 2, 1), due_date=date(2026, 3, 3),
            amount=Money.parse("1200 EUR"), paid=None, paid_on=None, past=None, extra={},
        )  # fmt: skip

    def stray(self) -> None:
        key = f"payment/{self.chance.randrange(STRAYS)}"
        with self.ledger.write() as db:
            opened = open_task(db, TaskWanted(key, "unknown-payment", "A payment for no invoice"), self.now)
        self.told.opened += opened is not None

    def settle(self) -> None:
        with self.ledger.read() as db:
            strays = list_tasks(db, TaskFilter(kind="unknown-payment"))
        if strays:
            one = self.chance.choice(strays)
            with self.ledger.write() as db:
                close_task(db, one.id, TaskDone(one.key, f"hand {self.number}"), self.now)
            self.told.closed += 1

    def report(self) -> None:
        with self.ledger.read() as db:
            sent = deliveries_in(db, "sent")
        if sent:
            with self.ledger.write() as db:
                note_result(db, self.chance.choice(sent).key, "delivered", self.now)


@cache
def policies() -> tuple[LoadedPolicy, ...]:
    """The policies that ship."""
    return load_folder(POLICIES).policies


@dataclass(frozen=True)
class Shift:
    """Where all work, how many turns each, and the line from which they start together."""

    url: str
    folder: Path
    turns: int
    line: Barrier

    def run(self, number: int) -> None:
        hand = Hand(self.url, self.folder, number)
        self.line.wait(60)
        (self.folder / f"told-{number}.json").write_text(json.dumps(vars(hand.work(self.turns))))


def _rehearse() -> None:
    """Do everything once in a ledger of its own, so that what is read once is not read by every process."""
    with tempfile.TemporaryDirectory() as place:
        room = Room(cast("Any", None), Path(place))
        room.add(policy(message("first", 0)), date(2026, 3, 9))
        room.ledger.close()
        hand = Hand(room.url, Path(place), 0)
        for act in (hand.pay, hand.act, hand.perform, hand.bring, hand.stray, hand.settle, hand.report):
            act()
        hand.ledger.close()


def main(url: str, folder: str, turns: str, hands: str = "8") -> None:
    """Begin so many processes at once, wait for them, and print what each was told."""
    _rehearse()
    # Nothing here holds a thread or a connection yet, so that each process may begin as a copy of this one.
    forks = multiprocessing.get_context("fork")
    shift = Shift(url, Path(folder), int(turns), forks.Barrier(int(hands)))
    processes = [forks.Process(target=shift.run, args=(number,)) for number in range(int(hands))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.stdout.write(json.dumps([json.loads(file.read_text()) for file in Path(folder).glob("told-*.json")]))
    sys.stdout.flush()
    os._exit(max(process.exitcode or 0 for process in processes))


if __name__ == "__main__":
    main(*sys.argv[1:])
