"""JSON Schemas as tools publish them: slim, and without references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

NOISE = frozenset({"title", "$defs"})


def published(model: type[BaseModel]) -> dict[str, Any]:
    """The model's JSON Schema with every `$ref` replaced by what it stands for.

    Some clients drop `$defs`, and what is not there costs no tokens: titles that repeat a name and
    the null of an argument that may be left out are not written.
    """
    schema = model.model_json_schema(by_alias=True)
    slim: dict[str, Any] = _slim(schema, schema.get("$defs", {}))
    slim.pop("description", None)  # the model's own docstring is for people who read the code
    return slim


def _slim(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_slim(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = definitions[node["$ref"].rpartition("/")[2]]
        kept = {key: value for key, value in target.items() if key != "description"}
        node = {**kept, **{key: value for key, value in node.items() if key != "$ref"}}
    node = _without_null(node)
    return {
        key: _properties(value, definitions) if key == "properties" else _slim(value, definitions)
        for key, value in node.items()
        if key not in NOISE
    }


def _properties(properties: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A property may well be called `title`."""
    return {name: _slim(value, definitions) for name, value in properties.items()}


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """What defaults to null is there or is left out; a null that must be said is a type."""
    choices = node.get("anyOf")
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return node
    others = [choice for choice in choices if choice != {"type": "null"}]
    rest = {key: value for key, value in node.items() if key not in ("anyOf", "default")}
    if "default" not in node:
        return node
    return {**(others[0] if len(others) == 1 else {"anyOf": others}), **rest}
