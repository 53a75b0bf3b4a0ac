"""What a story expects and what happens, in the words of a credit manager, in English and French."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from activities.plain import one_line
from console.stories.story import Expected, Line
from dunning.explain_words import WORDS as EXPLAINED
from dunning.explain_words import weekday, word
from dunning.policy import Policy
from dunning.reasons import SENTENCES, Because

_WIDEST = 56

# By code, in English and in French.
WORDS: dict[str, tuple[str, str]] = {
    "sends": ("{step} goes out", "{step} part"),
    "calls": ("{step}: a collector is asked to call", "{step} : un appel est demandé"),
    "hands_over": ("the file goes to: {route}", "le dossier est transmis : {route}"),
    "skips": ("{step} is left out", "{step} est omis"),
    "asks": ("a person is asked: {why}", "une personne est consultée : {why}"),
    "closes": ("the case is closed: {why}", "le dossier est clos : {why}"),
    "waits": ("the case waits: {why}", "le dossier attend : {why}"),
    "notes": ("it is noted: {why}", "il est noté : {why}"),
    "refuses": ("an act is refused: {what}", "un acte est refusé : {what}"),
    "paid": ("paid", "payé"),
    "paid_within_tolerance": ("paid within the tolerance", "payé dans la tolérance"),
    "credited": ("settled by credit notes", "soldé par avoir"),
    "written_off": ("written off", "passé en perte"),
    "withdrawn": ("withdrawn", "retiré"),
    "at": ("{day} at {hour}", "{day} à {hour}"),
    "expected_on": ("expected on {on}: {what}", "attendu le {on} : {what}"),
    "same_later": ("; it happens on {on}, {distance} later", " ; cela arrive le {on}, {distance} plus tard"),
    "same_earlier": ("; it happens on {on}, {distance} earlier", " ; cela arrive le {on}, {distance} plus tôt"),
    "same_day": ("; it happens that day at {hour}", " ; cela arrive ce jour-là à {hour}"),
    "one_day": ("one day", "un jour"),
    "days": ("{n} days", "{n} jours"),
    "other_reason": (
        "on {on}, as expected, {what}; but for another reason than the expected “{expected}”",
        "le {on}, comme attendu, {what} ; mais pour une autre raison que « {expected} »",
    ),
    "instead": ("; what happens that day instead: {what}", " ; ce qui arrive ce jour-là : {what}"),
    "missing": ("; it does not happen", " ; cela n'arrive pas"),
    "unexpected": ("not expected: on {on}, {what}", "non attendu : le {on}, {what}"),
    "then": (" At that moment: {why}", " À ce moment : {why}"),
    "because": (" Why: {why}", " Pourquoi : {why}"),
    "no_contact": (
        " {day} is no day of contact there (weekend or holiday).",
        " Le {day} n'est pas un jour de contact (fin de semaine ou jour férié).",
    ),
    "after_end": (" The story ends on {day} (`until`).", " L'histoire s'arrête le {day} (`until`)."),
    "expected": ("expected", "attendu"),
    "happens": ("what happens", "ce qui arrive"),
    "passes": ("ok  ", "ok  "),
    "fails": ("FAIL", "NON "),
    "line": ("line {n}: {told}", "ligne {n} : {told}"),
    "same": ("the same", "de même"),
    "summary": ("{told}: {passed}, {failed}.", "{told} : {passed}, {failed}."),
    "stories": ("{n} stories", "{n} histoires"),
    "one_story": ("1 story", "1 histoire"),
    "pass": ("{n} come true", "{n} se vérifient"),
    "one_pass": ("1 comes true", "1 se vérifie"),
    "fail": ("{n} do not", "{n} non"),
    "one_fail": ("1 does not", "1 non"),
    "no_fail": ("none fails", "aucune n'échoue"),
    "durable": ("in the real workflow", "dans le vrai workflow"),
    "otherwise": (
        "By the rules: {rules}. In the workflow: {workflow}.",
        "Selon les règles : {rules}. Dans le workflow : {workflow}.",
    ),
    "knows_otherwise": (
        "At the end, {what}: {rules} by the rules, {workflow} in the workflow.",
        "À la fin, {what} : {rules} selon les règles, {workflow} dans le workflow.",
    ),
    "refused_otherwise": (
        "Acts refused: {rules} by the rules, {workflow} in the workflow.",
        "Actes refusés : {rules} selon les règles, {workflow} dans le workflow.",
    ),
    "task_missing": (
        "The task {task} is not open in the workflow.",
        "La tâche {task} n'est pas ouverte dans le workflow.",
    ),
    "task_more": (
        "The task {task} is open in the workflow only.",
        "La tâche {task} n'est ouverte que dans le workflow.",
    ),
    "nothing": ("nothing", "rien"),
    "nothing_more": ("nothing more", "plus rien"),
    "not_lived": (
        "The workflow did not come to the story's end: {why}",
        "Le workflow n'est pas arrivé à la fin de l'histoire : {why}",
    ),
    "too_long": ("it was not done after {n} seconds.", "il n'a pas fini en {n} secondes."),
    "steps": ("steps", "étapes"),
    "branches": ("branches", "branches"),
    "conditions": ("conditions", "conditions"),
    "call_results": ("call results", "résultats d'appel"),
    "missed_days": ("missed days", "jours manqués"),
    "reactions": ("reactions", "réactions"),
    "closings": ("closings", "clôtures"),
    "of": ("{n} of {all} {what}", "{n} {what} sur {all}"),
    "reaches": ("{policy} ({stories}): {counts}", "{policy} ({stories}) : {counts}"),
    "not_reached": ("not reached, {kind}: {what}", "non atteint, {kind} : {what}"),
    "branch": ("branch {n} of {step} ({route})", "branche {n} de {step} ({route})"),
    "met": ("{step} with its condition met", "{step} avec sa condition remplie"),
    "not_met": ("{step} with its condition not met", "{step} avec sa condition non remplie"),
    "call_reached": ("{step}: reached", "{step} : joint"),
    "call_promised": ("{step}: promised", "{step} : promesse"),
    "call_disputed": ("{step}: disputed", "{step} : contesté"),
    "call_wrong_number": ("{step}: wrong number", "{step} : mauvais numéro"),
    "call_no_answer": ("{step}: no answer", "{step} : pas de réponse"),
    "call_no_answer_at_last": ("{step}: no answer at last", "{step} : pas de réponse au bout du compte"),
    "call_not_made": ("{step}: not made in time", "{step} : non passé à temps"),
    "missed_skip": ("{step} left out because its day was missed", "{step} omis car son jour est passé"),
    "missed_ask": ("a person asked because the day of {step} was missed", "question car le jour de {step} est passé"),
    "late_entry": ("entry by age", "entrée selon l'âge"),
    "dispute": ("a dispute", "un litige"),
    "broken_promise": ("a broken promise", "une promesse rompue"),
    "defaulted_plan": ("a defaulted plan", "un échéancier rompu"),
    "reversed_payment": ("a reversed payment", "un paiement rejeté"),
    "hold": ("a hold", "une suspension"),
    "cannot": ("cannot be told", "ne peut pas être racontée"),
}


def say(code: str, language: str, **told: object) -> str:
    """The words of a code, in French for `fr`, else in English."""
    return WORDS[code][language == "fr"].format_map(told)


def counted(code: str, number: int, language: str) -> str:
    """`3 stories`, `1 story`."""
    none = f"no_{code}"
    if number == 0 and none in WORDS:
        return say(none, language)
    one = {"stories": "one_story", "days": "one_day"}.get(code, f"one_{code}")
    return say(one if number == 1 else code, language, n=number)


def short_day(on: date, language: str) -> str:
    """`Mon 2026-03-02`."""
    return f"{weekday(on, language)} {on:%Y-%m-%d}"


def long_day(on: date, language: str) -> str:
    """`Mon 2 March 2026`."""
    return format_date(on, "EEE d MMMM y", locale="fr" if language == "fr" else "en")


def _cut(told: str) -> str:
    """Short enough for one side of a table; the whole is said below it."""
    return told if len(told) <= _WIDEST else f"{told[: _WIDEST - 1].rstrip()}…"


@dataclass(frozen=True)
class Speech:
    """Says the lines of one policy's stories in one language."""

    policy: Policy
    language: str

    def expected(self, told: Expected, like: Line | None = None) -> str:
        """What was expected, in words; `like` lends its words to a reason that is the same."""
        why = like.why if like and like.why and like.why.code == told.noun else None
        return self._said(told.verb, told.noun, why or Because(code=told.noun) if told.noun in SENTENCES else None)

    def happened(self, line: Line) -> str:
        """What happened, in words."""
        return self._said(line.verb, line.noun, line.why)

    def _said(self, verb: str, noun: str, why: Because | None) -> str:
        step = self.policy.find(noun)
        reason = ""
        if verb == "closes" and noun in WORDS:
            reason = say(noun, self.language)
        elif why:
            reason = why.text(self.language).rstrip(".")
        route = word(noun, self.language) if verb == "hands_over" and noun in EXPLAINED else noun
        told = say(verb, self.language, step=step.words if step else noun, why=reason, route=route, what=noun)
        return one_line(told, 400)  # titles and reasons come from files

    def on(self, told: Expected | Line) -> str:
        """`Mon 2 March 2026 at 09:00`, without the hour where none was said."""
        if isinstance(told, Line):
            return self.moment(told.on)
        if len(told.on) > 10:
            return self.moment(datetime.fromisoformat(told.on))
        return long_day(date.fromisoformat(told.on), self.language)

    def moment(self, at: datetime) -> str:
        """`Mon 2 March 2026 at 09:00`, by the clock of the moment given."""
        return say("at", self.language, day=long_day(at, self.language), hour=f"{at:%H:%M}")

    def short(self, told: Expected | Line, like: Line | None = None) -> str:
        """`Mon 2026-03-02 09:00  Firm reminder goes out`, for a table; `like` as in `expected`."""
        if isinstance(told, Line):
            return f"{short_day(told.on, self.language)} {told.on:%H:%M}  {_cut(self.happened(told))}"
        hour = told.on[11:] or "     "
        return f"{short_day(date.fromisoformat(told.on[:10]), self.language)} {hour}  {_cut(self.expected(told, like))}"

    def reason(self, code: str, step: str | None) -> str:
        """A reason by its code, in words with gaps, of the step when one is known."""
        found = self.policy.find(step or "")
        words = {"step": found.words} if found else {}
        return Because(code=code, words=words).text(self.language).rstrip(".") if code in SENTENCES else code
