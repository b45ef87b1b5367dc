"""Many chunks at once, in the background, to the limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ..utils.redact import redacted
from .chunk_worker import ChunkWorker
from .errors import Conflict, IllegalTransition, InternalError, ProviderBusy, RowmillError
from .models import ChunkKey, ChunkMetadata, Job, JobState
from .planning import ChunkPlan, Owed
from .ports import Clock, JobStore, Leases
from .recipes import Recipes
from .running.deliveries import WAIT_FOR_BETTER_TIMES, Deliveries
from .running.holding import Hold, Holds
from .running.moves import Moves
from .states import ACTIVE, Event, allowed

if TYPE_CHECKING:
    from ..generation.recipe import Recipe

log = logging.getLogger("rowmill.runner")


def _backoff_s(attempt: int) -> float:
    return float(min(30, 2**attempt))


@dataclass(slots=True)
class JobRunner:
    """At most `parallel` chunks of a job are under way at once, and where only code makes them no
    more than one for each of the `cores` and one that is being stored: more would wait for each
    other and hold memory. Where a model writes rows, as many more as keep it busy whatever their
    size. `finished` is told of a job whose last chunk is stored, before the job is COMPLETED;
    `backoff_s` gives the pause before a chunk's next attempt."""

    jobs: JobStore
    leases: Leases
    worker: ChunkWorker
    recipes: Recipes
    clock: Clock
    finished: Callable[[Job], Awaitable[None]]
    parallel: int
    cores: int
    chunk_attempts: int
    backoff_s: Callable[[int], float] = _backoff_s
    _holds: Holds = field(init=False)
    _moves: Moves = field(init=False)
    _deliveries: Deliveries = field(init=False)
    _tasks: dict[str, asyncio.Task[Job]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._holds = Holds(self.jobs, self.leases)
        self._moves = Moves(self.jobs)
        self._deliveries = Deliveries(
            self.jobs,
            self.worker,
            self.clock,
            self._holds,
            tries=self.chunk_attempts,
            backoff_s=self.backoff_s,
        )

    # ── who runs ──────────────────────────────────────────────────────────────────────────────

    def launch(self, job_id: str) -> asyncio.Task[Job]:
        """Run the job in the background; the task that does so, if there is one already."""
        task = self._tasks.get(job_id)
        if task is None or task.done():
            task = asyncio.create_task(self._run(job_id), name=f"rowmill-{job_id}")
            self._tasks[job_id] = task
            task.add_done_callback(partial(self._ended, job_id))
        return task

    def _ended(self, job_id: str, task: asyncio.Task[Job]) -> None:
        """What ended well needs no memory; what did not is `trouble`."""
        problem = None if task.cancelled() else task.exception()
        if problem is not None:
            log.error("task=%s event=stopped problem=%s", task.get_name(), problem)
        elif self._tasks.get(job_id) is task:
            del self._tasks[job_id]

    def running_here(self, job_id: str) -> bool:
        task = self._tasks.get(job_id)
        return self._holds.now(job_id) is not None or (task is not None and not task.done())

    async def running(self, job_id: str) -> bool:
        """Whether any living process works on the job: the lease says."""
        return job_id in await self.running_of([job_id])

    async def running_of(self, job_ids: Collection[str]) -> frozenset[str]:
        """Those of the jobs that any living process works on."""
        here = {job_id for job_id in job_ids if self.running_here(job_id)}
        return frozenset(here | await self._holds.held_of(set(job_ids) - here))

    def alone(self, job_id: str) -> AbstractAsyncContextManager[None]:
        """See `Holds.alone`."""
        return self._holds.alone(job_id)

    def trouble(self, job_id: str) -> str | None:
        """What ended the last run here without a word in the job's record: where the disk is full,
        the record cannot be written either."""
        task = self._tasks.get(job_id)
        if task is None or not task.done() or task.cancelled():
            return None
        problem = task.exception()
        return str(problem) if problem and not isinstance(problem, Conflict) else None

    def rows_per_s(self, job_id: str) -> float | None:
        """The pace of the last chunks made here; None before there are two."""
        hold = self._holds.now(job_id)
        if hold is None or len(hold.recent) < 2:
            return None
        seconds = hold.recent[-1][0] - hold.recent[0][0]
        rows = sum(count for _, count in list(hold.recent)[1:])
        return round(rows / seconds, 1) if seconds > 0 else None

    def spend_no_more(self, job_id: str) -> None:
        """Ask a model nothing more for a job that is no longer active; its answers are kept."""
        if self.worker.model_rows is not None:
            self.worker.model_rows.halt(job_id)

    async def halt(self, job_id: str) -> None:
        """Drop what is in flight here; the state is the caller's to have changed before."""
        hold = self._holds.now(job_id)
        flying = list(hold.in_flight.values()) if hold else []
        task = self._tasks.pop(job_id, None)
        await _cancelled([*flying, *([task] if task else [])])

    async def stop(self) -> None:
        """Leave every job as it stands, to be gone on with later."""
        for job_id in {*self._tasks, *self._holds.jobs_held()}:
            await self.halt(job_id)

    async def wait_changed(self, timeout_s: float) -> None:
        """Return when any job moved here, or after `timeout_s`."""
        await self._moves.wait(timeout_s)

    async def move(self, job_id: str, event: Event, *, detail: str = "", **changes: Any) -> Job:
        """What a person asks of a job; durable on return.

        Raises:
            IllegalTransition, NotFound
        """
        return await self._moves.make(job_id, event, detail=detail, **changes)

    # ── the whole job ─────────────────────────────────────────────────────────────────────────

    async def _run(self, job_id: str) -> Job:
        """Work until the job is no longer active."""
        while True:
            async with self._holds.of(job_id) as hold:
                job = await self.jobs.get(job_id)
                while job.state in ACTIVE and job.attempt == hold.attempt:
                    job = await self._step(job, hold)
            # Somebody may have resumed the job while its lease was still ours to give back.
            job = await self.jobs.get(job_id)
            if job.state not in ACTIVE or not job.wanted:
                return job

    async def _step(self, job: Job, hold: Hold) -> Job:
        try:
            recipe = await self._ready(job, hold)
            if job.state is JobState.GENERATING:
                await self._make_owed(job, recipe, hold)
                await self._settle(job.job_id, hold)
        except RowmillError as exc:
            await self._give_up(job.job_id, hold, exc)
        except Exception as exc:
            # A fault of ours must end the job with a word, not leave it GENERATING for ever.
            log.exception("job=%s event=fault", job.job_id)
            fault = InternalError(f"{type(exc).__name__}: {exc}", hint="the log has the details")
            await self._give_up(job.job_id, hold, fault)
        return await self.jobs.get(job.job_id)

    async def _ready(self, job: Job, hold: Hold) -> Recipe:
        """Compile; a job in SCHEMA_VALIDATION is accepted by that, or fails."""
        recipe = await self.recipes.of(job)
        if self.worker.model_rows is not None:
            self.worker.model_rows.go_on(job.job_id)
        if job.state is JobState.SCHEMA_VALIDATION:
            await self._moves.make_if_possible(job.job_id, Event.ACCEPT, attempt=hold.attempt)
        return recipe

    async def _make_owed(self, job: Job, recipe: Recipe, hold: Hold) -> None:
        """Every owed chunk, several at a time, until the job is paused or one cannot be made."""
        plan = ChunkPlan(job.job_id, job.spec)
        await self.worker.forget_lost(job)
        hold.owed = Owed(plan.count, await self.jobs.stored(job.job_id))
        owed = iter(hold.owed)
        going = True

        async def work() -> None:
            nonlocal going
            for index in owed:  # one iterator, shared: each index is taken once
                try:
                    await self._deliveries.chunk(job, recipe, plan.chunk(index), hold)
                    going = going and await self._still_generating(job.job_id)
                except BaseException:
                    going = False
                    raise
                if not going:
                    return

        workers = (work() for _ in range(self._at_once(job, recipe)))
        outcomes = await asyncio.gather(*workers, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    def _at_once(self, job: Job, recipe: Recipe) -> int:
        model = self.worker.model_rows
        if model is None or not any(table.model_fields for table in recipe.tables.values()):
            return min(self.parallel, self.cores + 1)
        return self.parallel + model.chunks_at_once(job.spec.chunk_size)

    async def _still_generating(self, job_id: str) -> bool:
        return (await self.jobs.get(job_id)).state is JobState.GENERATING

    async def _settle(self, job_id: str, hold: Hold) -> None:
        """COMPLETED, once every chunk is stored."""
        job = await self.jobs.get(job_id)
        stored = (await self.jobs.tally(job_id)).chunks
        if stored == ChunkPlan(job_id, job.spec).count and job.state in (
            JobState.GENERATING,
            JobState.PAUSED,
        ):
            await self.finished(job)
            await self._moves.make_if_possible(
                job_id, Event.FINISH, attempt=hold.attempt, wanted=False, problem=None
            )

    async def _give_up(self, job_id: str, hold: Hold, exc: RowmillError) -> None:
        if isinstance(exc, Conflict):
            log.info("job=%s event=lost problem=%s", job_id, exc)
            return
        event = Event.PAUSE if isinstance(exc, WAIT_FOR_BETTER_TIMES) else Event.FAIL
        said = {"attempt": hold.attempt, "wanted": False}
        problem = redacted(str(exc)) + self._when(exc)
        try:
            await self._moves.make(job_id, event, detail=problem, problem=problem, **said)
        except (IllegalTransition, Conflict):
            # It was paused or cancelled meanwhile, or somebody else runs it: that stands.
            log.info("job=%s event=late problem=%s", job_id, exc)

    def _when(self, exc: RowmillError) -> str:
        """From when on it may go better, where the service said so."""
        wait_s = exc.retry_after_s if isinstance(exc, ProviderBusy) else None
        if not wait_s:
            return ""
        at = datetime.fromtimestamp(self.clock.now() + wait_s, UTC)
        return f"; resume after {at:%Y-%m-%d %H:%M:%S} UTC"

    # ── one chunk ─────────────────────────────────────────────────────────────────────────────

    async def next_owed(self, job_id: str, besides: Collection[int] = ()) -> int | None:
        """The lowest chunk that is neither stored, nor being made here, nor one of `besides`.

        Raises: NotFound.
        """
        return await self._holds.next_owed(job_id, besides)

    async def one(self, job_id: str, index: int) -> ChunkMetadata:
        """Make one chunk, or answer with what is stored of it already.

        Raises:
            IllegalTransition: the job's state does not allow it.
            InvalidArgument: there is no such chunk.
            Conflict: another process is running the job.
        """
        job = await self.jobs.get(job_id)
        key = ChunkPlan(job_id, job.spec).chunk(index)
        stored = await self.jobs.chunk(job_id, index)
        if stored is not None:
            return await self._intact(job, stored)
        if job.state is JobState.PENDING:
            job = await self._moves.make_if_possible(job_id, Event.START)
        if job.state not in ACTIVE:
            raise IllegalTransition(
                f"cannot make a chunk of a job that is {job.state}",
                hint=f"possible now: {', '.join(_instead(job.state))}",
            )
        async with self._holds.of(job_id) as hold:
            return await self._one_held(job, key, hold)

    async def _intact(self, job: Job, chunk: ChunkMetadata) -> ChunkMetadata:
        """A stored chunk, its bytes made again where they are lost or damaged."""
        if problem := await self.worker.damage(chunk, job.spec.storage):
            log.warning("job=%s event=mend problem=%s", job.job_id, problem)
            await self.worker.mend(job, await self.recipes.of(job), chunk)
        return chunk

    async def _one_held(self, job: Job, key: ChunkKey, hold: Hold) -> ChunkMetadata:
        try:
            recipe = await self._ready(job, hold)
        except RowmillError as exc:
            await self._give_up(job.job_id, hold, exc)
            raise
        chunk = await self._deliveries.chunk(job, recipe, key, hold)
        await self._settle(job.job_id, hold)
        return chunk


def _instead(state: JobState) -> tuple[str, ...]:
    """What can be asked of a job whose chunks can no longer be made."""
    if state is JobState.COMPLETED:  # every chunk is stored, so what is left is the dataset
        return ("merge_and_download",)
    return allowed(state) or ("nothing, the job is over",)


async def _cancelled(tasks: list[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
