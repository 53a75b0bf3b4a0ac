"""`relance policy`: check what was written, and see what it will do before any debtor does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter
from pydantic import ValidationError

from activities.plain import one_line
from activities.settings import Settings, SettingsWrong, load_settings
from console.desk import Desk
from console.output import COULD_NOT_RUN, FINE, REFUSED, Say, Stop, json_out, note, out
from console.policies.check import check, load_any, load_sound
from console.policies.formats import counted
from console.policies.schema import schema_text
from dunning.calendar import calendar_for
from dunning.case import Case, Debtor, Invoice
from dunning.explain import Dated, course, dated_course
from dunning.explain_words import weekday, word
from dunning.money import Money
from dunning.opening import takes
from dunning.policy import Policy
from dunning.terms import DebtorKind, Solvency

policy_app = App(name="policy", help="Write, check, rehearse and compare the policies; they are files in policies/.")
policy_app.command(check)
# Said here as well, so that the list of commands tells what each is for without loading it.
_SAYS = {
    "stories.commands:test": "Tell the stories of the policies and say which do not come true, and why.\n\n"
    "Exit code 0: all come true; 1: some do not, or cannot be told; 2: a file or the server could not be used.",
    "rehearsal.commands:simulate": "Rehearse the policies on a real book: every contact of the coming days, their load"
    " and cost. Nothing is sent.\n\n"
    "Exit code 0: all of the book was rehearsed; 1: some lines or cases were not, they are named; 2: could not run.",
    "diff.commands:diff": "Say in words what differs between two policies, and for whom with --portfolio or --ledger."
    "\n\nExit code 0: no difference; 1: differences; 2: could not compare.",
    "adopt.commands:adopt": "Show what moving running cases to a policy would do to each; --apply moves them.",
    "draw.commands:draw": "Draw a policy's course: its steps on a line of days, what each is, and what decides at each"
    " fork.\n\nExit code 0: drawn; 1: the policy has findings; 2: a file could not be read or written.",
}
for _place, _said in _SAYS.items():
    policy_app.command(f"console.{_place}", name=_place.partition(":")[2], help=_said)


@policy_app.command
def schema() -> int:
    """Print the JSON Schema of a policy, as editors use it (policies/policy.schema.json)."""
    print(schema_text(), end="")
    return FINE


@policy_app.command(name="list")
def list_(folder: Path | None = None, *, say: Say = Say()) -> int:  # noqa: B008 - a frozen value
    """List the policies and what each takes."""
    loaded = load_any((folder,) if folder else ())
    if say.as_json:
        json_out([{**one.bundle["policy"], "file": one.source_file} for one in loaded.policies])
    else:
        for one in loaded.policies:
            out(f"{one.policy.policy}: {one_line(one.policy.title)} ({len(one.policy.steps)} steps)")
            out(f"    {course(one.policy)[0]}")
    if loaded.findings:
        note(f"{counted(len(loaded.findings), 'finding', 'findings')}: see `relance policy check`.")
    return REFUSED if loaded.findings else FINE


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Example:
    """The invoice to walk: one of the ledger, or one made up from these."""

    invoice: Annotated[str | None, Parameter(help="Case of the ledger, by its id (the invoice's number).")] = None
    due: Annotated[date | None, Parameter(help="Due date of a made-up invoice; today when left out.")] = None
    issued: Annotated[date | None, Parameter(help="Its invoice date; 30 days before the due date, if left out.")] = None
    amount: Annotated[str | None, Parameter(help="Its amount, such as '1500 EUR'.")] = None
    debtor: Annotated[DebtorKind | None, Parameter(help="Kind of debtor; the policy's first when left out.")] = None
    segment: Annotated[str | None, Parameter(help="The debtor's segment; the policy's first when left out.")] = None
    country: Annotated[str | None, Parameter(help="The debtor's country; the policy's first or its calendar's.")] = None
    solvency: Annotated[Solvency, Parameter(help="What is known of the debtor's means.")] = Solvency.unknown
    opened: Annotated[date | None, Parameter(help="Day on which the case begins; the first day when left out.")] = None


@policy_app.command
def explain(
    file: Path,
    *,
    example: Example = Example(),
    language: Literal["en", "fr"] | None = None,
    say: Say = Say(),  # noqa: B008 - a frozen value
) -> int:
    """Tell a policy's course in sentences, and with real dates for one invoice.

    The dates come from the very rules that will decide; what they take for granted is said at the end.
    """
    policy, spoken = _policy(file), language or _settings().language
    case = _kept(example.invoice) if example.invoice else _made_up(policy, example)
    told = course(policy, spoken)
    walked = dated_course(policy, case, spoken, datetime.now(UTC) if example.invoice else None)
    against = takes(policy, case.invoice, case.debtor)
    if say.as_json:
        json_out({"policy": policy.policy, "course": told, "dates": walked, "not_taken": against})
        return FINE
    out(f"{policy.policy}: {one_line(policy.title)}\n")
    for sentence in told:
        out(one_line(sentence, 1000))  # with titles of steps, which come from the file
    invoice = case.invoice
    name = invoice.number if example.invoice else word("example", spoken)
    out(f"\n{name}: {invoice.amount}, {invoice.issue_date} → {invoice.due_date}")
    if against:
        note(f"This policy would not take the invoice: {against}.")
    zone = calendar_for(policy.calendar, case.debtor).zone
    for line in walked:
        out(_line(line, zone, spoken))
    out(word("assumed", spoken))
    return FINE


def _line(line: Dated, zone: ZoneInfo, language: str) -> str:
    local = line.at.astimezone(zone)
    return f"  {weekday(local, language):4} {local:%Y-%m-%d %H:%M}  {one_line(line.sentence, 1000)}"


def _policy(file: Path) -> Policy:
    policies = load_sound(file)
    if file.is_dir():
        raise Stop(f"{file} is a folder: name one policy file.", COULD_NOT_RUN)
    return policies[0].policy


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsWrong as wrong:
        raise Stop(str(wrong), COULD_NOT_RUN) from wrong


def _kept(number: str) -> Case:
    return Case.model_validate(Desk().case(number).state)


def _made_up(policy: Policy, example: Example) -> Case:
    due = example.due or datetime.now(ZoneInfo(policy.calendar.time_zone)).date()
    for day in (due, example.issued, example.opened):
        if day and not 2000 <= day.year <= 2099:
            raise Stop(f"{day} is too far away: name a day of this century.", COULD_NOT_RUN)
    issued = example.issued or due - timedelta(days=30)
    opened = example.opened or issued
    chosen, calendar = policy.takes, policy.calendar
    try:
        amount = Money.parse(example.amount or f"2000 {chosen.currency[0]}")
        return Case(
            id="example",
            policy=policy.policy,
            policy_hash="example",
            invoice=Invoice(number="example", issue_date=issued, due_date=due, amount=amount),
            debtor=Debtor(
                id="example",
                kind=example.debtor or chosen.debtor[0],
                segment=example.segment or (chosen.segment or ("standard",))[0],
                country=example.country or (chosen.country or (calendar.country,))[0],
                solvency=example.solvency,
            ),
            added_at=datetime.combine(opened, time(0), ZoneInfo(calendar.time_zone)).astimezone(UTC),
        )
    except (ValidationError, ValueError) as wrong:
        raise Stop(str(wrong), COULD_NOT_RUN) from wrong
