"""Which jobs this process runs, and what it knows of them while it does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ..errors import Conflict
from ..models import ChunkMetadata
from ..planning import ChunkPlan, Owed
from ..ports import JobStore, Lease, Leases
from .threads import to_its_end


@dataclass(slots=True)
class Hold:
    """A job this process holds the lease of; shared by all who work on it here.

    While the whole job is run, `owed` is known here: nobody else stores its chunks, so the store
    need not be asked again.
    """

    lease: Lease
    attempt: int
    users: int = 0
    owed: Owed | None = None
    in_flight: dict[int, asyncio.Task[ChunkMetadata]] = field(default_factory=dict)
    recent: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=64))
    """When the last chunks were stored (s), and how many rows they have."""


class Holds:
    def __init__(self, jobs: JobStore, leases: Leases) -> None:
        self._jobs = jobs
        self._leases = leases
        self._holds: dict[str, Hold] = {}
        self._taking = asyncio.Lock()

    def now(self, job_id: str) -> Hold | None:
        return self._holds.get(job_id)

    def jobs_held(self) -> frozenset[str]:
        return frozenset(self._holds)

    async def held_of(self, job_ids: Collection[str]) -> frozenset[str]:
        """Those of the jobs that any living process holds."""

        def look() -> frozenset[str]:
            return frozenset(job_id for job_id in job_ids if self._leases.held(job_id))

        return await asyncio.to_thread(look) if job_ids else frozenset()

    @asynccontextmanager
    async def of(self, job_id: str) -> AsyncIterator[Hold]:
        """The job held while the block runs, by this process, which counts as one attempt.

        Raises:
            Conflict: another process runs the job.
        """
        hold = await self._taken(job_id)
        try:
            yield hold
        finally:
            self.let_go(job_id, hold)

    @asynccontextmanager
    async def alone(self, job_id: str) -> AsyncIterator[None]:
        """Nobody works on the job while the block runs, here or elsewhere.

        Raises:
            Conflict: somebody does.
        """
        lease = await self._lease(job_id)
        try:
            yield
        finally:
            lease.release()

    def let_go(self, job_id: str, hold: Hold) -> None:
        """One user less; the last one gives the lease back."""
        hold.users -= 1
        if not hold.users:
            del self._holds[job_id]
            hold.lease.release()

    async def next_owed(self, job_id: str, besides: Collection[int] = ()) -> int | None:
        """The lowest chunk that is neither stored, nor being made here, nor one of `besides`.

        Raises: NotFound.
        """
        hold = self._holds.get(job_id)
        making = hold.in_flight if hold else {}
        job = await self._jobs.get(job_id)
        total = ChunkPlan(job_id, job.spec).count
        return await self._jobs.next_owed(job_id, total, besides={*making, *besides})

    async def _taken(self, job_id: str) -> Hold:
        async with self._taking:
            hold = self._holds.get(job_id)
            if hold is None:
                lease = await self._lease(job_id)
                try:
                    job = await self._jobs.begin_attempt(job_id)
                except BaseException:
                    lease.release()
                    raise
                hold = self._holds[job_id] = Hold(lease, job.attempt)
            hold.users += 1
            return hold

    async def _lease(self, job_id: str) -> Lease:
        got: list[Lease | None] = []
        try:
            await to_its_end(lambda: got.append(self._leases.acquire(job_id)))
        except asyncio.CancelledError:
            for lease in filter(None, got):
                lease.release()
            raise
        if got[0] is None:
            raise Conflict(
                "another process is running this job",
                hint="get_job_progress shows how far it is",
            )
        return got[0]
