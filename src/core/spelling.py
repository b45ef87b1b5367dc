"""Other people's spellings of a schema, turned into ours; knows words, judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPES = {
    "str": "string", "text": "string", "varchar": "string", "char": "string", "uuid": "string",
    "email": "string", "enum": "string", "category": "string", "categorical": "string",
    "int": "integer", "bigint": "integer", "smallint": "integer", "int64": "integer",
    "long": "integer", "float": "number", "double": "number", "decimal": "number",
    "numeric": "number", "float64": "number", "real": "number", "bool": "boolean",
    "timestamp": "datetime", "date-time": "datetime", "interval": "duration",
    "list": "array", "json": "object", "dict": "object", "struct": "object",
}  # fmt: skip

# A type that also says what the text looks like.
FORMATS = {"uuid": "uuid", "email": "email"}

SCHEMA = {
    "title": "name", "asOf": "as_of", "row_count": "rows", "rowCount": "rows", "num_rows": "rows",
    "resources": "tables", "columns": "fields", "primaryKey": "primary_key",
    "foreignKeys": "foreign_keys",
}  # fmt: skip
FIELD = {
    "nullFraction": "null_fraction", "null_probability": "null_fraction", "nullWhen": "null_when",
    "data_type": "type", "dtype": "type", "optional": "nullable",
}  # fmt: skip
CONSTRAINTS = {
    "min": "minimum", "min_value": "minimum", "minValue": "minimum", "max": "maximum",
    "max_value": "maximum", "maxValue": "maximum", "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum", "multiple_of": "multipleOf",
    "min_length": "minLength", "max_length": "maxLength", "regex": "pattern",
    "enum_values": "enum", "allowed_values": "enum",
}  # fmt: skip
CONSTRAINT_NAMES = frozenset(CONSTRAINTS.values()) | {"required", "unique", "enum", "pattern"}
CHECK = {
    "kind": "check", "type": "check", "column": "field", "columns": "fields", "min": "minimum",
    "max": "maximum", "reason": "because", "quote": "because",
}  # fmt: skip
GENERATOR = {"decimalPlaces": "decimal_places", "type": "kind"}


def normalise(document: Any) -> Any:
    """A schema document with canonical words and `tables`; what is not a mapping stays as it is."""
    if not isinstance(document, Mapping):
        return document
    schema = _renamed(document, SCHEMA)
    if "fields" in schema and "tables" not in schema:
        schema = _unflattened(schema)
    if isinstance(schema.get("tables"), list | tuple):
        schema["tables"] = [_table(table) for table in schema["tables"]]
    if isinstance(schema.get("expectations"), list | tuple):
        schema["expectations"] = [_check(check) for check in schema["expectations"]]
    schema.setdefault("name", "dataset")
    return schema


def _check(check: Any) -> Any:
    if not isinstance(check, Mapping):
        return check
    found = _renamed(check, CHECK)
    if found.get("check") == "unique" and "field" in found:
        found["fields"] = [found.pop("field")]
    if isinstance(found.get("fields"), str):
        found["fields"] = [found["fields"]]
    return found


def _unflattened(schema: dict[str, Any]) -> dict[str, Any]:
    inside = ("fields", "rows", "primary_key", "foreign_keys", "rules")
    name = schema.get("name", "dataset")
    table = {"name": name, **{key: schema.pop(key) for key in inside if key in schema}}
    return {**schema, "tables": [table]}


def _table(table: Any) -> Any:
    if not isinstance(table, Mapping):
        return table
    table = _renamed(table, SCHEMA)
    if isinstance(table.get("schema"), Mapping):  # a Frictionless resource
        table = {**_renamed(table.pop("schema"), SCHEMA), **table}
    if isinstance(table.get("fields"), Mapping):  # {"age": {"type": "integer"}}
        table["fields"] = [
            {"name": name, **(spec if isinstance(spec, Mapping) else {"type": spec})}
            for name, spec in table["fields"].items()
        ]
    if isinstance(table.get("fields"), list | tuple):
        table["fields"] = [_field(field) for field in table["fields"]]
    if isinstance(table.get("primary_key"), str):
        table["primary_key"] = [table["primary_key"]]
    if isinstance(table.get("foreign_keys"), list | tuple):
        table["foreign_keys"] = [_foreign_key(key, table) for key in table["foreign_keys"]]
    return table


def _foreign_key(key: Any, table: Mapping[str, Any]) -> Any:
    if not isinstance(key, Mapping):
        return key
    key = {("fields" if name == "field" else name): value for name, value in key.items()}
    if isinstance(key.get("fields"), str):
        key["fields"] = [key["fields"]]
    if isinstance(key.get("reference"), Mapping):
        names = {"resource": "table", "field": "fields"}
        reference = {names.get(name, name): value for name, value in key["reference"].items()}
        if isinstance(reference.get("fields"), str):
            reference["fields"] = [reference["fields"]]
        reference["table"] = reference.get("table") or table.get("name", "")
        key["reference"] = reference
    return key


def _field(field: Any) -> Any:
    if isinstance(field, str):
        return {"name": field}
    if not isinstance(field, Mapping):
        return field
    field = _renamed(field, FIELD)
    _type(field)
    _constraints(field)
    samples = field.pop("sample_values", None)
    generator = field.get("generator")
    if isinstance(generator, str):
        generator = {"kind": generator}
    if isinstance(generator, Mapping):
        field["generator"] = _renamed(generator, GENERATOR)
    elif samples and generator is None and "enum" not in field.get("constraints", {}):
        field["generator"] = {"kind": "category", "values": list(samples)}
    if isinstance(field.get("items"), Mapping):
        field["items"] = _field({"name": "item", **field["items"]})
    if isinstance(field.get("fields"), list | tuple):
        field["fields"] = [_field(inner) for inner in field["fields"]]
    return field


def _type(field: dict[str, Any]) -> None:
    named = field.get("type")
    if isinstance(named, str):
        word = named.lower()
        field["type"] = TYPES.get(word, word)
        if word in FORMATS:
            field.setdefault("format", FORMATS[word])
    if field.get("format") == "default":  # Frictionless: no format
        del field["format"]


def _constraints(field: dict[str, Any]) -> None:
    """Constraints written beside the type move under `constraints`."""
    inner = field.get("constraints")
    if inner is not None and not isinstance(inner, Mapping):
        return
    outer = {key: field.pop(key) for key in list(field) if _is_constraint(key)}
    merged = {**_renamed(outer, CONSTRAINTS), **_renamed(inner or {}, CONSTRAINTS)}
    if merged:
        field["constraints"] = merged


def _is_constraint(key: str) -> bool:
    return key in CONSTRAINTS or key in CONSTRAINT_NAMES


def _renamed(mapping: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Aliases give way to a canonical key that is already there."""
    renamed = {names.get(key, key): value for key, value in mapping.items() if key in names}
    return {**renamed, **{key: value for key, value in mapping.items() if key not in names}}
