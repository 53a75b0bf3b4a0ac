"""Plays some debtors of a book: the part of a rehearsal that a process of its own does, and so loads little."""

from __future__ import annotations

import csv
import gc
import io
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from activities.plain import one_line
from console.imports.rows import Fault
from console.rehearsal.tally import Tally
from console.rehearsal.walks import Owing, Rules, walks
from dunning.rehearsal import Contact, walk_all

_GARBAGE = 200_000  # values made before the collector looks: cases hold no circles, so it finds little
CSV_COLUMNS = (
    "day", "at", "invoice", "debtor", "policy", "step", "occurrence", "channel", "amount", "currency", "tone",
    "letter", "because",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a rehearsal should bring beside its sums: the contacts, or their lines of CSV in this language."""

    contacts: bool = False
    csv: bool = False
    first: int = 20
    language: str = "en"


@dataclass(frozen=True)
class Piece:
    """What some debtors brought, in the order of their ids; `nonsense` are lines of facts that cannot have happened."""

    tally: Tally
    contacts: Sequence[Contact]
    csv: str
    faults: Sequence[Fault]
    cases: int
    nonsense: Sequence[Fault] = ()


_told: tuple[Rules, Wanted] | None = None  # of this process


def begin_process(rules: Rules, wanted: Wanted) -> None:
    """Tell a process what holds for all that it will play."""
    global _told  # noqa: PLW0603 - a process of the pool is told once, not with every chunk
    _told = rules, wanted
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that asked stops the others


def play_here(chunk: Sequence[Owing]) -> Piece:
    """Play in a process that was told."""
    if _told is None:
        raise AssertionError("the process was begun")
    return play(*_told, chunk)


def play(rules: Rules, wanted: Wanted, chunk: Sequence[Owing]) -> Piece:
    """Play the cases of these debtors."""
    tally, contacts, faults, lines = Tally(wanted.first), list[Contact](), list[Fault](), io.StringIO()
    table, nonsense = csv.writer(lines, lineterminator="\n"), list[Fault]()
    for owing in chunk:
        made, found = walks(owing, rules)
        faults += found
        try:
            walked = walk_all(made, rules.people)
        except (RuntimeError, ValueError) as wrong:  # a calendar that is never open, rules that never end
            faults += [Fault(0, walk.case.invoice.number, f"cannot be played: {wrong}") for walk in made]
            continue
        nonsense += [Fault(line.line, line.invoice, line.why) for one in walked for line in one.nonsense]
        kept = tally.add(walked, rules.since)
        contacts += kept if wanted.contacts else ()
        if wanted.csv:
            table.writerows(_csv_row(contact, wanted.language) for contact in kept)
    return Piece(tally, contacts, lines.getvalue(), faults, sum(map(len, chunk)), nonsense)


def _csv_row(contact: Contact, language: str) -> list[object]:
    words = (contact.invoice, contact.debtor, contact.policy, contact.step)
    amount = contact.amount
    return [
        contact.day, contact.at.isoformat(), *map(safe, words), contact.occurrence, contact.channel, amount.decimal(),
        amount.currency, contact.tone, contact.letter or "", safe(contact.because.text(language)),
    ]  # fmt: skip


@lru_cache(maxsize=20_000)
def safe(text: str) -> str:
    """Text that no spreadsheet runs as a formula, on one line."""
    plain = one_line(text, 400)
    return f"'{plain}" if plain[:1] in ("=", "+", "-", "@", "\t") else plain
