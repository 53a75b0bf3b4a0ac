"""`relance doctor` on a whole installation, one real fault after another: found, named, and gone once mended."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.operatorservice.v1 import RemoveSearchAttributesRequest
from temporalio.client import Client

from activities.settings import Settings
from console.doctor import doctor
from console.main import run
from ledger.columns import moment_text
from tests.ports import HOST, free_port
from tests.temporal_env import temporal_binary
from tests.test_cli import DUE, TODAY
from tests.test_import import HEADER, POLICIES
from tests.test_worker_process import answers, until
from worker import RETENTION, connect, prepare_namespace
from workflows.case import TASK_QUEUE

ROOT = Path(__file__).parents[1]
# One failed workflow task is enough for the server's list of failing cases; it waits for five by itself.
AT_ONCE = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1"
Found = dict[str, list[dict[str, Any]]]
Ask = Callable[..., tuple[int, Found]]


class Installation:
    """A Temporal server, a ledger with two open cases, and a worker, all real, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"{HOST}:{free_port()}"
        self.health = f"{HOST}:{free_port()}"
        self.ledger = folder / "relance.db"
        self.surroundings = {
            "TEMPORAL_ADDRESS": self.address,
            "RELANCE_VAR_DIR": str(folder),
            "RELANCE_POLICIES_DIR": str(POLICIES),
            "RELANCE_HEALTH_ADDRESS": self.health,
        }
        self.server = self.start_server()
        self.begun: list[subprocess.Popen[bytes]] = []

    def start_server(self) -> subprocess.Popen[bytes]:
        port = self.address.rpartition(":")[2]
        command = [temporal_binary(), "server", "start-dev", "--headless", "--ip", HOST, "--port", port]
        command += ["--db-filename", str(self.folder / "temporal.db"), "--dynamic-config-value", AT_ONCE]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.server

    def stop_server(self) -> None:
        self.server.terminate()
        self.server.wait(30)

    def start_worker(self) -> None:
        with (self.folder / "worker.log").open("wb") as log:
            command = [sys.executable, "worker.py"]
            environment = {**os.environ, **self.surroundings}
            self.begun.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
        self.is_ready()

    def is_ready(self) -> None:
        until(lambda: answers(self.health, "/readyz")[0] == 200, 60)

    def end(self) -> None:
        for process in (*self.begun, self.server):
            process.kill()
            process.wait()

    def at_server(self, act: Callable[[Client], Any]) -> Any:
        """Do something at the server behind Relance's back."""

        async def inside() -> Any:
            return await act(await connect(Settings(var_dir=self.folder), self.address))

        return asyncio.run(inside())

    def in_ledger(self, *statements: str) -> None:
        """Do something in the ledger behind Relance's back."""
        db = sqlite3.connect(self.ledger, timeout=30)
        with db:
            for statement in statements:
                db.execute(statement)
        db.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("doctor")
    installation = Installation(folder)
    try:
        until(lambda: not isinstance(prepared(installation), Exception))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in installation.surroundings.items():
                patch.setenv(name, value)
            (folder / "two.csv").write_text(
                "\n".join([HEADER, *(f"{name},D-{name},Dupont,{TODAY},{DUE},1000,EUR" for name in ("one", "two"))])
            )
            installation.start_worker()
            assert run(["import", str(folder / "two.csv"), "--debtor-kind", "business"]) == 0
        yield installation
    finally:
        installation.end()


def prepared(installation: Installation) -> object:
    try:
        return installation.at_server(lambda client: prepare_namespace(client, RETENTION))
    except RuntimeError as not_yet:
        return not_yet


@pytest.fixture
def ask(here: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Ask the doctor: the exit code, and the lines that are not ok, by check; settings as keyword arguments."""
    for name, value in here.surroundings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(doctor, "AGAIN_SECONDS", 0.5)

    def asked(*options: str, **settings: str) -> tuple[int, Found]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = run(["doctor", "--json", *options])
        told = json.loads(capsys.readouterr().out)
        found: Found = {}
        for line in told["checks"]:
            if line["verdict"] != "ok":
                found.setdefault(line["check"], []).append(line)
        assert told["findings"] == sum(len(lines) for lines in found.values())
        assert code == (1 if found else 0)
        return code, found

    return asked


def well(ask: Ask, here: Installation) -> None:
    """Everything is mended: the doctor finds nothing any more (the server's list may be a moment behind)."""
    here.is_ready()
    until(lambda: ask() == (0, {}))


def one(found: Found, check: str) -> dict[str, Any]:
    assert set(found) == {check}, found
    assert len(found[check]) == 1, found
    return found[check][0]


def test_a_whole_installation_is_well(
    ask: Ask, here: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a quiet Monday every check looks and none finds anything; the long look agrees."""
    until(lambda: ask() == (0, {}))
    assert ask("--all") == (0, {})
    assert run(["doctor"]) == 0
    told = capsys.readouterr().out
    looked_at = {line.split(":")[0].split(maxsplit=1)[1] for line in told.splitlines()[:-1]}
    assert looked_at == set(
        "settings encryption policies creditor disk e-mail ledger journal cases deliveries sending temporal "
        "namespace workers clock runs".split()
    ) | {"search attributes", "workflow tasks"}
    assert "server 1." in told
    assert told.endswith("All is well.\n")


def test_a_run_that_vanished_is_missed_and_resumed(ask: Ask, here: Installation) -> None:
    """Somebody ends the workflow of case one by hand on Tuesday: open in the ledger, no run; resume mends it."""
    here.at_server(lambda client: client.get_workflow_handle("case/one").terminate("by mistake"))
    until(lambda: ask()[0] == 1)
    line = one(ask()[1], "runs")
    assert (line["ids"], "resume" in line["advice"]) == (["one"], True)
    assert run(["resume"]) == 0
    well(ask, here)


def test_a_run_that_the_ledger_does_not_know_is_named(ask: Ask, here: Installation) -> None:
    """Another ledger's case runs on this server: it is named, and so is the other ledger as the likely cause."""
    here.at_server(
        lambda client: client.start_workflow("case", {"case_id": "two"}, id="case/STRANGE", task_queue=TASK_QUEUE)
    )
    until(lambda: ask()[0] == 1)
    line = one(ask()[1], "runs")
    assert (line["ids"], "another ledger" in line["advice"].lower()) == (["STRANGE"], True)
    here.at_server(lambda client: client.get_workflow_handle("case/STRANGE").terminate())
    well(ask, here)


def test_a_case_whose_code_fails_again_and_again_is_named(ask: Ask, here: Installation) -> None:
    """A release of Thursday cannot read a case: its tasks fail, and the doctor says which and where to look."""
    here.at_server(lambda client: client.start_workflow("case", 17, id="case/BROKEN", task_queue=TASK_QUEUE))
    until(lambda: "workflow tasks" in ask()[1], 60)
    line = ask()[1]["workflow tasks"][0]
    assert line["ids"] == ["case/BROKEN"]
    assert "--workflow-id case/BROKEN" in line["advice"]
    here.at_server(lambda client: client.get_workflow_handle("case/BROKEN").terminate())
    well(ask, here)


def test_a_search_attribute_that_is_gone_is_missed(ask: Ask, here: Installation) -> None:
    """An administrator tidies the namespace up: the line holds the command that brings the attribute back."""
    gone = RemoveSearchAttributesRequest(namespace="default", search_attributes=["RelanceDebtor"])
    here.at_server(lambda client: client.operator_service.remove_search_attributes(gone))
    line = one(ask()[1], "search attributes")
    assert "RelanceDebtor" in line["what"]
    assert line["advice"].startswith("temporal operator search-attribute create")
    command = [temporal_binary(), *line["advice"].split()[1:], "--address", here.address]
    subprocess.run(command, check=True, capture_output=True)
    well(ask, here)


def test_a_retention_of_one_day_is_remarked_upon(ask: Ask, here: Installation) -> None:
    """Whoever made the namespace took the default of one day: the command in the line lengthens it."""
    command = [temporal_binary(), "operator", "namespace", "update", "--namespace", "default", "--retention", "1d"]
    subprocess.run([*command, "--address", here.address], check=True, capture_output=True)
    line = one(ask()[1], "namespace")
    assert (line["verdict"], "24 hours" in line["what"]) == ("warning", True)
    mend = [temporal_binary(), *line["advice"].split()[1:], "--address", here.address]
    subprocess.run(mend, check=True, capture_output=True)
    well(ask, here)


def test_the_rest_is_looked_at_while_the_server_is_away(ask: Ask, here: Installation) -> None:
    """The Temporal server is down at noon: that is the one finding, and ledger, policies and disk were looked at."""
    here.stop_server()
    line = one(ask()[1], "temporal")
    assert f"No Temporal server can be reached at {here.address}" in line["what"]
    here.start_server()
    well(ask, here)


def test_the_rest_is_looked_at_while_the_ledger_is_away(ask: Ask) -> None:
    """The database machine is down: one finding, without its password, and Temporal was looked at all the same."""
    url = f"postgresql://relance:geheim@{HOST}:{free_port()}/relance"
    found = ask(RELANCE_DATABASE_URL=url)[1]
    assert "cannot be used" in one(found, "ledger")["what"]
    assert "geheim" not in json.dumps(found)


def test_looking_for_a_ledger_does_not_make_one(ask: Ask, tmp_path: Path) -> None:
    """A typing error in the path: there is no ledger, and the doctor leaves no empty one behind."""
    line = one(ask(RELANCE_DATABASE_URL=f"sqlite:///{tmp_path}/none/relance.db")[1], "ledger")
    assert line["what"] == "there is no ledger yet"
    assert list(tmp_path.iterdir()) == []


def test_tables_of_another_release_are_named(ask: Ask, tmp_path: Path, here: Installation) -> None:
    """The program was rolled back and the tables were not: the line names their revision."""
    copy = tmp_path / "relance.db"
    copied(here.ledger, copy, "UPDATE alembic_version SET version_num = '9999'")
    line = one(ask(RELANCE_DATABASE_URL=f"sqlite:///{copy}")[1], "ledger")
    assert "revision 9999" in line["what"]


def copied(ledger: Path, copy: Path, *statements: str) -> None:
    """A copy of the ledger in which somebody meddled."""
    source, target = sqlite3.connect(ledger), sqlite3.connect(copy)
    source.backup(target)
    with target:
        for statement in statements:
            target.execute(statement)
    source.close()
    target.close()


LONG_AGO = moment_text(datetime.now(UTC) - timedelta(days=2))
DELIVERED = (
    "INSERT INTO deliveries (key, debtor_id, channel, state, attempts, address, subject, language, tone, letter,"
    " claimed_at, content_hash) VALUES ('one/first/1/email', 'D-one', 'email', '{state}', 1, 'x@example.org', 's',"
    f" 'en', 'courteous', 'reminder', '{LONG_AGO}', 'aa')"
)


@pytest.mark.parametrize(
    ("meddled", "check", "sentence"),
    [
        ("UPDATE cases SET next_at = NULL, doing = 'wait' WHERE id = 'one'", "cases", "neither timer, hold nor task"),
        (
            f"UPDATE cases SET next_at = '{LONG_AGO}' WHERE id = 'one'",
            "cases",
            "gone on over an hour ago, since 2 days",
        ),
        (
            f"UPDATE cases SET next_at = NULL, doing = 'perform', changed_at = '{LONG_AGO}' WHERE id = 'one'",
            "cases",
            "at one step for over an hour",
        ),
        (f"UPDATE cases SET doing = NULL, opened_at = '{LONG_AGO}' WHERE id = 'one'", "cases", "never looked at"),
        ("UPDATE journal SET body = '{}' WHERE case_id = 'one'", "journal", "was altered"),
        (DELIVERED.format(state="sending"), "deliveries", "1 sending for up to 2 days: one/first/1/email"),
        (DELIVERED.format(state="unknown"), "deliveries", "1 unknown for up to 2 days: one/first/1/email"),
    ],
    ids=["nobody-moves-it", "overdue", "performing", "undecided", "altered", "half-sent", "unknown"],
)
def test_what_waits_in_vain_in_the_ledger_is_named(
    meddled: str, check: str, sentence: str, ask: Ask, here: Installation, tmp_path: Path
) -> None:
    """One fault at a time in a copy of the ledger: the doctor names case one, or its delivery, and nothing else."""
    copy = tmp_path / "relance.db"
    copied(here.ledger, copy, "DROP TRIGGER journal_no_update", meddled)
    for options in ((), ("--all",)) if check == "journal" else ((),):
        line = one(ask(*options, RELANCE_DATABASE_URL=f"sqlite:///{copy}")[1], check)
        assert sentence in line["what"]
        assert [name.partition("/")[0] for name in line["ids"]] == ["one"]
        assert line["advice"]


def test_a_brake_that_was_pulled_is_named(ask: Ask, here: Installation, tmp_path: Path) -> None:
    """Jeanne stopped all sending before her holiday and told nobody: the doctor says since when, who and why."""
    copy = tmp_path / "relance.db"
    pulled = f"INSERT INTO sending_brake VALUES (1, '{LONG_AGO}', 'stopped', 'by_hand', 'jeanne', 'wrong texts')"
    copied(here.ledger, copy, pulled)
    line = one(ask(RELANCE_DATABASE_URL=f"sqlite:///{copy}")[1], "sending")
    assert line["what"] == "stopped since 2 days by jeanne: wrong texts"
