"""`relance policy adopt`: what moving running cases to another policy would do to each, and the move itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from activities.plain import one_line
from console.adopt_filter import chosen_cases
from console.adopting import Answers, Planned, Planner, Standing, new_policy
from console.desk import Desk, operator
from console.output import COULD_NOT_RUN, FINE, REFUSED, Stop, json_out, moment, note, out, table
from console.progress import progress_bar
from dunning.adopting import Kind
from ledger.policies import PolicyBundle, keep_policy

if TYPE_CHECKING:
    from console.adopt_moving import Moved
    from console.cases import Cases

SHOWN = 15  # cases of each class; --json has all
_CLASSES: dict[Kind, tuple[str, str]] = {
    "unchanged": ("unchanged", "unchanged"),
    "earlier": ("earlier", "The next contact comes earlier"),
    "later": ("later", "The next contact comes later"),
    "other_step": ("with another step at the same moment", "Another step at the same moment"),
    "decision": ("need a decision", "A person must decide first"),
}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Doing:
    """Whether to move, how fast, and how the answer is written."""

    apply: Annotated[bool, Parameter(negative="", help="Move the cases; without it nothing is changed.")] = False
    rate: Annotated[float, Parameter(help="At most so many cases a second.")] = 20.0
    by: Annotated[str | None, Parameter(help="Who moves them, for the journal; your login when left out.")] = None
    as_json: Annotated[bool, Parameter(name="--json", negative="", help="Answer as JSON, for programs.")] = False


def adopt(
    new: Annotated[str, Parameter(name="NEW")],
    /,
    *,
    cases: str,
    answers: Answers = Answers(),  # noqa: B008 - a frozen value
    doing: Doing = Doing(),
) -> int:
    """Show what moving running cases to a policy would do to each; --apply moves them.

    Parameters
    ----------
    new
        The policy moved to: a file, or a policy's name in the policies folder.
    cases
        Which open cases: `all`, `@FILE` with a case on each line, or conditions that must all hold, such as
        "policy=standard-b2b step=first-call segment=standard outstanding>=500EUR".
    """
    if not 0.1 <= doing.rate <= 1000:
        raise Stop("--rate is 0.1 to 1000 cases a second.", COULD_NOT_RUN)
    said = answers.told()
    desk = Desk()
    planner = Planner(desk.ledger, new_policy(desk.settings, new), said, (doing.by or operator())[:80], desk.language)
    chosen = chosen_cases(desk.ledger, cases)
    with progress_bar("Planning", len(chosen)) as bar:
        plans, already = planner.plan_all(chosen, bar)
    plan = Plan(planner, plans, already)
    if not doing.apply:
        _show_plan(desk, plan, doing)
        return FINE
    return _report(desk, plan, _move(desk, plan, doing), doing)


@dataclass(frozen=True)
class Plan:
    """What was planned for which cases, and how many follow the policy already."""

    planner: Planner
    cases: Sequence[Planned]
    already: int

    @property
    def counted(self) -> Counter[Kind]:
        """How many cases of each class."""
        return Counter(one.kind for one in self.cases)

    @property
    def movable(self) -> list[str]:
        """The cases that can be moved as they are."""
        return [one.case_id for one in self.cases if one.kind != "decision"]


def _move(desk: Desk, plan: Plan, doing: Doing) -> Moved:
    from console.adopt_moving import Moved, Pace, move_all

    loaded = plan.planner.chosen
    if not plan.movable:
        return Moved()
    with desk.ledger.write() as db:
        kept = PolicyBundle(loaded.policy.policy, loaded.source_file, loaded.bundle, datetime.now(UTC))
        keep_policy(db, kept)
    with progress_bar("Moving", len(plan.movable)) as bar:

        async def moving(cases: Cases) -> Moved:
            return await move_all(plan.planner, cases, plan.movable, Pace(doing.rate, bar))

        return desk.at_the_door(moving)


def _show_plan(desk: Desk, plan: Plan, doing: Doing) -> None:
    if doing.as_json:
        json_out({**_head_json(plan), "cases": [_json(one, desk.language) for one in plan.cases]})
        return
    _head(plan)
    for kind in ("decision", "earlier", "other_step", "later"):
        _show_class(desk, plan, kind)
    _show_days(plan)
    if not plan.cases:
        return
    out(f"Nothing was changed. --apply moves {_cases(len(plan.movable))}.")
    if plan.counted["decision"]:
        out("A case that needs a decision stays as it is: see --missing, --map, --not-taken and --time.")


def _head(plan: Plan) -> None:
    policy = plan.planner.chosen.policy
    total = len(plan.cases) + plan.already
    if not total:
        out("No open case is like that.")
        return
    already = f", {plan.already} of them follow it already" if plan.already else ""
    out(f"{policy.policy} ({plan.planner.hash[:12]}): {_cases(total)} chosen{already}.")
    for kind, (words, _) in _CLASSES.items():
        if number := plan.counted[kind]:
            out(f"{number:6} {words}")


def _show_class(desk: Desk, plan: Plan, kind: Kind) -> None:
    those = [one for one in plan.cases if one.kind == kind]
    if not those:
        return
    if kind == "decision" and len(those) > SHOWN:
        _show_reasons(Counter(one.told(desk.language) for one in those))
    more = f", {SHOWN} of {len(those)} (--json has all)" if len(those) > SHOWN else ""
    rows = [
        (one.case_id, _next(one.before, one), _next(one.after, one), one.told(desk.language)) for one in those[:SHOWN]
    ]
    table(f"{_CLASSES[kind][1]}{more}", ("case", "next, as it is", "next, when moved", "why"), rows)


def _show_reasons(counted: Counter[str]) -> None:
    """What many cases wait for is mostly a few answers."""
    title = "What a person must decide" + (f", the {SHOWN} most frequent" if len(counted) > SHOWN else "")
    table(title, ("cases>", "why"), [(number, why) for why, number in counted.most_common(SHOWN)])


def _next(standing: Standing | None, one: Planned) -> str:
    if standing is None:
        return ""
    who = "a person" if standing.do == "ask" else standing.step or "another look"
    return f"{who}, now" if standing.do == "perform" else f"{who} {moment(standing.until, one.zone)[4:20]}".strip()


def _show_days(plan: Plan) -> None:
    """How many steps come due on the first days: a change that makes all due at once is seen before it is made."""
    before, after = Counter(_days(plan, moved=False)), Counter(_days(plan, moved=True))
    if first := sorted(after | before)[:5]:
        told = ", ".join(f"{day} {after[day]} (as it is {before[day]})" for day in first)
        out(f"Steps due on the first days when moved: {told}.")


def _days(plan: Plan, moved: bool) -> list[str]:
    those = [(one, one.after if moved and one.kind != "decision" else one.before) for one in plan.cases]
    return [f"{n.until.astimezone(one.zone):%Y-%m-%d}" for one, n in those if n and n.step and n.until]


def _report(desk: Desk, plan: Plan, done: Moved, doing: Doing) -> int:
    waiting = {one.case_id: one.told(desk.language) for one in plan.cases if one.kind == "decision"} | done.left
    rest = len(plan.movable) - done.done
    if doing.as_json:
        told = {"moved": done.moved, "closed": done.closed, "refused": done.refused, "need_a_decision": waiting}
        json_out({**_head_json(plan), **told, "not_reached": rest, "stopped_because": done.broken})
    else:
        _say(plan, done, waiting)
    if done.stopped:
        why = f" {done.broken}" if done.broken else ""
        note(f"Stopped: {rest} of {_cases(len(plan.movable))} were not reached.{why} Run the same command again.")
        return COULD_NOT_RUN
    return REFUSED if done.refused else FINE


def _say(plan: Plan, done: Moved, waiting: dict[str, str]) -> None:
    if not plan.cases and not plan.already:
        out("No open case is like that.")
        return
    closed = f" {len(done.closed)} closed meanwhile." if done.closed else ""
    already = f" {plan.already} followed it before." if plan.already else ""
    out(f"{_cases(len(done.moved))} moved to {plan.planner.chosen.policy.policy}.{already}{closed}")
    for title, those in (("Refused", done.refused), ("Left where they are: a person must decide first", waiting)):
        if those:
            more = f", {SHOWN} of {len(those)} (--json has all)" if len(those) > SHOWN else ""
            table(f"{title}{more}", ("case", "why"), list(those.items())[:SHOWN])


def _head_json(plan: Plan) -> dict[str, Any]:
    counted = {kind: plan.counted[kind] for kind in _CLASSES}
    policy = plan.planner.chosen.policy.policy
    return {"policy": policy, "policy_hash": plan.planner.hash, "already": plan.already, "classes": counted}


def _json(one: Planned, language: str) -> dict[str, Any]:
    told = {"case": one.case_id, "class": one.kind, "before": one.before, "after": one.after}
    return {**told, "codes": [why.code for why in one.why], "why": one_line(one.told(language), 1000)}


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"
