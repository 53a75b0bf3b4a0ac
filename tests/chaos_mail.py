"""A real mail server that remembers what it took, and that can kill the sender in the middle of a message."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import HOST

# Before it answers, and the message is lost or taken all the same; or with its 250 already on the wire.
Murder = Literal["during, lost", "during, taken", "after 250"]


@dataclass(frozen=True)
class Taken:
    """A message that was taken: its Message-ID, whom it is for, and when (time.monotonic)."""

    message_id: str
    to: str
    at: float


@dataclass
class ChaosMail:
    """Takes every message, unless it `greylists`. `order` a murder: the next sender that hands one over is killed."""

    kill: Callable[[], None]
    taken: list[Taken] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    greylists: bool = False
    delayed: threading.Event = field(default_factory=threading.Event)
    _ordered: Murder | None = None
    _controller: Controller | None = None

    def order(self, murder: Murder) -> None:
        self.done.clear()
        self._ordered = murder

    def countermand(self) -> None:
        """No more message came: the order is void."""
        self._ordered = None

    def start(self, port: int) -> None:
        self._controller = Controller(self, hostname=HOST, port=port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.greylists:
            self.delayed.set()
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        murder, self._ordered = self._ordered, None
        if murder in ("during, lost", "during, taken"):
            self._strike()
        if murder == "during, lost":
            return "451 too late, nobody listens"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        head = message_from_bytes(content)
        self.taken.append(Taken(str(head["Message-ID"]), envelope.rcpt_tos[0], time.monotonic()))
        if murder == "after 250":
            asyncio.get_running_loop().call_soon(self._strike)  # runs when this answer has been written
        return "250 taken"

    def _strike(self) -> None:
        self.kill()
        self.done.set()
