"""The real MIME message, made once here so that the outbox and SMTP write the very same e-mail."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from activities.message import Attachment, Outgoing, email_address
from activities.plain import one_line

_MEDIA_TYPE = re.compile(r"([a-z]+)/([a-z0-9][a-z0-9.+-]*)")
# Plain 7-bit in every part: any relay takes it, and a digital signature added on the way stays valid.
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)


@dataclass(frozen=True)
class Identity:
    """Who writes: the creditor's display name, the From address, and where an answer should go."""

    name: str
    address: str
    reply_to: str


def message_id(key: str, identity: Identity) -> str:
    """A Message-ID that is the same on every try of one delivery and tells nothing about it."""
    domain = email_address(identity.address).partition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def file_name(attachment: Attachment) -> str:
    """The attachment's name without path, control character or anything a mail program could trip over."""
    name = re.sub(r"[^\w .()-]", "-", one_line(attachment.name, 100)).strip(". ")
    return name or "document"


def header_text(text: str, limit: int = 200) -> str:
    """The text as a header may hold it: one line, and nothing in it that a reader would decode (RFC 2047).

    A name like `=?utf-8?q?=0D=0ABcc:…?=` is plain text until the standard library or a provider decodes it.
    """
    return one_line(text, limit).replace("=?", "= ?")


def display_name(name: str) -> str:
    """The name shown beside an address: so short, and without anything to escape, that it fits on one line quoted.

    Python's email package loses the quotes of a longer one when it folds it, and an address in it then counts as one.
    """
    return header_text(name, 60).replace("\\", "'").replace('"', "'")


def mime_message(message: Outgoing, identity: Identity) -> EmailMessage:
    """The e-mail as RFC 5322 says. Raises Undeliverable when the debtor has no valid address."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(identity.name, identity.address)
    mail["To"] = _address(message.to_name, email_address(message.to_email))
    mail["Reply-To"] = _address(identity.name, identity.reply_to)
    mail["Subject"] = header_text(message.subject)
    mail["Date"] = message.at.astimezone(UTC)
    mail["Message-ID"] = message_id(message.key, identity)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for attachment in message.attachments:
        _attach(mail, attachment)
    # After the parts: what is said of the content before goes with it into the first of them.
    mail["Content-Language"] = one_line(message.language, 10)
    _name_boundaries(mail, message.key)
    return mail


def _address(name: str, address: str) -> Address:
    return Address(display_name=display_name(name), addr_spec=email_address(address))


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    kind = _MEDIA_TYPE.fullmatch(attachment.media_type)
    main, sub = (kind[1], kind[2]) if kind else ("application", "octet-stream")
    if main in ("text", "message", "multipart"):
        # Sent as bytes, untouched: a text part would have its line ends rewritten on the way.
        main, sub = "application", "octet-stream"
    mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=file_name(attachment))


def _name_boundaries(mail: EmailMessage, key: str) -> None:
    """Fixed part boundaries: the standard library draws them at random, and the same key must make the same bytes."""
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{hashlib.sha256(f'{key}#{number}'.encode()).hexdigest()[:40]}")
