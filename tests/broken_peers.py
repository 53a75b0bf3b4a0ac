"""What Relance needs, really broken and mended: mail server, SendGrid, PostgreSQL, and the lock of a SQLite file."""

from __future__ import annotations

import email
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from activities.cases import CaseActivities
from activities.senders import choose_senders
from activities.settings import Settings
from ledger import store
from ledger.store import Ledger
from tests.durable import Room, creditor
from tests.mail_server import Postmaster
from tests.ports import HOST, free_port
from tests.postgres import ACCOUNT, PostgresServer, migrate_and_close, programs


class Peer(Protocol):
    """Something that Relance needs, and the room of a worker that needs it."""

    here: Room

    def break_down(self) -> None:
        """Nobody is there any more."""

    def worsen(self) -> None:
        """Somebody is there again, and of no use."""

    def mend(self) -> None:
        """All is well."""

    def letters(self) -> list[str]:
        """Every letter that left the house; each names its case."""


Opening = AbstractContextManager[Peer]


def _send_by(here: Room, **told: Any) -> None:
    """From now on e-mail goes out as these settings say."""
    settings = Settings(outbox=here.folder / "outbox", provider_timeout=2, **told)
    here.activities._room = replace(here.activities._room, senders=choose_senders(settings, creditor()))


@dataclass
class Witness(Postmaster):
    """A mail server that does something else in the moment in which it takes a letter."""

    on_data: Callable[[], None] | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        if self.on_data:
            self.on_data()
        return await super().handle_DATA(server, session, envelope)


@dataclass
class MailServer:
    """A real mail server that stops, then answers 451 to every recipient, then works."""

    here: Room
    port: int = field(default_factory=free_port)
    postmaster: Witness = field(default_factory=Witness)
    running: Controller | None = None

    def start(self) -> None:
        self.running = Controller(self.postmaster, hostname=HOST, port=self.port)
        self.running.start()

    def break_down(self) -> None:
        if self.running:
            self.running.stop()
            self.running = None

    def worsen(self) -> None:
        self.postmaster.to_recipient = "451 4.7.1 come back later"
        self.start()

    def mend(self) -> None:
        self.postmaster.to_recipient = "250 OK"

    def letters(self) -> list[str]:
        read = [
            email.message_from_bytes(bytes(taken.original_content or b""), policy=default)
            for taken in self.postmaster.taken
        ]
        return [str(mail["Subject"]) for mail in read]


@contextmanager
def mail_server_for(here: Room) -> Iterator[MailServer]:
    """The room's e-mail goes to a mail server."""
    made = MailServer(here)
    _send_by(here, email="smtp", smtp_host=HOST, smtp_port=made.port, smtp_tls="none")
    made.start()
    try:
        yield made
    finally:
        made.break_down()


@contextmanager
def mail_server(env: WorkflowEnvironment, folder: Path) -> Iterator[MailServer]:
    """A room of its own, whose e-mail goes to a mail server."""
    with mail_server_for(Room(env, folder)) as made:
        yield made
        made.here.ledger.close()


@dataclass
class SendGrid:
    """SendGrid's API played by a real web server that answers 503, then 429 with hours to wait, then 202."""

    here: Room
    status: int = 202
    wait: str = ""
    taken: list[str] = field(default_factory=list)

    def break_down(self) -> None:
        self.status = 503

    def worsen(self) -> None:
        self.status, self.wait = 429, "7200"

    def mend(self) -> None:
        self.status, self.wait = 202, ""

    def letters(self) -> list[str]:
        return self.taken

    def handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if peer.status == 202:
                    peer.taken.append(body["personalizations"][0]["custom_args"]["delivery_key"])
                self.send_response(peer.status)
                if peer.wait:
                    self.send_header("Retry-After", peer.wait)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Quiet."""

        return Handler


@contextmanager
def sendgrid(env: WorkflowEnvironment, folder: Path) -> Iterator[SendGrid]:
    """E-mail goes to SendGrid."""
    made = SendGrid(Room(env, folder))
    server = ThreadingHTTPServer((HOST, 0), made.handler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    host = f"http://{HOST}:{server.server_address[1]}"
    _send_by(made.here, email="sendgrid", sendgrid_api_key=SecretStr("SG.x"), sendgrid_host=host)
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    made.here.ledger.close()


@dataclass
class Postgres:
    """A PostgreSQL ledger whose server is stopped, then comes back as a standby that only reads, then for all."""

    here: Room
    server: PostgresServer
    place: Path
    runs: bool = True

    def break_down(self) -> None:
        if self.runs:
            self.server.stop(self.place)
        self.runs = False

    @property
    def signal(self) -> Path:
        """The file that makes the server a standby (PostgreSQL 12 and later)."""
        return self.server.folder / "data" / "standby.signal"

    def worsen(self) -> None:
        self.signal.touch()
        self.signal.chmod(0o666)  # the server opens it by its own account
        self.server.listen(self.place)
        self.runs = True

    def mend(self) -> None:
        self.break_down()
        self.signal.unlink(missing_ok=True)
        self.server.listen(self.place)
        self.runs = True

    def letters(self) -> list[str]:
        return self.here.outbox


@contextmanager
def postgres(env: WorkflowEnvironment, folder: Path) -> Iterator[Postgres]:
    """The ledger is in a PostgreSQL of its own; the test is skipped where there is none."""
    place = programs()
    if place is None:
        pytest.skip("needs the system package `postgresql`, which holds initdb and pg_ctl")
    data = Path(tempfile.mkdtemp(prefix="relance-pg-"))  # the path of a socket must be short
    if os.geteuid() == 0:
        shutil.chown(data, ACCOUNT, ACCOUNT)
    made = Postgres(Room(env, folder), PostgresServer(data), place)
    try:
        made.server.start(place)
        url = made.server.url(made.server.new_database())
        migrate_and_close(url)
        made.here.ledger.close()
        made.here.ledger = Ledger(url)
        made.here.activities = CaseActivities(made.here.ledger, made.here.activities._room.senders, creditor())
        yield made
        made.here.ledger.close()
    finally:
        made.break_down()
        shutil.rmtree(data)


_HOLDS_THE_LOCK = """import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@dataclass
class SqliteLock:
    """A SQLite ledger whose write lock another process takes and does not give back for an hour."""

    here: Room
    holder: subprocess.Popen[str] | None = None

    def break_down(self) -> None:
        words = [sys.executable, "-c", _HOLDS_THE_LOCK, str(self.here.folder / "relance.db")]
        self.holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout is not None
        assert self.holder.stdout.readline() == "held\n"

    def worsen(self) -> None:
        """A lock that is held is bad enough."""

    def mend(self) -> None:
        if self.holder:
            self.holder.communicate()
            self.holder = None

    def letters(self) -> list[str]:
        return self.here.outbox


@contextmanager
def sqlite_lock(env: WorkflowEnvironment, folder: Path) -> Iterator[SqliteLock]:
    """The ledger is in a SQLite file; a try waits ten milliseconds for its lock, so that an hour holds many tries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_BUSY_MS", 10)
        made = SqliteLock(Room(env, folder))
        try:
            yield made
        finally:
            made.mend()
        made.here.ledger.close()
