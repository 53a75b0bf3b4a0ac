"""Deliveries: nothing goes out twice, and what nobody can know is not guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ledger.deliveries import (
    Claim,
    Covered,
    Sent,
    begin_sending,
    claim,
    confirm,
    deliveries_in,
    deliveries_of,
    delivery,
    delivery_by_reference,
    mark_unknown,
    note_result,
    put_back,
    refuse,
)
from ledger.errors import DeliveryMissing, IllegalMove
from ledger.letters import LetterFile, keep_letters, letters_of, letters_with
from ledger.store import Ledger
from tests.ledger_book import MARCH_3, at_once, euros, open_book

KEY = "f-1/formal-notice/1/email"
NOTICE = Claim(
    key=KEY,
    debtor_id="D1",
    channel="email",
    address="jeanne@dupont.example",
    subject="Mise en demeure",
    language="fr",
    tone="formal",
    letter="formal-notice",
    content_hash="aa",
    covers=(Covered("f-1", "formal-notice", 1, euros("1200.00")),),
    at=MARCH_3,
)
PDF = LetterFile("formal-notice.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
SENT = Sent(MARCH_3 + timedelta(minutes=1), reference="msg-1", path="outbox/1.eml")

MOVES: dict[str, Callable[[Connection], Any]] = {
    "begin_sending": lambda db: begin_sending(db, KEY, "aa"),
    "confirm": lambda db: confirm(db, KEY, SENT),
    "put_back": lambda db: put_back(db, KEY, "connection reset"),
    "refuse": lambda db: refuse(db, KEY, "no such mailbox"),
    "mark_unknown": lambda db: mark_unknown(db, KEY, "no answer in 20 s"),
    "note_result": lambda db: note_result(db, KEY, "delivered", MARCH_3),
}
WAY_TO = {
    "claimed": [],
    "sending": ["begin_sending"],
    "sent": ["begin_sending", "confirm"],
    "refused": ["begin_sending", "refuse"],
    "unknown": ["begin_sending", "mark_unknown"],
}
# From each state: where each move leads; a move that is not named is illegal there.
ALLOWED = {
    "claimed": {"begin_sending": "sending", "put_back": "claimed", "refuse": "refused"},
    "sending": {
        "confirm": "sent",
        "put_back": "claimed",
        "refuse": "refused",
        "mark_unknown": "unknown",
        "note_result": "sending",
    },
    "sent": {"confirm": "sent", "note_result": "sent"},
    "refused": {"refuse": "refused"},
    "unknown": {"confirm": "sent", "refuse": "refused", "mark_unknown": "unknown", "note_result": "sent"},
}


@pytest.fixture
def book(ledger: Ledger) -> Ledger:
    """A ledger with cases f-1 and f-2 of debtor D1."""
    with ledger.write() as db:
        open_book(db, "F-1", "F-2")
    return ledger


def test_a_formal_notice_goes_out_once(book: Ledger) -> None:
    """Claimed, handed over and confirmed on 3 March, with its PDF; the provider's word comes on 4 March."""
    with book.write() as db:
        claimed = claim(db, NOTICE)
        keep_letters(db, KEY, [PDF])
    assert (claimed.state, claimed.attempts, claimed.covers) == ("claimed", 0, NOTICE.covers)
    with book.write() as db:
        begin_sending(db, KEY, "aa")
        sending = delivery(db, KEY)
    assert (sending.state, sending.attempts) == ("sending", 1)
    with book.write() as db:
        confirm(db, KEY, SENT)
        note_result(db, KEY, "delivered", MARCH_3 + timedelta(days=1))
    with book.read() as db:
        kept = delivery(db, KEY)
        assert (kept.state, kept.sent_at, kept.reference, kept.path) == ("sent", SENT.at, "msg-1", "outbox/1.eml")
        assert (kept.result, kept.result_at) == ("delivered", MARCH_3 + timedelta(days=1))
        assert deliveries_of(db, "f-1") == [kept] == [delivery_by_reference(db, "msg-1")] == deliveries_in(db, "sent")
        assert deliveries_of(db, "f-2") == []
        assert [letter.content for letter in letters_of(db, "f-1")] == [PDF.content]


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", ALLOWED)
def test_each_move_starts_where_it_may(book: Ledger, state: str, move: str) -> None:
    """Every move from every state: it leads where the table says, or it is refused and nothing changes."""
    with book.write() as db:
        claim(db, NOTICE)
        for step in WAY_TO[state]:
            MOVES[step](db)
        before = delivery(db, KEY)
        if move in ALLOWED[state]:
            MOVES[move](db)
            assert delivery(db, KEY).state == ALLOWED[state][move]
        else:
            with pytest.raises(IllegalMove, match=f"{KEY} is {state} and cannot"):
                MOVES[move](db)
            assert delivery(db, KEY) == before


@pytest.mark.parametrize("move", MOVES)
def test_a_delivery_that_was_never_claimed_is_named(book: Ledger, move: str) -> None:
    """A confirmation for a letter that nobody claimed is a defect, and says which one."""
    with book.write() as db, pytest.raises(DeliveryMissing, match=f"no delivery {KEY} in the ledger"):
        MOVES[move](db)


def test_eight_workers_and_one_door(book: Ledger) -> None:
    """Eight workers believe on 3 March that the notice is theirs; one hands it over, seven are refused."""

    def send(number: int) -> str:
        with book.write() as db:
            assert claim(db, NOTICE).key == KEY
        with book.write() as db:
            begin_sending(db, KEY, "aa")
        return "handed over"

    ends = at_once(8, send)
    assert ends.count("handed over") == 1
    assert [type(end) for end in ends if end != "handed over"] == [IllegalMove] * 7
    with book.read() as db:
        assert delivery(db, KEY).attempts == 1


def test_a_retry_brings_a_new_rendering(book: Ledger) -> None:
    """The provider was down; meanwhile 200 EUR came in. The next try replaces text, balance and PDF, not the key."""
    smaller = (Covered("f-1", "formal-notice", 1, euros("1000.00")), Covered("f-2", "formal-notice", 1, euros("5.00")))
    with book.write() as db:
        first = claim(db, NOTICE)
        keep_letters(db, KEY, [PDF])
        begin_sending(db, KEY, "aa")
        put_back(db, KEY, "connection refused")
        assert delivery(db, KEY).error == "connection refused"
        again = claim(db, replace(NOTICE, content_hash="bb", covers=smaller, address="new@dupont.example"))
        keep_letters(db, KEY, [replace(PDF, content=b"%PDF new")])
    assert (again.id, again.attempts, again.covers, again.address) == (first.id, 1, smaller, "new@dupont.example")
    with book.read() as db:
        assert [letter.content for letter in letters_with(db, KEY)] == [b"%PDF new"]
        assert [letter.content for letter in letters_of(db, "f-2")] == [b"%PDF new"]


def test_the_door_is_closed_for_an_old_rendering(book: Ledger) -> None:
    """A slow worker rendered 1,200 EUR, a second one 1,000 EUR: the slow one may not send what is no longer kept."""
    with book.write() as db:
        claim(db, NOTICE)
        claim(db, replace(NOTICE, content_hash="bb"))
        with pytest.raises(IllegalMove, match="is claimed and cannot be sent with this content"):
            begin_sending(db, KEY, "aa")
        begin_sending(db, KEY, "bb")
        assert delivery(db, KEY).state == "sending"


@pytest.mark.parametrize("state", ["sending", "sent", "refused", "unknown"])
def test_a_claim_does_not_touch_what_has_left(book: Ledger, state: str) -> None:
    """After a crash the activity claims again: once handed over, what is kept stays as it was handed over."""
    with book.write() as db:
        claim(db, NOTICE)
        keep_letters(db, KEY, [PDF])
        for step in WAY_TO[state]:
            MOVES[step](db)
        kept = delivery(db, KEY)
        assert claim(db, replace(NOTICE, content_hash="bb", subject="Other")) == kept
        assert [letter.content for letter in letters_with(db, KEY)] == [PDF.content]


def test_letters_stay_as_they_were_sent(book: Ledger) -> None:
    """After the notice is on its way its PDF cannot be exchanged; keeping the same bytes again changes nothing."""
    with book.write() as db:
        claim(db, NOTICE)
        keep_letters(db, KEY, [PDF])
        with pytest.raises(IllegalMove):
            keep_letters(db, KEY, [replace(PDF, content=b"other")])
        begin_sending(db, KEY, "aa")
        keep_letters(db, KEY, [PDF])
        with pytest.raises(IllegalMove):
            keep_letters(db, KEY, [replace(PDF, name="annex.pdf")])
        with pytest.raises(DeliveryMissing):
            keep_letters(db, "f-9/x/1/email", [PDF])


def test_results_count_by_their_own_date(book: Ledger) -> None:
    """`delivered` on 3 March and `bounced` on 4 March arrive the wrong way round, and twice: it bounced."""
    later = MARCH_3 + timedelta(days=1)
    with book.write() as db:
        claim(db, NOTICE)
        begin_sending(db, KEY, "aa")
        for _ in range(2):
            note_result(db, KEY, "bounced", later)
            note_result(db, KEY, "delivered", MARCH_3)
        confirm(db, KEY, SENT)
        kept = delivery(db, KEY)
    assert (kept.state, kept.result, kept.result_at) == ("sent", "bounced", later)


def test_a_result_ends_the_doubt(book: Ledger) -> None:
    """The provider did not answer on 3 March; on 4 March it reports a delivery, so it had gone out."""
    with book.write() as db:
        claim(db, NOTICE)
        begin_sending(db, KEY, "aa")
        mark_unknown(db, KEY, "no answer in 20 s")
        assert [row.key for row in deliveries_in(db, "unknown")] == [KEY]
        note_result(db, KEY, "delivered", MARCH_3 + timedelta(days=1))
        assert (delivery(db, KEY).state, delivery(db, KEY).sent_at) == ("sent", MARCH_3 + timedelta(days=1))


def test_a_delivery_about_no_known_case_is_refused(book: Ledger) -> None:
    """A claim for a case that is not in the ledger is a defect and leaves nothing behind."""
    stray = replace(NOTICE, covers=(Covered("f-9", "formal-notice", 1, euros("1.00")),))
    with pytest.raises(IntegrityError), book.write() as db:
        claim(db, stray)
    with book.read() as db, pytest.raises(DeliveryMissing):
        delivery(db, KEY)


def test_an_address_is_not_in_the_log(book: Ledger) -> None:
    """A log line that prints the row of a delivery shows its key and state, not who received it."""
    with book.write() as db:
        shown = repr(claim(db, NOTICE)) + repr(NOTICE)
    assert KEY in shown
    assert "dupont" not in shown
