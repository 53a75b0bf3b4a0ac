"""A book rehearsed: what would be sent, called and handed over, by day, under stated assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import console.imports.file
import console.rehearsal.rehearsing
from console.output import Stop
from console.policies.files import load_folder
from console.rehearsal.book import Asked, Refused, opened_book
from console.rehearsal.rehearsing import rehearse
from dunning.assumed_payments import Delays, Payer
from dunning.case import Invoice
from dunning.explain import dated_course
from dunning.money import Money
from dunning.policy import Policy, Weekday
from dunning.rehearsal import Contact
from tests.policy_text import POLICIES
from tests.test_explain import case_of

SHIPPED: dict[str, Policy] = {one.policy.policy: one.policy for one in load_folder(POLICIES).policies}
HEAD = "number;debtor_id;debtor_name;debtor_kind;segment;country;issue_date;due_date;amount;currency;paid;paid_on"
JANUARY = date(2026, 1, 5)


def row(number: str, debtor: str = "D1", due: str = "2026-02-02", **told: str) -> str:
    """A row of a French business: 2,000 euros, the standard segment, nothing paid, unless told otherwise."""
    amount, paid, paid_on = told.get("amount", "2000"), told.get("paid", ""), told.get("paid_on", "")
    issued, segment = told.get("issued", "2026-01-05"), told.get("segment", "standard")
    return f"{number};{debtor};Atelier {debtor};business;{segment};FR;{issued};{due};{amount};EUR;{paid};{paid_on}"


def book(folder: Path, *rows: str, facts: Sequence[str] = (), **told: object) -> Asked:
    """The book of these rows from 5 January to 30 June 2026, with the lines of a facts file."""
    file, facts_file = folder / "book.csv", folder / "facts.csv"
    file.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    facts_file.write_text("\n".join(["date,invoice,what,amount,reference,for,note", *facts]) + "\n", "utf-8")
    window = {"since": JANUARY, "until": date(2026, 6, 30), "jobs": 1}
    return Asked(portfolio=file, facts=facts_file if facts else None, **{**window, **told})  # type: ignore[arg-type]


def rehearsed(asked: Asked, policies: Sequence[Policy] = tuple(SHIPPED.values())) -> tuple[list[Contact], Refused]:
    """All contacts of the book, and what was refused of it."""
    with opened_book(asked) as opened:
        plan = opened.plan(policies)
        contacts = list(rehearse(plan))
    plan.refused.add(opened.refused.faults)
    return contacts, plan.refused


def told(contacts: Sequence[Contact]) -> list[tuple[str, str, str]]:
    return [(str(one.day), one.step, one.channel) for one in contacts]


def test_a_book_of_one_invoice_goes_the_way_that_explain_tells(tmp_path: Path) -> None:
    """Due on 2 February 2026: every step on the day on which `relance policy explain` has it, calls too."""
    contacts, _ = rehearsed(book(tmp_path, row("F-1")))
    policy = SHIPPED["standard-b2b"]
    course = dated_course(policy, case_of(policy, date(2026, 2, 2), JANUARY))
    doing = ("goes out", "calls", "court injunction")
    told_there = [(line.day, line.step) for line in course if any(words in line.sentence for words in doing)]
    assert [(one.day, one.step) for one in contacts if one.channel not in ("letter", "registered_letter")][:-1] == [
        pair for pair in told_there if pair[1] not in ("way-out", None)
    ]
    assert told(contacts)[-3:] == [
        ("2026-03-12", "formal-notice", "registered_letter"),
        ("2026-03-12", "formal-notice", "email"),
        ("2026-03-30", "way-out", "injunction"),
    ]
    assert {str(one.amount) for one in contacts} == {"2000.00 EUR"}
    assert contacts[-1].because.text("en") == "The way out is court injunction: the conditions of this branch hold."


def test_what_happens_changes_what_is_sent(tmp_path: Path) -> None:
    """F-1 pays on 10 February, F-2 promises and breaks it, F-3 disputes half, F-4 is put on hold until 1 March."""
    facts = [
        "2026-02-10,F-1,payment,2000,P1,,",
        "2026-02-05,F-2,promise,,,2026-03-20,",
        "2026-02-05,F-3,dispute,1000,L1,,half of it is missing",
        "2026-02-05 08:00,F-4,hold,,,2026-03-01,talks",
    ]
    contacts, refused = rehearsed(book(tmp_path, *(row(f"F-{n}", f"D{n}") for n in range(1, 5)), facts=facts))
    by = {number: [one for one in contacts if one.invoice == number] for number in ("F-1", "F-2", "F-3", "F-4")}
    assert not refused.count
    assert told(by["F-1"])[-1] == ("2026-02-10", "first-call", "call")
    silent = [one.day for one in by["F-2"] if date(2026, 2, 5) < one.day < date(2026, 3, 24)]
    assert not silent
    assert {str(one.amount) for one in by["F-3"] if one.day > date(2026, 2, 5)} == {"1000.00 EUR"}
    assert next(one.day for one in by["F-4"] if one.day > date(2026, 2, 5)) == date(2026, 3, 2)


def night_and_day(name: str = "standard-b2b") -> Policy:
    """The course of somebody who may be contacted at every hour of every day."""
    policy = SHIPPED[name]
    week = tuple(Weekday)
    always = {"contact_hours": ("00:00-24:00",), "week_days": week, "public_holidays": "open"}
    return policy.model_copy(update={"calendar": policy.calendar.model_copy(update=always)})


@pytest.mark.parametrize("segment", ["standard", "habitual-late"])
def test_what_is_due_at_midnight_belongs_to_the_day_that_begins(tmp_path: Path, segment: str) -> None:
    """A reminder of Tuesday 3 February at 00:00 is not in a window that ends on the 2nd, and in one of a day more.

    So it is where each invoice is played alone, and where what else the debtor owes is looked at.
    """
    days, policies = [date(2026, 2, 2), date(2026, 2, 3)], [night_and_day(f"{segment}-b2b")]
    rows = row("F-1", segment=segment)
    ends = [rehearsed(book(tmp_path, rows, until=day), policies)[0][-1].step for day in days]
    assert ends == ["pre-due-note", "courteous-reminder"]


def test_what_happened_before_the_first_day_is_known_on_it(tmp_path: Path) -> None:
    """F-1 was paid on 2 January and F-2 disputed in whole: neither hears anything from 5 January on."""
    facts = ["2026-01-02,F-1,payment,2000,P1,,", "2026-01-03,F-2,dispute,,L1,,never ordered"]
    rows = [row("F-1", due="2025-12-01", issued="2025-11-01"), row("F-2", "D2", due="2025-12-01", issued="2025-11-01")]
    assert rehearsed(book(tmp_path, *rows, facts=facts), [night_and_day()])[0] == []
    assert rehearsed(book(tmp_path, *rows), [night_and_day()])[0][0].day == JANUARY


def test_a_line_that_makes_no_sense_is_named_and_the_others_count(tmp_path: Path) -> None:
    """Seven bad lines of facts and two bad rows: each is named with its line and what to write; the payment counts."""
    facts = [
        "2026-02-30,F-1,payment,10,,,", "2026-02-10,F-9,payment,10,,,", "2026-02-10,F-1,gift,10,,,",
        "2026-02-10,F-1,payment,much,,,", "2026-02-10,F-1,payment,,,,", "2026-02-10,F-1,promise,,,,",
        ",F-1,payment,10,,,", "2026-02-03,F-1,payment,2000,P1,,",
    ]  # fmt: skip
    rows = [row("F-1"), row("F-1"), row("F-2", "D2", segment="nobody")]
    contacts, refused = rehearsed(book(tmp_path, *rows, facts=facts))
    assert told(contacts)[-1] == ("2026-02-03", "courteous-reminder", "email")
    said = {fault.line: fault.reason for fault in refused.faults if "facts.csv" in fault.reason}
    assert sorted(said) == [2, 3, 4, 5, 6, 7, 8]
    assert "not a day of the calendar" in said[2]
    assert said[3] == "facts.csv: there is no invoice F-9 in this book"
    assert "'gift' is none of payment" in said[4]
    assert said[6] == "facts.csv: payment: amount is missing"
    rows_said = {fault.line: fault.reason for fault in refused.faults if "facts.csv" not in fault.reason}
    assert rows_said[3] == "number F-1 came on line 2 already; that one counts"
    assert rows_said[4].startswith("no policy takes it")


def test_a_fact_that_cannot_have_happened_is_named_and_the_others_count(tmp_path: Path) -> None:
    """F-1 is released without a hold, and a dispute is settled that nobody opened; F-2 is paid twice by one number.

    F-3 promises after it was withdrawn. What comes after the last day is not looked at.
    """
    facts = [
        "2026-02-10,F-3,withdraw,,,,", "2026-02-05,F-1,release,,,,", "2026-02-06,F-1,dispute_resolved,,L-9,,rejected",
        "2026-02-07,F-1,payment_reversed,,P9,,", "2026-02-03,F-2,payment,500,P1,,", "2026-02-04,F-2,payment,500,P1,,",
        "2026-02-05,F-2,payment,700,P1,,", "2026-02-11,F-3,promise,,,2026-03-01,", "2027-01-01,F-1,release,,,,",
        "2026-02-05,F-3,dispute_resolved,,L-1,,rejected", "2026-02-06,F-3,dispute,,L-1,,told the wrong way round",
    ]  # fmt: skip
    contacts, refused = rehearsed(book(tmp_path, *(row(f"F-{n}", f"D{n}") for n in (1, 2, 3)), facts=facts))
    assert sorted((fault.line, fault.number, fault.reason) for fault in refused.faults) == [
        (3, "F-1", "facts.csv: The case is not on hold, and no question about it is open."),
        (4, "F-1", "facts.csv: The invoice has no dispute L-9."),
        (5, "F-1", "facts.csv: The invoice has no payment P9."),
        (7, "F-2", "facts.csv: P1 was told of this invoice already."),
        (8, "F-2", "facts.csv: payment P1 of 700.00 EUR came twice with different contents; the first counts."),
        (9, "F-3", "facts.csv: The case was ended by rehearsal (withdrawn)."),
    ]
    assert {str(one.amount) for one in contacts if one.invoice == "F-2"} == {"2000.00 EUR", "1500.00 EUR"}


def test_a_result_that_is_none_is_said_in_words(tmp_path: Path) -> None:
    """A call that ended `voicemail` and a dispute that is `settled`: the refusal lists the words there are."""
    facts = ["2026-02-10,F-1,call,,,,voicemail", "2026-02-10,F-1,dispute_resolved,,L-1,,settled"]
    said = [fault.reason for fault in rehearsed(book(tmp_path, row("F-1"), facts=facts))[1].faults]
    results = "promised, disputed, reached, no_answer, wrong_number, not_made"
    assert said == [
        f"facts.csv: call: note: 'voicemail' is none of {results}",
        "facts.csv: dispute_resolved: note: 'settled' is none of upheld, rejected, partly",
    ]


def test_what_was_paid_before_is_known_and_what_is_paid_later_happens(tmp_path: Path) -> None:
    """Three rows paid in full: on a day before the window, on 9 February, and on a day that nobody wrote down."""
    rows = [
        row("F-1", "D1", paid="2000", paid_on="2026-01-02"),
        row("F-2", "D2", paid="2000", paid_on="2026-02-09"),
        row("F-3", "D3", paid="2000"),
    ]
    contacts, _ = rehearsed(book(tmp_path, *rows))
    assert {one.invoice for one in contacts} == {"F-2"}
    assert told(contacts)[-1] == ("2026-02-09", "first-call", "call")


def test_an_invoice_comes_in_on_the_first_day_or_when_it_is_issued(tmp_path: Path) -> None:
    """An invoice of 20 March is not chased before; one issued after the last day is left out without a word."""
    rows = [
        row("F-1", issued="2026-03-20", due="2026-03-22"), row("F-2", issued="2026-07-05", due="2026-08-05"),
        row("F-3", due="2025-11-03", issued="2025-10-01"),
    ]  # fmt: skip
    contacts, refused = rehearsed(book(tmp_path, *rows))
    assert not refused.count
    assert {one.invoice for one in contacts} == {"F-1", "F-3"}
    assert min(one.day for one in contacts if one.invoice == "F-1") == date(2026, 3, 20)
    late = [one for one in contacts if one.invoice == "F-3"]
    assert (late[0].day, late[0].step) == (JANUARY, "firm-reminder")


def test_everybody_pays_thirty_days_late_or_has_already_not_done_so(tmp_path: Path) -> None:
    """Under all-late:30 nothing follows 4 March for an invoice due on 2 February; one of November is never paid."""
    rows = [row("F-1"), row("F-2", "D2", due="2025-11-03", issued="2025-10-01")]
    contacts, _ = rehearsed(book(tmp_path, *rows, assume="all-late:30"))
    assert max(one.day for one in contacts if one.invoice == "F-1") == date(2026, 3, 4)
    assert contacts[-1].step == "way-out"


def history(folder: Path, reverse: bool = False, seed: int = 1) -> list[Contact]:
    """Forty open invoices, and forty that were paid 3, 10, 20 or 40 days late in the autumn."""
    past = [
        row(f"P-{n}", f"D{n % 7}", due="2025-09-01", issued="2025-08-01", paid="2000",
            paid_on=str(date(2025, 9, 1) + timedelta(days=(3, 10, 20, 40)[n % 4])))
        for n in range(40)
    ]  # fmt: skip
    rows = [*past, *(row(f"F-{n}", f"D{n % 7}") for n in range(40))]
    asked = book(folder, *(reversed(rows) if reverse else rows), assume="history", seed=seed)
    return rehearsed(asked)[0]


def test_who_paid_late_in_the_past_pays_late_again(tmp_path: Path) -> None:
    """Last contacts lie before each drawn payment; the draw is of the seed and the invoice, not of the file's order."""
    first = history(tmp_path)
    last = {one.invoice: one.day for one in first}
    assert {(day - date(2026, 2, 2)).days for day in last.values()} <= set(range(-5, 41))
    assert len(set(last.values())) >= 3
    assert history(tmp_path, reverse=True) == first
    assert history(tmp_path, seed=2) != first


def test_a_debtor_pays_as_the_facts_say_of_him_alone(tmp_path: Path) -> None:
    """D1 paid five invoices of the autumn 40 days late, D2 his 3 days: D1 is called for each open one, D2 for none."""
    owners = {**{f"P-{n}": "D1" for n in range(5)}, **{f"Q-{n}": "D2" for n in range(35)}}
    past = [row(number, debtor, due="2025-09-01", issued="2025-08-01") for number, debtor in owners.items()]
    paid = {"D1": "2025-10-11", "D2": "2025-09-04"}
    facts = [f"{paid[debtor]},{number},payment,2000,{number},," for number, debtor in owners.items()]
    rows = [row(f"F-{n}-{debtor}", debtor) for debtor in ("D1", "D2") for n in range(6)]
    contacts, refused = rehearsed(book(tmp_path, *past, *rows, facts=facts, assume="history"))
    assert not refused.count
    assert {one.invoice for one in contacts if one.channel == "call"} == {f"F-{n}-D1" for n in range(6)}


def test_without_a_past_there_is_nothing_to_draw_from(tmp_path: Path) -> None:
    """A book of open invoices and no payment: the refusal says which models need none."""
    with pytest.raises(Stop, match="nobody-pays or all-late:DAYS need none"):
        rehearsed(book(tmp_path, row("F-1"), assume="history"))


@given(st.dictionaries(st.integers(-20, 90), st.integers(1, 9), min_size=1), st.floats(0, 1))
def test_a_draw_is_one_of_the_delays_and_none_that_is_past(counted: dict[int, int], chance: float) -> None:
    """An invoice that is ten days late already is paid later than that, as one of the past was, or never."""
    drawn = Delays.of(counted).draw(chance, 10)
    assert drawn in [day for day in counted if day >= 10] if drawn is not None else max(counted) < 10
    every = [Delays.of(counted).draw(part / 1000, -90) for part in range(1000)]
    assert every == sorted(every)  # type: ignore[type-var]  # none of them is None
    assert set(every) <= set(counted)


def test_a_delay_is_drawn_as_often_as_it_was_seen() -> None:
    """Three payments of four were ten days late: so are about three of four invoices."""
    payer, delays = Payer("history"), Delays.of({10: 3, 30: 1})
    due, money = date(2026, 2, 2), Money.parse("10 EUR")
    drawn = [payer.pays_on(Invoice(number=f"F-{n}", issue_date=due, due_date=due, amount=money), due, delays)
             for n in range(2000)]  # fmt: skip
    assert 0.7 < drawn.count(due + timedelta(days=10)) / 2000 < 0.8


def test_the_other_invoices_of_a_debtor_count_as_they_are_owed_that_day(tmp_path: Path) -> None:
    """A habitual late payer with 900 and 2,500 euros goes to court; without the larger, paid in March, to an agency."""
    rows = [row("F-1", segment="habitual-late", amount="900"), row("F-2", segment="habitual-late", amount="2500")]
    with_both, _ = rehearsed(book(tmp_path, *rows))
    with_one, _ = rehearsed(book(tmp_path, *rows, facts=["2026-03-01,F-2,payment,2500,P,,"]))
    ways = [[one.channel for one in each if one.invoice == "F-1"][-1] for each in (with_both, with_one)]
    assert ways == ["injunction", "agency"]


def test_two_processes_bring_what_one_brings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty debtors in pieces of a few: the same contacts in the same order whoever plays them."""
    rows = [row(f"F-{n}", f"D{n % 30:02}", amount=str(100 + n)) for n in range(60)]
    alone, _ = rehearsed(book(tmp_path, *rows))
    monkeypatch.setattr(console.rehearsal.rehearsing, "_ALONE", 0)
    monkeypatch.setattr(console.rehearsal.rehearsing, "_CASES_OF_A_CHUNK", 7)
    together, _ = rehearsed(book(tmp_path, *rows, jobs=2))
    assert together == alone
    assert [(one.debtor, one.invoice, one.at) for one in alone] == sorted((c.debtor, c.invoice, c.at) for c in alone)


def test_a_large_file_is_read_as_a_small_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name over two lines, an empty line and old Mac line ends: read from the disk line by line, the same."""
    rows = [row(f"F-{n}", f"D{n}").replace("Atelier", '"Ate\nlier"' if n % 3 == 0 else "Atelier") for n in range(50)]
    asked = book(tmp_path, *rows[:20], "", *rows[20:])
    asked.portfolio.write_bytes(asked.portfolio.read_bytes().replace(b"D7\n", b"D7\r\r\n"))  # type: ignore[union-attr]
    small = rehearsed(asked)
    monkeypatch.setattr(console.imports.file, "LARGEST_IN_MEMORY", 100)
    monkeypatch.setattr(console.imports.file._Lines, "_KEPT", 3)
    large = rehearsed(asked)
    assert large[0] == small[0]
    assert large[1].faults == small[1].faults
    assert (len({one.invoice for one in large[0]}), len(large[1].faults)) == (33, 17)


def test_a_calendar_that_is_never_open_is_said_and_the_others_are_played(tmp_path: Path) -> None:
    """A policy whose only day is a holiday that never ends cannot be played: its invoice is named, not all is lost."""
    policy = SHIPPED["standard-b2b"]
    holidays = policy.calendar.model_copy(update={"week_days": ()})
    closed = policy.model_copy(update={"calendar": holidays})
    contacts, refused = rehearsed(
        book(tmp_path, row("F-1"), row("F-2", "D2", segment="loyal")), [closed, SHIPPED["loyal-b2b"]]
    )
    assert {one.invoice for one in contacts} == {"F-2"}
    assert [fault.number for fault in refused.faults] == ["F-1"]
    assert "no day within a year" in refused.faults[0].reason


def test_the_window_begins_with_its_first_day_and_ends_with_its_last(tmp_path: Path) -> None:
    """From 17 to 26 February: the firm reminder of the 17th and the call of the 26th are in, nothing else is."""
    rows = [row("F-1")]
    wide, _ = rehearsed(book(tmp_path, *rows))
    until, _ = rehearsed(book(tmp_path, *rows, until=date(2026, 2, 26)))
    assert until == [one for one in wide if one.day <= date(2026, 2, 26)]
    assert until[-1].at == datetime(2026, 2, 26, 8, tzinfo=UTC)
