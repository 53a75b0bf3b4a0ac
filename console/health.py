"""Tells a container platform whether to restart a process (/livez) or to leave it alone for now (/readyz)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

Probe = Callable[[], Awaitable[None]]  # returns when all is well, raises when not

PROBE_SECONDS = 3.0
HEAD_SECONDS = 5.0
HEAD_BYTES = 8192

log = logging.getLogger(__name__)


class AddressWrong(ValueError):
    """An address to listen on makes no sense, or something else already listens there."""


def host_and_port(address: str) -> tuple[str, int]:
    """Split `host:port` or `[v6 host]:port`. AddressWrong when it is neither."""
    host, colon, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise AddressWrong(f"{address!r} is not an address: write host:port, for example 127.0.0.1:8070.")
    return host, int(port)


class Health:
    """Answers /livez and /readyz over HTTP on the loop it was started on, so that a blocked loop counts as not alive.

    /readyz asks every probe at once, each for at most three seconds: 200 when all return, else 503 with the names
    of those that failed. Why they failed goes to the log only, since an error's text may hold an address or a password.
    """

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = probes
        self._failing: set[str] = set()
        self._server: asyncio.Server | None = None

    async def start(self, address: str) -> str | None:
        """Listen on `address`; returns `host:port`, or None when the port is 0 (switched off)."""
        host, port = host_and_port(address)
        if port == 0:
            return None
        try:
            self._server = await asyncio.start_server(self._answer, host, port, limit=HEAD_BYTES)
        except OSError as error:
            raise AddressWrong(
                f"The health page cannot listen on {address} ({error.strerror or error}). Choose another "
                "RELANCE_HEALTH_ADDRESS, or port 0 to do without."
            ) from error
        return address

    async def close(self) -> None:
        """Stop listening and let the answers under way finish (a few seconds at most)."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def ready(self) -> dict[str, str]:
        """Every probe by name with `ok` or `failing`."""
        answers = await asyncio.gather(*(self._ask(name, probe) for name, probe in self._probes.items()))
        return dict(zip(self._probes, answers, strict=True))

    async def _ask(self, name: str, probe: Probe) -> str:
        try:
            await asyncio.wait_for(probe(), PROBE_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever a probe raises means "not ready", and is logged
            if name not in self._failing:  # once per outage: a platform asks every few seconds
                log.warning("not ready: %s (%s: %s)", name, type(error).__name__, error)
            self._failing.add(name)
            return "failing"
        if name in self._failing:
            log.info("ready again: %s", name)
        self._failing.discard(name)
        return "ok"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_SECONDS)
            status, body = await self._route(head)
            writer.write(_response(status, body, with_body=not head.startswith(b"HEAD ")))
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError) as error:
            log.debug("a health question broke off: %s", type(error).__name__)
        finally:
            writer.close()

    async def _route(self, head: bytes) -> tuple[HTTPStatus, dict[str, str]]:
        method, _, rest = head.decode("latin-1").partition(" ")
        path = rest.split(" ", 1)[0].partition("?")[0]
        if method not in {"GET", "HEAD"}:
            return HTTPStatus.METHOD_NOT_ALLOWED, {"error": "only GET and HEAD"}
        if path == "/livez":
            return HTTPStatus.OK, {"process": "ok"}
        if path != "/readyz":
            return HTTPStatus.NOT_FOUND, {"error": "only /livez and /readyz"}
        answers = await self.ready()
        well = all(answer == "ok" for answer in answers.values())
        return (HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE), answers


def _response(status: HTTPStatus, body: dict[str, str], with_body: bool) -> bytes:
    content = json.dumps(body).encode() + b"\n"
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (content if with_body else b"")
