"""Reads the words that choose which running cases to move: `policy=standard-b2b outstanding>=500EUR`."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from console.imports.cells import CellWrong, amount, case_id, currency, day
from console.output import COULD_NOT_RUN, Stop
from dunning.money import Money
from ledger.book import CHUNK
from ledger.lists import SOUGHT, Sought, open_case_ids, open_names
from ledger.store import Ledger

_NAMED = ("policy", "step", "segment")
LARGEST_FILE = 50_000_000  # bytes of a file of case ids
_CONDITION = re.compile(r'([a-z_]+)\s*(>=|<=|=|>|<)\s*("[^"]*"|[^\s"]+(?: [A-Za-z]{3}(?=\s|$))?)(?:\s+|$)')
_SAY = "Say `all`, @ and a file with a case on each line, or conditions like `policy=standard-b2b outstanding>=500EUR`."


def chosen_cases(ledger: Ledger, words: str) -> list[str]:
    """The ids of the open cases that the words choose, in order. Stop when they are not understood."""
    if words.startswith("@"):
        return _named(ledger, _ids_of(Path(words[1:])))
    sought = [] if words.strip() == "all" else conditions(words)
    with ledger.read() as db:
        return open_case_ids(db, sought)


def meant(ledger: Ledger, words: str) -> list[tuple[str, str, str]]:
    """Words, what is asked of them and what was perhaps meant, where no open case has such a name."""
    if words.startswith("@") or words.strip() == "all":
        return []
    found = []
    with ledger.read() as db:
        for one in (one for one in conditions(words) if one.word in _NAMED):
            known = open_names(db, one.word)
            for value in (value for value in one.values if value not in known):
                found += [(one.word, value, near) for near in get_close_matches(value, known, 1)]
    return found


def conditions(words: str) -> list[Sought]:
    """Each condition of the words; all must hold."""
    found, place, text = [], 0, words.strip()
    while place < len(text):
        match = _CONDITION.match(text, place)
        if match is None:
            raise Stop(f"--cases: `{text[place : place + 40]}` is not understood. {_SAY}", COULD_NOT_RUN)
        found.append(_condition(match[1], match[2], match[3]))
        place = match.end()
    if not found:
        raise Stop(f"--cases chooses nothing. {_SAY}", COULD_NOT_RUN)
    return found


def _condition(word: str, sign: str, written: str) -> Sought:
    if word not in SOUGHT:
        near = get_close_matches(word, SOUGHT, 1)
        meant = f" Did you mean `{near[0]}`?" if near else ""
        raise Stop(f"--cases: there is no `{word}`; there are {', '.join(SOUGHT)}.{meant}", COULD_NOT_RUN)
    read = _READ.get(word)
    if read is None and sign != "=":
        raise Stop(f"--cases: `{word}` is compared with `=` only.", COULD_NOT_RUN)
    told = written.strip('"')
    several = sign == "=" and word != "outstanding" and told == written  # what stands in quotes is one value
    values = told.split(",") if several else [told]
    try:
        return Sought(word, sign, tuple((read or str)(value.strip()) for value in values))
    except CellWrong as wrong:
        raise Stop(f"--cases: {word}: {wrong}.", COULD_NOT_RUN) from None


def _money(text: str) -> Money:
    split = re.fullmatch(r"(.+?) ?([A-Za-z]{3})", text)
    if split is None:
        raise CellWrong(f"{text!r} needs its currency, like 500EUR")
    return amount(split[1], currency(split[2]))


_READ: dict[str, Callable[[str], Any]] = {"outstanding": _money, "due": day}


def _ids_of(file: Path) -> list[str]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Stop(f"{file} is larger than {LARGEST_FILE:,} bytes: it should hold case ids only.", COULD_NOT_RUN)
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else "it is not UTF-8 text"
        raise Stop(f"{file} cannot be read: {why}.", COULD_NOT_RUN) from wrong
    ids = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not ids:
        raise Stop(f"{file} names no case: write one case id or invoice number on each line.", COULD_NOT_RUN)
    return list(dict.fromkeys(case_id(one) for one in ids))  # a number and the id made of it are one case


def _named(ledger: Ledger, ids: list[str]) -> list[str]:
    found: list[str] = []
    with ledger.read() as db:
        for first in range(0, len(ids), CHUNK):
            found += open_case_ids(db, [Sought("case", "=", tuple(ids[first : first + CHUNK]))])
    if lost := sorted(set(ids) - set(found)):
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        raise Stop(f"There is no open case {', '.join(lost[:3])}{more}: take them out of the file.", COULD_NOT_RUN)
    return sorted(found)
