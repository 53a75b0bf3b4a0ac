"""What a chaos run comes to: the counts, and whether every process ended as it should."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from console.cases import Cases
from tests.chaos import Run, identity
from tests.chaos_book import Planned
from tests.chaos_count import Count, Evidence, count
from tests.chaos_seen import begun_after_payment, decided_after_payment, look
from tests.chaos_weather import FULL

_SWALLOWED = ("Failed activation", "Failing workflow task", "Failed decoding", "Failed handling")

_AWAY = "a defect: OperationalError"


@dataclass(frozen=True)
class Verdict:
    """The counts, what happened in the run, and what is wrong, in sentences."""

    count: Count
    evidence: Evidence
    figures: dict[str, int]

    @property
    def wrong(self) -> list[str]:
        return [f"{kind}: {sentence}" for kind, sentences in self.count.wrong.items() for sentence in sentences]

    def table(self) -> str:
        """Every figure on a line of its own."""
        counted = {kind: len(sentences) for kind, sentences in self.count.wrong.items()}
        return "\n".join(f"{name:<28}{number:>7}" for name, number in (self.figures | counted).items())


async def prove(run: Run) -> Verdict:
    """Let the run happen, count, and end its processes. The caller closes the run, whatever happens."""
    client, cases = await run.go()
    evidence = await _evidence(run, client, cases)
    result = await asyncio.to_thread(count, run.ledger, evidence)
    late = await _after_payment(run, client, result)
    await asyncio.to_thread(_end, run, result)
    figures = {
        "seed": run.scale.seed,
        "cases": len(run.planned),
        **{f"befell: {kind}": number for kind, number in sorted(run.kills.items())},
        "kills": sum(number for kind, number in run.kills.items() if kind != FULL),
        "messages taken": len(run.mail.taken),
        "facts acknowledged": len(run.acknowledged),
        "acts refused": len(run.refused),
        "outcomes asked of a person": len(run.answered),
        "tries begun after a payment": late,
        "times the ledger was away": sum(log.read_text(errors="replace").count(_AWAY) for log in run.layout.logs()),
    }
    return Verdict(result, evidence, figures)


async def _evidence(run: Run, client: Client, cases: Cases) -> Evidence:
    return Evidence(
        planned=run.planned,
        taken=run.mail.taken,
        outbox=run.layout.outbox,
        acknowledged=run.acknowledged,
        answers=run.answered,
        seen=await look(client, cases, run.planned),
        sender=identity(),
    )


async def _after_payment(run: Run, client: Client, result: Count) -> int:
    """Note what was decided on after a payment in full; how many tries of an older decision began after it."""
    late = 0
    for one in _written_to_after_payment(run):
        for sentence in await decided_after_payment(client, one):
            result.note("sent after payment", sentence)
        late += await begun_after_payment(client, one)
    return late


def _written_to_after_payment(run: Run) -> Iterator[Planned]:
    for one in run.planned:
        paid_at = run.acknowledged[f"pay-{one.case_id}"] if one.story == "paid" else float("inf")
        if any(taken.to == one.address and taken.at > paid_at for taken in run.mail.taken):
            yield one


def _end(run: Run, result: Count) -> None:
    """The processes' last words: everybody leaves with the exit code that was promised."""
    for death in run.house.deaths:
        result.note("exit codes", death)
    journal = run.house.command("journal", "verify")
    if journal.returncode:
        result.note("exit codes", f"relance journal verify: {journal.returncode} {journal.stderr}")
    for code in run.house.stop_workers():
        if code:
            result.note("exit codes", f"a worker ended with {code} on SIGTERM")
    for code in run.commands:
        if code:
            result.note("exit codes", f"a command ended with {code}")
    for log in run.layout.logs():
        for line in swallowed(log):
            result.note("tasks failed", line)


def swallowed(log: Path) -> Iterator[str]:
    """Workflow tasks that failed and were tried again: a case may recover from them and still show a defect."""
    for line in log.read_text(errors="replace").splitlines():
        said = json.loads(line)["event"] if line.startswith("{") else line
        if any(words in said for words in _SWALLOWED) or said.startswith("Traceback"):
            yield said[:300]
