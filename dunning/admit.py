"""Whether a person's act is possible now: a clear refusal, or nothing."""

from __future__ import annotations

from datetime import date, timedelta

from dunning import facts as f
from dunning.apply import was_seen
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.money import Money
from dunning.policy import Policy
from dunning.schedule import place
from dunning.stepping import asks_route
from dunning.terms import Route

_FARTHEST_PROMISE = timedelta(days=366)
_FARTHEST_PLAN = timedelta(days=3 * 366)
_ANSWERED_BY_APPROVAL = ("approval_refused", "missed_ask")


class NotPossible(ValueError):
    """The act is refused; the message says why and what to do. Nothing was changed."""


def admit(policy: Policy, case: Case, fact: f.Fact) -> None:
    """Refuse with `NotPossible` an act that makes no sense for the case as it is now."""
    if was_seen(case, fact):
        return
    if case.ended and not isinstance(fact, f.ProblemSettled):
        raise NotPossible(f"The case was ended by {case.ended.by} ({case.ended.outcome}).")
    today = calendar_for(policy.calendar, case.debtor).local_day(fact.at)
    match fact:
        case f.PromiseMade() | f.CallMade():
            _promise(case, fact, today)
        case f.PlanAgreed():
            _plan(case, fact, today)
        case f.HoldPlaced() | f.HoldReleased():
            _hold(case, fact, today)
        case f.StepApproved() | f.StepRefused():
            _approval(policy, case, fact)
        case f.StepSkipped():
            _skip(policy, case, fact)
        case f.StepRepeated():
            _repeat(policy, case, fact.step)


def _hold(case: Case, fact: f.HoldPlaced | f.HoldReleased, today: date) -> None:
    if isinstance(fact, f.HoldPlaced):
        if fact.until and fact.until < today:
            raise NotPossible(f"The hold would have ended on {fact.until}, which is past. Give a later day.")
        if fact.until and fact.until - today > _FARTHEST_PLAN:
            raise NotPossible(f"{fact.until} is more than three years away. Withdraw the case instead.")
        return
    if case.hold or any(q.step is None for q in case.questions):
        return
    if case.insolvent_on is None:
        raise NotPossible("The case is not on hold, and no question about it is open.")
    if not fact.reason:
        raise NotPossible("The debtor is insolvent. Give the reason why the case may go on all the same.")


def _currency(case: Case, amount: Money) -> None:
    if amount.currency != case.currency:
        raise NotPossible(f"The invoice is in {case.currency}, not in {amount.currency}.")


def _promise(case: Case, fact: f.PromiseMade | f.CallMade, today: date) -> None:
    if fact.amount is not None:
        _currency(case, fact.amount)
    day = fact.promised_for
    if day is None:
        return
    if case.insolvent_on:
        raise NotPossible("The debtor is insolvent: a promise cannot be taken.")
    if fact.amount is None and case.outstanding == case.zero:
        raise NotPossible("Nothing may be asked for now, so a promise needs an amount.")
    if day < today:
        raise NotPossible(f"{day} is past. A promise names today or a later day.")
    if day - today > _FARTHEST_PROMISE:
        raise NotPossible(f"{day} is more than a year away. Agree a payment plan instead.")
    if fact.amount is not None and not case.zero < fact.amount:
        raise NotPossible("A promise must be for more than zero.")
    if fact.amount is not None and case.balance < fact.amount:
        raise NotPossible(f"{fact.amount} is more than is owed ({case.balance}).")


def _plan(case: Case, fact: f.PlanAgreed, today: date) -> None:
    if case.insolvent_on:
        raise NotPossible("The debtor is insolvent: a plan cannot be agreed.")
    days = [i.due for i in fact.instalments]
    if days != sorted(set(days)):
        raise NotPossible("The instalments must be in order, each on its own day.")
    if days[0] < today:
        raise NotPossible(f"The first instalment is on {days[0]}, which is past.")
    if days[-1] - today > _FARTHEST_PLAN:
        raise NotPossible(f"The last instalment is on {days[-1]}, more than three years away.")
    for instalment in fact.instalments:
        _currency(case, instalment.amount)
        if not case.zero < instalment.amount:
            raise NotPossible("Each instalment must be more than zero.")
        if case.outstanding < instalment.amount:
            raise NotPossible(f"{instalment.amount} is more than is to be paid ({case.outstanding}).")
    total = sum((i.amount for i in fact.instalments), start=case.zero)
    if total != case.outstanding:
        raise NotPossible(f"The instalments make {total}, but {case.outstanding} is to be paid.")


def _approval(policy: Policy, case: Case, fact: f.StepApproved | f.StepRefused) -> None:
    here = place(policy, case)
    if here is None or here.step.step != fact.step:
        raise NotPossible(_not_the_next(here.step.step if here else None, fact.step))
    if here.step.approval != "required" and not here.step.fork:
        raise NotPossible(f"{fact.step} needs no approval. To stop it, skip it or place a hold.")
    if isinstance(fact, f.StepRefused):
        return
    if any(q.step == fact.step and q.code not in _ANSWERED_BY_APPROVAL for q in case.questions):
        raise NotPossible(f"{fact.step} was approved and did not go out well. Repeat or skip it.")
    if fact.route is not None and not here.step.fork:
        raise NotPossible(f"{fact.step} is not a fork: it takes no route.")
    if fact.route is Route.ask:
        raise NotPossible("Name the route: agency, lawyer or injunction.")
    if fact.route is None and asks_route(here, fact.at):
        raise NotPossible("Name the route: agency, lawyer or injunction.")


def _skip(policy: Policy, case: Case, fact: f.StepSkipped) -> None:
    step, here, out = fact.step, place(policy, case), case.handover()
    if fact.why != "skipped_by_person" or set(fact.words) - {"reason"}:
        raise NotPossible("A person gives a reason for leaving a step out, and nothing else.")
    if any(q.step == step for q in case.questions):
        return  # also a step that is behind, when it came back
    if out and out.step == step:
        return  # recalled from the agency or the lawyer: the case goes on
    if here is None or here.step.step != step:
        raise NotPossible(_not_the_next(here.step.step if here else None, step))


def _not_the_next(following: str | None, step: str) -> str:
    if following is None:
        return f"{step} cannot be decided: every step is behind."
    return f"{step} is not the next step; that is {following}."


def _repeat(policy: Policy, case: Case, step: str) -> None:
    if policy.find(step) is None:
        raise NotPossible(f"{policy.policy} has no step {step}.")
    last = case.steps[-1].step if case.steps else None
    if any(q.step == step for q in case.questions) or step == last:
        return
    raise NotPossible(f"{step} cannot be repeated: only a step that is blocked, or the last one ({last}).")
