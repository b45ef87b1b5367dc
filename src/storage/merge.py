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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ..core.errors import ChunkDamaged, Conflict, StorageError
from . import csv_format, json_format
from .batches import regrouped
from .columns import plain, refuse_nan
from .formats import decode
from .disk import mending
from .formulas import neutralised, neutralised_header, suspect
from .parquet_format import COMPRESSION, ROW_GROUP

if TYPE_CHECKING:
    from ..core.models import ChunkMetadata, OutputFormat
    from ..core.ports import StorageHandler


@dataclass(frozen=True, slots=True)
class MergedFile:
    """`neutralised` counts the CSV cells (headers too) that got an apostrophe in front."""

    rows: int
    bytes: int
    sha256: str
    neutralised: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chunk whose bytes are those that were recorded."""

    chunk: ChunkMetadata
    data: bytes

    def table(self, schema: pa.Schema) -> pa.Table:
        """Raises: ChunkDamaged: the recorded bytes are not the rows that they should be."""
        key = self.chunk.key
        with self.blamed():
            table = decode(self.data, key.format, schema)
        if table.num_rows != key.rows:
            raise _damaged(self.chunk, f"it has {table.num_rows} rows, {key.rows} were recorded")
        return table

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Turns a complaint about bytes into one that names the chunk."""
        try:
            yield
        except StorageError as exc:
            raise _damaged(self.chunk, exc.message) from exc


def merge(  # noqa: PLR0913 - the eight things a merge depends on
    storage: StorageHandler,
    chunks: Iterable[ChunkMetadata],
    arrow_schema: pa.Schema,
    target_format: OutputFormat,
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
    out = _Counted(sink)
    rows = _Rows(progress or _unheard)
    pieces = rows.counted(_verified(storage, chunks, cancelled or _never))
    changed = 0
    if target_format == "csv":
        changed = _write_csv(out, pieces, arrow_schema, neutralise)
    else:
        _WRITERS[target_format](out, pieces, arrow_schema)
    return MergedFile(rows.done, out.size, out.digest.hexdigest(), changed)


def verified_tables(
    storage: StorageHandler, chunks: Iterable[ChunkMetadata], arrow_schema: pa.Schema
) -> Iterator[pa.Table]:
    """The chunks' rows, for whoever wants them in memory. Raises: ChunkMissing, ChunkDamaged."""
    yield arrow_schema.empty_table()
    for piece in _verified(storage, chunks, _never):
        yield piece.table(arrow_schema)


def _verified(
    storage: StorageHandler, chunks: Iterable[ChunkMetadata], cancelled: Callable[[], bool]
) -> Iterator[_Piece]:
    for chunk in chunks:
        if cancelled():
            raise Conflict("the merge was cancelled", hint="ask again: nothing was left behind")
        data = storage.read_chunk(chunk.key)
        if hashlib.sha256(data).hexdigest() != chunk.sha256:
            raise _damaged(chunk, "its bytes changed since it was stored")
        yield _Piece(chunk, data)


def _damaged(chunk: ChunkMetadata, why: str) -> ChunkDamaged:
    text = f"chunk {chunk.key.index} ({chunk.key.file_name}) is damaged: {why}"
    return ChunkDamaged(text, hint=mending(chunk.key))


# ── one writer a format ───────────────────────────────────────────────────────────────────────


def _write_csv(out: _Counted, pieces: Iterable[_Piece], schema: pa.Schema, neutralise: bool) -> int:
    names, count = neutralised_header(schema.names) if neutralise else (schema.names, 0)
    out.write(csv_format.header(names))
    for piece in pieces:
        rows, changed = _csv_rows(piece, schema, neutralise)
        out.write(rows)
        count += changed
    return count


def _csv_rows(piece: _Piece, schema: pa.Schema, neutralise: bool) -> tuple[bytes | memoryview, int]:
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


def _write_lines(out: _Counted, pieces: Iterable[_Piece], schema: pa.Schema) -> None:
    for piece in pieces:
        out.write(_json_lines(piece, schema))


def _write_array(out: _Counted, pieces: Iterable[_Piece], schema: pa.Schema) -> None:
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


def _json_lines(piece: _Piece, schema: pa.Schema) -> bytes:
    source = piece.chunk.key.format
    if source == "jsonl":
        return piece.data
    if source == "json":
        with piece.blamed():
            return json_format.array_lines(piece.data)
    return json_format.encode_lines(piece.table(schema))


def _members(piece: _Piece, schema: pa.Schema) -> bytes | memoryview:
    if piece.chunk.key.format == "json":
        with piece.blamed():
            return json_format.inside(piece.data)
    return json_format.members(_json_lines(piece, schema))


def _write_parquet(out: _Counted, pieces: Iterable[_Piece], schema: pa.Schema) -> None:
    schema = plain(schema.empty_table()).schema
    with pq.ParquetWriter(out, schema, compression=COMPRESSION) as writer:
        for group in regrouped((piece.table(schema) for piece in pieces), ROW_GROUP):
            refuse_nan(group)
            writer.write_table(group, row_group_size=ROW_GROUP)


_Writer = Callable[["_Counted", Iterable[_Piece], pa.Schema], None]
_WRITERS: dict[OutputFormat, _Writer] = {
    "json": _write_array,
    "jsonl": _write_lines,
    "parquet": _write_parquet,
}


# ── what is known about the file while it is written ──────────────────────────────────────────


class _Counted:
    """A binary file to write to that knows its size and hash; as much of one as Arrow needs."""

    closed = False

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> int:
        self._sink.write(data)
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """The owner of the sink decides when its bytes must be durable."""

    def close(self) -> None:
        """The sink stays open: it belongs to the publication."""


class _Rows:
    """Rows done so far."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress
        self.done = 0

    def counted(self, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
        for piece in pieces:
            yield piece
            # Here the writer has come back for the next one.
            self.done += piece.chunk.key.rows
            self._progress(self.done)


def _unheard(rows: int) -> None:
    """Nobody asked."""


def _never() -> bool:
    return False
