"""Tells when a mail server that breaks off, drips or talks nonsense leaves an e-mail unsent, sent or unknown."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from activities.message import Attachment, OutcomeUnknown, Outgoing, Refused, TryLater, Undeliverable
from activities.mime import Identity
from activities.smtp import Smtp
from tests.mail_server import Postmaster, Start, scripted, start

__all__ = ["start"]

IDENTITY = Identity(name="Atelier Lumen", address="factures@creditor.example", reply_to="compta@creditor.example")
MESSAGE = Outgoing(
    key="F-1/formal-notice/1/email",
    channel="email",
    to_name="Hélène Œuvré",
    to_email="chef@debtor.example",
    language="fr",
    subject="Mise en demeure : 1 500,00 €",
    text="Bonjour,\n\nà très bientôt.\n",
    at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
)
# More than the buffers of both ends hold, so that it cannot be written to somebody who does not read.
LARGE = replace(MESSAGE, attachments=(Attachment("dossier.zip", "application/zip", bytes(12_000_000)),))
HELLO = ("220 mail.example ready", "250 mail.example")
TO_DATA = (*HELLO, "250 sender", "250 recipient")


def test_greylisting_puts_off_once(start: Start) -> None:
    """On 2 November the server greylists us; five minutes later it takes the same e-mail, once."""
    postmaster = Postmaster(greylists=True)
    sender = Smtp(start(postmaster), IDENTITY)
    with pytest.raises(TryLater, match=r"451 4\.7\.1 to the recipient"):
        sender.send(MESSAGE)
    assert postmaster.taken == []
    receipt = sender.send(MESSAGE)
    (envelope,) = postmaster.taken
    assert isinstance(envelope.content, bytes)
    assert message_from_bytes(envelope.content, policy=policy.default)["Message-ID"] == receipt.reference


@pytest.mark.parametrize(
    "lines",
    [
        ("421 mail.example is busy",),
        ("554 no mail from your network",),
        ("500 what", "500 what", "500 what"),
        (None,),
        ("garbage without a number",),
        ("2",),
        ("220 ready", None),
        ("220 ready", "421 going down"),
        (*HELLO, "421 going down"),
        (*HELLO, "hello?"),
        (*HELLO, "354 for the sender?"),
        (*HELLO, "250 sender", "421 going down"),
        (*HELLO, "250 sender", "252 perhaps"),
        (*HELLO, "250 sender", None),
        (*TO_DATA, "421 going down"),
        (*TO_DATA, "250 instead of 354"),
        (*TO_DATA, None),
    ],
)
def test_nonsense_before_the_message_is_tried_later(lines: tuple[str | None, ...]) -> None:
    """Whatever the server says or breaks off before it took the message: nothing went out, nobody is to blame."""
    with scripted(*lines) as (server, script):
        with pytest.raises(TryLater) as wrong:
            Smtp(server, IDENTITY).send(MESSAGE)
        assert "." not in script.heard
    assert "mail.example" not in wrong.value.because


@pytest.mark.parametrize(
    "last",
    [
        None,
        "",
        "what?",
        "-1 no",
        "354 go on",
        "220 hello again",
        "250-first line of two",
        "199 wait",
        "999 thanks",
        "2",
    ],
)
def test_nonsense_after_the_message_is_unknown(last: str | None) -> None:
    """The last dot was heard, and the answer is neither yes nor no: it may have gone out, so no second one goes."""
    with scripted(*TO_DATA, "354 go on", last) as (server, script):
        with pytest.raises(OutcomeUnknown):
            Smtp(server, IDENTITY).send(MESSAGE)
        assert script.heard[4] == "."


@pytest.mark.parametrize(("last", "outcome"), [("451 not now", TryLater), ("421 bye", TryLater), ("552 no", Refused)])
def test_a_clear_no_after_the_message_is_believed(last: str, outcome: type[Exception]) -> None:
    """The server heard the whole message and says itself that it did not take it."""
    with scripted(*TO_DATA, "354 go on", last) as (server, _), pytest.raises(outcome):
        Smtp(server, IDENTITY).send(MESSAGE)


@pytest.mark.parametrize("goodbye", [None, "drip", "500 stay", "nonsense"])
def test_a_rude_goodbye_changes_nothing(goodbye: str | None) -> None:
    """The server took the notice and then misbehaves at the goodbye: taken is taken."""
    with scripted(*TO_DATA, "354 go on", "250 taken", goodbye) as (server, script):
        assert Smtp(replace(server, whole=0.4), IDENTITY).send(MESSAGE).provider == "smtp"
        assert script.heard[5] in ("quit", "QUIT")


@pytest.mark.parametrize("told", [{"timeout": 0.3}, {"timeout": 30.0, "whole": 0.3}])
def test_a_line_broken_in_the_middle_of_the_message_is_tried_later(told: dict[str, float]) -> None:
    """The server stops reading before the last dot: without it there is no message that it could send."""
    with scripted(*TO_DATA, "354 stops reading") as (server, _):
        began = time.monotonic()
        with pytest.raises(TryLater, match="in the middle of the message"):
            Smtp(replace(server, **told), IDENTITY).send(LARGE)  # type: ignore[arg-type]  # two numbers by name
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (("drip",), TryLater),
        (("220 ready", "drip"), TryLater),
        ((*HELLO, "250 sender", "drip"), TryLater),
        ((*TO_DATA, "354 go on", "drip"), OutcomeUnknown),
    ],
)
def test_a_dripping_server_does_not_hold_the_worker(lines: tuple[str, ...], outcome: type[Exception]) -> None:
    """A byte every 50 ms never meets the timeout of one step; the conversation ends all the same."""
    with scripted(*lines) as (server, _):
        began = time.monotonic()
        with pytest.raises(outcome):
            Smtp(replace(server, whole=0.4), IDENTITY).send(MESSAGE)
        assert time.monotonic() - began < 1.5


def test_too_large_is_said_before_it_is_written(start: Start) -> None:
    """A server that takes a megabyte hears of twelve, and says no before a byte of them travels."""
    postmaster = Postmaster()
    began = time.monotonic()
    with pytest.raises(Refused, match="552 to the sender"):
        Smtp(start(postmaster, data_size_limit=1_000_000), IDENTITY).send(LARGE)
    assert time.monotonic() - began < 2
    assert postmaster.taken == []


def test_names_with_accents_need_no_smtputf8(start: Start) -> None:
    """The server knows no SMTPUTF8: names, subject and text with accents arrive whole, in plain ASCII on the way."""
    postmaster = Postmaster()
    Smtp(start(postmaster, enable_SMTPUTF8=False), IDENTITY).send(MESSAGE)
    (envelope,) = postmaster.taken
    assert isinstance(envelope.content, bytes)
    assert envelope.content.isascii()
    mail = message_from_bytes(envelope.content, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    assert str(mail["To"]) == "Hélène Œuvré <chef@debtor.example>"
    assert mail["Subject"] == MESSAGE.subject
    assert body.get_content().replace("\r\n", "\n") == MESSAGE.text


@pytest.mark.parametrize("address", ["hélène@debtor.example", "chef@müller.example", "chef@debtor.example\u202e"])
def test_an_address_that_plain_smtp_cannot_carry_is_a_task(start: Start, address: str) -> None:
    """An address with accents needs SMTPUTF8, which few servers have: a person is asked for another one."""
    postmaster = Postmaster()
    with pytest.raises(Undeliverable):
        Smtp(start(postmaster), IDENTITY).send(replace(MESSAGE, to_email=address))
    assert postmaster.taken == []
