"""The law and the hard words as files: read as strictly as the policies that are judged by them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from console.policies.findings import Finding, of_remark, of_yaml
from console.policies.read_file import bytes_of
from console.policies.strict_yaml import read_yaml
from dunning.law import LawPack
from dunning.lint.codes import Remark
from dunning.lint.grounds import HardWords

LAW = "law"
HARD_WORDS = Path("words") / "tone.yaml"
_Read = TypeVar("_Read", bound=BaseModel)


@dataclass(frozen=True)
class Law:
    """What stands beside the policies of a folder: the packs of law that are sound, hard words, and what was found."""

    packs: tuple[LawPack, ...] = ()
    hard_words: HardWords = field(default_factory=HardWords)
    findings: tuple[Finding, ...] = ()


def read_law(folder: Path) -> Law:
    """The law/ and words/ of a folder of policies; empty where there are none. Raises CannotRead."""
    findings: list[Finding] = []
    files = sorted((folder / LAW).glob("*.yaml")) if (folder / LAW).is_dir() else []
    packs = tuple(pack for file in files if (pack := _read(file, LawPack, findings)))
    words = folder / HARD_WORDS
    hard = _read(words, HardWords, findings) if words.exists() else None
    return Law(packs, hard or HardWords(), tuple(findings))


def _read(file: Path, kind: type[_Read], findings: list[Finding]) -> _Read | None:
    reading = read_yaml(bytes_of(file))
    if reading.faults:
        findings += [of_yaml(str(file), fault) for fault in reading.faults]
        return None
    try:
        return kind.model_validate(reading.data)
    except ValidationError as wrong:
        findings += [of_remark(str(file), reading, remark) for remark in remarks_of(wrong)]
        return None


def remarks_of(wrong: ValidationError) -> list[Remark]:
    """What a model refused, each at its place."""
    return [_remark(fault["loc"], fault["type"], fault["msg"]) for fault in wrong.errors(include_url=False)]


def _remark(path: tuple[str | int, ...], kind: str, message: str) -> Remark:
    if kind == "extra_forbidden":
        return Remark("P201", path, {"key": str(path[-1]), "hint": "it is not one of those that are read"}, at_key=True)
    if kind == "missing":
        return Remark("P202", path[:-1], {"key": str(path[-1])})
    return Remark("P208", path, {"detail": message.removeprefix("Value error, ").rstrip(".")})
