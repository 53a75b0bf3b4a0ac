"""What can be wrong with a story: each mistake with its sentence and what to write instead."""

from __future__ import annotations

from console.policies.findings import Finding, plain
from console.policies.strict_yaml import Path as Where
from console.policies.strict_yaml import Reading

# By code: what is wrong, and what to write instead.
STORY_CODES: dict[str, tuple[str, str]] = {
    "S201": ("`{key}` is not a key here", "Check the spelling: {hint}"),
    "S202": ("the key `{key}` is missing", "{advice}"),
    "S203": ("{found} is not what is read here", "Write {wanted}."),
    "S204": ("{found} is not one of the values that can stand here", "Choose one: {hint}"),
    "S205": ("there is no policy {policy} in {folder}", "Name one of its policies: {hint}"),
    "S206": (
        "the policy {policy} has findings, so no story of it can be told",
        "Mend it first: `relance policy check {file}` says what is wrong.",
    ),
    "S207": ("{policy} has no step {step}", "Name one of its steps: {hint}"),
    "S208": (
        "{policy} does not take this invoice: {reason}",
        "Change the invoice or its debtor so that it is one that the policy takes.",
    ),
    "S209": ("this makes no sense: {detail}", "Change it as the sentence says."),
    "S210": (
        "this is before the case is opened on {opened}",
        "Open the case earlier, or let it happen later.",
    ),
    "S211": ("a story has one outage at most", "Tell the second one in a story of its own."),
    "S212": ("only files that end in .yaml are read as stories", "Name it .yaml, or move it."),
    "S213": (
        "this is after the story's last day, {last}, so it would never be told",
        "Add to `expect:` what must follow, or say a later `until:`.",
    ),
}


def finding(file: str, code: str, place: tuple[int, int], /, **words: str) -> Finding:
    """A mistake in a story as a finding; what the file says is made one harmless line."""
    sentence, advice = (told.format_map(words) for told in STORY_CODES[code])
    return Finding(plain(file), *place, code, plain(sentence), plain(advice))


def at(reading: Reading, *path: str | int, key: bool = False) -> tuple[int, int]:
    """Line and column of what the path names in the story."""
    where: Where = path
    return reading.place(where, key)
