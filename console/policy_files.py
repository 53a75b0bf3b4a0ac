"""Policies, letters and the creditor as files: read strictly, judged whole, and bundled for the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from activities.creditor import Creditor
from activities.letter_text import TextProblem
from activities.letters import check_texts, letter_key
from console.findings import Finding, in_order, of_remark, of_yaml
from console.policy_schema import shape_remarks
from console.strict_yaml import LARGEST, Reading, YamlFault, read_yaml
from dunning.lint import lint, overlaps
from dunning.lint_codes import Remark
from dunning.lint_letters import texts_used
from dunning.policy import Policy

CREDITOR = "creditor.yaml"
LETTERS = "letters"


class CannotRead(OSError):
    """A file or folder that was named is not there, or may not be read; the sentence names it."""


class CreditorRefused(ValueError):
    """The creditor's file is not usable; `findings` say where and why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


@dataclass(frozen=True)
class LoadedPolicy:
    """A sound policy. `bundle` is what the ledger pins: {"policy": the policy, "letters": {key: text}}, as JSON."""

    policy: Policy
    bundle: dict[str, Any]
    source_file: str


@dataclass(frozen=True)
class Loaded:
    """What files gave: the policies that are sound, and everything found in the others, sorted by file and line."""

    policies: tuple[LoadedPolicy, ...]
    findings: tuple[Finding, ...]
    files: int = 0


@dataclass(frozen=True)
class _Letters:
    """The texts of a folder; `unread` are findings about files that could not even be read as texts."""

    folder: Path
    texts: dict[str, str]
    unread: dict[str, Finding]

    def about(self, keys: Iterable[str]) -> list[Finding]:
        """What is wrong with these texts."""
        return [finding for key in keys for finding in self._about(key)]

    def all(self) -> list[Finding]:
        return self.about(dict.fromkeys([*self.unread, *self.texts]))

    def _about(self, key: str) -> list[Finding]:
        if key in self.unread:
            return [self.unread[key]]
        file = str(self.folder / f"{key}.txt")
        problems = _problems(key, self.texts[key])
        return [of_yaml(file, YamlFault("P303", (problem.line, 1), {"what": problem.what})) for problem in problems]


@lru_cache(maxsize=2000)
def _problems(key: str, text: str) -> tuple[TextProblem, ...]:
    """What is wrong with one text; kept, because every text is tried on two invented cases."""
    return tuple(check_texts({key: text}))


def load_folder(path: Path) -> Loaded:
    """All policies of a folder, with its letters/ and how the policies fit together. Raises CannotRead."""
    if not path.is_dir():
        raise CannotRead(f"{path} is not a folder")
    letters = _read_letters(path / LETTERS)
    unread = [of_remark(str(file), Reading(), Remark("P218")) for file in path.glob("*.yml")]
    read = [_read_any(file, letters) for file in sorted(path.glob("*.yaml"))]
    return _together([*read, _Read(unread + letters.all())])


def load_files(paths: Iterable[Path]) -> Loaded:
    """These policy files, each with the letters/ folder beside it. Raises CannotRead."""
    unique = list(dict.fromkeys(paths))
    folders = {file.parent: _read_letters(file.parent / LETTERS) for file in unique}
    return _together([_read_any(file, folders[file.parent]) for file in unique])


def load_file(path: Path) -> Loaded:
    """One policy file with the letters/ folder beside it. Raises CannotRead."""
    return load_files([path])


def load_creditor(path: Path) -> Creditor:
    """The creditor's details. Raises CannotRead, or CreditorRefused with the findings."""
    reading = read_yaml(_bytes(path))
    if reading.faults:
        raise CreditorRefused(in_order(of_yaml(str(path), fault) for fault in reading.faults))
    try:
        return Creditor.model_validate(reading.data)
    except ValidationError as wrong:
        remarks = _model_remarks(wrong)
        raise CreditorRefused(in_order(of_remark(str(path), reading, remark) for remark in remarks)) from None


@dataclass(frozen=True)
class _Read:
    """What one file gave; `policy` when it has the shape of one, `sound` when nothing was found in it."""

    findings: list[Finding]
    file: str = ""  # of a policy
    reading: Reading | None = None
    policy: Policy | None = None
    bundle: dict[str, Any] | None = None


def _read_any(path: Path, letters: _Letters) -> _Read:
    """A policy, or the creditor's file, which stands beside them and is named with them by `*.yaml`."""
    if path.name != CREDITOR:
        return _read_policy(path, letters)
    try:
        load_creditor(path)
    except CreditorRefused as refused:
        return _Read(list(refused.findings))
    return _Read([])


def _read_policy(path: Path, letters: _Letters) -> _Read:
    file, reading = str(path), read_yaml(_bytes(path))
    if reading.faults:
        return _Read([of_yaml(file, fault) for fault in reading.faults], file)
    policy, remarks = _checked(reading.data)
    if policy is None:
        return _Read([of_remark(file, reading, remark) for remark in remarks], file)
    if policy.policy != path.stem:
        remarks.append(Remark("P210", ("policy",), {"policy": policy.policy, "file": path.name}))
    remarks += lint(policy, letters.texts)
    used = texts_used(policy, letters.texts)
    findings = [of_remark(file, reading, remark) for remark in remarks] + letters.about(used)
    return _Read(findings, file, reading, policy, bundle_of(policy, used))


def _checked(data: Any) -> tuple[Policy | None, list[Remark]]:
    remarks = shape_remarks(data)
    if remarks:
        return None, remarks
    try:
        return Policy.model_validate(data), []
    except ValidationError as wrong:
        return None, _model_remarks(wrong)


def _model_remarks(wrong: ValidationError) -> list[Remark]:
    return [_model_remark(fault["loc"], fault["type"], fault["msg"]) for fault in wrong.errors(include_url=False)]


def _model_remark(path: tuple[str | int, ...], kind: str, message: str) -> Remark:
    if kind == "extra_forbidden":
        return Remark("P201", path, {"key": str(path[-1]), "hint": "it is not one of those that are read"}, at_key=True)
    if kind == "missing":
        return Remark("P202", path[:-1], {"key": str(path[-1])})
    return Remark("P208", path, {"detail": message.removeprefix("Value error, ").rstrip(".")})


def bundle_of(policy: Policy, texts: Mapping[str, str]) -> dict[str, Any]:
    """What the ledger keeps of a policy: itself and the texts it refers to, so that both are pinned together."""
    return {"policy": policy.model_dump(mode="json", exclude_none=True), "letters": dict(sorted(texts.items()))}


def _together(read: list[_Read]) -> Loaded:
    known = [one for one in read if one.policy and one.reading]
    findings = [finding for one in read for finding in one.findings]
    for policy, remark in overlaps([one.policy for one in known if one.policy]):
        one = next(one for one in known if one.policy is policy)
        if one.reading:
            finding = of_remark(one.file, one.reading, remark)
            one.findings.append(finding)
            findings.append(finding)
    sound = tuple(
        LoadedPolicy(one.policy, one.bundle, one.file)
        for one in known
        if one.policy and one.bundle is not None and not one.findings
    )
    return Loaded(sound, in_order(findings), sum(bool(one.file) for one in read))


def _read_letters(folder: Path) -> _Letters:
    letters = _Letters(folder, {}, {})
    for path in sorted(folder.glob("*.txt")) if folder.is_dir() else ():
        key, raw = letter_key(path.name), _bytes(path)
        if key is None:
            letters.unread[path.name] = of_remark(str(path), Reading(), Remark("P304"))
            continue
        try:
            letters.texts[key] = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            letters.unread[key] = of_yaml(str(path), YamlFault("P105", (1, 1)))
            letters.texts[key] = ""  # there, so that no policy says it is missing as well
    return letters


def _bytes(path: Path) -> bytes:
    """At most one byte more than is read, so that an endless file is seen to be too large."""
    try:
        with path.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as wrong:
        raise CannotRead(f"{path} cannot be read: {wrong.strerror}") from wrong
