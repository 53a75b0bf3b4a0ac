"""The tables that say for whom a changed policy makes a difference; the terminal and the page show the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activities.plain import one_line
from console.diff.book import ForWhom
from console.diff.words import moved_words, text
from console.imports.rows import Fault
from console.rehearsal.words import channel_words
from dunning.compare.contacts import Affected, Kind, StepCount
from dunning.money import Money

KINDS: tuple[Kind, ...] = ("same", "reworded", "earlier", "later", "gained", "lost")


@dataclass(frozen=True)
class Sheet:
    """A table: a column whose name ends in `>` holds numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def summary(found: ForWhom, language: str) -> str:
    """How many invoices are affected, in one sentence."""
    impact = found.impact
    old, new = (sum(pair[side] for pair in impact.days.values()) for side in (0, 1))
    if not impact.affected:
        return text("book_none", language, contacts=old, invoices=impact.invoices)
    return text("book_some", language, affected=impact.affected, invoices=impact.invoices, old=old, new=new)


def remarks(found: ForWhom, language: str) -> Iterator[str]:
    """Who only reads another text, what could not be read, and which invoices only one side takes."""
    if number := found.impact.kinds["reworded"]:
        yield counted("other_text", number, language)
    if found.unread.count:
        yield counted("unread", found.unread.count, language) + _fault(found.unread.faults[0])
    for code, faults in (("newly_refused", found.newly_refused), ("newly_taken", found.newly_taken)):
        if faults:
            yield counted(code, len(faults), language) + _fault(faults[0])
    if found.elsewhere:
        yield counted("elsewhere", found.elsewhere, language)


def counted(code: str, number: int, language: str) -> str:
    """A sentence with a number in it, in the singular for 1."""
    return text(f"{code}_one" if number == 1 else code, language, n=number)


def _fault(fault: Fault) -> str:
    return one_line(f"{fault.number}: {fault.reason}", 300)


def sheets(found: ForWhom, language: str, most: int) -> Iterator[Sheet]:
    """Steps, channels, days, other policies, the `most` affected invoices: only what changes, and no empty table."""
    yield from (sheet for sheet in _all(found, language, most) if sheet.rows)


def _all(found: ForWhom, language: str, most: int) -> Iterator[Sheet]:
    impact = found.impact
    kinds = [f"col_{kind}>" for kind in KINDS]
    yield _sheet("steps_table", ["step", "before>", "now>", *kinds, "col_average>"], _steps(found, language), language)
    money = ["step", "col_old_amount>", "col_new_amount>"]
    yield _sheet("amounts_table", money, _amounts(found), language)
    channels = [(channel_words(name, language), *pair) for name, pair in sorted(impact.channels.items())]
    channels = channels if any(before != now for _, before, now in channels) else []
    yield _sheet("channels_table", ["col_channel", "before>", "now>"], channels, language)
    busiest = sorted(impact.days.items(), key=lambda day: (-abs(day[1][1] - day[1][0]), day[0]))[:most]
    days = [(day, *pair) for day, pair in sorted(busiest) if pair[0] != pair[1]]
    yield _sheet("days_table", ["col_day", "before>", "now>"], days, language)
    moved = [(old, new, n) for (old, new), n in sorted(impact.policies.items()) if old and new and old != new]
    yield _sheet("policies_table", ["before", "now", "col_invoices>"], moved, language)
    named = ["col_invoice", "col_debtor", "col_amount>", "change"]
    for code, top in (("farthest_table", impact.farthest), ("dearest_table", impact.dearest)):
        first = [one.row for one in top[:most]]
        rows = [(row.invoice, row.debtor, row.amount, affected_words(row, language)) for row in first]
        yield _sheet(code, named, rows, language)


def _sheet(code: str, columns: list[str], rows: Sequence[tuple[object, ...]], language: str) -> Sheet:
    named = (text(one.removesuffix(">"), language) + (">" if one.endswith(">") else "") for one in columns)
    return Sheet(text(code, language), tuple(named), tuple(rows))


def _steps(found: ForWhom, language: str) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for title, one in step_counts(found):
        if one.kinds.keys() <= {"same"}:
            continue
        counts = [one.kinds[kind] or "" for kind in KINDS]
        rows.append((title, one.old, one.new, *counts, _average(one, language)))
    return rows


def step_counts(found: ForWhom) -> Iterator[tuple[str, StepCount]]:
    """Each step that has contacts, in the order of the policies, with its title."""
    several = len({policy for policy, _ in found.titles}) > 1
    for key in dict.fromkeys((*found.titles, *found.impact.steps)):
        if key in found.impact.steps:
            title = found.titles.get(key, key[1])
            yield f"{key[0]}: {title}" if several else title, found.impact.steps[key]


def _average(one: StepCount, language: str) -> str:
    kept = sum(one.kinds[kind] for kind in ("same", "reworded", "earlier", "later"))
    if not kept or not one.days_moved:
        return ""
    return text("average_days", language, n=f"{one.days_moved / kept:+.1f}")


def _amounts(found: ForWhom) -> list[tuple[object, ...]]:
    changed = [(title, one) for title, one in step_counts(found) if one.old_amounts != one.new_amounts]
    return [(title, _sum(one.old_amounts), _sum(one.new_amounts)) for title, one in changed]


def _sum(minor: Counter[str]) -> str:
    return " / ".join(str(Money(minor=sum_, currency=code)) for code, sum_ in sorted(minor.items()))


def affected_words(row: Affected, language: str) -> str:
    """What becomes of one invoice: `3 moved, up to 4 days earlier; 1 new; 2 no more`."""
    told = []
    if row.moved:
        far = moved_words(row.farthest, language)
        told.append(text("row_moved", language, n=row.moved, far=far) if row.moved > 1 else far)
    told += [text("row_gained", language, n=row.gained)] if row.gained else []
    told += [text("row_lost", language, n=row.lost)] if row.lost else []
    if row.old_policy and row.new_policy and row.old_policy != row.new_policy:
        told.append(f"{row.old_policy} → {row.new_policy}")
    return "; ".join(told)
