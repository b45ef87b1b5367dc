"""The JSON Schema of the schema language, made from the models."""

from __future__ import annotations

import json
from typing import Any

from .models import DataSchema, TableDefinition

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAME = "letters, digits and _ of any script, not beginning with a digit"


def published_schema() -> dict[str, Any]:
    """What a schema document looks like: one table (`fields`) or several (`tables`).

    It describes the canonical spelling and Frictionless's; other aliases that `normalise` accepts
    are not part of the language.
    """
    several: dict[str, Any] = DataSchema.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = several.pop("$defs")
    definitions["DataSchema"] = several
    definitions["OneTable"] = _one_table(several, definitions["TableDefinition"])
    _add_spellings(definitions)
    document = {
        "$schema": DIALECT,
        "title": "rowmill schema",
        "description": "What a dataset is: the document that rowmill makes rows from.",
        "anyOf": [{"$ref": "#/$defs/OneTable"}, {"$ref": "#/$defs/DataSchema"}],
        "$defs": dict(sorted(definitions.items())),
    }
    published: dict[str, Any] = _portable(document)
    return published


def published_text() -> str:
    """`published_schema` as the file `schema/rowmill.schema.json` holds it."""
    return json.dumps(published_schema(), ensure_ascii=False, indent=2) + "\n"


def _one_table(several: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """A document with `fields` and no `tables` is one table of the same name."""
    outer = {name: value for name, value in several["properties"].items() if name != "tables"}
    return {
        "additionalProperties": False,
        "description": DataSchema.__doc__,
        "properties": {**table["properties"], **outer},
        "required": ["fields"],
        "title": "OneTable",
        "type": "object",
    }


def _add_spellings(definitions: dict[str, Any]) -> None:
    """Frictionless's words, and a plain name where one field is a list of one."""
    for name in (TableDefinition.__name__, "OneTable"):
        properties = definitions[name]["properties"]
        properties["primary_key"] = _one_or_more(properties["primary_key"])
        properties["primaryKey"] = properties["primary_key"]
        properties["foreignKeys"] = properties["foreign_keys"]
    key, reference = definitions["ForeignKey"], definitions["Reference"]
    for owner in (key, reference):
        owner["properties"]["fields"] = _one_or_more(owner["properties"]["fields"])
    reference["properties"]["resource"] = reference["properties"]["table"]
    reference["required"] = ["fields"]
    several = definitions["DataSchema"]
    several["required"] = ["tables"]  # a document without a name is called `dataset`


def _one_or_more(names: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [names, {"type": "string"}]}


def _portable(node: Any) -> Any:
    r"""Without `\p{…}` patterns, which half of the JSON Schema validators cannot read."""
    if isinstance(node, list):
        return [_portable(item) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("pattern"), str) and r"\p{" in node["pattern"]:
        node = {**node, "description": _NAME}
        del node["pattern"]
    return {key: _portable(value) for key, value in node.items()}
