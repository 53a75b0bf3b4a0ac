"""What one kind of finding is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Kind:
    """One kind of finding: its sentence and advice, and two examples, one that shows it and one that does not.

    `shown` says what the examples are: lines of a `policy` that replace those under the same keys in the README's
    example; the `letter` reminder.courteous.en.txt; a `folder` of two policies, parted by a line `---`, each written
    as lines of a policy; or a description in `words` of what is too long to print.
    A kind that `warns` leaves the policy in service: it is worth a look, and may only be a matter of the date.
    """

    name: str
    sentence: str
    advice: str
    bad: str
    good: str
    shown: Literal["policy", "letter", "folder", "words"] = "policy"
    warns: bool = False
