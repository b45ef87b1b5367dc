"""Which concrete class stands behind each port: the only place that knows them all."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .config import Settings
from .core.chunk_worker import ChunkWorker
from .core.datasets import Datasets
from .core.errors import NotConfigured
from .core.job_manager import JobLimits, JobManager
from .core.job_runner import JobRunner
from .core.models import OutputFormat, Reading, StorageKind
from .core.ports import JobStore, Outputs, StorageHandler
from .core.recipes import Recipes
from .core.schemas import Schemas
from .storage.datasets import DatasetFiles
from .storage.jobs.leases import FileLeases
from .storage.jobs.store import SqliteJobStore
from .storage.judging.rehearsal import Rehearsal
from .storage.rejected import RejectedRows

if TYPE_CHECKING:
    import pyarrow as pa

    from .api.gemini import GeminiClient
    from .core.authoring.rows import ModelRows
    from .core.tracing import Tracing
    from .generation.pools import Pools
    from .reporting.reports import Reports
    from .storage.buckets.bucket import Bucket
    from .storage.jobs.rebuilding import Rebuilt

SCRATCH = "scratch"
"""Beside the jobs' chunk folders; holds what a verdict sorts on disk."""


@dataclass(frozen=True)
class App:
    """The use cases, wired; those that few commands need, and their modules, when asked for."""

    settings: Settings
    schemas: Schemas
    manager: JobManager
    datasets: Datasets
    runner: JobRunner
    model_rows: ModelRows | None
    outputs_at: Callable[[str], Outputs]
    """Datasets below the address of a bucket."""

    @cached_property
    def tracing(self) -> Tracing:
        from .core.authoring.origins import unconfigured
        from .core.tracing import Tracing

        recorded = self.model_rows.recorded if self.model_rows else unconfigured
        return Tracing(self.datasets, pools, recorded)

    @cached_property
    def reports(self) -> Reports:
        from .reporting.reports import Reports

        return Reports(self.datasets, self.manager, SystemClock(), __version__)


@asynccontextmanager
async def open_app(settings: Settings, *, model: GeminiClient | None = None) -> AsyncIterator[App]:
    """The use cases for one event loop; on the way out every job is left resumable.

    `model` stands in for the client that the settings describe.
    """
    if sys.platform == "linux":
        # Read when pyarrow is first imported. Ten million rows end to end peaked at 360 MB with
        # this allocator, 500 MB with Arrow's default and with the system's, which fragment.
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")
        # What it keeps for ten seconds is not fetched anew for the next column: of a million rows'
        # 140,000 page faults 85,000 are left, for 10 MB.
        os.environ.setdefault("JE_ARROW_MALLOC_CONF", "narenas:2,dirty_decay_ms:10000")
    async with AsyncExitStack() as stack:
        store = job_store(settings)
        stack.push_async_callback(store.close)
        gemini = model or _gemini(settings)
        if gemini is not None:
            stack.push_async_callback(gemini.aclose)
        model_rows = None
        if gemini is not None:
            from .core.authoring.rows import ModelRows

            model_rows = ModelRows(
                store,
                gemini,
                calls_at_once=settings.gemini.max_concurrency,
                quarantine=RejectedRows(settings.temp_dir),
            )
            stack.push_async_callback(model_rows.close)
        app = _wired(settings, store, gemini, model_rows)
        stack.push_async_callback(app.runner.stop)
        yield app


def _wired(
    settings: Settings,
    store: JobStore,
    gemini: GeminiClient | None,
    model_rows: ModelRows | None,
) -> App:
    clock = SystemClock()
    recipes = Recipes(pools)
    storage = _storages(settings)
    datasets = Datasets(
        jobs=store,
        recipes=recipes,
        storage=storage,
        maker=DatasetFiles(settings.temp_dir / SCRATCH, pools),
        outputs=outputs_at(settings, settings.output_url) if settings.output_url else None,
    )
    cores = os.cpu_count() or 1
    runner = JobRunner(
        jobs=store,
        leases=FileLeases(settings.lease_dir),
        worker=ChunkWorker(store, storage, encode, model_rows, clock, asyncio.Semaphore(cores)),
        recipes=recipes,
        clock=clock,
        finished=datasets.finished,
        parallel=settings.job.parallel_chunks,
        cores=cores,
        chunk_attempts=settings.job.chunk_attempts,
    )
    schemas = Schemas(
        jobs=store,
        reader=gemini,
        local_reader=LocalReader(date.today),
        writer=gemini,
        pools=pools,
        encode=encode,
        today=date.today,
        parallel_calls=settings.gemini.max_concurrency,
        max_rows=settings.job.max_rows,
        rehearse=Rehearsal(settings.temp_dir / SCRATCH, pools),
    )
    manager = JobManager(
        jobs=store,
        schemas=schemas,
        runner=runner,
        storage=storage,
        writer=gemini,
        clock=clock,
        randomness=secrets.token_bytes,
        limits=JobLimits(settings.job.max_rows, settings.job.max_chunks),
        engine=__version__,
    )
    to = partial(outputs_at, settings)
    return App(settings, schemas, manager, datasets, runner, model_rows, to)


def job_store(settings: Settings) -> SqliteJobStore:
    return SqliteJobStore(settings.database, clock=SystemClock(), folder=settings.temp_dir)


async def rebuild(settings: Settings) -> Rebuilt:
    """The job store made anew from the files beside the chunks; see storage/jobs/rebuilding.py."""
    from .storage.jobs.rebuilding import Rebuild

    leases = FileLeases(settings.lease_dir)
    made = Rebuild(settings.database, settings.temp_dir, _storages(settings), leases, SystemClock())
    return await asyncio.to_thread(made.run)


class SystemClock:
    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class LocalReader:
    """Our own reader, which needs no key."""

    today: Callable[[], date]

    async def extract_schema(
        self,
        description: str,
        *,
        sample_rows: Sequence[Mapping[str, Any]] = (),
        current_schema: Mapping[str, Any] | None = None,
    ) -> Reading:
        from .reading.reader import read_request

        return await asyncio.to_thread(
            read_request,
            description,
            sample_rows=sample_rows,
            current_schema=current_schema,
            today=self.today(),
        )


# Heavy libraries come with these; they are imported when the first row is made.


@cache
def pools() -> Pools:
    from .data import load_pools

    return load_pools()


def encode(table: pa.Table, target: OutputFormat) -> bytes:
    from .storage.formats import encoding as formats

    return formats.encode(table, target)


def _storages(settings: Settings) -> Callable[[StorageKind], StorageHandler]:
    """Each kind of storage, made when it is first asked for."""
    from .storage.cloud import CloudStorageHandler
    from .storage.disk import DiskStorageHandler
    from .storage.memory import MemoryStorageHandler
    from .storage.outputs import DiskOutputs

    makers: dict[StorageKind, Callable[[], StorageHandler]] = {
        "disk": partial(DiskStorageHandler, settings.temp_dir, settings.output_dir),
        "memory": lambda: MemoryStorageHandler(
            DiskOutputs(settings.output_dir),
            max_bytes=settings.storage.memory_max_bytes,
            max_chunks=settings.storage.memory_max_chunks,
        ),
        "cloud": lambda: CloudStorageHandler(_bucket(settings, _cloud_url(settings))),
    }

    @cache
    def storage(kind: StorageKind) -> StorageHandler:
        return makers[kind]()

    return storage


def _cloud_url(settings: Settings) -> str:
    """There is no silent fallback: a dataset meant for a bucket never lands somewhere else."""
    if settings.storage.cloud_url is None:
        raise NotConfigured(
            "cloud storage is not configured: no bucket is named",
            hint="set STORAGE_CLOUD_URL=s3://bucket/folder, or use storage=disk or memory",
        )
    return settings.storage.cloud_url


def _bucket(settings: Settings, url: str) -> Bucket:
    from .storage.buckets.bucket import Bucket, Place

    return Bucket(
        Place.parse(url),
        endpoint=settings.storage.cloud_endpoint,
        environment=os.environ,
        home=Path.home(),
    )


def outputs_at(settings: Settings, url: str) -> Outputs:
    from .storage.buckets.outputs import CloudOutputs

    return CloudOutputs(_bucket(settings, url))


def _gemini(settings: Settings) -> GeminiClient | None:
    if not settings.gemini.keys:
        return None
    from .api.gemini import GeminiClient, GeminiOptions
    from .utils.validators import check_row

    group = settings.gemini
    options = GeminiOptions(
        api_keys=group.keys,
        model=group.model,
        base_url=group.base_url,
        requests_per_minute=group.requests_per_minute,
        tokens_per_minute=group.tokens_per_minute,
        max_concurrency=group.max_concurrency,
        timeout_s=group.timeout_s,
        max_attempts=group.max_attempts,
    )
    return GeminiClient(options, check=check_row)
