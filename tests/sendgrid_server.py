"""A web server in SendGrid's place that takes, refuses, hangs, drips or breaks off, for tests."""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from activities.mime import Identity
from activities.sendgrid import SendGrid, SendGridAccount

KEY = "SG.very-secret-key"
IDENTITY = Identity(name="Atelier Lumen", address="factures@creditor.example", reply_to="compta@creditor.example")


@dataclass
class Asked:
    """One request that was read whole."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Stub:
    """SendGrid's counterpart: answers `status`, or misbehaves as `does` says, and keeps what it was asked."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=lambda: {"X-Message-Id": "abc123"})
    does: str = ""
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} Said", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode()

    def talk(self, line: socket.socket) -> None:
        """Hold one conversation; the caller closes the line."""
        if self.does == "reset before":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if self.does == "reads nothing":
            self.over.wait(10)
            return
        self.asked.append(_read(line))
        speak = _MISBEHAVIOUR.get(self.does)
        if speak:
            speak(self, line)
        else:
            line.sendall(self.answer())


def _hang(stub: Stub, line: socket.socket) -> None:
    stub.over.wait(10)


def _reset(stub: Stub, line: socket.socket) -> None:
    # Linger zero: closing sends a reset instead of a polite end.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _close(stub: Stub, line: socket.socket) -> None:
    """Nothing: the caller closes."""


def _drip_head(stub: Stub, line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 ")
    while not stub.over.wait(0.05):
        line.sendall(b" ")


def _drip_body(stub: Stub, line: socket.socket) -> None:
    line.sendall(stub.answer().replace(b"Content-Length: 0", b"Content-Length: 1000"))
    while not stub.over.wait(0.05):
        line.sendall(b"x")


def _half_a_body(stub: Stub, line: socket.socket) -> None:
    line.sendall(stub.answer().replace(b"Content-Length: 0", b"Content-Length: 1000") + b'{"errors": [')


def _garbage(stub: Stub, line: socket.socket) -> None:
    line.sendall(b"\x15\x03\x01\x00\x02\x02\x46 what is this\r\n\r\n")


def _half_a_line(stub: Stub, line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 20")


def _endless_line(stub: Stub, line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 202 Accepted\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n")


_MISBEHAVIOUR: dict[str, Callable[[Stub, socket.socket], None]] = {
    "hang": _hang,
    "reset after": _reset,
    "close": _close,
    "drip head": _drip_head,
    "drip body": _drip_body,
    "half a body": _half_a_body,
    "garbage": _garbage,
    "half a line": _half_a_line,
    "endless line": _endless_line,
}


def _read(line: socket.socket) -> Asked:
    """One request, read to its end."""
    with line.makefile("rb") as told:
        method, path, _version = told.readline().decode().split(" ")
        headers = {}
        while (header := told.readline().decode("latin-1").strip()) != "":
            name, _, value = header.partition(": ")
            headers[name] = value
        body = json.loads(told.read(int(headers.get("Content-Length", 0))) or b"{}")
    return Asked(method, path, headers, body)


@contextmanager
def sendgrid_stub(**told: Any) -> Iterator[Stub]:
    """A stub that listens for the length of the block."""
    stub = Stub(**told)

    class Line(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                stub.talk(self.request)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client had enough

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def shutdown_request(self, request: Any) -> None:
            request.close()  # without the polite half-close: with linger zero the client must see a reset

    server = Server(("127.0.0.1", 0), Line)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stub
    finally:
        stub.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with sendgrid_stub() as listening:
        yield listening


def sender(stub: Stub, **told: Any) -> SendGrid:
    """Our sender, told to go to the stub and to lose its patience soon."""
    return SendGrid(
        SendGridAccount(**{"api_key": KEY, "host": stub.url, "timeout": 0.5, "whole": 2.0, **told}), IDENTITY
    )
