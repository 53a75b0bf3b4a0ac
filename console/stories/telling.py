"""Tells a story to the rules and says, in words with dates, where it does not come true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from console.policies.files import LoadedPolicy
from console.policies.findings import Finding
from console.stories.codes import at
from console.stories.differences import Row, compared
from console.stories.reading import StoryFile
from console.stories.saying import when
from console.stories.story import Line, Story, StoryRefused, end_of, tell, zone_of
from console.stories.words import Speech, counted, long_day, say
from dunning.calendar import calendar_for
from dunning.simulate import Life, TimelineEntry


@dataclass(frozen=True)
class Verdict:
    """One telling of one story: what is wrong, one sentence each with its line in the file; nothing when it comes true.

    `seconds` is how long the telling took. `rows` are the two sides, empty when the story could not be told.
    """

    file: StoryFile
    story: Story | None = None
    policy: LoadedPolicy | None = None
    life: Life | None = None
    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()
    wrong: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    otherwise: tuple[str, ...] = ()  # where the real workflow told it otherwise
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not (self.wrong or self.findings or self.otherwise)

    @property
    def policy_name(self) -> str:
        if self.story:
            return self.story.policy
        told = self.file.reading.data.get("policy") if isinstance(self.file.reading.data, dict) else None
        return str(told)[:60] if told else "?"


def judge(file: StoryFile, policy: LoadedPolicy, language: str) -> Verdict:
    """Tell a sound story to the rules and compare it with what it expects."""
    story = file.story
    if story is None:
        raise ValueError(f"{file.path} is no sound story")
    try:
        life, lines = tell(story, policy.policy)
    except StoryRefused as refused:
        return Verdict(file, story, policy, wrong=(str(refused),))
    rows = compared(story, lines)
    teller = _Sentences(file, story, life, Speech(policy.policy, language))
    wrong = tuple(teller.sentence(row) for row in rows if row.kind != "same")
    return Verdict(file, story, policy, life, tuple(lines), tuple(rows), wrong)


@dataclass(frozen=True)
class _Sentences:
    """Says each difference with its date, its reason, and its line in the file."""

    file: StoryFile
    story: Story
    life: Life
    speech: Speech

    def sentence(self, row: Row) -> str:
        told = self._difference(row)
        if row.number is None:
            return f"{told[0].upper()}{told[1:]}"
        line = at(self.file.reading, "expect", row.number)[0]
        return say("line", self.speech.language, n=line, told=told)

    def _difference(self, row: Row) -> str:
        language, speech = self.speech.language, self.speech
        if row.expected is None:
            if row.line is None:
                raise ValueError("a difference has at least one side")
            told = say("unexpected", language, on=speech.on(row.line), what=speech.happened(row.line))
            return f"{told}." + self._why(row.line)
        head = say("expected_on", language, on=speech.on(row.expected), what=speech.expected(row.expected, row.line))
        if row.line is None:
            return f"{head}{say('missing', language)}." + self._then(row.expected.on) + self._closed(row)
        why = self._why(row.line)
        if row.kind == "instead":
            return f"{head}{say('instead', language, what=speech.happened(row.line))}." + why
        if row.kind == "other_time":
            return f"{head}{self._distance(row.expected.on, row.line.on)}." + why + self._closed(row)
        expected, what = speech.reason(row.expected.because or "", row.line.step), speech.happened(row.line)
        return f"{say('other_reason', language, on=speech.on(row.line), what=what, expected=expected)}." + why

    def _distance(self, expected: str, on: datetime) -> str:
        language, days = self.speech.language, (on.date() - date.fromisoformat(expected[:10])).days
        if days == 0:
            return say("same_day", language, hour=f"{on:%H:%M}")
        code = "same_later" if days > 0 else "same_earlier"
        distance = counted("days", abs(days), language)
        return say(code, language, on=long_day(on, language), distance=distance)

    def _why(self, line: Line) -> str:
        """Why it happened then: for a step the wait that led to it says more than that it is due."""
        if line.verb in ("asks", "closes", "waits", "notes", "refuses"):
            refusal = self.life.timeline[line.place].refusal
            return say("because", self.speech.language, why=refusal) if refusal else ""
        before = self.life.timeline[: line.place]
        waits = [entry for entry in before if entry.what == "waits" and entry.step == line.step]
        led = waits[-1].because if waits and line.verb in ("sends", "calls") else None
        why = led or line.why
        return say("because", self.speech.language, why=why.text(self.speech.language)) if why else ""

    def _closed(self, row: Row) -> str:
        """That nothing may go out on the day at which it was expected to."""
        if row.expected is None or row.expected.verb not in ("sends", "calls"):
            return ""
        day = date.fromisoformat(row.expected.on[:10])
        if calendar_for(self.speech.policy.calendar, self.life.case.debtor).is_contact_day(day):
            return ""
        return say("no_contact", self.speech.language, day=long_day(day, self.speech.language))

    def _then(self, expected: str) -> str:
        """What held when the missing thing should have happened."""
        policy, language = self.speech.policy, self.speech.language
        day = date.fromisoformat(expected[:10])
        end = end_of(self.story, policy).astimezone(zone_of(self.story, policy)).date()
        if day > end:
            return say("after_end", language, day=long_day(end, language))
        last = when(expected if len(expected) > 10 else f"{expected} 23:59", zone_of(self.story, policy))
        held = _held(self.life.timeline, last)
        return say("then", language, why=held.because.text(language)) if held and held.because else ""


def _held(timeline: Sequence[TimelineEntry], moment: datetime) -> TimelineEntry | None:
    """The decision that held at a moment."""
    decided = [entry for entry in timeline if entry.what in ("waits", "asks", "closes") and entry.at <= moment]
    return decided[-1] if decided else None
