"""A reader of Temporal's files learns nothing when there are keys: real servers and workers, searched byte by byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.settings import Settings
from console import cases as door
from console.cases import Cases
from console.embedded import ensure_server, stop_server
from console.encryption import new_key
from console.main import run
from console.output import Stop
from tests.durable import Room, message, policy
from tests.ports import free_port
from tests.temporal_env import worker_on
from tests.test_import import HEADER, POLICIES
from tests.test_worker_process import answers, until
from worker import connect, prepare_namespace
from workflows.case import CaseWorkflow

KEY = new_key(date(2026, 3, 9))
KEY_ID, _, SECRET = KEY.partition(":")
TODAY = datetime.now(UTC).date()
# What the case below is about, and where a reader would come upon it. None of it is in the case's id.
MARKERS = {
    "the amount of the invoice": b'"minor":123456789',
    "the amount of a payment": b'"minor":24681357',
    "the bank's number of the payment": b"giro-quagga",
    "the step, also as the summary of its timer": b"vermilion-step",
    "a typed reason": b"zanzibar wants patience",
    "who decided": b"wolframina",
    "the refusal of an act": b"which is past",
    "why an activity failed": b"did not let us in",
    "where it failed": b"activities/cases.py",
    "a signal nobody understood": b"ornithorhynchus",
}


# ----------------------------------------------------------------------------------------- the files, read byte by byte


async def live(here: Room, cases: Cases) -> str:
    """A case that cannot reach the mail server, is put on hold, refused something, and paid in part."""
    here.use_mail_server(free_port())
    steps = (message("vermilion-step", 0), message("vermilion-step-two", 60))
    case_id = here.add(policy(*steps), TODAY - timedelta(days=1), "1234567.89 EUR")
    await cases.start([case_id])
    await here.wait_for_tries(case_id, 2)
    hold = {"fact": "HoldPlaced", "id": "H1", "by": "wolframina", "reason": "zanzibar wants patience"}
    await cases.act(case_id, hold)
    with pytest.raises(Stop, match="which is past"):
        await cases.act(case_id, {**hold, "id": "H2", "until": "2026-03-09"})
    money = {"minor": 24681357, "currency": "EUR"}
    paid = {"fact": "PaymentReceived", "id": "giro-quagga", "amount": money, "received_on": "2026-11-01"}
    await cases.tell(case_id, paid)
    await here.env.client.get_workflow_handle(f"case/{case_id}").signal("fact", {"fact": "ornithorhynchus"})
    await cases.settled(case_id, "PaymentReceived:giro-quagga")
    return case_id


@pytest.mark.parametrize("keys", [None, KEY], ids=["plain", "encrypted"])
async def test_a_reader_of_the_servers_files_learns_nothing(keys: str | None, tmp_path: Path) -> None:
    """The disk of the Temporal server is stolen on 9 March: with a key nothing is found, without one everything is."""
    server = ensure_server(tmp_path / "var", ui=False)
    try:
        client = await connect(Settings.model_validate({"encryption_keys": keys}), server.address)
        await prepare_namespace(client)
        here = Room(WorkflowEnvironment.from_client(client), tmp_path)
        async with worker_on(here.env, here.queue, [CaseWorkflow], [here.activities.ask, here.activities.perform]):
            case_id = await live(here, Cases(client, here.ledger, here.queue))
    finally:
        stop_server(tmp_path / "var")
    files = [file.read_bytes() for file in (tmp_path / "var").iterdir()]
    assert any(case_id.encode() in content for content in files)  # ids are never encrypted
    found = {what for what, marker in MARKERS.items() if any(marker in content for content in files)}
    assert found == (set() if keys else set(MARKERS))
    assert any(f"case {case_id}".encode() in content for content in files) is not bool(keys)  # the summary of the run


# ------------------------------------------------------------------------------------ the commands, and a lost key file

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    return {
        "RELANCE_DATABASE_URL": f"sqlite:///{tmp_path / 'relance.db'}",
        "RELANCE_VAR_DIR": str(tmp_path / "var"),
        "RELANCE_OUTBOX": str(tmp_path / "outbox"),
        "RELANCE_POLICIES_DIR": str(POLICIES),
        "RELANCE_HEALTH_ADDRESS": f"127.0.0.1:{free_port()}",
    }


@pytest.fixture
def say(surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Type a command, with or without the key: its exit code, and all it said."""
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)

    def typed(*arguments: str, key: bool = True) -> tuple[int, str]:
        monkeypatch.setenv("RELANCE_ENCRYPTION_KEYS", KEY if key else "")
        # A busy machine is slow, not without a worker; but without the key nobody will answer.
        monkeypatch.setattr(door, "PATIENCE", timedelta(seconds=60 if key else 4))
        code = run(arguments)
        said = capsys.readouterr()
        return code, said.out + said.err

    return typed


class Up:
    """`relance up` as a process, its log, and its end."""

    def __init__(self, surroundings: dict[str, str], log: Path, keys: str = "") -> None:
        command = [sys.executable, "-c", "from console.main import main; main()", "up", "--headless"]
        environment = {**os.environ, **surroundings, "RELANCE_ENCRYPTION_KEYS": keys}
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        until(lambda: "Ready" in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        return self.log.read_text()

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=60) == 0, self.said()


@pytest.fixture
def up(surroundings: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts `relance up`, and ends what a failed test left running."""
    begun: list[Up] = []

    def starter(keys: str = "") -> Up:
        begun.append(Up(surroundings, tmp_path / f"up-{len(begun)}.log", keys))
        return begun[-1]

    yield starter
    for running in begun:
        running.process.kill()
        running.process.wait()
    stop_server(tmp_path / "var")


@pytest.mark.slow  # the server gives a task that failed to the next worker after ten seconds
def test_a_lost_key_file_stops_no_case_for_good(
    up: Callable[..., Up], say: Say, surroundings: dict[str, str], tmp_path: Path
) -> None:
    """On Monday all goes well, on Tuesday the key is forgotten and 100 EUR come, on Wednesday they count."""
    file = tmp_path / "invoices.csv"
    file.write_text(f"{HEADER}\nred,D1,Dupont,{TODAY},{TODAY + timedelta(days=60)},1000,EUR\n")
    monday = up(KEY)
    assert say("import", str(file), "--debtor-kind", "business")[0] == 0
    assert say("hold", "red", "--reason", "asked by sales")[0] == 0
    code, said = say("release", "red", key=False)
    assert (code, said.count(f"encrypted with the key {KEY_ID}"), "Traceback" in said) == (2, 1, False)
    assert "not on hold" in say("release", "red")[1]  # it was released: only the answer could not be read
    assert "asked by sales" in say("case", "show", "red")[1]
    assert SECRET not in (Path("/proc") / str(monday.process.pid) / "cmdline").read_text()
    monday.end()

    tuesday = up()
    health = surroundings["RELANCE_HEALTH_ADDRESS"]
    assert answers(health, "/readyz")[0] == 200
    assert "It is recorded" in say("pay", "red", "100", "--id", "B1", key=False)[1]
    until(lambda: answers(health, "/readyz") == (503, {"temporal": "ok", "ledger": "ok", "worker": "failing"}))
    assert f"the key {KEY_ID}, which is not among the keys" in tuesday.said()
    tuesday.end()

    wednesday = up(KEY)
    until(lambda: "900.00 EUR" in say("case", "why", "red")[1], seconds=60)
    assert SECRET not in monday.said() + tuesday.said() + wednesday.said()
    wednesday.end()
