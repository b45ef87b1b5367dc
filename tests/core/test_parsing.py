"""Documents in many spellings become one schema, or a list of problems."""

import json
from pathlib import Path

import pytest

from src.core.errors import InvalidSchema
from src.core.parsing import parse_schema

EXAMPLES = Path(__file__).parents[2] / "examples"


def problems(document):
    with pytest.raises(InvalidSchema) as caught:
        parse_schema(document)
    return {problem.path: problem for problem in caught.value.problems}


@pytest.mark.parametrize("name", ["customers", "shop"])
def test_the_examples_load_as_they_stand_and_survive_a_round_trip(name):
    document = json.loads((EXAMPLES / f"{name}.schema.json").read_text("utf-8"))
    schema = parse_schema(document)
    assert parse_schema(json.loads(json.dumps(schema.document()))) == schema


def test_a_flat_document_is_one_table_and_stays_flat():
    schema = parse_schema({"name": "t", "rows": 5, "fields": [{"name": "a"}]})
    assert [(table.name, table.rows) for table in schema.tables] == [("t", 5)]
    assert schema.document() == {
        "name": "t",
        "rows": 5,
        "fields": [{"name": "a", "type": "string"}],
    }


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ({"type": "float"}, {"type": "number"}),
        ({"type": "int"}, {"type": "integer"}),
        ({"type": "json"}, {"type": "object"}),
        ({"type": "uuid"}, {"type": "string", "format": "uuid"}),
        (
            {"type": "enum", "enum_values": ["x"]},
            {"type": "string", "constraints": {"enum": ["x"]}},
        ),
        ({"min_value": 1, "max_value": 2}, {"constraints": {"minimum": 1, "maximum": 2}}),
        ({"max_length": 3}, {"constraints": {"maxLength": 3}}),
        ({"constraints": {"min_length": 3}}, {"constraints": {"minLength": 3}}),
        ({"optional": True}, {"nullable": True}),
        (
            {"sample_values": ["a", "b"]},
            {"generator": {"kind": "category", "values": ["a", "b"]}},
        ),
        ({"generator": "uuid"}, {"generator": {"kind": "uuid"}}),
    ],
)
def test_common_aliases_mean_the_canonical_word(spelled, canonical):
    ours = parse_schema({"fields": [{"name": "a", **canonical}]})
    assert parse_schema({"fields": [{"name": "a", **spelled}]}) == ours


def test_a_canonical_word_wins_over_its_alias():
    schema = parse_schema({"fields": [{"name": "a", "constraints": {"min": 1, "minimum": 2}}]})
    assert schema.tables[0].fields[0].constraints.minimum == 2


def test_frictionless_spellings_are_accepted():
    schema = parse_schema(
        {
            "name": "shop",
            "resources": [
                {"name": "a", "schema": {"fields": [{"name": "id"}], "primaryKey": "id"}},
                {
                    "name": "b",
                    "schema": {
                        "fields": [{"name": "a_id"}],
                        "foreignKeys": [
                            {"fields": "a_id", "reference": {"resource": "a", "fields": "id"}}
                        ],
                    },
                },
            ],
        }
    )
    assert schema.table("a").primary_key == ("id",)
    key = schema.table("b").foreign_keys[0]
    assert (key.fields, key.reference.table, key.reference.fields) == (("a_id",), "a", ("id",))


def test_an_empty_reference_means_the_table_itself():
    schema = parse_schema(
        {
            "name": "staff",
            "fields": [{"name": "id"}, {"name": "boss"}],
            "foreignKeys": [{"fields": ["boss"], "reference": {"resource": "", "fields": ["id"]}}],
        }
    )
    assert schema.tables[0].foreign_keys[0].reference.table == "staff"


def test_all_problems_of_a_document_come_at_once_each_at_its_place():
    found = problems(
        {
            "name": "t",
            "fields": [
                {"name": "first name", "type": "string"},
                {"name": "b", "type": "flaot"},
                {"name": "c", "generator": {"kind": "norml"}},
                {"name": "d", "generator": {"kind": "normal", "mean": "x", "sd": 1}},
            ],
            "expectations": [{"check": "row_count"}],
        }
    )
    assert {path: problem.code for path, problem in found.items()} == {
        "fields[0].name": "bad_name",
        "fields[1].type": "literal_error",
        "fields[2].generator.kind": "unknown_kind",
        "fields[3].generator.mean": "float_parsing",
        "fields[3].generator.sd": "unknown_key",
        "expectations[0].equals": "missing",
    }


def test_an_unknown_kind_is_answered_with_the_nearest_known_one():
    found = problems({"fields": [{"name": "c", "generator": {"kind": "norml"}}]})
    assert found["fields[0].generator.kind"].hint == "did you mean 'normal'?"


def test_a_problem_in_a_table_names_the_table():
    found = problems({"name": "s", "tables": [{"name": "a", "fields": [{"name": "x", "type": 3}]}]})
    assert list(found) == ["tables[0].fields[0].type"]


@pytest.mark.parametrize(
    "document", [None, 5, "x", [], {}, {"fields": []}, {"fields": 3}, {"tables": {"a": 1}}]
)
def test_what_is_no_schema_is_refused_with_a_problem(document):
    assert problems(document)


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ({}, "fields", "this is required"),
        ({"fields": []}, "fields", "at least 1 entries belong here, not 0"),
        ({"fields": 3}, "fields", "a list belongs here"),
        ({"fields": [1]}, "fields[0]", "an object belongs here"),
        ({"fields": [{"name": "a"}], "rows": "many"}, "rows", "a whole number belongs here"),
        ({"fields": [{"name": "a"}], "rows": -1}, "rows", "at least 0 belongs here"),
        (
            {"fields": [{"name": "a"}], "as_of": "soon"},
            "as_of",
            "a day like 2026-01-31 belongs here",
        ),
    ],
)
def test_a_problem_is_said_in_json_s_words(document, path, message):
    assert {p: problem.message for p, problem in problems(document).items()} == {path: message}


def test_an_unknown_word_is_answered_with_the_nearest_known_one():
    found = problems({"fields": [{"name": "c", "type": "intger"}]})
    assert found["fields[0].type"].hint == "did you mean 'integer'?"


@pytest.mark.parametrize("rows", [10**13, 10**30])
def test_more_rows_than_any_machine_makes_are_refused(rows):
    assert list(problems({"fields": [{"name": "a"}], "rows": rows})) == ["rows"]


def test_numbers_that_are_not_finite_are_refused():
    found = problems({"fields": [{"name": "c", "generator": {"kind": "normal", "mean": 1e999}}]})
    assert "fields[0].generator.mean" in found


@pytest.mark.parametrize(
    ("document", "path", "hint"),
    [
        ({"fields": [{"nam": "a"}]}, "fields[0].nam", "did you mean 'name'?"),
        (
            {"fields": [{"name": "a", "generator": {"kind": "category", "options": ["x"]}}]},
            "fields[0].generator.options",
            "known: values, weights, quota",
        ),
        (
            {"fields": [{"name": "a"}], "rules": [{"rule": "implies", "if": "a"}]},
            "rules[0].if",
            "known: when, then",
        ),
        (
            {"fields": [{"name": "a"}], "zzz": 1},
            "zzz",
            "known: name, description, rows, fields, primary_key, foreign_keys, rules, locale, "
            "as_of, tables, expectations",
        ),
        (
            {
                "tables": [
                    {
                        "name": "t",
                        "fields": [{"name": "a"}],
                        "foreign_keys": [
                            {
                                "fields": ["a"],
                                "reference": {"table": "t", "fields": ["a"]},
                                "per_parent": {"skew": {"most": 1}},
                            }
                        ],
                    }
                ]
            },
            "tables[0].foreign_keys[0].per_parent.skew.most",
            "known: top, share",
        ),
    ],
)
def test_a_key_that_is_not_known_is_told_with_those_that_are(document, path, hint):
    assert problems(document)[path].hint == hint
