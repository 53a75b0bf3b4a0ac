"""Why: every decision carries a reason by code, told in English or French in the words of a credit manager."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dunning.adopting_words import MOVING
from dunning.making import made

Language = str
Argument = Annotated[str, Field(max_length=400)]


class Because(BaseModel):
    """A reason: a code of `SENTENCES` and the words that fill it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    words: dict[str, Argument] = Field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The sentence in the language (`en` or `fr`); English where there is no other."""
        place = 1 if language == "fr" else 0
        words = {k: TERMS[v][place] if v in TERMS else v for k, v in self.words.items()}
        return SENTENCES[self.code][place].format_map(_Gaps(words))

    def __str__(self) -> str:
        return self.text()


class _Gaps(dict[str, str]):
    """Words for a sentence: one that was not given leaves a gap rather than an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def because(code: str, **words: object) -> Because:
    """Make a reason; days and sums are written out, long words are cut."""
    return made(Because, {"code": code, "words": {k: _written(v) for k, v in words.items()}})


def _written(value: object) -> str:
    return (value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value))[:300]


# Words that fill a reason and are said in the reader's language: (English, French).
TERMS: dict[str, tuple[str, str]] = {
    "@calendar_days": ("calendar days", "jours calendaires"),
    "@business_days": ("business days", "jours ouvrés"),
    "@calendar_day": ("calendar day", "jour calendaire"),
    "@business_day": ("business day", "jour ouvré"),
    "@before_due_date": ("before the due date", "avant l'échéance"),
    "@due_date": ("after the due date", "après l'échéance"),
    "@invoice_date": ("after the invoice date", "après la date de facture"),
    "@end_of_due_month": ("after the end of the due month", "après la fin du mois d'échéance"),
    "@previous_step": ("after the step before", "après l'étape précédente"),
    "@deadline": ("after the deadline given", "après le délai accordé"),
    "@last_time": ("after the last time", "après la fois précédente"),
    "@agency": ("collection agency", "société de recouvrement"),
    "@lawyer": ("lawyer", "avocat"),
    "@injunction": ("court injunction", "injonction de payer"),
    "@reached": ("reached, no promise", "joint, sans promesse"),
    "@no_answer": ("no answer", "pas de réponse"),
    "@wrong_number": ("wrong number", "mauvais numéro"),
    "@not_made": ("not made", "non passé"),
    "@branch_holds": ("the conditions of this branch hold", "les conditions de cette branche sont réunies"),
    "@otherwise": ("no other branch holds", "aucune autre branche ne convient"),
    "@paid": ("paid", "payé"),
    "@credited": ("settled by credit notes", "soldé par avoir"),
    "@written_off": ("written off", "passé en perte"),
    "@withdrawn": ("withdrawn", "retiré"),
}

# code: (English, French). Words in braces are filled from the reason.
SENTENCES: dict[str, tuple[str, str]] = {
    "paid": ("Paid in full: {outstanding} is left.", "Payé en totalité : reste {outstanding}."),
    "paid_within_tolerance": (
        "{outstanding} is left, which the policy counts as paid (up to {tolerance}).",
        "Reste {outstanding}, ce que la politique tient pour payé (jusqu'à {tolerance}).",
    ),
    "credited": ("Settled by credit notes.", "Soldé par avoir."),
    "overpaid": (
        "{amount} too much was paid: refund it or match it.",
        "Trop-perçu de {amount} : à rembourser ou à lettrer.",
    ),
    "written_off": ("Written off by {by}: {reason}.", "Passé en perte par {by} : {reason}."),
    "withdrawn": ("Withdrawn by {by}: {reason}.", "Retiré par {by} : {reason}."),
    "insolvent": (
        "The debtor is insolvent since {on}: all reminders stop. Declare the claim, or release it if that is wrong.",
        "Débiteur en procédure collective depuis le {on} : relances arrêtées. Déclarer la créance, ou lever si erreur.",
    ),
    "on_hold": ("On hold until {until}: {reason}.", "Suspendu jusqu'au {until} : {reason}."),
    "hold_review": (
        "On hold without an end since {since} ({reason}): is that still right?",
        "Suspendu sans terme depuis le {since} ({reason}) : est-ce toujours justifié ?",
    ),
    "disputed": (
        "{amount} is disputed ({reason}): nothing goes out until it is settled.",
        "{amount} est contesté ({reason}) : rien ne part avant règlement du litige.",
    ),
    "settle_dispute": (
        "Settle the dispute {dispute} of {amount} ({reason}).",
        "Régler le litige {dispute} de {amount} ({reason}).",
    ),
    "credit_note_due": (
        "The dispute {dispute} was upheld for {amount}: issue the credit note.",
        "Le litige {dispute} est fondé pour {amount} : établir l'avoir.",
    ),
    "promised": (
        "{amount} is promised for {by}: nothing goes out until {until}.",
        "{amount} promis pour le {by} : rien ne part avant le {until}.",
    ),
    "promise_kept": ("The promise for {by} was kept.", "La promesse pour le {by} a été tenue."),
    "promise_broken": (
        "The promise of {amount} for {by} was not kept.",
        "La promesse de {amount} pour le {by} n'a pas été tenue.",
    ),
    "plan_running": (
        "A payment plan runs: {amount} is due on {by}; nothing goes out until {until}.",
        "Un échéancier est en cours : {amount} dus le {by} ; rien ne part avant le {until}.",
    ),
    "plan_kept": ("The payment plan was kept.", "L'échéancier a été respecté."),
    "plan_defaulted": (
        "The instalment of {by} was not paid: the plan is in default.",
        "L'échéance du {by} n'a pas été payée : l'échéancier est rompu.",
    ),
    "reversed": (
        "The payment {payment} was reversed: {outstanding} is due again.",
        "Le paiement {payment} a été rejeté : {outstanding} est de nouveau dû.",
    ),
    "planned": (
        "{step} is due on {day}: {days} {counting} {anchor}.",
        "{step} est prévu le {day} : {days} {counting} {anchor}.",
    ),
    "floor_opened": (
        "{step} is due since {day}; the case was opened only now.",
        "{step} est dû depuis le {day} ; le dossier vient d'être ouvert.",
    ),
    "floor_gap": (
        "{step} waits: the last contact was on {last}, and the policy keeps {days} days between contacts.",
        "{step} attend : dernier contact le {last}, et la politique garde {days} jours entre deux contacts.",
    ),
    "floor_deadline": (
        "{step} waits: the debtor was given until {deadline} to pay.",
        "{step} attend : le débiteur a jusqu'au {deadline} pour payer.",
    ),
    "floor_resumed": (
        "{step} is due since {day}; the case goes on since {since}.",
        "{step} est dû depuis le {day} ; le dossier a repris le {since}.",
    ),
    "floor_retry": (
        "{step} could not be sent ({error}); next try on {day}.",
        "{step} n'a pas pu partir ({error}) ; nouvel essai le {day}.",
    ),
    "next_attempt": (
        "{step}: attempt {attempt} of {attempts} is due on {day}.",
        "{step} : tentative {attempt} sur {attempts} prévue le {day}.",
    ),
    "outside_hours": (
        "{step} is due, but it is outside the contact hours; it goes out on {day}.",
        "{step} est dû, mais hors des heures de contact ; il partira le {day}.",
    ),
    "due_now": ("{step} is due since {day}.", "{step} est dû depuis le {day}."),
    "condition_not_met": (
        "{step} is left out: {condition} does not hold.",
        "{step} est omis : la condition {condition} n'est pas remplie.",
    ),
    "missed_skipped": (
        "{step} is left out: it was due on {day}, {late} days ago, and the policy says skip.",
        "{step} est omis : il était dû le {day}, il y a {late} jours, et la politique dit de l'omettre.",
    ),
    "missed_ask": (
        "{step} was due on {day}, {late} days ago, and did not go out. Send it, or skip it?",
        "{step} était dû le {day}, il y a {late} jours, et n'est pas parti. L'envoyer, ou l'omettre ?",
    ),
    "entered_by_age": (
        "{step} is left out: the case began late and its age calls for a later step.",
        "{step} est omis : le dossier a commencé tard et son âge appelle une étape ultérieure.",
    ),
    "taken_over": (
        "{step} went out before the case came here.",
        "{step} était déjà parti avant la reprise du dossier.",
    ),
    "skipped_by_person": ("{step} was skipped by {by}: {reason}.", "{step} a été omis par {by} : {reason}."),
    "approval_needed": (
        "{step} is due; the policy wants a person to approve it.",
        "{step} est dû ; la politique demande l'accord d'une personne.",
    ),
    "approval_refused": (
        "{by} refused {step}: {reason}. Skip it, repeat it, hold or end the case.",
        "{by} a refusé {step} : {reason}. L'omettre, le reprendre, suspendre ou clore le dossier.",
    ),
    "call_needed": (
        "Call the debtor: attempt {attempt} of {attempts}, by {day}.",
        "Appeler le débiteur : tentative {attempt} sur {attempts}, avant le {day}.",
    ),
    "call_not_made": (
        "{step} is left out: the call was not made in time.",
        "{step} est omis : l'appel n'a pas été passé à temps.",
    ),
    "call_unanswered": (
        "{step} is over ({result}): no attempt is left.",
        "{step} est terminé ({result}) : plus de tentative.",
    ),
    "wrong_number": (
        "The number is wrong: find another, then repeat or skip {step}.",
        "Le numéro est erroné : en trouver un autre, puis reprendre ou omettre {step}.",
    ),
    "call_ask": ("The call ended with {result}: what next?", "L'appel s'est terminé par : {result}. Que faire ?"),
    "route_taken": ("The way out is {route}: {condition}.", "La voie choisie est {route} : {condition}."),
    "route_chosen": ("The way out is {route}: {by} chose it.", "La voie choisie est {route}, par {by}."),
    "route_asked": (
        "Decide the way out: agency, lawyer or injunction.",
        "Choisir la voie : société de recouvrement, avocat ou injonction.",
    ),
    "no_address": ("{step} cannot go out: {detail}.", "{step} ne peut pas partir : {detail}."),
    "refused_by_provider": ("{step} was refused: {detail}.", "{step} a été refusé : {detail}."),
    "letter_unusable": ("{step} cannot be written: {detail}.", "{step} ne peut pas être rédigé : {detail}."),
    "outcome_unknown": (
        "Nobody can know whether {step} went out by {channel} ({detail}). Find out, then repeat or skip it.",
        "Impossible de savoir si {step} est parti par {channel} ({detail}). Vérifier, puis reprendre ou omettre.",
    ),
    "bounced": (
        "{step} came back ({detail}). Correct the address, then repeat or skip it.",
        "{step} est revenu ({detail}). Corriger l'adresse, puis reprendre ou omettre.",
    ),
    "end_of_policy": (
        "Every step of the policy is done and {outstanding} is still due: decide what follows.",
        "Toutes les étapes sont faites et {outstanding} reste dû : décider de la suite.",
    ),
    "handed_over": (
        "Handed over ({route}) on {on}; {outstanding} is still due. Follow it up; skip {step} if it is recalled.",
        "Transmis ({route}) le {on} ; {outstanding} reste dû. À suivre ; omettre {step} en cas de rappel.",
    ),
    "unreadable_fact": ("A fact could not be understood: {detail}.", "Un fait n'a pas pu être compris : {detail}."),
    "wrong_currency": (
        "{detail} came in another currency than the invoice and is not counted.",
        "{detail} est dans une autre devise que la facture et n'est pas compté.",
    ),
    "contradicting_fact": (
        "{detail} came twice with different contents; the first counts.",
        "{detail} est arrivé deux fois avec des contenus différents ; le premier compte.",
    ),
    "paid_after_end": (
        "{amount} was paid after the case ended ({outcome}).",
        "{amount} payé après la clôture du dossier ({outcome}).",
    ),
    "too_many_facts": (
        "More facts arrived than a case can hold; {detail} was not counted.",
        "Trop de faits pour un dossier ; {detail} n'est pas compté.",
    ),
    "sending_stopped": (
        "Sending is stopped since {since} by {by} ({why}): {step} waits.",
        "Envois arrêtés depuis {since} par {by} ({why}) : {step} attend.",
    ),
    "sending_task": (
        "Nothing is sent since {since}: {by} stopped it ({why}). `relance sending` shows more.",
        "Rien ne part depuis {since} : arrêté par {by} ({why}). `relance sending` en dit plus.",
    ),
    "brake_flood": (
        "{contacts} cases were contacted on {day}, and {foreseen} were foreseen: no more than {limit} may be",
        "{contacts} dossiers relancés le {day} pour {foreseen} prévus : pas plus de {limit}",
    ),
    "brake_debtor": (
        "debtor {debtor} was contacted {contacts} times on {day}, with {cases} open cases",
        "débiteur {debtor} relancé {contacts} fois le {day}, avec {cases} dossiers ouverts",
    ),
    "brake_case": (
        "case {case} was contacted {contacts} times on {day}, and once more was wanted",
        "dossier {case} relancé {contacts} fois le {day}, une fois de plus était demandée",
    ),
    "brake_step": (
        "{step} went out {contacts} times for case {case}, and its policy says {times}",
        "{step} parti {contacts} fois pour le dossier {case}, la politique dit {times}",
    ),
    "brake_clock": (
        "a clock jumped ahead by {ahead}: steps that are due only by it would go out",
        "une horloge a avancé de {ahead} : des étapes partiraient avant leur date",
    ),
    "brake_ledger_older": (
        "case {case} remembers a contact of {day} that the ledger does not have: was an old backup restored?",
        "le dossier {case} se souvient d'une relance du {day} absente du registre : ancienne sauvegarde restaurée ?",
    ),
    **MOVING,
}
