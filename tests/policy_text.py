"""The README's example policy as text, and the same with some of its lines replaced."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from console.policies.files import Loaded, load_file

HOUSE = Path(__file__).resolve().parent.parent
POLICIES = HOUSE / "policies"
README = (POLICIES / "README.md").read_text("utf-8")
EXAMPLE = re.search(r"<!-- example -->\n```yaml\n(.*?)```", README, re.DOTALL)[1]  # type: ignore[index]


def example(lines: str = "") -> str:
    """The example; each of its top-level keys that `lines` speaks of is replaced by what `lines` says."""
    blocks = re.split(r"^(?=[a-z_]+:)", EXAMPLE, flags=re.MULTILINE)
    spoken_of = set(re.findall(r"^([a-z_]+):", lines, re.MULTILINE))
    kept = [block for block in blocks if block.partition(":")[0] not in spoken_of]
    return "".join(kept) + lines.rstrip("\n") + "\n"


JUDGED = date(2026, 11, 24)  # the day whose law judges the examples


def load_text(folder: Path, text: str | bytes, name: str = "example") -> Loaded:
    """Load a policy written into `folder`, beside the shipped letters, law and hard words."""
    for beside in ("letters", "law", "words"):
        if not (folder / beside).exists():
            (folder / beside).symlink_to(POLICIES / beside)
    file = folder / f"{name}.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_file(file, JUDGED)


def codes(loaded: Loaded) -> list[str]:
    """The codes of what was found, in order."""
    return [finding.code for finding in loaded.findings]
