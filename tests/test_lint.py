"""Every finding of the catalogue: its bad example shows it, its good example shows nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dunning.lint_codes import CATALOGUE
from tests.policy_text import README, codes, example, load_text

SHOWN = sorted(code for code, kind in CATALOGUE.items() if kind.bad)
# Too large to print, about other files, or about several: each has a test of its own.
ELSEWHERE = {"P102", "P103", "P104", "P105", "P218", "P221", "P303", "P304", "P607"}


def test_every_finding_has_an_example_or_a_test_of_its_own() -> None:
    """A finding that nobody can show would be a finding that nobody can mend."""
    assert set(CATALOGUE) == set(SHOWN) | ELSEWHERE
    assert len(CATALOGUE) >= 40


@pytest.mark.parametrize("code", SHOWN)
def test_the_bad_example_is_found(code: str, tmp_path: Path) -> None:
    """Whoever writes this on 3 March is told so on 3 March, with the place and an advice."""
    loaded = load_text(tmp_path, example(CATALOGUE[code].bad))
    assert code in codes(loaded)
    assert loaded.policies == ()
    assert all(finding.line > 0 and finding.sentence and finding.advice for finding in loaded.findings)


@pytest.mark.parametrize("code", SHOWN)
def test_the_good_example_is_clean(code: str, tmp_path: Path) -> None:
    """Whoever follows the advice is left alone."""
    loaded = load_text(tmp_path, example(CATALOGUE[code].good))
    assert [str(finding) for finding in loaded.findings] == []
    assert len(loaded.policies) == 1


def test_names_and_sentences_are_each_written_once() -> None:
    """Two findings with one name would send people to the wrong line of the README."""
    names = [kind.name for kind in CATALOGUE.values()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)
    assert all(re.fullmatch(r"P[1-7][0-9]{2}", code) for code in CATALOGUE)


def test_the_readme_lists_every_finding_as_it_is() -> None:
    """The table in the README is the catalogue, line by line."""
    rows = [
        f"| {code} | {kind.name} | {kind.sentence} | {kind.advice} |".replace("\\|", "|")
        for code, kind in CATALOGUE.items()
    ]
    table = README.partition("<!-- findings -->")[2].partition("\n\n")[0].strip().split("\n")
    assert table[2:] == rows


def test_all_findings_of_a_file_come_at_once_in_order(tmp_path: Path) -> None:
    """Four mistakes in one file are four findings, by line, and no more."""
    bad = (
        "tolerance: [5 EUR, 5 USD]\n"
        "steps:\n"
        "  - {step: firm, day: {after: due_date, days: 7}, channels: [email], letter: reminder, tone: firm}\n"
        "  - {step: mild, day: {after: due_date, days: 5}, channels: [email], letter: remindr}\n"
    )
    loaded = load_text(tmp_path, example(bad))
    assert codes(loaded) == ["P502", "P215", "P203", "P301", "P301"]
    assert [f.line for f in loaded.findings] == sorted(f.line for f in loaded.findings)


def test_a_step_that_comes_too_early_is_told_as_the_design_shows_it(tmp_path: Path) -> None:
    """The firm reminder of day 5 stands below the courteous one of day 7: place, code, sentence and advice."""
    steps = (
        "steps:\n"
        "  - step: courteous-reminder\n    day: {days: 7, after: due_date}\n"
        "    channels: [email]\n    letter: reminder\n"
        "  - step: firm-reminder\n    day: {days: 5, after: due_date}\n    channels: [email]\n    letter: reminder\n"
        "    tone: firm\n"
    )
    text = example(steps)
    line = text[: text.index("days: 5,")].count("\n") + 1
    (finding,) = load_text(tmp_path, text).findings
    assert str(finding) == (
        f"{tmp_path}/example.yaml:{line}:10: P203 firm-reminder (day 5) comes before courteous-reminder (day 7)\n"
        "    Give it a later day, or move the step up."
    )


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("{after: previous_step, days: 2}", ["P216"]),
        ("{after: previous_step, days: 3}", []),
        # How many days this is, only the calendar knows.
        ("{after: previous_step, days: 1, counted_in: business_days}", []),
        ("{after: end_of_due_month, days: 1}", []),
        ("{before: due_date, days: 1}", ["P203"]),
    ],
)
def test_only_days_that_can_be_compared_are_compared(days: str, found: list[str], tmp_path: Path) -> None:
    """A step two days after another cannot keep a gap of three; one at the end of the month may or may not."""
    steps = (
        "steps:\n  - {step: one, day: {after: due_date, days: 1}, channels: [email], letter: reminder}\n"
        f"  - {{step: two, day: {days}, channels: [email], letter: reminder}}\n"
    )
    assert codes(load_text(tmp_path, example(steps))) == found
