"""What happened outside, told by a person: payments, credit notes, disputes, insolvency, deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from cyclopts import Parameter

from console.acting import ME, CaseId, Who, money, on_day, tell
from console.desk import Desk
from console.output import Stop, note
from ledger.deliveries import note_result
from ledger.errors import DeliveryMissing, IllegalMove

On = Annotated[str | None, Parameter(help="The day, 2026-03-31 or 31/03/2026; today when left out.")]
Sum = Annotated[str, Parameter(name="AMOUNT", help="`1500`, or with the currency `1500EUR`.")]
Part = Annotated[str | None, Parameter(help="`500` or `500EUR`; all of it when left out.")]
Report = Literal["delivered", "bounced", "refused", "unclaimed", "returned"]


def pay(case: CaseId, amount: Sum, /, *, on: On = None, who: Who = ME) -> int:
    """Tell that money arrived. Give --id (the bank's own reference), so that telling it twice counts once."""
    desk = Desk()
    row = desk.case(case)
    fact = {"fact": "PaymentReceived", "amount": money(amount, row), "received_on": _day(on)}
    if who.id is None:
        note("Without --id, the same payment told again would count twice.")
    return tell(desk, row, who, fact)


@Parameter(name="*")
@dataclass(frozen=True)
class Noted(Who):
    """A credit note's day and purpose."""

    on: On = None
    dispute: Annotated[str | None, Parameter(help="The upheld dispute that it settles.")] = None


def credit(case: CaseId, amount: Sum, /, *, noted: Noted = Noted()) -> int:
    """Tell that a credit note was issued."""
    desk = Desk()
    row = desk.case(case)
    fact = {"fact": "CreditNoteIssued", "amount": money(amount, row), "issued_on": _day(noted.on)}
    return tell(desk, row, noted, {**fact, "dispute_id": noted.dispute})


def reverse(
    case: CaseId, payment: Annotated[str, Parameter(name="PAYMENT")], /, *, reason: str = "", who: Who = ME
) -> int:
    """Tell that a payment was taken back (direct debit rejected, chargeback); PAYMENT is the payment's id."""
    desk = Desk()
    return tell(desk, desk.case(case), who, {"fact": "PaymentReversed", "payment_id": payment, "reason": reason})


def dispute(case: CaseId, /, *, reason: str, amount: Part = None, who: Who = ME) -> int:
    """Tell that the debtor contests the invoice, or a part of it. The dispute's id is --id."""
    desk = Desk()
    row = desk.case(case)
    return tell(desk, row, who, {"fact": "DisputeOpened", "amount": money(amount, row), "reason": reason})


@Parameter(name="*")
@dataclass(frozen=True)
class Share(Who):
    """How much of the amount the debtor was right about."""

    amount: Annotated[str | None, Parameter(help="With `partly`: what the debtor was right about.")] = None


def resolve(
    case: CaseId,
    dispute: Annotated[str, Parameter(name="DISPUTE")],
    outcome: Literal["upheld", "rejected", "partly"],
    /,
    *,
    share: Share = Share(),
) -> int:
    """Tell how a dispute ended; `partly` needs --amount, what the debtor was right about."""
    desk = Desk()
    row = desk.case(case)
    if dispute not in row.state.get("disputes", {}):
        known = ", ".join(row.state.get("disputes", {})) or "none"
        raise Stop(f"Case {row.id} has no dispute {dispute}; those it has: {known}.")
    if (outcome == "partly") != (share.amount is not None):
        raise Stop("--amount is said with `partly`, and only then.")
    fact = {"fact": "DisputeResolved", "dispute_id": dispute, "outcome": outcome, "upheld": money(share.amount, row)}
    return tell(desk, row, share, fact)


def insolvent(case: CaseId, /, *, on: On = None, who: Who = ME) -> int:
    """Tell that insolvency proceedings were opened against the debtor: every reminder stops."""
    desk = Desk()
    return tell(desk, desk.case(case), who, {"fact": "DebtorInsolvent", "on": _day(on)})


def delivery(key: Annotated[str, Parameter(name="KEY")], result: Report, /, *, detail: str = "", who: Who = ME) -> int:
    """Tell what became of a delivery. KEY is case/step/occurrence/channel, as `relance case show` prints it."""
    desk = Desk()
    row = desk.case(key.partition("/")[0])
    try:
        with desk.ledger.write() as db:
            note_result(db, key, result, datetime.now(UTC))
    except (DeliveryMissing, IllegalMove) as error:
        raise Stop(f"{error}.") from None
    return tell(desk, row, who, {"fact": "DeliveryReported", "delivery": key, "result": result, "detail": detail})


def _day(text: str | None) -> str:
    return on_day(text) or datetime.now().astimezone().date().isoformat()
