"""A comparison of policies as JSON, for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from console.diff.book import ForWhom
from console.diff.compared import Told
from console.diff.files import Named
from console.imports.rows import Fault
from console.rehearsal.book import MOST_FAULTS
from dunning.money import Money


def as_json(told: Told, book: ForWhom | None) -> dict[str, Any]:
    """Everything that differs, and `book` for whom; null where no book was asked."""
    return {
        "differences": told.differences,
        "policies": [
            {
                "policy": couple.new.text.policy.policy,
                "old": couple.old.source,
                "new": couple.new.source,
                "changes": couple.changes,
                "cautions": couple.cautions,
                "renamed": couple.steps.renamed,
                "invoice": couple.invoice,
                "dates": [{"step": one.step.step, "old": one.old, "new": one.new} for one in couple.walked],
            }
            for couple in told.couples
        ],
        "gone": [_named(one) for one in told.gone],
        "added": [_named(one) for one in told.added],
        "book": _book(book) if book else None,
    }


def _named(one: Named) -> dict[str, str]:
    return {"policy": one.text.policy.policy, "source": one.source}


def _book(found: ForWhom) -> dict[str, Any]:
    impact = found.impact
    return {
        "from": found.since,
        "until": found.until,
        "invoices": impact.invoices,
        "affected": impact.affected,
        "contacts": impact.kinds,
        "steps": [
            {
                "policy": policy,
                "step": step,
                "title": found.titles.get((policy, step), step),
                "before": one.old,
                "now": one.new,
                "contacts": one.kinds,
                "days_moved": one.days_moved,
                "asked_before": _sums(one.old_amounts),
                "asked_now": _sums(one.new_amounts),
            }
            for (policy, step), one in impact.steps.items()
        ],
        "channels": {channel: _pair(pair) for channel, pair in impact.channels.items()},
        "days": {day.isoformat(): _pair(pair) for day, pair in sorted(impact.days.items())},
        "other_policy": [
            {"before": old, "now": new, "invoices": number}
            for (old, new), number in impact.policies.items()
            if old and new and old != new
        ],
        "most_days": [one.row for one in impact.farthest],
        "largest_amounts": [one.row for one in impact.dearest],
        "unread": {"count": found.unread.count, "first": found.unread.faults},
        "newly_refused": _faults(found.newly_refused),
        "newly_taken": _faults(found.newly_taken),
        "taken_by_neither": found.elsewhere,
        "assumptions": found.assumptions,
    }


def _faults(faults: tuple[Fault, ...]) -> dict[str, Any]:
    return {"count": len(faults), "first": faults[:MOST_FAULTS]}


def _pair(pair: list[int]) -> dict[str, int]:
    return {"before": pair[0], "now": pair[1]}


def _sums(minor: Counter[str]) -> list[Money]:
    return [Money(minor=sum_, currency=code) for code, sum_ in sorted(minor.items())]
