"""Plays a debtor's cases through a window of days, so that every contact is known before anybody is contacted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import heapify, heappop, heappush
from typing import Literal

from dunning import facts as f
from dunning.assumed import People
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.change import replace
from dunning.decision import AskPerson, Close, Perform
from dunning.money import Money
from dunning.player import Happening, Player
from dunning.policy import Policy
from dunning.reasons import Because


@dataclass(frozen=True, slots=True)
class Contact:
    """One thing that a debtor (or an agency, a lawyer, a court) would receive, by one channel.

    `at` is UTC, `day` the day at the debtor's. `channel` is one of the policy's channels, `call`, or the route of a
    hand-over; `occurrence` of a call is the attempt. `amount` is what was asked for then.
    """

    at: datetime
    day: date
    invoice: str
    case: str
    debtor: str
    policy: str
    step: str
    occurrence: int
    channel: str
    amount: Money
    tone: str
    letter: str | None
    because: Because


def asks_anew(contact: Contact, before: Contact | None) -> bool:
    """Whether it asks for a sum that `before`, the contact just before it, has not asked for already.

    Two channels at once ask once, and so do the attempts of a call.
    """
    if contact.channel == "call" and contact.occurrence > 1:
        return False
    return before is None or _sending(contact) != _sending(before)


def _sending(contact: Contact) -> tuple[object, ...]:
    return contact.case, contact.step, contact.occurrence, contact.at


@dataclass(frozen=True)
class Walk:
    """A case to play from the moment `begins` up to, but not including, `ends`, with what happens meanwhile."""

    policy: Policy
    case: Case
    begins: datetime
    ends: datetime
    happenings: tuple[Happening, ...] = ()


@dataclass(frozen=True, slots=True)
class Nonsense:
    """A fact that cannot have happened to the case, by its line in the file, and why not."""

    line: int
    invoice: str
    why: str


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of a case: its contacts in order, and how it stands at the end.

    `ending` is the outcome of a closed case, `waits`, or `asks` with the kind of work in `task`. `nonsense` are facts
    of a file that the case refused, knew already, or that speak of what it does not have.
    """

    walk: Walk
    contacts: tuple[Contact, ...]
    ending: str
    task: str = ""
    nonsense: tuple[Nonsense, ...] = ()


def walk_all(walks: Sequence[Walk], people: People) -> list[Walked]:
    """Play all cases of one debtor, in the order of time: what one of them is owed counts in the conditions of others.

    As in the ledger: unpaid are its open cases with something outstanding that was due before the day of looking.
    """
    board = Unpaid() if any(asks_unpaid(walk.policy) for walk in walks) else None
    walkers = [_Walker(walk, people, board) for walk in walks]
    if board is None:
        for walker in walkers:
            walker.alone()
    else:
        _together(walkers)
    return [walker.walked() for walker in walkers]


def asks_unpaid(policy: Policy) -> bool:
    """Whether a condition of the policy speaks of the debtor's other invoices."""
    conditions = [step.when for step in policy.steps]
    conditions += [branch.when for step in policy.steps for branch in step.fork or ()]
    return any(when and (when.unpaid_invoices or when.unpaid_total) for when in conditions)


class Unpaid:
    """What a debtor owes over its open cases, as the ledger has it just now."""

    def __init__(self) -> None:
        self._cases: dict[str, tuple[str, date, int]] = {}
        self._dues: dict[str, date] = {}  # as the invoices came: only the books change them
        self._sums: dict[str, dict[date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))

    def keep(self, case: Case, is_open: bool) -> None:
        """Write down what the case is owed now."""
        if known := self._cases.pop(case.id, None):
            self._add(known, -1)
        if is_open and case.outstanding.minor > 0:
            due = self._dues.setdefault(case.id, case.invoice.due_date)
            self._cases[case.id] = (case.currency, due, case.outstanding.minor)
            self._add(self._cases[case.id], 1)

    def _add(self, owed: tuple[str, date, int], sign: int) -> None:
        currency, due, minor = owed
        sums = self._sums[currency][due]
        sums[0] += sign
        sums[1] += sign * minor

    def before(self, day: date, currency: str) -> tuple[int, int]:
        """How many invoices were due before the day, and their sum in minor units of the currency."""
        late = [sums for due, sums in self._sums[currency].items() if due < day]
        return sum(count for count, _ in late), sum(minor for _, minor in late)


def _together(walkers: Sequence[_Walker]) -> None:
    first = min((walker.walk.begins for walker in walkers), default=None)
    for walker in walkers:
        if walker.walk.begins == first:
            walker.join()
    coming = [(walker.walk.begins, False, number) for number, walker in enumerate(walkers)]
    heapify(coming)
    while coming:
        moment, _, number = heappop(coming)
        walker = walkers[number]
        walker.go_on(moment) if walker.decision else walker.begin(moment)
        if (following := walker.next_moment()) is not None and following < walker.walk.ends:
            # What arrives at a moment is read everywhere before a timer of that moment rings.
            heappush(coming, (following, walker.arrival() != following, number))


class _Walker(Player):
    """Plays one case and notes its contacts."""

    def __init__(self, walk: Walk, people: People, board: Unpaid | None) -> None:
        super().__init__(walk.policy, walk.case, walk.happenings, people)
        self.walk, self._board = walk, board
        self._contacts: list[Contact] = []
        self._nonsense: list[Nonsense] = []

    def begin(self, now: datetime) -> None:
        """What happened before the first look is known at once."""
        self.now = now
        self.take_in(now)
        super().begin(now)

    def alone(self) -> None:
        self.begin(self.walk.begins)
        while (moment := self.next_moment()) is not None and moment < self.walk.ends:
            self.go_on(moment)

    def join(self) -> None:
        """Be in the ledger, as an import leaves a case there before its first look."""
        if self._board is not None:
            self._board.keep(self.case, is_open=True)

    def looks(self) -> bool:
        if self._board is None:
            return False
        case = self.case
        if self.decision is None:
            self.join()
        today = calendar_for(self.policy.calendar, case.debtor).local_day(self.now)
        count, minor = self._board.before(today, case.currency)
        if (count, minor) == (case.debtor.unpaid_count, case.debtor.unpaid_minor):
            return False
        seen = case.debtor.model_copy(update={"unpaid_count": count, "unpaid_minor": minor})
        self.case = replace(case, debtor=seen)
        return True

    def refused(self, fact: f.Fact, refusal: str) -> None:
        self._name(refusal)

    def unchanged(self, fact: f.Fact) -> None:
        self._name(f"{fact.id} was told of this invoice already.")

    def happened(self, fact: f.Fact) -> None:
        for problem in self.case.problems:
            if problem.key == f"fact/{fact.id}":
                self._name(Because(code=problem.code, words=problem.words).text("en"))

    def _name(self, why: str) -> None:
        if self.taking and self.taking.line:
            self._nonsense.append(Nonsense(self.taking.line, self.case.invoice.number, why))

    def _about_nothing(self) -> Iterator[Nonsense]:
        """Facts about what was never told: known at the end only, since their order does not matter."""
        for happening in self.walk.happenings:
            taken = happening.line and happening.at < self.walk.ends
            if taken and (missing := _missing(self.case, happening.fact)):
                yield Nonsense(happening.line, self.case.invoice.number, f"The invoice has no {missing}.")

    def kept(self) -> None:
        if self._board is not None:
            self._board.keep(self.case, is_open=not isinstance(self.decision, Close))

    def performed(self, decision: Perform, done: f.Fact) -> None:
        case, step = self.case, self.policy.find(decision.step)
        if step is None:
            raise AssertionError("only a step of the policy is carried out")
        called = isinstance(done, f.CallRequested)
        channels = ("call",) if called else (str(decision.route),) if decision.route else step.channels or ()
        day = calendar_for(self.policy.calendar, case.debtor).local_day(self.now)
        for channel in channels:
            self._contacts.append(
                Contact(
                    at=self.now,
                    day=day,
                    invoice=case.invoice.number,
                    case=case.id,
                    debtor=case.debtor.id,
                    policy=self.policy.policy,
                    step=step.step,
                    occurrence=done.attempt if isinstance(done, f.CallRequested) else decision.occurrence,
                    channel=str(channel),
                    amount=decision.outstanding,
                    tone=str(step.tone),
                    letter=step.letter,
                    because=decision.because,
                )
            )

    def walked(self) -> Walked:
        decision, found = self.decision, (*self._nonsense, *self._about_nothing())
        if isinstance(decision, Close):
            return Walked(self.walk, tuple(self._contacts), str(decision.outcome), nonsense=found)
        ending: Literal["asks", "waits"] = "asks" if isinstance(decision, AskPerson) else "waits"
        task = next((task.kind for task in decision.tasks), "") if isinstance(decision, AskPerson) else ""
        return Walked(self.walk, tuple(self._contacts), ending, task, found)


def _missing(case: Case, fact: f.Fact | None) -> str:
    """The dispute or payment that the fact speaks of, when the case has none of that name."""
    match fact:
        case f.DisputeResolved(dispute_id=name):
            dispute = case.disputes.get(name)
            return "" if dispute and dispute.opened_at else f"dispute {name}"
        case f.PaymentReversed(payment_id=name):
            payment = case.payments.get(name)
            return "" if payment and payment.amount is not None else f"payment {name}"
    return ""
