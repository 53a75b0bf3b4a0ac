"""What facts from outside change: money, disputes, deliveries and the books. Their order never matters."""

from __future__ import annotations

import re
from typing import Any

from dunning import facts as f
from dunning.case import MOST_FACTS, Case, Credit, Dispute, Payment, Question
from dunning.change import MOST_SEEN, ask, change, replace, resume, with_problem
from dunning.fact import MOST_FACT_MONEY
from dunning.money import Money

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIRST_YEAR, _LAST_YEAR = 1970, 2200  # outside of them calendars end
CURED_BY_CONTACT = ("no_address", "bounced", "wrong_number", "refused_by_provider")


def _foreign(case: Case, amount: Money | None) -> bool:
    return amount is not None and amount.currency != case.currency


def _absurd(amount: Money | None, least: int = 1) -> bool:
    """Whether an amount is no sum of this invoice: what cannot be counted must not stop the case."""
    return amount is not None and not least <= amount.minor <= MOST_FACT_MONEY


def _full(case: Case, fact: f.Fact, kind: dict[str, Any], key: str) -> bool:
    return key not in kind and len(kind) >= MOST_FACTS


def _odd(case: Case, fact: f.Fact, code: str, detail: str) -> Case:
    return with_problem(case, f"fact/{fact.id}", code, detail=detail)


@change.register
def _(fact: f.PaymentReceived, case: Case) -> Case:
    words = f"payment {fact.id} of {fact.amount}"
    if _foreign(case, fact.amount):
        return _odd(case, fact, "wrong_currency", words)
    if _full(case, fact, case.payments, fact.id):
        return _odd(case, fact, "too_many_facts", words)
    known = case.payments.get(fact.id, Payment())
    if known.amount is not None:
        return case if known.amount == fact.amount else _odd(case, fact, "contradicting_fact", words)
    payment = known.model_copy(update={"amount": fact.amount, "received_on": fact.received_on})
    case = replace(case, payments={**case.payments, fact.id: payment})
    if case.ended:
        case = with_problem(
            case, f"late/{fact.id}", "paid_after_end", amount=str(fact.amount), outcome=f"@{case.ended.outcome}"
        )
    return replace(case, reopened=fact.id) if payment.reversed_at else case


@change.register
def _(fact: f.PaymentReversed, case: Case) -> Case:
    if _full(case, fact, case.payments, fact.payment_id):
        return _odd(case, fact, "too_many_facts", f"reversal of {fact.payment_id}")
    known = case.payments.get(fact.payment_id, Payment())
    if known.reversed_at and known.reversed_at <= fact.at:
        return case
    payments = {**case.payments, fact.payment_id: known.model_copy(update={"reversed_at": fact.at})}
    return replace(case, payments=payments, reopened=fact.payment_id if known.amount else case.reopened)


@change.register
def _(fact: f.CreditNoteIssued, case: Case) -> Case:
    words = f"credit note {fact.id} of {fact.amount}"
    if _foreign(case, fact.amount):
        return _odd(case, fact, "wrong_currency", words)
    if _full(case, fact, case.credits, fact.id):
        return _odd(case, fact, "too_many_facts", words)
    known = case.credits.get(fact.id)
    if known:
        return case if known.amount == fact.amount else _odd(case, fact, "contradicting_fact", words)
    credit = Credit(amount=fact.amount, issued_on=fact.issued_on, dispute_id=fact.dispute_id)
    return replace(case, credits={**case.credits, fact.id: credit})


@change.register
def _(fact: f.DisputeOpened, case: Case) -> Case:
    if _full(case, fact, case.disputes, fact.id):
        return _odd(case, fact, "too_many_facts", f"dispute {fact.id}")
    known = case.disputes.get(fact.id, Dispute())
    if known.opened_at:
        return case
    # A dispute in another currency cannot be compared: it stops the whole case, which is the careful reading.
    amount = None if _foreign(case, fact.amount) else fact.amount
    opened = known.model_copy(update={"opened_at": fact.at, "amount": amount, "reason": fact.reason})
    return replace(case, disputes={**case.disputes, fact.id: opened})


@change.register
def _(fact: f.DisputeResolved, case: Case) -> Case:
    if _foreign(case, fact.upheld):
        return _odd(case, fact, "wrong_currency", f"dispute {fact.dispute_id} upheld for {fact.upheld}")
    if _absurd(fact.upheld):
        return _odd(case, fact, "unreadable_fact", f"dispute {fact.dispute_id} upheld for {fact.upheld}")
    if _full(case, fact, case.disputes, fact.dispute_id):
        return _odd(case, fact, "too_many_facts", f"dispute {fact.dispute_id}")
    known = case.disputes.get(fact.dispute_id, Dispute())
    if known.resolved_at and known.resolved_at > fact.at:
        return case
    update = {"outcome": fact.outcome, "upheld": fact.upheld, "resolved_at": fact.at}
    return resume(case, fact.at, disputes={**case.disputes, fact.dispute_id: known.model_copy(update=update)})


@change.register
def _(fact: f.DebtorInsolvent, case: Case) -> Case:
    return replace(case, insolvent_on=min(case.insolvent_on or fact.on, fact.on))


@change.register
def _(fact: f.DeliveryReported, case: Case) -> Case:
    owner, step, _occurrence, channel = (*fact.delivery.split("/"), "", "", "", "")[:4]
    if owner != case.id or not channel or not _NAME.fullmatch(step):
        return _odd(case, fact, "unreadable_fact", f"delivery {fact.delivery} is not of this case")
    if case.next_occurrence(step) == 1:  # to repeat it would jump over the milder steps before it
        return _odd(case, fact, "unreadable_fact", f"delivery {fact.delivery} is of a step that never went out")
    notice = channel == "registered_letter" and fact.result in ("refused", "unclaimed")
    if fact.result == "delivered" or notice:  # an unclaimed registered letter still counts as notice
        return case
    detail = f"{channel}: {fact.result} {fact.detail}".strip()[:300]
    return ask(case, Question(code="bounced", words={"step": step, "detail": detail}, step=step, at=fact.at))


@change.register
def _(fact: f.InvoiceChanged, case: Case) -> Case:
    if _foreign(case, fact.amount):
        return _odd(case, fact, "wrong_currency", f"invoice amount {fact.amount}")
    if _absurd(fact.amount, least=0) or not _FIRST_YEAR <= fact.due_date.year <= _LAST_YEAR:
        return _odd(case, fact, "unreadable_fact", f"invoice of {fact.amount} due on {fact.due_date}")
    if case.invoice.changed_at and case.invoice.changed_at > fact.at:
        return case
    update = {"amount": fact.amount, "due_date": fact.due_date, "changed_at": fact.at}
    return replace(case, invoice=case.invoice.model_copy(update=update))


@change.register
def _(fact: f.ContactChanged, case: Case) -> Case:
    cured = [q for q in case.questions if q.code in CURED_BY_CONTACT]
    if not cured:
        return case
    left, step = tuple(q for q in case.questions if q not in cured), cured[0].step
    return resume(case, fact.at, questions=left, again=step, again_after=len(case.attempts(step or "")))


@change.register
def _(fact: f.ProblemSettled, case: Case) -> Case:
    left = tuple(p for p in case.problems if p.key != fact.problem)
    return replace(case, problems=left, settled=(*case.settled, fact.problem)[-MOST_SEEN:])
