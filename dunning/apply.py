"""What happened changes what we know: `apply(case, fact) -> case`, total and repeatable; outside facts in any order."""

from __future__ import annotations

from dunning import change_course, change_money
from dunning import facts as f
from dunning.case import Case
from dunning.change import MOST_SEEN, change, replace

__all__ = ["apply", "change_course", "change_money", "was_seen"]  # the two modules register their rules by import


def apply(case: Case, fact: f.Fact) -> Case:
    """The case after the fact: a fact seen before changes nothing, and nonsense becomes a problem, never an error."""
    name = f"{f.fact_name(fact)}:{fact.id}"
    if name in case.seen:
        return _again(case, fact)
    changed = change(fact, case)
    return replace(changed, seen=(*changed.seen, name)[-MOST_SEEN:], seq=case.seq + 1)


def _again(case: Case, fact: f.Fact) -> Case:
    """A fact that came twice: only money that changed under the same id is worth a word."""
    if isinstance(fact, f.PaymentReceived | f.CreditNoteIssued):
        told = change(fact, case)
        return replace(told, seq=case.seq + 1) if told.problems != case.problems else case
    return case


def was_seen(case: Case, fact: f.Fact) -> bool:
    """Whether the fact came before."""
    return f"{f.fact_name(fact)}:{fact.id}" in case.seen
