"""Strict arguments: nothing dropped, nothing coerced, all mistakes at once."""

from __future__ import annotations

from typing import Any

import pytest

from src.core.errors import InvalidArgument
from src.mcp_server.arguments import CreateJob, ExtractSchema, ListJobs, ValidateSchema
from src.mcp_server.strict import Arguments, read_arguments


def refusal(model: type[Arguments], **given: Any) -> str:
    with pytest.raises(InvalidArgument) as caught:
        read_arguments(model, given, "the_tool")
    return str(caught.value)


def job(**given: Any) -> CreateJob:
    return read_arguments(CreateJob, {"schema_id": "sch_1", **given}, "create_job")


def test_an_unknown_argument_is_refused_with_the_one_that_was_meant() -> None:
    text = refusal(CreateJob, schema_id="sch_1", chunk_sise=5)
    assert "chunk_sise is not an argument, did you mean chunk_size?" in text
    assert "the_tool takes: schema, schema_id, row_count" in text


def test_every_mistake_of_a_call_stands_in_one_message() -> None:
    text = refusal(CreateJob, row_count="12", start="yes", output_format="xlsx", colour="red")
    for part in (
        '[invalid_argument] row_count is text ("12"), a whole number belongs there',
        'start is text ("yes"), true or false belongs there',
        'output_format is "xlsx", which is none of csv, json, jsonl, parquet',
        "colour is not an argument",
        "exactly one of schema and schema_id is needed",
    ):
        assert part in text


@pytest.mark.parametrize("value", [True, "12", 1.5, [1], {"n": 1}])
def test_what_is_no_whole_number_is_no_row_count(value: Any) -> None:
    assert "row_count is " in refusal(CreateJob, schema_id="sch_1", row_count=value)


@pytest.mark.parametrize("value", [1e12, 10**12, 0, -3])
def test_a_row_count_out_of_reach_is_refused_with_the_bound(value: Any) -> None:
    text = refusal(CreateJob, schema_id="sch_1", row_count=value)
    assert "row_count must be at " in text
    assert "1,000,000,000" in text or "at least 1" in text


def test_json_has_one_kind_of_number_so_500_point_0_is_500() -> None:
    assert job(row_count=500.0).row_count == 500


def test_a_word_near_a_known_one_is_suggested() -> None:
    assert "did you mean COMPLETED?" in refusal(ListJobs, status="completed")


def test_an_optional_argument_that_is_null_counts_as_left_out() -> None:
    assert job(seed=None, name=None, start=None, row_count=3) == job(row_count=3)


def test_an_unknown_argument_is_refused_though_it_is_null() -> None:
    assert "colour is not an argument" in refusal(CreateJob, schema_id="sch_1", colour=None)


def test_a_required_argument_that_is_null_is_not_there() -> None:
    assert "description is null" in refusal(ExtractSchema, description=None)


@pytest.mark.parametrize("text", ['{"a": 1}', "[1, 2]", "12", "true", "null", '"quoted"'])
def test_text_that_looks_like_json_stays_text_where_text_belongs(text: str) -> None:
    assert job(name=text).name == text
    asked = read_arguments(ExtractSchema, {"description": text}, "extract_schema")
    assert asked.description == text


def test_a_schema_may_come_as_the_json_text_of_an_object() -> None:
    given = {"schema": '{"name": "t", "fields": []}'}
    asked = read_arguments(ValidateSchema, given, "validate_schema")
    assert asked.document == {"name": "t", "fields": []}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"name": ', "schema is not JSON"),
        ('{"n": NaN}', "NaN is not a JSON number"),
        ("{" + '"a":{' * 100_000, "schema is "),
        ("customers with names", "schema is text"),
    ],
)
def test_text_that_is_no_object_is_refused_as_a_schema(text: str, said: str) -> None:
    assert said in refusal(ValidateSchema, schema=text)


def test_a_document_of_any_size_is_not_read() -> None:
    text = refusal(ValidateSchema, schema={"name": "x" * 300_000})
    assert "schema has 300,012 bytes as JSON, 262,144 are allowed" in text


def test_a_schema_and_an_id_at_once_are_refused() -> None:
    text = refusal(ValidateSchema, schema={"fields": []}, schema_id="sch_1")
    assert "exactly one of schema and schema_id" in text


def test_a_current_schema_is_a_document_or_an_id() -> None:
    for value, read in (({"a": 1}, {"a": 1}), ("sch_1", "sch_1"), ('{"a": 1}', {"a": 1})):
        given = {"description": "more", "current_schema": value}
        assert read_arguments(ExtractSchema, given, "extract_schema").current_schema == read


def test_a_message_stays_short_and_on_one_line_whatever_was_sent() -> None:
    given = {f"arg\n\u202e{n}" + "x" * 5_000: "y" * 5_000 for n in range(500)}
    text = refusal(CreateJob, **given)
    assert len(text) < 4_000
    assert "\n" not in text
    assert "\u202e" not in text
    assert "and 481 more" in text
