"""The only reader of YAML: plain data out of hostile text with the place of every value, or faults that say why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from console.policies.yaml_words import Place, plainly

LARGEST = 1_000_000  # bytes
DEEPEST = 20  # levels
MOST_PARTS = 50_000  # keys, values and lists together
_LONGEST_NUMBER = 18  # digits: what fits in 64 bits, far beyond any amount
_MOST_FAULTS = 100

Path = tuple[str | int, ...]

# The C parser is the same language ten times faster; it is not on every platform.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
# Control characters, halves of characters, and marks that turn the direction of the line around.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True)
class YamlFault:
    """One thing wrong with the text: its code in the catalogue (P1xx), its place, and the words of its sentence."""

    code: str
    place: Place
    words: dict[str, str] = field(default_factory=dict)


class _Fatal(Exception):
    """The text cannot be read any further."""

    def __init__(self, fault: YamlFault) -> None:
        super().__init__(fault.code)
        self.fault = fault


@dataclass
class Reading:
    """What a text says. `data` makes sense only without `faults`; `places` holds values, `keys` the keys above them."""

    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    faults: list[YamlFault] = field(default_factory=list)

    def place(self, path: Path, key: bool = False) -> Place:
        """Line and column of what the path names (of its key, when asked for), or of the nearest thing around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read_yaml(raw: bytes) -> Reading:
    """Read YAML 1.2 scalars only: `true` and `false`, decimal whole numbers, `null`, and text for all the rest.

    Never raises: what is wrong is in `faults`. Bounded in size, depth and number of parts before anything is built.
    """
    reading, text = Reading(), ""
    try:
        text = _decoded(raw)
        _Reader(text, reading).document()
    except _Fatal as fatal:
        reading.faults.append(fatal.fault)
    except yaml.MarkedYAMLError as error:
        place, detail = plainly(error, text)
        reading.faults.append(YamlFault("P101", place, {"detail": detail}))
    except (yaml.YAMLError, ValueError) as error:  # an escape like "\uD800" stands for no character
        reading.faults.append(YamlFault("P101", (1, 1), {"detail": " ".join(str(error).split())[:200]}))
    return reading


def _at(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _decoded(raw: bytes) -> str:
    if len(raw) > LARGEST:
        raise _Fatal(YamlFault("P102", (1, 1), {"largest": f"{LARGEST:,}"}))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise _Fatal(YamlFault("P105", (line, column))) from error
    if hidden := _HIDDEN.search(text):
        start = hidden.start()
        place = (text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1)
        raise _Fatal(YamlFault("P106", place, {"character": f"U+{ord(hidden[0]):04X}"}))
    return text


class _Reader:
    """Walks the parser's events, which come one by one, so that a bound is met before memory or stack is."""

    def __init__(self, text: str, reading: Reading) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self.reading = reading
        self.parts = 0
        self.anchors: set[str] = set()

    def document(self) -> None:
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return
        self.reading.data = self.value(next(self.events), ())
        next(self.events)  # the end of the document
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.fault("P111", after)

    def fault(self, code: str, event: Any, **words: str) -> None:
        if len(self.reading.faults) < _MOST_FAULTS:
            self.reading.faults.append(YamlFault(code, _at(event.start_mark), words))

    def value(self, event: Any, path: Path) -> Any:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise _Fatal(YamlFault("P104", _at(event.start_mark), {"most": str(MOST_PARTS)}))
        self.reading.places[path] = _at(event.start_mark)
        anchor = str(getattr(event, "anchor", None) or "")
        if anchor and anchor not in self.anchors:  # told once: a bomb has a few names, and any number of copies
            self.anchors.add(anchor)
            self.fault("P108", event, name=anchor[:60])
        if isinstance(event, yaml.AliasEvent):
            return None
        if event.tag:
            self.fault("P109", event, tag=str(event.tag)[:60])
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if len(path) >= DEEPEST:
            raise _Fatal(YamlFault("P103", _at(event.start_mark), {"most": str(DEEPEST)}))
        return self.listed(path) if isinstance(event, yaml.SequenceStartEvent) else self.mapped(path)

    def listed(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapped(self, path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = self.key(event, path)
            if name in entries:
                line, _ = self.reading.keys[(*path, name)]
                self.fault("P107", event, key=name[:60], line=str(line))
            else:
                self.reading.keys[(*path, name)] = _at(event.start_mark)
            value = self.value(next(self.events), (*path, name))
            entries.setdefault(name, value)
        return entries

    def key(self, event: Any, path: Path) -> str:
        found = self.value(event, (*path, ""))
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            self.fault("P110", event)
            return "<<"
        if isinstance(found, str):
            return found
        if not isinstance(event, yaml.AliasEvent):
            self.fault("P114", event)
        return ""

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if hidden := _HIDDEN.search(text):
            self.fault("P106", event, character=f"U+{ord(hidden[0]):04X}")
            return ""
        if not event.implicit[0] or event.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if not _NUMBER.fullmatch(text):
            return text
        digits = len(text.removeprefix("-"))
        if digits > _LONGEST_NUMBER:
            self.fault("P113", event, digits=str(digits))
            return 0
        return int(text)
