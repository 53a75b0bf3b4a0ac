"""`relance policy test` as an author and a CI system use it: what it prints, writes and ends with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from console.main import run
from console.stories.coverage import Coverage, Goal, coverage, goals
from console.stories.policies import books
from console.stories.story import tell
from tests.policy_text import POLICIES

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the policies with three stories, in the folder where the author works."""
    shutil.copytree(POLICIES, tmp_path / "policies", ignore=shutil.ignore_patterns("stories"))
    stories = tmp_path / "policies" / "stories"
    stories.mkdir()
    for name in ("bounced", "loyal-customer", "promise-kept"):
        shutil.copy(POLICIES / "stories" / f"{name}.yaml", stories)
    monkeypatch.chdir(tmp_path)
    return stories


def break_one(folder: Path) -> None:
    file = folder / "promise-kept.yaml"
    file.write_text(file.read_text("utf-8").replace("2026-02-17 09:00, sends", "2026-02-16, sends"), "utf-8")


def test_all_stories_come_true(folder: Path, capsys: Capture) -> None:
    """A line for each, a sum, and what of each policy is not reached; exit code 0."""
    assert run(["policy", "test"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("ok   bounced         An e-mail bounces: the address is corrected")
    assert "3 stories: 3 come true, none fails.\n" in said
    assert "loyal-b2b (1 story): 2 of 6 steps, 0 of 1 branches" in said
    assert "consumer (0 stories): 0 of 5 steps" in said
    assert "not reached, steps: second-reminder; last-reminder; formal-notice; way-out" in said


def test_a_story_that_fails_ends_with_1_and_shows_both_sides(folder: Path, capsys: Capture) -> None:
    """The courteous reminder is expected on the due date, a day early."""
    break_one(folder)
    assert run(["policy", "test", "--no-coverage"]) == 1
    said = capsys.readouterr().out.splitlines()
    head = said.index("FAIL promise-kept    A promise stops the course until its day; it is kept")
    assert said[head + 1] == "      policies/stories/promise-kept.yaml"
    assert said[head + 2].split("|")[1] == " what happens"
    assert said[head + 4].startswith("      x Mon 2026-02-16        Courteous reminder goes out")
    assert said[head + 4].endswith("| Tue 2026-02-17 09:00  Courteous reminder goes out")
    assert said[-1] == "3 stories: 2 come true, 1 does not."


def test_the_answer_for_programs_says_the_same(folder: Path, capsys: Capture) -> None:
    """JSON with the differences, the findings and the coverage; only JSON on stdout."""
    break_one(folder)
    (folder / "wrong.yaml").write_text("title: x\n", "utf-8")
    assert run(["policy", "test", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["failed"], told["durable"]) == (2, 2, False)
    kept = next(story for story in told["stories"] if story["story"] == "promise-kept")
    (difference,) = kept["differences"]
    assert difference["kind"] == "other_time"
    assert difference["expected"] == {"on": "2026-02-16", "sends": "courteous-reminder"}
    assert difference["happened"] == {"on": "2026-02-17 09:00", "sends": "courteous-reminder"}
    wrong = next(story for story in told["stories"] if story["story"] == "wrong")
    assert {finding["code"] for finding in wrong["findings"]} == {"S202"}
    loyal = next(one for one in told["coverage"] if one["policy"] == "loyal-b2b")
    assert loyal["counts"]["steps"] == {"reached": 2, "of": 6}
    assert loyal["not_reached"][0] == {
        "kind": "steps", "what": "step", "step": "second-reminder", "in_words": "second-reminder",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["policies/stories/bounced.yaml"], ["bounced"]),
        (["policies/loyal-b2b.yaml"], ["loyal-customer"]),
        (["policies"], ["bounced", "loyal-customer", "promise-kept"]),
        (["policies/stories"], ["bounced", "loyal-customer", "promise-kept"]),
        (["policies/stories", "policies/stories/bounced.yaml"], ["bounced", "loyal-customer", "promise-kept"]),
        (["--policy", "standard-b2b"], ["bounced", "promise-kept"]),
        (["elsewhere/mine.yaml"], ["mine"]),
        (["elsewhere"], ["mine"]),
    ],
)
def test_only_what_is_named_is_told(folder: Path, capsys: Capture, arguments: list[str], told: list[str]) -> None:
    """Stories, folders and policies may be named; a story elsewhere speaks of the usual policies."""
    Path("elsewhere").mkdir()
    shutil.copy(folder / "bounced.yaml", "elsewhere/mine.yaml")
    assert run(["policy", "test", "--json", *arguments]) == 0
    assert [story["story"] for story in json.loads(capsys.readouterr().out)["stories"]] == told


def test_coverage_is_of_the_policies_that_were_named(folder: Path, capsys: Capture) -> None:
    """Of one story the author wants to know one policy; alone when only the coverage is asked for."""
    assert run(["policy", "test", "policies/stories/loyal-customer.yaml", "--coverage-only"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("loyal-b2b (1 story): ")
    assert "standard-b2b" not in said
    assert "loyal-customer" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.yaml"], "absent.yaml cannot be read: there is no such file or folder"),
        (["--policy", "nobody"], "There is no story of the policy nobody in policies/stories."),
        (["--show", "absent"], "policies/stories/absent.yaml cannot be read"),
        (["--junit", "/proc/absent/junit.xml"], "/proc/absent/junit.xml cannot be written"),
        (["policies/letters"], "There is no story in policies/stories."),
        (["new"], "There is no story in policies/stories."),  # policies without stories, and the creditor's details
        (["n" * 300], "cannot be read: File name too long"),
        (["--show", "policies/stories"], "--show policies/stories names 3 stories: name one"),
        (["--show", "policies/consumer.yaml"], "names 0 stories"),
        (["--junit", "policies/stories/bounced.yaml"], "name a file that ends in .xml"),
    ],
)
def test_what_cannot_run_ends_with_2_and_a_sentence(
    folder: Path, capsys: Capture, arguments: list[str], said: str
) -> None:
    """A wrong path, a name that is none, a disk that does not take the file; no story is written over."""
    Path("new").mkdir()
    for name in ("consumer", "creditor"):
        shutil.copy(POLICIES / f"{name}.yaml", "new")
    before = (folder / "bounced.yaml").read_bytes()
    assert run(["policy", "test", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert (folder / "bounced.yaml").read_bytes() == before


def test_nothing_in_a_story_begins_a_line_of_its_own(folder: Path, capsys: Capture) -> None:
    """A build of 3 March prints what a stranger proposes: GitHub obeys a line that begins with `::`."""
    policy = folder.parent / "standard-b2b.yaml"
    told = policy.read_text("utf-8")
    assert "title: Courteous reminder\n" in told
    policy.write_text(told.replace("title: Courteous reminder\n", 'title: "Courteous\\n::three"\n'), "utf-8")
    break_one(folder)
    story = folder / "promise-kept.yaml"
    lines = story.read_text("utf-8").split("\n")
    story.write_text("\n".join(['title: "x\\n::one\\r\\u0085::two"', *lines[1:]]), "utf-8")
    shutil.copy(story, folder / "odd\n::four\x1b[2J.yaml")
    for arguments in (["test"], ["test", "--show", "promise-kept"], ["list"], ["explain", str(policy)]):
        run(["policy", *arguments])
    said = capsys.readouterr()
    printed = (said.out + said.err).split("\n")
    assert [line for line in printed if line.startswith("::") or not line.isprintable()] == []
    for shown in ("x ::one ::two", "Courteous ::three goes out", "odd?::four?[2J"):
        assert any(shown in line for line in printed), shown


def test_show_prints_what_happens_ready_to_paste(folder: Path, capsys: Capture) -> None:
    """The author pastes the lines below the draft, and the story comes true."""
    file = folder / "promise-kept.yaml"
    draft = file.read_text("utf-8")
    draft = draft[: draft.index("expect:")]
    file.write_text(draft, "utf-8")
    assert run(["policy", "test", "--show", "promise-kept"]) == 0
    lines = capsys.readouterr().out
    assert "  - {on: 2026-02-18 10:00, waits: promised}            # Wed the case waits: 2400.00 EUR is " in lines
    file.write_text(draft + lines, "utf-8")
    assert run(["policy", "test", str(file), "--no-coverage"]) == 0
    capsys.readouterr()
    assert run(["policy", "test", "--show", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["expect"][-1] == {"on": "2026-03-11 09:00", "closes": "paid"}
    file.write_text(draft.replace("promise:", "promis:"), "utf-8")
    assert run(["policy", "test", "--show", "promise-kept"]) == 1
    assert "S201 `promis` is not a key here" in capsys.readouterr().err


def test_ci_reads_the_result_as_junit(folder: Path) -> None:
    """A suite for each policy, a case for each story; hostile words do no harm and impossible characters are gone."""
    break_one(folder)
    shutil.copy(folder / "loyal-customer.yaml", folder / "odd\x01\x1bname.yaml")
    (folder / "hostile.yaml").write_text('title: "<b>&\\uFFFE]]>"\npolicy: "<x>&\\"\'"\n', "utf-8")
    assert run(["policy", "test", "--junit", "out/junit.xml"]) == 1
    root = ET.parse("out/junit.xml").getroot()
    assert root.tag == "testsuites"
    assert [root.get(name) for name in ("tests", "failures", "errors")] == ["5", "1", "1"]
    suites = {suite.get("name"): suite for suite in root}
    assert sorted(map(str, suites)) == ["<x>&\"'", "loyal-b2b", "standard-b2b"]
    assert [case.get("name") for case in suites["loyal-b2b"]] == ["loyal-customer", "odd??name"]
    standard = suites["standard-b2b"]
    assert [case.get("name") for case in standard] == ["bounced", "promise-kept"]
    (failure,) = standard[1]
    assert failure.tag == "failure"
    assert "expected on Mon 16 February 2026" in str(failure.get("message"))
    assert str(failure.text).startswith("policies/stories/promise-kept.yaml\n")
    (error,) = suites["<x>&\"'"][0]
    assert error.tag == "error"
    assert "P106" in str(error.text)


def reached_by(name: str) -> Coverage:
    """What one shipped story reaches of its policy."""
    (book,) = books([POLICIES / "stories" / f"{name}.yaml"], POLICIES)
    story = book.files[0].story
    assert story
    policy = book.policies[story.policy].policy
    return coverage(policy, [(story, tell(story, policy)[0])])


REACHED = [
    ("way-out-without-means", Goal("branches", "0", "way-out")),
    ("undisturbed-walk", Goal("branches", "1", "way-out")),  # proposed to the court, though a person chose the agency
    ("way-out-to-the-agency", Goal("branches", "2", "way-out")),
    ("way-out-of-a-small-sum", Goal("branches", "3", "way-out")),
    ("habitual-many-invoices", Goal("branches", "1", "way-out")),  # for what the debtor owes in all
    ("habitual-whole-course", Goal("branches", "2", "way-out")),
    ("part-paid", Goal("conditions", "not_met", "first-call")),
    ("undisturbed-walk", Goal("conditions", "met", "first-call")),
    ("undisturbed-walk", Goal("calls", "no_answer_at_last", "first-call")),
    ("disputed-on-the-phone", Goal("calls", "disputed", "first-call")),
    ("disputed-on-the-phone", Goal("reactions", "dispute")),
    ("manager-hard-to-reach", Goal("calls", "wrong_number", "second-call")),
    ("call-promised", Goal("calls", "promised", "first-call")),
    ("habitual-note-missed", Goal("missed", "skip", "pre-due-note")),
    ("promise-broken", Goal("reactions", "broken_promise")),
    ("plan-defaulted", Goal("reactions", "defaulted_plan")),
    ("reversed-after-close", Goal("reactions", "reversed_payment")),
    ("hold-forgotten", Goal("reactions", "hold")),
    ("late-entry-by-age", Goal("reactions", "late_entry")),
    ("paid-within-tolerance", Goal("closings", "paid_within_tolerance")),
]


@pytest.mark.parametrize(("name", "goal"), REACHED)
def test_a_story_reaches_what_it_is_about(name: str, goal: Goal) -> None:
    """Read off its life: the branch that held, the condition, the result of the call."""
    assert goal in reached_by(name).reached


@pytest.mark.parametrize(
    ("name", "goal"),
    [
        ("promise-kept", Goal("reactions", "broken_promise")),
        ("plan-kept", Goal("reactions", "defaulted_plan")),
        ("way-out-to-the-agency", Goal("branches", "1", "way-out")),
        ("bounced", Goal("conditions", "not_met", "first-call")),
        ("approval-given-and-refused", Goal("steps", "step", "way-out")),
    ],
)
def test_a_story_does_not_reach_what_only_might_have_happened(name: str, goal: Goal) -> None:
    """A promise that was kept shows nothing of what a broken one does."""
    found = reached_by(name)
    assert goal in found.goals
    assert goal in found.missed


def test_a_promise_and_a_plan_that_were_kept_show_nothing_of_broken_ones(folder: Path) -> None:
    """A part is promised and paid on 24 February, and the course goes on: the promise was kept, not broken."""
    told = (folder / "promise-kept.yaml").read_text("utf-8")
    told = told.replace("promise: {for: 2026-03-10}", "promise: {for: 2026-03-10, amount: 400 EUR}")
    told = told.replace("payment: {id: P1, amount: 2400 EUR}", "payment: {id: P1, amount: 400 EUR}")
    (folder / "promise-kept.yaml").write_text(told, "utf-8")
    (book,) = books([folder / "promise-kept.yaml"], folder.parent)
    story, policy = book.files[0].story, book.policies["standard-b2b"].policy
    assert story
    life, lines = tell(story, policy)
    assert "promise_kept" in [line.noun for line in lines]
    assert Goal("reactions", "broken_promise") in coverage(policy, [(story, life)]).missed


def test_nobody_is_asked_for_a_story_that_cannot_be_told() -> None:
    """Where only the whole sum counts as paid, no payment is within a tolerance."""
    (book,) = books([POLICIES / "consumer.yaml"], POLICIES)
    policy = book.policies["consumer"].policy
    within = Goal("closings", "paid_within_tolerance")
    assert within in list(goals(policy))
    none = tuple(amount.model_copy(update={"minor": 0}) for amount in policy.tolerance)
    assert within not in list(goals(policy.model_copy(update={"tolerance": none})))


def relance(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, with settings that would send real e-mail."""
    hostile = {"RELANCE_EMAIL": "smtp", "RELANCE_SMTP_HOST": "127.0.0.1", "RELANCE_SMTP_PORT": "1"}
    command = [sys.executable, "-c", "from console.main import main; main()", *arguments]
    surroundings = {**os.environ, **hostile, "RELANCE_POLICIES_DIR": str(folder.parent)}
    # Longer than a story may take: a program that is killed leaves its server behind.
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.xdist_group("temporal")
def test_the_real_workflow_tells_the_stories_too(folder: Path) -> None:
    """A server, a ledger and an outbox of its own: no e-mail by the settings, and only the answer on stdout."""
    answer = relance(folder, "policy", "test", "--durable", "--json", "--policy", "standard-b2b")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    told: dict[str, Any] = json.loads(answer.stdout)
    assert told["durable"] is True
    assert [story["passed"] for story in told["stories"]] == [True, True]
    assert answer.stderr == ""
    assert not Path("var").exists()
