"""Killed for real: whatever is killed, and whenever, every case gets exactly the letters that its policy demands."""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from tests.chaos import MURDERS, Run, Scale
from tests.chaos_book import Told
from tests.chaos_count import Evidence, Seen, count
from tests.chaos_house import Layout
from tests.chaos_mail import Taken
from tests.chaos_verdict import Verdict, prove
from tests.ports import free_port
from tests.postgres import programs, running_server

_SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.randrange(1, 10**6)


async def _proven(run: Run) -> Verdict:
    print(f"CHAOS_SEED={_SEED} repeats this plan of kills and facts")  # noqa: T201 - shown when the test fails
    try:
        verdict = await prove(run)
        print(verdict.table())  # noqa: T201 - as above
        assert verdict.wrong == []
        for kind, falsified in _falsified(verdict.evidence).items():
            assert count(run.ledger, falsified).wrong[kind], f"the count does not see what is {kind}"
    finally:
        run.close()
    return verdict


def _falsified(true: Evidence) -> dict[str, Evidence]:
    """The same evidence with one thing wrong: a count that did not see it would prove nothing."""
    victim = next(one for one in true.planned if one.story == "nothing")
    mine = [taken for taken in true.taken if taken.to == victim.address]
    others = [taken for taken in true.taken if taken not in mine]
    untold = replace(victim, told=(Told(0, {"fact": "PaymentReceived", "id": "never-told"}),))
    dead = Seen(WorkflowExecutionStatus.TERMINATED, None, failing=False, busy=False)
    backwards = [replace(taken, at=-taken.at) for taken in mine]
    return {
        "lost": replace(true, taken=[*others, *mine[1:]]),
        "doubled": replace(true, taken=[*true.taken, Taken(mine[0].message_id, mine[0].to, mine[-1].at)]),
        "out of order": replace(true, taken=[*others, *backwards]),
        "facts lost": replace(true, planned=[untold], acknowledged={"never-told": 0.0}),
        "stuck": replace(true, seen={**true.seen, victim.case_id: dead}),
    }


@pytest.mark.slow
async def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """200 cases walk four steps while worker, server or both are killed 20 times, also amid a send: the count is even.

    23 November: facts come in all the while, some twice; a person answers for each mail whose fate nobody knows.
    """
    layout = Layout(tmp_path, f"sqlite:///{tmp_path}/ledger/relance.db", free_port())
    verdict = await _proven(Run(layout, Scale(_SEED, cases=200, kills=20, seconds=50)))
    assert verdict.figures["kills"] == 20
    assert any(f"befell: {murder}" in verdict.figures for murder in MURDERS)
    assert verdict.figures["messages taken"] > 400


@pytest.mark.slow
async def test_the_database_is_killed_too(tmp_path: Path) -> None:
    """40 cases, two workers, and PostgreSQL itself among the killed: it comes back, and the count is even."""
    place = programs()
    if place is None:
        pytest.skip("needs the system package `postgresql`, which holds initdb and pg_ctl")
    with running_server(place) as server:  # of its own: others' connections would die with it
        layout = Layout(tmp_path, server.url(server.new_database()), free_port(), workers=2, postgres=server)
        verdict = await _proven(Run(layout, Scale(_SEED, cases=40, kills=7, seconds=14)))
    assert verdict.figures["befell: ledger"] >= 1


async def test_a_payment_between_two_tries_stops_the_second(tmp_path: Path) -> None:
    """10:00 the mail server says "later", the worker dies; 10:01 all is paid; 10:02 a new worker: no letter goes."""
    layout = Layout(tmp_path, f"sqlite:///{tmp_path}/ledger/relance.db", free_port())
    run = Run(layout, Scale(1, cases=1, kills=0, seconds=1))
    amount = {"minor": 100_000, "currency": "EUR"}
    try:
        client, cases = await run.open()
        run.mail.greylists = True
        run.house.start_workers()
        await cases.start(["C-0000"])
        assert await asyncio.to_thread(run.mail.delayed.wait, 60)
        run.house.kill_workers()
        paid = {"fact": "PaymentReceived", "id": "P1", "amount": amount, "received_on": "2026-11-23"}
        await cases.tell("C-0000", paid)
        run.mail.greylists = False
        await asyncio.sleep(2.5)  # by now the server would have had it tried again
        run.house.start_workers()
        async with asyncio.timeout(60):
            decision = await client.get_workflow_handle("case/C-0000").result()
    finally:
        run.close()
    assert (decision["outcome"], run.mail.taken) == ("paid", [])
