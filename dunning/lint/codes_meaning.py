"""Findings about what a policy means: P3xx its letters, P4xx its calendar, P5xx its money."""

from dunning.lint.examples import CALL, REMINDER, steps
from dunning.lint.kind import Kind

_TWO = "takes: {debtor: [business], currency: [EUR, CHF]}\ntolerance: [5 EUR, 5 CHF]\n"
_HOURS = "week_days: [monday, friday], contact_hours: ['09:00-18:00']"

MEANING = {
    "P301": Kind(
        "letter-missing",
        "there is no text {key}, which {step} needs",
        "Write policies/letters/{key}.txt{hint}",
        steps(REMINDER.replace("letter: reminder", "letter: remindre")),
        steps(REMINDER),
    ),
    "P302": Kind(
        "sms-missing",
        "there is no text {key} for the SMS of {step}",
        "Write policies/letters/{key}.txt, or leave `sms` out.",
        steps(REMINDER.replace("[email]", "[sms]").replace("letter: reminder", "letter: last-reminder, tone: firm")),
        steps(REMINDER.replace("[email]", "[email, sms]")),
    ),
    "P303": Kind(
        "letter-unusable",
        "{what}",
        "Mend the text: with it broken, the step can never go out.",
        "Subject: Reminder\n\n{% for invoice in invoices %}{{ invoice.number }}{% endfor %}\n",
        "Subject: Reminder\n\n[invoices]\n",
        shown="letter",
    ),
    "P304": Kind(
        "letter-badly-named",
        "this file is not named like a letter",
        "Name it <letter>.<courteous, firm or formal>.<language>.txt, or .sms.txt for an SMS.",
        "a text saved as letters/reminder.txt",
        "the same text saved as letters/reminder.firm.en.txt",
        shown="words",
    ),
    "P305": Kind(
        "call-without-script",
        "there is no script {key} for the call {step}",
        "Write policies/letters/{key}.txt{hint}",
        steps(REMINDER, CALL + ", tone: firm, letter: script"),
        steps(REMINDER, CALL + ", tone: firm"),
    ),
    "P306": Kind(
        "attached-to-nothing",
        "{step} attaches a PDF, but sends no e-mail",
        "Add `email` to its channels, or leave `attach:` out.",
        steps(REMINDER.replace("[email]", "[letter]") + ", attach: [statement]"),
        steps(REMINDER + ", attach: [statement]"),
    ),
    "P307": Kind(
        "letter-names-a-deadline",
        "the letter {key} names a deadline, and {step} gives none",
        "Add `pay_within:` to the step.",
        steps(REMINDER.replace("letter: reminder", "letter: formal-notice, tone: formal")),
        steps(
            REMINDER,
            "step: notice, day: {after: due_date, days: 38}, channels: [registered_letter], tone: formal, "
            "letter: formal-notice, approval: required, pay_within: {days: 8}",
        ),
    ),
    "P308": Kind(
        "language-missing",
        "{country} speaks {languages}, and no letter of this policy is written in it: {key} is missing, for one",
        "Write the texts in that language; without them these debtors are written to in English.",
        "takes: {debtor: [business], currency: [EUR], country: [DE]}\n" + steps(REMINDER),
        "takes: {debtor: [business], currency: [EUR], country: [FR, BE, IE]}\n" + steps(REMINDER),
        warns=True,
    ),
    "P309": Kind(
        "unknown-variable",
        "{what}",
        "Write a name that letters may use: with this one the step can never go out.",
        "Subject: Reminder\n\nDear {{ debtor.nme }}, please pay {{ outstanding }}.\n",
        "Subject: Reminder\n\nDear {{ debtor.name }}, please pay {{ outstanding }}.\n",
        shown="letter",
    ),
    "P310": Kind(
        "letter-names-a-charge",
        "the letter {key} names `charges.{charge}`, which this policy does not claim",
        "Add `charges:` with `{charge}:` to the policy, or write it where an `if` asks for it first.",
        "Subject: Reminder\n\nPlease pay {{ outstanding }} and a fee of {{ charges.fee }}.\n",
        "Subject: Reminder\n\nPay {{ outstanding }}{% if charges.fee %} and a fee of {{ charges.fee }}{% endif %}.\n",
        shown="letter",
    ),
    "P311": Kind(
        "too-hard-for-its-tone",
        "{word!r} is too hard for a {tone} text",
        "Say it more softly, or give the text and its step a harder tone (the lists are in policies/words/tone.yaml).",
        "Subject: Reminder\n\nPlease pay {{ outstanding }}, or we will take you to court.\n",
        "Subject: Reminder\n\nPlease pay {{ outstanding }}, or tell us what is in the way.\n",
        shown="letter",
        warns=True,
    ),
    "P401": Kind(
        "unknown-country",
        "no public holidays are known for the country {country}",
        "Write the two letters of ISO 3166-1, such as FR, BE or GB.",
        "calendar: {country: EN, time_zone: Europe/London, " + _HOURS + "}",
        "calendar: {country: GB, time_zone: Europe/London, " + _HOURS + "}",
    ),
    "P402": Kind(
        "unknown-subdivision",
        "{country} has no subdivision {subdivision} in the calendar of holidays",
        "Leave it out, or write it as the holidays know it, such as '57' for Moselle.",
        "calendar: {country: FR, subdivision: Moselle, time_zone: Europe/Paris, " + _HOURS + "}",
        "calendar: {country: FR, subdivision: '57', time_zone: Europe/Paris, " + _HOURS + "}",
    ),
    "P403": Kind(
        "unknown-time-zone",
        "there is no time zone {zone}",
        "Write a continent and a city, such as Europe/Paris.",
        "calendar: {country: FR, time_zone: Paris, " + _HOURS + "}",
        "calendar: {country: FR, time_zone: Europe/Paris, " + _HOURS + "}",
    ),
    "P404": Kind(
        "hardly-ever-open",
        "contact is allowed for {minutes} minutes a day",
        "Leave at least half an hour: a step that misses it waits for the next day.",
        "calendar: {country: FR, time_zone: Europe/Paris, week_days: [monday], contact_hours: ['09:00-09:10']}",
        "calendar: {country: FR, time_zone: Europe/Paris, week_days: [monday], contact_hours: ['09:00-10:00']}",
    ),
    "P501": Kind(
        "no-amount-in-a-currency",
        "the policy takes {currency}, and this says no amount in {currency}: it never holds there",
        "Add an amount in {currency} to the list.",
        "takes: {debtor: [business], currency: [EUR, CHF]}\n"
        + steps(REMINDER + ", when: {outstanding: {at_least: 50 EUR}}"),
        "tolerance: [5 EUR, 5 CHF]\ntakes: {debtor: [business], currency: [EUR, CHF]}\n"
        + steps(REMINDER + ", when: {outstanding: {at_least: [50 EUR, 50 CHF]}}"),
    ),
    "P502": Kind(
        "amount-in-another-currency",
        "{amount} is in a currency that the policy does not take",
        "Delete it, or add {currency} to `takes:`.",
        "tolerance: [5 EUR, 5 CHF]",
        "tolerance: [5 EUR]",
    ),
    "P503": Kind(
        "two-amounts-in-a-currency",
        "there are two amounts in {currency}",
        "Keep one of them.",
        "tolerance: [5 EUR, 10 EUR]",
        "tolerance: [5 EUR]",
    ),
    "P504": Kind(
        "no-tolerance-in-a-currency",
        "the policy takes {currency}, and `tolerance:` has no amount in {currency}",
        "Add one (0 {currency} when every cent counts): without it a rounding error is chased.",
        "takes: {debtor: [business], currency: [EUR, CHF]}\n" + steps(REMINDER),
        "takes: {debtor: [business], currency: [EUR, CHF]}\ntolerance: [5 EUR, 5 CHF]\n" + steps(REMINDER),
    ),
    "P505": Kind(
        "tolerance-swallows-invoices",
        "an invoice of {amount}, which the policy takes, counts as paid under a tolerance of {tolerance}",
        "Make the tolerance smaller, or take larger invoices only.",
        "takes: {debtor: [business], currency: [EUR], amount: {at_least: 20 EUR}}\ntolerance: 50 EUR",
        "takes: {debtor: [business], currency: [EUR], amount: {at_least: 20 EUR}}\ntolerance: 5 EUR",
    ),
    "P506": Kind(
        "no-fee-in-a-currency",
        "the policy takes {currency}, and `charges.fee:` has no amount in {currency}",
        "Add one: a letter that names the fee could not be sent otherwise.",
        _TWO + "charges: {fee: 15 EUR}\n" + steps(REMINDER),
        _TWO + "charges: {fee: [15 EUR, 15 CHF]}\n" + steps(REMINDER),
    ),
}
