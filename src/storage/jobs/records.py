"""Job records in SQLite, for one thread: every method is one transaction."""

from __future__ import annotations

import base64
import binascii
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from ...core.errors import AlreadyExists, Conflict, InvalidArgument, NotFound
from ...core.models import ChunkMetadata, Job, JobSpecification, JobState, Tally, Usage
from ...core.ports import JobEvent
from . import chunks as jobs_chunks
from . import rows as jobs_rows
from .rows import JOB_COLUMNS
from .tables import prepare

BUSY_TIMEOUT_S = 10.0
SPECIFICATIONS_KEPT = 1024

_Row = tuple[Any, ...]
_IN_JOB = "INSERT INTO job VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

# Texts kept by key: the first one stays.
_Shelf = Literal["schema_document", "answer"]
_KEEP: dict[_Shelf, str] = {
    "schema_document": "INSERT INTO schema_document VALUES (?, ?) ON CONFLICT DO NOTHING",
    "answer": "INSERT INTO answer VALUES (?, ?) ON CONFLICT DO NOTHING",
}
_KEPT: dict[_Shelf, str] = {
    "schema_document": "SELECT document FROM schema_document WHERE schema_id = ?",
    "answer": "SELECT rows FROM answer WHERE key = ?",
}


class Records:
    """Errors are sqlite3's own or ours; `now` stamps what is written."""

    def __init__(self, path: Path | str, now: Callable[[], float]) -> None:
        self._now = now
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
        # What a job was specified to be never changes, and is dear to parse.
        self._specs: OrderedDict[int, JobSpecification] = OrderedDict()
        try:
            prepare(self._db)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    # ── jobs ──────────────────────────────────────────────────────────────────────────────────

    def create(self, job: Job) -> Job:
        with self._transaction("IMMEDIATE"):
            values = (job.name, job.owner, job.state, job.version, job.attempt, job.wanted)
            times = (job.problem, job.created_at, self._now())
            try:
                made = self._db.execute(_IN_JOB, (job.job_id, *values, *times))
            except sqlite3.IntegrityError:
                hint = "create it again: each job gets an id of its own"
                raise AlreadyExists(f"there is a job {job.job_id}", hint=hint) from None
            number = made.lastrowid
            text = jobs_rows.specification_text(job.spec)
            self._db.execute("INSERT INTO specification VALUES (?, ?)", (number, text))
            self._event(number, "create", job.state, "")
            return self._job(self._row(job.job_id))

    def get(self, job_id: str) -> Job:
        with self._transaction("DEFERRED"):
            return self._job(self._row(job_id))

    def replace(self, job: Job, seen: int, event: str, detail: str) -> Job:
        with self._transaction("IMMEDIATE"):
            number, *_, version = self._row(job.job_id)[:6]
            if version != seen:
                text = f"the job changed meanwhile (version {version}, {seen} was seen)"
                raise Conflict(text, hint="look at it again, then decide")
            # Attempts, owner and specification do not move by this way.
            self._db.execute(
                "UPDATE job SET name = ?, state = ?, wanted = ?, problem = ?, updated_at = ?, "
                "version = version + 1 WHERE number = ?",
                (job.name, job.state, job.wanted, job.problem, self._now(), number),
            )
            self._event(number, event, job.state, detail)
            return self._job(self._row(job.job_id))

    def begin_attempt(self, job_id: str) -> Job:
        with self._transaction("IMMEDIATE"):
            number = self._number(job_id)
            self._db.execute(
                "UPDATE job SET attempt = attempt + 1, version = version + 1, updated_at = ? "
                "WHERE number = ?",
                (self._now(), number),
            )
            job = self._job(self._row(job_id))
            self._event(number, "attempt", job.state, f"attempt {job.attempt}")
            return job

    def page(
        self, state: JobState | None, limit: int, cursor: str | None
    ) -> tuple[Sequence[Job], str | None]:
        # Strings compare above every number in SQLite: without a cursor, all jobs come before it.
        before: int | str = "" if cursor is None else _number_of(cursor)
        query = f"SELECT {JOB_COLUMNS} FROM job WHERE number < ?"  # noqa: S608 - constants
        values: list[Any] = [before]
        if state is not None:
            query += " AND state = ?"
            values.append(state)
        with self._transaction("DEFERRED"):
            found = self._db.execute(
                f"{query} ORDER BY number DESC LIMIT ?", [*values, limit + 1]
            ).fetchall()
            jobs = [self._job(row) for row in found[:limit]]
        return jobs, _cursor(found[limit - 1][0]) if len(found) > limit else None

    def delete(self, job_id: str) -> None:
        with self._transaction("IMMEDIATE"):
            number = self._number(job_id)
            self._db.execute("DELETE FROM job WHERE number = ?", (number,))
            self._specs.pop(number, None)

    def events(self, job_id: str) -> Sequence[JobEvent]:
        query = (
            "SELECT event_number, at, event, state, detail FROM job_event WHERE number = ? "
            "ORDER BY event_number"
        )
        with self._transaction("DEFERRED"):
            rows = self._db.execute(query, (self._number(job_id),)).fetchall()
        return tuple(
            JobEvent(number, at, event, JobState(state), detail)
            for number, at, event, state, detail in rows
        )

    # ── chunks and usage ──────────────────────────────────────────────────────────────────────

    def commit_chunk(self, chunk: ChunkMetadata) -> Job:
        with self._transaction("IMMEDIATE"):
            row = self._row(chunk.key.job_id)
            job = self._job(row)
            jobs_chunks.refuse_late(chunk, job.state, job.attempt)
            jobs_chunks.commit(self._db, row[0], chunk)
            return job

    def forget_chunk(self, job_id: str, index: int) -> None:
        with self._transaction("IMMEDIATE"):
            row = self._row(job_id)
            if jobs_chunks.forget(self._db, row[0], index):
                self._event(row[0], "forget_chunk", JobState(row[4]), f"chunk {index}")

    def chunk(self, job_id: str, index: int) -> ChunkMetadata | None:
        with self._transaction("DEFERRED"):
            return jobs_chunks.one(self._db, job_id, self._number(job_id), index)

    def chunks(self, job_id: str) -> Sequence[ChunkMetadata]:
        with self._transaction("DEFERRED"):
            return jobs_chunks.every(self._db, job_id, self._number(job_id))

    def stored(self, job_id: str) -> frozenset[int]:
        with self._transaction("DEFERRED"):
            return jobs_chunks.stored(self._db, self._number(job_id))

    def tally(self, job_id: str) -> Tally:
        with self._transaction("DEFERRED"):
            return jobs_chunks.tally(self._db, self._number(job_id))

    def record_usage(
        self, job_id: str, what: tuple[str, str], usage: Usage, rejected: Mapping[str, int]
    ) -> None:
        with self._transaction("IMMEDIATE"):
            jobs_chunks.add_usage(self._db, self._number(job_id), what, usage, rejected)

    # ── texts by key ──────────────────────────────────────────────────────────────────────────

    def keep(self, shelf: _Shelf, key: str, text: str) -> str:
        """The text that has the key now: the first one that came."""
        with self._transaction("IMMEDIATE"):
            self._db.execute(_KEEP[shelf], (key, text))
            (kept,) = self._db.execute(_KEPT[shelf], (key,)).fetchone()
            return str(kept)

    def kept(self, shelf: _Shelf, key: str) -> str | None:
        row = self._db.execute(_KEPT[shelf], (key,)).fetchone()
        return None if row is None else str(row[0])

    # ── below ─────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _transaction(self, kind: Literal["IMMEDIATE", "DEFERRED"]) -> Iterator[None]:
        self._db.execute(f"BEGIN {kind}")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite has rolled back by itself after some errors
                self._db.execute("ROLLBACK")
            raise

    def _row(self, job_id: str) -> _Row:
        query = f"SELECT {JOB_COLUMNS} FROM job WHERE job_id = ?"  # noqa: S608 - constants
        row: _Row | None = self._db.execute(query, (job_id,)).fetchone()
        if row is None:
            hint = "list_jobs shows the jobs there are"
            raise NotFound(f"there is no job {job_id[:80]!r}", hint=hint)
        return row

    def _number(self, job_id: str) -> int:
        return int(self._row(job_id)[0])

    def _job(self, row: _Row) -> Job:
        return jobs_rows.job(row, self._specification(row[0]))

    def _specification(self, number: int) -> JobSpecification:
        spec = self._specs.get(number)
        if spec is None:
            query = "SELECT document FROM specification WHERE number = ?"
            (text,) = self._db.execute(query, (number,)).fetchone()
            spec = self._specs[number] = jobs_rows.specification(text)
            if len(self._specs) > SPECIFICATIONS_KEPT:
                self._specs.popitem(last=False)
        self._specs.move_to_end(number)
        return spec

    def _event(self, number: int | None, event: str, state: JobState, detail: str) -> None:
        self._db.execute(
            "INSERT INTO job_event SELECT ?1, coalesce(max(event_number), 0) + 1, ?2, ?3, ?4, ?5 "
            "FROM job_event WHERE number = ?1",
            (number, self._now(), event, state, detail),
        )


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(b"j%d" % number).decode()


def _number_of(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    number = text.removeprefix("j")
    # 18 digits fit what SQLite compares as an integer.
    if text == number or not (number.isascii() and number.isdigit() and len(number) <= 18):
        hint = "leave it out, or give back the cursor of the last page as it was"
        raise InvalidArgument("that is not a cursor of list_jobs", hint=hint)
    return int(number)
