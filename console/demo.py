"""`relance demo`: the whole thing in a minute, on a real server with real files, in a folder of its own."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from activities.settings import Settings
from console.cases import Cases
from console.demo_report import files_made, standing, what_happened, what_next
from console.embedded import ensure_server, stop_server
from console.imports.file import open_table
from console.imports.importing import Import, chunks
from console.imports.rows import Row, read_rows
from console.logs import set_up_logs
from console.output import COULD_NOT_RUN, FINE, Stop, note, out, table
from console.policies.files import load_folder
from console.sample_portfolio import write_sample
from ledger.cases import case as case_row
from ledger.lists import count_busy, counts
from ledger.store import Ledger
from ledger.tasks import TaskFilter, list_tasks
from worker import connect, prepare_namespace, registrations, run_worker

STUCK_SECONDS = 120.0
QUIET_SECONDS = 1.0  # so long nothing may be left to do before the demo calls it done
_NIGHT = (
    "The shipped policies contact nobody at night or at weekends. For the demo, contact hours are open day and night."
)


_EVERY_DAY = "  week_days: [{days}, sunday]\n  public_holidays: open"
_EVENTS = {
    "PaymentReceived": "a payment arrives",
    "DisputeOpened": "the debtor disputes",
    "PromiseMade": "the debtor promises to pay in five days",
}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Show:
    """What the demo shows."""

    exit: Annotated[bool, Parameter(negative="", help="End after the table, with exit code 0.")] = False
    portfolio: Annotated[
        Path | None, Parameter(help="A CSV of your own instead of the sample: businesses, where it does not say.")
    ] = None
    set_: Annotated[
        tuple[str, ...],
        Parameter(name="--set", negative="", help="COLUMN=VALUE for cells left empty; may be repeated."),
    ] = ()
    folder: Annotated[Path, Parameter(help="Where everything goes. Emptied at the start.")] = Path("var/demo")


def demo(show: Show = Show()) -> int:
    """Show Relance at work: a real Temporal server, a worker, a small portfolio, real e-mails, letters and files."""
    began = time.monotonic()
    settings = _prepare(show.folder)
    with (show.folder / "demo.log").open("a", encoding="utf-8") as log:
        set_up_logs("console", log)
        try:
            return asyncio.run(_run(show, settings, began))
        finally:
            stop_server(show.folder)


def _prepare(folder: Path) -> Settings:
    """An empty folder with the shipped policies, whose contact hours are opened."""
    marker = folder / ".relance-demo"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise Stop(f"{folder} is not empty and no demo made it: name another --folder.", COULD_NOT_RUN)
    stop_server(folder)
    shutil.rmtree(folder, ignore_errors=True)
    shipped = Settings().policies_dir
    if not shipped.is_dir():
        raise Stop(
            f"There are no policies in {shipped.resolve()}: run the demo in the project's folder.", COULD_NOT_RUN
        )
    folder.mkdir(parents=True)
    marker.touch()
    shutil.copytree(shipped, folder / "policies")
    for file in (folder / "policies").glob("*.yaml"):
        file.write_text(_always_open(file.read_text(encoding="utf-8")), encoding="utf-8")
    return Settings(var_dir=folder, policies_dir=folder / "policies", health_address="127.0.0.1:0")


def _always_open(policy: str) -> str:
    """The policy with contact hours open day and night; consumers keep their Sundays and holidays, in the demo too."""
    days = "monday, tuesday, wednesday, thursday, friday, saturday"
    opened = f"  week_days: [{days}]" if "debtor: [consumer]" in policy else _EVERY_DAY.format(days=days)
    policy = re.sub(r"(?m)^  week_days: .*$", opened, policy)
    return re.sub(r"(?m)^  contact_hours: .*$", '  contact_hours: ["00:00-24:00"]', policy)


async def _run(show: Show, settings: Settings, began: float) -> int:
    out("Relance demo: one durable workflow per unpaid invoice.")
    server = await asyncio.to_thread(ensure_server, show.folder)
    out(f"Temporal server on {server.address}, its web page on http://{server.ui_address}")
    out(_NIGHT)
    client = await connect(settings, server.address)
    await prepare_namespace(client, timedelta(days=30))
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(client, registrations(settings), stop, settings))
    ledger = Ledger(settings.database_url)
    showing = asyncio.create_task(_show(show, settings, Cases(client, ledger), ledger))
    await asyncio.wait({worker, showing}, return_when=asyncio.FIRST_COMPLETED)
    if worker.done():  # it ended by itself: say why instead of waiting for it
        showing.cancel()
        await worker
    try:
        await showing
        out(f"\nDone in {time.monotonic() - began:.0f} s.")
        what_next(show.portfolio is None, not show.exit, show.folder, server.ui_address)
        if not show.exit:
            await _until_stopped()
    finally:
        stop.set()
        await worker
    return FINE


async def _show(show: Show, settings: Settings, cases: Cases, ledger: Ledger) -> None:
    await _import(show, ledger, cases)
    await _until_quiet(ledger, "cases walk their policy")
    await _approve(ledger, cases)
    await _until_quiet(ledger, "approved steps go out")
    what_happened(ledger, settings)
    if show.portfolio is None:
        await _events(ledger, cases, settings.language)
    files_made(settings)


async def _import(show: Show, ledger: Ledger, cases: Cases) -> None:
    file = show.portfolio or write_sample(show.folder / "portfolio.csv", date.today())  # noqa: DTZ011 - the reader's day
    told = dict(given.partition("=")[::2] for given in show.set_)
    defaults = {"debtor_kind": "business", **told} if show.portfolio else told
    read = list(read_rows(open_table(file, frozenset(defaults)), defaults))
    rows = [row for row in read if isinstance(row, Row)]
    faults = [row for row in read if not isinstance(row, Row)]
    loaded = load_folder(show.folder / "policies")
    if loaded.findings:
        raise Stop(f"The policies have findings, the first: {loaded.findings[0]}", COULD_NOT_RUN)
    bringing = Import(ledger, loaded.policies, datetime.now(UTC))
    with _bar() as bar:
        into = bar.add_task("import", total=len(rows))
        for chunk in chunks(rows):
            await asyncio.to_thread(bringing.bring, chunk)
            bar.advance(into, len(chunk))
        started = bar.add_task("start workflows", total=len(bringing.brought.start))
        await cases.start(bringing.brought.start, lambda: bar.advance(started))
    faults += bringing.brought.refused
    for fault in faults[:10]:
        note(f"line {fault.line}: {fault.reason}")
    out(f"{file}: {len(bringing.brought.new)} invoices imported, {len(faults)} rows refused.")


def _bar() -> Progress:
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*shown, console=Console(stderr=True), transient=True)


async def _until_quiet(ledger: Ledger, what: str) -> None:
    """Watch until no case has anything to do now. Stop when nothing moves for two minutes."""
    with _bar() as bar:
        watched = bar.add_task(what, total=None)
        seen, since = -1, time.monotonic()
        while seen != 0 or time.monotonic() - since < QUIET_SECONDS:
            busy, total = await asyncio.to_thread(_progress, ledger)
            bar.update(watched, total=total, completed=total - busy)
            if busy != seen:
                seen, since = busy, time.monotonic()
            if busy and time.monotonic() - since > STUCK_SECONDS:
                raise Stop(f"{busy} cases have not moved for {STUCK_SECONDS:g} s; demo.log says why.", COULD_NOT_RUN)
            await asyncio.sleep(0.2 if total < 100 else 2.0)  # watching costs time that the cases need


def _progress(ledger: Ledger) -> tuple[int, int]:
    with ledger.read() as db:
        return count_busy(db, datetime.now(UTC)), counts(db).open


async def _approve(ledger: Ledger, cases: Cases) -> None:
    """Formal notices and ways out wait for a person; here the demo is that person."""
    with ledger.read() as db:
        waiting = list_tasks(db, TaskFilter(kind="approve", limit=100_000))
    for task in waiting:
        if task.case_id:
            approval = {"fact": "StepApproved", "id": f"demo-{task.id}", "by": "demo", "step": task.body["step"]}
            await cases.act(task.case_id, approval)
    if waiting:
        out(f"{len(waiting)} steps waited for a person's approval; the demo approved them.")


async def _events(ledger: Ledger, cases: Cases, language: str) -> None:
    """One payment, one dispute, one promise, and what each changes."""
    today = datetime.now(UTC).date()
    with ledger.read() as db:
        owed = case_row(db, "DEMO-106").outstanding
    paid = {"fact": "PaymentReceived", "id": "demo-payment", "amount": owed.model_dump(), "received_on": str(today)}
    disputed = {"fact": "DisputeOpened", "id": "demo-dispute", "reason": "goods damaged"}
    promised = {
        "fact": "PromiseMade",
        "id": "demo-promise",
        "by": "demo",
        "promised_for": str(today + timedelta(days=5)),
    }
    rows = []
    for case_id, fact in (("DEMO-106", paid), ("DEMO-105", disputed), ("DEMO-104", promised)):
        before = standing(ledger, case_id, language)
        if fact is promised:
            await cases.act(case_id, fact)
        else:
            await cases.tell(case_id, fact)
            await cases.settled(case_id, f"{fact['fact']}:{fact['id']}")
        rows.append((case_id, _EVENTS[str(fact["fact"])], before, standing(ledger, case_id, language)))
    table("Then three things happen", ("Case", "What", "Before", "After"), rows)


async def _until_stopped() -> None:
    stop = asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    await stop.wait()
    out("Stopping.")
