"""The `relance` command: finds the command asked for, and makes a sentence and an exit code of what goes wrong."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, NoReturn

from cyclopts import App, CoercionError, CycloptsError, CycloptsPanel, Group
from rich.text import Text

from activities.plain import one_line
from activities.settings import SettingsWrong
from console import act_commands as acts
from console import money_commands as money
from console import record_commands as records
from console import up_commands as ups
from console.case_commands import case_app
from console.embedded import EmbeddedServerError
from console.health import AddressWrong
from console.imports import commands as imports
from console.key_commands import key_app
from console.leave import leave
from console.logs import scrubbed
from console.output import COULD_NOT_RUN, FINE, Stop, note, plain
from console.policies.commands import policy_app
from console.policies.files import CannotRead, CreditorRefused
from console.sending_commands import sending_app
from ledger.errors import LedgerAway, LedgerUrlRefused, SchemaAhead

_MENDABLE = (
    *(AddressWrong, CannotRead, CreditorRefused, EmbeddedServerError, LedgerAway, LedgerUrlRefused),
    *(SchemaAhead, SettingsWrong),
)


def _what_is_wrong(error: CycloptsError) -> Any:
    """What is wrong with the command line; of a day, how to write it."""
    if isinstance(error, CoercionError) and error.target_type is date and error.token:
        error.msg = Text(f"write the day like 2026-12-01, not {one_line(error.token.value, 40)}.")
    return CycloptsPanel(error)


app = App(
    name="relance",
    help="Chases unpaid invoices: each one walks its escalation policy, step by step.",
    help_epilogue="Exit codes: 0 fine, 1 refused or findings, 2 could not run. --debug shows where an error is from.",
    result_action="return_value",
    exit_on_error=False,
    suppress_keyboard_interrupt=False,
    error_formatter=_what_is_wrong,
)


def _version() -> str:
    try:
        return version("relance")
    except PackageNotFoundError:
        return "unknown: not installed"


app.version = _version
_running = Group("Running", sort_key=1)
_looking = Group("Looking", sort_key=2)
_telling = Group("Telling what happened", sort_key=3)
_deciding = Group("Deciding", sort_key=4)

for command, name in ((ups.up, "up"), (ups.down, "down"), (ups.work, "worker"), (ups.resume, "resume")):
    app.command(command, name=name, group=_running)
app.command("console.doctor.doctor:doctor", name="doctor", group=_looking)
if find_spec("console.demo"):
    shown = "Show Relance at work on invented invoices: a real server, a worker, e-mails, letters, hand-over files."
    app.command("console.demo:demo", name="demo", group=_running, help=shown)
app.command(imports.import_file, name="import", group=_running)
app.command(imports.columns, name="columns", group=_running)
key_app.group = (_running,)
app.command(key_app)
for part in (policy_app, case_app, records.journal_app, records.task_app, sending_app):
    part.group = (_looking,)
    app.command(part)
app.command(records.export, group=_looking)
for told in (money.pay, money.credit, money.reverse, money.dispute, money.resolve, money.insolvent, money.delivery):
    app.command(told, group=_telling)
for act in (acts.promise, acts.plan, acts.hold, acts.release, acts.call, acts.approve, acts.refuse, acts.skip):
    app.command(act, group=_deciding)
for end in (acts.repeat, acts.change_policy, acts.writeoff, acts.withdraw):
    app.command(end, group=_deciding)


def main() -> NoReturn:
    """The program `relance`. Exit codes: 0 fine, 1 refused or findings, 2 could not run."""
    code = COULD_NOT_RUN
    try:
        code = run(sys.argv[1:])
    except Exception:  # noqa: BLE001 - only --debug lets it come here, and wants to see it
        traceback.print_exc()
    finally:
        leave(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. Only `--debug` lets an error through with its traceback."""
    wanted = [argument for argument in arguments if argument != "--debug"]
    if not wanted:
        wanted = ["--help"]
    try:
        answer = app(wanted)
    except CycloptsError:  # cyclopts has said what is wrong with the command line
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        note("Interrupted.")
        return COULD_NOT_RUN
    except BrokenPipeError:  # the reader of our output left, like `relance case list | head`
        return FINE
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _told(error, "--json" in wanted)
    return answer if isinstance(answer, int) else FINE


def _told(error: Exception, as_json: bool) -> int:
    code = error.code if isinstance(error, Stop) else COULD_NOT_RUN
    detail = error.detail if isinstance(error, Stop) else {}
    sentence = scrubbed(_sentence(error))
    if as_json:
        print(json.dumps({"refused": sentence, **plain(detail)}, ensure_ascii=False, indent=2))
    else:
        note(f"relance: {sentence}")
    return code


def _sentence(error: Exception) -> str:
    if isinstance(error, (Stop, *_MENDABLE)) or type(error).__name__ == "CannotRun":
        return str(error)
    text = str(error).partition("\n")[0][:300]
    return f"something unforeseen happened: {type(error).__name__}: {text} (--debug shows where)"
