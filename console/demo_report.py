"""What the demo shows at its end: what happened to each case and why, the files made, and what to try."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from activities.settings import Settings
from console.output import out, reason, table
from dunning.case import Case
from ledger.cases import case as case_row
from ledger.lists import CaseFilter, CaseLine, counts, list_cases
from ledger.store import Ledger

MOST_ROWS = 40  # a larger portfolio is summed up instead of listed
MOST_NAMES = 12


def what_happened(ledger: Ledger, settings: Settings) -> None:
    with ledger.read() as db:
        lines = list_cases(db, CaseFilter(order="id", limit=100_000))
        if len(lines) > MOST_ROWS:
            _summary(ledger, lines)
            return
        rows = [_row(line, Case.model_validate(case_row(db, line.id).state), settings.language) for line in lines]
    table("What happened, and why", ("Case", "Debtor", "Due", "Owed >", "Went out here", "Next, and why"), rows)


def _row(line: CaseLine, case: Case, language: str) -> tuple[Any, ...]:
    return (
        line.id,
        line.debtor_name,
        line.due_date,
        line.outstanding,
        ", ".join(_done(case)) or "nothing yet",
        reason(line.because, language),
    )


def _done(case: Case) -> list[str]:
    """What went out or was asked for since the case came here."""
    sent = [f"{r.step} ({', '.join(r.channels) or r.route})" for r in case.steps if r.done and r.why != "taken_over"]
    return sent + [f"{call.step}: call asked for" for call in case.calls if call.result is None]


def _summary(ledger: Ledger, lines: list[CaseLine]) -> None:
    done: Counter[tuple[str, str]] = Counter()
    with ledger.read() as db:
        for line in lines:
            for what in _done(Case.model_validate(case_row(db, line.id).state)) or ["nothing yet"]:
                done[line.policy_name, what] += 1
        kept = counts(db)
    table("What happened", ("Policy", "Step", "Cases >"), [(*what, count) for what, count in sorted(done.items())])
    table("Work for people", ("Task", "Open >"), sorted(kept.open_tasks.items()))


def standing(ledger: Ledger, case_id: str, language: str) -> str:
    with ledger.read() as db:
        row = case_row(db, case_id)
    return f"{row.status if row.status == 'closed' else row.doing}: {reason(row.because, language)}"


def files_made(settings: Settings) -> None:
    """Where the e-mails, letters and files lie; the names, when they are not too many."""
    out("\nFiles produced:")
    for folder in sorted(settings.outbox.iterdir()):
        names = sorted(file.name for file in folder.iterdir() if file.suffix != ".json")
        out(f"  {len(names)} in {folder}")
        for name in names[:MOST_NAMES]:
            out(f"      {name}")
        if len(names) > MOST_NAMES:
            out(f"      ... and {len(names) - MOST_NAMES} more")


def what_next(show_sample: bool, stays: bool, folder: Path, ui_address: str | None) -> None:
    """What the reader may try now."""
    if not stays:
        out("\nTry next: `make demo` stays up, so that you can pay, dispute and promise by hand.")
        return
    out(f"\nTry next, in another terminal, after  export RELANCE_VAR_DIR={folder}")
    week = datetime.now(UTC).date() + timedelta(days=7)
    tries = [
        ("relance task list", "what waits for a person"),
        (f"http://{ui_address}", "the workflows, on Temporal's page"),
    ]
    if show_sample:
        tries = [
            ("relance case why DEMO-107", "why this case stands where it stands"),
            (f"relance call DEMO-113 promised --for {week}", "the debtor promised on the phone"),
            ("relance pay DEMO-101 1240.00 --id bank-1", "the money came"),
            *tries,
        ]
    for command, meaning in tries:
        out(f"  {'.venv/bin/' * command.startswith('relance')}{command:<50} {meaning}")
    out("Ctrl-C ends the demo.")
