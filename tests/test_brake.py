"""The brake: what stops all sending, what does not, and how everything goes on afterwards, once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from activities.brake import Brake, Clocks, Limits, Passing, SendingStopped, TooMuch
from dunning.money import Money
from dunning.policy import Policy
from dunning.reasons import Because
from ledger import sending
from ledger.deliveries import Claim, Covered, claim
from ledger.errors import IllegalMove
from ledger.sending import Act
from ledger.store import Ledger
from ledger.tasks import TaskFilter, list_tasks
from tests.durable import Room, message, policy
from tests.ledger_book import at_once
from tests.mortal import Bench, letter

MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
SOON, LATER = date(2026, 3, 8), date(2026, 9, 8)
FEW = Limits(floor=10)


@dataclass
class House:
    """A room with a brake, whose clock is the test's."""

    room: Room
    limits: Limits = FEW
    now: datetime = MONDAY
    steady: float = 0.0
    benches: dict[str, Bench] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.brake = self.another_process()
        self.room.activities.braked(self.brake)

    def another_process(self) -> Brake:
        """The brake of one more worker on the same ledger."""
        return Brake(self.room.ledger, self.limits, Clocks(lambda: self.now, lambda: self.steady))

    def cases(self, count: int, due: date = SOON, used: Policy | None = None, **debtor: Any) -> list[str]:
        """Put new cases into the ledger and let each take its first decision."""
        chosen = used or policy(message("first", 0))
        made = [self.room.add(chosen, due, **debtor) for _ in range(count)]
        for case_id in made:
            self.benches[case_id] = Bench(self.room, case_id, self.now)
            self.benches[case_id].ask()
        return made

    def let_pass(self, **time: float) -> None:
        """Time goes by."""
        self.now += timedelta(**time)
        self.steady += timedelta(**time).total_seconds()

    def perform(self, *case_ids: str) -> int:
        """Let each case act once; returns how many messages went out."""
        before = len(self.room.outbox)
        for case_id in case_ids:
            bench = self.benches[case_id]
            bench.at = self.now
            bench.perform()
        return len(self.room.outbox) - before

    def resume(self) -> None:
        """A person lets sending go on."""
        with self.room.ledger.write() as db:
            sending.resume_sending(db, Act(self.now, "by_hand", "anne", "mended"), self.limits.day(self.now))
        self.let_pass(seconds=1)

    def stop(self) -> sending.BrakeRow | None:
        """The stop that holds."""
        with self.room.ledger.read() as db:
            row = sending.brake(db)
        return row if row and row.act == "stopped" else None

    def stopped_for(self) -> str | None:
        """The code of the stop that holds."""
        stop = self.stop()
        return stop.code if stop else None

    def tasks(self) -> list[str]:
        """Titles of the open tasks about the stop."""
        with self.room.ledger.read() as db:
            return [task.title for task in list_tasks(db, TaskFilter(kind="sending_stopped"))]


@pytest.fixture
def house(tmp_path: Path, ledger_url: str) -> Iterator[House]:
    """A house on each of the two databases, on Monday 9 March 2026 at 10:00 in Paris."""
    room = Room(cast("Any", None), tmp_path, ledger_url)
    yield House(room)
    room.ledger.close()


def correct_due_date(house: House, case_id: str, due: date) -> None:
    """The books say another due date, rightly or not."""
    money = {"minor": 100_000, "currency": "EUR"}
    fact = {"fact": "InvoiceChanged", "id": "c1", "amount": money, "due_date": due.isoformat()}
    bench = house.benches[case_id]
    bench.at = house.now
    bench.ask(letter(1, house.now, json.dumps(fact)))


def all_due_now(house: House, count: int) -> list[str]:
    """Cases imported last week that wait for autumn, and whose due dates the books then take back by half a year."""
    house.now = MONDAY - timedelta(days=7)
    made = house.cases(count, LATER)
    house.let_pass(days=7)
    with house.room.ledger.write() as db:
        sending.plan(db, house.limits.day(house.now), house.now)
    for case_id in made:
        correct_due_date(house, case_id, SOON)
    return made


def test_a_wrong_import_that_makes_all_due_at_once_stops_after_the_floor_and_asks_one_person(house: House) -> None:
    """Monday 9 March: 30 invoices of autumn are imported with a due date past; 10 go out, 20 wait with a reason."""
    made = all_due_now(house, 30)
    assert house.perform(*made) == 10
    assert house.stopped_for() == "brake_flood"
    assert len(house.tasks()) == 1
    assert "11 cases" not in house.tasks()[0]
    assert "10 cases were contacted on 2026-03-09" in house.tasks()[0]
    held = [b for b in house.benches.values() if not (b.known or {}).get("steps")]
    assert len(held) == 20
    decision = held[0].call("perform", held[0].question()).decision
    assert decision["do"] == "wait"
    assert "Sending is stopped since 2026-03-09" in Because.model_validate(decision["because"]).text("en")
    pause = datetime.fromisoformat(decision["until"]) - house.now
    assert timedelta(hours=1) <= pause < timedelta(minutes=90)


def test_after_a_resumption_everything_goes_out_once(house: House) -> None:
    """The stop of 9 March is looked into; at noon sending goes on, and each of the 30 debtors has one letter."""
    made = all_due_now(house, 30)
    house.perform(*made)
    house.let_pass(hours=2)
    with house.room.ledger.read() as db:
        held = sending.held_back(db)
    assert len(held) == 20
    house.resume()
    assert house.tasks() == []
    assert house.perform(*held) == 20
    assert house.perform(*made) == 0
    assert house.stopped_for() is None
    with pytest.raises(IllegalMove):
        house.resume()


def test_a_resumption_just_before_midnight_lets_all_go_out_too(house: House) -> None:
    """At 23:50 sending goes on: 20 cases that would look again after midnight are woken, with no second stop."""
    made = all_due_now(house, 30)
    house.let_pass(hours=13, minutes=45)
    house.perform(*made)
    house.let_pass(minutes=5)
    house.resume()
    assert house.perform(*made) == 20
    assert house.stopped_for() is None


def test_hours_of_waiting_leave_one_line_in_the_journal(house: House) -> None:
    """A stop lasts from Monday to Tuesday: the case looks 24 times, and its journal says so once."""
    case_id = house.cases(1)[0]
    with house.room.ledger.write() as db:
        sending.stop_sending(db, Act(house.now, "by_hand", "anne", "wrong letterhead"), "stopped")
    for _ in range(24):
        house.perform(case_id)
        house.let_pass(hours=1)
    told = [row for row in house.benches[case_id].journal() if "sending_stopped" in str(row.body)]
    assert len(told) == 1
    assert house.room.outbox == []


def test_an_import_of_overdue_invoices_is_no_flood(house: House) -> None:
    """Monday morning the day's plan foresees nothing; at ten 40 overdue invoices are imported, and all go out."""
    with house.room.ledger.write() as db:
        sending.plan(db, house.limits.day(house.now), house.now - timedelta(hours=2))
    assert house.perform(*house.cases(40)) == 40
    assert house.stopped_for() is None


def test_catching_up_after_ten_days_without_a_worker_is_no_flood(house: House) -> None:
    """Each day of the outage three cases fell due: on the eleventh day all 30 go out, as that day's plan foresees."""
    made = [case_id for day in range(10) for case_id in house.cases(3, SOON + timedelta(days=1 + day))]
    house.let_pass(days=11)
    assert house.perform(*made) == 30
    assert house.stopped_for() is None


def test_a_person_who_acts_on_many_cases_is_no_flood(house: House) -> None:
    """On a quiet Monday Anne approves 25 steps one after the other, more than the floor: all go out."""
    used = policy(message("first", 0, approval="required"))
    house.now = MONDAY - timedelta(days=1)
    made = house.cases(25, SOON, used)
    house.let_pass(days=1)
    with house.room.ledger.write() as db:
        sending.plan(db, house.limits.day(house.now), house.now)
    for case_id in made:
        approval = '{"fact":"StepApproved","id":"a1","by":"anne","step":"first"}'
        house.benches[case_id].at = house.now
        house.benches[case_id].ask(letter(1, house.now, approval, act=True))
    assert house.perform(*made) == 25
    assert house.stopped_for() is None


def contact(house: House, case_id: str, occurrence: int, **told: Any) -> Passing:
    """One more contact of a case at the door, as a defect would make it."""
    values = {"case_id": case_id, "step": "first", "debtor_id": f"D-{case_id}", "at": house.now, **told}
    return Passing(occurrence=occurrence, **values)


def send(house: House, brake: Brake, passing: Passing) -> None:
    """Pass the brake and claim, in one transaction."""
    key = f"{passing.case_id}/{passing.step}/{passing.occurrence}/email"
    covers = (Covered(passing.case_id, passing.step, passing.occurrence, Money.parse("1 EUR")),)
    texts = {"address": "", "subject": "", "language": "en", "tone": "firm", "letter": "x", "content_hash": "h"}
    with house.room.ledger.write() as db:
        brake.let_pass(db, passing)
        claim(db, Claim(key=key, debtor_id=passing.debtor_id, channel="email", covers=covers, at=passing.at, **texts))
        db.execute(text("UPDATE deliveries SET state = 'sent' WHERE key = :key"), {"key": key})


def test_a_loop_that_writes_to_one_case_again_and_again_is_seen_the_same_day(house: House) -> None:
    """A defect gives a step ever new occurrence numbers: the fourth contact of one day does not leave."""
    case_id = house.cases(1)[0]
    for occurrence in (1, 2, 3):
        send(house, house.brake, contact(house, case_id, occurrence))
    with pytest.raises(TooMuch, match="contacted 3 times"):
        send(house, house.brake, contact(house, case_id, 4))
    send(house, house.brake, contact(house, case_id, 3))  # a further channel of a contact that went out


def test_a_loop_of_one_letter_a_day_is_seen_too(house: House) -> None:
    """The same defect, one letter a day: a step that may go out once does not go out a fifth time."""
    case_id = house.cases(1)[0]
    for occurrence in (1, 2, 3, 4):
        send(house, house.brake, contact(house, case_id, occurrence, times=1))
        house.let_pass(days=1)
    send(house, house.brake, contact(house, case_id, 5, times=None))  # a person wants it again
    house.let_pass(days=1)
    with pytest.raises(TooMuch, match="its policy says 1"):
        send(house, house.brake, contact(house, case_id, 6, times=1))


def test_a_debtor_gets_no_more_than_its_cases_explain(house: House) -> None:
    """A defect books everybody's reminders on one debtor: with one open case of its own, 20 contacts are the most."""
    house.brake = Brake(house.room.ledger, replace(FEW, floor=1000, per_debtor=20))
    first, *others = house.cases(21)
    for case_id in others:
        send(house, house.brake, contact(house, case_id, 1, debtor_id=f"D-{first}"))
    with pytest.raises(TooMuch, match=f"debtor D-{first} was contacted 20 times"):
        send(house, house.brake, contact(house, first, 1))


def test_a_big_debtor_with_many_invoices_is_no_loop(house: House) -> None:
    """A supermarket owes 30 invoices, imported overdue: each has its reminder, though 20 is a debtor's usual most."""
    made = house.cases(30)
    with house.room.ledger.write() as db:
        db.execute(text("UPDATE cases SET debtor_id = :id"), {"id": f"D-{made[0]}"})
    for case_id in made:
        send(house, house.brake, contact(house, case_id, 1, debtor_id=f"D-{made[0]}"))
    assert house.stopped_for() is None


WATCHED = replace(FEW, clock=timedelta(hours=1))


def test_a_clock_that_jumps_three_weeks_ahead_stops_sending_before_a_letter_leaves(house: House) -> None:
    """At 10:00 the clock is set to 30 March: what is due only by it stays, and no plan is made for that day."""
    house.limits = WATCHED
    house.__post_init__()
    made = house.cases(20, SOON + timedelta(days=15))
    house.now += timedelta(days=21)  # and no second went by
    assert house.perform(*made) == 0
    assert house.stopped_for() == "brake_clock"
    with house.room.ledger.read() as db:
        assert sending.known_plan(db, house.limits.day(house.now).day, 0) is None


def test_a_jump_is_seen_though_nothing_goes_out(house: House) -> None:
    """The clock jumps at night, when no case is due: the worker that looks every 15 seconds stops sending."""
    house.limits = WATCHED
    house.__post_init__()
    house.brake.watch()
    assert house.stopped_for() is None
    house.now += timedelta(days=21)
    house.brake.watch()
    assert house.stopped_for() == "brake_clock"
    house.brake.watch()
    assert len(house.tasks()) == 1


def test_a_laptop_that_slept_and_a_clock_put_right_by_minutes_stop_nothing(house: House) -> None:
    """The lid was closed from Friday to Monday, and the time service then moved the clock by ten minutes."""
    house.limits = WATCHED
    house.__post_init__()
    made = house.cases(5)
    house.let_pass(days=3)
    house.now += timedelta(minutes=10)
    assert house.perform(*made) == 5


def test_a_server_whose_clock_is_ahead_of_the_workers_stops_sending(house: House) -> None:
    """Temporal's machine believes it is tomorrow: its timers fire a day early, and the worker notices."""
    house.limits = WATCHED
    house.__post_init__()
    case_id = house.cases(1)[0]
    with pytest.raises(TooMuch, match="a clock jumped ahead by 1 day"):
        send(house, house.brake, contact(house, case_id, 1, at=house.now + timedelta(days=1)))


def test_a_ledger_from_an_old_backup_is_noticed_by_the_first_case_that_remembers_more(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """On 9 March a letter goes out; on the 10th the backup of the 8th is restored: the next letter waits."""
    file = tmp_path / "ledger.db"
    shutil.copy(sqlite_template, file)
    house = House(Room(cast("Any", None), tmp_path, f"sqlite:///{file}"))
    case_id = house.cases(1, used=policy(message("first", 0), message("second", 1)))[0]
    house.room.ledger.close()
    shutil.copy(file, tmp_path / "backup.db")
    assert house.perform(case_id) == 1
    house.room.ledger.close()
    shutil.copy(tmp_path / "backup.db", file)
    for side in ("-wal", "-shm"):
        (tmp_path / f"ledger.db{side}").unlink(missing_ok=True)
    house.let_pass(days=2)
    assert house.perform(case_id) == 0
    assert house.stopped_for() == "brake_ledger_older"
    house.resume()
    assert house.perform(case_id) == 1
    assert house.stopped_for() is None
    house.room.ledger.close()


def test_eight_workers_at_the_limit_let_no_more_than_a_handful_pass(house: House) -> None:
    """The flood meets eight workers at once: the limit of 50 is passed by fewer contacts than there are workers."""
    house.limits = Limits(floor=50)
    made = all_due_now(house, 120)
    brakes = [house.another_process() for _ in range(8)]

    def work(number: int) -> int:
        gone = 0
        for case_id in made[number::8]:
            try:
                send(house, brakes[number], contact(house, case_id, 1))
                gone += 1
            except TooMuch as much:
                brakes[number].pull(much.found)
            except SendingStopped:
                return gone
        return gone

    gone = sum(at_once(8, work))
    assert 50 <= gone < 58
    assert len(house.tasks()) == 1
    with house.room.ledger.read() as db:
        assert [row.act for row in sending.brake_rows(db)] == ["stopped"]


def test_what_was_decided_on_the_brake_cannot_be_rewritten(house: House) -> None:
    """Who stopped and resumed, and why, stays as it was written."""
    with house.room.ledger.write() as db:
        sending.stop_sending(db, Act(house.now, "by_hand", "anne", "test"), "stopped")
    for change in ("UPDATE sending_brake SET why = 'x'", "DELETE FROM sending_brake"):
        with pytest.raises(DatabaseError, match="append-only"), house.room.ledger.write() as db:
            db.execute(text(change))


def going(ledger: Ledger, limits: Limits, now: datetime) -> str | None:
    with ledger.read() as db:
        planned = sending.known_plan(db, limits.day(now).day, 0)
        assert planned
        return sending.today(db, planned, now).too_few(now)


def test_far_fewer_than_foreseen_is_an_alarm_that_stops_nothing(house: House) -> None:
    """30 steps are due on Tuesday at midnight; at 02:30 10 went out, and the alarm is raised until half are done."""
    made = house.cases(30, MONDAY.date() + timedelta(days=1))
    house.let_pass(hours=14, minutes=30)
    house.brake.watch()
    assert going(house.room.ledger, FEW, house.now) is None, "the day has only begun to be looked at"
    house.perform(*made[:10])
    house.let_pass(hours=2)
    assert going(house.room.ledger, FEW, house.now) == "10 of the 30 steps foreseen were carried out, less than half"
    house.perform(*made[10:20])
    assert going(house.room.ledger, FEW, house.now) is None
    house.let_pass(hours=2)
    assert "nothing was sent for an hour, and 10 steps" in str(going(house.room.ledger, FEW, house.now))
    assert house.stopped_for() is None
