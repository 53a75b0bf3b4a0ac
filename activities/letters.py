"""Letters by name, tone and language: chosen, filled in for one case, and made into text, HTML and blocks for print."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from activities.letter_data import LetterData, table, variables
from activities.letter_sample import full_sample, lean_sample
from activities.letter_text import LetterBroken, LetterText, TextProblem
from activities.plain import one_line
from activities.wording import Wording

Texts = Mapping[str, str]
LAYOUTS = Path(__file__).parent / "layouts"
# Three linked SMS of 153 characters (3GPP TS 23.040, GSM 7-bit alphabet).
LONGEST_SMS = 459
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.(?:courteous|firm|formal)\.[a-z]{2}(?:\.sms)?")


class LetterMissing(LookupError):
    """No text has this name, tone and language; the sentence says what is missing and what there is."""


@dataclass(frozen=True)
class LetterChoice:
    """Which text: `letter` as in policies/letters/, tone courteous, firm or formal, language as in ISO 639-1."""

    letter: str
    tone: str
    language: str


@dataclass(frozen=True)
class Block:
    """A part of a letter. `lines` hold the words of a paragraph or list; the other kinds are filled by the layout."""

    kind: Literal["paragraph", "bullets", "invoices", "payment", "history", "signature"]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A letter filled in; `language` is the one it is really in, which may be the English fallback."""

    subject: str
    text: str
    html: str
    blocks: tuple[Block, ...]
    language: str
    key: str


def letter_key(file_name: str) -> str | None:
    """The key of a text's file: `reminder.firm.fr.txt` -> `reminder.firm.fr`; None when it is not named like one."""
    key = file_name.removesuffix(".txt")
    return key if file_name.endswith(".txt") and _KEY.fullmatch(key) else None


def find_text(texts: Texts, choice: LetterChoice, ending: str = "") -> tuple[str, str]:
    """Key and language of the text for a choice: the debtor's language, then English. Raises LetterMissing."""
    for language in dict.fromkeys((choice.language, "en")):
        key = f"{choice.letter}.{choice.tone}.{language}{ending}"
        if key in texts:
            return key, language
    named = sorted(key for key in texts if key.startswith(f"{choice.letter}."))
    there = f"of this letter there is {', '.join(named)}" if named else f"letters are {', '.join(_names(texts))}"
    wanted = f"{choice.letter}.{choice.tone}.{choice.language}{ending}"
    raise LetterMissing(one_line(f"there is no text {wanted}, nor one in English; {there}", 1000))


def render(texts: Texts, choice: LetterChoice, data: LetterData) -> Rendered:
    """Fill in a letter (or a call script, letter `call`). Raises LetterMissing or LetterBroken."""
    key, language = find_text(texts, choice)
    wording = Wording(language)
    subject, body = LetterText.read(key, texts[key]).fill(variables(data, wording))
    around = table(data, wording)
    blocks = tuple(
        block for block in _blocks(wording.typographic(body)) if block.kind != "history" or around["history"]
    )
    subject = one_line(wording.typographic(subject))
    page = {**around, "subject": subject, "blocks": blocks, "language": language, "footer": choice.letter != "call"}
    return Rendered(
        subject=subject,
        text=_layout("mail.txt").render(page),
        html=_layout("mail.html").render(page),
        blocks=blocks,
        language=language,
        key=key,
    )


def render_sms(texts: Texts, choice: LetterChoice, data: LetterData) -> str:
    """Fill in the SMS of a letter, in plain spaces. Raises LetterMissing, or LetterBroken when it gets too long."""
    key, language = find_text(texts, choice, ".sms")
    _, body = LetterText.read(key, texts[key]).fill(variables(data, Wording(language)))
    message = " ".join(body.replace("\x00", "").split())
    if len(message) > LONGEST_SMS:
        raise LetterBroken(f"{key}: the SMS has {len(message)} characters, {LONGEST_SMS} is the most")
    return message


def check_texts(texts: Texts) -> list[TextProblem]:
    """Everything wrong with the texts, in order of key and line; each sound text is tried on two invented cases."""
    found: list[TextProblem] = []
    known = variables(full_sample(), Wording("en"))
    for key in sorted(texts):
        if not _KEY.fullmatch(key):
            what = "must be named <letter>.<courteous|firm|formal>.<two-letter language>, then .sms for an SMS"
            found.append(TextProblem(one_line(key, 80), 1, what))
            continue
        faults = list(LetterText.read(key, texts[key]).faults(known))
        found += faults or _trial(texts, key)
    return found


def _trial(texts: Texts, key: str) -> list[TextProblem]:
    letter, tone, language, *sms = key.split(".")
    choice = LetterChoice(letter, tone, language)
    try:
        for data in (full_sample(), lean_sample()):
            if sms:
                render_sms(texts, choice, data)
            else:
                render(texts, choice, data)
    except LetterBroken as wrong:
        return [TextProblem(key, 1, str(wrong).removeprefix(f"{key}: "))]
    return []


def _names(texts: Texts) -> list[str]:
    return sorted({key.partition(".")[0] for key in texts})


def _blocks(body: str) -> list[Block]:
    made: list[Block] = []
    for part in re.split(r"\n[ \t]*\n|(?=\x00)", body):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        if lines and lines[0].startswith("\x00"):
            made.append(_marked(lines.pop(0)[1:]))
        for listed, run in groupby(lines, key=lambda line: line.startswith("- ")):
            words = tuple(run)
            made.append(Block("bullets", tuple(line[2:] for line in words)) if listed else Block("paragraph", words))
    return made


def _marked(name: str) -> Block:
    match name:
        case "invoices" | "payment" | "history" | "signature":
            return Block(name)
    raise LetterBroken(f"[{name}] is not a part of a letter")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(LAYOUTS),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _layout(name: str) -> Template:
    return _environment().get_template(name)
