"""What holds for every rule, so that a new one cannot be forgotten."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import get_args

import numpy as np
import pyarrow as pa
import pytest

from src.core.kinds import Rule
from src.core.parsing import parse_schema
from src.generation.checks import check_schema
from src.utils.validators import check_table
from tests.generation.worlds import POOLS, TODAY, problems, schema_of

from .ruled import below, broken, category, computed, made, moment, number, table_of, true, when

ROWS = 2500
YEAR = ("2024-01-01", "2024-12-31")
BERLIN = {"time_zone": "Europe/Berlin", "business_hours": {}}
STATE = category("state", "open", "paid", "void", weights=[5, 3, 2])
MONEY = {"kind": "lognormal", "median": 20, "sigma": 1, "decimal_places": 2}
TEMPERATURE = {"kind": "time_series", "per": "state", "time": "at", "wander": 3, "noise": 1}

EXAMPLES = {
    "inequality": [
        (
            [number("c", 0, 50), number("a", 0, 90), number("b", -5, 99)],
            [below("a", "b"), below("b", "c", strict=True)],
        ),
        ([moment("a", *YEAR, **BERLIN), moment("b", *YEAR, **BERLIN)], [below("a", "b")]),
        ([number("a", type="date"), moment("b"), computed("c", "b", "date")], [below("a", "b")]),
        (
            [{"name": "a", "type": "number", "generator": MONEY}, number("b", 0, 500, places=-1)],
            [below("a", "b", strict=True)],
        ),
    ],
    "implies": [
        (
            [STATE, category("how", "card", "cash"), number("n", 0, 9)],
            [when("state = 'paid'", "how = 'card' AND n >= 5"), when("state = 'void'", "n < 3")],
        ),
        (
            [STATE, moment("at", null_fraction=0.5), {"name": "why"}],
            [when("state = 'paid'", "at IS NOT NULL"), when("state = 'void'", "why = 'error'")],
        ),
    ],
    "sum_to": [
        (
            [number(name, 0, 60, places=1) for name in "abc"],
            [{"rule": "sum_to", "fields": ["a", "b", "c"], "total": 100}],
        ),
        (
            [number("all", 10, 40), number("a", 0, 20), number("b", 5, 35)],
            [{"rule": "sum_to", "fields": ["a", "b"], "total": "all"}],
        ),
    ],
    "fixed_combinations": [
        (
            [{"name": "a"}, number("b"), {"name": "c", "nullable": True}],
            [
                {
                    "rule": "fixed_combinations",
                    "fields": ["a", "b", "c"],
                    "combinations": [["u", 1, None], ["v", 2, "w"]],
                    "weights": [3, 1],
                }
            ],
        ),
    ],
    "correlation": [
        (
            [number("a", 0, 9), number("b", 0, 1, places=-1), number("c", type="date")],
            [
                {"rule": "correlation", "fields": ["a", "b"], "r": 0.7},
                {"rule": "correlation", "fields": ["b", "c"], "r": -0.4},
            ],
        ),
    ],
    "unique_together": [
        (
            [number("a", 1, 60), category("b", *"abcdefg"), number("c", 1, 9)],
            [{"rule": "unique_together", "fields": ["a", "b", "c"]}],
        ),
    ],
    "monotonic": [
        ([moment("a", *YEAR)], [{"rule": "monotonic", "field": "a", "strict": True}]),
        (
            [number("a", 0, 99), STATE],
            [{"rule": "monotonic", "field": "a", "per": "state", "descending": True}],
        ),
    ],
    "non_overlap": [
        (
            [STATE, moment("a", *YEAR), moment("b", *YEAR)],
            [{"rule": "non_overlap", "start": "a", "end": "b", "per": "state"}],
        ),
        (
            [
                moment("a", *YEAR),
                {**moment("b"), "generator": {"kind": "timedelta", "after": "a", "maximum": 3,
                                              "unit": "hours"}},
            ],
            [{"rule": "non_overlap", "start": "a", "end": "b"}],
        ),
    ],
    "expression": [
        (
            [number("a", 0, 9), number("b", 0, 99), moment("x", null_fraction=0.3), moment("y")],
            [true("b >= a * 2 AND a > 3"), true("x IS NULL OR x <= y")],
        ),
        (
            [STATE, {"name": "ok", "type": "boolean"}, number("n", 0, 9)],
            [true("ok = (n > 5)"), true("state <> 'void' OR n = 3")],
        ),
    ],
}  # fmt: skip
BESIDE = [
    ([moment("at", *YEAR), STATE, {"name": "t", "type": "number", "generator": TEMPERATURE}], []),
    ([STATE, moment("gone", null_when="state <> 'void'", null_fraction=0.2)], []),
]
EVERY = [
    pytest.param(*one, id=f"{name}-{number}")
    for name, examples in {**EXAMPLES, "beside": BESIDE}.items()
    for number, one in enumerate(examples)
]


def test_every_rule_of_the_language_has_an_example():
    union = get_args(get_args(Rule)[0])
    assert set(EXAMPLES) == {rule.model_fields["rule"].default for rule in union}
    for name, examples in EXAMPLES.items():
        assert all(any(rule["rule"] == name for rule in rules) for _, rules in examples)


@pytest.mark.parametrize(("fields", "rules"), EVERY)
def test_the_rows_are_the_same_in_chunks_of_any_size_and_order(fields, rules):
    table = table_of(fields, rules, ROWS)
    whole = table.make(0, ROWS)
    for size in (10_000, 1000, 97):
        for start in reversed(range(0, ROWS, size)):
            stop = min(start + size, ROWS)
            assert table.make(start, stop).equals(whole.slice(start, stop - start))
    shuffled = np.random.default_rng(3).permutation(ROWS)
    assert table.given(shuffled).equals(whole.take(pa.array(shuffled)))
    assert table.make(7, 8).equals(whole.slice(7, 1))
    assert table.make(0, 0).num_rows == 0


@pytest.mark.parametrize(("fields", "rules"), EVERY)
def test_the_judge_finds_every_rule_kept_and_no_cell_outside_its_field(fields, rules):
    schema = schema_of(*fields, rules=rules)
    table = made(fields, rules, ROWS)
    assert check_table(table, schema.tables[0].fields) == ()
    assert [v for v in broken(schema, {"things": table}) if v.check != "correlation"] == []


@pytest.mark.parametrize(("fields", "rules"), [one for one in EVERY if one.values[1]])
def test_rows_made_without_their_rules_are_found_broken(fields, rules):
    """The judge would see it: none of the examples holds by chance."""
    schema = schema_of(*fields, rules=rules)
    assert broken(schema, {"things": made(fields, [], ROWS)})


@pytest.mark.parametrize(("fields", "rules"), EVERY)
def test_other_fields_stay_as_they_were(fields, rules):
    plain = {"name": "beside", "type": "integer", "constraints": {"maximum": 10**6}}
    alone, ruled = made([plain], [], ROWS), made([*fields, plain], rules, ROWS)
    assert alone["beside"].equals(ruled["beside"])


@pytest.mark.parametrize(("fields", "rules"), EVERY)
def test_a_table_of_one_row_is_made(fields, rules):
    assert made(fields, rules, 1).num_rows == 1


def test_the_order_of_fields_in_the_schema_does_not_matter():
    fields = [number("a", 0, 9), computed("b", "a + 1", "integer"), number("c", 0, 99)]
    rules = [below("b", "c")]
    one, other = made(fields, rules), made(fields[::-1], rules)
    assert one.select(["a", "b", "c"]).equals(other.select(["a", "b", "c"]))


def test_all_rules_of_a_schema_are_refused_at_once():
    fields = [number("a", 0, 9), number("b", 20, 30), {"name": "t"}]
    rules = [below("b", "a"), below("a", "none"), true("upper(t) = 'X'")]
    found = {(problem.path, problem.code) for problem in problems(*fields, rules=rules)}
    assert found == {
        ("rules[0]", "empty_window"),
        ("rules[1].high", "unknown_column"),
        ("rules[2].expr", "not_constructible"),
    }


def test_the_paths_of_several_tables_name_the_table():
    tables = [
        {"name": "a", "rows": 3, "fields": [number("x")]},
        {"name": "b", "rows": 3, "fields": [number("x")], "rules": [below("x", "y")]},
    ]
    schema = parse_schema({"name": "two", "tables": tables})
    (problem,) = check_schema(schema, rows=None, pools=POOLS, as_of=TODAY)
    assert problem.path == "tables[1].rules[0].high"


def _quarter(number: int) -> list[tuple[str, bytes]]:
    """Every example's rows of one quarter, as a process of its own makes them."""
    found = []
    for one in EVERY:
        table = table_of(*one.values, ROWS)
        start, stop = number * ROWS // 4, (number + 1) * ROWS // 4
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.arrow_schema) as writer:
            writer.write_table(table.make(start, stop))
        found.append((str(one.id), sink.getvalue().to_pybytes()))
    return found


def test_four_processes_make_the_rows_of_one():
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        quarters = list(pool.map(_quarter, range(4)))
    for place, one in enumerate(EVERY):
        pieces = [pa.ipc.open_stream(quarter[place][1]).read_all() for quarter in quarters]
        assert pa.concat_tables(pieces).combine_chunks().equals(made(*one.values, ROWS))
