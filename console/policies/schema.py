"""The JSON Schema of a policy, made from the code's own model, and what it says of a file, at its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from jsonschema import Draft7Validator, ValidationError, validators

from console.policies.findings import spelled
from console.policies.schema_words import EXAMPLES, MEANINGS, SNIPPETS
from dunning.lint.codes import Remark
from dunning.policy import Policy

_MOST_ERRORS = 1000  # more are not read by anybody, and take seconds to find
_LONGEST_USUAL = 60
_TYPES = {"object": "keys and values", "array": "a list", "string": "text", "integer": "a whole number"}


def policy_schema() -> dict[str, Any]:
    """Draft-07 schema of a policy file: unknown keys refused, no empty values, no doubles in lists."""
    made = _plain(Policy.model_json_schema())
    definitions = made.pop("$defs")
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "An escalation policy of Relance"}
    for name, part in {"Policy": made, **definitions}.items():
        _explained(name, part)
    return {**head, **made, "definitions": definitions}


def schema_text() -> str:
    """The schema as it stands in policies/policy.schema.json."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


def _explained(name: str, part: dict[str, Any]) -> None:
    """Adds what an editor shows: what values mean, examples, what holds without a key, pieces to insert."""
    if name in SNIPPETS:
        part["defaultSnippets"] = SNIPPETS[name]
    _valued(name, part)
    for key, node in part.get("properties", {}).items():
        place = f"{name}.{key}"
        # An editor would write every default into the file: it is told instead.
        usual = _flow(node.pop("default", []))
        told = [f"Usual: `{usual}`."] if 0 < len(usual) < _LONGEST_USUAL else []
        told += [f"Example: `{_flow(shown)}`." for shown in EXAMPLES.get(place, ())]
        if told:
            node["description"] = " ".join([node["description"], *told])
        if place in SNIPPETS:
            node["defaultSnippets"] = SNIPPETS[place]
        if "`" in node.get("description", ""):
            node["markdownDescription"] = node["description"]  # else an editor shows the marks and not what they mark
        _valued(place, node.get("items", node))


def _valued(place: str, node: dict[str, Any]) -> None:
    if "enum" in node and place in MEANINGS:
        node["markdownEnumDescriptions"] = [MEANINGS[place][value] for value in node["enum"]]


def _flow(value: Any) -> str:
    """A value as it is written on one line of a policy; nothing for an empty one."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]" if value else ""
    return str(value)


def _plain(node: Any) -> Any:
    """Pydantic's schema in draft-07: definitions, no `null`, no title that only repeats the key."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _plain(value) for key, value in node.items() if key != "title" or not isinstance(value, str)}
    if kept.get("default", ...) is None:
        del kept["default"]
    if "anyOf" in kept:
        kept["anyOf"] = [choice for choice in kept["anyOf"] if choice != {"type": "null"}]
        if len(kept["anyOf"]) == 1:
            kept |= kept.pop("anyOf")[0] | {key: kept[key] for key in ("description",) if key in kept}
    if kept.get("type") == "array" and not _are_parts(kept.get("items", {})):
        kept["uniqueItems"] = True
    if "$ref" in kept:
        # In draft-07 a `$ref` hides every rule beside it; the words beside it are what an editor shows of the key.
        kept["$ref"] = str(kept["$ref"]).replace("#/$defs/", "#/definitions/")
    return kept


def _are_parts(items: Any) -> bool:
    """Steps and branches: two that are alike are told by their own findings."""
    return str(items.get("$ref", "")).endswith(("/Step", "/Branch"))


def _no_doubles(validator: Any, unique: bool, items: Any, schema: Any) -> Iterator[ValidationError]:
    """`uniqueItems` in one pass: the library compares every pair, which a long list of mixed kinds makes endless."""
    if not unique or not isinstance(items, list):
        return
    seen: set[str] = set()
    for number, item in enumerate(items):
        written = json.dumps(item, sort_keys=True)
        if written in seen:
            yield ValidationError("double", path=[number])
        seen.add(written)


_extend: Any = validators.extend  # the library's stubs leave it untyped
_VALIDATOR = _extend(Draft7Validator, {"uniqueItems": _no_doubles})(policy_schema())


def shape_remarks(data: Any) -> list[Remark]:
    """What in plain data does not have the shape of a policy: all of it, or the first thousand things."""
    return [remark for error in islice(_VALIDATOR.iter_errors(data), _MOST_ERRORS) for remark in _remarks(error)]


def _remarks(error: Any) -> Iterator[Remark]:
    """`error` is jsonschema's ValidationError, whose fields the stubs call unset though they never are here."""
    if error.validator == "anyOf":
        for inner in _meant(error):
            yield from _remarks(inner)
        return
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path)
    elif error.validator == "required":
        names = [name for name in error.validator_value if name not in error.instance]
        # One error for each missing key, all with the same list: take the one it speaks of.
        name = next(n for n in names if error.message.startswith(repr(n)))
        yield Remark("P202", path, {"key": name})
    elif error.validator == "type":
        yield _wrong_kind(error, path)
    elif error.validator in ("enum", "const"):
        yield _not_offered(error, path)
    elif error.validator == "pattern":
        yield Remark("P206", path, {"found": _shown(error.instance), "meant": _description(error)})
    elif error.validator == "uniqueItems":
        yield Remark("P220", path, {"found": _shown(_at(error))})
    else:
        yield Remark("P207", path, {"found": _shown(error.instance), "bound": _bound(error)})


def _wrong_kind(error: Any, path: tuple[str | int, ...]) -> Remark:
    if error.instance is None and not path:
        words = {"found": "an empty file", "wanted": "a policy", "how": ": policies/README.md shows one to begin with"}
        return Remark("P204", path, words)
    wanted = str(error.validator_value)
    how = " in decimal digits, without quotes" if wanted == "integer" else ""
    return Remark("P204", path, {"found": _shown(error.instance), "wanted": _TYPES.get(wanted, wanted), "how": how})


def _at(error: Any) -> Any:
    return error.instance[error.path[-1]] if error.path and isinstance(error.instance, list) else error.instance


def _meant(error: Any) -> list[Any]:
    """Of an amount or a list of amounts: the complaints about the one that was written."""
    listed = isinstance(error.instance, list)
    kinds = [choice.get("type") == "array" for choice in error.validator_value]
    wanted = kinds.index(listed)
    return [inner for inner in error.context or [] if inner.schema_path[0] == wanted]


def _unknown_keys(error: Any, path: tuple[str | int, ...]) -> Iterator[Remark]:
    known = list(error.schema["properties"]) if isinstance(error.schema, dict) else []
    for key in error.instance:
        if key not in known:
            yield Remark("P201", (*path, key), {"key": key[:60], "hint": spelled(key, known)}, at_key=True)


def _not_offered(error: Any, path: tuple[str | int, ...]) -> Remark:
    offered = error.validator_value if error.validator == "enum" else [error.validator_value]
    hint = spelled(str(error.instance), [str(value) for value in offered])
    return Remark("P205", path, {"found": _shown(error.instance), "hint": hint})


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "keys and values"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value[:60]!r}" if isinstance(value, str) else str(value)


def _description(error: Any) -> str:
    schema = error.schema if isinstance(error.schema, dict) else {}
    return str(schema.get("patternErrorMessage", "see the schema")).rstrip(".")


def _bound(error: Any) -> str:
    words = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minItems": "at least {} in the list",
        "maxItems": "at most {} in the list",
    }
    return words.get(str(error.validator), "{}").format(error.validator_value)
