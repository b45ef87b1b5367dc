"""Makers for a schema that somebody brought."""

from __future__ import annotations

import json
from typing import Any

from src.core.parsing import parse_schema
from src.reading.bare import has_bare
from src.reading.enrich import enrich


def enriched(*fields: dict[str, Any], **more: Any) -> tuple[dict[str, dict[str, Any]], list[str]]:
    document = {"name": "customers", **more, "fields": list(fields)}
    before = json.dumps(document)
    result, notes = enrich(document)
    parse_schema(result)
    assert json.dumps(document) == before
    return {field["name"]: field for field in result["fields"]}, list(notes)


def test_bare_fields_get_the_maker_of_their_name() -> None:
    got, notes = enriched(
        {"name": "email", "type": "string"},
        {"name": "first_name", "type": "string"},
        {"name": "age", "type": "integer"},
        {"name": "id", "type": "integer", "constraints": {"unique": True}},
    )
    assert got["email"]["generator"] == {"kind": "person", "part": "email"}
    assert got["first_name"]["generator"]["part"] == "given_name"
    assert got["age"]["generator"]["kind"] == "normal"
    assert got["id"]["generator"]["kind"] == "sequence"
    assert len(notes) == 4


def test_what_was_said_is_never_touched() -> None:
    said: list[dict[str, Any]] = [
        {"name": "email", "type": "string", "generator": {"kind": "text"}},
        {"name": "phone", "type": "string", "format": "uuid"},
        {"name": "age", "type": "integer", "constraints": {"minimum": 3}},
        {"name": "city", "type": "string", "constraints": {"enum": ["Rome"]}},
        {"name": "status", "type": "string", "enum": ["a", "b"]},
        {"name": "salary", "type": "integer", "min_value": 5, "max_value": 9},
        {"name": "country", "type": "string", "sample_values": ["x"]},
    ]
    got, notes = enriched(*said)
    assert list(got.values()) == said
    assert notes == []


def test_another_type_than_the_lexicons_keeps_the_field_bare() -> None:
    got, _ = enriched({"name": "email", "type": "integer"}, {"name": "age", "type": "string"})
    assert all("generator" not in field for field in got.values())


def test_unknown_names_and_guesses_stay_bare() -> None:
    got, notes = enriched({"name": "flux", "type": "string"}, {"name": "billing_note"})
    assert all("generator" not in field for field in got.values())
    assert notes == []


def test_a_unique_field_takes_no_maker_that_repeats() -> None:
    got, _ = enriched({"name": "age", "type": "integer", "constraints": {"unique": True}})
    assert "generator" not in got["age"]


def test_nulls_stay_as_they_were_said() -> None:
    got, _ = enriched({"name": "phone", "type": "string", "null_fraction": 0.4})
    assert got["phone"]["null_fraction"] == 0.4
    assert got["phone"]["generator"]["part"] == "phone"


def test_keys_of_other_tables_are_left_to_the_engine() -> None:
    document: dict[str, Any] = {
        "name": "shop",
        "tables": [
            {"name": "customers", "fields": [{"name": "id", "type": "integer"}]},
            {
                "name": "orders",
                "fields": [
                    {"name": "customer_id", "type": "integer"},
                    {"name": "customer_email", "type": "string"},
                ],
                "foreign_keys": [
                    {
                        "fields": ["customer_id"],
                        "reference": {"table": "customers", "fields": ["id"]},
                    }
                ],
            },
        ],
    }
    result, _ = enrich(document)
    parse_schema(result)
    key, email = result["tables"][1]["fields"]
    assert "generator" not in key
    assert email["generator"]["part"] == "email"


def test_shapeless_documents_come_back_as_they_are() -> None:
    for document in ({}, {"fields": 3}, {"fields": [1, None, {}]}, {"tables": [3, {}]}):
        assert enrich(document)[0] == document


def test_a_document_without_a_bare_field_need_not_be_enriched() -> None:
    said = {"name": "a", "format": "uuid"}
    assert not has_bare({"fields": [said]})
    assert not has_bare({"tables": [{"name": "t", "fields": [said]}]})
    assert not has_bare({"tables": [3, {}], "fields": [{"name": "email"}]})
    for document in ({}, {"fields": 3}, {"fields": [1, None]}, {"tables": 3}):
        assert not has_bare(document)


def test_one_bare_field_is_enough() -> None:
    bare = {"name": "email", "type": "string", "constraints": {"unique": True}}
    assert has_bare({"fields": [{"name": "a", "format": "uuid"}, bare]})
    assert has_bare({"tables": [{"name": "t", "fields": [bare]}]})
    assert has_bare({"tables": 3, "fields": [bare]})
