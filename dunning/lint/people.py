"""Rules about what a policy does to people, and about formal steps, which a judge may read one day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dunning.lint.codes import Path, Remark
from dunning.policy import Policy, Step, Weekday
from dunning.terms import Channel, DebtorKind, Route, Tone

_MOST_REPEATS = 3  # practice, not law: the fourth letter with the same words is not read
_CONSUMER = "consumer-"


def people_rules(policy: Policy, texts: Mapping[str, str]) -> Iterator[Remark]:
    """P701 to P713."""
    yield from _consumers(policy)
    warned = False
    for index, step in enumerate(policy.steps):
        path: Path = ("steps", index)
        if step.channels and step.tone is Tone.formal:
            yield from _formal(step, path, warned)
        warned = warned or bool(step.channels and step.tone is not Tone.formal)
        yield from _whose_letter(policy, step, path, texts)
        yield from _way_out(policy, step, path)
        if step.times > _MOST_REPEATS:
            yield Remark("P713", (*path, "repeat", "times"), {"step": step.step, "times": str(step.times)})
    entry = policy.find(policy.enters.never_beyond or "")
    if entry and (entry.fork or entry.tone is Tone.formal):
        yield Remark("P711", ("enters", "never_beyond"), {"step": entry.step})


def _consumers(policy: Policy) -> Iterator[Remark]:
    if DebtorKind.consumer not in policy.takes.debtor:
        return
    others = [kind for kind in policy.takes.debtor if kind is not DebtorKind.consumer]
    if others:
        yield Remark("P707", ("takes", "debtor"), {"others": ", ".join(others)})
    if Weekday.sunday in policy.calendar.week_days:
        yield Remark("P708", ("calendar", "week_days"), {"days": "Sundays"})
    if policy.calendar.public_holidays == "open":
        yield Remark("P708", ("calendar", "public_holidays"), {"days": "public holidays"})


def _formal(step: Step, path: Path, warned: bool) -> Iterator[Remark]:
    words = {"step": step.step}
    if step.if_unknown == "assume_sent":
        yield Remark("P701", (*path, "if_unknown"), words)
    if step.approval != "required":
        yield Remark("P702", (*path, "approval"), words)
    if Channel.registered_letter not in (step.channels or ()):
        yield Remark("P703", (*path, "channels"), words)
    if step.pay_within is None:
        yield Remark("P704", path, words)
    if not warned:
        yield Remark("P710", path, words)


def _whose_letter(policy: Policy, step: Step, path: Path, texts: Mapping[str, str]) -> Iterator[Remark]:
    if not step.channels or not step.letter:
        return
    names = {key.partition(".")[0] for key in texts}
    own = f"{_CONSUMER}{step.letter}"
    if DebtorKind.consumer in policy.takes.debtor and own in names:
        yield Remark("P705", (*path, "letter"), {"step": step.step, "letter": step.letter, "instead": own})
    if DebtorKind.consumer not in policy.takes.debtor and step.letter.startswith(_CONSUMER):
        words = {"step": step.step, "letter": step.letter, "instead": step.letter.removeprefix(_CONSUMER)}
        yield Remark("P706", (*path, "letter"), words)


def _way_out(policy: Policy, step: Step, path: Path) -> Iterator[Remark]:
    branches = step.fork or ()
    if step.approval != "required" and any(branch.then is not Route.ask for branch in branches):
        yield Remark("P709", path, {"step": step.step})
    anywhere = not policy.takes.country and not (step.when and step.when.country)
    for number, branch in enumerate(branches):
        if branch.then is Route.injunction and anywhere and not (branch.when and branch.when.country):
            yield Remark("P712", (*path, "fork", number, "then"), {})
