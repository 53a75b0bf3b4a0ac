"""E-mail by SendGrid's web API, wrapped because its client has no timeout, keeps headers and logs its key."""

from __future__ import annotations

import base64
import http.client
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from activities.message import OutcomeUnknown, Outgoing, Receipt, Refused, TryLater, email_address
from activities.mime import Identity, file_name, message_id
from activities.plain import one_line

_LONGEST_WAIT = timedelta(hours=24)


@dataclass(frozen=True)
class SendGridAccount:
    """The API key and host (`https://…`, no path), and the seconds to wait for an answer."""

    api_key: str = field(repr=False)
    host: str = "https://api.sendgrid.com"
    timeout: float = 20.0


@dataclass(frozen=True)
class SendGrid:
    """A sender over SendGrid's v3 Mail Send. The API has no idempotency key, so sending again may send twice."""

    account: SendGridAccount
    identity: Identity
    idempotent: bool = False

    def send(self, message: Outgoing) -> Receipt:
        """Hand over one e-mail, and say what became of it in the words of `message.Sender`."""
        body = mail_send_body(message, self.identity)
        # The package prints headers, the key among them, when its logger is at DEBUG.
        logging.getLogger("python_http_client").setLevel(logging.WARNING)
        # A new client each time: headers of one call stick to the next.
        api = SendGridAPIClient(self.account.api_key, self.account.host)
        api.client.timeout = self.account.timeout
        try:
            response = api.client.mail.send.post(request_body=body)
        except HTTPError as answer:
            raise _bad_news(answer.status_code, answer.headers or {}) from None
        except URLError as failure:
            # urllib wraps only what failed while connecting or writing: an unfinished request sends nothing.
            raise TryLater(f"SendGrid could not be reached ({_fault(failure.reason)})") from None
        except (OSError, http.client.HTTPException) as failure:
            raise OutcomeUnknown(f"SendGrid did not answer the request ({_fault(failure)})") from None
        if response.status_code != http.client.ACCEPTED:
            raise OutcomeUnknown(f"SendGrid answered {response.status_code}, where 202 means taken")
        reference = response.headers.get("X-Message-Id") or message_id(message.key, self.identity)
        return Receipt(provider="sendgrid", reference=one_line(reference, 120))


def mail_send_body(message: Outgoing, identity: Identity) -> dict[str, object]:
    """The JSON body of v3 Mail Send (Twilio's OpenAPI file `tsg_mail_v3`), without open or click tracking."""
    contents = [{"type": "text/plain", "value": message.text}]
    if message.html is not None:
        contents.append({"type": "text/html", "value": message.html})
    to = {"email": email_address(message.to_email), "name": one_line(message.to_name, 80)}
    body: dict[str, object] = {
        "personalizations": [{"to": [to], "custom_args": {"delivery_key": message.key}}],
        "from": {"email": email_address(identity.address), "name": one_line(identity.name, 80)},
        "reply_to": {"email": email_address(identity.reply_to), "name": one_line(identity.name, 80)},
        "subject": one_line(message.subject),
        "content": contents,
        "headers": {"Auto-Submitted": "auto-generated", "Message-ID": message_id(message.key, identity)},
        # A rewritten payment link looks like fraud, and watching who opens a letter needs consent.
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
        },
    }
    if message.attachments:
        body["attachments"] = [
            {
                "content": base64.b64encode(attachment.content).decode("ascii"),
                "type": one_line(attachment.media_type, 80),
                "filename": file_name(attachment),
                "disposition": "attachment",
            }
            for attachment in message.attachments
        ]
    return body


def _bad_news(status: int, headers: Mapping[str, str]) -> Exception:
    if status == http.client.TOO_MANY_REQUESTS:
        return TryLater("SendGrid asks us to slow down (429)", after=_asked_wait(headers, datetime.now(UTC)))
    if status >= 500 or status == http.client.REQUEST_TIMEOUT:
        return TryLater(f"SendGrid is in trouble ({status})", after=_asked_wait(headers, datetime.now(UTC)))
    if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        return TryLater(f"SendGrid does not accept our key or sender ({status}); check RELANCE_SENDGRID_API_KEY")
    if status < 400:
        return TryLater(f"SendGrid's address answered with a redirect ({status}); check RELANCE_SENDGRID_HOST")
    return Refused(f"SendGrid refused the message for good ({status})")


def _asked_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to wait: Retry-After in seconds, or X-RateLimit-Reset as seconds since 1970."""
    seconds = _number(headers.get("Retry-After"))
    reset = _number(headers.get("X-RateLimit-Reset"))
    if seconds is None and reset is not None:
        seconds = reset - int(now.timestamp())
    if seconds is None:
        return None
    return min(max(timedelta(seconds=seconds), timedelta(seconds=1)), _LONGEST_WAIT)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else None


def _fault(failure: object) -> str:
    return type(failure).__name__ if isinstance(failure, BaseException) else "no connection"
