"""What a stranger can put into a YAML file, and what the one reader makes of it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from console.policies.strict_yaml import DEEPEST, LARGEST, MOST_PARTS, read_yaml

HOSTILE = Path(__file__).parent / "fixtures" / "hostile_policies"
EXPECTED = {
    "a-list-as-key": "P114",
    "alias-bomb": "P108",
    "bracket-never-closed": "P101",
    "escaped-nul": "P106",
    "five-thousand-digits": "P113",
    "half-a-character": "P101",
    "key-written-twice": "P107",
    "latin-1": "P105",
    "merge-key": "P110",
    "nul-byte": "P106",
    "number-as-key": "P114",
    "python-object": "P109",
    "right-to-left-mark": "P106",
    "sixty-thousand-parts": "P104",
    "tab-as-indent": "P101",
    "ten-thousand-levels": "P103",
    "ten-thousand-levels-never-closed": "P103",
    "two-documents": "P111",
    "utf-16": "P105",
}
SOUND_YAML = {"empty", "only-a-word"}  # refused later, for their shape


@pytest.mark.parametrize("mistake", sorted(EXPECTED))
def test_a_hostile_file_is_refused_with_its_place_in_under_a_second(mistake: str) -> None:
    """On 3 March somebody commits a file that would freeze or fool a reader: it gets a code and a line at once."""
    raw = (HOSTILE / f"{mistake}.yaml").read_bytes()
    began = time.perf_counter()
    faults = read_yaml(raw).faults
    assert time.perf_counter() - began < 1
    assert EXPECTED[mistake] in [fault.code for fault in faults]
    assert all(line >= 1 and column >= 1 for line, column in (fault.place for fault in faults))


def test_every_hostile_file_is_tried() -> None:
    """A fixture added on Monday and named in no test would prove nothing on Tuesday."""
    assert {file.stem for file in HOSTILE.glob("*.yaml")} == set(EXPECTED) | SOUND_YAML


def test_words_mean_what_they_look_like() -> None:
    """Norway stays Norway, noon stays 12:30, and only true and false are booleans, unlike in YAML 1.1."""
    text = b"on: [NO, yes, off, 12:30, 010, 0x1F, 1_000, 2026-11-01, 5.0, 1e3, '7', ~, null, true, false, -3, 42]"
    texts = ["NO", "yes", "off", "12:30", "010", "0x1F", "1_000", "2026-11-01", "5.0", "1e3", "7"]
    assert read_yaml(text).data == {"on": [*texts, None, None, True, False, -3, 42]}


def test_every_value_and_key_knows_its_place() -> None:
    """A finding on line 14 column 10 must point at line 14 column 10."""
    reading = read_yaml(b"policy: x\nsteps:\n  - step: a\n    day: {days: 5}\n")
    assert reading.place(("steps", 0, "day", "days")) == (4, 17)
    assert reading.place(("steps", 0, "day"), key=True) == (4, 5)
    assert reading.place(("steps", 0, "nowhere", "at", "all")) == (3, 5)
    assert reading.place(()) == (1, 1)


def test_all_faults_are_told_at_once() -> None:
    """Three mistakes made on one day are mended in one go, not in three; an anchor is told once, without its copies."""
    faults = read_yaml(b"a: &x 1\nb: *x\na: !!str 2\n").faults
    assert [fault.code for fault in faults] == ["P108", "P107", "P109"]
    assert [fault.place for fault in faults] == [(1, 4), (3, 1), (3, 4)]


@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("a:\n\tb: 1\n", (2, 1), "a tab stands here"),
        ("a:\n  b: 1\n\tc: 2\n", (3, 1), "a tab stands here"),
        ("a: @x\n", (1, 4), "a value cannot begin with @; put it in quotes"),
        ("steps:\n  - step: a\n   - step: b\n", (3, 4), "this line begins neither where its neighbours begin"),
        ("steps:\n  - step: a\n  day: 2\n", (3, 3), "this line begins neither where its neighbours begin"),
        ("a:\n    b: 1\n  c: 2\n", (3, 3), "this line begins neither where its neighbours begin"),
        ("steps:\n  - step: a\n     day: 2\n", (3, 9), "this line begins further right than the one above"),
        ("policy x\n\ntitle: y\n", (3, 6), "the line above has no colon"),
        ("a:1\nb: 2\n", (2, 2), "the line above has no colon with a space after it"),
        ("title: y\npolicy x\nb: 2\nc: 3\n", (2, 1), "this line has no colon"),
        ("title: Workshops: short\n", (1, 17), "a second colon on one line; put the value in quotes"),
        ("a: 'x\nb: 2\n", (1, 4), "a quote is opened here and never closed"),
        ('a: "x" y\nb: 2\n', (1, 8), "what is in quotes or brackets ended before it"),
        ("a: [x]]\nb: 2\n", (1, 7), "what is in quotes or brackets ended before it"),
        ("a: [x\nb: 2\n", (2, 2), "a bracket [ is not closed"),
        ("a: {x: 1\nb: 2\n", (2, 2), "a brace { is not closed"),
    ],
)
def test_the_frequent_slips_are_told_in_plain_words(
    parser: str, text: str, place: tuple[int, int], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A credit manager errs on Monday; whichever parser the machine has, no word of it is a parser's."""
    monkeypatch.setattr("console.policies.strict_yaml._Loader", getattr(yaml, parser, yaml.SafeLoader))
    [fault] = read_yaml(text.encode()).faults
    assert (fault.code, fault.place) == ("P101", place)
    assert told in fault.words["detail"]
    assert not re.search("token|scalar|mapping|sequence|indicator|expected|block", fault.words["detail"])


def test_a_rare_slip_is_told_as_the_parser_says_it() -> None:
    """What nobody wrote words for keeps the parser's own, with its place."""
    [fault] = read_yaml(b'a: "\\q"\n').faults
    assert fault.words == {"detail": "while parsing a quoted scalar found unknown escape character"}


def test_bounds_hold_exactly() -> None:
    """What is just allowed is read, and one more is not."""
    assert read_yaml(b"[" * DEEPEST + b"]" * DEEPEST).faults == []
    assert [f.code for f in read_yaml(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1)).faults] == ["P103"]
    assert read_yaml(b"a: " + b"x" * (LARGEST - 3)).faults == []
    assert [f.code for f in read_yaml(b"a: " + b"x" * (LARGEST - 2)).faults] == ["P102"]
    items = MOST_PARTS - 1
    assert len(read_yaml(b"[" + b"1," * items + b"]").data) == items
    assert [f.code for f in read_yaml(b"[" + b"1," * (items + 1) + b"]").faults] == ["P104"]
    assert read_yaml(b"a: " + b"9" * 18).data == {"a": 10**18 - 1}


def test_a_mark_at_the_start_and_windows_lines_are_read() -> None:
    """A file saved on Windows with a byte order mark is the same file."""
    assert read_yaml("\ufeffa: é\r\nb: 2\r\n".encode()).data == {"a": "é", "b": 2}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_at_all_bring_it_down(raw: bytes) -> None:
    """Whatever arrives, there is data or there are faults, never a traceback."""
    reading = read_yaml(raw)
    assert reading.faults or reading.data is None or isinstance(reading.data, str | int | list | dict | bool)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\Z"), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN)
def test_what_another_program_wrote_is_read_alike(value: object) -> None:
    """A policy written by a program and quoted with care comes back as it was."""
    written = yaml.safe_dump(value, default_style='"' if isinstance(value, str) else None, allow_unicode=True)
    reading = read_yaml(written.encode())
    assert reading.faults == []
    assert reading.data == _as_1_2(yaml.compose(written))


def _as_1_2(node: yaml.Node | None) -> object:
    """The same text by the library's own tree, with YAML 1.2's scalars."""
    if isinstance(node, yaml.MappingNode):
        return {
            str(_as_1_2(key)) if _as_1_2(key) is not None else key.value: _as_1_2(value) for key, value in node.value
        }
    if isinstance(node, yaml.SequenceNode):
        return [_as_1_2(item) for item in node.value]
    text = str(node.value) if node else ""
    if node is None or getattr(node, "style", None):
        return text if node else None
    special: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}
    if text in special:
        return special[text]
    return int(text) if text.removeprefix("-").isdigit() and str(int(text)) == text else text
