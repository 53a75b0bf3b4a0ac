"""The course told in sentences: the same rules that decide, on a calendar that people can check."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from console.output import Stop
from console.policies.commands import policy_app
from console.policies.files import load_folder
from dunning.case import Case, Debtor, Invoice
from dunning.explain import course, dated_course
from dunning.explain_words import WORDS
from dunning.money import Money
from dunning.opening import Past, taken_over
from dunning.policy import Policy
from dunning.terms import DebtorKind
from ledger.book import Invoice as KeptInvoice
from ledger.cases import NewCase, add_case
from ledger.store import Ledger
from tests.ledger_book import open_book
from tests.policy_text import POLICIES, example, load_text

SHIPPED: dict[str, Policy] = {one.policy.policy: one.policy for one in load_folder(POLICIES).policies}


def case_of(policy: Policy, due: date, opened: date) -> Case:
    takes = policy.takes
    segment = (takes.segment or ("standard",))[0]
    return Case(
        id="F-1",
        policy=policy.policy,
        policy_hash="x",
        invoice=Invoice(number="F-1", issue_date=date(2026, 1, 5), due_date=due, amount=Money.parse("2000 EUR")),
        debtor=Debtor(id="D1", kind=takes.debtor[0], segment=segment, country="FR"),
        added_at=datetime(opened.year, opened.month, opened.day, tzinfo=UTC),
    )


def run(*words: object) -> int:
    code = policy_app([str(word) for word in words], result_action="return_value", exit_on_error=False)
    assert isinstance(code, int)
    return code


def test_the_usual_course_of_an_invoice_due_on_2_february_2026() -> None:
    """Weekends and Easter Monday (6 April) push steps to the next contact day; nothing overtakes anything."""
    walked = dated_course(SHIPPED["standard-b2b"], case_of(SHIPPED["standard-b2b"], date(2026, 2, 2), date(2026, 1, 5)))
    assert [(str(line.day), line.step) for line in walked if "calls" not in line.sentence and line.step] == [
        ("2026-01-28", "pre-due-note"),
        ("2026-02-03", "courteous-reminder"),
        ("2026-02-11", "first-call"),  # the third unanswered attempt
        ("2026-02-17", "firm-reminder"),
        ("2026-02-26", "second-call"),
        ("2026-03-04", "last-reminder"),
        ("2026-03-12", "formal-notice"),  # approved
        ("2026-03-12", "formal-notice"),  # and out
        ("2026-03-30", "way-out"),
        ("2026-03-30", "way-out"),
    ]
    assert "Pay until 2026-02-24" in next(line.sentence for line in walked if line.step == "firm-reminder")
    assert walked[-1].sentence.startswith("A person acts: Handed over")


def test_a_holiday_moves_a_step() -> None:
    """The courteous reminder of 1 May 2026, a public holiday and a Friday, goes out on Monday 4 May."""
    walked = dated_course(
        SHIPPED["standard-b2b"], case_of(SHIPPED["standard-b2b"], date(2026, 4, 30), date(2026, 4, 1))
    )
    assert [str(line.day) for line in walked if line.step == "courteous-reminder"] == ["2026-05-04"]


def begun_on_3_february(policy: Policy) -> Case:
    """Due on 2 February 2026, taken over with its courteous reminder sent on 3 February."""
    case = case_of(policy, date(2026, 2, 2), date(2026, 2, 3))
    past = taken_over(policy, case.debtor, Past("courteous-reminder", date(2026, 2, 3)))
    return case.model_copy(update={"opened_at": case.added_at, "steps": past})


def test_a_case_that_has_begun_is_told_from_today_on() -> None:
    """Looked at on 2 March, after four silent weeks: no date lies in the past, and what went out is not told again."""
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    policy = SHIPPED["standard-b2b"]
    walked = dated_course(policy, begun_on_3_february(policy), now=now)
    assert min(line.at for line in walked) >= now
    assert walked[0].step == "first-call"
    assert "formal-notice" in [line.step for line in walked]
    assert not [line for line in walked if line.step == "courteous-reminder"]


def test_explain_walks_a_case_of_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--invoice F-1` takes the invoice from the ledger, and an unknown number is refused with its name."""
    url = f"sqlite:///{tmp_path}/relance.db"
    monkeypatch.setenv("RELANCE_DATABASE_URL", url)
    ledger, state = Ledger(url), begun_on_3_february(SHIPPED["standard-b2b"])
    ledger.migrate()
    kept_invoice = KeptInvoice("F-1", "F-1", "D1", date(2026, 1, 5), date(2026, 2, 2), state.invoice.amount)
    with ledger.write() as db:
        pinned = open_book(db)
        told = state.model_dump(mode="json", exclude_defaults=True)
        new = NewCase(kept_invoice, "standard-b2b", pinned, told, state.invoice.amount, state.added_at)
        assert add_case(db, new)
    file = POLICIES / "standard-b2b.yaml"
    assert run("explain", file, "--invoice", "F-1") == 0
    out = capsys.readouterr().out
    assert "F-1: 2000.00 EUR, 2026-01-05 → 2026-02-02" in out
    assert "First call: a collector calls (attempt 1)." in out
    with pytest.raises(Stop, match="no case F-2"):
        run("explain", file, "--invoice", "F-2")


def test_a_late_case_enters_by_age_and_says_so() -> None:
    """Opened sixty days late, the case begins at the firm reminder, never at the formal notice."""
    walked = dated_course(SHIPPED["standard-b2b"], case_of(SHIPPED["standard-b2b"], date(2026, 1, 6), date(2026, 3, 9)))
    went = [line for line in walked if "goes out" in line.sentence]
    assert (went[0].step, str(went[0].day)) == ("firm-reminder", "2026-03-09")
    assert [line.step for line in walked[:3]] == ["pre-due-note", "courteous-reminder", "first-call"]


@pytest.mark.parametrize("name", sorted(SHIPPED))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_shipped_policy_is_told_in_both_languages(name: str, language: str) -> None:
    """Every step has its sentence and its dates, in order, and the way always ends with a person."""
    policy = SHIPPED[name]
    told = course(policy, language)
    assert sum(sentence.startswith(f"{n}. ") for n, sentence in enumerate(told, start=-3)) >= len(policy.steps)
    assert not [sentence for sentence in told if "{" in sentence or "_" in sentence.replace("never_beyond", "")]
    walked = dated_course(policy, case_of(policy, date(2026, 2, 2), date(2026, 1, 5)), language)
    assert [line.at for line in walked] == sorted(line.at for line in walked)
    assert {step.step for step in policy.steps} <= {line.step for line in walked}
    assert walked[-1].sentence.startswith("Une personne agit" if language == "fr" else "A person acts")


def test_conditions_and_delays_are_told() -> None:
    """A credit manager who reads the sentences finds every word of the YAML in them."""
    told = "\n".join(course(SHIPPED["habitual-late-b2b"]))
    assert "segment habitual-late" in told
    assert "5. Last reminder: 15 days after the due date" in told
    assert "the debtor has 8 days to pay" in told
    assert "injunction if country FR and unpaid in all at least 3000.00 EUR" in told
    assert "An instalment late by more than 2 business days: the next step at once." in told


def test_what_is_claimed_beside_the_invoice_is_told() -> None:
    """A policy that claims 12.5 % a year, the indemnity and a fee says so in one sentence."""
    policy = SHIPPED["standard-b2b"]
    claims = {"contract_rate": "12.5 %", "indemnity": "claimed", "fee": "15 EUR"}
    claiming = Policy.model_validate({**policy.model_dump(mode="json", exclude_none=True), "charges": claims})
    sentence = "Beside the invoice: 12.5 % late interest a year by contract, the fixed indemnity, a fee of 15.00 EUR."
    assert sentence in course(claiming)
    claims["contract_rate"] = "0 %"
    free = Policy.model_validate({**policy.model_dump(mode="json", exclude_none=True), "charges": claims})
    assert "Beside the invoice: 0 % late interest a year by contract" in "".join(course(free))
    assert "Beside the invoice" not in "".join(course(policy))


def test_both_languages_have_the_same_blanks() -> None:
    """A blank that only one language has would be an error the day somebody speaks the other."""
    blanks = {
        code: [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in pair]
        for code, pair in WORDS.items()
    }
    assert {code: both for code, both in blanks.items() if both[0] != both[1]} == {}


def test_check_says_how_much_it_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing wrong ends in one line and exit code 0."""
    assert run("check", POLICIES) == 0
    assert capsys.readouterr().out == "4 policies, no findings.\n"


def test_check_prints_findings_and_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text for people, JSON for programs: the same findings."""
    load_text(tmp_path, example("least_gap: {days: 0}"))
    file = tmp_path / "example.yaml"
    assert run("check", file) == 1
    lines = capsys.readouterr().out.split("\n")
    assert lines[0].startswith(f"{file}:")
    assert ": P208 this does not fit together: `least_gap:` must be at least one day" in lines[0]
    assert lines[1].startswith("    ")
    assert lines[2] == "1 policy, 1 finding."
    assert run("check", file, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["files"], [f["code"] for f in told["findings"]]) == (1, ["P208"])


def test_what_cannot_be_read_ends_with_2(tmp_path: Path) -> None:
    """A missing file is no finding."""
    with pytest.raises(Stop) as stop:
        run("check", tmp_path / "nowhere.yaml")
    assert stop.value.code == 2


def test_explain_prints_real_dates(capsys: pytest.CaptureFixture[str]) -> None:
    """`relance policy explain` for an invoice of 1,200 EUR due on 2 February 2026, in both languages and as JSON."""
    invoice = ("--due", "2026-02-02", "--issued", "2026-01-05", "--amount", "1200 EUR", "--country", "FR")
    words = ("explain", POLICIES / "standard-b2b.yaml", *invoice)
    assert run(*words) == 0
    told = capsys.readouterr().out
    assert "Tue  2026-02-03 09:00  Courteous reminder goes out by e-mail." in told
    assert "Agency, court or your decision: collection agency." in told
    assert run(*words, "--language", "fr") == 0
    assert "mar. 2026-02-03 09:00  Courteous reminder part par e-mail." in capsys.readouterr().out
    assert run(*words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["dates"][1]["day"] == "2026-02-03"


def test_explain_says_when_the_policy_would_not_take_the_invoice(capsys: pytest.CaptureFixture[str]) -> None:
    """A consumer's invoice under the policy for businesses is walked, with a word of warning."""
    file = POLICIES / "standard-b2b.yaml"
    assert run("explain", file, "--due", "2026-02-02", "--debtor", DebtorKind.consumer) == 0
    assert "This policy would not take the invoice: debtor (consumer)." in capsys.readouterr().err


@pytest.mark.parametrize("amount", ["1500", "1500,00 EUR", "1500.001 EUR", "lots"])
def test_explain_refuses_a_nonsense_amount(amount: str) -> None:
    """An amount without currency is refused with the way to write it."""
    with pytest.raises(Stop):
        run("explain", POLICIES / "standard-b2b.yaml", "--due", "2026-02-02", "--amount", amount)


@pytest.mark.parametrize(
    ("name", "said"), [("creditor.yaml", "creditor.yaml holds no policy"), ("", "is a folder: name one policy file")]
)
def test_explain_wants_one_policy(name: str, said: str) -> None:
    """The creditor's file is sound and no policy; of a folder nobody knows which is meant."""
    with pytest.raises(Stop, match=said):
        run("explain", POLICIES / name)


@pytest.mark.parametrize("told", [("--due", "0001-01-01"), ("--due", "9999-12-31"), ("--opened", "9999-12-31")])
def test_explain_refuses_a_day_out_of_reach(told: tuple[str, str]) -> None:
    """A slip of the keyboard in the year is told, not met as an overflow."""
    with pytest.raises(Stop, match="name a day of this century"):
        run("explain", POLICIES / "standard-b2b.yaml", *told)


def test_list_and_schema_print_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The schema on the terminal is the one on disk, and the list has all four policies."""
    assert run("schema") == 0
    assert capsys.readouterr().out == (POLICIES / "policy.schema.json").read_text("utf-8")
    assert run("list", POLICIES) == 0
    assert capsys.readouterr().out.count("    It takes invoices of") == 4
