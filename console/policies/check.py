"""`relance policy check`: everything that is wrong with policies, and the rules that say so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from activities.settings import load_settings
from console.output import COULD_NOT_RUN, FINE, REFUSED, Say, Stop, json_out, note, out
from console.policies.files import CannotRead, Loaded, LoadedPolicy, load_files, load_folder
from console.policies.formats import Format, in_general, written
from dunning.lint.codes import CATALOGUE

_SHOWN = {
    "policy": "lines of a policy",
    "letter": "a text, here letters/reminder.courteous.en.txt",
    "folder": "two policies of a folder, one above the line of dashes and one below",
    "words": "in words",
}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for, and how the answer is written."""

    form: Annotated[
        Format, Parameter(name="--format", help="For people, programs, GitHub annotations, or SARIF viewers.")
    ] = "human"
    explain: Annotated[
        str | None, Parameter(name="--explain", help="A rule instead, by its code or name, such as P203.")
    ] = None
    on: Annotated[date | None, Parameter(name="--on", help="The day whose law judges; today when left out.")] = None


def check(*files: Path, asked: Asked = Asked(), say: Say = Say()) -> int:  # noqa: B008 - frozen values
    """Say everything that is wrong with policies, their letters, how they fit together, and what the law says.

    Exit code 0: nothing; 1: findings or warnings; 2: a file could not be read.

    Parameters
    ----------
    files
        Policy files, or one folder; all policies of the policies folder when left out.
    """
    if asked.explain is not None:
        return _explained(asked.explain, as_json=say.as_json or asked.form == "json")
    form: Format = "json" if say.as_json else asked.form
    loaded = load_any(files, asked.on)
    told = written(loaded, form)
    if form == "human":
        out(told)
        _law_not_judged(loaded)
    elif told:
        print(told)
    return REFUSED if loaded.findings or loaded.warnings else FINE


def _law_not_judged(loaded: Loaded) -> None:
    if loaded.unjudged:
        note(f"No file in law/ speaks of {', '.join(loaded.unjudged)}: what the law says there was not checked.")


def load_any(files: tuple[Path, ...], day: date | None = None) -> Loaded:
    """These files, one folder, or the policies folder when nothing is named. Stop when something cannot be read."""
    try:
        if files and not (len(files) == 1 and files[0].is_dir()):
            return load_files(files, day)
        folder = files[0] if files else load_settings().policies_dir
        loaded = load_folder(folder, day)
    except CannotRead as wrong:
        raise Stop(f"{wrong}{_meant(wrong)}", COULD_NOT_RUN) from wrong
    except OSError as wrong:  # already asking whether it is a folder can fail
        raise Stop(f"{wrong.filename} cannot be read: {wrong.strerror}", COULD_NOT_RUN) from wrong
    if not loaded.files and not loaded.findings:
        raise Stop(f"There is no policy in {folder}: a policy is a file that ends in .yaml.", COULD_NOT_RUN)
    return loaded


def _meant(wrong: CannotRead) -> str:
    """The policy's file, when its name alone was given, as `diff` and `adopt` take it; nothing else is guessed."""
    missing = wrong.__cause__
    if not isinstance(missing, FileNotFoundError):
        return ""
    asked = Path(str(missing.filename))
    near = [file for file in load_settings().policies_dir.glob("*.yaml") if file.stem in (asked.name, asked.stem)]
    return f"; did you mean {near[0]}?" if near else ""


def load_sound(path: Path) -> tuple[LoadedPolicy, ...]:
    """The policies of a file or a folder. Stop with their findings, or when there is none."""
    loaded = load_any((path,))
    if loaded.findings:
        told = "\n".join(str(finding) for finding in loaded.findings)
        raise Stop(told, REFUSED, {"findings": [asdict(finding) for finding in loaded.findings]})
    if not loaded.policies:
        raise Stop(f"{path} holds no policy: name a policy file.", COULD_NOT_RUN)
    return loaded.policies


def _explained(asked: str, *, as_json: bool) -> int:
    code = next((code for code, kind in CATALOGUE.items() if asked.lower() in (code.lower(), kind.name)), None)
    if code is None:
        known = [name for code, kind in CATALOGUE.items() for name in (code, kind.name)]
        near = get_close_matches(asked, known, n=1) or get_close_matches(asked.upper(), known, n=1)
        hint = f"; did you mean {near[0]}?" if near else "; the table in policies/README.md lists them"
        raise Stop(f"There is no rule {asked[:60]}{hint}", COULD_NOT_RUN)
    kind = CATALOGUE[code]
    if as_json:
        json_out({"code": code, **asdict(kind), "level": "warning" if kind.warns else "error"})
        return FINE
    out(f"{code} {kind.name}{' (warning)' if kind.warns else ''}")
    out(f"    {in_general(kind.sentence)}\n    {in_general(kind.advice)}")
    for title, example in (("Not so", kind.bad), ("But so", kind.good)):
        out(f"\n{title} ({_SHOWN[kind.shown]}):\n")
        out("\n".join(f"    {line}".rstrip() for line in example.rstrip("\n").split("\n")))
    return FINE
