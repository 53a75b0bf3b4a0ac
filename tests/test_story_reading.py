"""What an author can write wrong in a story, and what is said of it: file, line, column, and what to write instead."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from console.policies.files import CannotRead
from console.stories.codes import STORY_CODES
from console.stories.facts import FACT_WORDS, Told
from console.stories.policies import books
from console.stories.reading import load_story, read_story
from console.stories.story import StoryRefused
from tests.policy_text import POLICIES

GOOD = """title: Short
policy: standard-b2b
invoice: {issued: 2026-01-15, due: 2026-02-16, amount: 2400 EUR}
debtor:
  kind: business
opened: 2026-01-16 09:30
facts:
  - {on: 2026-02-10 10:00, call: reached}
  - {on: 2026-02-16 08:30, payment: {id: P1, amount: 2400 EUR}}
expect:
  - {on: 2026-02-11 09:00, sends: pre-due-note}
  - {on: 2026-02-16, closes: paid}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the policies without their stories."""
    made = tmp_path_factory.mktemp("book") / "policies"
    shutil.copytree(POLICIES, made, ignore=shutil.ignore_patterns("stories"))
    (made / "stories").mkdir()
    return made


def said_of(folder: Path, text: str, name: str = "short.yaml") -> list[str]:
    """What is said of a story in this folder, each finding as one text."""
    file = folder / "stories" / name
    file.write_text(text, "utf-8")
    (book,) = books([file], folder)
    return [str(finding).replace(f"{folder}/", "") for finding in book.files[0].findings]


def test_the_good_story_has_no_finding(folder: Path) -> None:
    """Whatever the other tests find is the mistake that they made in it."""
    assert said_of(folder, GOOD) == []
    assert load_story(folder / "stories/short.yaml").title == "Short"


MISTAKES = [
    # what is replaced, by what, the place, the code, and words of the sentence or the advice
    ("title: Short", "title: Short\nmood: good", "2:1", "S201", "there is `title`, `policy`, `invoice`"),
    ("title: Short\n", "", "1:1", "S202", "the key `title` is missing"),
    ("title: Short", "title: Short\ntitle: Long", "2:1", "P107", "already written on line 1"),
    ("title: Short", "title: &a Short", "1:8", "P108", "anchors"),
    ("title: Short", "title:", "1:7", "S203", "Write text"),
    ("policy: standard-b2b", "policy: standrd-b2b", "2:9", "S205", "did you mean `standard-b2b`?"),
    ("policy: standard-b2b", "policy: Standard B2B", "2:9", "S203", "small letters, digits and hyphens"),
    ("due: 2026-02-16", "due: 16/02/2026", "3:36", "S203", "a day like 2026-03-02"),
    ("due: 2026-02-16", "due: 2026-02-30", "3:36", "S203", "a day of the calendar"),
    ("due: 2026-02-16", "due: 2026-02-16 09:00", "3:36", "S203", "without an hour"),
    ("2400 EUR}\ndebtor", "2400 euros}\ndebtor", "3:56", "S203", "like `1500 EUR`"),
    ("2400 EUR}\ndebtor", "-1 EUR}\ndebtor", "3:56", "S203", "more than zero"),
    ("2400 EUR}\ndebtor", "2400}\ndebtor", "3:56", "S203", "2400 is not what is read here"),
    ("kind: business", "kind: bussiness", "5:9", "S204", "did you mean `business`?"),
    ("kind: business", "country: france", "5:12", "S203", "two capital letters"),
    ("kind: business", "country: XX", "5:12", "S203", "ISO 3166-1"),
    ("kind: business", "subdivision: '99'", "5:16", "S203", "'57' for Moselle"),
    ("kind: business", "time_zone: Europe/Lutetia", "5:14", "S203", "Europe/Paris"),
    ("kind: business", "segment: loyal", "5:3", "S208", "standard-b2b does not take this invoice: segment (loyal)"),
    ("kind: business", "also_owes: [{due: 2026-01-01, amount: 5 USD}]", "5:14", "S209", "another currency"),
    ("opened: 2026-01-16 09:30", "opened: 9:30", "6:9", "S203", "a day with an hour"),
    ("opened: 2026-01-16 09:30", "opened: 2026-02-12 09:30", "8:10", "S210", "before the case is opened on 2026-02-12"),
    ("opened: 2026-01-16 09:30", "opened: 2026-02-12 09:30", "11:10", "S210", "Open the case earlier"),
    ("opened: 2026", "until: 2026-01-02\nopened: 2026", "6:8", "S209", "ends before the case is opened"),
    ("opened: 2026", "taken_over: {step: first-cal, on: 2026-02-23}\nopened: 2026", "6:20", "S207", "`first-call`?"),
    ("call: reached", "cal: reached", "8:28", "S201", "did you mean `call`?"),
    ("call: reached", "call: reachd", "8:34", "S204", "did you mean `reached`?"),
    ("call: reached", "call: {result: promised}", "8:5", "S209", "`promised_for` is said with the result `promised`"),
    ("call: reached", "call: reached, hold: talks", "8:5", "S203", "one thing beside `on:`"),
    ("call: reached", "promise: ~", "8:5", "S203", "something after `promise:`"),
    ("call: reached", "approve: {step: formal-notice, rout: agency}", "8:59", "S201", "did you mean `route`?"),
    ("call: reached", "approve: formal-notic", "8:37", "S207", "did you mean `formal-notice`?"),
    ("call: reached", "plan: []", "8:34", "S203", "at least one line"),
    ("call: reached", "plan: [{due: 2026-03-02}]", "8:35", "S202", "the key `amount` is missing"),
    ("call: reached", "outage: 2026-02-09 09:00", "8:36", "S209", "ends before it begins"),
    ("2026-02-10 10:00, call: reached", "2026-02-10, outage: 2026-02-10 11:00", "8:30", "S209", "ends before it"),
    ("opened: 2026-01-16 09:30", "opened: 2026-02-10", "8:10", "S210", "before the case is opened on 2026-02-10"),
    ("2026-02-16 08:30, pay", "2026-02-17 08:30, pay", "9:10", "S213", "the story's last day, 2026-02-16"),
    ("opened: 2026", "until: 2026-02-15\nopened: 2026", "10:10", "S213", "say a later `until:`"),
    ("payment: {id: P1, amount: 2400 EUR}", "payment: 2400 EUR", "9:37", "S203", "Write keys and values"),
    ("id: P1, ", "id: P 1, ", "9:42", "S203", "an id: letters, digits"),
    ("id: P1, ", "", "9:37", "S202", "the key `id` is missing"),
    ("  - {on: 2026-02-16 08:30, ", "  - {", "9:5", "S202", "Say when"),
    ("facts:\n", "facts: {}\nx:\n", "7:8", "S203", "a list, each line beginning with `- `"),
    ("closes: paid", "finishes: paid", "12:22", "S201", "`closes`"),
    ("closes: paid", "closes: payed", "12:30", "S204", "did you mean `paid`?"),
    ("closes: paid", "closes: paid, asks: disputed", "12:5", "S203", "one of sends, calls"),
    ("closes: paid", "asks: aproval_needed", "12:28", "S204", "did you mean `approval_needed`?"),
    ("closes: paid", "refuses: PromisMade", "12:31", "S204", "did you mean `PromiseMade`?"),
    ("closes: paid", "hands_over: ask", "12:34", "S204", "there is `agency`, `lawyer`, `injunction`"),
    ("closes: paid", "skips: first-call, because: condition", "12:50", "S204", "did you mean `condition_not_met`?"),
    ("sends: pre-due-note", "sends: pre-due", "11:35", "S207", "standard-b2b has no step pre-due"),
    ("sends: pre-due-note", "sends: ~", "11:5", "S203", "something after `sends:`"),
    (GOOD[GOOD.index("expect:") :], "", "1:1", "S202", "policy test --show"),
    (GOOD, "just a word", "1:1", "S203", "keys and values"),
    (GOOD, "", "1:1", "S203", "nothing is not what is read here"),
    (GOOD, "a: [1\n", "2:1", "P101", "this is not YAML"),
]


@pytest.mark.parametrize(("good", "bad", "place", "code", "words"), MISTAKES)
def test_a_mistake_is_named_at_its_place_with_what_to_write(
    folder: Path, good: str, bad: str, place: str, code: str, words: str
) -> None:
    """An author errs on Monday morning and mends it by the finding alone."""
    assert good in GOOD
    found = said_of(folder, GOOD.replace(good, bad, 1))
    assert any(one.startswith(f"stories/short.yaml:{place}: {code} ") and words in one for one in found), found


def test_every_code_of_stories_is_tried() -> None:
    """A mistake that no test makes may be told wrongly for years."""
    tried = {code for _, _, _, code, _ in MISTAKES} | {"S206", "S211", "S212"}  # these have tests of their own
    assert set(STORY_CODES) <= tried


def test_all_mistakes_of_a_story_are_told_at_once(folder: Path) -> None:
    """Three mistakes are one round of mending, not three."""
    text = GOOD.replace("kind: business", "kind: bussiness").replace("call: reached", "call: reachd")
    found = said_of(folder, text.replace("closes: paid", "finishes: paid"))
    assert [finding.split()[1] for finding in found][:2] == ["S204", "S204"]
    assert len(found) >= 3


def test_a_second_outage_and_another_ending_of_the_name_are_told(folder: Path) -> None:
    """A worker comes back once in a story; and a file that nobody reads would never fail."""
    outages = "\n  - {on: 2026-02-01, outage: 2026-02-02}\n  - {on: 2026-02-03, outage: 2026-02-04}"
    (found,) = said_of(folder, GOOD.replace("facts:", f"facts:{outages}"))
    assert found.startswith("stories/short.yaml:9:30: S211 ")
    (found,) = said_of(folder, GOOD, "short.yml")
    assert found.startswith("stories/short.yml:1:1: S212 ")


def test_a_story_of_a_policy_with_findings_says_where_to_look(folder: Path, tmp_path: Path) -> None:
    """The policy is broken on 3 March: its stories do not fail for it, they name it."""
    broken = tmp_path / "policies"
    shutil.copytree(folder, broken)
    policy = broken / "standard-b2b.yaml"
    policy.write_text(policy.read_text("utf-8").replace("least_gap:", "least_gapp:"), "utf-8")
    (found,) = said_of(broken, GOOD)
    assert found.startswith("stories/short.yaml:2:9: S206 ")
    assert "relance policy check standard-b2b.yaml" in found


def test_a_draft_needs_no_expectation(folder: Path) -> None:
    """An author who does not know yet what happens asks for it first."""
    file = folder / "stories" / "draft.yaml"
    file.write_text(GOOD[: GOOD.index("expect:")], "utf-8")
    assert read_story(file, draft=True).story
    assert read_story(file).story is None
    with pytest.raises(StoryRefused, match="S202"):
        load_story(file)
    with pytest.raises(CannotRead, match="absent"):
        load_story(folder / "stories" / "absent.yaml")


@pytest.mark.parametrize("hostile", sorted((POLICIES.parent / "tests/fixtures/hostile_policies").glob("*.yaml")))
def test_a_hostile_file_is_a_finding_in_under_a_second(hostile: Path) -> None:
    """What would freeze or fool a reader is refused before anything is told."""
    began = time.process_time()  # of a core: other tests run beside this one
    read = read_story(hostile)
    assert time.process_time() - began < 1
    assert read.story is None
    assert read.findings
    assert all((finding.sentence + finding.advice).isprintable() for finding in read.findings)


def test_what_a_story_says_cannot_write_on_the_terminal(folder: Path) -> None:
    """A key that turns the line around is shown with a question mark."""
    (found, *_) = said_of(folder, GOOD.replace("title: Short", 'title: Short\n"\\u202Emood": good'))
    assert "\u202e" not in found


def test_a_pipe_named_as_a_story_is_told_and_never_waited_for(folder: Path) -> None:
    """Nobody writes into it: the build of 3 March would stand still for ever."""
    os.mkfifo(folder / "stories" / "pipe.yaml")
    with pytest.raises(CannotRead, match="a pipe or a device, not a file"):
        books([folder / "stories" / "pipe.yaml"], folder)
    (folder / "stories" / "pipe.yaml").unlink()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["2026-02-16", "5 EUR", "P1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FACT_WORDS, "on", "id"]), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(word=st.sampled_from(FACT_WORDS), value=VALUES)
def test_no_value_makes_a_reader_fall_over(tmp_path_factory: pytest.TempPathFactory, word: str, value: object) -> None:
    """Whatever stands after a word, there is a story or a finding, never an error."""
    import yaml

    file = tmp_path_factory.getbasetemp() / "any.yaml"
    told = yaml.safe_dump([{"on": "2026-02-16 10:00", word: value}], allow_unicode=True)
    file.write_text(GOOD[: GOOD.index("facts:")] + "facts:\n" + told + GOOD[GOOD.index("expect:") :], "utf-8")
    read = read_story(file)
    assert (read.story is None) == bool(read.findings)


def test_every_word_of_facts_is_on_the_page() -> None:
    """The page about stories names every word of `facts` with every key that stands under it."""
    page = (POLICIES.parent / "docs/policy/test.md").read_text("utf-8")
    table = page.partition("| in `facts` |")[2].partition("\n\n")[0]
    assert [name for name in FACT_WORDS if f"`{name}: " not in table] == []
    short_only = {"what", "on"}  # `contact_changed: yes` and `insolvent: 2026-11-03` say the same
    keys = {key for word in FACT_WORDS for key in keys_of(Told.model_fields[word].annotation)} - short_only
    assert len(keys) > 15
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", table)) == []


def keys_of(annotation: object) -> set[str]:
    """The keys of each piece of a story that stands in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {field.alias or name for name, field in annotation.model_fields.items()}
    return {key for inner in get_args(annotation) for key in keys_of(inner)}


def test_an_outage_may_end_at_noon_of_its_own_day(folder: Path) -> None:
    """From nine to noon, written without the hour of its end: that is no outage which ends before it begins."""
    outage = "2026-02-10 09:00, outage: 2026-02-10"
    assert said_of(folder, GOOD.replace("2026-02-10 10:00, call: reached", outage)) == []
