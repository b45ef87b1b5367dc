"""From a JSON Schema (draft 4 to 2020-12) to a schema of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import InvalidArgument
from .furnishing import furnished
from .json_schema_fields import ANNOTATIONS, Fields
from .json_schema_resolving import Plain, Resolver
from .names import Names, legal
from .notes import Imported, Notebook
from .saying import EXTENSION
from .tables import own_words, with_rows

ROW_WORDS = frozenset({"type", "properties", "required", "additionalProperties", "items"})


def import_json_schema(document: Any, *, name: str) -> Imported:
    """One table from an object or an array of objects; several from a set of definitions.

    `name` is the table's where the document has no title.

    Raises:
        InvalidArgument: the document describes no rows.
        LimitExceeded: its references unfold without end.
    """
    if not isinstance(document, Mapping):
        raise _no_rows("it is no JSON object")
    return _Reading(document).imported(name)


def _no_rows(why: str) -> InvalidArgument:
    hint = "rows are objects with properties, or an array of them"
    return InvalidArgument(f"this JSON Schema describes no rows: {why}", hint=hint)


class _Reading:
    """One document on its way."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.notes = Notebook()
        self.resolver = Resolver(document, self.notes)
        self.fields = Fields(self.resolver, self.notes)

    def imported(self, name: str) -> Imported:
        title = self.document.get("title")
        name = legal(title, name).lower() if isinstance(title, str) and title.strip() else name
        tables = self._tables(name)
        if not tables:
            raise _no_rows("no object in it has properties")
        name = tables[0]["name"] if len(tables) == 1 else name
        schema: dict[str, Any] = {"name": name, "tables": with_rows(tables, self.notes)}
        text = self.document.get("description")
        if isinstance(text, str):
            schema["description"] = text
        made = furnished(schema, self.notes)
        return Imported(made, "json-schema", self.notes.assumed, self.notes.left_out)

    def _tables(self, name: str) -> list[dict[str, Any]]:
        root = self.resolver.plain(self.document, "", frozenset({"#"}))
        row = self._row(root, "") if root is not None else None
        several = self._members(root) if root is not None else {}
        if several:
            return self._several(several)
        if row is not None:
            table = self._table(name, row, name)
            return [table] if table["fields"] else []
        return self._several(self._definitions())

    def _row(self, found: Plain, path: str) -> Plain | None:
        """The object that one row is: the schema itself, or the members of its array."""
        if found.schema.get("type") == "array" and "items" in found.schema:
            inner = self.resolver.plain(found.schema["items"], f"{path}[]", found.through)
            return inner if inner is not None and _is_object(inner) else None
        return found if _is_object(found) else None

    def _members(self, root: Plain) -> dict[str, Plain]:
        """The tables of a whole dataset: an object in which every property is an array of rows."""
        properties = root.schema.get("properties")
        if not isinstance(properties, Mapping):
            return {}
        if len(properties) < 2 and EXTENSION not in root.schema:
            return {}
        rows = {}
        for name, schema in properties.items():
            found = self.resolver.plain(schema, str(name), root.through)
            row = self._row(found, str(name)) if found and not _is_object(found) else None
            if row is None:
                return {}
            rows[str(name)] = row
        return rows

    def _definitions(self) -> dict[str, Plain]:
        """Objects among the definitions, where the document itself is no row."""
        rows = {}
        for word in ("$defs", "definitions"):
            definitions = self.document.get(word)
            for name, schema in definitions.items() if isinstance(definitions, Mapping) else ():
                through = frozenset({f"#/{word}/{name}"})
                found = self.resolver.plain(schema, str(name), through)
                if found is not None and _is_object(found):
                    rows[str(name)] = found
        return rows

    def _several(self, rows: Mapping[str, Plain]) -> list[dict[str, Any]]:
        names, tables = Names("table"), []
        for original, row in rows.items():
            table = self._table(names.take(original), row, original)
            if table["fields"]:
                tables.append(table)
        return tables

    def _table(self, name: str, row: Plain, path: str) -> dict[str, Any]:
        table: dict[str, Any] = {"name": name, "fields": self.fields.of(row, path)}
        known = ANNOTATIONS | ROW_WORDS
        self.notes.leave_keys(path, set(map(str, row.schema)) - known)
        table |= own_words(row.schema.get(EXTENSION), path, self.notes)
        text = row.schema.get("description")
        if isinstance(text, str):
            table["description"] = text
        return table


def _is_object(found: Plain) -> bool:
    return bool(found.schema.get("properties")) and found.schema.get("type", "object") in (
        "object",
        ["object"],
    )
