"""A history in which only what happened is left, so that recording the same case again gives the same bytes."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

HISTORIES = Path(__file__).with_name("histories")
# Of the machine and the hour of the recording; no replay reads them.
_CHANCE = ("identity", "stackTrace", "taskId", "historySizeBytes", "buildId", "binaryChecksum", "requestId")
_WORKER = re.compile(r"\d+@[\w.-]+")  # process and machine, as the SDK names a worker and its own queue
_LASTING = re.compile(r"(\d+)(\.\d+)?s")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def load(file: Path) -> WorkflowHistory:
    """The history that was recorded in this file."""
    return WorkflowHistory.from_json(f"case/{file.name.removesuffix('.json.gz')}", _read(file))


def save(file: Path, events: dict[str, Any]) -> None:
    """Write a plain history; the same events always make the same bytes."""
    text = json.dumps(events, sort_keys=True, separators=(",", ":"))
    file.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def payloads(file: Path) -> Iterator[Any]:
    """Every JSON value that the recorded history carries, in its order."""
    yield from _values(json.loads(_read(file)))


def plain(history: WorkflowHistory, shift: timedelta) -> dict[str, Any]:
    """The history in its story's time (`shift` earlier than the server's), by the minute, without chance names.

    All moments move together, so that what was due stays due: no story tells two things in one minute that differ.
    """
    return _Plain(shift).of(json.loads(history.to_json()))  # type: ignore[no-any-return]


def _read(file: Path) -> str:
    return gzip.decompress(file.read_bytes()).decode()


def _values(part: Any) -> Iterator[Any]:
    if isinstance(part, dict) and _is_payload(part):
        data = base64.b64decode(part["data"])
        try:
            yield json.loads(data)
        except (ValueError, RecursionError):  # garbage that was signalled
            return
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _values(inner)


def _is_payload(part: dict[str, Any]) -> bool:
    return "metadata" in part and isinstance(part.get("data"), str)


class _Plain:
    def __init__(self, shift: timedelta) -> None:
        self.shift = shift
        self.names: dict[str, str] = {}

    def of(self, part: Any) -> Any:
        if isinstance(part, dict):
            if _is_payload(part):
                return {**part, "data": self._data(base64.b64decode(part["data"]))}
            return {key: self.of(value) for key, value in part.items() if key not in _CHANCE}
        if isinstance(part, list):
            kept = [self.of(value) for value in part]
            return sorted(kept) if all(isinstance(value, int) for value in kept) else kept  # flags of the SDK
        return self._text(part) if isinstance(part, str) else part

    def _text(self, text: str) -> str:
        if _MOMENT.fullmatch(text):
            return f"{self._by_the_minute(datetime.fromisoformat(text)):%Y-%m-%dT%H:%M:%SZ}"
        if lasting := _LASTING.fullmatch(text):
            return f"{_rounded(int(lasting[1]), bool(lasting[2]))}s"
        return _UUID.sub(self._name, _WORKER.sub("worker", text))

    def _name(self, found: re.Match[str]) -> str:
        number = len(self.names) + 1
        return self.names.setdefault(found[0], f"00000000-0000-4000-8000-{number:012}")

    def _by_the_minute(self, moment: datetime) -> datetime:
        return (moment - self.shift).replace(second=0, microsecond=0)

    def _data(self, data: bytes) -> str:
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):  # garbage that was signalled stays as it came
            told = None
        moved = self._told(told) if isinstance(told, dict) else told
        if moved != told:
            data = json.dumps(moved, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.b64encode(data).decode()

    def _told(self, told: Any) -> Any:
        """What a payload says, with the three kinds of moments that are the server's and not the story's moved."""
        if isinstance(told, list):
            return [self._told(value) for value in told]
        if not isinstance(told, dict):
            return told
        if told.keys() == {"seconds", "nanos"}:
            moment = datetime.fromtimestamp(told["seconds"] + told["nanos"] / 1e9, tz=UTC)
            return {"seconds": int(self._by_the_minute(moment).timestamp()), "nanos": 0}
        moved = {key: self._told(value) for key, value in told.items()}
        if "do" in told and told.get("until"):
            moved["until"] = self._until(told["until"])
        if told.keys() == {"fact", "at", "act", "letter"}:
            moved["at"] = self._by_the_minute(datetime.fromisoformat(told["at"])).isoformat()
        return moved

    def _until(self, told: str) -> str:
        return self._by_the_minute(datetime.fromisoformat(told)).isoformat()


def _rounded(seconds: int, more: bool) -> int:
    """Up to the next whole second, or whole minute where a timer waits for one."""
    whole = seconds + more
    return whole if whole <= 60 else -(-whole // 60) * 60
