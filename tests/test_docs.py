"""Keeps what the README and the policy page say true: commands, files, settings, facts and words are checked."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App, CycloptsError
from temporalio.testing import WorkflowEnvironment

from activities.settings import Settings
from console.imports.columns import COLUMNS, REQUIRED
from console.main import app
from dunning.case import Outcome
from dunning.facts import FactRefused, Signalled, read_fact
from tests.durable import Room, message, policy
from tests.temporal_env import skipping_env, worker_on
from workflows.case import TASK_QUEUE, CaseWorkflow

__all__ = ["skipping_env"]

HOUSE = Path(__file__).resolve().parent.parent
PAGES = (
    *("README.md", "docs/operations.md", "policies/README.md"),
    *sorted(str(path.relative_to(HOUSE)) for path in (HOUSE / "docs/policy").glob("*.md")),
)
ROOMS = "dunning|workflows|activities|ledger|console|policies|tests|\\.ci"
INVENTED_FILES = {"policies/my-policy.yaml"}
NO_SETTING = {"RELANCE_SECRETS_DIR"}  # says where settings may lie, so it is read before them

WORDS = """case, policy, step, tone, channel, letter, delivery, task, reminder, formal notice, promise to pay, dispute,
payment plan, hold, handover, injunction, write-off, days past due, outcome, fact, decision, update, activity"""


@cache
def page(name: str) -> str:
    return (HOUSE / name).read_text("utf-8")


def section(mark: str) -> str:
    """The README's table or block that begins after `<!-- mark -->`."""
    _, found, rest = page("README.md").partition(f"<!-- {mark} -->\n")
    assert found, f"the README has lost its mark {mark}"
    return rest.partition("\n\n")[0] if rest.startswith("|") else rest


def fenced(text: str, kind: str = "") -> list[str]:
    return re.findall(rf"^```{kind}[a-z]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def without_other_programs(name: str) -> str:
    """The page without the command lines of docker, kubectl and the like, whose options are their own."""
    inline = re.sub(r"`(?!relance )[a-z]+ [^`]*`", "", page(name))
    return re.sub(r"(?m)^(?:docker|kubectl|deploy/|pg_|export|make|sqlite3) ?.*$", "", inline)


def whole_commands(name: str) -> list[str]:
    """Lines of code that a reader would copy, without their comments."""
    shown = [line[2:] for block in fenced(page(name), "console") for line in block.splitlines() if line[:2] == "$ "]
    blocks = [*fenced(page(name), "sh"), *re.findall(r"(?m)^    (relance .*)$", page(name)), *shown]
    lines = [re.sub(r"\s+#\s.*$", "", line).strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("relance ")]


def mentioned_commands(name: str) -> list[str]:
    """Commands in the middle of a sentence, often without their arguments."""
    spans = re.findall(r"`((?:RELANCE_\w+=\w+ )?relance [^`\n]+)`", without_fences(page(name)))
    return [re.sub(r"^RELANCE_\w+=\w+ ", "", span) for span in spans]


def found_command(tokens: list[str]) -> tuple[App, list[str]]:
    """The command that the words name, and the words left over; fails when they stop at a group of commands."""
    _, chain, rest = app.parse_commands(tokens)
    assert chain[-1].default_command is not None, f"relance {' '.join(tokens)} is no command"
    return chain[-1], rest


@pytest.mark.parametrize(("name", "line"), [(name, line) for name in PAGES for line in whole_commands(name)])
def test_a_command_copied_from_the_docs_is_understood(name: str, line: str) -> None:
    """A newcomer copies a line of the page on the first day: the program takes its words, options and dates."""
    try:
        command, _, ignored = app.parse_args(shlex.split(line)[1:], print_error=False, exit_on_error=False)
    except CycloptsError as error:
        pytest.fail(f"{name}: {line}: {error}")
    assert getattr(command, "__module__", "") != "cyclopts.core", f"{name}: {line} only shows help"
    assert not ignored


@pytest.mark.parametrize(("name", "line"), [(name, line) for name in PAGES for line in mentioned_commands(name)])
def test_a_command_mentioned_in_a_sentence_exists_with_its_options(name: str, line: str) -> None:
    """A sentence names a command or an option: both are still called that."""
    command, rest = found_command(line.split()[1:])
    known = {one for argument in command.assemble_argument_collection() for one in argument.names}
    told = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert told <= known, f"{name}: `{line}` has {sorted(told - known)}, the command {sorted(known)}"


def test_an_option_mentioned_alone_belongs_to_some_command() -> None:
    """The README says `--dry-run` without its command: some command of the page has it."""
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", "\n".join(map(without_other_programs, PAGES))))
    known = {"--debug", "--version", "--help"}
    for line in [line for name in PAGES for line in (*whole_commands(name), *mentioned_commands(name))]:
        command, _ = found_command(shlex.split(line)[1:])
        known |= {one for argument in command.assemble_argument_collection() for one in argument.names}
    assert told <= known


def test_every_command_has_its_place_in_the_readme() -> None:
    """A command that nobody reads about is never used."""
    missing = [name for name in app if not name.startswith("-") and f"relance {name}" not in page("README.md")]
    assert sorted(set(missing) - {"demo"}) == []  # the demo is told as `make demo`


@pytest.mark.parametrize("name", PAGES)
def test_every_file_named_is_there(name: str) -> None:
    """A page that names a file which was moved last month sends its reader into the void."""
    text = page(name)
    paths = set(re.findall(rf"(?<![\w/.{{])(?:{ROOMS})/[\w./*-]*[\w*/]", text))
    paths |= set(re.findall(r"\]\(([^)#:]+)\)", text))
    paths |= set(re.findall(r"(?<![\w/-])(?:worker\.py|Makefile|requirements\.lock)\b", text))
    here = (HOUSE / name).parent
    paths -= {*INVENTED_FILES, *re.findall(r"<!-- file: (\S+) -->", text)}  # the reader writes these
    lost = [path for path in sorted(paths) if not (any(HOUSE.glob(path)) or any(here.glob(path)))]
    assert not lost


def test_every_setting_is_in_the_table_and_every_row_is_a_setting() -> None:
    """An operator reads the table only: what is missing there does not exist, and what is gone must not stay."""
    rows = re.findall(r"^\| `(RELANCE_\w+)` \|", section("settings"), re.MULTILINE)
    assert rows == [f"RELANCE_{name.upper()}" for name in Settings.model_fields]


def test_every_default_in_the_table_of_settings_is_the_real_one() -> None:
    """The table says 20 seconds: so does the program."""
    rows = re.findall(r"^\| `RELANCE_(\w+)` \|.*\| `([^`]*)` \|$", section("settings"), re.MULTILINE)
    wrong = {
        name: value
        for name, value in rows
        if str(Settings.model_fields[name.lower()].default).removesuffix(".0") != value
    }
    assert len(rows) > 8
    assert not wrong


@pytest.mark.parametrize("name", PAGES)
def test_every_variable_named_is_a_setting(name: str) -> None:
    """A variable with a typing error would be ignored in silence."""
    named = set(re.findall(r"RELANCE_[A-Z_]+[A-Z]", page(name))) - NO_SETTING
    assert named <= {f"RELANCE_{field.upper()}" for field in Settings.model_fields}


def test_the_secrets_folder_of_the_readme_holds_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password lies in the file that the README names, and is read from there."""
    from activities.settings import load_settings

    named = re.search(r"a file of that name \(`(\w+)`\)", page("README.md"))
    assert named
    (tmp_path / named[1]).write_text("geheim")
    monkeypatch.setenv("RELANCE_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("RELANCE_SMTP_USER", "relance")
    password = load_settings().smtp_password
    assert password is not None
    assert password.get_secret_value() == "geheim"


def test_the_columns_that_an_import_needs_are_named() -> None:
    """An accountant prepares a file by the README: with the columns it requires, the import takes it."""
    sentence = re.search(r"Required: (.*?)\. Other", page("README.md"), re.DOTALL)
    assert sentence
    assert re.findall(r"`(\w+)`", sentence[1]) == [*REQUIRED, "debtor_kind"]
    assert {"paid", "segment", "last_step", "last_step_on"} <= set(COLUMNS)


def facts_shown() -> list[dict[str, Any]]:
    return [json.loads(text) for text in re.findall(r"`(\{\"fact\".*?\})` \|", section("facts"))]


@pytest.mark.parametrize("shown", facts_shown(), ids=lambda shown: str(shown["fact"]))
def test_a_fact_of_the_readme_is_understood(shown: dict[str, Any]) -> None:
    """An integrator sends the example of the README on 24 November 2026: it is a fact, not a problem for a person."""
    read = read_fact(shown, datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert not isinstance(read, FactRefused), read


def test_every_fact_that_a_machine_may_signal_has_an_example() -> None:
    """A new kind of fact without an example would be known to its author only."""
    by_commands = {"ProblemSettled", "SendingResumed"}  # `relance task done` and `relance sending resume` tell them
    kinds = {kind.__name__ for kind in Signalled.__args__} - by_commands
    assert {shown["fact"] for shown in facts_shown()} == kinds


def test_every_make_target_named_exists() -> None:
    """`make demo` is the first thing a newcomer types."""
    named = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)`", "\n".join(map(page, PAGES)), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    told = {first or second for first, second in named}
    assert {"demo", "demo-exit", "setup", "test"} <= told <= targets


def words_told() -> dict[str, str]:
    return dict(re.findall(r"^\| ([a-z -]+) \| (.+) \|$", page("README.md").partition("## Words")[2], re.MULTILINE))


def test_the_words_of_the_house_are_told_in_one_line_each() -> None:
    """One word for each thing: the list in the README is whole, and says nothing twice."""
    told = words_told()
    del told["word"]
    assert sorted(told) == sorted(re.split(r",\s", WORDS))
    assert len(set(told.values())) == len(told)


def test_the_outcomes_told_are_those_that_a_case_can_have() -> None:
    """A report on outcomes is built by the README's list."""
    assert re.findall(r"\w+", words_told()["outcome"].partition(": ")[2]) == [outcome.value for outcome in Outcome]


def test_the_readme_stays_short_enough_to_be_read() -> None:
    """About three hundred lines are what a newcomer reads before trying."""
    assert len(page("README.md").splitlines()) <= 335


def test_the_changelog_knows_this_version() -> None:
    """A release without an entry leaves its users guessing."""
    version = re.search(r'^version = "(.+)"$', page("pyproject.toml"), re.MULTILINE)
    assert version
    assert f"## {version[1]} " in page("CHANGELOG.md")


@pytest.mark.xdist_group("temporal")
async def test_the_python_example_does_what_it_says(skipping_env: WorkflowEnvironment, tmp_path: Path) -> None:
    """An integrator copies the example: 800 EUR of 1000 are paid, the rest is promised, and nothing goes out before."""
    program: dict[str, Any] = {"__name__": "example"}
    exec(compile(fenced(section("example"), "python")[0], "README.md", "exec"), program)  # our own page
    here = Room(skipping_env, tmp_path, queue=TASK_QUEUE)
    today = datetime.now(UTC).date()
    promised = today + timedelta(days=20)
    program["CASE"] = case_id = here.add(policy(message("first", 30)), today)
    program["PROMISED"]["promised_for"] = promised.isoformat()
    program["PAID"]["received_on"] = today.isoformat()
    async with worker_on(skipping_env, here.queue, [CaseWorkflow], [here.activities.ask, here.activities.perform]):
        with skipping_env.with_time_skipping_disabled():
            state = await program["tell_and_ask"](skipping_env.client)
        assert here.outstanding(case_id) == "200.00 EUR"
    assert state["decision"]["do"] == "wait"
    assert state["decision"]["until"] > promised.isoformat()
