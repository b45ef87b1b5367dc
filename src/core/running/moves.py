"""A job's moves: decided on what stands, heard by whoever waits."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from ..errors import Conflict, IllegalTransition
from ..models import Job
from ..ports import JobStore
from ..states import Event, after

log = logging.getLogger("rowmill.runner")


@dataclass(frozen=True, slots=True)
class Moves:
    jobs: JobStore
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)

    async def make(
        self,
        job_id: str,
        event: Event,
        *,
        attempt: int | None = None,
        detail: str = "",
        **changes: Any,
    ) -> Job:
        """Apply an event to the job as it stands; decided again where somebody was quicker.

        `attempt` is given by whoever moves the job as its runner: one that slept through its lease
        has no say any more.

        Raises:
            IllegalTransition, NotFound
            Conflict: `attempt` is not the job's.
        """
        while True:
            job = await self.jobs.get(job_id)
            if attempt not in (None, job.attempt):
                raise Conflict("another process runs this job now", hint="nothing is lost")
            moved = job.evolve(state=after(job.state, event), **changes)
            try:
                moved = await self.jobs.replace(moved, seen=job.version, event=event, detail=detail)
            except Conflict:
                continue
            log.info("job=%s event=%s state=%s %s", job_id, event, moved.state, detail)
            await self.notify()
            return moved

    async def make_if_possible(
        self, job_id: str, event: Event, *, attempt: int | None = None, **changes: Any
    ) -> Job:
        """For moves that several workers may be about to make: the second finds it made."""
        try:
            return await self.make(job_id, event, attempt=attempt, **changes)
        except IllegalTransition:
            return await self.jobs.get(job_id)

    async def wait(self, timeout_s: float) -> None:
        """Return when any job moved here, or after `timeout_s`. A stored chunk is no move: where
        many wait, to wake them all for each would cost more than the chunk."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait(), timeout_s)
            except TimeoutError:
                return

    async def notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
