"""Mermaid's own parser reads what we write, and understands what was meant, whatever a title says."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console.draw.mermaid import mermaid
from dunning.drawing import Drawing, drawing
from tests.test_draw import HOSTILE, LANGUAGES, titled
from tests.test_explain import SHIPPED

FOLDER = Path(__file__).parent / "editor"


@pytest.fixture(scope="module")
def parser() -> str:
    """The program that runs Mermaid's parser. Skipped where it is not installed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Mermaid does not read our drawings: Node.js is not here")
    if not (FOLDER / "node_modules" / "mermaid").is_dir():
        pytest.skip("Mermaid does not read our drawings: npm ci --prefix tests/editor has not been run")
    return node


def read(parser: str, texts: list[str]) -> list[dict[str, Any]]:
    """What Mermaid makes of each text."""
    driver = str(FOLDER / "parse_mermaid.mjs")
    said = subprocess.check_output([parser, driver], input=json.dumps(texts), text=True, timeout=60)
    answers: list[dict[str, Any]] = json.loads(said)
    return answers


def as_shown(text: str) -> str:
    """A label as the page shows it: Mermaid keeps numbered characters in marks of its own until it draws."""
    return html.unescape(re.sub(r"ﬂ°°(\d+)¶ß", lambda found: chr(int(found[1])), text))


def lines(drawn: Drawing) -> dict[str, str]:
    """What is meant to be read first at each step and condition."""
    named = {n.id: f"{n.mark} · {n.title}" if n.mark else n.title for n in drawn.nodes if n.kind != "condition"}
    return {key: re.sub(" +", " ", text) for key, text in named.items()}


def test_mermaid_understands_every_shipped_policy(parser: str) -> None:
    """Nodes, tones, ways and labels of the four policies, in both languages, are those of our graph."""
    drawings = [drawing(policy, language) for policy in SHIPPED.values() for language in LANGUAGES]
    for drawn, told in zip(drawings, read(parser, [mermaid(drawn) for drawn in drawings]), strict=True):
        assert "wrong" not in told, told
        ways = [(e["start"], e["end"], as_shown(e["text"]), e["stroke"] == "dotted") for e in told["edges"]]
        assert ways[:-1] == [(e.source, e.target, e.label, e.aside) for e in drawn.edges]
        assert ways[-1][:2] == ("course", "closed")
        shown = {node["id"]: node for node in told["nodes"]}
        assert shown.keys() == {node.id for node in drawn.nodes} | {"course", "closed", "events"}
        for node in drawn.nodes:
            if node.tone:
                assert shown[node.id]["classes"] == [str(node.tone)]
                assert node.tone_words in as_shown(shown[node.id]["text"]).split("<br/>")


def test_a_hostile_title_reaches_mermaid_as_text_only(parser: str) -> None:
    """Titles full of quotes, brackets, tags, lists and Mermaid's own words add no node, and are read as written."""
    drawings = [drawing(titled(title)) for title in HOSTILE]
    usual = {node.id for node in drawings[0].nodes} | {"course", "closed", "events"}
    for drawn, told in zip(drawings, read(parser, [mermaid(drawn) for drawn in drawings]), strict=True):
        assert "wrong" not in told, (drawn.title, told)
        assert {node["id"] for node in told["nodes"]} == usual
        shown = {node["id"]: as_shown(node["text"].split("<br/>")[0]) for node in told["nodes"]}
        for key, text in lines(drawn).items():
            assert shown[key] == text


def test_the_parser_bites(parser: str) -> None:
    """A quote that nobody escaped, or a way without its end, is refused: the two tests above can fail."""
    good = mermaid(drawing(SHIPPED["consumer"]))
    bad = [good.replace("Call", 'Call"]', 1), good.replace(" --> s4", " -->|", 1)]
    assert ["wrong" in told for told in read(parser, [good, *bad])] == [False, True, True]


def test_no_tag_and_no_markup_is_left_in_a_label() -> None:
    """Without Mermaid at hand: in no label is anything but our own line ends that HTML or Markdown would take up."""
    for title in HOSTILE:
        text = mermaid(drawing(titled(title))).replace("<br/>", "")
        labels = re.findall(r'(?<=[\[({|/])"(.*?)"(?=[\])}|/])', text)
        assert len(labels) > 20
        assert [label for label in labels if re.search(r"[<>`*_\\\[\]{}|~\"]|#(?!\d+;)|^\d+[.)] ", label)] == []


def test_a_label_is_the_same_whoever_draws_it() -> None:
    """The same drawing gives the same text, and a line end or control character in a title does not leave its line."""
    drawn = drawing(titled("Reminder\n  end\x1b[31m"))
    assert mermaid(drawn) == mermaid(replace(drawn))
    assert "\x1b" not in mermaid(drawn)
    assert "\n  end31m" not in mermaid(drawn)
    assert mermaid(drawn).count("\n  end\n") == 1
