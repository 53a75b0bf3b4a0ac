"""Moves a running case to another policy: what follows for it, and what only a person can decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dunning import facts as f
from dunning.admit import NotPossible
from dunning.apply import apply
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.decide import settle
from dunning.decision import AskPerson, Close, Decision, Perform, Wait
from dunning.opening import takes
from dunning.policy import Policy, Step
from dunning.reasons import Because, because
from dunning.schedule import Place, attempts_now, place, unmet
from dunning.stepping import consent
from dunning.terms import Tone

_MENDED = "letter_unusable"  # the question that a policy with a better text is the answer to; its step is then repeated
Kind = Literal["unchanged", "earlier", "later", "other_step", "decision"]


@dataclass(frozen=True)
class Move:
    """A case before and after a move. `against` says what a person must decide first; the case stays while it is there.

    `fact` carries what follows from the person's answers; `after` is None when the move was not tried.
    """

    fact: f.PolicyChanged
    before: Decision
    after: Decision | None
    against: tuple[Because, ...] = ()

    @property
    def kind(self) -> Kind:
        """What becomes of the next contact."""
        if self.against or self.after is None:
            return "decision"
        if _next(self.before) == _next(self.after):
            return "unchanged"
        before, after = _moment(self.before, self.fact.at), _moment(self.after, self.fact.at)
        if before == after:
            return "other_step"
        return "earlier" if before is None or (after is not None and after < before) else "later"

    @property
    def why(self) -> Because:
        """Why it is so: what a person must decide, or the reason of the decision that would hold."""
        return self.against[0] if self.against else (self.after or self.before).because


@dataclass(frozen=True)
class _Sides:
    """The case and what it is moved between."""

    old: Policy
    new: Policy
    case: Case
    wanted: f.PolicyChanged
    before: Decision

    def why(self, code: str, **words: object) -> Because:
        return because(code, policy=self.new.policy, **words)


def foresee(old: Policy, new: Policy, case: Case, wanted: f.PolicyChanged) -> Move:
    """What comes of moving the case from `old`, which it follows, to `new` at `wanted.at`; changes nothing.

    The very rules that will move it: `apply` of the fact, then `settle`.
    """
    before = settle(old, case, wanted.at)[2]
    sides = _Sides(old, new, case, wanted, before)
    against = tuple(_against(sides))
    if against:
        return Move(wanted, before, None, against)
    fact = wanted.model_copy(update={"effect": _effect(sides)})
    notes, after = _then(new, case, fact)
    if not _is_same(before, after):
        fact = fact.model_copy(update={"effect": _held_back(sides, fact.effect)})
        notes, after = _then(new, case, fact)
    return Move(fact, before, after, tuple(_at_once(sides, notes, after)))


def admit_move(old: Policy, new: Policy, case: Case, wanted: f.PolicyChanged) -> f.PolicyChanged:
    """The fact with what follows from it; NotPossible with every reason while a person must decide something first."""
    if wanted.expects is not None and wanted.expects != case.seq:
        raise NotPossible(str(because("move_stale")))
    found = foresee(old, new, case, wanted)
    if found.against:
        raise NotPossible(" ".join(str(why) for why in found.against))
    return found.fact


def _then(new: Policy, case: Case, fact: f.PolicyChanged) -> tuple[list[f.Fact], Decision]:
    return settle(new, apply(case, fact), fact.at)[1:]


def _next(decision: Decision) -> tuple[object, ...]:
    """What is compared: the sum and the words of a reason are none of it."""
    until = getattr(decision, "until", None)
    asked = decision.because.code if isinstance(decision, AskPerson) else ""
    return decision.do, getattr(decision, "step", None), until, asked


def _is_same(before: Decision, after: Decision) -> bool:
    return not isinstance(after, Perform) and _next(before) == _next(after)


def _moment(decision: Decision, now: datetime) -> datetime | None:
    """When the case does something next by itself; None while it waits for a person."""
    if isinstance(decision, Perform):
        return now
    return decision.until if isinstance(decision, Wait) else None


# What must be decided before a move is tried.


def _against(sides: _Sides) -> Iterator[Because]:
    new, case, wanted = sides.new, sides.case, sides.wanted
    if case.policy_hash == wanted.policy_hash:
        yield sides.why("move_already")
        return
    for name in wanted.answers.renamed.values():
        if new.find(name) is None:
            yield sides.why("move_no_such_step", step=name)
    if wanted.answers.not_taken == "ask" and (found := takes(new, case.invoice, case.debtor)):
        yield sides.why("move_not_taken", against=found)
    yield from _with_people(sides)
    behind = _renamed(sides)
    if lost := _lost(sides):
        yield sides.why("move_lost_step", step=lost)
    elif wanted.answers.missing == "ask" and (asked := _not_left_out(sides, behind)):
        yield sides.why("move_missing_step", steps=", ".join(asked), reached=_reached(sides, behind).step)


def _with_people(sides: _Sides) -> Iterator[Because]:
    """What a person is asked, has approved, or wants: a move would pull it from under their hands."""
    case, before = sides.case, sides.before
    for question in case.questions:
        if question.code == _MENDED and sides.new.find(question.step or ""):
            continue
        yield sides.why("move_question")
        yield Because(code=question.code, words=question.words)
    if case.again:
        yield sides.why("move_again", step=case.again)
    here = place(sides.old, case)
    if here is None:
        return
    if consent(here):
        yield sides.why("move_approved", step=here.step.step)
    if isinstance(before, AskPerson) and any(task.kind in ("approve", "route") for task in before.tasks):
        yield sides.why("move_approval", step=here.step.step)
    there, made = sides.new.find(here.step.step), attempts_now(here)
    if made and (made[-1].result is None or there is None or there.call is None):
        yield sides.why("move_call", step=here.step.step)


def _renamed(sides: _Sides) -> dict[str, str]:
    """The steps behind the case that have another name in the new policy, as a person said; those known are left."""
    records = {record.step for record in sides.case.steps}
    said = sides.wanted.answers.renamed
    return {name: new for name, new in said.items() if name in records and new not in records}


def _lost(sides: _Sides) -> str | None:
    """A step that went out after all those that the new policy knows, and that it does not have under any name."""
    lost = None
    for record in sides.case.steps:
        if record.step in sides.wanted.answers.renamed or sides.new.find(record.step):
            lost = None
        elif record.done or record.why == "taken_over":
            lost = record.step
    return lost


def _behind(sides: _Sides, renamed: dict[str, str]) -> set[str]:
    return {record.step for record in sides.case.steps} | set(renamed.values())


def _reached(sides: _Sides, renamed: dict[str, str]) -> Step:
    """The severest step of the new policy that the case has behind it; its first when there is none."""
    behind = _behind(sides, renamed)
    return next((step for step in reversed(sides.new.steps) if step.step in behind), sides.new.steps[0])


def _missing(sides: _Sides, renamed: dict[str, str]) -> list[Step]:
    """Steps that the new policy puts before what the case has behind it, and that were neither sent nor left out."""
    behind = _behind(sides, renamed)
    if not behind:
        return []
    before = sides.new.steps[: sides.new.order[_reached(sides, renamed).step]]
    return [step for step in before if step.step not in behind]


def _not_left_out(sides: _Sides, renamed: dict[str, str]) -> list[str]:
    """Those of the missing steps that the policy's own condition would not leave out today."""
    at = sides.wanted.at
    return [step.step for step in _missing(sides, renamed) if unmet(step.when, _place_of(sides, step), at) is None]


def _place_of(sides: _Sides, step: Step) -> Place:
    return Place(sides.new, sides.case, step, 1)


# What follows for the course.


def _effect(sides: _Sides) -> f.MoveEffect:
    renamed, answers = _renamed(sides), sides.wanted.answers
    open_ = _not_left_out(sides, renamed)
    walks = tuple(open_) if answers.missing == "walk" else ()
    left_out = {
        step.step: "left_out_by_move" if step.step in open_ else "left_out_by_rule"
        for step in _missing(sides, renamed)
        if step.step not in walks
    }
    effect = f.MoveEffect(renamed=renamed, left_out=left_out, walks=walks)
    return effect.model_copy(update={"left_out": left_out | _not_again(sides, effect)})


def _not_again(sides: _Sides, effect: f.MoveEffect) -> dict[str, str]:
    """A step that the case was done with does not go out again because the new policy repeats it."""
    moved = apply(sides.case, sides.wanted.model_copy(update={"effect": effect}))
    here, there = place(sides.old, sides.case), place(sides.new, moved)
    if there is None or not any(record.done for record in sides.case.records(there.step.step)):
        return {}
    still = here is not None and here.step.step == there.step.step
    return {} if still else {there.step.step: "not_again_by_move"}


def _held_back(sides: _Sides, effect: f.MoveEffect) -> f.MoveEffect:
    """Nothing goes out on the day of the move; or at the moment that it waited for before, when that is to be kept."""
    at, before = sides.wanted.at, sides.before
    if sides.wanted.answers.time == "kept" and isinstance(before, Wait) and before.step and at < before.until:
        return effect.model_copy(update={"due": before.until})
    return effect.model_copy(update={"not_before": _first_day(sides)})


def _first_day(sides: _Sides) -> datetime:
    """The first moment of contact after the day of the move."""
    calendar = calendar_for(sides.new.calendar, sides.case.debtor)
    return calendar.day_after(calendar.local_day(sides.wanted.at))


# What a move would bring about at once, which nobody asked for.


def _at_once(sides: _Sides, notes: list[f.Fact], after: Decision) -> Iterator[Because]:
    for note in notes:
        if isinstance(note, f.PromiseEnded | f.PlanEnded | f.QuestionRaised):
            yield sides.why("move_breaks")
            yield after.because
    if isinstance(after, Close):
        yield sides.why("move_closes")
        yield after.because
    ended = isinstance(after, AskPerson) and after.because.code == "end_of_policy"
    if ended and not _is_same(sides.before, after):
        yield sides.why("move_at_end")
    step = sides.new.find(getattr(after, "step", None) or "")
    moment = _moment(after, sides.wanted.at)
    if step is None or moment is None or _is_same(sides.before, after):
        return
    if (step.tone is Tone.formal or step.fork) and moment <= _first_day(sides):
        day = calendar_for(sides.new.calendar, sides.case.debtor).local_day(moment)
        yield sides.why("move_formal", step=step.step, day=day)
