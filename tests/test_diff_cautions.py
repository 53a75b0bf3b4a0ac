"""What to mind before a changed policy is used: each caution shown by the change that brings it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from dunning.compare.cautions import Caution, cautions
from dunning.compare.policies import PolicyText, compare
from dunning.compare.steps import Matched, under_old_names
from dunning.compare.walk import Walked, ordinary_case, walk
from dunning.opening import takes
from dunning.policy import Policy
from tests.strategies import policies
from tests.test_explain import SHIPPED

OLD = SHIPPED["standard-b2b"]
DUE = date(2026, 11, 30)


def changed(*without: str, **steps: dict[str, Any]) -> Policy:
    """The shipped policy without some steps, and with some steps changed (`first_call` is first-call)."""
    data = OLD.model_dump(mode="json", exclude_none=True)
    data["steps"] = [step for step in data["steps"] if step["step"] not in without]
    for step in data["steps"]:
        step.update(steps.get(step["step"].replace("-", "_"), {}))
    return Policy.model_validate(data)


def minded(new: Policy, language: str = "en") -> tuple[Caution, ...]:
    steps = matched(OLD, new)
    return cautions(OLD, steps, walk(OLD, new, steps, ordinary_case(OLD, DUE)), language)


def matched(old: Policy, new: Policy) -> Matched:
    return compare(PolicyText(old, {}), PolicyText(new, {}), {}).steps


CHANGES: dict[str, tuple[Policy, str, str]] = {
    "severe_earlier": (
        changed(way_out={"day": {"days": 50, "after": "due_date"}}),
        "way-out",
        "Agency, court or your decision is severe and comes 6 days earlier: running cases that move get there sooner.",
    ),
    "milder_gone": (
        changed("second-call"),
        "second-call",
        "Second call is gone: the debtor hears from you once less before Formal notice.",
    ),
    "milder_conditional": (
        changed(last_reminder={"when": {"solvency": ["good"]}}),
        "last-reminder",
        "Last reminder is left out for more debtors: they hear from you once less before Formal notice.",
    ),
    "unapproved": (
        changed(formal_notice={"approval": "not_needed"}),
        "formal-notice",
        "Formal notice is severe, and nobody approves it any more.",
    ),
    "shorter_deadline": (
        changed(last_reminder={"pay_within": {"days": 5}}),
        "last-reminder",
        "Last reminder leaves the debtor less time to pay.",
    ),
    "renamed_running": (
        changed(first_call={"step": "early-call"}),
        "early-call",
        "Running cases know first-call, not early-call: when you move them, say `--map first-call=early-call`.",
    ),
}


@pytest.mark.parametrize("code", CHANGES)
def test_a_change_that_makes_the_course_harder_is_minded(code: str) -> None:
    """On 3 March one line is changed, and before it is used its author reads what it means for debtors."""
    new, step, sentence = CHANGES[code]
    assert minded(new) == (Caution(code, sentence, step),)
    [french] = minded(new, "fr")
    assert french.code == code
    assert french.sentence != sentence


def test_a_gentler_policy_brings_no_caution() -> None:
    """Later, with more time, one approval more, and a step more before the notice: nothing to mind."""
    later = {"day": {"days": 45, "after": "due_date"}, "pay_within": {"days": 10}}
    assert minded(changed(formal_notice=later, last_reminder={"approval": "required"})) == ()


def test_a_severe_step_that_moves_along_with_the_one_before_it_is_minded() -> None:
    """The notice counts from the last reminder, whose day moved by ten: the notice's own line never changed."""
    from_last = {"day": {"days": 8, "after": "previous_step"}}
    old, new = (
        changed(formal_notice=from_last),
        changed(formal_notice=from_last, last_reminder={"day": {"days": 26, "after": "due_date"}}),
    )
    steps = matched(old, new)
    walked = walk(old, new, steps, ordinary_case(old, DUE))
    assert [caution.code for caution in cautions(old, steps, walked)] == ["severe_earlier"]


def test_a_severe_step_that_nobody_walks_to_is_minded_in_the_days_it_counts_in() -> None:
    """The notice waits for debtors without means, which the ordinary one is not: three business days earlier."""
    days = {"after": "due_date", "counted_in": "business_days"}
    poor = {"solvency": ["bad"]}
    old = changed(formal_notice={"day": days | {"days": 30}, "when": poor})
    new = changed(formal_notice={"day": days | {"days": 27}, "when": poor})
    steps = matched(old, new)
    [caution] = cautions(old, steps, walk(old, new, steps, ordinary_case(old, DUE)))
    assert "comes 3 business days earlier" in caution.sentence


def test_an_ordinary_invoice_is_walked_under_both() -> None:
    """Due on 30 November 2026: without the second call the steps after it keep their days, and it has none."""
    new = changed("second-call")
    walked = {one.step.step: one for one in walk(OLD, new, matched(OLD, new), ordinary_case(OLD, DUE))}
    assert walked["last-reminder"] == Walked(new.steps[4], date(2026, 12, 30), date(2026, 12, 30))
    assert walked["last-reminder"].moved == 0
    assert (walked["second-call"].old, walked["second-call"].new) == (date(2026, 12, 23), None)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_ordinary_invoice_is_one_that_the_policy_takes(name: str) -> None:
    """Nobody learns anything from an invoice that would never come."""
    case = ordinary_case(SHIPPED[name], DUE)
    assert takes(SHIPPED[name], case.invoice, case.debtor) is None
    small = SHIPPED[name].model_dump(mode="json", exclude_none=True)
    small["takes"]["amount"] = {"below": "50 EUR"}
    case = ordinary_case(Policy.model_validate(small), DUE)
    assert str(case.invoice.amount) == "49.99 EUR"


@settings(max_examples=40)
@given(policies(), policies())
def test_the_new_policy_under_old_names_is_the_new_policy(old: Policy, new: Policy) -> None:
    """A book is walked under old names: no two steps share one, and taking the names back gives the policy again."""
    steps = matched(old, new)
    named, known = under_old_names(new, steps)
    assert len({step.step for step in named.steps}) == len(new.steps)
    assert [known[step.step] for step in named.steps] == list(new.steps)
    for was, now in zip(named.steps, new.steps, strict=True):
        assert was.model_dump(exclude={"step", "day"}) == now.model_dump(exclude={"step", "day"})
        assert known[was.day.of].step == now.day.of if was.day.of and now.day.of else was.day == now.day
    assert all(pair.old.step in known for pair in steps.pairs)


def test_a_new_step_under_the_name_of_a_renamed_one_is_told_apart() -> None:
    """First-call became early-call, and first-call is now another, formal call: the old one is not taken for it."""
    data = OLD.model_dump(mode="json", exclude_none=True)
    data["steps"][2]["step"] = "early-call"
    data["steps"].insert(
        4, data["steps"][2] | {"step": "first-call", "tone": "firm", "day": {"days": 20, "after": "due_date"}}
    )
    new = Policy.model_validate(data)
    steps = compare(PolicyText(OLD, {}), PolicyText(new, {}), {"first-call": "early-call"}).steps
    _, known = under_old_names(new, steps)
    assert known["first-call"].step == "early-call"
    assert known["first-call-2"].step == "first-call"


def test_a_new_step_under_a_long_name_that_is_taken_has_a_name_all_the_same() -> None:
    """The name is cut after 49 letters and a hyphen: what is put behind it is no second hyphen."""
    long = f"{'a' * 49}-call"
    data = OLD.model_dump(mode="json", exclude_none=True)
    data["steps"][2]["step"] = long
    old = Policy.model_validate(data)
    data["steps"][2]["step"] = "early-call"
    data["steps"].insert(3, data["steps"][2] | {"step": long, "day": {"days": 20, "after": "due_date"}})
    new = Policy.model_validate(data)
    steps = compare(PolicyText(old, {}), PolicyText(new, {}), {long: "early-call"}).steps
    _, known = under_old_names(new, steps)
    assert known[f"{'a' * 49}-2"].step == long
