"""`relance policy diff`: what a changed policy does otherwise, in words, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from activities.plain import one_line
from activities.settings import load_settings
from console.diff.as_json import as_json
from console.diff.book import for_whom
from console.diff.compared import compared
from console.diff.files import Couples, Named, couples, read_side
from console.diff.telling import tell
from console.output import COULD_NOT_RUN, FINE, REFUSED, Say, Stop, json_out
from console.rehearsal.book import Asked
from console.writing import keep_apart, own_file


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class How(Asked):
    """What is taken for granted, which book is asked (if any), and where the answer goes."""

    renamed: Annotated[
        tuple[str, ...],
        Parameter(negative="", help="OLD_STEP=NEW_STEP: the same step under another name; may be said again."),
    ] = ()
    due: Annotated[date | None, Parameter(help="Due date of the invoice that is walked; today when left out.")] = None
    language: Annotated[Literal["en", "fr"] | None, Parameter(help="English or French; RELANCE_LANGUAGE.")] = None
    html: Annotated[Path | None, Parameter(help="Write the answer as one page that can be sent to people.")] = None


def diff(old: str, new: str, /, *, how: How = How(), say: Say = Say()) -> int:  # noqa: B008 - frozen values
    """Say in words what differs between two policies, and for whom with --portfolio or --ledger.

    Exit code 0: no difference; 1: differences; 2: could not compare.

    Parameters
    ----------
    old
        What was: a policy file, a folder of policies, or NAME@HASH of a policy kept in the ledger.
    new
        What is to be: the same kinds.
    """
    beside = couples(read_side(old), read_side(new))
    language = how.language or load_settings().language
    keep_apart((how.html,), (*_sources(beside), how.portfolio, how.facts))
    told = compared(beside, _renamed(how.renamed, beside), how.due or _today(beside), language)
    book = for_whom(how, told) if told.differences and _asks_a_book(how) else None
    if how.html:
        from console.diff.page import page

        made = page(told, book)
        with own_file(how.html) as file:
            file.write(made)
    if say.as_json:
        json_out(as_json(told, book))
    else:
        tell(told, book)
    return REFUSED if told.differences else FINE


def _asks_a_book(how: How) -> bool:
    return any((how.portfolio, how.ledger, how.since, how.until, how.facts))


def _named(beside: Couples) -> list[Named]:
    return [*(one for both in beside.both for one in both), *beside.gone, *beside.added]


def _sources(beside: Couples) -> list[Path]:
    return [Path(one.source) for one in _named(beside)]


def _today(beside: Couples) -> date:
    return datetime.now(ZoneInfo(_named(beside)[0].text.policy.calendar.time_zone)).date()


def _renamed(said: tuple[str, ...], beside: Couples) -> dict[str, str]:
    found = {}
    for one in said:
        was, _, now = one.partition("=")
        for name, side in ((was, 0), (now, 1)):
            if not any(pair[side].text.policy.find(name) for pair in beside.both):
                where = ("OLD", "NEW")[side]
                words = f"--renamed {one_line(one)}: {where} has no step {one_line(name) or 'without a name'}"
                raise Stop(f"{words}. Write it like `first-call=early-call`.", COULD_NOT_RUN)
        found[was] = now
    return found
