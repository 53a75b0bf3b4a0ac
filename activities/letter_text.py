"""One letter text as its author wrote it: read, held to a few harmless template words, and filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LARGEST_TEXT = 20_000
_DEEPEST = 8
MARKERS = ("invoices", "payment", "history", "signature")
_MARKER_LINE = re.compile(r"^[ \t]*\[([^\]\n]{0,60})\][ \t]*$", re.MULTILINE)
# A condition alone on its line leaves no empty line, which would cut a paragraph in two.
_LONE_CONDITION = re.compile(r"^[ \t]*(\{%[^\n]*?%\})[ \t]*\n", re.MULTILINE)
# Names and `{% if %}` are all that a letter needs: no loop, call, filter or sum can be written, so none can run away.
_ALLOWED = (
    nodes.Template | nodes.Output | nodes.TemplateData | nodes.Name | nodes.Getattr | nodes.If | nodes.Not | nodes.And
) | (nodes.Or | nodes.Compare | nodes.Operand | nodes.Const)


class LetterBroken(ValueError):
    """A letter text cannot be filled in; names the text, the line when known, and what is wrong."""


@dataclass(frozen=True)
class TextProblem:
    """A finding about a letter text: its key, the line (from 1), one sentence, and the variable it is about, if any."""

    key: str
    line: int
    what: str
    variable: str = ""

    def __str__(self) -> str:
        return f"{self.key}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Absent:
    """What this case does not have: `{% if %}` sees nothing, and printing it is an error that names it."""

    name: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        raise LetterBroken(f"it prints {self.name}, which this case does not have; write it inside {{% if %}}")


def _environment() -> ImmutableSandboxedEnvironment:
    """Without globals, filters and tests there is nothing to call."""
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    made.globals.clear()
    made.filters.clear()
    made.tests.clear()
    return made


_JINJA = _environment()


@dataclass(frozen=True)
class LetterText:
    """A text split into its subject (None for an SMS) and body; the body keeps the file's line numbers."""

    key: str
    subject: str | None
    body: str

    @classmethod
    def read(cls, key: str, source: str) -> LetterText:
        """Split a text. A missing `Subject:` line shows as an empty subject, which `faults` reports."""
        source = source.replace("\r\n", "\n").removeprefix("\ufeff")
        if key.endswith(".sms"):
            return cls(key, None, source)
        first, _, rest = source.partition("\n")
        if not first.startswith("Subject:"):
            return cls(key, "", source)
        return cls(key, first.removeprefix("Subject:").strip(), "\n" + rest)

    def faults(self, known: Mapping[str, object]) -> Iterator[TextProblem]:
        """What is wrong with the text as written; `known` are the variables with any values."""
        if len(self.body) + len(self.subject or "") > LARGEST_TEXT:
            yield TextProblem(self.key, 1, f"is longer than {LARGEST_TEXT} characters")
            return
        if self.subject == "":
            yield TextProblem(self.key, 1, "must begin with a line `Subject: …`")
        if self.subject and self.body.split("\n")[1:2] != [""]:
            yield TextProblem(self.key, 2, "needs an empty line after the subject")
        for fault in _template_faults(self.subject or "", known) + _template_faults(self.body, known):
            yield TextProblem(self.key, *fault)
        for number, written in enumerate(f"{self.subject or ''}{self.body}".split("\n"), start=1):
            marker = _MARKER_LINE.match(written)
            if marker and marker[1] not in MARKERS:
                yield TextProblem(self.key, number, f"[{marker[1]}] is unknown; there are {', '.join(MARKERS)}")

    def fill(self, values: Mapping[str, object]) -> tuple[str, str]:
        """Subject and body filled in; a marker line comes out as `\\x00name`. Raises LetterBroken."""
        subject, body = _templates(self, _shape(values))
        try:
            present = _present(values)
            return subject.render(present), body.render(present)
        except (TemplateError, LetterBroken) as wrong:
            raise LetterBroken(f"{self.key}: {wrong}") from wrong


_Fault = tuple[int, str, str]  # line, sentence, and the variable that is meant or ""
_Shape = tuple[tuple[str, object], ...]


def _shape(values: Mapping[str, object]) -> _Shape:
    """What the check of a text needs to know of its variables: their names, their parts, and which are absent."""
    return tuple(
        (name, tuple(value) if isinstance(value, Mapping) else value is None) for name, value in values.items()
    )


@lru_cache(maxsize=256)
def _templates(text: LetterText, shape: _Shape) -> tuple[Template, Template]:
    """The text checked once for all letters with the same variables, and compiled. Raises LetterBroken."""
    known = {name: dict.fromkeys(what) if isinstance(what, tuple) else None if what else "" for name, what in shape}
    fault = next(text.faults(known), None)
    if fault:
        raise LetterBroken(str(fault))
    return _compiled(text)


@lru_cache(maxsize=256)
def _compiled(text: LetterText) -> tuple[Template, Template]:
    # A value never holds \x00, so no debtor's name can pass for a marker.
    body = _LONE_CONDITION.sub(r"\1", _MARKER_LINE.sub(lambda marker: f"\x00{marker[1]}", text.body))
    try:
        return _JINJA.from_string(text.subject or ""), _JINJA.from_string(body)
    except TemplateError as wrong:
        raise LetterBroken(f"{text.key}: {wrong}") from wrong


def _present(values: Mapping[str, object], place: str = "") -> dict[str, object]:
    """The values with every None told by its name."""
    told: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            told[name] = _present(value, f"{place}{name}.")
        else:
            told[name] = Absent(f"{place}{name}") if value is None else value
    return told


def _template_faults(source: str, known: Mapping[str, object]) -> list[_Fault]:
    try:
        tree = _JINJA.parse(source)
        if _depth(tree) > _DEEPEST:
            return [(1, "has conditions inside conditions too deep to follow", "")]
        return [fault for node in [tree, *tree.find_all(nodes.Node)] for fault in _node_faults(node, known)]
    except TemplateSyntaxError as wrong:
        return [(wrong.lineno, f"cannot be read: {wrong.message}", "")]
    except RecursionError:
        return [(1, "is nested too deep", "")]


def _node_faults(node: nodes.Node, known: Mapping[str, object]) -> Iterator[_Fault]:
    if not isinstance(node, _ALLOWED):
        yield node.lineno, f"uses {type(node).__name__.lower()}; only {{{{ names }}}} and {{% if %}} can be used", ""
    elif isinstance(node, nodes.Name) and node.name not in known:
        there = _meant(node.name, known)
        yield node.lineno, f"{node.name} is not a variable; {there}", node.name
    elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        inside, name = known.get(node.node.name), f"{node.node.name}.{node.attr}"
        if isinstance(inside, Mapping) and node.attr not in inside:
            there = _meant(node.attr, inside, f"{node.node.name} has ", f"{node.node.name}.")
            yield node.lineno, f"{name} is not a variable; {there}", name
        elif inside is not None and not isinstance(inside, Mapping):
            yield node.lineno, f"{node.node.name} has no parts, so no .{node.attr}", name
    elif isinstance(node, nodes.Getattr):
        yield node.lineno, "a variable has two parts at most", ""


def _meant(written: str, known: Mapping[str, object], has: str = "there are ", before: str = "") -> str:
    near = get_close_matches(written[:60], list(known), n=1)
    return f"did you mean {before}{near[0]}?" if near else f"{has}{', '.join(sorted(known))}"


def _depth(node: nodes.Node) -> int:
    inner = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return inner + isinstance(node, nodes.If | nodes.And | nodes.Or | nodes.Not | nodes.Compare)
