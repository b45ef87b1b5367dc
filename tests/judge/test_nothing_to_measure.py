"""What is said of few values, and of none."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from src.core.parsing import parse_schema
from src.core.ports import Verdict
from src.data import load_pools
from src.generation.compiling import compile_schema
from src.storage.judging.judge import Judge

STATISTICS = [
    {"check": "mean", "field": "x", "equals": 5},
    {"check": "mean", "field": "x", "equals": 5, "tolerance": 1},
    {"check": "median", "field": "x", "equals": 5},
    {"check": "quantile", "field": "x", "q": 0.9, "equals": 5},
    {"check": "distribution", "field": "x", "generator": {"kind": "poisson", "mean": 5}},
    {"check": "shares", "field": "x", "values": [1, 2], "weights": [1, 1]},
    {"check": "correlation", "fields": ["x", "y"], "equals": 0.5},
]
MEASURED = pytest.mark.parametrize("said", STATISTICS, ids=[one["check"] for one in STATISTICS])
NUMBER = {"name": "x", "type": "integer"}
OTHER = {"name": "y", "type": "number"}


def verdict(said: dict[str, Any], values: list[Any], folder: Path, **more: Any) -> Verdict:
    document = {"name": "t", "fields": [{**NUMBER, **more}, OTHER], "expectations": [said]}
    columns = {"x": pa.array(values, pa.int64()), "y": pa.array(range(len(values)), pa.float64())}
    with Judge(parse_schema(document), {"t": len(values)}, folder) as judge:
        judge.feed("t", pa.table(columns))
        return judge.verdicts()[0]


@MEASURED
def test_a_promise_about_values_is_broken_where_there_are_none(said, tmp_path) -> None:
    found = verdict(said, [None] * 500, tmp_path, nullable=True)
    assert (found.held, found.measured) == (False, "no value in 500 rows")


@MEASURED
@pytest.mark.parametrize(
    "empty",
    [
        {"null_fraction": 1},
        {"generator": {"kind": "constant", "value": None}},
        {"null_when": "y >= 0"},
    ],
)
def test_it_is_not_where_the_schema_says_that_all_are_empty(said, empty, tmp_path) -> None:
    found = verdict(said, [None] * 500, tmp_path, **empty)
    assert (found.held, found.measured) == (True, "no value in 500 rows")


@MEASURED
def test_nor_where_chance_leaves_a_few_rows_empty(said, tmp_path) -> None:
    assert verdict(said, [None] * 3, tmp_path, null_fraction=0.5).held
    assert not verdict(said, [None] * 30, tmp_path, null_fraction=0.5).held


@MEASURED
def test_a_table_without_rows_breaks_nothing(said, tmp_path) -> None:
    found = verdict(said, [], tmp_path)
    assert (found.held, found.measured) == (True, "no value in 0 rows")


def test_three_rows_have_any_correlation_and_one_has_none(tmp_path) -> None:
    said = {"check": "correlation", "fields": ["x", "y"], "equals": 0.9}
    assert verdict(said, [7], tmp_path).held
    assert verdict(said, [9, 5, 1], tmp_path).held
    assert not verdict({**said, "tolerance": 0.1}, [9, 5, 1], tmp_path).held
    assert not verdict({**said, "equals": 1}, [9, 5, 1], tmp_path).held
    assert not verdict(said, [7] * 400, tmp_path).held


# ── few values of a skewed column that is computed ────────────────────────────────────────────

SKEWED = [
    {"name": "n", "type": "integer", "generator": {"kind": "poisson", "mean": 2}},
    {"name": "price", "type": "number",
     "generator": {"kind": "lognormal", "median": 20, "sigma": 1}},
    {"name": "total", "type": "number", "generator": {"kind": "expression", "expr": "n * price"}},
]  # fmt: skip
MEAN = 2 * 20 * math.exp(0.5)


def totals(mean: float, rows: int, seed: int, folder: Path) -> Verdict:
    said = {"check": "mean", "field": "total", "equals": mean}
    schema = parse_schema({"name": "t", "fields": SKEWED, "expectations": [said]})
    settings = {"as_of": date(2026, 1, 1), "pools": load_pools()}
    made = compile_schema(schema, rows={"t": rows}, seed=seed, **settings).tables["t"]
    with Judge(schema, {"t": rows}, folder, load_pools()) as judge:
        judge.feed("t", made.make(0, rows))
        return judge.verdicts()[0]


@pytest.mark.parametrize("rows", [10, 30])
def test_few_rows_of_a_skewed_total_raise_no_false_alarm(rows: int, tmp_path: Path) -> None:
    alarms = [seed for seed in range(20, 60) if not totals(MEAN, rows, seed, tmp_path).held]
    assert alarms == []


def test_a_mean_far_from_all_there_could_be_is_still_refuted(tmp_path: Path) -> None:
    assert not totals(50 * MEAN, 30, 7, tmp_path).held
    assert not totals(1.2 * MEAN, 20_000, 7, tmp_path).held


# ── values that are written in other ways ─────────────────────────────────────────────────────


def promised(field: dict[str, Any], values: pa.Array, folder: Path, **more: Any) -> list[Verdict]:
    schema = parse_schema({"name": "t", "fields": [field], **more})
    with Judge(schema, {"t": len(values)}, folder) as judge:
        judge.feed("t", pa.table({field["name"]: values}))
        return [one for one in judge.verdicts() if not one.held]


def test_a_listed_moment_counts_by_its_zone_and_a_day_by_its_midnight(tmp_path: Path) -> None:
    listed = ["1970-01-01T00:00:00+05:30", "2024-02-29"]
    kind = {"kind": "category", "values": listed, "quota": "exact"}
    field = {"name": "at", "type": "datetime", "generator": kind, "constraints": {"enum": listed}}
    settings = {"as_of": date(2026, 1, 1), "pools": load_pools()}
    schema = parse_schema({"name": "t", "fields": [field]})
    made = compile_schema(schema, rows={"t": 10}, seed=1, **settings).tables["t"].make(0, 10)
    assert promised(field, made["at"], tmp_path) == []
    wrong = pa.array([1, 2], pa.timestamp("us"))
    assert {one.check for one in promised(field, wrong, tmp_path)} == {"share", "one_of"}


def test_a_subcategory_of_numbers_can_be_judged(tmp_path: Path) -> None:
    fields = [
        {"name": "size", "type": "integer", "constraints": {"enum": [1, 2]}},
        {"name": "name", "generator": {"kind": "subcategory", "of": "size",
         "values": {"1": ["small"], "2": ["large"], "huge": ["never"]}}},
    ]  # fmt: skip
    schema = parse_schema({"name": "t", "fields": fields})
    table = pa.table({"size": pa.array([1, 2, 2], pa.int64()), "name": ["small", "large", "small"]})
    with Judge(schema, {"t": 3}, tmp_path) as judge:
        judge.feed("t", table)
        (broken,) = [one for one in judge.verdicts() if not one.held]
    assert (broken.check, broken.measured) == ("combinations", "1 of 3 rows break it")
