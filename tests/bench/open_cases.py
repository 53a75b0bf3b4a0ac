"""A book of open cases: how fast it comes in, what a worker needs for it, and how soon a payment stops a case."""

from __future__ import annotations

import csv
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from temporalio.client import Client

from activities.settings import Settings
from console.cases import Cases, in_turn
from console.embedded import ensure_server, stop_server
from console.imports.file import open_table
from console.imports.importing import Import, chunks
from console.imports.rows import Row, read_rows
from console.policies.files import load_folder
from ledger.store import Ledger
from tests.bench import floor
from tests.bench.figures import Figure
from tests.bench.house import ROOT, counted, kilobytes, product_worker, resident_megabytes, until, wait_until
from tests.ports import free_port
from worker import connect, prepare_namespace

_PAYMENTS = 100
_WARM = 20
_SEED = 20261123


async def open_cases(folder: Path, sizes: list[int], say: Callable[[str], None]) -> list[Figure]:
    """At each size: import rate beside bare starts, memory of the worker, time from payment signal to stopped case."""
    figures: list[Figure] = []
    for size in sizes:
        say(f"a book of {size:,} open cases")
        var = folder / f"open-{size}"
        var.mkdir(parents=True)
        try:
            figures += await _book(var, size)
        finally:
            stop_server(var)
    return figures


async def _book(var: Path, size: int) -> list[Figure]:
    server = ensure_server(var, ui=False, port=free_port())
    settings = Settings(var_dir=var, health_address="127.0.0.1:0")
    client = await connect(settings, server.address)
    await prepare_namespace(client)
    ledger = Ledger(settings.database_url)
    ledger.migrate()
    door = Cases(client, ledger)
    await _bring(ledger, door, _file(var, "warm-up", _WARM))
    with product_worker(var, server.address) as running:
        wait_until(ledger, "doing IS NOT NULL", _WARM, 60)
        before = resident_megabytes(running)
    bare = await _bare_starts(client, size)
    file = _file(var, "book", size)
    begun = time.perf_counter()
    ids = await _bring(ledger, door, file)
    rate = size / (time.perf_counter() - begun)
    with product_worker(var, server.address) as running:
        begun = time.perf_counter()
        wait_until(ledger, "doing IS NOT NULL", _WARM + size, 120 + size / 5)
        opened = size / (time.perf_counter() - begun)
        memory = (resident_megabytes(running) - before) * 1000 / size
        disk = [kilobytes(var / name) / size for name in ("temporal.db", "relance.db")]
        pauses = await _payments(ledger, door, ids)
    ledger.close()
    return [
        Figure("import", size, rate, "cases per second", floor=bare, goal=0.9),
        Figure("first decision after an import", size, opened, "cases per second"),
        Figure("worker memory per 1,000 open cases", size, memory, "MB", more_is_better=False),
        Figure("Temporal's database per open case", size, disk[0], "KB", more_is_better=False),
        Figure("ledger per open case", size, disk[1], "KB", more_is_better=False),
        Figure("payment signal to stopped case, median", size, statistics.median(pauses), "ms", more_is_better=False),
        Figure("payment signal to stopped case, 95 %", size, _high(pauses), "ms", more_is_better=False),
    ]


def _file(var: Path, name: str, size: int) -> Path:
    """A file of invoices due in two months, so that nothing is sent while the book is measured."""
    target, due = var / f"{name}.csv", datetime.now(UTC).date() + timedelta(days=60)
    with target.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["number", "issue_date", "due_date", "amount", "currency", *_DEBTOR])
        for number in range(size):
            table.writerow([f"{name}-{number}", date.today(), due, "1000.00", "EUR", *_debtor(number)])  # noqa: DTZ011
    return target


_DEBTOR = ("debtor_id", "debtor_name", "debtor_kind", "country", "email")


def _debtor(number: int) -> tuple[str, ...]:
    return f"D-{number // 3}", f"Atelier {number // 3}", "business", "FR", "compta@example.org"


async def _bring(ledger: Ledger, door: Cases, file: Path) -> list[str]:
    """What `relance import` does, without starting a program."""
    rows = [row for row in read_rows(open_table(file), {}) if isinstance(row, Row)]
    bringing = Import(ledger, list(load_folder(ROOT / "policies").policies), datetime.now(UTC))
    for chunk in chunks(rows):
        bringing.bring(chunk)
    if bringing.brought.refused:
        raise ValueError(f"the measurement's own file was refused: {bringing.brought.refused[0]}")
    ids = [row.case_id for row in rows]
    await door.start(ids)
    return ids


async def _bare_starts(client: Client, size: int) -> float:
    """Workflows started per second with nothing around it, as many at once as the import starts."""

    async def begin(number: int) -> None:
        await client.start_workflow("floor", args=[0, 0, {}], id=f"bare/{number}", task_queue=floor.QUEUE)

    begun = time.perf_counter()
    await in_turn(range(size), begin)
    return size / (time.perf_counter() - begun)


async def _payments(ledger: Ledger, door: Cases, ids: list[str]) -> list[float]:
    """Milliseconds from the call that signals a full payment until the ledger has the case closed, one at a time."""
    pauses = []
    for case_id in random.Random(_SEED).sample(ids, min(_PAYMENTS, len(ids))):
        fact = {
            "fact": "PaymentReceived",
            "id": f"pay-{case_id}",
            "amount": {"minor": 100_000, "currency": "EUR"},
            "received_on": datetime.now(UTC).date().isoformat(),
        }
        begun = time.perf_counter()
        await door.tell(case_id, fact)
        await until(partial(_is_closed, ledger, case_id), pause=0.002)
        pauses.append((time.perf_counter() - begun) * 1000)
    return pauses


async def _is_closed(ledger: Ledger, case_id: str) -> bool:
    return counted(ledger, f"id = '{case_id}' AND status = 'closed'") == 1


def _high(pauses: list[float]) -> float:
    return statistics.quantiles(pauses, n=20)[-1]
