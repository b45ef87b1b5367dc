"""A schema of ours as a Frictionless Data Package of its CSV files."""

from __future__ import annotations

import json
from typing import Any

from ..core.models import DataSchema, FieldDefinition, TableDefinition
from . import saying
from .notes import Exported, Notebook

FORMATS = frozenset({"email", "uri", "uuid"})
KEPT = ("multipleOf",)
WORDS = ("unique", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
         "maxLength", "pattern", "enum")  # fmt: skip


def export_frictionless(schema: DataSchema) -> Exported:
    notes = Notebook()
    saying.without_makers(schema, "a data package", notes)
    document = {
        "name": schema.name.lower(),
        "title": schema.name,
        **saying.described(schema),
        "profile": "tabular-data-package",
        "resources": [_resource(table, notes) for table in schema.tables],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return Exported(text, "frictionless", notes.left_out)


def _resource(table: TableDefinition, notes: Notebook) -> dict[str, Any]:
    described: dict[str, Any] = {"fields": [_field(f, table, notes) for f in table.fields]}
    if table.primary_key:
        described["primaryKey"] = list(table.primary_key)
    if table.foreign_keys:
        described["foreignKeys"] = [
            {
                "fields": list(key.fields),
                "reference": {
                    "resource": "" if key.reference.table == table.name else key.reference.table,
                    "fields": list(key.reference.fields),
                },
            }
            for key in table.foreign_keys
        ]
    together = [list(rule.fields) for rule in table.rules if rule.rule == "unique_together"]
    if together:
        described["uniqueKeys"] = together
    described["missingValues"] = [""]
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        **saying.described(table),
        "schema": described,
        **saying.table_words(table, ("rows", "rules", "foreign_keys")),
    }


def _field(field: FieldDefinition, table: TableDefinition, notes: Notebook) -> dict[str, Any]:
    found: dict[str, Any] = {"name": field.name, "type": field.type}
    path = f"{table.name}.{field.name}"
    if field.format in FORMATS:
        found["format"] = field.format
    elif field.format:
        notes.leave(path, f"the format {field.format} has no word in a table schema")
    if field.items is not None or field.fields:
        notes.leave(path, "what it holds inside has no place in a table schema")
    found |= saying.described(field)
    said = saying.constraints(field)
    constraints = {key: said[key] for key in WORDS if key in said}
    constraints["required"] = saying.is_filled(field, table)
    return {**found, "constraints": constraints, **saying.own_words(field, KEPT)}
