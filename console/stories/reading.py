"""Reads stories strictly: a story, or everything that is wrong with it with file, line, column and what to write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from console.policies.findings import Finding, in_order, of_yaml, plain, spelled
from console.policies.read_file import bytes_of
from console.policies.strict_yaml import Reading, read_yaml
from console.stories.codes import at, finding
from console.stories.saying import ACTS, with_hour
from console.stories.story import CLOSINGS, Story, StoryRefused, last_day
from dunning.reasons import SENTENCES

_MISSING = {
    "expect": "Write what must happen, by date; `relance policy test --show {file}` prints these lines.",
    "on": "Say when: a day like 2026-03-02, or a day with an hour like `2026-03-02 09:00`.",
}


@dataclass(frozen=True)
class StoryFile:
    """What a file says: a story without findings, or none. `reading` gives the place of each of its parts."""

    path: Path
    reading: Reading
    story: Story | None
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        return plain(self.path.stem)

    @property
    def file(self) -> str:
        return plain(str(self.path))


def load_story(path: Path) -> Story:
    """Read one story. StoryRefused with its findings; CannotRead when there is no such file."""
    read = read_story(path)
    if read.story is None:
        raise StoryRefused("\n".join(map(str, read.findings)))
    return read.story


def read_story(path: Path, draft: bool = False) -> StoryFile:
    """Read one story with everything wrong in it; a `draft` needs no `expect`. CannotRead when it is not there."""
    reading, file = read_yaml(bytes_of(path)), str(path)
    if reading.faults:
        return StoryFile(path, reading, None, in_order(_of_a_story(of_yaml(file, fault)) for fault in reading.faults))
    data = reading.data
    if draft and isinstance(data, dict) and not data.get("expect"):
        data = {**data, "expect": [{"on": "2099-12-31", "closes": "paid"}]}
    try:
        story = Story.model_validate(data)
    except ValidationError as wrong:
        found = [_finding(file, reading, error) for error in wrong.errors(include_url=False)]
        return StoryFile(path, reading, None, in_order(found))
    if found := [*_unknown_reasons(file, reading, story), *_out_of_time(file, reading, story)]:
        return StoryFile(path, reading, None, in_order(found))
    return StoryFile(path, reading, story, ())


def _of_a_story(found: Finding) -> Finding:
    """What is said of policies holds for stories too."""
    advice = found.advice.replace("A policy", "A story").replace("One file holds one policy", "One file, one story")
    return replace(found, advice=advice)


def _finding(file: str, reading: Reading, error: Any) -> Finding:
    """One complaint of the model (pydantic's ErrorDetails), at its place."""
    path, kind = tuple(error["loc"]), error["type"]
    if kind == "extra_forbidden":
        hint = spelled(str(path[-1]), _keys(path[:-1]))
        return finding(file, "S201", at(reading, *path, key=True), key=str(path[-1])[:60], hint=hint)
    if kind == "missing":
        key = str(path[-1])
        advice = _MISSING.get(key, "Add it; the page docs/policy/test.md says what it means.").format(file=file)
        return finding(file, "S202", at(reading, *path[:-1]), key=key, advice=advice)
    if kind in ("enum", "literal_error"):
        offered = str(error["ctx"]["expected"]).replace("'", "`").replace(" or ", ", ").split(", ")
        hint = spelled(str(error["input"]), [value.strip("`") for value in offered])
        return finding(file, "S204", at(reading, *path), found=_shown(error["input"]), hint=hint)
    return finding(file, "S203", at(reading, *path), found=_shown(error["input"]), wanted=_wanted(error))


def _wanted(error: Any) -> str:
    context, kind = error.get("ctx", {}), str(error["type"])
    told = {
        "tuple_type": "a list, each line beginning with `- `",
        "string_type": "text, in quotes when it looks like a number",
        "int_type": "a whole number",
        "too_short": "at least one line",
        "string_too_short": "at least one letter",
        "string_pattern_mismatch": "small letters, digits and hyphens, like firm-reminder",
    }
    if "error" in context:
        return str(context["error"])
    if kind in ("model_type", "dict_type"):
        keys = ", ".join(f"{key}: …" for key in _keys(tuple(error["loc"])))
        return f"keys and values, such as `{{{keys}}}`"
    if kind == "string_pattern_mismatch" and context.get("pattern") == "^[A-Z]{2}$":
        return "two capital letters, like FR"
    if kind == "string_pattern_mismatch" and not str(context.get("pattern")).startswith("^[a-z0-9]"):
        return "an id: letters, digits and . _ : / @ + -, like P1"
    if kind in ("too_long", "string_too_long"):
        return f"at most {context['max_length']} {'letters' if kind == 'string_too_long' else 'lines'}"
    return told.get(kind, str(error["msg"]).lower())


def _keys(path: Sequence[Any]) -> list[str]:
    """The keys that can stand under this path of a story."""
    here: Any = Story
    for part in path:
        if isinstance(part, str) and part in here.model_fields:
            here = next(_inner(here.model_fields[part].annotation), here)
    return [field.alias or name for name, field in here.model_fields.items()]


def _inner(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _inner(argument)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "this"
    return repr(value[:60]) if isinstance(value, str) else str(value).lower()


def _unknown_reasons(file: str, reading: Reading, story: Story) -> Iterator[Finding]:
    """Words of `expect` that no life ever says."""
    offered = {"asks": list(SENTENCES), "waits": list(SENTENCES), "notes": list(SENTENCES)}
    offered |= {"closes": list(CLOSINGS), "refuses": list(ACTS), "hands_over": ["agency", "lawyer", "injunction"]}
    for number, told in enumerate(story.expect):
        names = offered.get(told.verb, [told.noun])
        if told.noun not in names:
            place = at(reading, "expect", number, told.verb)
            yield finding(file, "S204", place, found=_shown(told.noun), hint=spelled(told.noun, names))
        reasons = list(SENTENCES)
        if told.because and told.because not in reasons and told.verb != "hands_over":
            place = at(reading, "expect", number, "because")
            yield finding(file, "S204", place, found=_shown(told.because), hint=spelled(told.because, reasons))


def _out_of_time(file: str, reading: Reading, story: Story) -> Iterator[Finding]:
    outages, opened, last = 0, with_hour(story.opened), f"{last_day(story)}"
    if story.until and f"{story.until}" < story.opened[:10]:
        detail = f"the story ends before the case is opened on {story.opened}"
        yield finding(file, "S209", at(reading, "until"), detail=detail)
    for number, awaited in enumerate(story.expect):
        if awaited.on < opened[: len(awaited.on)]:
            yield finding(file, "S210", at(reading, "expect", number, "on"), opened=story.opened)
    for number, told in enumerate(story.facts):
        if with_hour(told.on) < opened:
            yield finding(file, "S210", at(reading, "facts", number, "on"), opened=story.opened)
        if told.on[:10] > last:
            yield finding(file, "S213", at(reading, "facts", number, "on"), last=last)
        outages += told.word == "outage"
        if told.outage and outages > 1:
            yield finding(file, "S211", at(reading, "facts", number, "outage"))
        if told.outage and with_hour(told.outage) <= with_hour(told.on):
            words = {"detail": "the outage ends before it begins"}
            yield finding(file, "S209", at(reading, "facts", number, "outage"), **words)
