"""What carrying out a step means for the case: the fact that it was done, with the deadline given."""

from __future__ import annotations

from datetime import datetime

from dunning import facts as f
from dunning.calling import next_attempt
from dunning.case import Case
from dunning.decision import Perform
from dunning.policy import Policy
from dunning.schedule import Place, deadline_given


def placed(policy: Policy, case: Case, decision: Perform) -> Place:
    """The place in the policy that the decision speaks of."""
    step = policy.find(decision.step)
    if step is None:
        raise ValueError(f"{policy.policy} has no step {decision.step!r}")
    return Place(policy, case, step, decision.occurrence)


def sent(here: Place, now: datetime, channels: tuple[str, ...], **told: object) -> f.StepPerformed:
    """The message went out by these channels; `told` may name channels `unknown` or `missing`."""
    return f.StepPerformed(
        id=f"{here.step.step}/{here.occurrence}",
        at=now,
        step=here.step.step,
        occurrence=here.occurrence,
        channels=channels,
        deadline=deadline_given(here, now),
        **told,  # type: ignore[arg-type]  # checked by the model
    )


def handed_over(here: Place, now: datetime, decision: Perform) -> f.StepPerformed:
    """The file went to an agency, a lawyer or towards the court."""
    return f.StepPerformed(
        id=f"{here.step.step}/{here.occurrence}",
        at=now,
        step=here.step.step,
        occurrence=here.occurrence,
        route=decision.route,
    )


def call_requested(here: Place, now: datetime) -> f.CallRequested:
    """A collector is asked to call, until the end of the day that `within` gives."""
    if here.step.call is None:
        raise ValueError(f"{here.step.step} is no call")
    attempt = next_attempt(here)
    due = here.calendar.day_after(here.calendar.add(here.calendar.local_day(now), here.step.call.within))
    number = len(here.case.attempts(here.step.step)) + 1
    return f.CallRequested(id=f"{here.step.step}/{number}", at=now, step=here.step.step, attempt=attempt, due=due)


def assumed(policy: Policy, case: Case, decision: Perform, now: datetime) -> f.Fact:
    """What performing brings when everything goes well: for simulations."""
    here = placed(policy, case, decision)
    if decision.kind == "call":
        return call_requested(here, now)
    if decision.kind == "handover":
        return handed_over(here, now, decision)
    return sent(here, now, tuple(str(c) for c in here.step.channels or ()))
