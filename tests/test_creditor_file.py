"""The creditor's file: the shipped one is read, and a wrong one is refused with the line to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.creditor_file import CreditorWrong, read_creditor

POLICIES = Path(__file__).parents[1] / "policies"


def test_the_shipped_creditor_is_read() -> None:
    """On the first day nothing was changed yet: the fictional creditor is there."""
    assert read_creditor(POLICIES).name


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("\nname:", "\nnaem:", r"creditor\.yaml:\d+:\d+: naem: Extra inputs"),
        ("\nname:", "\nname: again\nname:", r"creditor\.yaml:\d+:\d+: P1"),
        ("\niban:", "\niban: FR00\n#", r"creditor\.yaml:\d+:\d+: iban: "),
    ],
)
def test_a_slip_is_refused_with_its_line(tmp_path: Path, before: str, after: str, fault: str) -> None:
    """Somebody slips while editing on a Friday: the worker does not start with half a creditor."""
    text = "\n" + (POLICIES / "creditor.yaml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "creditor.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(CreditorWrong, match=fault):
        read_creditor(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The policies folder was mistyped: the sentence names the file that is missing."""
    with pytest.raises(CreditorWrong, match=r"creditor\.yaml cannot be read"):
        read_creditor(tmp_path)
