"""Tells on the terminal what differs between policies: sentences by subject, dates, what to mind, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from activities.plain import one_line
from console.diff.book import ForWhom
from console.diff.compared import Couple, Told
from console.diff.tables import remarks, sheets, summary
from console.diff.words import moved_words, text
from console.output import out, table
from dunning.compare.letters import Edit
from dunning.compare.words import say

_EDITS_SHOWN = 6
_ROWS_SHOWN = 5


def tell(told: Told, book: ForWhom | None) -> None:
    """Print it for people. Titles and letters come from files: nothing in them can disturb the terminal."""
    for couple in told.couples:
        if couple.changes:
            _tell_couple(couple, told.language)
    for code, names in (("policy_gone", told.gone), ("policy_added", told.added)):
        for one in names:
            out(text(code, told.language, name=one.text.policy.policy, source=one_line(one.source)))
    if book:
        _tell_book(book, told.language)
    out(ending(told))


def ending(told: Told) -> str:
    """How many differences there are, and for which cases they count."""
    if not told.differences:
        return text("none", told.language)
    tail = say("new_cases_only", told.language)
    return text("one" if told.differences == 1 else "many", told.language, n=told.differences, tail=tail)


def _tell_couple(couple: Couple, language: str) -> None:
    old, new = couple.old, couple.new
    out(f"{new.text.policy.policy}: {one_line(old.source)} → {one_line(new.source)}")
    for about, changes in groupby(couple.changes, lambda change: change.about):
        out(f"\n{text(about, language)}")
        for change in changes:
            out(f"  {one_line(change.sentence, 2000)}")
            for line in edit_lines(change.edits, language):
                out(f"      {line}")
    if couple.moved:
        _tell_walk(couple, language)
    if couple.cautions:
        out(f"\n{text('mind', language)}")
    for caution in couple.cautions:
        out(f"  {one_line(caution.sentence, 500)}")
    out()


def _tell_walk(couple: Couple, language: str) -> None:
    invoice = couple.invoice
    out(f"\n{text('walked', language, amount=invoice.amount, due=invoice.due_date)}")
    columns = [text(code, language) for code in ("step", "before", "now", "change")]
    table("", columns, [[*row] for row in walk_rows(couple, language)])


def walk_rows(couple: Couple, language: str) -> Iterator[tuple[str, str, str, str]]:
    """Step, day before, day now, and how far it moved, for the steps that an ordinary invoice reaches."""
    for one in couple.walked:
        if one.old or one.new:
            change = moved_words(one.moved, language) or text("gained" if one.new else "lost", language)
            yield one.step.words, str(one.old or ""), str(one.new or ""), change


def edit_lines(edits: tuple[Edit, ...], language: str) -> Iterator[str]:
    """The words of a letter that changed, one place a line, with the words around them."""
    for edit in edits[:_EDITS_SHOWN]:
        code = "words_replaced" if edit.old and edit.new else "words_added" if edit.new else "words_removed"
        middle = text(code, language, old=_short(edit.old), new=_short(edit.new))
        yield " ".join(part for part in ("…", _short(edit.before), middle, _short(edit.after), "…") if part)
    if len(edits) > _EDITS_SHOWN:
        yield text("more_edits", language, n=len(edits) - _EDITS_SHOWN)


def _short(words: str) -> str:
    line = one_line(words, 1000)
    return line if len(line) <= 200 else f"{line[:197]}…"


def _tell_book(found: ForWhom, language: str) -> None:
    """Print for whom it makes a difference."""
    out(text("for_whom", language, since=found.since, until=found.until))
    for line in (summary(found, language), *remarks(found, language)):
        out(f"  {line}")
    for sheet in sheets(found, language, _ROWS_SHOWN):
        out()
        table(sheet.title, sheet.columns, sheet.rows)
    out(f"\n{text('assumed', language)}")
    for line in found.assumptions:
        out(f"  {line}")
    out()
