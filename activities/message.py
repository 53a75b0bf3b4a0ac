"""The one shape of a message to a debtor and of what can become of it, so that a new provider is one new file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.-]{{1,64}}@(?:{_LABEL}\.){{1,8}}[A-Za-z][A-Za-z0-9-]{{1,62}}")
_PHONE = re.compile(r"\+?[0-9]{7,15}")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message; `media_type` like `application/pdf`."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Outgoing:
    """One message ready to go, rendered and addressed.

    `key` is the delivery key `case/step/occurrence/channel`, stable over retries; `at` is the aware UTC moment of the
    first try, so that a second try makes the same bytes. A postal letter carries its PDF as the first attachment.
    """

    key: str
    channel: str
    to_name: str
    language: str
    subject: str
    text: str
    at: datetime
    to_email: str | None = None
    to_phone: str | None = None
    to_lines: tuple[str, ...] = ()
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    letter: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Receipt:
    """The provider took the message: its own reference, and the file's path when it was written to a folder."""

    provider: str
    reference: str
    path: str | None = None


class TryLater(Exception):
    """A technical failure: nothing was handed over. `after` is how long the provider asked us to wait, if it did."""

    def __init__(self, because: str, after: timedelta | None = None) -> None:
        super().__init__(because)
        self.because = because
        self.after = after


class Refused(Exception):
    """The provider will never take this message as it is."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


class Undeliverable(Exception):
    """There is nowhere to send it. `what` names what is missing: email, phone, address or letter."""

    def __init__(self, because: str, what: str) -> None:
        super().__init__(because)
        self.because = because
        self.what = what


class OutcomeUnknown(Exception):
    """The message may or may not have been taken, and nobody can tell from here."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


class Sender(Protocol):
    """A way out. `idempotent` is true when sending the same key again cannot reach the debtor twice."""

    @property
    def idempotent(self) -> bool: ...

    def send(self, message: Outgoing) -> Receipt:
        """Hand the message over. Raises TryLater, Refused, Undeliverable or OutcomeUnknown, and nothing else."""
        ...


Senders = Mapping[str, Sender]


def email_address(text: str | None) -> str:
    """The one plain address in `text` (RFC 5321 dot-string, ASCII). Raises Undeliverable when it is not exactly that.

    The sentence does not repeat the address: sentences reach logs.
    """
    if not text or not text.strip():
        raise Undeliverable("no e-mail address is known", "email")
    address = text.strip(" ")
    local = address.partition("@")[0]
    if len(address) > 254 or not _ADDRESS.fullmatch(address) or local[0] == "." or local[-1] == "." or ".." in local:
        raise Undeliverable("the e-mail address on file is not a valid single address", "email")
    return address


def phone_number(text: str | None) -> str:
    """The number's digits, with `+` if it was there. Raises Undeliverable when missing or not a number."""
    if not text or not text.strip():
        raise Undeliverable("no phone number is known", "phone")
    digits = re.sub(r"[ .()/\u00a0-]", "", text)
    if not _PHONE.fullmatch(digits):
        raise Undeliverable("the phone number on file is not a valid number", "phone")
    return digits


def postal_lines(message: Outgoing) -> tuple[str, ...]:
    """Name and address lines of a letter. Raises Undeliverable when there are not at least a street and a town."""
    lines = tuple(line.strip() for line in message.to_lines if line.strip())
    if len(lines) < 2:
        raise Undeliverable("no complete postal address is known", "address")
    return (message.to_name.strip(), *lines)
