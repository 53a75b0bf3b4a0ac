"""Which sender serves which channel, decided once from the settings."""

from __future__ import annotations

from activities.creditor import Creditor
from activities.handover import HandoverFolder
from activities.message import Sender, Senders
from activities.mime import Identity
from activities.outbox import Outbox
from activities.sendgrid import SendGrid, SendGridAccount
from activities.settings import Settings
from activities.smtp import Smtp, SmtpServer


def choose_senders(settings: Settings, creditor: Creditor) -> Senders:
    """One sender per channel. All but e-mail goes to the outbox folder; e-mail goes where settings say."""
    identity = Identity(
        name=creditor.name,
        address=settings.mail_from or creditor.email,
        reply_to=settings.mail_reply_to or creditor.email,
    )
    outbox = Outbox(settings.outbox, identity)
    return {
        "email": _email(settings, identity, outbox),
        "sms": outbox,
        "letter": outbox,
        "registered_letter": outbox,
        "handover": HandoverFolder(settings.outbox / "handover"),
    }


def _email(settings: Settings, identity: Identity, outbox: Outbox) -> Sender:
    match settings.email:
        case "smtp":
            return Smtp(_smtp_server(settings), identity)
        case "sendgrid":
            return SendGrid(_account(settings), identity)
        case "outbox":
            return outbox


def _smtp_server(settings: Settings) -> SmtpServer:
    return SmtpServer(
        host=settings.smtp_host or "",
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        timeout=settings.provider_timeout,
        ca_file=settings.smtp_ca_file,
    )


def _account(settings: Settings) -> SendGridAccount:
    key = settings.sendgrid_api_key
    return SendGridAccount(
        api_key=key.get_secret_value() if key else "",
        host=settings.sendgrid_host,
        timeout=settings.provider_timeout,
    )
