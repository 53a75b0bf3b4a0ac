"""Freezes a ledger of this release with something in every table, so that later releases prove they bring it up.

Run once for each released schema, `python -m tests.released.freeze`: it writes <revision>.sqlite.sql and
<revision>.postgresql.sql beside itself. What was released is never written again.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from ledger.book import debtor, upsert_debtor
from ledger.deliveries import begin_sending, claim, mark_unknown, note_result, refuse
from ledger.letters import LetterFile, keep_letters
from ledger.store import _scripts
from ledger.tasks import TaskDone, TaskWanted, close_task, open_task
from tests import durable
from tests.durable import Room, message, policy
from tests.mortal import Bench, Killed, letter
from tests.postgres import programs, running_server
from tests.test_ledger_deliveries import NOTICE

HERE = Path(__file__).parent
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DUE = date(2026, 3, 9)
FEW = ("reminder.courteous.fr", "reminder.courteous.en", "call.firm.fr", "call.firm.en")
CALL = {"step": "call", "day": {"after": "due_date", "days": 0}, "call": {"attempts": 3}, "tone": "firm"}
WALK = policy(message("first", 0), message("second", 10))
TALK = policy(CALL, policy="by-phone")


def main() -> None:
    """Write both files; refuses to touch one that is there."""
    revision = "-".join(_scripts().get_heads())
    durable.LETTERS = {name: text for name, text in durable.LETTERS.items() if name in FEW}
    place = programs()
    if place is None:
        sys.exit("needs the system package `postgresql`")
    with tempfile.TemporaryDirectory() as folder, running_server(place) as server:
        _fill(Path(folder) / "sqlite", f"sqlite:///{folder}/relance.db")
        with sqlite3.connect(f"{folder}/relance.db") as db:
            _freeze(f"{revision}.sqlite.sql", "\n".join(db.iterdump()))
        db.close()
        url = server.url(server.new_database())
        _fill(Path(folder) / "postgresql", url)
        command: list[str | Path] = [
            place / "pg_dump",
            "--inserts",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            url,
        ]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        # Orders to psql itself: the tests have no psql.
        _freeze(f"{revision}.postgresql.sql", "\n".join(line for line in told.split("\n") if line[:1] != "\\"))


def _freeze(name: str, dump: str) -> None:
    with (HERE / name).open("x", encoding="utf-8") as file:
        file.write(dump.rstrip("\n") + "\n")
    sys.stdout.write(f"{name} written\n")


def _fill(folder: Path, url: str) -> None:
    room = Room(cast("Any", None), folder, url)
    for live in (_walks, _is_paid, _is_called, _is_disputed, _nobody_knows, _is_refused, _is_corrected):
        live(room)
    with room.ledger.write() as db:
        open_task(db, TaskWanted("payment/p-1", "unknown-payment", "A payment for no invoice", {"minor": 1}), NOON)
        lost = open_task(db, TaskWanted("payment/p-2", "unknown-payment", "Another one", {}, NOON), NOON)
        assert lost is not None
        close_task(db, lost.id, TaskDone("payment/p-2", "marie", {"result": "sent back"}), NOON + timedelta(days=1))
    room.ledger.close()


def _begin(room: Room, used: Any, **owner: Any) -> Bench:
    bench = Bench(room, room.add(used, DUE, **owner), NOON)
    bench.ask()
    return bench


def _told(bench: Bench, act: bool, **fact: Any) -> None:
    bench.ask(letter(1, bench.at, json.dumps({"id": "T1", **({"by": "marie"} if act else {}), **fact}), act))


def _paid(minor: int) -> dict[str, Any]:
    money = {"minor": minor, "currency": "EUR"}
    return {"fact": "PaymentReceived", "amount": money, "received_on": "2026-03-11"}


def _walks(room: Room) -> None:
    """Both reminders went out; the second one came back."""
    bench = _begin(room, WALK, name="Électricité Générale", extra={"Région": "Île-de-France", "n": None})
    for _ in range(2):
        bench.perform()
        bench.at += timedelta(days=11)
    with room.ledger.write() as db:
        note_result(db, f"{bench.case_id}/second/1/email", "bounced", bench.at)


def _is_paid(room: Room) -> None:
    """One reminder, then the money: closed."""
    bench = _begin(room, WALK)
    bench.perform()
    bench.at += timedelta(days=1)
    _told(bench, False, **_paid(100_000))


def _is_called(room: Room) -> None:
    """A call that nobody answered and one that is still to be made."""
    bench = _begin(room, TALK, contact_name="Jeanne", segment="loyal", solvency="good", time_zone="Europe/Paris")
    bench.perform()
    _told(bench, True, fact="CallMade", result="no_answer")
    bench.at += timedelta(days=4)
    bench.perform()


def _is_disputed(room: Room) -> None:
    """Asked to call, then disputed: the task is dropped, the case is on hold."""
    bench = _begin(room, TALK, subdivision="57", language="fr", manager_name="M. Petit", manager_email="m@example.org")
    bench.perform()
    _told(bench, True, fact="DisputeOpened", reason="goods damaged")


def _nobody_knows(room: Room) -> None:
    """The worker died while the mail server was being told; some of it is paid since."""
    bench = _begin(room, WALK)
    try:
        bench.call("perform", bench.question(), bench.dying_in_transaction(2, "before"))
    except Killed:
        bench.at += timedelta(minutes=1)
    _told(bench, False, **_paid(40_000))


def _is_refused(room: Room) -> None:
    """A notice that the provider refused, with a file that is no text, and one of which nobody knows."""
    bench = _begin(room, WALK)
    bench.perform()
    refused, lost = (f"{bench.case_id}/notice/{number}/email" for number in (1, 2))
    covers = (replace(NOTICE.covers[0], case_id=bench.case_id),)
    with room.ledger.write() as db:
        for key in (refused, lost):
            claim(db, replace(NOTICE, key=key, debtor_id=f"D-{bench.case_id}", covers=covers, at=NOON))
            keep_letters(db, key, [LetterFile("notice.pdf", "application/pdf", b"%PDF-1.7 \x00\xff' \\n")])
            begin_sending(db, key, NOTICE.content_hash)
        refuse(db, refused, "550 no such mailbox")
        mark_unknown(db, lost, "no answer in 20 s")


def _is_corrected(room: Room) -> None:
    """A second worker claimed a letter and has not sent it; the debtor moved; nothing was decided on one more case."""
    bench = _begin(room, WALK)
    key = f"{bench.case_id}/first/1/email"
    covers = (replace(NOTICE.covers[0], case_id=bench.case_id, step="first"),)
    with room.ledger.write() as db:
        claim(db, replace(NOTICE, key=key, debtor_id=f"D-{bench.case_id}", covers=covers, at=NOON))
        moved = replace(debtor(db, f"D-{bench.case_id}"), address=("O'Neill", '1 quai "Haut"', "35000 Rennes"))
        upsert_debtor(db, moved, NOON)
    room.add(WALK, date(2026, 12, 31), "0.01 EUR")


if __name__ == "__main__":
    main()
