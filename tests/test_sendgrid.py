"""Tells what becomes of an e-mail at SendGrid, played by a real web server that takes, refuses, hangs or breaks."""

from __future__ import annotations

import base64
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from activities.knocking import knock
from activities.message import Attachment, OutcomeUnknown, Outgoing, Refused, TryLater, Undeliverable
from activities.sendgrid import SendGrid, SendGridAccount
from tests.ports import free_port
from tests.sendgrid_server import IDENTITY, KEY, Stub, sender, sendgrid_stub, stub

__all__ = ["stub"]

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
# More than the buffers of both ends hold, so that it cannot be written to somebody who does not read.
LARGE = replace(MESSAGE, attachments=(Attachment("dossier.zip", "application/zip", bytes(12_000_000)),))


def test_a_taken_message_comes_back_with_its_number(stub: Stub) -> None:
    """On 2 November SendGrid takes the reminder with text, HTML, PDF, reply address and our key on it."""
    receipt = sender(stub).send(MESSAGE)
    assert (receipt.provider, receipt.reference) == ("sendgrid", "abc123")
    (asked,) = stub.asked
    assert (asked.method, asked.path) == ("POST", "/v3/mail/send")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    (person,) = asked.body["personalizations"]
    assert person["to"] == [{"email": "chef@debtor.example", "name": "Café Müller Bcc: x@example.com"}]
    assert person["custom_args"] == {"delivery_key": "F-1/firm-reminder/1/email"}
    assert asked.body["reply_to"]["email"] == "compta@creditor.example"
    assert [part["type"] for part in asked.body["content"]] == ["text/plain", "text/html"]
    assert base64.b64decode(asked.body["attachments"][0]["content"]) == b"%PDF-1.7"
    assert asked.body["headers"]["Auto-Submitted"] == "auto-generated"
    assert asked.body["tracking_settings"]["open_tracking"] == {"enable": False}


@pytest.mark.parametrize("status", [400, 406, 413, 415, 422])
def test_a_no_for_good_is_refused(stub: Stub, status: int) -> None:
    """SendGrid says that the message can never go: no second try."""
    stub.status = status
    with pytest.raises(Refused, match=str(status)):
        sender(stub).send(MESSAGE)
    assert len(stub.asked) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_server_that_says_it_did_nothing_is_tried_later(stub: Stub, status: int) -> None:
    """An outage on SendGrid's side, told by SendGrid itself: nothing went out, and the address is not to blame."""
    stub.status = status
    with pytest.raises(TryLater, match=str(status)):
        sender(stub).send(MESSAGE)


@pytest.mark.parametrize(("status", "names"), [(401, "API_KEY"), (403, "API_KEY"), (404, "HOST"), (405, "HOST")])
def test_an_operators_mistake_names_the_setting(stub: Stub, status: int, names: str) -> None:
    """The key was revoked, or the host mistyped: the same for every debtor, so no letter is given up for it."""
    stub.status = status
    with pytest.raises(TryLater, match=f"check RELANCE_SENDGRID_{names}") as wrong:
        sender(stub).send(MESSAGE)
    assert KEY not in wrong.value.because


@pytest.mark.parametrize("status", [502, 504, 520, 524, 599])
def test_a_gateway_that_heard_nothing_leaves_it_unknown(stub: Stub, status: int) -> None:
    """A gateway gave up waiting for SendGrid, which may well have taken the letter: nobody sends a second one."""
    stub.status = status
    with pytest.raises(OutcomeUnknown, match=str(status)):
        sender(stub).send(MESSAGE)


@pytest.mark.parametrize("status", [200, 201, 204, 303, 304])
def test_an_answer_that_is_not_202_is_no_receipt(stub: Stub, status: int) -> None:
    """A host that is not SendGrid answers 200 to everything: that is not a delivery."""
    stub.status = status
    with pytest.raises(OutcomeUnknown, match=str(status)):
        sender(stub).send(MESSAGE)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_takes_the_key_nowhere(stub: Stub, status: int) -> None:
    """The host was mistyped and its owner redirects elsewhere: neither our key nor the letter goes there."""
    with sendgrid_stub() as elsewhere:
        stub.status, stub.headers = status, {"Location": f"{elsewhere.url}/v3/mail/send"}
        with pytest.raises(TryLater, match="check RELANCE_SENDGRID_HOST"):
            sender(stub).send(MESSAGE)
        assert elsewhere.asked == []


def test_asking_about_the_key_takes_it_nowhere_either(stub: Stub) -> None:
    """The doctor asks the mistyped host whether the key may send, and is redirected: the key stays here."""
    with sendgrid_stub(headers={}) as elsewhere:
        stub.status, stub.headers = 302, {"Location": f"{elsewhere.url}/v3/scopes"}
        with pytest.raises(TryLater, match="302"):
            knock(SendGridAccount(KEY, stub.url, timeout=0.5))
        assert (len(stub.asked), elsewhere.asked) == (1, [])


def in_ten_minutes() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=10)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"X-RateLimit-Reset": str(int(in_ten_minutes().timestamp()))}, 400, 600),
        ({"Retry-After": "90", "X-RateLimit-Reset": "1"}, 90, 90),
        ({"Retry-After": "1", "X-RateLimit-Reset": str(int(in_ten_minutes().timestamp()))}, 400, 600),
        ({"Retry-After": format_datetime(in_ten_minutes(), usegmt=True)}, 400, 600),
        ({"X-RateLimit-Reset": "1"}, 10, 10),
        ({"Retry-After": "0"}, 10, 10),
        ({"Retry-After": "999999999999"}, 86_400, 86_400),
    ],
)
def test_too_many_requests_says_when_to_come_back(
    stub: Stub, status: int, headers: dict[str, str], least: int, most: int
) -> None:
    """On the first of the month thousands of letters go out: SendGrid names the second at which it takes more."""
    stub.status, stub.headers = status, headers
    with pytest.raises(TryLater) as wrong:
        sender(stub).send(MESSAGE)
    assert wrong.value.after is not None
    assert timedelta(seconds=least) <= wrong.value.after <= timedelta(seconds=most)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry-After": "soon"},
        {"X-RateLimit-Reset": "9" * 40},
        {"Retry-After": "-5"},
        {"Retry-After": "Mon, 99 Nov 2026 25:00:00 GMT"},
        {"Retry-After": "Mon, 02 Nov 99999999999999999999 08:00:00 GMT"},
        {"Retry-After": "Mon, 02 Nov 2026 08:00:00 -0000"},
    ],
)
def test_a_senseless_reset_time_is_no_reset_time(stub: Stub, headers: dict[str, str]) -> None:
    """A reset header that is missing or nonsense leaves the pause to the policy."""
    stub.status, stub.headers = 429, headers
    with pytest.raises(TryLater) as wrong:
        sender(stub).send(MESSAGE)
    assert wrong.value.after is None


@pytest.mark.parametrize("does", ["hang", "reset after", "close", "garbage", "half a line", "endless line"])
def test_silence_after_the_request_is_unknown(stub: Stub, does: str) -> None:
    """The request was read whole and then no answer made sense: nobody knows whether the reminder went out."""
    stub.does = does
    with pytest.raises(OutcomeUnknown):
        sender(stub).send(MESSAGE)
    assert len(stub.asked) == 1


def test_a_dripping_answer_does_not_hold_the_worker(stub: Stub) -> None:
    """A byte every 50 ms never meets the timeout of one step: the conversation as a whole has an end, too."""
    stub.does = "drip head"
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        sender(stub, whole=0.6).send(MESSAGE)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("does", ["drip body", "half a body"])
def test_the_first_line_of_an_answer_is_enough(stub: Stub, does: str) -> None:
    """SendGrid says 202, or 400, and never comes to the end of its explanation: taken is taken, and no is no."""
    stub.does = does
    began = time.monotonic()
    assert sender(stub).send(MESSAGE).reference == "abc123"
    stub.status = 400
    with pytest.raises(Refused):
        sender(stub).send(MESSAGE)
    assert time.monotonic() - began < 0.5


def test_a_line_broken_before_the_request_was_read_is_tried_later(stub: Stub) -> None:
    """SendGrid hangs up while the dossier of 12 MB is on its way: it cannot have what was never written."""
    stub.does = "reset before"
    with pytest.raises(TryLater, match="could not be reached"):
        sender(stub).send(LARGE)
    with pytest.raises((TryLater, OutcomeUnknown)):  # a small one may be written already when the reset arrives
        sender(stub).send(MESSAGE)
    assert stub.asked == []


@pytest.mark.parametrize("told", [{"timeout": 0.3}, {"timeout": 30.0, "whole": 0.3}])
def test_a_server_that_does_not_read_is_tried_later(stub: Stub, told: dict[str, float]) -> None:
    """SendGrid accepts the connection and reads nothing of the dossier: it cannot have it."""
    stub.does = "reads nothing"
    began = time.monotonic()
    with pytest.raises(TryLater, match="could not be reached"):
        sender(stub, **told).send(LARGE)
    assert time.monotonic() - began < 2


def test_nobody_there_is_tried_later() -> None:
    """No connection, no name: the request never left."""
    for host in (f"http://127.0.0.1:{free_port()}", "http://no.such.host.invalid"):
        with pytest.raises(TryLater, match="could not be reached"):
            SendGrid(SendGridAccount(KEY, host, 1.0), IDENTITY).send(MESSAGE)


def test_a_host_that_speaks_no_tls_gets_nothing(stub: Stub) -> None:
    """The host is named https and answers in clear, or says nothing at all: the key stays here."""
    with pytest.raises(TryLater, match="could not be reached"):
        sender(stub, host=stub.url.replace("http:", "https:")).send(MESSAGE)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(TryLater, match="could not be reached"):
            sender(stub, host=f"https://127.0.0.1:{mute.getsockname()[1]}").send(MESSAGE)


@pytest.mark.parametrize("key", ["SG.abc\n", "SG.abc\r\nX-Evil: 1", "SG.clé", "SG.\u20ac", " "])
def test_a_key_that_is_none_is_the_operators_mistake(stub: Stub, key: str) -> None:
    """A line end was pasted along with the key: the setting is named, and the key not repeated."""
    with pytest.raises(TryLater, match="RELANCE_SENDGRID_API_KEY") as wrong:
        sender(stub, api_key=key).send(MESSAGE)
    assert "SG." not in str(wrong.value)
    assert stub.asked == []


def test_a_bad_address_never_leaves_the_house(stub: Stub) -> None:
    """An empty address is a task for a person, not a request."""
    with pytest.raises(Undeliverable):
        sender(stub).send(replace(MESSAGE, to_email=""))
    assert stub.asked == []
