"""A worker that dies at any point, and answers that get lost: no letter lost, none doubled, one truth."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from activities.cases import CaseActivities
from activities.recording import Overtaken
from ledger.book import debtor, upsert_debtor
from ledger.store import Ledger
from tests.durable import creditor, message, policy
from tests.mail_server import Postmaster, Start, start
from tests.mortal import Begin, Bench, Killed, When, begin, letter
from tests.together import LingeringLedger, wait_until_blocked

__all__ = ["begin", "start"]

PAID = json.dumps(
    {
        "fact": "PaymentReceived",
        "id": "P1",
        "amount": {"minor": 40_000, "currency": "EUR"},
        "received_on": "2026-03-10",
    }
)
POINTS: list[tuple[str, int, When]] = [
    *(("transaction", number, "before") for number in (1, 2, 3)),
    *(("transaction", number, "after") for number in (1, 2, 3)),
    ("send", 0, "before"),
    ("send", 0, "after"),
]


def _dying(bench: Bench, point: tuple[str, int, When]) -> CaseActivities:
    where, number, when = point
    return bench.dying_in_send(when) if where == "send" else bench.dying_in_transaction(number, when)


def _one_truth(bench: Bench, postmaster: Postmaster) -> None:
    """Sent once and known, or unknown and asked about; case, ledger and journal agree."""
    state = bench.room.delivery_states(bench.case_id)
    done = [record["step"] for record in (bench.known or {}).get("steps", [])]
    assert (state, done, len(postmaster.taken)) in (
        (["sent"], ["first"], 1),
        (["unknown"], [], 0),
        (["unknown"], [], 1),
    )
    if state == ["unknown"]:
        assert "outcome_unknown" in bench.room.tasks(bench.case_id)
    assert bench.kept() == bench.known
    told = [row.key for row in bench.journal() if not row.key.startswith("Decided")]
    assert told.count("StepPerformed:first/1") == len(done)


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_any_point_of_a_sending_neither_loses_nor_doubles(
    begin: Begin, start: Start, point: tuple[str, int, When]
) -> None:
    """10 March: the worker dies somewhere between the claim and the journal; a minute later another one tries again."""
    postmaster = Postmaster()
    bench = begin(policy(message("first", 0)))
    bench.room.use_mail_server(start(postmaster).port)
    with pytest.raises(Killed):
        bench.call("perform", bench.question(), _dying(bench, point))
    bench.at += timedelta(minutes=1)
    bench.perform()
    _one_truth(bench, postmaster)
    bench.at += timedelta(minutes=1)
    bench.perform()
    _one_truth(bench, postmaster)


@pytest.mark.parametrize("point", POINTS)
def test_a_payment_between_the_kill_and_the_next_try_leaves_one_truth(
    begin: Begin, start: Start, point: tuple[str, int, When]
) -> None:
    """10 March: the worker dies while sending; 400 euros come before the next try; one truth remains."""
    postmaster = Postmaster()
    bench = begin(policy(message("first", 0)))
    bench.room.use_mail_server(start(postmaster).port)
    with pytest.raises(Killed):
        bench.call("perform", bench.question(), _dying(bench, point))
    bench.at += timedelta(minutes=1)
    assert "P1" in bench.ask(letter(1, bench.at, PAID)).case["payments"]
    bench.perform()
    _one_truth(bench, postmaster)
    assert bench.room.outstanding(bench.case_id) == "600.00 EUR"


def test_a_step_whose_answer_got_lost_is_written_down_once(begin: Begin) -> None:
    """10 March: the reminder was recorded, the answer got lost; the retry a minute later changes nothing."""
    bench = begin(policy(message("first", 0), message("second", 10)))
    lost = bench.call("perform", bench.question())
    rows, tasks = bench.journal(), bench.room.open_tasks(bench.case_id)
    bench.at += timedelta(minutes=1)
    again = bench.perform()
    assert (again.case, again.decision) == (lost.case, lost.decision)
    assert bench.journal() == rows
    assert bench.room.open_tasks(bench.case_id) == tasks
    assert len(bench.room.outbox) == 1


def test_a_question_asked_again_with_more_letters_gives_what_one_question_gives(begin: Begin) -> None:
    """10 March: a promise is taken and its answer gets lost; asked again a day later, a payment has come as well."""
    promise = '{"fact": "PromiseMade", "id": "A1", "promised_for": "2026-03-12"}'
    bench = begin(policy(message("first", 0)))
    first = letter(1, bench.at, promise, act=True)
    bench.call("ask", bench.question(first, now=bench.at.isoformat()))
    bench.at += timedelta(days=1)
    answer = bench.ask(first, letter(2, bench.at, PAID))
    assert answer.refused == {}
    assert answer.decision["because"]["code"] == "promised"
    facts = [row.kind for row in bench.journal() if row.kind != "Decided"]
    assert facts == ["CaseOpened", "PromiseMade", "PaymentReceived"]
    assert bench.kept() == answer.case


def test_a_failure_told_twice_counts_once(begin: Begin) -> None:
    """10 March: fifteen minutes of tries in vain, told to the case; the answer got lost and it is told again."""
    bench = begin(policy(message("first", 0)))
    question = bench.question(now=bench.at.isoformat(), failed="the mail server did not let us in")
    bench.call("ask", question)
    assert bench.call("ask", question).case["retry"]["tries"] == 1


def test_a_failure_is_the_failed_steps_own_though_a_person_skipped_it_meanwhile(begin: Begin) -> None:
    """10 March: the first reminder cannot go out and marie skips it; the second one is not held back for it."""
    skip = '{"fact": "StepSkipped", "id": "A1", "step": "first", "words": {"reason": "told by phone"}}'
    bench = begin(policy(message("first", 0), message("second", 10)))
    answer = bench.ask(letter(1, bench.at, skip, act=True), failed="the mail server did not let us in")
    assert answer.decision["because"]["code"] == "planned"
    assert [record["why"] for record in answer.case["steps"]] == ["skipped_by_person"]
    assert "retry" not in answer.case


def test_a_try_that_was_given_up_cannot_write_over_a_payment(begin: Begin) -> None:
    """10 March: a try hangs and is given up, 400 euros come, then it wakes: the ledger keeps the payment."""
    bench = begin(policy(message("first", 0)))
    hanging = bench.question()
    bench.ask(letter(1, bench.at, PAID))
    answer = bench.call("perform", hanging)
    assert "P1" in answer.case["payments"]
    assert bench.room.outstanding(bench.case_id) == "600.00 EUR"


def test_a_try_overtaken_between_its_look_and_its_record_gives_up(begin: Begin) -> None:
    """10 March: the payment comes in the very moment between the sending and its record; nothing is written over it."""
    bench = begin(policy(message("first", 0)))
    hanging = bench.question()
    slow = bench.dying_in_transaction(99, "before")
    record = slow._settle_and_keep

    def overtaken(*told: Any) -> Any:
        bench.ask(letter(1, bench.at, PAID))
        return record(*told)

    slow._settle_and_keep = overtaken  # type: ignore[assignment, method-assign]  # the moment cannot be met by waiting
    with pytest.raises(Overtaken):
        bench.call("perform", hanging, slow)
    assert bench.room.outstanding(bench.case_id) == "600.00 EUR"
    assert [r["step"] for r in bench.perform().case["steps"]] == ["first"]
    assert len(bench.room.outbox) == 1


def test_a_try_overtaken_by_a_transaction_that_is_not_yet_committed_gives_up(begin: Begin) -> None:
    """10 March: both have looked and both have begun to write; whoever comes second sees what the first one wrote."""
    bench = begin(policy(message("first", 0)))
    ledger, hanging = bench.room.ledger, bench.question()
    slow = bench.dying_in_transaction(99, "before")
    record, sent, written = slow._settle_and_keep, threading.Event(), threading.Event()

    def halfway(*told: Any) -> Any:
        sent.set()
        assert written.wait(20)
        return record(*told)

    slow._settle_and_keep = halfway  # type: ignore[assignment, method-assign]  # stops between the sending and the record
    with ThreadPoolExecutor(1) as thread:
        late = thread.submit(bench.call, "perform", hanging, slow)
        assert sent.wait(20)

        def linger() -> None:
            written.set()
            wait_until_blocked(ledger, late)

        lingering = cast("Ledger", LingeringLedger(ledger, linger))
        paying = CaseActivities(lingering, bench.room.activities._room.senders, creditor())
        bench.keep(bench.call("ask", bench.question(letter(1, bench.at, PAID)), paying))
        assert isinstance(late.exception(), Overtaken)
    assert bench.room.outstanding(bench.case_id) == "600.00 EUR"
    assert bench.kept() == bench.known
    assert [r["step"] for r in bench.perform().case["steps"]] == ["first"]
    assert len(bench.room.outbox) == 1


def test_the_channel_that_was_still_to_come_when_something_happened_is_told_to_a_person(
    begin: Begin,
) -> None:
    """10 March: the e-mail went, the worker died before the SMS, 400 euros came: a person hears that no SMS went."""
    bench = begin(policy(message("first", 0, channels=["email", "sms"])))
    with pytest.raises(Killed):
        bench.call("perform", bench.question(), bench.dying_in_transaction(3, "before"))
    answer = bench.ask(letter(1, bench.at, PAID))
    assert answer.case["steps"][0]["channels"] == ["email"]
    assert "problem" in bench.room.tasks(bench.case_id)


def test_a_letter_that_went_out_is_not_left_out_afterwards(begin: Begin) -> None:
    """10 March: the e-mail went and the worker died; then the condition holds no more; it is told as sent."""
    bench = begin(policy(message("first", 0, when={"solvency": ["unknown"]})))
    with pytest.raises(Killed):
        bench.call("perform", bench.question(), bench.dying_in_transaction(3, "before"))
    with bench.room.ledger.write() as db:
        upsert_debtor(db, replace(debtor(db, f"D-{bench.case_id}"), solvency="bad"), bench.at)
    assert [(r["step"], r["done"]) for r in bench.perform().case["steps"]] == [("first", True)]
