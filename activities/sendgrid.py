"""E-mail by SendGrid's web API, wrapped because its client has no timeout, follows redirects and logs its key."""

from __future__ import annotations

import base64
import http.client
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import AbstractHTTPHandler, HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from python_http_client import Client
from sendgrid import SendGridAPIClient

from activities.deadline import cut_off
from activities.message import OutcomeUnknown, Outgoing, Receipt, Refused, TryLater, email_address
from activities.mime import Identity, display_name, file_name, header_text, message_id
from activities.plain import one_line

_SHORTEST_WAIT = timedelta(seconds=10)  # "now" from a provider that refuses would be a try a second
_LONGEST_WAIT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]+")
# The server says itself that it did nothing. 502, 504 and the like come from a gateway that does not know.
_DID_NOTHING = frozenset({408, 429, 500, 503})
_NOT_OUR_ACCOUNT = frozenset({401, 403})
_NOT_THIS_HOST = frozenset({301, 302, 307, 308, 404, 405})


@dataclass(frozen=True)
class SendGridAccount:
    """The API key and host (`https://…`, no path), the seconds to wait for each network step, and for them all.

    `whole` is less than the 120 seconds that the activity has, so that its end is known here and not guessed there.
    """

    api_key: str = field(repr=False)
    host: str = "https://api.sendgrid.com"
    timeout: float = 20.0
    whole: float = 90.0


@dataclass(frozen=True)
class SendGrid:
    """A sender over SendGrid's v3 Mail Send. The API has no idempotency key, so sending again may send twice."""

    account: SendGridAccount
    identity: Identity
    idempotent: bool = False

    def send(self, message: Outgoing) -> Receipt:
        """Hand over one e-mail, and say what became of it in the words of `message.Sender`."""
        body = mail_send_body(message, self.identity)
        if not _KEY.fullmatch(self.account.api_key):
            # Python's own refusal of such a header would quote it.
            raise TryLater("RELANCE_SENDGRID_API_KEY holds a character that no key has")
        try:
            answer = _post(self.account, body)
        except URLError as failure:
            # urllib wraps only what failed while connecting or writing: an unfinished request sends nothing.
            raise TryLater(f"SendGrid could not be reached ({_fault(failure.reason)})") from None
        except (OSError, http.client.HTTPException) as failure:
            raise OutcomeUnknown(f"SendGrid did not answer the request ({_fault(failure)})") from None
        if answer.status != http.client.ACCEPTED:
            raise _bad_news(answer.status, answer.headers)
        reference = answer.headers.get("X-Message-Id") or message_id(message.key, self.identity)
        return Receipt(provider="sendgrid", reference=one_line(reference, 120))


def mail_send_body(message: Outgoing, identity: Identity) -> dict[str, object]:
    """The JSON body of v3 Mail Send (Twilio's OpenAPI file `tsg_mail_v3`), without open or click tracking."""
    contents = [{"type": "text/plain", "value": message.text}]
    if message.html is not None:
        contents.append({"type": "text/html", "value": message.html})
    to = _person(message.to_name, message.to_email)
    body: dict[str, object] = {
        "personalizations": [{"to": [to], "custom_args": {"delivery_key": message.key}}],
        "from": _person(identity.name, identity.address),
        "reply_to": _person(identity.name, identity.reply_to),
        "subject": header_text(message.subject),
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


def _person(name: str, address: str | None) -> dict[str, str]:
    shown = display_name(name)
    if "," in shown or ";" in shown:
        shown = f'"{shown}"'  # the API may take what follows for another address: its own package quotes such names
    return {"email": email_address(address), "name": shown}


@dataclass(frozen=True)
class _Answer:
    """The head of an answer, in the shape that the package reads. The body is left unread: nothing in it is kept."""

    status: int
    headers: Mapping[str, str]

    def getcode(self) -> int:
        return self.status

    def info(self) -> Mapping[str, str]:
        return self.headers

    def read(self) -> bytes:
        return b""


class _Watched(AbstractHTTPHandler):
    """A connection that is broken off when its whole time has passed, and that is never printed for debugging."""

    def __init__(self, whole: float) -> None:
        super().__init__(debuglevel=0)
        self._whole = whole

    def do_open(self, http_class: Any, req: Request, **told: Any) -> http.client.HTTPResponse:
        opened: list[http.client.HTTPConnection] = []

        def connection(*place: Any, **how: Any) -> http.client.HTTPConnection:
            opened.append(http_class(*place, **how))
            return opened[0]

        with cut_off(self._whole, lambda: opened[0].sock if opened else None):
            return super().do_open(connection, req, **told)


class _Http(_Watched, HTTPHandler):
    pass


class _Https(_Watched, HTTPSHandler):
    pass


class StayHere(HTTPRedirectHandler):
    """No redirects: one would take the key to another host, and the message nowhere."""

    def redirect_request(self, *_told: Any) -> None:
        return None


class _Api(Client):  # type: ignore[misc]  # the package has no types
    """The package's client, with our way of opening a connection."""

    whole = 0.0

    def _make_request(self, opener: Any, request: Request, timeout: float | None = None) -> _Answer:
        opener = build_opener(StayHere, _Http(self.whole), _Https(self.whole))
        try:
            answer = opener.open(request, timeout=timeout or self.timeout)
        except HTTPError as refusal:
            answer = refusal
        with answer:
            return _Answer(answer.getcode(), answer.info())


def _post(account: SendGridAccount, body: dict[str, object]) -> _Answer:
    # The package prints headers, the key among them, when its logger is at DEBUG.
    logging.getLogger("python_http_client.client").setLevel(logging.WARNING)
    headers = SendGridAPIClient(account.api_key, account.host).client.request_headers
    # A new client each time: headers of one call stick to the next.
    api = _Api(account.host, headers, version=3, url_path=["mail", "send"], timeout=account.timeout)
    api.whole = account.whole
    response = api.post(request_body=body)
    return _Answer(response.status_code, response.headers)


def _bad_news(status: int, headers: Mapping[str, str]) -> Exception:
    if status in _DID_NOTHING:
        what = "asks us to slow down" if status == http.client.TOO_MANY_REQUESTS else "is in trouble"
        return TryLater(f"SendGrid {what} ({status})", after=_asked_wait(headers, datetime.now(UTC)))
    if status in _NOT_OUR_ACCOUNT:
        return TryLater(f"SendGrid does not accept our key or sender ({status}); check RELANCE_SENDGRID_API_KEY")
    if status in _NOT_THIS_HOST:
        return TryLater(f"this is not where SendGrid takes messages ({status}); check RELANCE_SENDGRID_HOST")
    if 400 <= status < 500:
        return Refused(f"SendGrid refused the message for good ({status})")
    return OutcomeUnknown(f"SendGrid answered {status}, which is neither yes nor no")


def _asked_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to wait: the longer of Retry-After and X-RateLimit-Reset (seconds since 1970)."""
    asked = [_retry_after(headers.get("Retry-After"), now)]
    reset = _number(headers.get("X-RateLimit-Reset"))
    asked.append(None if reset is None else timedelta(seconds=reset - int(now.timestamp())))
    waits = [wait for wait in asked if wait is not None]
    return min(max(*waits, _SHORTEST_WAIT), _LONGEST_WAIT) if waits else None


def _retry_after(text: str | None, now: datetime) -> timedelta | None:
    """RFC 9110, section 10.2.3: a number of seconds, or a date."""
    seconds = _number(text)
    if seconds is not None:
        return timedelta(seconds=seconds)
    try:
        then = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return then - now if then.tzinfo else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else None


def _fault(failure: object) -> str:
    return type(failure).__name__ if isinstance(failure, BaseException) else "no connection"
