"""The figures of a column are those that polars finds."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from src.core.parsing import parse_schema
from src.reporting.model import Column
from src.reporting.profile import TableProfile
from src.reporting.sketches import KEPT_HASHES, Distinct

ROWS = 5_000
FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
    {"name": "amount", "type": "number", "generator": {"kind": "normal", "mean": 50,
     "stddev": 5, "decimal_places": 2}},
    {"name": "score", "type": "number", "nullable": True, "null_fraction": 0.25},
    {"name": "stars", "type": "integer", "constraints": {"minimum": 1, "maximum": 5}},
    {"name": "kind", "generator": {"kind": "category", "values": ["a", "b", "c"],
     "weights": [6, 3, 1]}},
    {"name": "text", "generator": {"kind": "text"}},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "datetime"},
    {"name": "flag", "type": "boolean", "generator": {"kind": "bernoulli", "p": 0.3}},
    {"name": "tags", "type": "array", "items": {"name": "tag", "type": "string"}},
]  # fmt: skip


def rows() -> pa.Table:
    draw = np.random.default_rng(11)
    amount = np.round(draw.normal(50, 5, ROWS), 2)
    score = amount * 3 + draw.normal(0, 10, ROWS)
    words = np.array(["red", "a green", "deep blue sea", "very long words here"])
    return pa.table(
        {
            "id": np.arange(1, ROWS + 1),
            "amount": pa.array([f"{value:.2f}" for value in amount]).cast(pa.decimal128(18, 2)),
            "score": pa.array(np.where(draw.random(ROWS) < 0.25, np.nan, score), from_pandas=True),
            "stars": draw.integers(1, 6, ROWS),
            "kind": draw.choice(["a", "b", "c"], ROWS, p=[0.6, 0.3, 0.1]),
            "text": [f"{words[n % 4]} {n % 977}" for n in range(ROWS)],
            "day": pa.array(draw.integers(19_000, 20_000, ROWS).astype(np.int32)).cast(pa.date32()),
            "at": pa.array(draw.integers(1_700_000_000, 1_760_000_000, ROWS) * 1_000_000).cast(
                pa.timestamp("us", "UTC")
            ),
            "flag": draw.random(ROWS) < 0.3,
            "tags": pa.array([["x"] * (n % 3) for n in range(ROWS)]),
        }
    )


def profiled(table: pa.Table, *, pieces: int = 1_000) -> TableProfile:
    schema = parse_schema({"name": "things", "fields": FIELDS, "primary_key": ["id"]})
    profile = TableProfile(schema, schema.tables[0], table.num_rows)
    for start in range(0, max(1, table.num_rows), pieces):
        profile.feed(table.slice(start, pieces))
    return profile


@pytest.fixture(scope="module")
def columns() -> dict[str, Column]:
    return {column.name: column for column in profiled(rows()).columns()}


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(rows()))


def test_what_is_empty_and_what_is_different_is_counted(
    columns: dict[str, Column], frame: pl.DataFrame
) -> None:
    for name in frame.columns:
        assert columns[name].nulls == frame[name].null_count(), name
        if name != "tags":
            assert columns[name].distinct == frame[name].drop_nulls().n_unique(), name
            assert columns[name].distinct_is_exact
    assert columns["tags"].distinct is None


@pytest.mark.parametrize("name", ["amount", "score", "stars"])
def test_mean_deviation_and_quantiles_are_those_of_polars(
    name: str, columns: dict[str, Column], frame: pl.DataFrame
) -> None:
    numbers, values = columns[name].numbers, frame[name].cast(pl.Float64).drop_nulls()
    assert numbers is not None
    assert numbers.mean == pytest.approx(values.mean(), rel=1e-12)
    assert numbers.deviation == pytest.approx(values.std(), rel=1e-12)
    assert numbers.looked_at == len(values)
    for q, said in numbers.quantiles.items():
        found = values.quantile(float(q), "linear")
        assert float(said.replace(",", "")) == pytest.approx(found, rel=1e-5), q


def test_extremes_are_the_cells_themselves(columns: dict[str, Column], frame: pl.DataFrame) -> None:
    for name in ("id", "amount", "stars", "day"):
        numbers = columns[name].numbers
        assert numbers is not None
        assert (numbers.minimum, numbers.maximum) == (
            str(frame[name].min()), str(frame[name].max())
        )  # fmt: skip


def test_bars_count_each_value_beside_what_was_declared(
    columns: dict[str, Column], frame: pl.DataFrame
) -> None:
    counts = dict(frame["kind"].value_counts().iter_rows())
    assert [(bar.value, bar.rows, bar.declared) for bar in columns["kind"].bars] == [
        ("a", counts["a"], 0.6), ("b", counts["b"], 0.3), ("c", counts["c"], 0.1)
    ]  # fmt: skip
    flags = {bar.value: bar for bar in columns["flag"].bars}
    assert flags["true"].rows == frame["flag"].sum()
    assert flags["true"].declared == pytest.approx(0.3)
    assert [bar.value for bar in columns["stars"].bars] == ["1", "2", "3", "4", "5"]
    assert [bar.declared for bar in columns["stars"].bars] == pytest.approx([0.2] * 5)


@pytest.mark.parametrize("name", ["amount", "score", "day", "at", "text"])
def test_the_steps_of_a_histogram_hold_every_row_once(
    name: str, columns: dict[str, Column]
) -> None:
    found = columns[name].histogram
    assert found is not None
    assert len(found.edges) == len(found.rows) + 1
    there = ROWS - columns[name].nulls
    assert sum(found.rows) + found.below + found.above == pytest.approx(there)
    if name in ("day", "at"):  # evenly spread: no few lie far outside
        assert (found.below, found.above) == (0, 0)


def test_a_declared_distribution_expects_about_what_came_out(columns: dict[str, Column]) -> None:
    found = columns["amount"].histogram
    assert found is not None
    assert found.declared is not None
    assert sum(found.declared) == pytest.approx(ROWS, rel=0.02)
    for got, expected in zip(found.rows, found.declared, strict=True):
        assert abs(got - expected) < 5 * math.sqrt(expected + 1)


def test_correlations_are_pearsons_where_both_have_a_value(frame: pl.DataFrame) -> None:
    found = profiled(rows()).correlations()
    assert found is not None
    assert found.columns == ("amount", "score", "stars")
    both = frame.select(pl.col("amount").cast(pl.Float64), "score").drop_nulls()
    expected = both.select(pl.corr("amount", "score")).item()
    assert found.values[0][1] == pytest.approx(expected, rel=1e-9)
    assert found.values[0][0] == pytest.approx(1.0)


def test_a_column_that_does_not_vary_correlates_with_nothing() -> None:
    table = rows().set_column(3, "stars", pa.array([3] * ROWS))
    found = profiled(table).correlations()
    assert found is not None
    assert found.values[2] == (None, None, None)


def test_how_rows_are_cut_into_pieces_changes_nothing() -> None:
    whole, cut = profiled(rows(), pieces=ROWS), profiled(rows(), pieces=617)
    for one, other in zip(whole.columns(), cut.columns(), strict=True):
        assert (one.distinct, one.nulls, one.bars, one.histogram) == (
            other.distinct, other.nulls, other.bars, other.histogram
        )  # fmt: skip


def test_no_rows_are_no_trouble() -> None:
    for column in profiled(rows().slice(0, 0)).columns():
        assert (column.rows, column.nulls, column.has_chart) == (0, 0, False)


def test_where_only_some_rows_are_kept_rare_values_and_no_numbers_are_no_trouble() -> None:
    schema = parse_schema({"name": "t", "fields": [
        {"name": "rare", "type": "number", "nullable": True},
        {"name": "odd", "type": "number"},
    ]})  # fmt: skip
    profile = TableProfile(schema, schema.tables[0], 40_000_000)  # one row in twenty is kept
    rare = [None] * 100
    rare[33] = 4.5
    odd = [float(n) for n in range(98)] + [float("nan"), float("inf")]
    profile.feed(pa.table({"rare": pa.array(rare, pa.float64()), "odd": odd}))
    found = profile.columns()
    assert found[0].numbers is not None
    assert found[0].numbers.maximum == "4.5"
    assert found[1].numbers is not None
    assert found[1].numbers.looked_at == 5
    assert all(math.isfinite(rows) for rows in found[1].histogram.rows)


def test_what_no_float_can_sum_up_is_left_out_of_the_report() -> None:
    fields = [{"name": name, "type": "number"} for name in ("wide", "high")]
    schema = parse_schema({"name": "things", "fields": fields})
    profile = TableProfile(schema, schema.tables[0], 100)
    steps = np.linspace(-1.7, 1.7, 100)
    profile.feed(pa.table({"wide": steps * 1e308, "high": 1e308 + np.abs(steps) * 1e307}))
    wide, high = profile.columns()
    json.dumps([asdict(wide), asdict(high), asdict(profile.correlations())], allow_nan=False)
    for column in (wide, high):
        assert column.numbers.mean is None
        assert column.numbers.deviation is None
        assert len(column.numbers.quantiles["0.5"]) < 20
    assert wide.histogram is None
    assert sum(high.histogram.rows) == pytest.approx(100)


def test_many_different_values_are_estimated_and_said_to_be() -> None:
    sketch = Distinct()
    for start in range(0, 200_000, 10_000):
        sketch.add(pa.array([f"value {n}" for n in range(start, start + 10_000)]))
        sketch.add(pa.array([f"value {n}" for n in range(0, start, 7)]))
    assert not sketch.is_exact
    assert sketch.count() == pytest.approx(200_000, rel=0.03)


def test_up_to_a_limit_different_values_are_counted_exactly() -> None:
    sketch = Distinct()
    for _ in range(2):
        sketch.add(pa.array(range(KEPT_HASHES)))
    assert (sketch.count(), sketch.is_exact) == (KEPT_HASHES, True)
    sketch.add(pa.array([-1]))
    assert not sketch.is_exact


def test_texts_that_repeat_each_other_are_told() -> None:
    schema = parse_schema({"name": "t", "fields": [{"name": "text"}]})
    profile = TableProfile(schema, schema.tables[0], 400)
    same = ["the very same words as always before"] * 200
    profile.feed(
        pa.table({"text": [*same, *(f"row {n} says {n * 7} other {n}" for n in range(200))]})
    )
    found = profile.columns()[0].diversity
    assert found is not None
    assert found.looked_at == 400
    assert found.near_duplicates == pytest.approx(199 / 400)
