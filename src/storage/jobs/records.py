"""Job records in SQLite, for one thread: every method is one transaction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from ...core.errors import AlreadyExists, Conflict, NotFound
from ...core.models import ChunkMetadata, Job, JobSpecification, JobState, Tally
from ...core.ports import JobEvent
from . import chunks as jobs_chunks
from . import rows as jobs_rows
from . import spending
from .copies import NoCopies
from .cursors import cursor_of, number_of
from .opening import OpenStore
from .rows import JOB_COLUMNS
from .seals import REBUILD, damaged, opened, sealed
from .texts import Shelf, Texts

if TYPE_CHECKING:
    from .together import Call

SPECIFICATIONS_KEPT = 1024
IDS_AT_ONCE = 500
"""In one query; SQLite takes no more than 32,766 values."""

_Row = tuple[Any, ...]
_JOB = f"SELECT {JOB_COLUMNS}, seal FROM job "  # noqa: S608 - constants
_IN_JOB = "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SET_JOB = (
    f"UPDATE job SET ({JOB_COLUMNS}, seal) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 - constants
    "WHERE number = ?"
)
_EVENT = "SELECT number, event_number, at, event, state, detail, seal FROM job_event "


class Records:
    """Errors are sqlite3's own or ours; `now` stamps what is written.

    What `copies` keeps as files is written before the transaction that it belongs to ends.
    """

    def __init__(self, store: OpenStore, now: Callable[[], float], copies: NoCopies) -> None:
        self._store = store
        self._db = store.db
        self._now = now
        self._copies = copies
        self._texts = Texts(self._db, copies)
        # What a job was specified to be never changes, and is dear to parse.
        self._specs: OrderedDict[int, JobSpecification] = OrderedDict()

    def catch_up(self) -> None:
        """Take up the texts that came into the journal and into no commit."""
        with self._transaction("DEFERRED"):
            is_behind = self._texts.is_behind()
        if is_behind:
            with self._transaction("IMMEDIATE"):
                self._texts.catch_up()

    def again(self, busy_s: float) -> Records:
        """For another thread, on a connection of its own; it can only look."""
        return Records(self._store.again(busy_s), self._now, self._copies)

    def wait_for_others(self, seconds: float) -> None:
        """How long whoever holds the store is waited for from now on."""
        self._db.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")

    def close(self) -> None:
        self._store.close()

    # ── jobs ──────────────────────────────────────────────────────────────────────────────────

    def create(self, job: Job) -> Job:
        job = job.evolve(updated_at=self._now())
        with self._transaction("IMMEDIATE"):
            if self._db.execute("SELECT 1 FROM job WHERE job_id = ?", (job.job_id,)).fetchone():
                hint = "create it again: each job gets an id of its own"
                raise AlreadyExists(f"there is a job {job.job_id}", hint=hint)
            number = self.insert(job)
            self._event(number, job, "create", "")
            self._copies.created(job)  # the last step: what fails before leaves no file behind
        self._show(number, job, changed=True)
        return job

    def get(self, job_id: str) -> Job:
        with self._transaction("DEFERRED"):
            return self._job(self._row(job_id))

    def replace(self, job: Job, seen: int, event: str, detail: str) -> Job:
        with self._transaction("IMMEDIATE"):
            row = self._row(job.job_id)
            before = self._job(row)
            if before.version != seen:
                text = f"the job changed meanwhile (version {before.version}, {seen} was seen)"
                raise Conflict(text, hint="look at it again, then decide")
            # Attempts, owner and specification do not move by this way.
            moved = before.evolve(
                name=job.name, state=job.state, wanted=job.wanted, problem=job.problem
            )
            moved = self._moved(row[0], moved, event, detail)
        self._show(row[0], moved, changed=True)
        return moved

    def begin_attempt(self, job_id: str) -> Job:
        with self._transaction("IMMEDIATE"):
            row = self._row(job_id)
            job = self._job(row)
            job = job.evolve(attempt=job.attempt + 1)
            job = self._moved(row[0], job, "attempt", f"attempt {job.attempt}")
        self._show(row[0], job, changed=True)
        return job

    def page(
        self, state: JobState | None, limit: int, cursor: str | None
    ) -> tuple[Sequence[Job], str | None]:
        # Strings compare above every number in SQLite: without a cursor, all jobs come before it.
        before: int | str = "" if cursor is None else number_of(cursor)
        query, values = _JOB + "WHERE number < ?", [before]
        if state is not None:
            query += " AND state = ?"
            values.append(str(state))
        with self._transaction("DEFERRED"):
            found = self._db.execute(
                f"{query} ORDER BY number DESC LIMIT ?", [*values, limit + 1]
            ).fetchall()
            jobs = [self._job(opened(row, f"job {row[1]}")) for row in found[:limit]]
        return jobs, cursor_of(found[limit - 1][0]) if len(found) > limit else None

    def delete(self, job_id: str) -> None:
        with self._transaction("IMMEDIATE"):
            number = self._number(job_id)
            # Its files go first: what a rebuild finds in them would come back.
            self._copies.deleted(job_id)
            self._db.execute("DELETE FROM job WHERE number = ?", (number,))
            self._specs.pop(number, None)

    def events(self, job_id: str) -> Sequence[JobEvent]:
        with self._transaction("DEFERRED"):
            number = self._number(job_id)
            rows = self._db.execute(_EVENT + "WHERE number = ? ORDER BY event_number", (number,))
            return tuple(_event(row) for row in rows)

    # ── chunks and usage ──────────────────────────────────────────────────────────────────────

    def commit_chunk(self, chunk: ChunkMetadata) -> Job:
        with self._transaction("IMMEDIATE"):
            row = self._row(chunk.key.job_id)
            job = self._job(row)
            jobs_chunks.refuse_late(chunk, job.state, job.attempt)
            jobs_chunks.commit(self._db, row[0], chunk)
        self._show(row[0], job, changed=False)
        return job

    def forget_chunk(self, job_id: str, index: int) -> None:
        with self._transaction("IMMEDIATE"):
            row = self._row(job_id)
            if jobs_chunks.forget(self._db, row[0], index):
                self._event(row[0], self._job(row), "forget_chunk", f"chunk {index}")

    def chunk(self, job_id: str, index: int) -> ChunkMetadata | None:
        with self._transaction("DEFERRED"):
            return jobs_chunks.one(self._db, self._number(job_id), index)

    def chunks(self, job_id: str, after: int, limit: int) -> list[ChunkMetadata]:
        with self._transaction("DEFERRED"):
            return jobs_chunks.page(self._db, self._number(job_id), after, limit)

    def stored(self, job_id: str) -> frozenset[int]:
        with self._transaction("DEFERRED"):
            return jobs_chunks.stored(self._db, self._number(job_id))

    def next_owed(self, job_id: str, total: int, besides: Collection[int]) -> int | None:
        with self._transaction("DEFERRED"):
            return jobs_chunks.next_owed(self._db, self._number(job_id), total, besides)

    def tally(self, job_id: str) -> Tally:
        with self._transaction("DEFERRED"):
            number = self._number(job_id)
            return spending.tallies(self._db, [number])[number]

    def standing(self, job_id: str) -> tuple[Job, Tally]:
        with self._transaction("DEFERRED"):
            row = self._row(job_id)
            return self._job(row), spending.tallies(self._db, [row[0]])[row[0]]

    def tallies(self, job_ids: Sequence[str]) -> dict[str, Tally]:
        with self._transaction("DEFERRED"):
            found: dict[str, Tally] = {}
            for start in range(0, len(job_ids), IDS_AT_ONCE):
                found |= self._tallies(job_ids[start : start + IDS_AT_ONCE])
        return {job_id: found[job_id] for job_id in job_ids if job_id in found}

    def record_usage(self, calls: Sequence[Call]) -> None:
        """All or none; each call is told the texts that stand under its answers' keys now."""
        texts: dict[str, str] = {}
        for call in reversed(calls):  # of two about one key the first one's stays
            texts |= call.answers
        with self._transaction("IMMEDIATE"):
            notes = {}
            for job_id in dict.fromkeys(call.job_id for call in calls):
                spent, rejected = spending.summed(call for call in calls if call.job_id == job_id)
                spending.add(self._db, self._number(job_id), spent, rejected)
                notes[job_id] = spending.entry(spent, rejected)
            kept = self._texts.keep("answer", texts)
            for job_id, note in notes.items():
                # Not durable by itself: the commit is, and a sum of money may lack a call where
                # both the power and the job store were lost.
                self._copies.noted(job_id, note, durable=False)
        for call in calls:
            call.kept = {key: kept[key] for key in call.answers}

    # ── texts by key ──────────────────────────────────────────────────────────────────────────

    def keep(self, shelf: Shelf, texts: Mapping[str, str]) -> dict[str, str]:
        """The texts that have the keys now: the first ones that came."""
        with self._transaction("IMMEDIATE"):
            return self._texts.keep(shelf, texts)

    def kept(self, shelf: Shelf, keys: Sequence[str]) -> dict[str, str]:
        """Those that there are."""
        with self._transaction("DEFERRED"):
            return self._texts.kept(shelf, keys)

    # ── as a whole ────────────────────────────────────────────────────────────────────────────

    def restore(
        self,
        job: Job,
        events: Sequence[JobEvent],
        spent: Sequence[spending.Spent],
        rejected: Mapping[str, int],
        chunks: Sequence[tuple[ChunkMetadata, bool]],
    ) -> None:
        """A job as files tell it; each chunk with whether its bytes are there."""
        with self._transaction("IMMEDIATE"):
            number = self.insert(job)
            for event in events:
                self._insert_event(number, event)
            spending.add(self._db, number, spent, rejected)
            for chunk, present in chunks:
                put = jobs_chunks.commit if present else jobs_chunks.remember
                put(self._db, number, chunk)

    def insert(self, job: Job) -> int:
        """Inside a transaction. The job's number."""
        query = "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'job'"
        (number,) = self._db.execute(query).fetchone()
        self._db.execute(_IN_JOB, sealed(jobs_rows.job_values(number, job)))
        text = jobs_rows.specification_text(job.spec)
        self._db.execute("INSERT INTO specification VALUES (?, ?, ?)", sealed((number, text)))
        return int(number)

    def copy_all(self) -> None:
        """Into the files, for what an older rowmill kept without them."""
        with self._transaction("IMMEDIATE"):
            for row in self._db.execute(_JOB + "ORDER BY number").fetchall():
                job = self._job(opened(row, f"job {row[1]}"))
                self._copies.rewrite(job, self._notes(row[0], job))
            self._texts.copy_all()
            self._db.execute("DELETE FROM meta WHERE key = 'uncopied'")

    def check(self) -> None:
        """Reads everything. Raises: StoreDamaged: of several damages the first; sqlite3.Error."""
        (found,) = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise damaged("a table")
        with self._transaction("DEFERRED"):
            rows = self._db.execute(_JOB + "ORDER BY number").fetchall()
            for row in rows:
                self._specs.pop(row[0], None)
                self._job(opened(row, f"job {row[1]}"))
                self._check_events(row[0])
                jobs_chunks.check(self._db, row[0])
                spending.tallies(self._db, [row[0]])
            self._texts.check()

    def unknown(self) -> list[str]:
        """Jobs of which there are files that tell what they are, and no record."""
        with self._transaction("DEFERRED"):
            known = {job_id for (job_id,) in self._db.execute("SELECT job_id FROM job")}
        found = (job_id for job_id in self._copies.job_ids() if job_id not in known)
        return [job_id for job_id in found if self._copies.can_tell(job_id)]

    # ── below ─────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _transaction(self, kind: Literal["IMMEDIATE", "DEFERRED"]) -> Iterator[None]:
        self._store.refuse_if_gone()
        self._db.execute(f"BEGIN {kind}")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite has rolled back by itself after some errors
                self._db.execute("ROLLBACK")
            raise

    def _row(self, job_id: str) -> _Row:
        row: _Row | None = self._db.execute(_JOB + "WHERE job_id = ?", (job_id,)).fetchone()
        if row is None:
            hint = "list_jobs shows the jobs there are"
            if job_id in self._copies.job_ids():
                hint = f"its files are there, its record is not; restore it with: {REBUILD}"
            raise NotFound(f"there is no job {job_id[:80]!r}", hint=hint)
        return opened(row, f"job {job_id}")

    def _number(self, job_id: str) -> int:
        return int(self._row(job_id)[0])

    def _job(self, row: _Row) -> Job:
        return jobs_rows.job(row, self._specification(row[0]))

    def _specification(self, number: int) -> JobSpecification:
        spec = self._specs.get(number)
        if spec is None:
            query = "SELECT number, document, seal FROM specification WHERE number = ?"
            row = self._db.execute(query, (number,)).fetchone()
            if row is None:
                raise damaged("the specification of a job")
            text = opened(row, "the specification of a job")[1]
            spec = self._specs[number] = jobs_rows.specification(text)
            if len(self._specs) > SPECIFICATIONS_KEPT:
                self._specs.popitem(last=False)
        self._specs.move_to_end(number)
        return spec

    def _moved(self, number: int, job: Job, event: str, detail: str) -> Job:
        """The job's next version with its event."""
        job = job.evolve(version=job.version + 1, updated_at=self._now())
        self._db.execute(_SET_JOB, (*sealed(jobs_rows.job_values(number, job)), number))
        self._copies.noted(job.job_id, jobs_rows.note(job, self._event(number, job, event, detail)))
        return job

    def _event(self, number: int, job: Job, event: str, detail: str) -> JobEvent:
        query = "SELECT coalesce(max(event_number), 0) + 1 FROM job_event WHERE number = ?"
        (following,) = self._db.execute(query, (number,)).fetchone()
        made = JobEvent(following, self._now(), event, job.state, detail)
        self._insert_event(number, made)
        return made

    def _notes(self, number: int, job: Job) -> Iterator[dict[str, Any]]:
        rows = self._db.execute(_EVENT + "WHERE number = ? ORDER BY event_number", (number,))
        for event in map(_event, rows.fetchall()):
            if event.event != "create":
                yield jobs_rows.note(job.evolve(state=event.state), event)
        tally = spending.tallies(self._db, [number])[number]
        if tally.usage_by or tally.rejected:
            yield spending.entry(tally.usage_by, dict(tally.rejected))

    def _insert_event(self, number: int, made: JobEvent) -> None:
        words = (str(made.event), str(made.state), made.detail)
        values = (number, made.number, float(made.at), *words)
        self._db.execute("INSERT INTO job_event VALUES (?, ?, ?, ?, ?, ?, ?)", sealed(values))

    def _check_events(self, number: int) -> None:
        rows = self._db.execute(_EVENT + "WHERE number = ? ORDER BY event_number", (number,))
        found = [_event(row).number for row in rows]
        if not found or found != list(range(1, len(found) + 1)):
            raise damaged("the list of a job's events")

    def _tallies(self, job_ids: Sequence[str]) -> dict[str, Tally]:
        places = ", ".join("?" * len(job_ids))
        query = f"SELECT number, job_id FROM job WHERE job_id IN ({places})"  # noqa: S608 - constants
        numbers = dict(self._db.execute(query, tuple(job_ids)))
        found = spending.tallies(self._db, numbers)
        return {job_id: found[number] for number, job_id in numbers.items()}

    def _show(self, number: int, job: Job, *, changed: bool) -> None:
        """After the commit: what people look at follows, and never decides."""
        self._copies.shown(
            job, lambda: spending.tallies(self._db, [number])[number], changed=changed
        )


def _event(row: _Row) -> JobEvent:
    _, number, at, event, state, detail = opened(row, "a job's event")
    return JobEvent(number, at, event, JobState(state), detail)
