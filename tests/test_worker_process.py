"""The worker process, watched from outside: it drains before it ends, says when it is not ready, and fails in words."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHandle

from activities.settings import Settings
from console.embedded import ensure_server, stop_server
from ledger.store import Ledger
from tests.ports import free_port
from worker import connect
from workflows.case import TASK_QUEUE

_ROOT = Path(__file__).parents[1]
_RUN = "from tests.tiny_worker import main; main()"


def answers(address: str, path: str) -> tuple[int, dict[str, str]]:
    """Status and body of a health page; (0, {}) when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as page:
            return page.status, json.load(page)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, json.load(answer)
    except OSError:
        return 0, {}


class Running:
    """A worker process on the embedded server of `var`, its health page and its log."""

    def __init__(self, var: Path, **extra: str) -> None:
        self.health = f"127.0.0.1:{free_port()}"
        self.log = var / f"worker-{self.health[-5:]}.log"
        environment = {
            **os.environ,
            "RELANCE_VAR_DIR": str(var),
            "RELANCE_HEALTH_ADDRESS": self.health,
            "RELANCE_LOG_FORMAT": "json",
            **extra,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _RUN], env=environment, cwd=_ROOT, stdout=log, stderr=log
            )

    def get(self, path: str) -> tuple[int, dict[str, str]]:
        """Status and body of the health page; (0, {}) when nobody answers."""
        return answers(self.health, path)

    def ended(self, seconds: float = 60) -> int:
        """The exit code, waiting for it."""
        return self.process.wait(timeout=seconds)

    def is_ready(self) -> None:
        """Wait until it is; fail with its log when it ends instead, or takes too long."""
        deadline = time.monotonic() + 30
        while self.get("/readyz")[0] != 200:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        """Everything written to stdout and stderr."""
        return self.log.read_text()


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for the condition; fail when it does not come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this did not come about in time"
        time.sleep(0.05)


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A folder with a running embedded server."""
    folder = tmp_path / "var"
    ensure_server(folder, ui=False)
    yield folder
    stop_server(folder)


@pytest.fixture
def start(var: Path) -> Iterator[Callable[..., Running]]:
    """Starts worker processes, and kills those that a failed test left running."""
    begun: list[Running] = []

    def starter(**extra: str) -> Running:
        begun.append(Running(var, **extra))
        return begun[-1]

    yield starter
    for running in begun:
        running.process.kill()
        running.process.wait()


@pytest.fixture
async def client(var: Path) -> Client:
    """A client of the embedded server."""
    return await connect(Settings(var_dir=var))


async def siesta(client: Client, var: Path, wait: float = 0.0) -> WorkflowHandle[object, str]:
    """Open one small workflow."""
    return await client.start_workflow(
        "Siesta", args=[str(var), wait], id="case/siesta", task_queue=TASK_QUEUE, result_type=str
    )


async def test_sigterm_lets_the_activity_under_way_finish(
    var: Path, start: Callable[..., Running], client: Client
) -> None:
    """A letter is being sent when the release of 9:00 stops the worker: the letter goes out, and the exit code is 0."""
    worker = start()
    worker.is_ready()
    handle = await siesta(client, var)
    until((var / "begun").exists)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended() == 0, worker.said()
    assert (var / "ended").exists()
    start()
    assert await handle.result() == "rested"


@pytest.mark.slow
async def test_work_left_by_a_killed_worker_is_taken_up(
    var: Path, start: Callable[..., Running], client: Client
) -> None:
    """The worker is killed while a case waits for its day; the next worker performs the step when the day comes."""
    worker = start(RELANCE_TEST_NAP="0.1")
    handle = await siesta(client, var, wait=3)
    worker.is_ready()
    worker.process.kill()
    worker.ended()
    start(RELANCE_TEST_NAP="0.1")
    assert await handle.result() == "rested"


def test_alive_but_not_ready_when_the_server_is_gone(var: Path, start: Callable[..., Running]) -> None:
    """At noon the Temporal server goes away: not ready but alive, so nobody restarts the worker; at one it is ready."""
    worker = start()
    until(lambda: worker.get("/readyz") == (200, {"temporal": "ok", "ledger": "ok", "worker": "ok"}))
    stop_server(var)
    until(lambda: worker.get("/readyz") == (503, {"temporal": "failing", "ledger": "ok", "worker": "ok"}))
    assert worker.get("/livez") == (200, {"process": "ok"})
    ensure_server(var, ui=False)
    worker.is_ready()
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended() == 0, worker.said()


def test_worker_stops_cleanly_while_the_server_is_gone(var: Path, start: Callable[..., Running]) -> None:
    """The whole machine is shut down, server first: the worker still ends in time and without a crash."""
    worker = start()
    worker.is_ready()
    stop_server(var)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended(seconds=50) == 0, worker.said()


def test_ledger_that_is_down_is_seen_and_named_without_personal_data(var: Path, start: Callable[..., Running]) -> None:
    """The ledger's disk is full at 14:00: not ready, once in the log, and the address in the error stays out of it."""
    worker = start()
    worker.is_ready()
    (var / "ledger-down").touch()
    until(lambda: worker.get("/readyz") == (503, {"temporal": "ok", "ledger": "failing", "worker": "ok"}))
    worker.get("/readyz")
    assert worker.said().count("not ready: ledger") == 1
    assert "no ledger for [e-mail]" in worker.said()
    assert "jean.dupont" not in worker.said()


async def test_work_that_never_ends_does_not_hold_the_process(
    var: Path, start: Callable[..., Running], client: Client
) -> None:
    """A provider's library hangs for ever: after its time the worker ends all the same, with code 2 and a sentence."""
    worker = start(RELANCE_TEST_NAP="3600", RELANCE_TEST_DRAIN="2")
    await siesta(client, var)
    until((var / "begun").exists)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended(seconds=20) == 2
    assert "did not end within 2 seconds" in worker.said()


async def test_second_signal_ends_at_once(var: Path, start: Callable[..., Running], client: Client) -> None:
    """An operator presses Ctrl-C twice: the second one does not wait for the nap of an hour."""
    worker = start(RELANCE_TEST_NAP="3600")
    await siesta(client, var)
    until((var / "begun").exists)
    worker.process.send_signal(signal.SIGINT)
    until(lambda: "worker stopping" in worker.said())
    assert worker.get("/readyz")[0] == 503
    worker.process.send_signal(signal.SIGINT)
    assert worker.ended(seconds=5) == 2


def test_every_log_line_is_json(var: Path, start: Callable[..., Running]) -> None:
    """The platform reads logs as JSON: ours, the SDK's and the ones of the SDK's core all are."""
    worker = start()
    worker.is_ready()
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended() == 0
    lines = [json.loads(line) for line in worker.said().splitlines()]
    assert {"event", "level", "logger", "timestamp"} <= set(lines[0])
    assert lines[-1]["event"] == "worker stopped cleanly"


def test_metrics_are_served(var: Path, start: Callable[..., Running]) -> None:
    """Prometheus asks at the address of the settings and finds the worker's pollers."""
    metrics = f"127.0.0.1:{free_port()}"
    worker = start(RELANCE_METRICS_ADDRESS=metrics)
    worker.is_ready()
    with urllib.request.urlopen(f"http://{metrics}/metrics", timeout=10) as page:
        assert "temporal_num_pollers" in page.read().decode()


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({"TEMPORAL_ADDRESS": "127.0.0.1:1"}, "No Temporal server can be reached at 127.0.0.1:1"),
        ({"TEMPORAL_NAMESPACE": "nowhere"}, "has no namespace 'nowhere'"),
        ({"TEMPORAL_CONFIG_FILE": "/nowhere/temporal.toml"}, "which is not a file"),
        ({"TEMPORAL_PROFILE": "nowhere"}, "Profile 'nowhere' not found"),
        ({"RELANCE_HEALTH_ADDRESS": "taken"}, "RELANCE_HEALTH_ADDRESS"),
        ({"RELANCE_METRICS_ADDRESS": "localhost:9"}, "RELANCE_METRICS_ADDRESS"),
    ],
)
def test_what_prevents_a_start_is_said_in_one_line(
    extra: dict[str, str], sentence: str, start: Callable[..., Running]
) -> None:
    """A new operator gets one setting wrong: within seconds the worker ends with code 2 and a sentence naming it."""
    worker = start(**extra)
    assert worker.ended(seconds=20) == 2
    assert sentence in worker.said()
    assert "Traceback" not in worker.said()


@pytest.mark.parametrize("empty_url", ["sqlite", "postgresql"], indirect=True)
def test_the_real_worker_starts_and_drains(var: Path, tmp_path: Path, empty_url: str) -> None:
    """`python worker.py` on a new machine: the ledger is made, cases are served, and SIGTERM ends it well."""
    health = f"127.0.0.1:{free_port()}"
    settings = {
        "RELANCE_VAR_DIR": str(var),
        "RELANCE_DATABASE_URL": empty_url,
        "RELANCE_OUTBOX": str(tmp_path / "outbox"),
        "RELANCE_HEALTH_ADDRESS": health,
    }
    command = [sys.executable, "worker.py"]
    with subprocess.Popen(
        command, cwd=_ROOT, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True
    ) as worker:
        until(lambda: answers(health, "/readyz")[0] == 200 or worker.poll() is not None)
        worker.terminate()
        said = worker.communicate(timeout=50)[1]
    assert worker.returncode == 0, said
    made = Ledger(empty_url)
    assert made.schema_is_current()
    made.close()


def _ended(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A real worker that cannot run, once it has said so."""
    command, environment = [sys.executable, "worker.py"], {**os.environ, **settings}
    return subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"RELANCE_VAR_DIR": "/proc/none"}, "The ledger /proc/none/relance.db cannot be used"),
        ({"RELANCE_OUTBOX": "/proc/none"}, "The outbox /proc/none cannot be made"),
        ({"RELANCE_POLICIES_DIR": "/nowhere"}, "/nowhere/creditor.yaml cannot be read"),
        ({}, "TEMPORAL_ADDRESS names none"),
    ],
)
def test_the_real_worker_says_what_it_misses(settings: dict[str, str], sentence: str, tmp_path: Path) -> None:
    """A new machine lacks the disk, the policies or the Temporal server: one sentence and exit code 2, no guess."""
    worker = _ended({"RELANCE_VAR_DIR": str(tmp_path), **settings})
    assert (worker.returncode, sentence in worker.stderr, "Traceback" in worker.stderr) == (2, True, False)


def test_a_slip_in_the_creditors_file_stops_the_worker_at_its_line(tmp_path: Path) -> None:
    """Somebody slips while editing on a Friday: the worker does not start with half a creditor."""
    text = (_ROOT / "policies" / "creditor.yaml").read_text(encoding="utf-8")
    (tmp_path / "creditor.yaml").write_text(text.replace("\nname:", "\nnaem:", 1), encoding="utf-8")
    worker = _ended({"RELANCE_VAR_DIR": str(tmp_path), "RELANCE_POLICIES_DIR": str(tmp_path)})
    assert worker.returncode == 2
    assert re.search(r"creditor\.yaml:\d+:\d+: P20\d", worker.stderr)


def test_health_port_already_in_use_is_named(start: Callable[..., Running]) -> None:
    """Two workers are given the same health address: the second says so and ends with code 2."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        worker = start(RELANCE_HEALTH_ADDRESS=taken)
        assert worker.ended(seconds=20) == 2
    assert f"cannot listen on {taken}" in worker.said()
