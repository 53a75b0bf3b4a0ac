"""Asks SendGrid whether a key may send, without sending anything: a doctor must not write to a debtor."""

from __future__ import annotations

import http.client
import json
from urllib.error import HTTPError
from urllib.request import Request, build_opener

from activities.message import TryLater
from activities.sendgrid import SendGridAccount, StayHere

_MOST_BYTES = 100_000
_NEEDED = "mail.send"


def knock(account: SendGridAccount) -> None:
    """TryLater when SendGrid cannot be reached, refuses the key, or lets it do other things than send.

    Source: `GET /v3/scopes` of Twilio's OpenAPI file `tsg_scopes_v3`.
    """
    request = Request(f"{account.host}/v3/scopes", headers={"Authorization": f"Bearer {account.api_key}"})  # noqa: S310
    try:
        with build_opener(StayHere).open(request, timeout=account.timeout) as answer:
            told = json.loads(answer.read(_MOST_BYTES))
    except HTTPError as refusal:
        raise TryLater(f"SendGrid answers {refusal.code} to our key") from None
    except (OSError, http.client.HTTPException, ValueError) as failure:
        # Its name only: the text of some of these quotes the header with the key.
        raise TryLater(f"SendGrid could not be asked ({type(failure).__name__})") from None
    scopes = told.get("scopes") if isinstance(told, dict) else None
    if not isinstance(scopes, list) or _NEEDED not in scopes:
        raise TryLater(f"SendGrid's key may not send: it lacks {_NEEDED}")
