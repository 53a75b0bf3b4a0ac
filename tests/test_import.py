"""An import takes good rows in once, reports bad ones by line and reason, and loses nothing in between."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from console.imports.cells import CellWrong, amount, case_id, day, words, zone_of
from console.imports.columns import COLUMNS, column_of
from console.imports.facts import Grown, contact_changed, payment_told
from console.imports.file import open_table
from console.imports.importing import Import
from console.imports.rows import Fault, Row, read_rows
from console.imports.telling import contacts_lost
from console.main import run
from console.output import Stop
from console.policies.files import load_folder
from dunning.case import Case
from dunning.money import Money
from ledger.book import debtor, invoice
from ledger.cases import case, record
from ledger.lists import CaseFilter, count_cases, list_cases
from ledger.store import Ledger
from ledger.tasks import TaskWanted
from tests.ledger_book import recorded

POLICIES = Path(__file__).parents[1] / "policies"
HEADER = "number,debtor_id,debtor_name,issue_date,due_date,amount,currency"
MARCH_3 = datetime(2026, 3, 3, 9, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 10, 9, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(f"sqlite:///{tmp_path / 'relance.db'}")
    made.migrate()
    return made


def written(folder: Path, *lines: str, header: str = HEADER) -> Path:
    file = folder / "invoices.csv"
    file.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return file


def read(file: Path, **defaults: str) -> list[Row | Fault]:
    said = {"debtor_kind": "business", **defaults}
    return list(read_rows(open_table(file, frozenset(said)), said))


def reasons(file: Path, **defaults: str) -> dict[int, str]:
    return {one.line: one.reason for one in read(file, **defaults) if isinstance(one, Fault)}


def bring(ledger: Ledger, file: Path, at: datetime = MARCH_3, **defaults: str) -> Import:
    bringing = Import(ledger, load_folder(POLICIES).policies, at)
    bringing.bring([row for row in read(file, **defaults) if isinstance(row, Row)])
    return bringing


def good(number: str, name: str = "Dupont SARL", total: str = "1200.00", due: str = "2026-03-03") -> str:
    return f"{number},D1,{name},2026-02-01,{due},{total},EUR"


def test_a_french_file_is_read_as_it_comes(tmp_path: Path) -> None:
    """A French spreadsheet saves a mark, semicolons, French headers and commas: all of it is understood."""
    file = tmp_path / "factures.csv"
    lines = "N° facture;Code client;Client;Date facture;Échéance;Montant TTC;Devise;Pays;Adresse\r\n"
    lines += '2026-001;C7;Électricité Générale;01/02/2026;03/03/2026;"1\u202f234,50";eur;fr;1 rue A|75001 Paris\r\n'
    file.write_bytes(b"\xef\xbb\xbf" + lines.encode())
    (row,) = read(file)
    assert isinstance(row, Row)
    assert (str(row.amount), row.due_date, row.debtor.country) == ("1234.50 EUR", date(2026, 3, 3), "FR")
    assert row.debtor.address == ("1 rue A", "75001 Paris")


@pytest.mark.parametrize(
    "text", ["1234.56", "1234,56", "1.234,56", "1,234.56", "1 234,56", "1'234.56", "1 234,56 €", "EUR 1234.56"]
)
def test_an_amount_is_read_however_it_is_written(text: str) -> None:
    """One sum, six hands: wherever the comma can only be one thing it is that."""
    assert amount(text, "EUR") == Money(minor=123456, currency="EUR")


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "12,34,56", "1e5", "NaN", "-5", "", "１２", "0x10", "9" * 16, "9" * 5000, "5 $", "€"]
)
def test_an_amount_that_may_mean_two_things_is_refused(text: str) -> None:
    """`1,234` is a thousand in London and little more than one in Paris: nobody guesses with money."""
    with pytest.raises(CellWrong):
        amount(text, "EUR")


@pytest.mark.parametrize(
    "text", ["2026-02-29", "31/04/2026", "03/31/2026", "2026-3-1", "1026-03-01", "yesterday", "46084"]
)
def test_a_day_that_is_none_is_refused(text: str) -> None:
    """29 February 2026 never was, and a spreadsheet's serial number is no day."""
    with pytest.raises(CellWrong):
        day(text)


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|calc", "-cmd", "a\x00b", "a\nb", "a\u202eb", "x" * 1001])
def test_hostile_words_are_refused(text: str) -> None:
    """A name that a spreadsheet would run, or that hides what it says, never reaches a letter."""
    with pytest.raises(CellWrong):
        words(text)


def test_a_case_id_is_the_number_or_a_slug_of_it() -> None:
    """Numbers with slashes, accents or nothing but dots give ids that are safe as file names, and different ones."""
    assert case_id("F-2026.1_a") == "F-2026.1_a"
    made = [case_id(text) for text in ("F/1", "F 1", "../../etc", ".", "é", "x" * 200, "CON/é")]
    assert len(set(made)) == len(made)
    assert all(id_.isascii() and "/" not in id_ and id_[0].isalnum() and len(id_) <= 60 for id_ in made)


def test_a_day_may_bring_its_midnight_along() -> None:
    """A database exports 3 March with the hour nobody asked for; any other hour is no day."""
    assert day("2026-03-03 00:00:00") == day("2026-03-03T00:00") == day("03.03.2026") == date(2026, 3, 3)
    with pytest.raises(CellWrong):
        day("2026-03-03 14:30:00")


def test_the_time_zone_follows_a_country_that_has_one() -> None:
    """France has one zone and Canada many: the first is known by itself, the second is not guessed."""
    assert (zone_of("FR"), zone_of("CA"), zone_of("XX")) == ("Europe/Paris", None, None)


def test_every_bad_row_is_reported_and_the_good_one_comes_in(tmp_path: Path) -> None:
    """Nine rows with one mistake each and one without: nine sentences, one invoice."""
    file = written(
        tmp_path,
        good("F-1"),
        good("F-2", total="0"),
        good("F-3", due="2026-02-31"),
        good("F-4", name="=HYPERLINK(1)"),
        "F-5,D1,Dupont,2026-02-01,2026-03-03,12.00,XYQ",
        "F-6,,Dupont,2026-02-01,2026-03-03,12.00,EUR",
        good("F-1"),
        good("F-8") + ",too,many",
        'F-9,"D1,Dupont',
        "F-10,D1,Du\x00pont,2026-02-01,2026-03-03,12.00,EUR",
    )
    wrong = reasons(file)
    assert sorted(wrong) == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    for line, word in {
        3: "zero",
        4: "calendar",
        5: "formula",
        6: "XYQ",
        7: "debtor_id is missing",
        8: "line 2",
    }.items():
        assert word in wrong[line]
    assert "never closed" in wrong[10]


def test_a_row_tells_all_that_is_wrong_with_it(tmp_path: Path) -> None:
    """Who mends a row wants to mend it once: the mail, the country and the step are named together."""
    file = written(
        tmp_path, good("F-1") + ",not a mail,Narnia,firm-reminder", header=f"{HEADER},email,country,last_step"
    )
    assert [word in reasons(file)[2] for word in ("email", "country", "last_step_on")] == [True, True, True]


def test_a_megabyte_in_a_cell_costs_one_row(tmp_path: Path) -> None:
    """A dump pasted into a name is one bad row; the next one comes in."""
    file = written(tmp_path, good("F-1", name="x" * 1_000_000), good("F-2"))
    assert list(reasons(file)) == [2]


def test_an_old_spreadsheet_is_read_when_its_encoding_is_said(tmp_path: Path) -> None:
    """Excel saved `CSV`: without a word each row names the way out, and with --encoding the accents are right."""
    file = written(tmp_path, good("F-1", name="Société Générale"))
    file.write_bytes(file.read_text("utf-8").encode("cp1252"))
    assert "--encoding windows-1252" in reasons(file)[2]
    said = {"debtor_kind": "business"}
    (row,) = read_rows(open_table(file, frozenset(said), "windows-1252"), said)
    assert isinstance(row, Row)
    assert row.debtor.name == "Société Générale"


def test_a_cell_that_is_not_utf8_costs_one_row(tmp_path: Path) -> None:
    """One line typed on an old machine is refused by itself."""
    file = written(tmp_path, good("F-1"))
    file.write_bytes(file.read_bytes() + good("F-2", name="Société").encode("latin-1") + b"\n")
    assert list(reasons(file)) == [3]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"number,amount\n1,2\n", "no column debtor_id"),
        (f"{HEADER},Montant\n".encode(), "two columns for 'amount'"),
        ("number".encode("utf-16"), "UTF-16"),
        (b"\x00\x01\x02\n", "no column"),
    ],
)
def test_a_file_that_is_no_invoice_list_is_refused_whole(tmp_path: Path, content: bytes, said: str) -> None:
    """An empty file, a missing header and a foreign encoding end with one sentence and change nothing."""
    file = tmp_path / "wrong.csv"
    file.write_bytes(content)
    with pytest.raises(Stop, match=said) as refusal:
        open_table(file)
    assert refusal.value.code == 2


def test_importing_again_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """The same file on Monday and Tuesday: two cases, no fact, and the second time nothing is new."""
    file = written(tmp_path, good("F-1"), good("F/2"))
    first = bring(ledger, file).brought
    second = bring(ledger, file).brought
    assert (sorted(first.new), second.new, second.known) == ([case_id("F-1"), case_id("F/2")], [], 2)
    assert (second.facts, second.grown, second.changed) == ([], [], set())
    assert sorted(second.start) == sorted(first.new), "a case that was never started is started by the next import"


def test_a_changed_amount_and_due_date_become_facts(ledger: Ledger, tmp_path: Path) -> None:
    """The invoice of 1,200 EUR is corrected to 1,100 EUR due a week later: one fact says both."""
    bring(ledger, written(tmp_path, good("F-1")))
    again = bring(ledger, written(tmp_path, good("F-1", total="1100.00", due="2026-03-10"))).brought
    ((told, fact),) = again.facts
    assert (told, fact["fact"], fact["amount"]["minor"], fact["due_date"]) == (
        "F-1",
        "InvoiceChanged",
        110000,
        "2026-03-10",
    )
    with ledger.read() as db:
        kept = invoice(db, "F-1")
    assert (str(kept.amount), kept.due_date) == ("1100.00 EUR", date(2026, 3, 10))


def test_a_changed_address_is_told_to_the_open_cases_and_silence_erases_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """A new mail address on Tuesday reaches the debtor's case; a file without that column leaves it as it is."""
    mail = f"{HEADER},email,segment"
    bring(ledger, written(tmp_path, good("F-1") + ",old@example.org,loyal", header=mail))
    again = bring(ledger, written(tmp_path, good("F-1") + ",new@example.org,loyal", header=mail)).brought
    assert [(told, fact["fact"]) for told, fact in again.facts] == [("F-1", "ContactChanged")]
    silent = bring(ledger, written(tmp_path, good("F-1"))).brought
    assert silent.facts == []
    with ledger.read() as db:
        kept = debtor(db, "D1")
    assert (kept.email, kept.segment) == ("new@example.org", "loyal")


def test_an_address_whose_telling_was_lost_is_told_again(ledger: Ledger, tmp_path: Path) -> None:
    """F-1 waits for an address since Monday; Tuesday's import wrote it down and crashed; any import of Wednesday tells.

    A case that was told already, and one that waits for an address which nobody changed, hear nothing.
    """
    for number in ("F-1", "F-2", "F-3"):
        bring(ledger, written(tmp_path, good(number).replace("D1", f"D-{number}")))
        waits_for_an_address(ledger, number)
    mail = f"{HEADER},email"
    told = []
    for number in ("F-1", "F-2"):  # Tuesday: written down, and never told to F-1
        row = good(number).replace("D1", f"D-{number}") + ",new@example.org"
        told = bring(ledger, written(tmp_path, row, header=mail), TUESDAY).brought.facts
    waits_for_an_address(ledger, "F-2", seen=f"ContactChanged:{told[0][1]['id']}")
    assert contacts_lost(ledger, set()) == [("F-1", contact_changed(TUESDAY))]
    assert contacts_lost(ledger, {"F-1"}) == []


def waits_for_an_address(ledger: Ledger, case_id: str, seen: str = "") -> None:
    """The first reminder found no address on Monday, and a person was asked for one."""
    with ledger.write() as db:
        kept = case(db, case_id)
        state = {**kept.state, "seen": [seen]} if seen else kept.state
        task = TaskWanted(f"no-address/{case_id}", "no_address", "No address")
        record(db, recorded(case_id, kept.seq + 1, state=state, doing="ask", at=MARCH_3), [], [task])


def test_what_was_paid_before_is_known_and_more_is_a_payment(ledger: Ledger, tmp_path: Path) -> None:
    """200 EUR were paid before the case came; the file of Friday says 500: the case is told of 300, and only once."""
    header = f"{HEADER},paid"
    bring(ledger, written(tmp_path, good("F-1") + ",200", header=header))
    (grown,) = bring(ledger, written(tmp_path, good("F-1") + ",500", header=header)).brought.grown
    with ledger.read() as db:
        kept = case(db, "F-1")
    assert str(kept.outstanding) == "1000.00 EUR"
    fact = payment_told(grown, Case.model_validate(kept.state))
    assert isinstance(fact, dict)
    assert (fact["amount"]["minor"], fact["id"]) == (30000, "import/paid/50000")
    less = Grown("F-1", Money.parse("200 EUR"), MARCH_3.date())
    assert payment_told(less, Case.model_validate(kept.state)) is None


def test_a_file_under_way_is_taken_over(ledger: Ledger, tmp_path: Path) -> None:
    """The courteous reminder went out on 10 March elsewhere: the case goes on after it; an unknown step is refused."""
    header = f"{HEADER},last_step,last_step_on"
    rows = (good("F-1") + ",courteous-reminder,2026-03-10", good("F-2") + ",thunder,2026-03-10")
    brought = bring(ledger, written(tmp_path, *rows, header=header)).brought
    assert [fault.reason.partition("; ")[0] for fault in brought.refused] == ["standard-b2b has no step 'thunder'"]
    with ledger.read() as db:
        steps = case(db, "F-1").state["steps"]
    assert (steps[-1]["step"], steps[-1]["done"], steps[-1]["why"]) == ("courteous-reminder", True, "taken_over")


def test_a_step_taken_over_keeps_the_deadline_that_the_debtor_was_given(ledger: Ledger, tmp_path: Path) -> None:
    """The firm reminder of Tuesday 10 March gave seven days: nothing more is due before the 17th is over."""
    row = good("F-1") + ",firm-reminder,2026-03-10"
    bring(ledger, written(tmp_path, row, header=f"{HEADER},last_step,last_step_on"))
    with ledger.read() as db:
        steps = Case.model_validate(case(db, "F-1").state).steps
    assert [step.deadline for step in steps] == [None, None, None, date(2026, 3, 17)]


def test_an_invoice_that_no_policy_takes_is_reported_with_the_reasons(ledger: Ledger, tmp_path: Path) -> None:
    """A segment that nobody wrote a policy for is named, and neither invoice nor debtor is kept."""
    brought = bring(ledger, written(tmp_path, good("F-1")), segment="galactic").brought
    assert "standard-b2b: segment (galactic)" in brought.refused[0].reason
    with ledger.read() as db:
        assert count_cases(db, CaseFilter()) == 0


def test_an_invoice_that_changes_its_debtor_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    """F-1 belongs to D1; a file that gives it to D2 is not believed, and D1's case stays."""
    bring(ledger, written(tmp_path, good("F-1")))
    again = bring(ledger, written(tmp_path, good("F-1").replace("D1", "D2"))).brought
    assert "debtor D1" in again.refused[0].reason
    with ledger.read() as db:
        assert [line.debtor_id for line in list_cases(db, CaseFilter())] == ["D1"]


def test_two_numbers_with_one_case_id_cost_one_row(ledger: Ledger, tmp_path: Path) -> None:
    """`F/1` and the number that its slug happens to be: the second is refused, the rest of the chunk comes in."""
    file = written(tmp_path, good("F/1"), good(case_id("F/1")), good("F-3"))
    brought = bring(ledger, file).brought
    assert sorted(brought.new) == sorted([case_id("F/1"), "F-3"])
    assert [fault.line for fault in brought.refused] == [3]


def test_the_command_counts_reports_and_repeats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any server the file still comes in; exit code 1 says that a row was refused, JSON says which."""
    monkeypatch.setenv("RELANCE_DATABASE_URL", f"sqlite:///{tmp_path / 'relance.db'}")
    monkeypatch.setenv("RELANCE_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("RELANCE_POLICIES_DIR", str(POLICIES))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    file = written(tmp_path, good("F-1"), good("F-2", total="zero"))
    assert run(["import", str(file), "--debtor-kind", "business", "--set", "pays=FR", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["imported"], told["known"], [fault["line"] for fault in told["refused"]]) == (1, 0, [3])
    assert "relance up" in told["problem"]
    assert run(["import", str(file), "--debtor-kind", "business", "--dry-run"]) == 1
    assert run(["import", str(written(tmp_path))]) == 1
    assert "has a header and no rows" in capsys.readouterr().err
    written(tmp_path, good("F-1"), good("F-2", total="zero"))
    assert run(["import", str(file)]) == 1
    assert "say --debtor-kind business" in capsys.readouterr().err


def test_more_than_fifty_bad_rows_go_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sixty bad rows: fifty on the screen, all sixty in a file that only its owner reads."""
    monkeypatch.setenv("RELANCE_DATABASE_URL", f"sqlite:///{tmp_path / 'relance.db'}")
    monkeypatch.setenv("RELANCE_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("RELANCE_POLICIES_DIR", str(POLICIES))
    file = written(tmp_path, *(good(f"F-{n}", total="free") for n in range(60)))
    assert run(["import", str(file), "--debtor-kind", "business"]) == 1
    (errors,) = (tmp_path / "var").glob("import-*-errors.csv")
    assert (len(errors.read_text().splitlines()), errors.stat().st_mode & 0o77) == (61, 0)
    assert "and 10 more" in capsys.readouterr().err


def test_every_column_is_its_own_name() -> None:
    """A column named as the help names it is always understood."""
    assert {column_of(name.upper().replace("_", " ")) for name in COLUMNS} == set(COLUMNS)
