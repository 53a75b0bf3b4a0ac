"""`relance policy draw`: the course of a policy as a picture, drawn from what the program read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from activities.settings import SettingsWrong, load_settings
from console.draw.mermaid import mermaid
from console.draw.svg import svg
from console.output import COULD_NOT_RUN, FINE, Say, Stop, json_out, out
from console.policies.check import load_sound
from dunning.drawing import drawing

Format = Literal["mermaid", "svg"]
_ENDINGS: dict[str, Format] = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid"}
_WRITERS = {"mermaid": (mermaid, ".mmd"), "svg": (svg, ".svg")}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is drawn, and where to."""

    format: Annotated[
        Format | None, Parameter(help="What to write; as --out ends when left out, else Mermaid text.")
    ] = None
    out: Annotated[
        Path | None, Parameter(help="File to write, or a folder to write into; the screen when left out.")
    ] = None
    language: Annotated[Literal["en", "fr"] | None, Parameter(help="Language of the picture's own words.")] = None


def draw(file: Path, *, picture: Picture = Picture(), say: Say = Say()) -> int:  # noqa: B008 - frozen values
    """Draw a policy's course: its steps on a line of days, what each is, and what decides at each fork.

    Exit code 0: drawn; 1: the policy has findings; 2: a file could not be read or written.

    Parameters
    ----------
    file
        A policy file, or a folder of policies: each is then drawn into a file of its name in the folder --out.
    """
    language = picture.language or _language()
    drawn = [drawing(one.policy, language) for one in load_sound(file)]
    kind = _format(file, picture)
    write, ending = _WRITERS[kind]
    try:
        files = _targets(file, picture, [one.policy + ending for one in drawn])
    except OSError as wrong:  # already asking whether it is there can fail
        raise Stop(f"{wrong.filename} cannot be written: {wrong.strerror}.", COULD_NOT_RUN) from wrong
    for one, target in zip(drawn, files, strict=False):
        _write(target, write(one))
    if say.as_json:
        json_out({"format": kind, "files": [str(target) for target in files], "drawings": drawn})
    elif files:
        for target in files:
            out(f"{target} drawn.")
    else:
        print(write(drawn[0]), end="")
    return FINE


def _format(file: Path, picture: Picture) -> Format:
    ending = picture.out.suffix.lower() if picture.out else ""
    named = _ENDINGS.get(ending)
    if picture.format and named and picture.format != named:
        raise Stop(f"--out {picture.out} and --format {picture.format} say two things: leave one out.", COULD_NOT_RUN)
    if ending and not (named or picture.format or file.is_dir()):
        raise Stop(f"--out {picture.out}: name it .svg or .mmd, or say which with --format.", COULD_NOT_RUN)
    return picture.format or named or "mermaid"


def _targets(file: Path, picture: Picture, names: list[str]) -> list[Path]:
    """The files to write; none for the screen."""
    if picture.out is None and not file.is_dir():
        return []
    if picture.out is None:
        raise Stop(f"{file} is a folder: say with --out into which folder to draw its policies.", COULD_NOT_RUN)
    if file.is_dir() and picture.out.suffix.lower() in _ENDINGS and not picture.out.is_dir():
        told = f"--out {picture.out} is the name of one picture, and {file} is a folder: name a folder."
        raise Stop(told, COULD_NOT_RUN)
    if picture.out.is_dir() and picture.out.samefile(file if file.is_dir() else file.parent):
        told = f"--out {picture.out} is the folder of the policies: name another folder, or a file of its own."
        raise Stop(told, COULD_NOT_RUN)
    into = file.is_dir() or picture.out.is_dir()
    if not into and picture.out.suffix.lower() not in _ENDINGS and picture.out.exists():
        raise Stop(f"--out {picture.out} is there and is no picture: it is not written over.", COULD_NOT_RUN)
    return [picture.out / name for name in names] if into else [picture.out]


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", newline="\n")
    except OSError as wrong:
        raise Stop(f"{target} cannot be written: {wrong.strerror}.", COULD_NOT_RUN) from wrong


def _language() -> str:
    try:
        return load_settings().language
    except SettingsWrong as wrong:
        raise Stop(str(wrong), COULD_NOT_RUN) from wrong
