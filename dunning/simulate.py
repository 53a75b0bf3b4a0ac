"""The life of a case played in a moment by the rules that run it, for stories, previews and the tests of the laws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from dunning import facts as f
from dunning.admit import NotPossible, admit
from dunning.apply import apply
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


@dataclass(frozen=True)
class Happening:
    """What comes from outside at a moment: a fact or an act, news of the debtor, or an outage until `away_until`."""

    at: datetime
    fact: f.Fact | None = None
    debtor: Debtor | None = None
    away_until: datetime | None = None


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a case's life. `at` is UTC, `day` the day at the debtor's; `until` is when it is looked at again.

    `because` is there for all but `opened`, `happened` and `refused`; a refused act has its sentence in `refusal`.
    """

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
    refusal: str = ""


@dataclass(frozen=True)
class Life:
    """A life as far as it was played: its lines, the case as it then is, and the decision that holds."""

    timeline: tuple[TimelineEntry, ...]
    case: Case
    decision: Decision


def simulate(policy: Policy, case: Case, happenings: Iterable[Happening], until: datetime) -> Life:
    """Play the case from its first day to `until` (inclusive), or to its close when nothing more happens.

    Every sending is taken to succeed; calls wait for their `CallMade`. Happenings may be given in any order.
    Ends always: RuntimeError names a case whose rules do not let time pass.
    """
    coming = sorted((h for h in happenings if h.at <= until), key=lambda h: h.at)
    player = _Player(policy, case)
    while (moment := player.next_moment(coming)) is not None and moment <= until:
        arrived = [h for h in coming if h.at <= moment]
        del coming[: len(arrived)]
        player.go_on(moment, arrived)
    return Life(tuple(player.timeline), player.case, player.decision)


class _Player:
    """Plays the part of the workflow: takes what arrived, asks, and acts or waits."""

    def __init__(self, policy: Policy, case: Case) -> None:
        self.policy, self.case = policy, case
        self.now = self.asleep = case.opened_at or case.added_at
        self.timeline: list[TimelineEntry] = []
        if case.opened_at is None:
            self.case = apply(case, f.CaseOpened(id="opened", at=self.now))
            self._tell("opened")
        self.decision = self._decide(None)
        self._perform()

    def next_moment(self, coming: Sequence[Happening]) -> datetime | None:
        """The next moment at which a timer rings or something arrives; nothing is noticed during an outage."""
        timer = self.decision.until if isinstance(self.decision, Wait | AskPerson) else None
        if timer and timer <= self.now:
            raise RuntimeError(f"case {self.case.id}: at {self.now} it waits for {timer}, which is past")
        moments = [moment for moment in (timer, coming[0].at if coming else None) if moment]
        return max(min(moments), self.asleep) if moments else None

    def go_on(self, moment: datetime, arrived: Sequence[Happening]) -> None:
        self.now = max(moment, self.now)
        for happening in arrived:
            self.asleep = max(self.asleep, happening.away_until or self.asleep)
            if happening.debtor:
                self.case = self.case.model_copy(update={"debtor": happening.debtor})
            if happening.fact:
                self._take(happening.fact.model_copy(update={"at": self.now}))
        self.decision = self._decide(self.decision)
        self._perform()

    def _take(self, fact: f.Fact) -> None:
        try:
            if isinstance(fact, _ACTS):
                admit(self.policy, self.case, fact)
        except NotPossible as refusal:
            self._tell("refused", fact=fact, refusal=str(refusal))
            return
        known, self.case = self.case, apply(self.case, fact)
        if self.case is not known:
            self._tell("happened", fact=fact)

    def _decide(self, before: Decision | None) -> Decision:
        known = self.case
        self.case, notes, decision = settle(self.policy, known, self.now)
        for note in notes:
            self._tell_note(known, note)
        if not isinstance(decision, Perform) and not _same(before, decision):
            self._tell_decision(decision)
        return decision

    def _perform(self) -> None:
        while isinstance(decision := self.decision, Perform):
            done = assumed(self.policy, self.case, decision, self.now)
            self.case = apply(self.case, done)
            self._tell(
                "performed",
                because=decision.because,
                step=decision.step,
                occurrence=decision.occurrence,
                channels=done.channels if isinstance(done, f.StepPerformed) else ("call",),
                route=decision.route,
                fact=done,
            )
            self.decision = self._decide(None)

    def _tell_note(self, known: Case, note: f.Fact) -> None:
        what: What = "skipped" if isinstance(note, f.StepSkipped) else "noted"
        self._tell(what, because=_why(known, note), step=getattr(note, "step", None), fact=note)

    def _tell_decision(self, decision: Wait | AskPerson | Close) -> None:
        if isinstance(decision, Close):
            self._tell("closes", because=decision.because, tasks=decision.tasks)
            return
        what: What = "waits" if isinstance(decision, Wait) else "asks"
        told = {"because": decision.because, "step": decision.step, "until": decision.until, "tasks": decision.tasks}
        self._tell(what, **told)

    def _tell(self, what: What, **told: Any) -> None:
        if len(self.timeline) >= _MOST_ENTRIES:
            raise RuntimeError(f"case {self.case.id}: its life does not come to an end")
        day = calendar_for(self.policy.calendar, self.case.debtor).local_day(self.now)
        self.timeline.append(TimelineEntry(at=self.now, day=day, what=what, **told))


def _same(before: Decision | None, after: Decision) -> bool:
    """Whether an answer says again what was said before, but for the sum that is still to be paid."""
    return before is not None and before.model_copy(update={"outstanding": after.outstanding}) == after


def _why(known: Case, note: f.Fact) -> Because | None:
    """Why time has brought the fact about, as far as there is more to say than the fact itself."""
    match note:
        case f.StepSkipped():
            return Because(code=note.why, words=note.words)
        case f.QuestionRaised():
            return Because(code=note.code, words=note.words)
        case f.PromiseEnded() if known.promise:
            promise = known.promise
            words = {"amount": promise.amount, "by": promise.promised_for}
            return because("promise_kept" if note.kept else "promise_broken", **words)
        case f.PlanEnded():
            return because("plan_kept" if note.kept else "plan_defaulted", by=note.instalment or "")
        case f.ReversalMet():
            return because("reversed", payment=note.payment_id, outstanding=known.outstanding)
    return None
