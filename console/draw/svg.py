"""Writes a drawing as one self-contained SVG: a line of days from top to bottom, as wide as a phone."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree as ET  # only written here, never read

from console.draw.sheet import INK, PAPER, QUIET, Sheet, Type, width
from console.draw.signs import SIGNS, TONE_BORDERS, TONE_INKS, TONE_SIGNS, TONE_TINTS
from dunning.drawing import Drawing, Node
from dunning.drawing_words import upper, word
from dunning.explain_words import words
from dunning.terms import Tone

_WIDE = 400
_EDGE = 12  # free on both sides
_RIGHT = _WIDE - _EDGE
_LINE = 62  # where the line of days stands
_BOX = 80  # where the boxes begin
_IN = 14  # free inside a box
_SIGN = 20  # from a sign to its text
_GAP = 22  # between two boxes

_TITLE = Type(18, bold=True)
_HEADING = Type(14, bold=True)
_NAME = Type(14, bold=True)
_BODY = Type(12.5)
_SMALL = Type(12, QUIET)
_MARK = Type(13, bold=True)
_PILL = Type(11.5, PAPER, bold=True)


def svg(drawn: Drawing) -> str:
    """The drawing as SVG text. Ends with a line end; the same drawing, the same text."""
    sheet = Sheet(_WIDE)
    _head(sheet, drawn)
    _course(sheet, drawn)
    _any_time(sheet, drawn)
    _key(sheet, drawn.language)
    sheet.y += _EDGE
    title = f"{drawn.title} ({word('picture_of', drawn.language, policy=drawn.policy)})"
    return sheet.written(title, " ".join(drawn.sentences))


def _head(sheet: Sheet, drawn: Drawing) -> None:
    room = _WIDE - 2 * _EDGE
    sheet.y = _EDGE
    sheet.paragraph(drawn.title, _EDGE, room, _TITLE)
    sheet.paragraph(drawn.policy, _EDGE, room, _SMALL)
    sheet.y += 4
    for sentence in drawn.head:
        sheet.paragraph(sentence, _EDGE, room, _BODY)
        sheet.y += 3
    sheet.y += _GAP / 2


def _course(sheet: Sheet, drawn: Drawing) -> None:
    line = sheet.shape("line", x1=_LINE, x2=_LINE, stroke=INK, stroke_width=2)
    ways = {edge.target: edge.label for edge in drawn.edges}
    stops: list[float] = []
    # A step may be named as one of our own nodes.
    for _, group in groupby(drawn.nodes, key=lambda node: (node.step, "" if node.step else node.id)):
        stood = list(group)
        if any(node.id == drawn.due_before for node in stood):
            stops.append(_due_date(sheet, drawn.language))
        stops.append(_step(sheet, stood, ways, drawn.language) if stood[0].step else _stop(sheet, stood[0]))
    line.set("y1", f"{stops[0]:.1f}")
    line.set("y2", f"{stops[-1]:.1f}")


def _stop(sheet: Sheet, node: Node) -> float:
    """Where the line begins, or where no step is left."""
    middle = sheet.paragraph(node.title, _BOX, _RIGHT - _BOX, _NAME)
    sheet.shape("circle", cx=_LINE, cy=middle, r=6, fill=PAPER, stroke=INK, stroke_width=2)
    sheet.y += _GAP
    return middle


def _due_date(sheet: Sheet, language: str) -> float:
    name = upper(word("due_date", language))
    middle = sheet.paragraph(name, _BOX, _RIGHT - _BOX, _NAME)
    _mark(sheet, word("due_mark", language), middle)
    begin = _BOX + width(name, _NAME) + 8
    sheet.shape("line", x1=begin, y1=middle, x2=_RIGHT, y2=middle, stroke=QUIET, stroke_dasharray="2 4")
    sheet.shape("path", d=f"M{_LINE - 8} {middle:.1f}h16", stroke=INK, stroke_width=4)
    sheet.y += _GAP
    return middle


def _mark(sheet: Sheet, text: str, middle: float) -> None:
    sheet.line_of_text(text, (_LINE - 13, middle + _MARK.size * 0.36), _MARK, "end")


def _step(sheet: Sheet, stood: list[Node], ways: dict[str, str], language: str) -> float:
    node = next(one for one in stood if one.kind in ("message", "call", "handover"))
    condition = next((one for one in stood if one.kind == "condition"), None)
    frame = _frame(sheet, node, dashed=condition is not None)
    middle = sheet.paragraph(node.title, _BOX + _IN, _RIGHT - _BOX - 2 * _IN, _NAME)
    _mark(sheet, node.mark, middle)
    _dot(sheet, node, middle)
    sheet.y += 2
    if condition:
        _said(sheet, "condition", word("only_if", language, condition=condition.title))
    for fact in node.facts:
        sign = str(node.channels[0]) if fact.kind == "channels" else fact.kind
        _said(sheet, sign, fact.text, _SMALL if fact.kind in ("text", "result") else _BODY)
    for route in stood:
        if route.kind == "route":
            _route(sheet, route, ways[route.id])
    frame.set("height", f"{sheet.y + 8 - float(frame.get('y', 0)):.1f}")
    sheet.y += 8 + _GAP
    return middle


def _frame(sheet: Sheet, node: Node, *, dashed: bool) -> ET.Element:
    """The box of a step with the tone on its upper border; its height comes when its content is written."""
    told: dict[str, object] = {"stroke": QUIET, "stroke_width": 1, "fill": PAPER}
    if tone := node.tone:
        told = {"stroke": TONE_INKS[tone], "stroke_width": TONE_BORDERS[tone], "fill": TONE_TINTS[tone]}
    if dashed:
        told["stroke_dasharray"] = "7 4"
    frame = sheet.shape("rect", x=_BOX, y=sheet.y, width=_RIGHT - _BOX, rx=8, **told)
    if tone:
        _pill(sheet, tone, node.tone_words, _RIGHT - 10 - _pill_width(node.tone_words))
    sheet.y += 13
    return frame


def _pill_width(text: str) -> float:
    return width(text, _PILL) + 30


def _pill(sheet: Sheet, tone: Tone, text: str, left: float) -> None:
    middle = sheet.y
    told = {"width": _pill_width(text), "height": 18, "rx": 9, "fill": TONE_INKS[tone]}
    sheet.shape("rect", x=left, y=middle - 9, **told)
    sheet.shape("path", d=TONE_SIGNS[tone], transform=f"translate({left + 8:.1f} {middle - 5:.1f})", fill=PAPER)
    sheet.line_of_text(text, (left + 22, middle + 4), _PILL)


def _dot(sheet: Sheet, node: Node, middle: float) -> None:
    """On the line: a round for what goes out, an open round for a call, a diamond for the way out."""
    if node.kind == "handover":
        d = f"M{_LINE} {middle - 8:.1f}l8 8l-8 8l-8-8z"
        sheet.shape("path", d=d, fill=INK)
        return
    fill = PAPER if node.kind == "call" else INK
    sheet.shape("circle", cx=_LINE, cy=middle, r=6, fill=fill, stroke=INK, stroke_width=2)


def _said(sheet: Sheet, sign: str, text: str, style: Type = _BODY) -> None:
    _sign(sheet, sign, _BOX + _IN, sheet.y + style.line / 2)
    sheet.paragraph(text, _BOX + _IN + _SIGN, _RIGHT - _BOX - 2 * _IN - _SIGN, style)
    sheet.y += 2


def _sign(sheet: Sheet, sign: str, left: float, middle: float) -> None:
    place = f"translate({left:.1f} {middle - 7:.1f})"
    sheet.shape("path", d=SIGNS[sign], transform=place, fill="none", stroke=INK, stroke_width=1.3)


def _route(sheet: Sheet, route: Node, way: str) -> None:
    """A branch of the fork: the condition in small, the way out in bold, in a frame of its own."""
    sheet.y += 5
    left, room = _BOX + _IN, _RIGHT - _BOX - 2 * _IN
    frame = sheet.shape("rect", x=left, y=sheet.y, width=room, rx=4, fill=PAPER, stroke=QUIET)
    top, inner = sheet.y, left + 8
    sheet.y += 4
    sheet.paragraph(upper(way), inner, room - 16, _SMALL)
    _sign(sheet, str(route.route), inner, sheet.y + _NAME.line / 2)
    sheet.paragraph(route.title, inner + _SIGN, room - 16 - _SIGN, _NAME)
    sheet.y += 4
    frame.set("height", f"{sheet.y - top:.1f}")


def _any_time(sheet: Sheet, drawn: Drawing) -> None:
    room = _WIDE - 2 * _EDGE - _SIGN
    _heading(sheet, word("at_any_time", drawn.language))
    tolerance = [fact.text for fact in drawn.closing.facts]
    told = [("event", sentence) for sentence in (*tolerance, *drawn.events)]
    for sign, text in [("paid", drawn.closing.title), *told]:
        style = _NAME if sign == "paid" else _BODY
        _sign(sheet, sign, _EDGE, sheet.y + style.line / 2)
        sheet.paragraph(text, _EDGE + _SIGN, room, style)
        sheet.y += 2


def _heading(sheet: Sheet, text: str) -> None:
    sheet.shape("line", x1=_EDGE, y1=sheet.y, x2=_RIGHT, y2=sheet.y, stroke=QUIET)
    sheet.y += 8
    sheet.paragraph(text, _EDGE, _WIDE - 2 * _EDGE, _HEADING)
    sheet.y += 3


def _key(sheet: Sheet, language: str) -> None:
    sheet.y += 10
    _heading(sheet, word("how_to_read", language))
    sheet.y += 9
    left = float(_EDGE)
    for tone in Tone:
        name = words(tone, language)
        _pill(sheet, tone, name, left)
        left += _pill_width(name) + 8
    sheet.y += 14
    for code in ("line_of_days", "dots", "dashed"):
        sheet.paragraph(word(code, language), _EDGE, _WIDE - 2 * _EDGE, _BODY)
        sheet.y += 2
