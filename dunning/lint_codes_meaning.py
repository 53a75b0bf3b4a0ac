"""Findings about what a policy means: P3xx its letters, P4xx its calendar, P5xx its money, P6xx what it can reach."""

from dunning.lint_kind import Kind

_REMINDER = "step: reminder, day: {after: due_date, days: 1}, channels: [email], letter: reminder"
_CALL = "step: call, day: {after: due_date, days: 7}, call: {attempts: 2}"
_FORK = "step: way-out, day: {after: due_date, days: 55}, approval: required, fork: "
_LATE = _REMINDER.replace("step: reminder", "step: late-reminder").replace("days: 1", "days: 70")
_HOURS = "week_days: [monday, friday], contact_hours: ['09:00-18:00']"


def _steps(*lines: str) -> str:
    return "steps:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


MEANING = {
    "P301": Kind(
        "letter-missing",
        "there is no text {key}, which {step} needs",
        "Write policies/letters/{key}.txt, or name another letter; there is {names}.",
        _steps(_REMINDER.replace("letter: reminder", "letter: remindre")),
        _steps(_REMINDER),
    ),
    "P302": Kind(
        "sms-missing",
        "there is no text {key} for the SMS of {step}",
        "Write policies/letters/{key}.txt, or leave `sms` out.",
        _steps(_REMINDER.replace("[email]", "[sms]").replace("letter: reminder", "letter: last-reminder, tone: firm")),
        _steps(_REMINDER.replace("[email]", "[email, sms]")),
    ),
    "P303": Kind("letter-unusable", "{what}", "Mend the text: with it broken, the step can never go out."),
    "P304": Kind(
        "letter-badly-named",
        "this file is not named like a letter",
        "Name it <letter>.<courteous, firm or formal>.<language>.txt, or .sms.txt for an SMS.",
    ),
    "P305": Kind(
        "call-without-script",
        "there is no script {key} for the call {step}",
        "Write policies/letters/{key}.txt, or choose a tone that has one; there is {names}.",
        _steps(_REMINDER, _CALL + ", tone: firm, letter: script"),
        _steps(_REMINDER, _CALL + ", tone: firm"),
    ),
    "P306": Kind(
        "attached-to-nothing",
        "{step} attaches a PDF, but sends no e-mail",
        "Add `email` to its channels, or leave `attach:` out.",
        _steps(_REMINDER.replace("[email]", "[letter]") + ", attach: [statement]"),
        _steps(_REMINDER + ", attach: [statement]"),
    ),
    "P307": Kind(
        "letter-names-a-deadline",
        "the letter {key} names a deadline, and {step} gives none",
        "Add `pay_within:` to the step.",
        _steps(_REMINDER.replace("letter: reminder", "letter: formal-notice, tone: formal")),
        _steps(
            _REMINDER,
            "step: notice, day: {after: due_date, days: 38}, channels: [registered_letter], tone: formal, "
            "letter: formal-notice, approval: required, pay_within: {days: 8}",
        ),
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
        + _steps(_REMINDER + ", when: {outstanding: {at_least: 50 EUR}}"),
        "tolerance: [5 EUR, 5 CHF]\ntakes: {debtor: [business], currency: [EUR, CHF]}\n"
        + _steps(_REMINDER + ", when: {outstanding: {at_least: [50 EUR, 50 CHF]}}"),
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
        "takes: {debtor: [business], currency: [EUR, CHF]}\n" + _steps(_REMINDER),
        "takes: {debtor: [business], currency: [EUR, CHF]}\ntolerance: [5 EUR, 5 CHF]\n" + _steps(_REMINDER),
    ),
    "P505": Kind(
        "tolerance-swallows-invoices",
        "an invoice of {amount}, which the policy takes, counts as paid under a tolerance of {tolerance}",
        "Make the tolerance smaller, or take larger invoices only.",
        "takes: {debtor: [business], currency: [EUR], amount: {at_least: 20 EUR}}\ntolerance: 50 EUR",
        "takes: {debtor: [business], currency: [EUR], amount: {at_least: 20 EUR}}\ntolerance: 5 EUR",
    ),
    "P601": Kind(
        "step-after-the-way-out",
        "{step} comes after {fork}, where the file leaves the house: it is never reached",
        "Move it before {fork}, or delete it.",
        _steps(_REMINDER, _FORK + "[{then: ask}]", _LATE),
        _steps(_REMINDER, _FORK + "[{then: ask}]"),
    ),
    "P602": Kind(
        "fork-without-last-branch",
        "no branch of {step} is left when none of the conditions holds",
        "End with `- then: ask`, so that a person decides.",
        _steps(_REMINDER, _FORK + "[{when: {solvency: bad}, then: lawyer}]".replace("bad", "[bad]")),
        _steps(_REMINDER, _FORK + "[{when: {solvency: [bad]}, then: lawyer}, {then: ask}]"),
    ),
    "P603": Kind(
        "condition-never-holds",
        "`{key}: {value}` can never hold: the policy takes {taken}",
        "Delete it here, or add it to `takes:`.",
        _steps(_REMINDER + ", when: {debtor: [consumer]}"),
        _steps(_REMINDER + ", when: {debtor: [business]}"),
    ),
    "P604": Kind(
        "amount-never-reached",
        "no invoice that the policy takes can have {amount} outstanding: it takes less than {below}",
        "Lower the amount, or take larger invoices.",
        "takes: {debtor: [business], currency: [EUR], amount: {below: 100 EUR}}\n"
        + _steps(_REMINDER + ", when: {outstanding: {at_least: 500 EUR}}"),
        "takes: {debtor: [business], currency: [EUR], amount: {below: 100 EUR}}\n"
        + _steps(_REMINDER + ", when: {outstanding: {at_least: 50 EUR}}"),
    ),
    "P605": Kind(
        "too-late-for-its-condition",
        "{step} comes {day} days past due, and its condition wants fewer than {below}",
        "Move the step to an earlier day, or change the condition.",
        _steps(_REMINDER.replace("days: 1", "days: 10") + ", when: {days_past_due: {below: 5}}"),
        _steps(_REMINDER + ", when: {days_past_due: {below: 5}}"),
    ),
    "P606": Kind(
        "branch-never-taken",
        "this branch has the same condition as branch {earlier}, which is taken first",
        "Delete one of the two, or change its condition.",
        _steps(
            _REMINDER,
            _FORK + "[{when: {solvency: [bad]}, then: lawyer}, {when: {solvency: [bad]}, then: agency}, {then: ask}]",
        ),
        _steps(_REMINDER, _FORK + "[{when: {solvency: [bad]}, then: lawyer}, {then: ask}]"),
    ),
    "P607": Kind(
        "two-policies-take-it",
        "{other} takes some of the same invoices ({example})",
        "Narrow the `takes:` of one of them: each invoice must have exactly one policy.",
    ),
    "P608": Kind(
        "way-out-repeated",
        "{step} hands the file over, which cannot be repeated",
        "Leave `repeat:` out.",
        _steps(_REMINDER, _FORK + "[{then: ask}], repeat: {times: 2, every: {days: 7}}"),
        _steps(_REMINDER, _FORK + "[{then: ask}]"),
    ),
    "P609": Kind(
        "key-without-effect",
        "`{key}:` has no effect on a {kind}",
        "Leave it out.",
        _steps(_REMINDER, _CALL + ", attach: [statement]"),
        _steps(_REMINDER, _CALL),
    ),
    "P610": Kind(
        "condition-without-words",
        "this condition says nothing, so it always holds",
        "Write what must hold, or leave `when:` out.",
        _steps(_REMINDER + ", when: {}"),
        _steps(_REMINDER + ", when: {outstanding: {at_least: 50 EUR}}"),
    ),
}
