"""`relance policy adopt`: what moving running cases to another policy would do to each, and the move itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from cyclopts import Parameter

from activities.plain import one_line
from console.adopt.adopting import Answers, Planned, Planner, Standing, admit_steps, new_policy
from console.adopt.filter import chosen_cases, meant
from console.adopt.words import counted, say
from console.desk import Desk, operator
from console.output import COULD_NOT_RUN, FINE, REFUSED, Stop, json_out, moment, note, out, table
from console.progress import progress_bar
from dunning.adopting import Kind
from ledger.policies import PolicyBundle, keep_policy

if TYPE_CHECKING:
    from console.adopt.moving import Moved
    from console.cases import Cases

SHOWN = 15  # cases of each class; --json has all
_CLASSES: tuple[Kind, ...] = get_args(Kind)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Doing:
    """Whether to move, how fast, and how the answer is written."""

    apply: Annotated[bool, Parameter(negative="", help="Move the cases; without it nothing is changed.")] = False
    rate: Annotated[float, Parameter(help="At most so many cases a second.")] = 20.0
    by: Annotated[str | None, Parameter(help="Who moves them, for the journal; your login when left out.")] = None
    language: Annotated[Literal["en", "fr"] | None, Parameter(help="RELANCE_LANGUAGE when left out.")] = None
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
    to, by = new_policy(desk.settings, new), (doing.by or operator())[:80]
    admit_steps(to.policy, said)
    planner = Planner(desk.ledger, to, said, by, doing.language or desk.language)
    chosen = chosen_cases(desk.ledger, cases)
    with progress_bar("Planning", len(chosen)) as bar:
        plans, already = planner.plan_all(chosen, bar)
    for old in planner.unused():
        note(say("map_unused", planner.language, old=old))
    plan = Plan(planner, plans, already, () if chosen else meant(desk.ledger, cases))
    if not doing.apply:
        _show_plan(plan, doing)
        return FINE
    return _report(plan, _move(desk, plan, doing), doing)


@dataclass(frozen=True)
class Plan:
    """What was planned for which cases, and how many follow the policy already; `meant` when none was chosen."""

    planner: Planner
    cases: Sequence[Planned]
    already: int
    meant: Sequence[tuple[str, str, str]] = ()

    @property
    def language(self) -> str:
        """The language in which it is told."""
        return self.planner.language

    @property
    def counted(self) -> Counter[Kind]:
        """How many cases of each class."""
        return Counter(one.kind for one in self.cases)

    @property
    def movable(self) -> list[str]:
        """The cases that can be moved as they are."""
        return [one.case_id for one in self.cases if one.kind != "decision"]


def _move(desk: Desk, plan: Plan, doing: Doing) -> Moved:
    from console.adopt.moving import Moved, Pace, move_all

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


def _show_plan(plan: Plan, doing: Doing) -> None:
    if doing.as_json:
        json_out({**_head_json(plan), "cases": [_json(one, plan.language) for one in plan.cases]})
        return
    _head(plan)
    for kind in ("decision", "earlier", "other_step", "later"):
        _show_class(plan, kind)
    _show_days(plan)
    if not plan.cases:
        return
    out(say("nothing_changed", plan.language, cases=counted(len(plan.movable), plan.language)))
    if plan.counted["decision"]:
        out(say("stays", plan.language))


def _head(plan: Plan) -> None:
    language, total = plan.language, len(plan.cases) + plan.already
    if not total:
        _nothing(plan)
        return
    policy, cases = plan.planner.chosen.policy.policy, counted(total, language)
    code = "chosen_already" if plan.already else "chosen"
    out(say(code, language, policy=policy, hash=plan.planner.hash[:12], cases=cases, n=plan.already))
    for kind in _CLASSES:
        if number := plan.counted[kind]:
            out(f"{number:6} {say(kind, language)}")


def _nothing(plan: Plan) -> None:
    out(say("none", plan.language))
    for word, told, near in plan.meant:
        out(say("meant", plan.language, word=say(f"word_{word}", plan.language), told=one_line(told, 60), near=near))


def _show_class(plan: Plan, kind: Kind) -> None:
    those, language = [one for one in plan.cases if one.kind == kind], plan.language
    if not those:
        return
    if kind == "decision" and len(those) > SHOWN:
        _show_reasons(Counter(one.told(language) for one in those), language)
    rows = [
        (one.case_id, _next(one.before, one, language), _next(one.after, one, language), one.told(language))
        for one in those[:SHOWN]
    ]
    heads = [say(code, language) for code in ("case", "as_it_is", "when_moved", "why")]
    table(_title(f"title_{kind}", len(those), language), heads, rows)


def _title(code: str, number: int, language: str) -> str:
    return say(code, language) + (say("some_of", language, n=SHOWN, all=number) if number > SHOWN else "")


def _show_reasons(reasons: Counter[str], language: str) -> None:
    """What many cases wait for is mostly a few answers."""
    title = say("title_reasons", language) + (say("most_frequent", language, n=SHOWN) if len(reasons) > SHOWN else "")
    heads = (f"{say('number', language)}>", say("why", language))
    table(title, heads, [(number, why) for why, number in reasons.most_common(SHOWN)])


def _next(standing: Standing | None, one: Planned, language: str) -> str:
    if standing is None:
        return ""
    who = say("person", language) if standing.do == "ask" else standing.step or say("another_look", language)
    if standing.do == "perform":
        return say("now", language, who=who)
    return f"{who} {moment(standing.until, one.zone)[4:20]}".strip()


def _show_days(plan: Plan) -> None:
    """How many steps come due on the first days: a change that makes all due at once is seen before it is made."""
    before, after = Counter(_days(plan, moved=False)), Counter(_days(plan, moved=True))
    if first := sorted(after | before)[:5]:
        days = (say("day", plan.language, day=day, after=after[day], before=before[day]) for day in first)
        out(say("days", plan.language, days=", ".join(days)))


def _days(plan: Plan, moved: bool) -> list[str]:
    those = [(one, one.after if moved and one.kind != "decision" else one.before) for one in plan.cases]
    return [f"{n.until.astimezone(one.zone):%Y-%m-%d}" for one, n in those if n and n.step and n.until]


def _report(plan: Plan, done: Moved, doing: Doing) -> int:
    waiting = {one.case_id: one.told(plan.language) for one in plan.cases if one.kind == "decision"} | done.left
    rest = len(plan.movable) - done.done
    if doing.as_json:
        told = {"moved": done.moved, "closed": done.closed, "refused": done.refused, "need_a_decision": waiting}
        json_out({**_head_json(plan), **told, "not_reached": rest, "stopped_because": done.broken})
    else:
        _say(plan, done, waiting)
    if done.stopped:
        why = f" {done.broken}" if done.broken else ""
        note(say("stopped", plan.language, rest=rest, cases=counted(len(plan.movable), plan.language), why=why))
        return COULD_NOT_RUN
    return REFUSED if done.refused else FINE


def _say(plan: Plan, done: Moved, waiting: dict[str, str]) -> None:
    language = plan.language
    if not plan.cases and not plan.already:
        _nothing(plan)
        return
    closed = say("closed", language, n=len(done.closed)) if done.closed else ""
    already = say("followed", language, n=plan.already) if plan.already else ""
    policy, cases = plan.planner.chosen.policy.policy, counted(len(done.moved), language)
    out(say("moved", language, cases=cases, policy=policy) + already + closed)
    for code, those in (("title_refused", done.refused), ("title_left", waiting)):
        if those:
            heads = (say("case", language), say("why", language))
            table(_title(code, len(those), language), heads, list(those.items())[:SHOWN])


def _head_json(plan: Plan) -> dict[str, Any]:
    classes = {kind: plan.counted[kind] for kind in _CLASSES}
    policy = plan.planner.chosen.policy.policy
    return {"policy": policy, "policy_hash": plan.planner.hash, "already": plan.already, "classes": classes}


def _json(one: Planned, language: str) -> dict[str, Any]:
    told = {"case": one.case_id, "class": one.kind, "before": one.before, "after": one.after}
    return {**told, "codes": [why.code for why in one.why], "why": one_line(one.told(language), 1000)}
