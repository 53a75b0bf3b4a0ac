"""Acts and facts that would break a promise of the house: each is refused in words, or made harmless."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from activities.questions import Answer
from dunning.policy import Policy
from ledger.policies import PolicyBundle, keep_policy
from tests.durable import LETTERS, Room, message, policy
from tests.mail_server import Postmaster, Start, start
from tests.mortal import Bench, letter

__all__ = ["start"]

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DUE = date(2026, 3, 9)
NOTICE = message("notice", 0, letter="formal-notice", tone="formal", pay_within={"days": 8}, approval="required")
FORK = {"step": "out", "day": {"after": "due_date", "days": 0}, "fork": [{"then": "agency"}]}


def _bench(folder: Path, used: Policy, **debtor: Any) -> Bench:
    room = Room(cast("Any", None), folder)
    bench = Bench(room, room.add(used, DUE, **debtor), NOON)
    bench.ask()
    return bench


def _tell(bench: Bench, act: bool, fact: str, **told: Any) -> Answer:
    """Tell the case a fact under an id of its own, a minute after the last one."""
    bench.at += timedelta(minutes=1)
    text = json.dumps({"fact": fact, "id": f"{fact}-{bench.at:%d%H%M}", **({"by": "marie"} if act else {}), **told})
    return bench.ask(letter(1, bench.at, text, act))


def _act(bench: Bench, fact: str, **told: Any) -> Answer:
    return _tell(bench, True, fact, **told)


def _refusal(answer: Answer) -> str:
    return answer.refused.get("1", "not refused")


def _keep(bench: Bench, used: Policy) -> str:
    bundle = {"policy": used.model_dump(mode="json", exclude_defaults=True), "letters": LETTERS}
    with bench.room.ledger.write() as db:
        return keep_policy(db, PolicyBundle(used.policy, "test.yaml", bundle, NOON))


def test_a_second_click_on_approve_does_not_send_a_second_notice(tmp_path: Path, start: Start) -> None:
    """10 March: approved, sent, the mail server vanished; marie clicks approve again: she must repeat or skip."""
    postmaster = Postmaster(goes_away="after data")
    bench = _bench(tmp_path, policy(NOTICE))
    bench.room.use_mail_server(start(postmaster).port)
    _act(bench, "StepApproved", step="notice")
    assert bench.perform().decision["because"]["code"] == "outcome_unknown"
    again = _act(bench, "StepApproved", step="notice")
    assert "Repeat or skip it" in _refusal(again)
    assert again.decision["because"]["code"] == "outcome_unknown"
    assert len(postmaster.taken) == 1


def test_a_person_cannot_give_the_policys_own_reason_for_a_skip(tmp_path: Path) -> None:
    """A skip that says `entered_by_age`, or that somebody else did it, is refused; one with a reason is taken."""
    bench = _bench(tmp_path, policy(message("first", 0), message("second", 10)))
    assert "nothing else" in _refusal(_act(bench, "StepSkipped", step="first", why="entered_by_age"))
    assert "nothing else" in _refusal(_act(bench, "StepSkipped", step="first", words={"by": "paul"}))
    assert _act(bench, "StepSkipped", step="first", words={"reason": "told by phone"}).refused == {}


def test_a_promise_of_nothing_is_refused(tmp_path: Path) -> None:
    """The whole invoice is disputed, then somebody records a promise without an amount: it would be kept at once."""
    bench = _bench(tmp_path, policy(message("first", 0)))
    _tell(bench, False, "DisputeOpened", reason="never delivered")
    assert "needs an amount" in _refusal(_act(bench, "PromiseMade", promised_for="2026-03-20"))


def test_a_move_to_a_policy_under_a_wrong_name_is_refused(tmp_path: Path) -> None:
    """The name says loyal, the hash is that of another policy: what the journal says would be untrue."""
    bench = _bench(tmp_path, policy(message("first", 0)))
    kept = _keep(bench, policy(message("first", 5), policy="other"))
    assert "is other, not loyal" in _refusal(_act(bench, "PolicyChanged", policy="loyal", policy_hash=kept))
    assert _act(bench, "PolicyChanged", policy="other", policy_hash=kept).refused == {}


def test_a_move_to_a_policy_that_was_tampered_with_is_refused_and_stops_nothing(tmp_path: Path) -> None:
    """Somebody altered the kept policy: the move is refused in words, and the case can be asked again."""
    bench = _bench(tmp_path, policy(message("first", 0)))
    kept = _keep(bench, policy(message("first", 5), policy="other"))
    with sqlite3.connect(tmp_path / "relance.db") as db:
        db.execute("UPDATE policies SET body = replace(body, 'first', 'worst') WHERE hash = ?", (kept,))
    db.close()
    assert "cannot be used" in _refusal(_act(bench, "PolicyChanged", policy="other", policy_hash=kept))
    assert bench.perform().case["steps"][0]["step"] == "first"


def test_a_move_while_a_person_is_asked_is_refused(tmp_path: Path) -> None:
    """The first reminder has no address; a policy without that step would leave the question about nothing."""
    bench = _bench(tmp_path, policy(message("first", 0)), email="")
    assert bench.perform().decision["because"]["code"] == "no_address"
    kept = _keep(bench, policy(message("notice", 30), policy="other"))
    assert "answer it first" in _refusal(_act(bench, "PolicyChanged", policy="other", policy_hash=kept))


def test_a_move_to_a_policy_without_the_step_that_went_out_is_refused_until_its_name_is_said(tmp_path: Path) -> None:
    """The first reminder went out; the other policy calls it hello: moved without a word it would come again."""
    bench = _bench(tmp_path, policy(message("first", 0), message("second", 20)))
    bench.perform()
    moved = {
        "policy": "other",
        "policy_hash": _keep(bench, policy(message("hello", 0), message("bye", 9), policy="other")),
    }
    assert "has no step first" in _refusal(_act(bench, "PolicyChanged", **moved))
    wrong = {"renamed": {"first": "greeting"}}
    assert "has no step greeting" in _refusal(_act(bench, "PolicyChanged", **moved, answers=wrong))
    answer = _act(bench, "PolicyChanged", **moved, answers={"renamed": {"first": "hello"}})
    assert (answer.refused, answer.decision["step"]) == ({}, "bye")
    told = next(row.body for row in bench.journal() if row.kind == "PolicyChanged")
    assert told["effect"]["renamed"] == {"first": "hello"}


def test_what_follows_from_a_move_is_never_told_from_outside(tmp_path: Path) -> None:
    """Somebody posts a move that leaves the reminder out by itself: the case works out what follows, and waits."""
    bench = _bench(tmp_path, policy(message("first", 0), message("second", 20)))
    kept = _keep(bench, policy(message("first", 5), message("second", 20), policy="other"))
    forged = {"left_out": {"first": "left_out_by_move"}, "due": "2026-03-10T12:00:00Z"}
    answer = _act(bench, "PolicyChanged", policy="other", policy_hash=kept, effect=forged)
    assert (answer.refused, answer.decision["step"], answer.case.get("steps", [])) == ({}, "first", [])
    assert answer.decision["until"].startswith("2026-03-13")


def test_a_case_recalled_from_the_agency_goes_on_with_the_next_step(tmp_path: Path) -> None:
    """10 March: handed over; the agency gives it back, marie skips the hand-over, the last letter comes in time."""
    bench = _bench(tmp_path, policy(FORK, message("last", 20)))
    assert bench.perform().decision["because"]["code"] == "handed_over"
    answer = _act(bench, "StepSkipped", step="out", words={"reason": "recalled"})
    assert answer.refused == {}
    assert (answer.decision["do"], answer.decision["step"]) == ("wait", "last")


def test_an_insolvency_told_in_error_can_be_lifted_with_a_reason(tmp_path: Path) -> None:
    """The wrong debtor was reported; a release without a reason is refused, with one the reminders go on."""
    bench = _bench(tmp_path, policy(message("first", 0)))
    assert _tell(bench, False, "DebtorInsolvent", on="2026-03-01").decision["because"]["code"] == "insolvent"
    assert "Give the reason" in _refusal(_act(bench, "HoldReleased"))
    assert _act(bench, "HoldReleased", reason="another company of that name").decision["do"] == "perform"


def test_a_release_of_a_hold_does_not_lift_an_insolvency(tmp_path: Path) -> None:
    """On hold and insolvent: the release ends the hold only."""
    bench = _bench(tmp_path, policy(message("first", 0)))
    _act(bench, "HoldPlaced", reason="waiting for the lawyer")
    _tell(bench, False, "DebtorInsolvent", on="2026-03-01")
    assert _act(bench, "HoldReleased", reason="x").decision["because"]["code"] == "insolvent"


def test_what_forges_lines_or_databases_refuse_is_taken_out_of_free_texts(tmp_path: Path) -> None:
    """A reason with a NUL, a newline and a direction mark is kept as one line: PostgreSQL would refuse the first."""
    bench = _bench(tmp_path, policy(message("first", 0)))
    answer = _tell(bench, False, "DisputeOpened", reason="no\u0000goods\ncame\u202e!")
    assert next(iter(answer.case["disputes"].values()))["reason"] == "no goods came !"


def test_the_journal_and_the_case_never_name_the_debtor(tmp_path: Path, start: Start) -> None:
    """Sent, bounced with the address quoted, refused, unreadable, called, handed over: no name, address or number."""
    call = {"step": "call", "day": {"after": "due_date", "days": 1}, "call": {"attempts": 1}}
    bench = _bench(tmp_path, policy(message("first", 0), call, FORK), name="Zoé Quasimodo", phone="+33987654321")
    bench.room.use_mail_server(start(Postmaster()).port)
    bench.perform()
    key = f"{bench.case_id}/first/1/email"
    quoted = "550 5.1.1 <compta@example.org>: user unknown"
    _tell(bench, False, "DeliveryReported", delivery=key, result="bounced", detail=quoted)
    _tell(bench, False, "PaymentReceived", name="Zoé Quasimodo", phone="+33987654321", amount="1 compta@example.org")
    _tell(bench, False, "compta@example.org")
    _act(bench, "StepSkipped", step="first")
    answer = bench.perform()
    for _ in range(3):
        bench.at += timedelta(days=1)
        answer = bench.perform()
        if answer.decision["because"]["code"] == "call_needed":
            answer = _act(bench, "CallMade", result="no_answer")
    assert answer.decision["because"]["code"] == "handed_over"
    told = json.dumps([[row.body for row in bench.journal()], answer.case, answer.decision], ensure_ascii=False)
    for personal in ("Quasimodo", "compta", "987654321", "rue A"):
        assert personal not in told
