"""The durable case: a mailman with an alarm clock that takes the facts that arrived, asks, and acts or waits."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.questions import Answer, Question
    from dunning.case import Case
    from dunning.timeline import timeline
    from workflows.failed import asked_for, words

TASK_QUEUE = "relance"
MOST_AT_ONCE = 100  # facts that one question takes from the inbox
MOST_TEXT = 20_000  # characters of one fact: a payment plan of 60 instalments has 5,000
ONE_TRY = timedelta(seconds=120)  # of a step; the server takes a worker that was silent for so long for dead
MOST_TEXTS = 200_000  # characters of one question, and of an inbox that travels: a payload may have two million bytes

_QUICK = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=3)
_PATIENT = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=1))
_FOR_MINUTES, _FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=15), timedelta(seconds=2), timedelta(minutes=2)


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
            if self._may_continue_as_new():
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

    def _may_continue_as_new(self) -> bool:
        suggested = workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished()
        return suggested and len(self._batch(len(self.state.inbox))) == len(self.state.inbox)

    def _batch(self, most: int) -> list[dict[str, Any]]:
        """The letters that came first: at most so many, and no more than a payload can carry."""
        size = 0
        for number, letter in enumerate(self.state.inbox[:most]):
            size += len(letter["fact"])
            if number and size > MOST_TEXTS:
                return self.state.inbox[:number]
        return self.state.inbox[:most]

    async def _time_passes(self) -> bool:
        """Sleep until the decision's moment; False when something arrived first."""
        until = self._decision.get("until")
        pause = datetime.fromisoformat(until) - workflow.now() if until else None
        if pause is not None and pause <= timedelta(0):
            return True
        summary = self._decision.get("step") or self._decision["do"]
        with suppress(TimeoutError):  # nothing arrived: the moment has come
            await workflow.wait_condition(lambda: bool(self.state.inbox), timeout=pause, timeout_summary=summary)
        return not self.state.inbox

    async def _ask(self, failed: str | None = None) -> None:
        """Hand over what arrived and keep the answer; a ledger that is away is waited for."""
        batch = self._batch(MOST_AT_ONCE)
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
        except FailureError as error:  # of a local activity the SDK raises the cause itself, not an ActivityError
            if is_cancelled_exception(error):
                raise
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
        """Let the activity look again and act, for minutes; what arrives meanwhile stops its next try."""
        last, pause = workflow.now() + _FOR_MINUTES, _FIRST_PAUSE
        while not self.state.inbox and (error := await self._try()) is not None:
            pause = max(pause, asked_for(error))
            if workflow.now() + pause > last:
                await self._ask(failed=words(error))
                break
            with suppress(TimeoutError):  # nothing arrived: the next try
                await workflow.wait_condition(lambda: bool(self.state.inbox), timeout=pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _try(self) -> ActivityError | None:
        """One try. A second one by the server itself could begin, after a crash, before what arrived was read."""
        handle = workflow.start_activity(
            "perform",
            Question(self.state.case_id, self.state.case),
            result_type=Answer,
            start_to_close_timeout=ONE_TRY,  # none for waiting: on a busy morning a late start is no failure
            retry_policy=RetryPolicy(maximum_attempts=1),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=self._decision.get("step") or self._decision["do"],
        )
        await workflow.wait_condition(lambda: handle.done() or bool(self.state.inbox))
        if not handle.done():
            handle.cancel()
        try:
            self._keep(await handle, [])
        except ActivityError as error:
            return None if is_cancelled_exception(error) else error
        return None

    def _put(self, raw: RawValue | None, act: bool) -> int:
        """Put what came into the inbox as text, whatever it is: reading it here could stop the case for good."""
        text = raw.payload.data.decode(errors="replace") if raw else ""
        self._letters += 1
        at = workflow.now().isoformat()
        self.state.inbox.append({"fact": text[:MOST_TEXT], "at": at, "act": act, "letter": self._letters})
        return self._letters

    @workflow.signal(dynamic=True)
    def fact(self, name: str, values: Sequence[RawValue]) -> None:
        """Something happened outside. Durable once acknowledged; checked by the core afterwards.

        Takes the signal `fact`, and any other: one under a wrong name would wait unseen for ever.
        """
        for raw in values or (None,):
            self._put(raw, act=False)

    @workflow.update(dynamic=True)
    async def act(self, name: str, values: Sequence[RawValue]) -> dict[str, Any]:
        """The update `act`: a person acts. The new state, or `NotPossible` with the refusal and nothing changed."""
        if name != "act" or len(values) != 1:
            raise ApplicationError("The update is `act`, with one fact.", type="NotPossible", non_retryable=True)
        letter = self._put(values[0], act=True)
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
        passed = timeline(Case.model_validate(self.state.case)) if self.state.case else ()
        return [one.model_dump(mode="json") for one in passed]
