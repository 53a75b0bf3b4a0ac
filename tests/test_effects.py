"""What goes out, and what becomes of it, on the real server with a real mail server: no letter lost, none doubled."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from dunning.money import Money
from ledger import deliveries as kept
from ledger.book import debtor, upsert_debtor
from ledger.deliveries import Claim, Covered
from tests.durable import Room, message, policy, room
from tests.mail_server import Postmaster, Start, start
from tests.temporal_env import skipping_env

__all__ = ["skipping_env", "start"]
pytestmark = pytest.mark.xdist_group("temporal")

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
CORRECTED = {"fact": "ContactChanged", "id": "C1"}


async def _run(room: Room, handle: WorkflowHandle[Any, Any], days: float = 1) -> dict[str, Any]:
    await room.env.fast_forward(handle, timedelta(days=days))
    state: dict[str, Any] = await handle.query("state")
    return state


async def test_a_mail_server_that_vanishes_after_the_message_leaves_an_unknown_and_never_a_second_letter(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str, start: Start
) -> None:
    """Nobody can know whether it went out: the case asks, and a month later still only one message was handed over."""
    postmaster = Postmaster(goes_away="after data")
    async with room(skipping_env, tmp_path, ledger_url) as here:
        here.use_mail_server(start(postmaster).port)
        case_id = here.add(policy(message("first", 0)), YESTERDAY)
        handle = await here.start(case_id)
        state = await _run(here, handle, 30)
        assert state["decision"]["because"]["code"] == "outcome_unknown"
        assert here.delivery_states(case_id) == ["unknown"]
        assert here.tries(case_id) == 1
        assert len(postmaster.taken) == 1
        postmaster.goes_away = ""
        await handle.execute_update("act", {"fact": "StepRepeated", "id": "again", "step": "first"})
        await _run(here, handle)
        assert here.delivery_states(case_id) == ["unknown", "sent"]
        assert len(postmaster.taken) == 2  # the second because a person asked for it


async def test_who_is_asked_about_an_unknown_mail_is_told_that_the_letter_beside_it_was_not_sent(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str, start: Start
) -> None:
    """E-mail and post on one day, and the mail server vanishes: the task says that the post is still here."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        here.use_mail_server(start(Postmaster(goes_away="after data")).port)
        case_id = here.add(policy(message("first", 0, channels=["email", "letter"])), YESTERDAY)
        await _run(here, await here.start(case_id))
        assert here.delivery_states(case_id) == ["unknown"]
        assert "not sent yet: letter" in here.open_tasks(case_id)[0].title


@pytest.mark.parametrize("rule", ["assume_sent"])
async def test_an_unknown_outcome_follows_the_policy(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str, start: Start, rule: str
) -> None:
    """This policy counts an unknown courteous reminder as sent and goes on."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        here.use_mail_server(start(Postmaster(goes_away="after data")).port)
        handle = await here.start(here.add(policy(message("first", 0, if_unknown=rule)), YESTERDAY))
        state = await _run(here, handle)
        assert [r["step"] for r in state["case"]["steps"]] == ["first"]
        assert state["case"]["steps"][0]["why"] == "outcome_unknown"


async def test_an_address_that_is_refused_becomes_a_task_and_a_corrected_one_gets_the_letter(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str, start: Start
) -> None:
    """550 from the server; a person corrects the address in the books; the same step goes out once."""
    postmaster = Postmaster(to_recipient="550 no such user")
    async with room(skipping_env, tmp_path, ledger_url) as here:
        here.use_mail_server(start(postmaster).port)
        case_id = here.add(policy(message("first", 0)), YESTERDAY)
        handle = await here.start(case_id)
        await _run(here, handle)
        assert "refused_by_provider" in here.tasks(case_id)
        postmaster.to_recipient = "250 OK"
        await handle.signal("fact", CORRECTED)
        state = await _run(here, handle)
        assert [r["step"] for r in state["case"]["steps"]] == ["first"]
        assert len(postmaster.taken) == 1
        assert here.tasks(case_id) == ["end_of_policy"]


async def test_a_debtor_without_an_address_is_a_task_until_one_is_known(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """No e-mail address: nothing is sent, nothing is skipped; the address comes and the reminder goes."""
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 0)), YESTERDAY, email="")
        handle = await here.start(case_id)
        state = await _run(here, handle, 40)
        assert here.tasks(case_id) == ["no_address"]
        assert "steps" not in state["case"]
        with here.ledger.write() as db:
            known = debtor(db, f"D-{case_id}")
            upsert_debtor(db, type(known)(**{**vars(known), "email": "compta@example.org"}), datetime.now(UTC))
        await handle.signal("fact", CORRECTED)
        await _run(here, handle)
        assert len(here.outbox) == 1


async def test_a_further_channel_that_fails_leaves_a_task(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """E-mail and SMS at once, no phone number: the e-mail goes, the step is done, a person is told of the SMS."""
    step = message("first", 0, channels=["email", "sms"])
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(step), YESTERDAY, phone="")
        state = await _run(here, await here.start(case_id))
        assert state["case"]["steps"][0]["channels"] == ["email"]
        assert sorted(here.tasks(case_id)) == ["end_of_policy", "problem"]


@pytest.mark.parametrize(("state", "expected"), [("claimed", "sent"), ("sending", "unknown")])
async def test_a_worker_that_died_around_the_send_neither_loses_nor_doubles(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str, start: Start, state: str, expected: str
) -> None:
    """Before the send: it goes out now. Between send and confirm: nobody can know, and it does not go out again."""
    postmaster = Postmaster()
    async with room(skipping_env, tmp_path, ledger_url) as here:
        here.use_mail_server(start(postmaster).port)
        case_id = here.add(policy(message("first", 0)), YESTERDAY)
        _died(here, case_id, state)
        after = await _run(here, await here.start(case_id))
        assert here.delivery_states(case_id) == [expected]
        assert len(postmaster.taken) == (1 if expected == "sent" else 0)
        assert bool(after["case"].get("steps")) == (expected == "sent")
        assert here.tasks(case_id)


def _died(room: Room, case_id: str, state: str) -> None:
    """Leave the ledger as a worker that was killed leaves it."""
    key = f"{case_id}/first/1/email"
    money = Money.parse("1000 EUR")
    claim = Claim(
        key=key, debtor_id=f"D-{case_id}", channel="email", address="x", subject="s", language="fr", tone="courteous",
        letter="reminder", content_hash="h", covers=(Covered(case_id, "first", 1, money),), at=datetime.now(UTC),
    )  # fmt: skip
    with room.ledger.write() as db:
        kept.claim(db, claim)
        if state == "sending":
            kept.begin_sending(db, key, "h")


async def test_a_formal_notice_waits_for_approval_and_goes_out_as_a_registered_letter(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """The notice is due, a manager approves, the PDF lies in the outbox and the deadline runs."""
    notice = message(
        "formal-notice", 0, channels=["registered_letter"], letter="formal-notice", tone="formal",
        pay_within={"days": 8}, approval="required",
    )  # fmt: skip
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(notice), YESTERDAY)
        handle = await here.start(case_id)
        state = await _run(here, handle)
        assert state["decision"]["because"]["code"] == "approval_needed"
        assert here.outbox == []
        approval = {"fact": "StepApproved", "id": "ok", "by": "marie", "step": "formal-notice"}
        await handle.execute_update("act", approval)
        state = await _run(here, handle, 0.1)
        pdf = [name for name in here.outbox if name.endswith(".pdf")]
        assert len(pdf) == 1
        assert (tmp_path / "outbox" / pdf[0]).read_bytes().startswith(b"%PDF")
        sent = datetime.fromisoformat(state["case"]["steps"][0]["at"])
        assert date.fromisoformat(state["case"]["steps"][0]["deadline"]) >= sent.date() + timedelta(days=8)


async def test_an_approval_is_void_when_the_sum_changes(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """Approved ahead of its day for 1,000 euros; 400 are paid; the notice asks for approval again."""
    notice = message(
        "formal-notice", 10, letter="formal-notice", tone="formal", pay_within={"days": 8}, approval="required"
    )
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(notice), datetime.now(UTC).date())
        handle = await here.start(case_id)
        approval = {"fact": "StepApproved", "id": "ok", "by": "marie", "step": "formal-notice"}
        await handle.execute_update("act", approval)
        money = {"minor": 40000, "currency": "EUR"}
        await handle.signal(
            "fact", {"fact": "PaymentReceived", "id": "P", "amount": money, "received_on": "2026-01-01"}
        )
        state = await _run(here, handle, 12)
        assert state["decision"]["because"]["code"] == "approval_needed"
        assert here.outbox == []


async def test_a_call_is_a_task_with_number_script_and_deadline(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """The collector gets all that the call needs; nobody answers twice, then the debtor promises."""
    call = {"step": "call", "day": {"after": "due_date", "days": 0}, "call": {"attempts": 3}}
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(call), YESTERDAY)
        handle = await here.start(case_id)
        await _run(here, handle, 0.01)
        task = here.open_tasks(case_id)[0]
        assert task.body["number"] == "+33123456789"
        assert "1\u00a0000,00" in task.body["script"]
        assert task.due_at is not None
        for number in range(2):
            missed = {"fact": "CallMade", "id": f"call-{number}", "result": "no_answer"}
            state = await handle.execute_update("act", missed)
            assert state["decision"]["because"]["code"] == "next_attempt"
            await _run(here, handle, 4)
        promised = str(datetime.now(UTC).date() + timedelta(days=30))
        made = {"fact": "CallMade", "id": "call-3", "result": "promised", "promised_for": promised}
        state = await handle.execute_update("act", made)
        assert state["decision"]["because"]["code"] == "promised"
        assert here.tasks(case_id) == []


async def test_the_file_for_the_agency_holds_statement_letters_journal_and_case(
    skipping_env: WorkflowEnvironment, tmp_path: Path, ledger_url: str
) -> None:
    """A reminder went out, then the file: the agency finds the letter as sent, and hashes for everything."""
    fork = {"step": "out", "day": {"after": "due_date", "days": 5}, "fork": [{"then": "agency"}]}
    async with room(skipping_env, tmp_path, ledger_url) as here:
        case_id = here.add(policy(message("first", 0), fork), YESTERDAY)
        await _run(here, await here.start(case_id), 10)
        made = [name for name in here.outbox if name.startswith("handover")]
        with zipfile.ZipFile(tmp_path / "outbox" / made[0]) as archive:
            names = archive.namelist()
            case = json.loads(archive.read("case.json"))
            rows = list(csv.DictReader(io.StringIO(archive.read("journal.csv").decode())))
            hashes = json.loads(archive.read("contents.json"))
        assert {"statement.pdf", "letters/first-1-email/message.txt"} <= set(names)
        assert case["principal"]["balance"] == "1000.00 EUR"
        assert "StepPerformed" in [row["what"] for row in rows]
        assert set(hashes) == set(names) - {"contents.json"}
        assert here.tasks(case_id) == ["follow_up"]
