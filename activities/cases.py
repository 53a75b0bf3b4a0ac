"""The two activities of a case: `ask` takes facts in and decides; `perform` looks again, acts, and decides anew."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Self

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.brake import Brake, SendingStopped, waits
from activities.composing import Subject, call_sheet
from activities.creditor import Creditor
from activities.letter_text import LetterBroken
from activities.letters import LetterMissing, Texts
from activities.looking_back import Known, lost_at, newest, untold
from activities.message import Senders, TryLater
from activities.numbers import facts_came
from activities.performing import Room, carry_out
from activities.questions import Answer, Question
from activities.recording import Outcome, case_json, decision_json, is_call, keep
from dunning import facts as f
from dunning.admit import NotPossible, admit
from dunning.adopting import admit_move
from dunning.apply import apply, was_seen
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.case import Debtor as DebtorView
from dunning.decide import settle
from dunning.decision import Perform
from dunning.policy import Policy
from dunning.schedule import Place, place
from ledger.book import Debtor, debtor, debtor_unpaid, decided_by
from ledger.cases import case as case_row
from ledger.deliveries import deliveries_of
from ledger.errors import PolicyAltered, PolicyMissing
from ledger.policies import policy as policy_bundle
from ledger.store import Ledger

_MOST_POLICIES = 64  # kept in memory; a worker sees a handful


class CaseActivities:
    """The activities over one ledger, with the ways out and the creditor's details. Safe for threads."""

    def __init__(self, ledger: Ledger, senders: Senders, creditor: Creditor, language: str = "en") -> None:
        self._room = Room(ledger, senders, creditor)
        self._ledger = ledger
        self._language = language
        self._policies: OrderedDict[str, tuple[Policy, Texts]] = OrderedDict()
        self._clock: Callable[[], datetime] | None = None

    def by_clock(self, clock: Callable[[], datetime]) -> Self:
        """The same activities by another clock than the server's: a story keeps its dates for ever."""
        self._clock = clock
        return self

    def braked(self, brake: Brake) -> Self:
        """The same activities with this brake at their door."""
        self._room = replace(self._room, brake=brake)
        return self

    @activity.defn(name="ask")
    def ask(self, question: Question) -> Answer:
        """Take the letters in, decide, and write it down. Acts that make no sense are refused and change nothing."""
        now = datetime.fromisoformat(question.now) if question.now else self._now()
        known = self._know(question, now)
        taken = _Taken(known)
        if known.case.opened_at is None:
            taken.take(f.CaseOpened(id="opened", at=now))
        for fact in (*untold(self._room, known, now), *_failure(question, taken, now)):
            taken.take(fact)
        for letter in question.letters:
            self._take(taken, letter)
        return self._settle_and_keep(replace(known, policy=taken.policy, texts=taken.texts), taken, now)

    @activity.defn(name="perform")
    def perform(self, question: Question) -> Answer:
        """Ask once more with fresh eyes; carry the step out if it is still the answer; decide what follows."""
        now = self._now()
        known = self._know(question, now)
        taken = _Taken(known)
        case, notes, decision = settle(known.policy, known.case, now)
        doing = decision if isinstance(decision, Perform) else None
        forgotten = untold(self._room, known, now, doing)
        for fact in forgotten:
            taken.take(fact)
        if doing and not forgotten:
            for fact in notes:
                taken.take(fact)
            try:
                taken.take(self._carry_out(self._subject(known, case, now, doing), doing, known.lost_at))
            except SendingStopped as stopped:
                return self._settle_and_keep(known, taken, now, stopped)
        return self._settle_and_keep(known, taken, now)

    def _now(self) -> datetime:
        return self._clock() if self._clock else _server_time()

    def _carry_out(self, subject: Subject, doing: Perform, lost: datetime | None) -> f.Fact:
        try:
            if self._room.brake:
                self._room.brake.trust(subject.here.case.id, lost)
            return carry_out(self._room, subject, doing)
        except SendingStopped:
            raise
        except TryLater as failure:
            raise ApplicationError(failure.because, type="TryLater", next_retry_delay=failure.after) from failure

    def _know(self, question: Question, now: datetime) -> Known:
        with self._ledger.read() as db:
            kept = case_row(db, question.case_id)
            case = newest(Case.model_validate(question.case or kept.state), kept)
            owner = debtor(db, case.debtor.id)
            earlier = tuple(deliveries_of(db, case.id))
            policy, texts = self._policy(db, case.policy_hash)
            seen = with_debtor(db, case, owner, calendar_for(policy.calendar, case.debtor).local_day(now))
        return Known(seen, policy, texts, owner, earlier, lost_at(case, kept, earlier))

    def _policy(self, db: Any, content_hash: str) -> tuple[Policy, Texts]:
        known = self._policies.get(content_hash)
        if known is None:
            bundle = policy_bundle(db, content_hash)
            known = (Policy.model_validate(bundle["policy"]), dict(bundle["letters"]))
            self._policies[content_hash] = known
            if len(self._policies) > _MOST_POLICIES:
                self._policies.popitem(last=False)
        return known

    def _take(self, taken: _Taken, letter: dict[str, Any]) -> None:
        fact = f.read_text(letter["fact"], datetime.fromisoformat(letter["at"]), act=letter["act"])
        if not letter["act"]:
            taken.take(fact)
            return
        try:
            if isinstance(fact, f.FactRefused):
                raise NotPossible(fact.detail)
            admit(taken.policy, taken.case, fact)
            if isinstance(fact, f.PolicyChanged) and not was_seen(taken.case, fact):
                policy, texts = self._new_policy(fact)
                fact = admit_move(taken.policy, policy, taken.case, fact)
                taken.policy, taken.texts = policy, texts
        except NotPossible as refusal:
            taken.refused[str(letter["letter"])] = str(refusal)
            return
        taken.take(fact)

    def _new_policy(self, fact: f.PolicyChanged) -> tuple[Policy, Texts]:
        """The policy moved to, as the ledger keeps it under the hash that the fact names."""
        with self._ledger.read() as db:
            try:
                policy, texts = self._policy(db, fact.policy_hash)
            except PolicyMissing as missing:
                raise NotPossible(f"The policy {fact.policy} is not in the ledger.") from missing
            except (PolicyAltered, ValidationError) as broken:
                raise NotPossible(f"The policy {fact.policy} in the ledger cannot be used.") from broken
        if policy.policy != fact.policy:
            raise NotPossible(f"What is kept under this hash is {policy.policy}, not {fact.policy}.")
        return policy, texts

    def _subject(self, known: Known, case: Case, now: datetime, decision: Perform) -> Subject:
        step = known.policy.find(decision.step)
        if step is None:
            raise ValueError(f"{known.policy.policy} has no step {decision.step!r}")
        here = Place(known.policy, case, step, decision.occurrence)
        return Subject(here, now, known.debtor, self._room.creditor, known.texts, known.earlier)

    def _settle_and_keep(
        self, known: Known, taken: _Taken, now: datetime, stopped: SendingStopped | None = None
    ) -> Answer:
        case, notes, decision = settle(taken.policy, taken.case, now)
        for fact in notes:
            taken.take(fact)
        if stopped and isinstance(decision, Perform):
            decision = waits(decision, stopped.stop, case.id, now)
        outcome = Outcome(known.case, case, tuple(taken.facts), decision, now)
        keep(self._ledger, outcome, self._sheets(known, outcome), self._language)
        facts_came((f.fact_name(fact) for fact in taken.facts), len(taken.refused))
        return Answer(case_json(case), decision_json(decision), taken.refused)

    def _sheets(self, known: Known, outcome: Outcome) -> dict[str, dict[str, Any]]:
        """What a collector needs for each call asked for; a text that is missing leaves the call without a script."""
        here = place(known.policy, outcome.after)
        if here is None or not is_call(outcome.decision):
            return {}
        subject = Subject(here, outcome.now, known.debtor, self._room.creditor, known.texts, known.earlier)
        try:
            sheet = call_sheet(subject)
        except (LetterMissing, LetterBroken, ValidationError) as broken:
            sheet = {"number": known.debtor.phone, "script": f"No script: {broken}"}
        return {task.key: sheet for task in outcome.decision.tasks if task.kind == "call"}


class _Taken:
    """Facts taken in one after the other, with those that changed something."""

    def __init__(self, known: Known) -> None:
        self.case = known.case
        self.policy = known.policy
        self.texts = known.texts
        self.facts: list[f.Fact] = []
        self.refused: dict[str, str] = {}

    def take(self, fact: f.Fact) -> None:
        before = self.case
        self.case = apply(before, fact)
        if self.case.seq != before.seq:
            self.facts.append(fact)


def _server_time() -> datetime:
    """The server's clock at the start of this try, which is the workflow's own under skipped time."""
    return activity.info().started_time.astimezone(UTC)


def _failure(question: Question, taken: _Taken, now: datetime) -> list[f.Fact]:
    """That the step being carried out came to nothing, unless it turned out that it went out all the same."""
    if question.failed is None or question.case is None:
        return []
    before = Case.model_validate(question.case)
    tried, here = place(taken.policy, before), place(taken.policy, taken.case)
    if tried is None or here is None or (tried.step, tried.occurrence) != (here.step, here.occurrence):
        return []
    step, occurrence = here.step.step, here.occurrence
    name = f"{step}/{occurrence}@{before.seq}"  # of the question: asked again, it is the same failure
    return [f.StepFailed(id=name, at=now, step=step, occurrence=occurrence, error=question.failed[:300])]


def with_debtor(db: Any, case: Case, owner: Debtor, today: date) -> Case:
    """The case with its debtor as the ledger has it just now; `today` is the day at the debtor's."""
    unpaid = debtor_unpaid(db, owner.id, today).get(case.currency)
    owed = {"unpaid_count": unpaid.count if unpaid else 0, "unpaid_minor": unpaid.total.minor if unpaid else 0}
    seen = DebtorView.model_validate(decided_by(owner, case.debtor.model_dump()) | owed)
    return case.model_copy(update={"debtor": seen})
