"""The life of a case played in a moment by the rules that run it, for stories, previews and the tests of the laws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from dunning import facts as f
from dunning.assumed import People
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.decision import AskPerson, Close, Decision, Perform, Task, Wait
from dunning.player import Happening, Player
from dunning.policy import Policy
from dunning.reasons import Because, because
from dunning.terms import Route

__all__ = ["Happening", "Life", "Player", "TimelineEntry", "What", "simulate", "simulate_with"]
What = Literal["opened", "happened", "refused", "performed", "skipped", "noted", "waits", "asks", "closes"]


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
    coming = [happening for happening in happenings if happening.at <= until]
    return _Scribe(policy, case, coming).life(case.opened_at or case.added_at, until)


def simulate_with(policy: Policy, case: Case, people: People, span: tuple[datetime, datetime]) -> Life:
    """Play the case from the first moment of the span to the last (inclusive) when people do what they are asked.

    What a case that has begun has behind it is not told again.
    """
    return _Scribe(policy, case, (), people).life(*span)


class _Scribe(Player):
    """Writes the case's life down, line by line."""

    def life(self, begin: datetime, until: datetime) -> Life:
        self.timeline: list[TimelineEntry] = []
        self.begin(begin)
        while (moment := self.next_moment()) is not None and moment <= until:
            self.go_on(moment)
        if self.decision is None:
            raise AssertionError("the first look decides")
        return Life(tuple(self.timeline), self.case, self.decision)

    def opened(self) -> None:
        self._tell("opened")

    def happened(self, fact: f.Fact) -> None:
        self._tell("happened", fact=fact)

    def refused(self, fact: f.Fact, refusal: str) -> None:
        self._tell("refused", fact=fact, refusal=refusal)

    def noted(self, known: Case, note: f.Fact) -> None:
        what: What = "skipped" if isinstance(note, f.StepSkipped) else "noted"
        self._tell(what, because=_why(known, note), step=getattr(note, "step", None), fact=note)

    def decided(self, before: Decision | None, decision: Wait | AskPerson | Close) -> None:
        if _same(before, decision):
            return
        if isinstance(decision, Close):
            self._tell("closes", because=decision.because, tasks=decision.tasks)
            return
        what: What = "waits" if isinstance(decision, Wait) else "asks"
        told = {"because": decision.because, "step": decision.step, "until": decision.until, "tasks": decision.tasks}
        self._tell(what, **told)

    def performed(self, decision: Perform, done: f.Fact) -> None:
        self._tell(
            "performed",
            because=decision.because,
            step=decision.step,
            occurrence=decision.occurrence,
            channels=done.channels if isinstance(done, f.StepPerformed) else ("call",),
            route=decision.route,
            fact=done,
        )

    def _tell(self, what: What, **told: Any) -> None:
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
