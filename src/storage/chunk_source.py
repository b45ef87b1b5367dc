"""A table's stored chunks, checked, the next ones being read while one is worked on."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from ..core.errors import ChunkDamaged, StorageError
from .disk import mending
from .formats import decode

if TYPE_CHECKING:
    from ..core.models import ChunkMetadata
    from ..core.ports import StorageHandler
    from .course import Course

READERS = 4
"""Chunks read at once: a disk needs fewer, a bucket's answers take their time."""
AHEAD_BYTES = 32 << 20
"""What may wait to be worked on."""


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
class Source:
    """One table's chunks in the order of their rows."""

    storage: StorageHandler
    chunks: Iterable[ChunkMetadata]
    schema: pa.Schema

    def pieces(self, course: Course) -> Iterator[Piece]:
        """Raises: ChunkMissing, ChunkDamaged, StorageError; Conflict: the merge was cancelled."""
        for piece in _read_ahead(self.storage, self.chunks):
            course.go_on()
            yield piece
            # Here the writer has come back for the next one.
            course.passed(piece.chunk.key.rows)

    def tables(self, course: Course) -> Iterator[pa.Table]:
        return (piece.table(self.schema) for piece in self.pieces(course))


def _read_ahead(storage: StorageHandler, chunks: Iterable[ChunkMetadata]) -> Iterator[Piece]:
    ahead: deque[Future[Piece]] = deque()
    sizes: deque[int] = deque()
    with ThreadPoolExecutor(READERS, thread_name_prefix="rowmill-chunks") as pool:
        try:
            for chunk in chunks:
                ahead.append(pool.submit(_read, storage, chunk))
                sizes.append(chunk.bytes)
                while len(ahead) > READERS or sum(sizes) > AHEAD_BYTES:
                    sizes.popleft()
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for reading in ahead:
                reading.cancel()


def _read(storage: StorageHandler, chunk: ChunkMetadata) -> Piece:
    data = storage.read_chunk(chunk.key)
    if hashlib.sha256(data).hexdigest() != chunk.sha256:
        raise _damaged(chunk, "its bytes changed since it was stored")
    return Piece(chunk, data)


def _damaged(chunk: ChunkMetadata, why: str) -> ChunkDamaged:
    text = f"chunk {chunk.key.index} ({chunk.key.file_name}) is damaged: {why}"
    return ChunkDamaged(text, hint=mending(chunk.key))
