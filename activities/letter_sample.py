"""Two invented cases, one with everything and one with the least, on which every letter text is tried before use."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from activities.creditor import Creditor
from activities.letter_data import ChargesTold, InvoiceLine, LetterData, Recipient, SentReminder
from dunning.money import Money

_LEAST = Creditor(
    name="Exemple SAS",
    address=["1 rue de l’Exemple", "75001 Paris"],
    city="Paris",
    phone="+33 1 99 00 00 00",
    email="exemple@example.com",
    iban="FR7630099000010000123456773",
    bic="EXAMFRPPXXX",
    contact="Camille Exemple",
    signatory="Claude Exemple",
)
_MOST = _LEAST.model_copy(
    update={
        "legal_form": "SAS",
        "capital": "10 000 €",
        "siren": "123456782",
        "rcs": "RCS Paris",
        "vat_number": "FR11123456782",
        "payment_url": "https://pay.example.com/{reference}",
        "contact_role": "Comptabilité clients",
        "signatory_role": "Directrice",
        "complaints": "reclamations@example.com",
    }
)


def full_sample(channel: str = "email") -> LetterData:
    """A case that has everything a letter could mention. All names are invented."""
    return LetterData.model_validate(
        {
            **_least(),
            "creditor": _MOST,
            "debtor": Recipient(
                name="Client Exemple SARL",
                kind="business",
                contact_name="Dominique Exemple",
                lines=("2 rue de l’Exemple", "69001 Lyon"),
            ),
            "reminders": (SentReminder(day=date(2026, 10, 8), channel="email", title="Rappel"),),
            "pay_by": date(2026, 11, 9),
            "next_step": "un appel téléphonique",
            "next_step_on": date(2026, 11, 9),
            "channel": channel,
            "enclosures": ("F-2026-0001",),
        }
    )


def lean_sample() -> LetterData:
    """A case that has nothing it could do without, except what its policy says: a deadline, charges."""
    return LetterData.model_validate({**_least(), "pay_by": date(2026, 11, 9)})


def _least() -> dict[str, object]:
    return {
        "creditor": _LEAST,
        "debtor": Recipient(name="Client Exemple SARL", kind="business"),
        "invoices": (
            InvoiceLine(
                number="F-2026-0001",
                issue_date=date(2026, 9, 1),
                due_date=date(2026, 10, 1),
                amount=Money(minor=120_000, currency="EUR"),
                paid=Money(minor=20_000, currency="EUR"),
                credited=Money(minor=0, currency="EUR"),
                balance=Money(minor=100_000, currency="EUR"),
            ),
        ),
        "outstanding": Money(minor=100_000, currency="EUR"),
        "today": date(2026, 11, 1),
        "days_past_due": 31,
        "reference": "F-2026-0001",
        "charges": ChargesTold(contract_rate=Decimal("12.5"), indemnity=True, fee=Money(minor=1500, currency="EUR")),
    }
