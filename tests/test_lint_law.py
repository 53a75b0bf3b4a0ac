"""The law as dated files, and what it finds in a policy: by country, by debtor, and by the day of the judgement."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from console.policies.files import Loaded, load_file, load_folder
from console.policies.law import read_law
from dunning.law import InForce, LawKey, LawPack, LawParameter, NotInForce
from dunning.lint.codes import CATALOGUE
from dunning.terms import DebtorKind
from tests.policy_text import JUDGED, POLICIES, codes, example, load_text

LAW = read_law(POLICIES)
PACKS = {country: pack for pack in LAW.packs for country in pack.countries}
REMINDER = "steps:\n  - {step: one, day: {after: due_date, days: 1}, channels: [email], letter: reminder}\n"
PEOPLE = "takes: {debtor: [consumer], currency: [EUR]}\n" + REMINDER.replace("letter: r", "letter: consumer-r")
RATE = 'charges: {contract_rate: "7.9 %"}\n'


def judged(folder: Path, lines: str, day: date = JUDGED) -> Loaded:
    load_text(folder, example(lines))
    return load_file(folder / "example.yaml", day)


def of(country: str) -> str:
    hours = "week_days: [monday], contact_hours: ['09:00-18:00']"
    return f"calendar: {{country: {country}, time_zone: Europe/Berlin, {hours}}}\n"


def test_the_shipped_law_is_read_without_a_finding() -> None:
    """France and the rest of the Union have a file; each value has its source and the day on which it was read."""
    assert LAW.findings == ()
    assert len(PACKS) == 27
    for pack in LAW.packs:
        assert all(parameter.source and parameter.read_on for parameter in pack.parameters)


def test_legal_rates_cover_every_half_year_up_to_the_last_known_one() -> None:
    """From 2019 on, each half-year follows the one before it; the next is not known yet, and not guessed."""
    rates = PACKS["FR"].says(LawKey.legal_rate, DebtorKind.business)
    assert rates is not None
    assert [str(value.valid_from)[5:] for value in rates.values] == ["01-01", "07-01"] * 8
    assert [value.valid_from.year for value in rates.values] == [year for year in range(2019, 2027) for _ in "12"]
    assert rates.values[-1].value == "2.75"
    assert rates.values[-1].checked is False


@pytest.mark.parametrize(
    ("day", "found"),
    [(date(2026, 6, 30), "2.62"), (date(2026, 7, 1), "2.75"), (date(2026, 12, 31), "2.75"), (date(2027, 1, 1), None)],
)
def test_a_value_holds_from_its_first_day_to_its_last(day: date, found: str | None) -> None:
    """On 30 June the rate of the first half-year holds, on 1 July that of the second, and in 2027 none."""
    told = PACKS["FR"].on(day, LawKey.legal_rate, DebtorKind.business)
    assert (told.value.value if isinstance(told, InForce) else None) == found
    if found is None:
        assert isinstance(told, NotInForce)
        assert told.nearest == "the last one, 2.75, ended on 2026-12-31"


def test_the_floor_of_a_contract_rate_follows_the_half_year(tmp_path: Path) -> None:
    """7.9 % is above three times 2.62 on 30 June 2026, and below three times 2.75 the day after."""
    assert judged(tmp_path, RATE + REMINDER, date(2026, 6, 30)).warnings == ()
    (finding,) = judged(tmp_path, RATE + REMINDER, date(2026, 7, 1)).warnings
    assert finding.code == "P803"
    assert "7.9 % is below 8.25 %" in finding.sentence
    assert "contract_rate_floor = 3 × legal_rate since 2019-04-26, Code de commerce L441-10 II" in finding.sentence
    assert "legal_rate = 2.75 % since 2026-07-01" in finding.sentence
    assert "not checked" in finding.sentence


def test_a_day_without_a_value_is_told_and_the_policy_stays_in_use(tmp_path: Path) -> None:
    """On 1 January 2027 nobody has entered the new rate: no guess, no silence, and no stop of the imports."""
    loaded = judged(tmp_path, RATE + REMINDER, date(2027, 1, 1))
    (finding,) = loaded.warnings
    assert finding.code == "P808"
    assert finding.sentence == (
        "legal_rate of France has no value on 2027-01-01 "
        "(the last one, 2.75, ended on 2026-12-31), so this was not judged"
    )
    assert len(loaded.policies) == 1


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (PEOPLE + "charges: {fee: 15 EUR}\n", ["P801"]),
        (PEOPLE + "charges: {indemnity: claimed}\n", ["P802"]),
        (PEOPLE + "charges: {indemnity: waived}\n", []),
        (PEOPLE + RATE, []),  # the floor is for businesses
        (REMINDER + "charges: {fee: 15 EUR, indemnity: claimed}\n", []),
        # In Germany the directive leaves consumers out, and no file says what it means to ask them for a fee.
        (PEOPLE + of("DE") + "charges: {fee: 15 EUR, indemnity: claimed}\n", ["P802"]),
        (REMINDER + of("DE") + RATE, []),
        # Nobody wrote down the law of the United States.
        (PEOPLE + of("US") + "charges: {fee: 15 EUR, indemnity: claimed}\n", []),
    ],
)
def test_what_may_be_claimed_depends_on_the_debtor_and_the_country(
    lines: str, found: list[str], tmp_path: Path
) -> None:
    """A fee for a consumer in France is refused, for a business it is not; Germany is judged by the Union's file."""
    loaded = judged(tmp_path, lines)
    assert codes(loaded) == found
    assert loaded.unjudged == (("US",) if "US" in lines else ())


def test_the_countries_that_a_policy_takes_go_before_its_calendar(tmp_path: Path) -> None:
    """A calendar of Paris with debtors in Belgium is judged by the law of Belgium, which the Union's file tells."""
    taken = PEOPLE.replace("currency: [EUR]", "currency: [EUR], country: [BE]")
    (finding,) = judged(tmp_path, taken + "charges: {indemnity: claimed}\n").findings
    assert "European Union, other than France" in finding.sentence
    assert "Directive 2011/7/EU" in finding.sentence


def test_a_country_with_a_file_of_its_own_is_judged_by_that_alone(tmp_path: Path) -> None:
    """Whoever writes law/be.yaml takes Belgium out of the Union's file without touching it."""
    shutil.copytree(POLICIES / "law", tmp_path / "law")
    claimed = PEOPLE + of("BE") + "charges: {indemnity: claimed}\n"
    assert codes(judged(tmp_path, claimed)) == ["P802"]
    (tmp_path / "law" / "be.yaml").write_text(SOUND.replace("XX", "BE"), "utf-8")
    loaded = judged(tmp_path, claimed)
    assert codes(loaded) == []
    assert loaded.unjudged == ()


NOTICE = (
    "  - {step: notice, day: {after: due_date, days: 38}, channels: [registered_letter], letter: formal-notice, "
    "tone: formal, approval: required, pay_within: {days: 8}%s}\n"
)
COURT = (
    "  - {step: out, day: {after: due_date, days: 55}, approval: required, "
    "fork: [{when: {country: [FR]%s}, then: injunction}, {then: ask}]}\n"
)
BIG = "outstanding: {at_least: 500 EUR}"


@pytest.mark.parametrize(
    ("notice", "branch", "found"),
    [
        ("", "", []),
        (", if_missed: ask", "", []),
        (", if_missed: skip", "", ["P804"]),
        (f", when: {{{BIG}}}", "", ["P804"]),
        (f", when: {{{BIG}}}", f", {BIG}", ["P804"]),  # the branch is narrower, but the same words are asked for
        (f", when: {{country: [FR], {BIG}}}", f", {BIG}", []),
    ],
)
def test_an_injunction_needs_a_notice_that_went_out_for_certain(
    notice: str, branch: str, found: list[str], tmp_path: Path
) -> None:
    """A notice that is left out below 500 EUR, or when its day was missed, proves nothing to the court."""
    assert codes(judged(tmp_path, REMINDER + NOTICE % notice + COURT % branch)) == found


@pytest.mark.parametrize(("country", "found"), [("FR", ["P804"]), ("GB", [])])
def test_an_injunction_is_judged_by_the_country_it_is_for(country: str, found: list[str], tmp_path: Path) -> None:
    """A policy for France and Great Britain goes to court there only: what France wants first is not its business."""
    taken = "takes: {debtor: [business], currency: [EUR], country: [FR, GB]}\n"
    court = (COURT % "").replace("country: [FR]", f"country: [{country}]")
    assert codes(judged(tmp_path, taken + REMINDER + court)) == found


def test_a_short_notice_is_told_by_kind_of_debtor(tmp_path: Path) -> None:
    """Eight days are enough for a business and too few for a consumer."""
    notice = (NOTICE % "").replace("letter: f", "letter: consumer-f")
    (finding,) = judged(tmp_path, PEOPLE + notice).warnings
    assert finding.code == "P805"
    assert (
        "gives consumers 8 calendar days to pay; a formal notice gives at least 15 days in France" in finding.sentence
    )
    assert judged(tmp_path, REMINDER + NOTICE % "").warnings == ()


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ("{after: due_date, days: 729}", []),
        ("{after: due_date, days: 730}", ["P807"]),
        ("{after: previous_step, days: 729}", ["P807"]),  # the step before is on day 1
        ("{after: previous_step, days: 728}", []),
        ("{after: invoice_date, days: 730, counted_in: business_days}", ["P807"]),
    ],
)
def test_a_course_that_outlives_the_claim_is_told(later: str, found: list[str], tmp_path: Path) -> None:
    """A claim on a consumer lapses after two years: a step on day 730 asks for what nobody must pay any more."""
    step = f"  - {{step: late, day: {later}, channels: [email], letter: consumer-reminder}}\n"
    loaded = judged(tmp_path, PEOPLE + step)
    assert codes(loaded) == found
    business = "takes: {debtor: [business], currency: [EUR]}\n" + REMINDER + step.replace("consumer-", "")
    assert codes(judged(tmp_path, business)) == []


def test_words_of_a_court_are_found_where_they_stand(tmp_path: Path) -> None:
    """`l’huissier` on line 3 of a French reminder is told in that file, at its column, whatever the apostrophe."""
    shutil.copytree(POLICIES / "letters", tmp_path / "letters")
    text = "Subject: Rappel\n\nSans paiement, l’HUISSIER passera avec un commandement  de payer.\n"
    (tmp_path / "letters" / "reminder.courteous.fr.txt").write_text(text, "utf-8")
    found = judged(tmp_path, REMINDER).findings
    assert [(Path(f.file).name, f.line, f.column, f.code) for f in found] == [
        ("reminder.courteous.fr.txt", 3, 18, "P806"),
        ("reminder.courteous.fr.txt", 3, 43, "P806"),
    ]
    assert "'HUISSIER' sounds like an act of a court" in found[0].sentence
    assert "Code pénal 433-13" in found[0].sentence


def test_every_finding_of_the_law_names_its_parameter_and_source() -> None:
    """Whoever doubts a finding reads on what it rests, since when, and whether anybody checked it."""
    for code, kind in CATALOGUE.items():
        if code.startswith("P8") and code != "P808":
            assert "{law}" in kind.sentence
            assert "{country}" in kind.sentence


def test_no_value_of_the_law_and_no_word_list_is_in_the_code() -> None:
    """Changing 8 days into 10 or adding a word is a change of data."""
    house = POLICIES.parent
    rules = [file for file in (house / "dunning/lint").glob("*.py") if not file.name.startswith("codes_")]  # examples
    assert {"law.py", "letters.py", "words.py"} <= {file.name for file in rules}
    for file in [*rules, house / "dunning/law.py", house / "activities/letter_text.py"]:
        text = re.sub(r'""".*?"""', "", file.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"huissier|bailiff|441-10|2\.75|40 EUR", text, re.IGNORECASE), file.name


SOUND = """title: Nowhere
countries: [XX]
parameters:
  - key: notice_days
    unit: days
    source: an invented law
    read_on: 2026-11-22
    checked: false
    values:
      - {value: 8, valid_from: 2020-01-01, valid_until: 2020-12-31}
      - {value: 9, valid_from: 2021-01-01}
"""


@pytest.mark.parametrize(
    ("before", "after", "place", "words"),
    [
        ("key: notice_days", "key: notice_dyas", (4, 10), "P208"),
        ("unit: days", "unit: rule", (4, 5), "the unit of notice_days is days, not rule"),
        ("value: 8", "value: eight", (4, 5), "'eight' is not a whole number"),
        ("value: 8", "value: 1e9", (4, 5), "'1e9' is not a whole number"),
        ("value: 8", "value: 8.5", (4, 5), "'8.5' is not a whole number"),
        ("until: 2020-12-31", "until: 2021-01-01", (4, 5), "the value from 2021-01-01 on begins before the one above"),
        ("until: 2020-12-31", "until: 2019-12-31", (10, 9), "`valid_until:` is before `valid_from:`"),
        (", valid_until: 2020-12-31", "", (4, 5), "begins before the one above it has ended"),
        ("from: 2021-01-01", "from: 2021-02-30", (11, 32), "P208"),
        ("    checked: false\n", "", (4, 5), "the key `checked` is missing"),
        ("countries: [XX]", "countries: [XX]\nlawyers: none", (3, 1), "`lawyers` is not a key here"),
        ("key: notice_days", "key: &a notice_days", (4, 10), "P108"),
    ],
)
def test_a_slip_in_a_law_file_is_told_at_its_place(
    before: str, after: str, place: tuple[int, int], words: str, tmp_path: Path
) -> None:
    """Whoever keeps the values up to date is told the line on the day of the change."""
    assert before in SOUND
    (tmp_path / "law").mkdir()
    file = tmp_path / "law" / "xx.yaml"
    file.write_text(SOUND, "utf-8")
    assert read_law(tmp_path).findings == ()
    file.write_text(SOUND.replace(before, after), "utf-8")
    law = read_law(tmp_path)
    assert law.packs == ()
    assert [(finding.line, finding.column) for finding in law.findings] == [place]
    assert any(words in f"{finding.code} {finding.sentence}" for finding in law.findings)
    shutil.copy(POLICIES / "consumer.yaml", tmp_path)
    shutil.copytree(POLICIES / "letters", tmp_path / "letters")
    assert law.findings[0] in load_folder(tmp_path).findings


def test_a_key_cannot_be_said_twice_for_the_same_debtors() -> None:
    """Two files of one rate in different places would drift apart."""
    pack = PACKS["FR"].model_dump(mode="json", exclude_none=True)
    pack["parameters"].append(pack["parameters"][-1] | {"debtor": ["public", "consumer"]})
    with pytest.raises(ValidationError, match="limitation is said twice for"):
        LawPack.model_validate(pack)
    assert LawParameter.model_validate(pack["parameters"][-1]).is_for(DebtorKind.public)
