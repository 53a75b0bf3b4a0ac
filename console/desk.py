"""What every command works with: the settings, the ledger, and the door to running cases."""

from __future__ import annotations

import asyncio
import getpass
import logging
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeVar

from activities.plain import one_line
from activities.settings import Settings, load_settings
from console.imports.cells import case_id as id_of
from console.output import COULD_NOT_RUN, Stop
from dunning.policy import Policy
from ledger.cases import CaseRow, case
from ledger.errors import CaseMissing
from ledger.policies import policy
from ledger.store import Ledger

T = TypeVar("T")


class Desk:
    """One per command. The ledger must have been made; `make=True` makes it, for commands that bring something in."""

    def __init__(self, make: bool = False) -> None:
        self.settings: Settings = load_settings()
        self.ledger = Ledger(self.settings.database_url)
        if make:
            self.ledger.migrate()
        elif not self.ledger.schema_is_current():
            self.ledger.refuse_newer()
            raise Stop(
                "The ledger has no tables of this release yet. Run `relance up`, or `relance import FILE.csv`.",
                COULD_NOT_RUN,
            )

    @property
    def language(self) -> str:
        """The language of reasons: RELANCE_LANGUAGE."""
        return self.settings.language

    def case(self, case_id: str) -> CaseRow:
        """The case as the ledger has it, by its id or its invoice's number; a refusal when there is none."""
        with self.ledger.read() as db:
            for known_as in (case_id, id_of(case_id)):
                try:
                    return case(db, known_as)
                except CaseMissing:
                    continue
        raise Stop(f"There is no case {one_line(case_id)}. `relance case list` shows those there are.")

    def policy_of(self, row: CaseRow) -> Policy:
        """The very policy that the case is pinned to."""
        with self.ledger.read() as db:
            return Policy.model_validate(policy(db, row.policy_hash)["policy"])

    def at_the_door(self, act: Callable[..., Awaitable[T]]) -> T:
        """Run `act(cases)` with a connection to Temporal. CannotRun when there is none, Stop when it breaks."""
        from temporalio.service import RPCError

        from console.cases import Cases
        from worker import connect

        async def inside() -> T:
            return await act(Cases(await connect(self.settings, runtime=_runtime()), self.ledger))

        try:
            return asyncio.run(inside())
        except RPCError as error:
            words = f"The Temporal server does not answer any more ({error.message})."
            raise Stop(f"{words} Start one with `relance up`.", COULD_NOT_RUN) from error


@cache
def _runtime() -> Any:
    """Temporal's own retries are no news to a person who waits for one command: only its errors are shown."""
    from console.telemetry import telemetry_runtime

    logging.getLogger("temporal").setLevel(logging.ERROR)
    logging.getLogger("console.encryption").setLevel(logging.CRITICAL)  # a missing key is told as the command's error
    return telemetry_runtime("127.0.0.1:0")


def operator() -> str:
    """Who sits at the keyboard, for the journal."""
    try:
        return getpass.getuser()[:80]
    except (KeyError, OSError, ImportError):
        return "unknown"
