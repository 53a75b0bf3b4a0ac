"""Tells a case what happened or what a person wants, and shows what comes of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from console.desk import Desk, operator
from console.imports.cells import CellWrong, amount, currency, day
from console.output import FINE, Stop, json_out, moment, note, out, reason
from console.task_words import advice
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.money import Money
from ledger.cases import CaseRow

if TYPE_CHECKING:
    from console.cases import Cases

CaseId = Annotated[str, Parameter(name="CASE", help="The case: its id or its invoice's number.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Who:
    """Who acts, and how the answer is written."""

    by: Annotated[str | None, Parameter(help="Who acts, for the journal; your login when left out.")] = None
    id: Annotated[str | None, Parameter(help="The act's own id: what is told twice under one id counts once.")] = None
    as_json: Annotated[bool, Parameter(name="--json", negative="", help="Answer as JSON, for programs.")] = False


ME = Who()


def tell(desk: Desk, row: CaseRow, who: Who, fact: Mapping[str, Any]) -> int:
    """Tell what happened outside (a payment, a dispute): kept even when no worker runs, and on a closed case too."""
    whole = _signed(fact, who)
    name = f"{whole['fact']}:{whole['id']}"
    if name in row.state.get("seen", []):
        note(f"{whole['id']} is known already: nothing changes.")

    async def telling(cases: Cases) -> dict[str, Any] | None:
        from console.cases import NoWorker

        await cases.tell(row.id, whole)
        try:
            return await cases.settled(row.id, name)
        except NoWorker as waiting:
            note(f"It is recorded, and counts as soon as a worker runs. {waiting}")
            return None

    return show(desk, row.id, desk.at_the_door(telling), who.as_json)


def act(desk: Desk, row: CaseRow, who: Who, wanted: Mapping[str, Any]) -> int:
    """Do what a person wants; the case answers with its new state, or refuses and stays as it was."""
    whole = _signed(wanted, who)

    async def acting(cases: Cases) -> dict[str, Any]:
        return await cases.act(row.id, whole)

    return show(desk, row.id, desk.at_the_door(acting), who.as_json)


def show(desk: Desk, case_id: str, view: Mapping[str, Any] | None, as_json: bool) -> int:
    """What comes next, when and why: from the run's own answer, else from the ledger."""
    row = desk.case(case_id)
    state = view["case"] if view and view["case"] else row.state
    decision = view["decision"] if view and view["decision"] else _kept_decision(row)
    case = Case.model_validate(state)
    why = reason(decision.get("because"), desk.language)
    if as_json:
        taken_in = view is not None
        json_out({"case": case_id, "taken_in": taken_in, "state": state, "decision": decision, "why": why})
        return FINE
    zone = calendar_for(desk.policy_of(row).calendar, case.debtor).zone
    out(f"Case {case_id}: {case.outstanding} to be asked for, of {case.balance} owed.")
    out(f"Next: {following(decision, zone)}")
    if why:
        out(f"Why:  {why}")
    for task in decision.get("tasks", []):
        out(f"Task: {task['kind']} - {reason(task['why'], desk.language)}")
        out(f"  Do: {advice(task['kind'], case_id)}.")
    return FINE


def following(decision: Mapping[str, Any], zone: Any) -> str:
    """What comes next and when, in the debtor's time zone."""
    until = decision.get("until")
    when = moment(until if isinstance(until, datetime) else datetime.fromisoformat(until), zone) if until else ""
    step = decision.get("step") or "another look"
    match decision.get("do"):
        case "close":
            return f"nothing; the case is closed ({decision.get('outcome')})."
        case "perform":
            return f"{step}, now."
        case "wait":
            return f"{step} on {when}."
        case "ask":
            return "a person must act" + (f"; looked at again on {when}." if when else ".")
        case _:
            return "not decided yet: the case begins as soon as a worker runs (`relance up`)."


def _kept_decision(row: CaseRow) -> dict[str, Any]:
    return {
        "do": row.doing,
        "step": row.step,
        "until": row.next_at and row.next_at.isoformat(),
        "because": row.because,
        "outcome": row.outcome,
    }


def _signed(fact: Mapping[str, Any], who: Who) -> dict[str, Any]:
    told = {name: value for name, value in fact.items() if value is not None}
    return {**told, "id": who.id or f"cli-{uuid.uuid4()}", "by": (who.by or operator())[:80]}


def money(text: str | None, row: CaseRow) -> dict[str, Any] | None:
    """`1500 EUR`, or `1500` in the case's own currency; a refusal for another currency, and for nothing at all."""
    if text is None:
        return None
    found = re.fullmatch(r"(.+?) ?([A-Za-z]{3})?", text.strip())
    own = row.outstanding.currency
    if text.strip().startswith("-"):
        raise Stop("An amount is more than zero; money that was taken back is told with `relance reverse`.")
    try:
        code = currency(found[2]) if found and found[2] else own
        read = amount(found[1] if found else text, code)
    except CellWrong as error:
        raise Stop(f"{error}.") from None
    if code != own:
        raise Stop(f"The invoice is in {own}, not in {code}.")
    if read.minor == 0:
        raise Stop("An amount must be more than zero.")
    return read.model_dump()


def on_day(text: str | None) -> str | None:
    """A day as facts carry it; a refusal for what is none."""
    if text is None:
        return None
    try:
        return day(text).isoformat()
    except CellWrong as error:
        raise Stop(f"{error}.") from None


def instalments(total: Money, first: date, parts: tuple[int, int]) -> list[dict[str, Any]]:
    """`total` in `parts[0]` instalments, `parts[1]` days apart; the first one takes the odd cents."""
    from datetime import timedelta

    count, apart = parts
    each, odd = divmod(total.minor, count)
    return [
        {
            "due": (first + timedelta(days=apart * place)).isoformat(),
            "amount": {"minor": each + (odd if place == 0 else 0), "currency": total.currency},
        }
        for place in range(count)
    ]
