"""Every finding of the catalogue: its bad example shows it, its good example shows nothing."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from console.policies.files import Loaded, load_file, load_folder
from dunning.lint.codes import CATALOGUE
from dunning.lint.gaps import gaps
from dunning.lint.grounds import words_in
from dunning.lint.kind import Kind
from dunning.policy import Policy
from tests.policy_text import JUDGED, POLICIES, README, codes, example, load_text

SHOWN = sorted(code for code, kind in CATALOGUE.items() if kind.shown != "words")
DESCRIBED = {"P102", "P103", "P104", "P105", "P218", "P221", "P304", "P808"}  # each has a test of its own elsewhere


def test_every_finding_has_a_bad_and_a_good_example() -> None:
    """A finding that nobody can show would be a finding that nobody can mend; few are too long to be shown."""
    assert set(CATALOGUE) == set(SHOWN) | DESCRIBED
    assert len(CATALOGUE) >= 90
    assert all(kind.bad and kind.good and kind.bad != kind.good for kind in CATALOGUE.values())


def found_in(folder: Path, kind: Kind, written: str) -> Loaded:
    """What the program says of an example, as its kind is to be read."""
    if kind.shown == "folder":
        first, second = written.split("---\n")
        load_text(folder, example(first))
        load_text(folder, example(f"policy: second\n{second}"), "second")
        return load_folder(folder, JUDGED)
    if kind.shown == "letter":
        shutil.copytree(POLICIES / "letters", folder / "letters")
        (folder / "letters" / "reminder.courteous.en.txt").write_text(written, "utf-8")
        return load_text(folder, example())
    return load_text(folder, example(written))


@pytest.mark.parametrize("code", SHOWN)
def test_the_bad_example_is_found(code: str, tmp_path: Path) -> None:
    """Whoever writes this on 3 March is told so on 3 March, with the place and an advice.

    What only warns leaves the policy in service.
    """
    kind = CATALOGUE[code]
    loaded = found_in(tmp_path, kind, kind.bad)
    told = [finding for finding in (*loaded.findings, *loaded.warnings) if finding.code == code]
    assert told
    assert all(finding.line > 0 and finding.sentence and finding.advice for finding in told)
    assert [finding.code for finding in loaded.warnings if not CATALOGUE[finding.code].warns] == []
    assert (told[0] in loaded.warnings) == kind.warns
    if not kind.warns:
        assert len(loaded.policies) == (1 if kind.shown == "folder" else 0)


@pytest.mark.parametrize("code", SHOWN)
def test_the_good_example_is_clean(code: str, tmp_path: Path) -> None:
    """Whoever follows the advice is left alone."""
    kind = CATALOGUE[code]
    loaded = found_in(tmp_path, kind, kind.good)
    assert [str(finding) for finding in (*loaded.findings, *loaded.warnings)] == []
    assert len(loaded.policies) == (2 if kind.shown == "folder" else 1)


def test_names_and_sentences_are_each_written_once() -> None:
    """Two findings with one name would send people to the wrong line of the README."""
    names = [kind.name for kind in CATALOGUE.values()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)
    assert all(re.fullmatch(r"P[1-8][0-9]{2}", code) for code in CATALOGUE)


def test_the_readme_lists_every_finding_as_it_is() -> None:
    """The table in the README is the catalogue, line by line."""
    rows = [
        f"| {code} | {kind.name} | {kind.sentence} | {kind.advice} |".replace("\\|", "|")
        for code, kind in CATALOGUE.items()
    ]
    table = README.partition("<!-- findings -->")[2].partition("\n\n")[0].strip().split("\n")
    assert table[2:] == rows


def test_all_findings_of_a_file_come_at_once_in_order(tmp_path: Path) -> None:
    """Four mistakes in one file are four findings, by line, and no more."""
    bad = (
        "tolerance: [5 EUR, 5 USD]\n"
        "steps:\n"
        "  - {step: firm, day: {after: due_date, days: 7}, channels: [email], letter: reminder, tone: firm}\n"
        "  - {step: mild, day: {after: due_date, days: 5}, channels: [email], letter: remindr}\n"
    )
    loaded = load_text(tmp_path, example(bad))
    assert codes(loaded) == ["P502", "P215", "P203", "P301", "P301"]
    assert [f.line for f in loaded.findings] == sorted(f.line for f in loaded.findings)


def test_a_step_that_comes_too_early_is_told_as_the_design_shows_it(tmp_path: Path) -> None:
    """The firm reminder of day 5 stands below the courteous one of day 7: place, code, sentence and advice."""
    steps = (
        "steps:\n"
        "  - step: courteous-reminder\n    day: {days: 7, after: due_date}\n"
        "    channels: [email]\n    letter: reminder\n"
        "  - step: firm-reminder\n    day: {days: 5, after: due_date}\n    channels: [email]\n    letter: reminder\n"
        "    tone: firm\n"
    )
    text = example(steps)
    line = text[: text.index("days: 5,")].count("\n") + 1
    (finding,) = load_text(tmp_path, text).findings
    assert str(finding) == (
        f"{tmp_path}/example.yaml:{line}:10: P203 firm-reminder (day 5) comes before courteous-reminder (day 7)\n"
        "    Give it a later day, or move the step up."
    )


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("{after: previous_step, days: 2}", ["P216"]),
        ("{after: previous_step, days: 3}", []),
        # How many days this is, only the calendar knows.
        ("{after: previous_step, days: 1, counted_in: business_days}", []),
        ("{after: end_of_due_month, days: 1}", []),
        ("{before: due_date, days: 1}", ["P203"]),
    ],
)
def test_only_days_that_can_be_compared_are_compared(days: str, found: list[str], tmp_path: Path) -> None:
    """A step two days after another cannot keep a gap of three; one at the end of the month may or may not."""
    steps = (
        "steps:\n  - {step: one, day: {after: due_date, days: 1}, channels: [email], letter: reminder}\n"
        f"  - {{step: two, day: {days}, channels: [email], letter: reminder}}\n"
    )
    assert codes(load_text(tmp_path, example(steps))) == found


ONE = "steps: [{step: one, day: {after: due_date, days: 1}, channels: [email], letter: reminder}]\n"


def folder_of(folder: Path, *takes: str) -> Loaded:
    """Policies that differ in what they take only."""
    for number, one in enumerate(takes):
        currencies = [currency for currency in ("EUR", "USD") if currency in one]
        tolerance = ", ".join(f"5 {currency}" for currency in currencies)
        text = f"policy: p{number}\ntakes: {{{one}}}\ntolerance: [{tolerance}]\n{ONE}"
        load_text(folder, example(text), f"p{number}")
    return load_folder(folder, JUDGED)


@pytest.mark.parametrize(
    ("takes", "example_"),
    [
        (["debtor: [business], currency: [EUR]", "debtor: [public], currency: [EUR]"], ""),
        (
            ["debtor: [business], currency: [EUR]", "debtor: [public], currency: [EUR, USD]"],
            "0.01 USD of a business debtor",
        ),
        (
            [
                "debtor: [business], currency: [EUR], segment: [a]",
                "debtor: [public], currency: [EUR, USD], segment: [a]",
            ],
            "0.01 USD of a business debtor of segment a",
        ),
        # Nobody names such debtors or such a currency of segment b, nor USD of a business.
        (["debtor: [business], currency: [EUR], segment: [a]", "debtor: [public], currency: [EUR], segment: [b]"], ""),
        (
            [
                "debtor: [business], currency: [EUR, USD], segment: [a]",
                "debtor: [business], currency: [EUR], segment: [b]",
            ],
            "",
        ),
        (["debtor: [business], currency: [EUR], segment: [a]", "debtor: [public], currency: [EUR, USD]"], ""),
        # A policy that names no segment takes all of them, so a hole is one in each.
        (
            [
                "debtor: [business], currency: [EUR], amount: {below: 9 EUR}",
                "debtor: [business], currency: [USD], segment: [a]",
            ],
            "9.00 EUR of a business debtor of segment a",
        ),
        (
            [
                "debtor: [public], currency: [EUR], amount: {below: 100 EUR}",
                "debtor: [public], currency: [EUR], amount: {at_least: 200 EUR}",
            ],
            "100.00 EUR of a public buyer",
        ),
        # Where a policy names countries, it is enough that the invoice is taken in one of them.
        (
            [
                "debtor: [business], currency: [EUR], country: [FR]",
                "debtor: [business], currency: [USD], country: [IE]",
            ],
            "",
        ),
        (["debtor: [public], currency: [EUR], segment: [a]"], ""),
    ],
)
def test_a_gap_between_policies_is_told_with_an_example(takes: list[str], example_: str, tmp_path: Path) -> None:
    """On 3 March an invoice of 150 EUR is refused by the import: the check has said so since the policies were cut."""
    loaded = folder_of(tmp_path, *takes)
    assert len(loaded.policies) == len(takes)
    told = [finding for finding in loaded.warnings if finding.code == "P611"]
    assert [f"invoice of {example_}, while" in finding.sentence for finding in told] == ([True] if example_ else [])


def test_more_combinations_than_can_be_tried_are_tried_in_part(tmp_path: Path) -> None:
    """A hundred segments, a hundred currencies and forty countries: the answer comes before anybody has left."""
    currencies = [f"{one}{two}X" for one in "ABCDEFGHIJ" for two in "ABCDEFGHIJ"]
    amounts = [f"9 {currency}" for currency in currencies]
    takes = {
        "debtor": ["business"],
        "currency": currencies,
        "segment": [f"s{number}" for number in range(100)],
        "country": [currency[:2] for currency in currencies[:40]],
        "amount": {"at_least": amounts},
    }
    body = load_text(tmp_path, example(ONE)).policies[0].policy.model_dump(mode="json", exclude_none=True)
    many = Policy.model_validate(body | {"takes": takes, "tolerance": amounts})
    began = time.process_time()
    assert [remark.code for _, remark in gaps([many])] == ["P611"]
    assert time.process_time() - began < 1


def test_a_policy_for_a_new_segment_beside_the_shipped_ones_leaves_no_gap(tmp_path: Path) -> None:
    """On 3 March a newcomer writes a policy for workshops in EUR; nobody ever sends a workshop an invoice in CAD."""
    for name in ("consumer", "habitual-late-b2b", "loyal-b2b", "standard-b2b"):
        load_text(tmp_path, (POLICIES / f"{name}.yaml").read_text("utf-8"), name)
    takes = "takes: {debtor: [business], currency: [EUR], segment: [workshop]}\n"
    load_text(tmp_path, example(f"policy: workshops\n{takes}"), "workshops")
    loaded = load_folder(tmp_path, JUDGED)
    assert len(loaded.policies) == 5
    assert [finding.code for finding in loaded.warnings if finding.code == "P611"] == []


@pytest.mark.parametrize(
    ("there", "step", "advice"),
    [
        (
            "mairie.courteous.fr",
            "letter: mairie",
            "mairie.courteous.en.txt: it is there in fr, and needed in en and fr.",
        ),
        (
            "mairie.courteous.de",
            "letter: mairie",
            "mairie.courteous.en.txt: it is there in de, and needed in en and fr.",
        ),
        (
            "mairie.courteous.fr",
            "letter: marie",
            "marie.courteous.en.txt, or name another letter: did you mean mairie.courteous?",
        ),
        (
            "call.formal.fr",
            "tone: formal, call: {attempts: 1}",
            "call.formal.en.txt: it is there in fr, and needed in en and fr.",
        ),
    ],
)
def test_a_text_in_one_language_only_is_told_as_that(there: str, step: str, advice: str, tmp_path: Path) -> None:
    """On 3 March a letter to town halls is written in French: the check asks for the English one, not for the same."""
    shutil.copytree(POLICIES / "letters", tmp_path / "letters")
    (tmp_path / "letters" / f"{there}.txt").write_text("Subject: x\n\nBonjour,\n", "utf-8")
    written = ONE.replace(
        "channels: [email], letter: reminder", step if "call" in step else f"channels: [email], {step}"
    )
    told = [f for f in load_text(tmp_path, example(written)).findings if f.code in ("P301", "P305")]
    assert told[0].advice == f"Write policies/letters/{advice}"


def test_no_gap_is_told_of_a_folder_that_cannot_be_read_whole(tmp_path: Path) -> None:
    """The file with the mistake may be the one that takes the rest."""
    takes = "debtor: [business], currency: [EUR], amount: {%s}"
    folder_of(tmp_path, takes % "below: 100 EUR", takes % "at_least: 200 EUR")
    (tmp_path / "p2.yaml").write_text("policy: [", "utf-8")
    loaded = load_folder(tmp_path, JUDGED)
    assert codes(loaded) == ["P101"]
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("earlier", "later", "found"),
    [
        ("{outstanding: {at_least: 300 EUR}}", "{outstanding: {at_least: 300 EUR, below: 900 EUR}}", ["P615"]),
        ("{outstanding: {at_least: 300 EUR}}", "{outstanding: {at_least: 299 EUR}}", []),
        ("{outstanding: {below: 300 EUR}}", "{outstanding: {at_least: 300 EUR}}", []),
        ("{solvency: [bad, doubtful]}", "{solvency: [bad]}", ["P615"]),
        ("{solvency: [bad]}", "{solvency: [bad, doubtful]}", []),
        ("{solvency: [bad]}", "{solvency: [bad], unpaid_invoices: {at_least: 3}}", ["P615"]),
        ("{solvency: [bad], unpaid_invoices: {at_least: 3}}", "{solvency: [bad]}", []),
        ("{unpaid_invoices: {at_least: 3}}", "{unpaid_invoices: {at_least: 3, below: 9}}", ["P615"]),
    ],
)
def test_a_branch_that_an_earlier_one_always_beats_is_told(
    earlier: str, later: str, found: list[str], tmp_path: Path
) -> None:
    """Who owes 900 EUR also owes 300 EUR: the lawyer below would never be asked."""
    fork = f"[{{when: {earlier}, then: agency}}, {{when: {later}, then: lawyer}}, {{then: ask}}]"
    out = f"{{step: out, day: {{after: due_date, days: 40}}, approval: required, fork: {fork}}}"
    assert codes(load_text(tmp_path, example(ONE.replace("}]\n", f"}}, {out}]\n")))) == found


@pytest.mark.parametrize(
    ("country", "found"),
    [("FR", []), ("GB", []), ("BE", []), ("CH", []), ("DE", ["P308"]), ("NO", ["P308"]), ("US", [])],
)
def test_a_country_without_a_letter_in_its_language_is_told(country: str, found: list[str], tmp_path: Path) -> None:
    """French is spoken in Belgium and Switzerland; who takes invoices in Norway writes English to everybody there."""
    taken = f"takes: {{debtor: [business], currency: [EUR], country: ['{country}']}}\n"
    loaded = load_text(tmp_path, example(taken + ONE))
    assert [finding.code for finding in loaded.warnings] == found
    assert len(loaded.policies) == 1


@pytest.mark.parametrize(
    ("charges", "text", "found"),
    [
        ("", "{{ charges.fee }}", ["P310"]),
        ("", "{% if charges.fee %}{{ charges.fee }}{% endif %}", []),
        ("charges: {fee: 15 EUR}\n", "{{ charges.fee }}", []),
        ("charges: {indemnity: waived}\n", "{{ charges.indemnity }}", ["P310"]),
        ("charges: {indemnity: claimed}\n", "{{charges.indemnity}}", []),
        ('charges: {contract_rate: "12.5 %"}\n', "{{- charges.contract_rate }}", []),
        ("", "{{ charges.fees }}", ["P309"]),
    ],
)
def test_a_letter_names_only_what_the_policy_claims(charges: str, text: str, found: list[str], tmp_path: Path) -> None:
    """A letter that asks for a fee which the policy does not claim would stay in its step for ever."""
    shutil.copytree(POLICIES / "letters", tmp_path / "letters")
    letter = tmp_path / "letters" / "reminder.courteous.en.txt"
    letter.write_text(f"Subject: Reminder\n\nPlease pay  {text}.\n", "utf-8")
    loaded = load_text(tmp_path, example(charges + ONE))
    assert codes(loaded) == found
    column = len("Please pay  ") + 1 + (3 if found == ["P309"] else 0)
    assert all((f.file, f.line, f.column) == (str(letter), 3, column) for f in loaded.findings)


@pytest.mark.parametrize(
    ("tone", "text", "found"),
    [
        ("courteous", "we go to COURT.", [(3, 10, "COURT")]),
        ("courteous", "as a courteous reminder", []),
        ("courteous", "Otherwise\nformal  notice, formal-notice, formality", [(4, 1, "formal  notice"), (4, 17, "")]),
        ("firm", "we go to court", []),
        ("firm", "you are blacklisted, shame", [(3, 9, "blacklisted"), (3, 22, "shame")]),
    ],
)
def test_hard_words_are_found_by_tone(tone: str, text: str, found: list[tuple[int, int, str]], tmp_path: Path) -> None:
    """A courteous reminder threatens nobody, a firm one may speak of the court, and none insults."""
    shutil.copytree(POLICIES / "letters", tmp_path / "letters")
    letter = tmp_path / "letters" / f"reminder.{tone}.en.txt"
    letter.write_text(f"Subject: Reminder\n\n{text}\n", "utf-8")
    loaded = load_text(tmp_path, example(ONE.replace("letter:", f"tone: {tone}, letter:")))
    assert [(f.line, f.column) for f in loaded.warnings] == [place[:2] for place in found]
    assert all(place[2] in finding.sentence for place, finding in zip(found, loaded.warnings, strict=True))
    assert len(loaded.policies) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("la saisie immédiate", [(1, 4, "saisie immédiate")]),
        ("Les SAISIES  immédiates, saisies tardives", [(1, 5, "SAISIES  immédiates")]),
        ("voleurs et vol", [(1, 1, "voleurs")]),
        ("vole", []),
    ],
)
def test_a_star_stands_for_the_rest_of_any_word_of_a_phrase(text: str, found: list[tuple[int, int, str]]) -> None:
    """Whoever lists `saisie* immédiate*` means the plural too, in whichever word the star stands."""
    assert list(words_in(text, ("saisie* immédiate*", "voleur*"))) == found


@pytest.mark.parametrize("name", ["consumer", "habitual-late-b2b", "loyal-b2b", "standard-b2b"])
def test_a_file_is_judged_in_less_than_a_fifth_of_a_second(name: str) -> None:
    """An editor asks at every pause of the hand: the answer is there before the eye has moved."""
    file = POLICIES / f"{name}.yaml"
    took = []
    for _ in range(3):
        began = time.process_time()  # of a core: other tests run beside this one
        assert load_file(file, JUDGED).findings == ()
        took.append(time.process_time() - began)
    assert min(took) < 0.2
