"""Facts, decisions, a case and a policy in which every field says something, for the goldens of what is kept."""

from __future__ import annotations

from typing import Any

from dunning.case import Case
from ledger.journal import START

AT = "2026-03-10T12:00:00Z"
DAY = "2026-03-20"
EUR: dict[str, Any] = {"minor": 12345, "currency": "EUR"}


def _told(number: str = "A1", **fields: Any) -> dict[str, Any]:
    return {"id": number, "at": AT, "by": "marie", **fields}


_MOVE: dict[str, Any] = {"not_before": AT, "due": AT, "walks": ["call"]}
_STEP: dict[str, Any] = {"step": "notice", "occurrence": 2}
FACTS: dict[str, dict[str, Any]] = {
    "PaymentReceived": _told("P1", amount=EUR, received_on=DAY),
    "PaymentReversed": _told("R1", payment_id="P1", reason="unpaid cheque"),
    "CreditNoteIssued": _told("C1", amount=EUR, issued_on=DAY, dispute_id="L1"),
    "DisputeOpened": _told("L1", amount=EUR, reason="never delivered, à vérifier"),
    "DisputeResolved": _told(dispute_id="L1", outcome="partly", upheld=EUR),
    "DebtorInsolvent": _told(on=DAY),
    "DeliveryReported": _told(delivery="F-1/notice/2/email", result="bounced", detail="no such user"),
    "InvoiceChanged": _told(amount=EUR, due_date=DAY),
    "ContactChanged": _told(),
    "SendingResumed": _told(),
    "ProblemSettled": _told(problem="fact/F1", result="looked at"),
    "PromiseMade": _told(amount=EUR, promised_for=DAY),
    "PlanAgreed": _told(instalments=[{"due": DAY, "amount": EUR}, {"due": "2026-04-20", "amount": EUR}]),
    "HoldPlaced": _told(reason="talks", until=DAY),
    "HoldReleased": _told(reason="talks failed"),
    "CallMade": _told(result="promised", note="in the evening", promised_for=DAY, amount=EUR),
    "StepApproved": _told(step="out", route="agency"),
    "StepRefused": _told(step="notice", reason="talk first"),
    "StepSkipped": _told(step="notice", why="skipped_by_person", words={"reason": "told by phone"}),
    "StepRepeated": _told(step="notice"),
    "PolicyChanged": _told(
        policy="gentle",
        policy_hash="a" * 64,
        expects=7,
        answers={
            "time": "kept",
            "missing": "leave_out",
            "renamed": {"notice": "last"},
            "not_taken": "move",
            "reason": "softer",
        },
        effect=_MOVE | {"renamed": {"notice": "last"}, "left_out": {"second": "left_out_by_move"}},
    ),
    "CaseWrittenOff": _told(reason="too small"),
    "CaseWithdrawn": _told(reason="wrong debtor"),
    "CaseOpened": _told("opened"),
    "StepPerformed": _told(
        **_STEP, channels=["email"], unknown=["email"], missing={"sms": "no number"}, route="agency", deadline=DAY
    ),
    "CallRequested": _told(step="call", attempt=2, due=AT),
    "StepBlocked": _told(**_STEP, why="no_address", channel="email", detail="no e-mail address"),
    "StepFailed": _told(**_STEP, error="the mail server did not let us in"),
    "PromiseEnded": _told(kept=False, then="ask"),
    "PlanEnded": _told(kept=False, instalment=DAY, then="next_step_now"),
    "ReversalMet": _told(payment_id="P1", then="ask"),
    "HoldEnded": _told(),
    "QuestionRaised": _told(code="missed_ask", words={"step": "notice"}, step="notice"),
    "FactRefused": _told(code="unreadable_fact", detail="fact: no such kind of fact"),
}

_BECAUSE = {"code": "planned", "words": {"step": "notice", "day": DAY}}
_TASK = {"key": "approve/notice/2/12345", "kind": "approve", "why": _BECAUSE, "step": "notice", "due": AT}
_WHY: dict[str, Any] = {"because": _BECAUSE, "outstanding": EUR, "tasks": [_TASK]}
DECISIONS: dict[str, dict[str, Any]] = {
    "perform": {**_WHY, "step": "out", "occurrence": 2, "kind": "handover", "route": "agency"},
    "wait": {**_WHY, "until": AT, "step": "notice"},
    "ask": _WHY,  # what is None is left out
    "close": {**_WHY, "outcome": "paid"},
}

CASE: dict[str, Any] = {
    "id": "F-1",
    "policy": "standard-b2b",
    "policy_hash": "b" * 64,
    "invoice": {"number": "F-1", "issue_date": "2026-02-01", "due_date": "2026-03-03", "amount": EUR, "changed_at": AT},
    "debtor": {
        "id": "D-1", "kind": "business", "segment": "loyal", "country": "FR", "subdivision": "57",
        "time_zone": "Europe/Paris", "solvency": "doubtful", "unpaid_count": 2, "unpaid_minor": 4000,
    },
    "added_at": AT,
    "opened_at": AT,
    "payments": {"P1": {"amount": EUR, "received_on": DAY, "reversed_at": AT}},
    "credits": {"C1": {"amount": EUR, "issued_on": DAY, "dispute_id": "L1"}},
    "disputes": {
        "L1": {
            "opened_at": AT, "amount": EUR, "reason": "scratches", "outcome": "partly", "upheld": EUR, "resolved_at": AT
        }
    },
    "promise": {"id": "A1", "amount": EUR, "owed_then": EUR, "promised_for": DAY, "made_at": AT},
    "plan": {"instalments": [{"due": DAY, "amount": EUR}], "owed_then": EUR, "agreed_at": AT},
    "hold": {"reason": "talks", "until": DAY, "placed_at": AT},
    "insolvent_on": DAY,
    "steps": [
        {
            "step": "notice", "occurrence": 2, "at": AT, "done": True, "why": "outcome_unknown", "channels": ["email"],
            "words": {"by": "marie"}, "route": "agency", "deadline": DAY,
        }
    ],
    "calls": [
        {"step": "call", "attempt": 1, "requested_at": AT, "due": AT, "result": "no_answer", "result_at": AT}
    ],
    "approval": {"step": "notice", "occurrence": 2, "outstanding": EUR, "route": "agency", "by": "marie"},
    "questions": [{"code": "missed_ask", "words": {"step": "notice"}, "step": "notice", "at": AT}],
    "problems": [{"key": "fact/F1", "code": "unreadable_fact", "words": {"detail": "no such kind of fact"}}],
    "settled": ["overpaid/1"],
    "retry": {"step": "notice", "occurrence": 2, "tries": 3, "error": "the mail server did not let us in", "at": AT},
    "reopened": "P1",
    "again": "notice",
    "again_after": 1,
    "hurry": True,
    "spent": {"notice": 1},
    "resumed_at": AT,
    "moved": {**_MOVE, "renamed": {"notice": "last"}, "left_out": {"second": "left_out_by_move"}},
    "ended": {"outcome": "written_off", "by": "marie", "reason": "too small", "at": AT},
    "seen": ["CaseOpened:opened", "PaymentReceived:P1"],
    "seq": 2,
}  # fmt: skip

_DAYS = {"days": 3, "counted_in": "business_days"}
_WHEN: dict[str, Any] = {
    "outstanding": {"at_least": ["50.00 EUR"], "below": ["5000.00 EUR"]},
    "days_past_due": {"at_least": 3, "below": 90},
    "debtor": ["business"],
    "segment": ["loyal"],
    "country": ["FR"],
    "unpaid_invoices": {"at_least": 2},
    "unpaid_total": {"below": ["9000.00 EUR"]},
    "solvency": ["doubtful"],
}
_RESULTS = {
    "reached": "ask", "no_answer": "next_step", "wrong_number": "next_step",
    "no_answer_at_last": "ask", "not_made": "next_step",
}  # fmt: skip
POLICY: dict[str, Any] = {
    "policy": "standard-b2b",
    "title": "Standard",
    "takes": {
        "debtor": ["business"], "currency": ["EUR"], "segment": ["loyal"], "country": ["FR"],
        "amount": {"at_least": ["10.00 EUR"]},
    },
    "enters": {"at": "by_age", "never_beyond": "notice"},
    "calendar": {
        "country": "FR", "subdivision": "57", "time_zone": "Europe/Paris", "week_days": ["monday", "tuesday"],
        "contact_hours": ["09:00-12:00", "14:00-18:00"], "public_holidays": "open",
    },
    "least_gap": _DAYS,
    "tolerance": ["1.00 EUR"],
    "missed_after": _DAYS,
    "charges": {"contract_rate": "12.5 %", "indemnity": "claimed", "fee": ["15.00 EUR"]},
    "after": {
        "dispute": {"stops": "whole", "review_after": _DAYS},
        "broken_promise": {"then": "ask", "grace": _DAYS},
        "defaulted_plan": {"then": "next_step_now", "grace": _DAYS},
        "reversed_payment": {"then": "continue"},
        "hold": {"review_after": _DAYS},
    },
    "steps": [
        {
            "step": "notice", "title": "Formal notice", "day": {**_DAYS, "after": "due_date"},
            "channels": ["email", "registered_letter"], "tone": "formal", "letter": "formal-notice", "to": "manager",
            "pay_within": _DAYS, "attach": ["letter", "statement"], "when": _WHEN, "approval": "required",
            "repeat": {"times": 2, "every": _DAYS}, "if_missed": "ask", "if_unknown": "assume_sent",
        },
        {
            "step": "call", "day": {**_DAYS, "after": "deadline", "of": "notice"},
            "call": {"attempts": 2, "apart": _DAYS, "within": {**_DAYS, "days": 5}, "results": _RESULTS},
        },
        {
            "step": "out", "day": {**_DAYS, "before": "due_date"},
            "fork": [{"when": {"debtor": ["business"]}, "then": "lawyer"}, {"then": "agency"}],
        },
    ],
}  # fmt: skip

JOURNAL_ROW: dict[str, Any] = {
    "case_id": "F-1",
    "row_no": 1,
    "seq": 1,
    "key": "DisputeOpened:L1",
    "at": "2026-03-10T12:00:00.000000+00:00",
    "kind": "DisputeOpened",
    "body": {"fact": "DisputeOpened", "id": "L1", "by": "marie", "amount": EUR, "reason": "à vérifier"},
    "previous_hash": START,
}


def case() -> Case:
    """The case in which every field of the first release says something: the rows of a ledger stay what they were."""
    return Case.model_validate({name: value for name, value in CASE.items() if name != "moved"})
