"""What a model answered and we accepted, durable before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .ports import Answer, JobStore

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

    def take(self, part: Answer) -> None:
        self.parts += 1
        self.is_closed = self.is_closed or not part.rows
        for row, cells in part.rows:
            self.rows.setdefault(row, cells)


@dataclass(frozen=True, slots=True)
class Journal:
    jobs: JobStore

    async def read(self, key: str, wanted: int) -> Entry:
        """All parts up to `wanted` rows."""
        entry = Entry(key)
        while len(entry.rows) < wanted and not entry.is_closed:
            part = await self.jobs.answer(_name(entry))
            if part is None:
                break
            entry.take(part)
        return entry

    async def add(self, entry: Entry, rows: Mapping[int, Cells]) -> None:
        """Record rows. Where another process was first with some, its rows are the rows."""
        while fresh := {row: cells for row, cells in rows.items() if row not in entry.rows}:
            await self._record(entry, Answer(tuple(sorted(fresh.items()))))

    async def close(self, entry: Entry) -> None:
        while not entry.is_closed:
            await self._record(entry, Answer(()))

    async def _record(self, entry: Entry, part: Answer) -> None:
        entry.take(await self.jobs.record_answer(_name(entry), part))


def _name(entry: Entry) -> str:
    """Where the entry's next part stands."""
    return f"{entry.key}.{entry.parts}" if entry.parts else entry.key
