"""Where chunks and datasets lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from ..chunk_about import ChunkAbout
from ..models import (
    ChunkKey,
    ChunkMetadata,
    StorageKind,
)


class Outputs(Protocol):
    """A place of datasets."""

    def publish(self, name: str, *, overwrite: bool) -> AbstractContextManager[Publication]:
        """A dataset being written. `name` is relative to the place of datasets.

        Leaving the block normally makes it visible under its name, whole and durable, at once;
        leaving it by an exception leaves nothing behind.

        Raises:
            AlreadyExists: the name is taken and `overwrite` is false (at entry and at exit).
            InvalidArgument: the name leads outside the place of datasets.
        """

    def open_dataset(self, name: str) -> BinaryIO:
        """A published dataset, to read. Raises: NotFound."""

    def locate(self, name: str) -> str:
        """Where a person finds the dataset: an absolute path or a URL."""

    def discard(self, name: str) -> None:
        """Take away a published dataset. Silent where there is none."""


class StorageHandler(Outputs, Protocol):
    """Chunks and datasets as bytes. Synchronous: callers on an event loop go through a thread.

    A chunk is there whole or not at all; when `put_chunk` returns it survives power loss (memory
    storage excepted). Every name that reaches a path comes from a record, never from input.
    """

    @property
    def kind(self) -> StorageKind: ...

    def put_chunk(
        self, key: ChunkKey, data: bytes, *, schema_sha256: str = ..., attempt: int = ...
    ) -> None:
        """Store or replace, and beside it what it is, for `abouts`.

        Raises: StorageFull, StorageError, LimitExceeded.
        """

    def read_chunk(self, key: ChunkKey) -> bytes:
        """Whatever lies there. Raises: ChunkMissing."""

    def read_recorded(self, chunk: ChunkMetadata) -> bytes:
        """The very bytes that were recorded.

        Raises:
            ChunkMissing
            ChunkDamaged: says what lies in its place: another chunk's rows, another job's, another
                making of the chunk, or changed bytes.
        """

    def abouts(self, job_id: str) -> Iterator[ChunkAbout]:
        """What the job's chunks say of themselves, by index. Whether the chunks are there and have
        these bytes is not looked at."""

    def delete_job(self, job_id: str) -> None:
        """Remove the job's chunks and notes; datasets stay. Silent where there is nothing."""

    def put_note(self, job_id: str, name: str, data: bytes) -> None:
        """A small file beside the chunks (the job's manifest), whole or not at all."""


class Publication(Protocol):
    """Where a dataset's bytes go before anybody can see them; `file` is write-only binary."""

    file: BinaryIO
