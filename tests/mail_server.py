"""A real mail server that takes, refuses, delays or goes away, for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from activities.smtp import SmtpServer
from tests.ports import HOST, free_port


def hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@dataclass
class Postmaster:
    """A mail server's behaviour, told by its answers; what it took is in `taken`."""

    to_sender: str = "250 OK"
    to_recipient: str = "250 OK"
    to_data: str = "250 taken"
    goes_away: str = ""
    greylists: bool = False  # the first try of each recipient is put off
    taken: list[Envelope] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.goes_away == "at recipient":
            hang_up(server)
        if self.greylists and address not in self.seen:
            self.seen.add(address)
            return "451 4.7.1 greylisted, come back in five minutes"
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        if self.goes_away == "after data":
            hang_up(server)
        if self.goes_away == "silent":
            await asyncio.sleep(3)
        if self.to_data.startswith("250"):
            self.taken.append(envelope)
        return self.to_data


Start = Callable[..., SmtpServer]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Controller] = []

    def begin(postmaster: Postmaster, **options: Any) -> SmtpServer:
        port = free_port()
        controller = Controller(postmaster, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return SmtpServer(host="127.0.0.1", port=port, tls="none", timeout=1.0)

    yield begin
    for controller in running:
        controller.stop()


@dataclass
class Script:
    """A server that says exactly these lines, one for each line it hears, whatever they are worth.

    `None` hangs up; `drip` says one byte every 50 ms; what it heard is in `heard`. After the script it hangs up.
    """

    lines: Sequence[str | None]
    heard: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def talk(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as reader:
            for said in self.lines:
                if said is None:
                    return
                self._say(line, said)
                if not self._listens(reader, said):
                    return

    def _say(self, line: socket.socket, said: str) -> None:
        while said == "drip" and not self.over.wait(0.05):
            line.sendall(b"2")
        if said != "drip":
            line.sendall(said.encode() + b"\r\n")

    def _listens(self, reader: BinaryIO, said: str) -> bool:
        if said == "354 stops reading":
            self.over.wait(10)
            return False
        end = b".\r\n" if said.startswith("354") else None
        while (heard := reader.readline()) and end not in (None, heard):
            continue
        self.heard.append(heard.decode("latin-1").rstrip())
        return bool(heard)


@contextmanager
def scripted(*lines: str | None) -> Iterator[tuple[SmtpServer, Script]]:
    """A server that speaks by the script to one client."""
    script = Script(lines)
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()

        def serve() -> None:
            line, _ = listening.accept()
            try:
                script.talk(line)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client had enough

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield SmtpServer(HOST, listening.getsockname()[1], "none", timeout=0.5, whole=2.0), script
        finally:
            script.over.set()
            thread.join(10)
