"""Rehearses a book in several processes: the same contacts in the same order whatever their number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from multiprocessing import get_context

from console.output import COULD_NOT_RUN, Stop
from console.progress import progress_bar
from console.rehearsal.book import Plan
from console.rehearsal.play import Piece, Wanted, begin_process, play, play_here
from console.rehearsal.walks import Owing
from dunning.rehearsal import Contact

_CASES_OF_A_CHUNK = 100
_ALONE = 5000  # cases that are played before another process has begun
_AHEAD = 3  # chunks for each process


def rehearse(plan: Plan) -> Iterator[Contact]:
    """Every contact of the plan's book, ordered by debtor, invoice and moment; `plan.refused` fills meanwhile."""
    for piece in pieces(plan, Wanted(contacts=True, first=0)):
        yield from piece.contacts


def pieces(plan: Plan, wanted: Wanted) -> Iterator[Piece]:
    """The rehearsal piece by piece, with a progress bar. Stop when a process is killed."""
    chunks = _chunks(plan.book.owing())
    with nullcontext() if plan.quiet else progress_bar("rehearsing", plan.book.size) as step:
        alone = plan.jobs == 1 or plan.book.size < _ALONE
        played = _alone(plan, wanted, chunks) if alone else _side_by_side(plan, wanted, chunks)
        for piece in played:
            plan.refused.add(piece.faults)
            plan.refused.add_facts(plan.book.of_facts(one) for one in piece.nonsense)
            if step:
                step(piece.cases)
            yield piece


def _alone(plan: Plan, wanted: Wanted, chunks: Iterator[list[Owing]]) -> Iterator[Piece]:
    for chunk in chunks:
        yield play(plan.rules, wanted, chunk)


def _side_by_side(plan: Plan, wanted: Wanted, chunks: Iterator[list[Owing]]) -> Iterator[Piece]:
    running: deque[Future[Piece]] = deque()
    # Processes are begun anew: a copy of this one would share its connections and threads.
    pool = ProcessPoolExecutor(plan.jobs, get_context("spawn"), begin_process, (plan.rules, wanted))
    try:
        for chunk in chunks:
            running.append(pool.submit(play_here, chunk))
            if len(running) > plan.jobs * _AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    except BrokenProcessPool:
        raise Stop("A process of the rehearsal was killed: too little memory? Try --jobs 1.", COULD_NOT_RUN) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _chunks(owing: Iterator[Owing]) -> Iterator[list[Owing]]:
    waiting: list[Owing] = []
    for one in owing:
        waiting.append(one)
        if sum(map(len, waiting)) >= _CASES_OF_A_CHUNK:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
