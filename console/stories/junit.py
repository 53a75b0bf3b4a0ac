"""The verdicts as JUnit XML, which every CI system shows: a suite for each policy, a case for each story."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from console.stories.telling import Verdict

# Characters that no XML 1.0 document may hold, however they are written.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(verdicts: Sequence[Verdict], durable: bool) -> bytes:
    """The document in UTF-8. A story that does not come true is a failure, one that cannot be told an error."""
    root = ET.Element("testsuites", {"name": "relance policy test", **_counts(verdicts)})
    for policy in dict.fromkeys(verdict.policy_name for verdict in verdicts):
        mine = [verdict for verdict in verdicts if verdict.policy_name == policy]
        suite = ET.SubElement(root, "testsuite", {"name": _text(policy), **_counts(mine)})
        for verdict in mine:
            suite.append(_case(verdict, durable))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _counts(verdicts: Sequence[Verdict]) -> dict[str, str]:
    errors = sum(bool(verdict.findings) for verdict in verdicts)
    failures = sum(not verdict.passed for verdict in verdicts) - errors
    seconds = sum(verdict.seconds for verdict in verdicts)
    return {
        "tests": str(len(verdicts)),
        "failures": str(failures),
        "errors": str(errors),
        "time": f"{seconds:.3f}",
    }


def _case(verdict: Verdict, durable: bool) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=_text(verdict.policy_name),
        name=_text(verdict.file.name),
        time=f"{verdict.seconds:.3f}",
    )
    if verdict.passed:
        return case
    told = [str(finding) for finding in verdict.findings] or [*verdict.wrong, *verdict.otherwise]
    kind = "error" if verdict.findings else "failure"
    what = ET.SubElement(case, kind, message=_text(told[0].splitlines()[0]), type="story")
    what.text = _text("\n".join([verdict.file.file, *told]))
    return case


def _text(told: str) -> str:
    return _IMPOSSIBLE.sub("?", told)
