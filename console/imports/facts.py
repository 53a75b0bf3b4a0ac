"""What an import tells a running case: a changed invoice, a changed contact, a payment the books know of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from console.imports.rows import Row
from dunning.case import Case
from dunning.money import Money


@dataclass(frozen=True)
class Grown:
    """The file says that more was paid than the case knew when it was looked up."""

    case_id: str
    paid: Money
    on: date


def invoice_changed(row: Row, seq: int) -> dict[str, Any]:
    """The books say another amount or due day; `seq` is the case's sequence number in the ledger."""
    return {
        "fact": "InvoiceChanged",
        # The sequence number tells a second change to the same amount from a repeat of the first.
        "id": f"import/{seq}/{row.amount.minor}/{row.due_date}",
        "by": "import",
        "amount": row.amount.model_dump(),
        "due_date": row.due_date.isoformat(),
    }


def contact_changed(at: datetime) -> dict[str, Any]:
    """The debtor's address, number or names were corrected in the ledger at this moment."""
    return {"fact": "ContactChanged", "id": f"import/contact/{at.astimezone(UTC):%Y%m%dT%H%M%S.%f}", "by": "import"}


def payment_told(grown: Grown, known: Case) -> dict[str, Any] | str | None:
    """The payment that brings the case up to what the file says; a sentence when that cannot be known; else nothing."""
    if any(payment.reversed_at for payment in known.payments.values()):
        return (
            f"{known.invoice.number}: the file says {grown.paid} paid, but a payment was reversed. "
            f"If it was paid since, tell it with `relance pay {known.id} AMOUNT`"
        )
    if grown.paid <= known.paid:
        return None
    return {
        "fact": "PaymentReceived",
        "id": f"import/paid/{grown.paid.minor}",
        "by": "import",
        "amount": (grown.paid - known.paid).model_dump(),
        "received_on": grown.on.isoformat(),
    }
