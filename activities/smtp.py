"""E-mail by SMTP, spoken step by step because only the step at which it fails tells whether a letter went out."""

from __future__ import annotations

import logging
import smtplib
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from activities.message import OutcomeUnknown, Outgoing, Receipt, Refused, TryLater, email_address
from activities.mime import Identity, message_id, mime_message
from activities.plain import one_line

log = logging.getLogger(__name__)

# Answers that blame us, not the debtor's address: authentication required, too weak, or failed (RFC 4954, section 6).
_OUR_FAULT = frozenset({530, 534, 535, 538})


@dataclass(frozen=True)
class SmtpServer:
    """Where and how to speak SMTP; `timeout` in seconds for each network step."""

    host: str
    port: int | None = None
    tls: Literal["none", "starttls", "tls"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 20.0
    ca_file: Path | None = None


@dataclass(frozen=True)
class Smtp:
    """A sender over SMTP (RFC 5321). Sending again may reach the debtor twice, so it is not idempotent."""

    server: SmtpServer
    identity: Identity
    idempotent: bool = False

    def send(self, message: Outgoing) -> Receipt:
        """Hand over one e-mail to the mail server, and say what became of it in the words of `message.Sender`."""
        mail = mime_message(message, self.identity)
        client = self._greet()
        try:
            self._envelope(client, email_address(message.to_email))
            answer = _hand_over(client, mail.as_bytes())
        finally:
            _leave(client)
        log.info("smtp took a message", extra={"answer_length": len(answer)})
        return Receipt(provider="smtp", reference=message_id(message.key, self.identity))

    def _greet(self) -> smtplib.SMTP:
        client: smtplib.SMTP | None = None
        try:
            client = _connect(self.server)
            client.ehlo_or_helo_if_needed()
            if self.server.tls == "starttls":
                client.starttls(context=_tls(self.server))
            if self.server.user is not None and self.server.password is not None:
                client.login(self.server.user, self.server.password)
        except (smtplib.SMTPException, OSError, ValueError) as failure:
            if client is not None:
                client.close()
            # The name of the fault only: some servers repeat the user name in their answer.
            raise TryLater(f"the mail server did not let us in ({_fault(failure)})") from failure
        return client

    def _envelope(self, client: smtplib.SMTP, to: str) -> None:
        try:
            _expect(client.mail(email_address(self.identity.address)), "the sender")
            _expect(client.rcpt(to), "the recipient")
            _expect(client.docmd("DATA"), "the message")
        except (smtplib.SMTPException, OSError) as failure:
            raise TryLater(f"the mail server went away before it took the message ({_fault(failure)})") from failure


def _connect(server: SmtpServer) -> smtplib.SMTP:
    if server.tls == "tls":
        return smtplib.SMTP_SSL(server.host, server.port or 465, timeout=server.timeout, context=_tls(server))
    port = server.port or (587 if server.tls == "starttls" else 25)
    return smtplib.SMTP(server.host, port, timeout=server.timeout)


def _tls(server: SmtpServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)


def _expect(reply: tuple[int, bytes], what: str) -> None:
    code, words = reply
    if code in (250, 251, 354):
        return
    # The server's own words often quote the address, so only the codes are kept.
    because = f"the mail server answered {code} {_enhanced(words)}to {what}".replace("  ", " ")
    if 500 <= code < 600 and code not in _OUR_FAULT:
        raise Refused(because)
    raise TryLater(because)


def _hand_over(client: smtplib.SMTP, content: bytes) -> bytes:
    """Everything after the server's 354: from here on, silence does not mean no."""
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    try:
        client.send(stuffed + b".\r\n" if stuffed.endswith(b"\r\n") else stuffed + b"\r\n.\r\n")
        reply = client.getreply()
    except (smtplib.SMTPException, OSError) as failure:
        raise OutcomeUnknown(f"the mail server did not confirm the message ({_fault(failure)})") from failure
    _expect(reply, "the message")
    return reply[1]


def _leave(client: smtplib.SMTP) -> None:
    try:
        client.quit()
    except (smtplib.SMTPException, OSError) as failure:
        # The answer to the message itself is already known, so a rude goodbye changes nothing.
        log.debug("smtp goodbye failed: %s", _fault(failure))
        client.close()


def _enhanced(words: bytes) -> str:
    """The enhanced status code (RFC 3463), such as 5.1.1, when the server gave one."""
    first = one_line(words.decode("ascii", "replace"), 10).split(" ")[0]
    return f"{first} " if first.count(".") == 2 and first.replace(".", "").isdigit() else ""


def _fault(failure: Exception) -> str:
    code = getattr(failure, "smtp_code", None)
    return f"{type(failure).__name__} {code}" if code else type(failure).__name__
