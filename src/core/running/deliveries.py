"""One chunk for everybody who asks for it: in flight once, and tried again where that helps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..chunk_worker import ChunkWorker
from ..errors import Conflict, LimitExceeded, ProviderBusy, QuotaExhausted, RowmillError
from ..models import ChunkKey, ChunkMetadata, Job
from ..ports import Clock, JobStore
from .holding import Hold, Holds

if TYPE_CHECKING:
    from ...generation.recipe import Recipe

log = logging.getLogger("rowmill.runner")

WAIT_FOR_BETTER_TIMES = (ProviderBusy, QuotaExhausted, LimitExceeded)
"""What time or a decision mends: the job is PAUSED with the reason, not FAILED."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """`tries` of a chunk at the most, with a pause of `backoff_s(n)` after the n-th."""

    jobs: JobStore
    worker: ChunkWorker
    clock: Clock
    holds: Holds
    tries: int
    backoff_s: Callable[[int], float]

    async def chunk(self, job: Job, recipe: Recipe, key: ChunkKey, hold: Hold) -> ChunkMetadata:
        """The chunk, stored and recorded; whoever asks for one in flight waits for that one.

        Raises:
            Conflict: the job was stopped, or changed hands, meanwhile.
            RowmillError
        """
        if key.index not in hold.in_flight and (hold.owed is None or key.index not in hold.owed):
            stored = await self.jobs.chunk(job.job_id, key.index)
            if stored is not None:
                return stored
        task = hold.in_flight.get(key.index) or self._begun(job, recipe, key, hold)
        try:
            # Shielded: a caller who no longer waits takes nothing from the others.
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            ourselves = asyncio.current_task()
            if task.cancelled() and not (ourselves and ourselves.cancelling()):
                raise Conflict("the job was stopped while this chunk was being made") from None
            raise

    def _begun(
        self, job: Job, recipe: Recipe, key: ChunkKey, hold: Hold
    ) -> asyncio.Task[ChunkMetadata]:
        task = asyncio.create_task(self._tried(job, recipe, key, hold))
        hold.in_flight[key.index] = task
        hold.users += 1  # the chunk itself: its callers may give up before it is done

        def landed(_: object) -> None:
            del hold.in_flight[key.index]
            self.holds.let_go(job.job_id, hold)

        task.add_done_callback(landed)
        return task

    async def _tried(self, job: Job, recipe: Recipe, key: ChunkKey, hold: Hold) -> ChunkMetadata:
        ours = job.evolve(attempt=hold.attempt)
        for tried in range(1, self.tries + 1):
            try:
                chunk = await self.worker.make(ours, recipe, key)
            except RowmillError as exc:
                final = not exc.retryable or isinstance(exc, (Conflict, *WAIT_FOR_BETTER_TIMES))
                if final or tried == self.tries:
                    raise
                log.warning("job=%s chunk=%d event=again problem=%s", job.job_id, key.index, exc)
                await asyncio.sleep(self.backoff_s(tried))
            else:
                if hold.owed is not None:
                    hold.owed.store(key.index)
                hold.recent.append((self.clock.monotonic(), key.rows))
                log.info("job=%s chunk=%d event=stored rows=%d", job.job_id, key.index, key.rows)
                return chunk
        raise AssertionError("unreachable: the last attempt returns or raises")
