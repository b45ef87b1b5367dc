"""Columns that a model writes: on a grid of their own, recorded before they are used."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ...utils.checksums import canonical_sha256
from ..models import FieldDefinition, Job
from ..planning import MODEL_BATCH
from ..ports import JobStore, Quarantine, RowWriter
from .asking import Asker
from .journal import Cells, Journal
from .origins import Recorded, unconfigured
from .pools import ModelPools
from .writing import Writing

if TYPE_CHECKING:
    import pyarrow as pa

    from ...generation.recipe import TableRecipe

CALLS_AT_ONCE = 10
AHEAD = 3
"""Rounds of calls whose chunks are begun."""
TABLES_KEPT = 16
"""Tables whose texts are remembered, to tell near-duplicates."""

_T = TypeVar("_T")


class ModelRows:
    """Batches start at row 0 and hold `MODEL_BATCH` rows whatever the chunk size, so the same rows
    are asked for in the same words by every job with the same schema, seed, model and prompt.
    `calls_at_once` is what the writer can use; it decides how much is prepared ahead."""

    def __init__(
        self,
        jobs: JobStore,
        writer: RowWriter,
        *,
        calls_at_once: int = CALLS_AT_ONCE,
        quarantine: Quarantine | None = None,
    ) -> None:
        self.calls_at_once = calls_at_once
        self._writer = writer
        self._journal = Journal(jobs)
        self._asker = Asker(jobs, writer, quarantine)
        self._pools = ModelPools(self._asker, self._journal, writer)
        self._room = asyncio.Semaphore(2 * calls_at_once)
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._writings: OrderedDict[tuple[str, str], Writing] = OrderedDict()

    async def written(
        self, job: Job, table: TableRecipe, start: int, stop: int
    ) -> Mapping[str, pa.Array]:
        """The model's columns for rows `start` ≤ row < `stop`, from the journal where it has them.

        Raises:
            ProviderError, LimitExceeded: the job's budget would be passed.
        """
        by_row, drawn = await asyncio.gather(
            self._rows(job, table, start, stop), self._drawn(job, table, start, stop)
        )
        return {**by_row, **drawn}

    def recorded(self, job: Job, table: TableRecipe, field: FieldDefinition, row: int) -> Recorded:
        """Under which key the answer stands from which a cell was taken."""
        found = unconfigured(job, table, field, row)
        if field in table.pool_fields:
            key = self._pools.key(job, table.name, field)
        else:
            key = self._key(job, table, range(found.first_row, found.last_row + 1))
        return replace(found, key=key, prompt_version=self._writer.prompt_version)

    def chunks_at_once(self, chunk_size: int) -> int:
        """Chunks to be made at once so that the model is never short of questions, though some of
        them wait for a few last rows."""
        return -(-AHEAD * self.calls_at_once * MODEL_BATCH // chunk_size)

    def halt(self, job_id: str) -> None:
        """Send nothing more for a job that was paused or cancelled, until `go_on`."""
        self._asker.halt(job_id)

    def go_on(self, job_id: str) -> None:
        self._asker.go_on(job_id)

    async def close(self) -> None:
        """Give up the calls under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writing in self._writings.values():
            await writing.close()

    # ── row by row ────────────────────────────────────────────────────────────────────────────

    async def _rows(
        self, job: Job, table: TableRecipe, start: int, stop: int
    ) -> dict[str, pa.Array]:
        from ...generation.arrow_types import to_array

        if not table.model_fields:
            return {}
        first, last = start // MODEL_BATCH, -(-stop // MODEL_BATCH)
        grid = [
            range(number * MODEL_BATCH, min((number + 1) * MODEL_BATCH, table.row_count))
            for number in range(first, last)
        ]
        answers = await asyncio.gather(*self._batches(job, table, grid))
        values = {row: cells for answer in answers for row, cells in answer.items()}
        blank = (None,) * len(table.model_fields)
        columns = zip(*(values.get(row, blank) for row in range(start, stop)), strict=True)
        return {
            field.name: to_array(column, field)
            for field, column in zip(table.model_fields, columns, strict=True)
        }

    def _batches(
        self, job: Job, table: TableRecipe, grid: list[range]
    ) -> list[asyncio.Future[Mapping[int, Cells]]]:
        """All begun before anything is awaited, so that what is read of the journal is not older
        than the knowledge of who is asking."""
        keys = [self._key(job, table, rows) for rows in grid]
        fresh = [key for key in keys if key not in self._under_way]
        reading = asyncio.ensure_future(self._journal.entries(fresh))

        async def batch(rows: range, key: str) -> Mapping[int, Cells]:
            return await self._writing(job, table).batch(rows, (await reading)[key])

        return [
            self._once(key, partial(batch, rows, key)) for rows, key in zip(grid, keys, strict=True)
        ]

    def _writing(self, job: Job, table: TableRecipe) -> Writing:
        place = (job.job_id, table.name)
        if place not in self._writings:
            self._writings[place] = Writing(job, table, self._asker, self._journal, self._room)
            while len(self._writings) > TABLES_KEPT:
                self._writings.popitem(last=False)
        self._writings.move_to_end(place)
        writing = self._writings[place]
        writing.job = job  # as it stands now: another attempt may have begun
        return writing

    def _key(self, job: Job, table: TableRecipe, rows: range) -> str:
        """What was asked, so that an answer serves whoever asks the same again."""
        about = self._writing(job, table).about
        if not about:
            about = self._writing(job, table).about = canonical_sha256(self._about(job, table))
        return canonical_sha256([about, rows.start, rows.stop])

    def _about(self, job: Job, table: TableRecipe) -> dict[str, Any]:
        return {
            "fields": [field.document() for field in table.fields],
            "asked": [field.name for field in table.model_fields],
            "table": table.name,
            "about": [job.spec.schema.name, job.spec.schema.description],
            "locale": job.spec.schema.locale,
            "as_of": job.spec.as_of,
            "engine": job.spec.engine,
            "seed": job.spec.seed,
            "rows": table.row_count,
            "model": self._writer.model,
            "prompt": self._writer.prompt_version,
        }

    # ── from a pool ───────────────────────────────────────────────────────────────────────────

    async def _drawn(
        self, job: Job, table: TableRecipe, start: int, stop: int
    ) -> dict[str, pa.Array]:
        from ...generation.arrow_types import to_array

        columns: dict[str, pa.Array] = {}
        for field in table.pool_fields:
            name = f"{job.job_id}.{table.name}.{field.name}"
            pool = await self._once(name, partial(self._pools.values, job, table, field))
            columns[field.name] = table.draw(field.name, start, stop, to_array(pool, field))
        return columns

    def _once(self, key: str, work: Callable[[], Coroutine[Any, Any, _T]]) -> asyncio.Future[_T]:
        """Two chunks that need the same ask for it once."""
        if key not in self._under_way:
            task = asyncio.ensure_future(work())
            self._under_way[key] = task
            task.add_done_callback(partial(self._landed, key))
        # Shielded: a call that is paid for is recorded though nobody waits for it any more.
        return asyncio.shield(self._under_way[key])

    def _landed(self, key: str, task: asyncio.Task[Any]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # looked at, or asyncio complains where nobody waits any more
