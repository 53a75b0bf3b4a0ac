"""`relance import`: a file of invoices on its way into the ledger and to the running cases."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from console.desk import Desk
from console.imports.columns import COLUMNS, column_of
from console.imports.file import Table, open_table
from console.imports.importing import Import, chunks
from console.imports.rows import Fault, Row, read_rows
from console.imports.telling import Told, tell
from console.output import COULD_NOT_RUN, FINE, REFUSED, Say, Stop, json_out, note, out
from console.policies.files import CannotRead, LoadedPolicy, load_folder
from console.progress import progress_bar
from console.writing import own_file

MOST_SHOWN = 50


@Parameter(name="*")
@dataclass(frozen=True)
class From:
    """Where the rows come from and what is said for all of them."""

    debtor_kind: Annotated[
        Literal["business", "consumer", "public"] | None,
        Parameter(help="Kind of every debtor, when no column says it."),
    ] = None
    set_: Annotated[
        tuple[str, ...],
        Parameter(
            name="--set", negative="", help="COLUMN=VALUE for rows that leave the column empty; may be repeated."
        ),
    ] = ()
    policies: Annotated[Path | None, Parameter(help="Folder of the policies; RELANCE_POLICIES_DIR when left out.")] = (
        None
    )
    encoding: Annotated[
        Literal["utf-8", "windows-1252"],
        Parameter(help="How the file is written; Excel's `CSV` without UTF-8 is windows-1252."),
    ] = "utf-8"
    dry_run: Annotated[bool, Parameter(negative="", help="Check the file against the policies and change nothing.")] = (
        False
    )


def import_file(file: Path, /, *, origin: From = From(), say: Say = Say()) -> int:  # noqa: B008 - frozen values
    """Import unpaid invoices from a CSV file; bad rows are reported, good rows come in, nothing comes in twice.

    Semicolon, comma or tab; the first line names the columns, in English or French.
    Importing again tells running cases what changed: amount, due date, contact, more paid.

    Parameters
    ----------
    file
        The CSV file. `relance columns` lists the columns.
    """
    defaults = defaults_of(origin.debtor_kind, origin.set_)
    table = open_table(file, frozenset(defaults), origin.encoding)
    desk = Desk(make=True)
    bringing = Import(desk.ledger, sound_policies(origin.policies or desk.settings.policies_dir), datetime.now(UTC))
    rows, faults = _read(table, defaults)
    if not rows and not faults:
        raise Stop(f"{file} has a header and no rows.")
    if origin.dry_run:
        return _checked(bringing, rows, faults, say)
    with progress_bar("into the ledger", len(rows)) as step:
        for chunk in chunks(rows):
            bringing.bring(chunk)
            step(len(chunk))
    faults = sorted([*faults, *bringing.brought.refused], key=lambda fault: fault.line)
    told = tell(desk, bringing.brought)
    return _summary(bringing, faults, told, (say, desk.settings.var_dir))


def columns(*, say: Say = Say()) -> int:  # noqa: B008 - a frozen value
    """List the columns of an import file."""
    if say.as_json:
        json_out(COLUMNS)
        return FINE
    for name, meaning in COLUMNS.items():
        out(f"{name:<15} {meaning}")
    out("Any other column is kept with the invoice.")
    return FINE


def defaults_of(debtor_kind: str | None, settings: Iterable[str]) -> dict[str, str]:
    """What rows hold that leave a column empty, by column; Stop when a setting is not COLUMN=VALUE."""
    told: dict[str, str] = {"debtor_kind": debtor_kind} if debtor_kind else {}
    for given in settings:
        name, equals, value = given.partition("=")
        column = column_of(name)
        if not equals or column is None:
            raise Stop(f"--set {given}: write COLUMN=VALUE with one of {', '.join(COLUMNS)}.", COULD_NOT_RUN)
        told[column] = value.strip()
    return told


def sound_policies(folder: Path) -> list[LoadedPolicy]:
    """All policies of the folder; Stop when there is none, or something is wrong with one."""
    try:
        loaded = load_folder(folder)
    except CannotRead as error:
        raise Stop(f"{error}.", COULD_NOT_RUN) from None
    if loaded.findings:
        first = str(loaded.findings[0]).partition("\n")[0]
        raise Stop(
            f"The policies in {folder} have findings, the first: {first}; `relance policy check {folder}` shows all."
        )
    if not loaded.policies:
        raise Stop(f"There is no policy in {folder}.", COULD_NOT_RUN)
    return list(loaded.policies)


def _read(table: Table, defaults: dict[str, str]) -> tuple[list[Row], list[Fault]]:
    rows: list[Row] = []
    faults: list[Fault] = []
    for read in read_rows(table, defaults):
        if isinstance(read, Row):
            rows.append(read)
        else:
            faults.append(read)
    return rows, faults


def _checked(bringing: Import, rows: list[Row], faults: list[Fault], say: Say) -> int:
    faults = sorted([*faults, *bringing.rehearse(rows)], key=lambda fault: fault.line)
    if say.as_json:
        json_out({"rows": len(rows) + len(faults), "refused": faults, "by_policy": bringing.brought.by_policy})
        return REFUSED if faults else FINE
    _show(faults)
    out(f"{len(rows)} rows can be read, {len(faults)} are refused. Nothing was changed.")
    _by_policy(bringing)
    return REFUSED if faults else FINE


def _summary(bringing: Import, faults: list[Fault], told: Told, where: tuple[Say, Path]) -> int:
    brought, (say, var_dir) = bringing.brought, where
    notes = [*brought.notes, *told.notes]
    code = REFUSED if faults or told.untold else FINE
    if say.as_json:
        counted = {"imported": len(brought.new), "known": brought.known, "changed": sorted(brought.changed)}
        json_out({**counted, "by_policy": brought.by_policy, "refused": faults, "notes": notes, **asdict(told)})
        return code
    _show(faults)
    for one in notes[:MOST_SHOWN]:
        note(one)
    changed = brought.changed | {grown.case_id for grown in brought.grown}
    out(f"{len(brought.new)} imported, {brought.known} known ({len(changed)} changed), {len(faults)} refused.")
    _by_policy(bringing)
    if len(faults) > MOST_SHOWN:
        out(f"All {len(faults)} refused rows: {_errors_file(var_dir, faults)}")
    if told.problem:
        left = f" {told.untold} changes were not told: import the file again then." if told.untold else ""
        out(f"{told.problem} New cases begin by themselves with `relance up`.{left}")
    else:
        out("Next: `relance case list`.")
    return code


def _by_policy(bringing: Import) -> None:
    for name, count in sorted(bringing.brought.by_policy.items()):
        out(f"  {count:>6} to {name}")


def _show(faults: list[Fault]) -> None:
    for fault in faults[:MOST_SHOWN]:
        note(f"line {fault.line}: {fault.reason}")
    if len(faults) > MOST_SHOWN:
        note(f"... and {len(faults) - MOST_SHOWN} more")


def _errors_file(var_dir: Path, faults: Iterable[Fault]) -> Path:
    path = var_dir / f"import-{datetime.now(UTC):%Y%m%dT%H%M%S}-errors.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with own_file(path) as file:  # a row's reason may repeat what stood in its cells
        table = csv.writer(file)
        table.writerow(["line", "number", "reason"])
        table.writerows([fault.line, f"'{fault.number}", fault.reason] for fault in faults)
    return path
