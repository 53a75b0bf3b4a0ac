"""A step whose day has come: left out, held to contact hours, put before a person, or carried out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dunning import facts as f
from dunning.answer import Answer, ask, fact_id, skip, wait
from dunning.case import Approval
from dunning.decision import Perform, Task
from dunning.making import made
from dunning.reasons import Because, because
from dunning.schedule import Due, Place, due, unmet
from dunning.terms import Route


def left_out(here: Place, when: Due, now: datetime) -> Answer:
    step, words = here.step, here.step.words
    if here.wanted_again:
        return None  # a person wants it
    if condition := unmet(step.when, here, now):
        return skip(here, now, "condition_not_met", {"step": words, "condition": condition})
    if step.if_missed == "send_now":
        return None
    calendar = here.calendar
    day = calendar.local_day(_before_retries(here, when).at)
    limit = calendar.add(day, here.policy.missed_after)
    if calendar.local_day(now) <= limit or _with_a_person(here, now):
        return None
    told = {"step": words, "day": str(day), "late": str((calendar.local_day(now) - day).days)}
    if step.if_missed == "skip":
        return skip(here, now, "missed_skipped", told)
    return f.QuestionRaised(id=fact_id(here.case, "missed"), at=now, code="missed_ask", words=told, step=step.step)


def _before_retries(here: Place, when: Due) -> Due:
    """When the step was due at first: tries in vain make it late, they give it no new day."""
    if here.case.retry is None:
        return when
    return due(replace(here, case=here.case.model_copy(update={"retry": None})))


def _with_a_person(here: Place, now: datetime) -> bool:
    """Where a person approves or chooses, a person looks: waiting for that is not missing the day."""
    return here.step.approval == "required" or consent(here) is not None or asks_route(here, now)


def consent(here: Place) -> Approval | None:
    """A person's approval of exactly this occurrence and this sum."""
    case, approval = here.case, here.case.approval
    if approval is None or approval.outstanding != case.outstanding:
        return None
    return approval if (approval.step, approval.occurrence) == (here.step.step, here.occurrence) else None


def asks_route(here: Place, now: datetime) -> bool:
    """Whether the step is a fork that leaves the way out to a person."""
    return here.step.fork is not None and _route(here, now)[0] is Route.ask


def outside_hours(here: Place, when: Due, now: datetime) -> Answer:
    moment = here.calendar.contact_moment(now)
    if moment <= now:
        return None
    day = moment.astimezone(here.calendar.zone)
    return wait(here.case, moment, because("outside_hours", step=here.step.words, day=day), here.step.step)


def go(here: Place, when: Due, now: datetime) -> Answer:
    step, case = here.step, here.case
    approval = consent(here)
    route, why = _route(here, now) if step.fork else (None, because("due_now", step=step.words, day=when.planned))
    if approval and approval.route:
        route, why = approval.route, because("route_chosen", route=f"@{approval.route}", by=approval.by)
    key = f"{step.step}/{here.occurrence}/{case.outstanding.minor}"
    if route is Route.ask:
        return ask(case, Task(key=f"route/{key}", kind="route", why=because("route_asked"), step=step.step))
    if step.approval == "required" and approval is None:
        task = Task(
            key=f"approve/{key}", kind="approve", why=because("approval_needed", step=step.words), step=step.step
        )
        return ask(case, task)
    told = {"because": why, "outstanding": case.outstanding, "tasks": (), "do": "perform", "step": step.step}
    return made(Perform, told | {"occurrence": here.occurrence, "kind": step.kind, "route": route})


def branch(here: Place, now: datetime) -> int | None:
    """Which branch of the fork holds now, from 0: the first whose conditions do. None when none does."""
    held = (number for number, one in enumerate(here.step.fork or ()) if unmet(one.when, here, now) is None)
    return next(held, None)


def _route(here: Place, now: datetime) -> tuple[Route, Because]:
    number = branch(here, now)
    if here.step.fork is None or number is None:
        return Route.ask, because("route_asked")
    taken = here.step.fork[number]
    told = "@branch_holds" if taken.when else "@otherwise"
    return taken.then, because("route_taken", route=f"@{taken.then}", condition=told)
