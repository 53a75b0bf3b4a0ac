"""The shapes in which a rule answers."""

from __future__ import annotations

from datetime import datetime

from dunning import facts as f
from dunning.case import Case
from dunning.decision import AskPerson, Decision, Task, Wait
from dunning.making import made
from dunning.reasons import Because
from dunning.schedule import Place

# A rule answers with a decision, with a fact that time has brought about, or not at all.
Answer = Decision | f.Fact | None


def wait(case: Case, until: datetime, why: Because, step: str | None = None) -> Wait:
    told = {"because": why, "outstanding": case.outstanding, "tasks": (), "do": "wait", "until": until, "step": step}
    return made(Wait, told)


def ask(case: Case, task: Task, until: datetime | None = None) -> AskPerson:
    told = {"because": task.why, "outstanding": case.outstanding, "tasks": (task,), "do": "ask"}
    return made(AskPerson, told | {"until": until, "step": task.step})


def fact_id(case: Case, word: str) -> str:
    return f"{word}@{case.seq}"


def skip(here: Place, now: datetime, why: str, words: dict[str, str]) -> f.StepSkipped:
    return f.StepSkipped(id=fact_id(here.case, "skipped"), at=now, step=here.step.step, why=why, words=words)
