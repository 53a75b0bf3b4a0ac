"""The laws of behaviour, held against random policies, facts, acts, outages and clocks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunning import facts as f
from dunning.apply import apply
from dunning.calendar import ContactCalendar, calendar_for, public_holidays
from dunning.case import Case
from dunning.decide import settle
from dunning.decision import DECISION
from dunning.policy import Policy, minutes
from dunning.reasons import SENTENCES
from dunning.simulate import Life, TimelineEntry, simulate
from tests.strategies import COUNTRIES, WEEKDAYS, ZONES, Told, cases, happenings, policies, signals

LONG = timedelta(days=420)
ACTS = (*get_args(f.Act), f.ProblemSettled)
TALKS = ("promised", "disputed", "reached")


class Lived:
    """A life, and the case as it was before each of its lines, told again from the facts alone."""

    def __init__(self, policy: Policy, life: Life, before: tuple[Case, ...]) -> None:
        self.policy, self.life, self.before = policy, life, before

    def __repr__(self) -> str:
        """The life as lines, so that a counterexample can be read."""
        kept = self.policy.model_dump(mode="json", exclude_defaults=True, exclude={"takes", "title"})
        told = [
            f"{e.at} {e.what} {e.step or ''} {e.because and e.because.code} {e.until or ''} {e.fact or ''}"
            for e in self.life.timeline
        ]
        return "\n".join(["", str(kept), str(self.life.case.invoice), *told])

    @property
    def calendar(self) -> ContactCalendar:
        return calendar_for(self.policy.calendar, self.life.case.debtor)

    def performed(self) -> list[tuple[TimelineEntry, Case]]:
        """The steps carried out, each with the case as it was just before."""
        pairs = zip(self.life.timeline, self.before, strict=True)
        return [(line, known) for line, known in pairs if line.what == "performed"]

    def contacts(self) -> list[datetime]:
        """The moments at which a person at the debtor's received something or spoke with us."""
        found: list[datetime] = []
        for line, known in zip(self.life.timeline, self.before, strict=True):
            if isinstance(line.fact, f.StepPerformed) and line.fact.channels:
                found.append(line.at)
            pending = any(call.result is None for call in known.calls)
            if isinstance(line.fact, f.CallMade) and line.what == "happened" and line.fact.result in TALKS and pending:
                found.append(line.at)
        return found


@st.composite
def lives(draw: st.DrawFn) -> Lived:
    policy = draw(policies())
    case = draw(cases(policy))
    life = simulate(policy, case, draw(happenings(policy, case)), case.added_at + LONG)
    before: list[Case] = []
    for line in life.timeline:
        before.append(case)
        if line.what == "opened":
            case = apply(case, f.CaseOpened(id="opened", at=line.at))
        elif line.fact is not None and line.what != "refused":
            case = apply(case, line.fact)
    assert case.model_copy(update={"debtor": life.case.debtor}) == life.case, "a change of the case was not told"
    return Lived(policy, life, tuple(before))


def nothing_goes_out_when_it_must_not(lived: Lived) -> None:
    """Law 1: whatever happened before, no step goes out when paid, disputed, promised, on hold, insolvent or ended."""
    for line, known in lived.performed():
        assert lived.policy.tolerated("EUR") < known.balance, f"{line.step} went out although paid"
        assert lived.policy.tolerated("EUR") < known.outstanding, f"{line.step} asks for what is contested"
        assert known.promise is None, f"{line.step} went out against a promise"
        assert known.plan is None, f"{line.step} went out against a plan"
        assert known.hold is None, f"{line.step} went out on hold"
        assert known.insolvent_on is None, f"{line.step} went out to an insolvent debtor"
        assert known.ended is None, f"{line.step} went out of an ended case"
        assert not known.questions, f"{line.step} went out while a person was asked"
        if lived.policy.after.dispute.stops == "whole":
            assert not known.contested, f"{line.step} went out while disputed"


def nothing_goes_out_twice(lived: Lived) -> None:
    """Law 2: an occurrence of a step goes out once; a call is asked for once per attempt."""
    keys = [(line.step, line.occurrence) for line, _ in lived.performed() if line.channels != ("call",)]
    assert len(keys) == len(set(keys))
    calls = [line.fact.id for line, _ in lived.performed() if isinstance(line.fact, f.CallRequested)]
    assert len(calls) == len(set(calls))


def no_severe_step_before_the_milder_ones(lived: Lived) -> None:
    """Law 3: whoever gets a step had every milder one before, or a record says why it was left out."""
    names = [step.step for step in lived.policy.steps]
    for line, known in lived.performed():
        if known.again == line.step:
            continue  # a person wanted this one
        place = names.index(str(line.step))
        had = {record.step for record in known.steps}
        assert had >= set(names[:place]), f"{line.step} came before {set(names[:place]) - had}"
        assert not had & set(names[place + 1 :]), f"{line.step} came after a more severe step"
    assert all(record.done or record.why in SENTENCES for record in lived.life.case.steps), "a step left out unsaid"


def two_contacts_keep_their_distance(lived: Lived) -> None:
    """Law 3: after an outage or a hold steps catch up one at a time, with the policy's least gap."""
    contacts = lived.contacts()
    for line, known in lived.performed():
        earlier = [moment for moment in contacts if moment < line.at]
        earlier += [record.at for record in known.steps if record.why == "taken_over" and record.done]
        if earlier:
            last = lived.calendar.local_day(max(earlier))
            assert line.day >= lived.calendar.add(last, lived.policy.least_gap), f"{line.step} too soon after {last}"
    days = [lived.calendar.local_day(line.at) for line, _ in lived.performed() if line.channels != ("call",)]
    messages = [line.day for line, _ in lived.performed() if line.channels not in (("call",), ())]
    assert len(messages) == len(set(messages)), f"two on one day: {days}"


def nothing_goes_out_at_a_bad_time(lived: Lived) -> None:
    """Law 4: weekdays, holidays and contact hours hold in the debtor's own time zone, told here by wall clock."""
    rules, debtor = lived.policy.calendar, lived.life.case.debtor
    zone = ZoneInfo(debtor.time_zone if debtor.time_zone in ZONES else rules.time_zone)
    country = debtor.country if debtor.country in COUNTRIES else rules.country
    for line, _ in lived.performed():
        local = line.at.astimezone(zone)
        assert WEEKDAYS[local.weekday()] in rules.week_days
        if rules.public_holidays == "closed":
            assert local.date() not in public_holidays(country, None, local.year)
        spans = [minutes(hours) for hours in rules.contact_hours]
        now, shifted = local.hour * 60 + local.minute, _clock_shifts(local.date(), zone)
        assert shifted or any(start <= now < end for start, end in spans), f"{line.step} at {local}"


def _clock_shifts(day: date, zone: ZoneInfo) -> bool:
    """On the night the clocks change an hour of the wall clock may be missing or twice there."""
    morning, evening = (datetime(day.year, day.month, day.day, hour, tzinfo=zone) for hour in (0, 23))
    return morning.utcoffset() != evening.utcoffset()


def no_case_falls_silent(lived: Lived) -> None:
    """Law 5: at every moment a case with money due has a timer ahead of it or open work for a person.

    Work that an act did is done: the ledger never opens its key again, so neither may the case count on it.
    """
    open_now: set[str] = set()
    done: set[str] = set()
    acted = False
    for line, known in zip(lived.life.timeline, lived.before, strict=True):
        acted = acted or (line.what == "happened" and isinstance(line.fact, ACTS))
        if line.what not in ("waits", "asks", "closes"):
            continue
        wanted = {task.key for task in line.tasks}
        done |= open_now - wanted if acted else set()
        open_now, acted = wanted, False
        if line.what == "closes":
            assert known.ended or known.balance <= lived.policy.tolerated("EUR")
        elif line.what == "waits":
            assert line.until is not None
            assert line.until > line.at
        else:
            assert (line.until and line.until > line.at) or wanted - done, f"silent at {line.at}: {line.because}"


def every_decision_says_why(lived: Lived) -> None:
    """Law 6: each line that decides has a reason that reads as a sentence in English and French."""
    for line in lived.life.timeline:
        reasons = [task.why for task in line.tasks] + ([line.because] if line.because else [])
        assert line.because or line.what in ("opened", "happened", "refused", "noted")
        for reason in reasons:
            assert reason.text("en")
            assert reason.text("fr")


def case_and_decision_survive_as_json(lived: Lived) -> None:
    """Months pass between two days of a case: what was written down is read back the same."""
    case, decision = lived.life.case, lived.life.decision
    assert Case.model_validate(case.model_dump(mode="json", exclude_defaults=True)) == case
    assert DECISION.validate_python(DECISION.dump_python(decision, mode="json", exclude_none=True)) == decision
    for line in lived.life.timeline:
        if line.fact is not None:
            assert f.recall_fact(line.fact.model_dump(mode="json")) == line.fact


LAWS = (
    nothing_goes_out_when_it_must_not,
    nothing_goes_out_twice,
    no_severe_step_before_the_milder_ones,
    two_contacts_keep_their_distance,
    nothing_goes_out_at_a_bad_time,
    no_case_falls_silent,
    every_decision_says_why,
    case_and_decision_survive_as_json,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(lives())
def test_the_laws_hold(lived: Lived) -> None:
    """Whatever policy is written and whatever happens, in every life each law holds."""
    for law in LAWS:
        law(lived)


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[Policy, Case, list[f.Fact], list[f.Fact]]:
    """Facts from outside in the order they happened, and as they came: shuffled, some twice."""
    policy = draw(policies())
    case = draw(cases(policy))
    told: dict[tuple[str, str], f.Fact] = {}
    for number in range(draw(st.sampled_from(range(2, 10)))):
        fact = draw(signals(Told(policy, case, case.added_at + timedelta(hours=number), number)))
        if not isinstance(fact, f.DeliveryReported | f.ContactChanged):
            told.setdefault((f.fact_name(fact), fact.id), fact)
    happened = list(told.values())
    repeats = draw(st.lists(st.sampled_from(happened), max_size=4)) if happened else []
    return policy, case, happened, draw(st.permutations([*happened, *repeats]))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(arrivals())
def test_order_and_repeats_do_not_matter(arrived: tuple[Policy, Case, list[f.Fact], list[f.Fact]]) -> None:
    """Webhooks come twice, late and in the wrong order: the case is the same as in order and once."""
    policy, case, happened, came = arrived
    one, other = case, case
    for fact in happened:
        one = apply(one, fact)
    for fact in came:
        other = apply(other, fact)
    free: dict[str, Any] = {"seen": (), "seq": 0, "reopened": None, "problems": (), "steps": ()}
    assert one.model_copy(update=free) == other.model_copy(update=free)
    assert (one.reopened is None) == (other.reopened is None)
    assert {p.key for p in one.problems} == {p.key for p in other.problems}
    now = case.added_at + timedelta(days=3)
    decisions = [settle(policy, known, now)[2] for known in (one, other)]
    assert decisions[0].do == decisions[1].do
