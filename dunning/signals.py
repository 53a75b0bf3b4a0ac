"""What the outside signals: payments, disputes, deliveries, corrections of the books."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from dunning.fact import Detail, Fact, FactId, ShortText, WithAmount, sensible
from dunning.money import Money


class PaymentReceived(WithAmount):
    """Money arrived. `id` is the payment's own id at the bank or the provider."""

    fact: Literal["PaymentReceived"] = "PaymentReceived"
    received_on: date


class PaymentReversed(Fact):
    """A payment was taken back (reject, chargeback)."""

    fact: Literal["PaymentReversed"] = "PaymentReversed"
    payment_id: FactId
    reason: ShortText = ""


class CreditNoteIssued(WithAmount):
    """The creditor reduced the invoice; `dispute_id` when it settles an upheld dispute."""

    fact: Literal["CreditNoteIssued"] = "CreditNoteIssued"
    issued_on: date
    dispute_id: FactId | None = None


class DisputeOpened(Fact):
    """The debtor contests the invoice, or `amount` of it. The dispute's id is the fact's id."""

    fact: Literal["DisputeOpened"] = "DisputeOpened"
    amount: Money | None = None
    reason: ShortText

    def model_post_init(self, _: object) -> None:
        if self.amount is not None:
            sensible(self.amount)


class DisputeResolved(Fact):
    """The dispute was upheld (the debtor is right), rejected, or upheld partly, for `upheld` of the amount."""

    fact: Literal["DisputeResolved"] = "DisputeResolved"
    dispute_id: FactId
    outcome: Literal["upheld", "rejected", "partly"]
    upheld: Money | None = None

    def model_post_init(self, _: object) -> None:
        if (self.outcome == "partly") != (self.upheld is not None):
            raise ValueError("`upheld` is said when the outcome is `partly`, and only then")


class DebtorInsolvent(Fact):
    """Insolvency proceedings were opened."""

    fact: Literal["DebtorInsolvent"] = "DebtorInsolvent"
    on: date


class DeliveryReported(Fact):
    """What became of a delivery, by its key `case/step/occurrence/channel`."""

    fact: Literal["DeliveryReported"] = "DeliveryReported"
    delivery: Annotated[ShortText, Field(max_length=250)]
    result: Literal["delivered", "bounced", "refused", "unclaimed", "returned"]
    detail: Detail = ""


class InvoiceChanged(Fact):
    """The books say another amount or due date than before; the latest `at` counts."""

    fact: Literal["InvoiceChanged"] = "InvoiceChanged"
    amount: Money
    due_date: date


class ContactChanged(Fact):
    """The debtor's address or number was corrected in the ledger: what was blocked by it may be tried again."""

    fact: Literal["ContactChanged"] = "ContactChanged"


class SendingResumed(Fact):
    """A person lets sending go on: a case whose step waited for that looks again. It changes nothing else."""

    fact: Literal["SendingResumed"] = "SendingResumed"


class ProblemSettled(Fact):
    """A person looked after a problem, by its key."""

    fact: Literal["ProblemSettled"] = "ProblemSettled"
    problem: Annotated[str, Field(max_length=250)]
    result: ShortText = ""
