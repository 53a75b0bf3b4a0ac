"""What people are taken to do in a preview: collectors call, approvers approve. One assumption for one case and all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dunning import facts as f
from dunning.decision import Task

A_MOMENT = timedelta(minutes=1)  # what happens at the very moment of a question is taken in before it is asked


@dataclass(frozen=True)
class People:
    """Calls are made on the day asked for and end with `calls`; approvals come at once (`given`) or never."""

    calls: Literal["no_answer", "reached"] = "no_answer"
    approvals: Literal["given", "withheld"] = "given"

    def act(self, task: Task, name: str, at: datetime) -> f.Fact | None:
        """What a person does about the task at the moment `at`; None when it stays open. `name` is the act's id."""
        if task.kind == "call":
            return f.CallMade(id=name, at=at, result=self.calls)
        if task.kind == "approve" and task.step and self.approvals == "given":
            return f.StepApproved(id=name, at=at, step=task.step)
        return None
