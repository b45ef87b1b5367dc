"""Every type in every format: what goes in comes out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from src.core.errors import InvalidArgument, StorageError
from src.storage.formats.columns import canonical
from src.storage.formats.encoding import decode, encode

from .tables import COLUMNS, FORMATS, HARD_TEXTS, hard_table, nested

TEXTS = ("csv", "json", "jsonl")


def one(name: str) -> pa.Table:
    return hard_table(40).select([name])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", COLUMNS)
def test_every_hard_cell_comes_back(name: str, form: str) -> None:
    table = one(name)
    back = decode(encode(table, form), form, table.schema)
    assert back.schema.equals(table.schema, check_metadata=True)
    assert back[name].to_pylist() == table[name].to_pylist()


@pytest.mark.parametrize("form", FORMATS)
def test_all_columns_together_come_back(form: str) -> None:
    table = hard_table(200)
    assert decode(encode(table, form), form, table.schema).equals(table)


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_read_is_written_as_before(form: str) -> None:
    table = hard_table(97)
    data = encode(table, form)
    assert encode(decode(data, form, table.schema), form) == data


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_table_keeps_its_columns(form: str) -> None:
    table = hard_table(0)
    back = decode(encode(table, form), form, table.schema)
    assert back.schema.equals(table.schema)
    assert back.num_rows == 0


@pytest.mark.parametrize("form", FORMATS)
def test_a_column_of_nulls_only_keeps_its_rows_and_type(form: str) -> None:
    schema = hard_table(0).schema
    table = pa.table([pa.nulls(3, field.type) for field in schema], schema=schema)
    assert decode(encode(table, form), form, schema).equals(table)
    single = table.select(["text"])
    assert decode(encode(single, form), form, single.schema).equals(single)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_infinity_are_refused_by_field(bad: float, form: str) -> None:
    table = pa.table({"fine": [1.0, None], "ratio": [bad, 1.0]})
    with pytest.raises(InvalidArgument, match="ratio"):
        encode(table, form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_slice_of_chunked_and_dictionary_columns_is_written_like_a_plain_one(form: str) -> None:
    plain = pa.table({"c": pa.array(["x", "y", None, "x"]), "n": [1, 2, 3, 4]})
    pieces = pa.concat_tables([plain.slice(0, 1), plain.slice(1)]).slice(1, 2)
    coded = plain.set_column(0, "c", plain["c"].combine_chunks().dictionary_encode()).slice(1, 2)
    wanted = encode(plain.slice(1, 2).combine_chunks(), form)
    assert encode(pieces, form) == wanted
    assert encode(coded, form) == wanted


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.text(st.characters(exclude_categories=["Cs"])),
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.datetimes(),
            st.none() | st.decimals(-(10**20), 10**20, places=3),
            st.none() | st.times(),
            st.none() | st.timedeltas(dt.timedelta(days=-100_000), dt.timedelta(days=100_000)),
        ),
        max_size=20,
    )
)
def test_any_cells_come_back(rows: list[tuple[object, ...]]) -> None:
    kinds = [
        *(pa.string(), pa.int64(), pa.float64(), pa.timestamp("us"), pa.decimal128(38, 3)),
        *(pa.time64("us"), pa.duration("us")),
    ]
    schema = pa.schema([pa.field(f"c{n}", kind) for n, kind in enumerate(kinds)])
    columns = [pa.array([row[n] for row in rows], kind) for n, kind in enumerate(kinds)]
    table = pa.table(columns, schema=schema)
    for form in FORMATS:
        assert decode(encode(table, form), form, schema).equals(table)


# ── what others read in it ────────────────────────────────────────────────────────────────────


def test_csv_is_rfc_4180_with_lf_and_no_bom() -> None:
    table = pa.table({"a,b": ['x"y', "", None, "l\nf"], "n": [1, None, 3, 4]})
    assert encode(table, "csv") == b'"a,b",n\n"x""y",1\n"",\n,3\n"l\nf",4\n'


def test_csv_is_what_the_standard_library_reads() -> None:
    texts = [text for text in HARD_TEXTS if text is not None]
    table = pa.table({"text": texts, "n": range(len(texts))})
    rows = list(csv.reader(io.StringIO(encode(table, "csv").decode(), newline="")))
    assert rows == [["text", "n"], *([text, str(n)] for n, text in enumerate(texts))]


@pytest.mark.parametrize("name", [*COLUMNS])
def test_json_holds_values_of_its_own_types(name: str) -> None:
    table = one(name)
    document = json.loads(encode(table, "json"), parse_float=Decimal)
    lines = encode(table, "jsonl").decode().split("\n")
    assert document == [json.loads(line, parse_float=Decimal) for line in lines[:-1]]
    kinds = {type(row[name]) for row in document} - {type(None)}
    expected = {
        "integer": {int}, "float": {Decimal}, "decimal": {Decimal}, "boolean": {bool},
        "list": {list}, "object": {dict},
    }.get(name, {str})  # fmt: skip
    assert kinds == expected


def test_json_decimals_are_numbers_with_every_digit() -> None:
    table = one("decimal")
    rows = json.loads(encode(table, "json"), parse_float=Decimal)
    assert [row["decimal"] for row in rows] == table["decimal"].to_pylist()


def test_a_json_array_has_one_object_a_line() -> None:
    table = pa.table({"n": [1, 2], "t": ["x", None]})
    assert encode(table, "json") == b'[\n{"n":1,"t":"x"},\n{"n":2,"t":null}\n]\n'
    assert encode(table.slice(0, 0), "json") == b"[\n]\n"


def test_json_text_comes_out_on_one_line_whatever_its_layout() -> None:
    table = pa.table([pa.array(['{"a":\n  [1,  2]}'])], schema=pa.schema([nested("o")]))
    assert encode(table, "jsonl") == b'{"o":{"a":[1,2]}}\n'
    assert decode(encode(table, "csv"), "csv", table.schema).equals(table)


@pytest.mark.parametrize(
    "text", ["", "{", "{'a':1}", "[1,]", "NaN", '{"a":Infinity}', "[" * 100_000]
)
def test_a_cell_that_only_claims_to_be_json_is_refused(text: str) -> None:
    table = pa.table([pa.array([text])], schema=pa.schema([nested("o")]))
    for form in ("json", "jsonl"):
        with pytest.raises(InvalidArgument):
            encode(table, form)


def test_moments_are_written_in_iso_8601() -> None:
    rows = [json.loads(line) for line in encode(hard_table(3), "jsonl").split(b"\n")[:-1]]
    assert rows[0]["datetime"] == "2024-01-31T09:30:00"
    assert rows[0]["zoned"] == "2024-01-31T10:30:00+01:00"
    assert rows[0]["utc"] == "1969-07-20T20:17:40+00:00"
    assert rows[0]["date"] == "1969-12-31"
    assert rows[0]["time"] == "09:30:00"
    assert rows[2]["datetime"] == "1960-01-01T01:01:01.000001"
    assert rows[2]["duration"] == "P1DT2H3M4.000007S"


def test_parquet_has_the_schema_types_for_other_readers() -> None:
    data = encode(hard_table(5), "parquet")
    schema = pq.read_schema(io.BytesIO(data))
    assert schema.field("decimal").type == pa.decimal128(25, 2)
    assert pl.read_parquet_schema(io.BytesIO(data))["date"] == pl.Date
    group = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(0)
    assert group.compression == "ZSTD"


@pytest.mark.parametrize("form", FORMATS)
def test_bytes_of_another_schema_or_format_are_refused(form: str) -> None:
    data = encode(pa.table({"other": ["x"]}), form)
    for wrong in (data, b"\x00\xff garbage", data[:-3]):
        with pytest.raises(StorageError):
            decode(wrong, form, hard_table(0).schema)


@pytest.mark.parametrize("form", TEXTS)
def test_a_cell_larger_than_a_block_is_read(form: str) -> None:
    table = pa.table({"a": ["x\n" * 3_000_000, "y"], "b": [1, 2]})
    assert decode(encode(table, form), form, table.schema).equals(table)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_line_break_of_two_characters_is_not_parted_between_blocks(form: str) -> None:
    """Arrow's CSV reader drops an LF at a block's start whose CR ended the one before."""
    long = "x" * ((1 << 20) - len('\n"a\r'))
    cells = [long, "a\r\nb", *["\r\n"] * 40]
    table = pa.table({"text": pa.array(cells, pa.string())})
    assert decode(encode(table, form), form, table.schema).equals(table)


def test_an_arrow_file_takes_a_null_in_any_decimal() -> None:
    kinds = [pa.decimal128(18, 2), pa.decimal128(18, 9), pa.decimal128(38, 38)]
    table = pa.table({str(kind): pa.nulls(2, kind) for kind in kinds})
    assert canonical(table).equals(table)
