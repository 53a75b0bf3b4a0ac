"""Findings about what a policy does to people, and about steps that a judge may look at: P7xx."""

from dunning.lint.examples import CONSUMERS, MILD, NOTICE, REMINDER, steps
from dunning.lint.kind import Kind

_ASK = "step: way-out, day: {after: due_date, days: 55}, fork: [{then: ask}]"
_FORK = _ASK.replace("fork:", "approval: required, fork:")
_OPEN = "country: FR, time_zone: Europe/Paris, contact_hours: ['10:00-13:00']"

_GOOD = steps(REMINDER, NOTICE)

PEOPLE = {
    "P701": Kind(
        "formal-notice-taken-for-sent",
        "{step} is formal and counts as sent when nobody knows whether it went out",
        "Write `if_unknown: ask`: the next step would rest on a notice that perhaps never left.",
        steps(REMINDER, NOTICE + ", if_unknown: assume_sent"),
        steps(REMINDER, NOTICE + ", if_unknown: ask"),
    ),
    "P702": Kind(
        "formal-without-approval",
        "{step} is formal and goes out without a person's approval",
        "Add `approval: required`: a person should have read the file before a formal notice.",
        steps(REMINDER, NOTICE.replace("approval: required, ", "")),
        _GOOD,
    ),
    "P703": Kind(
        "formal-without-proof",
        "{step} is formal and leaves no proof that it was received",
        "Add `registered_letter` to its channels.",
        steps(REMINDER, NOTICE.replace("registered_letter", "email")),
        _GOOD,
    ),
    "P704": Kind(
        "formal-without-deadline",
        "{step} is formal and gives the debtor no deadline",
        "Add `pay_within:`: a formal notice says until when to pay.",
        steps(REMINDER, NOTICE.replace(", pay_within: {days: 8}", "")),
        _GOOD,
    ),
    "P705": Kind(
        "business-letter-to-consumers",
        "{step} sends consumers the letter {letter}, which is for businesses",
        "Use {instead}: what the law adds for businesses may not be asked of a consumer.",
        CONSUMERS + steps(MILD.replace("consumer-reminder", "reminder")),
        CONSUMERS + steps(MILD),
    ),
    "P706": Kind(
        "consumer-letter-to-businesses",
        "{step} sends businesses the letter {letter}, which is for consumers",
        "Use {instead}.",
        steps(REMINDER.replace("letter: reminder", "letter: consumer-reminder")),
        steps(REMINDER),
    ),
    "P707": Kind(
        "consumers-and-businesses-together",
        "the policy takes consumers together with {others}",
        "Write a policy of their own for consumers: other letters, hours and sums hold for them.",
        "takes: {debtor: [business, consumer], currency: [EUR]}",
        "takes: {debtor: [business], currency: [EUR]}",
    ),
    "P708": Kind(
        "consumers-on-days-of-rest",
        "consumers would be contacted on {days}",
        "Leave these days to the debtor.",
        CONSUMERS + "calendar: {" + _OPEN + ", week_days: [saturday, sunday]}\n" + steps(MILD),
        CONSUMERS + "calendar: {" + _OPEN + ", week_days: [saturday]}\n" + steps(MILD),
    ),
    "P709": Kind(
        "handover-without-approval",
        "{step} can hand the file over without a person's approval",
        "Add `approval: required`, or let every branch say `then: ask`.",
        steps(REMINDER, _ASK.replace("then: ask", "then: agency")),
        steps(REMINDER, _ASK),
    ),
    "P710": Kind(
        "formal-without-warning",
        "{step} is formal, and no milder message comes before it",
        "Put a reminder before it.",
        steps(NOTICE),
        _GOOD,
    ),
    "P711": Kind(
        "late-case-enters-at-a-formal-step",
        "a case that arrives late may begin at {step} without any reminder",
        "Name an earlier step in `never_beyond:`.",
        "enters: {at: by_age, never_beyond: formal-notice}\n" + _GOOD,
        "enters: {at: by_age, never_beyond: reminder}\n" + _GOOD,
    ),
    "P712": Kind(
        "injunction-in-any-country",
        "this branch applies for an injunction whatever the debtor's country",
        "Add `country:` to its condition: the court of one country cannot order payment in every other.",
        steps(REMINDER, NOTICE, _FORK.replace("then: ask", "then: injunction")),
        steps(REMINDER, NOTICE, _FORK.replace("{then: ask}", "{when: {country: [FR]}, then: injunction}, {then: ask}")),
    ),
    "P713": Kind(
        "step-without-end",
        "{step} asks a debtor {times} times with the same letter",
        "Repeat at most three times, then go one step further: the same words lose their weight.",
        steps(REMINDER + ", repeat: {times: 4, every: {days: 7}}"),
        steps(REMINDER + ", repeat: {times: 2, every: {days: 7}}"),
    ),
    "P714": Kind(
        "approval-nobody-can-give",
        "{step} needs a person's approval, and its condition `days_past_due: below {below}` holds on day {day} only",
        "Raise the number, or come earlier: whoever approves has less than a day, and the step is left out after it.",
        steps(REMINDER + ", approval: required, when: {days_past_due: {below: 2}}"),
        steps(REMINDER + ", approval: required, when: {days_past_due: {below: 8}}"),
    ),
    "P715": Kind(
        "approval-without-effect",
        "every branch of {step} asks a person anyway: `approval: required` has no effect",
        "Leave `approval:` out.",
        steps(REMINDER, _FORK),
        steps(REMINDER, _ASK),
    ),
}
