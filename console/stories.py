"""Dated examples that a policy must satisfy, told to the rules before anybody is chased by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from console.story_facts import CASE_ID, Saying, moment, saying_of, when
from console.strict_yaml import read_yaml
from dunning import facts as f
from dunning.case import Case, Debtor, Invoice
from dunning.money import Money
from dunning.opening import Past, taken_over
from dunning.policy import Policy
from dunning.simulate import Happening, Life, TimelineEntry, simulate
from dunning.terms import DebtorKind

_LAST_HOUR = time(23, 59)


class StoryRefused(ValueError):
    """A story cannot be read; the sentence names the file and what to mend."""


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Sum = Annotated[Money, BeforeValidator(lambda told: Money.parse(told) if isinstance(told, str) else told)]


class StoryInvoice(_Words):
    """The invoice that the story is about."""

    issued: date
    due: date
    amount: Sum


class StoryDebtor(_Words):
    """Who owes it; a French business unless said otherwise."""

    kind: DebtorKind = DebtorKind.business
    segment: str = "standard"
    country: str = "FR"
    subdivision: str | None = None
    time_zone: str | None = None
    solvency: str = "unknown"


class StoryPast(_Words):
    """The step that had gone out before the case came here."""

    step: str
    on: date


class Story(_Words):
    """One story: an invoice, what happens (`facts`), and what should follow (`expect`). Hours are the debtor's."""

    title: str = Field(max_length=200)
    policy: str
    invoice: StoryInvoice
    debtor: StoryDebtor = StoryDebtor()
    opened: datetime
    taken_over: StoryPast | None = None
    until: date | None = None
    facts: tuple[dict[str, Any], ...] = ()
    expect: tuple[dict[str, Any], ...] = Field(min_length=1)


@dataclass(frozen=True)
class Line:
    """One line of a telling, in the words that stories expect: `2026-03-02 09:00 sends firm-reminder (due_now)`."""

    on: datetime
    verb: str
    noun: str
    because: str = ""

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d %H:%M} {self.verb} {self.noun}{f' ({self.because})' if self.because else ''}"


def load_story(path: Path) -> Story:
    """Read one story; StoryRefused says what is wrong and where."""
    reading = read_yaml(path.read_bytes())
    if reading.faults:
        fault = reading.faults[0]
        raise StoryRefused(f"{path.name}:{fault.place[0]}:{fault.place[1]}: not readable ({fault.code})")
    try:
        story = Story.model_validate(reading.data)
        for told in story.facts:
            saying_of(told, 1, ZoneInfo("UTC"))
        for told in story.expect:
            _expected(told)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StoryRefused(f"{path.name}: {where}: {first['msg']}") from wrong
    except ValueError as wrong:
        raise StoryRefused(f"{path.name}: {wrong}") from wrong
    return story


def zone_of(story: Story, policy: Policy) -> ZoneInfo:
    """The time zone whose clock the story reads."""
    return ZoneInfo(story.debtor.time_zone or policy.calendar.time_zone)


def case_of(story: Story, policy: Policy, case_id: str = CASE_ID) -> Case:
    """The case as the story opens it."""
    told = story.invoice
    past = story.taken_over
    return Case(
        id=case_id,
        policy=policy.policy,
        policy_hash="",
        invoice=Invoice(number=case_id, issue_date=told.issued, due_date=told.due, amount=told.amount),
        debtor=Debtor(id="debtor", **story.debtor.model_dump()),
        added_at=moment(story.opened, zone_of(story, policy)),
        steps=taken_over(policy, Past(past.step, past.on)) if past else (),
    )


def sayings(story: Story, policy: Policy) -> list[Saying]:
    """The story's facts and acts, as they come in through the doors, in the order told. Outages are left out."""
    told = [saying_of(said, number, zone_of(story, policy)) for number, said in enumerate(story.facts, start=1)]
    return [said for said in told if said.raw]


def tell(story: Story, policy: Policy) -> tuple[Life, list[Line]]:
    """Tell the story to the rules: the whole life, and its lines in the words that stories expect."""
    zone = zone_of(story, policy)
    coming: list[Happening] = []
    for number, said in enumerate(story.facts, start=1):
        saying = saying_of(said, number, zone)
        if not saying.raw:
            coming.append(Happening(saying.at, away_until=when(said["outage"], zone)))
            continue
        fact = f.read_fact(saying.raw, saying.at, act=saying.act)
        if isinstance(fact, f.FactRefused):
            raise StoryRefused(f"{story.title}: {fact.detail}")
        coming.append(Happening(saying.at, fact=fact))
    life = simulate(policy, case_of(story, policy), coming, _end(story, zone))
    return life, [line for entry in life.timeline if (line := _line(entry, zone))]


def differences(story: Story, lines: Iterable[Line]) -> list[str]:
    """What does not happen as expected. Waiting and notes may be left out of `expect`; nothing else may."""
    left = [_expected(told) for told in story.expect]
    found: list[str] = []
    for line in lines:
        if left and _meets(left[0], line):
            left.pop(0)
        elif line.verb not in ("waits", "notes"):
            found.append(f"not expected here: {line}" + (f"; expected next: {_said(left[0])}" if left else ""))
    return found + [f"expected, but it did not happen: {_said(told)}" for told in left]


def _end(story: Story, zone: ZoneInfo) -> datetime:
    last = story.until or max(date.fromisoformat(str(told["on"])[:10]) for told in story.expect)
    return datetime.combine(last, _LAST_HOUR, zone).astimezone(UTC)


_VERBS = ("sends", "calls", "hands_over", "skips", "asks", "closes", "waits", "notes", "refuses")


def _expected(told: dict[str, Any]) -> dict[str, str]:
    verbs = [key for key in told if key in _VERBS]
    if "on" not in told or len(verbs) != 1 or set(told) - {"on", "because", verbs[0]}:
        raise ValueError(f"expect has `on:`, one of {', '.join(_VERBS)}, and perhaps `because:`, not {sorted(told)}")
    return {
        "on": str(told["on"]),
        "verb": verbs[0],
        "noun": str(told[verbs[0]]),
        "because": str(told.get("because", "")),
    }


def _said(told: dict[str, str]) -> str:
    return f"{told['on']} {told['verb']} {told['noun']}" + (f" ({told['because']})" if told["because"] else "")


def _meets(told: dict[str, str], line: Line) -> bool:
    same = (told["verb"], told["noun"]) == (line.verb, line.noun) and told["because"] in ("", line.because)
    return same and f"{line.on:%Y-%m-%d %H:%M}".startswith(told["on"])


def _line(entry: TimelineEntry, zone: ZoneInfo) -> Line | None:
    on, why = entry.at.astimezone(zone), entry.because.code if entry.because else ""
    match entry.what:
        case "performed" if entry.route:
            return Line(on, "hands_over", str(entry.route), entry.step or "")
        case "performed":
            return Line(on, "calls" if entry.channels == ("call",) else "sends", entry.step or "", why)
        case "skipped":
            return Line(on, "skips", entry.step or "", why)
        case "refused" if entry.fact:
            return Line(on, "refuses", f.fact_name(entry.fact))
        case "noted" if why:
            return Line(on, "notes", why)
        case "waits" | "asks" | "closes" if why != "call_needed":
            return Line(on, entry.what, why)
    return None
