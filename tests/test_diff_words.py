"""Every difference of two policies is told in words, and equal policies say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dunning.compare.letters import edits
from dunning.compare.policies import Change, PolicyText, compare
from dunning.compare.steps import longest_rise
from dunning.compare.words import LABELS, NAMES, VALUES, WORDS
from dunning.policy import Charges, Policy
from dunning.terms import Conditions, Part
from tests.strategies import policies

WHEN: dict[str, Any] = {
    "outstanding": {"at_least": "10 EUR", "below": "5000 EUR"},
    "days_past_due": {"at_least": 1, "below": 90},
    "debtor": ["business", "public"],
    "segment": ["standard", "loyal"],
    "country": ["FR", "BE"],
    "unpaid_invoices": {"at_least": 1, "below": 9},
    "unpaid_total": {"at_least": "10 EUR", "below": "5000 EUR"},
    "solvency": ["good", "unknown"],
}
# A policy with every key of the language, so that each can be changed alone.
RICH: dict[str, Any] = {
    "policy": "rich",
    "title": "Rich",
    "takes": {
        "debtor": ["business", "public"],
        "currency": ["EUR", "USD"],
        "segment": ["standard", "loyal"],
        "country": ["FR", "BE"],
        "amount": {"at_least": "10 EUR", "below": "90000 EUR"},
    },
    "enters": {"at": "by_age", "never_beyond": "note"},
    "calendar": {
        "country": "FR",
        "subdivision": "57",
        "time_zone": "Europe/Paris",
        "week_days": ["monday", "tuesday"],
        "contact_hours": ["09:00-12:00", "14:00-18:00"],
        "public_holidays": "closed",
    },
    "least_gap": {"days": 3, "counted_in": "calendar_days"},
    "tolerance": ["5 EUR", "6 USD"],
    "missed_after": {"days": 5, "counted_in": "calendar_days"},
    "charges": {"contract_rate": "12.5 %", "indemnity": "claimed", "fee": ["5 EUR"]},
    "after": {
        "dispute": {"stops": "whole", "review_after": {"days": 9, "counted_in": "calendar_days"}},
        "broken_promise": {"then": "ask", "grace": {"days": 2, "counted_in": "calendar_days"}},
        "defaulted_plan": {"then": "ask", "grace": {"days": 2, "counted_in": "calendar_days"}},
        "reversed_payment": {"then": "ask"},
        "hold": {"review_after": {"days": 30, "counted_in": "calendar_days"}},
    },
    "steps": [
        {
            "step": "note",
            "title": "Note",
            "day": {"days": 5, "counted_in": "calendar_days", "after": "due_date"},
            "channels": ["email", "letter"],
            "tone": "firm",
            "letter": "reminder",
            "to": "billing",
            "pay_within": {"days": 7, "counted_in": "calendar_days"},
            "attach": ["letter", "statement"],
            "when": deepcopy(WHEN),
            "approval": "required",
            "repeat": {"times": 2, "every": {"days": 4, "counted_in": "calendar_days"}},
            "if_missed": "ask",
            "if_unknown": "ask",
        },
        {
            "step": "call",
            "title": "Call",
            "day": {"days": 20, "counted_in": "calendar_days", "before": "due_date"},
            "tone": "courteous",
            "call": {
                "attempts": 3,
                "apart": {"days": 1, "counted_in": "business_days"},
                "within": {"days": 2, "counted_in": "business_days"},
                "results": {
                    "reached": "ask",
                    "no_answer": "ask",
                    "wrong_number": "ask",
                    "no_answer_at_last": "ask",
                    "not_made": "ask",
                },
            },
        },
        {
            "step": "way-out",
            "title": "Way out",
            "day": {"days": 9, "counted_in": "calendar_days", "after": "deadline", "of": "note"},
            "fork": [{"when": deepcopy(WHEN), "then": "agency"}, {"then": "ask"}],
        },
    ],
}  # fmt: skip
GONE = object()
# Texts of which one or another can stand at any key.
TEXTS = """sms letter open firm formal manager not_needed skip assume_sent continue waived try_again next_step lawyer
business_days US 28 UTC disputed_part first_step invoice_date call other""".split()
TEXTS += ["7 EUR", "80000 EUR", "8.5 %"]


def differences(old: Policy, new: Policy, language: str = "en", **renamed: str) -> list[Change]:
    return list(compare(PolicyText(old, {}), PolicyText(new, {}), renamed, language).changes)


def parts(hint: Any) -> Iterator[type[Part]]:
    """The parts of a policy that a type speaks of."""
    if isinstance(hint, type) and issubclass(hint, Part):
        yield hint
    for inner in get_args(hint):
        yield from parts(inner)


def leaves(part: type[Part], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of the model that holds a value, with the keys above it."""
    for key, field in part.model_fields.items():
        inner = set(parts(field.annotation))
        if not inner:
            yield (*before, key)
        for one in inner:
            yield from leaves(one, (*before, key))


LEAVES = sorted({".".join(place) for place in leaves(Policy)})


def holders(data: Any, keys: list[str]) -> list[dict[str, Any]]:
    """Every mapping of the written policy that has the key."""
    if isinstance(data, list):
        return [found for one in data for found in holders(one, keys)]
    if not isinstance(data, dict) or keys[0] not in data:
        return []
    return [data] if len(keys) == 1 else holders(data[keys[0]], keys[1:])


def others(place: str) -> Iterator[Policy]:
    """The rich policy with the key at that place changed or left out, in each way that still is a policy."""
    keys = place.split(".")
    for number, holder in enumerate(holders(RICH, keys)):
        for candidate in candidates(holder[keys[-1]]):
            data = deepcopy(RICH)
            changed = holders(data, keys)[number]
            if candidate is GONE:
                del changed[keys[-1]]
            else:
                changed[keys[-1]] = candidate
            if keys[-1] == "before":
                changed["after"] = "due_date"
            if keys[-1] == "at":
                changed.pop("never_beyond")
            try:
                yield Policy.model_validate(data)
            except ValidationError:
                continue


def candidates(value: object) -> list[Any]:
    if isinstance(value, int):
        return [GONE, value + 1]
    if isinstance(value, list):
        return [GONE, value[::-1], value[:1]]
    return [GONE, *TEXTS]


OLD = Policy.model_validate(RICH)


@pytest.mark.parametrize("place", LEAVES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_change_of_any_key_is_told(place: str, language: str) -> None:
    """On 3 March somebody changes one key of a policy that has them all: the change is told, at that key, in words."""
    keys = place.split(".")
    changed = [other for other in others(place) if other != OLD]
    assert changed, f"the rich policy of this test has no {place}: add it"
    for new in changed:
        for before, after in ((OLD, new), (new, OLD)):
            told = differences(before, after, language)
            assert told, f"{place}: {after}"
            assert any(place.startswith(one.place) for one in told), (place, told)
            raw = re.findall(r"[a-z]+_[a-z_]+", " ".join(one.sentence for one in told))
            assert raw == [] or keys[-1] in {*NAMES, "step"}  # names are told as they are, whatever they are


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_policy_does_not_differ_from_itself(language: str) -> None:
    """Written twice, with and without what is usual anyway, it says the same."""
    again = deepcopy(RICH)
    again["steps"][1] |= {"approval": "not_needed", "if_missed": "send_now", "attach": []}
    assert differences(OLD, Policy.model_validate(again), language) == []


@settings(max_examples=50)
@given(policies(), policies(), st.sampled_from(["en", "fr"]))
def test_two_policies_that_differ_say_so_and_equal_ones_do_not(old: Policy, new: Policy, language: str) -> None:
    """Whatever two credit managers write: a difference gives a sentence both ways, sameness gives none."""
    assert bool(differences(old, new, language)) == (old != new)
    assert bool(differences(new, old, language)) == (old != new)
    assert differences(old, Policy.model_validate(old.model_dump(mode="json")), language) == []


@settings(max_examples=50)
@given(policies(), policies(), st.data())
def test_one_part_taken_from_another_policy_is_told_as_that_part(
    old: Policy, other: Policy, data: st.DataObject
) -> None:
    """A credit manager copies one line of a colleague's policy: what is told is about that line and nothing else."""
    key = data.draw(st.sampled_from(["enters", "calendar", "least_gap", "tolerance", "missed_after", "after"]))
    new = old.model_copy(update={key: getattr(other, key)})
    told = differences(old, new)
    assert bool(told) == (old != new)
    assert all(one.place.split(".")[0] == key for one in told)


@settings(max_examples=50)
@given(policies(), st.randoms())
def test_steps_in_another_order_are_told(old: Policy, chance: Any) -> None:
    """Steps are shuffled: unless they end where they were, something is told about the order."""
    steps = list(old.steps)
    chance.shuffle(steps)
    new = old.model_copy(update={"steps": tuple(steps)})
    told = differences(old, new)
    assert bool(told) == (tuple(steps) != old.steps)
    assert {one.code for one in told} <= {"moved", "moved_first", "was_first"}
    assert len(told) < max(len(steps), 1)


def test_the_longest_rise_explains_an_order_with_the_fewest_moves() -> None:
    """Of five steps one went from the end to the front: one move, not four."""
    assert longest_rise([4, 0, 1, 2, 3]) == {0, 1, 2, 3}
    assert longest_rise([]) == set()


def rich(**changes: Any) -> Policy:
    """The rich policy with its first step changed."""
    data = deepcopy(RICH)
    data["steps"][0] |= changes
    return Policy.model_validate(data)


def test_days_are_told_as_earlier_and_later_and_by_their_anchor() -> None:
    """From 5 to 12 days after the due date is a week later; from 5 days after to 5 days before is ten days earlier."""
    [later] = differences(OLD, rich(day={"days": 12, "after": "due_date"}))
    assert later.sentence == "Note: 7 days later, 12 days after the due date (before: 5 days after the due date)."
    [earlier] = differences(OLD, rich(day={"days": 5, "before": "due_date"}), "fr")
    assert earlier.sentence == "Note : 10 jours plus tôt, 5 jours avant l'échéance (avant : 5 jours après l'échéance)."
    far = differences(rich(day={"days": 3650, "before": "due_date"}), rich(day={"days": 3650, "after": "due_date"}))
    assert far[0].sentence.startswith("Note: 7300 days later, 3650 days after the due date")
    [other] = differences(OLD, rich(day={"days": 5, "after": "due_date", "counted_in": "business_days"}))
    assert other.sentence == "Note: due: 5 business days after the due date (before: 5 days after the due date)."


def test_a_step_under_another_name_looks_renamed_and_its_deadline_is_the_same() -> None:
    """`note` is now `first-note`: the way out counts from the same deadline, and the case enters at the same step."""
    data = deepcopy(RICH)
    data["steps"][0]["step"] = data["steps"][2]["day"]["of"] = data["enters"]["never_beyond"] = "first-note"
    new = Policy.model_validate(data)
    assert [one.code for one in differences(OLD, new)] == ["looks_renamed"]
    assert [one.code for one in differences(OLD, new, note="first-note")] == ["renamed"]


def test_a_step_that_could_be_two_is_not_guessed() -> None:
    """Of two calls alike under new names nobody can say which was which: both old ones go, both new ones come."""

    def two_calls(*names: str, day: int) -> Policy:
        data, call = deepcopy(RICH), RICH["steps"][1]
        data["enters"] = {"at": "first_step"}
        data["steps"] = [call | {"step": name, "day": {"days": day, "after": "due_date"}} for name in names]
        return Policy.model_validate(data)

    told = differences(two_calls("a", "b", day=1), two_calls("aa", "bb", day=4))
    assert [one.code for one in told] == ["added", "added", "removed", "removed"]


def test_branches_of_a_fork_are_told_one_by_one() -> None:
    """The first way out goes to a lawyer, a second one comes: what stayed is not told again."""
    data = deepcopy(RICH)
    data["steps"][2]["fork"] = [{"when": {"solvency": ["bad"]}, "then": "agency"}, {"then": "ask"}]
    old = Policy.model_validate(data)
    data["steps"][2]["fork"] = [
        {"when": {"solvency": ["bad"]}, "then": "lawyer"},
        {"when": {"country": ["FR"]}, "then": "injunction"},
        {"then": "ask"},
    ]
    new = Policy.model_validate(data)
    assert [one.sentence for one in differences(old, new)] == [
        "Way out: way out no. 1: lawyer if solvency bad (before: collection agency if solvency bad).",
        "Way out: new way out no. 2: injunction if country FR.",
    ]
    assert [one.code for one in differences(new, old)] == ["branch", "branch_gone"]


def test_a_part_that_comes_whole_is_told_key_by_key() -> None:
    """Charges and conditions that were not there before: each key is told; an empty one changes nothing."""
    data = deepcopy(RICH)
    del data["charges"], data["steps"][0]["when"]
    bare = Policy.model_validate(data)
    told = {one.place for one in differences(bare, OLD)}
    assert {"charges.contract_rate", "charges.indemnity", "charges.fee"} <= told
    assert {f"steps.when.{key}" for key in WHEN} <= told
    no_condition = bare.steps[0].model_copy(update={"when": Conditions()})
    for empty in ({"charges": Charges()}, {"steps": (no_condition, *bare.steps[1:])}):
        assert [one.code for one in differences(bare, bare.model_copy(update=empty))] == ["empty"]


def test_a_call_that_becomes_a_letter_is_told_as_one_change() -> None:
    """On 3 March the call becomes a letter: one sentence, not one for each key."""
    data = deepcopy(RICH)
    data["steps"][1].pop("call")
    data["steps"][1] |= {"channels": ["letter"], "letter": "reminder"}
    assert [one.code for one in differences(OLD, Policy.model_validate(data))] == ["other_kind"]


def test_the_words_of_a_letter_that_changed_are_shown_with_their_neighbours() -> None:
    """Within eight days becomes within ten; a word comes at the end; what is filled in counts as one word."""
    old = "Please pay {{ outstanding }} within eight days of this letter{% if x %}, thanks{% endif %}"
    new = "Please pay {{ outstanding }} within ten days of this letter{% if x %}, many thanks{% endif %}"
    first, second = edits(old, new)
    assert (first.before, first.old, first.new) == ("Please pay {{ outstanding }} within", "eight", "ten")
    assert (second.old, second.new) == ("", "many")
    assert edits("a\n\nb", "a b") == ()
    assert len(edits("x " * 6000, "y " * 6000)) == 1


def test_letters_are_told_with_the_steps_that_use_them() -> None:
    """One text changes a word, one is new, one is used no more."""
    old = PolicyText(OLD, {"reminder.firm.en": "Pay now", "call.courteous.en": "Hello"})
    new = PolicyText(OLD, {"reminder.firm.en": "Pay soon", "reminder.firm.de": "Zahlen"})
    assert [one.sentence for one in compare(old, new, {}).changes] == [
        "call.courteous.en: no longer used (Call).",
        "reminder.firm.de: a new text (Note).",
        "reminder.firm.en: 1 word changed (Note).",
    ]


def test_every_label_is_a_key_of_the_language() -> None:
    """A label of a key that is gone would never be read."""
    known = {place[: place.rfind(".")] for place in LEAVES if "." in place} | set(LEAVES)
    known |= {place[: place.rfind(".")] for place in known if "." in place}
    assert set(LABELS) <= known


@pytest.mark.parametrize("table", [WORDS, LABELS, VALUES])
def test_both_languages_fill_in_the_same(table: dict[str, tuple[str, str]]) -> None:
    """A sentence that forgets a value in French would be found by a French reader only."""
    for english, french in table.values():
        assert sorted(re.findall(r"\{(\w+)\}", english)) == sorted(re.findall(r"\{(\w+)\}", french))
