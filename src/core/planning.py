"""Which chunks there are and which are owed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from .errors import InvalidArgument
from .models import ChunkKey, JobSpecification

CODE_ROWS = 65_536
"""Rows in a chunk that code makes: large enough to vectorise, small enough to hold many at once."""
MODEL_BATCH = 20
"""Rows a model writes in one call; the grid of batches starts at row 0 of every table."""
MODEL_ROWS = 10 * MODEL_BATCH
"""Rows in a chunk that a model writes: a few calls, so that little waits on one answer."""


def default_chunk_size(by_row: bool) -> int:
    """`by_row`: a model writes something anew for every row of some table."""
    return MODEL_ROWS if by_row else CODE_ROWS


@dataclass(frozen=True)
class ChunkPlan:
    """A job's chunks, numbered through all tables; held as a few numbers, never as a list."""

    job_id: str
    spec: JobSpecification

    @cached_property
    def _counts(self) -> tuple[int, ...]:
        size = self.spec.chunk_size
        return tuple(-(-rows // size) for _, rows in self.spec.rows)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """The index of each table's first chunk."""
        return tuple(sum(self._counts[:n]) for n in range(len(self._counts)))

    @property
    def count(self) -> int:
        return sum(self._counts)

    def chunk(self, index: int) -> ChunkKey:
        """Chunk `index`, 0 ≤ index < count.

        Raises:
            InvalidArgument: there is no such chunk.
        """
        if not 0 <= index < self.count:
            hint = f"this job has chunks 0 to {self.count - 1}" if self.count else "it has none"
            raise InvalidArgument(f"there is no chunk {index}", hint=hint)
        place = bisect_right(self._starts, index) - 1
        # Tables without rows have no chunks and share their start with the next one.
        table, rows = self.spec.rows[place]
        start = (index - self._starts[place]) * self.spec.chunk_size
        stop = min(start + self.spec.chunk_size, rows)
        return ChunkKey(self.job_id, index, table, start, stop, self.spec.output_format)

    def of_table(self, table: str) -> range:
        """The indexes of a table's chunks, in the order of their rows."""
        for (name, _), start, count in zip(self.spec.rows, self._starts, self._counts, strict=True):
            if name == table:
                return range(start, start + count)
        raise InvalidArgument(f"there is no table {table!r}")

    def owed(self, stored: Collection[int]) -> Iterator[int]:
        """The indexes not yet stored, lowest first."""
        return (index for index in range(self.count) if index not in stored)


class Owed:
    """Which chunks of a job are not stored yet: a byte each, searched at the speed of memory, so
    that the next one costs the same whatever lies before it."""

    def __init__(self, count: int, stored: Collection[int]) -> None:
        self._stored = bytearray(count)
        for index in stored:
            self.store(index)

    def __contains__(self, index: int) -> bool:
        return not self._stored[index]

    def __iter__(self) -> Iterator[int]:
        """Lowest first, each looked up when it is reached, so that none was stored meanwhile."""
        index = -1
        while (index := self._stored.find(0, index + 1)) >= 0:
            yield index

    def store(self, index: int) -> None:
        self._stored[index] = 1
