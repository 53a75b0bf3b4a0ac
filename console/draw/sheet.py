"""A sheet that grows downwards: text that wraps into its width and plain shapes, written as SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # only written here, never read

from activities.plain import one_line

FONT = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
INK = "#1f2328"
QUIET = "#4a4f57"
PAPER = "#ffffff"

# Widths in thousandths of the size, of the widest of the fonts above (DejaVu Sans), so that text fits in any of them.
_NARROW = {**dict.fromkeys("ijl'|", 280), **dict.fromkeys(" ,.:;/-I!()[]ftr", 410)}
_WIDE = {**dict.fromkeys("mMWw@%+−=<>~—…", 990), **dict.fromkeys("ABCDEGHKNOPQRUVXYZ&", 780)}
_WIDTHS = {**_NARROW, **_WIDE}
_USUAL = 625
_FULL = 1010  # Chinese, Japanese, Korean, emoji: a square
_BOLD = 1.13
# Spaces at which no line ends: inside an amount, before a sign that stands alone in French or between amounts.
_TOGETHER = re.compile(r"(?<=\d) (?=[A-Z]{3}\b)| (?=[/:;?!»])|(?<=«) ")


@dataclass(frozen=True)
class Type:
    """How text looks: size and colour, bold or not, and the distance to the next line."""

    size: float = 12.5
    ink: str = INK
    bold: bool = False

    @property
    def line(self) -> float:
        return round(self.size * 1.36, 1)


def width(text: str, style: Type) -> float:
    """A width that the text does not exceed, in the sheet's units."""
    total = sum(_WIDTHS.get(sign, _FULL if ord(sign) > 0x1100 else _USUAL) for sign in text)
    return total / 1000 * style.size * (_BOLD if style.bold else 1)


def wrapped(text: str, style: Type, room: float) -> list[str]:
    """The text in lines that fit into the room; a word that is wider than the room is broken."""
    lines = [""]
    for word in _TOGETHER.sub("\u00a0", one_line(text, 1000)).split(" "):
        for piece in _pieces(word, style, room):
            longer = f"{lines[-1]} {piece}".strip()
            if width(longer, style) <= room:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line for line in lines if line] or [""]


def _pieces(word: str, style: Type, room: float) -> Iterator[str]:
    while width(word, style) > room and len(word) > 1:
        most = next(n for n in range(len(word), 0, -1) if n == 1 or width(word[:n], style) <= room)
        yield word[:most]
        word = word[most:]
    yield word


class Sheet:
    """Grows downwards from `y`; what is written is escaped by the XML writer, never by hand."""

    def __init__(self, wide: int) -> None:
        self.root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "font-family": FONT})
        self.wide = wide
        self.y = 0.0
        self._paper = self.shape("rect", x=0, y=0, width=wide, fill=PAPER)

    def shape(self, tag: str, **told: object) -> ET.Element:
        """An SVG element; an underscore in a name stands for a hyphen."""
        return ET.SubElement(self.root, tag, {key.replace("_", "-"): _number(told[key]) for key in told})

    def line_of_text(self, text: str, at: tuple[float, float], style: Type, anchor: str = "start") -> None:
        """One line, as it is; `at` is the left end of its base line, or the end that `anchor` names."""
        told = {"x": at[0], "y": at[1], "font_size": style.size, "fill": style.ink}
        if style.bold:
            told["font_weight"] = "bold"
        if anchor != "start":
            told["text_anchor"] = anchor
        self.shape("text", **told).text = text

    def paragraph(self, text: str, x: float, room: float, style: Type) -> float:
        """Text in as many lines as it needs, from `y` on, which moves below it; the middle of its first line."""
        middle = self.y + style.line / 2
        for line in wrapped(text, style, room):
            self.line_of_text(line, (x, self.y + style.line * 0.76), style)
            self.y += style.line
        return middle

    def written(self, title: str, description: str) -> str:
        """The whole picture: the same calls, the same text. `title` and `description` are for who cannot see it."""
        tall = self.y
        self._paper.set("height", _number(tall))
        told = {"viewBox": f"0 0 {self.wide} {_number(tall)}", "width": str(self.wide), "height": _number(tall)}
        for key, value in {**told, "role": "img", "aria-labelledby": "title description"}.items():
            self.root.set(key, value)
        for place, (tag, text) in enumerate((("title", title), ("desc", description))):
            named = ET.Element(tag, {"id": "title" if tag == "title" else "description"})
            named.text = one_line(text, 10_000)
            self.root.insert(place, named)
        ET.indent(self.root, " ")
        return ET.tostring(self.root, encoding="unicode") + "\n"


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
