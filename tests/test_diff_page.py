"""The page of a comparison can be sent to anybody: it holds what was told, needs nothing, and runs nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from console.pages.charts import Chart, columns
from tests.test_diff_command import IN_DECEMBER, SOONER, Edit, edit, told

__all__ = ["edit"]

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Reads a page: its text, its tags, and whether each one is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def test_the_page_tells_all_and_needs_nothing(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """On 24 November the page is sent to the board: words, dates, who is affected and what was assumed are in it."""
    edit("standard-b2b.yaml", SOONER)
    said = told(capsys, "policies", "new", *IN_DECEMBER, "--due", "2026-11-30", "--html", "page.html", code=1)
    page = Outline(Path("page.html").read_text("utf-8"))
    assert page.open == []
    assert "3 days earlier, 12 days after the due date" in page.text
    assert "Affected: 2 of 3 invoices with contacts." in page.text
    assert "Affected: 2 of 3 invoices with contacts." in said
    assert "Nobody pays, but for what the facts say." in page.text
    assert "2026-12-15 2026-12-14 1 day earlier" in page.text
    assert "running cases keep their policy until relance policy adopt" in page.text
    assert [tag for tag, _ in page.tags].count("svg") == 1
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not [attrs for _, attrs in page.tags if attrs.keys() & {"src", "href", "onload", "onclick"}]


def test_the_page_is_its_owners_and_never_takes_the_place_of_what_is_compared(
    edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    """Last week's page could be read by everybody: the new one cannot. A slip does not cost the policy or the book."""
    new = edit("standard-b2b.yaml", SOONER)
    Path("page.html").write_text("last week's")
    Path("page.html").chmod(0o644)
    told(capsys, "policies", "new", "--html", "page.html", code=1)
    assert Path("page.html").stat().st_mode & 0o777 == 0o600
    assert "last week" not in Path("page.html").read_text("utf-8")
    kept = new.read_text("utf-8"), Path("book.csv").read_text("utf-8")
    for file in ("new/../new/standard-b2b.yaml", "book.csv"):
        said = told(capsys, "policies", "new", *IN_DECEMBER, "--html", file, code=2)
        assert "is read or written by this very command" in said
    assert (new.read_text("utf-8"), Path("book.csv").read_text("utf-8")) == kept


def test_titles_and_letters_are_only_words(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """A title with a script and a letter with a tag are shown as they were written, and do nothing."""
    edit(
        "loyal-b2b.yaml",
        ("title: Second reminder", "title: <script>alert(1)</script>"),
        ("{days: 10}\n\n", "{days: 9}\n\n"),
    )
    letter = Path("new/letters/loyal-reminder.firm.en.txt")
    letter.write_text(letter.read_text("utf-8").replace("Kind regards", "<b>Kind</b> regards"), "utf-8")
    told(capsys, "loyal-b2b", "new/loyal-b2b.yaml", "--html", "page.html", "--language", "fr", code=1)
    page = Outline(Path("page.html").read_text("utf-8"))
    assert "<script>alert(1)</script> laisse au débiteur moins de temps pour payer." in page.text
    assert not {"script", "b"} & {tag for tag, _ in page.tags}
    assert ("html", {"lang": "fr"}) in page.tags


def test_columns_of_one_day_have_one_label() -> None:
    """Before and now stand beside each other over the day, which is written once."""
    drawn = str(columns(Chart("t", ["12-01", "12-01", "12-01"], [("a", [3, 0, 0]), ("b", [0, 4, 0])], group=3)))
    assert drawn.count(">12-01<") == 1
    assert "<title>12-01, b: 4</title>" in drawn
