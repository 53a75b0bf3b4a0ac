"""What an activity learned and decided, written into the ledger in one transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.looking_back import newest
from dunning import facts as f
from dunning.case import Case
from dunning.decision import DECISION, AskPerson, Close, Decision, Task
from ledger.cases import CaseRecord, record
from ledger.cases import case as case_row
from ledger.journal import JournalEntry
from ledger.sending import foresee
from ledger.store import Ledger
from ledger.tasks import TaskDone, TaskFilter, TaskWanted, list_tasks


class Overtaken(RuntimeError):
    """A try that was given up ran on, and the case has gone on since: what it decided holds no more."""


@dataclass(frozen=True)
class Outcome:
    """A case before and after, the facts that made the difference, and the decision that holds now."""

    before: Case
    after: Case
    facts: tuple[f.Fact, ...]
    decision: Decision
    now: datetime


def case_json(case: Case) -> dict[str, Any]:
    """The case as it travels and is kept: what is empty is left out."""
    return case.model_dump(mode="json", exclude_defaults=True)


def decision_json(decision: Decision) -> dict[str, Any]:
    """The decision as it travels and is kept."""
    kept: dict[str, Any] = DECISION.dump_python(decision, mode="json", exclude_none=True)
    return kept


def keep(ledger: Ledger, outcome: Outcome, sheets: dict[str, dict[str, Any]], language: str) -> None:
    """Write journal, case row and tasks. Saying the same again changes nothing. `sheets` are call tasks' bodies."""
    after, decision = outcome.after, outcome.decision
    wanted = [_task(task, sheets, language) for task in decision.tasks]
    with ledger.write() as db:
        if newest(outcome.before, case_row(db, after.id, held=True)) is not outcome.before:
            raise Overtaken(f"case {after.id} went on while this was under way; the next try starts from there")
        # Another page than this one is opened rarely: a case has a handful of tasks.
        open_now = list_tasks(db, TaskFilter(case_id=after.id, limit=500)) if _acts(outcome) else []
        record(
            db,
            CaseRecord(
                case_id=after.id,
                state=case_json(after),
                seq=after.seq,
                status="closed" if isinstance(decision, Close) else "open",
                outcome=decision.outcome if isinstance(decision, Close) else None,
                step=getattr(decision, "step", None),
                next_at=getattr(decision, "until", None),
                doing=decision.do,
                because=decision.because.model_dump(mode="json"),
                outstanding=after.outstanding,
                at=outcome.now,
                done=_settled(outcome, {task.key for task in open_now} - {task.key for task in wanted}),
                policy_name=after.policy if after.policy_hash != outcome.before.policy_hash else None,
                policy_hash=after.policy_hash if after.policy_hash != outcome.before.policy_hash else None,
            ),
            _entries(outcome),
            wanted,
        )
        if acted := [f.fact_name(fact) for fact in outcome.facts if _asks_for_more(fact)]:
            foresee(db, outcome.now, 1, acted[-1])


def _asks_for_more(fact: f.Fact) -> bool:
    """Whether a person's act on this one case may lead to a contact that the day's plan could not foresee.

    A policy's change is not one: made for many cases at once, it is what the brake should look at.
    """
    return isinstance(fact, f.Act | f.ContactChanged) and not isinstance(fact, f.PolicyChanged)


def _entries(outcome: Outcome) -> list[JournalEntry]:
    first = outcome.after.seq - len(outcome.facts)
    entries = [
        JournalEntry(
            key=f"{f.fact_name(fact)}:{fact.id}",
            seq=first + place,
            at=fact.at,
            kind=f.fact_name(fact),
            body=fact.model_dump(mode="json", exclude={"at"}),
        )
        for place, fact in enumerate(outcome.facts, start=1)
    ]
    return [*entries, _decided(outcome)]


def _decided(outcome: Outcome) -> JournalEntry:
    body = decision_json(outcome.decision)
    # While sending is stopped a case looks again every hour: one row says so, not one for every look.
    told = {k: v for k, v in body.items() if k != "until" or outcome.decision.because.code != "sending_stopped"}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
    seq = outcome.after.seq
    body["why"] = outcome.decision.because.text("en")
    return JournalEntry(key=f"Decided:{seq}/{digest}", seq=seq, at=outcome.now, kind="Decided", body=body)


def _task(task: Task, sheets: dict[str, dict[str, Any]], language: str) -> TaskWanted:
    body: dict[str, Any] = {"why": task.why.model_dump(mode="json"), "step": task.step}
    return TaskWanted(
        key=task.key,
        kind=task.kind,
        title=task.why.text(language),
        body=body | sheets.get(task.key, {}),
        due_at=task.due,
    )


def _acts(outcome: Outcome) -> list[f.Fact]:
    return [fact for fact in outcome.facts if isinstance(fact, f.Act | f.ProblemSettled)]


def _settled(outcome: Outcome, gone: set[str]) -> tuple[TaskDone, ...]:
    """A person's act did the tasks that are no longer wanted after it."""
    acts = _acts(outcome)
    if not acts:
        return ()
    return tuple(TaskDone(key, acts[-1].by, {"by_act": f.fact_name(acts[-1])}) for key in sorted(gone))


def is_call(decision: Decision) -> bool:
    """Whether a person is asked to call."""
    return isinstance(decision, AskPerson) and any(task.kind == "call" for task in decision.tasks)
