"""What an editor shows beside the bare shape of a policy: what each value means, an example, a piece to begin with."""

from __future__ import annotations

from typing import Any

_THEN = {
    "continue": "The course goes on as planned.",
    "next_step_now": "The next step comes at once, within contact hours.",
    "ask": "A person decides.",
}
_AT_LAST = {"next_step": "The course goes on.", "ask": "A person is asked."}

# Of a part of the language, or of one key of a part: what each value means.
MEANINGS: dict[str, dict[str, str]] = {
    "DebtorKind": {
        "business": "A company or a self-employed person.",
        "consumer": "A private person: no fee, no indemnity, hours of their own.",
        "public": "A public buyer.",
    },
    "Counting": {
        "calendar_days": "Every day counts.",
        "business_days": "Only contact days count: no weekend, no public holiday.",
    },
    "Channel": {
        "email": "An e-mail.",
        "sms": "A text message; needs the letter's `.sms.txt`.",
        "letter": "A letter by ordinary post.",
        "registered_letter": "A registered letter, which proves that it was received.",
    },
    "Tone": {
        "courteous": "Friendly: it was surely forgotten.",
        "firm": "Plain: says what comes next.",
        "formal": "A formal notice, or what follows it: never without approval and a deadline.",
    },
    "Solvency": {
        "unknown": "Nothing is known of the debtor's means.",
        "good": "The debtor can pay.",
        "doubtful": "The debtor may not be able to pay.",
        "bad": "The debtor has no means.",
    },
    "Route": {
        "agency": "A collection agency.",
        "lawyer": "A lawyer.",
        "injunction": "An application to the court for an injunction to pay.",
        "ask": "A person decides.",
    },
    "Anchor": {
        "due_date": "The day on which the invoice is due.",
        "invoice_date": "The day on the invoice.",
        "end_of_due_month": "The last day of the month of the due date.",
        "previous_step": "The day on which the step before went out.",
        "deadline": "The end of the `pay_within:` of the step that `of:` names.",
    },
    "CallFollow": {"try_again": "Another attempt, as long as there is one.", **_AT_LAST},
    "CallResults.no_answer_at_last": _AT_LAST,
    "CallResults.not_made": {"next_step": "The course goes on without the call.", "ask": "The task stays open."},
    "Enters.at": {
        "first_step": "At the first step, however late it is.",
        "by_age": "At the step that its age calls for, never beyond `never_beyond:`.",
    },
    "CalendarRules.public_holidays": {"closed": "Nobody is contacted.", "open": "A day like any other."},
    "Step.to": {"billing": "The billing contact.", "manager": "The manager; billing where none is known."},
    "Step.attach": {"letter": "The letter itself as PDF.", "statement": "A statement of all open invoices as PDF."},
    "Step.approval": {
        "required": "It waits until a person approves this step and this sum.",
        "not_needed": "It goes out by itself.",
    },
    "Step.if_missed": {
        "send_now": "It goes out late.",
        "skip": "It is left out, and the journal says so.",
        "ask": "A person decides.",
    },
    "Step.if_unknown": {
        "ask": "A person finds out.",
        "assume_sent": "It counts as sent; never for a formal notice.",
    },
    "AfterDispute.stops": {
        "disputed_part": "The rest is still asked for.",
        "whole": "Nothing is asked for until it is settled.",
    },
    "AfterFailure.then": _THEN,
    "AfterReversal.then": _THEN,
    "Charges.indemnity": {
        "claimed": "Letters may ask for it, where the law grants it.",
        "waived": "It is not asked for.",
    },
}

_DAY = {"days": 7, "after": "due_date"}
_NEXT_DAY = {"days": 1, "after": "deadline", "of": "firm-reminder"}
# Of a key: how it may be written.
EXAMPLES: dict[str, list[Any]] = {
    "Policy.takes": [{"debtor": ["business", "public"], "currency": ["EUR"]}],
    "Policy.enters": [{"at": "by_age", "never_beyond": "firm-reminder"}],
    "Policy.least_gap": [{"days": 3}],
    "Policy.missed_after": [{"days": 5}],
    "CalendarRules.country": ["FR"],
    "CalendarRules.time_zone": ["Europe/Paris"],
    "Day.of": ["firm-reminder"],
    "Step.step": ["firm-reminder"],
    "Step.day": [_DAY, _NEXT_DAY],
    "Step.when": [{"outstanding": {"at_least": "500 EUR"}}],
    "Step.pay_within": [{"days": 8}],
    "Step.repeat": [{"times": 3, "every": {"days": 10}}],
    "Step.call": [{"attempts": 2, "apart": {"days": 1, "counted_in": "business_days"}}],
    "Conditions.days_past_due": [{"at_least": 30}],
    "Conditions.country": [["FR", "BE"]],
}


def _snippet(label: str, description: str, body: Any) -> dict[str, Any]:
    return {"label": label, "description": description, "body": body}


_FIRST = {
    "step": "${1:courteous-reminder}",
    "day": {"days": "${2:1}", "after": "due_date"},
    "channels": ["${3:email}"],
    "tone": "${4:courteous}",
    "letter": "${5:reminder}",
}
_CALL = {
    "step": "${1:first-call}",
    "day": {"days": "${2:7}", "after": "due_date"},
    "tone": "${3:courteous}",
    "call": {"attempts": "${4:2}"},
}
_NOTICE = {
    "step": "${1:formal-notice}",
    "day": {"days": "${2:38}", "after": "due_date"},
    "channels": ["registered_letter", "email"],
    "tone": "formal",
    "letter": "${3:formal-notice}",
    "pay_within": {"days": "${4:8}"},
    "approval": "required",
    "if_missed": "ask",
}
_WAY_OUT = {
    "step": "${1:way-out}",
    "day": {"days": "${2:55}", "after": "due_date"},
    "tone": "formal",
    "approval": "required",
    "fork": [
        {"when": {"outstanding": {"at_least": "${3:300 EUR}"}}, "then": "${4:agency}"},
        {"then": "ask"},
    ],
}
_WHOLE = {
    "policy": "${1:my-policy}",
    "title": "${2:The usual course}",
    "takes": {"debtor": ["${3:business}"], "currency": ["${4:EUR}"]},
    "enters": {"at": "first_step"},
    "calendar": {
        "country": "${5:FR}",
        "time_zone": "${6:Europe/Paris}",
        "week_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "contact_hours": ["${7:09:00-18:00}"],
    },
    "least_gap": {"days": "${8:3}"},
    "tolerance": "${9:5 EUR}",
    "missed_after": {"days": "${10:5}"},
    "after": {
        "dispute": {"stops": "disputed_part", "review_after": {"days": 10, "counted_in": "business_days"}},
        "broken_promise": {"then": "next_step_now", "grace": {"days": 2, "counted_in": "business_days"}},
        "defaulted_plan": {"then": "ask", "grace": {"days": 3, "counted_in": "business_days"}},
        "reversed_payment": {"then": "continue"},
        "hold": {"review_after": {"days": 30}},
    },
    "steps": [
        {
            "step": "${11:courteous-reminder}",
            "day": {"days": "${12:1}", "after": "due_date"},
            "channels": ["email"],
            "letter": "${13:reminder}",
        }
    ],
}

_STEPS = [
    _snippet("a message", "A reminder that goes out by itself.", _FIRST),
    _snippet("a call", "A call by a person.", _CALL),
    _snippet("a formal notice", "By registered letter, with a deadline, approved by a person.", _NOTICE),
    _snippet("a way out", "The last step: agency, lawyer, court, or a person decides.", _WAY_OUT),
]
# Of a part or of one of its keys: pieces that an editor offers, with places to fill in.
SNIPPETS: dict[str, list[dict[str, Any]]] = {
    "Policy": [_snippet("a whole policy", "Everything a policy must say, with one step.", _WHOLE)],
    "Step": _STEPS,
    "Policy.steps": _STEPS,
}
