"""A worker that is killed at a chosen point of its work, and tries that run on after they were given up, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import pytest
from sqlalchemy import Connection
from temporalio.testing import ActivityEnvironment

from activities.cases import CaseActivities
from activities.message import Outgoing, Receipt, Sender
from activities.questions import Answer, Question
from dunning.policy import Policy
from ledger.cases import case as case_row
from ledger.journal import JournalRow, journal_of, verify_journal
from ledger.store import Ledger
from tests.durable import Room, creditor

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DUE = date(2026, 3, 9)
When = Literal["before", "after"]


class Killed(BaseException):
    """The worker process is gone."""


@dataclass
class MortalLedger:
    """The real ledger of a worker that dies before or after the commit of its n-th transaction."""

    ledger: Ledger
    dies_at: int
    when: When
    turn: int = 0

    def read(self) -> Any:
        return self.ledger.read()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.turn += 1
        if self.turn == self.dies_at and self.when == "before":
            raise Killed
        with self.ledger.write() as db:
            yield db
        if self.turn == self.dies_at:
            raise Killed


@dataclass
class MortalSender:
    """A real sender of a worker that dies around the call of its provider."""

    sender: Sender
    when: When

    @property
    def idempotent(self) -> bool:
        return self.sender.idempotent

    def send(self, message: Outgoing) -> Receipt:
        if self.when == "after":
            self.sender.send(message)
        raise Killed


@dataclass
class Bench:
    """The two activities of a case without a server: called as the server would call them, killed and called again."""

    room: Room
    case_id: str
    at: datetime
    known: dict[str, Any] | None = None
    questions: list[Question] = field(default_factory=list)

    def ask(self, *letters: dict[str, Any], **told: Any) -> Answer:
        """Take letters in; the answer is kept as the workflow keeps it."""
        return self.keep(self.call("ask", self.question(*letters, now=self.at.isoformat(), **told)))

    def perform(self) -> Answer:
        """Look again and act; the answer is kept as the workflow keeps it."""
        return self.keep(self.call("perform", self.question()))

    def question(self, *letters: dict[str, Any], **told: Any) -> Question:
        return Question(self.case_id, self.known, list(letters), **told)

    def call(self, name: str, question: Question, activities: CaseActivities | None = None) -> Answer:
        """Call an activity once; its answer may get lost."""
        surroundings = ActivityEnvironment()
        surroundings.info = replace(surroundings.info, started_time=self.at)
        return cast("Answer", surroundings.run(getattr(activities or self.room.activities, name), question))

    def keep(self, answer: Answer) -> Answer:
        self.known = answer.case
        return answer

    def dying_in_transaction(self, number: int, when: When) -> CaseActivities:
        """A worker that dies in the n-th transaction that writes."""
        mortal = cast("Ledger", MortalLedger(self.room.ledger, number, when))
        return CaseActivities(mortal, self.room.activities._room.senders, creditor())

    def dying_in_send(self, when: When) -> CaseActivities:
        """A worker that dies just before or after it handed an e-mail over."""
        senders = dict(self.room.activities._room.senders)
        senders["email"] = MortalSender(senders["email"], when)
        return CaseActivities(self.room.ledger, senders, creditor())

    def journal(self) -> list[JournalRow]:
        """The case's journal, whose chain must be whole."""
        with self.room.ledger.read() as db:
            assert list(verify_journal(db, self.case_id)) == []
            return journal_of(db, self.case_id)

    def kept(self) -> dict[str, Any]:
        """The case as the ledger has it."""
        with self.room.ledger.read() as db:
            return case_row(db, self.case_id).state


def letter(number: int, at: datetime, fact: str, act: bool = False) -> dict[str, Any]:
    """A letter as the workflow's inbox holds it."""
    return {"fact": fact, "at": at.isoformat(), "act": act, "letter": number}


class Begin(Protocol):
    """Makes a case under a policy and asks what to do with it: its invoice was due on 9 March, and it is the 10th."""

    def __call__(self, used: Policy, **debtor: Any) -> Bench: ...


@pytest.fixture
def begin(tmp_path: Path, ledger_url: str) -> Iterator[Begin]:
    """Cases whose first reminder is due on 10 March, on each of the two databases."""
    room = Room(cast("Any", None), tmp_path, ledger_url)

    def made(used: Policy, **debtor: Any) -> Bench:
        bench = Bench(room, room.add(used, DUE, **debtor), NOON)
        assert bench.ask().decision["do"] == "perform"
        return bench

    yield made
    room.ledger.close()
