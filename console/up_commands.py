"""Starts and stops what Relance runs on: the embedded Temporal server, the worker, and the cases without a run."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from activities.settings import Settings, load_settings
from console.alone import alone, stop_other
from console.desk import Desk
from console.embedded import EmbeddedServer, ensure_server, find_server, stop_server
from console.logs import set_up_logs
from console.output import FINE, Say, json_out, note, out
from console.progress import progress_bar
from ledger.lists import CaseFilter, list_cases
from ledger.store import Ledger

if TYPE_CHECKING:
    from console.cases import Cases

PAGE = 10_000
WATCH_SECONDS = 2.0
KEEP = Annotated[bool, Parameter(negative="", help="Leave the server running when the worker ends.")]
HEADLESS = Annotated[bool, Parameter(negative="", help="Start the server without its web page.")]


def up(*, headless: HEADLESS = False, keep_server: KEEP = False) -> int:
    """Start everything on this machine: ledger, embedded Temporal server, worker, open cases. Ctrl-C stops it cleanly.

    The server's data stays under var/, so open cases go on where they were. Not for production: there, run a Temporal
    server of your own and `relance worker`.
    """
    settings = load_settings()
    set_up_logs(settings.log_format)
    with alone(settings.var_dir):
        _serve_until_stopped(settings, headless, keep_server)
    return FINE


def _serve_until_stopped(settings: Settings, headless: bool, keep_server: bool) -> None:
    ledger = Ledger(settings.database_url)
    ledger.migrate()
    server = ensure_server(settings.var_dir, ui=not headless)
    ended_well = False
    try:
        _greet(settings, server)
        asyncio.run(_work(settings, ledger, server))
        ended_well = True
    finally:
        # A server that another process started, and still needs, outlives our failure to start.
        if not keep_server and (ended_well or server.started_now):
            stop_server(settings.var_dir)
            out("The Temporal server is stopped; open cases go on with the next `relance up`.")


def down() -> int:
    """Stop `relance up`, and the embedded Temporal server if it was left running; open cases stay as they are."""
    folder = load_settings().var_dir
    stopped = stop_other(folder)
    stopped = stop_server(folder) or stopped
    out("Stopped; open cases go on with the next `relance up`." if stopped else f"Nothing was running in {folder}.")
    return FINE


def work() -> int:
    """Run a worker against a Temporal server of your own (TEMPORAL_ADDRESS, ...); SIGTERM stops it cleanly."""
    from worker import main

    main()


def resume(*, say: Say = Say()) -> int:  # noqa: B008 - a frozen value
    """Start every open case of the ledger that has no run, after a crash or on a new Temporal server."""
    desk = Desk()
    started = desk.at_the_door(lambda cases: resume_cases(cases, desk.ledger))
    if say.as_json:
        json_out({"resumed": started})
    else:
        out(f"{started} cases resumed.")
    return FINE


async def resume_cases(cases: Cases, ledger: Ledger) -> int:
    """Start the open cases that have no run; returns how many. A case that runs already is left alone."""
    there = await cases.running()
    missing = [case_id for case_id in _open_cases(ledger) if case_id not in there]
    if not missing:
        return 0
    with progress_bar("resuming cases", len(missing)) as step:
        return await cases.start(missing, step)


def _open_cases(ledger: Ledger) -> list[str]:
    found: list[str] = []
    with ledger.read() as db:
        while True:
            page = list_cases(db, CaseFilter(status="open", order="id", limit=PAGE, offset=len(found)))
            found += [line.id for line in page]
            if len(page) < PAGE:
                return found


async def _work(settings: Settings, ledger: Ledger, server: EmbeddedServer) -> None:
    from console.cases import Cases
    from console.telemetry import telemetry_runtime
    from worker import RETENTION, connect, prepare_namespace, registrations, run_worker

    client = await connect(settings, server.address, telemetry_runtime(settings.metrics_address))
    await prepare_namespace(client, RETENTION)
    stop = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    working = asyncio.create_task(run_worker(client, registrations(settings), stop, settings))
    resuming = asyncio.create_task(resume_cases(Cases(client, ledger), ledger))
    watching = asyncio.create_task(_watch_server(settings.var_dir, server, stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, resuming, stopping}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if resuming.done():
            out(f"{resuming.result()} cases resumed. Ready; Ctrl-C stops.")
        else:
            resuming.cancel()  # the next `relance up` resumes the rest
    except BaseException:
        stop.set()
        raise
    finally:
        await working
        stopping.cancel()
        await watching


async def _watch_server(var_dir: Path, server: EmbeddedServer, stop: asyncio.Event) -> None:
    """Start the server again where it was when it ends by itself; when that fails, stop the worker and say why."""
    port = int(server.address.rpartition(":")[2])
    asked = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            if await asyncio.to_thread(find_server, var_dir) is None:
                note("The Temporal server ended by itself and is started again.")
                await asyncio.to_thread(ensure_server, var_dir, server.ui_address is not None, port)
            await asyncio.wait({asked}, timeout=WATCH_SECONDS)
    finally:
        asked.cancel()
        stop.set()


def _greet(settings: Settings, server: EmbeddedServer) -> None:
    out(f"Temporal server  {server.address}")
    if server.ui_address:
        out(f"its web page     http://{server.ui_address}")
    if not settings.health_address.endswith(":0"):
        out(f"health           http://{settings.health_address}/readyz")
    out(f"outbox           {settings.outbox}")
