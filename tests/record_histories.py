"""Records a history of every kind of case from the real workflow on a real server: `python -m tests.record_histories`.

A history that was recorded stays: it stands for the cases that a release left open, and every later release must read
it. So only kinds without a history are recorded, and a kind whose story changes gets a new name. With `--anew FOLDER`
all are recorded into another folder, to compare.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

import activities.cases
from console.leave import leave
from console.stories.house import SKIPPING
from tests import recorded_cases, recorded_trouble
from tests.durable import Room
from tests.plain_history import HISTORIES, payloads, plain, save
from tests.recorded_kinds import KINDS, Kind
from tests.recording_room import Clock, Teller
from tests.temporal_env import temporal_binary

__all__ = ["recorded_cases", "recorded_trouble"]  # the kinds register themselves by import

MANIFEST = "manifest.json"
_SHORT_RUNS = "limit.historyCount.suggestContinueAsNew=40"


def shown(file: Path) -> dict[str, list[str]]:
    """What a recorded history shows: facts taken in, decisions made, and the ways things went out, as sorted names."""
    facts: set[str] = set()
    decisions: set[str] = set()
    ways: set[str] = set()
    for value in payloads(file):
        if not isinstance(value, dict):
            continue
        case, decision = value.get("case") or {}, value.get("decision") or {}
        facts |= {name.partition(":")[0] for name in case.get("seen", [])}
        decisions |= {" ".join(decision[key] for key in ("do", "kind", "outcome") if key in decision)} - {""}
        for record in case.get("steps", []):
            ways |= {*record.get("channels", []), record.get("route", "")} - {""}
    return {"facts": sorted(facts), "decisions": sorted(decisions), "ways": sorted(ways)}


async def record(kinds: Iterable[Kind], folder: Path) -> None:
    """Record these kinds into the folder, and write its manifest anew."""
    wanted = list(kinds)
    for short_runs in (False, True):
        some = [kind for kind in wanted if kind.short_runs == short_runs]
        if some:
            async with _server(*([_SHORT_RUNS] if short_runs else [])) as env:
                for kind in some:
                    await _record(env, kind, folder)
    (folder / MANIFEST).write_text(manifest(folder), encoding="utf-8")


def manifest(folder: Path) -> str:
    """Says for each history of the folder which kind of case it is and what it shows."""
    lines: dict[str, Any] = {}
    for file in sorted(folder.glob("*.json.gz")):
        name = file.name.removesuffix(".json.gz")
        kind = KINDS[name.partition("~")[0]]
        lines[name] = {"kind": kind.name, "story": kind.story, **shown(file)}
    return json.dumps(lines, indent=1, ensure_ascii=False) + "\n"


@asynccontextmanager
async def _server(*options: str) -> AsyncIterator[WorkflowEnvironment]:
    env = await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
        dev_server_extra_args=[part for value in (*SKIPPING, *options) for part in ("--dynamic-config-value", value)],
    )
    async with env:
        yield env


async def _record(env: WorkflowEnvironment, kind: Kind, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patch:
        room = Room(env, Path(scratch), queue=f"recording-{kind.name}")
        teller = Teller(room, Clock(room.activities), kind.name)
        patch.setattr(activities.cases, "_server_time", teller.clock.now)
        teller.owner()
        async with teller.hired:
            await asyncio.wait_for(kind.tell(teller), 60)
        room.ledger.close()
    for number, run in enumerate(teller.runs, start=1):
        handle = env.client.get_workflow_handle(f"case/{kind.name}", run_id=run.run_id)
        name = kind.name if len(teller.runs) == 1 else f"{kind.name}~{number}"
        save(folder / f"{name}.json.gz", plain(await handle.fetch_history(), run.shift))


def main() -> None:
    """Record the kinds that have no history yet, or all of them into another folder."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--anew", type=Path, metavar="FOLDER", help="record every kind, into this folder")
    wanted.add_argument("kinds", nargs="*", metavar="KIND", help="only these kinds")
    told = wanted.parse_args()
    folder: Path = told.anew or HISTORIES
    folder.mkdir(parents=True, exist_ok=True)
    there = {file.name.removesuffix(".json.gz").partition("~")[0] for file in folder.glob("*.json.gz")}
    missing = [kind for name, kind in KINDS.items() if name not in there and (not told.kinds or name in told.kinds)]
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)  # failures are part of what is recorded
    asyncio.run(record(missing, folder))
    sys.stdout.write(f"{len(missing)} kinds recorded in {folder}, {len(KINDS)} in all.\n")
    leave(0)


if __name__ == "__main__":
    main()
