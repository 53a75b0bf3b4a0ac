"""The columns of an import: what each one means, and the other names under which files bring it."""

from __future__ import annotations

import re
import unicodedata

REQUIRED = ("number", "debtor_id", "debtor_name", "issue_date", "due_date", "amount", "currency")

# name: what it holds, for the help text and the README. Everything else in a file is kept beside the invoice.
COLUMNS: dict[str, str] = {
    "number": "the invoice's number, unique",
    "debtor_id": "the debtor's number in your books",
    "debtor_name": "the debtor's name",
    "issue_date": "2026-03-31 or 31/03/2026",
    "due_date": "2026-03-31 or 31/03/2026",
    "amount": "with taxes; 1234.56 or 1 234,56",
    "currency": "EUR, USD, ...",
    "debtor_kind": "business, consumer or public; needed unless --debtor-kind says it for all",
    "segment": "standard when empty",
    "country": "two letters",
    "subdivision": "part of the country with holidays of its own, like 57",
    "time_zone": "like Europe/Paris; known by itself where the country has only one",
    "language": "language of the letters, like fr",
    "email": "where reminders go",
    "phone": "whom to call",
    "contact_name": "who pays the invoices there",
    "manager_name": "who is told when it grows serious",
    "manager_email": "where that goes",
    "address": "lines separated by |",
    "solvency": "unknown, good, doubtful or bad",
    "paid": "what was already paid of the invoice",
    "paid_on": "when; today when empty",
    "last_step": "the step that went out before, for a file already under way",
    "last_step_on": "when it went out",
}

# Names that French books use, written as `folded` writes them.
_OTHER_NAMES = {
    "numero": "number",
    "facture": "number",
    "numero_facture": "number",
    "n_facture": "number",
    "no_facture": "number",
    "piece": "number",
    "invoice": "number",
    "invoice_number": "number",
    "code_client": "debtor_id",
    "client_id": "debtor_id",
    "numero_client": "debtor_id",
    "compte": "debtor_id",
    "client": "debtor_name",
    "nom_client": "debtor_name",
    "nom": "debtor_name",
    "raison_sociale": "debtor_name",
    "date_facture": "issue_date",
    "date_emission": "issue_date",
    "date_de_facture": "issue_date",
    "echeance": "due_date",
    "date_echeance": "due_date",
    "date_d_echeance": "due_date",
    "montant": "amount",
    "montant_ttc": "amount",
    "devise": "currency",
    "type_client": "debtor_kind",
    "categorie": "segment",
    "pays": "country",
    "fuseau": "time_zone",
    "langue": "language",
    "courriel": "email",
    "e_mail": "email",
    "mail": "email",
    "telephone": "phone",
    "contact": "contact_name",
    "responsable": "manager_name",
    "courriel_responsable": "manager_email",
    "adresse": "address",
    "solvabilite": "solvency",
    "paye": "paid",
    "regle": "paid",
    "deja_paye": "paid",
    "date_paiement": "paid_on",
    "derniere_relance": "last_step",
    "derniere_etape": "last_step",
    "date_derniere_relance": "last_step_on",
    "date_derniere_etape": "last_step_on",
}


def folded(header: str) -> str:
    """A header as it is compared: small letters, no accents, words joined by one underscore."""
    letters = unicodedata.normalize("NFKD", header.replace("°", "").casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def column_of(header: str) -> str | None:
    """The column that a header names, in English or French; None for one that is only kept."""
    name = folded(header)
    return name if name in COLUMNS else _OTHER_NAMES.get(name)
