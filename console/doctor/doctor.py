"""`relance doctor`: looks at all that Relance rests on, each part alone, and says what to do about what it finds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from activities.settings import Settings, load_settings
from console.doctor import house
from console.doctor.ledger import Memory, no_file
from console.doctor.line import Check, Line, in_thread, looked, named, ok
from console.output import FINE, REFUSED, Say, json_out, out
from ledger.store import Ledger
from ledger.stuck import open_case_ids

if TYPE_CHECKING:
    from console.cases import Cases
    from console.doctor.server import Server

AGAIN_SECONDS = 2.0  # the server's list may be a second behind
LONG = 60.0
_SIGNS = {"ok": "ok     ", "warning": "warning", "problem": "PROBLEM"}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Depth:
    """How far the doctor looks."""

    whole: Annotated[bool, Parameter(name="--all", negative="", help="Check every journal, however long it takes.")] = (
        False
    )
    online: Annotated[bool, Parameter(negative="", help="Ask SendGrid whether our key may send.")] = False


def doctor(*, depth: Depth = Depth(), say: Say = Say()) -> int:  # noqa: B008 - frozen values
    """Look at all that Relance rests on, and say what to do about what is found. Changes and sends nothing.

    Settings, keys, policies, mail, disk, ledger, journal, stuck cases, deliveries, the brake, Temporal, workers, clock.
    Exit code 0: nothing found; 1: findings; 2: the settings could not be read.
    """
    settings = load_settings()
    lines = asyncio.run(_look(settings, depth))
    found = sum(line.verdict != "ok" for line in lines)
    if say.as_json:
        json_out({"findings": found, "checks": lines})
    else:
        for line in lines:
            out(f"{_SIGNS[line.verdict]}  {line.check}: {line.what}{f' ({line.where})' if line.where else ''}")
            if line.advice:
                out(f"         {line.advice}")
        out(f"{found} finding{'' if found == 1 else 's'}." if found else "All is well.")
    return REFUSED if found else FINE


async def _look(settings: Settings, depth: Depth) -> list[Line]:
    threads = ThreadPoolExecutor(8, thread_name_prefix="doctor")
    try:
        at_home = asyncio.gather(*map(looked, _of_house(settings, depth, threads)))
        ledger, memory = await _of_ledger(settings, depth, threads)
        server = await _of_server(settings, ledger, threads)
        return [line for lines in (*await at_home, memory, server) for line in lines]
    finally:
        threads.shutdown(wait=False)  # a check that hangs must not hold the doctor


def _of_house(settings: Settings, depth: Depth, threads: ThreadPoolExecutor) -> list[Check]:
    def check(name: str, look: Callable[[], list[Line]], seconds: float = 15.0) -> Check:
        return Check(name, in_thread(threads, look), seconds)

    return [
        check("settings", lambda: house.settings_given(settings)),
        check("encryption", lambda: house.encryption(settings)),
        check("policies", lambda: house.policies(settings), LONG),
        check("creditor", lambda: house.creditor(settings)),
        check("disk", lambda: house.room(settings)),
        check("e-mail", lambda: house.mail(settings, depth.online), settings.provider_timeout + 5),
    ]


async def _of_ledger(settings: Settings, depth: Depth, threads: ThreadPoolExecutor) -> tuple[Ledger | None, list[Line]]:
    """The ledger, when it can be asked further, and what was found in it."""
    missing = no_file(settings)
    if missing:
        return None, missing
    opened: list[Memory] = []

    def first() -> list[Line]:
        memory = Memory(Ledger(settings.database_url), datetime.now(UTC), depth.whole)
        lines = memory.schema()
        opened.append(memory)
        return lines

    lines = await looked(Check("ledger", in_thread(threads, first)))
    if not opened or any(line.verdict != "ok" for line in lines):
        return None, lines
    memory = opened[0]
    checks = (
        Check("journal", in_thread(threads, memory.journal), None if depth.whole else LONG),
        Check("cases", in_thread(threads, memory.cases), LONG),
        Check("deliveries", in_thread(threads, memory.deliveries)),
        Check("sending", in_thread(threads, memory.sending)),
    )
    rest = await asyncio.gather(*map(looked, checks))
    return memory.ledger, [*lines, *(line for found in rest for line in found)]


async def _of_server(settings: Settings, ledger: Ledger | None, threads: ThreadPoolExecutor) -> list[Line]:
    from console.cases import SEARCH_KEYS, Cases
    from console.doctor.server import Server
    from console.telemetry import telemetry_runtime
    from worker import connect
    from workflows.case import TASK_QUEUE

    logging.getLogger("temporal").setLevel(logging.CRITICAL)  # its own retries are no news here
    reached: list[tuple[Server, Cases | None]] = []

    async def first() -> list[Line]:
        client = await connect(settings, runtime=telemetry_runtime("127.0.0.1:0"))
        server = Server(client.service_client, client.namespace, client.service_client.config.target_host, TASK_QUEUE)
        reached.append((server, Cases(client, ledger) if ledger else None))
        return await server.version()

    lines = await looked(Check("temporal", first))
    if not reached:
        return lines
    server, cases = reached[0]
    labels = [key.name for key in SEARCH_KEYS]
    checks = [
        Check("namespace", server.kept),
        Check("search attributes", lambda: server.labels(labels)),
        Check("workers", server.workers),
        Check("workflow tasks", server.failing),
        Check("clock", server.clock),
    ]
    if cases is not None and ledger is not None:
        checks.append(Check("runs", lambda: _runs(cases, ledger, server, threads), LONG))
    rest = await asyncio.gather(*map(looked, checks))
    return [*lines, *(line for found in rest for line in found)]


async def _runs(cases: Cases, ledger: Ledger, server: Server, threads: ThreadPoolExecutor) -> list[Line]:
    """Whether ledger and server agree on which cases are open: what differs must differ twice."""
    lost, idle = await _differ(cases, ledger, threads)
    if lost or idle:
        await asyncio.sleep(AGAIN_SECONDS)
        lost_again, idle_again = await _differ(cases, ledger, threads)
        lost, idle = lost & lost_again, idle & idle_again
    lines = []
    if lost:
        ids = tuple(sorted(lost))
        what = f"{len(ids)} open in the ledger have no run: {named(ids)}"
        lines.append(Line("runs", "problem", what, server.address, "`relance resume` starts them.", ids))
    if idle:
        ids = tuple(sorted(idle))
        what = f"{len(ids)} have a run, though the ledger says closed or does not know them: {named(ids)}"
        advice = "Does another ledger use this server and namespace? Else see the worker's log for these cases."
        lines.append(Line("runs", "problem", what, server.address, advice, ids))
    return lines or [ok("runs", "every open case has its run, and no other", server.address)]


async def _differ(cases: Cases, ledger: Ledger, threads: ThreadPoolExecutor) -> tuple[set[str], set[str]]:
    def of_ledger() -> set[str]:
        with ledger.read() as db:
            return open_case_ids(db)

    running = await cases.running()
    waiting = await asyncio.get_running_loop().run_in_executor(threads, of_ledger)
    return waiting - running, running - waiting
