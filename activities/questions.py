"""What a case asks of its activities and what they answer: small, plain shapes that live in histories for years."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Question:
    """The case as the workflow knows it (None at the start of a run), and the letters that arrived since.

    A letter is `{"fact": the text that came, "at": moment, "act": by a person?, "letter": number}`. `now` is the
    workflow's clock; without it the activity takes the server's. `failed` says why the last try of a step came to
    nothing.
    """

    case_id: str
    case: dict[str, Any] | None
    letters: list[dict[str, Any]] = field(default_factory=list)
    now: str | None = None
    failed: str | None = None


@dataclass
class Answer:
    """The case after it, the decision that holds now, and the refusal of each act refused, by number of its letter."""

    case: dict[str, Any]
    decision: dict[str, Any]
    refused: dict[str, str] = field(default_factory=dict)
