"""A table's chunks become one file, read one at a time.

| from, to                       | how                                                     |
|--------------------------------|---------------------------------------------------------|
| CSV to CSV                     | bytes behind one header; cells looked at where suspect  |
| JSON, JSON lines to each other | bytes, commas between lines put in or taken out         |
| all others                     | decoded with the schema's types, encoded                |

A row's bytes depend on the row alone and Parquet's row groups are fixed, so the file is the same
whatever the chunks were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.ipc as pa_ipc
import pyarrow.parquet as pq

from . import csv_format, json_format
from .batches import regrouped
from .chunk_source import Piece, Source
from .columns import ARROW_THREADS, canonical, plain, refuse_nan
from .course import Course
from .formulas import neutralised, neutralised_header, suspect
from .parquet_format import COMPRESSION, ROW_GROUP

if TYPE_CHECKING:
    from ..core.dataset_formats import RowsAs
    from ..core.models import ChunkMetadata
    from ..core.ports import StorageHandler
    from .packing import Sink


@dataclass(frozen=True, slots=True)
class MergedFile:
    """`neutralised` counts the CSV cells (headers too) that got an apostrophe in front."""

    rows: int
    bytes: int
    sha256: str
    neutralised: int


def merge(  # noqa: PLR0913 - the eight things a merge depends on
    storage: StorageHandler,
    chunks: Iterable[ChunkMetadata],
    arrow_schema: pa.Schema,
    target_format: RowsAs,
    sink: BinaryIO,
    *,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    neutralise: bool = True,
) -> MergedFile:
    """Write one table's chunks, given in the order of their rows, as one file to `sink`.

    `progress` is told the rows done after each chunk; `cancelled` is asked before each. With
    `neutralise`, CSV cells that a spreadsheet would run are made harmless; other formats stay raw.

    Raises:
        ChunkMissing, ChunkDamaged: names the chunk by index and file.
        Conflict: `cancelled` said so.
        StorageError
    """
    out = Counted(sink)
    course = Course(progress or _unheard, cancelled or _never)
    source = Source(storage, chunks, arrow_schema)
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
    pieces = source.pieces(course)
    if rows_as == "csv":
        return _write_csv(out, pieces, source.schema, neutralise)
    schema = source.schema
    if origin:
        schema = schema.with_metadata({**(schema.metadata or {}), **origin})
    _WRITERS[rows_as](out, pieces, schema)
    return 0


def verified_tables(
    storage: StorageHandler, chunks: Iterable[ChunkMetadata], arrow_schema: pa.Schema
) -> Iterator[pa.Table]:
    """The chunks' rows, for whoever wants them in memory. Raises: ChunkMissing, ChunkDamaged."""
    yield arrow_schema.empty_table()
    yield from Source(storage, chunks, arrow_schema).tables(Course(_unheard, _never))


# ── one writer a format ───────────────────────────────────────────────────────────────────────


def _write_csv(out: Sink, pieces: Iterable[Piece], schema: pa.Schema, neutralise: bool) -> int:
    names, count = neutralised_header(schema.names) if neutralise else (schema.names, 0)
    out.write(csv_format.header(names))
    for piece in pieces:
        rows, changed = _csv_rows(piece, schema, neutralise)
        out.write(rows)
        count += changed
    return count


def _csv_rows(piece: Piece, schema: pa.Schema, neutralise: bool) -> tuple[bytes | memoryview, int]:
    """A chunk's rows as CSV, and how many cells were changed; as they stand where none was."""
    copied = None
    if piece.chunk.key.format == "csv":
        with piece.blamed():
            start = csv_format.header_end(piece.data, schema)
        copied = memoryview(piece.data)[start:]
        if not neutralise or not suspect(piece.data, start - 1):
            return copied, 0
    table, changed = piece.table(schema), 0
    if neutralise:
        table, changed = neutralised(table)
    if copied is not None and not changed:
        return copied, 0
    return csv_format.encode_rows(table), changed


def _write_lines(out: Sink, pieces: Iterable[Piece], schema: pa.Schema) -> None:
    for piece in pieces:
        out.write(_json_lines(piece, schema))


def _write_array(out: Sink, pieces: Iterable[Piece], schema: pa.Schema) -> None:
    before = json_format.OPEN
    for piece in pieces:
        if not piece.chunk.key.rows:
            continue
        out.write(before)
        out.write(_members(piece, schema))
        before = b",\n"
    # `before` is the comma once there was a row.
    out.write(b"\n" if before != json_format.OPEN else before)
    out.write(json_format.CLOSE)


def _json_lines(piece: Piece, schema: pa.Schema) -> bytes:
    source = piece.chunk.key.format
    if source == "jsonl":
        return piece.data
    if source == "json":
        with piece.blamed():
            return json_format.array_lines(piece.data)
    return json_format.encode_lines(piece.table(schema))


def _members(piece: Piece, schema: pa.Schema) -> bytes | memoryview:
    if piece.chunk.key.format == "json":
        with piece.blamed():
            return json_format.inside(piece.data)
    return json_format.members(_json_lines(piece, schema))


def _write_parquet(out: Sink, pieces: Iterable[Piece], schema: pa.Schema) -> None:
    schema = plain(schema.empty_table()).schema
    with pq.ParquetWriter(out, schema, compression=COMPRESSION) as writer:
        for group in groups(pieces, schema):
            writer.write_table(group, row_group_size=ROW_GROUP)


def _write_arrow(out: Sink, pieces: Iterable[Piece], schema: pa.Schema) -> None:
    schema = plain(schema.empty_table()).schema
    options = pa_ipc.IpcWriteOptions(compression=COMPRESSION, use_threads=ARROW_THREADS)
    with pa_ipc.new_file(out, schema, options=options) as writer:
        for group in groups(pieces, schema):
            writer.write_table(canonical(group))


def groups(pieces: Iterable[Piece], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows in groups of one size, so that the file's bytes do not depend on the chunks."""
    for group in regrouped((piece.table(schema) for piece in pieces), ROW_GROUP):
        refuse_nan(group)
        yield group


_Writer = Callable[["Sink", Iterable[Piece], pa.Schema], None]
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
