"""What came from outside, made harmless before it is shown: one line, no control or direction character."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

# Control, line and direction characters and lone surrogates: they forge headers and lines, or cannot be written at all.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")


def is_plain(text: str) -> bool:
    """Whether the text is one line without unsafe characters."""
    return _UNSAFE.search(text) is None


def one_line(text: str, limit: int = 200) -> str:
    """The text as one harmless line of at most `limit` characters. Typographic spaces are kept."""
    return re.sub(r"[ \t]+", " ", _UNSAFE.sub(" ", text)).strip()[:limit].strip()


Plain = Annotated[str, AfterValidator(one_line)]
