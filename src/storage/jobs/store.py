"""The job store: one SQLite file that any number of processes share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ...core.errors import NotFound
from ...core.models import ChunkMetadata, Job, JobState, Tally, Usage
from ...core.ports import Answer, Clock, JobEvent
from ..files import Files
from . import rows as jobs_rows
from .copies import FileCopies, NoCopies
from .lanes import Lane
from .migrating import bring_up
from .opening import BUSY_S, in_memory, opened_store
from .records import Records
from .together import Call, Together

PAGE = 500
"""Chunk records read in one turn of the database thread: a few milliseconds."""
_T = TypeVar("_T")


class SqliteJobStore:
    """core.ports.JobStore on the standard library's sqlite3, in two threads of its own.

    One writes; the other looks, and waits for no commit, but sees each that had returned before.
    `path` (or ":memory:") is opened at the first call. Beside it, and in `folder` (`temp` beside
    it, unless given), lies as files what a rebuild needs; see copies.py. Other processes that
    write are waited for `busy_s` seconds. The store stamps `updated_at` and the times of events
    with `clock`. A new attempt is a new version; a chunk is not, so that whoever pauses a job does
    not race its workers.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        clock: Clock,
        folder: Path | None = None,
        files: Files | None = None,
        busy_s: float = BUSY_S,
    ) -> None:
        self._path = path.absolute() if isinstance(path, Path) else path
        self._clock = clock
        self._folder = folder
        self._files = files or Files()
        self._busy_s = busy_s
        lane = partial(Lane, busy_s=busy_s, monotonic=clock.monotonic)
        self._writing = lane("rowmill-jobs", self._opened)
        self._calls = Together(self._writing)
        self._reading = self._writing
        if isinstance(self._path, Path):
            self._reading = lane("rowmill-jobs-read", self._opened_again)

    async def create(self, job: Job) -> Job:
        """Raises: AlreadyExists: there is a job of this id."""
        return await self._run(lambda records: records.create(job))

    async def get(self, job_id: str) -> Job:
        return await self._look(lambda records: records.get(job_id))

    async def replace(self, job: Job, *, seen: int, event: str, detail: str = "") -> Job:
        return await self._run(lambda records: records.replace(job, seen, event, detail))

    async def begin_attempt(self, job_id: str) -> Job:
        return await self._run(lambda records: records.begin_attempt(job_id))

    async def page(
        self, *, state: JobState | None, limit: int, cursor: str | None
    ) -> tuple[Sequence[Job], str | None]:
        return await self._look(lambda records: records.page(state, limit, cursor))

    async def delete(self, job_id: str) -> None:
        await self._run(lambda records: records.delete(job_id))

    async def events(self, job_id: str) -> Sequence[JobEvent]:
        return await self._look(lambda records: records.events(job_id))

    async def commit_chunk(self, chunk: ChunkMetadata) -> Job:
        return await self._run(lambda records: records.commit_chunk(chunk))

    async def forget_chunk(self, job_id: str, index: int) -> None:
        await self._run(lambda records: records.forget_chunk(job_id, index))

    async def chunk(self, job_id: str, index: int) -> ChunkMetadata | None:
        return await self._look(lambda records: records.chunk(job_id, index))

    async def chunks(self, job_id: str) -> Sequence[ChunkMetadata]:
        """A page at a time, so that others get their turn."""
        found: list[ChunkMetadata] = []
        while True:
            after = found[-1].key.index if found else -1
            page = await self._look(partial(_page, job_id=job_id, after=after))
            found += page
            if len(page) < PAGE:
                return tuple(found)

    async def stored(self, job_id: str) -> frozenset[int]:
        return await self._look(lambda records: records.stored(job_id))

    async def next_owed(
        self, job_id: str, total: int, *, besides: Collection[int] = ()
    ) -> int | None:
        return await self._look(lambda records: records.next_owed(job_id, total, besides))

    async def tally(self, job_id: str) -> Tally:
        return await self._look(lambda records: records.tally(job_id))

    async def standing(self, job_id: str) -> tuple[Job, Tally]:
        return await self._look(lambda records: records.standing(job_id))

    async def tallies(self, job_ids: Sequence[str]) -> Mapping[str, Tally]:
        return await self._look(lambda records: records.tallies(job_ids))

    async def record_usage(
        self,
        job_id: str,
        usage: Usage,
        rejected: Mapping[str, int] | None = None,
        *,
        table: str = "",
        fields: Sequence[str] = (),
        by_field: Mapping[str, Usage] | None = None,
        answers: Mapping[str, Answer] | None = None,
    ) -> Mapping[str, Answer]:
        spent = [(table, ", ".join(fields), usage)]
        spent += [(table, name, part) for name, part in (by_field or {}).items()]
        texts = {key: jobs_rows.answer_text(answer) for key, answer in (answers or {}).items()}
        kept = await self._calls.record(Call(job_id, spent, dict(rejected or {}), texts))
        return {key: jobs_rows.answer(text) for key, text in kept.items()}

    async def save_schema(self, schema_id: str, document: Mapping[str, Any]) -> None:
        text = jobs_rows.dumped(document)
        await self._run(lambda records: records.keep("schema_document", {schema_id: text}))

    async def schema(self, schema_id: str) -> Mapping[str, Any]:
        kept = await self._look(lambda records: records.kept("schema_document", [schema_id]))
        if not kept:
            hint = "extract or validate the schema again: the answer names its schema_id"
            raise NotFound(f"there is no schema {schema_id[:80]!r}", hint=hint)
        return dict(jobs_rows.loaded(kept[schema_id]))

    async def record_answer(self, key: str, answer: Answer) -> Answer:
        texts = {key: jobs_rows.answer_text(answer)}
        # Given back as it was kept, so that the first use and every replay see the same values.
        kept = await self._run(lambda records: records.keep("answer", texts))
        return jobs_rows.answer(kept[key])

    async def answer(self, key: str) -> Answer | None:
        return (await self.answers([key])).get(key)

    async def answers(self, keys: Sequence[str]) -> Mapping[str, Answer]:
        kept = await self._look(lambda records: records.kept("answer", keys))
        return {key: jobs_rows.answer(text) for key, text in kept.items()}

    async def close(self) -> None:
        """What was asked for before is done first."""
        if self._reading is not self._writing:
            await self._reading.close()
        await self._writing.close()  # the last one folds the write-ahead log into the file

    async def _run(self, action: Callable[[Records], _T]) -> _T:
        return await self._writing.run(action)

    async def _look(self, action: Callable[[Records], _T]) -> _T:
        return await self._reading.run(action)

    def _opened(self) -> Records:
        if not isinstance(self._path, Path):
            return Records(in_memory(), self._clock.now, NoCopies())
        home = self._path.parent
        folder = self._folder or home / "temp"
        copies = FileCopies(home, folder, self._files, self._clock.monotonic)
        store = opened_store(self._path, self._files, lambda db: bring_up(db, copies), self._busy_s)
        try:
            records = Records(store, self._clock.now, copies)
            records.catch_up()
        except BaseException:
            store.close()
            raise
        return records

    def _opened_again(self) -> Records:
        """When the other lane has made sure that it is there, whole and of this format."""
        return self._writing.ready().again(self._busy_s)

    async def check(self) -> None:
        """Read everything. Raises: StoreDamaged."""
        await self._look(lambda records: records.check())

    async def unknown(self) -> Sequence[str]:
        """Jobs of which the files beside the chunks tell, and no record does."""
        return await self._look(lambda records: records.unknown())


def _page(records: Records, *, job_id: str, after: int) -> list[ChunkMetadata]:
    return records.chunks(job_id, after, PAGE)
