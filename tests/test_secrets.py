"""No key, password, name, address or letter is in a log, a history or an error, through all that can go wrong."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import logging
import smtplib
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from activities.message import (
    Attachment,
    OutcomeUnknown,
    Outgoing,
    Receipt,
    Refused,
    Sender,
    TryLater,
    Undeliverable,
)
from activities.mime import Identity
from activities.sendgrid import SendGrid, SendGridAccount
from activities.smtp import Smtp, SmtpServer
from ledger.deliveries import deliveries_of
from ledger.errors import LedgerAway
from ledger.journal import journal_of
from ledger.store import Ledger
from tests.certificates import certificate, tls
from tests.durable import Room, message, policy, room
from tests.mail_server import Postmaster, Start, start
from tests.ports import free_port
from tests.sendgrid_server import Stub, sendgrid_stub, stub
from tests.temporal_env import skipping_env

__all__ = ["certificate", "skipping_env", "start", "stub"]
pytestmark = pytest.mark.xdist_group("temporal")

API_KEY = "SG.qWeRtYuIoP.aSdFgHjKlZxCvBnM"
USER, PASSWORD = "relance-mailer", "Tr0ub4dor-and-3"
DATABASE_PASSWORD = "c0rrect-h0rse"
NAME, EMAIL = "Zélie Quatrebarbes", "zelie.quatrebarbes@privee.example"
STREET, TOWN, PHONE = "17 impasse des Lilas", "29000 Quimper", "+33612345678"
LETTER = "Sauf erreur de notre part, votre fille n'a pas réglé ses leçons de harpe."
IDENTITY = Identity("Atelier Lumen", "factures@creditor.example", "compta@creditor.example")
MESSAGE = Outgoing(
    key="F-1/formal-notice/1/email",
    channel="email",
    to_name=NAME,
    to_email=EMAIL,
    to_phone=PHONE,
    to_lines=(STREET, TOWN),
    language="fr",
    subject="Leçons de harpe de la fille de Zélie",
    text=LETTER,
    html=f"<p>{LETTER}</p>",
    attachments=(Attachment("Quatrebarbes.pdf", "application/pdf", b"%PDF harpe"),),
    at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
)
SAID_BACK = f"{NAME} <{EMAIL}> {USER} {PASSWORD} {STREET} said {LETTER}".encode("ascii", "replace").decode()


def spellings(secret: str) -> set[str]:
    """A secret as it is, and as mail, JSON, AUTH and bytes write it."""
    raw = secret.encode()
    coded = (base64.b64encode(part).decode().rstrip("=") for part in (raw, f"\0{USER}\0{secret}".encode()))
    ascii_part = max(secret.encode("ascii", "replace").decode().split("?"), key=len)
    return {secret, *coded, json.dumps(secret)[1:-1], repr(raw)[2:-1], ascii_part}


SECRETS = {
    spelled
    for secret in (API_KEY, PASSWORD, DATABASE_PASSWORD, "Quatrebarbes", NAME, EMAIL, STREET, TOWN, PHONE, LETTER)
    for spelled in spellings(secret)
} | {base64.b64encode(USER.encode()).decode(), "leçons de harpe"}


def found_in(text: str) -> list[str]:
    """The secrets that the text holds, each with what stands around it."""
    places = ((secret, text.find(secret)) for secret in sorted(SECRETS))
    return [text[max(0, at - 120) : at + len(secret) + 20] for secret, at in places if at >= 0]


class Overheard(logging.Handler):
    """Everything that any logger says at any level, formatted with its traceback and its extra fields."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("mail."):
            return  # aiosmtpd's own log: the other end's
        self.said.append(f"{record.name} {self.format(record)} {record.args!r} {record.__dict__!r}")

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Overheard]:
    """Every logger at its loudest, and the debug printing of http.client and smtplib switched on."""
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    monkeypatch.setattr(smtplib.SMTP, "debuglevel", 2)
    handler = Overheard()
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)


def try_it(sender: Sender) -> str:
    """Send, and give back all that a caller could show of what came out."""
    try:
        return repr(sender.send(MESSAGE))
    except (TryLater, Refused, OutcomeUnknown, Undeliverable) as outcome:
        # Temporal writes the cause into the history, so it is shown even where a traceback would leave it out.
        return repr(sender) + "".join(traceback.format_exception(outcome)) + repr((outcome, outcome.__cause__))


def test_sendgrids_failures_tell_nothing(stub: Stub, overheard: Overheard, capfd: pytest.CaptureFixture[str]) -> None:
    """An operator turns everything up to DEBUG for a day of every failure there is: the key is in none of it."""
    stub.headers = {"X-Message-Id": "abc123", "X-Said": SAID_BACK, "Location": f"http://x.invalid/{API_KEY}"}
    account = SendGridAccount(API_KEY, stub.url, timeout=0.2, whole=0.4)
    told = []
    for status in (202, 200, 302, 303, 307, 400, 401, 403, 404, 413, 429, 500, 502, 503):
        stub.status = status
        told.append(try_it(SendGrid(account, IDENTITY)))
    stub.status = 202
    for does in ("hang", "reset before", "reset after", "close", "garbage", "half a line", "drip head", "half a body"):
        stub.does = does
        told.append(try_it(SendGrid(account, IDENTITY)))
    wrong = (
        replace(account, host=f"http://127.0.0.1:{free_port()}"),
        replace(account, host="http://no.such.host.invalid"),
        replace(account, api_key=f"{API_KEY}\n"),
        replace(account, api_key=f"{API_KEY}é"),
    )
    told += [try_it(SendGrid(account, IDENTITY)) for account in wrong]
    assert any(f"Bearer {API_KEY}" in asked.headers["Authorization"] for asked in stub.asked)
    out, err = capfd.readouterr()
    assert found_in("\n".join([*told, overheard.text, out, err])) == []


def _letting_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=True)


def _keeping_out(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=False, handled=False, message=f"535 5.7.8 {SAID_BACK}")


def test_smtps_failures_tell_nothing(
    start: Start, certificate: Path, overheard: Overheard, capfd: pytest.CaptureFixture[str]
) -> None:
    """The same day over SMTP, with servers that repeat the name, the address and the password in their refusals."""
    told = []
    options = {"tls_context": tls(certificate), "require_starttls": True, "auth_required": True}

    def sending(postmaster: Postmaster, **more: Any) -> Smtp:
        server = start(postmaster, **{**options, "authenticator": _letting_in, **more})
        server = replace(server, tls="starttls", user=USER, password=PASSWORD, ca_file=certificate, timeout=0.4)
        return Smtp(replace(server, whole=0.8), IDENTITY)

    taken = Postmaster()
    told.append(try_it(sending(taken)))
    assert len(taken.taken) == 1
    refusing = (
        *(Postmaster(to_sender=f"{code} {SAID_BACK}") for code in (421, 550)),
        *(Postmaster(to_recipient=f"{code} 5.1.1 {SAID_BACK}") for code in (451, 550)),
        *(Postmaster(to_data=f"{code} {SAID_BACK}") for code in (354, 452, 552)),
        *(Postmaster(goes_away=when) for when in ("at recipient", "after data", "silent")),
    )
    told += [try_it(sending(postmaster)) for postmaster in refusing]
    told.append(try_it(sending(Postmaster(), authenticator=_keeping_out)))
    good = sending(Postmaster())
    wrong = (
        replace(good.server, ca_file=None),
        replace(good.server, password=f"{PASSWORD}é"),
        replace(good.server, password=f"{PASSWORD}\r\nQUIT"),
        replace(good.server, port=free_port()),
        SmtpServer("no.such.host.invalid", user=USER, password=PASSWORD),
    )
    told += [try_it(Smtp(server, IDENTITY)) for server in wrong]
    out, err = capfd.readouterr()
    assert found_in("\n".join([*told, overheard.text, out, err])) == []


def test_a_database_that_is_away_keeps_its_password(overheard: Overheard, capfd: pytest.CaptureFixture[str]) -> None:
    """The database went down on Sunday: its address is told, and its password is not."""
    url = f"postgresql://relance:{DATABASE_PASSWORD}@127.0.0.1:{free_port()}/relance"
    ledger = Ledger(url)
    with pytest.raises(LedgerAway) as away:
        ledger.migrate(4)
    told = "".join(traceback.format_exception(away.value)) + repr(ledger)
    assert "127.0.0.1" in str(away.value)
    assert "Trying again" in overheard.text
    out, err = capfd.readouterr()
    assert found_in(f"{told}\n{overheard.text}\n{out}\n{err}") == []


@dataclass
class Defective:
    """A sender with a defect of ours that quotes whatever it holds."""

    idempotent: bool = False

    def send(self, message: Outgoing) -> Receipt:
        raise KeyError(f"{message.to_name} {message.to_email} {message.text} {API_KEY} {PASSWORD}")


async def _history(handle: WorkflowHandle[Any, Any]) -> str:
    """Every byte of the history, as text."""
    events = [event.SerializeToString() async for event in handle.fetch_history_events()]
    return b"\n".join(events).decode("utf-8", "replace")


def _ledgers_errors(here: Room, case_id: str) -> str:
    """What the ledger keeps of failures and decisions."""
    with here.ledger.read() as db:
        return repr([row.error for row in deliveries_of(db, case_id)]) + repr(journal_of(db, case_id))


async def test_nothing_of_it_reaches_temporal_or_the_ledgers_errors(
    skipping_env: WorkflowEnvironment, tmp_path: Path, start: Start, overheard: Overheard
) -> None:
    """Seven senders fail for seven cases of one debtor: her name, address and letter stay where letters are kept."""
    with ExitStack() as stack:
        stubs = [stack.enter_context(sendgrid_stub(status=s, headers={"X-Said": SAID_BACK})) for s in (202, 400, 401)]
        stubs.append(stack.enter_context(sendgrid_stub(does="garbage")))
        relays = (Postmaster(to_recipient=f"550 {SAID_BACK}"), Postmaster(to_data=f"451 {SAID_BACK}"))
        senders: list[Sender] = [SendGrid(SendGridAccount(API_KEY, stub.url), IDENTITY) for stub in stubs]
        senders += [Smtp(start(relay), IDENTITY) for relay in relays]
        for sender in (*senders, Defective()):
            await _one_case(skipping_env, tmp_path, sender)
        assert EMAIL in json.dumps([asked.body for asked in stubs[0].asked])
    assert "a defect: KeyError at tests/test_secrets.py" in overheard.text
    assert found_in(overheard.text) == []


async def _one_case(env: WorkflowEnvironment, folder: Path, sender: Sender) -> None:
    async with room(env, folder) as here:
        room_of = here.activities._room
        here.activities._room = replace(room_of, senders={**room_of.senders, "email": sender})
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        debtor: dict[str, Any] = {"name": NAME, "email": EMAIL, "phone": PHONE, "address": (STREET, TOWN)}
        case_id = here.add(policy(message("first", 0)), yesterday, **debtor)
        handle = await here.start(case_id)
        await env.fast_forward(handle, timedelta(hours=1))
        await here.wait_for_tries(case_id, 1)
        # A try that is to be repeated is in the history once it was given up; until then the server shows it.
        await asyncio.sleep(0.2)
        shown = (await handle.describe()).raw_description.SerializeToString().decode("utf-8", "replace")
        told = shown + await _history(handle) + _ledgers_errors(here, case_id)
        assert found_in(told) == []
        await handle.terminate()
