"""Every kind of case that an earlier release left open must be taken up by this one, event for event."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

import workflows.case
from dunning import facts as f
from dunning.case import Outcome
from dunning.decision import Decision, Perform
from dunning.terms import Channel, Route
from tests.plain_history import HISTORIES, load
from tests.record_histories import MANIFEST, manifest, shown
from tests.recorded_kinds import KINDS
from tests.temporal_env import workflow_runner
from workflows.case import CaseWorkflow

FILES = sorted(HISTORIES.glob("*.json.gz"))
RUNNERS = {"as production runs them": UnsandboxedWorkflowRunner(), "in the sandbox": workflow_runner()}


async def broken(workflow: type, runner: WorkflowRunner | None = None, only: str = "") -> dict[str, str]:
    """The recorded cases (or the `only` one) that this workflow cannot take up, each with the reason."""
    replayer = Replayer(
        workflows=[workflow],
        data_converter=pydantic_data_converter,
        workflow_runner=runner or RUNNERS["as production runs them"],
    )
    found: dict[str, str] = {}
    for file in (file for file in FILES if not only or file.name.startswith(f"{only}.")):
        result = await replayer.replay_workflow(load(file), raise_on_replay_failure=False)
        if result.replay_failure:
            found[file.name.removesuffix(".json.gz")] = str(result.replay_failure)[:400]
    return found


@pytest.mark.parametrize("runner", RUNNERS)
async def test_every_kind_of_case_that_was_left_open_is_taken_up(runner: str) -> None:
    """A release on a Tuesday finds cases of every kind begun under earlier ones: each goes on where it was."""
    assert await broken(CaseWorkflow, RUNNERS[runner]) == {}


def test_every_kind_has_its_history_and_every_history_its_kind() -> None:
    """A kind of case that nobody recorded, or a record that nobody can explain, is found on the day it comes about."""
    recorded = {file.name.removesuffix(".json.gz").partition("~")[0] for file in FILES}
    assert recorded == KINDS.keys(), "record what is missing: make histories"
    assert (HISTORIES / MANIFEST).read_text(encoding="utf-8") == manifest(HISTORIES)


def test_the_histories_show_every_fact_decision_outcome_and_way_out() -> None:
    """Somebody adds a fact on a Friday: until a case of its kind is recorded, this test names it."""
    seen: dict[str, set[str]] = {"facts": set(), "decisions": set(), "ways": set()}
    for file in FILES:
        for what, names in shown(file).items():
            seen[what] |= set(names)
    facts = {kind.__name__ for part in (f.Signalled, f.Act, f.Inner) for kind in get_args(part)}
    assert facts - seen["facts"] == set()
    assert _decisions() - seen["decisions"] == set()
    assert ({str(way) for way in (*Channel, *Route)} - {"ask"}) - seen["ways"] == set()


def _decisions() -> set[str]:
    """The decisions that the core knows, by what they do, of which kind, and with which outcome."""
    kinds = get_args(Perform.model_fields["kind"].annotation)
    more: dict[str, tuple[Any, ...]] = {"perform": kinds, "close": tuple(Outcome)}
    does = [kind.model_fields["do"].default for kind in get_args(get_args(Decision)[0])]
    return {f"{do} {word}".strip() for do in does for word in more.get(do, ("",))}


def test_the_recorded_files_stay_small_and_hold_nothing_of_the_machine_they_were_made_on() -> None:
    """A million bytes at most; no path, no name of a machine, no moment of the recording."""
    assert sum(file.stat().st_size for file in FILES) < 1_000_000
    told = "".join(load(file).to_json() for file in FILES)
    for foreign in ("/home/", "/root/", "/tmp/", "site-packages", "Traceback", "@vm"):
        assert foreign not in told
    assert {event.event_time.ToDatetime().year for file in FILES for event in load(file).events} == {2026}


# What somebody might do to the workflow without a thought for the cases that are under way, and a kind that shows it.
UNSAFE: dict[str, tuple[str, str, str]] = {
    "another name for the step's activity": ('            "perform",\n', '            "act",\n', "every-channel"),
    "another name for the question": (
        'execute_local_activity(\n                "ask"',
        'execute_local_activity(\n                "decide"',
        "paid-in-parts",
    ),
    "a pause before the first question": (
        "        while True:\n",
        "        await workflow.sleep(1)\n        while True:\n",
        "withdrawn",
    ),
    "a question after each step": (
        "            return None if is_cancelled_exception(error) else error\n",
        "            return None if is_cancelled_exception(error) else error\n        await self._ask()\n",
        "whole-course-to-the-agency",
    ),
    "no timer while waiting": ("timeout=pause, timeout_summary", "timeout=None, timeout_summary", "step-repeated"),
    "a try that nothing stops": (
        "            handle.cancel()\n",
        "            pass\n",
        "payment-while-a-letter-goes-out",
    ),
    "a run without an end": ("if self._may_continue_as_new():", "if False:", "continued-as-new-with-a-full-inbox~1"),
    "no regular question when the quick ones failed": (
        "answer = await workflow.execute_activity(",
        "answer = await workflow.execute_local_activity(",
        "ledger-away",
    ),
    "fewer tries of a step": ("= timedelta(minutes=15),", "= timedelta(minutes=1),", "technical-failure-then-success"),
}
SAFE: dict[str, tuple[str, str]] = {
    "a longer try": ("ONE_TRY = timedelta(seconds=120)", "ONE_TRY = timedelta(seconds=240)"),
    "more quick questions": ("maximum_attempts=3", "maximum_attempts=5"),
    "another summary": ("timeout_summary=summary", 'timeout_summary="waits"'),
    "one more query": ('@workflow.query(name="state")', '@workflow.query(name="view")'),
}


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[Any]:
    """Loads the workflow from a copy in which one text was replaced by another."""

    def load_changed(old: str, new: str) -> type:
        text = Path(workflows.case.__file__).read_text(encoding="utf-8")
        assert text.count(old) == 1, "the workflow was rewritten: change this example with it"
        file = tmp_path / "changed_case.py"
        file.write_text(text.replace(old, new), encoding="utf-8")
        spec = importlib.util.spec_from_file_location("changed_case", file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["changed_case"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found: type = module.CaseWorkflow
        return found

    yield load_changed
    sys.modules.pop("changed_case", None)


@pytest.mark.parametrize("what", UNSAFE)
async def test_a_change_that_would_break_open_cases_is_caught(what: str, changed: Any) -> None:
    """Somebody improves the workflow in spring: before the release it is said which open cases could not go on."""
    old, new, kind = UNSAFE[what]
    assert kind in await broken(changed(old, new), only=kind)


@pytest.mark.parametrize("what", SAFE)
async def test_a_change_that_open_cases_bear_is_let_through(what: str, changed: Any) -> None:
    """Times, tries of the server, words and queries may change at any time."""
    assert await broken(changed(*SAFE[what])) == {}
