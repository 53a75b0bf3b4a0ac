"""Tells what lies in the outbox folder after a delivery, also when the key, the name or the disk is hostile."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from activities.creditor import Creditor
from activities.handover import HandoverFolder
from activities.letter_sample import full_sample
from activities.message import Attachment, Outgoing, Refused, TryLater, Undeliverable, email_address, phone_number
from activities.mime import Identity, mime_message
from activities.outbox import Outbox, safe_name
from activities.senders import choose_senders
from activities.sendgrid import SendGrid
from activities.settings import Settings, SettingsWrong, load_settings
from activities.smtp import Smtp

IDENTITY = Identity(name="Atelier Lumière", address="factures@creditor.example", reply_to="compta@creditor.example")
PDF = Attachment(name="F-2026-0001.pdf", media_type="application/pdf", content=b"%PDF-1.7 letter")
MESSAGE = Outgoing(
    key="F-2026-0001/firm-reminder/1/email",
    channel="email",
    to_name="Café Müller",
    to_email="chef@debtor.example",
    to_phone="+33 1 99 00 00 01",
    to_lines=("2 rue de l’Exemple", "69001 Lyon"),
    language="fr",
    subject="Facture F-2026-0001 : règlement attendu",
    text="Bonjour,\n\n.une ligne qui commence par un point\n" + "é" * 1500 + "\n",
    html="<p>Bonjour</p>",
    attachments=(PDF,),
    at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
    letter="reminder",
    tone="firm",
)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox", IDENTITY)


def read(path: str | None) -> EmailMessage:
    assert path is not None
    mail = BytesParser(policy=policy.default).parsebytes(Path(path).read_bytes())
    assert isinstance(mail, EmailMessage)
    return mail


def files(outbox: Outbox) -> list[str]:
    return sorted(str(path.relative_to(outbox.folder)) for path in outbox.folder.rglob("*") if path.is_file())


def test_an_email_can_be_opened_in_any_mail_program(outbox: Outbox) -> None:
    """The e-mail of 2 November has text, HTML and PDF, an answer goes to accounting, and machines know it is one."""
    mail = read(outbox.send(MESSAGE).path)
    assert mail["From"] == "Atelier Lumière <factures@creditor.example>"
    assert mail["To"] == "Café Müller <chef@debtor.example>"
    assert mail["Reply-To"].addresses[0].addr_spec == "compta@creditor.example"
    assert mail["Subject"] == "Facture F-2026-0001 : règlement attendu"
    assert mail["Date"].datetime == MESSAGE.at
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert "Bonjour" in html.get_content()
    (pdf,) = mail.iter_attachments()
    assert pdf.get_content() == PDF.content
    assert pdf.get_filename() == PDF.name
    assert max(map(len, mime_message(MESSAGE, IDENTITY).as_bytes().split(b"\r\n"))) <= 998


def test_the_same_key_leaves_one_file_with_the_first_content(outbox: Outbox) -> None:
    """The activity dies after writing and runs again on 3 November: still one e-mail, as it was first written."""
    first = outbox.send(MESSAGE)
    content = Path(str(first.path)).read_bytes()
    assert outbox.send(replace(MESSAGE, text="autre", at=datetime(2026, 11, 3, tzinfo=UTC))) == first
    assert len(files(outbox)) == 1
    assert Path(str(first.path)).read_bytes() == content
    assert mime_message(MESSAGE, IDENTITY).as_bytes() == mime_message(MESSAGE, IDENTITY).as_bytes()


def test_eight_workers_with_the_same_key_leave_one_whole_file(outbox: Outbox) -> None:
    """Eight workers write the same delivery at the same moment; one file is there, complete, and no scraps."""
    with ThreadPoolExecutor(8) as threads:
        receipts = set(threads.map(outbox.send, [MESSAGE] * 8))
    assert len(receipts) == 1
    assert len(files(outbox)) == 1
    assert read(receipts.pop().path)["Subject"] == MESSAGE.subject


def test_a_hostile_key_stays_inside_the_folder(outbox: Outbox) -> None:
    """A key made of dots, slashes and zeros is a plain file name, and keys that look alike are kept apart."""
    path = outbox.send(replace(MESSAGE, key="../../etc/\x00passwd/" + "x" * 500)).path
    assert path is not None
    assert Path(path).resolve().is_relative_to((outbox.folder / "email").resolve())
    assert len(Path(path).name) < 130
    assert safe_name("a/b") != safe_name("a_b")
    assert safe_name("A/b") != safe_name("a/b")


def test_a_name_cannot_add_a_header(outbox: Outbox) -> None:
    """A debtor, a subject and a file called like headers add none: there is one To and no Bcc."""
    nasty = "Evil\r\nBcc: all@example.com\r\n\r\n<script>"
    attachment = Attachment(name="../../x\r\nX-Evil: 1.pdf", media_type="text/html\r\nX-Evil: 1", content=b"x")
    mail = read(outbox.send(replace(MESSAGE, to_name=nasty, subject=nasty, attachments=(attachment,))).path)
    assert mail["Bcc"] is None
    assert len(mail["To"].addresses) == 1
    assert mail["To"].addresses[0].addr_spec == "chef@debtor.example"
    assert "\n" not in mail["Subject"]
    (attached,) = mail.iter_attachments()
    assert attached["X-Evil"] is None
    assert "/" not in str(attached.get_filename())


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        " ",
        "chef",
        "a@b",
        "a@@b.example",
        "a b@c.example",
        "a@b.example, c@d.example",
        "A <a@b.example>",
        '"a"@b.example',
        "a@b.example\nBcc: c@d.example",
        "a@b.example\n",
        ".a@b.example",
        "a..b@c.example",
        "a@-b.example",
        "a@[127.0.0.1]",
        "é@b.example",
        "a" * 65 + "@b.example",
    ],
)
def test_only_one_plain_address_is_an_address(address: str | None, outbox: Outbox) -> None:
    """What is not exactly one address becomes a task for a person, and the sentence does not repeat it."""
    with pytest.raises(Undeliverable) as wrong:
        outbox.send(replace(MESSAGE, to_email=address))
    assert wrong.value.what == "email"
    assert not address or len(address) < 4 or address not in wrong.value.because
    assert email_address("o'hara+facture@mail.debtor.example") == "o'hara+facture@mail.debtor.example"


def test_a_letter_is_a_pdf_and_a_slip_for_the_printer(outbox: Outbox) -> None:
    """The registered letter of 2 November lies there with its enclosure and a slip that says where it goes."""
    enclosure = Attachment("facture.pdf", "application/pdf", b"%PDF-1.7 invoice")
    letter = replace(MESSAGE, channel="registered_letter", attachments=(PDF, enclosure), tone="formal")
    receipt = outbox.send(letter)
    assert Path(str(receipt.path)).read_bytes() == PDF.content
    assert [name.partition(".")[2] for name in files(outbox)] == ["enclosure-1.pdf", "json", "pdf"]
    slip = json.loads(Path(str(receipt.path)).with_suffix(".json").read_text("utf-8"))
    assert slip["address"] == ["Café Müller", "2 rue de l’Exemple", "69001 Lyon"]
    assert slip["registered"] is True
    assert slip["key"] == MESSAGE.key
    assert slip["enclosures"] == 1
    assert slip["tone"] == "formal"


def test_a_letter_half_written_is_finished_the_next_time(outbox: Outbox) -> None:
    """The power fails after the PDF and before the slip; the next try completes the set."""
    letter = replace(MESSAGE, channel="letter")
    receipt = outbox.send(letter)
    Path(str(receipt.path)).with_suffix(".json").unlink()
    assert outbox.send(letter) == receipt
    assert Path(str(receipt.path)).with_suffix(".json").exists()


def test_a_letter_needs_an_address_and_a_pdf(outbox: Outbox) -> None:
    """Without street and town, or without the letter itself, nothing is left for the printer."""
    with pytest.raises(Undeliverable) as wrong:
        outbox.send(replace(MESSAGE, channel="letter", to_lines=("69001 Lyon", " ")))
    assert wrong.value.what == "address"
    with pytest.raises(Refused, match="PDF"):
        outbox.send(replace(MESSAGE, channel="letter", attachments=()))
    with pytest.raises(Refused, match="no channel"):
        outbox.send(replace(MESSAGE, channel="pigeon"))
    assert files(outbox) == []


def test_an_sms_is_a_number_and_a_text(outbox: Outbox) -> None:
    """The SMS of 2 November is one small file; a number that is none becomes a task."""
    path = outbox.send(replace(MESSAGE, channel="sms", text="Bonjour")).path
    assert Path(str(path)).read_text("utf-8") == "To: +33199000001\n\nBonjour\n"
    assert phone_number("01.99.00.00.01") == "0199000001"
    for wrong in (None, "", "demander Paul", "12", "+33 1 99 00 00 01\n+33"):
        with pytest.raises(Undeliverable):
            outbox.send(replace(MESSAGE, channel="sms", to_phone=wrong))


def test_a_disk_that_does_not_take_it_is_a_matter_of_time(outbox: Outbox) -> None:
    """A folder that cannot be made (a file is in its place) asks to be tried later, and names no person."""
    outbox.folder.parent.mkdir(exist_ok=True)
    outbox.folder.write_text("in the way")
    with pytest.raises(TryLater, match="outbox could not be written"):
        outbox.send(MESSAGE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_a_full_disk_leaves_no_scraps(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full on 2 November: nothing half-written stays, and the next try on 3 November goes through."""
    real = os.fsync

    def no_space(handle: int) -> None:
        os.write(os.open("/dev/full", os.O_WRONLY), b"x")
        real(handle)

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_space)
        with pytest.raises(TryLater, match="No space left"):
            outbox.send(MESSAGE)
    assert files(outbox) == []
    assert outbox.send(MESSAGE).path is not None


def test_settings_choose_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default all goes to the outbox; a mail server or SendGrid is chosen by a setting, its key read from a file."""
    creditor: Creditor = full_sample().creditor
    senders = dict(choose_senders(Settings(outbox=tmp_path), creditor))
    assert isinstance(senders.pop("handover"), HandoverFolder)
    assert {type(sender) for sender in senders.values()} == {Outbox}
    assert set(senders) == {"email", "sms", "letter", "registered_letter"}
    assert isinstance(choose_senders(Settings(email="smtp", smtp_host="mail.example"), creditor)["email"], Smtp)
    (tmp_path / "relance_sendgrid_api_key").write_text("SG.top-secret\n")
    monkeypatch.setenv("RELANCE_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("RELANCE_EMAIL", "sendgrid")
    settings = load_settings()
    sender = choose_senders(settings, creditor)["email"]
    assert isinstance(sender, SendGrid)
    assert sender.account.api_key == "SG.top-secret"
    assert "top-secret" not in repr(sender) + repr(settings) + str(settings.model_dump())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"EMAIL": "smtp"}, "RELANCE_SMTP_HOST"),
        ({"EMAIL": "sendgrid"}, "RELANCE_SENDGRID_API_KEY"),
        ({"EMAIL": "pigeon"}, "RELANCE_EMAIL: "),
        ({"EMAIL": "smtp", "SMTP_HOST": "h", "SMTP_USER": "u"}, "RELANCE_SMTP_PASSWORD"),
        ({"SMTP_USER": "u", "SMTP_PASSWORD": "s3cret", "SMTP_TLS": "none"}, "in clear"),
        ({"SMTP_PASSWORD": "s3cret", "SMTP_PORT": "99999"}, "RELANCE_SMTP_PORT: "),
        ({"SECRETS_DIR": "/nowhere/at/all"}, "which is not a folder"),
    ],
)
def test_a_wrong_setting_is_named_and_a_secret_is_not(
    given: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator who forgot the mail server reads which variable to set, on the first start."""
    for name, value in given.items():
        monkeypatch.setenv(f"RELANCE_{name}", value)
    with pytest.raises(SettingsWrong) as wrong:
        load_settings()
    assert told in str(wrong.value)
    assert "s3cret" not in str(wrong.value)
