"""What a person decides about a case: each command answers with what comes next, or refuses and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from console.acting import ME, CaseId, Who, act, following, instalments, money, on_day
from console.adopt.adopting import Answers, Planner, new_policy
from console.desk import Desk, operator
from console.output import REFUSED, Stop, out
from dunning.case import Case
from ledger.cases import CaseRow
from ledger.policies import PolicyBundle, keep_policy

Until = Annotated[str | None, Parameter(help="The last day; without an end when left out.")]
Step = Annotated[str | None, Parameter(help="The step, by its name; the one that waits when left out.")]
Day = Annotated[str, Parameter(name="--for", help="The day, 2026-03-31 or 31/03/2026.")]
Part = Annotated[str | None, Parameter(help="`500` or `500EUR`; all of it when left out.")]
Result = Literal["promised", "disputed", "reached", "no_answer", "wrong_number", "not_made"]


def promise(case: CaseId, /, *, day: Day, amount: Part = None, who: Who = ME) -> int:
    """Record that the debtor promised to pay on a day: nothing goes out before."""
    desk = Desk()
    row = desk.case(case)
    wanted = {"fact": "PromiseMade", "promised_for": on_day(day), "amount": money(amount, row)}
    return act(desk, row, who, wanted)


@Parameter(name="*")
@dataclass(frozen=True)
class Parts:
    """A payment plan: so many equal parts, or each instalment by itself."""

    count: Annotated[int | None, Parameter(name="--in", help="So many equal instalments.")] = None
    every: Annotated[int, Parameter(help="Days between two of them.")] = 30
    first: Annotated[str | None, Parameter(help="Day of the first; in 30 days when left out.")] = None
    instalment: Annotated[
        tuple[str, ...], Parameter(negative="", help="DAY=AMOUNT, for instalments of your own; may be repeated.")
    ] = ()


def plan(case: CaseId, /, *, parts: Parts = Parts(), who: Who = ME) -> int:
    """Agree a payment plan over all that is to be paid: --in 3, or --instalment 2026-04-01=500 each."""
    desk = Desk()
    row = desk.case(case)
    if (parts.count is None) == (not parts.instalment):
        raise Stop("Say either --in NUMBER or --instalment DAY=AMOUNT.")
    if parts.count is not None and not (1 <= parts.count <= 60 and 1 <= parts.every <= 366):
        raise Stop("A plan has 1 to 60 instalments, 1 to 366 days apart.")
    return act(desk, row, who, {"fact": "PlanAgreed", "instalments": _instalments(row, parts)})


def _instalments(row: CaseRow, parts: Parts) -> list[dict[str, Any]]:
    if parts.count is None:
        pairs = [text.partition("=") for text in parts.instalment]
        return [{"due": on_day(day), "amount": money(amount, row)} for day, _, amount in pairs]
    told = on_day(parts.first)
    first = date.fromisoformat(told) if told else datetime.now().astimezone().date() + timedelta(days=30)
    return instalments(Case.model_validate(row.state).outstanding, first, (parts.count, parts.every))


def hold(case: CaseId, /, *, reason: str, until: Until = None, who: Who = ME) -> int:
    """Stop a case, until a day or until it is released."""
    desk = Desk()
    return act(desk, desk.case(case), who, {"fact": "HoldPlaced", "reason": reason, "until": on_day(until)})


def release(case: CaseId, /, *, reason: str = "", who: Who = ME) -> int:
    """Let a case on hold go on."""
    desk = Desk()
    return act(desk, desk.case(case), who, {"fact": "HoldReleased", "reason": reason})


@Parameter(name="*")
@dataclass(frozen=True)
class Said:
    """What was said on the phone."""

    day: Annotated[str | None, Parameter(name="--for", help="With `promised`: the day promised.")] = None
    amount: Part = None
    note: str = ""


def call(case: CaseId, result: Result, /, *, said: Said = Said(), who: Who = ME) -> int:
    """Record how a call ended."""
    desk = Desk()
    row = desk.case(case)
    if (result == "promised") != (said.day is not None):
        raise Stop("--for DAY is said with `promised`, and only then.")
    told = {"promised_for": on_day(said.day), "amount": money(said.amount, row), "note": said.note}
    return act(desk, row, who, {"fact": "CallMade", "result": result, **told})


def approve(
    case: CaseId,
    /,
    *,
    route: Literal["agency", "lawyer", "injunction"] | None = None,
    step: Step = None,
    who: Who = ME,
) -> int:  # fmt: skip
    """Approve the step that waits for it; for a fork, with the --route to take."""
    desk = Desk()
    row = desk.case(case)
    return act(desk, row, who, {"fact": "StepApproved", "step": step or _waiting(row), "route": route})


def refuse(case: CaseId, /, *, reason: str, step: Step = None, who: Who = ME) -> int:
    """Refuse the step that waits for approval."""
    desk = Desk()
    row = desk.case(case)
    return act(desk, row, who, {"fact": "StepRefused", "step": step or _waiting(row), "reason": reason})


def skip(case: CaseId, /, *, reason: str, step: Step = None, who: Who = ME) -> int:
    """Leave the next step out."""
    desk = Desk()
    row = desk.case(case)
    name = step or _waiting(row)
    return act(desk, row, who, {"fact": "StepSkipped", "step": name, "words": {"reason": reason}})


def repeat(case: CaseId, /, *, step: Step = None, who: Who = ME) -> int:
    """Let a step that is blocked, or the last one, go out again."""
    desk = Desk()
    row = desk.case(case)
    asked = [question["step"] for question in row.state.get("questions", []) if question.get("step")]
    done = [record["step"] for record in row.state.get("steps", [])]
    if not (step or asked or done):
        raise Stop(f"Nothing went out in case {row.id} yet, so nothing can be repeated.")
    return act(desk, row, who, {"fact": "StepRepeated", "step": step or (asked or done[::-1])[0]})


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Tried(Answers):
    """What a person says about the move, and whether it is only tried."""

    dry_run: bool = False


def change_policy(
    case: CaseId, policy: Annotated[str, Parameter(name="POLICY")], /, *, how: Tried = Tried(), who: Who = ME
) -> int:
    """Move a case to another policy, or to the newest text of its own; --dry-run shows what would come next.

    Many at once: `relance policy adopt`. Whoever names one case may move it to a policy that would not take it.
    """
    desk = Desk()
    row = desk.case(case)
    chosen = new_policy(desk.settings, policy)
    said = how.told().model_copy(update={"not_taken": "move"})
    planner = Planner(desk.ledger, chosen, said, (who.by or operator())[:80], desk.language)
    if not how.dry_run:
        with desk.ledger.write() as db:
            keep_policy(db, PolicyBundle(chosen.policy.policy, chosen.source_file, chosen.bundle, datetime.now(UTC)))
        wanted = planner.act(0, datetime.now(UTC))
        return act(desk, row, who, {name: value for name, value in wanted.items() if name not in ("expects", "id")})
    with desk.ledger.read() as db:
        planned = planner.plan(db, row, datetime.now(UTC))
    if planned.after is None or planned.kind == "decision":
        raise Stop(planned.told(desk.language), REFUSED, {"codes": [why.code for why in planned.why]})
    out(f"Under {chosen.policy.policy}: {following(vars(planned.after), planned.zone)}")
    out(f"Why:  {planned.told(desk.language)}")
    return 0


def writeoff(case: CaseId, /, *, reason: str, who: Who = ME) -> int:
    """Give the money up and close the case."""
    desk = Desk()
    return act(desk, desk.case(case), who, {"fact": "CaseWrittenOff", "reason": reason})


def withdraw(case: CaseId, /, *, reason: str, who: Who = ME) -> int:
    """Take the case out of Relance: it was opened by mistake, or is pursued elsewhere."""
    desk = Desk()
    return act(desk, desk.case(case), who, {"fact": "CaseWithdrawn", "reason": reason})


def _waiting(row: CaseRow) -> str:
    if row.status == "closed":
        return "closed"  # the door says when and how it was closed
    if row.step is None:
        raise Stop(f"No step waits in case {row.id} now. Name one with --step.")
    return row.step
