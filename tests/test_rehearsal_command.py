"""`relance policy simulate` as a credit manager uses it: tables, files, a page, and refusals in words."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from activities.cases import with_debtor
from console.main import run
from console.pages.charts import Chart, bars, columns
from console.rehearsal.book import Asked, opened_book
from console.rehearsal.play import safe
from console.rehearsal.rehearsing import rehearse
from console.rehearsal.words import WORDS, channel_words, ending_words
from dunning.case import Case, Outcome
from dunning.terms import Channel, Route
from ledger import histories
from ledger.book import Debtor
from ledger.store import Ledger
from tests.policy_text import POLICIES
from tests.test_explain import case_of
from tests.test_rehearsal import HEAD, SHIPPED, row


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELANCE_POLICIES_DIR", str(POLICIES))
    monkeypatch.setenv("RELANCE_DATABASE_URL", f"sqlite:///{tmp_path / 'relance.db'}")


WINDOW = ("--from", "2026-01-05", "--until", "2026-06-30", "--jobs", "1")


def write(*rows: str, name: str = "book.csv") -> str:
    Path(name).write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    return name


def answer(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> Any:
    """The command's JSON."""
    assert run(["policy", "simulate", *map(str, words), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_load_cost_and_endings_of_a_book(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten invoices due on 2 February: ten calls on a day, three more than can be made, and letters at 1.60 euros."""
    file = write(*(row(f"F-{n}", f"D{n}") for n in range(10)))
    prices = ("--cost", "letter=1.60EUR", "--cost", "registered_letter=7.08 EUR", "--cost", "email=0.004EUR")
    told = answer(capsys, "--portfolio", file, *WINDOW, "--calls-a-day", 7, *prices)
    assert (told["cases"], told["debtors"], told["contacts"]) == (10, 10, 140)
    assert told["by_channel"] == {"call": 50, "email": 50, "letter": 20, "injunction": 10, "registered_letter": 10}
    assert told["calls_above_capacity"] == {f"2026-02-{day}": 10 for day in ("09", "10", "11", "25", "26")}
    costs = {line["channel"]: line["cost"] and line["cost"]["text"] for line in told["costs"]}
    assert costs == {
        "call": None, "email": "0.20 EUR", "injunction": None, "letter": "32.00 EUR", "registered_letter": "70.80 EUR"
    }  # fmt: skip
    assert [cost["text"] for cost in told["cost"]] == ["103.00 EUR"]
    reminder = next(step for step in told["by_step"] if step["step"] == "firm-reminder")
    assert reminder["channels"] == {"email": 10, "letter": 10}
    assert reminder["amounts"][0]["text"] == "20000.00 EUR"  # by two channels, but asked for once
    assert told["endings"] == [{"ending": "asks", "task": "follow_up", "cases": 10}]
    assert told["findings"][0] == (
        "5 days ask for more calls than the 7 that can be made; the worst is 2026-02-09 with 10."
    )
    assert "Took no invoice: consumer, habitual-late-b2b, loyal-b2b." in told["findings"]
    assert told["by_day"]["2026-02-17"] == {"contacts": 20}


def test_approvals_that_nobody_gives_stop_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    """Without approvals the formal notice never leaves; with calls that reach the debtor there is one call a step."""
    file = write(row("F-1"))
    told = answer(capsys, "--portfolio", file, *WINDOW, "--approvals", "withheld", "--calls", "reached")
    assert told["by_channel"] == {"email": 4, "call": 2, "letter": 2}
    assert told["endings"] == [{"ending": "asks", "task": "approve", "cases": 1}]
    assert "standard-b2b: no invoice reached formal-notice, way-out." in told["findings"]
    assert told["assumptions"][-2:] == [
        "Calls are made on the day they are asked for and reach the debtor, who promises nothing.",
        "No step is approved.",
    ]


SHORT = """policy: short
title: Short course
takes: {debtor: [business], currency: [EUR]}
enters: {at: first_step}
calendar: {country: FR, time_zone: Europe/Paris, week_days: [monday, tuesday], contact_hours: ["09:00-18:00"]}
least_gap: {days: 3}
tolerance: 5 EUR
missed_after: {days: 7}
after: {dispute: {stops: whole, review_after: {days: 9}}, broken_promise: {then: ask, grace: {days: 2}},
  defaulted_plan: {then: ask, grace: {days: 2}}, reversed_payment: {then: ask}, hold: {review_after: {days: 30}}}
steps:
  - {step: reminder, day: {days: 2, after: due_date}, channels: [email], letter: reminder}
  - {step: decision, day: {days: 30, after: previous_step}, fork: [{then: ask}]}
"""


def test_a_fork_that_only_asks_is_no_step_that_nobody_reached(capsys: pytest.CaptureFixture[str]) -> None:
    """Who comes to `decision` is put to a person: that is told among the endings, not as a step that is idle."""
    folder = Path("short")
    folder.mkdir()
    (folder / "letters").symlink_to(POLICIES / "letters")
    (folder / "short.yaml").write_text(SHORT, "utf-8")
    told = answer(capsys, "--portfolio", write(row("F-1")), *WINDOW, "--policies", folder)
    assert told["endings"] == [{"ending": "asks", "task": "route", "cases": 1}]
    assert told["findings"] == ["Nothing."]
    (folder / "short.yaml").write_text(
        SHORT.replace("fork: [{then: ask}]", "approval: required, fork: [{then: agency}]"), "utf-8"
    )
    early = ("--from", "2026-01-05", "--until", "2026-02-20")
    told = answer(capsys, "--portfolio", "book.csv", *early, "--policies", folder)
    assert told["findings"] == ["short: no invoice reached decision."]


def test_what_is_wrong_is_told_in_the_order_of_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Twelve debtors whom no policy takes, and as many facts that cannot be: by line, first the book's."""
    rows = [row(f"F-{n}", f"D{n}", segment="nobody") for n in range(1, 13)]
    rows += [row(f"G-{n}", f"E{n}") for n in range(1, 13)]
    facts = [f"2026-02-05;G-{n};release" for n in range(1, 13)] + ["2026-02-05;G-1;gift"]
    Path("facts.csv").write_text("\n".join(["date;invoice;what", *facts]) + "\n", "utf-8")
    file = write(*rows)
    assert run(["policy", "simulate", "--portfolio", file, "--facts", "facts.csv", *WINDOW]) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("line ")]
    lines = [int(line.removeprefix("line ").partition(":")[0]) for line in said]
    assert lines == [*range(2, 14), *range(2, 15)]
    assert said[12] == "line 2: facts.csv: The case is not on hold, and no question about it is open."


def test_every_contact_is_in_the_csv_file_and_no_cell_is_a_formula(capsys: pytest.CaptureFixture[str]) -> None:
    """A debtor named `+SUM(A1)` in the books is text in the spreadsheet; the file is its owner's alone."""
    file = write(row("F-1", "+3"), row("F-2", "D2"))
    Path("all.csv").write_text("an older answer, for all to read\n" * 1000)
    Path("all.csv").chmod(0o644)
    assert run(["policy", "simulate", "--portfolio", file, *WINDOW, "--csv", "all.csv"]) == 0
    rows = list(csv.DictReader(Path("all.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 28
    assert {line["debtor"] for line in rows} == {"'+3", "D2"}
    assert rows[0] | {"because": ""} == {
        "day": "2026-01-28", "at": "2026-01-28T08:00:00+00:00", "invoice": "F-1", "debtor": "'+3",
        "policy": "standard-b2b", "step": "pre-due-note", "occurrence": "1", "channel": "email", "amount": "2000.00",
        "currency": "EUR", "tone": "courteous", "letter": "pre-due", "because": "",
    }  # fmt: skip
    assert Path("all.csv").stat().st_mode & 0o077 == 0
    assert [safe(cell) for cell in ("=1+1", "@x", "a\nb", "-3", "F-1")] == ["'=1+1", "'@x", "a b", "'-3", "F-1"]
    assert "Written: all.csv" in capsys.readouterr().err


def test_an_answer_never_takes_the_place_of_the_book(capsys: pytest.CaptureFixture[str]) -> None:
    """`--csv book.csv` is a slip: the book, the facts and the prices stay, and of two answers none is lost."""
    file = write(row("F-1"))
    Path("facts.csv").write_text("date;invoice;what;amount\n2026-02-12;F-1;payment;2000\n", "utf-8")
    Path("again.csv").symlink_to("book.csv")
    before = Path(file).read_text("utf-8"), Path("facts.csv").read_text("utf-8")
    pairs = (
        ("--csv", "book.csv"), ("--csv", "again.csv"), ("--html", "./facts.csv"),
        ("--csv", "new.csv", "--html", "../" + Path.cwd().name + "/new.csv"),
    )  # fmt: skip
    for words in pairs:
        assert run(["policy", "simulate", "--portfolio", file, "--facts", "facts.csv", *WINDOW, *words]) == 2
        assert "is read or written by this very command: name another file." in capsys.readouterr().err
    assert (Path(file).read_text("utf-8"), Path("facts.csv").read_text("utf-8")) == before
    assert not Path("new.csv").exists()


class Reader(HTMLParser):
    """Reads a page: its tags are closed in order, and it asks for nothing from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not [name for name, value in attrs if name in ("src", "href") or name.startswith("on")], (tag, attrs)
        if tag not in ("meta", "rect", "line", "br", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_can_be_sent_to_a_manager(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Charts, sums and first contacts on one page without scripts; a debtor named like a script is only text."""
    file = write(row("F-1", "<script>alert(1)</script>"), row("F-2", "D2", segment="loyal"), "broken;line")
    words = ("--html", "page.html", "--calls-a-day", "0", "--cost", "letter=1.60EUR", "--language", language)
    assert run(["policy", "simulate", "--portfolio", file, *WINDOW, *words]) == 1
    page = Path("page.html").read_text("utf-8")
    read = Reader()
    read.feed(page)
    assert read.open == []
    assert {"script", "img", "link", "iframe"}.isdisjoint(read.seen)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert read.seen.count("svg") == 3
    assert read.text.count("<script>alert(1)</script>") == 7
    heads = [pair[language == "fr"] for code, pair in WORDS.items() if code in ("findings", "assumptions", "refused")]
    assert all(head in read.text for head in heads)
    assert ("4,80\xa0€" if language == "fr" else "€4.80") in read.text
    assert f'<html lang="{language}">' in page
    capsys.readouterr()


def test_a_long_window_is_drawn_by_the_week(capsys: pytest.CaptureFixture[str]) -> None:
    """A year has fifty-three columns and not 365; the capacity is that of five days."""
    file = write(row("F-1"))
    words = ("--from", "2026-01-05", "--until", "2026-12-31", "--html", "page.html", "--calls-a-day", "4")
    assert run(["policy", "simulate", "--portfolio", file, *words]) == 0
    page = Path("page.html").read_text("utf-8")
    assert "Contacts per week (from Monday)" in page
    assert "capacity 5 × 4" in page
    capsys.readouterr()


def test_charts_say_their_values_and_mark_what_is_above() -> None:
    """Three days, two series: five parts with their words; a day above the line has another colour."""
    days = ["1 Jan", "2 Jan", "3 & 4 Jan"]
    drawn = columns(Chart("Contacts", days, [("letters", [1, 2, 3]), ("<calls>", [0, 4, 5])]))
    assert drawn.count("<rect") == 5
    assert "<title>3 &amp; 4 Jan, &lt;calls&gt;: 5</title>" in drawn
    one = columns(Chart("Calls", days, [("calls", [1, 2, 3])], ("capacity 2", 2)))
    assert one.count('fill="#d98d1f"') == 1
    assert "capacity 2" in one
    assert bars(Chart("Sums", ["a"], [("EUR", [10])]), ["10 EUR"]).count("10 EUR") == 1
    assert "<svg" in columns(Chart("Nothing", [], []))


def bring(*rows: str) -> None:
    """Import the rows into the ledger; no server runs."""
    assert run(["import", write(*rows, name="import.csv")]) == 0


def ahead(number: str, **told: str) -> str:
    """An invoice that falls due in ten days."""
    today = date.today()  # noqa: DTZ011 - the day on this machine, as the command reads it
    due, issued = str(today + timedelta(days=10)), str(today - timedelta(days=20))
    return row(number, told.pop("debtor", "D1"), due=due, issued=issued, **told)


def test_the_ledgers_open_cases_are_rehearsed_and_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two imported invoices, one of which somebody pays in a fortnight by the facts: nothing in the ledger changes."""
    bring(ahead("F-1"), ahead("F-2", debtor="D2", segment="loyal"))
    before = dump(tmp_path)
    pays = str(date.today() + timedelta(days=12))  # noqa: DTZ011
    Path("facts.csv").write_text(f"date;invoice;what;amount\n{pays};F-1;payment;2000\n{pays};F-9;payment;1\n", "utf-8")
    capsys.readouterr()
    told = answer(capsys, "--ledger", "--facts", "facts.csv", "--until", str(date.today() + timedelta(200)), code=1)  # noqa: DTZ011
    assert told["cases"] == 2
    assert {step["policy"] for step in told["by_step"]} == {"standard-b2b", "loyal-b2b"}
    assert told["refused"]["first"][0]["reason"] == "facts.csv: there is no invoice F-9 in this book"
    assert {"ending": "paid", "task": None, "cases": 1} in told["endings"]
    assert told["assumptions"][0].startswith("Each case goes on from where it stands now.")
    assert dump(tmp_path) == before


def dump(folder: Path) -> list[tuple[object, ...]]:
    """All cases of the ledger as they are kept."""
    ledger = Ledger(f"sqlite:///{folder / 'relance.db'}")
    with ledger.read() as db:
        rows = [tuple(line) for line in db.exec_driver_sql("SELECT * FROM cases ORDER BY id")]
    ledger.close()
    return rows


def test_the_ledgers_paid_cases_say_how_late_its_open_ones_will_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six cases of D1 were paid twelve days late: the seventh gets its courteous reminder and its call, and is paid."""
    past = [row(f"P-{n}", due="2026-02-02", paid="2000", paid_on="2026-02-14") for n in range(6)]
    bring(*past, ahead("F-1"))
    ledger = Ledger(f"sqlite:///{tmp_path / 'relance.db'}")
    with ledger.write() as db:
        db.exec_driver_sql("UPDATE cases SET status = 'closed', outcome = 'paid' WHERE id LIKE 'P-%'")
    ledger.close()
    capsys.readouterr()
    told = answer(capsys, "--ledger", "--assume", "history")
    assert told["cases"] == 1
    assert told["endings"] == [{"ending": "paid", "task": None, "cases": 1}]
    assert max(told["by_day"]) <= str(date.today() + timedelta(days=22))  # noqa: DTZ011
    pays = "Who has no facts pays as 6 payments of the past show (paid cases of the ledger)"
    assert told["assumptions"][1] == f"{pays}, half of them up to 12 days late."


def test_open_cases_may_be_rehearsed_under_other_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder where the usual course has only its first reminder: that is all. The loyal case keeps its own policy."""
    bring(ahead("F-1"), ahead("F-2", debtor="D2", segment="loyal"))
    other = tmp_path / "other"
    other.mkdir()
    (other / "letters").symlink_to(POLICIES / "letters")
    if (POLICIES / "law").is_dir():
        (other / "law").symlink_to(POLICIES / "law")
    text = (POLICIES / "standard-b2b.yaml").read_text("utf-8")
    head, _, rest = text.partition("  - step: courteous-reminder")
    kept, _, _ = rest.partition("\n  # D+7")
    short = f"{head}  - step: courteous-reminder{kept}\n"
    (other / "standard-b2b.yaml").write_text(
        short.replace("never_beyond: firm-reminder", "never_beyond: courteous-reminder")
    )
    capsys.readouterr()
    told = answer(capsys, "--ledger", "--policies", other, code=1)
    steps = [(step["policy"], step["step"]) for step in told["by_step"]]
    assert [step for policy, step in steps if policy == "standard-b2b"] == ["pre-due-note", "courteous-reminder"]
    assert ("loyal-b2b", "friendly-reminder") in steps
    reason = "Its policy loyal-b2b is not among these. It is played under the policy that it has."
    assert told["refused"]["first"] == [{"line": 0, "number": "F-2", "reason": reason}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--portfolio FILE.csv, or --ledger"),
        (("--portfolio", "nowhere.csv"), "nowhere.csv cannot be read: No such file or directory"),
        (("--portfolio", "book.csv", "--until", "2025-01-01", "--from", "2026-01-01"), "comes before --from"),
        (
            ("--portfolio", "book.csv", "--assume", "all-late"),
            "nobody-pays, all-late:DAYS (such as all-late:30), history",
        ),
        (("--portfolio", "book.csv", "--cost", "letter"), "write CHANNEL=PRICE"),
        (("--portfolio", "book.csv", "--cost", "fax=1EUR"), "'fax' is none of email, sms, letter"),
        (("--portfolio", "book.csv", "--cost", "letter=1,60"), "write it like 1.60EUR"),
        (("--portfolio", "book.csv", "--costs", "nowhere.yaml"), "nowhere.yaml cannot be read"),
        (("--portfolio", "book.csv", "--facts", "nowhere.csv"), "nowhere.csv cannot be read"),
        (("--portfolio", "book.csv", "--facts", "book.csv"), "has no column date, what"),
        (("--portfolio", "book.csv", "--policies", "nowhere"), "nowhere is not a folder"),
        (("--portfolio", "book.csv", "--html", "nowhere/page.html"), "nowhere/page.html cannot be written"),
        (("--portfolio", "book.csv", "--calls-a-day", "-1"), "must not be negative"),
        (("--portfolio", "book.csv", "--first", "-1"), "--first must not be negative"),
        (("--portfolio", "book.csv", "--from", "01/12/2026"), "--from: write the day like 2026-12-01, not 01/12/2026."),
        (("--portfolio", "empty.csv"), "empty.csv has a header and no rows."),
        (("--portfolio", "book.csv", "--jobs", "0"), "--jobs must be at least 1"),
        (("--portfolio", "book.csv", "--from", "9999-12-31"), "9999-12-31 is too far away to be meant"),
        (("--portfolio", "book.csv", "--from", "0001-01-01"), "0001-01-01 is too far away to be meant"),
        (("--ledger", "--from", "2020-01-01"), "is past"),
        (("--ledger",), "no tables of this release yet"),
    ],
)
def test_what_cannot_run_says_why(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each of these ends with exit code 2 and a sentence that says what to mend."""
    write(row("F-1"))
    write(name="empty.csv")
    assert run(["policy", "simulate", *words]) == 2
    assert said in capsys.readouterr().err


def test_prices_may_stand_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """A file of prices, one of which the command line corrects; a file that is none says where it is wrong."""
    file = write(row("F-1"))
    Path("prices.yaml").write_text("letter: 1.60 EUR\nregistered_letter: 7.08 EUR\n", "utf-8")
    told = answer(capsys, "--portfolio", file, *WINDOW, "--costs", "prices.yaml", "--cost", "letter=2EUR")
    assert [cost["text"] for cost in told["cost"]] == ["11.08 EUR"]
    Path("prices.yaml").write_text("letter: [1.60 EUR]\n", "utf-8")
    assert run(["policy", "simulate", "--portfolio", file, "--costs", "prices.yaml"]) == 2
    assert "write one price a line" in capsys.readouterr().err


def test_both_languages_have_the_same_blanks() -> None:
    """A blank that only one language has would be an error the day somebody speaks the other."""
    blanks = {
        code: [sorted(p.split("}")[0] for p in text.split("{")[1:]) for text in pair] for code, pair in WORDS.items()
    }
    assert {code: both for code, both in blanks.items() if both[0] != both[1]} == {}


def test_whatever_a_case_comes_to_has_its_words() -> None:
    """Every way in which a case ends, and every channel and way out of a policy, is told in both languages."""
    channels = [*Channel, "call", *(route for route in Route if route is not Route.ask)]
    for language in ("en", "fr"):
        assert all(ending_words(outcome, "", language) for outcome in (*Outcome, "waits"))
        assert all(ending_words("asks", task, language) for task in ("approve", "insolvency", ""))
        assert all(channel_words(channel, language) for channel in channels)


def test_a_case_that_comes_in_while_the_ledger_is_read_is_named() -> None:
    """An import brings a loyal customer's first invoice between the look at the policies and the look at the cases."""
    bring(ahead("F-1"))
    with opened_book(Asked(ledger=True, jobs=1)) as book:
        plan = book.plan()
        bring(ahead("F-1"), ahead("F-2", debtor="D2", segment="loyal"))
        assert {contact.invoice for contact in rehearse(plan)} == {"F-1"}
    assert [fault.number for fault in plan.refused.faults] == ["F-2"]
    assert "run this again" in plan.refused.faults[0].reason


def test_a_debtor_is_seen_as_a_worker_sees_it(tmp_path: Path) -> None:
    """Corrected in the ledger since the case began: segment, zone and means are those of today, gaps stay as known."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'relance.db'}")
    ledger.migrate()
    case = case_of(SHIPPED["loyal-b2b"], date(2026, 2, 2), date(2026, 1, 5))
    corrected = Debtor(id="D1", name="A", kind="public", country="BE", segment="standard", solvency="bad")
    for owner in (corrected, Debtor(id="D1", name="A", kind="business", country="", time_zone="Europe/Brussels")):
        told = Case.model_validate(histories.seen(case.model_dump(mode="json", exclude_defaults=True), owner))
        with ledger.read() as db:
            assert told == with_debtor(db, case, owner, date(2026, 1, 5))
    ledger.close()
