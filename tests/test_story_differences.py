"""A story that does not come true is told by date and reason: a credit manager sees what to mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.stories.differences import compared, meets
from console.stories.policies import Book, books
from console.stories.reading import StoryFile, read_story
from console.stories.story import OPTIONAL, Expected, Line, Story, tell
from console.stories.telling import Verdict, judge
from tests.policy_text import POLICIES

WALK = POLICIES / "stories" / "undisturbed-walk.yaml"


@pytest.fixture(scope="module")
def book() -> Book:
    """The shipped policies."""
    return books([WALK], POLICIES)[0]


def changed(book: Book, folder: Path, *changes: tuple[str, str], file: Path = WALK, language: str = "en") -> Verdict:
    """The verdict on a shipped story of which some words were changed."""
    text = file.read_text("utf-8")
    for good, bad in changes:
        assert good in text
        text = text.replace(good, bad, 1)
    new = folder / file.name
    new.write_text(text, "utf-8")
    read: StoryFile = read_story(new)
    assert read.story, read.findings
    return judge(read, book.policies[read.story.policy], language)


FIRM = "on: 2026-03-03 09:00, sends: firm-reminder"


def test_the_right_step_on_another_day_is_told_with_both_days_and_the_reason(book: Book, tmp_path: Path) -> None:
    """Expected on Monday 2 March, it goes out on Tuesday the 3rd, fifteen days after the due date."""
    verdict = changed(book, tmp_path, (FIRM, "on: 2026-03-02, sends: firm-reminder"))
    (wrong,) = verdict.wrong
    assert wrong == (
        "line 21: expected on Mon 2 March 2026: Firm reminder goes out; it happens on Tue 3 March 2026, one day later. "
        "Why: Firm reminder is due on 2026-03-03: 15 calendar days after the due date."
    )
    assert [row.kind for row in verdict.rows].count("other_time") == 1


def test_a_day_without_contact_is_said(book: Book, tmp_path: Path) -> None:
    """Expected on Sunday 1 March: nobody is written to on a Sunday."""
    verdict = changed(book, tmp_path, (FIRM, "on: 2026-03-01, sends: firm-reminder"))
    assert verdict.wrong[0].endswith("Sun 1 March 2026 is no day of contact there (weekend or holiday).")


def test_another_hour_is_told_as_such(book: Book, tmp_path: Path) -> None:
    """The day is right, the hour is not."""
    (wrong,) = changed(book, tmp_path, (FIRM, "on: 2026-03-03 10:30, sends: firm-reminder")).wrong
    assert "expected on Tue 3 March 2026 at 10:30: Firm reminder goes out; it happens that day at 09:00." in wrong


def test_an_earlier_day_is_counted_backwards(book: Book, tmp_path: Path) -> None:
    """Expected a week late."""
    (wrong,) = changed(book, tmp_path, (FIRM, "on: 2026-03-10, sends: firm-reminder")).wrong
    assert "it happens on Tue 3 March 2026, 7 days earlier." in wrong


def test_the_right_step_for_another_reason_is_told_with_both_reasons(book: Book, tmp_path: Path) -> None:
    """The call was left out because nobody answered, and the story says that its condition was not met."""
    (wrong,) = changed(book, tmp_path, ("because: call_unanswered", "because: condition_not_met")).wrong
    assert wrong == (
        "line 20: on Wed 25 February 2026 at 16:00, as expected, First call is left out; but for another reason than "
        "the expected “First call is left out: … does not hold”. "
        "Why: First call is over (no_answer): no attempt is left."
    )


def test_what_happens_instead_is_told_beside_it(book: Book, tmp_path: Path) -> None:
    """On 26 March the formal notice is expected; that day a person is asked."""
    verdict = changed(book, tmp_path, ("26 09:00, asks: approval_needed", "26 09:00, sends: formal-notice"))
    (wrong,) = verdict.wrong
    assert wrong == (
        "line 25: expected on Thu 26 March 2026 at 09:00: Formal notice goes out; what happens that day instead: "
        "a person is asked: Formal notice is due; the policy wants a person to approve it."
    )


def test_what_does_not_happen_is_told_with_what_held_then(book: Book, tmp_path: Path) -> None:
    """A promise was made for 10 March: the call of the 24th of February does not come, and the promise says why."""
    kept = POLICIES / "stories" / "promise-kept.yaml"
    line = "  - {on: 2026-03-11 09:00, closes: paid}"
    verdict = changed(book, tmp_path, (line, f"  - {{on: 2026-02-24, calls: first-call}}\n{line}"), file=kept)
    (wrong,) = verdict.wrong
    assert wrong == (
        "line 12: expected on Tue 24 February 2026: First call: a collector is asked to call; it does not happen. "
        "At that moment: 2400.00 EUR is promised for 2026-03-10: nothing goes out until 2026-03-12."
    )
    later = changed(book, tmp_path, (line, f"{line}\n  - {{on: 2026-08-03, calls: first-call}}"), file=kept)
    assert later.wrong[0].endswith("it does not happen. At that moment: Paid in full: 0.00 EUR is left.")


def test_what_lies_behind_the_end_of_the_story_is_said(book: Book, tmp_path: Path) -> None:
    """`until` ends the story on 30 June; an expectation of July can never come true."""
    line = "  - {on: 2026-04-13 10:00, asks: handed_over}"
    verdict = changed(book, tmp_path, (line, f"{line}\n  - {{on: 2026-07-03, closes: paid}}"))
    assert verdict.wrong[0].endswith("The story ends on Tue 30 June 2026 (`until`).")


def test_what_nobody_expects_is_told(book: Book, tmp_path: Path) -> None:
    """A reminder that the story does not mention is a difference; a wait that it does not mention is none."""
    verdict = changed(book, tmp_path, ("  - {on: 2026-03-18 09:00, sends: last-reminder}\n", ""))
    (wrong,) = verdict.wrong
    assert wrong.startswith("Not expected: on Wed 18 March 2026 at 09:00, Last reminder goes out. Why: ")


def test_a_refused_act_is_told_with_its_sentence(book: Book, tmp_path: Path) -> None:
    """A promise for the day before was refused on 13 March, and the story forgot to expect it."""
    broken = POLICIES / "stories" / "promise-broken.yaml"
    gone = "  - {on: 2026-03-13 10:30, refuses: PromiseMade}\n"
    (wrong,) = changed(book, tmp_path, (gone, ""), file=broken).wrong
    assert "an act is refused: PromiseMade. Why: 2026-03-12 is past. A promise names today or a later day." in wrong


def test_both_sides_are_shown_in_the_order_of_days(book: Book, tmp_path: Path) -> None:
    """Three reminders are forgotten and one is expected that never comes: the reader goes from day to day."""
    gone = [f"  - {{on: 2026-{day} 09:00, sends: {step}}}\n" for day, step in (
        ("02-17", "courteous-reminder"), ("03-03", "firm-reminder"), ("03-18", "last-reminder"),
    )]  # fmt: skip
    first = "  - {on: 2026-02-11 09:00, sends: pre-due-note}\n"
    never = "  - {on: 2026-03-05, hands_over: lawyer}\n"
    verdict = changed(book, tmp_path, *((line, "") for line in gone), (first, first + never))
    days = [f"{row.line.on:%Y-%m-%d}" if row.line else str(row.expected)[:10] for row in verdict.rows]
    assert days == sorted(days)
    assert [row.kind for row in verdict.rows].count("unexpected") == 3


def test_the_manager_may_speak_french(book: Book, tmp_path: Path) -> None:
    """Le lundi 2 mars est attendu, le mardi 3 arrive."""
    (wrong,) = changed(book, tmp_path, (FIRM, "on: 2026-03-02, sends: firm-reminder"), language="fr").wrong
    assert wrong == (
        "ligne 21 : attendu le lun. 2 mars 2026 : Firm reminder part ; cela arrive le mar. 3 mars 2026, un jour plus "
        "tard. Pourquoi : Firm reminder est prévu le 2026-03-03 : 15 jours calendaires après l'échéance."
    )


def test_a_life_without_an_end_is_a_failure_and_not_a_crash(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules that do not let time pass would be a defect: it is told beside its story, and the others go on."""

    def stuck(*_: Any) -> Any:
        raise RuntimeError("case STORY-1: its life does not come to an end")

    monkeypatch.setattr("console.stories.story.simulate", stuck)
    verdict = changed(book, tmp_path)
    assert verdict.wrong == ("the story cannot be told to its end: case STORY-1: its life does not come to an end",)


MOMENTS = st.integers(1, 28).map(lambda day: f"2026-03-{day:02} 09:00")


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    """What happens in some life, in order."""
    from datetime import datetime

    told = [
        (draw(MOMENTS), *draw(st.sampled_from([("sends", "first"), ("sends", "second"), ("waits", "planned")])))
        for _ in range(draw(st.integers(0, 7)))
    ]
    return [Line(datetime.fromisoformat(on), verb, noun) for on, verb, noun in sorted(told)]


def story_of(expect: list[Expected]) -> Story:
    walk = read_story(WALK).story
    assert walk
    return walk.model_copy(update={"expect": tuple(expect)})


def as_expected(line: Line) -> Expected:
    return Expected.model_validate({"on": f"{line.on:%Y-%m-%d %H:%M}", line.verb: line.noun})


@settings(max_examples=200, deadline=None)
@given(lines(), st.data())
def test_a_story_comes_true_exactly_when_all_is_as_expected(happened: list[Line], data: st.DataObject) -> None:
    """Whatever happens: telling it all, with or without the waits, comes true; one line more or less does not."""
    needed = [line for line in happened if line.verb not in OPTIONAL]
    kept = [line for line in happened if line in needed or data.draw(st.booleans())]
    told = compared(story_of([as_expected(line) for line in kept]), happened)
    assert [row.kind for row in told] == ["same"] * len(kept)
    if needed:
        missing = data.draw(st.sampled_from(needed))
        fewer = [line for line in happened if line is not missing]
        found = compared(story_of([as_expected(line) for line in kept]), fewer)
        assert any(row.kind != "same" for row in found)


@settings(max_examples=200, deadline=None)
@given(lines(), lines())
def test_nothing_is_lost_between_the_two_sides(wanted: list[Line], happened: list[Line]) -> None:
    """Each expectation stands in one row, and so does each thing that happened; `same` is said of nothing else."""
    expect = [as_expected(line) for line in wanted]
    rows = compared(story_of(expect), happened)
    assert sorted(row.number for row in rows if row.number is not None) == list(range(len(expect)))
    shown = [row.line for row in rows if row.line]
    assert all(shown.count(line) >= 1 for line in happened if line.verb not in OPTIONAL)
    assert len(shown) <= len(happened)
    for row in rows:
        same = bool(row.expected and row.line and meets(row.expected, row.line))
        assert (row.kind == "same") == same


def test_the_way_out_may_be_expected_by_its_step_or_by_its_reason(book: Book) -> None:
    """`because:` of a handover names the fork, or why this branch was taken."""
    story = read_story(WALK).story
    assert story
    _, told = tell(story, book.policies["standard-b2b"].policy)
    out = next(line for line in told if line.verb == "hands_over")
    moment = f"{out.on:%Y-%m-%d %H:%M}"
    for because, fits in (("route_chosen", True), ("way-out", True), ("route_taken", False), (None, True)):
        wanted = {"on": moment, "hands_over": "agency"} | ({"because": because} if because else {})
        assert meets(Expected.model_validate(wanted), out) == fits
