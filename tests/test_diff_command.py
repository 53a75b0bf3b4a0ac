"""`relance policy diff` as a credit manager uses it: two files, a folder, a policy of the ledger, and a book."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.main import run
from console.policies.files import load_file
from dunning.case import Case, Debtor, Invoice
from dunning.explain import dated_course
from dunning.money import Money
from dunning.opening import Past, taken_over
from dunning.terms import DebtorKind
from ledger.book import Debtor as KeptDebtor
from ledger.book import Invoice as KeptInvoice
from ledger.book import upsert_debtor
from ledger.cases import NewCase, add_case
from ledger.policies import PolicyBundle, keep_policy
from ledger.store import Ledger
from tests.policy_text import POLICIES

BOOK = """number;debtor_id;debtor_name;debtor_kind;segment;country;language;email;issue_date;due_date;amount;currency
F-1;D1;Dupont;business;standard;FR;fr;a@example.org;2026-11-02;2026-12-02;2000.00;EUR
F-2;D2;Martin;business;standard;FR;fr;b@example.org;2026-11-09;2026-12-09;100.00;EUR
F-3;D3;Durand;business;loyal;FR;fr;c@example.org;2026-11-02;2026-12-02;300.00;EUR
"""
Edit = Callable[..., Path]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """A folder with `policies/` and a book; `edit(file, (old, new), ...)` changes a copy of the policies in `new/`."""
    shutil.copytree(POLICIES, tmp_path / "policies")
    shutil.copytree(POLICIES, tmp_path / "new")
    (tmp_path / "book.csv").write_text(BOOK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELANCE_DATABASE_URL", f"sqlite:///{tmp_path}/relance.db")

    def change(name: str, *pairs: tuple[str, str]) -> Path:
        file = tmp_path / "new" / name
        text = file.read_text("utf-8")
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
        return file

    return change


SOONER = ("day: {days: 15, after: due_date}", "day: {days: 12, after: due_date}")
RENAMED = ("step: first-call", "step: early-call")
IN_DECEMBER = ("--portfolio", "book.csv", "--from", "2026-12-01", "--until", "2026-12-31", "--jobs", "1")


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int) -> str:
    """What `relance policy diff` prints for people, or as its error."""
    capsys.readouterr()
    assert run(["policy", "diff", *words]) == code
    said = capsys.readouterr()
    return said.out + said.err


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The differences as JSON."""
    answer: dict[str, Any] = json.loads(told(capsys, *words, "--json", code=1))
    return answer


def test_a_step_that_comes_three_days_earlier(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """On 24 November the firm reminder moves from day 15 to day 12: one sentence, the new dates, exit code 1."""
    edit("standard-b2b.yaml", SOONER)
    said = told(capsys, "standard-b2b", "new/standard-b2b.yaml", "--due", "2026-11-30", code=1)
    assert "Firm reminder: 3 days earlier, 12 days after the due date (before: 15 days after the due date)." in said
    assert "│ Firm reminder                  │ 2026-12-15 │ 2026-12-14 │ 1 day earlier │" in said
    assert "1 difference. New cases take the new text; running cases keep their policy" in said


def test_the_same_in_french(edit: Edit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Her colleague in Lyon has RELANCE_LANGUAGE=fr and asks for nothing."""
    edit("standard-b2b.yaml", SOONER)
    monkeypatch.setenv("RELANCE_LANGUAGE", "fr")
    said = told(capsys, "policies", "new", code=1)
    assert "3 jours plus tôt, 12 jours après l'échéance" in said
    assert "1 différence." in said


def test_nothing_changed(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """A comment and an order of keys are no difference, whatever the book: exit code 0."""
    edit("standard-b2b.yaml", ("# D+15: firmer", "# firmer"), ("tone: firm\n", "tone: firm  # a word\n"))
    assert told(capsys, "policies", "new", *IN_DECEMBER, code=0) == "No difference.\n"


def test_folders_are_compared_by_name(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """One policy was deleted and one came; a changed letter is told at each policy that uses it."""
    loyal = edit("loyal-b2b.yaml", ("policy: loyal-b2b", "policy: gentle-b2b"))
    loyal.rename(loyal.with_name("gentle-b2b.yaml"))
    letter = Path("new/letters/reminder.firm.en.txt")
    letter.write_text(letter.read_text("utf-8").replace("look for a solution", "find a solution"), "utf-8")
    said = told(capsys, "policies", "new", code=1)
    assert "loyal-b2b is gone (policies/loyal-b2b.yaml): its invoices need another policy." in said
    assert "gentle-b2b is a new policy (new/gentle-b2b.yaml)." in said
    assert said.count("“look for” → “find”") == 2
    assert "4 differences." in said


def test_what_cannot_be_compared_is_said(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong name, a folder against a file, findings, a step that nobody knows: exit code 2 and what to do."""
    broken = edit("standard-b2b.yaml", ("day: {days: 1, after: due_date}", "day: {days: 1, after: tomorrow}"))
    assert "nothing-b2b is no policy: name a file, a folder" in told(capsys, "nothing-b2b", "new", code=2)
    assert "compare two folders, or two policies" in told(capsys, "policies", "standard-b2b", code=2)
    assert "no-such.yaml cannot be read" in told(capsys, "no-such.yaml", "standard-b2b", code=2)
    said = told(capsys, "standard-b2b", str(broken), code=2)
    assert "P205" in said
    assert "mend them first" in said
    said = told(capsys, "standard-b2b", "loyal-b2b", "--renamed", "first-call=no-call", code=2)
    assert "NEW has no step no-call" in said
    edit("loyal-b2b.yaml", ("title: ", "title: X "))
    said = told(capsys, "loyal-b2b", "new/loyal-b2b.yaml", *IN_DECEMBER[2:], code=2)
    assert "--portfolio FILE.csv, or --ledger" in said
    said = told(capsys, "loyal-b2b", "new/loyal-b2b.yaml", "--html", "no/such/page.html", code=2)
    assert "no/such/page.html cannot be written" in said


def test_for_whom_a_book_says_the_very_days_that_the_rules_give(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """Of three invoices two are on the changed policy; both hear firmly three days sooner, the loyal one as ever."""
    new = edit("standard-b2b.yaml", SOONER)
    book = answered(capsys, "policies", "new", *IN_DECEMBER)["book"]
    assert (book["invoices"], book["affected"]) == (3, 2)
    [firm] = [step for step in book["steps"] if step["step"] == "firm-reminder"]
    assert firm["contacts"]["earlier"] == firm["before"] == firm["now"] == 4  # two invoices, e-mail and letter
    days = []
    for policy in (load_file(Path("policies/standard-b2b.yaml")).policies[0], load_file(new).policies[0]):
        for due, amount in ((date(2026, 12, 2), "2000 EUR"), (date(2026, 12, 9), "100 EUR")):
            walked = dated_course(policy.policy, opened(due, amount))
            days += [line.day for line in walked if line.step == "firm-reminder"][:1]
    assert firm["days_moved"] == 2 * ((days[2] - days[0]).days + (days[3] - days[1]).days)
    assert [row["invoice"] for row in book["most_days"]] == ["F-1", "F-2"]
    assert [row["invoice"] for row in book["largest_amounts"]] == ["F-1", "F-2"]


def opened(due: date, amount: str) -> Case:
    invoice = Invoice(number="F", issue_date=due - timedelta(30), due_date=due, amount=Money.parse(amount))
    debtor = Debtor(id="D", kind=DebtorKind.business, segment="standard", country="FR")
    at = datetime(2026, 11, 30, 23, tzinfo=UTC)  # midnight in Paris
    return Case(id="F", policy="standard-b2b", policy_hash="h", invoice=invoice, debtor=debtor, added_at=at)


def test_a_call_left_out_is_lost_for_those_it_would_reach(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """First calls only from 2500 EUR on: the invoice of 2000 loses its three attempts, and nobody else loses one."""
    edit(
        "standard-b2b.yaml",
        (
            "at_least: [150 EUR, 150 USD, 150 GBP, 150 CHF, 200 CAD]",
            "at_least: [2500 EUR, 2500 USD, 2500 GBP, 2500 CHF, 2500 CAD]",
        ),
    )
    answer = answered(capsys, "policies", "new", *IN_DECEMBER)
    [call] = [step for step in answer["book"]["steps"] if step["step"] == "first-call"]
    assert (call["before"], call["now"], call["contacts"]["lost"]) == (3, 0, 3)
    assert call["asked_before"] == [{"minor": 200000, "currency": "EUR", "text": "2000.00 EUR"}]  # not at each attempt
    assert [row["invoice"] for row in answer["book"]["most_days"]] == ["F-1"]


def test_what_moves_behind_the_last_day_is_later(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """The first reminder of F-1 moves from 3 to 7 December, and the window ends on the 3rd: later, and not lost."""
    edit("standard-b2b.yaml", ("day: {days: 1, after: due_date}", "day: {days: 3, after: due_date}"))
    window = ("--portfolio", "book.csv", "--from", "2026-11-20", "--until", "2026-12-03", "--jobs", "1")
    steps = {step["step"]: step for step in answered(capsys, "policies", "new", *window)["book"]["steps"]}
    reminder = steps["courteous-reminder"]
    assert (reminder["before"], reminder["now"], reminder["contacts"]) == (1, 0, {"later": 1})
    assert reminder["days_moved"] == 4


def test_an_invoice_that_nobody_takes_any_more_is_named(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """Loyal customers of another country only: F-3 has no policy any more, and the sentence says why."""
    edit("loyal-b2b.yaml", ("  segment: [loyal]\n", "  segment: [loyal]\n  country: [BE]\n"))
    said = told(capsys, "loyal-b2b", "new/loyal-b2b.yaml", *IN_DECEMBER, code=1)
    assert "1 invoice is no longer taken: F-3: no policy takes it" in said
    assert "2 invoices are taken by neither side and are left out." in said
    assert "Countries taken: BE (before: all)." in said


def test_a_fact_that_cannot_have_happened_is_told_once(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """Both sides come to the release of what is not on hold: one fact, and no invoice that nobody takes."""
    edit("standard-b2b.yaml", SOONER)
    Path("facts.csv").write_text("date;invoice;what\n2026-12-03;F-1;release\n2026-12-04;F-1;release\n")
    asked = ("standard-b2b", "new/standard-b2b.yaml", *IN_DECEMBER, "--facts", "facts.csv")
    book = answered(capsys, *asked)["book"]
    assert [(one["line"], one["number"]) for one in book["unread"]["first"]] == [(2, "F-1"), (3, "F-1")]
    assert (book["taken_by_neither"], book["newly_refused"]["count"], book["newly_taken"]["count"]) == (1, 0, 0)
    assert "2 rows or facts could not be used, first: " in told(capsys, *asked, code=1)


def test_a_book_of_other_policies_is_only_counted(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """Of 1203 invoices one is loyal: the others are taken by neither side, and none of them is told as lost."""
    rows = [
        f"X-{n};E{n};Dupont;business;standard;FR;fr;x@example.org;2026-11-02;2026-12-02;9.00;EUR" for n in range(1200)
    ]
    Path("book.csv").write_text(BOOK + "\n".join(rows) + "\n")
    edit("loyal-b2b.yaml", ("day: {days: 30, after: due_date}", "day: {days: 31, after: due_date}"))
    book = answered(capsys, "loyal-b2b", "new/loyal-b2b.yaml", *IN_DECEMBER)["book"]
    assert (book["taken_by_neither"], book["newly_refused"]["count"], book["newly_taken"]["count"]) == (1202, 0, 0)


def kept(name: str) -> str:
    """Keep a shipped policy in the ledger, with a case whose first call was made on 10 November; returns the hash."""
    url = f"sqlite:///{Path.cwd()}/relance.db"
    ledger, loaded = Ledger(url), load_file(Path(f"policies/{name}.yaml")).policies[0]
    ledger.migrate()
    now = datetime.now(UTC)
    due = now.date() - timedelta(days=9)
    case = opened(due, "2000 EUR")
    past = taken_over(loaded.policy, case.debtor, Past("first-call", now.date() - timedelta(days=2)))
    with ledger.write() as db:
        upsert_debtor(db, KeptDebtor(id="D", name="Dupont", kind="business", country="FR"), now)
        pinned = keep_policy(db, PolicyBundle(name, f"{name}.yaml", loaded.bundle, now))
        begun = {"policy_hash": pinned, "added_at": now - timedelta(2), "opened_at": now - timedelta(2), "steps": past}
        case = case.model_copy(update=begun)
        invoice = KeptInvoice("F", "F", "D", case.invoice.issue_date, due, case.invoice.amount)
        state = case.model_dump(mode="json", exclude_defaults=True)
        assert add_case(db, NewCase(invoice, name, pinned, state, case.invoice.amount, now))
    ledger.close()
    return pinned


def test_a_running_case_is_walked_on_under_a_renamed_step(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """The case of the ledger has its first call behind it; the call has another name now and is not made again."""
    pinned = kept("standard-b2b")
    # Five days sooner: no run of holidays and weekends is that long, on whatever day this test is run.
    new = edit("standard-b2b.yaml", RENAMED, (SOONER[0], "day: {days: 10, after: due_date}"))
    answer = answered(capsys, f"standard-b2b@{pinned[:8]}", str(new), "--ledger", "--jobs", "1")
    [policy], book = answer["policies"], answer["book"]
    assert policy["renamed"] == {"first-call": "early-call"}
    assert [caution["code"] for caution in policy["cautions"]] == ["renamed_running"]
    steps = {step["step"]: step["contacts"] for step in book["steps"]}
    assert "first-call" not in steps
    assert list(steps["firm-reminder"]) == ["earlier"]
    assert book["newly_refused"] == {"count": 0, "first": []}


def test_what_moves_before_the_first_day_is_earlier(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """The firm reminder of a running case moves from in six days to tomorrow; asked from the sixth day on: not lost."""
    pinned = kept("standard-b2b")
    new = edit("standard-b2b.yaml", (SOONER[0], "day: {days: 10, after: due_date}"))
    first = str(datetime.now(UTC).date() + timedelta(days=6))
    window = ("--ledger", "--jobs", "1", "--from", first)
    book = answered(capsys, f"standard-b2b@{pinned[:8]}", str(new), *window)["book"]
    [firm] = [step for step in book["steps"] if step["step"] == "firm-reminder"]
    assert (firm["before"], firm["now"], firm["contacts"]) == (2, 0, {"earlier": 2})  # e-mail and letter
    assert min(book["days"]) >= first


def test_a_policy_of_the_ledger_that_is_not_clear(edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """A hash that nobody kept is refused with those that are."""
    pinned = kept("standard-b2b")
    said = told(capsys, "standard-b2b@0", "standard-b2b", code=2)
    assert "The ledger keeps no policy standard-b2b whose hash begins with 0." in said
    assert pinned[:12] in said
    assert told(capsys, f"standard-b2b@{pinned}", "standard-b2b", code=0) == "No difference.\n"
