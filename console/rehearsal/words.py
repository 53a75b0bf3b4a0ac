"""The words in which a rehearsal is told, in English and French."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Rehearsal of {book}", "Répétition de {book}"),
    "the_ledger": ("the ledger's open cases", "tous les dossiers ouverts"),
    "window": ("{since} to {until}", "du {since} au {until}"),
    "head": (
        "{cases} invoices of {debtors} debtors, {owed} outstanding: {contacts} contacts.",
        "{cases} factures de {debtors} débiteurs, {owed} restant dus : {contacts} contacts.",
    ),
    "contacts": ("Contacts", "Contacts"),
    "contacts_each_day": ("Contacts per day", "Contacts par jour"),
    "contacts_each_week": ("Contacts per week (from Monday)", "Contacts par semaine (du lundi)"),
    "calls_each_day": ("Calls per day", "Appels par jour"),
    "calls_each_week": ("Calls per week (from Monday)", "Appels par semaine (du lundi)"),
    "amounts_each_step": ("Amounts asked for, per step ({currency})", "Montants réclamés, par étape ({currency})"),
    "by_channel": ("By channel", "Par canal"),
    "by_step": ("By step", "Par étape"),
    "busiest": ("Busiest days", "Jours les plus chargés"),
    "calls": ("Calls against capacity", "Appels et capacité"),
    "costs": ("Costs", "Coûts"),
    "endings": ("How the cases stand at the end", "État des dossiers à la fin"),
    "first": ("First contacts", "Premiers contacts"),
    "findings": ("What to look at", "À regarder"),
    "assumptions": ("What is assumed", "Hypothèses"),
    "refused": ("Not rehearsed", "Non répété"),
    "day": ("day", "jour"),
    "invoice": ("invoice", "facture"),
    "debtor": ("debtor", "débiteur"),
    "policy": ("policy", "politique"),
    "step": ("step", "étape"),
    "channel": ("channel", "canal"),
    "amount": ("amount", "montant"),
    "letter": ("letter", "texte"),
    "tone": ("tone", "ton"),
    "why": ("why", "raison"),
    "number": ("number", "nombre"),
    "price": ("price", "prix"),
    "cost": ("cost", "coût"),
    "line": ("line", "ligne"),
    "reason": ("reason", "raison"),
    "total": ("total", "total"),
    "capacity": ("capacity {n}", "capacité {n}"),
    "above": ("above", "au-dessus"),
    "email": ("e-mail", "e-mail"),
    "sms": ("SMS", "SMS"),
    "letter_sent": ("letter", "courrier"),
    "registered_letter": ("registered letter", "recommandé"),
    "call": ("call", "appel"),
    "agency": ("agency", "société de recouvrement"),
    "lawyer": ("lawyer", "avocat"),
    "injunction": ("injunction", "injonction"),
    "courteous": ("courteous", "courtois"),
    "firm": ("firm", "ferme"),
    "formal": ("formal", "formel"),
    "paid": ("paid", "payés"),
    "credited": ("settled by credit notes", "soldés par avoir"),
    "written_off": ("written off", "passés en perte"),
    "withdrawn": ("withdrawn", "retirés"),
    "waits": ("the next step is to come", "étape suivante à venir"),
    "asks": ("wait for a person", "attendent une personne"),
    "asks_approve": ("wait for an approval", "attendent un accord"),
    "asks_route": ("a person must choose the way out", "une personne doit choisir la voie de sortie"),
    "asks_follow_up": ("handed over, to be followed up", "transmis, à suivre"),
    "asks_end_of_policy": ("every step is done", "toutes les étapes sont faites"),
    "asks_call": ("wait for a call", "attendent un appel"),
    "asks_dispute": ("a dispute must be settled", "un litige est à régler"),
    "pays_nobody-pays": (
        "Nobody pays, but for what the facts say.",
        "Personne ne paie, hormis ce que disent les faits.",
    ),
    "pays_all-late": (
        "Whoever has no facts pays in full {days} days after the due date; who is later already does not pay.",
        "Sans faits, chacun paie tout {days} jours après l'échéance ; qui est déjà plus en retard ne paie pas.",
    ),
    "pays_history": (
        "Who has no facts pays as {n} payments of the past show ({source}), half of them up to {median} days late.",
        "Sans faits, chacun paie comme {n} paiements passés ({source}), la moitié jusqu'à {median} jours de retard.",
    ),
    "pays_drawn": (
        "Seed {seed}; the debtor's own from {own} on, else the segment's from {segment} on. Who is later never pays.",
        "Graine {seed} ; ceux du débiteur dès {own}, sinon du segment dès {segment}. Au-delà, on ne paie pas.",
    ),
    "source_ledger": ("paid cases of the ledger", "dossiers payés du registre"),
    "source_portfolio": ("paid rows of the file", "lignes payées du fichier"),
    "source_facts": ("the payments of the facts", "paiements des faits"),
    "calls_no_answer": (
        "Calls are made on the day they are asked for, and nobody answers.",
        "Les appels sont passés le jour même, et personne ne répond.",
    ),
    "calls_reached": (
        "Calls are made on the day they are asked for and reach the debtor, who promises nothing.",
        "Les appels sont passés le jour même et joignent le débiteur, qui ne promet rien.",
    ),
    "approvals_given": ("Approvals come the same day.", "Les accords sont donnés le jour même."),
    "approvals_withheld": ("No step is approved.", "Aucun accord n'est donné."),
    "from_file": (
        "Each invoice comes in on {since}, or on its issue date when that is later. All that is sent arrives.",
        "Chaque facture entre le {since}, ou à sa date d'émission si elle est postérieure. Tout envoi arrive.",
    ),
    "from_ledger": (
        "Each case goes on from where it stands now. All that is sent arrives.",
        "Chaque dossier continue de là où il en est. Tout envoi arrive.",
    ),
    "too_many_calls": (
        "{n} days ask for more calls than the {capacity} that can be made; the worst is {day} with {most}.",
        "{n} jours demandent plus d'appels que les {capacity} possibles ; le pire est le {day} avec {most}.",
    ),
    "too_many_calls_one": (
        "One day asks for more calls than the {capacity} that can be made: {day}, with {most}.",
        "Un jour demande plus d'appels que les {capacity} possibles : le {day}, avec {most}.",
    ),
    "no_price": ("No price was given for {channels}: they cost nothing here.",
                 "Aucun prix pour {channels} : ils ne coûtent rien ici."),
    "refused_some": (
        "Not rehearsed, see below: {n} (lines or cases).",
        "Non répété, voir plus bas : {n} (lignes ou dossiers).",
    ),
    "took_none": ("Took no invoice: {policies}.", "N'ont pris aucune facture : {policies}."),
    "never_reached": ("{policy}: no invoice reached {steps}.", "{policy} : aucune facture n'a atteint {steps}."),
    "title_line": ("{title}:", "{title} :"),
    "fault_line": ("line {line}: {reason}", "ligne {line} : {reason}"),
    "nothing_found": ("Nothing.", "Rien."),
    "and_more": ("... and {n} more", "... et {n} de plus"),
    "written": ("Written: {file}", "Écrit : {file}"),
    "mon": ("Mon", "lun."), "tue": ("Tue", "mar."), "wed": ("Wed", "mer."), "thu": ("Thu", "jeu."),
    "fri": ("Fri", "ven."), "sat": ("Sat", "sam."), "sun": ("Sun", "dim."),
}  # fmt: skip
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def say(code: str, language: str, **told: object) -> str:
    """The words of a code, in French for `fr`, else in English. KeyError for a code nobody defined."""
    return WORDS[code][1 if language == "fr" else 0].format_map(told)


def channel_words(channel: str, language: str) -> str:
    """A channel as people call it."""
    return say("letter_sent" if channel == "letter" else channel, language)


def ending_words(ending: str, task: str, language: str) -> str:
    """How a case stands at the end."""
    code = f"asks_{task}" if ending == "asks" and f"asks_{task}" in WORDS else ending
    return say(code, language)


def weekday(number: int, language: str) -> str:
    """A day of the week, from 0 for Monday."""
    return say(_DAYS[number], language)
