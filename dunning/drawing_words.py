"""The words of a picture of a course that the sentences about it do not have, in English and French."""

from __future__ import annotations

from dunning.explain_words import WORDS as EXPLAINED

WORDS: dict[str, tuple[str, str]] = {
    "opened": ("Invoice taken", "Facture prise en charge"),
    "mark_after": ("D+{n}", "J+{n}"),
    "mark_before": ("D−{n}", "J−{n}"),
    "mark_other_after": ("+{n}", "+{n}"),
    "mark_other_before": ("−{n}", "−{n}"),
    "due_mark": ("D", "J"),
    "due_date": ("due date", "échéance"),
    "question": ("{condition}?", "{condition} ?"),
    "yes": ("yes", "oui"),
    "no": ("no", "non"),
    "left_out": ("no: left out", "non : omise"),
    "otherwise": ("otherwise", "sinon"),
    "always": ("always", "toujours"),
    "text": ("Text “{letter}”", "Texte « {letter} »"),
    "to": ("to {to}", "{to}"),
    "call_by": ("a person calls, {to}", "une personne appelle, {to}"),
    "attempts": ("{n} attempts at most, {days} apart", "{n} tentatives au plus, à {days} d'écart"),
    "one_attempt": ("one attempt", "une seule tentative"),
    "reached": ("reached, no promise: {then}", "joint, sans promesse : {then}"),
    "no_answer": ("no answer: {then}", "pas de réponse : {then}"),
    "wrong_number": ("wrong number: {then}", "mauvais numéro : {then}"),
    "reached_at_last": ("reached at the last attempt: {then}", "joint à la dernière tentative : {then}"),
    "no_answer_at_last": ("no answer at the last attempt: {then}", "pas de réponse à la dernière tentative : {then}"),
    "wrong_number_at_last": ("wrong number at the last: {then}", "mauvais numéro à la dernière : {then}"),
    "not_made": ("call not made in time: {then}", "appel non fait à temps : {then}"),
    "try_again": ("try again", "nouvel essai"),
    "next_step": ("next step", "étape suivante"),
    "pay_within": ("{days} to pay", "{days} pour payer"),
    "only_if": ("Only if {condition}; else left out", "Seulement si {condition} ; sinon omise"),
    "if_unknown": ("nobody knows whether it went out: taken as sent", "envoi incertain : considérée comme partie"),
    "if": ("if {condition}", "si {condition}"),
    "message": ("message", "message"),
    "call": ("call", "appel"),
    "handover": ("way out", "voie de sortie"),
    "route": ("way out", "voie de sortie"),
    "ended": ("No step left: a person decides", "Plus d'étape : une personne décide"),
    "closed": ("Paid, at any time: the case closes", "Payé, à tout moment : le dossier est clos"),
    "paid": ("paid at any time", "payé à tout moment"),
    "hold": (
        "A hold without an end: a person is asked after {days}.",
        "Une suspension sans fin : une personne est consultée après {days}.",
    ),
    "at_any_time": ("At any time", "À tout moment"),
    "how_to_read": ("How to read it", "Comment lire"),
    "line_of_days": (
        "D is the due date, D+15 the 15th day after it; +7 counts from what the step says.",
        "J est l'échéance, J+15 le 15e jour après ; +7 se compte comme l'étape le dit.",
    ),
    "dots": (
        "On the line: a full round is a message, an open one a call, a diamond the way out.",
        "Sur la ligne : rond plein, un message ; rond vide, un appel ; losange, la voie de sortie.",
    ),
    "dashed": (
        "Dashed: left out when the condition does not hold.",
        "Tirets : omise quand la condition n'est pas remplie.",
    ),
    "picture_of": ("The course of the policy {policy}", "Le cours de la politique {policy}"),
}


def word(code: str, language: str, **told: object) -> str:
    """The words of a code, in French for `fr`, else in English. KeyError for a code nobody defined."""
    english, french = WORDS[code] if code in WORDS else EXPLAINED[code]
    return (french if language == "fr" else english).format_map(told)


def upper(text: str) -> str:
    """The text with a capital letter at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]
