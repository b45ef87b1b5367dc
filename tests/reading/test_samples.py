"""Fields from example rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from src.core.models import Reading
from src.core.parsing import parse_schema
from src.reading.reader import read_request

TODAY = date(2026, 11, 24)
ROWS: list[dict[str, Any]] = [
    {"id": 7, "email": "a@b.de", "code": "AB-12", "size": "S", "price": 9.5, "on": "2024-01-05",
     "seen": "2024-01-05T10:00:00", "ok": True, "note": "came back twice this week", "qty": 1},
    {"id": 8, "email": "c@d.de", "code": "XY-98", "size": "M", "price": 12.25, "on": "2024-03-01",
     "seen": "2024-02-05T10:30:00", "ok": False, "note": None, "qty": 5},
    {"id": 9, "email": "e@f.de", "code": "QQ-55", "size": "S", "price": 3.0, "on": "2023-12-31",
     "seen": "2024-01-01T00:00:00", "ok": True, "note": "wants an invoice by post", "qty": 3},
]  # fmt: skip


def read(text: str, rows: list[dict[str, Any]] = ROWS) -> Reading:
    reading = read_request(text, today=TODAY, sample_rows=rows)
    parse_schema(dict(reading.document))
    return reading


def fields(reading: Reading) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in reading.document["fields"]}


def test_types_ranges_values_and_order_are_the_samples() -> None:
    got = fields(read("50 items"))
    assert list(got) == list(ROWS[0])
    assert {name: field["type"] for name, field in got.items()} == {
        "id": "integer", "email": "string", "code": "string", "size": "string", "price": "number",
        "on": "date", "seen": "datetime", "ok": "boolean", "note": "string", "qty": "integer",
    }  # fmt: skip
    assert got["id"]["generator"] == {"kind": "sequence", "start": 7}
    assert got["email"]["format"] == "email"
    assert got["code"]["generator"]["pattern"] == "[A-Z]{2}-[0-9]{2}"
    assert got["size"]["generator"]["values"] == ["S", "M"]
    assert got["price"]["generator"]["decimal_places"] == 2
    assert got["on"]["generator"]["minimum"] == "2023-12-31"
    assert got["qty"]["generator"] == {"kind": "uniform", "minimum": 1, "maximum": 5}
    assert got["note"]["null_fraction"] == 0.3333


def test_what_the_samples_told_is_said() -> None:
    reading = read("50 items")
    assert any("'price'" in note and "samples" in note for note in reading.assumptions)


def test_the_request_says_more_about_the_samples_fields_and_adds_others() -> None:
    got = fields(read("50 items with qty between 10 and 20, color, size (S, M, L)"))
    assert got["qty"]["constraints"] == {"minimum": 10, "maximum": 20}
    assert got["size"]["generator"]["values"] == ["S", "M", "L"]
    assert list(got)[-1] == "color"


def test_the_samples_win_over_the_lexicon() -> None:
    got = fields(read("5 people", [{"age": "young"}, {"age": "old"}, {"age": "old"}]))
    assert got["age"]["type"] == "string"
    assert got["age"]["generator"]["values"] == ["young", "old"]


def test_odd_samples_do_no_harm() -> None:
    rows: list[dict[str, Any]] = [
        {
            "": 1,
            "a": [1, 2],
            "b": {"c": 1},
            "d": None,
            "e": 1e300,
            "k": float("nan"),
            "f": "",
            "g": "2024-13-45",
        },
        {"a": "x", "h": float(10**15), "i": 10**40, "j": "\x00" * 50},
    ]
    got = fields(read("5 things", rows))
    assert got["a"]["type"] == "string"
    assert got["d"]["null_fraction"] == 1.0
