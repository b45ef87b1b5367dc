"""What every export says of a field in the same way, and what none can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..core.models import DataSchema, FieldDefinition, TableDefinition
from .notes import Notebook

EXTENSION = "x-rowmill"
"""Our own words in other people's languages; their readers pass over them."""


def time_zone(field: FieldDefinition) -> str | None:
    zone: str | None = getattr(field.generator, "time_zone", None)
    return zone


def is_filled(field: FieldDefinition, table: TableDefinition) -> bool:
    """Whether no cell is empty."""
    keys = (key for key in table.foreign_keys if field.name in key.fields)
    optional = any(key.optional_fraction for key in keys)
    return field.name in table.primary_key or not (field.may_be_null or optional)


def constraints(field: FieldDefinition) -> dict[str, Any]:
    """As they are written in a schema: minLength, exclusiveMinimum."""
    return field.constraints.document()


def own_words(field: FieldDefinition, kept: Iterable[str] = ()) -> dict[str, Any]:
    """Decimal places, zone, and those constraints that the other language has no word for."""
    said = {key: value for key, value in constraints(field).items() if key in set(kept)}
    places, zone = getattr(field.generator, "decimal_places", None), time_zone(field)
    words: dict[str, Any] = {"constraints": said} if said else {}
    words |= {"decimal_places": places} if places is not None and field.type == "number" else {}
    words |= {"time_zone": zone} if zone is not None else {}
    return {EXTENSION: words} if words else {}


def table_words(table: TableDefinition, kept: Iterable[str]) -> dict[str, Any]:
    """A table's keys, rules and rows, as far as the other language has no word for them."""
    wanted = set(kept)
    said = {key: value for key, value in table.document().items() if key in wanted}
    return {EXTENSION: said} if said else {}


def without_makers(schema: DataSchema, target: str, notes: Notebook) -> None:
    """Says once what no other language has."""
    made = any(field.generator is not None for table in schema.tables for field in table.fields)
    if made:
        notes.leave("", f"{target} says what rows are, not how they are made: no generators in it")
    if schema.expectations:
        notes.leave("expectations", f"have no place in {target}")
    for table in schema.tables:
        for field in table.fields:
            if field.null_when is not None:
                notes.leave(f"{table.name}.{field.name}", f"null_when has no place in {target}")


def described(of: DataSchema | TableDefinition | FieldDefinition) -> Mapping[str, str]:
    return {"description": of.description} if of.description else {}
