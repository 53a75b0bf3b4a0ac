"""The sentences about a case that is moved to another policy, in English and French."""

from __future__ import annotations

# code: (English, French). Words in braces are filled from the reason; part of `reasons.SENTENCES`.
MOVING: dict[str, tuple[str, str]] = {
    "floor_moved": (
        "{step} is due since {day}; the case was moved to {policy}, and nothing goes out on the day of a move.",
        "{step} est dû depuis le {day} ; le dossier est passé à {policy}, et rien ne part le jour d'un passage.",
    ),
    "kept": (
        "{step} is due on {day}: the time that remained was kept when the case was moved to {policy}.",
        "{step} est prévu le {day} : le délai restant a été gardé au passage à {policy}.",
    ),
    "went_under": (
        "{step} is behind: it is {was}, which the case had behind it when it was moved to {policy}.",
        "{step} est derrière : c'est {was}, que le dossier avait derrière lui au passage à {policy}.",
    ),
    "left_out_by_move": (
        "{step} never went out; {by} left it out when the case was moved to {policy} ({reason}).",
        "{step} n'est jamais parti ; {by} l'a omis au passage à {policy} ({reason}).",
    ),
    "left_out_by_rule": (
        "{step} never went out; {policy} would leave it out by its own condition.",
        "{step} n'est jamais parti ; {policy} l'omettrait par sa propre condition.",
    ),
    "not_again_by_move": (
        "{step} went out before the case was moved to {policy}, and is not sent again.",
        "{step} est parti avant le passage à {policy} et n'est pas envoyé de nouveau.",
    ),
    # Why a person must decide before a case can be moved.
    "move_already": (
        "The case follows this very text of {policy} already.",
        "Le dossier suit déjà ce texte de {policy}.",
    ),
    "move_stale": (
        "The case has changed since the plan was made: make the plan again.",
        "Le dossier a changé depuis le plan : refaire le plan.",
    ),
    "move_not_taken": (
        "{policy} does not take the invoice: {against}. To move it all the same, say so.",
        "{policy} ne prend pas la facture : {against}. Le dire expressément pour passer outre.",
    ),
    "move_no_such_step": (
        "{policy} has no step {step}.",
        "{policy} n'a pas d'étape {step}.",
    ),
    "move_lost_step": (
        "{policy} has no step {step}, which the case has behind it: say which step of {policy} it is.",
        "{policy} n'a pas d'étape {step}, que le dossier a derrière lui : dire à quelle étape elle correspond.",
    ),
    "move_missing_step": (
        "{policy} puts before {reached} what never went out: {steps}. Say whether to leave it out or to walk it.",
        "{policy} place avant {reached} ce qui n'est jamais parti : {steps}. Dire s'il faut l'omettre ou l'envoyer.",
    ),
    "move_approval": (
        "{step} waits for a person's approval or choice: give or refuse it first.",
        "{step} attend l'accord ou le choix d'une personne : répondre d'abord.",
    ),
    "move_approved": (
        "{step} is approved under the policy of today and about to go out: let it go first, or refuse it.",
        "{step} est approuvé sous la politique actuelle et va partir : le laisser partir d'abord, ou le refuser.",
    ),
    "move_call": (
        "{step}: a call is asked for or under way: record how it ended first.",
        "{step} : un appel est demandé ou en cours : en noter d'abord l'issue.",
    ),
    "move_question": (
        "A person is asked a question: answer it first.",
        "Une question est posée à une personne : y répondre d'abord.",
    ),
    "move_again": (
        "A person wants {step} out again: let it go first.",
        "Une personne veut renvoyer {step} : le laisser partir d'abord.",
    ),
    "move_formal": (
        "{step} is formal and would be due at once, on {day}.",
        "{step} est formel et serait dû aussitôt, le {day}.",
    ),
    "move_at_end": (
        "{policy} has no step left for this case: a person would have to decide what follows.",
        "{policy} n'a plus d'étape pour ce dossier : une personne devrait décider de la suite.",
    ),
    "move_closes": (
        "The move would close the case at once.",
        "Le passage clôturerait aussitôt le dossier.",
    ),
    "move_breaks": (
        "The move would change at once what is agreed, or ask a person.",
        "Le passage changerait aussitôt ce qui est convenu, ou poserait une question.",
    ),
}
