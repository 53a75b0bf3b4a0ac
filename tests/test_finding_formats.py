"""Findings for people, programs, GitHub and SARIF viewers: the same places and words in each."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from console.main import run
from console.policies.files import Loaded
from console.policies.formats import written
from dunning.lint.codes import CATALOGUE
from tests.policy_text import HOUSE, example, load_text

SCHEMA = json.loads((HOUSE / "tests/fixtures/sarif/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
EARLY = (
    "steps:\n"
    "  - step: courteous-reminder\n    day: {days: 7, after: due_date}\n    channels: [email]\n    letter: reminder\n"
    "  - step: firm-reminder\n    day: {days: 5, after: due_date}\n    channels: [email]\n    letter: reminder\n"
    "    when: {days_past_due: {at_least: 9}}\n"
)


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """A file with one finding (day 5 after day 7) and one warning (a condition that wants day 9)."""
    return load_text(tmp_path, example(EARLY))


def place(text: str, of: str) -> tuple[int, int]:
    start = text.index(of)
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def test_people_read_place_code_sentence_and_advice(loaded: Loaded, tmp_path: Path) -> None:
    """The last line counts; a warning says that it is one."""
    lines = written(loaded, "human").split("\n")
    early = place(example(EARLY), "{days: 5")
    assert lines[0].startswith(
        f"{tmp_path}/example.yaml:{early[0]}:{early[1]}: P203 firm-reminder (day 5) comes before"
    )
    assert lines[1] == "    Give it a later day, or move the step up."
    assert " P614 (warning) firm-reminder comes 5 days past due" in lines[2]
    assert lines[-1] == "1 policy, 1 finding, 1 warning."


def test_programs_get_every_field(loaded: Loaded) -> None:
    """A script on 3 March sorts by level and reads the rule's name."""
    told = json.loads(written(loaded, "json"))
    assert told["files"] == 1
    assert [(one["code"], one["name"], one["level"]) for one in told["findings"]] == [
        ("P203", "steps-out-of-order", "error"),
        ("P614", "too-early-for-its-condition", "warning"),
    ]
    assert set(told["findings"][0]) == {"file", "line", "column", "code", "sentence", "advice", "name", "level"}


def test_github_gets_one_command_for_each_finding(loaded: Loaded) -> None:
    """The annotation stands beside the line in the review of 3 March."""
    first, second = written(loaded, "github").split("\n")
    line, column = place(example(EARLY), "{days: 5")
    assert re.fullmatch(
        rf"::error file=.*/example\.yaml,line={line},col={column},title=P203 steps-out-of-order::firm-reminder .*",
        first,
    )
    assert second.startswith("::warning file=")


def test_nothing_in_a_file_can_write_a_command_of_its_own(tmp_path: Path) -> None:
    """A name with a percent sign, a comma, a colon and a line end stays inside its annotation."""
    loaded = load_text(tmp_path, example('policy: "a,b::error::50%\\n::warning::x"'), "odd,name:1%")
    told = written(loaded, "github").split("\n")
    assert all(line.startswith("::error file=") for line in told)
    assert "odd%2Cname%3A1%25.yaml,line=" in told[0]
    assert all("50%25" in line for line in told if "50" in line)


def test_a_sound_folder_gives_no_annotation(tmp_path: Path) -> None:
    """Nothing wrong, nothing said: GitHub would show an empty line as text."""
    assert written(load_text(tmp_path, example()), "github") == ""


def test_the_sarif_is_what_the_standard_says(loaded: Loaded, tmp_path: Path) -> None:
    """The official schema of SARIF 2.1.0 finds nothing, and each result points to its rule and place."""
    log = json.loads(written(loaded, "sarif"))
    assert [error.message for error in Draft4Validator(SCHEMA).iter_errors(log)] == []
    run_ = log["runs"][0]
    rules = run_["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run_["results"]] == ["P203", "P614"]
    assert [result["level"] for result in run_["results"]] == ["error", "warning"]
    where = run_["results"][0]["locations"][0]["physicalLocation"]
    line, column = place(example(EARLY), "{days: 5")
    assert where["region"] == {"startLine": line, "startColumn": column}
    assert where["artifactLocation"]["uri"] == (tmp_path / "example.yaml").as_uri()


def test_the_schema_would_see_a_wrong_log(loaded: Loaded) -> None:
    """A line 0 or a level of our own invention is not SARIF."""
    log = json.loads(written(loaded, "sarif"))
    result = log["runs"][0]["results"][0]
    result["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert len(list(Draft4Validator(SCHEMA).iter_errors(log))) == 1
    result["level"] = "serious"
    assert len(list(Draft4Validator(SCHEMA).iter_errors(log))) == 2


def test_a_file_of_this_folder_is_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A viewer opens `odd name.yaml` of the repository, wherever the program ran."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd name.yaml").write_text("a: [", "utf-8")
    loaded = load_text(tmp_path, "a: [", "odd name")
    uri: Any = json.loads(written(loaded, "sarif"))["runs"][0]["results"][0]
    assert uri["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "odd%20name.yaml"


@pytest.mark.parametrize("form", ["human", "json", "github", "sarif"])
def test_the_exit_code_is_the_same_in_every_format(
    form: str, loaded: Loaded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A build of 3 March fails on findings however it prints them, and passes without."""
    assert loaded.files == 1
    assert run(["policy", "check", str(tmp_path / "example.yaml"), "--format", form]) == 1
    assert capsys.readouterr().out
    assert run(["policy", "check", str(HOUSE / "policies"), "--format", form]) == 0
    assert run(["policy", "check", str(tmp_path / "nowhere.yaml"), "--format", form]) == 2


@pytest.mark.parametrize("asked", ["P203", "p203", "steps-out-of-order"])
def test_a_rule_is_explained_with_both_examples(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever got P203 on 3 March looks up what it means without opening a page."""
    assert run(["policy", "check", "--explain", asked]) == 0
    told = capsys.readouterr().out
    assert told.startswith("P203 steps-out-of-order\n    <step> (<day>) comes before <earlier> (<earlier_day>)\n")
    for example_ in (CATALOGUE["P203"].bad, CATALOGUE["P203"].good):
        assert "\n".join(f"    {line}" for line in example_.strip().split("\n")) in told


def test_a_rule_that_is_not_there_is_told_with_its_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    """`step-out-of-order` is none; the program says which was meant."""
    assert run(["policy", "check", "--explain", "step-out-of-order"]) == 2
    assert "did you mean steps-out-of-order?" in capsys.readouterr().err
