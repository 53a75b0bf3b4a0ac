"""Says in words what differs between two policies and their letters, for the person who is about to change one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dunning.compare.letters import Edit, letters_told
from dunning.compare.steps import Matched, match_steps, steps_told
from dunning.compare.terms import told
from dunning.compare.words import capital
from dunning.lint.letters import texts_used
from dunning.policy import Enters, Policy, Step

About = Literal["policy", "invoices", "calendar", "steps", "events", "letters"]
_ABOUT: dict[str, About] = {
    "takes": "invoices",
    "enters": "invoices",
    "tolerance": "invoices",
    "calendar": "calendar",
    "least_gap": "calendar",
    "missed_after": "calendar",
    "steps": "steps",
    "after": "events",
}


@dataclass(frozen=True)
class PolicyText:
    """A policy with the letters it uses, each by its key (`reminder.firm.fr`): what the ledger pins."""

    policy: Policy
    letters: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """One difference: what it is about, a code, a whole sentence, and where in the policy (or which letter) it is.

    `step` is the step's new name (its old one when it is gone); `edits` are the words of a letter that changed.
    """

    about: About
    code: str
    sentence: str
    place: str
    step: str | None = None
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Compared:
    """Everything that differs, in the order in which a policy is read, and which step became which."""

    changes: tuple[Change, ...]
    steps: Matched


def compare(old: PolicyText, new: PolicyText, renamed: Mapping[str, str], language: str = "en") -> Compared:
    """All differences of two policies in English or French (`fr`); none when both say the same.

    `renamed` says which step is now called otherwise (old name to new); what can only be the same step is found alone.
    """
    matched = match_steps(old.policy, new.policy, renamed)
    found = [*_of_keys(old.policy, new.policy, matched, language), *_of_letters(old, new, language)]
    return Compared(tuple(found), matched)


def _of_keys(old: Policy, new: Policy, matched: Matched, language: str) -> Iterator[Change]:
    for key in type(new).model_fields:
        about = _ABOUT.get(key, "policy")
        if key == "steps":
            for step, (code, sentence, place) in steps_told(old, new, matched, language):
                yield Change(about, code, capital(sentence), ".".join(place), step.step)
            continue
        before, after = getattr(old, key), getattr(new, key)
        if isinstance(before, Enters) and before.never_beyond in matched.renamed:
            before = before.model_copy(update={"never_beyond": matched.renamed[before.never_beyond]})
        for code, clause, place in told((key,), before, after, language):
            yield Change(about, code, f"{capital(clause)}.", ".".join(place))


def _of_letters(old: PolicyText, new: PolicyText, language: str) -> Iterator[Change]:
    for one in letters_told(old.letters, new.letters, language):
        side = old.policy if one.code == "text_removed" else new.policy
        steps = ", ".join(step.words for step in side.steps if uses(side, step, one.key))
        yield Change("letters", one.code, f"{one.clause}{f' ({steps})' if steps else ''}.", one.key, None, one.edits)


def uses(policy: Policy, step: Step, key: str) -> bool:
    """Whether the step of the policy needs the text of that key."""
    return bool(texts_used(policy.model_copy(update={"steps": (step,)}), {key: ""}))
