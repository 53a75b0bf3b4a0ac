"""Calls: attempts, their results, and what follows each."""

from __future__ import annotations

from datetime import datetime

from dunning import facts as f
from dunning.answer import Answer, ask, fact_id, skip
from dunning.decision import Task
from dunning.policy import CallFollow, Step
from dunning.reasons import because
from dunning.schedule import Place, attempts_now


def calling(here: Place, now: datetime) -> Answer:
    step, case, call = here.step, here.case, here.step.call
    attempts = attempts_now(here)
    if call is None or not attempts:
        return None
    last = attempts[-1]
    if last.result is None:
        if now >= last.due and call.results.not_made == "next_step":
            return skip(here, now, "call_not_made", {"step": step.words})
        day = here.calendar.local_day(last.due)
        why = because("call_needed", attempt=last.attempt, attempts=call.attempts, day=day)
        number = len(case.attempts(step.step))  # of all, so that no key comes twice
        task = Task(key=f"call/{step.step}/{number}", kind="call", why=why, step=step.step, due=last.due)
        return ask(case, task, last.due if call.results.not_made == "next_step" else None)
    follow = _follow(step, last.result, len(attempts))
    if follow == CallFollow.try_again:
        return None  # the next attempt is due like any step
    return _call_over(here, last.result, follow, now)


def _follow(step: Step, result: str, made: int) -> str:
    if step.call is None:
        raise AssertionError("only a call has results")
    follow = str(getattr(step.call.results, result))
    if follow == CallFollow.try_again and made >= step.call.attempts:
        return str(step.call.results.no_answer_at_last)
    return follow


def next_attempt(here: Place) -> int:
    """The number of the attempt that would come next for this call."""
    return len(attempts_now(here)) + 1


def _call_over(here: Place, result: str, follow: str, now: datetime) -> f.Fact:
    step, case = here.step, here.case
    if follow == CallFollow.next_step and result == "reached":
        return f.StepPerformed(id=fact_id(case, "called"), at=now, step=step.step, occurrence=here.occurrence)
    if follow == CallFollow.next_step:
        return skip(here, now, "call_unanswered", {"step": step.words, "result": result})
    code = "wrong_number" if result == "wrong_number" else "call_ask"
    words = {"step": step.words, "result": f"@{result}"}
    return f.QuestionRaised(id=fact_id(case, "call-asked"), at=now, code=code, words=words, step=step.step)
