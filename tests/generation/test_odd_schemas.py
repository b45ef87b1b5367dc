"""Odd but legal schemas: each is made as it says, or refused at its place, whatever the seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from src.core.parsing import parse_schema
from src.generation.checks import check_schema, mended_schema
from src.generation.compiling import compile_schema
from src.generation.draws.choices import Partition
from src.utils.validators import check_table

from .families import ID, children, key, link, parents, table
from .worlds import POOLS, TODAY, column

SETTINGS = {"pools": POOLS, "as_of": TODAY}


def problems(document: dict[str, Any]) -> list[tuple[str, str]]:
    schema = parse_schema(document)
    rows = {one.name: one.rows for one in schema.tables if one.rows is not None}
    return [(one.path, one.code) for one in check_schema(schema, rows=rows, **SETTINGS)]


def one(rows: int, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "t", "rows": rows, "fields": list(fields), **more}


def test_what_only_other_seeds_break_is_told_of_two_rows_too() -> None:
    words = {"name": "x", "constraints": {"maxLength": 16}, "generator": {"kind": "person"}}
    assert problems(one(2, words)) == [("fields[0].constraints.maxLength", "constraint_conflict")]


def test_of_a_column_that_is_nearly_always_empty_the_other_cells_are_looked_at() -> None:
    kind = {"kind": "zipf", "n": 9}
    field = {"name": "x", "type": "integer", "null_fraction": 0.95, "generator": kind,
             "constraints": {"enum": [*range(1, 9)]}}  # fmt: skip
    assert problems(one(20_000, field)) == [("fields[0].constraints.enum", "constraint_conflict")]


@pytest.mark.parametrize("rows", [3, 30, 1000])
def test_a_value_that_is_listed_twice_has_one_exact_share(rows: int) -> None:
    kind = {"kind": "category", "values": ["a", "a", "a", "b", "c"], "quota": "exact"}
    counts = np.unique(column({"name": "x", "generator": kind}, rows), return_counts=True)[1]
    assert abs(counts[0] - 0.6 * rows) < 1


def test_owners_of_nothing_can_be_asked_for_nobody() -> None:
    assert len(Partition(np.zeros(0, np.int64)).owner(np.zeros(0, np.int64))) == 0


def test_line_numbers_of_parents_that_are_not_there_are_made() -> None:
    lines = {"name": "line", "type": "integer", "generator": {"kind": "line_number"}}
    tables = [parents(0), children(lines, rows=0)]
    assert problems({"name": "w", "tables": tables}) == []


@pytest.mark.parametrize("cycle", [5, -5])
def test_a_counter_with_a_wave_that_turns_back_is_refused(cycle: int) -> None:
    kind = {"kind": "time_series", "cycle": cycle, "monotone": True}
    field = {"name": "x", "type": "integer", "generator": kind}
    assert problems(one(20, field)) == [("fields[0].generator.cycle", "rules_contradict")]


def test_a_series_beyond_every_number_is_refused_not_raised() -> None:
    kind = {"kind": "time_series", "monotone": True}
    limits = {"exclusiveMinimum": 1e300, "multipleOf": 3}
    field = {"name": "x", "type": "number", "generator": kind, "constraints": limits}
    assert problems(one(20, field)) == [("fields[0].constraints", "empty_range")]


def test_rows_that_rules_leave_no_value_are_refused_not_raised() -> None:
    wait = {"kind": "timedelta", "maximum": 10, "after": "day"}
    fields = [
        {"name": "day", "type": "date"},
        {"name": "a"},
        {"name": "low", "type": "datetime", "generator": wait},
        {"name": "high", "type": "date", "constraints": {"maximum": "2030-01-01"}},
    ]
    rules = [
        {"rule": "fixed_combinations", "fields": ["a", "low"],
         "combinations": [["x", "9999-12-31T23:59:59"]]},
        {"rule": "inequality", "low": "low", "high": "high"},
    ]  # fmt: skip
    found = problems(one(10, *fields, rules=rules))
    assert found == [("fields[3]", "rules_contradict")]


def test_a_wrong_condition_of_a_field_under_a_rule_is_told_at_the_field() -> None:
    fields = [{"name": "a", "null_when": "a + 1"}, {"name": "b", "type": "integer"}]
    rules = [{"rule": "implies", "when": "b > 3", "then": "a IS NOT NULL"}]
    found = problems(one(10, *fields, rules=rules))
    assert {path for path, _ in found} == {"fields[0].null_when"}


def test_an_optional_share_of_0_that_is_said_is_kept() -> None:
    child = table("c", link("p", nullable=True), rows=50,
                  foreign_keys=[key("p", "parents", optional_fraction=0)])  # fmt: skip
    schema = parse_schema({"name": "w", "tables": [parents(5), child]})
    again = parse_schema(schema.document())
    recipe = compile_schema(again, rows={}, seed=3, **SETTINGS)
    assert recipe.tables["c"].make(0, 50)["p"].null_count == 0


# ── a machine's fixes ─────────────────────────────────────────────────────────────────────────


def mended(document: dict[str, Any]) -> dict[str, Any]:
    found = mended_schema(document, row_count=None, **SETTINGS)
    assert found is not None
    assert problems(found.document()) == []
    return found.document()


def test_a_duration_that_is_too_long_and_follows_nothing_is_mended() -> None:
    kind = {"kind": "timedelta", "after": "y", "minimum": -(2**63), "maximum": 1e300}
    fields = [{"name": "x", "type": "duration", "generator": kind}, ID]
    assert mended(one(5, *fields))["fields"][0] == {"name": "x", "type": "duration"}


def test_columns_that_need_each_other_by_a_rule_are_mended() -> None:
    rules = [{"rule": "implies", "when": "a > b", "then": "b = a"},
             {"rule": "implies", "when": "b > a", "then": "a = b"}]  # fmt: skip
    fields = [{"name": name, "type": "integer"} for name in "ab"]
    mended(one(5, *fields, rules=rules))


def _small(seed: int) -> Iterator[dict[str, Any]]:
    """Fields of a type, a maker and limits picked by chance."""
    some = np.random.default_rng(seed)

    def pick(*those: Any) -> Any:
        return those[some.integers(len(those))]

    for number in range(3):
        type_ = pick("integer", "number", "string", "date", "boolean", "duration")
        ends = {"date": ("2024-01-01", "2024-03-01", "2020-01-01")}.get(type_, (0, 7, 1e300))
        limits = {"minimum": pick(*ends), "maximum": pick(*ends), "multipleOf": pick(1, 0.3),
                  "maxLength": pick(0, 5), "unique": True, "required": True}  # fmt: skip
        kept = {name: value for name, value in limits.items() if some.random() < 0.25}
        kind = pick(
            {"kind": "category", "values": [pick(1, 0.5, "a", True), pick(2, "b", False)]},
            {"kind": "constant", "value": pick(None, 1, "a")},
            {"kind": "zipf", "n": 10**7}, {"kind": "uniform"}, {"kind": "bernoulli"},
            {"kind": "normal", "decimal_places": 2}, {"kind": "time_series", "trend": 9},
            {"kind": "expression", "expr": pick("f0", "f1 + 1", "length(f2)", "NULL")},
            {"kind": "lookup", "of": "f0", "values": {"1": 1}}, {"kind": "person"},
        )  # fmt: skip
        more = pick({}, {"nullable": True}, {"null_fraction": 0.9}, {"null_when": "f0 = f1"})
        made = {"generator": kind} if some.random() < 0.7 else {}
        yield {"name": f"f{number}", "type": type_, "constraints": kept, **made, **more}


@pytest.mark.parametrize("seed", range(60))
def test_any_schema_is_mended_to_one_whose_rows_keep_it(seed: int) -> None:
    document = mended(one(seed % 7, *_small(seed)))
    schema = parse_schema(document)
    recipe = compile_schema(schema, rows={"t": seed % 7}, seed=0, **SETTINGS)
    assert check_table(recipe.tables["t"].make(0, seed % 7), recipe.tables["t"].fields) == ()
