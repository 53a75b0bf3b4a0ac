"""The commands as a person types them, against `relance up` with its real server, worker and ledger."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console import cases as door
from console.embedded import find_server
from console.main import app, run
from tests.test_import import HEADER, POLICIES
from tests.test_worker_process import until

TODAY = datetime.now(UTC).date()
DUE = TODAY + timedelta(days=60)  # nothing goes out by itself while the tests run
Say = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("cli")
    return {
        "RELANCE_DATABASE_URL": f"sqlite:///{folder / 'relance.db'}",
        "RELANCE_VAR_DIR": str(folder / "var"),
        "RELANCE_OUTBOX": str(folder / "outbox"),
        "RELANCE_POLICIES_DIR": str(POLICIES),
        "RELANCE_HEALTH_ADDRESS": "127.0.0.1:0",
    }


@pytest.fixture(scope="module")
def up(surroundings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """`relance up`, with a portfolio imported before anything ran: its cases begin by themselves."""
    file = tmp_path_factory.mktemp("portfolio") / "invoices.csv"
    names = ["paid", "acts", "held", "plan", "gone", "lost", "late", "bits", "exit", "list"]
    rows = [f"{name},D{n},Dupont {n},{TODAY},{DUE},1000,EUR" for n, name in enumerate(names)]
    file.write_text("\n".join([HEADER, *rows]))
    # No server yet, and none of another test's either: the cases wait in the ledger.
    alone = surroundings | {"TEMPORAL_ADDRESS": "127.0.0.1:1"}
    imported = relance(alone, "import", str(file), "--debtor-kind", "business")
    assert imported.returncode == 0, imported.stderr
    command = [sys.executable, "-c", "from console.main import main; main()", "up", "--headless"]
    process = subprocess.Popen(
        command, env={**os.environ, **surroundings}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    said = ""
    while "Ready" not in said:
        line = process.stdout.readline()
        assert line, f"relance up ended with {process.wait()}: {said}"
        said += line
    if "10 cases resumed" not in said:
        process.send_signal(signal.SIGINT)
        pytest.fail(f"{said}{process.communicate(timeout=60)[0]}")
    yield process
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    assert "server is stopped" in rest
    assert relance(surroundings, "down").stdout.startswith("Nothing was running")


def relance(surroundings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from console.main import main; main()", *arguments]
    return subprocess.run(
        command, env={**os.environ, **surroundings}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def say(
    up: subprocess.Popen[str],
    surroundings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Say:
    """Type a command: its exit code, and all it said."""
    assert up.poll() is None
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(door, "PATIENCE", timedelta(seconds=60))  # a busy machine is slow, not without a worker

    def typed(*arguments: str) -> tuple[int, str]:
        code = run(arguments)
        said = capsys.readouterr()
        return code, said.out + ("" if "--json" in arguments else said.err)

    return typed


def as_json(say: Say, *arguments: str) -> tuple[int, Any]:
    code, said = say(*arguments, "--json")
    return code, json.loads(said)


def test_a_payment_told_twice_counts_once(say: Say) -> None:
    """`relance pay` for B1 on Monday and again on Tuesday: 600 EUR are left, and the second time says so."""
    assert say("pay", "paid", "400", "--id", "B1")[0] == 0
    code, said = say("pay", "paid", "400 EUR", "--id", "B1")
    assert (code, "known already" in said, "600.00 EUR" in said) == (0, True, True)
    assert "would count twice" in say("pay", "paid", "1")[1]


def test_a_payment_on_a_closed_case_reopens_nothing_but_a_reversal_does(say: Say) -> None:
    """Paid on Monday, 50 EUR too much on Tuesday, the first payment rejected on Friday: 950 EUR are due again."""
    code, told = as_json(say, "pay", "late", "1000", "--id", "L1")
    assert (code, told["decision"]["do"], told["decision"]["outcome"]) == (0, "close", "paid")
    code, told = as_json(say, "pay", "late", "50", "--id", "L2")
    assert (code, [task["kind"] for task in told["decision"]["tasks"]]) == (0, ["overpaid"])
    code, refused = as_json(say, "hold", "late", "--reason", "too late")
    assert (code, refused["outcome"]) == (1, "paid")
    code, told = as_json(say, "reverse", "late", "L1", "--reason", "rejected")
    assert (code, told["decision"]["outstanding"]["minor"]) == (0, 95000)


def test_a_hold_is_placed_and_released(say: Say) -> None:
    """Sales asks for patience until the end of the month; two days later the case goes on."""
    assert say("hold", "held", "--reason", "asked by sales", "--until", str(DUE))[0] == 0
    code, told = as_json(say, "case", "why", "held")
    assert (code, "asked by sales" in told["why"]) == (0, True)
    assert say("release", "held")[0] == 0
    code, refused = as_json(say, "release", "held")
    assert (code, "not on hold" in refused["refused"]) == (1, True)


def test_a_promise_and_a_plan_are_agreed_or_refused_in_words(say: Say) -> None:
    """A promise for yesterday is refused, one for next week is taken, and a plan in three takes its place."""
    yesterday, soon = str(TODAY - timedelta(days=2)), str(TODAY + timedelta(days=7))
    assert say("promise", "plan", "--for", yesterday)[0] == 1
    assert say("promise", "plan", "--for", soon, "--amount", "5000")[0] == 1
    assert say("promise", "plan", "--for", soon)[0] == 0
    code, told = as_json(say, "plan", "plan", "--in", "3", "--every", "30", "--first", soon)
    parts = [part["amount"]["minor"] for part in told["state"]["plan"]["instalments"]]
    assert (code, parts) == (0, [33334, 33333, 33333])
    assert say("plan", "plan", "--instalment", f"{soon}=400")[0] == 1
    assert say("plan", "plan", "--instalment", f"{soon}=400", "--instalment", f"{DUE}=600")[0] == 0
    assert say("plan", "plan")[0] == 1


def test_a_dispute_stops_its_part_and_is_resolved(say: Say) -> None:
    """300 EUR are contested: 700 EUR are asked for; the dispute is partly upheld and a credit note follows."""
    code, told = as_json(say, "dispute", "bits", "--amount", "300", "--reason", "broken parts", "--id", "X1")
    assert (code, told["decision"]["outstanding"]["minor"]) == (0, 70000)
    assert say("resolve", "bits", "X9", "rejected")[0] == 1
    assert say("resolve", "bits", "X1", "partly")[0] == 1
    assert say("resolve", "bits", "X1", "partly", "--amount", "100")[0] == 0
    code, told = as_json(say, "credit", "bits", "100", "--dispute", "X1", "--id", "C1")
    assert (code, told["decision"]["outstanding"]["minor"]) == (0, 90000)


def test_steps_are_skipped_and_approval_is_refused_where_none_waits(say: Say) -> None:
    """The note before the due date is left out by hand; nobody can approve what needs no approval."""
    code, told = as_json(say, "skip", "acts", "--reason", "told by phone", "--by", "anna")
    assert (code, told["state"]["steps"][0]["why"]) == (0, "skipped_by_person")
    assert told["state"]["steps"][0]["words"]["by"] == "anna"
    assert say("approve", "acts")[0] == 1
    assert say("refuse", "acts", "--reason", "no")[0] == 1
    assert say("repeat", "acts")[0] == 0
    assert say("call", "acts", "promised")[0] == 1
    assert say("delivery", "acts/pre-due-note/1/email", "bounced")[0] == 1
    assert say("call", "acts", "promised", "--for", str(DUE))[0] == 0


def test_a_case_moves_to_another_policy_after_showing_what_follows(say: Say) -> None:
    """A customer becomes a loyal one: first what would come, then the move; an unknown policy is refused."""
    assert say("change-policy", "list", "galactic")[0] == 2
    before = as_json(say, "case", "show", "list")[1]["case"]["policy_hash"]
    code, said = say("change-policy", "list", "loyal-b2b", "--dry-run")
    assert (code, "Under loyal-b2b" in said) == (0, True)
    assert as_json(say, "case", "show", "list")[1]["case"]["policy_hash"] == before
    assert as_json(say, "change-policy", "list", "loyal-b2b")[1]["state"]["policy"] == "loyal-b2b"


def test_insolvency_writing_off_and_withdrawing_end_the_chase(say: Say) -> None:
    """Proceedings opened against one, one given up, one opened by mistake: none of them is chased any more."""
    code, told = as_json(say, "insolvent", "lost")
    assert (code, told["decision"]["because"]["code"]) == (0, "insolvent")
    assert as_json(say, "writeoff", "lost", "--reason", "nothing left")[1]["decision"]["outcome"] == "written_off"
    assert as_json(say, "withdraw", "gone", "--reason", "by mistake")[1]["decision"]["outcome"] == "withdrawn"
    code, refused = as_json(say, "promise", "gone", "--for", str(DUE))
    assert (code, refused["outcome"]) == (1, "withdrawn")


def test_lists_and_reasons_are_read_from_the_ledger(say: Say) -> None:
    """The list shows what comes next for whom, filters narrow it, and `why` says why in French where wanted."""
    code, told = as_json(say, "case", "list", "--status", "open", "--search", "dupont 8")
    assert (code, [line["id"] for line in told["cases"]], told["total"]) == (0, ["exit"], 1)
    code, said = say("case", "list")
    assert (code, "pre-due-note" in said) == (0, True)
    code, said = say("case", "show", "exit")
    assert (code, "Europe/Paris" in said, "CaseOpened" in said) == (0, True, True)
    assert say("case", "list", "--at-least", "much")[0] == 1
    assert "done" not in say("task", "list")[1]
    assert say("case", "list", "--policy", "galactic") == (0, "No case is like that.\n")
    assert "no task 999999" in say("task", "show", "999999")[1]
    assert say("task", "done", "999999")[0] == 1


def test_an_overpayment_is_settled_as_a_task(say: Say) -> None:
    """10 EUR too much came for one invoice: the task stays until somebody says that it was refunded."""
    as_json(say, "pay", "held", "1010", "--id", "O1")
    (task,) = as_json(say, "task", "list", "--case", "held")[1]["tasks"]
    assert task["kind"] == "overpaid"
    assert f"relance task done {task['id']}" in say("task", "show", str(task["id"]))[1]
    assert say("task", "done", str(task["id"]), "--result", "refunded")[0] == 0
    assert as_json(say, "task", "list", "--case", "held")[1]["tasks"] == []


def test_the_journal_is_verified_and_a_case_exported(say: Say, tmp_path: Path) -> None:
    """The auditor gets one zip whose contents name their own hashes, and the journal holds."""
    assert say("journal", "verify")[0] == 0
    assert say("journal", "show", "exit")[0] == 0
    assert say("export", "exit", "--to", str(tmp_path / "out"))[0] == 0
    with zipfile.ZipFile(tmp_path / "out" / "case-exit.zip") as archive:
        assert {"case.json", "debtor.json", "journal.csv", "journal.json", "contents.json"} <= set(archive.namelist())
        assert json.loads(archive.read("case.json"))["case"]["invoice_number"] == "exit"
    assert (tmp_path / "out" / "case-exit.zip").stat().st_mode & 0o77 == 0


def test_importing_again_reaches_the_running_cases(say: Say, tmp_path: Path) -> None:
    """The books correct an invoice to 900 EUR and know of 100 EUR paid: the running case asks for 800 EUR."""
    file = tmp_path / "again.csv"
    file.write_text(f"{HEADER},paid\nexit,D8,Dupont 8,{TODAY},{DUE},900,EUR,100\n")
    for _ in range(2):
        code, told = as_json(say, "import", str(file), "--debtor-kind", "business")
        assert (code, told["imported"], told["known"], told["problem"]) == (0, 0, 1, "")
    assert as_json(say, "case", "why", "exit")[1]["outstanding"]["minor"] == 80000


def test_a_short_command_is_a_process_that_ends_well(up: subprocess.Popen[str], surroundings: dict[str, str]) -> None:
    """Typed in a shell: 0 when it went well, 1 when refused, 2 when it could not run; a traceback only when asked."""
    assert up.poll() is None
    assert relance(surroundings, "hold", "exit", "--reason", "x").returncode == 0
    assert relance(surroundings, "resume", "--json").stdout.startswith("{")
    refused = relance(surroundings, "hold", "nobody", "--reason", "x")
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert relance(surroundings, "hold").returncode == 2
    lost = relance({**surroundings, "RELANCE_DATABASE_URL": "mysql://x"}, "case", "list")
    assert (lost.returncode, "sqlite" in lost.stderr) == (2, True)
    assert "Traceback" in relance(surroundings, "case", "show", "nobody", "--debug").stderr


def test_a_second_up_leaves_the_first_one_alone(up: subprocess.Popen[str], surroundings: dict[str, str]) -> None:
    """Somebody types `relance up` in another window: a sentence names the one that runs, and its server stays."""
    second = relance(surroundings, "up")
    assert (second.returncode, f"process {up.pid}" in second.stderr) == (2, True)
    assert relance(surroundings, "resume", "--json").returncode == 0


def test_a_killed_server_is_started_again_until_down_stops_both(tmp_path: Path) -> None:
    """The server of `relance up` is killed on Monday and comes back; `relance down` on Friday ends both for good."""
    place = {"RELANCE_VAR_DIR": str(tmp_path), "RELANCE_HEALTH_ADDRESS": "127.0.0.1:0"}
    command = [sys.executable, "-c", "from console.main import main; main()", "up", "--headless"]
    with subprocess.Popen(
        command, env={**os.environ, **place}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout is not None
        assert any("Ready" in line for line in running.stdout)
        first = find_server(tmp_path)
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: (again := find_server(tmp_path)) is not None and again.pid != first.pid)
        assert relance(place, "resume").returncode == 0
        stopped = relance(place, "down")
        assert (stopped.returncode, stopped.stdout.startswith("Stopped")) == (0, True)
        assert running.wait(timeout=10) == 0
    assert (tmp_path / "relance.db").exists()


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever asks for help gets it: each command has a sentence and names what it wants."""
    names = [name for name in app if not name.startswith("-")]
    assert {"import", "pay", "hold", "case", "policy", "up", "worker"} <= set(names)
    mute = [name for name in names if not app[name].help]
    assert mute == []
    assert run(["pay", "--help"]) == 0
    assert "AMOUNT" in capsys.readouterr().out
