"""What happens in a story, written as the lines of its `expect`, so that an author pastes them and reads them over."""

from __future__ import annotations

from collections.abc import Sequence

from console.stories.story import Line
from console.stories.words import Speech
from dunning.explain_words import weekday

_WITH_REASON = ("skips", "hands_over")  # elsewhere the noun is the reason, or the reason is that it was due


def expected(line: Line) -> dict[str, str]:
    """The line as `expect` would say it."""
    told = {"on": f"{line.on:%Y-%m-%d %H:%M}", line.verb: line.noun}
    return told | ({"because": line.because} if line.verb in _WITH_REASON and line.because else {})


def expect_lines(lines: Sequence[Line], speech: Speech) -> list[str]:
    """`expect:` with one line for each thing that happens, and what it means as a comment."""
    written = [", ".join(f"{key}: {value}" for key, value in expected(line).items()) for line in lines]
    width = max(map(len, written), default=0)
    rows = [_row(*pair, width, speech) for pair in zip(written, lines, strict=True)]
    return ["expect:", *rows]


def _row(written: str, line: Line, width: int, speech: Speech) -> str:
    told = f"{weekday(line.on, speech.language)} {speech.happened(line)[:120].rstrip()}"
    return f"  - {{{written}}}{'':{width - len(written)}}  # {told}"
