"""What people's acts, steps and time change in the course of a case."""

from __future__ import annotations

from dunning import facts as f
from dunning.case import Approval, CallAttempt, Case, Ended, Hold, Outcome, Plan, Promise, Question, Retry, StepRecord
from dunning.change import ask, change, replace, resume, with_problem
from dunning.fact import MOST_FACT_MONEY
from dunning.making import remade


@change.register
def _(fact: f.PromiseMade, case: Case) -> Case:
    promise = Promise(
        id=fact.id,
        amount=fact.amount or case.outstanding,
        owed_then=case.balance,
        promised_for=fact.promised_for,
        made_at=fact.at,
    )
    return replace(case, promise=promise, plan=None, approval=None, questions=_about_steps(case))


@change.register
def _(fact: f.PlanAgreed, case: Case) -> Case:
    plan = Plan(instalments=fact.instalments, owed_then=case.balance, agreed_at=fact.at)
    return replace(case, plan=plan, promise=None, approval=None, questions=_about_steps(case))


def _about_steps(case: Case) -> tuple[Question, ...]:
    return tuple(q for q in case.questions if q.step)


@change.register
def _(fact: f.HoldPlaced, case: Case) -> Case:
    return replace(case, hold=Hold(reason=fact.reason, until=fact.until, placed_at=fact.at), approval=None)


@change.register
def _(fact: f.HoldReleased, case: Case) -> Case:
    held = case.hold is not None or any(q.step is None for q in case.questions)
    insolvent = case.insolvent_on if held else None  # one release never lifts two stops
    return resume(case, fact.at, hold=None, questions=_about_steps(case), insolvent_on=insolvent)


@change.register
def _(fact: f.HoldEnded, case: Case) -> Case:
    return resume(case, fact.at, hold=None)


@change.register
def _(fact: f.CallMade, case: Case) -> Case:
    pending = next((a for a in reversed(case.calls) if a.result is None), None)
    if pending:
        ended = remade(pending, {"result": fact.result, "result_at": fact.at})
        case = replace(case, calls=tuple(ended if a is pending else a for a in case.calls))
        if fact.result in ("promised", "disputed"):
            done = StepRecord(step=pending.step, occurrence=case.next_occurrence(pending.step), at=fact.at, done=True)
            case = _recorded(case, done.model_copy(update={"channels": ("call",), "why": fact.result}))
    if fact.result == "promised" and fact.promised_for:
        words = fact.model_dump(include={"id", "at", "by", "amount", "promised_for"})
        return change(f.PromiseMade(**words), case)
    if fact.result == "disputed":
        return change(_told_dispute(fact), case)
    return case


def _told_dispute(fact: f.CallMade) -> f.DisputeOpened:
    """The dispute told on the phone; a sum that is none stops the whole case, which is the careful reading."""
    amount = fact.amount if fact.amount and 0 < fact.amount.minor <= MOST_FACT_MONEY else None
    reason = fact.note or "told on the phone"
    return f.DisputeOpened(id=fact.id, at=fact.at, by=fact.by, amount=amount, reason=reason)


def _recorded(case: Case, record: StepRecord) -> Case:
    questions = tuple(q for q in case.questions if q.step != record.step)
    return replace(
        case,
        steps=(*case.steps, record),
        questions=questions,
        approval=None,
        retry=None,
        hurry=False,
        again=None,
        again_after=0,
        moved=_left_of_move(case.moved, record),
    )


def _left_of_move(moved: f.MoveEffect | None, record: StepRecord) -> f.MoveEffect | None:
    """The moment kept is for one step, what was never sent is walked once, and a letter ends the day of the move."""
    if moved is None or record.why == "entered_by_age":
        return moved
    walks = tuple(step for step in moved.walks if step != record.step)
    return None if record.done and not walks else moved.model_copy(update={"due": None, "walks": walks})


@change.register
def _(fact: f.StepApproved, case: Case) -> Case:
    approval = Approval(
        step=fact.step,
        occurrence=case.next_occurrence(fact.step),
        outstanding=case.outstanding,
        route=fact.route,
        by=fact.by,
    )
    return replace(case, approval=approval, questions=tuple(q for q in case.questions if q.step != fact.step))


@change.register
def _(fact: f.StepRefused, case: Case) -> Case:
    words = {"step": fact.step, "by": fact.by, "reason": fact.reason}
    return ask(case, Question(code="approval_refused", words=words, step=fact.step, at=fact.at))


@change.register
def _(fact: f.StepSkipped, case: Case) -> Case:
    occurrence = case.next_occurrence(fact.step)
    words = {"by": fact.by, **fact.words}
    record = StepRecord(step=fact.step, occurrence=occurrence, at=fact.at, done=False, why=fact.why, words=words)
    skipped = _recorded(case, record)
    return resume(skipped, fact.at) if fact.why == "skipped_by_person" else skipped


@change.register
def _(fact: f.StepRepeated, case: Case) -> Case:
    questions = tuple(q for q in case.questions if q.step != fact.step)
    before = len(case.attempts(fact.step))
    return resume(case, fact.at, questions=questions, again=fact.step, again_after=before, retry=None)


@change.register
def _(fact: f.PolicyChanged, case: Case) -> Case:
    effect, told = fact.effect, {"policy": fact.policy, "by": fact.by, "reason": fact.answers.reason or "-"}
    records = [_under_new_name(case, fact, name, new) for name, new in effect.renamed.items()]
    for step, why in effect.left_out.items():
        words = {"step": step, **told}
        number = case.next_occurrence(step)
        records.append(StepRecord(step=step, occurrence=number, at=fact.at, done=False, why=why, words=words))
    steps = (*case.steps, *records)
    left = effect.model_copy(update={"renamed": {}, "left_out": {}})  # these two are done: the records say so
    fields = {"policy": fact.policy, "policy_hash": fact.policy_hash, "steps": steps, "approval": None}
    if left == f.MoveEffect():
        return replace(case, **fields, moved=None)
    return resume(case, fact.at, **fields, moved=left)  # work that the move laid aside is new work when it comes again


def _under_new_name(case: Case, fact: f.PolicyChanged, name: str, new: str) -> StepRecord:
    """The step under its name in the new policy: behind, with the deadline that it gave."""
    deadline = next((r.deadline for r in reversed(case.records(name)) if r.deadline), None)
    words = {"step": new, "was": name, "policy": fact.policy}
    number = case.next_occurrence(new)
    return StepRecord(
        step=new, occurrence=number, at=fact.at, done=False, why="went_under", words=words, deadline=deadline
    )


@change.register
def _(fact: f.CaseWrittenOff, case: Case) -> Case:
    return replace(case, ended=Ended(outcome=Outcome.written_off, by=fact.by, reason=fact.reason, at=fact.at))


@change.register
def _(fact: f.CaseWithdrawn, case: Case) -> Case:
    return replace(case, ended=Ended(outcome=Outcome.withdrawn, by=fact.by, reason=fact.reason, at=fact.at))


@change.register
def _(fact: f.CaseOpened, case: Case) -> Case:
    return case if case.opened_at else replace(case, opened_at=fact.at)


@change.register
def _(fact: f.StepPerformed, case: Case) -> Case:
    record = StepRecord(
        step=fact.step,
        occurrence=fact.occurrence,
        at=fact.at,
        done=True,
        why="outcome_unknown" if fact.unknown else "",
        channels=fact.channels,
        route=fact.route,
        deadline=fact.deadline,
    )
    case = _recorded(case, record)
    for channel, detail in fact.missing.items():
        key = f"missing/{fact.step}/{fact.occurrence}/{channel}"
        case = with_problem(case, key, "no_address", step=f"{fact.step} ({channel})", detail=detail)
    return case


@change.register
def _(fact: f.CallRequested, case: Case) -> Case:
    attempt = CallAttempt(step=fact.step, attempt=fact.attempt, requested_at=fact.at, due=fact.due)
    # `again` and the approval stay until the call is over: further attempts belong to the same call.
    return replace(case, calls=(*case.calls, attempt), retry=None, hurry=False)


@change.register
def _(fact: f.StepBlocked, case: Case) -> Case:
    words = {"step": fact.step, "channel": fact.channel, "detail": fact.detail}
    if fact.why in ("refused_by_provider", "outcome_unknown"):
        case = replace(case, spent={**case.spent, fact.step: case.spent.get(fact.step, 0) + 1})
    return ask(replace(case, again=None), Question(code=fact.why, words=words, step=fact.step, at=fact.at))


@change.register
def _(fact: f.StepFailed, case: Case) -> Case:
    same = case.retry and (case.retry.step, case.retry.occurrence) == (fact.step, fact.occurrence)
    tries = case.retry.tries + 1 if case.retry and same else 1
    return replace(
        case, retry=Retry(step=fact.step, occurrence=fact.occurrence, tries=tries, error=fact.error, at=fact.at)
    )


def _then(case: Case, fact: f.Fact, then: str, question: Question) -> Case:
    hurry, moved = then == "next_step_now", case.moved
    if hurry and moved:
        moved = moved.model_copy(update={"due": None})  # a moment kept by a move is not at once
    case = resume(case, fact.at, hurry=hurry, moved=moved)
    return ask(case, question) if then == "ask" else case


@change.register
def _(fact: f.PromiseEnded, case: Case) -> Case:
    promise = case.promise
    case = replace(case, promise=None)
    if fact.kept or promise is None:
        return resume(case, fact.at)
    words = {"amount": str(promise.amount), "by": promise.promised_for.isoformat()}
    return _then(case, fact, fact.then, Question(code="promise_broken", words=words, at=fact.at))


@change.register
def _(fact: f.PlanEnded, case: Case) -> Case:
    case = replace(case, plan=None)
    if fact.kept:
        return resume(case, fact.at)
    words = {"by": str(fact.instalment)}
    return _then(case, fact, fact.then, Question(code="plan_defaulted", words=words, at=fact.at))


@change.register
def _(fact: f.ReversalMet, case: Case) -> Case:
    words = {"payment": fact.payment_id, "outstanding": str(case.outstanding)}
    case = replace(case, reopened=None)
    return _then(case, fact, fact.then, Question(code="reversed", words=words, at=fact.at))


@change.register
def _(fact: f.QuestionRaised, case: Case) -> Case:
    return ask(case, Question(code=fact.code, words=fact.words, step=fact.step, at=fact.at))


@change.register
def _(fact: f.SendingResumed, case: Case) -> Case:
    return case


@change.register
def _(fact: f.FactRefused, case: Case) -> Case:
    return with_problem(case, f"fact/{fact.id}", fact.code, detail=fact.detail)
