"""Names, numbers and subjects are other people's words: none of them becomes a header, a recipient or a command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import example, given, settings
from hypothesis import strategies as st

from activities.message import Attachment, Outgoing
from activities.mime import Identity, display_name, file_name, header_text
from activities.sendgrid import SendGrid, SendGridAccount
from activities.settings import Settings
from activities.smtp import Smtp, SmtpServer
from tests.mail_server import Postmaster
from tests.ports import HOST, free_port
from tests.sendgrid_server import KEY, Stub, sendgrid_stub

HEADERS = "From To Reply-To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type Content-Language".split()
IDENTITY = Identity(name="Atelier Lumen", address="factures@creditor.example", reply_to="compta@creditor.example")
MESSAGE = Outgoing(
    key="F-1/courteous-reminder/1/email",
    channel="email",
    to_name="Café Müller",
    to_email="chef@debtor.example",
    language="fr",
    subject="Rappel",
    text="Bonjour",
    html="<p>Bonjour</p>",
    at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
)
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

FRAGMENTS = (
    *("\r\n", "\n", "\r", "\0", "\x0b", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff", "\udcff"),
    *("\r\nBcc: thief@evil.example", "\r\n\r\nA body", "\r\n.\r\n", "\r\nMAIL FROM:<thief@evil.example>\r\n"),
    *("=?utf-8?q?", "=?utf-8?b?DQpCY2M6IHRoaWVmQGV2aWwuZXhhbXBsZQ==?=", "=?", "?=", "=0D=0A", "=22", "=2C", "=", "?"),
    *(
        " <thief@evil.example>",
        ", thief@evil.example",
        ";",
        ":",
        '"',
        "\\",
        "(",
        ")",
        "<",
        ">",
        "@",
        "é",
        "😀",
        "مرحبا",
    ),
    *(" ", "\t", "\u00a0", "x" * 90, "é" * 90, "a b " * 60, "../../etc/passwd", "%0d%0a", "\\r\\n"),
)
words = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=8).map("".join)
# A letter's text comes from a template and may hold anything that a database keeps, which a lone surrogate is not.
texts = words.map(lambda text: text.replace("\udcff", "")).filter(bool)
many = settings(max_examples=150)


@pytest.fixture(scope="module")
def relay() -> Iterator[tuple[Smtp, Postmaster]]:
    """A sender and the real mail server that it speaks to."""
    postmaster = Postmaster()
    port = free_port()
    controller = Controller(postmaster, hostname=HOST, port=port)
    controller.start()
    yield Smtp(SmtpServer(HOST, port, "none", timeout=5), IDENTITY), postmaster
    controller.stop()


@pytest.fixture(scope="module")
def web() -> Iterator[Stub]:
    """A server in SendGrid's place."""
    with sendgrid_stub() as stub:
        yield stub


def arrived(relay: tuple[Smtp, Postmaster], message: Outgoing, identity: Identity = IDENTITY) -> EmailMessage:
    """The one e-mail that the server got, with exactly our headers, for exactly our recipient."""
    sender, postmaster = relay
    postmaster.taken.clear()
    replace(sender, identity=identity).send(message)
    (envelope,) = postmaster.taken
    assert envelope.rcpt_tos == ["chef@debtor.example"]
    assert isinstance(envelope.content, bytes)
    head = envelope.content.partition(b"\r\n\r\n")[0]
    lines = head.split(b"\r\n")
    assert [line.partition(b":")[0].decode() for line in lines if line[:1] not in (b" ", b"\t")] == HEADERS
    assert all(line.isascii() and len(line) < 998 and line.strip() and b"\r" not in line for line in lines)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert [part.defects for part in mail.walk() if part.defects] == []
    assert [address.addr_spec for address in mail["To"].addresses] == ["chef@debtor.example"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["factures@creditor.example"]
    assert [address.addr_spec for address in mail["Reply-To"].addresses] == ["compta@creditor.example"]
    return mail


def same(said: str, meant: str) -> bool:
    """Whether two header texts have the same words; a header may be folded at any space."""
    return "".join(said.split()) == "".join(meant.split())


@many
@given(name=words, subject=words, creditor=words)
@example(name="=?utf-8?b?DQpCY2M6IHRoaWVmQGV2aWwuZXhhbXBsZQ==?=", subject="S", creditor="C")
@example(name="=?utf-8?q?=22?= , é", subject="S", creditor="=?utf-8?q?=0D=0ABcc:_thief=40evil.example?=")
@example(name='"' * 60, subject="S" * 300, creditor="Bcc: thief@evil.example" + "x" * 90)
@example(name="N", subject="=?utf-8?b?DQpCY2M6IHRoaWVmQGV2aWwuZXhhbXBsZQ==?=", creditor="C")
def test_no_name_or_subject_becomes_a_header(
    relay: tuple[Smtp, Postmaster], name: str, subject: str, creditor: str
) -> None:
    """An invoice of 2 November was typed in by somebody hostile: the server gets our ten headers and no other."""
    message = replace(MESSAGE, to_name=name, subject=subject)
    mail = arrived(relay, message, replace(IDENTITY, name=creditor))
    assert same(str(mail["Subject"]), header_text(subject))
    assert same(mail["To"].addresses[0].display_name, display_name(name))
    assert same(mail["From"].addresses[0].display_name, display_name(creditor))
    assert not UNSAFE.search(str(mail["Subject"]) + str(mail["To"]) + str(mail["From"]))


@many
@given(text=texts, html=texts, name=words, content=st.binary(max_size=80))
def test_the_body_arrives_whole(
    relay: tuple[Smtp, Postmaster], text: str, html: str, name: str, content: bytes
) -> None:
    """Whatever a letter quotes, a lone dot and a command among it, is read at the other end as it was written."""
    attachment = Attachment(name, "application/pdf", content)
    mail = arrived(relay, replace(MESSAGE, text=text, html=html, attachments=(attachment,)))
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().split() == text.split()
    assert rich.get_content().split() == html.split()
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == content
    shown = attached.get_filename() or ""
    assert same(shown, file_name(attachment))
    assert not UNSAFE.search(shown)
    assert not set(shown) & set('/\\"<>:|*?')


@many
@given(name=words, subject=words, creditor=words, file=words)
def test_nothing_reaches_sendgrid_but_what_we_mean(
    web: Stub, name: str, subject: str, creditor: str, file: str
) -> None:
    """The same hostile invoice over the web: one recipient, two headers of ours, and names on one line."""
    web.asked.clear()
    message = replace(MESSAGE, to_name=name, subject=subject, attachments=(Attachment(file, "application/pdf", b"x"),))
    SendGrid(SendGridAccount(KEY, web.url), replace(IDENTITY, name=creditor)).send(message)
    (asked,) = web.asked
    body: Any = asked.body
    assert set(asked.headers) == set(
        "Accept Accept-Encoding Authorization Connection Content-Length Content-Type Host User-Agent".split()
    )
    assert set(body) == set(
        "personalizations from reply_to subject content headers tracking_settings attachments".split()
    )
    (person,) = body["personalizations"]
    assert set(person) == {"to", "custom_args"}
    assert [to["email"] for to in person["to"]] == ["chef@debtor.example"]
    assert set(body["headers"]) == {"Auto-Submitted", "Message-ID"}
    shown = [person["to"][0]["name"], body["from"]["name"], body["reply_to"]["name"], body["subject"]]
    assert not any(UNSAFE.search(text) or "=?" in text for text in (*shown, body["attachments"][0]["filename"]))
    # The API splits an unquoted name at commas and semicolons.
    assert all(re.fullmatch(r'"[^"\\]*"|[^,;]*', text) for text in shown[:3])


@pytest.mark.parametrize("name", ["mail_from", "mail_reply_to"])
@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "Lumen", "a@b"])
def test_a_sender_address_that_is_none_stops_the_worker(name: str, address: str) -> None:
    """The From address was mistyped: the worker does not start, rather than blame every debtor's address for it."""
    with pytest.raises(ValueError, match="not a valid single e-mail address"):
        Settings(**{name: address})  # type: ignore[arg-type]  # one setting by its name
