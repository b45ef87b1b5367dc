"""The job store: one SQLite file that any number of processes share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from ...core.errors import NotFound
from ...core.models import ChunkMetadata, Job, JobState, Tally, Usage
from ...core.ports import Answer, Clock, JobEvent
from ..base import RECORDS, refusals_mapped
from . import rows as jobs_rows
from .faults import database_faults_mapped
from .records import Records

_T = TypeVar("_T")


class SqliteJobStore:
    """core.ports.JobStore on the standard library's sqlite3, in one thread of its own.

    `path` (or ":memory:") is opened at the first call. The store stamps `updated_at` and the times
    of events with `clock`. A new attempt is a new version; a chunk is not, so that whoever pauses
    a job does not race its workers.
    """

    def __init__(self, path: Path | str, *, clock: Clock) -> None:
        self._path = path
        self._clock = clock
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
        return await self._run(lambda records: records.chunks(job_id))

    async def stored(self, job_id: str) -> frozenset[int]:
        return await self._run(lambda records: records.stored(job_id))

    async def tally(self, job_id: str) -> Tally:
        return await self._run(lambda records: records.tally(job_id))

    async def record_usage(
        self,
        job_id: str,
        usage: Usage,
        rejected: Mapping[str, int] | None = None,
        *,
        table: str = "",
        fields: Sequence[str] = (),
    ) -> None:
        counts, what = dict(rejected or {}), (table, ", ".join(fields))
        await self._run(lambda records: records.record_usage(job_id, what, usage, counts))

    async def save_schema(self, schema_id: str, document: Mapping[str, Any]) -> None:
        text = jobs_rows.dumped(document)
        await self._run(lambda records: records.keep("schema_document", schema_id, text))

    async def schema(self, schema_id: str) -> Mapping[str, Any]:
        text = await self._run(lambda records: records.kept("schema_document", schema_id))
        if text is None:
            hint = "extract or validate the schema again: the answer names its schema_id"
            raise NotFound(f"there is no schema {schema_id[:80]!r}", hint=hint)
        return dict(jobs_rows.loaded(text))

    async def record_answer(self, key: str, answer: Answer) -> Answer:
        text = jobs_rows.answer_text(answer)
        # Given back as it was kept, so that the first use and every replay see the same values.
        return jobs_rows.answer(await self._run(lambda records: records.keep("answer", key, text)))

    async def answer(self, key: str) -> Answer | None:
        text = await self._run(lambda records: records.kept("answer", key))
        return None if text is None else jobs_rows.answer(text)

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
                self._records = Records(self._path, self._clock.now)
            return action(self._records)

    def _close(self) -> None:
        if self._records is not None:
            self._records.close()
            self._records = None
