"""Pages made of the templates beside this file: what is filled in is escaped, and nothing may be left out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def page(template: str, **told: object) -> str:
    """The template of this name filled in; StrictUndefined's error when it needs something that was not told."""
    return _templates().get_template(template).render(**told)
