"""What a model answered and we accepted, durable before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..ports import Answer, JobStore

Cells = tuple[Any, ...]


@dataclass(slots=True)
class Entry:
    """What is recorded under one key: `parts` as they came, the first of a row is the row's.

    An empty part closes the entry: what is not there will not come any more.
    """

    key: str
    rows: dict[int, Cells] = field(default_factory=dict)
    parts: int = 0
    is_closed: bool = False

    @property
    def next(self) -> str:
        """Where the next part stands."""
        return f"{self.key}.{self.parts}" if self.parts else self.key

    def lacking(self, rows: Mapping[int, Cells]) -> dict[str, Answer]:
        """Those of `rows` that are not recorded, under the key of their part; nothing if none."""
        fresh = tuple(sorted((row, rows[row]) for row in rows if row not in self.rows))
        return {self.next: Answer(fresh)} if fresh else {}

    def take(self, kept: Mapping[str, Answer]) -> None:
        """The next part, if it is among these: another call may have brought it already."""
        part = kept.get(self.next)
        if part is None:
            return
        self.parts += 1
        self.is_closed = self.is_closed or not part.rows
        for row, cells in part.rows:
            self.rows.setdefault(row, cells)


@dataclass(frozen=True, slots=True)
class Journal:
    jobs: JobStore

    async def entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        """What is recorded under each key, as far as its first part."""
        kept = await self.jobs.answers(keys) if keys else {}
        found = {key: Entry(key) for key in keys}
        for entry in found.values():
            entry.take(kept)
        return found

    async def read(self, entry: Entry, wanted: int) -> Entry:
        """Its further parts, up to `wanted` rows."""
        while entry.parts and len(entry.rows) < wanted and not entry.is_closed:
            key = entry.next
            part = await self.jobs.answer(key)
            if part is None:
                break
            entry.take({key: part})
        return entry

    async def add(self, entry: Entry, rows: Mapping[int, Cells]) -> None:
        """Record rows. Where another process was first with some, its rows are the rows."""
        while part := entry.lacking(rows):
            await self.record(entry, part)

    async def close(self, entry: Entry) -> None:
        while not entry.is_closed:
            await self.record(entry, {entry.next: Answer(())})

    async def record(self, entry: Entry, part: Mapping[str, Answer]) -> None:
        entry.take({key: await self.jobs.record_answer(key, one) for key, one in part.items()})
