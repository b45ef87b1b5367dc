"""Requests that change a schema."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from src.core.models import Reading
from src.core.parsing import parse_schema
from src.reading.reader import read_request

TODAY = date(2026, 11, 24)
START = {
    "name": "customers",
    "rows": 100,
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence", "start": 1}},
        {"name": "email", "type": "string", "format": "email"},
        {
            "name": "age",
            "type": "integer",
            "description": "in years",
            "constraints": {"minimum": 18, "maximum": 80, "required": True},
        },
        {"name": "plan", "type": "string", "generator": {"kind": "category", "values": ["a", "b"]}},
    ],
    "expectations": [
        {"check": "row_count", "equals": 100},
        {"check": "range", "field": "age", "minimum": 18, "maximum": 80},
        {"check": "unique", "fields": ["email"]},
    ],
}


def refine(text: str, schema: dict[str, Any] = START) -> Reading:
    before = json.dumps(schema)
    reading = read_request(text, today=TODAY, current_schema=schema)
    parse_schema(dict(reading.document))
    assert json.dumps(schema) == before, "the schema handed in stays as it is"
    return reading


def names(reading: Reading) -> list[str]:
    return [field["name"] for field in reading.document["fields"]]


def field(reading: Reading, name: str) -> dict[str, Any]:
    return next(one for one in reading.document["fields"] if one["name"] == name)


@pytest.mark.parametrize(
    "text", ["add a phone number", "Please add phone number.", "include a phone number too"]
)
def test_a_field_is_added_at_the_end(text: str) -> None:
    reading = refine(text.replace(" too", ""))
    assert names(reading)[-1] == "phone_number"
    assert field(reading, "phone_number")["format"] == "phone"
    assert reading.not_understood == ()


def test_one_verb_adds_several() -> None:
    reading = refine("add city, postcode and signup date in 2024")
    assert names(reading)[4:] == ["city", "postcode", "signup_date"]
    assert field(reading, "signup_date")["constraints"]["minimum"] == "2024-01-01"


def test_a_field_is_removed_with_its_checks() -> None:
    reading = refine("remove age and email")
    assert names(reading) == ["id", "plan"]
    assert [check["check"] for check in reading.document["expectations"]] == ["row_count"]


def test_a_field_is_renamed_with_its_checks() -> None:
    reading = refine("rename email to contact_email")
    assert names(reading)[1] == "contact_email"
    assert {"check": "unique", "fields": ["contact_email"]} in reading.document["expectations"]


@pytest.mark.parametrize(
    "text", ["make it 1,000 rows", "1000 rows", "set rows to 1000", "use 1k rows please"]
)
def test_the_row_count_is_changed_with_its_check(text: str) -> None:
    reading = refine(text)
    assert reading.document["rows"] == 1000
    assert [
        check["equals"]
        for check in reading.document["expectations"]
        if check["check"] == "row_count"
    ] == [1000]
    assert reading.not_understood == ()


@pytest.mark.parametrize(
    "text", ["age between 30 and 40", "change age to 30-40", "Age should be from 30 to 40"]
)
def test_a_range_is_changed_and_the_rest_of_the_field_stays(text: str) -> None:
    reading = refine(text)
    changed = field(reading, "age")
    assert changed["constraints"] == {"minimum": 30, "maximum": 40, "required": True}
    assert changed["description"] == "in years"
    ranges = [check for check in reading.document["expectations"] if check["check"] == "range"]
    assert [(check["minimum"], check["maximum"]) for check in ranges] == [(30, 40)]
    assert reading.not_understood == ()


def test_a_field_becomes_unique_or_optional() -> None:
    reading = refine("make email unique. make age optional.")
    assert field(reading, "email")["constraints"] == {"unique": True}
    assert field(reading, "email")["format"] == "email"
    assert field(reading, "age")["null_fraction"] == 0.2


def test_categories_and_shares_are_replaced() -> None:
    reading = refine("plan (free 60%, pro 40%)")
    assert field(reading, "plan")["generator"] == {
        "kind": "category",
        "values": ["free", "pro"],
        "weights": [60, 40],
    }


def test_the_locale_and_the_file_format_are_changed() -> None:
    reading = refine("use German names, as parquet")
    assert reading.document["locale"] == "de"
    assert reading.output_format == "parquet"


@pytest.mark.parametrize(
    "text",
    ["make everything nicer", "remove shoe size", "rename x to y", "age must depend on plan"],
)
def test_what_is_not_understood_changes_nothing_and_is_quoted(text: str) -> None:
    reading = refine(text)
    assert names(reading) == ["id", "email", "age", "plan"]
    assert reading.not_understood


def test_the_last_field_cannot_be_removed() -> None:
    reading = refine("remove id", {"name": "t", "fields": [{"name": "id", "type": "integer"}]})
    assert names(reading) == ["id"]
    assert reading.not_understood == ("remove id",)


SHOP = {
    "name": "shop",
    "tables": [
        {"name": "customers", "rows": 10, "fields": [{"name": "id", "type": "integer"}]},
        {
            "name": "orders",
            "rows": 20,
            "fields": [{"name": "id", "type": "integer"}, {"name": "total", "type": "number"}],
        },
    ],
}


def test_of_several_tables_the_one_that_has_the_field_is_changed() -> None:
    reading = refine("total between 5 and 500", SHOP)
    orders = reading.document["tables"][1]
    assert orders["fields"][1]["constraints"] == {"minimum": 5, "maximum": 500}


def test_a_name_that_two_tables_have_is_not_guessed() -> None:
    reading = refine("make id unique", SHOP)
    assert reading.not_understood == ("make id unique",)


def test_the_frictionless_spelling_can_be_refined_too() -> None:
    reading = refine(
        "add email", {"resources": [{"name": "t", "schema": {"fields": [{"name": "a"}]}}]}
    )
    assert len(parse_schema(dict(reading.document)).tables[0].fields) == 2
