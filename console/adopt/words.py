"""The words in which a move of running cases is told, in English and French."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "cases_one": ("{n} case", "{n} dossier"),
    "cases": ("{n} cases", "{n} dossiers"),
    "none": ("No open case is like that.", "Aucun dossier ouvert n'est ainsi."),
    "meant": (
        "No {word} is called {told}: did you mean {near}?",
        "Il n'y a pas de {word} {told} : vouliez-vous dire {near} ?",
    ),
    "word_policy": ("policy", "politique"),
    "word_step": ("next step", "prochaine étape"),
    "word_segment": ("segment", "segment"),
    "chosen": ("{policy} ({hash}): {cases} chosen.", "{policy} ({hash}) : {cases} au choix."),
    "chosen_already": (
        "{policy} ({hash}): {cases} chosen, {n} of them follow it already.",
        "{policy} ({hash}) : {cases} au choix, dont {n} qui la suivent déjà.",
    ),
    "unchanged": ("unchanged", "inchangés"),
    "earlier": ("earlier", "plus tôt"),
    "later": ("later", "plus tard"),
    "other_step": ("with another step at the same moment", "avec une autre étape au même moment"),
    "decision": ("need a decision", "demandent une décision"),
    "title_earlier": ("The next contact comes earlier", "Le prochain contact vient plus tôt"),
    "title_later": ("The next contact comes later", "Le prochain contact vient plus tard"),
    "title_other_step": ("Another step at the same moment", "Une autre étape au même moment"),
    "title_decision": ("A person must decide first", "Une personne doit d'abord décider"),
    "title_reasons": ("What a person must decide", "Ce qu'une personne doit décider"),
    "title_refused": ("Refused", "Refusés"),
    "title_left": (
        "Left where they are: a person must decide first",
        "Laissés où ils sont : une personne doit d'abord décider",
    ),
    "most_frequent": (", the {n} most frequent", ", les {n} plus fréquentes"),
    "some_of": (", {n} of {all} (--json has all)", ", {n} sur {all} (tous avec --json)"),
    "case": ("case", "dossier"),
    "as_it_is": ("next, as it is", "ensuite, sans passage"),
    "when_moved": ("next, when moved", "ensuite, après passage"),
    "why": ("why", "raison"),
    "number": ("cases", "dossiers"),
    "person": ("a person", "une personne"),
    "another_look": ("another look", "nouvel examen"),
    "now": ("{who}, now", "{who}, maintenant"),
    "days": ("Steps due on the first days when moved: {days}.", "Étapes des premiers jours après passage : {days}."),
    "day": ("{day} {after} (as it is {before})", "{day} {after} (sans passage {before})"),
    "nothing_changed": (
        "Nothing was changed. --apply moves {cases}.",
        "Rien n'a été changé. Avec --apply, {cases} à faire passer.",
    ),
    "stays": (
        "A case that needs a decision stays as it is: see --missing, --map, --not-taken and --time.",
        "Un dossier qui demande une décision reste tel quel : voir --missing, --map, --not-taken et --time.",
    ),
    "moved": ("{cases} moved to {policy}.", "Passage à {policy} : {cases}."),
    "followed": (" {n} followed it before.", " Déjà sous elle : {n}."),
    "closed": (" {n} closed meanwhile.", " Clos entre-temps : {n}."),
    "stopped": (
        "Stopped: {rest} of {cases} were not reached.{why} Run the same command again.",
        "Arrêté : {rest} non atteints, sur {cases}.{why} Relancer la même commande.",
    ),
    "map_unused": (
        "--map {old}=…: no case that is chosen has the step {old} in its policy.",
        "--map {old}=… : aucun dossier choisi n'a l'étape {old} dans sa politique.",
    ),
}


def say(code: str, language: str, **told: object) -> str:
    """The words of a code, in French for `fr`, else in English. KeyError for a code nobody defined."""
    return WORDS[code][1 if language == "fr" else 0].format_map(told)


def counted(number: int, language: str) -> str:
    """So many cases."""
    one = number == 1 or (number == 0 and language == "fr")
    return say("cases_one" if one else "cases", language, n=number)
