"""The life of a case played in a moment by the very rules that run it, for stories, previews and the tests of the laws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, get_args

from dunning import facts as f
from dunning.admit import NotPossible, admit
from dunning.apply import apply, was_seen
from dunning.calendar import calendar_for
from dunning.case import Case, Debtor
from dunning.decide import settle
from dunning.decision import AskPerson, Close, Decision, Perform, Task, Wait
from dunning.performing import assumed
from dunning.policy import Policy
from dunning.reasons import Because, because
from dunning.terms import Route

_MOST_ENTRIES = 20_000
_ACTS = get_args(f.Act)
What = Literal["opened", "happened", "refused", "performed", "skipped", "noted", "waits", "asks", "closes"]
_WHAT: dict[str, What] = {"wait": "waits", "ask": "asks", "close": "closes"}


@dataclass(frozen=True)
class Happening:
    """What comes from outside at a moment: a fact or an act, news of the debtor, or an outage that begins."""

    at: datetime
    fact: f.Fact | None = None
    debtor: Debtor | None = None
    away_until: datetime | None = None


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a case's life. `at` is UTC, `day` the day at the debtor's; `until` is when it is looked at again."""

    at: datetime
    day: date
    what: What
    because: Because | None = None
    step: str | None = None
    occurrence: int | None = None
    channels: tuple[str, ...] = ()
    route: Route | None = None
    until: datetime | None = None
    tasks: tuple[Task, ...] = ()
    fact: f.Fact | None = None


@dataclass(frozen=True)
class Life:
    """A life as far as it was played: its lines, the case as it then is, and the decision that holds."""

    timeline: tuple[TimelineEntry, ...]
    case: Case
    decision: Decision


def simulate(policy: Policy, case: Case, happenings: Iterable[Happening], until: datetime) -> Life:
    """Play the case from its first day to `until` (inclusive), or to its close when nothing more happens.

    Every sending is assumed to succeed; calls wait for their `CallMade`. Happenings may come in any order. Ends always.
    """
    coming = sorted((h for h in happenings if h.at <= until), key=lambda h: h.at)
    player = _Player(policy, case, case.opened_at or case.added_at)
    player.open()
    while (turn := player.next_turn(coming)) is not None and turn[0] <= until:
        now, arrived = turn
        del coming[: len(arrived)]
        player.go_on(now, arrived)
    return Life(tuple(player.timeline), player.case, player.decision)


class _Player:
    """Plays the part of the workflow: takes what arrived, asks, and acts or waits."""

    def __init__(self, policy: Policy, case: Case, now: datetime) -> None:
        self.policy, self.case, self.now = policy, case, now
        self.calendar = calendar_for(policy.calendar, case.debtor)
        self.timeline: list[TimelineEntry] = []
        self.decision: Decision
        self.asleep: datetime = now

    def open(self) -> None:
        if self.case.opened_at is None:
            self.case = apply(self.case, f.CaseOpened(id="opened", at=self.now))
            self.tell("opened")
        self.ask()
        self.perform()

    def next_turn(self, coming: Sequence[Happening]) -> tuple[datetime, list[Happening]] | None:
        """The next moment at which something arrives or a timer rings, with what has arrived by then."""
        timer = self.decision.until if isinstance(self.decision, Wait | AskPerson) else None
        moments = [m for m in (timer, coming[0].at if coming else None) if m]
        if not moments:
            return None
        moment = max(min(moments), self.asleep)
        if moment <= self.now and moment not in {h.at for h in coming[:1]} and moment > self.asleep:
            raise RuntimeError(f"case {self.case.id}: waits for {moment}, which is past")
        return moment, [h for h in coming if h.at <= moment]

    def go_on(self, now: datetime, arrived: Sequence[Happening]) -> None:
        self.now = max(now, self.now)
        for happening in arrived:
            self.take(happening)
        if self.now >= self.asleep:
            self.ask()
            self.perform()

    def take(self, happening: Happening) -> None:
        if happening.away_until:
            self.asleep = max(self.asleep, happening.away_until)
        if happening.debtor:
            self.case = self.case.model_copy(update={"debtor": happening.debtor})
            self.calendar = calendar_for(self.policy.calendar, self.case.debtor)
        if happening.fact:
            self.take_fact(happening.fact.model_copy(update={"at": self.now}))

    def take_fact(self, fact: f.Fact) -> None:
        try:
            if isinstance(fact, _ACTS):
                admit(self.policy, self.case, fact)
        except NotPossible as refusal:
            self.tell("refused", fact=fact, because=Because(code="refused", words={"detail": str(refusal)[:300]}))
            return
        if not was_seen(self.case, fact):
            self.tell("happened", fact=fact)
        self.case = apply(self.case, fact)

    def ask(self) -> None:
        before, known = getattr(self, "decision", None), self.case
        self.case, notes, self.decision = settle(self.policy, self.case, self.now)
        for note in notes:
            self.tell_note(known, note)
        if not isinstance(self.decision, Perform) and not _same(before, self.decision):
            self.tell_decision(self.decision)

    def perform(self) -> None:
        while isinstance(self.decision, Perform):
            decision, done = self.decision, assumed(self.policy, self.case, self.decision, self.now)
            self.case = apply(self.case, done)
            self.tell_performed(decision, done)
            self.ask()

    def tell_performed(self, decision: Perform, done: f.Fact) -> None:
        entry = TimelineEntry(
            at=self.now,
            day=self.calendar.local_day(self.now),
            what="performed",
            because=decision.because,
            step=decision.step,
            occurrence=decision.occurrence,
            channels=done.channels if isinstance(done, f.StepPerformed) else ("call",),
            route=decision.route,
            fact=done,
        )
        self.add(entry)

    def tell_note(self, known: Case, note: f.Fact) -> None:
        if isinstance(note, f.StepSkipped):
            told = Because(code=note.why, words=note.words)
            self.tell("skipped", because=told, step=note.step, fact=note)
        else:
            self.tell("noted", because=_noted(known, note), step=getattr(note, "step", None), fact=note)

    def tell_decision(self, decision: Wait | AskPerson | Close) -> None:
        entry = TimelineEntry(
            at=self.now,
            day=self.calendar.local_day(self.now),
            what=_WHAT[decision.do],
            because=decision.because,
            step=None if isinstance(decision, Close) else decision.step,
            until=None if isinstance(decision, Close) else decision.until,
            tasks=decision.tasks,
        )
        self.add(entry)

    def tell(self, what: What, because: Because | None = None, step: str | None = None, fact: f.Fact | None = None) -> None:
        day = self.calendar.local_day(self.now)
        self.add(TimelineEntry(at=self.now, day=day, what=what, because=because, step=step, fact=fact))

    def add(self, entry: TimelineEntry) -> None:
        if len(self.timeline) >= _MOST_ENTRIES:
            raise RuntimeError(f"case {self.case.id}: its life does not come to an end")
        self.timeline.append(entry)
