"""Findings about how a policy is written: P1xx its YAML, P2xx its keys, values, names and order."""

from dunning.lint.kind import Kind

_TWO = """steps:
  - {step: reminder, day: {after: due_date, days: 1}, channels: [email], letter: reminder}
"""
_LATER = (
    "  - {step: firm-reminder, day: {after: due_date, days: 15}, channels: [email], letter: reminder, tone: firm}\n"
)


def _step(line: str) -> str:
    return f"steps:\n  - {{{line}}}\n"


FORM = {
    "P101": Kind(
        "not-yaml",
        "this is not YAML: {detail}",
        "Look for a missing colon, quote or bracket here or on the line before; indent with spaces, never tabs.",
        "title: [Standard course",
        "title: Standard course",
    ),
    "P102": Kind(
        "too-large",
        "the file is larger than the {largest} bytes that are read",
        "A policy is a page: take out what is not one.",
        "a policy of 50 MB, say a log file that was copied here",
        "a policy of two pages",
        shown="words",
    ),
    "P103": Kind(
        "too-deep",
        "this is nested deeper than {most} levels",
        "A policy needs eight levels at most: look for brackets that are never closed.",
        "ten thousand opening brackets",
        "lists and keys inside one another on eight levels, as the example has them",
        shown="words",
    ),
    "P104": Kind(
        "too-many-parts",
        "the file has more than {most} parts",
        "A policy is a page: take out what is not one.",
        "a list of sixty thousand numbers",
        "the few hundred keys and values of a policy",
        shown="words",
    ),
    "P105": Kind(
        "not-utf-8",
        "the file is not written in UTF-8",
        "Save it again with the encoding UTF-8.",
        "a file that an editor saved as Latin-1 or UTF-16",
        "the same file saved as UTF-8",
        shown="words",
    ),
    "P106": Kind(
        "hidden-character",
        "there is an invisible control character ({character})",
        "Delete it and type the line again.",
        'title: "Standard\\0course"',
        'title: "Standard course"',
    ),
    "P107": Kind(
        "key-twice",
        "`{key}` was already written on line {line}",
        "Keep one of the two.",
        "title: Standard course\ntitle: Another course",
        "title: Standard course",
    ),
    "P108": Kind(
        "anchor",
        "anchors and aliases (`&{name}`, `*{name}`) are not read",
        "Write the value out where it is needed.",
        "least_gap: &gap {days: 3}\nmissed_after: *gap",
        "least_gap: {days: 3}\nmissed_after: {days: 3}",
    ),
    "P109": Kind(
        "tag",
        "tags (`{tag}`) are not read",
        "Write the plain value, in quotes when it must be text.",
        "title: !!str Standard course",
        "title: Standard course",
    ),
    "P110": Kind(
        "merge-key",
        "merge keys (`<<`) are not read",
        "Write the keys out.",
        "least_gap: {<<: {days: 3}}",
        "least_gap: {days: 3}",
    ),
    "P111": Kind(
        "several-documents",
        "a second document begins here",
        "One file holds one policy: move this into a file of its own.",
        "title: Standard course\n---\ntitle: Another course",
        "title: Standard course",
    ),
    "P113": Kind(
        "endless-number",
        "a number of {digits} digits is no number of this language",
        "Write a sensible number, or put it in quotes when it is text.",
        "least_gap: {days: 30000000000000000000}",
        "least_gap: {days: 3}",
    ),
    "P114": Kind(
        "key-not-text",
        "a key must be a word",
        "Write a word before the colon.",
        "takes: {1: business}",
        "takes: {debtor: [business], currency: [EUR]}",
    ),
    "P201": Kind(
        "unknown-key",
        "`{key}` is not a key here",
        "Check the spelling: {hint}",
        "titel: Standard course",
        "title: Standard course",
    ),
    "P202": Kind(
        "key-missing",
        "the key `{key}` is missing",
        "Add it; the page about the language says what it means.",
        "least_gap: {counted_in: business_days}",
        "least_gap: {days: 2, counted_in: business_days}",
    ),
    "P203": Kind(
        "steps-out-of-order",
        "{step} ({day}) comes before {earlier} ({earlier_day})",
        "Give it a later day, or move the step up.",
        _TWO + _LATER.replace("days: 15", "days: 0"),
        _TWO + _LATER,
    ),
    "P204": Kind(
        "wrong-kind-of-value",
        "{found} stands where {wanted} should be",
        "Write {wanted}{how}.",
        "least_gap: {days: three}",
        "least_gap: {days: 3}",
    ),
    "P205": Kind(
        "value-not-offered",
        "{found} is not one of the values that can stand here",
        "Choose one: {hint}",
        "enters: {at: start}",
        "enters: {at: first_step}",
    ),
    "P206": Kind(
        "badly-written",
        "{found} is not written as expected",
        "Write it like this: {meant}.",
        "tolerance: 5 euros",
        "tolerance: 5 EUR",
    ),
    "P207": Kind(
        "out-of-bounds",
        "{found} is out of bounds",
        "It must be {bound}.",
        "missed_after: {days: 4000}",
        "missed_after: {days: 7}",
    ),
    "P208": Kind(
        "does-not-fit-together",
        "this does not fit together: {detail}",
        "Change it as the sentence says.",
        "least_gap: {days: 0}",
        "least_gap: {days: 3}",
    ),
    "P209": Kind(
        "step-name-twice",
        "two steps have the name {step}",
        "Give each step a name of its own: letters and the journal refer to it.",
        _TWO + _LATER.replace("firm-reminder", "reminder"),
        _TWO + _LATER,
    ),
    "P210": Kind(
        "name-is-not-the-files",
        "the policy is named {policy}, its file {file}",
        "Give both the same name: people look for the one by the other.",
        "policy: another-name",
        "policy: example",
    ),
    "P211": Kind(
        "deadline-of-no-earlier-step",
        "`of: {of}` names no earlier step",
        "Name a step above this one; there is {names}.",
        _TWO + _LATER.replace("after: due_date, days: 15", "after: deadline, of: notice, days: 1"),
        _TWO.replace("letter:", "pay_within: {days: 7}, letter:")
        + _LATER.replace("after: due_date, days: 15", "after: deadline, of: reminder, days: 1"),
    ),
    "P212": Kind(
        "deadline-never-given",
        "{of} gives the debtor no deadline to count from",
        "Add `pay_within:` to {of}, or count from something else.",
        _TWO + _LATER.replace("after: due_date, days: 15", "after: deadline, of: reminder, days: 1"),
        _TWO.replace("letter:", "pay_within: {days: 7}, letter:")
        + _LATER.replace("after: due_date, days: 15", "after: deadline, of: reminder, days: 1"),
    ),
    "P213": Kind(
        "entry-at-no-step",
        "`never_beyond: {step}` names no step",
        "Name one of the steps: {names}.",
        "enters: {at: by_age, never_beyond: first-letter}",
        "enters: {at: by_age, never_beyond: reminder}",
    ),
    "P214": Kind(
        "nothing-before-the-first-step",
        "the first step counts from the previous one, and there is none",
        "Count from the due date or from the invoice date.",
        _step("step: reminder, day: {after: previous_step, days: 1}, channels: [email], letter: reminder"),
        _step("step: reminder, day: {after: due_date, days: 1}, channels: [email], letter: reminder"),
    ),
    "P215": Kind(
        "tone-becomes-milder",
        "{step} is {tone} after {earlier} was {earlier_tone}",
        "Never go back to a milder tone: the debtor would think that the firm one was not meant.",
        _TWO.replace("letter:", "tone: firm, letter:") + _LATER.replace("tone: firm", "tone: courteous"),
        _TWO + _LATER,
    ),
    "P216": Kind(
        "never-on-its-day",
        "{step} can never go out on its day: it comes {distance} days after {earlier}, and the least gap is {gap}",
        "Move the step to a later day, or make the least gap shorter.",
        "least_gap: {days: 20}\n" + _TWO + _LATER,
        "least_gap: {days: 3}\n" + _TWO + _LATER,
    ),
    "P217": Kind(
        "before-the-deadline",
        "{step} comes {distance} days after {earlier}, which gives the debtor {given} days to pay",
        "Relance waits for a deadline it gave: move the step to a later day, or give a shorter deadline.",
        _TWO.replace("letter:", "pay_within: {days: 30}, letter:") + _LATER,
        _TWO.replace("letter:", "pay_within: {days: 7}, letter:") + _LATER,
    ),
    "P218": Kind(
        "file-not-read",
        "only files that end in .yaml are read: this one would never take an invoice",
        "Name it .yaml, or move it out of the folder.",
        "a policy saved as standard-b2b.yml",
        "the same file named standard-b2b.yaml",
        shown="words",
    ),
    "P220": Kind(
        "twice-in-the-list",
        "{found} stands twice in the list",
        "Delete one of the two.",
        "takes: {debtor: [business, business], currency: [EUR]}",
        "takes: {debtor: [business], currency: [EUR]}",
    ),
    "P221": Kind(
        "many-more",
        "{more} more findings are not shown",
        "Mend these first: the others often come from them.",
        "a list of ten thousand values that are not offered",
        "a file with fewer than a hundred mistakes",
        shown="words",
    ),
}
