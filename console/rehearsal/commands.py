"""`relance policy simulate`: every contact that the policies would make on a real book, before anybody is contacted."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from activities.settings import load_settings
from console.imports.commands import sound_policies
from console.output import COULD_NOT_RUN, FINE, REFUSED, Say, Stop, json_out, note
from console.rehearsal.book import Asked, Plan, opened_book
from console.rehearsal.page import rehearsal_page
from console.rehearsal.play import CSV_COLUMNS, Wanted
from console.rehearsal.prices import prices
from console.rehearsal.rehearsing import pieces
from console.rehearsal.report import Report
from console.rehearsal.table import show
from console.rehearsal.tally import Tally
from console.rehearsal.words import say as in_words
from console.writing import keep_apart, own_file


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Told:
    """How the answer is told, and what it is held against."""

    policies: Annotated[
        Path | None, Parameter(help="Folder of the policies; with --ledger, cases go on under those of the same name.")
    ] = None
    calls_a_day: Annotated[int | None, Parameter(help="How many calls can be made a day: days above are marked.")] = (
        None
    )
    cost: Annotated[
        tuple[str, ...], Parameter(negative="", help="CHANNEL=PRICE, such as letter=1.60EUR; may be repeated.")
    ] = ()
    costs: Annotated[Path | None, Parameter(help="A YAML file of prices: one `channel: price` a line.")] = None
    csv: Annotated[Path | None, Parameter(help="Write every contact to this CSV file, debtor by debtor.")] = None
    html: Annotated[Path | None, Parameter(help="Write a page with charts to this file.")] = None
    first: Annotated[int, Parameter(help="How many first contacts are shown.")] = 10
    language: Annotated[Literal["en", "fr"] | None, Parameter(help="RELANCE_LANGUAGE when left out.")] = None


def simulate(*, asked: Asked = Asked(), told: Told = Told(), say: Say = Say()) -> int:  # noqa: B008 - frozen values
    """Rehearse the policies on a real book: every contact of the coming days, their load and cost. Nothing is sent.

    Exit code 0: all of the book was rehearsed; 1: some lines or cases were not, they are named; 2: could not run.
    """
    language = told.language or load_settings().language
    asked_prices = prices(told.cost, told.costs)
    for option, number in (("--calls-a-day", told.calls_a_day), ("--first", told.first)):
        if number is not None and number < 0:
            raise Stop(f"{option} must not be negative.", COULD_NOT_RUN)
    keep_apart((told.csv, told.html), (asked.portfolio, asked.facts, told.costs))
    policies = [one.policy for one in sound_policies(told.policies)] if told.policies else None
    with opened_book(asked) as book:
        plan = book.plan(policies)
        tally = _played(plan, told, language)
    report = Report(plan, tally, asked_prices, told.calls_a_day, language)
    if told.html:
        page = rehearsal_page(report, datetime.now(UTC))
        with own_file(told.html) as file:
            file.write(page)
    if say.as_json:
        json_out(report.as_json())
    else:
        show(report, language)
        for written in filter(None, (told.csv, told.html)):
            note(in_words("written", language, file=written))
    return REFUSED if report.refused() else FINE


def _played(plan: Plan, told: Told, language: str) -> Tally:
    tally = Tally(told.first)
    wanted = Wanted(csv=told.csv is not None, first=tally.wanted, language=language)
    with ExitStack() as stack:
        file = stack.enter_context(own_file(told.csv)) if told.csv else None
        if file:
            file.write(",".join(CSV_COLUMNS) + "\n")
        for piece in pieces(plan, wanted):
            tally.merge(piece.tally)
            if file:
                file.write(piece.csv)
    return tally
