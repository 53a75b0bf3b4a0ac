"""Makes the walks of one debtor: its cases as they begin under the policies, and all that will happen to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from console.imports.rows import Fault
from console.rehearsal.facts import happening, paid_on
from dunning import facts as f
from dunning.admit import NotPossible
from dunning.adopting import admit_move
from dunning.apply import apply
from dunning.assumed import People
from dunning.assumed_payments import Delays, Payer
from dunning.calendar import calendar_for
from dunning.case import Case, Debtor, Invoice, Payment
from dunning.money import Money
from dunning.opening import Newcomer, Past, begin
from dunning.player import Happening
from dunning.policy import Policy
from dunning.rehearsal import Walk


@dataclass(frozen=True)
class Owing:
    """One debtor of a book, in shapes that travel cheaply: rows of a file or states of the ledger, and their facts.

    `debtor` and `rows` are JSON as the spool keeps them; `states` are cases of the ledger; `facts` are by invoice.
    """

    debtor: str
    line: int = 0
    rows: tuple[tuple[int, str], ...] = ()
    states: tuple[dict[str, Any], ...] = ()
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    delays: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.rows) + len(self.states)


@dataclass(frozen=True)
class Rules:
    """What holds for every debtor: the policies, the days from `since` to `until` (both inclusive), the assumptions.

    `pinned` are the policies of the ledger by content hash. `policies` take the rows of a file; when given with a
    ledger (`moved`), its cases go on under those of the same name. `now` is where cases of the ledger stand.
    """

    policies: tuple[Policy, ...]
    since: date
    until: date
    people: People
    payer: Payer
    pinned: Mapping[str, Policy] = field(default_factory=dict)
    moved: bool = False
    now: datetime | None = None


def walks(owing: Owing, rules: Rules) -> tuple[list[Walk], list[Fault]]:
    """The debtor's cases, and what keeps the others from being played."""
    made: list[Walk] = []
    faults: list[Fault] = []
    view = Debtor.model_validate_json(owing.debtor) if owing.rows else None
    for line, body in owing.rows:
        new = _from_file(line, json.loads(body), view, (owing, rules)) if view else None
        if isinstance(new, Fault):
            faults.append(new)
        elif new:
            made.append(new)
    for state in owing.states:
        kept, fault = _from_ledger(Case.model_validate(state), owing, rules)
        made += [kept] if kept else []
        faults += [fault] if fault else []
    return made, faults


def _from_file(line: int, told: dict[str, Any], view: Debtor, against: tuple[Owing, Rules]) -> Walk | Fault | None:
    """The row as the case that an import on the first day would make of it; None when it comes after the last."""
    owing, rules = against
    number, issued = told["number"], date.fromisoformat(told["issued"])
    amount = Money(minor=told["minor"], currency=told["currency"])
    first = max(rules.since, issued)
    if first > rules.until:
        return None
    invoice = Invoice(number=number, issue_date=issued, due_date=date.fromisoformat(told["due"]), amount=amount)
    past = Past(told["last_step"], date.fromisoformat(told["last_step_on"])) if told["last_step"] else None
    noon = datetime.combine(first, time(12), UTC)
    try:
        case = begin(rules.policies, Newcomer(told["case"], invoice, view, noon, past))
    except ValueError as wrong:
        return Fault(line, number, str(wrong))
    policy = next(policy for policy in rules.policies if policy.policy == case.policy)
    zone = calendar_for(policy.calendar, view).zone
    begins = datetime.combine(first, time(0), zone).astimezone(UTC)
    case = case.model_copy(update={"added_at": begins})
    coming: list[Happening] = []
    if told["paid"]:
        paid, on = Money(minor=told["paid"], currency=amount.currency), told["paid_on"]
        name = f"import/paid/{paid.minor}"
        if on and date.fromisoformat(on) >= first:
            coming.append(paid_on(date.fromisoformat(on), paid, zone, name))
        else:
            received = date.fromisoformat(on) if on else first
            case = case.model_copy(update={"payments": {name: Payment(amount=paid, received_on=received)}})
    return _walk(policy, case, begins, (owing, rules, coming))


def _from_ledger(case: Case, owing: Owing, rules: Rules) -> tuple[Walk | None, Fault | None]:
    """The case from where it stands, moved as `relance policy adopt` would move it when other policies are tried.

    One that cannot be moved is named and played under its own policy: it stays open, and its debtor still owes it.
    """
    now = rules.now or case.added_at
    policy = rules.pinned.get(case.policy_hash)
    if policy is None:
        return None, Fault(0, case.invoice.number, "it came in or was moved while the ledger was read: run this again")
    fault = None
    if rules.moved:
        try:
            policy, case = _moved(policy, case, rules, now)
        except NotPossible as refusal:
            fault = Fault(0, case.invoice.number, f"{refusal} It is played under the policy that it has.")
    return _walk(policy, case, now, (owing, rules, [])), fault


def _moved(policy: Policy, case: Case, rules: Rules, now: datetime) -> tuple[Policy, Case]:
    """The policy of the same name among those tried, and the case under it; NotPossible says what keeps it back."""
    named = next((one for one in rules.policies if one.policy == case.policy), None)
    if named is None:
        raise NotPossible(f"Its policy {case.policy} is not among these.")
    if named == policy:
        return policy, case
    wanted = f.PolicyChanged(id="rehearsal", at=now, policy=named.policy, policy_hash="rehearsal")
    return named, apply(case, admit_move(policy, named, case, wanted))


def _walk(policy: Policy, case: Case, begins: datetime, against: tuple[Owing, Rules, list[Happening]]) -> Walk:
    owing, rules, coming = against
    calendar = calendar_for(policy.calendar, case.debtor)
    facts = [happening(body, calendar.zone) for body in owing.facts.get(case.invoice.number, ())]
    if not facts and not coming and case.outstanding.minor > 0:
        delays = _delays(rules.payer, case.debtor, owing.delays)
        day = rules.payer.pays_on(case.invoice, calendar.local_day(begins), delays)
        if day is not None and day <= rules.until:
            coming = [paid_on(day, case.outstanding, calendar.zone, "assumed-payment")]
    ends = datetime.combine(rules.until + timedelta(days=1), time(0), calendar.zone).astimezone(UTC)
    return Walk(policy, case, begins, ends, tuple(sorted((*facts, *coming), key=lambda one: one.at)))


def _delays(payer: Payer, debtor: Debtor, own: Sequence[int]) -> Delays | None:
    return payer.history.for_debtor(debtor, own) if payer.history else None
