"""A table's stored chunks, checked, and worked on in threads a few batches ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import polars as pl
import pyarrow as pa

from ...core.errors import ChunkDamaged, StorageError
from ..base import mending
from ..formats import csv_format, json_format, parquet_format
from ..formats.columns import framed
from ..formats.encoding import decode
from .ahead import side_by_side

if TYPE_CHECKING:
    from ...core.models import ChunkMetadata, OutputFormat
    from ...core.ports import StorageHandler
    from .course import Course

THREADS = 3
"""Batches worked on at once: one more than the cores of a small machine, for each waits now and
then for polars' threads, or for a bucket's answer."""
BATCH_BYTES = 1 << 20
BATCH_CELLS = 1 << 17
"""A batch has no more of both than one chunk brings: a megabyte of Parquet may be many rows."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Piece:
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Neighbouring chunks of one table and format, worked on together."""

    pieces: tuple[Piece, ...]

    @property
    def format(self) -> OutputFormat:
        return self.pieces[0].chunk.key.format

    @property
    def rows(self) -> int:
        return sum(piece.chunk.key.rows for piece in self.pieces)

    def table(self, schema: pa.Schema) -> pa.Table:
        """All rows. Raises: ChunkDamaged: names the chunk."""
        if len(self.pieces) > 1:
            with suppress(StorageError, pa.ArrowException, ValueError):
                table = self._at_once(schema)
                if table.num_rows == self.rows:
                    return table
        # One by one, which also names the chunk that is at fault.
        return pa.concat_tables([piece.table(schema) for piece in self.pieces])

    def frame(self, schema: pa.Schema) -> pl.DataFrame:
        """All rows, for those who write text. Raises: ChunkDamaged: names the chunk."""
        if self.format == "parquet":
            with suppress(StorageError):
                frame = parquet_format.decode_frame([piece.data for piece in self.pieces], schema)
                if frame.height == self.rows:
                    return frame
        return framed(self.table(schema))

    def _at_once(self, schema: pa.Schema) -> pa.Table:
        if self.format == "parquet":
            return parquet_format.decode_many([piece.data for piece in self.pieces], schema)
        parts, decoded = _TEXTS[self.format]
        return decoded(b"".join(parts(piece.data, schema) for piece in self.pieces), schema)


_Parts = Callable[[bytes, pa.Schema], bytes]
# The rows of a chunk in a form that can be joined, and how they are read then: text is parsed
# several times as quickly in large pieces.
_TEXTS: Mapping[str, tuple[_Parts, Callable[[bytes, pa.Schema], pa.Table]]] = {
    "csv": (
        lambda data, schema: data[csv_format.header_end(data, schema) :],
        csv_format.decode_rows,
    ),
    "json": (lambda data, _: json_format.array_lines(data), json_format.decode_lines),
    "jsonl": (lambda data, _: data, json_format.decode_lines),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One table's chunks in the order of their rows."""

    storage: StorageHandler
    chunks: Sequence[ChunkMetadata]
    schema: pa.Schema
    batch_bytes: int = BATCH_BYTES

    def worked(
        self, course: Course, work: Callable[[Batch], T], *, threads: int = THREADS
    ) -> Iterator[T]:
        """What `work` makes of each batch, in order; it runs in so many threads, ahead of who asks.

        Raises:
            ChunkMissing, ChunkDamaged, StorageError; Conflict: the merge was cancelled.
        """

        def worked_on(chunks: Sequence[ChunkMetadata]) -> tuple[int, T]:
            batch = Batch(tuple(_read(self.storage, chunk) for chunk in chunks))
            return batch.rows, work(batch)

        for rows, made in side_by_side(self._batches(), worked_on, threads):
            course.go_on()
            yield made
            del made  # before the next one is waited for
            # Here the writer has come back for it.
            course.passed(rows)

    def tables(self, course: Course) -> Iterator[pa.Table]:
        return self.worked(course, lambda batch: batch.table(self.schema))

    def _batches(self) -> Iterator[list[ChunkMetadata]]:
        batch: list[ChunkMetadata] = []
        size = rows = 0
        most_rows = BATCH_CELLS // len(self.schema)
        for chunk in self.chunks:
            size, rows = size + chunk.bytes, rows + chunk.key.rows
            if batch and (size > self.batch_bytes or rows > most_rows):
                yield batch
                batch, size, rows = [], chunk.bytes, chunk.key.rows
            batch.append(chunk)
        if batch:
            yield batch


def _read(storage: StorageHandler, chunk: ChunkMetadata) -> Piece:
    return Piece(chunk, storage.read_recorded(chunk))


def _damaged(chunk: ChunkMetadata, why: str) -> ChunkDamaged:
    text = f"chunk {chunk.key.index} ({chunk.key.file_name}) is damaged: {why}"
    return ChunkDamaged(text, hint=mending(chunk.key))
