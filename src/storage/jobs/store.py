"""The job store: one SQLite file that any number of processes share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ...core.errors import NotFound
from ...core.models import ChunkMetadata, Job, JobState, Tally, Usage
from ...core.ports import Answer, Clock, JobEvent
from ..base import RECORDS, refusals_mapped
from ..files import Files
from . import rows as jobs_rows
from .copies import FileCopies, NoCopies
from .faults import database_faults_mapped
from .migrating import bring_up
from .opening import BUSY_S, in_memory, opened_store
from .records import Records

PAGE = 500
"""Chunk records read in one turn of the database thread: a few milliseconds."""
_T = TypeVar("_T")


class SqliteJobStore:
    """core.ports.JobStore on the standard library's sqlite3, in one thread of its own.

    `path` (or ":memory:") is opened at the first call. Beside it, and in `folder` (`temp` beside
    it, unless given), lies as files what a rebuild needs; see copies.py. Other processes that
    write are waited for `busy_s` seconds. The store stamps
    `updated_at` and the times of events with `clock`. A new attempt is a new version; a chunk is
    not, so that whoever pauses a job does not race its workers.
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
        self._path = path
        self._clock = clock
        self._folder = folder
        self._files = files or Files()
        self._busy_s = busy_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rowmill-jobs")
        self._records: Records | None = None

    async def create(self, job: Job) -> Job:
        """Raises: AlreadyExists: there is a job of this id."""
        return await self._run(lambda records: records.create(job))

    async def get(self, job_id: str) -> Job:
        return await self._run(lambda records: records.get(job_id))

    async def replace(self, job: Job, *, seen: int, event: str, detail: str = "") -> Job:
        return await self._run(lambda records: records.replace(job, seen, event, detail))

    async def begin_attempt(self, job_id: str) -> Job:
        return await self._run(lambda records: records.begin_attempt(job_id))

    async def page(
        self, *, state: JobState | None, limit: int, cursor: str | None
    ) -> tuple[Sequence[Job], str | None]:
        return await self._run(lambda records: records.page(state, limit, cursor))

    async def delete(self, job_id: str) -> None:
        await self._run(lambda records: records.delete(job_id))

    async def events(self, job_id: str) -> Sequence[JobEvent]:
        return await self._run(lambda records: records.events(job_id))

    async def commit_chunk(self, chunk: ChunkMetadata) -> Job:
        return await self._run(lambda records: records.commit_chunk(chunk))

    async def forget_chunk(self, job_id: str, index: int) -> None:
        await self._run(lambda records: records.forget_chunk(job_id, index))

    async def chunk(self, job_id: str, index: int) -> ChunkMetadata | None:
        return await self._run(lambda records: records.chunk(job_id, index))

    async def chunks(self, job_id: str) -> Sequence[ChunkMetadata]:
        """A page at a time, so that others get their turn."""
        found: list[ChunkMetadata] = []
        while True:
            after = found[-1].key.index if found else -1
            page = await self._run(partial(_page, job_id=job_id, after=after))
            found += page
            if len(page) < PAGE:
                return tuple(found)

    async def stored(self, job_id: str) -> frozenset[int]:
        return await self._run(lambda records: records.stored(job_id))

    async def next_owed(
        self, job_id: str, total: int, *, besides: Collection[int] = ()
    ) -> int | None:
        return await self._run(lambda records: records.next_owed(job_id, total, besides))

    async def tally(self, job_id: str) -> Tally:
        return await self._run(lambda records: records.tally(job_id))

    async def tallies(self, job_ids: Sequence[str]) -> Mapping[str, Tally]:
        return await self._run(lambda records: records.tallies(job_ids))

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
        kept = await self._run(
            lambda records: records.record_usage(job_id, spent, dict(rejected or {}), texts)
        )
        return {key: jobs_rows.answer(text) for key, text in kept.items()}

    async def save_schema(self, schema_id: str, document: Mapping[str, Any]) -> None:
        text = jobs_rows.dumped(document)
        await self._run(lambda records: records.keep("schema_document", {schema_id: text}))

    async def schema(self, schema_id: str) -> Mapping[str, Any]:
        kept = await self._run(lambda records: records.kept("schema_document", [schema_id]))
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
        kept = await self._run(lambda records: records.kept("answer", keys))
        return {key: jobs_rows.answer(text) for key, text in kept.items()}

    async def close(self) -> None:
        """What was asked for before is done first."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    async def _run(self, action: Callable[[Records], _T]) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._in_thread, action)

    def _in_thread(self, action: Callable[[Records], _T]) -> _T:
        with database_faults_mapped(), refusals_mapped(RECORDS):
            if self._records is None:
                self._records = self._opened()
            return action(self._records)

    def _opened(self) -> Records:
        if not isinstance(self._path, Path):
            return Records(in_memory(), self._clock.now, NoCopies())
        home = self._path.parent
        folder = self._folder or home / "temp"
        copies = FileCopies(home, folder, self._files, self._clock.monotonic)
        store = opened_store(self._path, self._files, lambda db: bring_up(db, copies), self._busy_s)
        try:
            return Records(store, self._clock.now, copies)
        except BaseException:
            store.close()
            raise

    async def check(self) -> None:
        """Read everything. Raises: StoreDamaged."""
        await self._run(lambda records: records.check())

    async def unknown(self) -> Sequence[str]:
        """Jobs of which the files beside the chunks tell, and no record does."""
        return await self._run(lambda records: records.unknown())

    def _close(self) -> None:
        if self._records is not None:
            self._records.close()
            self._records = None


def _page(records: Records, *, job_id: str, after: int) -> list[ChunkMetadata]:
    return records.chunks(job_id, after, PAGE)
