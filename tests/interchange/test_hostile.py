"""Schemas from strangers: bounded in time, refused with a sentence, never run."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.core.errors import CallerError, LimitExceeded
from src.core.parsing import parse_schema
from src.interchange.exporting import export_schema

from .worlds import SCHEMAS, fields, loaded, made, parsed, said, taken

NODE: dict[str, Any] = {"type": "object", "properties": {"v": {"type": "integer"},
                        "next": {"$ref": "#"},
                        "all": {"type": "array", "items": {"$ref": "#"}}}}  # fmt: skip


def doubling(levels: int) -> str:
    """2^levels fields from a few hundred characters."""
    definitions: dict[str, Any] = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]}
        for n in range(levels)
    }
    definitions[f"d{levels}"] = {"properties": {"a": {"type": "string"}}}
    return json.dumps({"$ref": "#/$defs/d0", "$defs": definitions})


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 170_000,
        "[" * 1_000_000,
        doubling(30),
        json.dumps({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}),
        '{"type": "object", "properties": {"a": {"minimum": 1e999}}}',
        '{"type": "object", "properties": {"a": {"minimum": ' + "9" * 5000 + "}}}",
        "CREATE TABLE t (a int DEFAULT " + "(" * 50_000 + ")" * 50_000 + ")",
        "CREATE TABLE t (" + "a" * 300_000 + " int)",
        "CREATE TABLE t (a int CHECK (" + "NOT " * 12_000 + "a))",
        "CREATE TABLE t (c " + "ARRAY<" * 9_000 + "int" + ">" * 9_000 + ")",
        "CREATE TABLE t ('" + "x" * 1_000_000,
        "'" * 1_000_001,
        "\x00" * 1000,
        "{" + "x" * 3_000_000,
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_bombs_are_refused_quickly_and_with_a_hint(text: str) -> None:
    start = time.process_time()
    with pytest.raises(CallerError) as caught:
        taken(text)
    assert time.process_time() - start < 5
    assert caught.value.hint
    assert len(str(caught.value)) < 2000


def test_too_much_text_is_not_even_read() -> None:
    with pytest.raises(LimitExceeded, match="characters"):
        taken("CREATE TABLE t (a int);" + " " * (17 * 1024 * 1024))


def test_a_schema_that_contains_itself_is_cut_where_it_does() -> None:
    found = taken(json.dumps(NODE))
    assert list(fields(found)) == ["v", "all"]
    assert "contains itself" in said(found.left_out)


def test_depth_is_cut_at_what_the_language_allows() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        schema = {"type": "object", "properties": {"a": schema}}
    found = taken(json.dumps(schema))
    assert "deeper than 5" in said(found.left_out)


def test_long_conditions_and_many_columns_are_no_trouble() -> None:
    start = time.process_time()
    check = " AND ".join(["a > 1"] * 6000)
    wide = ", ".join(f"c{n} int" for n in range(3000))
    found = taken(f"CREATE TABLE t (a int CHECK ({check})); CREATE TABLE u ({wide});")
    assert fields(found, "t")["a"]["constraints"] == {"exclusiveMinimum": 1}
    assert len(fields(found, "u")) == 3000
    assert time.process_time() - start < 10


def test_a_statement_that_is_nested_too_deeply_is_left_out_and_the_others_read() -> None:
    deep = "(" * 45 + "1" + ")" * 45
    found = taken(f"CREATE TABLE t (a int); CREATE TABLE u (a int DEFAULT {deep});")
    assert found.document["name"] == "t"
    assert "nested too deeply" in said(found.left_out)


def test_many_notes_are_bounded() -> None:
    columns = ", ".join(f"c{n} int DEFAULT 1" for n in range(1900))
    assert len(taken(f"CREATE TABLE t ({columns})").left_out) <= 1001


ODD = ["a\"b'); DROP TABLE x; --", "sel`ect", "x]y", "näme", "💥", "a\nb", " ", "'", '"', "%s{n}"]


@pytest.mark.parametrize("name", ODD, ids=repr)
def test_odd_names_become_names_and_odd_values_stay_values(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    value = "'" + name.replace("'", "''") + "'"
    found = taken(
        f"CREATE TABLE {quoted} ({quoted} text NOT NULL CHECK ({quoted} IN ({value}, 'z')))",
        dialect="postgres",
    )
    schema = parsed(found)
    (field,) = schema.tables[0].fields
    assert field.constraints.enum == (name, "z")
    base = loaded(schema, made(schema))
    rows = base.execute(f'SELECT DISTINCT * FROM "{schema.tables[0].name}"').fetchall()
    assert set(rows) == {(name,), ("z",)}


def test_words_for_rowmill_from_strangers_are_checked_like_all_others() -> None:
    for bad in ({"foreign_keys": [1]}, {"rows": -1}, {"primary_key": "x"}, 7, {"rules": "x"}):
        found = taken(json.dumps({"properties": {"a": {}}, "x-rowmill": bad}))
        parse_schema(found.document)
    odd = {
        "properties": {"a": {"x-rowmill": {"constraints": {"minimum": []}, "decimal_places": "x"}}}
    }
    assert "not readable" in said(taken(json.dumps(odd)).left_out)


KEYS = [
    "type",
    "properties",
    "items",
    "enum",
    "$ref",
    "required",
    "allOf",
    "anyOf",
    "fields",
    "resources",
    "schema",
    "constraints",
    "name",
    "pattern",
    "format",
    "minimum",
    "minLength",
    "const",
    "primaryKey",
    "foreignKeys",
    "reference",
    "$defs",
    "x-rowmill",
    "a",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(document=JSON)
def test_any_json_is_a_schema_or_a_refusal(document: Any) -> None:
    try:
        found = taken(json.dumps(document))
    except CallerError:
        return
    schema = parsed(found)
    for target in ("json-schema", "frictionless", "ddl"):
        assert export_schema(schema, target).text  # type: ignore[arg-type]  # three of the words


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_broken_ddl_is_a_schema_or_a_refusal(data: st.DataObject) -> None:
    text = (SCHEMAS / "clubdata.sql").read_text("utf-8")[:900]
    place = data.draw(st.integers(0, len(text)))
    junk = data.draw(
        st.sampled_from(["'", '"', "(", ")", ";", ",", "--", "/*", "[", "NOT", "$$", "\x00"])
    )
    with suppress(CallerError):
        parsed(taken(text[:place] + junk + text[place:], "ddl"))
