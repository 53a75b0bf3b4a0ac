"""What an earlier try did before it could tell the case: so that nothing is lost or done twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from activities.letters import Texts
from activities.performing import Room
from dunning import facts as f
from dunning.case import Case
from dunning.decision import Perform
from dunning.performing import sent
from dunning.policy import Policy, Step
from dunning.schedule import Place
from ledger.book import Debtor
from ledger.cases import CaseRow
from ledger.deliveries import Covered, DeliveryRow, mark_unknown

_LOOKED_AT = 100  # of the facts that a case has seen, the newest: older ones may have been forgotten


@dataclass(frozen=True)
class Known:
    """What the ledger says before anything is decided."""

    case: Case
    policy: Policy
    texts: Texts
    debtor: Debtor
    earlier: tuple[DeliveryRow, ...]
    lost_at: datetime | None = None  # of the newest contact that the case remembers and the ledger does not


def newest(case: Case, kept: CaseRow) -> Case:
    """The case as the ledger has it when it went on from this one (an answer was lost), else this one."""
    if kept.seq <= case.seq:
        return case
    later = Case.model_validate(kept.state)
    return later if set(case.seen[-_LOOKED_AT:]) <= set(later.seen) else case


def lost_at(case: Case, kept: CaseRow, earlier: tuple[DeliveryRow, ...]) -> datetime | None:
    """When the newest contact was made that the ledger forgot: it is older than the case, an old backup perhaps."""
    if kept.seq >= case.seq:
        return None
    there = {(covered.step, covered.occurrence) for row in earlier for covered in row.covers}
    gone = (r.at for r in case.steps if r.done and r.channels and (r.step, r.occurrence) not in there)
    return max(gone, default=None)


def untold(room: Room, known: Known, now: datetime, doing: Perform | None = None) -> list[f.Fact]:
    """Deliveries that the case does not know of: sent ones are told, open ones are unknown.

    What the step that is being carried out made is left to it: it goes on where it was interrupted.
    """
    own = (doing.step, doing.occurrence) if doing else None
    found: list[f.Fact] = []
    for row in known.earlier:
        for covered in row.covers:
            step = known.policy.find(covered.step)
            at = (covered.step, covered.occurrence)
            if covered.case_id != known.case.id or step is None or row.letter == "handover" or at == own:
                continue
            if row.state == "sent" and row.channel == _first(step) and not _known_to(known.case, covered):
                found.append(_was_sent(known, row, covered, now))
            elif row.state == "sending" and not room.senders[row.channel].idempotent:
                found.append(_nobody_knows(room, row, now))
    return found


def _first(step: Step) -> str:
    return str((step.channels or ("",))[0])


def _known_to(case: Case, covered: Covered) -> bool:
    return any((r.step, r.occurrence) == (covered.step, covered.occurrence) for r in case.steps)


def _was_sent(known: Known, row: DeliveryRow, covered: Covered, now: datetime) -> f.Fact:
    step = known.policy.find(covered.step)
    if step is None:
        raise ValueError(f"{known.policy.policy} has no step {covered.step!r}")
    went = {other.channel for other in known.earlier if other.state == "sent" and covered in other.covers}
    wanted = [str(channel) for channel in step.channels or ()]
    missing = {channel: "not sent: something happened first" for channel in wanted if channel not in went}
    here = Place(known.policy, known.case, step, covered.occurrence)
    channels = tuple(channel for channel in wanted if channel in went)
    return sent(here, row.sent_at or now, channels, missing=missing)


def _nobody_knows(room: Room, row: DeliveryRow, now: datetime) -> f.Fact:
    with room.ledger.write() as db:
        mark_unknown(db, row.key, "interrupted between sending and the answer")
    words = f"{row.key}: nobody can know whether it went out"
    return f.FactRefused(id=f"unknown-{row.id}", at=now, code="unreadable_fact", detail=words)
