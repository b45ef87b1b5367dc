"""Impossible schemas are refused in the right place, quickly, and a machine can mend each."""

from __future__ import annotations

import time

import pytest

from src.core.errors import InvalidSchema, Problem
from src.core.parsing import parse_schema
from src.generation.checks import check_schema, mended_schema
from src.generation.compiling import compile_schema
from src.generation.mending import values
from src.generation.mending.search import Spot

from .impossible import IMPOSSIBLE, Impossible, copied
from .worlds import POOLS, TODAY

CASES = pytest.mark.parametrize("case", IMPOSSIBLE, ids=[case.title for case in IMPOSSIBLE])
SETTINGS = {"pools": POOLS, "as_of": TODAY}


def problems(case: Impossible) -> tuple[Problem, ...]:
    try:
        schema = parse_schema(case.document)
    except InvalidSchema as refused:
        return refused.problems
    rows = {} if case.rows is None else {schema.name: case.rows}
    return check_schema(schema, rows=rows, **SETTINGS)


def test_there_are_many_and_each_is_another() -> None:
    assert len({case.title for case in IMPOSSIBLE}) == len(IMPOSSIBLE) >= 60


@CASES
def test_it_is_refused_where_it_is_wrong_within_a_second(case: Impossible) -> None:
    begun = time.process_time()
    found = problems(case)
    assert time.process_time() - begun < 1
    assert (case.path, case.code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.message and problem.hint for problem in found)


@CASES
def test_its_fix_makes_it_possible_and_leaves_what_was_given_alone(case: Impossible) -> None:
    given = copied(case)
    mended = mended_schema(given, row_count=case.rows, **SETTINGS)
    assert mended is not None
    assert given == copied(case)
    rows = {table.name: table.rows for table in mended.tables if table.rows is not None}
    compile_schema(mended, rows=rows, seed=1, **SETTINGS)
    if case.rows is not None:
        assert mended.tables[0].rows == case.rows


def mend(*fields: dict, rows: int = 1000, **more: object) -> dict:
    document = {"name": "things", "fields": list(fields), **more}
    mended = mended_schema(document, row_count=rows, **SETTINGS)
    assert mended is not None
    return mended.document()


def test_a_fix_changes_as_little_as_it_can() -> None:
    fields = mend(
        {"name": "age", "type": "integer", "constraints": {"minimum": 80, "maximum": 18}},
        {"name": "mail", "format": "emial"},
        {"name": "kind", "generator": {"kind": "category", "values": ["a", "b"], "weights": [3]}},
        {"name": "code", "constraints": {"unique": True, "pattern": "[A-C]-[0-9]{2}"}},
        {"name": "note"},
    )["fields"]
    assert fields[0]["constraints"] == {"minimum": 18, "maximum": 80}
    assert fields[1]["format"] == "email"
    assert fields[2]["generator"]["weights"] == [3, 3]
    assert fields[3]["constraints"] == {"unique": True, "pattern": "[A-C]-[0-9]{4}"}
    assert fields[4] == {"name": "note", "type": "string"}


def test_many_problems_are_mended_at_once_though_lists_grow_shorter() -> None:
    rule = {"rule": "inequality", "low": "gone", "high": "x"}
    document = mend(
        {"name": "x", "type": "integer"},
        {"name": "x", "type": "integer"},
        rules=[rule, {**rule, "low": "away"}, {"rule": "inequality", "low": "x", "high": "x_2"}],
        primary_key=["x", "nobody"],
    )
    assert [field["name"] for field in document["fields"]] == ["x", "x_2"]
    assert [rule["high"] for rule in document["rules"]] == ["x_2"]
    assert document["primary_key"] == ["x"]


def test_what_is_right_already_comes_back_as_it_is() -> None:
    document = {"name": "things", "fields": [{"name": "x", "type": "integer"}]}
    mended = mended_schema(document, row_count=None, **SETTINGS)
    assert mended is not None
    assert mended.document() == document


def test_documents_that_are_hardly_schemas_are_mended_too() -> None:
    for junk in ({}, {"fields": "x"}, {"fields": [1, None]}, {"name": [], "tables": [7]}):
        assert mended_schema(junk, row_count=3, **SETTINGS) is not None


def test_no_depth_is_too_deep_to_be_told() -> None:
    document: dict = {"name": "f"}
    for _ in range(50_000):
        document = {"name": "f", "fields": [document]}
    with pytest.raises(InvalidSchema) as refused:
        parse_schema(document)
    assert refused.value.problems[0].code == "too_nested"
    while document:  # so that it is not freed by recursion
        document = document.pop("fields", [{}])[0]


def test_a_fix_meets_what_another_has_just_removed() -> None:
    field = {
        "name": "x", "type": "date", "generator": {"kind": "uniform"}, "format": "email",
        "constraints": {"minimum": "b", "maximum": "a"},
    }  # fmt: skip
    document = {"tables": [{"name": "t", "fields": [field]}]}

    def spot(*steps: str) -> Spot:
        at = ("tables", 0, "fields", 0, *steps)
        return Spot(document, Problem("", "", ""), at)

    for gone in (
        ("generator",),
        ("format",),
        ("constraints", "minimum"),
        ("constraints", "maximum"),
    ):
        spot(*gone).drop(spot(*gone).steps)
    values.swap_ends(spot("constraints", "minimum"))
    values.change_type(spot("generator", "kind"))
    values.change_type(spot("format"))
    assert field["type"] == "date"


def test_a_wait_too_long_that_another_column_follows_is_refused_not_raised() -> None:
    fields = [
        {"name": "a", "type": "datetime"},
        {"name": "b", "type": "datetime", "generator": {"kind": "timedelta", "after": "a",
         "maximum": 1e300, "unit": "seconds"}},
    ]  # fmt: skip
    rules = [{"rule": "inequality", "low": "a", "high": "b"}]
    document = {"name": "t", "rows": 2, "fields": fields, "rules": rules}
    found = check_schema(parse_schema(document), rows={"t": 2}, **SETTINGS)
    assert "too_wide" in {problem.code for problem in found}


def test_a_step_beyond_every_number_is_refused_even_where_no_row_takes_it() -> None:
    field = {"name": "a", "type": "integer", "generator": {"kind": "sequence", "step": 2**63}}
    found = check_schema(parse_schema({"name": "t", "fields": [field]}), rows={"t": 1}, **SETTINGS)
    assert [problem.path for problem in found] == ["fields[0].generator.step"]


def test_no_step_is_too_long_to_be_compared_with() -> None:
    field = {
        "name": "a", "type": "integer", "constraints": {"multipleOf": 1e300},
        "generator": {"kind": "zipf", "n": 9},
    }  # fmt: skip
    found = check_schema(parse_schema({"name": "t", "fields": [field]}), rows={"t": 9}, **SETTINGS)
    assert [problem.code for problem in found] == ["empty_truncation"]
