"""From a completed job to a dataset with its proof."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from .chunk_worker import damage_of
from .dataset_formats import FORMATS, SHAPES, Partition, chosen_format, named_format
from .errors import IllegalTransition, InvalidArgument, PromiseBroken
from .models import DatasetFormat, Job, JobState, StorageKind
from .planning import ChunkPlan
from .ports import Dataset, DatasetMaker, JobStore, MergeRequest, Outputs, StorageHandler
from .recipes import Recipes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from .models import ChunkMetadata
    from .ports import Verdict

T = TypeVar("T")
Rows = Callable[[str], "Iterator[pa.Table]"]
"""A table's rows in their order, piece by piece."""
log = logging.getLogger("rowmill.datasets")

SAMPLED_CHUNKS = 4
"""At least so many chunks are looked at, so that what goes up or down through a table is seen …"""
SAMPLED_ROWS = 200_000
"""… unless they hold more rows than this together."""


MOST_NAMED = 5
"""Broken promises that an error names."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A chunk that cannot be read back as it was recorded, and why."""

    index: int
    problem: str


@dataclass(frozen=True, slots=True)
class DatasetWish:
    """Which dataset of a job is wanted.

    `file_name` (where several tables make several files: a folder's) is relative to `outputs`,
    which is the storage's own place of datasets unless given. `neutralise`: CSV cells that a
    spreadsheet would run as formulas are made harmless. `shown` rows come with the answer.
    `strict`: a dataset that breaks a promise is not published.
    """

    output_format: DatasetFormat | None = None
    file_name: str | None = None
    overwrite: bool = False
    outputs: Outputs | None = None
    partition: Partition | None = None
    neutralise: bool = True
    shown: int = 5
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Datasets:
    """`outputs`: the place of datasets, where it is not the storage's own."""

    jobs: JobStore
    recipes: Recipes
    storage: Callable[[StorageKind], StorageHandler]
    maker: DatasetMaker
    outputs: Outputs | None = None

    async def merge(
        self,
        job: Job,
        wish: DatasetWish = DatasetWish(),
        *,
        progress: Callable[[int], None] | None = None,
    ) -> Dataset:
        """The job's dataset in a format, as often as wanted; asked again, the same answer.

        `progress` is told how many of the rows are written and judged.

        Raises:
            IllegalTransition: the job is not COMPLETED.
            AlreadyExists: something else has the name.
            PromiseBroken: `strict`, and it names what is broken.
            ChunkMissing, ChunkDamaged: names the chunk.
            InvalidArgument, StorageError
        """
        if job.state is not JobState.COMPLETED:
            raise IllegalTransition(
                f"cannot merge a job that is {job.state}",
                hint="start it, or wait until get_job_progress says COMPLETED",
            )
        request = await self._request(job, wish)
        known = None if wish.overwrite else await asyncio.to_thread(self.maker.made, request)
        if known is not None and wish.strict:
            refuse_broken(known.verdicts)
        return known or await self._made(request, progress or _unheard)

    async def _made(self, request: MergeRequest, progress: Callable[[int], None]) -> Dataset:
        """Cancelled, the thread stops at the next chunk and leaves nothing behind."""
        stop = threading.Event()
        try:
            dataset = await asyncio.to_thread(
                self.maker.make, request, progress=progress, cancelled=stop.is_set
            )
        except asyncio.CancelledError:
            stop.set()
            raise
        log.info("job=%s event=merged rows=%d", request.job.job_id, dataset.rows)
        return dataset

    async def _request(self, job: Job, wish: DatasetWish) -> MergeRequest:
        target = chosen_format(wish.output_format, wish.file_name, job.spec.output_format)
        if wish.partition is not None and target != "parquet":
            hint = "leave the partition out, or ask for parquet"
            raise InvalidArgument(f"only parquet is partitioned, not {target}", hint=hint)
        storage = self.storage(job.spec.storage)
        by_table = _by_table(job, await self.jobs.chunks(job.job_id))
        return MergeRequest(
            job=job,
            recipe=await self.recipes.of(job),
            chunks=by_table,
            names=file_names(job, target, wish.file_name),
            format=target,
            overwrite=wish.overwrite,
            storage=storage,
            outputs=wish.outputs or self.outputs or storage,
            partition=wish.partition,
            neutralise=wish.neutralise,
            shown=wish.shown,
            strict=wish.strict,
        )

    async def judged(self, job: Job) -> tuple[Verdict, ...]:
        """The verdict on each promise, of the chunks; for people who write no file.

        Raises:
            ChunkMissing, ChunkDamaged, StorageError
        """
        request = await self._request(job, DatasetWish())
        return await asyncio.to_thread(self.maker.judged, request)

    async def tables(self, job: Job, *, only: str | None = None) -> dict[str, pa.Table]:
        """The rows themselves, by table, in memory; for people who load and look.

        Raises:
            ChunkMissing, ChunkDamaged
        """
        request = await self._request(job, DatasetWish())
        return await asyncio.to_thread(self.maker.rows, request, only)

    async def sampled(self, job: Job, rows: int) -> dict[str, pa.Table]:
        """At most `rows` rows of each table, from chunks that are spread evenly over it.

        Raises:
            ChunkMissing, ChunkDamaged
        """
        request = await self._request(job, DatasetWish())
        some = {name: _spread(chunks, rows) for name, chunks in request.chunks.items()}
        tables = await asyncio.to_thread(self.maker.rows, replace(request, chunks=some), None)
        return {name: _thinned(table, rows) for name, table in tables.items()}

    async def read(self, job: Job, use: Callable[[Dataset | None, Rows], T]) -> T:
        """`use`, in a thread, of the dataset under the job's own name and of its rows; where there
        is no such dataset, of None and of the rows in the chunks.

        Raises:
            IllegalTransition: the job is not COMPLETED.
            ChunkMissing, ChunkDamaged, StorageError
        """
        if job.state is not JobState.COMPLETED:
            raise IllegalTransition(
                f"there is nothing to read of a job that is {job.state}",
                hint="start or resume it, and wait until it is COMPLETED",
            )
        dataset = await self.made(job)
        request = await self._request(job, DatasetWish(dataset.format if dataset else None))
        rows = partial(self.maker.batches, request, dataset)
        return await asyncio.to_thread(use, dataset, rows)

    async def row(self, job: Job, table: str, row: int) -> pa.Table | None:
        """One row as its stored chunk has it; None where that is not stored.

        Raises:
            ChunkMissing, ChunkDamaged
        """
        numbers = ChunkPlan(job.job_id, job.spec).of_table(table)
        chunk = await self.jobs.chunk(job.job_id, numbers[row // job.spec.chunk_size])
        if chunk is None:
            return None
        storage = self.storage(job.spec.storage)
        request = MergeRequest(
            job=job,
            recipe=await self.recipes.of(job),
            chunks={table: [chunk]},
            names={table: ""},
            format=job.spec.output_format,
            overwrite=False,
            storage=storage,
            outputs=storage,
        )
        rows = (await asyncio.to_thread(self.maker.rows, request, table))[table]
        return rows.slice(row - chunk.key.start, 1)

    async def made(self, job: Job) -> Dataset | None:
        """The dataset under the job's own name, if one is there: its own format before others.

        Raises: StorageError.
        """
        if job.state is not JobState.COMPLETED:
            return None
        request = await self._request(job, DatasetWish())
        for target in dict.fromkeys((job.spec.output_format, *FORMATS)):
            named = replace(request, format=target, names=file_names(job, target, None))
            found = await asyncio.to_thread(self.maker.made, named)
            if found is not None:
                return found
        return None

    async def verify(
        self, job: Job, *, progress: Callable[[int], None] | None = None
    ) -> tuple[Damage, ...]:
        """What is wrong with the job's stored chunks, every one of which is read again.

        `progress` is told the rows read so far.

        Raises:
            StorageError: the storage itself cannot be read.
        """
        storage = self.storage(job.spec.storage)
        damaged: list[Damage] = []
        rows = 0
        for chunk in await self.jobs.chunks(job.job_id):
            problem = await asyncio.to_thread(damage_of, storage, chunk)
            if problem:
                damaged.append(Damage(chunk.key.index, problem))
            rows += chunk.key.rows
            (progress or _unheard)(rows)
        log.info("job=%s event=verified damaged=%d", job.job_id, len(damaged))
        return tuple(damaged)

    async def damaged_files(self, job: Job) -> tuple[tuple[str, str], ...]:
        """What is wrong with the datasets under the job's own name, in whatever format: the place
        of each damaged file and a sentence. Files that were given another name are not known.

        Raises:
            StorageError: the place of datasets cannot be read.
        """
        if job.state is not JobState.COMPLETED:
            return ()
        found: list[tuple[str, str]] = []
        for target in FORMATS:
            request = await self._request(job, DatasetWish(output_format=target))
            found += await asyncio.to_thread(self.maker.damage, request)
        return tuple(found)

    async def finished(self, job: Job) -> None:
        """Write the job's manifest beside its chunks: every row is made."""
        chunks = await self.jobs.chunks(job.job_id)
        data = self.maker.job_manifest(job, chunks)
        storage = self.storage(job.spec.storage)
        await asyncio.to_thread(storage.put_note, job.job_id, "manifest.json", data)


def refuse_broken(verdicts: Sequence[Verdict]) -> None:
    """Raises: PromiseBroken: names those that do not hold."""
    broken = [verdict for verdict in verdicts if not verdict.held]
    if broken:
        named = "; ".join(f"{v.check} of {v.about}: {v.measured}" for v in broken[:MOST_NAMED])
        more = f"; and {len(broken) - MOST_NAMED} more" if len(broken) > MOST_NAMED else ""
        held = f"{len(verdicts) - len(broken)} of {len(verdicts)} promises hold"
        raise PromiseBroken(
            f"{held}, so nothing was published: {named}{more}",
            hint="change the schema or the expectation, or merge without strict to see the rows",
        )


def _unheard(rows: int) -> None:
    """Nobody asked how far the merge is."""
    del rows


def file_names(job: Job, target: DatasetFormat, file_name: str | None) -> dict[str, str]:
    """Each table's file: `<job_id>.<format>`, or `<job_id>/<table>.<format>` where there are more
    and the format does not hold them all in one."""
    tables = [table.name for table in job.spec.schema.tables]
    name = file_name or job.job_id
    if len(tables) > 1 and not SHAPES[target].holds_all_tables:
        return {table: f"{name}/{table}.{target}" for table in tables}
    if not named_format(name, SHAPES[target].chunks):
        name = f"{name}.{target}"
    return dict.fromkeys(tables, name)


def _by_table(job: Job, chunks: Sequence[ChunkMetadata]) -> dict[str, list[ChunkMetadata]]:
    by_table: dict[str, list[ChunkMetadata]] = {name.name: [] for name in job.spec.schema.tables}
    for chunk in chunks:
        by_table[chunk.key.table].append(chunk)
    plan = ChunkPlan(job.job_id, job.spec)
    if len(chunks) != plan.count:
        stored = {chunk.key.index for chunk in chunks}
        missing = next(plan.owed(stored))
        raise IllegalTransition(
            f"chunk {missing} is not stored", hint=f"generate_chunk with chunk_index={missing}"
        )
    return by_table


def _spread(chunks: Sequence[ChunkMetadata], rows: int) -> list[ChunkMetadata]:
    """Chunks from the first to the last, together with about `rows` rows or more."""
    if not chunks:
        return []
    each = chunks[0].key.rows
    wanted = max(-(-rows // each), min(SAMPLED_CHUNKS, SAMPLED_ROWS // each))
    count = min(wanted, len(chunks))
    return [chunks[n * (len(chunks) - 1) // max(1, count - 1)] for n in range(count)]


def _thinned(table: pa.Table, rows: int) -> pa.Table:
    """Every n-th row, so that at most `rows` are left."""
    return table.take(list(range(0, table.num_rows, -(-table.num_rows // rows) or 1)))
