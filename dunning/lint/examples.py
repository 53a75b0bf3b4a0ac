"""The steps that the examples of findings are made of: each finding changes a word of them and no more."""

from __future__ import annotations

REMINDER = "step: reminder, day: {after: due_date, days: 1}, channels: [email], letter: reminder"
CALL = "step: call, day: {after: due_date, days: 7}, call: {attempts: 2}"
NOTICE = (
    "step: formal-notice, day: {after: due_date, days: 38}, channels: [registered_letter], letter: formal-notice, "
    "tone: formal, approval: required, pay_within: {days: 8}"
)
CONSUMERS = "takes: {debtor: [consumer], currency: [EUR]}\n"
MILD = "step: reminder, day: {after: due_date, days: 3}, channels: [email], letter: consumer-reminder"


def steps(*lines: str) -> str:
    """The steps of a policy, one from each line."""
    return "steps:\n" + "".join(f"  - {{{line}}}\n" for line in lines)
