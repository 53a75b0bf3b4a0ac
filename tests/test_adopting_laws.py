"""What holds for every case that is moved to another policy, whatever the two policies say and whatever it has been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from dunning import facts as f
from dunning.adopting import Move, foresee
from dunning.apply import apply
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.decide import settle
from dunning.decision import AskPerson, Close, Decision, Perform, Wait
from dunning.performing import assumed
from dunning.policy import Policy
from dunning.reasons import SENTENCES
from dunning.schedule import place
from dunning.simulate import simulate
from dunning.terms import Route
from tests.strategies import cases, happenings, policies

LONG = timedelta(days=300)
NAMES = [f"s{number}" for number in range(7)]


@dataclass(frozen=True)
class Adopted:
    """A case of one policy, and what moving it to another gives."""

    old: Policy
    new: Policy
    case: Case
    move: Move

    @property
    def moved(self) -> Case:
        return apply(self.case, self.move.fact)

    @property
    def at(self) -> datetime:
        return self.move.fact.at


@st.composite
def rewritten(draw: st.DrawFn, old: Policy) -> Policy:
    """The policy as its author may leave it: steps out, in, elsewhere, under other names, on other days."""
    body = old.model_dump(mode="json", exclude_none=True)
    steps = body["steps"]
    for _ in range(draw(st.integers(0, 3))):
        place_ = draw(st.integers(0, len(steps) - 1))
        match draw(st.sampled_from(["day", "name", "drop", "add", "order", "gap"])):
            case "day":
                steps[place_]["day"]["days"] = draw(st.integers(0, 45))
            case "name":
                steps[place_]["step"] = f"n{place_}"
            case "drop" if len(steps) > 1:
                steps.pop(place_)
            case "add":
                added = {"step": f"x{len(steps)}", "day": {"days": 3, "after": "due_date"}, "channels": ["email"]}
                steps.insert(place_, {**added, "letter": "reminder"})
            case "order":
                steps.insert(place_, steps.pop(draw(st.integers(0, len(steps) - 1))))
            case _:
                body["least_gap"] = {"days": draw(st.integers(1, 20))}
    return Policy.model_validate(body | {"policy": "random2"})


@st.composite
def answers(draw: st.DrawFn, new: Policy) -> f.MoveAnswers:
    names = st.sampled_from([step.step for step in new.steps])
    return f.MoveAnswers(
        time=draw(st.sampled_from(["recomputed", "kept"])),
        missing=draw(st.sampled_from(["ask", "leave_out", "walk"])),
        renamed=draw(st.just({}) | st.dictionaries(st.sampled_from(NAMES), names, max_size=3)),
        not_taken="move",
    )


@st.composite
def adoptions(draw: st.DrawFn, same: bool = False) -> Adopted:
    old = draw(policies())
    case = draw(cases(old))
    came = draw(happenings(old, case))
    at = max([case.added_at, *(h.at for h in came)]) + timedelta(minutes=draw(st.integers(1, 60 * 1440)))
    life = simulate(old, case, came, at)
    assume(not isinstance(life.decision, Close))
    new = old if same else draw(rewritten(old) | policies())
    said = f.MoveAnswers() if same else draw(answers(new))
    wanted = f.PolicyChanged(id="move", at=at, by="marie", policy="random2", policy_hash="h2", answers=said)
    found = Adopted(old, new, life.case, foresee(old, new, life.case, wanted))
    event(found.move.kind)
    return found


def answer(case: Case, decision: AskPerson, at: datetime, number: int) -> f.Fact | None:
    """What lets the case go on; None where it is over for us."""
    task = next(iter(decision.tasks), None)
    told: dict[str, Any] = {"id": f"a{number}", "at": at, "by": "marie"}
    step = (task and task.step) or ""
    match task.kind if task else "":
        case "approve":
            return f.StepApproved(**told, step=step)
        case "route":
            return f.StepApproved(**told, step=step, route=Route.agency)
        case "call":
            return f.CallMade(**told, result="no_answer")
    if case.questions and (asked := case.questions[0].step):
        return f.StepSkipped(**told, step=asked)
    return f.HoldReleased(**told) if case.hold or case.questions else None


class Work:
    """Open tasks as the ledger keeps them: what an act did away with is done, and its key never opens again."""

    def __init__(self, before: Decision) -> None:
        self.open, self.done = {task.key for task in before.tasks}, set[str]()

    def take(self, decision: Decision, acted: bool) -> None:
        wanted = {task.key for task in decision.tasks}
        self.done |= self.open - wanted if acted else set()
        self.open = wanted
        silent = isinstance(decision, AskPerson) and decision.until is None and not wanted - self.done
        assert not silent, f"silent: {decision.because}"


def lived(adopted: Adopted) -> list[tuple[datetime, Case, Perform]]:
    """The steps carried out after the move, each with the case just before it; people answer within the hour."""
    policy, case, at, work = adopted.new, adopted.moved, adopted.at, Work(adopted.move.before)
    done: list[tuple[datetime, Case, Perform]] = []
    end, acted = at + LONG, True
    for number in range(200):
        case, _, decision = settle(policy, case, at)
        work.take(decision, acted)
        acted = isinstance(decision, AskPerson)
        if isinstance(decision, Perform):
            done.append((at, case, decision))
            case = apply(case, assumed(policy, case, decision, at))
        elif isinstance(decision, Wait):
            at = decision.until
        elif isinstance(decision, AskPerson) and (fact := answer(case, decision, at + timedelta(hours=1), number)):
            at = fact.at
            case = apply(case, fact)
        else:
            break
        if at > end:
            break
    return done


def sent(case: Case) -> set[str]:
    return {r.step for r in case.steps if r.done or r.why in ("taken_over", "went_under")}


def the_time_that_remained_is_kept(adopted: Adopted) -> None:
    """`--time kept`: the next contact is never sooner than the case waits for today."""
    before, after = adopted.move.before, adopted.move.after
    if adopted.move.against or adopted.move.fact.answers.time != "kept":
        return
    if isinstance(before, Wait) and before.step and isinstance(after, Wait) and after.step:
        assert before.until <= after.until


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(adoptions())
def test_a_moved_case_never_jumps_repeats_or_hurries(adopted: Adopted) -> None:
    """Marie moves a case on any day: no milder step is jumped over, none sent comes again, none goes out at once."""
    the_time_that_remained_is_kept(adopted)
    if adopted.move.against:
        assert all(why.text("en") and why.text("fr") and why.code in SENTENCES for why in adopted.move.against)
        return
    old, new, at = adopted.old, adopted.new, adopted.at
    here = place(old, adopted.case)
    moved, names = adopted.moved, [step.step for step in new.steps]
    assert adopted.case.steps == moved.steps[: len(adopted.case.steps)], "the past was changed"
    for moment, known, doing in lived(adopted):
        assert moment > at, f"{doing.step} went out at the moment of the move"
        had = {record.step for record in known.steps}
        milder = set(names[: names.index(doing.step)])
        assert milder <= had, f"{doing.step} came before {milder - had}"
        if here is None or doing.step != here.step.step:
            assert doing.step not in sent(moved), f"{doing.step} went out again"
        if moment < first_day(adopted):
            kept = moved.moved and moved.moved.due
            waited = adopted.move.before
            assert isinstance(waited, Wait)
            assert moment >= waited.until
            assert kept or adopted.move.kind == "unchanged"
    assert all(record.done or record.why in SENTENCES for record in moved.steps)


def first_day(adopted: Adopted) -> datetime:
    calendar = calendar_for(adopted.new.calendar, adopted.case.debtor)
    return calendar.day_after(calendar.local_day(adopted.at))


def shown(decision: Decision) -> tuple[object, ...]:
    return decision.do, getattr(decision, "step", None), getattr(decision, "until", None), decision.because.code


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(adoptions(same=True))
def test_a_case_for_which_nothing_changes_is_unchanged(adopted: Adopted) -> None:
    """The author mends a comma in a letter: every case that waits goes on to the minute, and nothing else is noted."""
    if adopted.move.against or isinstance(adopted.move.before, Perform):
        return
    assert adopted.move.kind == "unchanged"
    assert adopted.move.fact.effect == f.MoveEffect()
    after, _, decision = settle(adopted.new, adopted.moved, adopted.at)
    assert shown(decision) == shown(adopted.move.before)
    assert after.steps == settle(adopted.old, adopted.case, adopted.at)[0].steps
