"""What holds for the tables of every import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ..core.models import Constraints, TableDefinition
from .furnishing import CAPACITY
from .notes import Notebook

ROWS = 100
OWN_WORDS = ("rows", "primary_key", "foreign_keys", "rules")
MOST_PLACES = 9
NULLABLE_SHARE = 0.1
"""Of child rows without a parent, where a key may be null: as many as cells of a nullable field."""


def with_rows(tables: list[dict[str, Any]], notes: Notebook) -> list[dict[str, Any]]:
    """Several tables need their numbers of rows in the schema; one gets its own when it is made."""
    if len(tables) < 2:
        return tables
    if any("rows" not in table for table in tables):
        notes.assume("", f"nothing says how many rows there are: {ROWS} in each table")
    return [table if "rows" in table else {**table, "rows": ROWS} for table in tables]


def own_words(extension: Any, path: str, notes: Notebook) -> dict[str, Any]:
    """What our own exports say of a table beside the other language's words."""
    if not isinstance(extension, Mapping):
        return {}
    said = {key: extension[key] for key in OWN_WORDS if key in extension}
    try:
        table = TableDefinition.model_validate({"name": "t", "fields": [{"name": "f"}], **said})
    except ValidationError:
        notes.leave(path, "what it says for rowmill is not readable")
        return {}
    return {key: value for key, value in table.document().items() if key in OWN_WORDS}


def extend(field: dict[str, Any], extension: Any, path: str, notes: Notebook) -> None:
    """What our own exports say of a field beside the other language's words."""
    if not isinstance(extension, Mapping):
        return
    try:
        said = Constraints.model_validate(extension.get("constraints", {})).document()
    except ValidationError:
        notes.leave(path, "what it says for rowmill is not readable")
        return
    if said:
        field["constraints"] = {**field.get("constraints", {}), **said}
    places, zone = extension.get("decimal_places"), extension.get("time_zone")
    if type(places) is int and 0 <= places <= MOST_PLACES and field["type"] == "number":
        field[CAPACITY] = {**field.get(CAPACITY, {}), "decimal_places": places}
    if isinstance(zone, str) and field["type"] == "datetime":
        field["generator"] = {"kind": "datetime", "time_zone": zone}


def unique_together(table: dict[str, Any], names: Sequence[str]) -> None:
    """A uniqueness of one field, or of several together."""
    if len(names) == 1:
        for field in table["fields"]:
            if field["name"] == names[0] and (names[0],) != tuple(table.get("primary_key", ())):
                field["constraints"] = {**field.get("constraints", {}), "unique": True}
    elif list(names) != list(table.get("primary_key", ())):
        rule = {"rule": "unique_together", "fields": list(names)}
        rules = table.setdefault("rules", [])
        rules += [] if rule in rules else [rule]


def referring(table: dict[str, Any], notes: Notebook) -> None:
    """A table's foreign keys, once its fields are known: who has no parent, and no cycles."""
    optional = {field["name"] for field in table["fields"] if field.get("nullable")}
    for key in table.get("foreign_keys", []):
        path = f"{table['name']}.{', '.join(key['fields'])}"
        if optional.issuperset(key["fields"]):
            key["optional_fraction"] = NULLABLE_SHARE
            notes.assume(path, f"{NULLABLE_SHARE:.0%} of the rows have none")
            if key["reference"]["table"] == table["name"]:
                key["acyclic"] = True
                notes.assume(path, "rows refer to each other without cycles")


def required(table: dict[str, Any]) -> None:
    """A primary key is never null, whatever its fields say."""
    for field in table["fields"]:
        if field["name"] in table.get("primary_key", ()):
            field.pop("nullable", None)
