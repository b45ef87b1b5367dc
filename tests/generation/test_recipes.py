"""Recipes: order, types, routing to a model, and the example schemas in full."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from src.core.models import FieldDefinition
from src.core.parsing import parse_schema
from src.generation.arrow_types import arrow_type, to_array
from src.generation.compiling import compile_schema
from src.generation.draws.cells import words
from src.generation.draws.keys import derive
from src.generation.makers.identifiers import uuid_text
from src.generation.routing import written_by_model

from .worlds import POOLS, TODAY, column, made, recipe, schema_of, table_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name):
    return parse_schema(json.loads((EXAMPLES / f"{name}.schema.json").read_text()))


# ── the examples ──────────────────────────────────────────────────────────────────────────────


def test_the_customers_example_works_in_full():
    rows = recipe(example("customers"), 20_000).tables["customers"].make(0, 20_000)
    assert rows.schema == pa.schema(
        {
            "id": pa.int64(), "uuid": pa.string(), "full_name": pa.string(), "email": pa.string(),
            "signup_date": pa.date32(), "country": pa.string(), "age": pa.int64(),
            "plan": pa.string(), "monthly_spend": pa.decimal128(18, 2), "is_active": pa.bool_(),
            "notes": pa.string(),
        }
    )  # fmt: skip
    assert rows["id"].to_pylist() == list(range(1, 20_001))
    for name in ("uuid", "email"):
        assert len(rows[name].combine_chunks().unique()) == 20_000
    low, high = pc.min_max(rows["signup_date"]).as_py().values()
    assert (low, high) == (date(2020, 1, 1), date(2025, 12, 31))
    assert pc.min_max(rows["age"]).as_py()["min"] >= 18
    assert abs(rows["notes"].null_count / 20_000 - 0.3) < 0.013
    counts = [len(note.split(" ")) for note in rows["notes"].to_pylist() if note]
    assert (min(counts), max(counts)) == (4, 10)
    spend = rows["monthly_spend"].cast(pa.float64()).to_numpy()
    assert abs(np.log(spend[spend > 0]).mean() - 3.5) < 0.03


def test_several_tables_each_have_their_own_rows():
    document = {"name": "shop", "tables": [
        {"name": "a", "rows": 3, "fields": [{"name": "x", "type": "integer"}]},
        {"name": "b", "fields": [{"name": "x", "type": "integer"}]},
    ]}  # fmt: skip
    found = compile_schema(parse_schema(document), rows={"b": 5}, seed=1, as_of=TODAY, pools=POOLS)
    assert found.order == ("a", "b")
    assert [found.tables[name].row_count for name in found.order] == [3, 5]
    a, b = (found.tables[name].make(0, 3)["x"] for name in found.order)
    assert not a.equals(b)


def test_a_cell_far_away_is_made_alone():
    schema = example("customers")
    table = recipe(schema, 2_000_000_000).tables["customers"]
    row = table.given(np.array([10**9]))
    assert row["id"].to_pylist() == [10**9 + 1]
    assert row.equals(table.make(10**9, 10**9 + 1))


# ── uniqueness, over many rows and any chunks ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    "field",
    [
        {"type": "integer", "constraints": {"minimum": 1, "maximum": 200_000}},
        {"type": "integer"},
        {"type": "number", "generator": {"kind": "uniform", "maximum": 5000, "decimal_places": 2}},
        {"type": "datetime"},
        {"type": "string"},
        {"generator": {"kind": "text", "words": [3, 8]}},
        {"generator": {"kind": "uuid"}},
        {"format": "ean13"},
        {"format": "ipv4"},
        {"format": "uri"},
    ],
    ids=str,
)
def test_unique_means_unique_over_many_rows(field):
    constraints = {**field.get("constraints", {}), "unique": True}
    table = table_of({"name": "x", **field, "constraints": constraints}, rows=200_000)
    chunks = [table.make(start, start + 50_000)["x"] for start in range(0, 200_000, 50_000)]
    assert len(pa.chunked_array([c for chunk in chunks for c in chunk.chunks]).unique()) == 200_000


def test_unique_cells_that_are_there_stay_unique_beside_nulls():
    cells = column({"type": "integer", "null_fraction": 0.5, "constraints": {"unique": True}})
    there = cells.drop_null()
    assert 400 < len(there) < 600
    assert len(there.unique()) == len(there)


def test_uuids_are_of_version_4():
    import uuid

    for text in column({"format": "uuid"}).to_pylist():
        found = uuid.UUID(text)
        assert (found.version, found.variant, str(found)) == (4, uuid.RFC_4122, text)


def test_a_uuid_holds_a_whole_word_that_no_other_row_has():
    distinct, rows = derive(1, "distinct"), np.arange(100)
    for text, word in zip(
        uuid_text(distinct, derive(1, "free"), rows).to_pylist(),
        words(distinct, rows).tolist(),
        strict=True,
    ):
        bits = int(text.replace("-", ""), 16)
        upper, lower = bits >> 64, bits & (1 << 64) - 1
        held = (upper >> 16 << 16) | (upper & 0xFFF) << 4 | (lower >> 58) & 0xF
        assert held == word


# ── sequences and text ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        ({"template": "INV-{yyyy}-{n:06d}"}, ["INV-2026-000001", "INV-2026-000002"]),
        ({"template": "{{{n}}} of {dd}.{mm}.{yy}"}, ["{1} of 31.01.26", "{2} of 31.01.26"]),
        ({"template": "K{n:03}", "start": 999}, ["K999", "K1000"]),
        ({"template": "{n:04d}", "start": -1, "step": 1}, ["-001", "0000"]),
        ({"start": 5, "step": -10}, ["5", "-5"]),
    ],
    ids=str,
)
def test_a_template_is_filled(generator, expected):
    assert column({"generator": {"kind": "sequence", **generator}}, rows=2).to_pylist() == expected


@pytest.mark.parametrize(
    ("low", "high"), [(0, 30), (12, 20), (0, 9), (0, 3), (25, 60), (40, 45), (500, 900)]
)
def test_text_keeps_to_its_lengths(low, high):
    field = {"generator": {"kind": "text", "words": [2, 400 if high > 100 else 8]},
             "constraints": {"minLength": low, "maxLength": high}}  # fmt: skip
    lengths = [len(text) for text in column(field).to_pylist()]
    assert low <= min(lengths) <= max(lengths) <= high


def test_text_begins_with_a_capital_letter_and_is_spelled_as_the_pool_spells_it():
    texts = column({"generator": {"kind": "text", "words": [3, 6]}}).to_pylist()
    assert all(text[0].isupper() for text in texts)
    assert any("iPod" in text for text in texts)


# ── fields that follow from others ────────────────────────────────────────────────────────────


COLOUR = {"name": "colour", "generator": {"kind": "category", "values": ["red", "blue", "grey"]},
          "null_fraction": 0.1}  # fmt: skip


def test_a_subcategory_belongs_to_its_category():
    values = {"red": ["rose", "ruby"], "blue": ["sky"]}
    weights = {"red": [3, 1]}
    kind = {"kind": "subcategory", "of": "colour", "values": values, "weights": weights}
    shade = {"name": "shade", "nullable": True, "null_fraction": 0, "generator": kind}
    rows = made(shade, COLOUR, rows=4000).to_pylist()
    for row in rows:
        assert row["shade"] in values.get(row["colour"], [None])
    red = [row["shade"] for row in rows if row["colour"] == "red"]
    assert abs(red.count("rose") / len(red) - 0.75) < 0.05


def test_a_lookup_gives_the_value_or_the_default():
    price = {"name": "price", "type": "number", "constraints": {"multipleOf": 0.01},
             "generator": {"kind": "lookup", "of": "colour", "values": {"red": 1.25},
                           "default": 2}}  # fmt: skip
    for row in made(price, COLOUR).to_pylist():
        assert row["price"] == Decimal("1.25" if row["colour"] == "red" else "2.00")


def test_a_lookup_reads_numbers_and_truth_values_as_json_writes_them():
    flag = {"name": "flag", "type": "boolean"}
    word = {"name": "word", "generator": {"kind": "lookup", "of": "flag",
            "values": {"true": "yes", "false": "no"}}}  # fmt: skip
    assert all(r["word"] == ("yes" if r["flag"] else "no") for r in made(word, flag).to_pylist())


def test_an_enum_is_drawn_from_evenly():
    cells = column({"type": "integer", "constraints": {"enum": [3, 5, 8]}}, rows=3000)
    counts = {item["values"]: item["counts"] for item in cells.value_counts().to_pylist()}
    assert set(counts) == {3, 5, 8}
    assert min(counts.values()) > 850


# ── what a model writes ───────────────────────────────────────────────────────────────────────

REVIEW = {"name": "review", "generator": {"kind": "llm_text"}}
STARS = {"name": "stars", "type": "integer"}
ID = {"name": "id", "type": "integer", "generator": {"kind": "sequence"}}


def names(fields):
    return [field.name for field in fields]


def test_only_words_go_to_the_model_unless_everything_is_to():
    email = {"name": "email", "format": "email", "constraints": {"unique": True}}
    (table,) = schema_of(ID, email, STARS, REVIEW, primary_key=["id"]).tables
    assert names(written_by_model(table, "local")) == []
    assert names(written_by_model(table, "auto")) == ["review"]
    assert names(written_by_model(table, "llm")) == ["stars", "review"]


@pytest.mark.parametrize("names", [("low", "high"), ("नाम", "कीमत"), ("größe", "länge")])
def test_what_a_rule_binds_is_codes_in_any_script(names):
    low, high = names
    fields = [{"name": name, "type": "integer"} for name in names]
    rules = [{"rule": "inequality", "low": low, "high": high}]
    schema = parse_schema({"name": "t", "rows": 5, "fields": fields, "rules": rules})
    assert written_by_model(schema.tables[0], "llm") == ()


def test_a_models_column_is_taken_as_it_is_and_the_rest_stays_code():
    table = table_of(ID, STARS, REVIEW, generation="auto")
    assert names(table.model_fields) == ["review"]
    assert table.given(np.array([7, 3])).column_names == ["id", "stars"]
    written = to_array(["good", None, "bad"], table.model_fields[0])
    rows = table.make(5, 8, {"review": written})
    assert rows["id"].to_pylist() == [6, 7, 8]
    assert rows["review"].to_pylist() == ["good", None, "bad"]
    assert rows.schema == table.arrow_schema


def test_code_that_follows_from_what_a_model_writes_waits_for_it():
    mood = {"name": "mood", "generator": {"kind": "lookup", "of": "review",
            "values": {"good": "happy"}, "default": "sad"}}  # fmt: skip
    table = table_of(ID, mood, REVIEW, generation="auto")
    assert table.given(np.array([0])).column_names == ["id"]
    written = {"review": pa.array(["good", "bad"])}
    assert table.make(0, 2, written)["mood"].to_pylist() == ["happy", "sad"]


# ── types ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "values", "kind"),
    [
        ({"type": "string"}, ["é", ""], pa.string()),
        ({"type": "integer"}, [1, -(2**60)], pa.int64()),
        ({"type": "number"}, [1.5, 2], pa.float64()),
        ({"type": "boolean"}, [True, False], pa.bool_()),
        ({"type": "date"}, ["2024-02-29"], pa.date32()),
        ({"type": "time"}, ["08:30:00"], pa.time64("us")),
        ({"type": "datetime"}, ["2024-02-29T08:30:00"], pa.timestamp("us")),
        ({"type": "duration"}, [90], pa.duration("us")),
        ({"type": "array"}, [[1, "ü"]], pa.string()),
        ({"type": "object"}, [{"a": None}], pa.string()),
    ],
    ids=str,
)
def test_what_json_holds_becomes_the_fields_type(field, values, kind):
    definition = FieldDefinition(name="x", **field)
    cells = to_array([*values, None], definition)
    assert cells.type == arrow_type(definition) == kind
    assert cells.null_count == 1
    expected = {
        "date": [date(2024, 2, 29)],
        "time": [time(8, 30)],
        "datetime": [datetime(2024, 2, 29, 8, 30)],  # noqa: DTZ001
        "duration": [timedelta(seconds=90)],
        "array": ['[1,"ü"]'],
        "object": ['{"a":null}'],
    }.get(definition.type, values)
    assert cells.to_pylist()[:-1] == expected


def test_money_from_json_is_exact_and_rounded_half_up():
    definition = FieldDefinition.model_validate(
        {"name": "x", "type": "number", "constraints": {"multipleOf": 0.01}}
    )
    cells = to_array([0.1, 2, 1.005, "9.995"], definition)
    assert cells.type == pa.decimal128(18, 2)
    assert [str(cell) for cell in cells.to_pylist()] == ["0.10", "2.00", "1.01", "10.00"]
