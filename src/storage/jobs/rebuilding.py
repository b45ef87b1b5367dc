"""The job store made anew from the files that lie beside it and beside the chunks."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...core.errors import (
    Conflict,
    InvalidArgument,
    NewerFormat,
    RowmillError,
    StorageError,
    StoreDamaged,
)
from ...core.models import ChunkMetadata, Job, JobState, StorageKind
from ...core.planning import ChunkPlan
from ...core.ports import Clock, JobEvent, Leases, StorageHandler
from ...utils.checksums import canonical_sha256
from ..base import RECORDS, refusals_mapped
from ..files import Files
from ..manifest import job_manifest
from . import rows as jobs_rows
from .copies import FileCopies
from .faults import database_faults_mapped
from .history import History, read_history
from .home import alone
from .opening import OpenStore, connected, rebuilding
from .records import Records
from .tables import prepare, refuse_foreign

log = logging.getLogger("rowmill.rebuild")

Found = tuple[ChunkMetadata, bool]
"""A chunk as the file beside it says, and whether its bytes are there and right."""


@dataclass(frozen=True, slots=True)
class RestoredJob:
    """`lost`: sentences about what could not be restored of it."""

    job_id: str
    name: str
    state: JobState
    chunks: int
    owed: int
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`lost`: sentences about what could not be restored at all; `kept_aside`: the old files."""

    jobs: tuple[RestoredJob, ...]
    answers: int
    schemas: int
    lost: tuple[str, ...]
    kept_aside: tuple[str, ...]


@dataclass(slots=True)
class Rebuild:
    """`path`: the job store's; `folder` holds the jobs' folders; `storage` gives the handler of a
    kind."""

    path: Path
    folder: Path
    storage: Callable[[StorageKind], StorageHandler]
    leases: Leases
    clock: Clock
    files: Files = field(default_factory=Files)

    def run(self) -> Rebuilt:
        """The old store is kept beside the new one. Interrupted, it can be done again.

        Raises:
            Conflict: another process uses the folder, or runs a job.
            NewerFormat: a later rowmill's; nothing is touched.
            StorageError
        """
        with alone(self.path.parent), database_faults_mapped(), refusals_mapped(RECORDS):
            self._refuse_running()
            self._refuse_newer()
            new = rebuilding(self.path)
            for left in _with_companions(new):
                self.files.remove(left)
            made = self._made(new)
            return self._in_place(new, made)

    def _refuse_running(self) -> None:
        for job_id in self._copies.job_ids():
            if self.leases.held(job_id):
                hint = "pause it, or stop the process that runs it, then try again"
                raise Conflict(f"{job_id} is running", hint=hint)

    def _refuse_newer(self) -> None:
        """Looks without a trace: not even the journal of an interrupted commit is touched."""
        if not self.path.exists():
            return
        db = sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)
        try:
            refuse_foreign(db)
        except (StoreDamaged, sqlite3.Error, UnicodeDecodeError):
            return  # that is why we are here
        finally:
            db.close()

    @property
    def _copies(self) -> FileCopies:
        return FileCopies(self.path.parent, self.folder, self.files, self.clock.monotonic)

    def _made(self, new: Path) -> Rebuilt:
        db = connected(new)
        try:
            prepare(db)
            records = Records(OpenStore(db), self.clock.now, self._copies)
            records.catch_up()
            jobs, lost = self._restored(records)
            _, entries = self._copies.kept_since(0)
            broken = sum(entry is None for entry in entries)
            if broken:
                lost.append(f"{broken} lines of rowmill.journal.jsonl are damaged")
            (answers,) = db.execute("SELECT count(*) FROM answer").fetchone()
            (schemas,) = db.execute("SELECT count(*) FROM schema_document").fetchone()
        finally:
            db.close()  # the last one: its journal goes into the file and away
        return Rebuilt(tuple(jobs), answers, schemas, tuple(lost), ())

    def _restored(self, records: Records) -> tuple[list[RestoredJob], list[str]]:
        histories, lost = [], []
        for job_id in self._copies.job_ids():
            try:
                histories.append(read_history(self._copies, job_id))
            except NewerFormat:
                raise
            except RowmillError as exc:
                lost.append(f"{job_id}: {exc.message}")
        histories.sort(key=lambda history: (history.job.created_at, history.job.job_id))
        return [self._restore(records, history) for history in histories], lost

    def _restore(self, records: Records, history: History) -> RestoredJob:
        lost = list(history.lost)
        found = _once_each(self._chunks(history.job, lost))
        present = [chunk for chunk, is_there in found if is_there]
        owed = ChunkPlan(history.job.job_id, history.job.spec).count - len(present)
        job = self._settled(history, found, owed)
        event = JobEvent(
            len(history.events) + 1, self.clock.now(), "rebuild", job.state, job.problem or ""
        )
        records.restore(job, [*history.events, event], history.spent, history.rejected, found)
        self._copies.noted(job.job_id, jobs_rows.note(job, event))
        if job.state is JobState.COMPLETED:
            self._write_manifest(job, present, lost)
        log.info("job=%s event=rebuild state=%s owed=%d", job.job_id, job.state, owed)
        return RestoredJob(job.job_id, job.name, job.state, len(present), owed, tuple(lost))

    def _settled(self, history: History, found: Iterable[Found], owed: int) -> Job:
        """Never running: whoever wants it to go on says so."""
        job = history.job
        attempts = [job.attempt, *(chunk.attempt for chunk, _ in found)]
        state = _state(job.state, owed, is_fresh=max(attempts) == 0)
        problem = None
        if state is JobState.PAUSED:
            problem = f"the job store was rebuilt: {owed} chunks are owed; resume makes them"
        return job.evolve(
            state=state,
            problem=problem,
            wanted=False,
            attempt=max(attempts),
            version=job.version + 1,
            updated_at=self.clock.now(),
        )

    def _chunks(self, job: Job, lost: list[str]) -> Iterator[Found]:
        plan = ChunkPlan(job.job_id, job.spec)
        schema = canonical_sha256(job.spec.schema.document())
        try:
            storage = self.storage(job.spec.storage)
            for about in storage.abouts(job.job_id):
                try:
                    fits = plan.chunk(about.key.index) == about.key
                except InvalidArgument:
                    fits = False
                if not fits or about.schema_sha256 != schema:
                    lost.append(f"what lies beside chunk {about.key.index} is not this job's")
                    continue
                now = self.clock.now()
                chunk = ChunkMetadata(about.key, about.bytes, about.sha256, about.attempt, 0.0, now)
                yield chunk, _is_there(storage, chunk, lost)
        except RowmillError as exc:
            lost.append(
                f"its chunks cannot be looked at: {exc.message}; rebuild again when they can, or "
                "resume makes them again"
            )

    def _write_manifest(self, job: Job, chunks: list[ChunkMetadata], lost: list[str]) -> None:
        data = job_manifest(job, sorted(chunks, key=lambda chunk: chunk.key.index))
        try:
            self.storage(job.spec.storage).put_note(job.job_id, "manifest.json", data)
        except StorageError as exc:
            lost.append(f"its manifest cannot be written: {exc.message}")

    def _in_place(self, new: Path, made: Rebuilt) -> Rebuilt:
        """Until the last step, whoever opens the store is told to finish this."""
        aside = _free(self.path)
        kept = []
        for old, name in zip(_with_companions(self.path), _with_companions(aside), strict=True):
            if old.exists():
                self.files.replace(old, name)
                kept.append(str(name))
        self.files.sync_folder(self.path.parent)
        self.files.replace(new, self.path)
        self.files.sync_folder(self.path.parent)
        return Rebuilt(made.jobs, made.answers, made.schemas, made.lost, tuple(kept))


def _state(last: JobState, owed: int, *, is_fresh: bool) -> JobState:
    if last is JobState.CANCELLED:
        return last
    if last is JobState.PENDING and is_fresh:
        return last
    return JobState.PAUSED if owed else JobState.COMPLETED


def _once_each(found: Iterable[Found]) -> list[Found]:
    """By index. There may be copies of what lies beside a chunk: those that tell the truth win."""
    return list({one[0].key.index: one for one in sorted(found, key=lambda one: one[1])}.values())


def _is_there(storage: StorageHandler, chunk: ChunkMetadata, lost: list[str]) -> bool:
    try:
        storage.read_recorded(chunk)
    except StorageError as exc:
        lost.append(f"chunk {chunk.key.index}: {exc.message}")
        return False
    return True


def _with_companions(path: Path) -> tuple[Path, ...]:
    """A SQLite file behind the two that may lie beside it and must never meet another."""
    return (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"), path)


def _free(path: Path) -> Path:
    number = 1
    while any(
        name.exists() for name in _with_companions(path.with_name(f"{path.name}.damaged-{number}"))
    ):
        number += 1
    return path.with_name(f"{path.name}.damaged-{number}")
