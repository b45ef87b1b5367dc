"""One data folder and the processes that live, die and come back on it, in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from src.api.limits import Limiter
from src.core.authoring.rows import ModelRows
from src.core.chunk_worker import ChunkWorker
from src.core.datasets import Datasets
from src.core.errors import RowmillError
from src.core.job_manager import JobLimits, JobManager, JobRequest
from src.core.job_runner import JobRunner
from src.core.models import ChunkMetadata, Job, JobState, Usage
from src.core.ports import Answer, Dataset, Lease, RowRequest, WrittenRows
from src.core.recipes import Recipes
from src.core.schemas import Given, Schemas
from src.core.states import FINAL
from src.data import load_pools
from src.storage.datasets import DatasetFiles
from src.storage.disk import DiskStorageHandler
from src.storage.formats.encoding import encode
from src.storage.jobs.leases import FileLeases
from src.storage.jobs.rebuilding import Rebuild, Rebuilt
from src.storage.jobs.store import SqliteJobStore
from src.storage.judging.rehearsal import Rehearsal

from .faults import Died, Fate, FatedFiles, FatedStore

POOLS = load_pools()
ROWS, CHUNK_ROWS, CHUNKS = 80, 20, 4
DOCUMENT = {
    "name": "notes",
    "as_of": "2026-01-01",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "amount", "type": "number", "generator": {"kind": "lognormal", "median": 20}},
        {"name": "note", "generator": {"kind": "llm_text", "words": [1, 5]}},
    ],
}
FREE = {**DOCUMENT, "fields": DOCUMENT["fields"][:2]}
"""The same without a model."""

GO_ON = {
    JobState.PENDING: "start",
    JobState.PAUSED: "resume",
    JobState.FAILED: "retry",
    JobState.SCHEMA_VALIDATION: "resume",
    JobState.GENERATING: "resume",
}


@dataclass
class Provider:
    """The model service. It answers every row, never twice the same text, and remembers who asked
    for a row whose answer was recorded already: those were paid for twice."""

    calls: int = 0
    recorded: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)

    async def generate_data_chunk(self, request: RowRequest) -> WrittenRows:
        self.calls += 1
        rows = {row: (f"note {request.seed}.{row}",) for row in request.rows}
        self.twice |= self.recorded & {note for (note,) in rows.values()}
        await asyncio.sleep(0)
        return WrittenRows(rows, usage=Usage(1, 10, 100))


@dataclass(frozen=True)
class Line:
    """A process's way to the provider, one call at once; the dead call nobody."""

    provider: Provider
    fate: Fate
    limiter: Limiter = field(
        default_factory=lambda: Limiter(requests=10**6, tokens=10**9, concurrency=1)
    )
    model: str = "fake"
    prompt_version: str = "1"

    async def generate_data_chunk(self, request: RowRequest, **how: Any) -> WrittenRows:
        async with self.limiter.slot(10):
            if self.fate.is_dead:
                raise Died
            return await self.provider.generate_data_chunk(request)

    def price(self, usage: Usage) -> float:
        return usage.output_tokens / 1e6

    def estimate(self, request: RowRequest) -> Usage:
        return Usage(1, 10, 100)

    worst_case = estimate


class Acknowledging:
    """A job store that notes what it has answered: that must never be lost."""

    def __init__(self, jobs: Any, world: World) -> None:
        self._jobs = jobs
        self._world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jobs, name)

    async def create(self, job: Job) -> Job:
        return self._moved(await self._jobs.create(job))

    async def replace(self, job: Job, **how: Any) -> Job:
        return self._moved(await self._jobs.replace(job, **how))

    async def begin_attempt(self, job_id: str) -> Job:
        return self._moved(await self._jobs.begin_attempt(job_id))

    async def commit_chunk(self, chunk: ChunkMetadata) -> Job:
        job: Job = await self._jobs.commit_chunk(chunk)
        self._world.tell({"stored": chunk.key.index, "job": chunk.key.job_id})
        self._world.acknowledged.setdefault(chunk.key.job_id, set()).add(chunk.key.index)
        return job

    def _moved(self, job: Job) -> Job:
        self._world.tell({"version": job.version, "job": job.job_id})
        return job

    async def record_answer(self, key: str, answer: Answer) -> Answer:
        kept: Answer = await self._jobs.record_answer(key, answer)
        self._note(kept)
        return kept

    async def record_usage(self, *args: Any, **kwargs: Any) -> Any:
        kept = await self._jobs.record_usage(*args, **kwargs)
        for answer in (kept or {}).values():
            self._note(answer)
        return kept

    def _note(self, answer: Answer) -> None:
        notes = [note for _, (note,) in answer.rows]
        self._world.tell({"recorded": notes})
        self._world.provider.recorded.update(notes)


class DyingLeases:
    """File leases that the system frees when their process dies, whatever its code did."""

    def __init__(self, folder: Path) -> None:
        self._leases = FileLeases(folder)
        self.taken: list[Any] = []

    def acquire(self, job_id: str) -> Lease | None:
        lease = self._leases.acquire(job_id)
        if lease is not None:
            self.taken.append(lease)
        return lease

    def held(self, job_id: str) -> bool:
        return self._leases.held(job_id)

    def die(self) -> None:
        for lease in self.taken:
            lease.release()


class MovingClock:
    """Stands still unless somebody moves it, forwards or backwards."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 0.0

    def now(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        self.steady += 0.001
        return self.steady


@dataclass
class Process:
    """The use cases of one process, wired as `src.wiring` does."""

    manager: JobManager
    runner: JobRunner
    datasets: Datasets
    jobs: Any
    leases: DyingLeases
    fate: Fate

    async def drain(self, job_id: str) -> Job:
        """What a person would do until the job is over, with everything but cancel."""
        for _ in range(20):
            job = await self.drain_once(job_id)
            if job.state in FINAL:
                return job
        raise AssertionError(f"{job_id} does not come to an end: {job.state}, {job.problem}")

    async def drain_once(self, job_id: str) -> Job:
        """The one thing that may bring the job further, and wait for what comes of it."""
        action = GO_ON.get((await self.manager.get(job_id)).state)
        if action is not None:
            await self.manager.control(job_id, action)
            await self.manager.run(job_id)
        return await self.manager.get(job_id)

    async def merged(self, job_id: str) -> Dataset:
        return await self.datasets.merge(await self.manager.get(job_id))


@dataclass
class World:
    """`home` outlives every process; `acknowledged` holds the chunks whose commit was answered,
    and `tell` is told of every answer of the job store."""

    home: Path
    provider: Provider = field(default_factory=Provider)
    clock: MovingClock = field(default_factory=MovingClock)
    acknowledged: dict[str, set[int]] = field(default_factory=dict)
    tell: Callable[[dict[str, Any]], None] = lambda answer: None
    chance: Random = field(default_factory=lambda: Random(0))
    recipes: Recipes = field(default_factory=lambda: Recipes(lambda: POOLS))

    @asynccontextmanager
    async def process(
        self, fate: Fate | None = None, *, parallel: int = 2
    ) -> AsyncIterator[Process]:
        """A process from its start to its end, or to its death where `fate` says so."""
        fate = fate or Fate()
        store = SqliteJobStore(self.home / "rowmill.db", clock=self.clock, files=FatedFiles(fate))
        jobs: Any = Acknowledging(FatedStore(store, fate), self)
        line = Line(self.provider, fate)
        model_rows = ModelRows(jobs, line, calls_at_once=1)
        process = self._wired(jobs, model_rows, line, parallel)
        try:
            yield process
        finally:
            await process.runner.stop()
            await model_rows.close()
            await store.close()
            process.leases.die()

    def _wired(self, jobs: Any, model_rows: ModelRows, line: Line, parallel: int) -> Process:
        fate = line.fate
        disk = DiskStorageHandler(self.home / "temp", self.home / "output", files=FatedFiles(fate))
        leases = DyingLeases(self.home / "leases")
        datasets = Datasets(
            jobs=jobs,
            recipes=self.recipes,
            storage=lambda kind: disk,
            maker=DatasetFiles(self.home / "temp" / "scratch", lambda: POOLS),
        )
        runner = JobRunner(
            jobs=jobs,
            leases=leases,
            worker=ChunkWorker(
                jobs, lambda kind: disk, encode, model_rows, self.clock, asyncio.Semaphore(2)
            ),
            recipes=self.recipes,
            clock=self.clock,
            finished=datasets.finished,
            parallel=parallel,
            cores=2,
            chunk_attempts=2,
            backoff_s=lambda attempt: 0.0,
        )
        manager = JobManager(
            jobs=jobs,
            schemas=self._schemas(jobs, line),
            runner=runner,
            storage=lambda kind: disk,
            writer=line,
            clock=self.clock,
            randomness=self.chance.randbytes,
            limits=JobLimits(100_000, 1_000),
            engine="test",
        )
        return Process(manager, runner, datasets, jobs, leases, fate)

    def _schemas(self, jobs: Any, line: Line) -> Schemas:
        return Schemas(
            jobs=jobs,
            reader=None,
            local_reader=None,  # type: ignore[arg-type]  # nobody here reads sentences
            writer=line,
            pools=lambda: POOLS,
            encode=encode,
            today=lambda: date(2026, 1, 1),
            parallel_calls=1,
            max_rows=100_000,
            rehearse=Rehearsal(self.home / "temp" / "scratch", lambda: POOLS),
        )

    def rebuild(self) -> Rebuilt:
        """What `rowmill doctor --rebuild` does."""
        disk = DiskStorageHandler(self.home / "temp", self.home / "output")
        leases = FileLeases(self.home / "leases")
        return Rebuild(
            self.home / "rowmill.db", self.home / "temp", lambda kind: disk, leases, self.clock
        ).run()

    def files(self) -> dict[str, bytes]:
        """What stands below the folder of datasets, temporary files left out."""
        root = self.home / "output"
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.name.startswith(".rowmill-")
        }


async def created(process: Process, document: Any = DOCUMENT, **changes: Any) -> str:
    wish = {"row_count": ROWS, "chunk_size": CHUNK_ROWS, "seed": 7, **changes}
    job = (await process.manager.create(JobRequest(Given(document=document), **wish))).job
    return job.job_id


async def quietly(work: Any) -> RowmillError | None:
    """Work that may be refused or fail, as a person's request may."""
    try:
        await work
    except RowmillError as exc:
        return exc
    return None
