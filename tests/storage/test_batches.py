"""A dataset is read a batch at a time, in memory that does not grow."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from src.core.errors import StorageError
from src.core.models import OutputFormat
from src.storage.formats.encoding import encode
from src.storage.merging import batches
from src.storage.merging.batches import read_batches, regrouped

from .tables import FORMATS, hard_table

ROWS = 1000
TABLE = hard_table(ROWS)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [1, 64, 999, 1000, 5000])
def test_batches_hold_all_rows_in_order(form: OutputFormat, size: int) -> None:
    file = io.BytesIO(encode(TABLE, form))
    tables = list(read_batches(file, form, TABLE.schema, size))
    assert [table.num_rows for table in tables[:-1]] == [size] * (len(tables) - 1)
    assert pa.concat_tables(tables).equals(TABLE)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("block", [1, 100, 4096])
def test_rows_that_straddle_blocks_are_whole(
    form: OutputFormat, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BLOCK", block)
    table = TABLE.slice(0, 60)
    file = io.BytesIO(encode(table, form))
    assert pa.concat_tables(read_batches(file, form, table.schema, 7)).equals(table)


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_dataset_gives_one_empty_table(form: OutputFormat) -> None:
    file = io.BytesIO(encode(TABLE.slice(0, 0), form))
    (table,) = read_batches(file, form, TABLE.schema, 10)
    assert table.equals(TABLE.slice(0, 0))


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_of_something_else_is_refused(form: OutputFormat) -> None:
    for data in (b"\n", b"x" * 100, encode(pa.table({"other": [1]}), form)):
        with pytest.raises(StorageError):
            list(read_batches(io.BytesIO(data), form, TABLE.schema, 10))


@pytest.mark.parametrize("form", FORMATS)
def test_reading_does_not_hold_the_file(
    form: OutputFormat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BLOCK", 1 << 19)
    rows = 150_000  # 30 MB
    table = pa.table({"t": pc.utf8_lpad(pa.array(range(rows)).cast(pa.string()), 200, "0")})
    path = tmp_path / "data"
    path.write_bytes(encode(table, form))
    schema = table.schema
    del table
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            arrow = max(
                pa.total_allocated_bytes() - before for _ in read_batches(file, form, schema, 1000)
            )
        _, python = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert python < 6_000_000
    assert arrow < 10_000_000


def test_regrouping_makes_no_empty_table() -> None:
    parts = [TABLE.slice(0, 0), TABLE.slice(0, 10), TABLE.slice(10, 0), TABLE.slice(10, 20)]
    assert [table.num_rows for table in regrouped(parts, 15)] == [15, 15]
    assert list(regrouped([TABLE.slice(0, 0)], 15)) == []
