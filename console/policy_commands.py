"""`relance policy`: check what was written, and see what it will do before any debtor does."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter
from pydantic import ValidationError

from activities.settings import Settings, SettingsWrong, load_settings
from console.check_commands import check, load_any
from console.desk import Desk
from console.finding_formats import counted
from console.output import COULD_NOT_RUN, FINE, REFUSED, Say, Stop, json_out, note, out
from console.policy_files import CannotRead, LoadedPolicy, load_file
from console.policy_schema import schema_text
from dunning.calendar import calendar_for
from dunning.case import Case, Debtor, Invoice
from dunning.explain import Dated, course, dated_course
from dunning.explain_words import word
from dunning.money import Money
from dunning.opening import takes
from dunning.policy import Policy
from dunning.terms import DebtorKind, Solvency

policy_app = App(name="policy", help="Write, check, rehearse and compare the policies; they are files in policies/.")
policy_app.command(check)
policy_app.command("console.story_commands:test", name="test", help="Do the dated examples in stories/ still come true?")
policy_app.command("console.rehearsal_commands:simulate", name="simulate", help="Rehearse the policies on a whole book.")
policy_app.command("console.diff_commands:diff", name="diff", help="Say what a change changes, and for whom.")
policy_app.command("console.adopt_commands:adopt", name="adopt", help="Move running cases to a policy.")
policy_app.command("console.draw_commands:draw", name="draw", help="Draw a policy's course as a picture.")


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
            out(f"{one.policy.policy}: {one.policy.title} ({len(one.policy.steps)} steps)")
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
    loaded = load(file)
    policy, spoken = loaded.policy, language or _settings().language
    case = _kept(example.invoice) if example.invoice else _made_up(policy, example)
    told = course(policy, spoken)
    walked = dated_course(policy, case, spoken, datetime.now(UTC) if example.invoice else None)
    against = takes(policy, case.invoice, case.debtor)
    if say.as_json:
        json_out({"policy": policy.policy, "course": told, "dates": walked, "not_taken": against})
        return FINE
    out(f"{policy.policy}: {policy.title}\n")
    for sentence in told:
        out(sentence)
    invoice = case.invoice
    out(f"\n{invoice.number}: {invoice.amount}, {invoice.issue_date} → {invoice.due_date}")
    if against:
        note(f"This policy would not take the invoice: {against}.")
    zone = calendar_for(policy.calendar, case.debtor).zone
    for line in walked:
        out(_line(line, zone, spoken))
    out(word("assumed", spoken))
    return FINE


def _line(line: Dated, zone: ZoneInfo, language: str) -> str:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    local = line.at.astimezone(zone)
    return f"  {word(days[local.weekday()], language):4} {local:%Y-%m-%d %H:%M}  {line.sentence}"


def load(file: Path) -> LoadedPolicy:
    """The sound policy of a file. Stop with its findings when it has any."""
    try:
        loaded = load_file(file)
    except CannotRead as wrong:
        raise Stop(str(wrong), COULD_NOT_RUN) from wrong
    if loaded.findings:
        told = "\n".join(str(finding) for finding in loaded.findings)
        raise Stop(told, REFUSED, {"findings": [asdict(finding) for finding in loaded.findings]})
    return loaded.policies[0]


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsWrong as wrong:
        raise Stop(str(wrong), COULD_NOT_RUN) from wrong


def _kept(number: str) -> Case:
    return Case.model_validate(Desk().case(number).state)


def _made_up(policy: Policy, example: Example) -> Case:
    due = example.due or datetime.now(ZoneInfo(policy.calendar.time_zone)).date()
    issued = example.issued or due - timedelta(days=30)
    opened = example.opened or issued
    chosen, calendar = policy.takes, policy.calendar
    try:
        amount = Money.parse(example.amount or f"2000 {chosen.currency[0]}")
        return Case(
            id="example",
            policy=policy.policy,
            policy_hash="example",
            invoice=Invoice(number="EXAMPLE", issue_date=issued, due_date=due, amount=amount),
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
