"""Findings about what a policy can reach: P6xx its steps, its branches, and the invoices that a folder takes."""

from dunning.lint.examples import CALL, REMINDER, steps
from dunning.lint.kind import Kind

_OUT = "step: way-out, day: {after: due_date, days: 55}, approval: required, fork: "
_ASK = _OUT.replace("approval: required, ", "")
_LATE = REMINDER.replace("step: reminder", "step: late-reminder").replace("days: 1", "days: 70")


def _folder(first: str, second: str) -> str:
    """Two policies for businesses, each with its condition on the amount."""
    taken = [
        f"debtor: [business], currency: [EUR]{f', amount: {amount}' if amount else ''}" for amount in (first, second)
    ]
    return "---\n".join(f"takes: {{{one}}}\n{steps(REMINDER)}" for one in taken)


REACH = {
    "P601": Kind(
        "step-after-the-way-out",
        "{step} comes after {fork}, where the file leaves the house: it is never reached",
        "Move it before {fork}, or delete it.",
        steps(REMINDER, _ASK + "[{then: ask}]", _LATE),
        steps(REMINDER, _ASK + "[{then: ask}]"),
    ),
    "P602": Kind(
        "fork-without-last-branch",
        "no branch of {step} is left when none of the conditions holds",
        "End with `- then: ask`, so that a person decides.",
        steps(REMINDER, _OUT + "[{when: {solvency: bad}, then: lawyer}]".replace("bad", "[bad]")),
        steps(REMINDER, _OUT + "[{when: {solvency: [bad]}, then: lawyer}, {then: ask}]"),
    ),
    "P603": Kind(
        "condition-never-holds",
        "`{key}: {value}` can never hold: the policy takes {taken}",
        "Delete it here, or add it to `takes:`.",
        steps(REMINDER + ", when: {debtor: [consumer]}"),
        steps(REMINDER + ", when: {debtor: [business]}"),
    ),
    "P604": Kind(
        "amount-never-reached",
        "no invoice that the policy takes can have {amount} outstanding: it takes less than {below}",
        "Lower the amount, or take larger invoices.",
        "takes: {debtor: [business], currency: [EUR], amount: {below: 100 EUR}}\n"
        + steps(REMINDER + ", when: {outstanding: {at_least: 500 EUR}}"),
        "takes: {debtor: [business], currency: [EUR], amount: {below: 100 EUR}}\n"
        + steps(REMINDER + ", when: {outstanding: {at_least: 50 EUR}}"),
    ),
    "P605": Kind(
        "too-late-for-its-condition",
        "{step} comes {day} days past due, and its condition wants fewer than {below}",
        "Move the step to an earlier day, or change the condition.",
        steps(REMINDER.replace("days: 1", "days: 10") + ", when: {days_past_due: {below: 5}}"),
        steps(REMINDER + ", when: {days_past_due: {below: 5}}"),
    ),
    "P606": Kind(
        "branch-never-taken",
        "this branch has the same condition as branch {earlier}, which is taken first",
        "Delete one of the two, or change its condition.",
        steps(
            REMINDER,
            _OUT + "[{when: {solvency: [bad]}, then: lawyer}, {when: {solvency: [bad]}, then: agency}, {then: ask}]",
        ),
        steps(REMINDER, _OUT + "[{when: {solvency: [bad]}, then: lawyer}, {then: ask}]"),
    ),
    "P607": Kind(
        "two-policies-take-it",
        "{other} takes some of the same invoices ({example})",
        "Narrow the `takes:` of one of them: each invoice must have exactly one policy.",
        _folder("", "{at_least: 1000 EUR}"),
        _folder("{below: 1000 EUR}", "{at_least: 1000 EUR}"),
        shown="folder",
    ),
    "P608": Kind(
        "way-out-repeated",
        "{step} hands the file over, which cannot be repeated",
        "Leave `repeat:` out.",
        steps(REMINDER, _ASK + "[{then: ask}], repeat: {times: 2, every: {days: 7}}"),
        steps(REMINDER, _ASK + "[{then: ask}]"),
    ),
    "P609": Kind(
        "key-without-effect",
        "`{key}:` has no effect on a {kind}",
        "Leave it out.",
        steps(REMINDER, CALL + ", attach: [statement]"),
        steps(REMINDER, CALL),
    ),
    "P610": Kind(
        "condition-without-words",
        "this condition says nothing, so it always holds",
        "Write what must hold, or leave `when:` out.",
        steps(REMINDER + ", when: {}"),
        steps(REMINDER + ", when: {outstanding: {at_least: 50 EUR}}"),
    ),
    "P611": Kind(
        "nobody-takes-it",
        "no policy takes an invoice of {example}, while each of these is named by one{more}",
        "Widen the `takes:` of a policy, or write one for it: such an invoice is refused when it is imported.",
        _folder("{below: 1000 EUR}", "{at_least: 5000 EUR}"),
        _folder("{below: 1000 EUR}", "{at_least: 1000 EUR}"),
        shown="folder",
        warns=True,
    ),
    "P612": Kind(
        "policy-without-work",
        "every invoice it takes counts as paid: it takes less than {below}, and the tolerance is {tolerance}",
        "Make the tolerance smaller, or take larger invoices.",
        "takes: {debtor: [business], currency: [EUR], amount: {below: 5 EUR}}\ntolerance: 5 EUR\n" + steps(REMINDER),
        "takes: {debtor: [business], currency: [EUR], amount: {below: 5 EUR}}\ntolerance: 1 EUR\n" + steps(REMINDER),
    ),
    "P613": Kind(
        "condition-of-nothing",
        "`{key}: below {value}` can never hold: {why}",
        "Raise the amount or the number, or delete the condition.",
        "tolerance: 5 EUR\n" + steps(REMINDER + ", when: {outstanding: {below: 5 EUR}}"),
        "tolerance: 5 EUR\n" + steps(REMINDER + ", when: {outstanding: {below: 50 EUR}}"),
    ),
    "P614": Kind(
        "too-early-for-its-condition",
        "{step} comes {day} days past due, and its condition wants {at_least} or more: on its day it is left out",
        "Move the step to a later day, or change the condition.",
        steps(REMINDER + ", when: {days_past_due: {at_least: 30}}"),
        steps(REMINDER.replace("days: 1", "days: 30") + ", when: {days_past_due: {at_least: 30}}"),
        warns=True,
    ),
    "P615": Kind(
        "branch-always-beaten",
        "whenever the condition of this branch holds, that of branch {earlier} holds too, and it is taken first",
        "Put the narrower branch first.",
        steps(
            REMINDER,
            _OUT + "[{when: {outstanding: {at_least: 300 EUR}}, then: agency}, "
            "{when: {outstanding: {at_least: 900 EUR}}, then: lawyer}, {then: ask}]",
        ),
        steps(
            REMINDER,
            _OUT + "[{when: {outstanding: {at_least: 900 EUR}}, then: lawyer}, "
            "{when: {outstanding: {at_least: 300 EUR}}, then: agency}, {then: ask}]",
        ),
    ),
}
