"""Works out what moving running cases to another policy does to each, and moves them one by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from pydantic import ValidationError

from activities.plain import one_line
from activities.settings import Settings
from console.output import COULD_NOT_RUN, Stop
from console.policies.files import CannotRead, Loaded, LoadedPolicy, load_file, load_folder
from dunning import facts as f
from dunning.adopting import Kind, foresee
from dunning.apply import apply
from dunning.calendar import calendar_for
from dunning.case import Case
from dunning.decision import Decision
from dunning.policy import Policy
from dunning.reasons import Because
from ledger.book import debtor
from ledger.cases import CaseRow, case
from ledger.policies import content_hash, policy
from ledger.store import Ledger

_TOGETHER = 100  # cases read in one transaction: a long one would hold up others


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a person says about the move; what is not said is not done."""

    time: Annotated[
        Literal["recomputed", "kept"],
        Parameter(help="`kept`: the next contact stays on its day; `recomputed`: the new policy's own days count."),
    ] = "recomputed"
    missing: Annotated[
        Literal["ask", "leave-out", "walk"],
        Parameter(help="Milder steps of the new policy that never went out: leave them out, or send them next."),
    ] = "ask"
    map: Annotated[
        tuple[str, ...], Parameter(negative="", help="OLD=NEW: a step that has another name now; may be repeated.")
    ] = ()
    reason: Annotated[str, Parameter(help="Why, for the journal.")] = ""
    not_taken: Annotated[
        Literal["ask", "move"], Parameter(help="`move`: also cases that the new policy would not take.")
    ] = "ask"

    def told(self) -> f.MoveAnswers:
        """The answers as the fact carries them. Stop for a `--map` that is none."""
        pairs = [text.partition("=") for text in self.map]
        names = {old.strip(): new.strip() for old, _, new in pairs}
        if any(not old or not new for old, new in names.items()) or len(names) < len(pairs):
            raise Stop("--map is OLD-STEP=NEW-STEP, each old step once.", COULD_NOT_RUN)
        missing = {"leave-out": "leave_out"}.get(self.missing, self.missing)
        told = {"time": self.time, "missing": missing, "renamed": names, "not_taken": self.not_taken}
        try:
            return f.MoveAnswers.model_validate({**told, "reason": self.reason})
        except ValidationError as wrong:
            found = wrong.errors(include_url=False, include_input=False)[0]
            option = "--map" if found["loc"][0] == "renamed" else "--reason"
            raise Stop(f"{option}: {found['msg']}.", COULD_NOT_RUN) from None


def admit_steps(new: Policy, answers: f.MoveAnswers) -> None:
    """Stop for a `--map` to a step that the new policy does not have."""
    for name in answers.renamed.values():
        if new.find(name) is None:
            near = get_close_matches(name, list(new.order), 1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(new.order)}."
            raise Stop(f"--map: {new.policy} has no step {one_line(name)}: {hint}", COULD_NOT_RUN)


def new_policy(settings: Settings, named: str) -> LoadedPolicy:
    """The sound policy of a file, or of the policies folder by its name. Stop with its findings when it has any."""
    try:
        if named.endswith((".yaml", ".yml")) or "/" in named:
            return _sound(load_file(Path(named)), Path(named).stem, named)
        return _sound(load_folder(settings.policies_dir), named, str(settings.policies_dir))
    except CannotRead as wrong:
        raise Stop(f"{wrong}.", COULD_NOT_RUN) from wrong


def _sound(loaded: Loaded, name: str, place: str) -> LoadedPolicy:
    found = next((one for one in loaded.policies if one.policy.policy == name), None)
    if found:
        return found
    told = [str(finding) for finding in loaded.findings if Path(finding.file).stem == name]
    if told:
        raise Stop("\n".join([*told, f"A policy with findings takes no case: see `relance policy check`, {place}."]))
    sound = ", ".join(one.policy.policy for one in loaded.policies) or "none"
    folder = f"{one_line(name)} is a folder: name one policy. " if Path(name).is_dir() else ""
    known = f"There is no sound policy {one_line(name)} in {place}; there are: {sound}. See `relance policy check`."
    raise Stop(f"{folder}{known}", COULD_NOT_RUN)


@dataclass(frozen=True)
class Standing:
    """What a case does next, in few words, since a book has many."""

    do: str
    step: str | None
    until: datetime | None

    @classmethod
    def of(cls, decision: Decision | None) -> Standing | None:
        """The decision without its reasons and tasks."""
        if decision is None:
            return None
        return cls(decision.do, getattr(decision, "step", None), getattr(decision, "until", None))


@dataclass(frozen=True)
class Planned:
    """What moving one case would do; `seq` is the state of the case that it was worked out on."""

    case_id: str
    seq: int
    kind: Kind
    before: Standing | None
    after: Standing | None
    why: tuple[Because, ...]
    zone: ZoneInfo = field(repr=False)

    def told(self, language: str) -> str:
        """Why it is so, in words."""
        return " ".join(why.text(language) for why in self.why)


@dataclass
class Planner:
    """Foresees moves to one policy by the rules that will move; reads the ledger and changes nothing."""

    ledger: Ledger
    chosen: LoadedPolicy
    answers: f.MoveAnswers
    by: str
    language: str = "en"
    _policies: dict[str, Policy] = field(default_factory=dict)
    _behind: set[str] = field(default_factory=set)  # steps that the cases have behind them

    @cached_property
    def hash(self) -> str:
        """The content hash under which the ledger keeps the new policy."""
        return content_hash(self.chosen.bundle)

    def plan(self, db: Any, row: CaseRow, now: datetime) -> Planned:
        """What comes of moving the case now."""
        old, new = self._policy(db, row.policy_hash), self.chosen.policy
        known = _as_it_is(db, row, old, now)
        self._behind.update(record.step for record in known.steps)
        wanted = f.read_fact(self.act(known.seq, now), now, act=True)
        if not isinstance(wanted, f.PolicyChanged):
            raise Stop(f"That makes no sense: {getattr(wanted, 'detail', '')}", COULD_NOT_RUN)
        move = foresee(old, new, known, wanted)
        sides = Standing.of(move.before), Standing.of(move.after)
        zone = calendar_for(new.calendar, known.debtor).zone
        return Planned(row.id, known.seq, move.kind, *sides, move.against or (move.why,), zone)

    def plan_one(self, case_id: str, now: datetime) -> tuple[CaseRow, Planned | None]:
        """The case as the ledger has it now, and its plan; None when it is closed or follows the policy already."""
        with self.ledger.read() as db:
            row = case(db, case_id)
            free = row.status == "open" and row.policy_hash != self.hash
            return row, self.plan(db, row, now) if free else None

    def plan_all(self, case_ids: Sequence[str], each: Callable[[], None]) -> tuple[list[Planned], int]:
        """The plan of each of these open cases, and how many follow the policy already."""
        found, already, now = [], 0, datetime.now(UTC)
        for first in range(0, len(case_ids), _TOGETHER):
            with self.ledger.read() as db:
                for case_id in case_ids[first : first + _TOGETHER]:
                    row = case(db, case_id)
                    if row.policy_hash == self.hash:
                        already += 1
                    elif row.status == "open":
                        found.append(self.plan(db, row, now))
                    each()
        return found, already

    def unused(self) -> list[str]:
        """Old steps of the answers that no case planned so far knows; none before any was planned."""
        steps = self._behind.union(*(policy.order for policy in self._policies.values()))
        return [old for old in self.answers.renamed if self._policies and old not in steps]

    def act(self, seq: int, now: datetime) -> dict[str, Any]:
        """The act that moves a case in this very state; the same state, answers and day give the same id."""
        said = self.answers.model_dump(mode="json")
        name = json.dumps([self.hash, said, seq, now.date().isoformat()], sort_keys=True)
        return {
            "fact": "PolicyChanged",
            "id": f"adopt-{hashlib.sha256(name.encode()).hexdigest()[:24]}",
            "by": self.by,
            "policy": self.chosen.policy.policy,
            "policy_hash": self.hash,
            "answers": said,
            "expects": seq,
        }

    def _policy(self, db: Any, wanted: str) -> Policy:
        if wanted not in self._policies:
            self._policies[wanted] = Policy.model_validate(policy(db, wanted)["policy"])
        return self._policies[wanted]


def _as_it_is(db: Any, row: CaseRow, follows: Policy, now: datetime) -> Case:
    """The case as its activity would see it now: with the debtor of today, and opened."""
    from activities.cases import with_debtor  # takes a third of a second, which other commands need not wait for

    known = Case.model_validate(row.state)
    today = calendar_for(follows.calendar, known.debtor).local_day(now)
    known = with_debtor(db, known, debtor(db, row.debtor_id), today)
    return known if known.opened_at else apply(known, f.CaseOpened(id="opened", at=now))
