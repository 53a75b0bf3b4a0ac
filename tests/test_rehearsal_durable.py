"""A rehearsal is worth what it foretells: random books are rehearsed, then lived on a real server, and must agree."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from temporalio.testing import WorkflowEnvironment

import dunning.rehearsal
from console.cases import Cases
from console.output import REFUSED, Stop
from console.policies.files import LoadedPolicy
from console.stories.clock import StoryTime
from console.stories.durable import House, Teller
from dunning import facts as f
from dunning.assumed import People
from dunning.case import Case, Debtor, Invoice
from dunning.money import Money
from dunning.player import Happening
from dunning.policy import Policy
from dunning.rehearsal import Contact, Walk, walk_all
from dunning.terms import DebtorKind
from ledger import book
from ledger.cases import NewCase, add_case
from ledger.cases import case as ledger_case
from ledger.deliveries import deliveries_of
from ledger.policies import PolicyBundle, keep_policy
from tests.durable import LETTERS, Room, message
from tests.durable import policy as office_policy
from tests.strategies import cases, happenings, policies
from tests.temporal_env import skipping_env, worker_on
from workflows.case import CaseWorkflow

__all__ = ["skipping_env"]
pytestmark = pytest.mark.xdist_group("temporal")
BOOKS, DRAWN, MOST_LOOKS, AT_ONCE, DAYS = 9, 100, 40, 6, timedelta(days=75)
PEOPLE = st.builds(People, st.sampled_from(["no_answer", "reached"]), st.sampled_from(["given", "given", "withheld"]))


@dataclass(frozen=True)
class Look:
    """A case looked at its papers at this moment: at its first look, or because of these facts, or of a timer."""

    case: str
    at: datetime
    facts: tuple[f.Fact, ...] = ()


@dataclass(frozen=True)
class RandomBook:
    """One debtor's cases, and what people do."""

    walks: tuple[Walk, ...]
    people: People


@dataclass
class Rehearsed:
    """What was foretold of a book, with the order in which its cases looked at their papers."""

    contacts: list[tuple[object, ...]] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


@st.composite
def books(draw: st.DrawFn) -> RandomBook:
    """One to three invoices of one debtor under one policy, each with its own happenings."""
    policy = _of_others(draw(policies()), draw(st.integers(0, 9)))
    first = draw(cases(policy))
    walks = []
    for number in range(draw(st.integers(1, 3))):
        drawn = draw(cases(policy)) if number else first
        name = f"R-{uuid.uuid4().hex[:8]}"
        invoice = drawn.invoice.model_copy(update={"number": name})
        debtor = first.debtor.model_copy(update={"id": "D"})
        coming = [said for said in draw(happenings(policy, drawn)) if said.fact]
        case = drawn.model_copy(update={"id": name, "invoice": invoice, "debtor": debtor, "added_at": first.added_at})
        # Acts of one minute are taken in together or one by one, as the server finds them: here each has its own.
        apart = {said.at.replace(second=0, microsecond=0): said for said in coming if said.at > case.added_at}
        told = tuple(_of(said, name) for said in apart.values())
        walks.append(Walk(policy, case, case.added_at, case.added_at + DAYS, told))
    return RandomBook(tuple(walks), draw(PEOPLE))


def _of_others(policy: Policy, chance: int) -> Policy:
    """Two policies of three have a step that depends on what else the debtor owes."""
    if chance < 3:
        return policy
    steps = [step.model_dump(mode="json", exclude_defaults=True) for step in policy.steps]
    held = {"unpaid_invoices": {"at_least": 2} if chance % 2 else {"below": 2}}
    steps[chance % len(steps)]["when"] = held
    return Policy.model_validate({**policy.model_dump(mode="json", exclude_defaults=True), "steps": steps})


def _of(said: Happening, name: str) -> Happening:
    assert said.fact
    told = json.loads(said.fact.model_dump_json().replace('"F1/', f'"{name}/'))
    return Happening(said.at, fact=f.recall_fact(told))


@contextmanager
def looked_after(rehearsed: Rehearsed) -> Iterator[None]:
    """Every look of a case is written down, with the facts it took in: those told, and those that people bring."""

    class Watched(dunning.rehearsal._Walker):
        def begin(self, now: datetime) -> None:
            rehearsed.looks.append(Look(self.case.id, now))
            super().begin(now)

        def go_on(self, moment: datetime) -> None:
            rehearsed.looks.append(Look(self.case.id, moment))
            super().go_on(moment)

        def _take(self, fact: f.Fact) -> None:
            last = rehearsed.looks[-1]
            rehearsed.looks[-1] = Look(last.case, last.at, (*last.facts, fact))
            super()._take(fact)

    known, dunning.rehearsal._Walker = dunning.rehearsal._Walker, Watched  # type: ignore[misc]  # for the block only
    try:
        yield
    finally:
        dunning.rehearsal._Walker = known  # type: ignore[misc]


def rehearse(told: RandomBook) -> Rehearsed:
    """The book as it is foretold."""
    found = Rehearsed()
    with looked_after(found):
        walked = walk_all(told.walks, told.people)
    found.contacts = sorted(_seen(contact) for one in walked for contact in one.contacts)
    return found


def _seen(contact: Contact) -> tuple[object, ...]:
    minute = contact.at.replace(second=0, microsecond=0)
    return contact.case, contact.step, contact.occurrence, contact.channel, minute, contact.amount.minor


def crowded() -> RandomBook:
    """Three invoices under a policy that is stricter with who owes two; one is paid on the eighth day, one late."""
    policy = office_policy(
        message("first", 5),
        message("crowd", 10, when={"unpaid_invoices": {"at_least": 2}}),
        message("single", 15, when={"unpaid_total": {"below": "1500 EUR"}}),
    )
    begins = datetime(2026, 2, 2, tzinfo=UTC)
    debtor = Debtor(id="D", kind=DebtorKind.business, country="FR", time_zone="Europe/Paris")
    walks = []
    for due, paid in ((2, 8), (2, None), (6, 16)):
        name = f"R-{uuid.uuid4().hex[:8]}"
        day = date(2026, 2, due)
        invoice = Invoice(number=name, issue_date=begins.date(), due_date=day, amount=Money.parse("1000 EUR"))
        case = Case(id=name, policy="test", policy_hash="", invoice=invoice, debtor=debtor, added_at=begins)
        at = begins + timedelta(days=paid or 0, hours=12)
        pays = f.PaymentReceived(id="P1", at=at, amount=invoice.amount, received_on=at.date())
        walks.append(Walk(policy, case, begins, begins + DAYS, (Happening(at, fact=pays),) if paid else ()))
    return RandomBook(tuple(walks), People())


def drawn_books() -> list[tuple[RandomBook, Rehearsed]]:
    """The same few books in every run of a release, with what is foretold of them: those with the most contacts.

    First those in which it matters that a debtor's cases are played together.
    """
    found: list[tuple[bool, int, RandomBook, Rehearsed]] = []

    @settings(max_examples=DRAWN, derandomize=True, database=None, phases=[Phase.generate], deadline=None)
    @given(books())
    def draw(one: RandomBook) -> None:
        foretold = rehearse(one)
        alone = sorted(_seen(c) for walk in one.walks for each in walk_all([walk], one.people) for c in each.contacts)
        if len(foretold.looks) <= MOST_LOOKS:
            found.append((alone != foretold.contacts, len(foretold.contacts), one, foretold))

    draw()
    telling = sorted(found, key=lambda drawn: drawn[:2], reverse=True)
    assert sum(drawn[0] for drawn in telling) >= BOOKS // 3
    together, others = telling[: BOOKS // 2], sorted(telling[BOOKS // 2 :], key=lambda drawn: -drawn[1])
    return [(book, foretold) for _, _, book, foretold in [*together, *others[: BOOKS - len(together)]]]


class Living(Teller):
    """Lives a book on the server, each case by its own clock, in the order in which the rehearsal looked at them."""

    def __init__(self, house: House, told: RandomBook) -> None:
        policy = told.walks[0].policy
        super().__init__(house, LoadedPolicy(policy, _bundle(policy), "random.yaml"))
        self.told, self.owner = told, f"D-{uuid.uuid4().hex[:8]}"
        self.cases = Cases(house.env.client, house.ledger, house.queue)

    async def live(self, looks: list[Look]) -> list[tuple[object, ...]]:
        """What went out, by the ledger."""
        self._bring()
        begun: set[str] = set()
        for look in looks:
            if look.case not in begun:
                begun.add(look.case)
                self.house.clock.begin(look.case, look.at)
                with self.house.env.with_time_skipping_disabled():
                    await self.cases.start([look.case])
                await self._done(look)
                continue
            # A timer that rings at this moment by the case's clock has rung a second later.
            running = await self._wait_until(look.case, look.at if look.facts else look.at + timedelta(seconds=1))
            for fact in look.facts:
                await self._tell(look, fact, running)
            await self._done(look)
        return sorted(one for walk in self.told.walks for one in self._went_out(walk.case.id))

    async def _settled(self, case_id: str) -> None:
        """All that was told is taken in, and what was to be done at once is done."""
        await super()._settled(case_id)
        for _ in range(600):
            with self.house.ledger.read() as db:
                kept = ledger_case(db, case_id)
            known = await self.cases.state(case_id)  # None when its run is over
            if kept.doing != "perform" and (known is None or known["case"].get("seq", 0) >= kept.seq):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{case_id} still performs")

    async def _done(self, look: Look) -> None:
        """The case is settled, and no timer that rang by now is still to be answered."""
        for _ in range(600):
            await self._settled(look.case)
            with self.house.ledger.read() as db:
                kept = ledger_case(db, look.case)
            if kept.status != "open" or kept.next_at is None or look.at < kept.next_at:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{look.case} does not answer the timer of {look.at}")

    def _bring(self) -> None:
        first = self.told.walks[0].case
        view = first.debtor
        owner = book.Debtor(
            id=self.owner, name="Atelier Martin", kind=view.kind, country=view.country or "", segment=view.segment,
            time_zone=view.time_zone, email="compta@example.org", phone="+33123456789",
            address=("1 rue des Lilas", "75001 Paris"),
        )  # fmt: skip
        with self.house.ledger.write() as db:
            book.upsert_debtor(db, owner, first.added_at)
            source = PolicyBundle(first.policy, "random.yaml", self.policy.bundle, first.added_at)
            kept = keep_policy(db, source)
            for walk in self.told.walks:
                debtor = view.model_copy(update={"id": self.owner})
                case = walk.case.model_copy(update={"policy_hash": kept, "debtor": debtor})
                bill, state = case.invoice, case.model_dump(mode="json", exclude_defaults=True)
                invoice = book.Invoice(case.id, case.id, owner.id, bill.issue_date, bill.due_date, bill.amount)
                assert add_case(db, NewCase(invoice, case.policy, kept, state, bill.amount, case.added_at))

    async def _tell(self, look: Look, fact: f.Fact, running: bool) -> None:
        raw = fact.model_dump(mode="json", exclude={"at"})
        if isinstance(fact, f.Act):
            try:
                await self.cases.act(look.case, raw)
            except Stop as refused:
                if refused.code != REFUSED:
                    raise
            return
        if not running:
            self.house.clock.begin(look.case, look.at)
        with self.house.env.with_time_skipping_disabled():
            await self.cases.tell(look.case, raw)
        await self._settled(look.case)

    def _went_out(self, case_id: str) -> Iterator[tuple[object, ...]]:
        with self.house.ledger.read() as db:
            case = Case.model_validate(ledger_case(db, case_id).state)
            sent = {(c.step, c.occurrence, row.channel): c for row in deliveries_of(db, case_id) for c in row.covers}
        for record in case.steps:
            minute = record.at.replace(second=0, microsecond=0)
            if not record.done or record.channels in (("elsewhere",), ("call",)):
                continue
            for channel in record.channels or ((str(record.route),) if record.route else ()):
                asked = sent[record.step, record.occurrence, channel].outstanding.minor
                yield case_id, record.step, record.occurrence, channel, minute, asked
        for call in case.calls:
            minute = call.requested_at.replace(second=0, microsecond=0)
            yield case_id, call.step, call.attempt, "call", minute, -1


def _bundle(policy: Policy) -> dict[str, Any]:
    return {"policy": policy.model_dump(mode="json", exclude_defaults=True), "letters": LETTERS}


async def test_random_books_are_lived_as_they_were_rehearsed(skipping_env: WorkflowEnvironment, tmp_path: Path) -> None:
    """Some debtors' invoices over two months and a half: same contacts, to the minute, to the cent."""
    drawn = [(crowd := crowded(), rehearse(crowd)), *drawn_books()]
    assert len(drawn) == BOOKS + 1
    room = Room(skipping_env, tmp_path)
    hire = partial(worker_on, skipping_env)
    clock = StoryTime(room.activities)
    house = House(skipping_env, room.ledger, clock, lambda queue, acts: hire(queue, [CaseWorkflow], acts), room.queue)
    few = asyncio.Semaphore(AT_ONCE)

    async def one(told: RandomBook, foretold: Rehearsed) -> list[tuple[object, ...]]:
        async with few:
            return await Living(house, told).live(foretold.looks)

    async with house.hire(house.queue, [clock.ask, clock.perform]):
        lived = await asyncio.gather(*(one(*pair) for pair in drawn))
    room.ledger.close()
    for (told, foretold), went_out in zip(drawn, lived, strict=True):
        said = [(*c[:5], -1 if c[3] == "call" else c[5]) for c in foretold.contacts]
        assert went_out == sorted(said), told
    assert sum(map(len, lived)) > 6 * BOOKS, "the books are too empty to prove anything"
