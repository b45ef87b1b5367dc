"""JSON Schemas taken over, and what is said of them."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from src.core.errors import InvalidArgument
from src.core.parsing import parse_schema
from src.interchange.json_schema_out import export_json_schema
from src.storage.formats.json_format import encode_array

from .worlds import fields, loaded, made, parsed, problems, said, taken


def imported(**properties: Any) -> Any:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return taken(json.dumps(schema))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "minimum": 3, "maximum": 9}, {"minimum": 3, "maximum": 9}),
        ({"type": "number", "minimum": 2, "exclusiveMinimum": True}, {"exclusiveMinimum": 2}),
        ({"type": "number", "exclusiveMaximum": 7.5}, {"exclusiveMaximum": 7.5}),
        ({"type": "integer", "multipleOf": 5.0}, {"multipleOf": 5}),
        ({"type": "string", "minLength": 4, "maxLength": 9}, {"minLength": 4, "maxLength": 9}),
        ({"enum": ["a", "b"]}, {"enum": ["a", "b"]}),
        ({"const": 7}, {"enum": [7]}),
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, {"pattern": "[A-Z]{3}"}),
        ({"type": "string", "pattern": "\\d"}, {"pattern": ".*\\d.*"}),
        ({"oneOf": [{"const": "x", "title": "X"}, {"const": "y"}]}, {"enum": ["x", "y"]}),
        ({"allOf": [{"type": "integer", "minimum": 1}, {"minimum": 4}]}, {"minimum": 4}),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, {"enum": ["b"]}),
    ],
    ids=str,
)
def test_constraints_come_over(schema: Any, expected: Any) -> None:
    found = fields(imported(xx=schema))["xx"]
    assert found["constraints"] == {"required": True, **expected}


@pytest.mark.parametrize(
    ("schema", "kind", "form"),
    [
        ({"type": "string", "format": "email"}, "string", "email"),
        ({"type": "string", "format": "date"}, "date", None),
        ({"type": "string", "format": "date-time"}, "datetime", None),
        ({"type": "string", "format": "uuid"}, "string", "uuid"),
        ({"enum": [1, 2]}, "integer", None),
        ({"minimum": 2}, "number", None),
        ({"items": {"type": "string"}}, "array", None),
        ({"type": ["null", "boolean"]}, "boolean", None),
    ],
    ids=str,
)
def test_types_and_formats_come_over(schema: Any, kind: str, form: str | None) -> None:
    found = fields(imported(xx=schema))["xx"]
    assert (found["type"], found.get("format")) == (kind, form)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"type": "string", "nullable": True},
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
        {"enum": ["a", None]},
    ],
    ids=str,
)
def test_null_among_the_values_makes_a_field_nullable(schema: Any) -> None:
    assert fields(imported(xx=schema))["xx"]["nullable"] is True


def test_a_property_that_is_not_required_is_nullable() -> None:
    schema = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]}
    found = fields(taken(json.dumps(schema)))
    assert "nullable" not in found["a"]
    assert found["b"]["nullable"] is True


def test_references_are_followed_by_pointer_and_by_name() -> None:
    schema = {
        "properties": {"a": {"$ref": "#/$defs/a~1b"}, "c": {"$ref": "#short"}},
        "$defs": {"a/b": {"type": "integer"}, "z": {"$anchor": "short", "type": "boolean"}},
    }
    found = fields(taken(json.dumps(schema)))
    assert [found[name]["type"] for name in ("a", "c")] == ["integer", "boolean"]


def test_nested_objects_and_arrays_are_fields_of_fields() -> None:
    found = fields(
        imported(
            home={"type": "object", "properties": {"city": {"type": "string", "maxLength": 9}}},
            tags={"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}},
        )
    )
    (city,) = found["home"]["fields"]
    assert city["constraints"]["maxLength"] == 9
    assert found["tags"]["items"] == {"name": "item", "type": "integer"}
    assert found["tags"]["constraints"]["maxLength"] == 3


def test_nothing_is_dropped_without_a_word() -> None:
    found = imported(
        code={"type": "string", "pattern": "(?=x)y", "default": "x", "contentEncoding": "base64"},
        many={"anyOf": [{"type": "integer"}, {"type": "string"}]},
        other={"$ref": "https://example.com/x.json"},
        list={"type": "array", "uniqueItems": True},
        deep={"type": "string", "format": "no-such"},
    )
    notes = said(found.left_out)
    for word in ("(?=x)y", "a default", "contentEncoding", "anyOf has 2", "outside", "uniqueItems",
                 "no-such"):  # fmt: skip
        assert word in notes
    assert "things.code" in notes


def test_bare_fields_get_makers_by_their_names() -> None:
    found = fields(imported(id={"type": "integer"}, email={"type": "string", "maxLength": 80},
                            price={"type": "number", "exclusiveMinimum": 0}))  # fmt: skip
    assert found["id"]["generator"]["kind"] == "sequence"
    assert found["email"]["generator"] == {"kind": "person", "part": "email"}
    assert found["price"]["generator"]["kind"] == "lognormal"
    assert found["price"]["constraints"]["exclusiveMinimum"] == 0


def test_a_name_s_maker_is_not_taken_where_its_values_would_not_fit() -> None:
    found = imported(email={"type": "string", "maxLength": 8})
    assert "generator" not in fields(found)["email"]
    assert "does not fit" in said(found.assumed)
    assert problems(parsed(found)) == ()


def test_definitions_alone_are_several_tables() -> None:
    one = {"type": "object", "properties": {"a": {"type": "string"}}}
    found = taken(json.dumps({"$defs": {"first": one, "second": one, "n": {"type": "integer"}}}))
    assert [table["name"] for table in found.document["tables"]] == ["first", "second"]
    assert all(table["rows"] == 100 for table in found.document["tables"])


def test_names_that_are_none_here_are_made_into_some_and_told_apart() -> None:
    found = fields(imported(**{"first name": {"type": "string"}, "first-name": {}, "1st": {}}))
    assert list(found) == ["first_name", "first_name_2", "_1st"]


@pytest.mark.parametrize("document", [{}, {"type": "string"}, {"type": "object"}, True], ids=str)
def test_a_schema_without_rows_is_refused(document: Any) -> None:
    with pytest.raises(InvalidArgument, match="describes no rows"):
        taken(json.dumps(document), "json-schema")


EVERYTHING = {
    "name": "all",
    "rows": 40,
    "primaryKey": "id",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "uid", "type": "string", "format": "uuid"},
        {"name": "mail", "type": "string", "format": "email", "nullable": True},
        {"name": "kind", "type": "string", "constraints": {"enum": ["a'b", "c"]}, "nullable": True},
        {"name": "age", "type": "integer", "constraints": {"minimum": 18, "maximum": 80}},
        {"name": "code", "type": "string", "constraints": {"pattern": "[A-Z]{2}|x"}},
        {"name": "paid", "type": "boolean"},
        {"name": "born", "type": "date", "constraints": {"minimum": "1990-01-01"}},
        {"name": "at", "type": "datetime"},
        {"name": "seen", "type": "datetime", "generator": {"kind": "datetime", "time_zone": "UTC"}},
        {"name": "took", "type": "duration", "generator": {"kind": "timedelta", "maximum": 9}},
        {"name": "clock", "type": "time"},
        {"name": "price", "type": "number",
         "generator": {"kind": "lognormal", "median": 9, "decimal_places": 2}},
        {"name": "half", "type": "number", "constraints": {"multipleOf": 0.5}},
    ],
}  # fmt: skip


def test_rows_that_were_made_are_what_the_exported_schema_describes() -> None:
    schema = parse_schema(EVERYTHING)
    document = json.loads(export_json_schema(schema).text)
    validator = jsonschema.Draft202012Validator
    validator.check_schema(document)
    rows = json.loads(encode_array(made(schema)["all"]))
    checker = validator.FORMAT_CHECKER
    assert list(validator(document, format_checker=checker).iter_errors(rows)) == []
    rows[0]["age"] = 17
    assert list(validator(document).iter_errors(rows))


def test_rows_of_every_type_load_into_the_exported_tables() -> None:
    schema = parse_schema(EVERYTHING)
    base = loaded(schema, made(schema))
    assert base.execute('SELECT count(*), min(age) >= 18 FROM "all"').fetchone() == (40, 1)
