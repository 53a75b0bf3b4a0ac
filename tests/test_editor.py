"""What a credit manager sees in an editor: keys offered, help under the pointer, mistakes where we see them too."""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from console.policies.files import load_file
from console.policies.schema import policy_schema
from console.policies.schema_words import EXAMPLES
from console.policies.strict_yaml import read_yaml
from tests.language_server import CURSOR, Editor
from tests.policy_text import POLICIES, example
from tests.test_explain import SHIPPED

SERVER = Path(__file__).parent / "editor/node_modules/yaml-language-server/bin/yaml-language-server"
MODELINE = "# yaml-language-server: $schema=policy.schema.json\n"
CHANNELS = ["email", "sms", "letter", "registered_letter"]
KEYS = "policy title takes enters calendar least_gap tolerance missed_after charges after steps".split()


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor on a copy of policies/, without any settings. Skipped where the server is not installed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("the editor's help is not tried: Node.js is not here")
    if not SERVER.is_file():
        pytest.skip("the editor's help is not tried: npm ci --prefix tests/editor has not been run")
    folder = tmp_path_factory.mktemp("editor") / "policies"
    shutil.copytree(POLICIES, folder)
    with Editor([node, str(SERVER), "--stdio"], folder) as opened:
        yield opened


def changed(before: str, after: str) -> str:
    """The page's example with one piece of it changed."""
    text = example()
    assert before in text
    return text.replace(before, after, 1)


# --------------------------------------------------------------------------------------------- completions and snippets


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        (MODELINE + CURSOR, KEYS),
        (changed("channels: [email, letter]", f"channels: [{CURSOR}]"), CHANNELS),
        (changed("channels: [email, letter]", f"channels: [email, {CURSOR}]"), CHANNELS),
        (changed("channels: [email, letter]", f"channels:\n      - {CURSOR}"), CHANNELS),
        (changed("then: injunction", f"then: {CURSOR}"), ["agency", "lawyer", "injunction", "ask"]),
        (changed("then: next_step_now", f"then: {CURSOR}"), ["continue", "next_step_now", "ask"]),
        (changed("tone: formal", f"tone: {CURSOR}"), ["courteous", "firm", "formal"]),
        (changed("after: deadline", f"after: {CURSOR}"), ["due_date", "end_of_due_month", "deadline"]),
        (changed("day: {days: 8, after: due_date}", f"day: {CURSOR}"), []),
        (changed("    pay_within: {days: 7}\n", f"    {CURSOR}\n"), ["pay_within", "approval", "when", "repeat"]),
    ],
)
def test_an_editor_offers_what_may_stand_there(editor: Editor, text: str, offered: list[str]) -> None:
    """The author types `channels: [` and chooses from four; on an empty line the missing keys are offered."""
    items = editor.offered(text)
    assert [name for name in offered if name in items] == offered
    if offered == CHANNELS:
        assert list(items) == CHANNELS
    assert not [name for name in items if "[object" in name]


def test_a_key_is_written_with_its_colon_and_no_default(editor: Editor) -> None:
    """`least_gap` is completed to a line that asks for the days, and writes nothing that holds anyway."""
    items = editor.offered(changed("least_gap: {days: 3}\n", f"{CURSOR}\n"))
    assert items["least_gap"]["insertText"] == "least_gap:\n  days: "
    inner = editor.offered(changed("    call: {attempts: 2}\n", f"    {CURSOR}\n"))
    assert inner["tone"]["insertText"] == "tone: "


def test_an_empty_file_becomes_a_sound_policy_by_one_choice(editor: Editor) -> None:
    """The author opens my-policy.yaml, takes "a whole policy", keeps every proposal: nothing is left to complain of."""
    text = editor.chosen(MODELINE + CURSOR, "a whole policy")
    assert editor.mistakes("my-policy.yaml", text) == []
    assert [str(finding) for finding in load_file(editor.folder / "my-policy.yaml").findings] == []


@pytest.mark.parametrize("label", ["a message", "a call", "a formal notice", "a way out"])
@pytest.mark.parametrize("typed", ["- ", ""])
def test_a_step_is_added_by_one_choice(editor: Editor, label: str, typed: str) -> None:
    """In the steps a whole step is offered, after `- ` and before it; with its proposals it is a step that we read."""
    before = example().partition("steps:\n")[0]
    text = editor.chosen(f"{before}steps:\n  {typed}{CURSOR}\n", label)
    name = f"{label}-{len(typed)}.yaml".replace(" ", "-")
    assert editor.mistakes(name, text) == []
    codes = {finding.code for finding in load_file(editor.folder / name).findings}
    assert not {code for code in codes - {"P210"} if code.startswith(("P1", "P2"))}, text


# ----------------------------------------------------------------------------------------------------------------- help


def descriptions() -> dict[str, str]:
    schema = policy_schema()
    step, after = schema["definitions"]["Step"], schema["definitions"]["After"]
    parts = {**schema["properties"], **step["properties"], **after["properties"]}
    return {key: node["description"] for key, node in parts.items() if "description" in node}  # as they are written


@pytest.mark.parametrize("key", ["pay_within", "channels", "approval", "tolerance", "least_gap", "broken_promise"])
def test_the_help_under_the_pointer_is_our_description(editor: Editor, key: str) -> None:
    """The pointer rests on `pay_within`: the help is the sentence about that key, not about delays in general."""
    text = example()
    at = text.index(f"{key}:") + 2
    shown = editor.hover(text[:at] + CURSOR + text[at:])
    assert len(descriptions()[key]) > 10
    assert descriptions()[key] in shown


def test_every_key_of_a_policy_has_help(editor: Editor) -> None:
    """Wherever the pointer rests in the standard policy, a sentence says what the key is for."""
    text = (POLICIES / "standard-b2b.yaml").read_text("utf-8")
    seen: set[str] = set()
    for found in re.finditer(r"^(?!#)[ -]*([a-z_]+):|[{,] ?([a-z_]+):", text, re.MULTILINE):
        at = found.end() - 2
        key = found[1] or found[2]
        if key not in seen and text[: at + 1].rpartition("\n")[2].count("#") == 0:
            seen.add(key)
            shown = editor.hover(text[:at] + CURSOR + text[at:])
            sentence = shown.removeprefix("#### An escalation policy of Relance").partition("Source:")[0].strip()
            assert len(sentence) > 10, key
    assert len(seen) > 40


def test_each_value_says_what_it_means(editor: Editor) -> None:
    """The pointer rests on `registered_letter`, then on `injunction`: the help says what each value does."""
    for value, told in (("registered_letter", "proves that it was received"), ("injunction", "to the court")):
        text = example()
        at = text.index(value) + 2
        assert told in editor.hover(text[:at] + CURSOR + text[at:])


# ------------------------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_an_editor_finds_nothing_wrong_with_a_shipped_policy(editor: Editor, name: str) -> None:
    """Four files of ours are opened: no line is underlined."""
    assert editor.mistakes(f"{name}.yaml", (POLICIES / f"{name}.yaml").read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("P101", "currency: [EUR]", "currency: [EUR"),
        ("P107", "tolerance: 5 EUR\n", "tolerance: 5 EUR\ntolerance: 6 EUR\n"),
        ("P201", "letter: reminder\n    pay_within", "lettre: reminder\n    pay_within"),
        ("P201", "attempts: 2", "atempts: 2"),
        ("P202", "    day: {days: 8, after: due_date}\n", ""),
        ("P202", "tolerance: 5 EUR\n", ""),
        ("P204", "attempts: 2", "attempts: two"),
        ("P204", "least_gap: {days: 3}", "least_gap: 3"),
        ("P204", "title: A small complete course", "title: true"),
        ("P205", "channels: [email, letter]", "channels: [email, fax]"),
        ("P205", "tone: firm", "tone: frim"),
        ("P206", "currency: [EUR]", "currency: [eur]"),
        ("P206", "tolerance: 5 EUR", "tolerance: 5,00 EUR"),
        ("P206", "tolerance: 5 EUR", "tolerance: [5 EUR, 5.5]"),
        ("P207", "attempts: 2", "attempts: 0"),
        ("P207", "channels: [email, letter]", "channels: []"),
    ],
)
def test_an_editor_underlines_what_we_find(editor: Editor, code: str, before: str, after: str) -> None:
    """The same mistake at the same line and column, in the editor while typing and in `relance policy check`."""
    name = f"wrong-{zlib.crc32((before + after).encode())}"
    text = changed(before, after).replace("policy: example", f"policy: {name}")
    underlined = editor.mistakes(f"{name}.yaml", text)
    found = [f for f in load_file(editor.folder / f"{name}.yaml").findings if f.code == code]
    assert [(f.line, f.column) for f in found] == [(m.line, m.column) for m in underlined[:1]]


def test_a_list_with_doubles_is_underlined_on_the_same_line(editor: Editor) -> None:
    """`[email, email]`: the editor underlines the list, we name the second of the two."""
    text = changed("channels: [email, letter]", "channels: [email, email]")
    [underlined] = editor.mistakes("doubles.yaml", text)
    [found] = [f for f in load_file(editor.folder / "doubles.yaml").findings if f.code == "P220"]
    assert (underlined.line, underlined.column) == (found.line, found.column - len("[email, "))


def test_an_editor_says_how_a_text_is_written(editor: Editor) -> None:
    """Instead of a pattern that only programmers read: `5,00 EUR` is told how an amount is written."""
    [mistake] = editor.mistakes("amount.yaml", changed("tolerance: 5 EUR", "tolerance: 5,00 EUR"))
    assert mistake.message == "An amount with its currency, like `1500 EUR`."


def test_it_is_the_first_line_that_does_it(editor: Editor) -> None:
    """Without the first line the editor knows nothing of policies; with it, no setting and no network is needed."""
    wrong = changed("tone: firm", "tone: frim")
    assert wrong.startswith(MODELINE)
    assert editor.mistakes("without.yaml", wrong.removeprefix(MODELINE)) == []
    assert len(editor.mistakes("with.yaml", wrong)) == 1


# ----------------------------------------------------------------------------------------- the schema, without a server


@cache
def parts() -> dict[str, dict[str, Any]]:
    schema = policy_schema()
    return {"Policy": schema, **schema["definitions"]}


def test_every_key_has_a_description_and_every_value_a_meaning() -> None:
    """A key or a value that is added in March without a word about it would be a riddle in every editor."""
    silent = []
    for name, part in parts().items():
        for key, node in part.get("properties", {}).items():
            aimed = parts()[node["$ref"].rpartition("/")[2]] if "$ref" in node else node
            if not node.get("description") and not aimed.get("description"):
                silent.append(f"{name}.{key}")
            listed = node.get("items", node)
            if "enum" in listed and "markdownEnumDescriptions" not in listed:
                silent.append(f"{name}.{key} values")
        if "enum" in part and name != "Weekday" and "markdownEnumDescriptions" not in part:
            silent.append(f"{name} values")
    assert silent == []


@pytest.mark.parametrize("place", sorted(EXAMPLES))
def test_the_examples_in_the_help_are_right(place: str) -> None:
    """An example is copied before it is read: as the help shows it, it fits its key."""
    name, _, key = place.partition(".")
    node = parts()[name]["properties"][key]
    shown = re.findall(r"Example: `(.*?)`\.", node["markdownDescription"])
    assert [read_yaml(text.encode()).data for text in shown] == EXAMPLES[place]
    for example_ in EXAMPLES[place]:
        fits = Draft7Validator({**node, "definitions": policy_schema()["definitions"]})
        assert not list(fits.iter_errors(example_))


def test_what_holds_without_a_key_is_said_and_not_written() -> None:
    """An editor would write a default of the schema into every new step: the help says what is usual instead."""
    keys = [node for part in parts().values() for node in part.get("properties", {}).values()]
    assert not [node for node in keys if "default" in node]
    assert "Usual: `send_now`." in parts()["Step"]["properties"]["if_missed"]["markdownDescription"]
    usual = parts()["Call"]["properties"]["apart"]["markdownDescription"]
    assert "Usual: `{days: 1, counted_in: business_days}`." in usual


def test_beside_a_reference_there_are_words_only() -> None:
    """In draft-07 a rule beside `$ref` is not looked at: a bound that was put there would hold for nobody."""
    words = {"$ref", "description", "markdownDescription", "examples", "defaultSnippets"}
    nodes: list[Any] = [policy_schema()]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            assert "$ref" not in node or set(node) <= words, node
            nodes += node.values()
        elif isinstance(node, list):
            nodes += node
