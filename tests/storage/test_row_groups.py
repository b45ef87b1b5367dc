"""Row groups that are written already become one Parquet file by a footer of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from src.core.errors import ChunkDamaged, InvalidArgument, StorageError
from src.storage.formats.encoding import decode, encode
from src.storage.formats.parquet_format import ROW_GROUP
from src.storage.formats.row_groups import Stitching, Written
from src.storage.formats.thrift import BINARY, I32, I64, Struct, written
from src.storage.memory import MemoryStorageHandler
from src.storage.merging.chunk_source import Source
from src.storage.merging.merge import merge
from src.storage.outputs import DiskOutputs

from .records import metadata
from .tables import hard_table, stored

HARD = hard_table(1500)
LONG = pa.table(
    {
        "n": range(2 * ROW_GROUP + 500),
        "few": [f"text {number % 7}" for number in range(2 * ROW_GROUP + 500)],
    }
)


def by_arrow(table: pa.Table, rows: int) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(table, out, row_group_size=rows, compression="zstd")
    return bytes(out.getvalue())


def stitched(schema: pa.Schema, *files: bytes) -> bytes:
    out = io.BytesIO()
    with Stitching(out, schema) as file:
        for data in files:
            for group in Written(data).groups(schema):
                file.add(group)
    return out.getvalue()


def merged(storage: MemoryStorageHandler, table: pa.Table, size: int) -> bytes:
    out = io.BytesIO()
    merge(Source(storage, stored(storage, table, "parquet", size), table.schema), "parquet", out)
    return out.getvalue()


@pytest.fixture
def storage(tmp_path) -> MemoryStorageHandler:
    return MemoryStorageHandler(DiskOutputs(tmp_path), max_bytes=1 << 30, max_chunks=1 << 20)


@pytest.mark.parametrize("rows", [100, 700, 1500])
def test_the_file_is_to_the_byte_what_arrow_writes_at_once(rows: int) -> None:
    pieces = [by_arrow(HARD.slice(at, rows), rows) for at in range(0, HARD.num_rows, rows)]
    assert stitched(HARD.schema, *pieces) == by_arrow(HARD, rows)


def test_groups_that_stood_behind_others_are_moved(storage: MemoryStorageHandler) -> None:
    data = stitched(HARD.schema, by_arrow(HARD, 200), by_arrow(HARD, 1000))
    assert pq.read_table(pa.BufferReader(data)).equals(pa.concat_tables([HARD, HARD]))
    assert pl.read_parquet(data).equals(pl.DataFrame(pa.concat_tables([HARD, HARD])))
    assert pq.read_metadata(pa.BufferReader(data)).num_row_groups == 10


def test_no_groups_are_a_file_with_columns() -> None:
    data = stitched(HARD.schema)
    assert pq.read_table(pa.BufferReader(data)).equals(HARD.slice(0, 0))


def test_chunks_of_whole_row_groups_give_the_bytes_that_any_others_do(
    storage: MemoryStorageHandler,
) -> None:
    files = {merged(storage, LONG, size) for size in (ROW_GROUP, 2 * ROW_GROUP, 50_000)}
    assert len(files) == 1
    (data,) = files
    assert data == encode(LONG, "parquet")
    groups = pq.read_metadata(pa.BufferReader(data))
    assert [groups.row_group(n).num_rows for n in range(3)] == [ROW_GROUP, ROW_GROUP, 500]


def test_a_chunk_that_another_program_wrote_is_written_anew(storage: MemoryStorageHandler) -> None:
    (chunk,) = stored(storage, HARD, "parquet", HARD.num_rows)
    expected = merged(storage, HARD, HARD.num_rows)
    data = by_arrow(HARD, 300)
    storage.put_chunk(chunk.key, data)
    out = io.BytesIO()
    merge(Source(storage, [metadata(chunk.key, data)], HARD.schema), "parquet", out)
    assert out.getvalue() == expected


def test_a_group_that_is_too_long_is_parted(storage: MemoryStorageHandler) -> None:
    rows = LONG.slice(0, ROW_GROUP + 1)
    (chunk,) = stored(storage, rows, "parquet", rows.num_rows)
    data = by_arrow(rows, rows.num_rows)
    storage.put_chunk(chunk.key, data)
    out = io.BytesIO()
    merge(Source(storage, [metadata(chunk.key, data)], rows.schema), "parquet", out)
    groups = pq.ParquetFile(io.BytesIO(out.getvalue())).metadata
    assert [groups.row_group(n).num_rows for n in range(2)] == [ROW_GROUP, 1]


def test_a_number_that_is_none_is_refused_in_chunks_that_another_program_wrote(
    storage: MemoryStorageHandler,
) -> None:
    rows = pa.table({"n": [0.5, float("nan")]})
    (chunk,) = stored(storage, pa.table({"n": [0.5, 1.5]}), "parquet", 2)
    chunk = replace(chunk, key=replace(chunk.key, start=5, stop=7))
    data = by_arrow(rows, 2)
    storage.put_chunk(chunk.key, data)
    with pytest.raises(InvalidArgument, match="NaN"):
        merge(Source(storage, [metadata(chunk.key, data)], rows.schema), "parquet", io.BytesIO())


def test_a_whole_chunk_with_too_few_rows_is_named(storage: MemoryStorageHandler) -> None:
    (chunk,) = stored(storage, HARD, "parquet", HARD.num_rows)
    data = encode(HARD.slice(1), "parquet")
    storage.put_chunk(chunk.key, data)
    with pytest.raises(ChunkDamaged, match="1499 rows, 1500"):
        merge(Source(storage, [metadata(chunk.key, data)], HARD.schema), "parquet", io.BytesIO())


@pytest.mark.parametrize("cut", [0, 3, 11, 40, 4000])
def test_what_is_no_parquet_file_is_refused(cut: int) -> None:
    data = by_arrow(HARD, 300)
    for broken in (data[:cut], data[:cut] + data[-12:], data[:-9] + b"\xff" + data[-8:]):
        if broken != data:
            with pytest.raises(StorageError):
                Written(broken).groups(HARD.schema)


def test_columns_of_another_schema_are_refused() -> None:
    data = by_arrow(HARD, 300)
    with pytest.raises(StorageError, match="columns"):
        Written(data).groups(LONG.schema)


def with_footer(data: bytes, change: Callable[[Struct], object]) -> bytes:
    """The file, its footer changed."""
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    footer = Written(data).footer()
    change(footer)
    made = written(footer)
    return data[:start] + made + len(made).to_bytes(4, "little") + data[-4:]


def first_group(footer: Struct) -> Struct:
    group: Struct = footer[4][1].values[0]
    return group


def column(footer: Struct, place: int) -> Struct:
    meta: Struct = first_group(footer)[1][1].values[place][3][1]
    return meta


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda footer: footer.update({6: (BINARY, b"another program")}), "its writer"),
        (lambda footer: footer.pop(4), "cannot be read"),
        (lambda footer: first_group(footer).pop(1), "cannot be read"),
        (lambda footer: column(footer, 0).pop(9), "cannot be read"),
        (lambda footer: column(footer, 0).update({7: (I64, 7)}), "one behind the other"),
        (lambda footer: column(footer, -1).update({7: (I64, 1 << 30)}), "outside"),
        (lambda footer: column(footer, 0).update({1: (I32, 7)}), "what the schema says"),
        (lambda footer: column(footer, 0).update({4: (I32, 1)}), "not packed"),
        (lambda footer: column(footer, 0).update({5: (I64, 1499)}), "what the schema says"),
        (lambda footer: column(footer, 0).update({10: (I64, 4)}), "what the schema says"),
        (lambda footer: column(footer, 0)[12][1].update({3: (I32, 0)}), "what the schema says"),
        (lambda footer: first_group(footer)[1][1].values.pop(), "what the schema says"),
    ],
)
def test_a_footer_that_is_not_as_we_write_it_is_refused(
    change: Callable[[Struct], object], why: str
) -> None:
    data = encode(HARD, "parquet")
    assert with_footer(data, lambda footer: None) == data
    with pytest.raises(StorageError, match=why):
        Written(with_footer(data, change)).groups(HARD.schema)


def test_whatever_byte_of_a_footer_changed_it_is_read_or_refused() -> None:
    data = encode(HARD.slice(0, 20), "parquet")
    footer = int.from_bytes(data[-8:-4], "little") + 8
    for place in range(len(data) - footer, len(data), 5):
        broken = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        with suppress(StorageError):
            stitched(HARD.schema, broken)
        with suppress(StorageError):
            decode(broken, "parquet", HARD.schema)
