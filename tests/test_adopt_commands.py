"""`relance policy adopt` before anything is moved: which cases, what would become of them, and clear refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from console.adopt import commands as adopt_commands
from console.adopt import filter as adopt_filter
from console.adopt.filter import chosen_cases, conditions
from console.adopt.moving import Turns
from console.adopt.words import WORDS
from console.imports.cells import case_id
from console.journal_words import told as told_by
from console.main import run
from console.output import Stop
from dunning.adopting import Kind
from dunning.money import Money
from ledger.cases import case as case_row
from ledger.journal import JournalRow
from ledger.lists import Sought
from ledger.store import Ledger
from tests.durable import Room, message, policy
from tests.test_import import HEADER, POLICIES

Say = Callable[..., tuple[int, str]]
LONG_AGO = datetime.now(UTC).date() - timedelta(days=110)
# No holiday moves a contact in a French September: five days before and eight days before are never the same day.
DUE = date(LONG_AGO.year + 2, 9, 15)
ROWS = [
    f"A-1,D1,Dupont,{DUE},{DUE},1800,EUR,standard,,",
    f"A-2,D2,Martin,{DUE},{DUE},400,EUR,standard,,",
    f"A-3,D3,Weber,{DUE},{DUE + timedelta(days=60)},900,CHF,loyal,,",
    f"A-4,D4,Rossi,{LONG_AGO - timedelta(200)},{LONG_AGO},700,EUR,standard,second-call,{LONG_AGO + timedelta(30)}",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger of four cases; no test here changes any."""
    folder = tmp_path_factory.mktemp("adopt")
    book = folder / "book.csv"
    book.write_text("\n".join([f"{HEADER},segment,last_step,last_step_on", *ROWS]))
    with pytest.MonkeyPatch.context() as patch:
        _surround(patch, folder)
        assert run(["import", str(book), "--debtor-kind", "business"]) == 0
    return folder


def _surround(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("RELANCE_DATABASE_URL", f"sqlite:///{folder / 'relance.db'}")
    patch.setenv("RELANCE_VAR_DIR", str(folder / "var"))
    patch.setenv("RELANCE_POLICIES_DIR", str(POLICIES))
    patch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")


@pytest.fixture
def ledger(place: Path) -> Iterator[Ledger]:
    opened = Ledger(f"sqlite:///{place / 'relance.db'}")
    yield opened
    opened.close()


@pytest.fixture
def say(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Type a command beside that ledger, without a server: its exit code, and all it said."""
    _surround(monkeypatch, place)

    def typed(*words: str) -> tuple[int, str]:
        code = run(words)
        said = capsys.readouterr()
        return code, said.out + ("" if "--json" in words else said.err)

    return typed


def plan(say: Say, *words: str) -> dict[str, Any]:
    """The plan by case id, with its classes under `classes`."""
    code, said = say("policy", "adopt", *words, "--json")
    assert code == 0, said
    told = json.loads(said)
    return {one["case"]: one for one in told["cases"]} | {"classes": told["classes"], "already": told["already"]}


def test_a_plan_names_every_case_and_changes_nothing(say: Say, ledger: Ledger) -> None:
    """Marie asks what habitual-late-b2b would do: it takes none of the four, and does not know a step of one."""
    found = plan(say, "habitual-late-b2b", "--cases", "all")
    assert (found["classes"]["decision"], found["already"]) == (4, 0)
    assert found["A-1"]["codes"] == ["move_not_taken"]
    assert found["A-4"]["codes"] == ["move_not_taken", "move_lost_step"]
    said = plan(say, "habitual-late-b2b", "--cases", "all", "--not-taken", "move", "--map", "second-call=first-call")
    assert said["classes"]["decision"] == 0
    assert said["A-1"]["class"] == "earlier"
    assert [said["A-1"][side]["step"] for side in ("before", "after")] == ["pre-due-note", "pre-due-note"]
    assert datetime.fromisoformat(said["A-4"]["after"]["until"]) > datetime.now(UTC)
    with ledger.read() as db:
        assert {case_row(db, name).policy_name for name in ("A-1", "A-2", "A-4")} == {"standard-b2b"}
        assert case_row(db, "A-3").policy_name == "loyal-b2b"


def test_many_cases_that_wait_for_one_answer_are_told_together(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more cases than a screen shows, the reasons are counted first."""
    monkeypatch.setattr(adopt_commands, "SHOWN", 2)
    said = say("policy", "adopt", "loyal-b2b", "--cases", "policy=standard-b2b")[1]
    counted, _, listed = said.partition("A person must decide first, 2 of 3 (--json has all)")
    assert "2 │ loyal-b2b does not take the invoice: segment (standard)" in counted
    assert ("A-1" in listed, "A-4" in listed) == (True, False)


def test_a_case_of_that_very_text_is_counted_and_left_alone(say: Say) -> None:
    """Adopting the text that the cases follow already: nothing to do, and it is said."""
    code, said = say("policy", "adopt", "standard-b2b", "--cases", "segment=standard")
    assert (code, "3 cases chosen, 3 of them follow it already" in said) == (0, True)
    assert say("policy", "adopt", "standard-b2b", "--cases", "segment=standard", "--apply")[0] == 0
    assert "follows this very text" in say("change-policy", "A-1", "standard-b2b", "--dry-run")[1]


def test_one_case_is_refused_for_the_same_reasons(say: Say) -> None:
    """`change-policy` asks the same rules; but whoever names a case may give it a policy that would not take it."""
    assert say("change-policy", "A-1", "habitual-late-b2b", "--dry-run")[0] == 0
    code, said = say("change-policy", "A-4", "habitual-late-b2b", "--dry-run")
    assert (code, "has no step second-call" in said) == (1, True)
    again = ("change-policy", "A-4", "habitual-late-b2b", "--dry-run", "--map", "second-call=first-call")
    code, said = say(*again)
    assert (code, "Under habitual-late-b2b: last-reminder" in said) == (0, True)


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("all", ["A-1", "A-2", "A-3", "A-4"]),
        ("outstanding>=900EUR", ["A-1"]),
        ("outstanding>=900 EUR segment=standard", ["A-1"]),
        ("outstanding<500EUR policy=standard-b2b", ["A-2"]),
        ("outstanding=900CHF", ["A-3"]),
        ("segment=loyal,standard currency=EUR", ["A-1", "A-2", "A-4"]),
        ('debtor="D1" kind=business', ["A-1"]),
        (f"due>{DUE}", ["A-3"]),
        (f"due<={DUE} case=A-1,A-3,A-4", ["A-1", "A-4"]),
        ("policy=galactic", []),
    ],
)
def test_cases_are_chosen_in_words(say: Say, ledger: Ledger, words: str, ids: list[str]) -> None:
    """Each condition narrows the book; all of them must hold."""
    assert chosen_cases(ledger, words) == ids
    if not ids:
        assert say("policy", "adopt", "standard-b2b", "--cases", words) == (0, "No open case is like that.\n")


def test_cases_are_named_in_a_file(say: Say, tmp_path: Path) -> None:
    """A list from a spreadsheet, with a comment and a line twice; a number that is no open case is named."""
    file = tmp_path / "cases.txt"
    file.write_text("\ufeff# from the meeting\nA-2\n\nA-1\nA-2\n", encoding="utf-8")
    found = plan(say, "habitual-late-b2b", "--cases", f"@{file}")
    assert {"A-1", "A-2"} <= found.keys()
    assert "A-4" not in found
    file.write_text("A-1\nA-9\n")
    assert "no open case A-9" in say("policy", "adopt", "standard-b2b", "--cases", f"@{file}")[1]
    file.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in say("policy", "adopt", "standard-b2b", "--cases", f"@{file}")[1]
    assert "cannot be read" in say("policy", "adopt", "standard-b2b", "--cases", "@nowhere.txt")[1]


def test_a_case_named_twice_is_moved_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once by its number `F 7/é`, once by the id that was made of it, far apart in a long file."""
    book, file, number = tmp_path / "book.csv", tmp_path / "cases.txt", "F 7/é"
    book.write_text(f"{HEADER},segment\n{number},D1,Dupont,{DUE},{DUE},1800,EUR,standard\n", encoding="utf-8")
    _surround(monkeypatch, tmp_path)
    assert run(["import", str(book), "--debtor-kind", "business"]) == 0
    file.write_text(f"{number}\n{case_id(number)}\n", encoding="utf-8")
    monkeypatch.setattr(adopt_filter, "CHUNK", 1)
    opened = Ledger(f"sqlite:///{tmp_path / 'relance.db'}")
    assert chosen_cases(opened, f"@{file}") == [case_id(number)]
    opened.close()
    capsys.readouterr()


def test_a_pace_is_never_made_up_for() -> None:
    """Ten a second; the server sleeps for a minute after the third case: the next ones are a tenth apart as ever."""
    clock = iter([100.0, 100.0, 100.0, 100.0, 160.0, 160.0, 160.05])
    turns = Turns(10, lambda: next(clock))
    assert [round(turns.wait(), 6) for _ in range(6)] == [0, 0.1, 0.2, 0, 0.1, 0.15]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("polcy=x", "Did you mean `policy`"),
        ("policy", "is not understood"),
        ("policy=a; drop", "is not understood"),
        ("", "chooses nothing"),
        ("outstanding>=500", "needs its currency"),
        ("outstanding>=muchEUR", "is not an amount"),
        ("step>first-call", "with `=` only"),
        ("due<31/02/2026", "not a day of the calendar"),
    ],
)
def test_words_that_are_not_understood_are_refused(words: str, told: str) -> None:
    """A slip of the pen never chooses the whole book."""
    with pytest.raises(Stop, match=told) as stopped:
        conditions(words)
    assert stopped.value.code == 2


def test_a_condition_is_read_as_it_was_meant() -> None:
    """A sum in minor units, a day as a day, several values as a list."""
    assert conditions("outstanding>=1500.50 EUR due<2026-12-01 step=a,b") == [
        Sought("outstanding", ">=", (Money(minor=150050, currency="EUR"),)),
        Sought("due", "<", (date(2026, 12, 1),)),
        Sought("step", "=", ("a", "b")),
    ]
    assert conditions('debtor="Dupont, Martin" step=a') == [
        Sought("debtor", "=", ("Dupont, Martin",)),
        Sought("step", "=", ("a",)),
    ]


def test_what_cannot_be_used_is_refused_before_anything(say: Say, tmp_path: Path) -> None:
    """An unknown policy, a file with findings, a file that is not there, a map that is none, a pace of nothing."""
    everything = ("--cases", "all")
    assert say("policy", "adopt", "galactic", *everything)[0] == 2
    bad = tmp_path / "bad.yaml"
    bad.write_text("policy: bad\n")
    code, said = say("policy", "adopt", str(bad), *everything)
    assert (code, "bad.yaml:1" in said) == (1, True)
    assert say("policy", "adopt", str(tmp_path / "none.yaml"), *everything)[0] == 2
    assert say("policy", "adopt", "standard-b2b", *everything, "--map", "first-call")[0] == 2
    assert say("policy", "adopt", "standard-b2b", *everything, "--rate", "0")[0] == 2
    code, said = say("policy", "adopt", "standard-b2b", *everything, "--map", "First Call=first-call")
    assert (code, said.startswith("relance: --map: ")) == (2, True)
    code, said = say("policy", "adopt", "standard-b2b", *everything, "--reason", "x" * 301)
    assert (code, said.startswith("relance: --reason: ")) == (2, True)
    assert "no step phone" in say("policy", "adopt", "loyal-b2b", *everything, "--map", "first-call=phone")[1]


def test_a_slip_of_the_pen_is_named(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for a policy, a step that the new policy lacks, an old step that no case has, names one letter short."""
    monkeypatch.chdir(tmp_path)
    Path("policies").mkdir()
    code, said = say("policy", "adopt", "policies", "--cases", "all")
    assert (code, said.startswith("relance: policies is a folder: name one policy. There is no")) == (2, True)
    code, said = say("policy", "adopt", "loyal-b2b", "--cases", "all", "--map", "second-call=frindly-call")
    assert (code, said) == (2, "relance: --map: loyal-b2b has no step frindly-call: did you mean friendly-call?\n")
    code, said = say("policy", "adopt", "loyal-b2b", "--cases", "all", "--map", "scond-call=friendly-call")
    assert (code, "the step scond-call in its policy" in said) == (0, True)
    known = ("--map", "second-call=friendly-call")
    assert "in its policy" not in say("policy", "adopt", "loyal-b2b", "--cases", "all", *known)[1]
    code, said = say("policy", "adopt", "loyal-b2b", "--cases", "policy=standrd-b2b segment=standard,loial")
    assert (code, said.splitlines()) == (0, [
        "No open case is like that.",
        "No policy is called standrd-b2b: did you mean standard-b2b?",
        "No segment is called loial: did you mean loyal?",
    ])  # fmt: skip


def test_a_plan_is_told_in_french(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marie reads French: headings, columns, counts and the last word, with --language or with RELANCE_LANGUAGE."""
    words = ("policy", "adopt", "habitual-late-b2b", "--cases", "policy=standard-b2b")
    code, said = say(*words, "--language", "fr")
    lines = said.splitlines()
    assert (code, lines[0].partition(") : ")[2]) == (0, "3 dossiers au choix.")
    assert lines[1] == "     3 demandent une décision"
    assert "Une personne doit d'abord décider" in said
    assert [word.strip() for word in lines[4].strip("┃").split("┃")] == [
        "dossier", "ensuite, sans passage", "ensuite, après passage", "raison"
    ]  # fmt: skip
    assert lines[-2] == "Rien n'a été changé. Avec --apply, 0 dossier à faire passer."
    monkeypatch.setenv("RELANCE_LANGUAGE", "fr")
    assert say(*words) == (0, said)
    assert say(*words, "--language", "en")[1].splitlines()[1] == "     3 need a decision"
    assert "Aucun dossier ouvert" in say("policy", "adopt", "loyal-b2b", "--cases", "policy=x", "--apply")[1]


def test_both_languages_have_the_same_blanks() -> None:
    """A blank that only one language has would be an error the day somebody speaks the other."""
    blanks = {code: [sorted(re.findall(r"{(\w+)}", text)) for text in pair] for code, pair in WORDS.items()}
    assert {code: both for code, both in blanks.items() if both[0] != both[1]} == {}
    classes = [*get_args(Kind), *(f"title_{kind}" for kind in get_args(Kind) if kind != "unchanged")]
    assert set(classes) <= WORDS.keys()


def test_without_a_server_nothing_is_moved_and_it_is_said(say: Say, ledger: Ledger) -> None:
    """Marie forgot `relance up`: a sentence says so, and the case follows what it followed."""
    code, said = say("policy", "adopt", "habitual-late-b2b", "--cases", "case=A-1", "--not-taken", "move", "--apply")
    assert (code, "relance up" in said) == (2, True)
    with ledger.read() as db:
        assert case_row(db, "A-1").policy_name == "standard-b2b"


def test_the_journal_says_in_words_what_a_move_did() -> None:
    """Two years later somebody reads why a step of the policy never went out."""
    answers, effect = {"reason": "new contract"}, {"renamed": {"a": "b"}, "left_out": {"c": "left_out_by_move"}}
    body = {"policy": "gentle", "by": "marie", "answers": answers, "effect": effect}
    row = JournalRow("F-1", 1, 1, "PolicyChanged:m", datetime(2026, 3, 10, tzinfo=UTC), "PolicyChanged", body, "", "")
    assert told_by(row) == "gentle, new contract, a is b, c left out (by marie)"


def test_conditions_hold_on_each_of_the_two_databases(ledger_url: str, tmp_path: Path) -> None:
    """1000 EUR due on 9 March: found by its sum, its day and its segment, which is standard where none is known."""
    room = Room(cast("Any", None), tmp_path, ledger_url)
    case_id = room.add(policy(message("first", 0)), date(2026, 3, 9))
    words = "outstanding>=1000EUR due<=2026-03-09 segment=standard kind=business country=FR policy=test currency=EUR"
    assert chosen_cases(room.ledger, words) == chosen_cases(room.ledger, f"case={case_id}") == [case_id]
    for none in ("outstanding>1000EUR", "outstanding<1000EUR", "due>2026-03-09", "segment=loyal", "doing=ask"):
        assert chosen_cases(room.ledger, none) == []
    room.ledger.close()
