"""Frictionless descriptors taken over."""

from __future__ import annotations

import json
from typing import Any

import pytest

from src.core.errors import InvalidArgument

from .worlds import fields, parsed, said, taken


def table_schema(*given: dict[str, Any], **more: Any) -> Any:
    return taken(json.dumps({"fields": list(given), **more}))


def test_a_table_schema_alone_is_one_table() -> None:
    found = table_schema({"name": "a", "type": "integer"}, {"name": "b"})
    assert found.source == "frictionless"
    assert found.document["name"] == "things"
    assert [field["type"] for field in fields(found).values()] == ["integer", "string"]


def test_constraints_keys_and_unique_keys_come_over() -> None:
    found = table_schema(
        {"name": "id", "type": "integer", "constraints": {"required": True}},
        {"name": "n", "type": "number", "constraints": {"minimum": "1.5", "maximum": 9}},
        {"name": "a", "constraints": {"minLength": 3, "pattern": "[a-z]+", "unique": True}},
        {"name": "b", "constraints": {"enum": ["x", "y"]}},
        primaryKey="id",
        uniqueKeys=[["n", "b"]],
    )
    got = fields(found)
    assert found.document["primary_key"] == ["id"]
    assert got["n"]["constraints"] == {"minimum": 1.5, "maximum": 9}
    assert got["a"]["constraints"] == {"minLength": 3, "pattern": "[a-z]+", "unique": True}
    assert got["b"]["constraints"]["enum"] == ["x", "y"]
    assert found.document["rules"] == [{"rule": "unique_together", "fields": ["n", "b"]}]


def test_what_is_not_required_is_nullable_where_the_schema_says_what_is() -> None:
    some = table_schema({"name": "a", "constraints": {"required": True}}, {"name": "b"})
    assert [field.get("nullable", False) for field in fields(some).values()] == [False, True]
    none = table_schema({"name": "a"}, {"name": "b"})
    assert not any(field.get("nullable") for field in fields(none).values())
    assert "required" in said(none.assumed)


def test_types_without_a_like_are_taken_as_something_and_it_is_said() -> None:
    found = table_schema(
        {"name": "y", "type": "year"}, {"name": "m", "type": "yearmonth"},
        {"name": "p", "type": "geopoint"}, {"name": "d", "type": "date", "format": "%d/%m/%Y"},
        {"name": "x", "type": "string", "rdfType": "http://x", "bareNumber": False},
    )  # fmt: skip
    parsed(found)
    assert fields(found)["y"]["type"] == "integer"
    assert "geopoint was taken as string" in said(found.assumed)
    for word in ("%d/%m/%Y", "bareNumber"):
        assert word in said(found.left_out)


def test_foreign_keys_lead_to_the_other_resource_or_to_the_table_itself() -> None:
    people = {
        "name": "people",
        "schema": {
            "fields": [{"name": "id", "type": "integer"}, {"name": "boss", "type": "integer"},
                       {"name": "town", "constraints": {"required": True}}],
            "primaryKey": ["id"],
            "foreignKeys": [
                {"fields": "boss", "reference": {"resource": "", "fields": "id"}},
                {"fields": ["town"], "reference": {"resource": "big-towns", "fields": ["name"]}},
                {"fields": ["town"], "reference": {"resource": "nowhere", "fields": ["name"]}},
            ],
        },
    }  # fmt: skip
    towns = {"name": "big-towns", "schema": {"fields": [{"name": "name"}], "primaryKey": "name"}}
    found = taken(json.dumps({"resources": [people, towns]}))
    boss, town = found.document["tables"][0]["foreign_keys"]
    assert boss["reference"]["table"] == "people"
    assert boss["acyclic"]
    assert town["reference"] == {"table": "big_towns", "fields": ["name"]}
    assert "nowhere" in said(found.left_out)


def test_a_resource_whose_schema_is_elsewhere_is_left_out_by_name() -> None:
    here = {"name": "here", "schema": {"fields": [{"name": "a"}]}}
    found = taken(json.dumps({"resources": [here, {"name": "there", "schema": "x.json"}]}))
    assert "there: left out" in said(found.left_out)
    with pytest.raises(InvalidArgument, match="what the fields are"):
        taken(json.dumps({"resources": [{"name": "there", "schema": "x.json"}]}))
