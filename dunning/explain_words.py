"""The words in which a course is explained, in English and French."""

from __future__ import annotations

from datetime import date

from dunning.policy import Weekday

WORDS: dict[str, tuple[str, str]] = {
    "takes": (
        "It takes invoices of {debtor} debtors in {currency}",
        "Elle prend les factures en {currency} de débiteurs {debtor}",
    ),
    "of_segment": (", segment {names}", ", segment {names}"),
    "of_country": (", country {names}", ", pays {names}"),
    "of_amount": (", amount {range}", ", montant {range}"),
    "first_step": (
        "A case that comes late begins at the first step.",
        "Un dossier tardif commence à la première étape.",
    ),
    "by_age": (
        "A case that comes late begins at the step its age calls for, never beyond {step}.",
        "Un dossier tardif commence à l'étape de son âge, jamais au-delà de {step}.",
    ),
    "calendar": (
        "Contact on {days}, {hours} ({zone}){holidays}; at least {gap} between two contacts.",
        "Contact {days}, {hours} ({zone}){holidays} ; au moins {gap} entre deux contacts.",
    ),
    "no_holidays": (", never on public holidays", ", jamais un jour férié"),
    "tolerance": ("A balance up to {amounts} counts as paid.", "Un solde jusqu'à {amounts} vaut paiement."),
    "step": ("{step}: {day}, {told}.", "{step} : {day}, {told}."),
    "also": ("; ", " ; "),
    "charges": ("Beside the invoice: {claimed}.", "En plus de la facture : {claimed}."),
    "contract_rate": ("{rate} late interest a year by contract", "{rate} d'intérêts de retard par an au contrat"),
    "indemnity_claimed": ("the fixed indemnity", "l'indemnité forfaitaire"),
    "indemnity_waived": ("no fixed indemnity", "pas d'indemnité forfaitaire"),
    "fee": ("a fee of {amounts}", "des frais de {amounts}"),
    "after_due_date": ("{days} after the due date", "{days} après l'échéance"),
    "after_invoice_date": ("{days} after the invoice date", "{days} après la date de facture"),
    "after_end_of_due_month": ("{days} after the end of the due month", "{days} après la fin du mois d'échéance"),
    "after_previous_step": ("{days} after the step before", "{days} après l'étape précédente"),
    "after_deadline": ("{days} after the deadline of {of}", "{days} après le délai de {of}"),
    "before_due_date": ("{days} before the due date", "{days} avant l'échéance"),
    "calendar_days": ("{n} days", "{n} jours"),
    "one_calendar_days": ("{n} day", "{n} jour"),
    "business_days": ("{n} business days", "{n} jours ouvrés"),
    "one_business_days": ("{n} business day", "{n} jour ouvré"),
    "message": ("{tone} text {letter} by {channels}, to {to}", "texte {letter} ({tone}) par {channels}, {to}"),
    "call": ("a call, {n} attempts at most, to {to}", "un appel, {n} tentatives au plus, {to}"),
    "fork": ("the way out: {branches}", "la voie : {branches}"),
    "if": ("{route} if {condition}", "{route} si {condition}"),
    "else": ("else {route}", "sinon {route}"),
    "pay_within": ("the debtor has {days} to pay", "le débiteur a {days} pour payer"),
    "only_if": ("only if {condition}", "seulement si {condition}"),
    "approval": ("a person must approve it", "une personne doit l'approuver"),
    "repeat": ("up to {n} times, every {days}", "jusqu'à {n} fois, tous les {days}"),
    "missed_skip": ("left out when its day was missed", "omise si son jour est passé"),
    "missed_ask": ("a person is asked when its day was missed", "une personne est consultée si son jour est passé"),
    "at_least": ("at least {x}", "au moins {x}"),
    "below": ("less than {x}", "moins de {x}"),
    "and": (" and ", " et "),
    "dispute": ("A dispute stops {what}.", "Un litige arrête {what}."),
    "disputed_part": ("the disputed part only", "la seule part contestée"),
    "whole": ("everything", "tout"),
    "broken_promise": (
        "A promise broken by more than {days}: {then}.",
        "Une promesse rompue de plus de {days} : {then}.",
    ),
    "defaulted_plan": (
        "An instalment late by more than {days}: {then}.",
        "Une échéance du plan en retard de plus de {days} : {then}.",
    ),
    "reversed_payment": ("A payment taken back: {then}.", "Un paiement rejeté : {then}."),
    "continue": ("the course goes on", "le cours reprend"),
    "next_step_now": ("the next step at once", "l'étape suivante aussitôt"),
    "ask": ("a person decides", "une personne décide"),
    "agency": ("collection agency", "société de recouvrement"),
    "lawyer": ("lawyer", "avocat"),
    "injunction": ("injunction", "injonction de payer"),
    "goes_out": ("{step} goes out by {channels}.", "{step} part par {channels}."),
    "called": (
        "{step}: a collector calls (attempt {n}).",
        "{step} : un chargé de recouvrement appelle (tentative {n}).",
    ),
    "call_unanswered": (
        "{step}: nobody answers; the course goes on.",
        "{step} : personne ne répond ; le cours continue.",
    ),
    "call_not_made": (
        "{step} is not made in time; the course goes on.",
        "{step} n'est pas fait à temps ; le cours continue.",
    ),
    "handed": ("{step}: {route}.", "{step} : {route}."),
    "pay_until": (" Pay until {day}.", " À payer au plus tard le {day}."),
    "approved": (
        "{step} waits for a person's approval, given here at once.",
        "{step} attend l'accord d'une personne, donné ici aussitôt.",
    ),
    "person": ("A person acts: {why}", "Une personne agit : {why}"),
    "closes": ("The case is closed: {why}", "Le dossier est clos : {why}"),
    "example": ("EXAMPLE", "EXEMPLE"),
    "assumed": (
        "Assumed: nothing is paid or disputed, nobody answers the phone, approvals come at once.",
        "Hypothèse : rien n'est payé ni contesté, personne ne répond au téléphone, les accords viennent aussitôt.",
    ),
    "email": ("e-mail", "e-mail"),
    "sms": ("SMS", "SMS"),
    "letter": ("letter", "courrier"),
    "registered_letter": ("registered letter", "lettre recommandée"),
    "courteous": ("courteous", "courtois"),
    "firm": ("firm", "ferme"),
    "formal": ("formal", "formel"),
    "billing": ("the billing contact", "au contact de facturation"),
    "manager": ("the manager", "à la direction"),
    "business": ("business", "professionnels"),
    "consumer": ("consumer", "particuliers"),
    "public": ("public", "publics"),
    "outstanding": ("outstanding {x}", "reste dû {x}"),
    "days_past_due": ("{x} days past due", "{x} jours de retard"),
    "one_days_past_due": ("{x} day past due", "{x} jour de retard"),
    "unpaid_invoices": ("{x} unpaid invoices", "{x} factures impayées"),
    "one_unpaid_invoices": ("{x} unpaid invoice", "{x} facture impayée"),
    "unpaid_total": ("unpaid in all {x}", "impayé total {x}"),
    "debtor": ("debtor {x}", "débiteur {x}"),
    "segment": ("segment {x}", "segment {x}"),
    "country": ("country {x}", "pays {x}"),
    "solvency": ("solvency {x}", "solvabilité {x}"),
    "or": (" or ", " ou "),
    "unknown": ("unknown", "inconnue"),
    "good": ("good", "bonne"),
    "doubtful": ("doubtful", "douteuse"),
    "bad": ("bad", "mauvaise"),
    "monday": ("Mon", "lun."),
    "tuesday": ("Tue", "mar."),
    "wednesday": ("Wed", "mer."),
    "thursday": ("Thu", "jeu."),
    "friday": ("Fri", "ven."),
    "saturday": ("Sat", "sam."),
    "sunday": ("Sun", "dim."),
}


def word(code: str, language: str, **told: object) -> str:
    """The words of a code, in French for `fr`, else in English. KeyError for a code nobody defined."""
    english, french = WORDS[code]
    return (french if language == "fr" else english).format_map(told)


def weekday(on: date, language: str) -> str:
    """The day of the week in short: `Mon`, `lun.`."""
    return word(list(Weekday)[on.weekday()], language)


def words(codes: object, language: str) -> str:
    """A list of codes in words; what is no code stays as it is."""
    listed = [str(code) for code in codes] if isinstance(codes, tuple | list) else [str(codes)]
    return ", ".join(word(code, language) if code in WORDS else code for code in listed)
