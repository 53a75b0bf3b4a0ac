"""Servers, workers and ledgers of a measurement: real processes in a folder of their own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import text

from dunning.case import Case, Debtor, Invoice
from dunning.money import Money
from dunning.policy import Policy
from dunning.terms import DebtorKind
from ledger import book
from ledger.cases import NewCase, add_cases
from ledger.policies import PolicyBundle, keep_policy
from ledger.store import Ledger
from tests.durable import LETTERS

ROOT = Path(__file__).parents[2]
_CHUNK = 500
# Each case has a clock of its own that runs ahead: neither a jump nor a full day says anything here.
_SKIPPED = {"RELANCE_BRAKE_CLOCK_MINUTES": "0", "RELANCE_BRAKE_FLOOR": "1000000"}


@contextmanager
def process(command: Sequence[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process of the project, stopped at the end of the block."""
    told = {**os.environ, "RELANCE_HEALTH_ADDRESS": "127.0.0.1:0", **environment}
    with log.open("ab") as out:
        running = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=told, stdout=out, stderr=out)
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(timeout=60)
            except subprocess.TimeoutExpired:
                running.kill()


@contextmanager
def product_worker(var: Path, address: str) -> Iterator[subprocess.Popen[bytes]]:
    """The real worker, on the ledger and outbox of the folder; its brake counts, but takes skipped time for granted."""
    told = {"RELANCE_VAR_DIR": str(var), "TEMPORAL_ADDRESS": address, **_SKIPPED}
    with process(["worker.py"], var / "worker.log", **told) as running:
        yield running


def resident_megabytes(running: subprocess.Popen[bytes]) -> float:
    """Memory that the process holds now, in MB (Linux, /proc)."""
    line = next(
        line for line in Path(f"/proc/{running.pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Seconds of processor time that a process has used so far (Linux, /proc)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def server_beside_us() -> int:
    """The process id of the Temporal server that this program started."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [pid for file in children for pid in file.read_text().split()]
    return next(int(pid) for pid in pids if "start-dev" in Path(f"/proc/{pid}/cmdline").read_text())


def kilobytes(database: Path) -> float:
    """What a SQLite database takes on disk, its log included, in KB."""
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists()) / 1000


def fill(ledger: Ledger, used: Policy, due: date, count: int) -> list[str]:
    """Put so many invoices into the ledger, each of a debtor of its own; returns the case ids."""
    now = datetime.now(UTC)
    ids = [f"F-{count}-{number}" for number in range(count)]
    with ledger.write() as db:
        bundle = {"policy": used.model_dump(mode="json", exclude_defaults=True), "letters": LETTERS}
        kept = keep_policy(db, PolicyBundle(used.policy, "bench.yaml", bundle, now))
    for first in range(0, count, _CHUNK):
        with ledger.write() as db:
            add_cases(db, [_new(db, case_id, (used, kept), due) for case_id in ids[first : first + _CHUNK]])
    return ids


def _new(db: object, case_id: str, pinned: tuple[Policy, str], due: date) -> NewCase:
    used, kept = pinned
    now = datetime.now(UTC)
    money = Money.parse("1000 EUR")
    owner = book.Debtor(
        id=f"D-{case_id}",
        name="Atelier Martin",
        kind="business",
        country="FR",
        email="compta@example.org",
        phone="+33123456789",
        address=("1 rue A", "75001 Paris"),
    )
    book.upsert_debtor(db, owner, now)  # type: ignore[arg-type]  # a connection
    issued = due.replace(day=1)
    case = Case(
        id=case_id,
        policy=used.policy,
        policy_hash=kept,
        invoice=Invoice(number=case_id, issue_date=issued, due_date=due, amount=money),
        debtor=Debtor(id=owner.id, kind=DebtorKind.business, country="FR"),
        added_at=now,
    )
    state = case.model_dump(mode="json", exclude_defaults=True)
    return NewCase(book.Invoice(case_id, case_id, owner.id, issued, due, money), used.policy, kept, state, money, now)


def counted(ledger: Ledger, condition: str) -> int:
    """How many cases meet the condition, in SQL."""
    with ledger.read() as db:
        return int(db.scalar(text(f"SELECT count(*) FROM cases WHERE {condition}")) or 0)


async def until(holds: Callable[[], Awaitable[bool]], pause: float = 0.1) -> None:
    """Ask again and again, `pause` seconds apart, until it holds."""
    while True:
        if await holds():
            return
        await asyncio.sleep(pause)


def wait_until(ledger: Ledger, condition: str, count: int, seconds: float) -> None:
    """Until so many cases meet the condition."""
    deadline = time.monotonic() + seconds
    while counted(ledger, condition) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{counted(ledger, condition)} of {count} cases are {condition} after {seconds:.0f} s")
        time.sleep(0.1)
