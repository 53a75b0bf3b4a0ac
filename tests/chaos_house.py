"""The processes that the chaos kills: a real Temporal server, real workers and a real ledger, each started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from console import embedded
from console.embedded import ensure_server, find_server, stop_server
from console.output import COULD_NOT_RUN
from console.server_files import ServerFiles
from console.stories.house import SKIPPING
from tests.ports import HOST, free_port
from tests.postgres import PostgresServer

ROOT = Path(__file__).parents[1]
# `python worker.py`, but the server takes it for dead after seconds instead of two minutes.
_IMPATIENT = (
    "import workflows.case as c, datetime as d; c.ONE_TRY = d.timedelta(seconds={}); import worker; worker.main()"
)
# The embedded server as it is, but each case's clock jumps over its idle days: a policy's days pass in seconds.
_plain_command = embedded._command


def _command(files: ServerFiles, ports: dict[str, int]) -> list[str]:
    flags = [part for value in SKIPPING for part in ("--dynamic-config-value", value)]
    return [*_plain_command(files, ports), *flags]


embedded._command = _command


@dataclass(frozen=True)
class Layout:
    """Where a house stands. `patience` in seconds is the server's with a silent worker; None leaves the product's."""

    folder: Path
    database_url: str
    mail_port: int
    workers: int = 1
    patience: float | None = 4.0
    postgres: PostgresServer | None = None

    @property
    def outbox(self) -> Path:
        return self.folder / "ledger" / "outbox"

    def logs(self) -> list[Path]:
        """What each worker said, one file for each process."""
        return sorted(self.folder.glob("worker-*.log"))

    def environment(self) -> dict[str, str]:
        """The settings of every process of the house."""
        return {
            "RELANCE_VAR_DIR": str(self.folder),
            "RELANCE_DATABASE_URL": self.database_url,
            "RELANCE_OUTBOX": str(self.outbox),
            "RELANCE_HEALTH_ADDRESS": f"{HOST}:0",
            "RELANCE_EMAIL": "smtp",
            "RELANCE_SMTP_HOST": HOST,
            "RELANCE_SMTP_PORT": str(self.mail_port),
            "RELANCE_SMTP_TLS": "none",
            "RELANCE_PROVIDER_TIMEOUT": "2",
            "RELANCE_LOG_FORMAT": "json",
            # The cases' clocks run days ahead of the machine's, and all of them are written to at once.
            "RELANCE_BRAKE_CLOCK_MINUTES": "0",
            "RELANCE_BRAKE_FLOOR": "1000000",
        }


@dataclass
class House:
    """The processes of one run. `deaths` tells of workers that ended by themselves; `extra` is added to their settings.

    One that could not start, as the server or the ledger was away, is no death: a supervisor starts it again.
    """

    layout: Layout
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    deaths: list[str] = field(default_factory=list)
    _workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _logs: dict[int, Path] = field(default_factory=dict)
    closed: threading.Event = field(default_factory=threading.Event)
    _ledger_is_down: bool = False
    _turn: threading.RLock = field(default_factory=threading.RLock)  # the mail server kills from its own thread

    def start_server(self) -> str:
        """The server's address, once it answers."""
        return ensure_server(self.layout.folder, ui=False, port=self.port).address

    def kill_server(self) -> None:
        found = find_server(self.layout.folder)
        if found is not None:
            os.kill(found.pid, signal.SIGKILL)
            embedded._reap(found.pid)

    def start_workers(self) -> None:
        """Start those that are missing, as a machine's supervisor would."""
        with self._turn:
            self._look()
            while len(self._workers) < self.layout.workers and not self.closed.is_set():
                self._workers.append(self._start())

    def kill_workers(self) -> None:
        """SIGKILL, at once and from any thread; who was dead before is noted as such."""
        with self._turn:
            self._look()
            for worker in self._workers:
                worker.kill()
                worker.wait()
            self._workers.clear()

    def stop_workers(self) -> list[int]:
        """SIGTERM; the exit codes."""
        for worker in self._workers:
            worker.terminate()
        codes = [worker.wait(timeout=60) for worker in self._workers]
        self._workers.clear()
        return codes

    def kill_ledger(self) -> None:
        """SIGKILL to the database; only PostgreSQL is a process."""
        if self.layout.postgres is not None:
            pid = int((self.layout.postgres.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
            self._ledger_is_down = True

    def start_ledger(self) -> None:
        """Bring PostgreSQL back, as soon as the dead one's children have let go of its memory."""
        if not self._ledger_is_down or self.layout.postgres is None:
            return
        from tests.postgres import programs

        server, place = self.layout.postgres, programs()
        if place is not None:
            patiently(lambda: server.listen(place), subprocess.CalledProcessError)
            self._ledger_is_down = False

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `relance` as a person would."""
        relance = [sys.executable, "-c", "from console.main import main; main()", *words]
        return subprocess.run(
            relance, env=self._environment(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    def close(self) -> None:
        """Leave nothing running, and let nobody start anything more."""
        self.closed.set()
        self.kill_workers()
        stop_server(self.layout.folder)

    def _look(self) -> None:
        gone = [worker for worker in self._workers if worker.poll() is not None]
        for worker in gone:
            said = self._logs[worker.pid].read_text(errors="replace")
            if worker.returncode != COULD_NOT_RUN or "worker ready" in said:
                self.deaths.append(f"a worker ended by itself with {worker.returncode}: {said[-500:]}")
        self._workers = [worker for worker in self._workers if worker not in gone]

    def _start(self) -> subprocess.Popen[bytes]:
        patience = self.layout.patience
        program = ["worker.py"] if patience is None else ["-c", _IMPATIENT.format(patience)]
        file = self.layout.folder / f"worker-{len(self.layout.logs()):04}.log"
        with file.open("wb") as log:
            started = subprocess.Popen(
                [sys.executable, *program], env=self._environment() | self.extra, cwd=ROOT, stdout=log, stderr=log
            )
        self._logs[started.pid] = file
        return started

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.layout.environment()}


def patiently(act: Callable[[], None], error: type[Exception], seconds: float = 30) -> None:
    """Act until it works; the last error is raised."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            act()
        except error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
