"""What a message says about its case: the letter's data gathered from case, ledger and policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from activities.creditor import Creditor
from activities.documents import StatementData, StatementEntry, letter_pdf, statement_pdf
from activities.letter_data import ChargesTold, InvoiceLine, LetterData, Recipient, SentReminder
from activities.letters import LetterChoice, Rendered, Texts, render, render_sms
from activities.message import Attachment, Outgoing
from activities.wording import step_words
from dunning.apply import apply
from dunning.case import Case
from dunning.decide import settle
from dunning.decision import Perform, Wait
from dunning.performing import assumed
from dunning.policy import Policy, Step
from dunning.reasons import because
from dunning.schedule import Place, days_past_due, deadline_given
from ledger.book import Debtor
from ledger.deliveries import DeliveryRow


@dataclass(frozen=True)
class Subject:
    """All that a message is about: the place in the policy, the moment, the debtor, and what went out before."""

    here: Place
    now: datetime
    debtor: Debtor
    creditor: Creditor
    texts: Texts
    earlier: tuple[DeliveryRow, ...] = ()

    @property
    def today(self) -> date:
        return self.here.calendar.local_day(self.now)

    @property
    def language(self) -> str:
        return self.debtor.language or ("fr" if self.debtor.country == "FR" else "en")


def letter_data(subject: Subject, channel: str) -> LetterData:
    """What a letter may say. ValidationError when a name or address holds what no letter may show."""
    here, case = subject.here, subject.here.case
    following = _following(subject)
    return LetterData(
        creditor=subject.creditor,
        debtor=recipient(subject.debtor, here.step.to),
        invoices=(invoice_line(case),),
        outstanding=case.outstanding,
        today=subject.today,
        days_past_due=days_past_due(here, subject.now),
        reference=case.invoice.number,
        pay_by=deadline_given(here, subject.now),
        reminders=_reminders(subject),
        next_step=step_words(following[0], subject.language) if following else None,
        next_step_on=following[1] if following else None,
        channel=channel,  # type: ignore[arg-type]  # checked by the model
        charges=charges_told(here.policy, case.currency),
    )


def charges_told(policy: Policy, currency: str) -> ChargesTold:
    """What the policy claims beside the invoice, in the currency of the case."""
    charges = policy.charges
    if charges is None:
        return ChargesTold()
    fee = next((amount for amount in charges.fee or () if amount.currency == currency), None)
    return ChargesTold(contract_rate=charges.contract_rate, indemnity=charges.indemnity == "claimed", fee=fee)


def recipient(debtor: Debtor, to: str = "billing") -> Recipient:
    """The debtor as letters show it."""
    contact = (debtor.manager_name if to == "manager" else None) or debtor.contact_name
    kind: Any = debtor.kind
    return Recipient(name=debtor.name, kind=kind, contact_name=contact or None, lines=debtor.address)


def invoice_line(case: Case) -> InvoiceLine:
    """The case's invoice as a line of a table."""
    invoice = case.invoice
    return InvoiceLine(
        number=invoice.number,
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        amount=invoice.amount,
        paid=case.paid,
        credited=case.credited,
        balance=case.balance,
    )


def _reminders(subject: Subject) -> tuple[SentReminder, ...]:
    day = subject.here.calendar.local_day
    return tuple(
        SentReminder(day=day(row.sent_at), channel=row.channel, title=row.subject or row.letter)  # type: ignore[arg-type]
        for row in subject.earlier
        if row.sent_at and row.channel in ("email", "sms", "letter", "registered_letter")
    )


def _following(subject: Subject) -> tuple[str, date] | None:
    """The kind of step that comes if nothing happens, and its day."""
    policy, case, step = subject.here.policy, subject.here.case, subject.here.step
    doing = Perform(
        because=because("due_now", step=step.words, day=subject.today),
        outstanding=case.outstanding,
        step=step.step,
        occurrence=subject.here.occurrence,
        kind="message",
    )
    done = apply(case, assumed(policy, case, doing, subject.now))
    _, _, then = settle(policy, done, subject.now)
    following = policy.find(then.step) if isinstance(then, Wait) and then.step else None
    if following is None or not isinstance(then, Wait):
        return None
    return _kind(following), subject.here.calendar.local_day(then.until)


def _kind(step: Step) -> str:
    if step.kind == "message":
        return "formal_notice" if step.tone == "formal" else "reminder"
    return "call" if step.call else "handover"


def outgoing(subject: Subject, channel: str, key: str) -> Outgoing:
    """The message for one channel, rendered and addressed.

    Raises LetterMissing or LetterBroken for a text that is not there or cannot be filled, DocumentBroken for a PDF.
    """
    step, data = subject.here.step, letter_data(subject, channel)
    choice = LetterChoice(step.letter or "", step.tone, subject.language)
    to_manager = step.to == "manager" and bool(subject.debtor.manager_email)  # else whoever handles bills gets it
    rendered = render(subject.texts, choice, data)
    text = render_sms(subject.texts, choice, data) if channel == "sms" else rendered.text
    return Outgoing(
        key=key,
        channel=channel,
        to_name=(subject.debtor.manager_name if to_manager else None) or subject.debtor.name,
        language=rendered.language,
        subject=rendered.subject,
        text=text,
        at=subject.now,
        to_email=subject.debtor.manager_email if to_manager else subject.debtor.email,
        to_phone=subject.debtor.phone,
        to_lines=subject.debtor.address,
        html=rendered.html if channel == "email" else None,
        attachments=_attachments(subject, rendered, data),
        letter=step.letter or "",
        tone=step.tone,
    )


def _attachments(subject: Subject, rendered: Rendered, data: LetterData) -> tuple[Attachment, ...]:
    wanted = subject.here.step.attach if data.channel == "email" else ()
    files: list[Attachment] = []
    if data.channel in ("letter", "registered_letter") or "letter" in wanted:
        files.append(Attachment(f"{data.reference}-letter.pdf", "application/pdf", letter_pdf(rendered, data)))
    if "statement" in wanted:
        files.append(statement(subject.here.case, subject, rendered.language))
    return tuple(files)


def statement(case: Case, subject: Subject, language: str) -> Attachment:
    """The statement of account as a PDF."""
    invoice = case.invoice
    entries = [StatementEntry(day=invoice.issue_date, kind="invoice", reference=invoice.number, amount=invoice.amount)]
    for key, payment in case.payments.items():
        if payment.amount and payment.received_on:
            entries.append(
                StatementEntry(day=payment.received_on, kind="payment", reference=key, amount=payment.amount)
            )
            if payment.reversed_at:
                day = subject.here.calendar.local_day(payment.reversed_at)
                entries.append(StatementEntry(day=day, kind="reversal", reference=key, amount=payment.amount))
    for key, credit in case.credits.items():
        entries.append(StatementEntry(day=credit.issued_on, kind="credit_note", reference=key, amount=credit.amount))
    data = StatementData(
        creditor=subject.creditor,
        debtor=recipient(subject.debtor),
        entries=tuple(sorted(entries, key=lambda entry: entry.day)),
        as_of=subject.today,
        reference=invoice.number,
        language=language,
    )
    return Attachment(f"{invoice.number}-statement.pdf", "application/pdf", statement_pdf(data))


def call_sheet(subject: Subject) -> dict[str, Any]:
    """What a collector needs in hand: number, script, history, sums."""
    step, case = subject.here.step, subject.here.case
    script = render(subject.texts, LetterChoice("call", step.tone, subject.language), letter_data(subject, "call"))
    return {
        "name": subject.debtor.name,
        "contact": subject.debtor.contact_name,
        "number": subject.debtor.phone,
        "outstanding": str(case.outstanding),
        "script": script.text,
        "history": [f"{row.sent_at:%Y-%m-%d} {row.channel}: {row.subject}" for row in subject.earlier if row.sent_at],
        "attempts": [f"{a.requested_at:%Y-%m-%d}: {a.result or 'open'}" for a in case.attempts(step.step)],
    }
