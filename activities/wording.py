"""Amounts, dates and fixed words in the debtor's language, so that every document writes them alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_percent

from dunning.money import Money

# Words of layouts only; all that is said to a debtor in sentences is in policies/letters/.
_WORDS = {
    "en": {
        "invoice": "Invoice",
        "issued": "Issued",
        "due": "Due",
        "amount": "Amount",
        "settled": "Paid or credited",
        "balance": "Balance",
        "outstanding": "Total to pay",
        "set_aside": "Set aside (under discussion)",
        "pay_online": "Pay online",
        "by_transfer": "By bank transfer",
        "payment_reference": "Payment reference",
        "our_messages": "Our previous messages",
        "our_reference": "Our reference",
        "your_contact": "Your contact",
        "phone": "Phone",
        "enclosures": "Enclosures",
        "registered": "Registered letter with acknowledgement of receipt",
        "subject": "Subject",
        "place_date": "{city}, {day}",
        "page": "Page {page} of {pages}",
        "capital": "with share capital of",
        "statement": "Statement of account",
        "as_of": "As of {day}",
        "date": "Date",
        "document": "Document",
        "reference": "Reference",
        "debit": "Invoiced",
        "credit": "Paid or credited",
        "entry_invoice": "Invoice",
        "entry_payment": "Payment",
        "entry_credit_note": "Credit note",
        "entry_reversal": "Payment returned",
        "channel_email": "e-mail",
        "channel_sms": "SMS",
        "channel_letter": "letter",
        "channel_registered_letter": "registered letter",
        "channel_call": "phone call",
        "step_reminder": "another reminder",
        "step_call": "a phone call",
        "step_formal_notice": "a formal notice to pay",
        "step_agency": "handing the file over to a collection agency",
        "step_lawyer": "handing the file over to our lawyer",
        "step_injunction": "an application to the court for an order to pay",
        "indemnity": "fixed indemnity for recovery costs",
        "colon": ":",
    },
    "fr": {
        "invoice": "Facture",
        "issued": "Émise le",
        "due": "Échéance",
        "amount": "Montant TTC",
        "settled": "Payé ou crédité",
        "balance": "Reste dû",
        "outstanding": "Total à payer",
        "set_aside": "Mis de côté (en discussion)",
        "pay_online": "Payer en ligne",
        "by_transfer": "Par virement",
        "payment_reference": "Référence à indiquer",
        "our_messages": "Nos précédents messages",
        "our_reference": "Notre référence",
        "your_contact": "Votre interlocuteur",
        "phone": "Tél.",
        "enclosures": "Pièces jointes",
        "registered": "Lettre recommandée avec avis de réception",
        "subject": "Objet",
        "place_date": "{city}, le {day}",
        "page": "Page {page} sur {pages}",
        "capital": "au capital de",
        "statement": "Relevé de compte",
        "as_of": "Arrêté au {day}",
        "date": "Date",
        "document": "Pièce",
        "reference": "Référence",
        "debit": "Facturé",
        "credit": "Payé ou crédité",
        "entry_invoice": "Facture",
        "entry_payment": "Paiement",
        "entry_credit_note": "Avoir",
        "entry_reversal": "Paiement rejeté",
        "channel_email": "e-mail",
        "channel_sms": "SMS",
        "channel_letter": "courrier",
        "channel_registered_letter": "lettre recommandée",
        "channel_call": "appel téléphonique",
        "step_reminder": "un nouveau rappel",
        "step_call": "un appel téléphonique",
        "step_formal_notice": "une mise en demeure de payer",
        "step_agency": "la transmission du dossier à un cabinet de recouvrement",
        "step_lawyer": "la transmission du dossier à notre avocat",
        "step_injunction": "une demande d’injonction de payer auprès du tribunal",
        "indemnity": "indemnité forfaitaire pour frais de recouvrement",
        "colon": "\u00a0:",
    },
}
# English without a country writes month before day; a creditor in Europe writes to Europe.
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}


@dataclass(frozen=True)
class Wording:
    """How to write in one language (ISO 639-1, such as `fr`). A language without its own words borrows the English."""

    language: str

    def word(self, name: str) -> str:
        """A fixed word or short phrase. Raises KeyError for a name nobody defined."""
        return _WORDS.get(self.language, _WORDS["en"])[name]

    def words(self) -> dict[str, str]:
        """All fixed words, for a layout."""
        return dict(_WORDS.get(self.language, _WORDS["en"]))

    def money(self, amount: Money) -> str:
        """`1 234,56 €` in French, `€1,234.56` in English; spaces that do not break, and none that fonts lack."""
        written: str = format_currency(amount.decimal(), amount.currency, locale=self._locale())
        return written.replace("\u202f", "\u00a0")

    def percent(self, rate: Decimal) -> str:
        """`12,5 %` in French, `12.5%` in English, from 12.5."""
        written: str = format_percent(rate / 100, format="#,##0.### %", locale=self._locale())
        return written.replace(" ", "\u00a0" if self.language == "fr" else "").replace("\u202f", "\u00a0")

    def day(self, day: date) -> str:
        """`1er janvier 2026` in French, `1 January 2026` in English."""
        # The day does not part from its month at the end of a line.
        written: str = format_date(day, "d'\u00a0'MMMM y", locale=self._locale())
        return f"1er{written[1:]}" if self.language == "fr" and day.day == 1 else written

    def short_day(self, day: date) -> str:
        """`01/09/2026` in French and English, for tables."""
        written: str = format_date(day, "dd/MM/y", locale=self._locale())
        return written

    def typographic(self, text: str) -> str:
        """The text with the spaces that must not break a line (French: before `: ; ? ! »` and after `«`)."""
        if self.language != "fr":
            return text
        return re.sub(r"(?<=\S) (?=[:;?!»](?:\s|$))", "\u00a0", text).replace("« ", "«\u00a0")

    def _locale(self) -> Locale:
        try:
            return Locale.parse(_LOCALES.get(self.language, self.language))
        except (UnknownLocaleError, ValueError):
            return Locale.parse(_LOCALES["en"])


def step_words(kind: str, language: str) -> str | None:
    """What comes next, as a debtor reads it: reminder, call, formal_notice, agency, lawyer or injunction; else None."""
    return Wording(language).words().get(f"step_{kind}")
