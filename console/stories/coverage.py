"""What of each policy the stories reach, read off the lives they tell: steps, branches, conditions, reactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.stories.story import CLOSINGS, Story, tell
from dunning import facts as f
from dunning.policy import Policy, Step
from dunning.schedule import Place
from dunning.simulate import Life, TimelineEntry
from dunning.stepping import branch


@dataclass(frozen=True)
class Goal:
    """Something that a policy can do: `what` of a `step`, or of the whole policy when there is no step."""

    kind: str  # steps, branches, conditions, calls, missed, reactions, closings
    what: str
    step: str = ""


@dataclass(frozen=True)
class Coverage:
    """The goals of one policy in its own order, with those that some story reaches."""

    policy: str
    stories: int
    goals: tuple[Goal, ...]
    reached: frozenset[Goal]

    @property
    def missed(self) -> tuple[Goal, ...]:
        """What no story reaches."""
        return tuple(goal for goal in self.goals if goal not in self.reached)

    def counts(self) -> dict[str, tuple[int, int]]:
        """By kind: how many are reached, and how many there are."""
        kinds = dict.fromkeys(goal.kind for goal in self.goals)
        found = {kind: [goal for goal in self.goals if goal.kind == kind] for kind in kinds}
        return {kind: (sum(goal in self.reached for goal in of), len(of)) for kind, of in found.items()}


def coverage(policy: Policy, told: Iterable[tuple[Story, Life]]) -> Coverage:
    """What these lives of the policy reach."""
    lives = list(told)
    wanted = tuple(goals(policy))
    reached = {goal for story, life in lives for goal in _reached(policy, story, life)}
    return Coverage(policy.policy, len(lives), wanted, frozenset(reached & set(wanted)))


def goals(policy: Policy) -> Iterator[Goal]:
    """All that a story could show of the policy."""
    for step in policy.steps:
        yield Goal("steps", "step", step.step)
    for step in policy.steps:
        yield from (Goal("branches", str(number), step.step) for number in range(len(step.fork or ())))
    for step in policy.steps:
        if step.when:
            yield from (Goal("conditions", what, step.step) for what in ("met", "not_met"))
    for step in policy.steps:
        yield from (Goal("calls", what, step.step) for what in _call_results(step))
    for step in policy.steps:
        # Where a person approves, waiting for that person is never missing the day.
        if step.if_missed != "send_now" and step.approval != "required":
            yield Goal("missed", step.if_missed, step.step)
    if policy.enters.at == "by_age":
        yield Goal("reactions", "late_entry")
    for what in ("dispute", "broken_promise", "defaulted_plan", "reversed_payment", "hold"):
        yield Goal("reactions", what)
    yield from (Goal("closings", what) for what in _closings(policy))


def _closings(policy: Policy) -> list[str]:
    tolerant = any(amount.minor for amount in policy.tolerance)
    return [what for what in CLOSINGS if tolerant or what != "paid_within_tolerance"]


def _call_results(step: Step) -> Iterator[str]:
    if step.call is None:
        return
    yield from ("reached", "promised", "disputed", "wrong_number")
    again = step.call.results.no_answer == "try_again"
    if step.call.attempts > 1 or not again:
        yield "no_answer"
    if again:
        yield "no_answer_at_last"
    if step.call.results.not_made == "next_step":
        yield "not_made"


def _reached(policy: Policy, story: Story, life: Life) -> Iterator[Goal]:
    calling = ""
    for entry in life.timeline:
        if entry.what == "performed" and entry.channels == ("call",):
            calling = entry.step or ""
        yield from _of_step(policy, entry)
        yield from _of_fact(entry, calling)
        if entry.what in ("asks", "performed") and entry.step:
            yield from _of_fork(policy, story, entry)
        if entry.what == "closes" and entry.because:
            yield Goal("closings", entry.because.code)


def _of_step(policy: Policy, entry: TimelineEntry) -> Iterator[Goal]:
    step, why = policy.find(entry.step or ""), entry.because.code if entry.because else ""
    if step is None:
        return
    fork_comes = step.fork is not None and entry.what == "asks"  # a person may choose what it does
    if entry.what == "performed" or fork_comes:
        yield Goal("steps", "step", step.step)
        yield Goal("conditions", "met", step.step)
    if entry.what == "asks" and why == "approval_needed":
        yield Goal("conditions", "met", step.step)
    if entry.what == "skipped" and why == "condition_not_met":
        yield Goal("conditions", "not_met", step.step)
    if why == "missed_skipped" or (entry.what == "asks" and why == "missed_ask"):
        yield Goal("missed", step.if_missed, step.step)
    if why == "entered_by_age":
        yield Goal("reactions", "late_entry")
    if why == "call_not_made":
        yield Goal("calls", "not_made", step.step)
    last_unanswered = entry.because is not None and entry.because.words.get("result") in ("no_answer", "@no_answer")
    if why in ("call_unanswered", "call_ask") and last_unanswered:
        yield Goal("calls", "no_answer_at_last", step.step)


_REACTIONS = {
    f.DisputeOpened: "dispute",
    f.PromiseEnded: "broken_promise",
    f.PlanEnded: "defaulted_plan",
    f.ReversalMet: "reversed_payment",
    f.HoldPlaced: "hold",
}


def _of_fact(entry: TimelineEntry, calling: str) -> Iterator[Goal]:
    fact = entry.fact
    if fact is None or entry.what not in ("happened", "noted"):
        return
    if isinstance(fact, f.CallMade) and calling:
        yield Goal("calls", fact.result, calling)
    what = _REACTIONS.get(type(fact))
    if what and not getattr(fact, "kept", False):  # a promise or a plan that was kept is no reaction
        yield Goal("reactions", what)
    if isinstance(fact, f.CallMade) and fact.result == "disputed":
        yield Goal("reactions", "dispute")


def _of_fork(policy: Policy, story: Story, entry: TimelineEntry) -> Iterator[Goal]:
    """The branch that held when the case stood at its fork, by the very rule that chose it."""
    step = policy.find(entry.step or "")
    if step is None or step.fork is None:
        return
    life, _ = tell(story, policy, entry.at)
    number = branch(Place(policy, life.case, step, 1), entry.at)
    if number is not None:
        yield Goal("branches", str(number), step.step)
