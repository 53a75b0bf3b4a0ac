"""Findings about the law of the policy's countries, as the files in policies/law/ tell it: P8xx."""

from dunning.lint_kind import Kind

_REMINDER = "step: reminder, day: {after: due_date, days: 1}, channels: [email], letter: reminder"
_NOTICE = (
    "step: formal-notice, day: {after: due_date, days: 38}, channels: [registered_letter], letter: formal-notice, "
    "tone: formal, approval: required, pay_within: {days: 8}"
)
_COURT = (
    "step: way-out, day: {after: due_date, days: 55}, approval: required, "
    "fork: [{when: {country: [FR]}, then: injunction}, {then: ask}]"
)
_PEOPLE = "takes: {debtor: [consumer], currency: [EUR]}\n"
_MILD = "step: reminder, day: {after: due_date, days: 3}, channels: [email], letter: consumer-reminder"


def _steps(*lines: str) -> str:
    return "steps:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


LAW = {
    "P801": Kind(
        "fee-forbidden",
        "a fee of {fee} is asked of {debtors}, which is forbidden in {country} ({law})",
        "Leave `fee:` out: costs of recovery without a court's title stay with the creditor.",
        _PEOPLE + "charges: {fee: 15 EUR}\n" + _steps(_MILD),
        "charges: {fee: 15 EUR}\n" + _steps(_REMINDER),
    ),
    "P802": Kind(
        "indemnity-forbidden",
        "the fixed indemnity is claimed from {debtors}, which is forbidden in {country} ({law})",
        "Write `indemnity: waived`, or leave it out: only businesses and public buyers owe it.",
        _PEOPLE + "charges: {indemnity: claimed}\n" + _steps(_MILD),
        "charges: {indemnity: claimed}\n" + _steps(_REMINDER),
    ),
    "P803": Kind(
        "contract-rate-too-low",
        "a contract rate of {rate} is below {floor}, the least that holds in {country} ({law})",
        "Agree a higher rate, or leave `contract_rate:` out where the contract names none.",
        'charges: {contract_rate: "2 %"}\n' + _steps(_REMINDER),
        'charges: {contract_rate: "15.5 %"}\n' + _steps(_REMINDER),
        warns=True,
    ),
    "P804": Kind(
        "injunction-without-notice",
        "{step} may apply for an injunction before a formal notice went out for certain; {country} wants one ({law})",
        "Put a formal notice before it that has no condition and is not skipped when its day is missed.",
        _steps(_REMINDER, _COURT),
        _steps(_REMINDER, _NOTICE, _COURT),
    ),
    "P805": Kind(
        "notice-too-short",
        "{step} gives {debtors} {given} to pay; a formal notice gives at least {least} in {country} ({law})",
        "Give a longer `pay_within:`.",
        _steps(_REMINDER, _NOTICE.replace("pay_within: {days: 8}", "pay_within: {days: 3}")),
        _steps(_REMINDER, _NOTICE),
        warns=True,
    ),
    "P806": Kind(
        "imitates-a-court",
        "{word!r} sounds like an act of a court or a bailiff, which is an offence in {country} ({law})",
        "Say it otherwise: nothing in a letter may look as if a court or a bailiff had written it.",
        "Subject: Reminder\n\nPlease pay {{ outstanding }} before the bailiffs call.\n",
        "Subject: Reminder\n\nPlease pay {{ outstanding }} before we talk to our adviser.\n",
        shown="letter",
    ),
    "P807": Kind(
        "too-late-to-enforce",
        "{step} comes {day} days past due or later; claims on {debtors} lapse after {years} in {country} ({law})",
        "Make the course shorter: after that day nothing can be enforced, and a reminder does not stop the clock.",
        _PEOPLE + _steps(_MILD, _MILD.replace("step: reminder", "step: late").replace("days: 3", "days: 800")),
        _PEOPLE + _steps(_MILD, _MILD.replace("step: reminder", "step: late").replace("days: 3", "days: 60")),
    ),
    "P808": Kind(
        "law-not-known-on-that-day",
        "{key} of {country} has no value on {day} ({nearest}), so this was not judged",
        "Look the value up and add it to the file of that country in policies/law/.",
        "a contract rate, on 1 January 2027, while the legal rate of that half-year is not in policies/law/fr.yaml",
        "the same policy after the new rate was written into policies/law/fr.yaml",
        shown="words",
        warns=True,
    ),
}
