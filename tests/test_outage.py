"""Outages on the real server under skipped time: who is away comes back, and nothing is lost, doubled or skipped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from console import cases as door
from console.cases import Cases
from console.stories.durable import task_waits
from console.stories.otherwise import by_the_minute, known, simulated_known
from dunning import facts as f
from dunning.apply import apply
from dunning.case import Case, Debtor, Invoice
from dunning.decide import settle
from dunning.money import Money
from dunning.policy import Policy
from dunning.schedule import place
from dunning.simulate import Happening
from dunning.terms import DebtorKind
from tests.broken_peers import Opening, Peer, mail_server, mail_server_for, postgres, sendgrid, sqlite_lock
from tests.durable import Room
from tests.outage import (
    DISPUTED,
    HELD,
    MONDAY,
    PAID,
    PROMISED,
    Walk,
    at,
    check_laws,
    due,
    happening,
    money,
    office,
    paid,
    worker_of,
)  # fmt: skip
from tests.temporal_env import skipping_env

__all__ = ["skipping_env"]
pytestmark = pytest.mark.xdist_group("temporal")

# The worker goes on a Wednesday morning and is back ten days later, on a Saturday, when nobody may be written to.
GOES, BACK, LAST = at(2, 8), at(12, 8), at(45, 12)
AT_WORK = at(14, 10)  # the Monday after it: a letter that may go out goes out at once
STEPS = (due(3, "first"), due(7, "second"), due(9, "third"), due(28, "fourth"))
SKIPS = (due(3, "first", if_missed="skip"), *STEPS[1:])
ASKS = (SKIPS[0], due(7, "second", if_missed="ask"), *STEPS[2:])
REVERSED = {"fact": "PaymentReversed", "id": "R1", "payment_id": "P1"}
CREDITED = {"fact": "CreditNoteIssued", "id": "C1", "amount": money(100_000), "issued_on": str(MONDAY)}
INSOLVENT = {"fact": "DebtorInsolvent", "id": "I1", "on": str(MONDAY)}
ALL = ["first", "second", "third", "fourth"]


@dataclass(frozen=True)
class Absence:
    """What happens while no worker is there, and which steps go out in the whole life of the case."""

    goes_out: list[str]
    signals: tuple[tuple[int, dict[str, Any]], ...] = ()
    act: dict[str, Any] | None = None
    steps: tuple[dict[str, Any], ...] = STEPS
    back: datetime = BACK


ABSENCES = {
    "nothing happened": Absence(ALL),
    "a missed step is skipped": Absence(ALL[1:], steps=SKIPS),
    "a missed step asks a person": Absence([], steps=ASKS),
    "all was paid": Absence([], signals=((5, PAID),)),
    "all was paid and the bank told it twice": Absence([], signals=((5, PAID), (6, PAID))),
    "a part was paid": Absence(ALL, signals=((6, paid(40_000)),)),
    "the payment was taken back": Absence(ALL, signals=((5, PAID), (8, REVERSED))),
    "all was disputed": Absence([], signals=((8, DISPUTED),)),
    "the invoice was credited": Absence([], signals=((8, CREDITED),)),
    "the debtor became insolvent": Absence([], signals=((8, INSOLVENT),)),
    "all was paid and the worker comes back in office hours": Absence([], signals=((5, PAID),), back=AT_WORK),
    "a promise is made as the worker comes back in office hours": Absence([], act=PROMISED, back=AT_WORK),
    "a hold is placed as the worker comes back in office hours": Absence([], act=HELD, back=AT_WORK),
}


async def _absent(walk: Walk, told: Absence) -> None:
    """The case's clock passes ten days of the server with no worker; what is signalled waits."""
    await walk.leave(told.back)
    for day, fact in told.signals:
        await walk.until(at(day, 14))
        await walk.signal(fact)
    await walk.until(told.back)
    await task_waits(walk.handle)
    assert walk.done == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def survivors(
    skipping_env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Walk]]:
    """All absences at once: one worker goes, all its cases wait, another worker comes."""
    here = Room(skipping_env, tmp_path_factory.mktemp("absence"))
    walks = {name: Walk(here, office(*told.steps)) for name, told in ABSENCES.items()}
    async with worker_of(here):
        for walk in walks.values():
            await walk.begin()
        await asyncio.gather(*(walk.until(GOES) for walk in walks.values()))
        states = [walk.handle.query("state") for walk in walks.values()]
        assert [state["decision"]["do"] for state in await asyncio.gather(*states)] == ["wait"] * len(walks)
        for walk in walks.values():
            await walk.remember()
    await asyncio.gather(*(_absent(walks[name], told) for name, told in ABSENCES.items()))
    cases = Cases(here.env.client, here.ledger, here.queue)
    acts = {name: told.act for name, told in ABSENCES.items() if told.act}
    waiting = [asyncio.create_task(cases.act(walks[name].case_id, act)) for name, act in acts.items()]
    await asyncio.gather(*(walks[name].received(act["id"]) for name, act in acts.items()))
    async with worker_of(here):
        await asyncio.gather(*waiting)
        await asyncio.gather(*(walk.until(LAST) for walk in walks.values()))
    yield walks
    here.ledger.close()


@pytest.mark.parametrize("name", ABSENCES)
async def test_after_ten_days_without_a_worker_a_case_lives_on_as_the_rules_say(
    name: str, survivors: dict[str, Walk]
) -> None:
    """Three letters fell due in ten days without a worker: on Monday one goes out, the others two days apart."""
    told, walk = ABSENCES[name], survivors[name]
    coming = [Happening(GOES, away_until=told.back), *(happening(at(day, 14), fact) for day, fact in told.signals)]
    if told.act:
        coming.append(happening(told.back, told.act, act=True))
    life = walk.simulated(coming, LAST)
    assert walk.done == told.goes_out
    assert len(walk.outbox) == len(told.goes_out)
    check_laws(walk)
    assert known(walk.row.state) == simulated_known(life)
    assert walk.row.because["code"] == life.decision.because.code
    assert {by_the_minute(task.key) for task in walk.here.open_tasks(walk.case_id)} == {
        by_the_minute(task.key) for task in life.decision.tasks
    }


async def test_a_hold_that_no_worker_answered_holds_all_the_same_when_one_comes(
    skipping_env: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Wednesday nobody answers the hold, so nothing is promised; then a worker comes and no letter goes out."""
    monkeypatch.setattr(door, "PATIENCE", timedelta(seconds=1))
    here = Room(skipping_env, tmp_path)
    walk = Walk(here, office(*STEPS))
    async with worker_of(here):
        await walk.begin()
        await walk.until(GOES)
    with pytest.raises(door.NoWorker, match="may be taken later"):
        await Cases(here.env.client, here.ledger, here.queue).act(walk.case_id, HELD)
    async with worker_of(here):
        await walk.until(LAST)
        state = await walk.handle.query("state")
    assert state["decision"]["because"]["code"] == "on_hold"
    assert walk.outbox == []
    here.ledger.close()


# Relance itself is up, but what it needs is not: two days of a mail provider, or an hour of the database.
DOWN: dict[str, tuple[Callable[[WorkflowEnvironment, Path], Opening], tuple[datetime, datetime, datetime]]] = {
    "mail server": (mail_server, (at(0, 8.5), at(0, 17), at(2, 8))),
    "SendGrid": (sendgrid, (at(0, 8.5), at(0, 9.9), at(2, 8))),
    "PostgreSQL": (postgres, (at(0, 8.5), at(0, 9.2), at(0, 9.5))),
    "lock of SQLite": (sqlite_lock, (at(0, 8.5), at(0, 9.2), at(0, 9.5))),
}
TWO_STEPS = (due(0, "first"), due(3, "second"))
MEANWHILE: dict[str, tuple[dict[str, Any] | None, bool, list[str]]] = {
    "nothing": (None, False, ["first", "second"]),
    "a part payment": (paid(40_000), False, ["first", "second"]),
    "a payment": (PAID, False, []),
    "a dispute": (DISPUTED, False, []),
    "a promise": (PROMISED, True, []),
    "a hold": (HELD, True, []),
}


async def _live_through(peer: Peer, walks: dict[str, Walk], when: tuple[datetime, datetime, datetime]) -> None:
    """It breaks before the first letter is due; the worker is restarted and the facts arrive while it is down.

    An act that comes while the ledger is away is answered once it is back.
    """
    breaks, worsens, mended = when
    cases = Cases(peer.here.env.client, peer.here.ledger, peer.here.queue)
    async with worker_of(peer.here):
        for walk in walks.values():
            await walk.begin()
        await _all_until(walks, breaks)
        peer.break_down()
        await _all_until(walks, worsens)
    peer.worsen()
    async with worker_of(peer.here):
        acting = []
        for name, (fact, act, _) in MEANWHILE.items():
            if act and fact:
                acting.append(asyncio.create_task(cases.act(walks[name].case_id, fact)))
            elif fact:
                await walks[name].signal(fact)
        await _all_until(walks, mended)
        assert peer.letters() == []
        peer.mend()
        await _all_until(walks, at(20, 12))
        await asyncio.gather(*acting)


async def _all_until(walks: dict[str, Walk], moment: datetime) -> None:
    await asyncio.wait_for(asyncio.gather(*(walk.until(moment) for walk in walks.values())), 60)


@pytest.mark.parametrize("what", DOWN)
async def test_when_what_relance_needs_is_back_every_letter_goes_out_once_or_not_at_all(
    skipping_env: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """On Monday it is down as the first letter is due; who pays, disputes, promises or is held meanwhile gets none."""
    monkeypatch.setattr(door, "PATIENCE", timedelta(seconds=60))  # hours of tries take this machine some seconds
    opening, when = DOWN[what]
    with opening(skipping_env, tmp_path) as peer:
        walks = {name: Walk(peer.here, office(*TWO_STEPS)) for name in MEANWHILE}
        await _live_through(peer, walks, when)
        for name, (_, _, goes_out) in MEANWHILE.items():
            walk = walks[name]
            assert walk.done == goes_out, name
            assert sum(walk.case_id in letter for letter in peer.letters()) == len(goes_out), name
            assert sum(row.state == "sent" for row in walk.deliveries()) == len(goes_out), name
            check_laws(walk)
        assert walks["a part payment"].case.outstanding.minor == 60_000
        assert walks["nothing"].case.steps[0].at >= when[2]


@pytest.mark.parametrize("back", [at(0, 9.1), at(0, 9.4)], ids=["while the step is tried", "after it was given up"])
async def test_a_database_that_goes_away_while_a_letter_is_handed_over_makes_no_second_one(
    skipping_env: WorkflowEnvironment, tmp_path: Path, back: datetime
) -> None:
    """On Monday PostgreSQL stops while the mail server takes the letter: once it is back a person is asked."""
    with postgres(skipping_env, tmp_path) as peer, mail_server_for(peer.here) as mail:
        mail.postmaster.on_data = peer.break_down
        walk = Walk(peer.here, office(*TWO_STEPS))
        async with worker_of(peer.here):
            await walk.begin()
            await walk.until(back)
            assert len(mail.letters()) == 1
            mail.postmaster.on_data = None
            peer.mend()
            await walk.until(at(20, 12))
        assert len(mail.letters()) == 1
        assert walk.case_id in mail.letters()[0]
        assert [row.state for row in walk.deliveries()] == ["unknown"]
        assert walk.row.doing == "ask"
        assert "outcome_unknown" in peer.here.tasks(walk.case_id)
        check_laws(walk)


@pytest.mark.parametrize(
    ("if_missed", "then"),
    [("send_now", ("perform", "first")), ("skip", ("perform", "second")), ("ask", ("ask", "first"))],
)
def test_a_provider_that_is_down_for_too_long_makes_a_step_missed(if_missed: str, then: tuple[str, str]) -> None:
    """The mail server fails from Monday to Friday, and three days late is missed: what the policy says then holds."""
    used = office(due(0, "first", if_missed=if_missed), due(3, "second"))
    case = opened(used)
    for day in (0, 1, 2, 3):
        assert placed(used, case) == "first"
        failed = f.StepFailed(id=f"try-{day}", at=at(day, 17), step="first", occurrence=1, error="refused")
        case, _, decision = settle(used, apply(case, failed), at(day, 17))
        assert decision.because.code == "floor_retry"
    case, _, decision = settle(used, case, at(4, 10))
    assert (decision.do, getattr(decision, "step", None)) == then


def opened(used: Policy) -> Case:
    """A case that nobody has written to yet."""
    return Case(
        id="F-1",
        policy=used.policy,
        policy_hash="",
        invoice=Invoice(number="F-1", issue_date=MONDAY, due_date=at(-1, 12).date(), amount=Money.parse("1000 EUR")),
        debtor=Debtor(id="D-1", kind=DebtorKind.business, country="FR"),
        added_at=at(-9, 12),
        opened_at=at(-9, 12),
    )


def placed(used: Policy, case: Case) -> str | None:
    here = place(used, case)
    return here.step.step if here else None
