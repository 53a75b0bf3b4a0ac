"""Dated examples that a policy must satisfy, told to the rules before anybody is chased by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from console.stories.facts import Day, Sum, Told, When, Words
from console.stories.saying import CASE_ID, Saying, moment, saying_of, when
from dunning import facts as f
from dunning.apply import apply
from dunning.calendar import calendar_for
from dunning.case import Case, Debtor, Invoice
from dunning.opening import Past, taken_over
from dunning.policy import Policy
from dunning.reasons import Because
from dunning.simulate import Happening, Life, TimelineEntry, simulate
from dunning.terms import Country, DebtorKind, Name, Solvency

_LAST_HOUR = time(23, 59)
_MOST_LINES = 400  # of facts, and of what is expected
VERBS = ("sends", "calls", "hands_over", "skips", "asks", "closes", "waits", "notes", "refuses")
CLOSINGS = ("paid", "paid_within_tolerance", "credited", "written_off", "withdrawn")
OPTIONAL = ("waits", "notes")  # what happens by itself and may be left out of `expect`


class StoryRefused(ValueError):
    """A story cannot be read or told; the sentence says where and what to mend."""


class StoryInvoice(Words):
    """The invoice that the story is about."""

    issued: Day
    due: Day
    amount: Sum


class OtherInvoice(Words):
    """Another invoice of the debtor, unpaid through the whole story, in the same currency."""

    due: Day
    amount: Sum


class StoryDebtor(Words):
    """Who owes it; a French business unless said otherwise."""

    kind: DebtorKind = DebtorKind.business
    segment: Name = "standard"
    country: Country = "FR"
    subdivision: Annotated[str, Field(max_length=10)] | None = None
    time_zone: Annotated[str, Field(max_length=60)] | None = None
    solvency: Solvency = Solvency.unknown
    also_owes: tuple[OtherInvoice, ...] = Field(default=(), max_length=20)


class StoryPast(Words):
    """The step that had gone out before the case came here."""

    step: Name
    on: Day


class Expected(Words):
    """One line of `expect`: when, one thing that happens, and perhaps why."""

    on: When
    sends: Name | None = None
    calls: Name | None = None
    hands_over: Name | None = None
    skips: Name | None = None
    asks: str | None = None
    closes: str | None = None
    waits: str | None = None
    notes: str | None = None
    refuses: str | None = None
    because: Annotated[str, Field(min_length=1, max_length=60)] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Expected:
        if len(self.model_fields_set & set(VERBS)) != 1:
            raise ValueError(f"`on:`, one of {', '.join(VERBS)}, and perhaps `because:`")
        if getattr(self, self.verb) is None:
            raise ValueError(f"something after `{self.verb}:`")
        return self

    @property
    def verb(self) -> str:
        """What happens: one of `VERBS`."""
        return next(verb for verb in VERBS if verb in self.model_fields_set)

    @property
    def noun(self) -> str:
        """To what it happens: a step, a route, a reason or a fact."""
        return str(getattr(self, self.verb))

    def __str__(self) -> str:
        return f"{self.on} {self.verb} {self.noun}" + (f" ({self.because})" if self.because else "")


class Story(Words):
    """One story: an invoice, what happens (`facts`), and what should follow (`expect`). Hours are the debtor's."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    policy: Name
    invoice: StoryInvoice
    debtor: StoryDebtor = StoryDebtor()
    opened: When
    taken_over: StoryPast | None = None
    until: Day | None = None
    facts: tuple[Told, ...] = Field(default=(), max_length=_MOST_LINES)
    expect: tuple[Expected, ...] = Field(min_length=1, max_length=_MOST_LINES)


@dataclass(frozen=True)
class Line:
    """One line of a telling, in the words that stories expect: `2026-03-02 09:00 sends firm-reminder (due_now)`.

    `step` is the step spoken of, `why` the reason with its words, `place` the line's number in the life's timeline.
    """

    on: datetime
    verb: str
    noun: str
    because: str = ""
    step: str | None = None
    why: Because | None = None
    place: int = 0

    def __str__(self) -> str:
        told = f"{self.on:%Y-%m-%d %H:%M} {self.verb} {self.noun}"
        return f"{told} ({self.because})" if self.because else told


def zone_of(story: Story, policy: Policy) -> ZoneInfo:
    """The time zone whose clock the story reads."""
    return calendar_for(policy.calendar, _debtor_of(story)).zone


def last_day(story: Story) -> date:
    """The day with which the story ends: `until`, or the last day expected."""
    return story.until or max(date.fromisoformat(told.on[:10]) for told in story.expect)


def end_of(story: Story, policy: Policy) -> datetime:
    """Until when the story is told (UTC): the end of its last day."""
    return moment(datetime.combine(last_day(story), _LAST_HOUR), zone_of(story, policy))


def _debtor_of(story: Story) -> Debtor:
    return Debtor(id="debtor", **story.debtor.model_dump(exclude={"also_owes"}))


def case_of(story: Story, policy: Policy, case_id: str = CASE_ID) -> Case:
    """The case as the story opens it. ValueError for a step taken over that the policy does not have."""
    told, past = story.invoice, story.taken_over
    debtor = _debtor_of(story)
    return Case(
        id=case_id,
        policy=policy.policy,
        policy_hash="",
        invoice=Invoice(number=case_id, issue_date=told.issued, due_date=told.due, amount=told.amount),
        debtor=debtor,
        added_at=when(story.opened, zone_of(story, policy)),
        steps=taken_over(policy, debtor, Past(past.step, past.on)) if past else (),
    )


def sayings(story: Story, policy: Policy) -> list[Saying]:
    """The story's facts and acts, as they come in through the doors, oldest first. Outages are left out."""
    zone = zone_of(story, policy)
    told = [saying_of(said, number, zone) for number, said in enumerate(story.facts, start=1)]
    return sorted((said for said in told if said), key=lambda said: said.at)


def tell(story: Story, policy: Policy, until: datetime | None = None) -> tuple[Life, list[Line]]:
    """Tell the story to the rules: the whole life (or as far as `until`), and its lines in the words of `expect`.

    StoryRefused for a fact that makes no sense, and for a life that does not come to an end.
    """
    zone = zone_of(story, policy)
    coming = [_happening(said) for said in sayings(story, policy)]
    outages = [said for said in story.facts if said.outage]
    coming += [Happening(when(said.on, zone), away_until=when(str(said.outage), zone)) for said in outages]
    try:
        debts = _debts(story, policy, coming)
        case = case_of(story, policy)
        if debts:
            case = case.model_copy(update={"debtor": debts[0].debtor})
        life = simulate(policy, case, coming + debts, until or end_of(story, policy))
    except (RuntimeError, OverflowError) as wrong:
        raise StoryRefused(f"the story cannot be told to its end: {wrong}") from wrong
    lines = [_line(place, entry, zone) for place, entry in enumerate(life.timeline)]
    return life, [line for line in lines if line]


def _happening(said: Saying) -> Happening:
    fact = f.read_fact(said.raw, said.at, act=said.act)
    if isinstance(fact, f.FactRefused):
        raise StoryRefused(fact.detail.partition(": {")[0])
    return Happening(said.at, fact=fact)


def _debts(story: Story, policy: Policy, coming: list[Happening]) -> list[Happening]:
    """What the debtor owes in all, this invoice included, told anew when one becomes late and when money moves."""
    case, end = case_of(story, policy), end_of(story, policy)
    zone = zone_of(story, policy)
    late = [due + timedelta(days=1) for due in (story.invoice.due, *(other.due for other in story.debtor.also_owes))]
    facts = sorted((one for one in coming if one.fact), key=lambda one: one.at)
    moments = {case.added_at, *(moment(datetime.combine(day, time(0)), zone) for day in late)}
    told: list[Happening] = []
    for at in sorted(moments | {one.at for one in facts}):
        while facts and facts[0].at <= at:
            case = _after(case, facts.pop(0))
        if case.added_at <= at <= end:
            told.append(Happening(at, debtor=_owing(story, case, at.astimezone(zone).date())))
    return told


def _after(case: Case, happening: Happening) -> Case:
    return apply(case, happening.fact) if happening.fact else case


def _owing(story: Story, case: Case, today: date) -> Debtor:
    """The debtor with all that is late on the day, as the ledger counts it."""
    owed = [other.amount.minor for other in story.debtor.also_owes if other.due < today]
    if case.invoice.due_date < today and case.outstanding.minor:
        owed.append(case.outstanding.minor)
    return case.debtor.model_copy(update={"unpaid_count": len(owed), "unpaid_minor": sum(owed)})


def _line(place: int, entry: TimelineEntry, zone: ZoneInfo) -> Line | None:
    why = entry.because.code if entry.because else ""
    verb, noun = _said(entry, why)
    if not verb:
        return None
    on = entry.at.astimezone(zone)
    return Line(on, verb, noun, why if noun != why else "", entry.step, entry.because, place)


def _said(entry: TimelineEntry, why: str) -> tuple[str, str]:
    match entry.what:
        case "performed" if entry.route:
            return "hands_over", str(entry.route)
        case "performed":
            return "calls" if entry.channels == ("call",) else "sends", entry.step or ""
        case "skipped":
            return "skips", entry.step or ""
        case "refused" if entry.fact:
            return "refuses", f.fact_name(entry.fact)
        case "noted" if why:
            return "notes", why
        case "waits" | "asks" | "closes" if why != "call_needed":
            return entry.what, why
    return "", ""
