"""Policies of other systems in our words: what the language must be able to say, told by the rules that decide."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from console.policies.files import load_folder
from console.policies.strict_yaml import read_yaml
from console.stories.differences import compared
from console.stories.reading import load_story
from console.stories.story import tell
from dunning.case import Debtor, Invoice
from dunning.opening import choose
from dunning.policy import Policy
from tests.policy_text import JUDGED, POLICIES

ELSEWHERE = Path(__file__).parent / "policies_elsewhere"
MAKES = sorted(folder.name for folder in ELSEWHERE.iterdir() if folder.is_dir())
PAGE = ELSEWHERE.parents[1] / "docs/policy/elsewhere.md"
HEADS = ("# What it does: ", "# Source:", "# Read on: 20", "# Cannot be said: ")
_CODES = re.compile(r"  # ((?:[A-Z]\d{3} ?)+)$")


def policies_of(make: str) -> dict[str, Policy]:
    """The policies of a make, by name."""
    read = [read_yaml(file.read_bytes()) for file in sorted((ELSEWHERE / make).glob("*.yaml"))]
    policies = [Policy.model_validate(reading.data) for reading in read]
    return {policy.policy: policy for policy in policies}


def announced(file: Path) -> set[tuple[str, int, str]]:
    """The findings that a file names at its own lines: `- step: level-2  # P702 P704`."""
    lines = enumerate(file.read_text("utf-8").splitlines(), start=1)
    told = [(number, found) for number, line in lines if (found := _CODES.search(line))]
    return {(file.name, number, code) for number, found in told for code in found[1].split()}


def test_there_are_at_least_twelve_makes_and_each_names_its_source() -> None:
    """Whoever doubts a policy finds in its first lines whose it is, where that stands, and what is missing in it."""
    assert len(MAKES) >= 12
    for file in ELSEWHERE.glob("*/*.yaml"):
        first, _, third, *rest = file.read_text("utf-8").splitlines()
        assert first == "# yaml-language-server: $schema=../../../policies/policy.schema.json", file.name
        assert re.match(r"# .+: .+\.$", third), file.name
        assert [head for head in HEADS if not any(line.startswith(head) for line in rest)] == [], file.name


@pytest.mark.parametrize("make", MAKES)
def test_the_policies_are_sound_but_for_what_they_name(make: str, tmp_path: Path) -> None:
    """A policy is kept as its make has it: where the check objects, the line names the finding, and no other comes."""
    shutil.copytree(ELSEWHERE / make, tmp_path / make)
    for beside in ("letters", "law", "words"):
        (tmp_path / make / beside).symlink_to(POLICIES / beside)
    loaded = load_folder(tmp_path / make, JUDGED)
    remarks = loaded.findings + loaded.warnings
    found = {(Path(remark.file).name, remark.line, remark.code) for remark in remarks}
    files = list((ELSEWHERE / make).glob("*.yaml"))
    assert found == {one for file in files for one in announced(file)}, "\n".join(map(str, remarks))
    assert loaded.files == len(files)


@pytest.mark.parametrize("make", MAKES)
def test_the_stories_of_the_make_come_true(make: str) -> None:
    """What the make does on its dates is what the rules do, and no step of a policy is left that never comes."""
    policies = policies_of(make)
    reached: dict[str, set[str]] = {name: set() for name in policies}
    for file in sorted((ELSEWHERE / make / "stories").glob("*.yaml")):
        story = load_story(file)
        policy = policies[story.policy]
        life, lines = tell(story, policy)
        assert [row for row in compared(story, lines) if row.kind != "same"] == [], file.name
        reached[policy.policy] |= {line.step for line in lines if line.step and line.verb not in ("waits", "skips")}
        assert _chosen(policies, life.case.invoice, life.case.debtor) == policy.policy
    assert reached == {name: {step.step for step in policy.steps} for name, policy in policies.items()}


def _chosen(policies: dict[str, Policy], invoice: Invoice, debtor: Debtor) -> str:
    """The policy of the make that takes the story's invoice, by the rule that decides it for real ones."""
    return choose(policies.values(), invoice, debtor).policy


def test_the_page_names_every_make() -> None:
    """A credit manager who comes from one of them finds it in the table of the page."""
    table = PAGE.read_text("utf-8").partition("| make |")[2].partition("\n\n")[0]
    rows = {row.split("|")[1].strip() for row in table.splitlines()[2:]}
    names = set()
    for make in MAKES:
        file = min((ELSEWHERE / make).glob("*.yaml"))
        names.add(file.read_text("utf-8").splitlines()[2].removeprefix("# ").split(":")[0])
    assert rows == names
