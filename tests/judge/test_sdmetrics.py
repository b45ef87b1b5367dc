"""What the judge measures is what SDMetrics measures, and what scipy does, on the same data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from src.core.parsing import parse_schema
from src.storage.judging.judge import METRICS

from .judged import judged

VALUES = json.loads((Path(__file__).parents[1] / "fixtures/sdmetrics_values.json").read_text())
TYPES = {pa.int64(): "integer", pa.float64(): "number", pa.string(): "string"}


def field(name: str, column: pa.Array) -> dict[str, Any]:
    return {"name": name, "type": TYPES[column.type], "nullable": True}


def schema_of(columns: dict[str, pa.Array], said: dict[str, Any]) -> Any:
    if "parent" not in columns:
        fields = [field(name, column) for name, column in columns.items()]
        return parse_schema({"name": "t", "fields": fields, "expectations": [said]})
    key = {"fields": ["parent"], "reference": {"table": "parents", "fields": ["id"]}}
    tables = [
        {"name": "parents", "primary_key": ["id"], "fields": [field("id", columns["id"])]},
        {"name": "children", "fields": [field("parent", columns["parent"])],
         "foreign_keys": [key]},
    ]  # fmt: skip
    return parse_schema({"name": "t", "tables": tables, "expectations": [said]})


@pytest.mark.parametrize("case", VALUES["cases"], ids=lambda case: case["metric"])
def test_a_score_is_sdmetrics_own(case: dict[str, Any], tmp_path: Path) -> None:
    columns = {name: pa.array(values) for name, values in case["columns"].items()}
    schema = schema_of(columns, case["said"])
    tables = {"t": pa.table(columns)} if "parent" not in columns else {
        "parents": pa.table({"id": columns["id"]}),
        "children": pa.table({"parent": columns["parent"]}),
    }  # fmt: skip
    verdict = judged(schema, tables, tmp_path, piece=50)[0]
    assert verdict.metric == case["metric"]
    assert verdict.score == pytest.approx(case["score"], abs=1e-9)


def test_every_name_of_sdmetrics_is_compared_with_it() -> None:
    compared = {case["metric"] for case in VALUES["cases"]}
    assert compared == {*METRICS.values(), "CardinalityBoundaryAdherence"}


CONTINUOUS = [
    ({"kind": "normal", "mean": 5, "stddev": 2}, stats.norm(5, 2)),
    ({"kind": "lognormal", "median": 25, "sigma": 0.7}, stats.lognorm(0.7, scale=25)),
    ({"kind": "exponential", "mean": 3}, stats.expon(scale=3)),
    ({"kind": "gamma", "shape": 2, "scale": 3}, stats.gamma(2, scale=3)),
    ({"kind": "beta", "alpha": 2, "beta": 5, "minimum": 10, "maximum": 20},
     stats.beta(2, 5, 10, 10)),
    ({"kind": "pareto", "shape": 3, "minimum": 2}, stats.pareto(3, scale=2)),
    ({"kind": "uniform", "minimum": 2, "maximum": 9}, stats.uniform(2, 7)),
    ({"kind": "normal", "mean": 5, "stddev": 2, "truncate": [4, 9]},
     stats.truncnorm(-0.5, 2, 5, 2)),
    ({"kind": "normal", "mean": 0, "stddev": 1, "truncate": [2, 5]}, stats.truncnorm(2, 5)),
]  # fmt: skip
DISCRETE = [
    ({"kind": "poisson", "mean": 4}, stats.poisson(4)),
    ({"kind": "binomial", "n": 12, "p": 0.3}, stats.binom(12, 0.3)),
    ({"kind": "zipf", "n": 50, "exponent": 1.2}, stats.zipfian(1.2, 50)),
    ({"kind": "uniform", "minimum": 1, "maximum": 6}, stats.randint(1, 7)),
]


def distance(generator: dict[str, Any], column: pa.Array, folder: Path) -> float:
    said = {"check": "distribution", "field": "x", "generator": generator}
    schema = schema_of({"x": column}, said)
    return 1 - judged(schema, pa.table({"x": column}), folder, piece=400)[0].score


@pytest.mark.parametrize(("generator", "law"), CONTINUOUS)
def test_a_distance_from_a_distribution_is_scipys(
    generator: dict[str, Any], law: Any, tmp_path: Path
) -> None:
    values = law.rvs(1_000, random_state=1) * 1.05
    found = distance(generator, pa.array(values), tmp_path)
    assert found == pytest.approx(stats.kstest(values, law.cdf).statistic, abs=1e-9)


@pytest.mark.parametrize(("generator", "law"), DISCRETE)
def test_a_distance_between_steps_is_the_widest_gap_of_the_two(
    generator: dict[str, Any], law: Any, tmp_path: Path
) -> None:
    values = law.rvs(500, random_state=1) + 1
    found = distance(generator, pa.array(values.astype(np.int64)), tmp_path)
    steps = np.arange(-1, 80)
    made = (values[:, None] <= steps).mean(axis=0)
    assert found == pytest.approx(np.abs(made - law.cdf(steps)).max(), abs=1e-9)
