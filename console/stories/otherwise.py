"""Where the real workflow told a story otherwise than the rules alone, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from activities.plain import one_line
from console.stories.durable import PATIENCE, Lived
from console.stories.story import Line, zone_of
from console.stories.telling import Verdict
from console.stories.words import Speech, say
from dunning.reasons import SENTENCES, Because
from dunning.simulate import Life

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)")
_OWN = ("id", "debtor", "invoice", "policy_hash")  # what names the one telling or the other
_LONGEST = 160  # of a value that is shown


def by_the_minute(told: object) -> str:
    """Text in which moments have no seconds: a real server takes a few milliseconds for everything."""
    return _MOMENT.sub(r"\1Z", told if isinstance(told, str) else json.dumps(told, sort_keys=True))


def known(case: dict[str, Any]) -> dict[str, str]:
    """What a case knows, as JSON to be compared with another telling's."""
    return {key: by_the_minute(value) for key, value in case.items() if key not in _OWN}


def simulated_known(life: Life) -> dict[str, str]:
    """What the case of a life knows, as JSON to be compared with a durable telling's."""
    return known(life.case.model_dump(mode="json", exclude_defaults=True))


def not_as_told(verdict: Verdict, lived: Lived | BaseException, language: str) -> tuple[str, ...]:
    """Where the workflow (or the error that stopped it) differs from what the rules told, in sentences."""
    if verdict.life is None or verdict.story is None or verdict.policy is None:
        raise ValueError(f"{verdict.file.path} was not told to the rules")
    if isinstance(lived, TimeoutError):
        return (say("not_lived", language, why=say("too_long", language, n=f"{PATIENCE:g}")),)
    if isinstance(lived, BaseException):
        return (say("not_lived", language, why=one_line(f"{type(lived).__name__}: {lived}", 300)),)
    policy = verdict.policy.policy
    telling = Speech(policy, language), zone_of(verdict.story, policy)
    return tuple(otherwise(lived, verdict.life, verdict.lines, telling))


def otherwise(lived: Lived, life: Life, lines: Sequence[Line], telling: tuple[Speech, ZoneInfo]) -> list[str]:
    """Each difference between the rules and the workflow, told as one sentence; none when they agree."""
    speech, zone = telling
    found = [*_steps(lived, life, speech, zone), *_rest(lived, life, speech), *_tasks(lived, life, speech)]
    refused = sum(line.verb == "refuses" for line in lines)
    if lived.refused != refused:
        found.append(say("refused_otherwise", speech.language, rules=refused, workflow=lived.refused))
    return found


def _steps(lived: Lived, life: Life, speech: Speech, zone: ZoneInfo) -> Iterator[str]:
    """The steps that went out or were left out, one by one."""
    rules = json.loads(simulated_known(life).get("steps", "[]"))
    workflow = json.loads(known(lived.case).get("steps", "[]"))
    for number in range(max(len(rules), len(workflow))):
        mine, theirs = rules[number : number + 1], workflow[number : number + 1]
        if mine != theirs:
            sides = {"rules": _record(mine, speech, zone), "workflow": _record(theirs, speech, zone)}
            yield say("otherwise", speech.language, **sides)


def _record(found: Sequence[dict[str, Any]], speech: Speech, zone: ZoneInfo) -> str:
    if not found:
        return say("nothing_more", speech.language)
    record = found[0]
    step = speech.policy.find(record["step"])
    what = say("sends" if record["done"] else "skips", speech.language, step=step.words if step else record["step"])
    why = record.get("why", "")
    reason = Because(code=why, words=record.get("words", {})).text(speech.language) if why in SENTENCES else why
    more = f" ({', '.join([*record.get('channels', ()), *filter(None, [record.get('route'), reason])])})"
    return f"{speech.moment(datetime.fromisoformat(record['at']).astimezone(zone))}, {what}{more.replace(' ()', '')}"


def _rest(lived: Lived, life: Life, speech: Speech) -> Iterator[str]:
    """What it does at the end, why, until when, and all else that the case knows."""
    until = getattr(life.decision, "until", None)
    pairs: dict[str, tuple[object, object]] = {
        "doing": (life.decision.do, lived.doing),
        "reason": (life.decision.because.code, lived.because.get("code")),
        "until": (until and until.isoformat(), lived.next_at and lived.next_at.isoformat()),
    }
    rules, workflow = simulated_known(life), known(lived.case)
    for key in sorted((rules.keys() | workflow.keys()) - {"steps"}):  # which are told one by one
        pairs[key] = rules.get(key), workflow.get(key)
    for key, (mine, theirs) in pairs.items():
        if by_the_minute(mine) != by_the_minute(theirs):
            told = {"rules": _short(mine, speech), "workflow": _short(theirs, speech)}
            yield say("knows_otherwise", speech.language, what=key.replace("_", " "), **told)


def _short(value: object, speech: Speech) -> str:
    text = say("nothing", speech.language) if value in (None, "") else by_the_minute(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _tasks(lived: Lived, life: Life, speech: Speech) -> Iterator[str]:
    rules = {by_the_minute(task.key) for task in life.decision.tasks}
    workflow = {by_the_minute(key) for key in lived.tasks}
    for key in sorted(rules - workflow):
        yield say("task_missing", speech.language, task=key)
    for key in sorted(workflow - rules):
        yield say("task_more", speech.language, task=key)
