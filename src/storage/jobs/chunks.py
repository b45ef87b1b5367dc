"""Which chunks a job has: the facts from which progress is derived."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from itertools import count, groupby
from typing import Any

from ...core.errors import ChunkDamaged, Conflict
from ...core.models import ChunkMetadata, JobState
from . import rows as jobs_rows
from .rows import CHUNK_COLUMNS
from .seals import damaged, opened, sealed

TAKES_CHUNKS = frozenset({JobState.SCHEMA_VALIDATION, JobState.GENERATING, JobState.PAUSED})

_ALL = f"number, {CHUNK_COLUMNS}, present, seal"
_PLACES = ", ".join("?" * (_ALL.count(",") + 1))

Sums = dict[str, tuple[int, int, int]]
"""By table: chunks, rows, bytes."""


def commit(db: sqlite3.Connection, number: int, chunk: ChunkMetadata) -> None:
    """Inside a transaction that has looked at the job already.

    Raises:
        ChunkDamaged: the chunk was recorded with other bytes before.
    """
    known = _known(db, number, chunk.key.index)
    if known is None:
        _write(db, number, chunk, present=True)
        _count(db, number, chunk, 1)
        return
    before, present = known
    if before.sha256 != chunk.sha256:
        raise ChunkDamaged(
            f"chunk {chunk.key.index} ({chunk.key.file_name}) came out otherwise than it is "
            "recorded",
            hint="a job's rows never change: make it on the machine and version that began it, "
            "or create the job anew",
        )
    if not present:
        _write(db, number, chunk, present=True)
        _count(db, number, chunk, 1)


def remember(db: sqlite3.Connection, number: int, chunk: ChunkMetadata) -> None:
    """A chunk that is owed, but whose bytes are known."""
    _write(db, number, chunk, present=False)


def refuse_late(chunk: ChunkMetadata, state: JobState, attempt: int) -> None:
    """Raises: Conflict: the chunk's maker no longer holds the job, or the job is over."""
    if chunk.attempt != attempt:
        text = f"chunk {chunk.key.index} was made in attempt {chunk.attempt}, now is {attempt}"
        raise Conflict(text, hint="another process runs this job; nothing is lost")
    if state not in TAKES_CHUNKS:
        hint = "look at the job again; the chunk was not recorded"
        raise Conflict(f"a job that is {state} takes no chunks", hint=hint)


def forget(db: sqlite3.Connection, number: int, index: int) -> bool:
    """Whether there was anything to forget."""
    chunk, present = _known(db, number, index) or (None, False)
    if chunk is None or not present:
        return False
    _write(db, number, chunk, present=False)
    _count(db, number, chunk, -1)
    return True


def one(db: sqlite3.Connection, number: int, index: int) -> ChunkMetadata | None:
    chunk, present = _known(db, number, index) or (None, False)
    return chunk if present else None


def page(db: sqlite3.Connection, number: int, after: int, limit: int) -> list[ChunkMetadata]:
    """Chunks that are present, from the one behind `after`, by index."""
    query = f"SELECT {_ALL} FROM chunk WHERE number = ? AND chunk_index > ? AND present "  # noqa: S608 - constants
    job_id = _job_id(db, number)
    found = db.execute(query + "ORDER BY chunk_index LIMIT ?", (number, after, limit))
    return [_chunk(job_id, row)[0] for row in found]


def stored(db: sqlite3.Connection, number: int) -> frozenset[int]:
    query = "SELECT chunk_index FROM chunk WHERE number = ? AND present"
    return frozenset(index for (index,) in db.execute(query, (number,)))


def next_owed(
    db: sqlite3.Connection, number: int, total: int, besides: Collection[int]
) -> int | None:
    """The lowest index below `total` that is neither stored nor in `besides`."""
    first = _front(db, number)
    found = _first_gap(db, number, first, total, besides)
    if found is None and first and _chunks(db, number) + len(set(besides)) < total:
        found = _first_gap(db, number, 0, total, besides)
    return found


def sums(db: sqlite3.Connection, numbers: Collection[int]) -> dict[int, Sums]:
    """By job."""
    places = ", ".join("?" * len(numbers))
    rows = db.execute(
        f"SELECT number, table_name, chunks, rows, bytes, seal FROM chunk_sum "  # noqa: S608 - constants
        f"WHERE number IN ({places}) ORDER BY number, table_name",
        tuple(numbers),
    )
    checked = (opened(row, "a job's sums") for row in rows)
    return {
        number: {table: (chunks, count_, size) for _, table, chunks, count_, size in of_job}
        for number, of_job in groupby(checked, key=lambda row: row[0])
    }


def check(db: sqlite3.Connection, number: int) -> None:
    """Raises: StoreDamaged: a record changed, or some are missing or too many."""
    counted: Sums = {}
    query = f"SELECT {_ALL} FROM chunk WHERE number = ? ORDER BY chunk_index"  # noqa: S608 - constants
    for row in db.execute(query, (number,)):
        chunk, present = _chunk("", row)
        if present:
            counted[chunk.key.table] = _plus(counted.get(chunk.key.table), chunk, 1)
    told = {table: of for table, of in sums(db, (number,)).get(number, {}).items() if of[0]}
    if counted != told:
        raise damaged("the list of a job's chunks")
    if _front(db, number) > _end_of_run(db, number, 0):
        raise damaged("the record of a job's next chunk")


# ── below ─────────────────────────────────────────────────────────────────────────────────────


def _known(db: sqlite3.Connection, number: int, index: int) -> tuple[ChunkMetadata, bool] | None:
    query = f"SELECT {_ALL} FROM chunk WHERE number = ? AND chunk_index = ?"  # noqa: S608 - constants
    row = db.execute(query, (number, index)).fetchone()
    return None if row is None else _chunk(_job_id(db, number), row)


def _chunk(job_id: str, row: tuple[Any, ...]) -> tuple[ChunkMetadata, bool]:
    values = opened(row, f"chunk {row[1]}")
    return jobs_rows.chunk(job_id, values[1:-1]), bool(values[-1])


def _job_id(db: sqlite3.Connection, number: int) -> str:
    (job_id,) = db.execute("SELECT job_id FROM job WHERE number = ?", (number,)).fetchone()
    return str(job_id)


def _write(db: sqlite3.Connection, number: int, chunk: ChunkMetadata, *, present: bool) -> None:
    values = sealed((number, *jobs_rows.chunk_values(chunk), int(present)))
    db.execute(f"INSERT OR REPLACE INTO chunk ({_ALL}) VALUES ({_PLACES})", values)  # noqa: S608 - constants


def _count(db: sqlite3.Connection, number: int, chunk: ChunkMetadata, sign: int) -> None:
    """Into the sums, and the front moves with it."""
    table = chunk.key.table
    before = sums(db, (number,)).get(number, {}).get(table)
    values = sealed((number, table, *_plus(before, chunk, sign)))
    db.execute("INSERT OR REPLACE INTO chunk_sum VALUES (?, ?, ?, ?, ?, ?)", values)
    first, index = _front(db, number), chunk.key.index
    if sign < 0:
        _set_front(db, number, min(first, index))
    elif index == first:
        _set_front(db, number, _end_of_run(db, number, first))


def _plus(
    sums_: tuple[int, int, int] | None, chunk: ChunkMetadata, sign: int
) -> tuple[int, int, int]:
    chunks, rows, size = sums_ or (0, 0, 0)
    return chunks + sign, rows + sign * chunk.key.rows, size + sign * chunk.bytes


def _chunks(db: sqlite3.Connection, number: int) -> int:
    return sum(chunks for chunks, _, _ in sums(db, (number,)).get(number, {}).values())


def _front(db: sqlite3.Connection, number: int) -> int:
    query = "SELECT number, first, seal FROM chunk_front WHERE number = ?"
    row = db.execute(query, (number,)).fetchone()
    return 0 if row is None else int(opened(row, "a job's next chunk")[1])


def _set_front(db: sqlite3.Connection, number: int, first: int) -> None:
    values = sealed((number, first))
    db.execute("INSERT OR REPLACE INTO chunk_front VALUES (?, ?, ?)", values)


def _present_from(db: sqlite3.Connection, number: int, first: int) -> Iterator[int]:
    query = (
        "SELECT chunk_index FROM chunk WHERE number = ? AND chunk_index >= ? AND present "
        "ORDER BY chunk_index"
    )
    return (index for (index,) in db.execute(query, (number, first)))


def _end_of_run(db: sqlite3.Connection, number: int, first: int) -> int:
    """The first index from `first` on that is not present."""
    wanted = first
    for index in _present_from(db, number, first):
        if index != wanted:
            break
        wanted += 1
    return wanted


def _first_gap(
    db: sqlite3.Connection, number: int, first: int, total: int, besides: Collection[int]
) -> int | None:
    present = _present_from(db, number, first)
    following = next(present, None)
    for index in count(first):
        if index >= total:
            return None
        if index == following:
            following = next(present, None)
        elif index not in besides:
            return index
    raise AssertionError("unreachable: counting has no end")
