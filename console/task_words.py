"""Says what a person can do about a task, so that nobody must know every command by heart."""

from __future__ import annotations

from typing import Any

_ADDRESS = (
    "correct the debtor in your books and import the file again (`relance import`): the step then goes out by itself; "
    "or `relance skip CASE --reason ...`"
)
_GOES_ON = "`relance release CASE` lets it go on; or `relance promise`, `plan`, `hold`, `writeoff` or `withdraw`"
_AGAIN = "`relance repeat CASE` if it should go out, `relance skip CASE --reason ...` if not"
_ADVICE = {
    "approve": "`relance approve CASE`, or `relance refuse CASE --reason ...`",
    "route": "`relance approve CASE --route agency|lawyer|injunction`",
    "call": "call, then `relance call CASE reached|no_answer|disputed|wrong_number`, or `... promised --for DAY`",
    "dispute": "`relance resolve CASE DISPUTE upheld|rejected`, or `... partly --amount AMOUNT`",
    "credit_note": "`relance credit CASE AMOUNT --dispute DISPUTE`",
    "hold": "`relance release CASE`, or `relance hold CASE --reason ... --until DAY`",
    "no_address": _ADDRESS,
    "bounced": _ADDRESS,
    "wrong_number": _ADDRESS,
    "refused_by_provider": _ADDRESS,
    "letter_unusable": "mend the letter (`relance policy check`), then `relance change-policy CASE POLICY`, `repeat`",
    "outcome_unknown": f"find out whether it arrived; {_AGAIN}",
    "missed_ask": _AGAIN,
    "approval_refused": _AGAIN,
    "promise_broken": _GOES_ON,
    "plan_defaulted": _GOES_ON,
    "reversed": _GOES_ON,
    "insolvency": "file the claim with the administrator, then `relance writeoff CASE --reason ...` or `withdraw`",
    "sending_stopped": "find out why (`relance sending`), mend it, then `relance sending resume --why ...`",
    "follow_up": "follow it up; `relance pay`, `writeoff` or `withdraw` end it, `relance skip` recalls it",
}
_OTHERWISE = "`relance repeat`, `skip`, `release`, `hold`, `promise`, `change-policy`, `writeoff` or `withdraw`"
_BY_HAND = ("problem", "overpaid")  # nothing that a case could be told ends these
_SHEET = ("name", "contact", "number", "outstanding", "history", "attempts")


def is_done_by_hand(kind: str) -> bool:
    """Whether `relance task done` ends a task of this kind; every other is ended by the act that it asks for."""
    return kind in _BY_HAND


def advice(kind: str, case_id: str, task_id: int | None = None) -> str:
    """What to do about a task of this kind, as commands to type."""
    if is_done_by_hand(kind):
        return f"look after it, then `relance task done {task_id or 'TASK'} --result ...`"
    return _ADVICE.get(kind, _OTHERWISE).replace("CASE", case_id)


def sheet(body: dict[str, Any]) -> list[str]:
    """What a caller needs, line by line: whom, the number, what is owed, what happened before, and the script."""
    told = [(name, body[name]) for name in _SHEET if body.get(name)]
    lines = [f"{name + ':':<13}{', '.join(map(str, what)) if isinstance(what, list) else what}" for name, what in told]
    return [*lines, "", str(body["script"])] if body.get("script") else lines
