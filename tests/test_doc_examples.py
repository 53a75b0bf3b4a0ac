"""Keeps the examples of the policy pages true: every command shown is run, and must say what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.main import run

HOUSE = Path(__file__).resolve().parent.parent
PAGES = sorted((HOUSE / "docs/policy").glob("*.md"))
_FILE = re.compile(r"<!-- file: (\S+) -->\n+```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SHOWN = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """A command of a page, what it prints, and how it ends when the page says so (`# exit code 1`)."""

    command: str
    printed: str
    code: int | None


def examples(page: str) -> Iterator[Example]:
    """Every `$ relance …` of the page's console blocks with the lines below it."""
    for block in _SHOWN.findall(page):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, printed = part.partition("\n")
            told = re.search(r"\s+# exit code (\d)$", command)
            yield Example(command[: told.start()] if told else command, printed, int(told[1]) if told else None)


def same(printed: str, shown: str) -> bool:
    """Whether the program printed what the page shows; a line `...` stands for any lines, `…` for any words."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else ".*".join(map(re.escape, line.rstrip().split("…"))) + r"[ ]*\n"
        for line in shown.strip("\n").splitlines()
    )
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


@pytest.fixture
def paris() -> Iterator[None]:
    """The machine's clock is in Paris for the test only: other tests of this process keep theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Paris")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("paris")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_the_program_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A credit manager follows the page from top to bottom with its files, and sees what it shows.

    Commands run one after the other in a folder with a copy of policies/; a block after `<!-- file: NAME -->` is
    written to that file first. Ends of lines and long tables are compared as they are printed without a terminal.
    """
    shutil.copytree(HOUSE / "policies", tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELANCE_DATABASE_URL", f"sqlite:///{tmp_path / 'relance.db'}")
    text = page.read_text("utf-8")
    for name, content in _FILE.findall(text):
        assert not Path(name).is_absolute()
        assert ".." not in name
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    shown = list(examples(text))
    assert shown, f"{page.name} shows no command"
    for example in shown:
        _try(example, capsys)


def _try(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(example.command)
    assert words[0] == "relance", example.command
    code = run(words[1:])
    said = capsys.readouterr()
    if not same(said.out + said.err, example.printed):
        pytest.fail(f"$ {example.command}\nthe page shows:\n{example.printed}\nit prints:\n{said.out}{said.err}")
    assert code == (example.code or 0), f"$ {example.command} ends with {code}"


def test_a_difference_of_one_word_is_seen() -> None:
    """The page says two findings, the program three."""
    assert same("a.yaml:1:1: P203 x\n1 policy, 2 findings.\n", "...\n1 policy, 2 findings.\n")
    assert same("took 3 s, 2 rows\n", "took … s, 2 rows")
    assert not same("1 policy, 3 findings.\n", "...\n1 policy, 2 findings.\n")
    assert not same("one more line\n1 policy, 2 findings.\n", "1 policy, 2 findings.\n")
