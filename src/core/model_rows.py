"""Rows that a model writes: on a grid of their own, recorded before they are used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ..utils.checksums import canonical_sha256
from .errors import BadAnswer, LimitExceeded
from .models import Job, Usage
from .planning import MODEL_BATCH
from .ports import Answer, JobStore, RowRequest, RowWriter

if TYPE_CHECKING:
    import pyarrow as pa

    from ..generation.recipe import TableRecipe

FRUITLESS_CALLS = 3
"""Calls in a row that bring no new row, before a batch is given up."""


class ModelRows:
    """Batches start at row 0 and hold `MODEL_BATCH` rows whatever the chunk size, so the same rows
    are asked for in the same words by every job with the same schema, seed, model and prompt."""

    def __init__(self, jobs: JobStore, writer: RowWriter) -> None:
        self._jobs = jobs
        self._writer = writer
        self._under_way: dict[str, asyncio.Task[Answer]] = {}
        self._reserved: dict[str, Usage] = {}

    async def written(
        self, job: Job, table: TableRecipe, start: int, stop: int
    ) -> Mapping[str, pa.Array]:
        """The model's columns for rows `start` ≤ row < `stop`, from the journal where it has them.

        Raises:
            ProviderError, LimitExceeded: the job's budget would be passed.
        """
        from ..generation.arrow_types import to_array

        first, last = start // MODEL_BATCH, -(-stop // MODEL_BATCH)
        answers = await asyncio.gather(
            *(self._batch(job, table, number) for number in range(first, last))
        )
        values = {row: cells for answer in answers for row, cells in answer.rows}
        columns = zip(*(values[row] for row in range(start, stop)), strict=True)
        return {
            field.name: to_array(column, field)
            for field, column in zip(table.model_fields, columns, strict=True)
        }

    async def _batch(self, job: Job, table: TableRecipe, number: int) -> Answer:
        """Two chunks that share a batch ask for it once."""
        rows = range(number * MODEL_BATCH, min((number + 1) * MODEL_BATCH, table.row_count))
        key = self._key(job, table, rows)
        if key not in self._under_way:
            task = asyncio.ensure_future(self._recorded(job, table, rows, key))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        # Shielded: a call that is paid for is recorded though nobody waits for it any more.
        return await asyncio.shield(self._under_way[key])

    async def close(self) -> None:
        """Give up the calls under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _key(self, job: Job, table: TableRecipe, rows: range) -> str:
        """What was asked, so that an answer serves whoever asks the same again."""
        return canonical_sha256(
            {
                "fields": [field.document() for field in table.fields],
                "asked": [field.name for field in table.model_fields],
                "table": table.name,
                "about": [job.spec.schema.name, job.spec.schema.description],
                "locale": job.spec.schema.locale,
                "as_of": job.spec.as_of,
                "engine": job.spec.engine,
                "seed": job.spec.seed,
                "rows": [rows.start, rows.stop, table.row_count],
                "model": self._writer.model,
                "prompt": self._writer.prompt_version,
            }
        )

    async def _recorded(self, job: Job, table: TableRecipe, rows: range, key: str) -> Answer:
        known = await self._jobs.answer(key)
        if known is not None:
            return known
        accepted = await self._asked(job, table, rows)
        answer = Answer(rows=tuple(sorted(accepted.items())))
        return await self._jobs.record_answer(key, answer)

    async def _asked(self, job: Job, table: TableRecipe, rows: range) -> dict[int, tuple[Any, ...]]:
        """Ask, and ask again only for what is missing."""
        accepted: dict[int, tuple[Any, ...]] = {}
        at_once, fruitless, reasons = len(rows), 0, ""
        while len(accepted) < len(rows):
            if fruitless == FRUITLESS_CALLS:
                raise BadAnswer(
                    f"the model gave no usable row in {fruitless} calls for rows "
                    f"{rows.start}–{rows.stop - 1} of {table.name}{reasons}",
                    hint="loosen the constraints or say more in the fields' descriptions, "
                    "then retry",
                )
            missing = [row for row in rows if row not in accepted][:at_once]
            request = self._request(job, table, missing, accepted.values())
            async with self._afforded(job, request):
                back = await self._writer.generate_data_chunk(request)
                await self._jobs.record_usage(job.job_id, back.usage, back.rejected)
            accepted.update(back.rows)
            fruitless = 0 if back.rows else fruitless + 1
            if back.finish == "cut":  # its answers are too long for one call
                at_once = max(1, at_once // 2)
            reasons = f" (rejected: {', '.join(back.rejected)})" if back.rejected else ""
        return accepted

    def _request(
        self, job: Job, table: TableRecipe, rows: list[int], seen: Iterable[tuple[Any, ...]]
    ) -> RowRequest:
        import numpy as np

        return RowRequest(
            schema=job.spec.schema,
            table=table.name,
            fields=table.model_fields,
            rows=tuple(rows),
            given=tuple(table.given(np.asarray(rows, dtype=np.int64)).to_pylist()),
            seed=job.spec.seed,
            avoid=tuple(str(cells[0]) for cells in seen if cells)[:10],
        )

    @asynccontextmanager
    async def _afforded(self, job: Job, request: RowRequest) -> AsyncIterator[None]:
        """The worst this call can cost, set aside while it is under way.

        Raises:
            LimitExceeded: it does not fit the budget.
        """
        budget = job.spec.max_cost_usd
        if budget is None:
            yield
            return
        worst = self._writer.worst_case(request)
        spent = (await self._jobs.tally(job.job_id)).usage
        # No await between reading what is reserved and reserving: nobody can come in between.
        reserved = self._reserved.get(job.job_id, Usage())
        cost = self._writer.price(spent + reserved + worst)
        if cost is None or cost > budget:
            raise LimitExceeded(
                f"the next call could pass the budget of ${budget:g}",
                hint="create the job again with a larger max_cost_usd; what was paid for is kept",
            )
        self._reserved[job.job_id] = reserved + worst
        try:
            yield
        finally:
            self._reserved[job.job_id] = self._reserved[job.job_id] - worst
