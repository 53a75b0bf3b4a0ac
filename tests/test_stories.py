"""Each story is told twice, to the simulator and to the durable workflow on a real server, and must go the same way."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

import activities.cases
from activities.questions import Answer, Question
from console.cases import Cases
from console.output import Stop
from console.policy_files import LoadedPolicy, load_folder
from console.stories import Story, StoryRefused, case_of, differences, load_story, sayings, tell, zone_of
from console.story_facts import CASE_ID, Saying, when
from dunning.case import Case
from ledger import book
from ledger.cases import NewCase, add_case
from ledger.cases import case as ledger_case
from ledger.policies import PolicyBundle, keep_policy
from ledger.tasks import TaskFilter, list_tasks
from tests.durable import Room
from tests.outage import by_the_minute, known, simulated_known, task_waits
from tests.temporal_env import queue_name, skipping_env, worker_on
from workflows.case import CaseWorkflow

__all__ = ["skipping_env"]
pytestmark = pytest.mark.xdist_group("temporal")
POLICIES = Path(__file__).parents[1] / "policies"
STORIES = {path.stem: load_story(path) for path in sorted((POLICIES / "stories").glob("*.yaml"))}
LOADED = {loaded.policy.policy: loaded for loaded in load_folder(POLICIES).policies}


@pytest.mark.parametrize("name", STORIES)
def test_the_rules_tell_the_story_as_expected(name: str) -> None:
    """What the credit manager wrote down to happen is what the policy does, day by day."""
    story = STORIES[name]
    _, lines = tell(story, LOADED[story.policy].policy)
    assert not differences(story, lines)


class StoryTime:
    """Moves a workflow's clock to its story's: the server's begins now, and stories keep their dates for ever."""

    def __init__(self, inner: activities.cases.CaseActivities) -> None:
        self.inner = inner
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
        info = activity.info()
        return self.moved(str(info.workflow_id).removeprefix("case/"), info.started_time.astimezone(UTC))

    @activity.defn(name="ask")
    def ask(self, question: Question) -> Answer:
        assert question.now, "the ledger was away"
        now = self.moved(question.case_id, datetime.fromisoformat(question.now))
        letters = [
            letter | {"at": self.moved(question.case_id, datetime.fromisoformat(letter["at"])).isoformat()}
            for letter in question.letters
        ]
        return self._back(question.case_id, self.inner.ask(replace(question, now=now.isoformat(), letters=letters)))

    @activity.defn(name="perform")
    def perform(self, question: Question) -> Answer:
        return self._back(question.case_id, self.inner.perform(question))

    def _back(self, case_id: str, answer: Answer) -> Answer:
        if until := answer.decision.get("until"):
            moment = datetime.fromisoformat(until) + self.shift[case_id]
            return replace(answer, decision=answer.decision | {"until": moment.isoformat()})
        return answer


@dataclass(frozen=True)
class Told:
    """How the durable telling ended: by the ledger, with the open tasks' keys and what was refused."""

    case: dict[str, Any]
    doing: str
    because: dict[str, Any]
    next_at: datetime | None
    tasks: set[str]
    refused: int


class Teller:
    """Tells stories to the real workflow, its activities, a ledger in a file and an outbox folder."""

    def __init__(self, room: Room, clock: StoryTime, queue: str) -> None:
        self.room, self.clock = room, clock
        self.cases = Cases(room.env.client, room.ledger, queue)

    async def tell(self, story: Story) -> Told:
        loaded = LOADED[story.policy]
        case = self._write_down(story, loaded)
        self.clock.begin(case.id, case.added_at)
        with self.room.env.with_time_skipping_disabled():
            await self.cases.start([case.id])
        await self.cases.settled(case.id)
        refused = 0
        for said in sayings(story, loaded.policy):
            refused += await self._say(case.id, said)
        zone = zone_of(story, loaded.policy)
        last = story.until or max(datetime.fromisoformat(str(t["on"])).date() for t in story.expect)
        await self._wait_until(case.id, datetime.combine(last, time(23, 59), zone))
        return self._outcome(case.id, refused)

    def _write_down(self, story: Story, loaded: LoadedPolicy) -> Case:
        told = case_of(story, loaded.policy, f"S-{uuid.uuid4().hex[:8]}")
        owner = book.Debtor(
            id=f"D-{told.id}", name="Atelier Martin", kind=told.debtor.kind, country=told.debtor.country or "FR",
            segment=told.debtor.segment, subdivision=told.debtor.subdivision, time_zone=told.debtor.time_zone,
            email="compta@example.org", phone="+33123456789", address=("1 rue des Lilas", "75001 Paris"),
        )  # fmt: skip
        with self.room.ledger.write() as db:
            book.upsert_debtor(db, owner, told.added_at)
            source = PolicyBundle(story.policy, loaded.source_file, loaded.bundle, told.added_at)
            kept = keep_policy(db, source)
            case = told.model_copy(
                update={"policy_hash": kept, "debtor": told.debtor.model_copy(update={"id": owner.id})}
            )
            bill = case.invoice
            invoice = book.Invoice(case.id, case.id, owner.id, bill.issue_date, bill.due_date, bill.amount)
            state = case.model_dump(mode="json", exclude_defaults=True)
            assert add_case(db, NewCase(invoice, case.policy, kept, state, bill.amount, case.added_at))
        return case

    async def _say(self, case_id: str, said: Saying) -> int:
        """Say it at its moment, through the door it comes in by; 1 when it was refused."""
        running = await self._wait_until(case_id, said.at)
        raw = dict(said.raw)
        if "delivery" in raw:
            raw["delivery"] = raw["delivery"].replace(CASE_ID, case_id)
        if said.act:
            try:
                await self.cases.act(case_id, raw)
            except Stop:
                return 1
            return 0
        if not running:
            self.clock.begin(case_id, said.at)
        with self.room.env.with_time_skipping_disabled():
            await self.cases.tell(case_id, raw)
        await self._settled(case_id)
        return 0

    async def _settled(self, case_id: str) -> None:
        await self.cases.settled(case_id)

    async def _wait_until(self, case_id: str, at: datetime) -> bool:
        """Let the story's time pass; False when the case's run is over."""
        handle = self.room.env.client.get_workflow_handle(f"case/{case_id}")
        if (await handle.describe()).status != WorkflowExecutionStatus.RUNNING:
            return False
        here = self.clock.moved(case_id, await self.room.env.get_current_time(handle))
        if at <= here:
            return True
        return await self.room.env.fast_forward(handle, at - here)

    def _outcome(self, case_id: str, refused: int) -> Told:
        with self.room.ledger.read() as db:
            row = ledger_case(db, case_id)
            tasks = {task.key for task in list_tasks(db, TaskFilter(case_id=case_id))}
        return Told(row.state, str(row.doing), row.because, row.next_at, tasks, refused)


class DesertedTeller(Teller):
    """Tells a story in which the worker goes away and another comes: it has a queue of its own.

    The server's clock does not jump over a task that waits for a worker. It goes to the timer that rings in the empty
    house, where the story's clock jumps to the worker's return: to the case, which reads a clock only when its task
    is taken, that is the same.
    """

    def __init__(self, room: Room, clock: StoryTime, outage: tuple[datetime, datetime]) -> None:
        self.queue = queue_name()
        super().__init__(room, clock, self.queue)
        self.goes, self.back = outage
        self.worker, self.away = AsyncExitStack(), False

    async def tell(self, story: Story) -> Told:
        async with self.worker:
            await self._worker_comes()
            return await super().tell(story)

    async def _worker_comes(self) -> None:
        worker = worker_on(self.room.env, self.queue, [CaseWorkflow], [self.clock.ask, self.clock.perform])
        await self.worker.enter_async_context(worker)

    async def _wait_until(self, case_id: str, at: datetime) -> bool:
        if at >= self.goes:
            await self._worker_goes(case_id)
        if self.away and at >= self.back:
            await self._worker_is_back(case_id)
        return self.away or await super()._wait_until(case_id, at)

    async def _worker_goes(self, case_id: str) -> None:
        goes, self.goes = self.goes, datetime.max.replace(tzinfo=UTC)
        await super()._wait_until(case_id, goes)
        await self.worker.aclose()
        self.away = True
        with self.room.ledger.read() as db:
            rings = ledger_case(db, case_id).next_at
        if rings and rings < self.back:
            await super()._wait_until(case_id, rings)
            await task_waits(self.room.env.client.get_workflow_handle(f"case/{case_id}"))

    async def _worker_is_back(self, case_id: str) -> None:
        handle = self.room.env.client.get_workflow_handle(f"case/{case_id}")
        self.clock.jump(case_id, self.back, await self.room.env.get_current_time(handle))
        self.away = False
        await self._worker_comes()
        await self._settled(case_id)

    async def _settled(self, case_id: str) -> None:
        if not self.away:
            await super()._settled(case_id)


def outage_of(story: Story) -> tuple[datetime, datetime] | None:
    """When the story's worker goes, and when another comes."""
    zone = zone_of(story, LOADED[story.policy].policy)
    times = [(when(told["on"], zone), when(told["outage"], zone)) for told in story.facts if "outage" in told]
    return times[0] if times else None


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
) -> AsyncIterator[dict[str, Told | BaseException]]:
    """All stories told at the same time on one worker: each case has its own clock."""
    room = Room(skipping_env, tmp_path_factory.mktemp("stories"), url=stories_ledger)
    clock = StoryTime(room.activities)
    few = asyncio.Semaphore(8)

    async def one(story: Story) -> Told:
        outage = outage_of(story)
        teller = DesertedTeller(room, clock, outage) if outage else Teller(room, clock, room.queue)
        async with few:
            return await asyncio.wait_for(teller.tell(story), 60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(activities.cases, "_server_time", clock.now)
        async with worker_on(skipping_env, room.queue, [CaseWorkflow], [clock.ask, clock.perform]):
            told = await asyncio.gather(*(one(story) for story in STORIES.values()), return_exceptions=True)
            yield dict(zip(STORIES, told, strict=True))
    room.ledger.close()


@pytest.mark.parametrize("name", STORIES)
async def test_the_durable_workflow_tells_the_same_story(name: str, durable: dict[str, Told | BaseException]) -> None:
    """Months on a real server: same steps, same minutes, same reasons, same open work as in the simulator."""
    story, told = STORIES[name], durable[name]
    if isinstance(told, BaseException):
        raise told
    life, lines = tell(story, LOADED[story.policy].policy)
    assert known(told.case) == simulated_known(life)
    assert told.doing == life.decision.do
    assert told.because["code"] == life.decision.because.code
    until = getattr(life.decision, "until", None)
    assert by_the_minute(told.next_at and told.next_at.isoformat()) == by_the_minute(until and until.isoformat())
    assert {by_the_minute(key) for key in told.tasks} == {by_the_minute(task.key) for task in life.decision.tasks}
    assert told.refused == sum(line.verb == "refuses" for line in lines)


def test_a_story_that_does_not_come_true_is_said_with_the_line() -> None:
    """A manager expects the firm reminder on 2 March; it goes out on the 3rd."""
    story = STORIES["undisturbed-walk"]
    wrong = story.model_copy(update={"expect": ({"on": "2026-03-02", "sends": "firm-reminder"},)})
    _, lines = tell(wrong, LOADED[story.policy].policy)
    found = differences(wrong, lines)
    assert any("2026-02-17 09:00 sends courteous-reminder" in sentence for sentence in found)
    assert "expected, but it did not happen: 2026-03-02 sends firm-reminder" in found


GOOD = """title: Short
policy: standard-b2b
invoice: {issued: 2026-01-15, due: 2026-02-16, amount: 2400 EUR}
opened: 2026-01-16 09:30
facts:
  - {on: 2026-02-16 08:30, payment: {id: P1, amount: 2400 EUR}}
expect:
  - {on: 2026-02-16, closes: paid}
"""


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("closes: paid", "finishes: paid", "expect has `on:`"),
        ("payment:", "paiement:", "a fact has `on:`"),
        ("amount: 2400 EUR}\nopened", "amount: 2400 euros}\nopened", "is not an amount"),
        ("{id: P1, amount: 2400 EUR}", "2400 EUR", "payment on 2026-02-16"),
        ("title: Short", "title: Short\nmood: good", "mood"),
        ("title: Short", "title: Short\ntitle: Long", "not readable"),
    ],
)
def test_a_story_that_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path, good: str, bad: str, said: str) -> None:
    """Whatever is written wrong is named with the file; the right text is read."""
    file = tmp_path / "short.yaml"
    file.write_text(GOOD)
    assert load_story(file).title == "Short"
    file.write_text(GOOD.replace(good, bad))
    with pytest.raises(StoryRefused, match=re.escape(said)) as refusal:
        load_story(file)
    assert "short.yaml" in str(refusal.value)
