"""The words around a comparison of policies, in English and French."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "policy": ("The policy", "La politique"),
    "invoices": ("Which invoices", "Quelles factures"),
    "calendar": ("When", "Quand"),
    "steps": ("Steps", "Étapes"),
    "events": ("What events do", "Effet des événements"),
    "letters": ("Letters", "Textes"),
    "mind": ("Mind", "Attention"),
    "none": ("No difference.", "Aucune différence."),
    "one": ("1 difference. {tail}", "1 différence. {tail}"),
    "many": ("{n} differences. {tail}", "{n} différences. {tail}"),
    "policy_gone": (
        "{name} is gone ({source}): its invoices need another policy.",
        "{name} disparaît ({source}) : ses factures doivent trouver une autre politique.",
    ),
    "policy_added": ("{name} is a new policy ({source}).", "{name} est une nouvelle politique ({source})."),
    "walked": (
        "An invoice of {amount} due on {due}, if nobody pays, answers or disputes:",
        "Une facture de {amount} échue le {due}, si personne ne paie, ne répond ni ne conteste :",
    ),
    "step": ("step", "étape"),
    "before": ("before", "avant"),
    "now": ("now", "désormais"),
    "change": ("change", "écart"),
    "same": ("the same day", "le même jour"),
    "later": ("{n} days later", "{n} jours plus tard"),
    "later_one": ("1 day later", "1 jour plus tard"),
    "earlier": ("{n} days earlier", "{n} jours plus tôt"),
    "earlier_one": ("1 day earlier", "1 jour plus tôt"),
    "gained": ("new", "nouveau"),
    "lost": ("no more", "supprimé"),
    "words_replaced": ("“{old}” → “{new}”", "« {old} » → « {new} »"),
    "words_added": ("added “{new}”", "ajouté « {new} »"),
    "words_removed": ("taken out “{old}”", "retiré « {old} »"),
    "more_edits": ("… and {n} more places", "… et {n} autres endroits"),
    "page_title": ("What changes in {names}", "Ce qui change dans {names}"),
    "other_policies": ("Other policies", "Autres politiques"),
    "assumed": ("What is assumed", "Hypothèses"),
    "for_whom": ("For whom, from {since} to {until}", "Pour qui, du {since} au {until}"),
    "book_none": (
        "Nobody is contacted on another day (invoices with contacts: {invoices}, contacts: {contacts}).",
        "Personne n'est contacté un autre jour (factures avec contacts : {invoices}, contacts : {contacts}).",
    ),
    "book_some": (
        "Affected: {affected} of {invoices} invoices with contacts. Contacts: {old} before, {new} now.",
        "Touchées : {affected} factures sur {invoices} avec contacts. Contacts : {old} avant, {new} désormais.",
    ),
    "steps_table": ("Contacts by step", "Contacts par étape"),
    "amounts_table": ("Amounts asked for by step", "Montants demandés par étape"),
    "row_moved": ("{n} contacts moved, up to {far}", "{n} contacts déplacés, jusqu'à {far}"),
    "row_gained": ("{n} new", "{n} de plus"),
    "row_lost": ("{n} no more", "{n} de moins"),
    "channels_table": ("Contacts by channel", "Contacts par canal"),
    "days_table": ("Days that change most", "Jours qui changent le plus"),
    "policies_table": ("Invoices that another policy takes", "Factures prises par une autre politique"),
    "farthest_table": ("Most affected, by days", "Les plus touchées, par jours"),
    "dearest_table": ("Most affected, by amount", "Les plus touchées, par montant"),
    "col_policy": ("policy", "politique"),
    "col_channel": ("channel", "canal"),
    "col_day": ("day", "jour"),
    "col_invoice": ("invoice", "facture"),
    "col_debtor": ("debtor", "débiteur"),
    "col_amount": ("amount", "montant"),
    "col_invoices": ("invoices", "factures"),
    "col_same": ("same", "identiques"),
    "col_reworded": ("same day, other text", "même jour, autre texte"),
    "col_earlier": ("earlier", "plus tôt"),
    "col_later": ("later", "plus tard"),
    "col_gained": ("new", "nouveaux"),
    "col_lost": ("no more", "supprimés"),
    "col_average": ("moved by, on average", "écart moyen"),
    "col_farthest": ("farthest move", "plus grand écart"),
    "col_old_amount": ("asked for before", "demandé avant"),
    "col_new_amount": ("asked for now", "demandé désormais"),
    "average_days": ("{n} days", "{n} jours"),
    "chart_days": ("Contacts per day", "Contacts par jour"),
    "chart_weeks": ("Contacts per week (from Monday)", "Contacts par semaine (du lundi)"),
    "unread_one": ("1 row or fact could not be used: ", "1 ligne ou fait inutilisable : "),
    "unread": ("{n} rows or facts could not be used, first: ", "{n} lignes ou faits inutilisables, d'abord : "),
    "other_text_one": (
        "1 contact keeps its day and reads another text.",
        "1 contact garde son jour avec un autre texte.",
    ),
    "other_text": (
        "{n} contacts keep their day and read another text.",
        "{n} contacts gardent leur jour avec un autre texte.",
    ),
    "newly_refused_one": ("1 invoice is no longer taken: ", "1 facture n'est plus prise : "),
    "newly_refused": ("{n} invoices are no longer taken, first: ", "{n} factures ne sont plus prises, d'abord : "),
    "newly_taken_one": ("1 invoice was not taken before: ", "1 facture n'était pas prise avant : "),
    "newly_taken": (
        "{n} invoices were not taken before, first: ",
        "{n} factures n'étaient pas prises avant, d'abord : ",
    ),
    "elsewhere": (
        "{n} invoices are taken by neither side and are left out.",
        "{n} factures ne sont prises par aucun des deux côtés et sont laissées de côté.",
    ),
    "elsewhere_one": (
        "1 invoice is taken by neither side and is left out.",
        "1 facture n'est prise par aucun des deux côtés et est laissée de côté.",
    ),
}


def text(code: str, language: str, **told: object) -> str:
    """The words of a code, in French for `fr`, else in English. KeyError for a code nobody defined."""
    return WORDS[code][language == "fr"].format_map(told)


def moved_words(days: int | None, language: str) -> str:
    """`3 days later`, `the same day`; empty when one of the days is missing."""
    if days is None:
        return ""
    if days == 0:
        return text("same", language)
    code = "later" if days > 0 else "earlier"
    return text(f"{code}_one" if abs(days) == 1 else code, language, n=abs(days))
