"""What the doctor asks the ledger: does it answer, is it whole, and which cases and deliveries wait in vain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from activities.settings import Settings
from console.doctor.line import Line, ago, named, ok
from console.logs import scrubbed
from ledger.deliveries import DeliveryRow, deliveries_in
from ledger.journal import check_cases, verify_journal
from ledger.lists import CaseFilter, counts, list_cases
from ledger.sending import brake
from ledger.store import Ledger
from ledger.stuck import StuckCase, stuck_cases

LATE = timedelta(hours=1)
SENDING_LATE = timedelta(minutes=30)  # a step is tried for a quarter of an hour
SAMPLE = 50  # cases whose journal is checked without --all
_SQLITE = "sqlite:///"

# In the order in which they are told: what was found, and what to do.
_AILMENTS = {
    "nobody_moves_it": (
        "are open and have neither timer, hold nor task",
        "A defect: `relance case show CASE`, then `relance hold CASE` and `relance release CASE` decides it anew.",
    ),
    "overdue": (
        "should have gone on over an hour ago",
        "Is a worker running, and can it reach the ledger? See its log; `relance resume` starts lost runs.",
    ),
    "performing": (
        "have been at one step for over an hour",
        "Is a worker running, and its provider up? `relance case show CASE` and the worker's log say more.",
    ),
    "undecided": (
        "came in over an hour ago and were never looked at",
        "Is a worker running? `relance resume` starts cases without a run.",
    ),
}


@dataclass(frozen=True)
class Memory:
    """The ledger at the moment of the look. `whole` checks every journal instead of a sample."""

    ledger: Ledger
    now: datetime
    whole: bool

    @property
    def where(self) -> str:
        """The ledger's address without its password."""
        # As the setting says it, without the driver's name.
        url = self.ledger.url.set(drivername=self.ledger.url.get_backend_name())
        return scrubbed(url.render_as_string(hide_password=True))

    def schema(self) -> list[Line]:
        """Whether it answers, with the tables of this release."""
        if self.ledger.schema_is_current():
            return [ok("ledger", f"answers, tables of revision {self.ledger.revision()}", self.where)]
        what = f"its tables are not those of this release (revision {self.ledger.revision() or 'none'})"
        advice = "Start a worker of this release, which brings older tables up; for newer tables upgrade this program."
        return [Line("ledger", "problem", what, self.where, advice)]

    def journal(self) -> list[Line]:
        """Whether the journals are as they were written: of all cases, or of those that changed last."""
        with self.ledger.read() as db:
            if self.whole:
                broken = list(verify_journal(db))
                looked_at = "of every case"
            else:
                cases = list_cases(db, CaseFilter(order="-changed_at", limit=SAMPLE))
                broken = [one for case in cases for _, found in check_cases(db, case.id) for one in found]
                looked_at = f"of the {len(cases)} cases that changed last (--all checks every one)"
        if not broken:
            return [ok("journal", f"as it was written, {looked_at}", self.where)]
        ids = tuple(dict.fromkeys(one.case_id for one in broken))
        what = f"{len(broken)} breaks, {looked_at}; first: case {broken[0].case_id}, {broken[0].what}"
        advice = "`relance journal verify` lists them. Keep the database as it is and compare it with a backup."
        return [Line("journal", "problem", what, self.where, advice, ids)]

    def cases(self) -> list[Line]:
        """Open cases that do not go on."""
        with self.ledger.read() as db:
            stuck = sorted(stuck_cases(db, self.now, LATE), key=lambda one: one.ailment)
            count = counts(db)
        if not stuck:
            return [ok("cases", f"{count.open} open, none stuck; {count.closed} closed", self.where)]
        return [
            self._stuck(ailment, list(found)) for ailment, found in groupby(stuck, key=lambda one: str(one.ailment))
        ]

    def _stuck(self, ailment: str, found: list[StuckCase]) -> Line:
        what, advice = _AILMENTS[ailment]
        ids = tuple(one.case_id for one in found)
        oldest = ago(self.now - min(one.since for one in found))
        return Line("cases", "problem", f"{len(ids)} {what}, since {oldest}: {named(ids)}", self.where, advice, ids)

    def sending(self) -> list[Line]:
        """Whether the brake holds everything back."""
        with self.ledger.read() as db:
            last = brake(db)
        if last is None or last.act != "stopped":
            return [ok("sending", "is on", self.where)]
        what = f"stopped since {ago(self.now - last.at)} by {last.acted_by}: {last.why}"
        advice = "`relance sending` says what was foreseen; `relance sending resume --why ...` lets it go on."
        return [Line("sending", "problem", what, self.where, advice)]

    def deliveries(self) -> list[Line]:
        """Deliveries of which nobody knows whether they went out."""
        with self.ledger.read() as db:
            unknown = deliveries_in(db, "unknown")
            sending = [one for one in deliveries_in(db, "sending") if one.claimed_at < self.now - SENDING_LATE]
        lines = []
        if sending:
            advice = "The worker that sent them died: the next try records them as unknown. Is a worker running?"
            lines.append(self._unclear("sending", sending, advice))
        if unknown:
            advice = f"Ask the provider, then tell: relance delivery {unknown[0].key} delivered (or bounced)."
            lines.append(self._unclear("unknown", unknown, advice))
        return lines or [ok("deliveries", "none unknown, none half sent", self.where)]

    def _unclear(self, state: str, found: list[DeliveryRow], advice: str) -> Line:
        keys = tuple(one.key for one in found)
        oldest = ago(self.now - min(one.claimed_at for one in found))
        what = f"{len(keys)} {state} for up to {oldest}: {named(keys)}"
        return Line("deliveries", "warning" if state == "unknown" else "problem", what, self.where, advice, keys)


def no_file(settings: Settings) -> list[Line]:
    """A line when the ledger is a file that is not there: opening it would make an empty one."""
    if not settings.database_url.startswith(_SQLITE):
        return []
    file = Path(settings.database_url.removeprefix(_SQLITE))
    if file.exists():
        return []
    advice = "Run `relance up` or `relance import FILE.csv`, or check RELANCE_DATABASE_URL and RELANCE_VAR_DIR."
    return [Line("ledger", "problem", "there is no ledger yet", str(file), advice)]
