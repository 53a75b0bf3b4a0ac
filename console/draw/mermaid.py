"""Writes a drawing as Mermaid text, for pages that draw it themselves (GitHub, GitLab, many wikis)."""

from __future__ import annotations

import re

from activities.plain import one_line
from dunning.drawing import Drawing, Node
from dunning.drawing_words import upper, word

# The two ends of the shape of each kind of node.
_SHAPES = {
    "opened": ("([", "])"),
    "condition": ("{", "}"),
    "message": ("[", "]"),
    "call": ("(", ")"),
    "handover": ("{{", "}}"),
    "route": ("[/", "/]"),
    "ended": ("[/", "/]"),
    "closed": ("([", "])"),
}
# A tone shows by its word and by the border; the colours have a contrast of at least 7 to 1 with the text.
_STYLES = (
    "classDef courteous fill:#eaf6ee,stroke:#1f6f43,stroke-width:1px,color:#12261b",
    "classDef firm fill:#fff3dc,stroke:#8a5300,stroke-width:2px,color:#33210a",
    "classDef formal fill:#fdeaea,stroke:#9b1c1c,stroke-width:4px,color:#3a0d0d",
    "classDef condition fill:#ffffff,stroke:#4a4f57,stroke-dasharray:4 3,color:#1f2328",
    "classDef plain fill:#f3f4f6,stroke:#4a4f57,color:#1f2328",
    "style course fill:#ffffff,stroke:#8b949e,color:#1f2328",
)
# All but letters, digits and harmless signs; and what would begin a list at the beginning of a label.
_UNSAFE = re.compile(r"[^\w ,.()/%'’“”«»…–—€°+−×·:?!-]|_|^[-+](?=\s)|(?<=\d)[.)](?=\s)")


def mermaid(drawn: Drawing) -> str:
    """The drawing as a Mermaid flowchart, from top to bottom. Ends with a line end; the same drawing, the same text."""
    lines = ["---", f"title: {_quoted(drawn.title)}", "---", "flowchart TD"]
    lines += [f"  subgraph course [{_label((drawn.policy,))}]", "    direction TB"]
    lines += [f"    {_node(node, drawn.language)}" for node in drawn.nodes]
    for edge in drawn.edges:
        arrow = "-.->" if edge.aside else "-->"
        told = f"|{_label((edge.label,))}|" if edge.label else ""
        lines.append(f"    {edge.source} {arrow}{told} {edge.target}")
    lines += ["  end", f"  {_node(drawn.closing, drawn.language)}"]
    lines.append(f"  course -.->|{_label((word('paid', drawn.language),))}| closed")
    lines.append(f"  events[{_label((word('at_any_time', drawn.language), *drawn.events))}]:::plain")
    lines += [f"  {style}" for style in _STYLES]
    return "\n".join(lines) + "\n"


def _node(node: Node, language: str) -> str:
    begin, end = _SHAPES[node.kind]
    kind = str(node.tone) if node.tone else "condition" if node.kind == "condition" else "plain"
    return f"{node.id}{begin}{_label(_lines(node, language))}{end}:::{kind}"


def _lines(node: Node, language: str) -> tuple[str, ...]:
    title = word("question", language, condition=upper(node.title)) if node.kind == "condition" else node.title
    first = f"{node.mark} · {title}" if node.mark else title
    told = [fact.text for fact in node.facts if fact.kind != "result"]
    return (first, *((node.tone_words,) if node.tone else ()), *told)


def _label(lines: tuple[str, ...]) -> str:
    return '"' + "<br/>".join(_escaped(one_line(line, 400)) for line in lines) + '"'


def _escaped(text: str) -> str:
    """Everything that could end the label, begin a tag or be taken for markup, as Mermaid's numbered characters."""
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", text)


def _quoted(text: str) -> str:
    """A title in the front matter, which is YAML: in double quotes, with nothing that could leave them."""
    return '"' + re.sub(r'["\\]', "’", one_line(text, 200)) + '"'
