"""The chaos run: real processes are killed at random moments while cases walk their steps and facts arrive."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar, get_args

from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from activities.mime import Identity, message_id
from activities.settings import Settings
from console.cases import Cases, NoWorker
from console.output import COULD_NOT_RUN, REFUSED, Stop
from ledger.deliveries import deliveries_of
from ledger.lists import CaseFilter, list_cases
from ledger.store import Ledger
from ledger.tasks import TaskFilter, TaskRow, list_tasks
from tests.chaos_book import Planned, Told, plan, write_cases
from tests.chaos_count import Answered
from tests.chaos_house import House, Layout
from tests.chaos_mail import ChaosMail, Murder
from tests.chaos_weather import CLOCKS, FULL, Ballast, at_another_time
from tests.durable import creditor
from worker import CannotRun, connect, prepare_namespace

BY_COMMAND = 2  # of a person's answers go through the `relance` command, the others through the same door from here
T = TypeVar("T")
FULL_SECONDS = 6.0
MURDERS: tuple[Murder, ...] = get_args(Murder)
_AWAY = (RPCError, DatabaseError, PoolTimeout, NoWorker, CannotRun)


@dataclass(frozen=True)
class Scale:
    """How much of everything: `seconds` is the time in which cases come in and kills happen.

    `weather` is what befalls them besides kills: FULL disks (of `layout.folder/ledger`) and LATE or EARLY clocks.
    """

    seed: int
    cases: int
    kills: int
    seconds: float
    quiet_within: float = 180.0
    weather: tuple[str, ...] = ()


@dataclass
class Run:
    """One chaos run. `acknowledged` is when (time.monotonic) each fact's id was; `refused` what was refused instead."""

    layout: Layout
    scale: Scale
    house: House = field(init=False)
    mail: ChaosMail = field(init=False)
    ledger: Ledger = field(init=False)
    planned: list[Planned] = field(init=False)
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    answered: dict[int, Answered] = field(default_factory=dict)
    commands: list[int] = field(default_factory=list)
    say: Callable[[str], None] = lambda _words: None
    _began: float = field(default_factory=time.monotonic)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.house = House(self.layout)
        self.mail = ChaosMail(self.house.kill_workers)
        self.ledger = Ledger(self.layout.database_url)
        self.planned = plan(random.Random(self.scale.seed), self.scale.cases, self.scale.seconds)

    async def go(self) -> tuple[Client, Cases]:
        """Live through it until all is quiet; the doors are open for counting until `close`."""
        client, cases = await self.open()
        self.house.start_workers()
        self._began = time.monotonic()
        async with asyncio.TaskGroup() as helpers:
            helpers.create_task(self._person(cases))
            helpers.create_task(self._supervise())
            async with asyncio.TaskGroup() as happenings:
                happenings.create_task(asyncio.to_thread(self._kill_and_kill))
                for one in self.planned:
                    happenings.create_task(self._live(cases, one))
            await self._until_quiet()
            self._over.set()
        return client, cases

    def close(self) -> None:
        """Leave nothing running."""
        self.house.close()
        self.mail.stop()
        self.ledger.close()

    async def open(self) -> tuple[Client, Cases]:
        """Ledger, mail server and Temporal server, all but the workers; and the doors."""
        self.ledger.migrate()
        write_cases(self.ledger, self.planned)
        self.mail.start(self.layout.mail_port)
        address = await asyncio.to_thread(self.house.start_server)
        client = await connect(Settings(var_dir=self.layout.folder), address)
        await prepare_namespace(client, timedelta(days=30))
        return client, Cases(TimeSkipper(client).client, self.ledger)

    async def _live(self, cases: Cases, one: Planned) -> None:
        await self._at(one.begins)
        await self._insist(lambda: cases.start([one.case_id]))
        for told in one.told:
            await self._at(told.after)
            for _ in range(told.times):
                await self._tell(cases, one.case_id, told)

    async def _tell(self, cases: Cases, case_id: str, told: Told) -> None:
        send: Callable[[str, dict[str, Any]], Awaitable[Any]] = cases.act if told.act else cases.tell
        fact_id = told.fact["id"]
        try:
            await self._insist(lambda: send(case_id, told.fact))
        except Stop as refusal:
            self.refused[fact_id] = str(refusal)
        else:
            self.acknowledged.setdefault(fact_id, time.monotonic())

    async def _insist(self, act: Callable[[], Awaitable[T]]) -> T:
        """As an integrator does: the same again until it is acknowledged or refused."""
        while True:
            try:
                return await act()
            except _AWAY:
                await asyncio.sleep(0.3)

    async def _at(self, second: float) -> None:
        await asyncio.sleep(max(0.0, self._began + second - time.monotonic()))

    def _kill_and_kill(self) -> None:
        """Kill what the seed says when it says, and start it again; in a thread, as kills and starts wait."""
        chance = random.Random(self.scale.seed + 1)
        kinds = ["worker", "server", "both", *MURDERS, *(["ledger"] if self.layout.postgres else [])]
        wanted = [kinds[number % len(kinds)] for number in range(self.scale.kills)] + [*self.scale.weather]
        chance.shuffle(wanted)
        pace = self.scale.seconds / len(wanted)
        for number, kind in enumerate(wanted):
            moment = self._began + pace * (number + chance.uniform(0.3, 1.0))
            if self.house.closed.wait(max(0.0, moment - time.monotonic())):
                return  # the run came to an early end
            self.kills[self._befall(kind)] += 1
            self.say(f"{number + 1:>4} of {len(wanted)}: {kind}; {len(self.mail.taken)} messages taken")
            self.house.start_ledger()
            self.house.start_server()
            self.house.start_workers()

    def _befall(self, kind: str) -> str:
        """Kill, or change the weather; what it came to in the end."""
        if kind == FULL:
            disk = Ballast(self.layout.folder / "ledger")
            disk.fill(seconds=FULL_SECONDS)
            disk.drop()
            return kind
        self.house.extra = at_another_time(kind)
        if kind in CLOCKS:
            self.house.kill_workers()
            return kind
        return self._kill(kind)

    def _kill(self, kind: str) -> str:
        """Kill; what was killed in the end."""
        for murder in MURDERS:
            if kind == murder:
                self.mail.order(murder)
                if self.mail.done.wait(timeout=8):
                    return kind
                self.mail.countermand()  # no message came in all that time
        if kind in ("server", "both"):
            self.house.kill_server()
        if kind == "ledger":
            self.house.kill_ledger()
        if kind not in ("server", "ledger"):
            self.house.kill_workers()
        return "worker" if kind in MURDERS else kind

    async def _supervise(self) -> None:
        """As a machine does: a worker that could not start, the server being away, is started again."""
        while not self._over.is_set():
            await asyncio.to_thread(self.house.start_workers)
            await asyncio.sleep(0.5)

    async def _person(self, cases: Cases) -> None:
        """Answers what only a person can: looks into the mail server's list and says whether it went out."""
        while not self._over.is_set():
            for task in await asyncio.to_thread(self._unknown):
                await self._answer(cases, task)
            await asyncio.sleep(0.5)

    def _unknown(self) -> list[TaskRow]:
        try:
            with self.ledger.read() as db:
                tasks = list_tasks(db, TaskFilter(kind="outcome_unknown", limit=500))
        except _AWAY:
            return []
        return [task for task in tasks if task.id not in self.answered]

    async def _answer(self, cases: Cases, task: TaskRow) -> None:
        case_id, step = str(task.case_id), str(task.body["step"])
        went = await self._insist(lambda: asyncio.to_thread(self.arrived, case_id, step))
        act = {"fact": "StepSkipped", "words": {"reason": "it arrived"}} if went else {"fact": "StepRepeated"}
        whole = {**act, "id": f"answer-{task.id}", "by": "chaos", "step": step}
        answered = Answered(case_id, f"{act['fact']}:{whole['id']}")
        self.answered[task.id] = answered
        try:
            if len(self.commands) < BY_COMMAND:
                words = ["skip", case_id, "--reason", "it arrived"] if went else ["repeat", case_id]
                await self._by_command([*words, "--step", step, "--id", f"answer-{task.id}"])
            else:
                await self._insist(lambda: cases.act(case_id, whole))
        except Stop as refusal:  # it was paid meanwhile
            self.refused[f"answer-{task.id}"] = str(refusal)
        else:
            self.answered[task.id] = replace(answered, done=True)

    async def _by_command(self, words: list[str]) -> None:
        """As a person does at a terminal: once more when it could not run, which it says with exit code 2."""
        done = await asyncio.to_thread(self.house.command, *words)
        if done.returncode == COULD_NOT_RUN:
            await self._by_command(words)
            return
        if done.returncode == REFUSED:
            raise Stop(done.stderr)
        self.commands.append(done.returncode)

    def arrived(self, case_id: str, step: str) -> bool:
        """Whether the mail server took the step's newest e-mail."""
        with self.ledger.read() as db:
            rows = [row for row in deliveries_of(db, case_id) if row.covers[0].step == step and row.channel == "email"]
        wanted = message_id(rows[-1].key, identity())
        return any(taken.message_id == wanted for taken in self.mail.taken)

    async def _until_quiet(self) -> None:
        """Until nobody has anything left to do, twice in a row; what is not quiet in time will be counted as stuck."""
        deadline, calm = time.monotonic() + self.scale.quiet_within, 0
        while calm < 2 and time.monotonic() < deadline:
            await asyncio.sleep(1)
            with self.ledger.read() as db:
                open_cases = list_cases(db, CaseFilter(status="open", limit=100_000))
            busy = [line.id for line in open_cases if line.doing != "ask"]
            calm = 0 if busy or self._unknown() else calm + 1
            self.say(f"{len(self.mail.taken)} messages taken, {len(busy)} cases still on their way")


def identity() -> Identity:
    """Under which the house writes."""
    own = creditor()
    return Identity(own.name, own.email, own.email)
