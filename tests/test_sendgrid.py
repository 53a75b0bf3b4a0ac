"""Tells what becomes of an e-mail at SendGrid, played by a real web server that takes, refuses, hangs or breaks."""

from __future__ import annotations

import base64
import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from activities.message import Attachment, OutcomeUnknown, Outgoing, Refused, TryLater, Undeliverable
from activities.mime import Identity
from activities.sendgrid import SendGrid, SendGridAccount

KEY = "SG.very-secret-key"
IDENTITY = Identity(name="Atelier Lumen", address="factures@creditor.example", reply_to="compta@creditor.example")
MESSAGE = Outgoing(
    key="F-1/firm-reminder/1/email",
    channel="email",
    to_name="Café Müller\r\nBcc: x@example.com",
    to_email="chef@debtor.example",
    language="fr",
    subject="Facture F-1 : règlement attendu",
    text="Bonjour",
    html="<p>Bonjour</p>",
    attachments=(Attachment("lettre.pdf", "application/pdf", b"%PDF-1.7"),),
    at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
)


@dataclass
class Stub:
    """SendGrid's counterpart: answers `status`, or breaks off as `breaks` says, and keeps what it was asked."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=lambda: {"X-Message-Id": "abc123"})
    breaks: str = ""
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def stub() -> Iterator[Stub]:
    told = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.asked.append((self.path, dict(self.headers), json.loads(body)))
            if told.breaks == "hang":
                time.sleep(1.2)
            if told.breaks == "reset":
                # Linger zero: closing sends a reset instead of a polite end.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if told.breaks:
                self.connection.close()
                self.close_connection = True
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: object) -> None:
            told.url = told.url or str(words)

        def finish(self) -> None:
            if not told.breaks:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def sender(stub: Stub) -> SendGrid:
    return SendGrid(SendGridAccount(api_key=KEY, host=stub.url, timeout=0.5), IDENTITY)


def test_a_taken_message_comes_back_with_its_number(stub: Stub) -> None:
    """On 2 November SendGrid takes the reminder with text, HTML, PDF, reply address and our key on it."""
    receipt = sender(stub).send(MESSAGE)
    assert (receipt.provider, receipt.reference) == ("sendgrid", "abc123")
    ((path, headers, body),) = stub.asked
    assert path == "/v3/mail/send"
    assert headers["Authorization"] == f"Bearer {KEY}"
    (person,) = body["personalizations"]
    assert person["to"] == [{"email": "chef@debtor.example", "name": "Café Müller Bcc: x@example.com"}]
    assert person["custom_args"] == {"delivery_key": "F-1/firm-reminder/1/email"}
    assert body["reply_to"]["email"] == "compta@creditor.example"
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert base64.b64decode(body["attachments"][0]["content"]) == b"%PDF-1.7"
    assert body["headers"]["Auto-Submitted"] == "auto-generated"
    assert body["tracking_settings"]["open_tracking"] == {"enable": False}


@pytest.mark.parametrize("status", [400, 404, 413, 415])
def test_a_no_for_good_is_refused(stub: Stub, status: int) -> None:
    """SendGrid says that the message can never go: no second try."""
    stub.status = status
    with pytest.raises(Refused, match=str(status)):
        sender(stub).send(MESSAGE)
    assert len(stub.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 408, 500, 502, 503, 504, 307])
def test_trouble_that_is_not_the_debtors_is_tried_later(stub: Stub, status: int) -> None:
    """A revoked key or an outage on SendGrid's side says nothing about the debtor's address."""
    stub.status = status
    with pytest.raises(TryLater) as wrong:
        sender(stub).send(MESSAGE)
    assert str(status) in wrong.value.because
    assert KEY not in wrong.value.because


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"X-RateLimit-Reset": str(int(time.time()) + 600)}, 500, 600),
        ({"Retry-After": "90", "X-RateLimit-Reset": "1"}, 90, 90),
        ({"X-RateLimit-Reset": "1"}, 1, 1),
        ({"Retry-After": "999999999"}, 86_400, 86_400),
    ],
)
def test_too_many_requests_says_when_to_come_back(stub: Stub, headers: dict[str, str], least: int, most: int) -> None:
    """On the first of the month thousands of letters go out: SendGrid names the second at which it takes more."""
    stub.status, stub.headers = 429, headers
    with pytest.raises(TryLater) as wrong:
        sender(stub).send(MESSAGE)
    assert wrong.value.after is not None
    assert timedelta(seconds=least) <= wrong.value.after <= timedelta(seconds=most)


@pytest.mark.parametrize(
    "headers", [{}, {"Retry-After": "soon"}, {"X-RateLimit-Reset": "٣٣"[:0]}, {"Retry-After": "-5"}]
)
def test_a_senseless_reset_time_is_no_reset_time(stub: Stub, headers: dict[str, str]) -> None:
    """A reset header that is missing or nonsense leaves the pause to the policy."""
    stub.status, stub.headers = 429, headers
    with pytest.raises(TryLater) as wrong:
        sender(stub).send(MESSAGE)
    assert wrong.value.after is None


@pytest.mark.parametrize("breaks", ["hang", "reset", "close"])
def test_silence_after_the_request_is_unknown(stub: Stub, breaks: str) -> None:
    """The request was read whole and then the line broke: nobody knows whether the reminder went out."""
    stub.breaks = breaks
    with pytest.raises(OutcomeUnknown):
        sender(stub).send(MESSAGE)
    assert len(stub.asked) == 1


def test_an_answer_that_is_not_202_is_no_receipt(stub: Stub) -> None:
    """A host that is not SendGrid answers 200 to everything: that is not a delivery."""
    stub.status = 200
    with pytest.raises(OutcomeUnknown, match="200"):
        sender(stub).send(MESSAGE)


def test_nobody_there_is_tried_later() -> None:
    """No connection, no name: the request never left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}"
    for host in (closed, "http://no.such.host.invalid"):
        with pytest.raises(TryLater, match="could not be reached"):
            SendGrid(SendGridAccount(KEY, host, 1.0), IDENTITY).send(MESSAGE)


def test_a_bad_address_never_leaves_the_house(stub: Stub) -> None:
    """An empty address is a task for a person, not a request."""
    with pytest.raises(Undeliverable):
        sender(stub).send(replace(MESSAGE, to_email=""))
    assert stub.asked == []


def test_the_key_and_the_debtor_are_never_logged(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    """An operator turns all logs up to find a fault; neither the key nor the letter is among them."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="python_http_client")
    sending = sender(stub)
    sending.send(MESSAGE)
    stub.status = 400
    with pytest.raises(Refused):
        sending.send(MESSAGE)
    assert KEY not in caplog.text + repr(sending)
    assert "debtor.example" not in caplog.text
