"""Create, control, list, follow: what people do with jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..utils.text import shown
from .errors import Conflict, IllegalTransition, InvalidArgument, NotFound
from .estimates import Estimate
from .ids import RANDOM_BYTES, job_id, known_shape
from .job_requests import (
    JobLimits,
    JobRequest,
    chunks_within,
    seed_of,
    specification,
    uncounted,
)
from .job_runner import JobRunner
from .models import ChunkMetadata, Job, JobProgress, JobState, StorageKind, Tally
from .planning import ChunkPlan
from .ports import Clock, JobEvent, JobStore, RowWriter, StorageHandler
from .schemas import Schemas
from .standing import Moment, allowed_now, is_news, progress_of
from .states import ACTIVE, FINAL, Event

__all__ = ["ACTIONS", "Controlled", "Created", "JobLimits", "JobManager", "JobRequest"]

log = logging.getLogger("rowmill.jobs")

MAX_NAME = 100
POLL_S = 0.5
"""How often a job is looked at while somebody waits for it: for its rows, and for what another
process does to it. What is done to it here is seen at once."""
ACTIONS = ("start", "pause", "resume", "cancel", "retry", "delete")


@dataclass(frozen=True, slots=True)
class Created:
    job: Job
    chunks: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Controlled:
    """`after` is None once the job is deleted."""

    job_id: str
    before: JobState
    after: JobState | None
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobManager:
    """`randomness(n)` gives n random bytes: ids and seeds that nobody gave come from it."""

    jobs: JobStore
    schemas: Schemas
    runner: JobRunner
    storage: Callable[[StorageKind], StorageHandler]
    writer: RowWriter | None
    clock: Clock
    randomness: Callable[[int], bytes]
    limits: JobLimits
    engine: str

    # ── create ────────────────────────────────────────────────────────────────────────────────

    async def create(self, request: JobRequest) -> Created:
        """A job that is planned and priced; it runs only when `start` says so.

        Raises:
            InvalidSchema, InvalidArgument, LimitExceeded, NotConfigured, NotFound
        """
        schema = await self.schemas.resolve(request.given)
        seed = seed_of(request, self.randomness)
        said = self.schemas.rows(schema, request.row_count)
        if request.row_count is not None:
            schema = uncounted(schema)
        self.storage(request.storage)  # not configured? said before anything is kept
        recipe = await asyncio.to_thread(
            self.schemas.compiled, schema, said, request.generation, seed
        )
        spec = specification(request, schema, recipe, seed, writer=self.writer, engine=self.engine)
        chunks = chunks_within(self.limits, spec)
        cost = await asyncio.to_thread(self.schemas.estimated, recipe, spec.output_format)
        now = self.clock.now()
        job = await self.jobs.create(
            Job(
                job_id=job_id(self.randomness(RANDOM_BYTES)),
                name=(request.name or schema.name)[:MAX_NAME],
                spec=spec,
                created_at=now,
                updated_at=now,
            )
        )
        log.info("job=%s event=create rows=%d chunks=%d", job.job_id, spec.total_rows, chunks)
        if request.start:
            job = await self._start(job, Event.START)
        return Created(job, chunks, cost)

    # ── control ───────────────────────────────────────────────────────────────────────────────

    async def control(self, job_id: str, action: str, *, here: bool = True) -> Controlled:
        """Do what a person asks; durable before it returns.

        With `here` false, what is started is left to another process to run.

        Raises:
            InvalidArgument, NotFound, IllegalTransition, Conflict
        """
        if action not in ACTIONS:
            raise InvalidArgument(f"there is no action {shown(action)}", hint=f"one of {ACTIONS}")
        job = await self.get(job_id)
        if action == "delete":
            await self._delete(job)
            return Controlled(job_id, job.state, None, ())
        changed = await self._act(job, Event(action), here)
        return Controlled(job_id, job.state, changed.state, await self.allowed(changed))

    async def _act(self, job: Job, event: Event, here: bool) -> Job:
        if event in (Event.START, Event.RESUME, Event.RETRY):
            return await self._start(job, event, here)
        changed = await self.runner.move(job.job_id, event, wanted=False)
        self.runner.spend_no_more(job.job_id)
        if event is Event.CANCEL:
            await self.runner.halt(job.job_id)
        return changed

    async def _start(self, job: Job, event: Event, here: bool = True) -> Job:
        """Run in the background. To start or resume what runs already changes nothing."""
        if job.state in ACTIVE:
            if await self.runner.running(job.job_id) and job.wanted:
                return job
            event = Event.RESUME  # its owner is gone, or it was made chunk by chunk so far
        changed = await self.runner.move(job.job_id, event, wanted=True, problem=None)
        if here:
            self.runner.launch(job.job_id)
        return changed

    async def _delete(self, job: Job) -> None:
        if job.state not in ACTIVE:  # what ran it here is at its last steps, for nothing
            await self.runner.halt(job.job_id)
        if await self.runner.running(job.job_id):
            hint = "cancel it first" if job.state in ACTIVE else "try again in a moment"
            raise IllegalTransition("cannot delete a job that is running", hint=hint)
        # Under its lease: whoever took it up in between would store chunks of a job that is gone.
        async with self.runner.alone(job.job_id):
            # Whatever keeps the chunks, what a model was turned away for lies on the disk.
            for kind in dict.fromkeys((job.spec.storage, "disk")):
                await asyncio.to_thread(self.storage(kind).delete_job, job.job_id)
            await self.jobs.delete(job.job_id)
        log.info("job=%s event=delete", job.job_id)

    async def run(self, job_id: str) -> Job:
        """Run the job here and wait for its end; the caller's cancellation leaves it resumable."""
        return await asyncio.shield(self.runner.launch(job_id))

    async def go_on(self) -> Sequence[str]:
        """Take up the jobs that were meant to run and have no living owner, where that is free."""
        free = [job for job in await self.orphans() if job.spec.model is None]
        for job in free:
            self.runner.launch(job.job_id)
        return [job.job_id for job in free]

    async def orphans(self) -> Sequence[Job]:
        """Jobs that are meant to run and that no living process runs."""
        active = [job for state in sorted(ACTIVE) for job in await self._all(state) if job.wanted]
        running = await self.runner.running_of([job.job_id for job in active])
        return [job for job in active if job.job_id not in running]

    async def clean_up(self, older_than_s: float) -> Sequence[str]:
        """Delete the jobs that ended longer ago than this; their datasets stay."""
        limit = self.clock.now() - older_than_s
        ended = [job for state in sorted(FINAL) for job in await self._all(state)]
        old = [job for job in ended if job.updated_at < limit]
        for job in old:
            # Another server that started now is at it, or was quicker.
            with suppress(NotFound, Conflict, IllegalTransition):
                await self._delete(job)
        return [job.job_id for job in old]

    # ── look ──────────────────────────────────────────────────────────────────────────────────

    async def get(self, job_id: str) -> Job:
        """Raises: NotFound."""
        return await self.jobs.get(known_shape(job_id))

    async def allowed(self, job: Job) -> tuple[str, ...]:
        """What may be asked of the job now."""
        return allowed_now(job.state, await self.runner.running(job.job_id))

    async def events(self, job_id: str) -> Sequence[JobEvent]:
        return await self.jobs.events((await self.get(job_id)).job_id)

    async def progress(self, job_id: str, *, wait_s: float = 0.0) -> JobProgress:
        """Where the job stands; with `wait_s`, once its state changed, a tenth was done, or then.

        Raises:
            NotFound
        """
        first = await self._progress(job_id)
        began = self.clock.monotonic()
        now = first
        while first.running:
            waited = self.clock.monotonic() - began
            if waited >= wait_s or is_news(first, now, waited):
                break
            left = wait_s - waited
            await self.runner.wait_changed(min(left, POLL_S))
            now = await self._progress(job_id)
        return now

    async def _progress(self, job_id: str) -> JobProgress:
        known_shape(job_id)
        # Asked for together: each alone waits its turn behind whoever computes.
        (job, tally), running = await asyncio.gather(
            self.jobs.standing(job_id), self.runner.running(job_id)
        )
        return self._derived(job, tally, running)

    def _derived(self, job: Job, tally: Tally, running: bool) -> JobProgress:
        runner = self.runner
        moment = Moment(running, runner.rows_per_s(job.job_id), runner.trouble(job.job_id))
        return progress_of(job, tally, moment, self.writer)

    async def page(
        self, *, state: JobState | None = None, limit: int = 20, cursor: str | None = None
    ) -> tuple[Sequence[JobProgress], str | None]:
        """Jobs newest first, each with where it stands, and the next page's cursor.

        Raises:
            InvalidArgument: the cursor or the limit does not fit.
        """
        if not 1 <= limit <= 100:
            raise InvalidArgument(f"limit is {limit}", hint="from 1 to 100")
        jobs, following = await self.jobs.page(state=state, limit=limit, cursor=cursor)
        ids = [job.job_id for job in jobs]
        tallies, running = await self.jobs.tallies(ids), await self.runner.running_of(ids)
        # Who is deleted meanwhile is left out.
        there = [job for job in jobs if job.job_id in tallies]
        return [
            self._derived(job, tallies[job.job_id], job.job_id in running) for job in there
        ], following

    async def _all(self, state: JobState) -> list[Job]:
        found: list[Job] = []
        cursor: str | None = None
        while True:
            jobs, cursor = await self.jobs.page(state=state, limit=100, cursor=cursor)
            found += jobs
            if cursor is None:
                return found

    # ── chunks ────────────────────────────────────────────────────────────────────────────────

    async def next_owed(self, job_id: str, *, besides: Collection[int] = ()) -> int | None:
        """See `JobRunner.next_owed`."""
        return await self.runner.next_owed(known_shape(job_id), besides)

    async def generate_chunk(self, job_id: str, index: int | None) -> ChunkMetadata:
        """Make a chunk (the next one owed, or the last where none is), or answer with what is
        stored of it. See `JobRunner.one`."""
        if index is None:
            index = await self.next_owed(job_id)
        if index is None:
            index = ChunkPlan(job_id, (await self.get(job_id)).spec).count - 1
        return await self.runner.one(known_shape(job_id), index)
