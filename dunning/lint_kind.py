"""What one kind of finding is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of finding: its sentence and advice, and an example.

    `bad` and `good` are lines of a policy that replace those under the same keys in the README's example.
    """

    name: str
    sentence: str
    advice: str
    bad: str = ""
    good: str = ""
