"""The durable case: a mailman with an alarm clock that takes the facts that arrived, asks, and acts or waits."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.questions import Answer, Question
    from dunning.case import Case
    from dunning.timeline import timeline

TASK_QUEUE = "relance"
MOST_AT_ONCE = 100  # facts that one question takes from the inbox

_QUICK = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=3)
_PATIENT = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=1))
_FOR_MINUTES = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=2))


@dataclass
class CaseState:
    """All that survives: carried whole through continue-as-new. `case` and `decision` are the core's, as JSON."""

    case_id: str
    case: dict[str, Any] | None = None
    decision: dict[str, Any] | None = None
    inbox: list[dict[str, Any]] = field(default_factory=list)


@workflow.defn(name="case")
class CaseWorkflow:
    """One unpaid invoice, from its first day to its end."""

    @workflow.init
    def __init__(self, state: CaseState) -> None:
        self.state = state
        self._letters = 0
        self._answered: dict[int, str | None] = {}

    @workflow.run
    async def run(self, state: CaseState) -> dict[str, Any]:
        """Live until the case closes; returns the decision that closed it."""
        while True:
            if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
                workflow.continue_as_new(self.state)  # the inbox travels along: waiting for it to empty could last
            if self.state.inbox or self.state.decision is None:
                await self._ask()
            elif self._decision["do"] == "close":
                # An act that arrives now waits for the loop, so the loop must not wait for it.
                await workflow.wait_condition(lambda: workflow.all_handlers_finished() or bool(self.state.inbox))
                if not self.state.inbox:
                    return self._decision
            elif self._decision["do"] == "perform" or await self._time_passes():
                await self._perform()

    @property
    def _decision(self) -> dict[str, Any]:
        return self.state.decision or {}

    async def _time_passes(self) -> bool:
        """Sleep until the decision's moment; False when something arrived first."""
        until = self._decision.get("until")
        pause = datetime.fromisoformat(until) - workflow.now() if until else None
        if pause is not None and pause <= timedelta(0):
            return True
        summary = self._decision.get("step") or self._decision["do"]
        try:
            await workflow.wait_condition(lambda: bool(self.state.inbox), timeout=pause, timeout_summary=summary)
        except TimeoutError:
            return not self.state.inbox
        return False

    async def _ask(self, failed: str | None = None) -> None:
        """Hand over what arrived and keep the answer; a ledger that is away is waited for."""
        batch = self.state.inbox[:MOST_AT_ONCE]
        question = Question(self.state.case_id, self.state.case, batch, workflow.now().isoformat(), failed)
        try:
            answer = await workflow.execute_local_activity(
                "ask",
                question,
                result_type=Answer,
                schedule_to_close_timeout=timedelta(seconds=20),
                start_to_close_timeout=timedelta(seconds=8),
                retry_policy=_QUICK,
            )
        except ActivityError:
            question.now = None  # by the time somebody answers it will be later: the activity reads the clock itself
            answer = await workflow.execute_activity(
                "ask",
                question,
                result_type=Answer,
                start_to_close_timeout=timedelta(seconds=60),
                retry_policy=_PATIENT,
            )
        del self.state.inbox[: len(batch)]
        self._keep(answer, batch)

    def _keep(self, answer: Answer, batch: list[dict[str, Any]]) -> None:
        self.state.case, self.state.decision = answer.case, answer.decision
        for letter in batch:
            if letter["act"]:
                self._answered[letter["letter"]] = answer.refused.get(str(letter["letter"]))

    async def _perform(self) -> None:
        """Let the activity look again and act; what arrives meanwhile stops its next try."""
        handle = workflow.start_activity(
            "perform",
            Question(self.state.case_id, self.state.case),
            result_type=Answer,
            start_to_close_timeout=timedelta(seconds=120),
            schedule_to_close_timeout=timedelta(minutes=15),
            retry_policy=_FOR_MINUTES,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=self._decision.get("step") or self._decision["do"],
        )
        await workflow.wait_condition(lambda: handle.done() or bool(self.state.inbox))
        if not handle.done():
            handle.cancel()
        try:
            self._keep(await handle, [])
        except ActivityError as error:
            if not is_cancelled_exception(error):
                await self._ask(failed=str(error.cause or error)[:300])

    def _put(self, raw: RawValue, act: bool) -> int:
        """Put what came into the inbox, whatever it is: a payload that is no JSON is kept as text."""
        data = raw.payload.data
        try:
            fact = json.loads(data)
        except ValueError:
            fact = data[:2000].decode(errors="replace")
        self._letters += 1
        at = workflow.now().isoformat()
        self.state.inbox.append({"fact": fact, "at": at, "act": act, "letter": self._letters})
        return self._letters

    @workflow.signal(name="fact")
    def fact(self, raw: RawValue) -> None:
        """Something happened outside. Durable once acknowledged; checked by the core afterwards."""
        self._put(raw, act=False)

    @workflow.update(name="act")
    async def act(self, raw: RawValue) -> dict[str, Any]:
        """A person acts: the new state, or `NotPossible` with the refusal and nothing changed."""
        letter = self._put(raw, act=True)
        await workflow.wait_condition(lambda: letter in self._answered)
        refusal = self._answered.pop(letter)
        if refusal is not None:
            raise ApplicationError(refusal, type="NotPossible", non_retryable=True)
        return self.view()

    @workflow.query(name="state")
    def view(self) -> dict[str, Any]:
        """The case as known, the decision that holds with its reason, and how much waits in the inbox."""
        return {"case": self.state.case, "decision": self.state.decision, "waiting": len(self.state.inbox)}

    @workflow.query(name="timeline")
    def timeline(self) -> list[dict[str, Any]]:
        """What the case has behind it, oldest first."""
        if self.state.case is None:
            return []
        return [passed.model_dump(mode="json") for passed in timeline(Case.model_validate(self.state.case))]
