"""Messages written to a folder: the safe default, and the hand-over to anyone who prints, posts or texts for us."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from activities.message import Outgoing, Receipt, Refused, TryLater, phone_number, postal_lines
from activities.mime import Identity, mime_message
from activities.plain import one_line

Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True)
class Outbox:
    """A sender that leaves one set of files per delivery key under `folder/<channel>/`.

    The last file written (`.eml`, `.txt`, `.json`) is the mark that the delivery is complete: who collects the folder
    should look for it. A key that is already there is left as it was.
    """

    folder: Path
    identity: Identity
    idempotent: bool = True

    def send(self, message: Outgoing) -> Receipt:
        """Write the files; Receipt.path is the letter itself. Raises TryLater when the disk does not take them."""
        makers = {"email": _mail, "sms": _sms, "letter": _post, "registered_letter": _post}
        if message.channel not in makers:
            raise Refused(f"the outbox has no channel {one_line(message.channel, 40)!r}")
        name = safe_name(message.key)
        files = [(f"{name}{ending}", content) for ending, content in makers[message.channel](message, self.identity)]
        place = self.folder / message.channel
        try:
            if not (place / files[-1][0]).exists():
                place.mkdir(parents=True, exist_ok=True)
                for file, content in files:
                    _write(place / file, content)
        except OSError as failure:
            raise TryLater(f"the outbox could not be written: {failure.strerror or failure}") from failure
        return Receipt(provider="outbox", reference=name, path=str(place / files[0][0]))


def safe_name(key: str) -> str:
    """A file name for the delivery key: readable, never a path, and different for different keys."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", key).strip("_")[:100]
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _mail(message: Outgoing, identity: Identity) -> Files:
    yield ".eml", mime_message(message, identity).as_bytes()


def _sms(message: Outgoing, identity: Identity) -> Files:
    yield ".txt", f"To: {phone_number(message.to_phone)}\n\n{message.text.strip()}\n".encode()


def _post(message: Outgoing, identity: Identity) -> Files:
    lines = postal_lines(message)
    if not message.attachments or message.attachments[0].media_type != "application/pdf":
        raise Refused("a postal letter needs its PDF as the first attachment")
    letter, *enclosures = message.attachments
    yield ".pdf", letter.content
    for number, enclosure in enumerate(enclosures, start=1):
        yield f".enclosure-{number}{_ending(enclosure.media_type)}", enclosure.content
    slip = {
        "key": message.key,
        "channel": message.channel,
        "registered": message.channel == "registered_letter",
        "address": [one_line(line, 80) for line in lines],
        "sender": identity.name,
        "language": message.language,
        "letter": message.letter,
        "tone": message.tone,
        "subject": message.subject,
        "pdf_sha256": hashlib.sha256(letter.content).hexdigest(),
        "enclosures": len(enclosures),
        "at": message.at.isoformat(),
    }
    yield ".json", json.dumps(slip, ensure_ascii=False, indent=2).encode() + b"\n"


def _ending(media_type: str) -> str:
    return ".pdf" if media_type == "application/pdf" else ".bin"


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a file, nor does a power cut leave one."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o640)
        Path(temporary).replace(target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
