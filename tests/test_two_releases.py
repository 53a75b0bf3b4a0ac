"""The release before this one and this one, as real worker processes on the same cases: forward, side by side, back."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from ledger.journal import verify_journal
from ledger.store import Ledger
from tests.ports import free_port
from tests.temporal_env import skipping_env
from tests.test_worker_process import answers
from workflows.case import TASK_QUEUE, CaseState

__all__ = ["skipping_env"]
pytestmark = pytest.mark.xdist_group("temporal")

FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED  # a task that one release fails and the other completes
TODAY = Path(__file__).parents[1]
ROOMS = ("dunning", "ledger", "activities", "workflows", "console", "worker.py")
# Run from the folder of a release, so that its own modules come first; it says where they came from.
WORK = "import sys, workflows.case; print(workflows.case.__file__, file=sys.stderr); from worker import main; main()"
WRITE_DOWN = """
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sys import argv
from tests.durable import Room, message, policy
room = Room(None, Path(argv[1]))
steps = [message(name, days) for name, days in (("first", 0), ("second", 10), ("third", 20))]
due = datetime.now(UTC).date() - timedelta(days=1)
print(*(room.add(policy(*steps), due) for _ in range(3)))
"""


def _git(*words: str) -> bytes | None:
    """What git answers; None when it cannot: no git, no repository, no such commit."""
    try:
        done = subprocess.run(["git", *words], cwd=TODAY, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def _before() -> str | None:
    """The newest commit whose program differs from the one in this folder, of those that know how to add a case."""
    commits = _git("log", "--format=%H", "-n", "20", "--", *ROOMS)
    for commit in (commits or b"").decode().split():
        if (
            _git("diff", "--quiet", commit, "--", *ROOMS) is None
            and _git("cat-file", "-e", f"{commit}:tests/durable.py") == b""
        ):
            return commit
    return None


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the release before this one."""
    commit = _before()
    archive = commit and _git("archive", commit)
    if not archive:
        pytest.skip("this folder is no git repository with an earlier commit of the program (a shallow clone?)")
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


@dataclass
class House:
    """A ledger, an outbox and cases that worker processes of either release serve."""

    env: WorkflowEnvironment
    folder: Path
    begun: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, release: Path, *words: str, **more: str) -> subprocess.Popen[bytes]:
        """A Python program in the folder of a release, with only that release's modules."""
        surroundings = {
            **os.environ,
            "PYTHONPATH": str(release),
            "TEMPORAL_ADDRESS": self.env.client.service_client.config.target_host,
            "RELANCE_VAR_DIR": str(self.folder),
            "RELANCE_DATABASE_URL": f"sqlite:///{self.folder / 'relance.db'}",
            "RELANCE_OUTBOX": str(self.folder / "outbox"),
            "RELANCE_BRAKE_CLOCK_MINUTES": "0",  # time is skipped here
            **more,
        }
        command = [sys.executable, "-c", *words]
        log = (self.folder / f"log-{len(self.begun)}").open("wb")
        self.begun.append(subprocess.Popen(command, cwd=release, env=surroundings, stdout=subprocess.PIPE, stderr=log))
        log.close()
        return self.begun[-1]

    def said(self, process: subprocess.Popen[bytes]) -> str:
        """What the process wrote to its log."""
        return (self.folder / f"log-{self.begun.index(process)}").read_text()

    async def worker(self, release: Path) -> subprocess.Popen[bytes]:
        """A worker of this release, ready or at its end."""
        health = f"127.0.0.1:{free_port()}"
        process = self.run(release, WORK, RELANCE_HEALTH_ADDRESS=health)
        for _ in range(600):
            if process.poll() is not None or (await asyncio.to_thread(answers, health, "/readyz"))[0] == 200:
                assert f"{release}/workflows/case.py" in self.said(process)
                return process
            await asyncio.sleep(0.05)
        raise AssertionError(self.said(process))

    async def stop(self, process: subprocess.Popen[bytes]) -> None:
        """As a rolling deploy stops a worker: it drains and ends well."""
        process.terminate()
        assert await asyncio.to_thread(process.wait, 50) == 0, self.said(process)

    async def start(self, case_id: str) -> WorkflowHandle[Any, Any]:
        """Start the workflow of a case."""
        with self.env.with_time_skipping_disabled():
            return await self.env.client.start_workflow(
                "case", CaseState(case_id), id=f"case/{case_id}", task_queue=TASK_QUEUE
            )

    async def comes_to(self, case: WorkflowHandle[Any, Any], true: Callable[[dict[str, Any]], object]) -> None:
        """Until this holds of what the case knows."""
        state: dict[str, Any] = {}
        for _ in range(200):
            state = await asyncio.wait_for(case.query("state"), 10)
            if state["case"] and not state["waiting"] and true(state):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(state)

    async def walk(self, case: WorkflowHandle[Any, Any], last: str) -> None:
        """Let days pass until this step went out."""
        await asyncio.wait_for(self.env.fast_forward(case, timedelta(days=10, hours=1)), 20)
        await self.comes_to(case, lambda state: _steps(state)[-1:] == [last])

    def sent(self, case_id: str) -> list[str]:
        """The steps whose message went out for the case, once for each message."""
        names = (file.name.removeprefix(f"{case_id}_") for file in self.folder.glob(f"outbox/**/{case_id}_*.eml"))
        return sorted(name.partition("_")[0] for name in names)

    async def workers_of(self, case: WorkflowHandle[Any, Any]) -> set[int]:
        """The processes that worked on the case."""
        events = (await case.fetch_history()).events
        names = (e.workflow_task_completed_event_attributes.identity for e in events)
        return {int(name.partition("@")[0]) for name in names if name}


@pytest.fixture
def house(skipping_env: WorkflowEnvironment, tmp_path: Path) -> Iterator[House]:
    """A house without a worker yet; those that a failed test leaves are ended."""
    made = House(skipping_env, tmp_path)
    yield made
    for process in made.begun:
        process.kill()
        process.communicate()


def _steps(state: dict[str, Any]) -> list[str]:
    return [record["step"] for record in state["case"].get("steps", [])]


def _payment(number: str, amount: int) -> dict[str, Any]:
    money = {"minor": amount * 100, "currency": "EUR"}
    return {"fact": "PaymentReceived", "id": number, "amount": money, "received_on": f"{datetime.now(UTC):%Y-%m-%d}"}


async def _written_down(house: House, release: Path) -> list[str]:
    """Three cases, put into the ledger by this release."""
    process = house.run(release, WRITE_DOWN, str(house.folder))
    told, _ = await asyncio.to_thread(process.communicate, None, 60)
    assert process.returncode == 0, house.said(process)
    return told.decode().split()


def _revisions(release: Path) -> set[str]:
    return {file.name for file in release.glob("ledger/migrations/versions/*.py")}


def _refuses_politely(house: House, old: subprocess.Popen[bytes], newer: bool) -> bool:
    """Whether the old worker ended, as it must when this release has made newer tables, saying so in one sentence."""
    assert (old.poll() is not None) == newer, house.said(old)
    if not newer:
        return False
    assert old.returncode == 2
    assert "made by a newer release" in house.said(old)
    assert "Traceback" not in house.said(old)
    return True


async def test_cases_go_on_under_the_next_release_beside_it_and_back_again(house: House, previous: Path) -> None:
    """Begun under the old release, 400 of 1,000 euros paid; both serve for a while; the new one alone; then back."""
    old = await house.worker(previous)
    ids = await _written_down(house, previous)
    cases = [await house.start(case_id) for case_id in ids]
    one, other, paid = cases
    for case in cases:
        await house.comes_to(case, lambda state: _steps(state) == ["first"])
    await one.signal("fact", _payment("P1", 400))
    await house.comes_to(one, lambda state: "P1" in state["case"].get("payments", {}))

    new = await house.worker(TODAY)  # side by side, as in a rolling deploy
    assert new.poll() is None, house.said(new)
    await house.walk(other, "second")
    for number in range(10):
        await paid.signal("fact", _payment(f"P{number}", 100))
    assert (await asyncio.wait_for(paid.result(), 20))["outcome"] == "paid"
    await house.stop(old)

    await house.walk(one, "second")
    assert new.pid in await house.workers_of(one)
    await house.stop(new)

    back = await house.worker(previous)
    if _refuses_politely(
        house, back, _revisions(TODAY) > _revisions(previous)
    ):  # nothing is harmed: the new one goes on where it was
        back = await house.worker(TODAY)
    await house.walk(one, "third")
    await house.walk(other, "third")
    await one.signal("fact", _payment("P2", 600))
    assert (await asyncio.wait_for(one.result(), 20))["outcome"] == "paid"
    assert {old.pid, new.pid, back.pid} <= await house.workers_of(one)
    await house.stop(back)
    assert [house.sent(case_id) for case_id in ids] == [["first", "second", "third"]] * 2 + [["first"]]
    _journal_is_whole(house)
    for case in cases:
        assert not [e for e in (await case.fetch_history()).events if e.event_type == FAILED]


def _journal_is_whole(house: House) -> None:
    ledger = Ledger(f"sqlite:///{house.folder / 'relance.db'}")
    with ledger.read() as db:
        assert list(verify_journal(db)) == []
    ledger.close()
