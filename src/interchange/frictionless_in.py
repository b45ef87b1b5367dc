"""From a Frictionless Table Schema or Data Package to a schema of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.errors import InvalidArgument
from ..utils.patterns import is_pattern
from .furnishing import CAPACITY, furnished
from .names import Names, legal
from .notes import Imported, Notebook
from .saying import EXTENSION
from .tables import extend, own_words, referring, required, unique_together, with_rows

TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "time": {"type": "time"},
    "datetime": {"type": "datetime"},
    "duration": {"type": "duration"},
    "array": {"type": "array"},
    "list": {"type": "array"},
    "object": {"type": "object"},
    "geojson": {"type": "object"},
    "any": {"type": "string"},
    "year": {"type": "integer", CAPACITY: {"minimum": 1950, "maximum": 2030}},
    "yearmonth": {
        "type": "string",
        "generator": {"kind": "pattern", "pattern": "20[0-2][0-9]-(0[1-9]|1[0-2])"},
    },
    "geopoint": {
        "type": "string",
        "generator": {
            "kind": "pattern",
            "pattern": r"1?[0-9]{1,2}\.[0-9]{4}, ?-?[0-8]?[0-9]\.[0-9]{4}",
        },
    },
}
PLAIN = frozenset({"string", "integer", "number", "boolean", "date", "time", "datetime",
                   "duration", "array", "object"})  # fmt: skip
"""Types that mean here what they mean there; of others it is said what was made of them."""
FORMATS = {"email": "email", "uri": "uri", "uuid": "uuid"}
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
CONSTRAINTS = frozenset(
    {"required", "unique", "minLength", "maxLength", "pattern", "enum", *BOUNDS}
)
FIELD = frozenset(
    {"name", "type", "format", "title", "description", "constraints", "rdfType", "categories"}
)
TABLE = frozenset(
    {"fields", "primaryKey", "foreignKeys", "uniqueKeys", "missingValues", "$schema", "name"}
)
RESOURCE = frozenset({"name", "schema", "title", "description", "profile", "$schema", EXTENSION})


def import_frictionless(document: Any, *, name: str) -> Imported:
    """One table a resource; a Table Schema alone is the table `name`.

    Raises:
        InvalidArgument: no resource says what its fields are.
    """
    notes = Notebook()
    if not isinstance(document, Mapping):
        raise _no_fields()
    resources = document.get("resources")
    if isinstance(resources, list):
        said = document.get("name")
        name = legal(said, name) if isinstance(said, str) and said else name
        given = [one for one in resources if isinstance(one, Mapping)]
        known = {"resources", "name", "title", "description", "profile", "$schema"}
        notes.leave_keys("", set(map(str, document)) - known)
    else:
        given = [document if "schema" in document else {"name": name, "schema": document}]
    tables = _Package(notes).tables(given)
    if not tables:
        raise _no_fields()
    if len(tables) == 1:
        name = tables[0]["name"]
    schema: dict[str, Any] = {"name": name, "tables": with_rows(tables, notes)}
    text = document.get("description")
    if isinstance(text, str):
        schema["description"] = text
    return Imported(furnished(schema, notes), "frictionless", notes.assumed, notes.left_out)


def _no_fields() -> InvalidArgument:
    hint = "a resource needs a schema with fields inside the descriptor"
    return InvalidArgument("nothing here says what the fields are", hint=hint)


class _Package:
    """The resources of one package, which may refer to each other."""

    def __init__(self, notes: Notebook) -> None:
        self.notes = notes
        self.tables_named = Names("table")

    def tables(self, resources: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        readable = [one for one in resources if self._is_readable(one)]
        names = [self.tables_named.take(str(one.get("name") or "table")) for one in readable]
        fields = [
            self._fields(one["schema"], name) for one, name in zip(readable, names, strict=True)
        ]
        known = {name: found[1] for name, found in zip(names, fields, strict=True)}
        return [
            self._table(one, name, found, known)
            for one, name, found in zip(readable, names, fields, strict=True)
        ]  # fmt: skip

    def _is_readable(self, resource: Mapping[str, Any]) -> bool:
        schema = resource.get("schema")
        if isinstance(schema, Mapping) and isinstance(schema.get("fields"), list):
            return any(isinstance(field, Mapping) for field in schema["fields"])
        self.notes.leave(str(resource.get("name", "")), "left out: its schema is not in this file")
        return False

    def _fields(self, schema: Mapping[str, Any], table: str) -> tuple[list[dict[str, Any]], Names]:
        given = [field for field in schema["fields"] if isinstance(field, Mapping)]
        says_required = any("required" in _mapping(field.get("constraints")) for field in given)
        if not says_required:
            self.notes.assume(table, "says of no field that it is required: all are filled")
        names = Names()
        fields = [self._field(field, names, table, says_required) for field in given]
        return fields, names

    def _table(
        self,
        resource: Mapping[str, Any],
        name: str,
        found: tuple[list[dict[str, Any]], Names],
        known: Mapping[str, Names],
    ) -> dict[str, Any]:
        schema, (fields, names) = resource["schema"], found
        table: dict[str, Any] = {"name": name, "fields": fields}
        primary = [names.of(part) for part in _parts(schema.get("primaryKey"))]
        if primary:
            table["primary_key"] = primary
        keys = [self._key(key, name, names, known) for key in _listed(schema.get("foreignKeys"))]
        if any(keys):
            table["foreign_keys"] = [key for key in keys if key is not None]
        for parts in _listed(schema.get("uniqueKeys")):
            unique_together(table, [names.of(part) for part in _parts(parts)])
        self._rest(resource, schema, table)
        required(table)
        referring(table, self.notes)
        return table | own_words(resource.get(EXTENSION), name, self.notes)

    def _rest(
        self, resource: Mapping[str, Any], schema: Mapping[str, Any], table: dict[str, Any]
    ) -> None:
        text, name = resource.get("description") or resource.get("title"), table["name"]
        if isinstance(text, str):
            table["description"] = text
        self.notes.leave_keys(name, set(map(str, resource)) - RESOURCE - TABLE)
        self.notes.leave_keys(name, set(map(str, schema)) - TABLE)
        missing = [str(word) for word in _listed(schema.get("missingValues")) if word != ""]
        if missing:
            shown = ", ".join(missing[:10])
            self.notes.leave(name, f"missing values are empty cells here, not {shown}")

    def _key(
        self, key: Any, table: str, names: Names, known: Mapping[str, Names]
    ) -> dict[str, Any] | None:
        reference = _mapping(_mapping(key).get("reference"))
        said = reference.get("resource", "")
        target = self.tables_named.of(str(said)) if said else table
        fields, there = _parts(_mapping(key).get("fields")), _parts(reference.get("fields"))
        if target not in known or not fields or len(fields) != len(there):
            self.notes.leave(table, f"a foreign key to {said or 'itself'} leads nowhere")
            return None
        mine, theirs = names, known[target]
        return {
            "fields": [mine.of(name) for name in fields],
            "reference": {"table": target, "fields": [theirs.of(name) for name in there]},
        }

    # ── fields ────────────────────────────────────────────────────────────────────────────────

    def _field(
        self, given: Mapping[str, Any], names: Names, table: str, says_required: bool
    ) -> dict[str, Any]:
        original = str(given.get("name") or "field")
        name, path = names.take(original), f"{table}.{original}"
        if name != original:
            self.notes.assume(path, f"is called {name} here")
        said = str(given.get("type") or "string")
        kind = TYPES.get(said, TYPES["string"])
        if said not in PLAIN:
            self.notes.assume(path, f"{said} was taken as {kind['type']}")
        field: dict[str, Any] = {"name": name, **kind}
        text = given.get("description") or given.get("title")
        if isinstance(text, str):
            field["description"] = text
        self._format(given.get("format"), said, field, path)
        constraints = self._constraints(given, field, path)
        if says_required and not constraints.get("required"):
            field["nullable"] = True
        extend(field, given.get(EXTENSION), path, self.notes)
        self.notes.leave_keys(path, set(map(str, given)) - FIELD - {EXTENSION})
        return field

    def _format(self, form: Any, kind: str, field: dict[str, Any], path: str) -> None:
        if kind == "string" and form in FORMATS:
            field["format"] = FORMATS[form]
        elif form not in (None, "", "default", "any"):
            self.notes.leave(path, f"the format {form} is not kept: values are written as here")

    def _constraints(
        self, given: Mapping[str, Any], field: dict[str, Any], path: str
    ) -> Mapping[str, Any]:
        said = _mapping(given.get("constraints"))
        self.notes.leave_keys(path, set(map(str, said)) - CONSTRAINTS)
        found: dict[str, Any] = {k: True for k in ("required", "unique") if said.get(k) is True}
        limits = {k: said[k] for k in ("minLength", "maxLength") if isinstance(said.get(k), int)}
        if limits.get("minLength", 0) <= 1 and "format" not in field:
            field[CAPACITY] = {**field.get(CAPACITY, {}), **limits}
        else:
            found |= limits
        found |= {k: _bound(said[k], field["type"]) for k in BOUNDS if k in said}
        values = _values(said.get("enum", given.get("categories")), field["type"])
        if values:
            found["enum"] = values
        pattern = said.get("pattern")
        if isinstance(pattern, str) and is_pattern(pattern) and len(pattern) <= 1000:
            found["pattern"] = pattern
        elif pattern:
            self.notes.leave(path, f"the pattern {pattern} cannot be said in RE2")
        if found:
            field["constraints"] = found
        return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _parts(value: Any) -> list[str]:
    """The names of a key, which may be written as one."""
    found = [value] if isinstance(value, str) else _listed(value)
    return [str(name) for name in found if name]


def _bound(value: Any, kind: str) -> Any:
    """Numbers may be written as text."""
    if isinstance(value, str) and kind in ("integer", "number"):
        try:
            return int(value) if kind == "integer" else float(value)
        except ValueError:
            return value
    return value


def _values(said: Any, kind: str) -> list[Any]:
    """Of an enum, or of categories, which may carry labels."""
    found = [one.get("value") if isinstance(one, Mapping) else one for one in _listed(said)]
    scalars = [one for one in found if isinstance(one, str | int | float)]
    typed = [_bound(one, kind) if kind != "string" else str(one) for one in scalars]
    return list(dict.fromkeys(typed))[:10_000]
