"""Tells the cases what an import changed, and what an earlier one wrote down but could not tell any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from console.desk import Desk
from console.imports.facts import Grown, contact_changed, payment_told
from console.imports.importing import Brought
from console.output import Stop
from console.progress import progress_bar
from dunning.case import Case
from dunning.change_money import CURED_BY_CONTACT
from ledger.cases import case
from ledger.lists import contacts_not_told
from ledger.store import Ledger

if TYPE_CHECKING:
    from console.cases import Cases


@dataclass
class Told:
    """What could be told to the running cases, and what could not."""

    started: int = 0
    told: int = 0
    problem: str = ""
    untold: int = 0
    notes: list[str] = field(default_factory=list)


def tell(desk: Desk, brought: Brought) -> Told:
    """Start the new cases and tell the others what changed; what cannot be told now is told by the next import."""
    facts = [*brought.facts, *contacts_lost(desk.ledger, {case_id for case_id, _ in brought.facts})]
    todo = len(brought.start) + len(facts) + len(brought.grown)
    if not todo:
        return Told()
    from worker import CannotRun

    told = Told()

    async def telling(cases: Cases) -> None:
        with progress_bar("to the running cases", todo) as step:

            def each() -> None:
                told.told += 1
                step()

            told.started = await cases.start(brought.start, step)
            await cases.tell_all(facts, each)
            await _tell_grown(desk, cases, brought.grown, (told, step))

    try:
        desk.at_the_door(telling)
    except (CannotRun, Stop) as error:
        told.problem = str(error)
        told.untold = len(facts) + len(brought.grown) - told.told - len(told.notes)
    return told


async def _tell_grown(desk: Desk, cases: Cases, grown: list[Grown], into: tuple[Told, Callable[[], None]]) -> None:
    from console.cases import in_turn

    told, step = into

    async def one(more: Grown) -> None:
        now = await cases.settled(more.case_id)
        known = now["case"] if now else desk.case(more.case_id).state
        fact_or_note = payment_told(more, Case.model_validate(known))
        if isinstance(fact_or_note, dict):
            await cases.tell_all([(more.case_id, fact_or_note)])
            told.told += 1
        elif fact_or_note:
            told.notes.append(fact_or_note)
        step()

    await in_turn(grown, one)


def contacts_lost(ledger: Ledger, told: set[str]) -> list[tuple[str, dict[str, Any]]]:
    """Changed addresses that cases still wait for, save those in `told`: their import ended before it could tell them.

    The fact's id is that of the first telling, so that one which is only late counts once.
    """
    found: list[tuple[str, dict[str, Any]]] = []
    with ledger.read() as db:
        for case_id, at in contacts_not_told(db, CURED_BY_CONTACT):
            fact = contact_changed(at)
            if case_id not in told and f"ContactChanged:{fact['id']}" not in case(db, case_id).state.get("seen", []):
                found.append((case_id, fact))
    return found
