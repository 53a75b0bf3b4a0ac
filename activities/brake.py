"""The brake: stops all sending and asks a person when more goes out than the day foresaw, or than makes sense."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from activities.message import TryLater
from activities.settings import Settings
from dunning.decision import Perform, Wait
from dunning.reasons import Because, because
from ledger import sending
from ledger.lists import open_cases_of
from ledger.sending import Act, BrakeRow, Day, Plan
from ledger.store import Ledger

BY_ITSELF = "Relance"
_SHARE = 20  # of what may still go out, so much passes without counting anew: that many workers never pass the limit

_log = structlog.get_logger()


@dataclass(frozen=True)
class Limits:
    """What is too much. A day is one in `zone`; `clock` None does not compare clocks (under skipped time)."""

    floor: int = 50
    factor: float = 2.0
    per_debtor: int = 20
    per_case: int = 3
    clock: timedelta | None = None
    zone: str = "Europe/Paris"
    language: str = "en"

    def day(self, now: datetime) -> Day:
        """The day of a moment."""
        zone = ZoneInfo(self.zone)
        day = now.astimezone(zone).date()
        first, after = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day, day + timedelta(days=1)))
        return Day(day, first.astimezone(UTC), after.astimezone(UTC))

    def most(self, foreseen: int) -> int:
        """How many cases may be contacted on a day that foresaw so many."""
        return max(self.floor, int(self.factor * foreseen))


def _steady() -> float:
    """Seconds that no change of the clock moves, and that go on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class Clocks:
    """The machine's clock, and one that cannot be set."""

    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    steady: Callable[[], float] = _steady


@dataclass(frozen=True)
class Passing:
    """A delivery at the door. `times` is how often its step may go out; None when a person wants it once more."""

    case_id: str
    step: str
    occurrence: int
    debtor_id: str
    at: datetime
    times: int | None = None


class SendingStopped(TryLater):
    """Sending is stopped, by a person or by the brake: nothing was handed over."""

    def __init__(self, stop: BrakeRow) -> None:
        super().__init__(f"sending is stopped since {stop.at:%Y-%m-%d %H:%M} UTC by {stop.acted_by} ({stop.why})")
        self.stop = stop


class TooMuch(Exception):
    """What is about to go out is more than makes sense; the reason says what was counted."""

    def __init__(self, found: Because) -> None:
        super().__init__(str(found))
        self.found = found


class Brake:
    """Stands at the door of every delivery. One per process, safe for threads."""

    def __init__(self, ledger: Ledger, limits: Limits | None = None, clocks: Clocks | None = None) -> None:
        self.limits = limits or Limits()
        self._ledger = ledger
        self._clocks = clocks or Clocks()
        self._anchor = (self._clocks.wall(), self._clocks.steady())
        self._lock = threading.Lock()
        self._planned: Plan | None = None
        self._unchecked = 0
        self._seen_stopped = False

    def now(self) -> datetime:
        """This machine's clock."""
        return self._clocks.wall()

    def spare(self) -> None:
        """SendingStopped while a stop that was seen still holds: a letter that may not leave need not be made."""
        if not self._seen_stopped:
            return
        with self._ledger.read() as db:
            last = sending.brake(db)
        if last and last.act == "stopped":
            raise SendingStopped(last)

    def let_pass(self, db: Any, passing: Passing) -> None:
        """Let the delivery through the door, in the transaction that claims it.

        SendingStopped when sending is stopped. TooMuch when it should be: roll back, then `pull`.
        """
        last = sending.brake(db)
        if last and last.act == "stopped":
            self._seen_stopped = True
            raise SendingStopped(last)
        self._seen_stopped = False
        self._look_at_clocks(passing.at, last)
        planned = self._plan(db, passing.at, last)
        contacts = sending.case_contacts(db, planned, passing.case_id)
        if (passing.step, passing.occurrence) in contacts:
            return  # a further channel of a contact that was counted, or another try of it
        self._count_case(db, passing, len(contacts))
        self._count_debtor(db, planned, passing.debtor_id)
        if not contacts:
            self._count_day(db, planned)

    def pull(self, found: Because) -> SendingStopped:
        """Stop all sending and open the task for a person; returns the stop that holds now."""
        act = Act(self._clocks.wall(), found.code, BY_ITSELF, found.text(self.limits.language))
        with self._ledger.write() as db:
            stop = sending.stop_sending(db, act, sending_task(act, self.limits.language))
        self._seen_stopped = True
        _log.error("sending stopped", code=stop.code, by=stop.acted_by, why=stop.why)
        return SendingStopped(stop)

    def trust(self, case_id: str, lost_at: datetime | None) -> None:
        """SendingStopped when the case remembers a contact that the ledger lost after the last time a person looked."""
        if lost_at is None:
            return
        with self._ledger.read() as db:
            looked = sending.last_resumed(db, "brake_ledger_older")
        if looked is None or lost_at > looked:
            raise self.pull(because("brake_ledger_older", case=case_id, day=lost_at.date()))

    def watch(self) -> None:
        """Look at the clocks and make the day's plan, whether or not anything goes out."""
        now = self._clocks.wall()
        with self._ledger.read() as db:
            last = sending.brake(db)
            made = sending.known_plan(db, self.limits.day(now).day, last.no if last else 0)
        if last and last.act == "stopped":
            return
        try:
            self._look_at_clocks(now, last)
        except TooMuch as much:
            self.pull(much.found)
            return
        if made is None:
            with self._ledger.write() as db:
                sending.plan(db, self.limits.day(now), now)

    def _plan(self, db: Any, now: datetime, last: BrakeRow | None) -> Plan:
        day, planned = self.limits.day(now), self._planned
        if planned is None or (planned.day, planned.brake_no) != (day.day, last.no if last else 0):
            planned = sending.plan(db, day, now)
            with self._lock:
                self._planned, self._unchecked = planned, 0
        return planned

    def _look_at_clocks(self, now: datetime, last: BrakeRow | None) -> None:
        """The server's clock must not be ahead of ours, nor ours ahead of the time that went by."""
        if self.limits.clock is None:
            return
        if last and last.act == "resumed" and last.at > self._anchor[0]:
            self._anchor = (self._clocks.wall(), self._clocks.steady())  # a person looked at the clocks
        wall, went_by = self._clocks.wall(), timedelta(seconds=self._clocks.steady() - self._anchor[1])
        ahead = max(wall - self._anchor[0] - went_by, now - wall)
        if ahead > self.limits.clock:
            raise TooMuch(because("brake_clock", ahead=str(ahead).partition(".")[0]))

    def _count_case(self, db: Any, passing: Passing, today: int) -> None:
        if today >= self.limits.per_case:
            told = {"case": passing.case_id, "contacts": today, "day": self.limits.day(passing.at).day}
            raise TooMuch(because("brake_case", **told))
        if passing.times is None:
            return
        went = sending.step_contacts(db, passing.case_id, passing.step)
        if went >= passing.times + self.limits.per_case:
            told = {"case": passing.case_id, "step": passing.step, "contacts": went, "times": passing.times}
            raise TooMuch(because("brake_step", **told))

    def _count_debtor(self, db: Any, planned: Plan, debtor_id: str) -> None:
        contacts = sending.debtor_contacts(db, planned, debtor_id)
        if contacts < self.limits.per_debtor:
            return
        open_cases = open_cases_of(db, debtor_id)
        if contacts >= 2 * open_cases:
            told = {"debtor": debtor_id, "contacts": contacts, "cases": open_cases, "day": planned.day}
            raise TooMuch(because("brake_debtor", **told))

    def _count_day(self, db: Any, planned: Plan) -> None:
        with self._lock:
            if self._unchecked > 0:
                self._unchecked -= 1
                return
        contacts, foreseen = sending.contacted(db, planned), planned.foreseen + sending.added(db, planned)
        limit = self.limits.most(foreseen)
        if contacts >= limit:
            told = {"contacts": contacts, "foreseen": foreseen, "limit": limit, "day": planned.day}
            raise TooMuch(because("brake_flood", **told))
        with self._lock:
            self._unchecked = (limit - contacts) // _SHARE


def sending_task(act: Act, language: str) -> str:
    """The title of the task that a stop opens."""
    told = because("sending_task", since=act.at, by=act.acted_by, why=act.why)
    return told.text(language)


def waits(wanted: Perform, stop: BrakeRow, case_id: str, now: datetime) -> Wait:
    """The step stays due and is tried again in an hour or so: not all cases in the same minute."""
    pause = timedelta(hours=1, seconds=zlib.crc32(case_id.encode()) % 1800)
    why = because("sending_stopped", since=stop.at, by=stop.acted_by, why=stop.why, step=wanted.step)
    return Wait(because=why, until=now + pause, outstanding=wanted.outstanding, tasks=wanted.tasks, step=wanted.step)


def limits_of(settings: Settings) -> Limits:
    """The limits of an installation."""
    return Limits(
        floor=settings.brake_floor,
        factor=settings.brake_factor,
        per_debtor=settings.brake_per_debtor,
        per_case=settings.brake_per_case,
        clock=timedelta(minutes=settings.brake_clock_minutes) if settings.brake_clock_minutes else None,
        zone=settings.brake_time_zone,
        language=settings.language,
    )
