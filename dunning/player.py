"""Plays the part of the workflow for one case: the rules decide, and time passes in a moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from dunning import facts as f
from dunning.admit import NotPossible, admit
from dunning.apply import apply
from dunning.assumed import A_MOMENT, People
from dunning.case import Case, Debtor
from dunning.change import replace
from dunning.decide import settle
from dunning.decision import AskPerson, Close, Decision, Perform, Wait
from dunning.performing import assumed
from dunning.policy import Policy

_MOST_LOOKS = 20_000
_ACTS = get_args(f.Act)


@dataclass(frozen=True)
class Happening:
    """What comes from outside at a moment: a fact or an act, news of the debtor, or an outage until `away_until`.

    `line` is where the fact stands in the file that tells it; 0 when no file does.
    """

    at: datetime
    fact: f.Fact | None = None
    debtor: Debtor | None = None
    away_until: datetime | None = None
    line: int = 0


class Player:
    """Plays the part of the workflow for one case: takes what arrived, asks, and acts or waits.

    `begin` once, then `go_on` at each `next_moment`. Who wants to hear of it overrides the methods that do nothing.
    """

    def __init__(
        self, policy: Policy, case: Case, happenings: Iterable[Happening] = (), people: People | None = None
    ) -> None:
        self.policy, self.case, self.people = policy, case, people
        self.now = self.asleep = case.added_at
        self.decision: Decision | None = None
        self._coming = deque(sorted(happenings, key=lambda happening: happening.at))
        self.taking: Happening | None = None
        self._asked: str | None = None
        self._answer: Happening | None = None
        self._answered: set[str] = set()
        self._looks = 0

    def opened(self) -> None:
        """The case began."""

    def happened(self, fact: f.Fact) -> None:
        """The fact changed the case."""

    def refused(self, fact: f.Fact, refusal: str) -> None:
        """The act makes no sense now."""

    def unchanged(self, fact: f.Fact) -> None:
        """The fact was known already."""

    def noted(self, known: Case, note: f.Fact) -> None:
        """Time has brought the fact about for the case as it was known."""

    def decided(self, before: Decision | None, decision: Wait | AskPerson | Close) -> None:
        """Nothing is to be done at once; `before` is what was decided until now, when nothing was done meanwhile."""

    def performed(self, decision: Perform, done: f.Fact) -> None:
        """A step was carried out."""

    def kept(self) -> None:
        """The case and its decision were written down."""

    def looks(self) -> bool:
        """Look at what else is known just now; whether it is news for the case."""
        return False

    def begin(self, now: datetime) -> None:
        """The first look, at the moment `now`."""
        self.now = self.asleep = now
        self.looks()
        if self.case.opened_at is None:
            self.case = apply(self.case, f.CaseOpened(id="opened", at=now))
            self.opened()
        self._decide(None)
        self._perform()

    def next_moment(self) -> datetime | None:
        """The next moment at which a timer rings or something arrives; nothing is noticed during an outage."""
        timer = self.decision.until if isinstance(self.decision, Wait | AskPerson) else None
        if timer and timer <= self.now:
            raise RuntimeError(f"case {self.case.id}: at {self.now} it waits for {timer}, which is past")
        arrives = self.arrival()
        first = min(timer, arrives) if timer and arrives else timer or arrives
        return max(first, self.asleep) if first else None

    def arrival(self) -> datetime | None:
        """When something arrives next."""
        told = self._coming[0].at if self._coming else None
        answered = self._answer.at if self._answer else None
        return min(told, answered) if told and answered else told or answered

    def go_on(self, moment: datetime) -> None:
        """Take in what arrived, decide anew, and act."""
        self.now = max(moment, self.now)
        self.looks()
        self.take_in(moment)
        self._decide(self.decision)
        self._perform()

    def take_in(self, moment: datetime) -> None:
        """Take in all that arrived until the moment."""
        for happening in self._arrived(moment):
            self.asleep = max(self.asleep, happening.away_until or self.asleep)
            if happening.debtor:
                self.case = replace(self.case, debtor=happening.debtor)
            if happening.fact:
                self.taking = happening
                late = happening.fact.at != self.now
                self._take(happening.fact.model_copy(update={"at": self.now}) if late else happening.fact)

    def _arrived(self, moment: datetime) -> list[Happening]:
        arrived: list[Happening] = []
        while self._coming and self._coming[0].at <= moment:
            arrived.append(self._coming.popleft())
        if self._answer and self._answer.at <= moment:
            arrived.append(self._answer)
            self._answered.add(str(self._asked))
            self._answer = None
        return arrived

    def _take(self, fact: f.Fact) -> None:
        try:
            if isinstance(fact, _ACTS):
                admit(self.policy, self.case, fact)
        except NotPossible as refusal:
            self.refused(fact, str(refusal))
            return
        known, self.case = self.case, apply(self.case, fact)
        if self.case is known:
            self.unchanged(fact)
        else:
            self.happened(fact)

    def _decide(self, before: Decision | None) -> None:
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            raise RuntimeError(f"case {self.case.id}: its life does not come to an end")
        known = self.case
        self.case, notes, decision = settle(self.policy, known, self.now)
        for note in notes:
            self.noted(known, note)
        self.decision = decision
        if not isinstance(decision, Perform):
            self.decided(before, decision)
        if self.people:
            self._ask(self.people, decision)
        self.kept()

    def _ask(self, people: People, decision: Decision) -> None:
        """People answer each task once, a moment after it was put to them."""
        task = next(iter(decision.tasks), None) if isinstance(decision, AskPerson) else None
        if task is None or task.key in self._answered:
            self._asked = self._answer = None
        elif task.key != self._asked:
            act = people.act(task, f"assumed-{len(self._answered)}", self.now + A_MOMENT)
            self._asked, self._answer = task.key, Happening(at=act.at, fact=act) if act else None

    def _perform(self) -> None:
        while isinstance(decision := self.decision, Perform):
            if self.looks():
                self._decide(None)
                continue
            done = assumed(self.policy, self.case, decision, self.now)
            self.case = apply(self.case, done)
            self.performed(decision, done)
            self._decide(None)
