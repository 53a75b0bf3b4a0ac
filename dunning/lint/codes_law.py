"""Findings about the law of the policy's countries, as the files in policies/law/ tell it: P8xx."""

from dunning.lint.examples import CONSUMERS, MILD, NOTICE, REMINDER, steps
from dunning.lint.kind import Kind

_COURT = (
    "step: way-out, day: {after: due_date, days: 55}, approval: required, "
    "fork: [{when: {country: [FR]}, then: injunction}, {then: ask}]"
)

LAW = {
    "P801": Kind(
        "fee-forbidden",
        "a fee of {fee} is asked of {debtors}, which is forbidden in {country} ({law})",
        "Leave `fee:` out: costs of recovery without a court's title stay with the creditor.",
        CONSUMERS + "charges: {fee: 15 EUR}\n" + steps(MILD),
        "charges: {fee: 15 EUR}\n" + steps(REMINDER),
    ),
    "P802": Kind(
        "indemnity-forbidden",
        "the fixed indemnity is claimed from {debtors}, which is forbidden in {country} ({law})",
        "Write `indemnity: waived`, or leave it out: only businesses and public buyers owe it.",
        CONSUMERS + "charges: {indemnity: claimed}\n" + steps(MILD),
        "charges: {indemnity: claimed}\n" + steps(REMINDER),
    ),
    "P803": Kind(
        "contract-rate-too-low",
        "a contract rate of {rate} is below {floor}, the least that holds in {country} ({law})",
        "Agree a higher rate, or leave `contract_rate:` out where the contract names none.",
        'charges: {contract_rate: "2 %"}\n' + steps(REMINDER),
        'charges: {contract_rate: "15.5 %"}\n' + steps(REMINDER),
        warns=True,
    ),
    "P804": Kind(
        "injunction-without-notice",
        "{step} may apply for an injunction before a formal notice went out for certain; {country} wants one ({law})",
        "Put a formal notice before it that has no condition and is not skipped when its day is missed.",
        steps(REMINDER, _COURT),
        steps(REMINDER, NOTICE, _COURT),
    ),
    "P805": Kind(
        "notice-too-short",
        "{step} gives {debtors} {given} to pay; a formal notice gives at least {least} in {country} ({law})",
        "Give a longer `pay_within:`.",
        steps(REMINDER, NOTICE.replace("pay_within: {days: 8}", "pay_within: {days: 3}")),
        steps(REMINDER, NOTICE),
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
        CONSUMERS + steps(MILD, MILD.replace("step: reminder", "step: late").replace("days: 3", "days: 800")),
        CONSUMERS + steps(MILD, MILD.replace("step: reminder", "step: late").replace("days: 3", "days: 60")),
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
