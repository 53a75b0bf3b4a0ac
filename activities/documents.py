"""Letters and statements as PDF: the same bytes every time, in a form that archives and screen readers take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal, Self

import typst
from pydantic import BaseModel, ConfigDict, Field, model_validator

from activities.creditor import Creditor
from activities.letter_data import LetterData, Recipient, legal_mentions, table
from activities.letters import LAYOUTS, Rendered
from activities.plain import Plain
from activities.wording import Wording
from dunning.money import Money

# Archive (ISO 19005-2, level A) and accessible (ISO 14289-1) in one file.
_STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
# One thread per process: the compiler keeps its fonts and caches there, and is busy enough with one page at a time.
_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="typst")


class DocumentBroken(RuntimeError):
    """The layout could not be made into a PDF; carries the compiler's message, which quotes no data."""


class StatementEntry(BaseModel):
    """A line of a statement of account; `amount` is positive, `kind` says on which side it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    kind: Literal["invoice", "payment", "credit_note", "reversal"]
    reference: Plain
    amount: Money


class StatementData(BaseModel):
    """A statement of account as of a day, in the order of its entries' days; all amounts in one currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    creditor: Creditor
    debtor: Recipient
    entries: Annotated[tuple[StatementEntry, ...], Field(min_length=1, max_length=5000)]
    as_of: date
    reference: Plain
    language: str = "en"

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len({entry.amount.currency for entry in self.entries}) != 1:
            raise ValueError("a statement speaks of one currency only")
        if any(entry.amount.minor < 0 for entry in self.entries):
            raise ValueError("an entry's amount is positive; its kind says on which side it stands")
        return self


@dataclass(frozen=True)
class _Page:
    """What is around every document."""

    creditor: Creditor
    debtor: Recipient
    day: date
    reference: str
    language: str


def letter_pdf(rendered: Rendered, data: LetterData) -> bytes:
    """The letter as an A4 PDF for a French window envelope. The same input makes the same bytes.

    Raises DocumentBroken.
    """
    page = _Page(data.creditor, data.debtor, data.today, data.reference, rendered.language)
    around = table(data, Wording(rendered.language))
    words = Wording(rendered.language).words()
    totals = [_total(words["outstanding"], str(around["outstanding"]), strong=True)]
    if around["set_aside"]:
        totals.insert(0, _total(words["set_aside"], str(around["set_aside"]), strong=False))
    content = {
        **around,
        "title": rendered.subject,
        "subject": rendered.subject,
        "registered": data.channel == "registered_letter",
        "blocks": [{"kind": block.kind, "lines": block.lines} for block in rendered.blocks],
        "totals": totals,
        "enclosures": data.enclosures,
    }
    return compile_pdf("letter.typ", content | _frame(page), data.today)


def statement_pdf(data: StatementData) -> bytes:
    """The statement of account as a PDF. The same input makes the same bytes. Raises DocumentBroken."""
    wording = Wording(data.language)
    words = wording.words()
    rows, balance = _entries(data, wording)
    as_of = words["as_of"].format(day=wording.day(data.as_of))
    content = {
        "title": f"{words['statement']} – {data.debtor.name}",
        "as_of": as_of,
        "rows": rows,
        "totals": [_total(f"{words['balance']}, {as_of[0].lower()}{as_of[1:]}", wording.money(balance), strong=True)],
        "iban": data.creditor.iban_in_fours(),
        "bic": data.creditor.bic,
        "contact": f"{data.creditor.contact}, {data.creditor.phone}, {data.creditor.email}",
        "creditor": data.creditor.model_dump(),
        "mentions": legal_mentions(data.creditor, wording),
        "words": words,
    }
    page = _Page(data.creditor, data.debtor, data.as_of, data.reference, data.language)
    return compile_pdf("statement.typ", content | _frame(page), data.as_of)


def compile_pdf(layout: str, content: Mapping[str, object], day: date) -> bytes:
    """Fill a layout of `activities/layouts/` with data, dated `day` at midnight UTC. Raises DocumentBroken.

    The data travels as JSON and is never part of the source. A character that no font can show cannot be part of an
    archive PDF: such a document is made as an ordinary PDF.
    """
    return _THREAD.submit(_compile, layout, json.dumps(content, ensure_ascii=False), day).result()


def _compile(layout: str, content: str, day: date) -> bytes:
    made = typst.Compiler(LAYOUTS / layout, root=LAYOUTS, sys_inputs={"data": content})
    moment = datetime.combine(day, time(), UTC)
    try:
        try:
            pdf = made.compile(format="pdf", pdf_standards=list(_STANDARDS), timestamp=moment)
        except typst.TypstError:
            pdf = made.compile(format="pdf", timestamp=moment)
    except typst.TypstError as wrong:
        raise DocumentBroken(f"{layout} could not be made into a PDF: {wrong.message}") from None
    if not isinstance(pdf, bytes):
        raise DocumentBroken(f"{layout} made no PDF")
    return pdf


def _frame(page: _Page) -> dict[str, object]:
    creditor, wording = page.creditor, Wording(page.language)
    siren = creditor.siren_in_threes()
    sender = [*creditor.address, f"{wording.word('phone')} {creditor.phone}", creditor.email]
    attention = [page.debtor.contact_name] if page.debtor.contact_name else []
    return {
        "language": page.language,
        "region": "FR" if page.language == "fr" else "GB" if page.language == "en" else None,
        "sender": [*sender, " · ".join(part for part in (f"SIREN {siren}" if siren else "", creditor.rcs) if part)],
        "addressee": [page.debtor.name, *attention, *page.debtor.lines],
        "place_date": wording.word("place_date").format(city=creditor.city, day=wording.day(page.day)),
        "reference": page.reference,
    }


def _total(word: str, amount: str, *, strong: bool) -> dict[str, object]:
    return {"word": word, "amount": amount, "strong": strong}


def _entries(data: StatementData, wording: Wording) -> tuple[list[dict[str, str]], Money]:
    balance = Money.zero(data.entries[0].amount.currency)
    rows = []
    for entry in sorted(data.entries, key=lambda entry: entry.day):
        owed = entry.kind in ("invoice", "reversal")
        balance = balance + entry.amount if owed else balance - entry.amount
        amount = wording.money(entry.amount)
        rows.append(
            {
                "date": wording.short_day(entry.day),
                "document": wording.word(f"entry_{entry.kind}"),
                "reference": entry.reference,
                "debit": amount if owed else "",
                "credit": "" if owed else amount,
                "balance": wording.money(balance),
            }
        )
    return rows, balance
