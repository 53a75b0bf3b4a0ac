"""Encrypts what leaves for Temporal when the settings hold keys, so that its database tells a reader nothing."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from activities.settings import Settings, SettingsWrong

ENCRYPTED = b"binary/encrypted"  # the names that Temporal's own samples use
UNREADABLE = b"binary/unreadable"  # no converter takes it: only a raw letter, which the case turns into a task
KEY_ID = "encryption-key-id"
PLAIN = "plain"
KEY_BYTES = 32
NONCE_BYTES = 12
MOST_MISSING = 20  # ids remembered: a forger could name a new one with every signal
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

log = logging.getLogger(__name__)


class KeysWrong(SettingsWrong):
    """The keys cannot be used; the sentence never holds a key or a part of one."""


class KeyMissing(SettingsWrong):
    """A payload names a key that this process was not given. Trying again once it has the key succeeds."""

    def __init__(self, ids: Sequence[str]) -> None:
        named = ", ".join(ids)
        super().__init__(
            f"RELANCE_ENCRYPTION_KEYS: payloads were encrypted with the key {named}, which is not among the keys of "
            "this process. Add its line and start again: what was told is kept, and cases wait until then."
        )


@dataclass(frozen=True)
class Keys:
    """Every key by its id, and the id of the one that encrypts; None when nothing is encrypted any more, or not yet."""

    first: str | None = None
    by_id: Mapping[str, AESGCM] = field(default_factory=dict)


class Encryption(PayloadCodec):
    """AES-256-GCM over whole payloads with a random nonce of 96 bits. What is not encrypted passes as it is.

    Bound to a ciphertext: the key's id and this encoding; what the payload said of itself lies inside. Not the case's
    id: whoever could move a payload to another case in Temporal's database could as well put a plain one there.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.missing: list[str] = []

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt with the first key."""
        first = self._keys.first
        return list(payloads) if first is None else [self._sealed(payload, first) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt with whichever key each payload names.

        KeyMissing for a key that is not here: the SDK fails the workflow task and tries again, so the case waits for
        the key. A payload that its key does not open will never open: it becomes one that only a raw letter (signal,
        update) takes, and the case makes a task of it; anywhere else the converter refuses it.
        """
        return [self._opened(payload) for payload in payloads]

    def _sealed(self, payload: Payload, key: str) -> Payload:
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._keys.by_id[key].encrypt(nonce, payload.SerializeToString(), _bound(key))
        return Payload(metadata={"encoding": ENCRYPTED, KEY_ID: key.encode()}, data=sealed)

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCRYPTED:
            return payload
        key = payload.metadata.get(KEY_ID, b"").decode("ascii", "replace")
        if not _ID.fullmatch(key):
            return _unreadable(payload, "unnamed")
        cipher = self._keys.by_id.get(key)
        if cipher is None:
            self._miss(key)
            raise KeyMissing([key])
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        if len(nonce) < NONCE_BYTES:
            return _unreadable(payload, key)
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, _bound(key)))
        except InvalidTag:
            return _unreadable(payload, key)

    def _miss(self, key: str) -> None:
        if key not in self.missing and len(self.missing) < MOST_MISSING:
            self.missing.append(key)
            log.error("%s", KeyMissing([key]))


def data_converter(settings: Settings) -> DataConverter:
    """How this process writes and reads what Temporal keeps. KeysWrong when the keys cannot be used.

    Without keys it still refuses to read what is encrypted, rather than take ciphertext for a fact.
    """
    keys = read_keys(_text(settings))
    converter = dataclasses.replace(pydantic_data_converter, payload_codec=Encryption(keys))
    if keys.first is None:
        return converter
    return dataclasses.replace(converter, failure_converter_class=DefaultFailureConverterWithEncodedAttributes)


def check_keys(converter: DataConverter) -> None:
    """KeyMissing when a payload was met since the start whose key this process does not have."""
    codec = converter.payload_codec
    if isinstance(codec, Encryption) and codec.missing:
        raise KeyMissing(codec.missing)


def new_key(today: date) -> str:
    """A line for the keys: an id with the day in it, a colon, and a fresh key of 256 bits in base64."""
    return f"k{today:%Y%m%d}-{secrets.token_hex(2)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def read_keys(text: str | None) -> Keys:
    """The keys of a text: `id:base64` lines (or commas), the one that encrypts first; `#` begins a comment.

    The word `plain` in the first place encrypts nothing and keeps the other keys for reading. KeysWrong names the
    entry by its place, never its content.
    """
    if text is None:
        return Keys()
    entries = [entry for line in text.splitlines() for entry in re.split(r"[\s,]+", line.partition("#")[0]) if entry]
    plain = entries[:1] == [PLAIN]
    by_id: dict[str, AESGCM] = {}
    for place, entry in enumerate(entries[plain:], start=1 + plain):
        key, _, encoded = entry.partition(":")
        if not _ID.fullmatch(key) or not encoded:
            raise KeysWrong(_wrong(f"entry {place} is not a line of `relance key new` (id:key)"))
        if key in by_id:
            raise KeysWrong(_wrong(f"entry {place} has the id of an earlier one"))
        by_id[key] = AESGCM(_bytes(encoded, place))
    if not entries:
        raise KeysWrong(_wrong("there is no key in it"))
    return Keys(None if plain else next(iter(by_id)), by_id)


def _bytes(encoded: str, place: int) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeysWrong(_wrong(f"entry {place} is not a key of 256 bits in base64")) from None
    return key


def _wrong(what: str) -> str:
    return f"RELANCE_ENCRYPTION_KEYS: {what}."


def _text(settings: Settings) -> str | None:
    if settings.encryption_keys_file is not None:
        return _file(settings.encryption_keys_file)
    return settings.encryption_keys.get_secret_value() if settings.encryption_keys is not None else None


def _file(path: Path) -> str:
    """The file's text, refused like an ssh key when every user of the machine may read or write it."""
    try:
        if path.stat().st_mode & 0o007:
            raise KeysWrong(
                f"RELANCE_ENCRYPTION_KEYS_FILE: {path} is open to every user of this machine. Close it with "
                f"`chmod 600 {path}`; replace the keys in it if others may have read them."
            )
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise KeysWrong(f"RELANCE_ENCRYPTION_KEYS_FILE: {path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise KeysWrong(f"RELANCE_ENCRYPTION_KEYS_FILE: {path} holds no keys.") from None


def _bound(key: str) -> bytes:
    return ENCRYPTED + b" " + key.encode()


def _unreadable(payload: Payload, key: str) -> Payload:
    """What a case is told instead: one fact of no kind, the same each time this very payload is read."""
    log.warning("a payload under the key %s was altered, or made with another key of that id: it stays unread", key)
    told = {"fact": "CannotBeDecrypted", "id": f"{key}-{hashlib.sha256(payload.data).hexdigest()[:16]}"}
    return Payload(metadata={"encoding": UNREADABLE}, data=json.dumps(told).encode())
