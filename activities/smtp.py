"""E-mail by SMTP, spoken step by step because only the step at which it fails tells whether a letter went out."""

from __future__ import annotations

import logging
import smtplib
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from activities.deadline import cut_off
from activities.message import OutcomeUnknown, Outgoing, Receipt, Refused, TryLater, email_address
from activities.mime import Identity, message_id, mime_message
from activities.plain import one_line

log = logging.getLogger(__name__)

# Answers that blame us, not the debtor's address: commands not understood or out of order (RFC 5321, section 4.2.2),
# authentication required, too weak, or failed (RFC 4954, section 6).
_OUR_FAULT = frozenset({500, 502, 503, 530, 534, 535, 538})
_TAKEN = (250, 251)


@dataclass(frozen=True)
class SmtpServer:
    """Where and how to speak SMTP; `timeout` in seconds for each network step, `whole` for the conversation.

    `whole` is less than the 120 seconds that the activity has, so that its end is known here and not guessed there.
    """

    host: str
    port: int | None = None
    tls: Literal["none", "starttls", "tls"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 20.0
    ca_file: Path | None = None
    whole: float = 90.0


@dataclass(frozen=True)
class Smtp:
    """A sender over SMTP (RFC 5321). Sending again may reach the debtor twice, so it is not idempotent."""

    server: SmtpServer
    identity: Identity
    idempotent: bool = False

    def send(self, message: Outgoing) -> Receipt:
        """Hand over one e-mail to the mail server, and say what became of it in the words of `message.Sender`."""
        to = email_address(message.to_email)
        content = mime_message(message, self.identity).as_bytes()
        client = _client(self.server)
        try:
            with cut_off(self.server.whole, lambda: client.sock):
                _greet(client, self.server)
                self._envelope(client, to, len(content))
                _hand_over(client, content)
                _leave(client)
        finally:
            client.close()
        log.info("smtp took a message")
        return Receipt(provider="smtp", reference=message_id(message.key, self.identity))

    def knock(self) -> None:
        """Go as far as the door, as for a letter, and leave without one. TryLater when we are not let in."""
        client = _client(self.server)
        try:
            with cut_off(self.server.whole, lambda: client.sock):
                _greet(client, self.server)
                _leave(client)
        finally:
            client.close()

    def _envelope(self, client: smtplib.SMTP, to: str, size: int) -> None:
        # A server that knows the size refuses what is too large at once, and not in the middle of it (RFC 1870).
        options = [f"size={size}"] if client.has_extn("size") else []
        try:
            _expect(client.mail(email_address(self.identity.address), options), _TAKEN, "the sender")
            _expect(client.rcpt(to), _TAKEN, "the recipient")
            _expect(client.docmd("DATA"), (354,), "the message")
        except (smtplib.SMTPException, OSError) as failure:
            raise TryLater(f"the mail server went away before it took the message ({_fault(failure)})") from None


class _Plain(smtplib.SMTP):
    """A client that knows its server's name, which TLS checks, without having connected yet."""

    def __init__(self, server: SmtpServer) -> None:
        super().__init__(timeout=server.timeout)
        self._host = server.host


class _Tls(smtplib.SMTP_SSL):
    """The same, in TLS from the first byte."""

    def __init__(self, server: SmtpServer) -> None:
        super().__init__(timeout=server.timeout, context=_tls(server))
        self._host = server.host


def _client(server: SmtpServer) -> smtplib.SMTP:
    try:
        client = _Tls(server) if server.tls == "tls" else _Plain(server)
    except (OSError, ValueError) as failure:
        raise TryLater(f"TLS could not be set up ({_fault(failure)}); check RELANCE_SMTP_CA_FILE") from None
    # Whatever is set for the whole process: it would print the password.
    client.set_debuglevel(0)
    return client


def _greet(client: smtplib.SMTP, server: SmtpServer) -> None:
    port = server.port or {"tls": 465, "starttls": 587, "none": 25}[server.tls]
    try:
        code, words = client.connect(server.host, port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        client.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            client.starttls(context=_tls(server))
            client.ehlo_or_helo_if_needed()  # what was said in clear is forgotten (RFC 3207, section 4.2)
        if server.user is not None and server.password is not None:
            client.login(server.user, server.password)
    except (smtplib.SMTPException, OSError, ValueError) as failure:
        # The name of the fault only, and no chain: some servers repeat the user name in their answer.
        raise TryLater(f"the mail server did not let us in ({_fault(failure)})") from None


def _tls(server: SmtpServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)


def _expect(reply: tuple[int, bytes], good: tuple[int, ...], what: str) -> None:
    code, words = reply
    if code in good:
        return
    # The server's own words often quote the address, so only the codes are kept.
    because = f"the mail server answered {code} {_enhanced(words)}to {what}"
    if 500 <= code < 600 and code not in _OUR_FAULT:
        raise Refused(because)
    raise TryLater(because)


def _hand_over(client: smtplib.SMTP, content: bytes) -> None:
    """Everything after the server's 354: once the last dot is written, silence does not mean no."""
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    try:
        client.send(stuffed + b".\r\n" if stuffed.endswith(b"\r\n") else stuffed + b"\r\n.\r\n")
    except (smtplib.SMTPException, OSError) as failure:
        # The dot is the last that is written: where writing failed, the server cannot have it (RFC 5321, 4.1.1.4).
        raise TryLater(f"the mail server went away in the middle of the message ({_fault(failure)})") from None
    try:
        reply = client.getreply()
    except (smtplib.SMTPException, OSError) as failure:
        raise OutcomeUnknown(f"the mail server did not confirm the message ({_fault(failure)})") from None
    if not (reply[0] in _TAKEN or 400 <= reply[0] < 600):
        raise OutcomeUnknown(f"the mail server answered {reply[0]} to the message, which is neither yes nor no")
    _expect(reply, _TAKEN, "the message")


def _leave(client: smtplib.SMTP) -> None:
    try:
        client.quit()
    except (smtplib.SMTPException, OSError) as failure:
        # The answer to the message itself is already known, so a rude goodbye changes nothing.
        log.debug("smtp goodbye failed: %s", _fault(failure))


def _enhanced(words: bytes) -> str:
    """The enhanced status code (RFC 3463), such as 5.1.1, when the server gave one."""
    first = one_line(words.decode("ascii", "replace"), 10).split(" ")[0]
    return f"{first} " if first.count(".") == 2 and first.replace(".", "").isdigit() else ""


def _fault(failure: Exception) -> str:
    code = getattr(failure, "smtp_code", None)
    return f"{type(failure).__name__} {code}" if code else type(failure).__name__
