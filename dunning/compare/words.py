"""The words in which two policies are compared, in English and French."""

from __future__ import annotations

from dunning.explain_words import WORDS as EXPLAINED

WORDS: dict[str, tuple[str, str]] = {
    # sentences
    "changed": ("{label}: {new} (before: {old})", "{label} : {new} (avant : {old})"),
    "also": ("{label}: now also {new}", "{label} : désormais aussi {new}"),
    "no_more": ("{label}: no longer {old}", "{label} : désormais sans {old}"),
    "reordered": (
        "{label}: the same in another order, which means the same ({new})",
        "{label} : les mêmes dans un autre ordre, ce qui revient au même ({new})",
    ),
    "about_step": ("{step}: {clause}.", "{step} : {clause}."),
    "later": ("{days} later, {new} (before: {old})", "{days} plus tard, {new} (avant : {old})"),
    "earlier": ("{days} earlier, {new} (before: {old})", "{days} plus tôt, {new} (avant : {old})"),
    "now_only_if": ("now only if {new}", "désormais seulement si {new}"),
    "not_only_if": ("no longer only if {old}", "n'est plus limitée à : {old}"),
    "other_only_if": ("only if {new} (before: only if {old})", "seulement si {new} (avant : seulement si {old})"),
    "first_step": ("begins at the first step", "commence à la première étape"),
    "by_age": (
        "begins at the step its age calls for, never beyond {step}",
        "commence à l'étape de son âge, jamais au-delà de {step}",
    ),
    "empty": (
        "{label}: an empty entry was written or taken out, which changes nothing",
        "{label} : une entrée vide a été écrite ou retirée, ce qui ne change rien",
    ),
    "branch_added": ("new way out no. {number}: {new}", "nouvelle voie n° {number} : {new}"),
    "branch_gone": ("way out no. {number} is gone: {old}", "la voie n° {number} disparaît : {old}"),
    "branch": ("way out no. {number}: {new} (before: {old})", "voie n° {number} : {new} (avant : {old})"),
    "other_kind": ("is now another thing: {new} (before: {old})", "change de nature : {new} (avant : {old})"),
    "first": ("New first step. {new}", "Nouvelle première étape. {new}"),
    "added": ("New step after {after}. {new}", "Nouvelle étape après {after}. {new}"),
    "removed": ("Step left out. {old}", "Étape supprimée. {old}"),
    "moved_first": ("now the first step (before: after {old})", "désormais la première étape (avant : après {old})"),
    "moved": ("now comes after {new} (before: after {old})", "vient désormais après {new} (avant : après {old})"),
    "was_first": (
        "now comes after {new} (before: the first step)",
        "vient désormais après {new} (avant : la première étape)",
    ),
    "renamed": ("is now named {new} (before: {old})", "se nomme désormais {new} (avant : {old})"),
    "looks_renamed": (
        "looks renamed: now named {new} (before: {old})",
        "semble renommée : se nomme désormais {new} (avant : {old})",
    ),
    "text_changed": ("{key}: {n} words changed", "{key} : {n} mots changés"),
    "text_changed_once": ("{key}: 1 word changed", "{key} : 1 mot changé"),
    "text_spaces": ("{key}: only spaces and line ends changed", "{key} : seuls des espaces et fins de ligne changent"),
    "text_added": ("{key}: a new text", "{key} : un nouveau texte"),
    "text_removed": ("{key}: no longer used", "{key} : n'est plus utilisé"),
    # what to mind
    "severe_earlier": (
        "{step} is severe and comes {days} earlier: running cases that move get there sooner.",
        "{step} est une étape sévère et vient {days} plus tôt : les dossiers en cours y arrivent plus vite.",
    ),
    "milder_gone": (
        "{step} is gone: the debtor hears from you once less before {severe}.",
        "{step} disparaît : le débiteur reçoit un contact de moins avant {severe}.",
    ),
    "milder_conditional": (
        "{step} is left out for more debtors: they hear from you once less before {severe}.",
        "{step} est omise pour plus de débiteurs : ils reçoivent un contact de moins avant {severe}.",
    ),
    "unapproved": (
        "{step} is severe, and nobody approves it any more.",
        "{step} est une étape sévère, et plus personne ne l'approuve.",
    ),
    "shorter_deadline": (
        "{step} leaves the debtor less time to pay.",
        "{step} laisse au débiteur moins de temps pour payer.",
    ),
    "renamed_running": (
        "Running cases know {old}, not {new}: when you move them, say `--map {old}={new}`.",
        "Les dossiers en cours connaissent {old}, pas {new} : pour les déplacer, indiquez `--map {old}={new}`.",
    ),
    "new_cases_only": (
        "New cases take the new text; running cases keep their policy until `relance policy adopt`.",
        "Les nouveaux dossiers prennent le nouveau texte ; les autres gardent le leur jusqu'à `relance policy adopt`.",
    ),
}

# What a key of a policy is called, by its place; the place of a step's key begins with `steps`.
LABELS: dict[str, tuple[str, str]] = {
    "policy": ("name of the policy", "nom de la politique"),
    "title": ("title", "titre"),
    "takes.debtor": ("debtors taken", "débiteurs pris"),
    "takes.currency": ("currencies taken", "devises prises"),
    "takes.segment": ("segments taken", "segments pris"),
    "takes.country": ("countries taken", "pays pris"),
    "takes.amount": ("amounts taken", "montants pris"),
    "enters": ("a case that comes late", "dossier tardif"),
    "calendar.country": ("country of the public holidays", "pays des jours fériés"),
    "calendar.subdivision": ("part of the country", "partie du pays"),
    "calendar.time_zone": ("time zone", "fuseau horaire"),
    "calendar.week_days": ("days of contact", "jours de contact"),
    "calendar.contact_hours": ("hours of contact", "heures de contact"),
    "calendar.public_holidays": ("public holidays", "jours fériés"),
    "least_gap": ("least gap between two contacts", "écart minimal entre deux contacts"),
    "tolerance": ("a balance that counts as paid", "solde qui vaut paiement"),
    "missed_after": ("a step counts as missed after", "une étape est manquée après"),
    "charges": ("charges", "frais"),
    "charges.contract_rate": ("late interest of the contract", "intérêts de retard du contrat"),
    "charges.indemnity": ("indemnity for recovery costs", "indemnité de recouvrement"),
    "charges.fee": ("fee of your own", "frais propres"),
    "after.dispute.stops": ("a dispute stops", "un litige arrête"),
    "after.dispute.review_after": ("a dispute is looked at again after", "un litige est revu après"),
    "after.broken_promise.then": ("after a broken promise", "après une promesse rompue"),
    "after.broken_promise.grace": ("a promise is broken after", "une promesse est rompue après"),
    "after.defaulted_plan.then": ("after a defaulted plan", "après un plan non tenu"),
    "after.defaulted_plan.grace": ("a plan is defaulted after", "un plan n'est plus tenu après"),
    "after.reversed_payment.then": ("after a payment taken back", "après un paiement rejeté"),
    "after.hold.review_after": ("a hold is looked at again after", "une suspension est revue après"),
    "steps.title": ("title", "titre"),
    "steps.day": ("due", "prévue"),
    "steps.channels": ("channels", "canaux"),
    "steps.call.attempts": ("attempts", "tentatives"),
    "steps.call.apart": ("between two attempts", "entre deux tentatives"),
    "steps.call.within": ("time for one attempt", "temps pour une tentative"),
    "steps.call.results.reached": ("when reached", "si le débiteur répond"),
    "steps.call.results.no_answer": ("when nobody answers", "si personne ne répond"),
    "steps.call.results.wrong_number": ("when the number is wrong", "si le numéro est faux"),
    "steps.call.results.no_answer_at_last": ("when no attempt is left", "quand il n'y a plus de tentative"),
    "steps.call.results.not_made": ("when the call is not made", "si l'appel n'est pas fait"),
    "steps.when": ("condition", "condition"),
    "steps.fork": ("way out", "voie"),
    "steps.tone": ("tone", "ton"),
    "steps.letter": ("text", "texte"),
    "steps.to": ("for", "destinataire"),
    "steps.pay_within": ("time to pay", "délai pour payer"),
    "steps.attach": ("attached", "pièces jointes"),
    "steps.approval": ("approval", "accord"),
    "steps.repeat": ("goes out", "envois"),
    "steps.if_missed": ("when its day was missed", "si son jour est passé"),
    "steps.if_unknown": ("when nobody knows whether it went out", "si personne ne sait si elle est partie"),
}

# What a value is called where the bare word would say too little, by its key; `none` is a key that is left out.
VALUES: dict[str, tuple[str, str]] = {
    "none": ("none", "rien"),
    "segment.none": ("all", "tous"),
    "country.none": ("all", "tous"),
    "amount.none": ("all", "tous"),
    "letter.none": ("the usual script", "le script habituel"),
    "title.none": ("none, the name is used", "aucun, le nom sert"),
    "pay_within.none": ("no deadline", "pas de délai"),
    "repeat.none": ("once", "une fois"),
    "attach.none": ("nothing", "rien"),
    "attach.letter": ("the letter as PDF", "le courrier en PDF"),
    "attach.statement": ("the statement", "le relevé"),
    "public_holidays.closed": ("no contact", "pas de contact"),
    "public_holidays.open": ("contact as on other days", "contact comme les autres jours"),
    "approval.required": ("a person must approve it", "une personne doit l'approuver"),
    "approval.not_needed": ("goes out without anybody's approval", "part sans l'accord de personne"),
    "indemnity.claimed": ("claimed", "demandée"),
    "indemnity.waived": ("waived", "abandonnée"),
    "if_missed.send_now": ("it goes out at once", "elle part aussitôt"),
    "if_missed.skip": ("it is left out", "elle est omise"),
    "if_missed.ask": ("a person is asked", "une personne est consultée"),
    "if_unknown.ask": ("a person is asked", "une personne est consultée"),
    "if_unknown.assume_sent": ("it counts as sent", "elle compte comme envoyée"),
    "try_again": ("try again", "nouvelle tentative"),
    "next_step": ("the next step", "l'étape suivante"),
}

# Values that are names of somebody's own: a segment may be called `public` without meaning the public.
NAMES = frozenset("policy title segment country currency letter time_zone subdivision contact_hours".split())


def say(code: str, language: str, **told: object) -> str:
    """A sentence or part of one by its code. KeyError for a code nobody defined."""
    return _chosen(WORDS[code], language).format_map(told)


def label(place: str, language: str) -> str:
    """What the key at a place is called; its own words where nobody gave it a name."""
    found = LABELS.get(place)
    return _chosen(found, language) if found else place.rpartition(".")[2].replace("_", " ")


def value_word(key: str, code: str, language: str) -> str:
    """A value that a key offers, in words; a name stays as it is."""
    if key in NAMES and code != "none":
        return code
    found = VALUES.get(f"{key}.{code}") or VALUES.get(code) or EXPLAINED.get(code)
    return _chosen(found, language) if found else code


def capital(sentence: str) -> str:
    """The sentence with a capital at its beginning: a step's name has none."""
    return sentence[:1].upper() + sentence[1:]


def _chosen(pair: tuple[str, str], language: str) -> str:
    return pair[language == "fr"]
