"""Columns of a sample as a schema."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from src.core.errors import InvalidArgument
from src.interchange.columns_in import import_rows

from .worlds import TODAY, fields, made, parsed, problems, said, taken

CSV = "id;e-mail;price;zip;on;ok;note\n" + "".join(
    f'{n};p{n}@example.com;{n}.25;0{n:04d};2024-02-{n % 28 + 1:02d};{"true" if n % 3 else "false"};'
    f'{"" if n % 4 else "called; came ""back"""}\n'
    for n in range(1, 41)
)  # fmt: skip


def test_types_ranges_nulls_and_uniqueness_are_the_sample_s() -> None:
    found = taken(CSV, ending=".csv")
    got = fields(found)
    assert found.source == "sample"
    assert {name: field["type"] for name, field in got.items()} == {
        "id": "integer", "e_mail": "string", "price": "number", "zip": "string", "on": "date",
        "ok": "boolean", "note": "string",
    }  # fmt: skip
    assert got["id"]["constraints"]["unique"]
    assert got["e_mail"]["constraints"]["unique"]
    assert got["price"]["generator"]["decimal_places"] == 2
    assert got["note"]["null_fraction"] == 0.75
    assert "40 sample rows" in said(found.assumed)


def test_what_a_sample_shows_can_be_made() -> None:
    schema = parsed(taken(CSV))
    assert problems(schema) == ()
    assert made(schema)["things"].num_rows == 60


def test_leading_zeros_stay_text() -> None:
    assert fields(taken("code\n00123\n00456\n"))["code"]["type"] == "string"


def test_few_different_values_are_not_taken_as_unique() -> None:
    assert "constraints" not in fields(taken("code\nAB-1\nAB-2\n"))["code"]


def test_rows_of_python_values_and_of_json_are_samples_too() -> None:
    wall = datetime(2024, 1, 1)  # noqa: DTZ001 (a wall time)
    rows = [{"d": date(2024, 1, n), "t": wall, "m": Decimal("1.50")} for n in (1, 2)]
    got = fields(import_rows(rows, name="x", today=TODAY))
    assert [got[name]["type"] for name in "dtm"] == ["date", "datetime", "number"]
    listed = taken(json.dumps([{"a": 1}, {"a": 2}]))
    assert listed.source == "sample"


@pytest.mark.parametrize("text", ["", "a,b\n", "[]"], ids=repr)
def test_a_sample_without_rows_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="no rows"):
        taken(text, "sample")
