"""Rules about letters: every text that a step will need must be there, in every language that is shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from dunning.lint.codes import Path, Remark, TextPlace
from dunning.policy import Charges, Policy, Step
from dunning.terms import Channel

LANGUAGES = ("en", "fr")  # English stands in for any other
SCRIPT = "call"  # the script of a call that names no `letter:`
HANDOVER = "handover-notice"
LARGEST_TEXT = 20_000  # characters; a longer one is refused, and not looked into
CHARGES = tuple(Charges.model_fields)
_PRINTED = re.compile(r"\{\{-?\s*([\w.]+)")
_ASKED = re.compile(r"\{%-?\s*(?:el)?if\b([^%]{0,200})")


def letter_rules(policy: Policy, texts: Mapping[str, str]) -> Iterator[Remark]:
    """P301, P302, P305 to P307 and P310."""
    for index, step in enumerate(policy.steps):
        path: Path = ("steps", index)
        if step.kind == "message":
            yield from _message(step, path, texts)
        if step.kind == "call":
            yield from _script(step, path, texts)
        yield from _asked_of_the_policy(policy, step, path, texts)
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


def _asked_of_the_policy(policy: Policy, step: Step, path: Path, texts: Mapping[str, str]) -> Iterator[Remark]:
    """What a text prints without asking whether it is there: a deadline, a charge."""
    if step.kind == "handover":
        return
    stem = f"{_letter(step)}.{step.tone}."
    for key in sorted(key for key in texts if key.startswith(stem) and len(texts[key]) <= LARGEST_TEXT):
        told = {name for name in _PRINTED.findall(texts[key]) if not _asks_for(name, texts[key])}
        if "pay_by" in told and step.pay_within is None:
            yield Remark("P307", (*path, "letter"), {"step": step.step, "key": key})
        for charge in sorted(name.partition(".")[2] for name in told if name.startswith("charges.")):
            if charge in CHARGES and not _claims(policy, charge):
                yield Remark("P310", text=_place(key, texts[key], charge), words={"key": key, "charge": charge})


def _asks_for(name: str, text: str) -> bool:
    return any(name in asked for asked in _ASKED.findall(text))


def _place(key: str, text: str, charge: str) -> TextPlace:
    at = re.search(rf"\{{\{{-?\s*charges\.{charge}\b", text)
    start = at.start() if at else 0
    return TextPlace(key, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))


def _claims(policy: Policy, charge: str) -> bool:
    claimed = getattr(policy.charges, charge, None)
    return claimed is not None and claimed != "waived"


def _script(step: Step, path: Path, texts: Mapping[str, str]) -> Iterator[Remark]:
    for language in LANGUAGES:
        yield from _missing("P305", step, (path, f"{_letter(step)}.{step.tone}.{language}"), texts)


def _missing(code: str, step: Step, wanted: tuple[Path, str], texts: Mapping[str, str]) -> Iterator[Remark]:
    path, key = wanted
    if key in texts:
        return
    yield Remark(code, (*path, "letter"), {"step": step.step, "key": key, "hint": _instead(code, key, texts)})


def _instead(code: str, key: str, texts: Mapping[str, str]) -> str:
    """What ends the advice: that only this language is missing, or which text may have been meant."""
    wanted = key.rpartition(".")[0]
    there_in = sorted(there.rpartition(".")[2] for there in texts if there.rpartition(".")[0] == wanted)
    if there_in:
        return f": it is there in {' and '.join(there_in)}, and needed in {' and '.join(LANGUAGES)}."
    stems = sorted({".".join(there.split(".")[:2]) for there in texts})
    alike = [stem for stem in stems if stem.startswith(f"{SCRIPT}.") == (code == "P305")]
    near = get_close_matches(wanted, alike, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(alike) or 'none yet'}."
    return f", or {'choose a tone that has one' if code == 'P305' else 'name another letter'}: {hint}"
