"""Whatever people, crashes and clocks do to some jobs, in any order."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from src.core.errors import Conflict, RowmillError
from src.core.models import JobState
from src.core.states import ACTIVE, FINAL

from .conftest import SHARED_MEMORY
from .world import CHUNKS, DOCUMENT, FREE, Process, World, created, quietly

PATIENCE_S = 30
jobs = st.integers(0, 1)
servers = st.integers(0, 1)
chunks = st.integers(0, CHUNKS - 1)


@dataclass
class Known:
    """What we were told of a job; that must stay true."""

    job_id: str
    free: bool
    seed: int
    state: JobState | None = None
    refuses: set[int] = field(default_factory=set)
    """The chunks it had when it was cancelled."""


@cache
def expected(free: bool, seed: int) -> bytes:
    async def undisturbed() -> bytes:
        with tempfile.TemporaryDirectory() as home:
            world = World(Path(home))
            async with world.process() as process:
                job_id = await created(process, FREE if free else DOCUMENT, seed=seed)
                await process.drain(job_id)
                await process.merged(job_id)
            return world.files()[f"{job_id}.csv"]

    with asyncio.Runner() as runner:
        return runner.run(undisturbed())


class AnyOrder(RuleBasedStateMachine):
    """Two servers on one folder, and at the most two jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        fast = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
        self.home = Path(tempfile.mkdtemp(dir=fast))
        self.world = World(self.home)
        self.stacks: list[AsyncExitStack] = [AsyncExitStack(), AsyncExitStack()]
        self.servers: list[Process | None] = [None, None]
        self.known: list[Known] = []

    @initialize()
    def begin(self) -> None:
        self.does(self._start(0))
        self.does(self._start(1))

    # ── what people do ────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: len(self.known) < 2)
    @rule(server=servers, free=st.booleans(), seed=st.sampled_from([7, 8]), start=st.booleans())
    def create(self, server: int, free: bool, seed: int, start: bool) -> None:
        async def act(process: Process) -> None:
            document = FREE if free else DOCUMENT
            job_id = await created(process, document, seed=seed, start=start)
            self.known.append(Known(job_id, free, seed))

        self.asks(server, act)

    @rule(server=servers, job=jobs, action=st.sampled_from(["start", "pause", "resume", "retry"]))
    def control(self, server: int, job: int, action: str) -> None:
        self.on(server, job, lambda process, known: process.manager.control(known.job_id, action))

    @rule(server=servers, job=jobs)
    def cancel(self, server: int, job: int) -> None:
        async def act(process: Process, known: Known) -> None:
            await process.manager.control(known.job_id, "cancel")
            known.state = JobState.CANCELLED
            known.refuses = set(await process.jobs.stored(known.job_id))

        self.on(server, job, act)

    @rule(server=servers, job=jobs, index=chunks)
    def ask_for_a_chunk(self, server: int, job: int, index: int) -> None:
        self.on(server, job, lambda process, known: process.runner.one(known.job_id, index))

    @rule(server=servers, job=jobs)
    def merge(self, server: int, job: int) -> None:
        self.on(server, job, lambda process, known: process.merged(known.job_id))

    # ── what happens ──────────────────────────────────────────────────────────────────────────

    @rule(times=st.integers(1, 6), server=servers)
    def let_work(self, times: int, server: int) -> None:
        async def act(process: Process) -> None:
            for _ in range(times):
                await process.runner.wait_changed(0.02)

        self.asks(server, act)

    @rule(server=servers)
    def crash(self, server: int) -> None:
        self.does(self._crash(server))

    @rule(server=servers)
    def stop_in_order(self, server: int) -> None:
        self.does(self._stop(server))

    @rule(server=servers)
    def start_again(self, server: int) -> None:
        self.does(self._start(server))

    @rule(seconds=st.sampled_from([-1e9, -3600.0, 0.5, 86400.0, 1e9]))
    def jump_of_the_clock(self, seconds: float) -> None:
        self.world.clock.wall += seconds

    @rule(server=servers, job=jobs, index=chunks)
    def deliver_again(self, server: int, job: int, index: int) -> None:
        """A chunk that is stored comes once more, from the attempt that is running."""

        async def act(process: Process, known: Known) -> None:
            chunk = await process.jobs.chunk(known.job_id, index)
            if chunk is not None:
                await process.jobs.commit_chunk(chunk)
                assert await process.jobs.chunk(known.job_id, index) == chunk

        self.on(server, job, act)

    @rule(server=servers, job=jobs, index=chunks)
    def deliver_late(self, server: int, job: int, index: int) -> None:
        """From an attempt that is over."""

        async def act(process: Process, known: Known) -> None:
            chunk = await process.jobs.chunk(known.job_id, index)
            if chunk is None:
                return
            job = await process.jobs.begin_attempt(known.job_id)
            assert chunk.attempt < job.attempt
            with pytest.raises(Conflict):
                await process.jobs.commit_chunk(chunk)

        if not self.runs(job):
            self.on(server, job, act)

    @rule(job=jobs, index=chunks, how=st.sampled_from(["flip", "cut", "remove"]))
    def damage(self, job: int, index: int, how: str) -> None:
        if job >= len(self.known):
            return
        job_id = self.known[job].job_id
        for path in (self.home / "temp" / job_id).glob(f"chunk_{index:06d}.csv"):
            data = path.read_bytes()
            path.write_bytes(
                data[: len(data) // 2] if how == "cut" else bytes([data[0] ^ 1]) + data[1:]
            )
            if how == "remove":
                path.unlink()
            # It may be found out and owed again: that takes no answer back.
            self.world.acknowledged.get(job_id, set()).discard(index)

    # ── what must be true ─────────────────────────────────────────────────────────────────────

    async def _look(self) -> None:
        async with self.world.process() as process:
            for known in self.known:
                await self._look_at(process, known)
        assert not self.world.provider.twice, "what was recorded was paid for again"

    async def _look_at(self, process: Process, known: Known) -> None:
        # Before we ask: others work on while we do.
        acknowledged = set(self.world.acknowledged.get(known.job_id, ()))
        owned = self.runs(self.known.index(known))
        progress = await process.manager.progress(known.job_id)
        job = await process.manager.get(known.job_id)
        found = await process.jobs.chunks(known.job_id)
        indexes = [chunk.key.index for chunk in found]
        assert acknowledged <= set(indexes), "lost"
        assert len(set(indexes)) == len(indexes), "doubled"
        if known.state in FINAL:
            assert job.state is known.state, "an end that was no end"
        if job.state in FINAL:
            known.state = job.state
        if job.state is JobState.COMPLETED:
            assert len(indexes) == CHUNKS, "completed without all of its rows"
        if known.state is JobState.CANCELLED:
            assert set(indexes) <= known.refuses, "a cancelled job took a chunk"
        if progress.running:
            assert owned or self.runs(self.known.index(known)), "it runs without an owner"

    def runs(self, job: int) -> bool:
        known = self.known[job] if job < len(self.known) else None
        alive = [process for process in self.servers if process]
        return known is not None and any(p.runner.running_here(known.job_id) for p in alive)

    # ── the end ───────────────────────────────────────────────────────────────────────────────

    def teardown(self) -> None:
        try:
            for known, made in self.does(self._end()):
                assert made == expected(known.free, known.seed), "not the rows asked for"
        finally:
            self.loop.close()
            shutil.rmtree(self.home, ignore_errors=True)

    async def _end(self) -> list[tuple[Known, bytes]]:
        """Everything stops, one server starts, and every job comes to its end: its dataset, unless
        it was cancelled."""
        datasets = []
        for server in range(2):
            await self._stop(server)
        async with self.world.process() as process:
            for known in self.known:
                job = await process.drain(known.job_id)
                if job.state is JobState.CANCELLED:
                    continue
                for index in range(CHUNKS):
                    await process.runner.one(known.job_id, index)  # mends what was damaged
                await process.merged(known.job_id)
                datasets.append((known, self.world.files()[f"{known.job_id}.csv"]))
        return datasets

    # ── how ───────────────────────────────────────────────────────────────────────────────────

    def does(self, work: Any) -> Any:
        async def patiently() -> Any:
            async with asyncio.timeout(PATIENCE_S):
                result = await work
                await self._look()
                return result

        return self.loop.run(patiently())

    def asks(self, server: int, act: Any) -> None:
        process = self.servers[server]
        if process is not None:
            self.does(self._asked(act(process)))

    def on(self, server: int, job: int, act: Any) -> None:
        process = self.servers[server]
        if process is not None and job < len(self.known):
            self.does(self._asked(act(process, self.known[job])))

    async def _asked(self, work: Any) -> None:
        said = await quietly(work)
        if isinstance(said, RowmillError):
            assert said.code != "internal_error", said

    async def _start(self, server: int) -> None:
        if self.servers[server] is not None:
            return
        self.stacks[server] = AsyncExitStack()
        process = await self.stacks[server].enter_async_context(self.world.process())
        self.servers[server] = process
        await process.manager.go_on()
        for job, known in enumerate(self.known):
            found = await process.manager.get(known.job_id)
            if known.free and found.state in ACTIVE and found.wanted:
                assert self.runs(job), "meant to run, free of cost, and not gone on with"

    async def _stop(self, server: int) -> None:
        if self.servers[server] is not None:
            self.servers[server] = None
            await self.stacks[server].aclose()

    async def _crash(self, server: int) -> None:
        process = self.servers[server]
        if process is not None:
            process.fate.is_dead = True
            await self._stop(server)


AnyOrder.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestAnyOrder = AnyOrder.TestCase
