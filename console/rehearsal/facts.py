"""Reads what is taken to happen to invoices from a CSV file: payments, disputes, promises, by day."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from console.imports.cells import CellWrong, amount, day, words
from console.imports.columns import folded
from console.imports.file import Columns, Record, open_table
from console.imports.rows import Fault
from dunning import facts as f
from dunning.money import Money
from dunning.player import Happening
from ledger.spool import CHUNK, SpooledFact

# name: what it holds, for the page and the refusals.
COLUMNS: dict[str, str] = {
    "date": "2026-03-31, with an hour when it matters (2026-03-31 14:30, the debtor's clock); noon when left out",
    "invoice": "the invoice's number",
    "what": "payment, credit_note, dispute, promise, ...",
    "amount": "of the payment, the credit note, the disputed part, the promise",
    "reference": "the payment's or dispute's own number, where two lines speak of the same",
    "for": "the day promised, or until when a hold lasts",
    "note": "the reason, or the result of a dispute or a call",
}
_OTHER_NAMES = {
    "day": "date", "jour": "date", "number": "invoice", "facture": "invoice", "numero": "invoice", "fact": "what",
    "quoi": "what", "fait": "what", "montant": "amount", "ref": "reference", "until": "for", "pour": "for",
    "jusqu_au": "for", "reason": "note", "motif": "note", "result": "note",
}  # fmt: skip
_REQUIRED = ("date", "invoice", "what")
_MOMENT = re.compile(r"(\S+)[ T]([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True)
class _Cells:
    """A line's cells as they are needed to tell a fact; `money` is None without an amount."""

    on: date
    reference: str
    money: dict[str, Any] | None
    until: date | None
    note: str


def _dispute_over(told: _Cells) -> dict[str, Any]:
    outcome = told.note or ("partly" if told.money else "rejected")
    return {"fact": "DisputeResolved", "dispute_id": told.reference, "outcome": outcome, "upheld": told.money}


def _received(told: _Cells) -> dict[str, Any]:
    return {"fact": "PaymentReceived", "received_on": str(told.on), "amount": told.money}


def _call(told: _Cells) -> dict[str, Any]:
    for_day = {"promised_for": str(told.until)} if told.until else {}
    return {"fact": "CallMade", "result": told.note, "amount": told.money, **for_day}


def _until(told: _Cells) -> str | None:
    return str(told.until) if told.until else None


# What the file calls it -> the fact as raw JSON.
KINDS: dict[str, Callable[[_Cells], dict[str, Any]]] = {
    "payment": _received,
    "payment_reversed": lambda t: {"fact": "PaymentReversed", "payment_id": t.reference, "reason": t.note},
    "credit_note": lambda t: {"fact": "CreditNoteIssued", "issued_on": str(t.on), "amount": t.money},
    "dispute": lambda t: {"fact": "DisputeOpened", "amount": t.money, "reason": t.note or "disputed"},
    "dispute_resolved": _dispute_over,
    "insolvent": lambda t: {"fact": "DebtorInsolvent", "on": str(t.on)},
    "promise": lambda t: {"fact": "PromiseMade", "promised_for": _until(t), "amount": t.money},
    "hold": lambda t: {"fact": "HoldPlaced", "reason": t.note or "on hold", "until": _until(t)},
    "release": lambda t: {"fact": "HoldReleased", "reason": t.note},
    "call": _call,
    "withdraw": lambda t: {"fact": "CaseWithdrawn", "reason": t.note or "withdrawn"},
    "write_off": lambda t: {"fact": "CaseWrittenOff", "reason": t.note or "written off"},
}
_NEEDED = {
    "payment": "amount", "credit_note": "amount", "payment_reversed": "reference", "dispute_resolved": "reference",
    "promise": "for", "call": "note",
}  # fmt: skip
_CHOICES: dict[str, tuple[str, ...]] = {
    "call": get_args(f.CallMade.model_fields["result"].annotation),
    "dispute_resolved": get_args(f.DisputeResolved.model_fields["outcome"].annotation),
}
_NAMED_BY_REFERENCE = ("payment", "credit_note", "dispute")
_ACTS = ("promise", "hold", "release", "call", "withdraw", "write_off")
Currencies = Callable[[list[str]], dict[str, str]]


def _column_of(header: str) -> str | None:
    name = folded(header)
    return name if name in COLUMNS else _OTHER_NAMES.get(name)


FACTS = Columns(_column_of, _REQUIRED, "docs/policy/simulate.md")


def read_facts(file: Path, currencies: Currencies, encoding: str = "utf-8") -> Iterator[SpooledFact | Fault]:
    """Every fact of the file, or what is wrong with its line; `currencies` knows the invoices of the book.

    Stop when it is no such file.
    """
    waiting: list[Record] = []
    for record in open_table(file, encoding=encoding, columns=FACTS).records():
        if record.wrong:
            yield Fault(record.line, "", record.wrong)
            continue
        waiting.append(record)
        if len(waiting) == CHUNK:
            yield from _known(waiting, currencies)
            waiting = []
    yield from _known(waiting, currencies)


def _known(records: list[Record], currencies: Currencies) -> Iterator[SpooledFact | Fault]:
    known = currencies([record.cells.get("invoice", "") for record in records])
    for record in records:
        number = record.cells.get("invoice", "")
        shown = ascii(number)[1:-1][:80]
        missing = [name for name in _REQUIRED if not record.cells.get(name)]
        if missing:
            yield Fault(record.line, shown, "; ".join(f"{name} is missing" for name in missing))
        elif number not in known:
            yield Fault(record.line, shown, f"there is no invoice {shown} in this book")
        else:
            yield _read(record, known[number], shown)


def _read(record: Record, currency: str, shown: str) -> SpooledFact | Fault:
    cells = record.cells
    try:
        what = words(cells["what"]).lower().replace(" ", "_").replace("-", "_")
        if what not in KINDS:
            raise CellWrong(f"what: {what[:30]!r} is none of {', '.join(KINDS)}")
        if (needed := _NEEDED.get(what)) and not cells.get(needed):
            raise CellWrong(f"{what}: {needed} is missing")
        told, at = _told(cells, currency), _hour(cells["date"])
        if told.note and told.note not in (choices := _CHOICES.get(what, (told.note,))):
            raise CellWrong(f"{what}: note: {told.note[:30]!r} is none of {', '.join(choices)}")
        ident = told.reference if told.reference and what in _NAMED_BY_REFERENCE else f"line-{record.line}"
        raw = {"id": ident, "by": "rehearsal", **KINDS[what](told)}
        checked = f.read_fact(raw, datetime.combine(told.on, at, UTC), act=what in _ACTS)
    except (CellWrong, ValueError) as wrong:
        return Fault(record.line, shown, str(wrong))
    if isinstance(checked, f.FactRefused):
        return Fault(record.line, shown, f"{what}: {checked.detail.partition(': {')[0]}")
    body = json.dumps({"line": record.line, "on": str(told.on), "at": f"{at:%H:%M}", "raw": raw, "act": what in _ACTS})
    payment = checked if isinstance(checked, f.PaymentReceived) else None
    paid, on = (payment.amount.minor, told.on.toordinal()) if payment else (None, None)
    return SpooledFact(record.cells["invoice"], record.line, paid, on, body)


def _told(cells: dict[str, str], currency: str) -> _Cells:
    money = amount(words(cells["amount"]), currency) if cells.get("amount") else None
    until = day(words(cells["for"])) if cells.get("for") else None
    match = _MOMENT.fullmatch(cells["date"])
    on = day(match[1] if match else cells["date"])
    reference, note = words(cells.get("reference", "")), words(cells.get("note", ""))
    return _Cells(on, reference, money.model_dump() if money else None, until, note)


def _hour(cell: str) -> time:
    match = _MOMENT.fullmatch(cell)
    return time(int(match[2]), int(match[3])) if match else time(12)


def happening(body: str, zone: ZoneInfo) -> Happening:
    """The fact of a spooled line at its moment by the debtor's clock."""
    told = json.loads(body)
    local = datetime.combine(date.fromisoformat(told["on"]), time.fromisoformat(told["at"]), zone)
    at = local.astimezone(UTC)
    return Happening(at, fact=f.read_fact(told["raw"], at, act=told["act"]), line=told["line"])


def paid_on(on: date, paid: Money, zone: ZoneInfo, name: str) -> Happening:
    """A payment that arrives at noon of the day by the debtor's clock."""
    at = datetime.combine(on, time(12), zone).astimezone(UTC)
    return Happening(at, fact=f.PaymentReceived(id=name, at=at, by="rehearsal", amount=paid, received_on=on))
