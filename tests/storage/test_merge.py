"""Chunks become one file: the same bytes whatever the chunks were."""

from __future__ import annotations

import errno
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from src.core.errors import ChunkDamaged, ChunkMissing, Conflict, StorageFull
from src.core.models import ChunkMetadata, OutputFormat
from src.storage.disk import DiskStorageHandler
from src.storage.formats.encoding import decode, encode
from src.storage.memory import MemoryStorageHandler
from src.storage.merging.chunk_source import Source
from src.storage.merging.merge import MergedFile, merge, verified_tables
from src.storage.outputs import DiskOutputs

from .failing import FailingFiles
from .records import metadata
from .tables import FORMATS, hard_table, nested, stored

ROWS = 1500
TABLE = hard_table(ROWS)
NAMES = pa.schema([pa.field('a "quoted"\nname, twice', pa.string()), pa.field("n", pa.int64())])


@pytest.fixture
def storage(tmp_path: Path) -> MemoryStorageHandler:
    outputs = DiskOutputs(tmp_path)
    return MemoryStorageHandler(outputs, max_bytes=1 << 30, max_chunks=1 << 20)


def merged(
    storage: MemoryStorageHandler,
    chunks: list[ChunkMetadata],
    schema: pa.Schema,
    target: OutputFormat,
    *,
    batch_bytes: int = 20_000,  # so that there are several
    **options: object,
) -> tuple[bytes, MergedFile]:
    sink = io.BytesIO()
    source = Source(storage, chunks, schema, batch_bytes)
    result = merge(source, target, sink, **options)  # type: ignore[arg-type]
    return sink.getvalue(), result


@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("source", FORMATS)
def test_the_bytes_do_not_depend_on_the_chunks(
    source: OutputFormat, target: OutputFormat, storage: MemoryStorageHandler
) -> None:
    # Chunks of one row cost the most: a shorter table shows the same.
    for rows, sizes in ((ROWS, (97, 1000, ROWS)), (40, (1, 7, 40))):
        table = TABLE.slice(0, rows)
        results = []
        for size in sizes:
            chunks = stored(storage, table, source, size)
            data, result = merged(storage, chunks, table.schema, target)
            assert result.rows == rows
            assert result.bytes == len(data)
            assert result.sha256 == hashlib.sha256(data).hexdigest()
            results.append(data)
        assert results[0] == results[1] == results[2]
        raw, _ = merged(storage, chunks, table.schema, target, neutralise=False)
        assert decode(raw, target, table.schema).equals(table)


@pytest.mark.parametrize("target", FORMATS)
def test_the_bytes_do_not_depend_on_the_format_of_the_chunks(
    target: OutputFormat, storage: MemoryStorageHandler
) -> None:
    results = {
        merged(storage, stored(storage, TABLE, source, 1000), TABLE.schema, target)[0]
        for source in FORMATS
    }
    assert len(results) == 1


@pytest.mark.parametrize("target", FORMATS)
def test_a_file_from_chunks_is_that_of_the_whole_table(
    target: OutputFormat, storage: MemoryStorageHandler
) -> None:
    chunks = stored(storage, TABLE, target, 999)
    data, _ = merged(storage, chunks, TABLE.schema, target, neutralise=False)
    assert data == encode(TABLE.combine_chunks(), target)


@pytest.mark.parametrize("target", FORMATS)
def test_no_chunks_give_an_empty_file_with_columns(
    target: OutputFormat, storage: MemoryStorageHandler
) -> None:
    data, result = merged(storage, [], TABLE.schema, target)
    assert decode(data, target, TABLE.schema).num_rows == result.rows == 0
    if target != "parquet":  # there, no row groups
        assert data == encode(TABLE.slice(0, 0), target)
    assert next(verified_tables(storage, [], TABLE.schema)).schema.equals(TABLE.schema)


def test_a_header_with_a_newline_is_written_once(storage: MemoryStorageHandler) -> None:
    table = pa.table([["x\ny", "z"], [1, 2]], schema=NAMES)
    data, _ = merged(storage, stored(storage, table, "csv", 1), NAMES, "csv")
    assert data == b'"a ""quoted""\nname, twice",n\n"x\ny",1\nz,2\n'


def test_parquet_row_groups_are_fixed(storage: MemoryStorageHandler) -> None:
    table = pa.table({"n": range(140_000)})
    data, _ = merged(storage, stored(storage, table, "parquet", 30_000), table.schema, "parquet")
    groups = pq.ParquetFile(io.BytesIO(data)).metadata
    sizes = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
    assert sizes == [65_536, 65_536, 8_928]


def test_pages_end_where_they_do_in_a_file_written_at_once(storage: MemoryStorageHandler) -> None:
    texts = [f"{n} " * (n % 150) if n % 7 else None for n in range(9_000)]  # several megabytes
    table = pa.table({"n": range(9_000), "text": texts})
    data, _ = merged(storage, stored(storage, table, "parquet", 777), table.schema, "parquet")
    assert data == encode(table, "parquet")


def test_json_text_columns_become_json_from_any_chunks(storage: MemoryStorageHandler) -> None:
    table = pa.table([['{"a":[1]}', None]], schema=pa.schema([nested("o")]))
    for source in FORMATS:
        data, _ = merged(storage, stored(storage, table, source, 1), table.schema, "json")
        assert data == b'[\n{"o":{"a":[1]}},\n{"o":null}\n]\n'


# ── what is wrong is named ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("source", FORMATS)
def test_a_flipped_bit_is_found_in_its_chunk(
    source: OutputFormat, storage: MemoryStorageHandler
) -> None:
    chunks = stored(storage, TABLE, source, 300)
    data = bytearray(storage.read_chunk(chunks[3].key))
    data[len(data) // 2] ^= 1
    storage.put_chunk(chunks[3].key, bytes(data))
    for target in FORMATS:
        with pytest.raises(ChunkDamaged, match=rf"chunk 3 \(chunk_000003.{source}\)"):
            merged(storage, chunks, TABLE.schema, target)


def test_a_missing_chunk_is_refused_by_number(storage: MemoryStorageHandler) -> None:
    chunks = stored(storage, TABLE, "csv", 500)
    storage.delete_job(chunks[0].key.job_id)
    for chunk in chunks[:2]:
        storage.put_chunk(chunk.key, encode(TABLE.slice(chunk.key.start, 500), "csv"))
    with pytest.raises(ChunkMissing, match="chunk 2"):
        merged(storage, chunks, TABLE.schema, "csv")


# JSON lines go into JSON as they were recorded; all others are looked at.
LOOKED_AT = [
    (source, target)
    for source in FORMATS
    for target in FORMATS
    if source != "jsonl" or not target.startswith("json")
]


@pytest.mark.parametrize(("source", "target"), LOOKED_AT)
def test_a_recorded_chunk_that_is_no_such_file_is_named(
    source: OutputFormat, target: OutputFormat, storage: MemoryStorageHandler
) -> None:
    (chunk,) = stored(storage, TABLE.slice(0, 2), source, 2)
    storage.put_chunk(chunk.key, b"something else")
    with pytest.raises(ChunkDamaged, match="chunk 0"):
        merged(storage, [metadata(chunk.key, b"something else")], TABLE.schema, target)


@pytest.mark.parametrize("rows", [9, 11])
def test_a_chunk_with_another_number_of_rows_is_named(
    rows: int, storage: MemoryStorageHandler
) -> None:
    (chunk,) = stored(storage, TABLE.slice(0, 10), "parquet", 10)
    data = encode(TABLE.slice(0, rows), "parquet")
    storage.put_chunk(chunk.key, data)
    with pytest.raises(ChunkDamaged, match=f"{rows} rows, 10"):
        merged(storage, [metadata(chunk.key, data)], TABLE.schema, "csv")


@pytest.mark.parametrize("source", FORMATS)
def test_among_chunks_that_are_read_together_the_short_one_is_named(
    source: OutputFormat, storage: MemoryStorageHandler
) -> None:
    chunks = stored(storage, TABLE.slice(0, 100), source, 10)
    data = encode(TABLE.slice(70, 9), source)
    storage.put_chunk(chunks[7].key, data)
    chunks[7] = metadata(chunks[7].key, data)
    for target in ("csv", "parquet"):
        if source != target or source == "parquet":
            with pytest.raises(ChunkDamaged, match=r"chunk 7 .* 9 rows, 10"):
                merged(storage, chunks, TABLE.schema, target, batch_bytes=1 << 30)


def test_progress_tells_of_no_row_that_is_not_written(storage: MemoryStorageHandler) -> None:
    table = pa.table({"n": range(ROWS)})
    sink, told = io.BytesIO(), []

    def hear(rows: int) -> None:
        told.append(rows)
        assert sink.getvalue().count(b"\n") == rows + 1  # the header is a line too

    source = Source(storage, stored(storage, table, "csv", 100), table.schema, 1_000)
    merge(source, "csv", sink, progress=hear)
    assert len(told) > 2


def test_progress_tells_rows_and_cancelling_stops_between_chunks(
    storage: MemoryStorageHandler,
) -> None:
    chunks = stored(storage, TABLE, "csv", 1000)
    told: list[int] = []
    merged(storage, chunks, TABLE.schema, "parquet", progress=told.append)
    assert told == [1000, 1500]
    told.clear()
    with pytest.raises(Conflict, match="cancelled"):
        merged(
            storage, chunks, TABLE.schema, "csv",
            progress=told.append, cancelled=lambda: bool(told),
        )  # fmt: skip
    assert told == [1000]


@pytest.mark.parametrize("target", FORMATS)
def test_a_disk_that_fills_while_merging_leaves_nothing(
    target: OutputFormat, storage: MemoryStorageHandler, tmp_path: Path
) -> None:
    chunks = stored(storage, hard_table(6000), "jsonl", 3000)
    files = FailingFiles()
    disk = DiskStorageHandler(tmp_path / "t", tmp_path / "o", files=files)

    def publish() -> None:
        with disk.publish("data", overwrite=False) as publication:
            merge(Source(storage, chunks, TABLE.schema), target, publication.file)

    publish()
    disk = DiskStorageHandler(
        tmp_path / "t",
        tmp_path / "o2",
        files=FailingFiles(files.steps.index("write"), errno.ENOSPC),
    )
    with pytest.raises(StorageFull):
        publish()
    assert list((tmp_path / "o2").iterdir()) == []


_MEMORY = """
import resource, sys
from pathlib import Path
import pyarrow as pa
from src.storage.disk import DiskStorageHandler
from src.storage.merging.chunk_source import Source
from src.storage.merging.merge import merge
from tests.storage.tables import stored

folder, source, target, rows = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
storage = DiskStorageHandler(folder, folder)
table = pa.table({"n": range(5000), "t": [f"some text, number {n}" * 4 for n in range(5000)]})
(chunk,) = stored(storage, table, source, 5000)
chunks = [chunk] * (rows // 5000)
with storage.publish("data", overwrite=True) as publication:
    merge(Source(storage, chunks, table.schema), target, publication.file)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize(("source", "target"), [("csv", "csv"), ("jsonl", "parquet")])
def test_memory_does_not_grow_with_the_rows(source: str, target: str, tmp_path: Path) -> None:
    def peak_kib(rows: int) -> int:
        command = [sys.executable, "-c", _MEMORY, str(tmp_path), source, target, str(rows)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    # 300,000 rows are 30 MB of text; held at once they would show more than once.
    assert peak_kib(300_000) - peak_kib(75_000) < 20_000
