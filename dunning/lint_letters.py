"""Rules about letters: every text that a step will need must be there, in every language that is shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dunning.lint_codes import Path, Remark
from dunning.policy import Policy, Step
from dunning.terms import Channel

LANGUAGES = ("en", "fr")  # English stands in for any other
SCRIPT = "call"  # the script of a call that names no `letter:`
HANDOVER = "handover-notice"
_PRINTS_DEADLINE = re.compile(r"\{\{\s*pay_by\b")
_ASKS_FOR_DEADLINE = re.compile(r"\{%-?\s*if\b[^%]*\bpay_by\b")


def letter_rules(policy: Policy, texts: Mapping[str, str]) -> Iterator[Remark]:
    """P301, P302 and P305 to P307."""
    for index, step in enumerate(policy.steps):
        path: Path = ("steps", index)
        if step.kind == "message":
            yield from _message(step, path, texts)
        if step.kind == "call":
            yield from _script(step, path, texts)
        if step.attach and step.channels and Channel.email not in step.channels:
            yield Remark("P306", (*path, "attach"), {"step": step.step})


def texts_used(policy: Policy, texts: Mapping[str, str]) -> dict[str, str]:
    """The texts that the policy refers to, in all languages, each with its SMS: what is pinned with it."""
    wanted = {f"{named}.{step.tone}." for step in policy.steps for named in [_letter(step)] if named}
    if any(step.kind == "handover" for step in policy.steps):
        wanted.add(f"{HANDOVER}.formal.")
    return {key: text for key, text in texts.items() if key.startswith(tuple(wanted))}


def _letter(step: Step) -> str | None:
    return step.letter or (SCRIPT if step.kind == "call" else None)


def _message(step: Step, path: Path, texts: Mapping[str, str]) -> Iterator[Remark]:
    stem = f"{step.letter}.{step.tone}"
    channels = step.channels or ()
    for language in LANGUAGES:
        key = f"{stem}.{language}"
        if any(channel is not Channel.sms for channel in channels):
            yield from _missing("P301", step, (path, key), texts)
        if Channel.sms in channels and f"{key}.sms" not in texts:
            yield Remark("P302", (*path, "channels"), {"step": step.step, "key": f"{key}.sms"})
        if step.pay_within is None and _needs_deadline(texts.get(key, "")):
            yield Remark("P307", (*path, "letter"), {"step": step.step, "key": key})


def _needs_deadline(text: str) -> bool:
    return bool(_PRINTS_DEADLINE.search(text)) and not _ASKS_FOR_DEADLINE.search(text)


def _script(step: Step, path: Path, texts: Mapping[str, str]) -> Iterator[Remark]:
    for language in LANGUAGES:
        yield from _missing("P305", step, (path, f"{_letter(step)}.{step.tone}.{language}"), texts)


def _missing(code: str, step: Step, wanted: tuple[Path, str], texts: Mapping[str, str]) -> Iterator[Remark]:
    path, key = wanted
    if key in texts:
        return
    stems = sorted({".".join(there.split(".")[:2]) for there in texts})
    alike = [stem for stem in stems if stem.startswith(f"{SCRIPT}.") == (code == "P305")]
    words = {"step": step.step, "key": key, "names": ", ".join(alike) or "none yet"}
    yield Remark(code, (*path, "letter"), words)
