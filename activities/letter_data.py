"""All that a letter may know about a case, so that no text can ask for more and no name can do harm."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from activities.creditor import Creditor
from activities.plain import Plain
from activities.wording import Wording
from dunning.money import Money

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Recipient(BaseModel):
    """The debtor as the envelope and the greeting show it; `lines` are the postal lines under the name."""

    model_config = _FROZEN

    name: Plain
    kind: Literal["business", "consumer", "public"]
    contact_name: Plain | None = None
    lines: tuple[Plain, ...] = ()


class InvoiceLine(BaseModel):
    """One invoice in the table; all amounts in one currency, `balance` what is still unpaid of it."""

    model_config = _FROZEN

    number: Plain
    issue_date: date
    due_date: date
    amount: Money
    paid: Money
    credited: Money
    balance: Money


class SentReminder(BaseModel):
    """A message that went out earlier; `channel` as in DESIGN's words, `title` in the debtor's language."""

    model_config = _FROZEN

    day: date
    channel: Literal["email", "sms", "letter", "registered_letter", "call"]
    title: Plain


class ChargesTold(BaseModel):
    """What the policy claims beside the invoice, as a letter may name it; what it does not claim is None.

    `contract_rate` is in per cent a year, `fee` in the currency of the letter.
    """

    model_config = _FROZEN

    contract_rate: Decimal | None = None
    indemnity: bool = False
    fee: Money | None = None


class LetterData(BaseModel):
    """Everything a letter may say. `outstanding` is what is asked for, so it leaves out a disputed part.

    Raises pydantic's ValidationError when there is no invoice or currencies are mixed.
    """

    model_config = _FROZEN

    creditor: Creditor
    debtor: Recipient
    invoices: Annotated[tuple[InvoiceLine, ...], Field(min_length=1, max_length=500)]
    outstanding: Money
    today: date
    days_past_due: int
    reference: Plain
    pay_by: date | None = None
    reminders: tuple[SentReminder, ...] = ()
    next_step: Plain | None = None
    next_step_on: date | None = None
    channel: Literal["email", "sms", "letter", "registered_letter", "call"] = "email"
    enclosures: tuple[Plain, ...] = ()
    charges: ChargesTold = ChargesTold()

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        used = {money.currency for line in self.invoices for money in (line.amount, line.paid, line.balance)}
        if used | {line.credited.currency for line in self.invoices} != {self.outstanding.currency}:
            raise ValueError("a letter speaks of one currency only")
        return self

    def total_balance(self) -> Money:
        """What is unpaid of all the invoices, the disputed part included."""
        total = Money.zero(self.outstanding.currency)
        for line in self.invoices:
            total = total + line.balance
        return total


def variables(data: LetterData, wording: Wording) -> dict[str, object]:
    """The names a letter text may use, with amounts and dates written out. None marks what this case does not have."""
    first, last = data.invoices[0], max(data.reminders, key=lambda sent: sent.day, default=None)
    creditor = data.creditor.model_dump() | {
        "address": ", ".join(data.creditor.address),
        "iban": data.creditor.iban_in_fours(),
        "siren": data.creditor.siren_in_threes(),
        "payment_url": data.creditor.payment_link(data.reference),
    }
    return {
        "creditor": creditor,
        "debtor": data.debtor.model_dump(exclude={"lines"}) | {"address": ", ".join(data.debtor.lines) or None},
        "invoice": {
            "number": first.number,
            "issue_date": wording.day(first.issue_date),
            "due_date": wording.day(first.due_date),
            "amount": wording.money(first.amount),
            "balance": wording.money(first.balance),
        },
        "invoice_numbers": ", ".join(line.number for line in data.invoices),
        "invoice_count": len(data.invoices),
        "outstanding": wording.money(data.outstanding),
        "today": wording.day(data.today),
        "days_past_due": data.days_past_due,
        "pay_by": wording.day(data.pay_by) if data.pay_by else None,
        "reminder_count": len(data.reminders),
        "last_reminder": _reminder(last, wording),
        "next_step": data.next_step,
        "next_step_on": wording.day(data.next_step_on) if data.next_step_on else None,
        "reference": data.reference,
        "channel": data.channel,
        "charges": _charges(data.charges, wording),
    }


def _charges(told: ChargesTold, wording: Wording) -> dict[str, str | None]:
    return {
        "contract_rate": wording.percent(told.contract_rate) if told.contract_rate is not None else None,
        "indemnity": wording.word("indemnity") if told.indemnity else None,
        "fee": wording.money(told.fee) if told.fee else None,
    }


def table(data: LetterData, wording: Wording) -> dict[str, object]:
    """What the layouts show around the text: rows, totals, payment, history, creditor's details, fixed words."""
    set_aside = data.total_balance() - data.outstanding
    return {
        "rows": [_row(line, wording) for line in data.invoices],
        "outstanding": wording.money(data.outstanding),
        "set_aside": wording.money(set_aside) if set_aside.minor > 0 else None,
        "history": [_reminder(sent, wording) for sent in sorted(data.reminders, key=lambda sent: sent.day)],
        "payment_url": data.creditor.payment_link(data.reference),
        "iban": data.creditor.iban_in_fours(),
        "bic": data.creditor.bic,
        "reference": data.reference,
        "creditor": data.creditor.model_dump(),
        "mentions": legal_mentions(data.creditor, wording),
        "words": wording.words(),
    }


def legal_mentions(creditor: Creditor, wording: Wording) -> str:
    """The line of company details at the foot of a business letter (Code de commerce R123-237 and R123-238)."""
    form = creditor.legal_form or ""
    if creditor.capital:
        form = f"{form} {wording.word('capital')} {creditor.capital}".strip()
    parts = [
        creditor.name,
        form,
        ", ".join(creditor.address),
        f"SIREN {creditor.siren_in_threes()}" if creditor.siren else "",
        creditor.rcs or "",
        f"TVA {creditor.vat_number}" if creditor.vat_number and wording.language == "fr" else "",
        f"VAT {creditor.vat_number}" if creditor.vat_number and wording.language != "fr" else "",
    ]
    return " · ".join(part for part in parts if part)


def _row(line: InvoiceLine, wording: Wording) -> dict[str, str]:
    settled = line.paid + line.credited
    return {
        "number": line.number,
        "issued": wording.short_day(line.issue_date),
        "due": wording.short_day(line.due_date),
        "amount": wording.money(line.amount),
        "settled": wording.money(settled) if settled.minor else "–",
        "balance": wording.money(line.balance),
    }


def _reminder(sent: SentReminder | None, wording: Wording) -> dict[str, str] | None:
    if sent is None:
        return None
    return {"date": wording.day(sent.day), "channel": wording.word(f"channel_{sent.channel}"), "title": sent.title}
