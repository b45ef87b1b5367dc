"""A runner on real parts: SQLite in memory, chunks in memory, real file leases, the real engine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date

import pytest

from src.core.chunk_worker import ChunkWorker
from src.core.job_runner import JobRunner
from src.core.models import Job, JobSpecification, JobState
from src.core.parsing import parse_schema
from src.core.ports import JobStore
from src.core.recipes import Recipes
from src.data import load_pools
from src.storage.formats import encoding as formats
from src.storage.jobs.leases import FileLeases
from src.storage.jobs.store import SqliteJobStore
from src.storage.memory import MemoryStorageHandler
from src.storage.outputs import DiskOutputs

DOCUMENT = {
    "name": "t",
    "as_of": "2026-01-01",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "n", "type": "integer", "constraints": {"minimum": 0, "maximum": 9}},
    ],
}
JOB = "job_" + "a" * 16


@dataclass
class TickingClock:
    """Time that stands still unless somebody moves it."""

    seconds: float = 1_000_000.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Gate:
    """Stops the encoding of every chunk until it is opened, and says how many have come."""

    closed: bool = False
    _open: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def pass_through(self) -> None:
        self.arrived.release()
        if self.closed:
            assert self._open.wait(20), "nobody opened the gate"

    def open(self) -> None:
        self.closed = False
        self._open.set()


@dataclass
class Bench:
    """The parts of a runner, to look at and to disturb."""

    jobs: SqliteJobStore
    storage: MemoryStorageHandler
    leases: FileLeases
    clock: TickingClock
    gate: Gate
    failures: list[Exception] = field(default_factory=list)
    encoded: list[int] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)

    def encode(self, table, target):
        self.encoded.append(table.num_rows)
        self.gate.pass_through()
        if self.failures:
            raise self.failures.pop(0)
        return formats.encode(table, target)

    def worker(self, cores: int) -> ChunkWorker:
        computing = asyncio.Semaphore(cores)
        return ChunkWorker(
            self.jobs, lambda kind: self.storage, self.encode, None, self.clock, computing
        )

    def runner(
        self,
        *,
        parallel: int = 2,
        cores: int = 8,
        chunk_attempts: int = 3,
        jobs: JobStore | None = None,
    ) -> JobRunner:
        async def finished(job: Job) -> None:
            self.finished.append(job.job_id)

        return JobRunner(
            jobs=jobs or self.jobs,
            leases=self.leases,
            worker=self.worker(cores),
            recipes=Recipes(load_pools),
            clock=self.clock,
            finished=finished,
            parallel=parallel,
            cores=cores,
            chunk_attempts=chunk_attempts,
            backoff_s=lambda attempt: 0.0,
        )

    async def job(
        self,
        job_id: str = JOB,
        *,
        rows: int = 40,
        chunk_size: int = 10,
        state: JobState = JobState.PENDING,
        **changes,
    ) -> Job:
        spec = JobSpecification(
            schema=parse_schema(DOCUMENT),
            rows=(("t", rows),),
            seed=7,
            as_of=date(2026, 1, 1).isoformat(),
            engine="test",
            output_format="csv",
            chunk_size=chunk_size,
            storage="memory",
            generation="local",
        )
        return await self.jobs.create(Job(job_id, "t", spec, state=state, **changes))


@pytest.fixture
async def bench(tmp_path) -> AsyncIterator[Bench]:
    clock = TickingClock()
    jobs = SqliteJobStore(":memory:", clock=clock)
    storage = MemoryStorageHandler(
        DiskOutputs(tmp_path / "output"), max_bytes=10_000_000, max_chunks=1000
    )
    gate = Gate()
    yield Bench(jobs, storage, FileLeases(tmp_path / "leases"), clock, gate)
    gate.open()
    await jobs.close()
