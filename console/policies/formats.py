"""Findings written for people, for programs, for GitHub's annotations, and as SARIF for everything else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import Any, Literal
from urllib.parse import quote

from console.policies.files import Loaded
from console.policies.findings import Finding, in_order
from dunning.lint.codes import CATALOGUE

Format = Literal["human", "json", "github", "sarif"]
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def written(loaded: Loaded, form: Format) -> str:
    """All findings and warnings in the format, by file and line, without a last line end."""
    found = in_order([*loaded.findings, *loaded.warnings])
    if form == "json":
        return json.dumps({"files": loaded.files, "findings": _plain(found)}, ensure_ascii=False, indent=2)
    if form == "sarif":
        return json.dumps(sarif(found), ensure_ascii=False, indent=2)
    if form == "github":
        return "\n".join(map(_annotation, found))
    return "\n".join([*map(_line, found), _total(loaded)])


def counted(number: int, one: str, many: str) -> str:
    """`no findings`, `1 finding`, `2 findings`."""
    return f"{number or 'no'} {one if number == 1 else many}"


def _line(finding: Finding) -> str:
    return (
        str(finding).replace(f" {finding.code} ", f" {finding.code} (warning) ", 1) if finding.warns else str(finding)
    )


def _total(loaded: Loaded) -> str:
    told = [counted(len(loaded.findings), "finding", "findings")]
    if loaded.warnings:
        told.append(counted(len(loaded.warnings), "warning", "warnings"))
    return f"{counted(loaded.files, 'policy', 'policies')}, {', '.join(told)}."


def _plain(found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{**asdict(one), "name": one.name, "level": "warning" if one.warns else "error"} for one in found]


def _annotation(finding: Finding) -> str:
    """GitHub's workflow command; its properties escape more than its message."""
    level = "warning" if finding.warns else "error"
    places = {"file": finding.file, "line": finding.line, "col": finding.column}
    told = ",".join(f"{key}={_property(str(value))}" for key, value in {**places, "title": _title(finding)}.items())
    return f"::{level} {told}::{_message(f'{finding.sentence}. {finding.advice}')}"


def _title(finding: Finding) -> str:
    return f"{finding.code} {finding.name}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def sarif(found: Sequence[Finding]) -> dict[str, Any]:
    """The findings as a SARIF 2.1.0 log with the rules that they break (OASIS sarif-v2.1.0)."""
    codes = sorted({finding.code for finding in found})
    driver = {"name": "relance policy check", "version": _version(), "rules": list(map(_rule, codes))}
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": list(_results(found, codes)),
            }
        ],
    }


def _version() -> str:
    try:
        return version("relance")
    except PackageNotFoundError:  # run from its folder without being installed
        return "unknown"


def _rule(code: str) -> dict[str, Any]:
    kind = CATALOGUE[code]
    return {
        "id": code,
        "name": kind.name,
        "shortDescription": {"text": kind.name.replace("-", " ")},
        "fullDescription": {"text": in_general(kind.sentence)},
        "help": {"text": f"{in_general(kind.advice)}\n\nNot so:\n{kind.bad}\n\nBut so:\n{kind.good}"},
        "defaultConfiguration": {"level": "warning" if kind.warns else "error"},
    }


def in_general(text: str) -> str:
    """A sentence of the catalogue for no finding in particular: `<step> comes before <earlier>`."""
    return re.sub(r"\{(\w+)(?:!r)?\}", r"<\1>", text)


def _results(found: Sequence[Finding], codes: list[str]) -> Iterator[dict[str, Any]]:
    for finding in found:
        place = {"startLine": finding.line, "startColumn": finding.column}
        yield {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": "warning" if finding.warns else "error",
            "message": {"text": f"{finding.sentence}. {finding.advice}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(finding.file)}, "region": place}}],
        }


def _uri(file: str) -> str:
    """A path under this folder as such, so that a viewer finds it; any other in full."""
    path = PurePath(file)
    if not path.is_absolute():
        return _escaped(path)
    here = Path.cwd()
    return _escaped(path.relative_to(here)) if path.is_relative_to(here) else path.as_uri()


def _escaped(path: PurePath) -> str:
    return quote(path.as_posix())
