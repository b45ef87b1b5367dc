"""What a schema expects of itself and will not get is said before anything is made."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from src.core.parsing import parse_schema
from src.core.rehearsing import unmet
from src.data import load_pools
from src.generation.compiling import compile_schema
from src.storage.judging.rehearsal import Rehearsal

FIELDS = [
    {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
    {"name": "plan", "generator": {"kind": "category", "values": ["a", "b"]}},
    {"name": "age", "type": "integer", "constraints": {"minimum": 18, "maximum": 80}},
    {"name": "note", "nullable": True, "null_fraction": 0.25},
    {"name": "story", "generator": {"kind": "llm_text"}},
]


def problems(said: dict[str, Any], folder: Path, rows: int = 5_000, **more: Any) -> list[Any]:
    document = {"name": "t", "fields": FIELDS, "rows": rows, "expectations": [said], **more}
    schema = parse_schema(document)
    counts = {table.name: table.rows or 0 for table in schema.tables}
    recipe = compile_schema(
        schema, rows=counts, seed=0, as_of=date(2026, 1, 1), pools=load_pools(), generation="auto"
    )
    return list(unmet(schema, recipe, Rehearsal(folder, load_pools)))


IMPOSSIBLE = [
    {"check": "share", "field": "plan", "value": "c", "equals": 0.3},
    {"check": "share", "field": "plan", "value": "a", "minimum": 0.6},
    {"check": "share", "field": "plan", "value": "a", "equals": 0.8, "tolerance": 0.1},
    {"check": "shares", "field": "plan", "values": ["a", "b"], "weights": [3, 1]},
    {"check": "mean", "field": "age", "equals": 90},
    {"check": "mean", "field": "age", "equals": 90, "tolerance": 30},
    {"check": "median", "field": "age", "equals": 20},
    {"check": "range", "field": "age", "maximum": 70},
    {"check": "one_of", "field": "plan", "values": ["a"]},
    {"check": "null_share", "field": "note", "equals": 0.5},
    {"check": "not_null", "field": "note"},
    {"check": "expression", "expr": "age > 20"},
    {"check": "distribution", "field": "age", "generator": {"kind": "poisson", "mean": 50},
     "tolerance": 0.1},
    {"check": "row_count", "equals": 4_000},
]  # fmt: skip
POSSIBLE = [
    {"check": "share", "field": "plan", "value": "a", "equals": 0.5},
    {"check": "share", "field": "plan", "value": "a", "equals": 0.49, "tolerance": 0.001},
    {"check": "mean", "field": "age", "equals": 49},
    {"check": "mean", "field": "age", "equals": 70, "tolerance": 30},
    {"check": "null_share", "field": "note", "equals": 0.25},
    {"check": "distribution", "field": "age"},
    {"check": "unique", "fields": ["id"]},
    {"check": "row_count", "equals": 5_000},
    {"check": "length", "field": "story", "minimum": 10},
    {"check": "near_duplicates", "field": "story"},
]  # fmt: skip


@pytest.mark.parametrize("said", IMPOSSIBLE)
def test_what_the_rows_will_not_show_is_a_problem_of_its_own(
    said: dict[str, Any], tmp_path: Path
) -> None:
    (problem,) = problems(said, tmp_path)
    assert (problem.path, problem.code) == ("expectations[0]", "expectation_unmet")
    assert problem.hint


@pytest.mark.parametrize("said", POSSIBLE)
def test_what_can_come_true_or_cannot_be_seen_yet_is_none(
    said: dict[str, Any], tmp_path: Path
) -> None:
    assert problems(said, tmp_path) == []


def test_what_says_nothing_about_its_field_is_told(tmp_path: Path) -> None:
    (problem,) = problems({"check": "range", "field": "plan", "minimum": 1}, tmp_path)
    assert problem.code == "expectation_unjudgeable"
    assert "says nothing about" in problem.message


def test_a_few_rows_are_judged_whole(tmp_path: Path) -> None:
    said = {"check": "distinct", "field": "plan", "minimum": 3}
    assert problems(said, tmp_path) == []
    assert [one.code for one in problems(said, tmp_path, rows=100)] == ["expectation_unmet"]


def test_nothing_is_left_of_the_try(tmp_path: Path) -> None:
    problems({"check": "median", "field": "age", "equals": 20}, tmp_path)
    assert list(tmp_path.iterdir()) == []
