"""What cannot be made is refused before anything is spent: where, why, and what would do."""

from __future__ import annotations

import pytest

from src.core.parsing import parse_schema
from src.generation.checks import check_schema

from .worlds import POOLS, TODAY, problems, schema_of

AGE = {"name": "age", "type": "integer"}


def gen(kind, type_="string", constraints=None, **parameters):
    field = {"name": "x", "type": type_, "generator": {"kind": kind, **parameters}}
    return {**field, "constraints": constraints or {}}


def plain(type_="integer", **constraints):
    return {"name": "x", "type": type_, "constraints": constraints}


@pytest.mark.parametrize(
    ("field", "path", "code"),
    [
        ({"name": "x", "format": "emial"}, "fields[0].format", "unknown_format"),
        ({"name": "x", "type": "integer", "format": "email"}, "fields[0].format", "wrong_type"),
        (gen("normal"), "fields[0].generator.kind", "wrong_type"),
        (gen("person", "integer"), "fields[0].generator.kind", "wrong_type"),
        (gen("sequence", "integer", template="A{n}"), "fields[0].generator.template", "wrong_type"),
        (gen("sequence", template="{n.__class__}"), "fields[0].generator.template", "bad_template"),
        (gen("sequence", template="no number"), "fields[0].generator.template", "bad_template"),
        (gen("sequence", template="{n}{n}"), "fields[0].generator.template", "bad_template"),
        (gen("sequence", template="{n!r}"), "fields[0].generator.template", "bad_template"),
        (gen("sequence", "integer", start=2**62), "fields[0].generator.start", "too_wide"),
        (gen("sequence", "integer", {"maximum": 500}), "fields[0].generator.start", "out_of_range"),
        (gen("sequence", "integer", {"unique": True}, step=0), "fields[0].generator.step",
         "too_few_values"),
        (gen("category", values=["a", "b"], weights=[1]), "fields[0].generator.weights",
         "weights_mismatch"),
        (gen("category", values=["a", "b"], weights=[0, 0]), "fields[0].generator.weights",
         "weights_zero"),
        (gen("category", "integer", values=[1, "two"]), "fields[0].generator.values[1]",
         "wrong_type"),
        (gen("category", "boolean", values=[1]), "fields[0].generator.values[0]", "wrong_type"),
        (gen("category", "date", values=["yesterday"]), "fields[0].generator.values", "wrong_type"),
        (gen("category", constraints={"enum": ["a"]}, values=["a", "b"]),
         "fields[0].generator.values", "enum_conflict"),
        (gen("category", constraints={"unique": True}, values=["a", "b"]),
         "fields[0].constraints.unique", "too_few_values"),
        (gen("constant", value=None, constraints={"required": True}), "fields[0].generator.value",
         "null_required"),
        (gen("person", constraints={"maxLength": 5}), "fields[0].constraints.maxLength",
         "constraint_conflict"),
        (gen("sequence", constraints={"pattern": "[A-Z]+"}), "fields[0].constraints.pattern",
         "constraint_conflict"),
        (gen("uuid", constraints={"enum": ["a"]}), "fields[0].constraints.enum",
         "constraint_conflict"),
        (gen("category", "integer", {"maximum": 5}, values=[1, 9]),
         "fields[0].constraints.maximum", "constraint_conflict"),
        ({**gen("pattern", pattern="[a-z]+"), "format": "email"}, "fields[0].format",
         "constraint_conflict"),
        (gen("person", locale="tlh"), "fields[0].generator.locale", "unknown_locale"),
        (gen("person", part="city", constraints={"unique": True}), "fields[0].constraints.unique",
         "unique_not_possible"),
        (gen("lookup", of="y", values={"a": "b"}), "fields[0].generator", "unknown_field"),
        (gen("lookup", of="x", values={"a": "b"}), "fields[0].generator", "cycle"),
        (gen("uniform", "integer", minimum=5, maximum=1), "fields[0].generator", "empty_range"),
        (gen("uniform", "integer", {"maximum": 4}, minimum=5), "fields[0].generator",
         "empty_range"),
        (gen("uniform", "integer", minimum="2024-01-01"), "fields[0].generator.minimum",
         "bad_bound"),
        (gen("normal", "number", truncate=[5, 1]), "fields[0].generator.truncate", "empty_range"),
        (gen("normal", "number", truncate=[90, 91]), "fields[0].generator.truncate",
         "empty_truncation"),
        (gen("poisson", "integer", mean=3, truncate=[90, 91]), "fields[0].generator.truncate",
         "empty_truncation"),
        (gen("pareto", "number", shape=0.3, decimal_places=2), "fields[0].generator.truncate",
         "too_wide"),
        (gen("normal", "integer", {"unique": True}), "fields[0].constraints.unique", "not_built"),
        (gen("lognormal", "number", mean=1, median=2), "fields[0].generator", "two_centres"),
        (gen("beta", "number", alpha=1, beta=1, minimum=3, maximum=3),
         "fields[0].generator.minimum", "empty_range"),
        (gen("text", words=[5, 2]), "fields[0].generator.words", "empty_range"),
        (gen("text", constraints={"minLength": 50}, words=[1, 2]), "fields[0].constraints",
         "length_impossible"),
        (gen("expression", "integer", expr="y + 1"), "fields[0].generator.expr", "unknown_column"),
        (gen("expression", "integer", expr="x + 1"), "fields[0].generator", "cycle"),
        (gen("expression", "integer", expr="'a' || 'b'"), "fields[0].generator.expr",
         "wrong_type"),
        (gen("expression", "integer", {"unique": True}, expr="1"), "fields[0].constraints.unique",
         "unique_not_possible"),
        (gen("time_series"), "fields[0].generator.kind", "wrong_type"),
        (gen("time_series", "number", per="y"), "fields[0].generator.per", "unknown_field"),
        (gen("time_series", "number", time="y"), "fields[0].generator.time", "unknown_field"),
        (gen("time_series", "number", monotone=True, wander=1), "fields[0].generator.wander",
         "rules_contradict"),
        (gen("time_series", "number", monotone=True, cycle=5, trend=1),
         "fields[0].generator.cycle", "rules_contradict"),
        (gen("time_series", "number", {"maximum": 5}, trend=9), "fields[0].constraints",
         "constraint_conflict"),
        (gen("line_number", "integer"), "fields[0].generator", "ambiguous_parent"),
        (gen("llm_text"), "fields[0].generator.kind", "needs_model"),
        (gen("llm_pool"), "fields[0].generator.kind", "needs_model"),
        (plain(minimum=9, maximum=1), "fields[0].constraints", "empty_range"),
        (plain(minimum=0.2, maximum=0.8), "fields[0].constraints", "empty_range"),
        (plain(exclusiveMinimum=1, exclusiveMaximum=2), "fields[0].constraints", "empty_range"),
        (plain(minimum="one"), "fields[0].constraints.minimum", "bad_bound"),
        (plain(multipleOf=0), "fields[0].constraints.multipleOf", "bad_multiple"),
        (plain("number", multipleOf=1e-12), "fields[0].constraints.multipleOf", "bad_multiple"),
        (plain(minimum=10**18), "fields[0].constraints", "too_wide"),
        (plain(minimum=1, maximum=999, unique=True), "fields[0].constraints.unique",
         "too_few_values"),
        (plain("number", unique=True), "fields[0].constraints.unique", "unique_float"),
        (plain("boolean", unique=True), "fields[0].constraints.unique", "too_few_values"),
        (plain("integer", minLength=3), "fields[0].constraints.minLength", "wrong_constraint"),
        (plain("string", minimum=3), "fields[0].constraints.minimum", "wrong_constraint"),
        (plain("string", minLength=5, maxLength=3), "fields[0].constraints.minLength",
         "empty_range"),
        ({"name": "x", "nullable": True, "constraints": {"required": True}},
         "fields[0].constraints.required", "nullable_required"),
        ({"name": "x", "null_when": "y > 1"}, "fields[0].null_when", "unknown_column"),
        ({"name": "x", "null_when": "1 + 1"}, "fields[0].null_when", "wrong_type"),
        ({"name": "x", "type": "array"}, "fields[0].type", "not_built"),
    ],
    ids=str,
)  # fmt: skip
def test_a_field_that_cannot_be_made_is_refused(field, path, code):
    found = problems(field)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.hint and problem.message for problem in found)


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        ({"fields": [AGE, AGE]}, "fields[1].name", "duplicate_field"),
        ({"fields": [AGE], "primary_key": ["agee"]}, "primary_key[0]", "unknown_field"),
        ({"fields": [{**AGE, "nullable": True}], "primary_key": ["age"]}, "primary_key[0]",
         "nullable_key"),
        ({"fields": [AGE, {"name": "b"}], "primary_key": ["age", "b"]}, "primary_key[1]",
         "not_constructible"),
        ({"fields": [{"name": f"f{n}"} for n in range(201)]}, "fields", "too_many_fields"),
        ({"fields": [AGE], "locale": "tlh_KX"}, "locale", "unknown_locale"),
        ({"fields": [AGE], "foreign_keys": [
            {"fields": ["age"], "reference": {"table": "t", "fields": ["id"]}}]},
         "foreign_keys[0].reference.table", "unknown_table"),
        ({"fields": [AGE], "expectations": [{"check": "not_null", "field": "agee"}]},
         "expectations[0]", "unknown_field"),
        ({"fields": [AGE], "expectations": [{"check": "row_count", "table": "x", "equals": 1}]},
         "expectations[0].table", "unknown_table"),
        ({"tables": [{"name": "a", "rows": 1, "fields": [AGE]},
                     {"name": "a", "rows": 1, "fields": [AGE]}]},
         "tables[1].name", "duplicate_table"),
        ({"tables": [{"name": "a", "rows": 1, "fields": [AGE]}, {"name": "b", "fields": [AGE]}]},
         "tables[1].rows", "rows_missing"),
        ({"tables": [{"name": "a", "rows": 1, "fields": [AGE]},
                     {"name": "b", "rows": 2, "fields": [AGE, plain(minimum=2, maximum=1)]}]},
         "tables[1].fields[1].constraints", "empty_range"),
    ],
    ids=str,
)  # fmt: skip
def test_a_schema_that_does_not_hold_together_is_refused(document, path, code):
    schema = parse_schema({"name": "things", **document})
    counts = {"things": 10} if schema.is_flat else {}
    found = check_schema(schema, rows=counts, pools=POOLS, as_of=TODAY)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.hint and problem.message for problem in found)


def test_every_problem_is_told_at_once_and_only_once():
    found = problems(
        plain(minimum=9, maximum=1),
        {**gen("normal"), "name": "y"},
        {**gen("person"), "name": "n"},
        {"name": "z", "format": "nothing"},
        locale="tlh",
    )
    assert sorted(problem.code for problem in found) == [
        "empty_range", "unknown_format", "unknown_locale", "unknown_locale", "wrong_type",
    ]  # fmt: skip


def test_a_value_that_may_be_missing_needs_a_field_that_may_be_empty():
    age = {**AGE, "nullable": True}
    copy = {**gen("lookup", of="age", values={"1": "one"}), "name": "word"}
    (problem,) = problems(age, copy)
    assert (problem.path, problem.code) == ("fields[1].generator", "unexpected_null")
    assert problems(age, {**copy, "nullable": True, "null_fraction": 0}) == []
    assert problems(age, gen("lookup", of="age", values={"1": "one"}, default="many")) == []


def test_near_misses_are_named():
    (problem,) = problems({"name": "x", "format": "emial"})
    assert problem.hint == "did you mean 'email'?"
    (problem,) = problems(AGE, {**gen("lookup", of="aeg", values={"1": "b"}), "name": "y"})
    assert problem.hint == "did you mean 'age'?"


def test_a_cycle_is_named_in_its_order():
    fields = [
        {"name": name, "generator": {"kind": "lookup", "of": of, "values": {"a": "b"}}}
        for name, of in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))
    ]
    (problem,) = problems(*fields)
    assert (problem.code, problem.path) == ("cycle", "fields[0].generator")
    assert "a → b → c → a" in problem.message


def test_rows_are_asked_for_only_where_a_job_fixes_them():
    assert problems(AGE, rows=None) == []
    found = check_schema(schema_of(AGE), rows={}, pools=POOLS, as_of=TODAY)
    assert [problem.path for problem in found] == ["rows"]


def test_a_unique_primary_key_counts_its_values():
    (problem,) = problems({**plain(minimum=1, maximum=10), "name": "id"}, primary_key=["id"])
    assert problem.code == "too_few_values"


def test_what_a_model_writes_cannot_be_unique():
    found = problems(gen("llm_text", constraints={"unique": True}), generation="auto")
    assert [problem.code for problem in found] == ["unique_not_possible"]


def test_a_column_that_breaks_a_constraint_says_with_which_value():
    (problem,) = problems(gen("sequence", constraints={"maxLength": 3}))
    assert "'1000'" in problem.message
