"""The four requests that the product must serve: every promise is an expectation, all of them
hold, and data that breaks one of them on purpose is caught."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from src.api.drafts import parse_schema_answer
from src.core.models import DataSchema
from src.core.parsing import parse_schema
from src.data import load_pools
from src.generation.compiling import compile_schema
from src.reading.reader import read_request

from .breaking import broken
from .judged import judged

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
BIKES = (
    "200 customers of a German bike shop: customer number, name, e-mail, city, postcode, birth "
    "date (18–80 years old), newsletter yes/no. CSV."
)
HOTEL = (
    "10,000 hotel bookings: 1–14 nights, 60–450 € a night, 10 % off from 7 nights, total, status; "
    "cancelled_at only if cancelled and before check-in; 12 % cancelled, 3 % no-show."
)
PRODUCTS = (
    "100,000 products in Parquet: unique SKU like ABC-1234-X, unique EAN-13, category with a "
    "fitting subcategory, log-normal price with median 25."
)
SOURCES = {
    "bikes, from the sentence": BIKES,
    "hotel, from the sentence": HOTEL,
    "products, from the sentence": PRODUCTS,
    "bikes, from an answer": "tests/fixtures/answers/bike_shop.json",
    "hotel, from an answer": "tests/fixtures/answers/hotel.json",
    "products, from an answer": "tests/fixtures/answers/products.json",
    "web shop, from an answer": "tests/fixtures/answers/web_shop.json",
    "bikes, from a schema": "examples/bike_shop.schema.json",
    "hotel, from a schema": "examples/hotel_bookings.schema.json",
    "products, from a schema": "examples/products.schema.json",
    "web shop, from a schema": "examples/shop.schema.json",
}
PROMISED = {
    "bikes": {
        "row_count": 1, "unique": 2, "not_null": 3, "format": 1, "matches": 1, "range": 1,
        "agree": 2,
    },
    "hotel": {"row_count": 1, "range": 2, "expression": 3, "share": 2},
    "products": {
        "row_count": 1, "unique": 2, "matches": 1, "format": 1, "combinations": 1, "median": 1,
        "distribution": 1,
    },
    "web shop": {
        "row_count": 3, "per_parent": 1, "aggregate": 1, "expression": 1, "without_children": 2,
        "top_share": 1, "null_share": 1, "acyclic": 1, "references": 3, "unique": 1,
    },
}  # fmt: skip
"""The least number of expectations of each kind: what REQUESTS names, promise by promise."""


@cache
def schema_from(source: str) -> DataSchema:
    said = SOURCES[source]
    if not said.endswith(".json"):
        return parse_schema(read_request(said, today=TODAY).document)
    text = (ROOT / said).read_text()
    if "answers" in said:
        return parse_schema(parse_schema_answer(f"```json\n{text}```").document)
    return parse_schema(json.loads(text))


@cache
def rows_from(source: str) -> dict[str, pa.Table]:
    schema = schema_from(source)
    rows = {table.name: table.rows for table in schema.tables if table.rows is not None}
    recipe = compile_schema(schema, rows=rows, seed=7, as_of=TODAY, pools=load_pools())
    return {name: table.make(0, table.row_count) for name, table in recipe.tables.items()}


def judged_alone(source: str, tables: dict[str, pa.Table], said: Any, folder: Path) -> Any:
    """The verdict on one expectation; the rows promised are those that were made."""
    schema = schema_from(source).model_copy(update={"expectations": (said,)})
    asked = {name: table.num_rows for name, table in rows_from(source).items()}
    return judged(schema, tables, folder, piece=65_536, rows=asked)[0]


@pytest.mark.parametrize("source", SOURCES)
def test_every_promise_is_expected_and_all_hold(source: str, tmp_path: Path) -> None:
    schema = schema_from(source)
    counts: dict[str, int] = {}
    for said in schema.expectations:
        assert said.because, said
        counts[said.check] = counts.get(said.check, 0) + 1
    for check, least in PROMISED[source.split(",", maxsplit=1)[0]].items():
        assert counts.get(check, 0) >= least, check
    tables = rows_from(source)
    verdicts = judged(schema, tables, tmp_path, piece=65_536)
    assert [verdict for verdict in verdicts if not verdict.held] == []


CASES = [
    pytest.param(source, number, id=f"{source}: {said.check} {number}")
    for source in SOURCES
    for number, said in enumerate(schema_from(source).expectations)
    if not source.endswith("schema")  # the same expectations as in the answers
]


@pytest.mark.parametrize(("source", "number"), CASES)
def test_each_promise_broken_on_purpose_is_caught(source: str, number: int, tmp_path: Path) -> None:
    said = schema_from(source).expectations[number]
    tables = broken(schema_from(source), rows_from(source), said)
    verdict = judged_alone(source, tables, said, tmp_path)
    assert (verdict.check, verdict.because) == (said.check, said.because)
    assert not verdict.held, verdict


def test_the_words_of_each_expectation_are_words_of_the_request() -> None:
    for source in ("bikes, from an answer", "hotel, from an answer", "products, from an answer"):
        request = schema_from(f"{source.split(',')[0]}, from the sentence").description
        for said in schema_from(source).expectations:
            assert set(said.because.replace(",", "").split()) <= set(
                request.replace(",", "").replace(";", "").replace(":", "").replace(".", "").split()
            ), said.because
