"""What a command says and how it ends: tables for people, JSON for machines, one sentence for a refusal."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import Enum
from typing import Annotated, Any

from cyclopts import Parameter
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from activities.plain import one_line
from dunning.money import Money
from dunning.reasons import Because

FINE, REFUSED, COULD_NOT_RUN = 0, 1, 2


class Stop(Exception):
    """A command ends here for a reason its user can mend: the sentence, the exit code, and the refusal as JSON."""

    def __init__(self, sentence: str, code: int = REFUSED, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.detail = dict(detail or {})


@Parameter(name="*")
@dataclass(frozen=True)
class Say:
    """How the answer is written."""

    as_json: Annotated[bool, Parameter(name="--json", negative="", help="Answer as JSON, for programs.")] = False


def out(text: str = "") -> None:
    """One line for people, as it is: nothing in it is markup."""
    _console(sys.stdout).print(text, markup=False, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """A remark on stderr, so that what is piped stays clean."""
    _console(sys.stderr).print(text, markup=False, highlight=False, soft_wrap=True)


def json_out(value: Any) -> None:
    """The answer as JSON: moments in UTC and days in ISO form, money as minor units with currency."""
    print(json.dumps(plain(value), ensure_ascii=False, indent=2))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table for people. Cells come from outside: markup, line ends and control characters in them do nothing."""
    drawn = Table(title=escape(title), title_justify="left")
    for column in columns:
        number = column.endswith(">")
        drawn.add_column(
            column.removesuffix(">"), justify="right" if number else "left", no_wrap=number, overflow="fold"
        )
    for row in rows:
        drawn.add_row(*(escape(one_line("" if cell is None else str(cell), 400)) for cell in row))
    _console(sys.stdout).print(drawn)


def _console(stream: Any) -> Console:
    # Without a terminal there is no width to obey: a line that is cut cannot be searched.
    return Console(file=stream, width=None if stream.isatty() else 200)


def plain(value: Any) -> Any:
    """Values as JSON knows them; bytes are left out."""
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency, "text": str(value)}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value


def reason(because: Any, language: str) -> str:
    """A kept reason in words; empty when nothing was decided yet."""
    return Because.model_validate(because).text(language) if because else ""


def moment(at: datetime | None, zone: tzinfo | None = None) -> str:
    """Day and time in the zone given, or on this machine's clock, with the zone's name; empty for None."""
    return "" if at is None else at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M %Z")
