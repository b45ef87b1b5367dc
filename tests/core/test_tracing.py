"""Every cell can say how it came to be, and comes out the same when it is made again."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from src.core.models import JobSpecification
from src.core.parsing import parse_schema
from src.core.recipes import compiled
from src.core.samples import json_rows
from src.core.tracing import CellTrace, trace_cells
from src.data import load_pools
from src.generation.compiling import compile_schema
from src.generation.draws.cells import words
from src.generation.draws.keys import derive
from src.reading.enrich import enrich

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.json"))
POOLS = load_pools()


def specified(document: dict[str, Any], rows: int = 60) -> JobSpecification:
    schema = parse_schema(enrich(document)[0])
    counts = {table.name: table.rows for table in schema.tables if table.rows is not None}
    if len(schema.tables) == 1:
        counts = {schema.tables[0].name: rows}
    day = schema.as_of or date(2026, 1, 1)
    recipe = compile_schema(schema, rows=counts, seed=7, as_of=day, pools=POOLS)
    made = tuple((name, recipe.tables[name].row_count) for name in recipe.order)
    return JobSpecification(schema, made, 7, str(day), "1", "csv", 100, "memory", "local")


def cell(document: dict[str, Any], field: str, row: int = 3) -> CellTrace:
    spec = specified(document)
    (found,) = trace_cells(spec, POOLS, spec.rows[0][0], row, field)
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name.partition(".")[0])
def test_a_traced_cell_is_the_files_own(path: Path) -> None:
    spec = specified(json.loads(path.read_text()))
    recipe = compiled(spec, POOLS)
    for name, count in spec.rows:
        for row in {0, count // 2, count - 1}:
            own = json_rows(recipe.tables[name].make(row, row + 1))[0]
            traced = {one.field: one.value for one in trace_cells(spec, POOLS, name, row)}
            assert traced == own, (name, row)


AGE = {"name": "age", "type": "integer", "constraints": {"minimum": 18, "maximum": 80}}


def test_a_draw_is_the_word_of_the_cells_own_stream() -> None:
    found = cell({"name": "t", "fields": [AGE]}, "age")
    (drawn,) = found.draws
    assert (drawn.table, drawn.field, drawn.purpose, drawn.row) == ("t", "age", "value", 3)
    import numpy as np

    word = int(words(derive(7, "t", "age", "value"), np.array([3]))[0])
    assert drawn.word == f"{word:016x}"
    assert drawn.uniform == pytest.approx(word / 2**64)
    assert found.value == 18 + int(drawn.uniform * 63)


def test_a_generator_stands_with_its_parameters() -> None:
    generator = {"kind": "lognormal", "median": 25.0, "sigma": 0.7, "decimal_places": 2}
    field = {"name": "price", "type": "number", "generator": generator}
    found = cell({"name": "t", "fields": [field]}, "price")
    assert found.generator == generator
    assert found.made == "made by the generator lognormal"


def test_what_a_cell_was_computed_from_is_told() -> None:
    twice = {"name": "twice", "type": "integer", "generator": {"kind": "expression",
             "expr": "age * 2"}}  # fmt: skip
    found = cell({"name": "t", "fields": [AGE, twice]}, "twice")
    assert found.used == {"age": found.value // 2}


def test_the_rules_that_moved_a_cell_are_told_and_what_it_would_be_without() -> None:
    other = {**AGE, "name": "other"}
    rule = {"rule": "inequality", "low": "age", "high": "other"}
    document = {"name": "t", "fields": [AGE, other], "rules": [rule]}
    spec = specified(document)
    cells = [one for row in range(20) for one in trace_cells(spec, POOLS, "t", row)]
    moved = [one for one in cells if one.moved]
    assert moved
    assert {json.dumps(one.rules) for one in cells} == {json.dumps([rule])}
    bare = specified({**document, "rules": []})
    for one in moved:
        (plain,) = trace_cells(bare, POOLS, "t", one.row, one.field)
        assert one.without_rules == plain.value


def test_an_empty_cell_says_what_decided_it() -> None:
    note = {"name": "note", "nullable": True, "null_fraction": 0.5}
    spec = specified({"name": "t", "fields": [note]})
    cells = [next(trace_cells(spec, POOLS, "t", row)) for row in range(10)]
    assert {one.empty["is_empty"] for one in cells if one.empty} == {True, False}
    for one in cells:
        assert one.empty == {"is_empty": one.value is None, "null_fraction": 0.5}
        assert "null" in {drawn.purpose for drawn in one.draws}


SHOP = {
    "name": "shop",
    "tables": [
        {"name": "customers", "rows": 10, "primary_key": ["id"], "fields": [
            {"name": "id", "type": "integer", "generator": {"kind": "sequence"}}, AGE]},
        {"name": "orders", "rows": 30, "fields": [
            {"name": "customer_id", "type": "integer"},
            {"name": "limit", "type": "integer", "generator": {"kind": "expression",
             "expr": "customers.age * 2"}}],
         "foreign_keys": [
            {"fields": ["customer_id"], "reference": {"table": "customers", "fields": ["id"]}}]},
    ],
}  # fmt: skip


def test_parents_are_followed_to_their_rows() -> None:
    spec = specified(SHOP)
    key, limit = trace_cells(spec, POOLS, "orders", 5)
    (parent,) = limit.parents
    assert (parent.table, parent.key) == ("customers", ("customer_id",))
    assert parent.row == key.value - 1
    assert limit.value == 2 * parent.used["age"]
    assert key.made == "the key of the row's parent in customers"


def test_listening_changes_no_cell_and_ends() -> None:
    spec = specified(SHOP)
    before = json_rows(compiled(spec, POOLS).tables["orders"].make(0, 30))
    list(trace_cells(spec, POOLS, "orders", 5))
    assert json_rows(compiled(spec, POOLS).tables["orders"].make(0, 30)) == before
