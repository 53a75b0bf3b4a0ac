"""When a step is due: its planned day, and everything that holds it back from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dunning.calendar import ContactCalendar, calendar_for, end_of_month
from dunning.case import CallAttempt, Case, StepRecord
from dunning.making import once
from dunning.money import Money
from dunning.policy import Policy, Step
from dunning.reasons import Because, because
from dunning.terms import Anchor, Conditions, Delay

_FIRST_RETRY = timedelta(hours=1)
_LONGEST_RETRY = timedelta(hours=24)


@dataclass(frozen=True)
class Place:
    """Where the case stands in its policy: the step that comes next, and which time."""

    policy: Policy
    case: Case
    step: Step
    occurrence: int

    @property
    def wanted_again(self) -> bool:
        """Whether a person wants this very step out again."""
        return self.case.again == self.step.step

    @once
    def calendar(self) -> ContactCalendar:
        return calendar_for(self.policy.calendar, self.case.debtor)

    @once
    def due(self) -> Due:
        return _due(self)


@dataclass(frozen=True)
class Due:
    """The moment a step is due, the day it was planned for, and why it is not another moment."""

    at: datetime
    planned: date
    why: Because


# The last place asked for: rules ask several times, and a timer asks again about the very same case.
_last: tuple[Policy, Case, Place | None] | None = None


def place(policy: Policy, case: Case) -> Place | None:
    """The step that comes next; None when every step is behind."""
    global _last  # noqa: PLW0603 - one tuple, read and put whole
    last = _last
    if last is None or last[0] is not policy or last[1] is not case:
        _last = last = (policy, case, _place(policy, case))
    return last[2]


def _place(policy: Policy, case: Case) -> Place | None:
    if case.again and (step := policy.find(case.again)):
        return Place(policy, case, step, case.next_occurrence(step.step))
    if case.moved and (step := next((s for s in policy.steps if s.step in case.moved.walks), None)):
        return Place(policy, case, step, case.next_occurrence(step.step))
    reached = max((policy.order.get(r.step, -1) for r in case.steps), default=-1)
    if reached >= 0 and _goes_out_again(policy.steps[reached], case):
        step = policy.steps[reached]
        return Place(policy, case, step, case.next_occurrence(step.step))
    if reached + 1 >= len(policy.steps):
        return None
    step = policy.steps[reached + 1]
    return Place(policy, case, step, case.next_occurrence(step.step))


def _goes_out_again(step: Step, case: Case) -> bool:
    if step.repeat is None:
        return False
    records = case.records(step.step)
    return records[-1].done and sum(r.done for r in records) < step.times


def planned_day(here: Place) -> date:
    """The day the policy names for the step, before anything holds it back."""
    step, case, calendar = here.step, here.case, here.calendar
    records = case.records(step.step)
    if step.repeat and records:
        return calendar.add(calendar.local_day(records[-1].at), step.repeat.every)
    if step.day.before:
        return calendar.subtract(case.invoice.due_date, step.day)
    return calendar.add(_anchor(here), step.day)


def _anchor(here: Place) -> date:
    invoice, day = here.case.invoice, here.step.day
    if day.after is Anchor.due_date:
        return invoice.due_date
    if day.after is Anchor.invoice_date:
        return invoice.issue_date
    if day.after is Anchor.end_of_due_month:
        return end_of_month(invoice.due_date)
    given = [r.deadline for r in here.case.steps if r.step == day.of and r.deadline]
    return given[-1] if given else _after_previous(here)


def _after_previous(here: Place) -> date:
    last = here.case.last_done() or (here.case.steps[-1] if here.case.steps else None)
    start = last.at if last else (here.case.opened_at or here.case.added_at)
    return here.calendar.local_day(start)


def due(here: Place) -> Due:
    """When the step is due: its planned day, or later when something holds it back."""
    return here.due


def _due(here: Place) -> Due:
    case, calendar = here.case, here.calendar
    planned = planned_day(here)
    pressed = (case.hurry or here.wanted_again) and case.resumed_at
    kept = case.moved.due if case.moved and not here.wanted_again else None
    first = kept or (case.resumed_at if pressed and case.resumed_at else calendar.opening(planned))
    last = max(_floors(here, planned), key=lambda floor: floor[0], default=None)
    if last is None or last[0] <= first:
        why = _kept_words(here, kept) if kept else _planned_words(here, planned)
        return Due(at=calendar.contact_moment(first), planned=planned, why=why)
    moment, code, words = last
    return Due(at=calendar.contact_moment(moment), planned=planned, why=because(code, step=here.step.words, **words))


# What holds a step back: until when, and the reason by its code with the words beside the step's.
_Floor = tuple[datetime, str, dict[str, object]]


def _floors(here: Place, planned: date) -> list[_Floor]:
    case, calendar = here.case, here.calendar
    floors: list[_Floor] = []
    if case.opened_at:
        floors.append((case.opened_at, "floor_opened", {"day": planned}))
    if case.resumed_at:
        since = calendar.local_day(case.resumed_at)
        floors.append((case.resumed_at, "floor_resumed", {"day": planned, "since": since}))
    if case.moved and case.moved.not_before:
        floors.append((case.moved.not_before, "floor_moved", {"day": planned, "policy": case.policy}))
    if last := case.last_contact():
        day = calendar.local_day(last)
        gap = here.policy.least_gap
        floors.append((calendar.opening(calendar.add(day, gap)), "floor_gap", {"last": day, "days": gap.days}))
    return floors + _deadline_floor(here, case.last_done()) + _attempt_floor(here) + _retry_floor(here)


def _deadline_floor(here: Place, last: StepRecord | None) -> list[_Floor]:
    if last is None or last.deadline is None or here.wanted_again:
        return []
    until = here.calendar.opening(last.deadline + timedelta(days=1))
    return [(until, "floor_deadline", {"deadline": last.deadline})]


def attempts_now(here: Place) -> list[CallAttempt]:
    """The attempts of the call that belong to this occurrence, oldest first."""
    step, case = here.step.step, here.case
    made = case.attempts(step) if case.calls else []
    if case.again == step:
        return made[case.again_after :]
    records = case.records(step) if made else []
    return [a for a in made if not records or a.requested_at > records[-1].at]


def _attempt_floor(here: Place) -> list[_Floor]:
    """A call tried in vain is due on the day of its next attempt: waiting for that is not missing the first."""
    call, attempts = here.step.call, attempts_now(here)
    ended = attempts[-1].result_at if attempts else None
    if call is None or ended is None:
        return []
    calendar = here.calendar
    at = calendar.opening(calendar.add(calendar.local_day(ended), call.apart))
    number, day = len(attempts) + 1, calendar.local_day(at)
    return [(at, "next_attempt", {"attempt": number, "attempts": call.attempts, "day": day})]


def _retry_floor(here: Place) -> list[_Floor]:
    retry = here.case.retry
    if retry is None or (retry.step, retry.occurrence) != (here.step.step, here.occurrence):
        return []
    pause = min(_FIRST_RETRY * 2 ** min(retry.tries - 1, 10), _LONGEST_RETRY)
    moment = here.calendar.contact_moment(retry.at + pause)
    return [(moment, "floor_retry", {"error": retry.error, "day": moment.astimezone(here.calendar.zone)})]


def _kept_words(here: Place, kept: datetime) -> Because:
    return because("kept", step=here.step.words, day=here.calendar.local_day(kept), policy=here.case.policy)


def _planned_words(here: Place, planned: date) -> Because:
    day: Delay = here.step.repeat.every if here.step.repeat and here.occurrence > 1 else here.step.day
    anchor = "before_due_date" if here.step.day.before else str(here.step.day.after)
    if here.occurrence > 1 and here.step.repeat:
        anchor = "last_time"
    counting = f"@{day.counted_in}".removesuffix("s" if day.days == 1 else "")
    told = {"days": day.days, "counting": counting, "anchor": f"@{anchor}"}
    return because("planned", step=here.step.words, day=planned, **told)


def deadline_given(here: Place, now: datetime) -> date | None:
    """The day until which the debtor is asked to pay, when the step goes out now."""
    return deadline_from(here.step, here.calendar, here.calendar.local_day(now))


def deadline_from(step: Step, calendar: ContactCalendar, day: date) -> date | None:
    """The day until which the debtor is asked to pay, when the step goes out on that day at the debtor's."""
    return calendar.add(day, step.pay_within) if step.pay_within else None


def days_past_due(here: Place, now: datetime) -> int:
    """Days since the due date, at the debtor's; negative before it."""
    return (here.calendar.local_day(now) - here.case.invoice.due_date).days


def unmet(conditions: Conditions | None, here: Place, now: datetime) -> str | None:
    """The first condition that does not hold, with what was found; None when all hold."""
    if conditions is None:
        return None
    for name, wanted in vars(conditions).items():
        if wanted is None:
            continue
        found = _FOUND[name](here, now)
        if not (found in wanted if isinstance(wanted, tuple) else wanted.holds(found)):
            return f"{name} ({found})"
    return None


# What each condition is held against.
_FOUND: dict[str, Callable[[Place, datetime], object]] = {
    "outstanding": lambda here, _: here.case.outstanding,
    "days_past_due": days_past_due,
    "debtor": lambda here, _: here.case.debtor.kind,
    "segment": lambda here, _: here.case.debtor.segment,
    "country": lambda here, _: here.case.debtor.country,
    "unpaid_invoices": lambda here, _: here.case.debtor.unpaid_count,
    "unpaid_total": lambda here, _: Money(minor=here.case.debtor.unpaid_minor, currency=here.case.currency),
    "solvency": lambda here, _: here.case.debtor.solvency,
}
