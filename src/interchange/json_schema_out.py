"""A schema of ours as a JSON Schema (2020-12) of the rows in its JSON files."""

from __future__ import annotations

import json
from typing import Any

from ..core.models import DataSchema, FieldDefinition, TableDefinition
from . import saying
from .notes import Exported, Notebook
from .search_patterns import search

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES = {
    "date": ("string", "date"), "time": ("string", "time-local"),
    "datetime": ("string", "date-time-local"), "duration": ("string", "duration"),
}  # fmt: skip
"""`…-local` (OpenAPI format registry): no zone stands in it."""
NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
LENGTHS = {"array": ("minItems", "maxItems"), "object": ("minProperties", "maxProperties"),
           "string": ("minLength", "maxLength")}  # fmt: skip
TABLE_WORDS = ("rows", "primary_key", "foreign_keys", "rules")


def export_json_schema(schema: DataSchema) -> Exported:
    """One table: an array of its rows. Several: an object of such arrays, rows under `$defs`."""
    notes = Notebook()
    saying.without_makers(schema, "a JSON Schema", notes)
    head = {"$schema": DIALECT, "title": schema.name, **saying.described(schema)}
    rows = {table.name: _rows(table) for table in schema.tables}
    if len(rows) == 1:
        document = {**head, "type": "array", "items": next(iter(rows.values()))}
    else:
        arrays = {
            name: {"type": "array", "items": {"$ref": f"#/$defs/{name}"}} for name in rows
        }  # fmt: skip
        body = {"type": "object", "properties": arrays, "required": list(rows)}
        document = {**head, **body, saying.EXTENSION: {}, "$defs": rows}
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return Exported(text, "json-schema", notes.left_out)


def _rows(table: TableDefinition) -> dict[str, Any]:
    filled = [field.name for field in table.fields if saying.is_filled(field, table)]
    return {
        "type": "object",
        **saying.described(table),
        "properties": {f.name: _property(f, f.name in filled) for f in table.fields},
        "required": filled,
        "additionalProperties": False,
        **saying.table_words(table, TABLE_WORDS),
    }


def _property(field: FieldDefinition, filled: bool) -> dict[str, Any]:
    kind, form = TYPES.get(field.type, (field.type, field.format))
    if field.type == "datetime" and saying.time_zone(field):
        form = "date-time"
    found: dict[str, Any] = {"type": kind if filled else [kind, "null"]}
    if form:
        found["format"] = form
    found = {**found, **saying.described(field), **_constraints(field, filled)}
    if field.items is not None:
        found["items"] = _property(field.items, filled=True)
    if field.fields:
        inner = [one.name for one in field.fields if not one.may_be_null]
        found["properties"] = {one.name: _property(one, one.name in inner) for one in field.fields}
        found["required"] = inner
    kept = ("unique", "minimum", "maximum") if field.type in TYPES else ("unique",)
    return found | saying.own_words(field, kept)


def _constraints(field: FieldDefinition, filled: bool) -> dict[str, Any]:
    said = saying.constraints(field)
    found = {key: said[key] for key in NUMBERS if key in said and field.type not in TYPES}
    shortest, longest = LENGTHS.get(field.type, ("", ""))
    for key, word in (("minLength", shortest), ("maxLength", longest)):
        if key in said and word:
            found[word] = said[key]
    if "pattern" in said:
        found["pattern"] = search(said["pattern"])
    if "enum" in said:
        found["enum"] = [*said["enum"], *([] if filled else [None])]
    return found
