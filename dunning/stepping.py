"""A step whose day has come: left out, held to contact hours, put before a person, or carried out."""

from __future__ import annotations

from datetime import datetime

from dunning import facts as f
from dunning.answer import Answer, ask, fact_id, skip, wait
from dunning.decision import Perform, Task
from dunning.reasons import Because, because
from dunning.schedule import Due, Place, unmet
from dunning.terms import Route


def left_out(here: Place, when: Due, now: datetime) -> Answer:
    step, words = here.step, here.step.words
    if here.case.again:
        return None  # a person wants it
    if condition := unmet(step.when, here, now):
        return skip(here, now, "condition_not_met", {"step": words, "condition": condition})
    calendar = here.calendar
    limit = calendar.add(calendar.local_day(when.at), here.policy.missed_after)
    if calendar.local_day(now) <= limit or step.if_missed == "send_now" or step.approval == "required":
        return None  # where a person approves, a person looks: waiting for that is not missing the day
    told = {"step": words, "day": str(calendar.local_day(when.at))}
    told["late"] = str((calendar.local_day(now) - calendar.local_day(when.at)).days)
    if step.if_missed == "skip":
        return skip(here, now, "missed_skipped", told)
    return f.QuestionRaised(id=fact_id(here.case, "missed"), at=now, code="missed_ask", words=told, step=step.step)


def outside_hours(here: Place, when: Due, now: datetime) -> Answer:
    moment = here.calendar.contact_moment(now)
    if moment <= now:
        return None
    day = moment.astimezone(here.calendar.zone)
    return wait(here.case, moment, because("outside_hours", step=here.step.words, day=day), here.step.step)


def go(here: Place, when: Due, now: datetime) -> Answer:
    step, case = here.step, here.case
    approval = case.approval
    good = approval is not None and (approval.step, approval.occurrence) == (step.step, here.occurrence)
    good = good and approval is not None and approval.outstanding == case.outstanding
    route, why = _route(here, now) if step.fork else (None, because("due_now", step=step.words, day=when.planned))
    if good and approval and approval.route:
        route = approval.route
    key = f"{step.step}/{here.occurrence}/{case.outstanding.minor}"
    if route is Route.ask:
        return ask(case, Task(key=f"route/{key}", kind="route", why=because("route_asked"), step=step.step))
    if step.approval == "required" and not good:
        task = Task(
            key=f"approve/{key}", kind="approve", why=because("approval_needed", step=step.words), step=step.step
        )
        return ask(case, task)
    return Perform(
        because=why,
        outstanding=case.outstanding,
        step=step.step,
        occurrence=here.occurrence,
        kind=step.kind,
        route=route,
    )


def _route(here: Place, now: datetime) -> tuple[Route, Because]:
    for branch in here.step.fork or ():
        if unmet(branch.when, here, now) is None:
            told = "the conditions of this branch hold" if branch.when else "no other branch holds"
            return branch.then, because("route_taken", route=branch.then, condition=told)
    return Route.ask, because("route_asked")
