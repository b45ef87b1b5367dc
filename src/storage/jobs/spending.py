"""What model calls used and how many rows were turned away, by job."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...core.models import Tally, Usage
from .chunks import Sums, sums
from .seals import opened, sealed

if TYPE_CHECKING:
    from .together import Call

_COLUMNS = ", ".join(Usage.__slots__)
_USED = f"SELECT number, table_name, fields, {_COLUMNS}, seal FROM model_usage "  # noqa: S608 - constants
_SPEND = (
    f"INSERT INTO model_usage VALUES ({', '.join('?' * (len(Usage.__slots__) + 4))}) ON CONFLICT "  # noqa: S608 - constants
    f"DO UPDATE SET ({_COLUMNS}, seal) = "
    f"({', '.join(f'excluded.{name}' for name in (*Usage.__slots__, 'seal'))})"
)
_REJECTED = "SELECT number, reason, rows, seal FROM rejected "


Spent = tuple[str, str, Usage]
"""A table, its fields that were asked for, and what that used."""


def summed(calls: Iterable[Call]) -> tuple[list[Spent], dict[str, int]]:
    """What they used, and the rows that were turned away."""
    used: defaultdict[tuple[str, str], Usage] = defaultdict(Usage)
    rejected: Counter[str] = Counter()
    for call in calls:
        rejected.update(call.rejected)
        for table, fields, usage in call.spent:
            used[table, fields] += usage
    return [(*what, usage) for what, usage in used.items()], dict(rejected)


def add(
    db: sqlite3.Connection, number: int, spent: Iterable[Spent], rejected: Mapping[str, int]
) -> None:
    """Inside a transaction."""
    added: defaultdict[tuple[str, str], Usage] = defaultdict(Usage)
    for table, fields, usage in spent:
        added[table, fields] += usage
    for table in {table for table, _ in added}:
        rows = db.execute(_USED + "WHERE number = ? AND table_name = ?", (number, table))
        for _, _, fields, *counts in [opened(row, "a job's spending") for row in rows]:
            if (table, fields) in added:
                added[table, fields] += Usage(*counts)
    db.executemany(_SPEND, [sealed((number, *what, *added[what].counts)) for what in added])
    for reason, refused in rejected.items():
        _add_rejected(db, number, reason, refused)


def entry(spent: Sequence[Spent], rejected: Mapping[str, int]) -> dict[str, Any]:
    """For the job's journal."""
    used = [(table, fields, *usage.counts) for table, fields, usage in spent]
    return {"spent": used, "rejected": dict(rejected)}


def _add_rejected(db: sqlite3.Connection, number: int, reason: str, rows: int) -> None:
    row = db.execute(_REJECTED + "WHERE number = ? AND reason = ?", (number, reason)).fetchone()
    before = 0 if row is None else opened(row, "a job's rejected rows")[2]
    values = sealed((number, reason, before + rows))
    db.execute("INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?)", values)


def tallies(db: sqlite3.Connection, numbers: Collection[int]) -> dict[int, Tally]:
    """By job; whoever has nothing stored has an empty one."""
    where = f"WHERE number IN ({', '.join('?' * len(numbers))}) "
    used: dict[int, list[tuple[str, str, Usage]]] = {number: [] for number in numbers}
    for row in db.execute(_USED + where + "ORDER BY table_name, fields", tuple(numbers)):
        number, table, fields, *counts = opened(row, "a job's spending")
        used[number].append((table, fields, Usage(*counts)))
    rejected: dict[int, list[tuple[str, int]]] = {number: [] for number in numbers}
    for row in db.execute(_REJECTED + where + "ORDER BY reason", tuple(numbers)):
        number, reason, rows = opened(row, "a job's rejected rows")
        rejected[number].append((reason, rows))
    stored = sums(db, numbers)
    return {
        number: _tally(stored.get(number, {}), used[number], rejected[number]) for number in numbers
    }


def _tally(
    stored: Sums, used: list[tuple[str, str, Usage]], rejected: list[tuple[str, int]]
) -> Tally:
    present = {table: of for table, of in stored.items() if of[0]}
    return Tally(
        chunks=sum(chunks for chunks, _, _ in present.values()),
        rows=sum(rows for _, rows, _ in present.values()),
        bytes=sum(size for _, _, size in present.values()),
        rows_by_table=tuple((table, rows) for table, (_, rows, _) in present.items()),
        usage=sum((usage for _, _, usage in used), Usage()),
        usage_by=tuple(used),
        rejected=tuple(rejected),
    )
