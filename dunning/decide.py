"""What to do next and why: the one place that decides. Rules are asked in order; the first that speaks decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from dunning import facts as f
from dunning.answer import Answer, ask, fact_id, wait
from dunning.apply import apply
from dunning.calendar import calendar_for
from dunning.calling import calling
from dunning.case import Case, Outcome, Plan, Question
from dunning.decision import AskPerson, Close, Decision, Perform, Task
from dunning.making import remade
from dunning.money import Money
from dunning.policy import Policy
from dunning.reasons import Because, because
from dunning.schedule import Place, due, place, planned_day
from dunning.stepping import go, left_out, outside_hours

Rule = Callable[[Policy, Case, datetime], Answer]
_MOST_NOTES = 200


def settle(policy: Policy, case: Case, now: datetime) -> tuple[Case, list[f.Fact], Decision]:
    """Decide, taking in the facts that time itself brought about (a broken promise, a step left out).

    Returns the case with these facts applied, the facts, and the decision that holds now.
    """
    notes: list[f.Fact] = []
    while len(notes) < _MOST_NOTES:
        answer = decide(policy, case, now)
        if not isinstance(answer, f.Fact):
            return case, notes, answer
        case = apply(case, answer)
        notes.append(answer)
    raise RuntimeError(f"case {case.id}: the rules of {policy.policy} do not come to a decision")


def decide(policy: Policy, case: Case, now: datetime) -> Decision | f.Fact:
    """The next decision for the case, or a fact that must be taken in first (see `settle`)."""
    for rule in _RULES:
        answer = rule(policy, case, now)
        if answer is None:
            continue
        if isinstance(answer, f.Fact):
            return answer
        if answer.tasks or case.problems or case.disputes or case.balance < case.zero:
            tasks = (*(_anew(case, task) for task in answer.tasks), *_standing(policy, case, answer))
            return remade(answer, {"tasks": tasks}) if tasks != answer.tasks else answer
        return answer
    raise AssertionError("the last rule always answers")


def _anew(case: Case, task: Task) -> Task:
    """Work that was laid aside by a hold or a promise is new work afterwards: a key that was done never opens again."""
    if case.resumed_at is None:
        return task
    return task.model_copy(update={"key": f"{task.key}@{case.resumed_at.isoformat()}"})


def _standing(policy: Policy, case: Case, decision: Decision) -> list[Task]:
    """Work that stays with people whatever the case does next."""
    tasks = [Task(key=p.key, kind="problem", why=Because(code=p.code, words=p.words)) for p in case.problems]
    if case.balance < case.zero and (key := f"overpaid/{-case.balance.minor}") not in case.settled:
        tasks.append(Task(key=key, kind="overpaid", why=because("overpaid", amount=-case.balance)))
    if isinstance(decision, Close):
        return tasks
    calendar = calendar_for(policy.calendar, case.debtor)
    for key, amount in case.contested.items():
        dispute = case.disputes[key]
        day = calendar.add(calendar.local_day(dispute.opened_at or case.added_at), policy.after.dispute.review_after)
        why = because("settle_dispute", dispute=key, amount=amount, reason=dispute.reason)
        tasks.append(Task(key=f"dispute/{key}", kind="dispute", why=why, due=calendar.opening(day)))
    for key, left in case.upheld.items():
        why = because("credit_note_due", dispute=key, amount=left)
        tasks.append(Task(key=f"credit/{key}", kind="credit_note", why=why))
    return tasks


def _over(policy: Policy, case: Case, now: datetime) -> Answer:
    if case.ended:
        why = because(case.ended.outcome, by=case.ended.by, reason=case.ended.reason)
        return Close(because=why, outstanding=case.outstanding, outcome=case.ended.outcome)
    tolerance = policy.tolerated(case.currency)
    if tolerance < case.balance:
        return None
    outcome = Outcome.credited if case.paid.minor == 0 and case.credited.minor > 0 else Outcome.paid
    if outcome is Outcome.credited:
        why = because("credited")
    elif case.zero < case.balance:
        why = because("paid_within_tolerance", outstanding=case.balance, tolerance=tolerance)
    else:
        why = because("paid", outstanding=case.zero)
    return Close(because=why, outstanding=case.outstanding, outcome=outcome)


def _insolvent(policy: Policy, case: Case, now: datetime) -> Answer:
    if case.insolvent_on is None:
        return None
    return ask(case, Task(key="insolvent", kind="insolvency", why=because("insolvent", on=case.insolvent_on)))


def _held(policy: Policy, case: Case, now: datetime) -> Answer:
    hold = case.hold
    if hold is None:
        return None
    calendar = calendar_for(policy.calendar, case.debtor)
    if hold.until:
        end = calendar.day_after(hold.until)
        if now >= end:
            return f.HoldEnded(id=fact_id(case, "hold-ended"), at=now)
        return wait(case, end, because("on_hold", until=hold.until, reason=hold.reason))
    since = calendar.local_day(hold.placed_at)
    review = calendar.opening(calendar.add(since, policy.after.hold.review_after))
    why = because("hold_review", since=since, reason=hold.reason)
    if now < review:
        return wait(case, review, why)
    return ask(case, Task(key=f"hold/{since}", kind="hold", why=why, due=review))


def _disputed(policy: Policy, case: Case, now: datetime) -> Answer:
    contested = case.contested
    whole = policy.after.dispute.stops == "whole"
    if contested and (whole or case.outstanding <= policy.tolerated(case.currency)):
        amount = sum(contested.values(), start=case.zero)
        reasons = ", ".join(case.disputes[key].reason for key in contested)
        return AskPerson(because=because("disputed", amount=amount, reason=reasons), outstanding=case.outstanding)
    if case.upheld and case.outstanding <= policy.tolerated(case.currency):
        key, left = next(iter(case.upheld.items()))
        return AskPerson(because=because("credit_note_due", dispute=key, amount=left), outstanding=case.outstanding)
    return None


def _promised(policy: Policy, case: Case, now: datetime) -> Answer:
    promise = case.promise
    if promise is None:
        return None
    if promise.amount <= promise.owed_then - case.balance:
        return f.PromiseEnded(id=fact_id(case, "promise-kept"), at=now, kept=True)
    calendar = calendar_for(policy.calendar, case.debtor)
    rule = policy.after.broken_promise
    last = calendar.add(promise.promised_for, rule.grace)
    end = calendar.day_after(last)
    if now >= end:
        return f.PromiseEnded(id=fact_id(case, "promise-broken"), at=now, kept=False, then=rule.then)
    return wait(case, end, because("promised", amount=promise.amount, by=promise.promised_for, until=last))


def _first_unpaid(plan: Plan, case: Case) -> tuple[date, Money] | None:
    paid, promised = plan.owed_then - case.balance, case.zero
    for instalment in plan.instalments:
        promised += instalment.amount
        if paid < promised:
            return instalment.due, instalment.amount
    return None


def _planned(policy: Policy, case: Case, now: datetime) -> Answer:
    if case.plan is None:
        return None
    unpaid = _first_unpaid(case.plan, case)
    if unpaid is None:
        return f.PlanEnded(id=fact_id(case, "plan-kept"), at=now, kept=True)
    calendar = calendar_for(policy.calendar, case.debtor)
    rule = policy.after.defaulted_plan
    by, amount = unpaid
    last = calendar.add(by, rule.grace)
    end = calendar.day_after(last)
    if now >= end:
        return f.PlanEnded(id=fact_id(case, "plan-defaulted"), at=now, kept=False, instalment=by, then=rule.then)
    return wait(case, end, because("plan_running", amount=amount, by=by, until=last))


def _reversed(policy: Policy, case: Case, now: datetime) -> Answer:
    if case.reopened is None:
        return None
    then = policy.after.reversed_payment.then
    return f.ReversalMet(id=fact_id(case, "reversal"), at=now, payment_id=case.reopened, then=then)


def _questioned(policy: Policy, case: Case, now: datetime) -> Answer:
    if not case.questions:
        return None
    tasks = [_question_task(policy, q) for q in case.questions]
    first = ask(case, tasks[0])
    return first.model_copy(update={"tasks": tuple(tasks)})


def _question_task(policy: Policy, question: Question) -> Task:
    step = policy.find(question.step) if question.step else None
    words = {**question.words, "step": step.words} if step else question.words
    key = f"{question.code}/{question.step or '-'}/{question.at.isoformat()}"
    return Task(key=key, kind=question.code, why=Because(code=question.code, words=words), step=question.step)


def _handed_over(policy: Policy, case: Case, now: datetime) -> Answer:
    record = case.handover()
    if record is None or (case.again and policy.find(case.again)):
        return None
    on = calendar_for(policy.calendar, case.debtor).local_day(record.at)
    told = {"route": f"@{record.route}", "on": on, "outstanding": case.outstanding, "step": record.step}
    why = because("handed_over", **told)
    return ask(case, Task(key=f"handed-over/{record.step}/{record.occurrence}", kind="follow_up", why=why))


def _ending(case: Case) -> Answer:
    why = because("end_of_policy", outstanding=case.outstanding)
    return ask(case, Task(key=f"end-of-policy/{len(case.steps)}", kind="end_of_policy", why=why))


def _entered_by_age(policy: Policy, case: Case, now: datetime) -> Answer:
    beyond = policy.enters.never_beyond
    if beyond is None or case.opened_at is None:
        return None
    for record in case.steps:
        if record.done or record.why != "entered_by_age":
            return None
    here = place(policy, case)
    if here is None:
        return None
    opened = here.calendar.local_day(case.opened_at)
    names = [s.step for s in policy.steps]
    start = names.index(here.step.step)
    reach = policy.steps[start + 1 : names.index(beyond) + 1] if beyond in names else ()
    for later in reach:
        if later.day.after in _OWN_ANCHORS and planned_day(Place(policy, case, later, 1)) <= opened:
            return f.StepSkipped(
                id=fact_id(case, "entered"), at=now, step=here.step.step, why="entered_by_age",
                words={"step": here.step.words},
            )  # fmt: skip
    return None


_OWN_ANCHORS = ("due_date", "invoice_date", "end_of_due_month", None)


def _next_step(policy: Policy, case: Case, now: datetime) -> Answer:
    here = place(policy, case)
    if here is None:
        return _ending(case)
    if here.step.call and (answer := calling(here, now)):
        return answer
    when = due(here)
    if now < when.at:
        return wait(case, when.at, when.why, here.step.step)
    if answer := left_out(here, when, now):
        return answer
    answer = go(here, when, now)
    # A person may be asked at any hour: work that vanished every evening could not be relied on.
    return (outside_hours(here, when, now) if isinstance(answer, Perform) else None) or answer


_RULES: tuple[Rule, ...] = (
    _over,
    _insolvent,
    _held,
    _disputed,
    _reversed,
    _planned,
    _promised,
    _questioned,
    _handed_over,
    _entered_by_age,
    _next_step,
)
