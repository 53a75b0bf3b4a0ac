"""Calls: attempts, their results, and what follows each."""

from __future__ import annotations

from datetime import datetime

from dunning import facts as f
from dunning.answer import Answer, ask, fact_id, skip, wait
from dunning.case import CallAttempt
from dunning.decision import Task
from dunning.policy import CallFollow, Step
from dunning.reasons import because
from dunning.schedule import Place


def calling(here: Place, now: datetime) -> Answer:
    step, case, call = here.step, here.case, here.step.call
    attempts = _this_time(here)
    if call is None or not attempts or case.again:
        return None
    last = attempts[-1]
    if last.result is None:
        if now >= last.due and call.results.not_made == "next_step":
            return skip(here, now, "call_not_made", {"step": step.words})
        day = here.calendar.local_day(last.due)
        why = because("call_needed", attempt=last.attempt, attempts=call.attempts, day=day)
        task = Task(key=f"call/{step.step}/{last.attempt}", kind="call", why=why, step=step.step, due=last.due)
        return ask(case, task, last.due if call.results.not_made == "next_step" else None)
    follow = _follow(step, last.result, len(attempts))
    if follow == CallFollow.try_again and last.result_at:
        return _another_attempt(here, last.result_at, now)
    return _call_over(here, last.result, follow, now)


def _this_time(here: Place) -> list[CallAttempt]:
    records = here.case.records(here.step.step)
    since = records[-1].at if records else None
    return [a for a in here.case.attempts(here.step.step) if since is None or a.requested_at > since]


def _follow(step: Step, result: str, made: int) -> str:
    if step.call is None:
        raise AssertionError("only a call has results")
    follow = str(getattr(step.call.results, result))
    if follow == CallFollow.try_again and made >= step.call.attempts:
        return str(step.call.results.no_answer_at_last)
    return follow


def next_attempt(here: Place) -> int:
    """The number of the attempt that would come next for this call."""
    return len(_this_time(here)) + 1


def _another_attempt(here: Place, ended: datetime, now: datetime) -> Answer:
    step, call = here.step, here.step.call
    if call is None:
        raise AssertionError("only a call has attempts")
    number = next_attempt(here)
    at = here.calendar.opening(here.calendar.add(here.calendar.local_day(ended), call.apart))
    if now < at:
        words = because(
            "next_attempt", step=step.words, attempt=number, attempts=call.attempts, day=here.calendar.local_day(at)
        )
        return wait(here.case, at, words, step.step)
    return None


def _call_over(here: Place, result: str, follow: str, now: datetime) -> f.Fact:
    step, case = here.step, here.case
    if follow == CallFollow.next_step and result == "reached":
        return f.StepPerformed(id=fact_id(case, "called"), at=now, step=step.step, occurrence=here.occurrence)
    if follow == CallFollow.next_step:
        return skip(here, now, "call_unanswered", {"step": step.words, "result": result})
    code = "wrong_number" if result == "wrong_number" else "call_ask"
    words = {"step": step.words, "result": result.replace("_", " ")}
    return f.QuestionRaised(id=fact_id(case, "call-asked"), at=now, code=code, words=words, step=step.step)
