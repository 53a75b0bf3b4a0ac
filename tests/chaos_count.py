"""Counts a chaos run against what the policies demand; every list must be empty."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import WorkflowExecutionStatus

from activities.mime import message_id
from dunning.case import Case
from dunning.terms import Channel
from ledger.cases import CaseRow
from ledger.cases import case as case_row
from ledger.deliveries import DeliveryRow, deliveries_of
from ledger.journal import journal_of, verify_journal
from ledger.store import Ledger
from ledger.tasks import TaskFilter, list_tasks
from tests.chaos_book import POLICIES, Planned
from tests.chaos_mail import Taken

_PARIS = ZoneInfo("Europe/Paris")
MOST_TIMES = 6  # so often a step can have been repeated by a person in one run
KINDS = (
    *("lost", "doubled", "out of order", "forgotten", "sent after payment", "stuck", "chain broken"),
    *("facts lost", "facts twice", "tasks failed", "exit codes"),
)


@dataclass(frozen=True)
class Seen:
    """A case's run as the server shows it: its state by query, and what holds it up."""

    status: WorkflowExecutionStatus | None
    view: dict[str, Any] | None
    failing: bool
    busy: bool


@dataclass(frozen=True)
class Answered:
    """What a person said of a delivery whose outcome nobody knew; `done` when the case took it."""

    case_id: str
    fact: str
    done: bool = False


@dataclass(frozen=True)
class Evidence:
    """All that a run left behind. `acknowledged` has ids of facts, `answers` the names under which cases know acts."""

    planned: list[Planned]
    taken: list[Taken]
    outbox: Path
    acknowledged: dict[str, float]
    answers: dict[int, Answered]
    seen: dict[str, Seen]
    sender: Any


@dataclass
class Count:
    """What is wrong, by kind, in sentences."""

    wrong: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def note(self, kind: str, sentence: str) -> None:
        self.wrong[kind].append(sentence)

    @property
    def even(self) -> bool:
        return not any(self.wrong.values())


@dataclass(frozen=True)
class Kept:
    """A case as the ledger keeps it."""

    one: Planned
    row: CaseRow
    case: Case
    deliveries: list[DeliveryRow]
    tasks: list[str]
    journal: list[str]


def count(ledger: Ledger, evidence: Evidence) -> Count:
    """Everything that the policies demand, compared with everything that came out."""
    result = Count()
    came = _arrivals(evidence, result)
    made = _outbox(evidence.outbox)
    with ledger.read() as db:
        for broken in verify_journal(db):
            result.note("chain broken", f"{broken.case_id} row {broken.row_no} {broken.what}")
    for one in evidence.planned:
        kept = _kept(ledger, one)
        _messages(kept, came[one.case_id], result)
        _papers(kept, made, result)
        _facts(kept, evidence, result)
        for sentence in _stuck(kept, evidence.seen[one.case_id]):
            result.note("stuck", f"{one.case_id} {sentence}")
    return result


def _kept(ledger: Ledger, one: Planned) -> Kept:
    with ledger.read() as db:
        row = case_row(db, one.case_id)
        tasks = [task.kind for task in list_tasks(db, TaskFilter(case_id=one.case_id))]
        journal = [entry.key for entry in journal_of(db, one.case_id)]
        return Kept(one, row, Case.model_validate(row.state), deliveries_of(db, one.case_id), tasks, journal)


def _arrivals(evidence: Evidence, result: Count) -> dict[str, dict[str, list[Taken]]]:
    """What the mail server took, by case and step; anything that nobody asked for is a doubling."""
    expected = {
        message_id(f"{one.case_id}/{step.step}/{number}/email", evidence.sender): (one, step.step)
        for one in evidence.planned
        for step in POLICIES[one.policy].steps
        for number in range(1, MOST_TIMES)
    }
    came: dict[str, dict[str, list[Taken]]] = defaultdict(lambda: defaultdict(list))
    for taken in evidence.taken:
        one, step = expected.get(taken.message_id, (None, ""))
        if one is None or taken.to != one.address:
            result.note("doubled", f"nobody asked for {taken}")
            continue
        came[one.case_id][step].append(taken)
    return came


def _outbox(folder: Path) -> Counter[str]:
    """How often each letter and text message lies in the outbox, by its delivery key or the name of its file."""
    slips = Counter(json.loads(file.read_text())["key"] for file in folder.glob("letter/*.json"))
    return slips + Counter(file.name.rpartition("-")[0] for file in folder.glob("sms/*.txt"))


def _messages(kept: Kept, came: dict[str, list[Taken]], result: Count) -> None:
    steps = [step for step in POLICIES[kept.one.policy].steps if Channel.email in (step.channels or ())]
    for step in steps:
        name = f"{kept.one.case_id}/{step.step}"
        arrived = came.get(step.step, [])
        if len(arrived) > 1:
            result.note("doubled", f"{name} was taken {len(arrived)} times")
        if not arrived and _demanded(kept, step.step):
            result.note("lost", f"{name} never came")
        if arrived and not _known(kept, step.step):
            result.note("forgotten", f"{name} came, and the case does not know")
    moments = [came[step.step][0].at for step in steps if came.get(step.step)]
    if moments != sorted(moments):
        result.note("out of order", f"{kept.one.case_id}: {moments}")
    for sentence in _too_close(kept):
        result.note("out of order", sentence)


def _demanded(kept: Kept, step: str) -> bool:
    """Whether the policy demands the e-mail of the step: all of them, but what a payment in full stopped.

    A step that was assumed to have gone out may not have: the policy says so.
    """
    records = kept.case.records(step)
    if any(record.why == "outcome_unknown" for record in records):
        return False
    return kept.one.story != "paid" or any(record.done for record in records)


def _known(kept: Kept, step: str) -> bool:
    rows = [row for row in kept.deliveries if row.covers[0].step == step and row.channel == "email"]
    return bool(kept.case.records(step)) or any(row.state == "unknown" for row in rows)


def _too_close(kept: Kept) -> Iterator[str]:
    """Two contacts on one day of the case's own clock."""
    days = [record.at.astimezone(_PARIS).date() for record in kept.case.steps if record.done]
    yield from (f"{kept.one.case_id} has two steps on {day}" for day, times in Counter(days).items() if times > 1)


def _papers(kept: Kept, made: Counter[str], result: Count) -> None:
    """Letters and text messages: the outbox can tell a repeat, so there is exactly one for each step done."""
    for step in POLICIES[kept.one.policy].steps:
        for channel in {Channel.letter, Channel.sms} & set(step.channels or ()):
            done = [record for record in kept.case.records(step.step) if record.done]
            wanted = sum(channel in record.channels for record in done)
            names = [f"{kept.one.case_id}/{step.step}/{number}/{channel}" for number in range(1, MOST_TIMES)]
            found = sum(made[name] + made[name.replace("/", "_")] for name in names)
            told = any(problem.key.endswith(f"/{channel}") for problem in kept.case.problems)
            if found > 1:
                result.note("doubled", f"{names[0]}: {found} in the outbox")
            if found < wanted or (kept.one.story != "paid" and not found and not told):
                result.note("lost", f"{names[0]}: {found} in the outbox")


def _facts(kept: Kept, evidence: Evidence, result: Count) -> None:
    told = {f"{one.fact['fact']}:{one.fact['id']}": one.fact["id"] in evidence.acknowledged for one in kept.one.told}
    told |= {one.fact: one.done for one in evidence.answers.values() if one.case_id == kept.one.case_id}
    for key, acknowledged in told.items():
        times = kept.journal.count(key)
        if acknowledged and (not times or key not in kept.case.seen):
            result.note("facts lost", key)
        if times > 1:
            result.note("facts twice", key)
    if kept.one.story == "paid" and kept.row.outcome != "paid":
        result.note("facts lost", f"{kept.one.case_id} is paid and not closed")


def _stuck(kept: Kept, seen: Seen) -> Iterator[str]:
    """A case with money due has a timer, a hold or a task, and its run knows what the ledger knows."""
    row = kept.row
    if row.status == "closed":
        if seen.status is not WorkflowExecutionStatus.COMPLETED:
            yield f"is closed, and its run is {seen.status}"
        return
    if seen.status is not WorkflowExecutionStatus.RUNNING or seen.view is None:
        yield f"is open, and its run is {seen.status}"
        return
    if row.doing not in ("ask", "wait") or (row.next_at is None and not kept.tasks):
        yield f"does {row.doing} until {row.next_at} with tasks {kept.tasks}"
    if seen.failing or seen.busy or seen.view["waiting"]:
        yield f"is not at rest: {seen}"
    if seen.view["case"] != row.state:
        yield f"knows seq {seen.view['case'].get('seq')}, the ledger seq {row.seq}"
