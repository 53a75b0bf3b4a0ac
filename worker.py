"""The worker process: connects to Temporal, runs the workflows and activities, and stops without losing work."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.arrivals import Arrivals
from activities.brake import Brake, limits_of
from activities.cases import CaseActivities
from activities.discretion import Discretion
from activities.senders import choose_senders
from activities.settings import Settings, SettingsWrong, load_settings
from console.cases import SEARCH_KEYS
from console.embedded import EmbeddedServerError, find_server
from console.encryption import check_keys, data_converter
from console.health import AddressWrong, Health
from console.leave import leave
from console.logs import scrubbed, set_up_logs
from console.metrics import Read, reader, reporting
from console.policies.files import CREDITOR, CannotRead, CreditorRefused, load_creditor
from console.telemetry import telemetry_runtime
from ledger.errors import LedgerAway, LedgerUrlRefused, SchemaAhead
from ledger.store import Ledger
from workflows.case import TASK_QUEUE, CaseWorkflow

SLOTS = 20  # activities at once, and as many local ones: the ledger and the letter renderer are the narrow places
CACHED_WORKFLOWS = 1000
GRACE = timedelta(seconds=30)  # longer than any provider's timeout, so that a letter under way is finished, not cut
DRAIN_SECONDS = 45.0
CONNECT_SECONDS = 10.0
LEDGER_SECONDS = 60.0  # a database that starts together with the worker is waited for
RETENTION = timedelta(days=30)
SEARCH_ATTRIBUTES = {key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_KEYS}
_DENIED = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED}

# What an operator can mend, told in its own words; anything else is a defect and gets its traceback.
_TOLD = (AddressWrong, CannotRead, CreditorRefused, EmbeddedServerError, LedgerAway, LedgerUrlRefused, SettingsWrong)

log = logging.getLogger(__name__)


class CannotRun(RuntimeError):
    """The worker cannot start or go on; the message says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Registrations:
    """What a worker runs; `ping` raises when the ledger does not answer, `read` gives its numbers for Prometheus."""

    workflows: Sequence[type]
    activities: Sequence[Callable[..., Any]]
    ping: Callable[[], None]
    read: Read | None = None


async def connect(settings: Settings, address: str | None = None, runtime: Runtime | None = None) -> Client:
    """A client that has reached its namespace. CannotRun within about ten seconds when it cannot.

    `address` is the embedded server's. Without it Temporal's own settings decide (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
    TEMPORAL_PROFILE, TLS, API key; temporalio.envconfig), then the embedded server of `var_dir`. None is guessed: at
    the usual address another ledger's server may listen, and would be given cases that its workers cannot find.
    """
    target = ClientConnectConfig(target_host=address) if address else _configured()
    if "target_host" not in target:
        target["target_host"] = _embedded(settings)
    namespace = target.get("namespace", "default")
    converter = data_converter(settings)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            client = await Client.connect(data_converter=converter, runtime=runtime, **target)
            # Connecting alone checks neither the credentials nor the namespace: a wrong token would hang for ever.
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except (RuntimeError, ValueError, TimeoutError, RPCError) as error:
        raise CannotRun(_no_connection(target["target_host"], namespace, error)) from error
    return client


async def prepare_namespace(client: Client, retention: timedelta | None = None) -> None:
    """Register the search attributes that are missing, and raise the namespace's retention to at least `retention`.

    May be repeated. `retention` None leaves the administrator's choice alone; the embedded server's is only one day.
    CannotRun when an attribute exists with another type, or is missing and may not be added with these credentials.
    """
    try:
        await _register_search_attributes(client)
        if retention is not None:
            await _raise_retention(client, retention)
    except RPCError as error:
        raise CannotRun(
            f"The namespace {client.namespace!r} cannot be prepared ({error.message}). "
            f"Ask its administrator to register the search attributes {', '.join(SEARCH_ATTRIBUTES)} with type Keyword."
        ) from error


async def run_worker(client: Client, registered: Registrations, stop: asyncio.Event, settings: Settings) -> None:
    """Work until `stop` is set, then take no new work, finish what is under way (30 s at most) and return.

    CannotRun when the worker ends by itself or does not end when asked to; AddressWrong for the health address.
    """
    threads = ThreadPoolExecutor(2 * SLOTS, thread_name_prefix="activity")
    pinging = ThreadPoolExecutor(1, thread_name_prefix="ping")  # of its own: a stuck ledger must not use up the others
    worker = _worker(client, registered, threads)
    running: asyncio.Task[None] | None = None

    async def temporal() -> None:
        if not await client.service_client.check_health(timeout=timedelta(seconds=2)):
            raise ConnectionError("the Temporal server says it is not serving")

    async def ledger() -> None:
        await asyncio.get_running_loop().run_in_executor(pinging, registered.ping)

    async def working() -> None:
        if stop.is_set() or running is None or running.done():
            raise ConnectionError("the worker is stopping or has stopped")
        check_keys(client.data_converter)

    health = Health({"temporal": temporal, "ledger": ledger, "worker": working})
    try:
        await health.start(settings.health_address)
        running = asyncio.create_task(worker.run())
        log.info("worker ready on task queue %s of namespace %s", TASK_QUEUE, client.namespace)
        async with reporting(client.service_client.config.runtime, registered.read):
            await _until_stopped(worker, running, stop)
    finally:
        await health.close()
        threads.shutdown(wait=False)
        pinging.shutdown(wait=False)


def registrations(settings: Settings) -> Registrations:
    """What the real worker runs: the case workflow and its activities, on the ledger and senders of the settings."""
    ledger = Ledger(settings.database_url, connections=SLOTS)
    ledger.migrate(LEDGER_SECONDS)
    creditor = load_creditor(settings.policies_dir / CREDITOR)
    try:
        settings.outbox.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise CannotRun(f"The outbox {settings.outbox} cannot be made ({why.strerror}). Check RELANCE_OUTBOX.") from why
    brake = Brake(ledger, limits_of(settings))
    cases = CaseActivities(ledger, choose_senders(settings, creditor), creditor, settings.language).braked(brake)
    return Registrations([CaseWorkflow], [cases.ask, cases.perform], ledger.ping, reader(ledger, brake))


async def serve(settings: Settings, registered: Registrations) -> None:
    """Connect, prepare, and work until SIGTERM or SIGINT, then drain; a second signal ends the process at once."""
    client = await connect(settings, runtime=telemetry_runtime(settings.metrics_address))
    await prepare_namespace(client)
    stop = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(kind, _ask_to_stop, stop)
    await run_worker(client, registered, stop, settings)


def main(register: Callable[[Settings], Registrations] = registrations) -> NoReturn:
    """Run the worker process: exit code 0 after a clean drain, 2 when it could not run."""
    code = 2
    # As the first process of a container nothing ends it by default, and a start may wait a minute for the ledger.
    signal.signal(signal.SIGTERM, lambda *_: leave(0))
    try:
        settings = load_settings()
        set_up_logs(settings.log_format)
        registered = register(settings)
        gc.freeze()  # what is loaded now stays: no need to walk over it, nor as often (a tenth of the CPU)
        gc.set_threshold(50_000, 20, 20)
        asyncio.run(serve(settings, registered))
        code = 0
    except (CannotRun, SchemaAhead, *_TOLD) as error:
        print(f"relance worker: {scrubbed(str(error))}", file=sys.stderr)
    except Exception:
        log.exception("the worker failed")
    finally:
        leave(code)


def _configured() -> ClientConnectConfig:
    named = os.environ.get("TEMPORAL_CONFIG_FILE")
    if named and not Path(named).is_file():  # the SDK would take no settings at all and talk to another server
        raise CannotRun(f"TEMPORAL_CONFIG_FILE names {named}, which is not a file.")
    try:
        return ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as error:
        what = str(error).partition("\n")[0]  # the rest repeats the faulty line, which may hold a key
        raise CannotRun(f"Temporal's settings (TEMPORAL_... or temporal.toml) are wrong: {what}.") from None


def _embedded(settings: Settings) -> str:
    found = find_server(settings.var_dir)
    if found is None:
        raise CannotRun(
            f"No Temporal server runs in {settings.var_dir}, and TEMPORAL_ADDRESS names none. "
            "Start one with `relance up`, or set TEMPORAL_ADDRESS to yours."
        )
    return found.address


def _no_connection(host: str, namespace: str, error: Exception) -> str:
    status = error.status if isinstance(error, RPCError) else None
    if status == RPCStatusCode.NOT_FOUND:
        return f"The Temporal server at {host} has no namespace {namespace!r}. Create it, or set TEMPORAL_NAMESPACE."
    if status in _DENIED:
        return (
            f"The Temporal server at {host} refuses these credentials for namespace {namespace!r}. "
            "Check TEMPORAL_API_KEY, or the certificate and key of TEMPORAL_TLS_..."
        )
    quoted = re.findall(r'(?:message|error): "([^"]+)"', str(error))
    said = quoted or [str(error)[:300] or f"no answer in {CONNECT_SECONDS:g} s"]
    return (
        f"No Temporal server can be reached at {host} ({said[-1]}). "
        "Start one with `relance up`, or set TEMPORAL_ADDRESS to yours."
    )


async def _register_search_attributes(client: Client) -> None:
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    for name, kind in SEARCH_ATTRIBUTES.items():
        if known.custom_attributes.get(name, kind) != kind:
            raise CannotRun(f"The search attribute {name} exists in {client.namespace!r} as another type than Keyword.")
    missing = {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in known.custom_attributes}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )


async def _raise_retention(client: Client, retention: timedelta) -> None:
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    if described.config.workflow_execution_retention_ttl.ToTimedelta() >= retention:
        return
    wanted = NamespaceConfig()
    wanted.workflow_execution_retention_ttl.FromTimedelta(retention)
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=wanted))


def _worker(client: Client, registered: Registrations, threads: ThreadPoolExecutor) -> Worker:
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=registered.workflows,
        activities=registered.activities,
        activity_executor=threads,
        interceptors=[Discretion(), Arrivals(client.workflow_service, client.namespace)],
        # The sandbox imports the workflow anew for each case, a third of a worker's time; tests run in it.
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=CACHED_WORKFLOWS,
        max_concurrent_activities=SLOTS,
        max_concurrent_local_activities=SLOTS,
        graceful_shutdown_timeout=GRACE,
    )


async def _until_stopped(worker: Worker, running: asyncio.Task[None], stop: asyncio.Event) -> None:
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        asked.cancel()
        raise CannotRun("The worker ended by itself.") from running.exception()
    log.info("worker stopping: no new work, %s for what is under way", GRACE)
    stopping = asyncio.create_task(worker.shutdown())
    ended, _ = await asyncio.wait({running}, timeout=DRAIN_SECONDS)
    if not ended:
        stopping.cancel()
        raise CannotRun(f"Some work did not end within {DRAIN_SECONDS:g} seconds of being asked to; it is tried again.")
    await running
    log.info("worker stopped cleanly")


def _ask_to_stop(stop: asyncio.Event) -> None:
    if stop.is_set():
        log.warning("asked to stop twice: ending at once")
        leave(2)
    stop.set()


if __name__ == "__main__":
    main()
