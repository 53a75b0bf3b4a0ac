"""A real mail server that takes, refuses, delays or goes away, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from activities.smtp import SmtpServer
from tests.ports import free_port


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
    taken: list[Envelope] = field(default_factory=list)

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
