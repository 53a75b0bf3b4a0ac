"""How a fact may change a case: the pieces that every rule of change is made of."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from typing import Any

from dunning import facts as f
from dunning.case import Case, Problem, Question
from dunning.making import remade

MOST_SEEN = 500
MOST_PROBLEMS = 50
_SUMMED = frozenset({"invoice", "payments", "credits", "disputes"})
_SUMS = ("balance", "upheld", "contested", "outstanding")  # what a case works out of them


@singledispatch
def change(fact: f.Fact, case: Case) -> Case:
    raise TypeError(f"no rule for {type(fact).__name__}")


def replace(case: Case, **fields: Any) -> Case:
    return remade(case, fields, () if _SUMMED.isdisjoint(fields) else _SUMS)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((m for m in (one, other) if m), default=None)


def resume(case: Case, at: datetime, **fields: Any) -> Case:
    return replace(case, resumed_at=_later(case.resumed_at, at), **fields)


def with_problem(case: Case, key: str, code: str, **words: str) -> Case:
    """The case with something more for a person to look at, unless it is there or was settled."""
    if key in case.settled or any(p.key == key for p in case.problems):
        return case
    return replace(case, problems=(*case.problems, Problem(key=key, code=code, words=words))[-MOST_PROBLEMS:])


def ask(case: Case, question: Question) -> Case:
    others = tuple(q for q in case.questions if (q.code, q.step) != (question.code, question.step))
    return replace(case, questions=(*others, question), approval=None)
