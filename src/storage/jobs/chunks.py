"""Which chunks a job has: the facts from which progress is derived."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from ...core.errors import ChunkDamaged, Conflict
from ...core.models import ChunkMetadata, JobState, Tally, Usage
from . import rows as jobs_rows
from .rows import CHUNK_COLUMNS

TAKES_CHUNKS = frozenset({JobState.SCHEMA_VALIDATION, JobState.GENERATING, JobState.PAUSED})

USAGE_COLUMNS = ", ".join(Usage.__slots__)
_INSERT = f"INSERT INTO chunk (number, {CHUNK_COLUMNS}, present) VALUES (?{', ?' * 10}, 1)"  # noqa: S608 - constants


def commit(db: sqlite3.Connection, number: int, chunk: ChunkMetadata) -> None:
    """Inside a transaction that has looked at the job already.

    Raises:
        ChunkDamaged: the chunk was recorded with other bytes before.
    """
    key = chunk.key
    known = db.execute(
        "SELECT sha256, present FROM chunk WHERE number = ? AND chunk_index = ?",
        (number, key.index),
    ).fetchone()
    if known is None:
        db.execute(_INSERT, (number, *jobs_rows.chunk_values(chunk)))
        return
    sha256, present = known
    if sha256 != chunk.sha256:
        raise ChunkDamaged(
            f"chunk {key.index} ({key.file_name}) came out otherwise than it is recorded",
            hint="a job's rows never change: make it on the machine and version that began it, "
            "or create the job anew",
        )
    if not present:
        db.execute(
            "UPDATE chunk SET present = 1, attempt = ?, seconds = ?, stored_at = ? "
            "WHERE number = ? AND chunk_index = ?",
            (chunk.attempt, chunk.seconds, chunk.stored_at, number, key.index),
        )


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
    done = db.execute(
        "UPDATE chunk SET present = 0 WHERE number = ? AND chunk_index = ? AND present",
        (number, index),
    )
    return done.rowcount == 1


def one(db: sqlite3.Connection, job_id: str, number: int, index: int) -> ChunkMetadata | None:
    return next(iter(_select(db, job_id, "AND chunk_index = ?", (number, index))), None)


def every(db: sqlite3.Connection, job_id: str, number: int) -> tuple[ChunkMetadata, ...]:
    return _select(db, job_id, "ORDER BY chunk_index", (number,))


def _select(
    db: sqlite3.Connection, job_id: str, rest: str, values: tuple[Any, ...]
) -> tuple[ChunkMetadata, ...]:
    query = f"SELECT {CHUNK_COLUMNS} FROM chunk WHERE number = ? AND present {rest}"  # noqa: S608 - constants
    return tuple(jobs_rows.chunk(job_id, row) for row in db.execute(query, values))


def stored(db: sqlite3.Connection, number: int) -> frozenset[int]:
    query = "SELECT chunk_index FROM chunk WHERE number = ? AND present"
    return frozenset(index for (index,) in db.execute(query, (number,)))


def tally(db: sqlite3.Connection, number: int) -> Tally:
    sums = db.execute(
        "SELECT table_name, chunks, rows, bytes FROM chunk_sum WHERE number = ? AND chunks > 0 "
        "ORDER BY table_name",
        (number,),
    ).fetchall()
    used = db.execute(
        f"SELECT table_name, fields, {USAGE_COLUMNS} FROM model_usage WHERE number = ?",  # noqa: S608 - constants
        (number,),
    ).fetchall()
    rejected = db.execute(
        "SELECT reason, rows FROM rejected WHERE number = ? ORDER BY reason", (number,)
    ).fetchall()
    return Tally(
        chunks=sum(chunks for _, chunks, _, _ in sums),
        rows=sum(rows for _, _, rows, _ in sums),
        bytes=sum(size for _, _, _, size in sums),
        rows_by_table=tuple((table, rows) for table, _, rows, _ in sums),
        usage=sum((Usage(*counts) for _, _, *counts in used), Usage()),
        usage_by=tuple((table, fields, Usage(*counts)) for table, fields, *counts in used),
        rejected=tuple(rejected),
    )


def add_usage(
    db: sqlite3.Connection,
    number: int,
    what: tuple[str, str],
    usage: Usage,
    rejected: Mapping[str, int],
) -> None:
    """`what`: the table and its fields that the usage was for."""
    names = USAGE_COLUMNS.split(", ")
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in names)
    places = ", ".join("?" * (3 + len(names)))
    db.execute(
        f"INSERT INTO model_usage VALUES ({places}) ON CONFLICT DO UPDATE SET {sums}",  # noqa: S608 - constants
        (number, *what, *(getattr(usage, name) for name in names)),
    )
    db.executemany(
        "INSERT INTO rejected VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
        "rows = rows + excluded.rows",
        [(number, reason, rows) for reason, rows in rejected.items()],
    )
