"""What rules promise is judged on the final data, however it is cut to pieces."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from src.core.parsing import parse_schema
from src.utils.promises import promises

from .ruled import below, broken, computed, judged, moment, number, true, when

START = datetime.fromisoformat("2024-01-01")
DAYS = [START + timedelta(day) for day in range(6)]
FIELDS = [
    number("a"),
    number("b"),
    {"name": "state", "nullable": True},
    moment("at", nullable=True),
    moment("end", nullable=True),
]
TYPES = [pa.int64(), pa.int64(), pa.string(), pa.timestamp("us"), pa.timestamp("us")]


def schema(*rules, fields=FIELDS):
    return parse_schema({"name": "t", "fields": fields, "rules": list(rules)})


def data(**columns):
    rows = len(next(iter(columns.values())))
    names = [field["name"] for field in FIELDS]
    given = {"a": [0] * rows, "b": [0] * rows, **columns}
    arrays = [
        pa.array(given.get(n, [None] * rows), kind) for n, kind in zip(names, TYPES, strict=True)
    ]
    return {"t": pa.table(arrays, names=names)}


CASES = [
    (below("a", "b"), {"a": [1, 2], "b": [1, 3]}, {"a": [1, 4], "b": [1, 3]}),
    (below("a", "b", strict=True), {"a": [1], "b": [2]}, {"a": [1], "b": [1]}),
    (below("at", "end"), {"at": [DAYS[0], None], "end": [DAYS[0], DAYS[1]]},
     {"at": [DAYS[1]], "end": [DAYS[0]]}),
    (when("state = 'x'", "a > 3"), {"state": ["x", "y", None], "a": [4, 0, 0]},
     {"state": ["x"], "a": [3]}),
    (true("a + b = 4"), {"a": [1], "b": [3]}, {"a": [1], "b": [2]}),
    ({"rule": "sum_to", "fields": ["a", "b"], "total": 4}, {"a": [1], "b": [3]},
     {"a": [1], "b": [4]}),
    ({"rule": "fixed_combinations", "fields": ["a", "state"],
      "combinations": [[1, "x"], [2, None]]},
     {"a": [1, 2], "state": ["x", None]}, {"a": [1, 2], "state": ["x", "x"]}),
    ({"rule": "unique_together", "fields": ["a", "b"]}, {"a": [1, 1], "b": [1, 2]},
     {"a": [1, 1], "b": [2, 2]}),
    ({"rule": "correlation", "fields": ["a", "b"], "r": 1.0}, {"a": [1, 2, 3], "b": [1, 2, 3]},
     {"a": [1, 2, 3], "b": [1, 9, 3]}),
    ({"rule": "monotonic", "field": "a"}, {"a": [1, 1, 2]}, {"a": [1, 2, 1]}),
    ({"rule": "monotonic", "field": "a", "strict": True}, {"a": [1, 2, 3]}, {"a": [1, 2, 2]}),
    ({"rule": "monotonic", "field": "a", "descending": True}, {"a": [3, 3, 1]}, {"a": [3, 1, 2]}),
    ({"rule": "monotonic", "field": "a", "per": "state"},
     {"a": [5, 1, 6, 2], "state": ["x", "y", "x", "y"]},
     {"a": [5, 1, 6, 0], "state": ["x", "y", "x", "y"]}),
    ({"rule": "non_overlap", "start": "at", "end": "end"},
     {"at": DAYS[:3], "end": DAYS[1:4]}, {"at": DAYS[:3], "end": DAYS[2:5]}),
    ({"rule": "non_overlap", "start": "at", "end": "end", "per": "state"},
     {"at": [DAYS[0], DAYS[0], DAYS[2]], "end": DAYS[2:5], "state": ["x", "y", "x"]},
     {"at": [DAYS[0], DAYS[0], DAYS[1]], "end": DAYS[2:5], "state": ["x", "y", "x"]}),
]  # fmt: skip


@pytest.mark.parametrize("piece", [1, 2, 100])
@pytest.mark.parametrize(("rule", "good", "bad"), CASES, ids=str)
def test_a_rule_is_held_or_found_broken(rule, good, bad, piece):
    # Row counts and the like are judged too, so only what the rule says is compared.
    said = schema(rule)
    check = {"unique_together": "unique"}.get(rule["rule"], rule["rule"])
    held = [v for v in judged(said, data(**good), piece) if v.check == check]
    found = [v for v in judged(said, data(**bad), piece) if v.check == check]
    assert [v.held for v in held] == [True]
    assert [v.held for v in found] == [False]
    assert found[0].examples or check == "correlation"


def test_null_when_is_judged_both_ways():
    late = {**moment("at"), "null_when": "a > 3"}
    said = schema(fields=[*FIELDS[:3], late, FIELDS[4]])
    good = data(a=[1, 5], at=[DAYS[0], None])
    for bad in (data(a=[5], at=[DAYS[0]]), data(a=[1], at=[None])):
        assert [v.check for v in broken(said, bad)] == ["null_when"]
    assert broken(said, good) == []
    partly = schema(fields=[*FIELDS[:3], {**late, "null_fraction": 0.5}, FIELDS[4]])
    assert broken(partly, data(a=[1], at=[None])) == []


def test_an_example_names_the_row_and_its_values():
    (verdict,) = broken(schema(below("a", "b")), data(a=[1, 2, 9], b=[5, 5, 5]))
    assert verdict.measured == "1 of 3 rows break it"
    assert verdict.examples == ("a 9, b 5 in row 2",)
    assert (verdict.about, verdict.target) == ("a <= b", "a <= b")


def test_a_word_of_the_language_may_be_a_fields_name():
    fields = [number("end"), number("case", null_fraction=0.5)]
    said = parse_schema({"name": "t", "fields": fields, "rules": [below("end", "case")]})
    table = pa.table({"end": pa.array([1]), "case": pa.array([2])})
    assert broken(said, {"t": table}) == []


# ── beside a parent ───────────────────────────────────────────────────────────────────────────

ID = {"name": "id", "type": "integer", "nullable": True}


def family(rule, **more):
    key = {"fields": ["p_id"], "reference": {"table": "p", "fields": ["id"]}}
    parents = {"name": "p", "rows": 3, "fields": [ID, number("low"), {"name": "name"}]}
    children = {
        "name": "c",
        "rows": 4,
        "fields": [{**ID, "name": "p_id"}, number("n")],
        "foreign_keys": [{**key, "optional_fraction": 0.5}],
        **({"rules": [rule]} if rule else {}),
    }
    return parse_schema({"name": "family", "tables": [parents, children], **more})


PARENTS = pa.table({"id": [1, 2, 3], "low": [10, 20, 30], "name": ["a", "b", "c"]})


def children(ids, numbers):
    return pa.table({"p_id": pa.array(ids, pa.int64()), "n": pa.array(numbers, pa.int64())})


@pytest.mark.parametrize("rows", [1_000_000, 1])
@pytest.mark.parametrize("piece", [1, 3])
def test_a_rule_about_a_parent_is_judged_in_parts_of_any_size(piece, rows):
    said = family(below("p.low", "n"))
    good = {"p": PARENTS, "c": children([3, 1, None, 2], [30, 11, 0, 25])}
    bad = {"c": children([3, 1, None, 2], [30, 11, 0, 19]), "p": PARENTS}
    assert [v for v in broken(said, good, piece, part_rows=rows) if v.check == "inequality"] == []
    found = broken(said, bad, piece, part_rows=rows)
    (verdict,) = [v for v in found if v.check == "inequality"]
    assert verdict.examples == ("n 19, p.low 20 in row 3",)


def test_an_expectation_may_name_a_parent_by_its_key():
    said = {"check": "expression", "expr": "p_id.name <> 'c' OR n > 5", "table": "c"}
    schema_ = family(None, expectations=[said])
    tables = {"p": PARENTS, "c": children([3, 1, 3, 2], [6, 1, 5, 1])}
    verdict = judged(schema_, tables)[0]
    assert not verdict.held
    assert verdict.examples == ('n 5, p_id.name "c" in row 2',)
    assert verdict.check == "expression"


def test_the_table_of_an_expression_is_found_by_its_names():
    said = [{"check": "expression", "expr": "low > 5"}, {"check": "expression", "expr": "n > 5"}]
    tables = {"p": PARENTS, "c": children([3, 1, 3, 2], [6, 1, 5, 1])}
    held = [v.held for v in judged(family(None, expectations=said), tables)[:2]]
    assert held == [True, False]


def test_every_rule_is_promised_once():
    rules = [case[0] for case in CASES]
    found = [promise.check for promise in promises(schema(*rules), {"t": 3})]
    for name in {rule["rule"] for rule in rules} - {"unique_together"}:
        assert found.count(name) == sum(rule["rule"] == name for rule in rules)


def test_a_promise_about_a_computed_field_uses_its_values():
    fields = [number("a", 1, 5), computed("c", "a * 2", "integer")]
    said = parse_schema({"name": "t", "fields": fields, "rules": [below("a", "c")]})
    table = pa.table({"a": pa.array([1, 2]), "c": pa.array([2, 1])})
    assert [v.check for v in broken(said, {"t": table})] == ["inequality"]
