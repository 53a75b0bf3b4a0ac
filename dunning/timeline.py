"""What a case has behind it, in order: steps, calls, money, disputes, its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from dunning.case import Case
from dunning.reasons import SENTENCES, Because


class Passed(BaseModel):
    """One thing that happened: the day (of the moment, where it is known), what, and why where there is a reason."""

    model_config = ConfigDict(frozen=True)

    on: date
    at: datetime | None = None
    what: str
    because: Because | None = None


def timeline(case: Case) -> list[Passed]:
    """Everything the case remembers, oldest first. The journal in the ledger tells more, and for longer."""
    return sorted([*_steps(case), *_money(case), *_trouble(case)], key=lambda passed: passed.on)


def _steps(case: Case) -> Iterator[Passed]:
    for record in case.steps:
        way = ", ".join(record.channels) or str(record.route or "")
        what = f"{record.step} done{f' ({way})' if way else ''}" if record.done else f"{record.step} left out"
        why = Because(code=record.why, words=record.words) if record.why in SENTENCES and record.words else None
        yield Passed(on=record.at.date(), at=record.at, what=what, because=why)
    for call in case.calls:
        yield Passed(
            on=call.requested_at.date(), at=call.requested_at, what=f"{call.step}: call {call.attempt} asked for"
        )
        if call.result_at:
            yield Passed(on=call.result_at.date(), at=call.result_at, what=f"{call.step}: {call.result}")


def _money(case: Case) -> Iterator[Passed]:
    for key, payment in case.payments.items():
        if payment.amount and payment.received_on:
            yield Passed(on=payment.received_on, what=f"payment {key} of {payment.amount}")
        if payment.reversed_at:
            yield Passed(on=payment.reversed_at.date(), at=payment.reversed_at, what=f"payment {key} reversed")
    for key, credit in case.credits.items():
        yield Passed(on=credit.issued_on, what=f"credit note {key} of {credit.amount}")


def _trouble(case: Case) -> Iterator[Passed]:
    for key, dispute in case.disputes.items():
        if dispute.opened_at:
            yield Passed(on=dispute.opened_at.date(), at=dispute.opened_at, what=f"dispute {key} ({dispute.reason})")
        if dispute.resolved_at:
            yield Passed(on=dispute.resolved_at.date(), at=dispute.resolved_at, what=f"dispute {key} {dispute.outcome}")
    if case.promise:
        yield Passed(
            on=case.promise.made_at.date(), at=case.promise.made_at, what=f"promise for {case.promise.promised_for}"
        )
    if case.plan:
        yield Passed(on=case.plan.agreed_at.date(), at=case.plan.agreed_at, what="payment plan agreed")
    if case.hold:
        yield Passed(on=case.hold.placed_at.date(), at=case.hold.placed_at, what=f"hold ({case.hold.reason})")
    if case.ended:
        yield Passed(on=case.ended.at.date(), at=case.ended.at, what=str(case.ended.outcome).replace("_", " "))
