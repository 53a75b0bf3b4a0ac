"""Tells what becomes of an e-mail at a real mail server that takes, refuses, delays or goes away."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from activities.message import Attachment, OutcomeUnknown, Outgoing, Refused, TryLater, Undeliverable
from activities.mime import Identity
from activities.smtp import Smtp, SmtpServer
from tests.certificates import certificate, tls
from tests.mail_server import Postmaster, Start, start
from tests.ports import free_port

__all__ = ["certificate", "start"]

IDENTITY = Identity(name="Atelier Lumen", address="factures@creditor.example", reply_to="compta@creditor.example")
MESSAGE = Outgoing(
    key="F-1/formal-notice/1/email",
    channel="email",
    to_name="Café Müller",
    to_email="chef@debtor.example",
    language="fr",
    subject="Mise en demeure",
    text="Bonjour,\n\n.\n..\nUne ligne seule avec un point ne finit pas le message.\n",
    html="<p>Bonjour</p>",
    attachments=(Attachment("lettre.pdf", "application/pdf", b"\n.\r\n.\r" * 50),),
    at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
)


def test_the_mail_server_takes_it_whole(start: Start) -> None:
    """On 2 November the server takes the notice: every dot, line and byte arrives as it was written."""
    postmaster = Postmaster()
    receipt = Smtp(start(postmaster), IDENTITY).send(MESSAGE)
    (envelope,) = postmaster.taken
    assert envelope.mail_from == "factures@creditor.example"
    assert envelope.rcpt_tos == ["chef@debtor.example"]
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert [part.get_content() for part in mail.iter_attachments()] == [MESSAGE.attachments[0].content]
    assert mail["Message-ID"] == receipt.reference
    assert receipt.provider == "smtp"


def test_a_second_try_carries_the_same_message_id(start: Start) -> None:
    """Sent again after an unknown outcome, the e-mail can be recognised as the same one, and another key cannot."""
    sender = Smtp(start(Postmaster()), IDENTITY)
    assert sender.send(MESSAGE).reference == sender.send(MESSAGE).reference
    assert sender.send(MESSAGE).reference != sender.send(replace(MESSAGE, key="F-2/formal-notice/1/email")).reference


@pytest.mark.parametrize(
    ("postmaster", "told"),
    [
        (Postmaster(to_recipient="550 5.1.1 no such user chef@debtor.example"), "550 5.1.1 to the recipient"),
        (Postmaster(to_sender="553 not a sender"), "553 to the sender"),
        (Postmaster(to_data="554 5.7.1 looks like spam"), "554 5.7.1 to the message"),
        (Postmaster(to_data="552 5.2.2 mailbox full"), "552 5.2.2 to the message"),
    ],
)
def test_a_no_for_good_is_refused(start: Start, postmaster: Postmaster, told: str) -> None:
    """The address is dead since October: no second try, and no address in the sentence that the log keeps."""
    with pytest.raises(Refused) as wrong:
        Smtp(start(postmaster), IDENTITY).send(MESSAGE)
    assert told in wrong.value.because
    assert "debtor.example" not in wrong.value.because
    assert postmaster.taken == []


@pytest.mark.parametrize(
    "postmaster",
    [
        Postmaster(to_recipient="451 4.7.1 greylisted, come back"),
        Postmaster(to_sender="421 too busy"),
        Postmaster(to_sender="530 5.7.0 authentication required"),
        Postmaster(to_sender="503 send EHLO first"),
        Postmaster(to_data="452 no room"),
        Postmaster(goes_away="at recipient"),
    ],
)
def test_a_not_now_is_tried_later(start: Start, postmaster: Postmaster) -> None:
    """Greylisting, a full disk or a broken line before the message was handed over: nothing went out, so try again."""
    with pytest.raises(TryLater):
        Smtp(start(postmaster), IDENTITY).send(MESSAGE)
    assert postmaster.taken == []


@pytest.mark.parametrize("goes_away", ["after data", "silent"])
def test_silence_after_the_message_is_unknown(start: Start, goes_away: str) -> None:
    """The line breaks after the last dot: nobody knows whether the notice went out, so nobody claims either."""
    with pytest.raises(OutcomeUnknown):
        Smtp(start(Postmaster(goes_away=goes_away)), IDENTITY).send(MESSAGE)


def test_no_server_at_all_is_tried_later() -> None:
    """The mail server is down on a Monday morning, or its name does not exist: a matter of time."""
    for server in (
        SmtpServer("127.0.0.1", free_port(), "none", timeout=1),
        SmtpServer("no.such.host.invalid", 25, "none"),
    ):
        with pytest.raises(TryLater, match="did not let us in"):
            Smtp(server, IDENTITY).send(MESSAGE)


def test_a_server_that_says_nothing_is_tried_later() -> None:
    """Something listens but never greets: after the time allowed we come back later."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(TryLater):
            Smtp(SmtpServer("127.0.0.1", mute.getsockname()[1], "none", timeout=0.3), IDENTITY).send(MESSAGE)


def test_a_bad_address_never_reaches_the_server(start: Start) -> None:
    """Two addresses in one field are a task for a person; the server hears nothing of it."""
    postmaster = Postmaster()
    with pytest.raises(Undeliverable):
        Smtp(start(postmaster), IDENTITY).send(replace(MESSAGE, to_email="a@b.example,c@d.example"))
    assert postmaster.taken == []


def test_the_password_travels_only_under_tls(start: Start, certificate: Path) -> None:
    """With STARTTLS and the right password the server takes it; with a wrong one it is our fault, not the debtor's."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == b"right-s3cret", handled=False)

    postmaster = Postmaster()
    options = {"tls_context": tls(certificate), "require_starttls": True, "authenticator": check, "auth_required": True}
    server = replace(start(postmaster, **options), tls="starttls", user="relance", ca_file=certificate)
    Smtp(replace(server, password="right-s3cret"), IDENTITY).send(MESSAGE)
    assert len(postmaster.taken) == 1
    with pytest.raises(TryLater) as wrong:
        Smtp(replace(server, password="wrong-s3cret"), IDENTITY).send(MESSAGE)
    assert "535" in wrong.value.because
    assert "s3cret" not in repr(server) + wrong.value.because
    with pytest.raises(TryLater, match="SSLCertVerificationError"):
        Smtp(replace(server, ca_file=None, password="right-s3cret"), IDENTITY).send(MESSAGE)
    assert len(postmaster.taken) == 1


def test_a_server_without_starttls_gets_nothing(start: Start) -> None:
    """STARTTLS is asked for and the server has none: better late than readable by everybody on the way."""
    postmaster = Postmaster()
    with pytest.raises(TryLater):
        Smtp(replace(start(postmaster), tls="starttls"), IDENTITY).send(MESSAGE)
    assert postmaster.taken == []


def test_starttls_without_a_password(start: Start, certificate: Path) -> None:
    """A relay inside the house wants TLS and no password: what was said before TLS is said again after it."""
    postmaster = Postmaster()
    server = start(postmaster, tls_context=tls(certificate), require_starttls=True)
    Smtp(replace(server, tls="starttls", ca_file=certificate), IDENTITY).send(MESSAGE)
    assert len(postmaster.taken) == 1


def test_a_certificate_for_another_name_gets_nothing(start: Start, certificate: Path) -> None:
    """Somebody answers in the mail server's place with a certificate that is good, but for another name."""
    postmaster = Postmaster()
    options = {"tls_context": tls(certificate), "require_starttls": True}
    impostor = replace(start(postmaster, **options), host="localhost", ca_file=certificate)
    wrapped = replace(start(postmaster, ssl_context=tls(certificate)), host="localhost", ca_file=certificate)
    for server in (replace(impostor, tls="starttls"), replace(wrapped, tls="tls")):
        with pytest.raises(TryLater, match="SSLCertVerificationError"):
            Smtp(server, IDENTITY).send(MESSAGE)
    with pytest.raises(TryLater, match="RELANCE_SMTP_CA_FILE"):
        Smtp(replace(wrapped, tls="tls", ca_file=Path("no such file")), IDENTITY).send(MESSAGE)
    assert postmaster.taken == []


def test_tls_from_the_first_byte(start: Start, certificate: Path) -> None:
    """A server on the TLS port takes the e-mail, too."""
    postmaster = Postmaster()
    server = start(postmaster, ssl_context=tls(certificate))
    Smtp(replace(server, tls="tls", ca_file=certificate), IDENTITY).send(MESSAGE)
    assert len(postmaster.taken) == 1
