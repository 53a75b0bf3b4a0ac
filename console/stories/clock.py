"""The clock of a story told on a real server: the server's begins now, and stories keep their dates for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from temporalio import activity

from activities.cases import CaseActivities
from activities.questions import Answer, Question


class StoryTime:
    """The activities of many cases, each moved from the server's time to its own story's."""

    def __init__(self, inner: CaseActivities) -> None:
        self.inner = inner.by_clock(self.now)
        self.begins: dict[str, datetime] = {}
        self.shift: dict[str, timedelta] = {}

    def begin(self, case_id: str, at: datetime) -> None:
        """The next run of the case begins at this moment of its story."""
        self.shift.pop(case_id, None)
        self.begins[case_id] = at

    def jump(self, case_id: str, at: datetime, moment: datetime) -> None:
        """This moment of the server's clock is that moment of the story, however long the story slept."""
        self.shift[case_id] = moment - at

    def moved(self, case_id: str, moment: datetime) -> datetime:
        """A moment of the server's clock in the story's time."""
        shift = self.shift.setdefault(case_id, moment - self.begins[case_id])
        return moment - shift

    def now(self) -> datetime:
        """The story's time at the start of this try of an activity."""
        info = activity.info()
        return self.moved(str(info.workflow_id).removeprefix("case/"), info.started_time.astimezone(UTC))

    @activity.defn(name="ask")
    def ask(self, question: Question) -> Answer:
        """Ask as the worker does, in the story's time."""
        if not question.now:
            raise ConnectionError("the story's ledger was away")
        now = self.moved(question.case_id, datetime.fromisoformat(question.now))
        letters = [
            letter | {"at": self.moved(question.case_id, datetime.fromisoformat(letter["at"])).isoformat()}
            for letter in question.letters
        ]
        return self._back(question.case_id, self.inner.ask(replace(question, now=now.isoformat(), letters=letters)))

    @activity.defn(name="perform")
    def perform(self, question: Question) -> Answer:
        """Carry a step out as the worker does, in the story's time."""
        return self._back(question.case_id, self.inner.perform(question))

    def _back(self, case_id: str, answer: Answer) -> Answer:
        if until := answer.decision.get("until"):
            moment = datetime.fromisoformat(until) + self.shift[case_id]
            return replace(answer, decision=answer.decision | {"until": moment.isoformat()})
        return answer
