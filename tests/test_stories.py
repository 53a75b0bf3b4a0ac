"""Each story is told twice, to the simulator and to the durable workflow on a real server, and must go the same way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from console.policies.files import LoadedPolicy
from console.stories.clock import StoryTime
from console.stories.coverage import coverage
from console.stories.differences import compared
from console.stories.durable import House, Lived, live_all
from console.stories.otherwise import not_as_told, otherwise
from console.stories.policies import books
from console.stories.reading import StoryFile
from console.stories.story import Story, tell, zone_of
from console.stories.telling import Verdict, judge
from console.stories.words import Speech
from tests.durable import Room
from tests.temporal_env import skipping_env, worker_on
from workflows.case import CaseWorkflow

__all__ = ["skipping_env"]
pytestmark = pytest.mark.xdist_group("temporal")
POLICIES = Path(__file__).parents[1] / "policies"
(BOOK,) = books([], POLICIES)
STORIES = {file.name: file for file in BOOK.files}


def sound(file: StoryFile) -> tuple[Story, LoadedPolicy]:
    """The story of a file with its policy; fails with what is wrong with it."""
    assert file.story, "\n".join(map(str, file.findings))
    return file.story, BOOK.policies[file.story.policy]


@pytest.mark.parametrize("name", STORIES)
def test_the_rules_tell_the_story_as_expected(name: str) -> None:
    """What the credit manager wrote down to happen is what the policy does, day by day."""
    story, policy = sound(STORIES[name])
    _, lines = tell(story, policy.policy)
    assert [row for row in compared(story, lines) if row.kind != "same"] == []


@pytest.mark.parametrize("policy", BOOK.policies)
def test_the_stories_reach_every_step_and_every_branch_of_what_is_shipped(policy: str) -> None:
    """A step that no story reaches could be changed on Monday, and nobody would see what it does on Tuesday."""
    told = [sound(file) for file in STORIES.values() if file.story and file.story.policy == policy]
    reached = coverage(BOOK.policies[policy].policy, [(story, tell(story, of.policy)[0]) for story, of in told])
    assert [goal for goal in reached.missed if goal.kind in ("steps", "branches")] == []


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stories_ledger(request: pytest.FixtureRequest) -> str:
    """Where the stories' ledger is, on each of the two databases; empty for a file of the room's own."""
    if request.param == "sqlite":
        return ""
    server = request.getfixturevalue("postgres")
    return str(server.url(server.new_database(request.getfixturevalue("postgres_template"))))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def durable(
    skipping_env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory, stories_ledger: str
) -> AsyncIterator[dict[str, Lived | BaseException]]:
    """All stories told at the same time on one worker, in the workflow's sandbox."""
    room = Room(skipping_env, tmp_path_factory.mktemp("stories"), url=stories_ledger)
    hire = partial(worker_on, skipping_env)
    clock = StoryTime(room.activities)
    house = House(skipping_env, room.ledger, clock, lambda queue, acts: hire(queue, [CaseWorkflow], acts), room.queue)
    done: list[int] = []
    told = await live_all(house, [sound(file) for file in STORIES.values()], lambda: done.append(1))
    assert len(done) == sum(isinstance(lived, Lived) for lived in told)
    yield dict(zip(STORIES, told, strict=True))
    room.ledger.close()


@pytest.mark.parametrize("name", STORIES)
async def test_the_durable_workflow_tells_the_same_story(name: str, durable: dict[str, Lived | BaseException]) -> None:
    """Months on a real server: same steps, same minutes, same reasons, same open work as in the simulator."""
    _, policy = sound(STORIES[name])
    lived = durable[name]
    if isinstance(lived, BaseException):
        raise lived
    assert not_as_told(judge(STORIES[name], policy, "en"), lived, "en") == ()


def in_other_words(name: str, durable: dict[str, Lived | BaseException], **changed: object) -> list[str]:
    """What is said when the workflow had told the story with these changes."""
    story, policy = sound(STORIES[name])
    lived = durable[name]
    assert isinstance(lived, Lived)
    life, lines = tell(story, policy.policy)
    telling = Speech(policy.policy, "en"), zone_of(story, policy.policy)
    return otherwise(replace(lived, **changed), life, lines, telling)  # type: ignore[arg-type]  # any of its fields


async def test_what_the_workflow_does_otherwise_is_said_in_words(durable: dict[str, Lived | BaseException]) -> None:
    """Had the workflow sent the last reminder a day later, lost a task or forgotten a payment, each is a sentence."""
    lived = durable["undisturbed-walk"]
    assert isinstance(lived, Lived)
    steps = [dict(step) for step in lived.case["steps"]]
    steps[5]["at"] = steps[5]["at"].replace("2026-03-18", "2026-03-19")
    (said,) = in_other_words("undisturbed-walk", durable, case={**lived.case, "steps": steps})
    assert said == (
        "By the rules: Wed 18 March 2026 at 09:00, Last reminder goes out (email, letter). "
        "In the workflow: Thu 19 March 2026 at 09:00, Last reminder goes out (email, letter)."
    )
    fewer = in_other_words("undisturbed-walk", durable, case={**lived.case, "steps": steps[:-1]})
    assert any("In the workflow: nothing more." in sentence for sentence in fewer)
    assert in_other_words("undisturbed-walk", durable, tasks=frozenset({"call/x/1"})) == [
        "The task handed-over/way-out/1 is not open in the workflow.",
        "The task call/x/1 is open in the workflow only.",
    ]
    assert in_other_words("promise-broken", durable, refused=0) == ["Acts refused: 1 by the rules, 0 in the workflow."]
    waits = durable["promise-broken"]
    assert isinstance(waits, Lived)
    assert waits.next_at
    (late,) = in_other_words("promise-broken", durable, next_at=waits.next_at + timedelta(days=1))
    assert late.startswith("At the end, until: ")
    paid = durable["promise-kept"]
    assert isinstance(paid, Lived)
    unpaid = {key: value for key, value in paid.case.items() if key != "payments"}
    (lost,) = in_other_words("promise-kept", durable, case=unpaid)
    assert lost.startswith("At the end, payments: {")
    assert lost.endswith("by the rules, nothing in the workflow.")


def test_a_workflow_that_does_not_come_to_the_end_is_said() -> None:
    """The server goes away on 3 March: the story fails with the reason, and nothing is taken for told."""
    file = STORIES["bounced"]
    verdict = judge(file, sound(file)[1], "en")
    assert not_as_told(verdict, TimeoutError(), "en") == (
        "The workflow did not come to the story's end: it was not done after 60 seconds.",
    )
    assert not_as_told(verdict, ConnectionError("gone\nfor good"), "en") == (
        "The workflow did not come to the story's end: ConnectionError: gone for good",
    )
    assert verdict.passed
    assert not Verdict(file, otherwise=("it went out twice",)).passed
