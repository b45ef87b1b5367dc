"""A table's chunks become one file, a few of them in memory at a time.

| from, to                       | how                                                     |
|--------------------------------|---------------------------------------------------------|
| CSV to CSV                     | bytes behind one header; cells looked at where suspect  |
| JSON, JSON lines to each other | bytes, commas between lines put in or taken out         |
| Parquet to Parquet             | bytes, where chunks are whole row groups; a new footer  |
| all others                     | decoded with the schema's types, encoded                |

A row's bytes depend on the row alone and Parquet's row groups are fixed, so the file is the same
whatever the chunks were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import polars as pl
import pyarrow as pa
import pyarrow.ipc as pa_ipc

from ...core.errors import StorageError
from ..formats import csv_format, json_format, parquet_format
from ..formats.columns import (
    ARROW_THREADS,
    canonical,
    floats,
    json_text_names,
    plain,
    refuse_nan,
    viewed,
)
from ..formats.formulas import neutralised, neutralised_header, suspect
from ..formats.parquet_format import COMPRESSION, ROW_GROUP, row_groups
from ..formats.row_groups import RowGroup, Stitching, Written
from .ahead import side_by_side
from .batches import framed_in_one_piece, gathered, in_one_piece, regrouped
from .chunk_source import Batch, Piece, Source
from .course import Course

if TYPE_CHECKING:
    from ...core.dataset_formats import RowsAs
    from ...core.models import ChunkMetadata
    from ...core.ports import StorageHandler
    from ..formats.packing import Sink

T = TypeVar("T")
_Pieces = Sequence[bytes | memoryview]


@dataclass(frozen=True, slots=True)
class MergedFile:
    """`neutralised` counts the CSV cells (headers too) that got an apostrophe in front."""

    rows: int
    bytes: int
    sha256: str
    neutralised: int


def merge(
    source: Source,
    target_format: RowsAs,
    sink: BinaryIO,
    *,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    neutralise: bool = True,
) -> MergedFile:
    """Write one table's chunks as one file to `sink`.

    `progress` is told the rows done after each batch; `cancelled` is asked before each. With
    `neutralise`, CSV cells that a spreadsheet would run are made harmless; other formats stay raw.

    Raises:
        ChunkMissing, ChunkDamaged: names the chunk by index and file.
        Conflict: `cancelled` said so.
        StorageError
    """
    out = Counted(sink)
    course = Course(progress or _unheard, cancelled or _never)
    changed = write_rows(out, source, course, target_format, neutralise=neutralise)
    return MergedFile(course.done, out.size, out.digest.hexdigest(), changed)


def write_rows(
    out: Sink,
    source: Source,
    course: Course,
    rows_as: RowsAs,
    *,
    neutralise: bool = True,
    origin: Mapping[str, str] | None = None,
) -> int:
    """One table's rows as one file; how many cells were neutralised.

    `origin` goes into the metadata of a format that has such.
    """
    if rows_as == "csv":
        return _write_csv(out, source, course, neutralise)
    schema = source.schema
    if origin:
        schema = schema.with_metadata({**(schema.metadata or {}), **origin})
    _WRITERS[rows_as](out, source, course, schema)
    return 0


def verified_tables(
    storage: StorageHandler, chunks: Sequence[ChunkMetadata], arrow_schema: pa.Schema
) -> Iterator[pa.Table]:
    """The chunks' rows, for whoever wants them in memory. Raises: ChunkMissing, ChunkDamaged."""
    yield arrow_schema.empty_table()
    yield from Source(storage, chunks, arrow_schema).tables(Course(_unheard, _never))


# ── one writer a format ───────────────────────────────────────────────────────────────────────


def _write_csv(out: Sink, source: Source, course: Course, neutralise: bool) -> int:
    schema = source.schema
    names, count = neutralised_header(schema.names) if neutralise else (schema.names, 0)
    out.write(csv_format.header(names))
    for rows, changed in source.worked(course, lambda batch: _csv_rows(batch, schema, neutralise)):
        _write(out, rows)
        count += changed
    return count


def _csv_rows(batch: Batch, schema: pa.Schema, neutralise: bool) -> tuple[_Pieces, int]:
    """A batch's rows as CSV, and how many cells were changed; as they stand where none was."""
    copied: list[memoryview] = []
    if batch.format == "csv":
        starts = [_rows_start(piece, schema) for piece in batch.pieces]
        pieces = list(zip(batch.pieces, starts, strict=True))
        copied = [memoryview(piece.data)[start:] for piece, start in pieces]
        if not neutralise or not any(suspect(piece.data, start - 1) for piece, start in pieces):
            return copied, 0
    # In one piece a frame is looked at, and written as CSV, in less time; as JSON in more.
    frame, changed = batch.frame(schema).rechunk(), 0
    if neutralise:
        frame, changed = neutralised(frame)
    if copied and not changed:
        return copied, 0
    return csv_format.row_pieces(frame), changed


def _rows_start(piece: Piece, schema: pa.Schema) -> int:
    with piece.blamed():
        return csv_format.header_end(piece.data, schema)


def _write_lines(out: Sink, source: Source, course: Course, schema: pa.Schema) -> None:
    for lines in source.worked(course, lambda batch: _json_lines(batch, schema)):
        _write(out, lines)


def _write_array(out: Sink, source: Source, course: Course, schema: pa.Schema) -> None:
    before = json_format.OPEN
    for members in source.worked(course, lambda batch: _members(batch, schema)):
        if not members:
            continue
        out.write(before)
        _write(out, members)
        before = b",\n"
    # `before` is the comma once there was a row.
    out.write(b"\n" if before != json_format.OPEN else before)
    out.write(json_format.CLOSE)


def _write(out: Sink, pieces: _Pieces) -> None:
    for piece in pieces:
        out.write(piece)


def _json_lines(batch: Batch, schema: pa.Schema) -> Sequence[bytes]:
    if batch.format == "jsonl":
        return [piece.data for piece in batch.pieces]
    if batch.format == "json":
        return list(_array_parts(batch, json_format.array_lines))
    return json_format.line_pieces(batch.frame(schema), json_text_names(schema))


def _members(batch: Batch, schema: pa.Schema) -> _Pieces:
    if batch.format == "json":
        parts = (part for part in _array_parts(batch, json_format.inside) if part)
        joined = b",\n".join(parts)
        return [joined] if joined else []
    return json_format.members(_json_lines(batch, schema))


def _array_parts(batch: Batch, part: Callable[[bytes], T]) -> Iterator[T | bytes]:
    for piece in batch.pieces:
        with piece.blamed():
            made = part(piece.data) if piece.chunk.key.rows else b""
        yield made


def _write_parquet(out: Sink, source: Source, course: Course, schema: pa.Schema) -> None:
    schema = plain(schema.empty_table()).schema
    with Stitching(out, schema) as file:
        for found in _row_groups(source, course, schema):
            for group in found:
                file.add(group)


def _row_groups(source: Source, course: Course, schema: pa.Schema) -> Iterator[list[RowGroup]]:
    if _are_groups(source.chunks):
        return source.worked(course, lambda batch: _copied(batch, schema))
    # Decoded here (polars has threads of its own) while a thread encodes the group before.
    if all(chunk.key.format == "parquet" for chunk in source.chunks):
        frames = source.worked(course, lambda batch: batch.frame(schema), threads=0)
        return side_by_side(gathered(frames, ROW_GROUP), partial(_viewed, schema), threads=1)
    tables = source.worked(course, lambda batch: batch.table(schema), threads=0)
    return side_by_side(gathered(tables, ROW_GROUP), _encoded, threads=1)


def _viewed(schema: pa.Schema, parts: list[pl.DataFrame]) -> list[RowGroup]:
    """Arrow writes polars' views of strings as it writes strings; making these took a tenth."""
    return _finite(viewed(framed_in_one_piece(parts), schema))


def _encoded(parts: list[pa.Table]) -> list[RowGroup]:
    return _finite(in_one_piece(parts))


def _finite(rows: pa.Table) -> list[RowGroup]:
    refuse_nan(floats(rows))
    return row_groups(rows)


def _are_groups(chunks: Sequence[ChunkMetadata]) -> bool:
    """Whether what was encoded for the chunks are the row groups of the file already."""
    return all(
        chunk.key.format == "parquet" and chunk.key.start % ROW_GROUP == 0 for chunk in chunks
    )


def _copied(batch: Batch, schema: pa.Schema) -> list[RowGroup]:
    return [group for piece in batch.pieces for group in _groups_of(piece, schema)]


def _groups_of(piece: Piece, schema: pa.Schema) -> list[RowGroup]:
    rows = piece.chunk.key.rows
    with suppress(StorageError):
        found = Written(piece.data).groups(schema)
        whole, last = found[:-1], found[-1:]
        if (
            all(group.rows == ROW_GROUP for group in whole)
            and sum(group.rows for group in found) == rows
            and all(group.rows <= ROW_GROUP for group in last)
        ):
            return found
    # Not as this version writes them.
    return Written(parquet_format.encode(piece.table(schema))).groups(schema)


def _write_arrow(out: Sink, source: Source, course: Course, schema: pa.Schema) -> None:
    options = pa_ipc.IpcWriteOptions(compression=COMPRESSION, use_threads=ARROW_THREADS)
    schema = plain(schema.empty_table()).schema
    with pa_ipc.new_file(out, schema, options=options) as writer:
        for group in groups(source, course, schema):
            writer.write_table(canonical(group))


def groups(source: Source, course: Course, schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows in groups of one size, so that the file's bytes do not depend on the chunks."""
    schema = plain(schema.empty_table()).schema
    tables = source.worked(course, lambda batch: batch.table(schema))
    for group in regrouped(tables, ROW_GROUP):
        refuse_nan(floats(group))
        yield group


_Writer = Callable[["Sink", Source, Course, pa.Schema], None]
_WRITERS: dict[RowsAs, _Writer] = {
    "arrow": _write_arrow,
    "json": _write_array,
    "jsonl": _write_lines,
    "parquet": _write_parquet,
}


# ── what is known about the file while it is written ──────────────────────────────────────────


class Counted:
    """A binary file to write to that knows its size and hash; as much of one as Arrow needs."""

    closed = False

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes | memoryview, /) -> int:
        self._sink.write(data)
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """The owner of the sink decides when its bytes must be durable."""

    def close(self) -> None:
        """The sink stays open: it belongs to the publication."""


def _unheard(rows: int) -> None:
    """Nobody asked."""


def _never() -> bool:
    return False
