"""Carrying out one step: its messages, its call task, or its hand-over file; the result is a fact for the case."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import ValidationError

from activities.brake import Brake
from activities.composing import Subject, outgoing
from activities.creditor import Creditor
from activities.delivering import Delivered, Errand, deliver
from activities.documents import DocumentBroken
from activities.handover import covering, dossier
from activities.letter_text import LetterBroken
from activities.letters import LetterMissing
from activities.message import Senders, TryLater
from dunning import facts as f
from dunning.decision import Perform
from dunning.performing import call_requested, handed_over, sent
from ledger.deliveries import Covered
from ledger.store import Ledger

HANDOVER = "handover"  # the channel under which `Senders` holds the way out of the house


@dataclass(frozen=True)
class Room:
    """What an effect works with."""

    ledger: Ledger
    senders: Senders
    creditor: Creditor
    brake: Brake | None = None


def carry_out(room: Room, subject: Subject, decision: Perform) -> f.Fact:
    """Do the step and say what came of it. Raises TryLater when it should be tried again soon."""
    try:
        if decision.kind == "call":
            return call_requested(subject.here, subject.now)
        if decision.kind == "handover":
            return _hand_over(room, subject, decision)
        return _send(room, subject)
    except (LetterMissing, LetterBroken, DocumentBroken) as broken:
        return _blocked(subject, Delivered("blocked", "no_address", str(broken)), "", "letter_unusable")
    except ValidationError as broken:
        first = broken.errors(include_url=False, include_input=False, include_context=False)[0]
        detail = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        return _blocked(subject, Delivered("blocked", "no_address", detail), "", "letter_unusable")


def _blocked(subject: Subject, what: Delivered, channel: str, why: str = "") -> f.StepBlocked:
    here = subject.here
    return f.StepBlocked(
        id=f"{here.step.step}/{here.occurrence}@{here.case.seq}",
        at=subject.now,
        step=here.step.step,
        occurrence=here.occurrence,
        why=why or what.why,  # type: ignore[arg-type]  # checked by the model
        channel=channel,
        detail=what.detail[:300],
    )


def _errand(subject: Subject, channel: str) -> Errand:
    here = subject.here
    key = f"{here.case.id}/{here.step.step}/{here.occurrence}/{channel}"
    covers = Covered(here.case.id, here.step.step, here.occurrence, here.case.outstanding)
    times = None if here.wanted_again else here.step.times
    return Errand(key, channel, subject.debtor.id, covers, lambda: outgoing(subject, channel, key), times)


def _send(room: Room, subject: Subject) -> f.Fact:
    """The first channel decides whether the step is done; what fails on the others is left to a person."""
    first, *others = (str(channel) for channel in subject.here.step.channels or ())
    made = deliver(room.ledger, room.senders[first], _errand(subject, first), room.brake)
    if made.state == "blocked":
        return _blocked(subject, made, first)
    if made.state == "unknown" and subject.here.step.if_unknown == "ask":
        waiting = f"; not sent yet: {', '.join(others)}" if others else ""  # who then skips the step leaves these out
        return _blocked(subject, replace(made, detail=f"{made.detail}{waiting}"), first)
    unknown = [first] if made.state == "unknown" else []
    missing: dict[str, str] = {}
    for channel in others:
        detail = _also(room, subject, channel)
        if detail:
            missing[channel] = detail
    channels = (first, *(channel for channel in others if channel not in missing))
    return sent(subject.here, subject.now, channels, unknown=tuple(unknown), missing=missing)


def _also(room: Room, subject: Subject, channel: str) -> str:
    """Send by one more channel; the words for a person when it did not work."""
    try:
        made = deliver(room.ledger, room.senders[channel], _errand(subject, channel), room.brake)
    except TryLater as failure:
        # The step itself went out already: trying it all again for the copy could end after the debtor has paid.
        return failure.because
    return "" if made.state == "sent" else made.detail or made.why


def _hand_over(room: Room, subject: Subject, decision: Perform) -> f.Fact:
    here, route = subject.here, str(decision.route)
    key = f"{here.case.id}/{here.step.step}/{here.occurrence}/{route}"
    covers = Covered(here.case.id, here.step.step, here.occurrence, here.case.outstanding)
    errand = Errand(
        key,
        route,
        subject.debtor.id,
        covers,
        lambda: covering(subject, route, key, dossier(room.ledger, subject, route)),
    )
    made = deliver(room.ledger, room.senders[HANDOVER], errand, room.brake)
    if made.state != "sent":
        return _blocked(subject, made, route)
    return handed_over(here, subject.now, decision)
