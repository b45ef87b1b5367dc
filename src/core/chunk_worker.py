"""One chunk: make, check, encode, store, record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..utils.checksums import canonical_sha256, sha256
from .chunk_about import chunk_metadata
from .errors import ChunkDamaged, ChunkMissing, InternalError, NotConfigured
from .interrupts import left_to_the_main_thread
from .models import ChunkKey, ChunkMetadata, Job, OutputFormat, StorageKind
from .running.threads import to_its_end

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from ..generation.recipe import Recipe, TableRecipe
    from .authoring.rows import ModelRows
    from .ports import Clock, JobStore, StorageHandler

log = logging.getLogger("rowmill.runner")

LOOKED_AT_CHUNKS = 2_000
LOOKED_AT_BYTES = 256 << 20

Encode = Callable[["pa.Table", OutputFormat], bytes]


@dataclass(frozen=True, slots=True)
class ChunkWorker:
    """`storage` gives the handler of a kind; `model_rows` is None where no model is configured.

    `computing` has a place for each core, whatever job a chunk is of: more threads would take
    turns at the interpreter, and whoever asks how a job stands would wait for a turn of each.
    """

    jobs: JobStore
    storage: Callable[[StorageKind], StorageHandler]
    encode: Encode
    model_rows: ModelRows | None
    clock: Clock
    computing: asyncio.Semaphore

    async def make(self, job: Job, recipe: Recipe, key: ChunkKey) -> ChunkMetadata:
        """The chunk, stored and recorded.

        Done twice it does no harm: the same rows give the same bytes, and the record is the same.

        Raises:
            Conflict: the job changed hands, or was cancelled, while the chunk was being made.
            StorageError, ProviderError, LimitExceeded
        """
        began = self.clock.monotonic()
        data, digest = await self._computed(job, recipe.tables[key.table], key)
        await to_its_end(self._put, job, key, data, job.attempt)
        chunk = ChunkMetadata(
            key=key,
            bytes=len(data),
            sha256=digest,
            attempt=job.attempt,
            seconds=self.clock.monotonic() - began,
            stored_at=self.clock.now(),
        )
        await self.jobs.commit_chunk(chunk)
        return chunk

    async def damage(self, chunk: ChunkMetadata, kind: StorageKind) -> str:
        """What is wrong with the stored bytes; empty where they are those that were recorded."""
        return await asyncio.to_thread(damage_of, self.storage(kind), chunk)

    async def mend(self, job: Job, recipe: Recipe, chunk: ChunkMetadata) -> None:
        """Make a recorded chunk's bytes again; its record and the job's state stay.

        Raises:
            ChunkDamaged: what was made is not what was recorded.
        """
        data, digest = await self._computed(job, recipe.tables[chunk.key.table], chunk.key)
        if digest != chunk.sha256:
            raise ChunkDamaged(
                f"chunk {chunk.key.index} was made again and is not what was recorded",
                hint=f"it was made by rowmill {job.spec.engine}: use that version, or a new job",
            )
        await to_its_end(self._put, job, chunk.key, data, chunk.attempt)

    async def forget_lost(self, job: Job) -> None:
        """What is gone or damaged is owed again: looked for where a process before this one worked
        on the job, if that takes about a second; else a merge meets it, and says so."""
        tally = await self.jobs.tally(job.job_id)
        small = tally.chunks <= LOOKED_AT_CHUNKS and tally.bytes <= LOOKED_AT_BYTES
        if job.spec.storage != "memory" and (job.attempt == 1 or not small):
            return
        for chunk in await self.jobs.chunks(job.job_id):
            if problem := await self.damage(chunk, job.spec.storage):
                log.warning("job=%s event=lost problem=%s", job.job_id, problem)
                await self.jobs.forget_chunk(job.job_id, chunk.key.index)

    async def _computed(self, job: Job, table: TableRecipe, key: ChunkKey) -> tuple[bytes, str]:
        """The chunk's bytes and their sha256."""
        written = await self._written(job, table, key)
        async with self.computing:
            return await asyncio.to_thread(self._made, job, table, key, written)

    async def _written(
        self, job: Job, table: TableRecipe, key: ChunkKey
    ) -> Mapping[str, pa.Array] | None:
        if not table.written_fields:
            return None
        if self.model_rows is None:
            raise NotConfigured(
                "this job needs the language model, and no key is set",
                hint="set GEMINI_API_KEY and resume, or create it with generation=local",
            )
        return await self.model_rows.written(job, table, key.start, key.stop)

    def _put(self, job: Job, key: ChunkKey, data: bytes, attempt: int) -> None:
        storage = self.storage(job.spec.storage)
        storage.put_chunk(key, data, schema_sha256=_schema_sha256(job), attempt=attempt)

    @left_to_the_main_thread()
    def _made(
        self,
        job: Job,
        table: TableRecipe,
        key: ChunkKey,
        written: Mapping[str, pa.Array] | None,
    ) -> tuple[bytes, str]:
        from ..utils.validators import check_table

        rows = table.make(key.start, key.stop, written)
        problems = check_table(rows, table.fields)
        if problems:
            # Code makes what the schema allows, and a model's rows were checked when they came:
            # this is a fault of ours, and a dataset with it must not exist.
            raise InternalError(
                f"chunk {key.index} broke its own schema: {problems[0]}",
                hint="please report this with the schema; validate_schema shows example rows",
            )
        metadata = chunk_metadata(key, _schema_sha256(job))
        data = self.encode(rows.replace_schema_metadata(metadata), key.format)
        return data, sha256(data)


def damage_of(storage: StorageHandler, chunk: ChunkMetadata) -> str:
    """What is wrong with a stored chunk; empty where nothing is."""
    try:
        storage.read_recorded(chunk)
    except (ChunkMissing, ChunkDamaged) as exc:
        return exc.message
    return ""


def _schema_sha256(job: Job) -> str:
    return canonical_sha256(job.spec.schema.document())
