"""Our messages as SendGrid itself describes them: Prism plays Twilio's OpenAPI file and refuses what does not fit."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from activities.message import Attachment, Outgoing, Refused
from activities.mime import Identity
from activities.sendgrid import SendGrid, SendGridAccount, mail_send_body
from tests.ports import free_port

FOLDER = Path(__file__).parent / "prism"
PROGRAM = FOLDER / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
KEY = "SG.very-secret-key"
IDENTITY = Identity("Atelier Lumen", "factures@creditor.example", "compta@creditor.example")
PLAIN = Outgoing(
    key="F-2026-0042/formal-notice/1/email",
    channel="email",
    to_name="Café Müller & Fils, « Le Chêne »",
    to_email="chef@debtor.example",
    language="fr",
    subject="Facture F-2026-0042 : règlement attendu – 1 500,00 €",
    text="Madame, Monsieur,\n\nÀ ce jour, sauf erreur…\n",
    at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
)
PDF = Attachment("Relevé « été ».pdf", "application/pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40)
ZIP = Attachment("dossier.zip", "application/zip", b"PK\x03\x04" + bytes(2_000))


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prism that plays the file for the tests of this module."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("SendGrid's own description is not tried: Node.js (node, npm) is not on this machine")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if tuple(int(part) for part in version.lstrip("v").split(".")[:2]) < (18, 20):
        pytest.skip(f"SendGrid's own description is not tried: Node.js is {version}, and Prism needs 18.20")
    if not PROGRAM.is_file():
        pytest.skip("SendGrid's own description is not tried: npm ci --prefix tests/prism has not been run")
    port = free_port()
    command = [node, str(PROGRAM), "mock", "--errors", "--host", "127.0.0.1", "--port", str(port), "tsg_mail_v3.json"]
    log = tmp_path_factory.mktemp("prism") / "log.txt"
    with log.open("w") as told, subprocess.Popen(command, cwd=FOLDER, stdout=told, stderr=subprocess.STDOUT) as running:
        try:
            _until_it_listens(running, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.kill()


def _until_it_listens(running: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if "Prism is listening" in log.read_text():
            return
        if running.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"Prism did not start: {log.read_text()}")


def asked(prism: str, body: dict[str, Any], key: str | None = KEY) -> tuple[int, str]:
    """The status of Prism's answer to a body, and what it found wrong with it."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    request = urllib.request.Request(f"{prism}/v3/mail/send", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, ""
    except HTTPError as refusal:
        with refusal:
            return refusal.code, str(refusal.headers["sl-violations"])


@pytest.mark.parametrize(
    "message",
    [
        PLAIN,
        replace(PLAIN, html="<p>À ce jour, sauf erreur…</p>"),
        replace(PLAIN, html="<p>Ci-joint</p>", attachments=(PDF, ZIP)),
        replace(PLAIN, to_name="", attachments=(replace(PDF, name="../..\r\n"),)),
        replace(
            PLAIN, to_name="\u202eX; \x00Y\r\nBcc: z@example.com", subject="=?utf-8?q?=0D=0ABcc:_z=40example.com?="
        ),
    ],
    ids=["text", "text and html", "with pdf and zip", "no name at all", "hostile"],
)
def test_what_we_send_is_what_sendgrid_describes(prism: str, message: Outgoing) -> None:
    """On 2 November every shape of our messages, French and hostile ones included, fits SendGrid's own description."""
    receipt = SendGrid(SendGridAccount(KEY, prism), IDENTITY).send(message)
    assert receipt.provider == "sendgrid"
    assert asked(prism, mail_send_body(message, IDENTITY)) == (202, "")


def without_recipient(body: dict[str, Any]) -> None:
    del body["personalizations"][0]["to"]


def bad_address(body: dict[str, Any]) -> None:
    body["personalizations"][0]["to"][0]["email"] = "nobody"


def without_sender(body: dict[str, Any]) -> None:
    del body["from"]


def empty_text(body: dict[str, Any]) -> None:
    body["content"][0]["value"] = ""


def attachment_without_name(body: dict[str, Any]) -> None:
    del body["attachments"][0]["filename"]


def strange_disposition(body: dict[str, Any]) -> None:
    body["attachments"][0]["disposition"] = "popup"


def tracking_as_text(body: dict[str, Any]) -> None:
    body["tracking_settings"]["open_tracking"]["enable"] = "no"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (without_recipient, "'to'"),
        (bad_address, 'format \\"email\\"'),
        (without_sender, "'from'"),
        (empty_text, "content.0.value"),
        (attachment_without_name, "'filename'"),
        (strange_disposition, "attachments.0.disposition"),
        (tracking_as_text, "open_tracking.enable"),
    ],
)
def test_the_description_bites(prism: str, spoil: Callable[[dict[str, Any]], None], told: str) -> None:
    """One mistake in an otherwise good message, and Prism refuses it by name: the test above can fail."""
    body: Any = mail_send_body(replace(PLAIN, attachments=(PDF,)), IDENTITY)
    spoil(body)
    status, wrong = asked(prism, body)
    assert status == 400  # of the answers that the file describes, the one for a bad request
    assert told in wrong


def test_a_message_that_does_not_fit_is_refused_for_good(prism: str) -> None:
    """A letter without a word in it goes to SendGrid: its no is told as a no, once."""
    with pytest.raises(Refused, match="400"):
        SendGrid(SendGridAccount(KEY, prism), IDENTITY).send(replace(PLAIN, text=""))


def test_a_request_without_a_key_is_not_let_in(prism: str) -> None:
    """The description asks for a key, so what was let in above carried one."""
    assert asked(prism, {}, key=None)[0] == 401


def test_a_letter_of_one_megabyte_fits(prism: str) -> None:
    """A dossier of a megabyte is read whole: the request is not cut anywhere on its way."""
    message = replace(PLAIN, attachments=(replace(ZIP, content=bytes(1_000_000)),))
    # Prism reads bodies of at most ten megabytes; SendGrid's own limit for a message is thirty.
    assert SendGrid(SendGridAccount(KEY, prism), IDENTITY).send(message).provider == "sendgrid"
