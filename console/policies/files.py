"""Policies, letters and the creditor as files: read strictly, judged whole, and bundled for the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.languages import get_official_languages
from pydantic import ValidationError

from activities.creditor import Creditor
from console.policies.findings import MOST_SHOWN, Finding, in_order, of_remark, of_yaml
from console.policies.law import Law, read_law, remarks_of
from console.policies.letters import LETTERS, Letters, read_letters
from console.policies.read_file import CannotRead, bytes_of
from console.policies.schema import shape_remarks
from console.policies.strict_yaml import Reading, read_yaml
from dunning.lint.codes import Remark
from dunning.lint.gaps import gaps
from dunning.lint.grounds import Grounds, countries_of
from dunning.lint.judge import lint, overlaps
from dunning.lint.letters import texts_used
from dunning.policy import Policy

__all__ = [
    "CREDITOR",
    "LETTERS",
    "CannotRead",
    "CreditorRefused",
    "Loaded",
    "LoadedPolicy",
    "bundle_of",
    "load_creditor",
    "load_file",
    "load_files",
    "load_folder",
]
CREDITOR = "creditor.yaml"


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
    """What files gave: the policies that are sound, and everything found, sorted by file and line.

    `findings` keep a policy out of service; `warnings` do not. `unjudged` are the countries whose law no file tells.
    """

    policies: tuple[LoadedPolicy, ...]
    findings: tuple[Finding, ...]
    files: int = 0
    warnings: tuple[Finding, ...] = ()
    unjudged: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Beside:
    """What stands beside the policies of one folder, and the day whose law judges them."""

    letters: Letters
    law: Law
    day: date

    @classmethod
    def of(cls, folder: Path, day: date | None) -> _Beside:
        return cls(read_letters(folder / LETTERS), read_law(folder), day or date.today())  # noqa: DTZ011 - the reader's


def load_folder(path: Path, day: date | None = None) -> Loaded:
    """All policies of a folder, with its letters/, law/ and how they fit together. Raises CannotRead.

    `day` is the one whose law judges them: today when left out.
    """
    if not path.is_dir():
        raise CannotRead(f"{path} is not a folder")
    beside = _Beside.of(path, day)
    unread = [of_remark(str(file), Reading(), Remark("P218")) for file in path.glob("*.yml")]
    read = [_read_any(file, beside) for file in sorted(path.glob("*.yaml"))]
    policies = [one for one in read if one.file]
    if all(one.policy for one in policies):
        for policy, remark in gaps([one.policy for one in policies if one.policy]):
            next(one for one in policies if one.policy is policy).tell(remark)
    return _together([*read, _Read([*unread, *beside.letters.all(), *beside.law.findings])])


def load_files(paths: Iterable[Path], day: date | None = None) -> Loaded:
    """These policy files, each with the letters/ and law/ beside it. Raises CannotRead."""
    unique = list(dict.fromkeys(paths))
    beside = {folder: _Beside.of(folder, day) for folder in dict.fromkeys(file.parent for file in unique)}
    law = [_Read(list(one.law.findings)) for one in beside.values()]
    return _together([*(_read_any(file, beside[file.parent]) for file in unique), *law])


def load_file(path: Path, day: date | None = None) -> Loaded:
    """One policy file with the letters/ and law/ beside it. Raises CannotRead."""
    return load_files([path], day)


def load_creditor(path: Path) -> Creditor:
    """The creditor's details. Raises CannotRead, or CreditorRefused with the findings."""
    reading = read_yaml(bytes_of(path))
    if reading.faults:
        raise CreditorRefused(in_order(of_yaml(str(path), fault) for fault in reading.faults))
    try:
        return Creditor.model_validate(reading.data)
    except ValidationError as wrong:
        remarks = remarks_of(wrong)
        raise CreditorRefused(in_order(of_remark(str(path), reading, remark) for remark in remarks)) from None


@dataclass(frozen=True)
class _Read:
    """What one file gave; `policy` when it has the shape of one."""

    findings: list[Finding]
    file: str = ""  # of a policy
    reading: Reading = field(default_factory=Reading)
    policy: Policy | None = None
    bundle: dict[str, Any] | None = None
    unjudged: tuple[str, ...] = ()

    def tell(self, remark: Remark) -> None:
        self.findings.append(of_remark(self.file, self.reading, remark))

    @property
    def sound(self) -> bool:
        return all(finding.warns for finding in self.findings)


def _read_any(path: Path, beside: _Beside) -> _Read:
    """A policy, or the creditor's file, which stands beside them and is named with them by `*.yaml`."""
    if path.name != CREDITOR:
        return _read_policy(path, beside)
    try:
        load_creditor(path)
    except CreditorRefused as refused:
        return _Read(list(refused.findings))
    return _Read([])


def _read_policy(path: Path, beside: _Beside) -> _Read:
    file, reading = str(path), read_yaml(bytes_of(path))
    if reading.faults:
        return _Read([of_yaml(file, fault) for fault in reading.faults], file)
    policy, remarks = _checked(reading.data)
    if policy is None:
        return _Read([of_remark(file, reading, remark) for remark in remarks], file)
    if policy.policy != path.stem:
        remarks.append(Remark("P210", ("policy",), {"policy": policy.policy, "file": path.name}))
    letters, grounds = beside.letters, _grounds(beside, policy)
    remarks += lint(policy, letters.texts, grounds)
    used = texts_used(policy, letters.texts)
    findings = [letters.at(remark) if remark.text else of_remark(file, reading, remark) for remark in remarks]
    known = {country for pack in grounds.packs for country in pack.countries}
    unjudged = tuple(sorted(countries_of(policy) - known))
    return _Read([*findings, *letters.about(used)], file, reading, policy, bundle_of(policy, used), unjudged)


def _grounds(beside: _Beside, policy: Policy) -> Grounds:
    languages = {country: _languages(country) for country in countries_of(policy)}
    return Grounds(beside.day, beside.law.packs, beside.law.hard_words, languages)


@lru_cache(maxsize=300)
def _languages(country: str) -> tuple[str, ...]:
    """The country's official languages by two letters (Unicode CLDR, as Babel ships it)."""
    spoken = get_official_languages(country, regional=True, de_facto=True)
    return tuple(
        dict.fromkeys(language.partition("_")[0] for language in spoken if len(language.partition("_")[0]) == 2)
    )


def _checked(data: Any) -> tuple[Policy | None, list[Remark]]:
    remarks = shape_remarks(data)
    if len(remarks) > MOST_SHOWN:
        return None, remarks
    try:
        policy = Policy.model_validate(data)
    except ValidationError as wrong:
        return None, remarks + _elsewhere(remarks_of(wrong), remarks)
    return (None if remarks else policy), remarks


def _elsewhere(found: list[Remark], told: list[Remark]) -> list[Remark]:
    """Those that are about other places than what was told: around and inside these they are its consequences."""
    paths = {remark.path for remark in told}
    around = {path[:length] for path in paths for length in range(len(path) + 1)}
    return [
        remark
        for remark in found
        if remark.path not in around and not any(remark.path[:length] in paths for length in range(len(remark.path)))
    ]


def bundle_of(policy: Policy, texts: Mapping[str, str]) -> dict[str, Any]:
    """What the ledger keeps of a policy: itself and the texts it refers to, so that both are pinned together."""
    return {"policy": policy.model_dump(mode="json", exclude_none=True), "letters": dict(sorted(texts.items()))}


def _together(read: list[_Read]) -> Loaded:
    known = [one for one in read if one.policy]
    for policy, remark in overlaps([one.policy for one in known if one.policy]):
        next(one for one in known if one.policy is policy).tell(remark)
    sound = tuple(
        LoadedPolicy(one.policy, one.bundle, one.file)
        for one in known
        if one.policy and one.bundle is not None and one.sound
    )
    findings = [finding for one in read for finding in one.findings]
    return Loaded(
        sound,
        in_order(finding for finding in findings if not finding.warns),
        sum(bool(one.file) for one in read),
        in_order(finding for finding in findings if finding.warns),
        tuple(sorted({country for one in known for country in one.unjudged})),
    )
