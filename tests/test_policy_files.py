"""Policies as files: what is refused and where, what is pinned, and how files fit together."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from console.main import run
from console.policies.files import CannotRead, CreditorRefused, load_creditor, load_file, load_files, load_folder
from console.policies.schema import policy_schema, schema_text
from console.policies.strict_yaml import read_yaml
from dunning.explain import course
from dunning.policy import Policy
from tests.policy_text import POLICIES, README, codes, example, load_text

HOSTILE = Path(__file__).parent / "fixtures" / "hostile_policies"


@pytest.mark.parametrize("file", sorted(HOSTILE.glob("*.yaml")), ids=lambda file: file.stem)
def test_no_hostile_file_becomes_a_policy(file: Path) -> None:
    """Whatever stands in the file, there are findings of this file, each on one line, and never a policy."""
    loaded = load_file(file)
    assert loaded.policies == ()
    assert loaded.findings
    assert all(finding.file == str(file) and finding.line >= 1 for finding in loaded.findings)
    assert all(text.isprintable() for finding in loaded.findings for text in (finding.sentence, finding.advice))


def test_the_readmes_example_is_a_policy_and_its_bundle_comes_back(tmp_path: Path) -> None:
    """What the ledger pins on 3 March is the same policy when a judge reads it years later."""
    (loaded,) = load_text(tmp_path, example()).policies
    bundle = json.loads(json.dumps(loaded.bundle))
    assert Policy.model_validate(bundle["policy"]) == loaded.policy
    assert sorted({key.split(".")[0] for key in bundle["letters"]}) == [
        "call",
        "formal-notice",
        "handover-notice",
        "reminder",
    ]
    assert {"reminder.courteous.fr", "reminder.firm.en", "call.courteous.fr"} <= set(bundle["letters"])
    assert bundle["letters"]["reminder.firm.fr"] == (POLICIES / "letters" / "reminder.firm.fr.txt").read_text("utf-8")


def test_the_schema_on_disk_is_the_models() -> None:
    """An editor must not accept on Tuesday what the program refuses since Monday; `relance policy schema` prints it."""
    assert (POLICIES / "policy.schema.json").read_text("utf-8") == schema_text()
    Draft7Validator.check_schema(policy_schema())


def test_the_schema_explains_and_bounds_every_key() -> None:
    """An editor shows a sentence for every key and refuses the ones that are unknown."""
    schema = policy_schema()
    assert "null" not in schema_text()
    for name, part in {"Policy": schema, **schema["definitions"]}.items():
        if part.get("type") == "object":
            assert part["additionalProperties"] is False, name


def test_the_readme_names_every_key() -> None:
    """A key that the page about the language does not name would be found by nobody."""
    table = README.partition("<!-- keys -->")[2].partition("## ")[0]
    told = {part for key in re.findall(r"^\| `([a-z_.]+)`", table, re.MULTILINE) for part in key.split(".")}
    told |= {"at_least", "below"}  # explained where they are used
    schema = policy_schema()
    keys = {key for part in [schema, *schema["definitions"].values()] for key in part.get("properties", {})}
    assert keys == told


def test_an_unknown_key_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    """`chanels` on line 24 becomes a finding at its own line and column, with the key that was meant."""
    text = example().replace("channels: [email]\n    letter", "chanels: [email]\n    letter", 1)
    line = text[: text.index("chanels")].count("\n") + 1
    found = [f for f in load_text(tmp_path, text).findings if f.code == "P201"]
    assert [(f.line, f.column, f.advice) for f in found] == [(line, 5, "Check the spelling: did you mean `channels`?")]


def test_what_does_not_fit_together_is_told_beside_what_is_misspelt(tmp_path: Path) -> None:
    """Three slips of one evening are mended in one go; that the misspelt step has no channels is not told as well."""
    text = example("least_gap: {days: 0}\nenters: {at: by_age}").replace(
        "channels: [email]\n    l", "chanels: [email]\n    l", 1
    )
    assert sorted(codes(load_text(tmp_path, text))) == ["P201", "P208"]
    text = example("calendar: {country: FR}\nenters: {at: by_age}")
    assert sorted(codes(load_text(tmp_path, text))) == ["P202", "P202", "P202", "P208"]


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ("least_gap: {days: 010}", "P204", "'010' stands where a whole number"),
        ("least_gap: {days: '3'}", "P204", "'3' stands where a whole number"),
        ("least_gap: {days: 3.5}", "P204", "'3.5' stands where a whole number"),
        ("least_gap: {days: true}", "P204", "true stands where a whole number"),
        ("least_gap: {days: -1}", "P207", "-1 is out of bounds"),
        ("least_gap:", "P204", "nothing stands where keys and values should be"),
        ("tolerance: 5", "P204", "5 stands where text"),
        ("tolerance: [5 EUR, 5.5]", "P206", "'5.5' is not written"),
        ("tolerance: 5,00 EUR", "P206", "'5,00 EUR' is not written"),
        ("tolerance: 5.001 EUR", "P208", "more decimals than EUR has"),
        ("takes: {debtor: [busines], currency: [EUR]}", "P205", "'busines' is not one of"),
        ("takes: {debtor: [], currency: [EUR]}", "P207", "a list is out of bounds"),
        ("takes: {debtor: [business], currency: [eur]}", "P206", "'eur' is not written"),
        ("enters: {at: by_age}", "P208", "`at: by_age` and `never_beyond: <step>` go together"),
        ("steps: []", "P207", "a list is out of bounds"),
    ],
)
def test_wrong_values_are_told_in_words(lines: str, code: str, words: str, tmp_path: Path) -> None:
    """What other readers turn into something else (010, 3.5, an empty value) is refused here, with what was found."""
    found = [finding for finding in load_text(tmp_path, example(lines)).findings if finding.code == code]
    assert [finding for finding in found if words in finding.sentence]


@pytest.mark.parametrize("text", ["", "\n\n", "# to be written\n"])
def test_an_empty_file_is_told_as_one(text: str, tmp_path: Path) -> None:
    """A file created on Monday and written on Tuesday is empty on Monday: that has nothing to do with numbers."""
    [found] = load_text(tmp_path, text).findings
    assert (found.code, found.sentence) == ("P204", "an empty file stands where a policy should be")
    assert found.advice == "Write a policy: policies/README.md shows one to begin with."


def test_only_where_a_number_is_wanted_it_is_said_how_to_write_one(tmp_path: Path) -> None:
    """`least_gap: 3` wants keys and values; `{days: three}` wants a number."""
    for lines, advice in (
        ("least_gap: 3", "Write keys and values."),
        ("least_gap: {days: three}", "Write a whole number in decimal digits, without quotes."),
    ):
        assert [found.advice for found in load_text(tmp_path, example(lines)).findings] == [advice]


@pytest.mark.parametrize("command", ["check", "draw", "explain"])
def test_the_name_of_a_policy_is_answered_with_its_file(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who learnt `diff consumer standard-b2b` types `check consumer`, and is told which file that is."""
    monkeypatch.chdir(POLICIES.parent)
    for asked in ("consumer", "consumer.yaml", "elsewhere/consumer"):
        assert run(["policy", command, asked]) == 2
        assert f"{asked} cannot be read: No such file or directory; did you mean policies/consumer.yaml?" in (
            capsys.readouterr().err.replace("\n", " ")
        )
    assert run(["policy", command, "consumr"]) == 2
    assert "did you mean" not in capsys.readouterr().err


def test_norway_is_a_country(tmp_path: Path) -> None:
    """In YAML 1.1 the debtor of Oslo lives in the country `False`."""
    loaded = load_text(tmp_path, example("takes: {debtor: [business], currency: [EUR], country: [NO, FR]}"))
    assert loaded.findings == ()
    assert loaded.policies[0].policy.takes.country == ("NO", "FR")


def test_ten_thousand_mistakes_are_told_in_a_page(tmp_path: Path) -> None:
    """A file full of wrong lines gives a hundred findings and a word about the rest, quickly."""
    wrong = example("takes: {debtor: [" + ", ".join(f"x{n}" for n in range(10_000)) + "], currency: [EUR]}")
    found = codes(load_text(tmp_path, wrong))
    assert len(found) == 101
    assert found[-1] == "P221"


def test_two_policies_that_take_the_same_invoice_are_told(tmp_path: Path) -> None:
    """A second policy for French businesses above 1,000 EUR meets the first, which takes all businesses."""
    load_text(tmp_path, example())
    takes = "takes: {debtor: [business], currency: [EUR], country: [FR], amount: {at_least: 1000 EUR}}\n"
    load_text(tmp_path, example(f"policy: second\n{takes}"), "second")
    loaded = load_folder(tmp_path)
    assert [(f.code, Path(f.file).name) for f in loaded.findings] == [("P607", "second.yaml")]
    assert "example takes some of the same invoices (business, EUR, country FR)" in loaded.findings[0].sentence
    assert [one.policy.policy for one in loaded.policies] == ["example"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("debtor: [business], currency: [EUR]", "debtor: [public], currency: [EUR]"),
        ("debtor: [business], currency: [EUR]", "debtor: [business], currency: [USD]"),
        ("debtor: [business], currency: [EUR], segment: [a]", "debtor: [business], currency: [EUR], segment: [b]"),
        (
            "debtor: [business], currency: [EUR], amount: {below: 1000 EUR}",
            "debtor: [business], currency: [EUR], amount: {at_least: 1000 EUR}",
        ),
    ],
)
def test_policies_that_part_cleanly_live_together(first: str, second: str, tmp_path: Path) -> None:
    """Below 1,000 EUR here and from 1,000 EUR there is no overlap, not even at the sum itself."""
    steps = "steps: [{step: one, day: {after: due_date, days: 1}, channels: [email], letter: reminder}]\n"
    load_text(tmp_path, example(f"takes: {{{first}}}\n{steps}tolerance: [5 EUR]".replace("[5 EUR]", _tolerance(first))))
    other = f"policy: other\ntakes: {{{second}}}\n{steps}tolerance: {_tolerance(second)}"
    load_text(tmp_path, example(other), "other")
    loaded = load_folder(tmp_path)
    assert [str(finding) for finding in loaded.findings] == []
    assert len(loaded.policies) == 2


def _tolerance(takes: str) -> str:
    return "[5 USD]" if "USD" in takes else "[5 EUR]"


def test_a_broken_letter_refuses_the_policy_that_needs_it(tmp_path: Path) -> None:
    """The letter's own line is named, and the policy does not go into service with it."""
    letters = tmp_path / "letters"
    letters.mkdir()
    for file in (POLICIES / "letters").glob("*.txt"):
        (letters / file.name).write_bytes(file.read_bytes())
    (letters / "reminder.firm.fr.txt").write_text("Subject: Rappel\n\nBonjour {{ debtor.nme }},\n", "utf-8")
    (letters / "reminder.txt").write_text("Subject: x\n\ny\n", "utf-8")
    (letters / "last-reminder.firm.fr.txt").write_bytes("Subject: début\n\n".encode("latin-1"))
    loaded = load_text(tmp_path, example())
    assert [(f.code, Path(f.file).name, f.line) for f in loaded.findings] == [("P309", "reminder.firm.fr.txt", 3)]
    assert "debtor.nme is not a variable; did you mean debtor.name?" in loaded.findings[0].sentence
    assert loaded.findings[0].column == len("Bonjour {{ ") + 1
    assert loaded.policies == ()
    assert codes(load_folder(tmp_path)) == ["P105", "P309", "P304"]


def test_a_file_with_the_wrong_ending_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    """A policy saved as .yml would never take an invoice, and nobody would know."""
    load_text(tmp_path, example())
    (tmp_path / "more.yml").write_text(example(), "utf-8")
    loaded = load_folder(tmp_path)
    assert [(f.code, Path(f.file).name) for f in loaded.findings] == [("P218", "more.yml")]
    assert (len(loaded.policies), loaded.files) == (1, 1)


def test_the_creditor_is_checked_with_the_policies_and_is_none(tmp_path: Path) -> None:
    """`relance policy check policies/*.yaml` names the creditor's file too: its faults are told, it is not counted."""
    load_text(tmp_path, example())
    (tmp_path / "creditor.yaml").write_text("name: Half a Company\n", "utf-8")
    for loaded in (load_folder(tmp_path), load_files(sorted(tmp_path.glob("*.yaml")))):
        assert {(f.code, Path(f.file).name) for f in loaded.findings} == {("P202", "creditor.yaml")}
        assert (len(loaded.policies), loaded.files) == (1, 1)


def test_what_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    """A name typed wrong ends in a sentence with the name."""
    with pytest.raises(CannotRead, match=r"nowhere\.yaml cannot be read: No such file"):
        load_files([tmp_path / "nowhere.yaml"])
    with pytest.raises(CannotRead, match="nowhere is not a folder"):
        load_folder(tmp_path / "nowhere")


def test_an_endless_file_is_only_too_large(tmp_path: Path) -> None:
    """Two megabytes where a page was meant are not read to the end."""
    assert codes(load_text(tmp_path, b"a: " + b"x" * 2_000_000)) == ["P102"]


def test_the_creditor_is_read_by_the_same_strict_reader(tmp_path: Path) -> None:
    """A wrong check digit in the IBAN is found at its line before the first letter goes out."""
    assert load_creditor(POLICIES / "creditor.yaml").city == "Lyon"
    text = (POLICIES / "creditor.yaml").read_text("utf-8")
    line = text[: text.index("iban:")].count("\n") + 1
    (tmp_path / "creditor.yaml").write_text(text.replace("FR76 3009", "FR76 3008"), "utf-8")
    with pytest.raises(CreditorRefused, match=rf"creditor\.yaml:{line}:7: P208 .*check digits are wrong"):
        load_creditor(tmp_path / "creditor.yaml")
    (tmp_path / "creditor.yaml").write_text(text + "name: Twice\n", "utf-8")
    with pytest.raises(CreditorRefused, match="P107"):
        load_creditor(tmp_path / "creditor.yaml")


EXAMPLE: dict[str, Any] = read_yaml(example().encode()).data
WORDS = ["", "x", "NO", "EUR", "ask", "formal", "sms", "business_days", "previous_step", "24:00-24:00", "reminder"]
AMOUNTS = ["1e9 EUR", "0 EUR", "999999999999 EUR", {"at_least": "1 EUR"}, {"days": 3650}, {"then": "agency"}]
STRANGE: list[Any] = [
    None,
    True,
    -1,
    0,
    41,
    10**17,
    "../../etc/passwd",
    "\u2028",
    "é" * 200,
    [],
    {},
    [[]],
    [None],
    {"": None},
]
HOSTILE_VALUES = st.sampled_from([*WORDS, *AMOUNTS, *STRANGE])


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in _places(item, (*path, key)))]


PLACES = [path for path in _places(EXAMPLE) if path]


@settings(max_examples=400)
@given(st.lists(st.tuples(st.sampled_from(PLACES), HOSTILE_VALUES | st.just("delete")), min_size=1, max_size=4))
def test_no_value_in_no_place_brings_the_check_down(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """Whatever replaces whatever in a policy, the answer is a sound policy or findings, never a traceback."""
    data: Any = json.loads(json.dumps(EXAMPLE))
    for path, value in changes:
        inside = data
        for key in path[:-1]:
            inside = inside[key] if isinstance(inside, dict) and key in inside else _item(inside, key)
        if isinstance(inside, dict) and value == "delete":
            inside.pop(path[-1], None)
        elif isinstance(inside, dict) or (isinstance(inside, list) and path[-1] in range(len(inside))):
            inside[path[-1]] = deepcopy(value)  # a later change may reach into it
    with TemporaryDirectory() as folder:
        loaded = load_text(Path(folder), json.dumps(data))
    assert len(loaded.policies) == (not loaded.findings)
    for one in loaded.policies:
        assert course(one.policy)
        assert Policy.model_validate(one.bundle["policy"]) == one.policy


def _item(inside: Any, key: Any) -> Any:
    return inside[key] if isinstance(inside, list) and key in range(len(inside)) else None
