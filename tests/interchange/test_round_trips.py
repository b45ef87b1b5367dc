"""Out and in again: types, constraints and keys are what they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from src.core.models import DataSchema
from src.core.parsing import parse_schema
from src.interchange.exporting import export_schema

from .test_json_schema import EVERYTHING
from .worlds import SCHEMAS, parsed, shape, taken

TO_CUSTOMERS = {"resource": "customers", "fields": "id"}
SHOP = {
    "name": "shop",
    "tables": [
        {"name": "customers", "rows": 5, "primaryKey": "id", "fields": [
            {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
            {"name": "level", "type": "string", "constraints": {"enum": ["it's", "b\\"]}},
            {"name": "referred_by", "type": "integer", "nullable": True}],
         "foreignKeys": [{"fields": "referred_by", "reference": TO_CUSTOMERS, "acyclic": True,
                          "optional_fraction": 0.5}]},
        {"name": "orders", "rows": 9, "primaryKey": ["customer_id", "select"], "fields": [
            {"name": "customer_id", "type": "integer"},
            {"name": "select", "type": "integer", "generator": {"kind": "line_number"}},
            {"name": "amount", "type": "number", "constraints": {"minimum": 0, "maximum": 500},
             "generator": {"kind": "uniform", "decimal_places": 2}}],
         "foreignKeys": [{"fields": "customer_id", "reference": TO_CUSTOMERS}]},
    ],
}  # fmt: skip
SCHEMA_FILES = sorted(path.name for path in SCHEMAS.iterdir())


def again(schema: DataSchema, target: Any, dialect: str = "sqlite") -> DataSchema:
    text = export_schema(schema, target, dialect=dialect).text
    return parsed(
        taken(text, target, name=schema.name, dialect=dialect if target == "ddl" else None)
    )


def unsaid(found: dict[str, Any], *names: str) -> dict[str, Any]:
    """Without what the other language has no word for."""
    for table in found.values():
        for field in table["fields"].values():
            for name in names:
                field.pop(name, None)
                field["constraints"].pop(name, None)
    return found


@pytest.mark.parametrize("document", [EVERYTHING, SHOP], ids=["one table", "several"])
def test_a_json_schema_keeps_everything(document: dict[str, Any]) -> None:
    schema = parse_schema(document)
    assert shape(again(schema, "json-schema")) == shape(schema)


@pytest.mark.parametrize("document", [EVERYTHING, SHOP], ids=["one table", "several"])
def test_a_data_package_keeps_everything(document: dict[str, Any]) -> None:
    schema = parse_schema(document)
    assert shape(again(schema, "frictionless")) == shape(schema)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
@pytest.mark.parametrize("document", [EVERYTHING, SHOP], ids=["one table", "several"])
def test_ddl_keeps_all_but_patterns_steps_and_formats(
    document: dict[str, Any], dialect: str
) -> None:
    schema = parse_schema(document)
    lost = ("pattern", "multiple_of", "format")
    found = unsaid(shape(again(schema, "ddl", dialect)), *lost)
    expected = unsaid(shape(schema), *lost)
    assert drop_capacity(found) == drop_capacity(expected)


def drop_capacity(found: dict[str, Any]) -> dict[str, Any]:
    """Without the range of a column without a range: what NUMERIC(18, 2) holds."""
    for table in found.values():
        for field in table["fields"].values():
            given = field["constraints"]
            if field["places"] is not None and given.get("maximum") == -given.get("minimum", 0):
                del given["minimum"], given["maximum"]
    return found


@pytest.mark.parametrize("target", ["json-schema", "frictionless", "ddl"])
@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_public_schemas_do_not_change_from_the_second_time_on(name: str, target: str) -> None:
    path = SCHEMAS / name
    once = again(parsed(taken(path.read_text("utf-8"), ending=path.suffix)), target)
    assert shape(again(once, target)) == shape(once)


def test_what_a_language_cannot_say_is_listed() -> None:
    document = {"name": "t", "fields": [
        {"name": "a", "constraints": {"pattern": "x+"}}, {"name": "m", "format": "iban"},
        {"name": "n", "type": "integer", "generator": {"kind": "poisson", "mean": 3}}],
        "expectations": [{"check": "row_count", "equals": 3}]}  # fmt: skip
    found = export_schema(parse_schema(document), "ddl")
    notes = "\n".join(map(str, found.left_out))
    for word in ("pattern x+", "iban", "generators", "expectations"):
        assert word in notes


def test_keys_in_a_circle_are_added_when_both_tables_stand() -> None:
    document = {"name": "d", "tables": [
        {"name": one, "rows": 1, "primaryKey": "id",
         "fields": [{"name": "id", "type": "integer"}, {"name": "o", "type": "integer"}],
         "foreignKeys": [{"fields": "o", "reference": {"resource": other, "fields": "id"}}]}
        for one, other in (("a", "b"), ("b", "a"))
    ]}  # fmt: skip
    schema = parse_schema(document)
    text = export_schema(schema, "ddl", dialect="postgres").text
    assert text.index('CREATE TABLE "b"') < text.index('ALTER TABLE "a" ADD FOREIGN KEY')
    assert shape(again(schema, "ddl", "postgres")) == shape(schema)


def test_an_export_is_json_where_it_says_so() -> None:
    for target in ("json-schema", "frictionless"):
        json.loads(export_schema(parse_schema(SHOP), target).text)
