"""Many chunks at once, in the background, to the limit."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .chunk_worker import ChunkWorker
from .errors import (
    Conflict,
    IllegalTransition,
    InternalError,
    LimitExceeded,
    ProviderBusy,
    QuotaExhausted,
    RowmillError,
)
from .models import ChunkKey, ChunkMetadata, Job, JobState
from .planning import ChunkPlan
from .ports import Clock, JobStore, Lease, Leases
from .recipes import Recipes
from .states import ACTIVE, Event, after, allowed

if TYPE_CHECKING:
    from ..generation.recipe import Recipe

log = logging.getLogger("rowmill.runner")

WAIT_FOR_BETTER_TIMES = (ProviderBusy, QuotaExhausted, LimitExceeded)
"""What time or a decision mends: the job is PAUSED with the reason, not FAILED."""


@dataclass(slots=True)
class Hold:
    """A job this process holds the lease of; shared by all who work on it here."""

    lease: Lease
    attempt: int
    users: int = 0
    in_flight: dict[int, asyncio.Task[ChunkMetadata]] = field(default_factory=dict)
    recent: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=64))


def _backoff_s(attempt: int) -> float:
    return float(min(30, 2**attempt))


@dataclass(slots=True)
class JobRunner:
    """At most `parallel` chunks of a job are made at once, and no more than `cores` where only code
    makes them: more would wait for each other and hold memory. Where a model writes rows, as many
    more as keep it busy whatever their size. `finished` is told of a job whose
    last chunk is stored, before the job is COMPLETED; `backoff_s` gives the pause before a chunk's
    next attempt."""

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
    _holds: dict[str, Hold] = field(default_factory=dict, init=False)
    _taking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _tasks: dict[str, asyncio.Task[Job]] = field(default_factory=dict, init=False)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)

    # ── who runs ──────────────────────────────────────────────────────────────────────────────

    def launch(self, job_id: str) -> asyncio.Task[Job]:
        """Run the job in the background; the task that does so, if there is one already."""
        task = self._tasks.get(job_id)
        if task is None or task.done():
            task = asyncio.create_task(self._run(job_id), name=f"rowmill-{job_id}")
            self._tasks[job_id] = task
            task.add_done_callback(_log_outcome)
        return task

    def running_here(self, job_id: str) -> bool:
        task = self._tasks.get(job_id)
        return job_id in self._holds or (task is not None and not task.done())

    async def running(self, job_id: str) -> bool:
        """Whether any living process works on the job: the lease says."""
        return self.running_here(job_id) or await asyncio.to_thread(self.leases.held, job_id)

    def in_flight(self, job_id: str) -> frozenset[int]:
        """The chunks being made here."""
        hold = self._holds.get(job_id)
        return frozenset(hold.in_flight) if hold else frozenset()

    def rows_per_s(self, job_id: str) -> float | None:
        """The pace of the last chunks made here; None before there are two."""
        hold = self._holds.get(job_id)
        if hold is None or len(hold.recent) < 2:
            return None
        seconds = hold.recent[-1][0] - hold.recent[0][0]
        rows = sum(count for _, count in list(hold.recent)[1:])
        return round(rows / seconds, 1) if seconds > 0 else None

    async def halt(self, job_id: str) -> None:
        """Drop what is in flight here; the state is the caller's to have changed before."""
        hold = self._holds.get(job_id)
        flying = list(hold.in_flight.values()) if hold else []
        task = self._tasks.pop(job_id, None)
        await _cancelled([*flying, *([task] if task else [])])

    async def stop(self) -> None:
        """Leave every job as it stands, to be gone on with later."""
        for job_id in {*self._tasks, *self._holds}:
            await self.halt(job_id)

    async def wait_changed(self, timeout_s: float) -> None:
        """Return when any job changed here, or after `timeout_s`."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait(), timeout_s)
            except TimeoutError:
                return

    async def notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @asynccontextmanager
    async def _held(self, job_id: str) -> AsyncIterator[Hold]:
        hold = await self._take(job_id)
        try:
            yield hold
        finally:
            self._let_go(job_id, hold)

    def _let_go(self, job_id: str, hold: Hold) -> None:
        """One user less; the last one gives the lease back."""
        hold.users -= 1
        if not hold.users:
            del self._holds[job_id]
            hold.lease.release()

    async def _take(self, job_id: str) -> Hold:
        async with self._taking:
            hold = self._holds.get(job_id)
            if hold is None:
                lease = await asyncio.to_thread(self.leases.acquire, job_id)
                if lease is None:
                    raise Conflict(
                        "another process is running this job",
                        hint="get_job_progress shows how far it is",
                    )
                try:
                    job = await self.jobs.begin_attempt(job_id)
                except BaseException:
                    lease.release()
                    raise
                hold = self._holds[job_id] = Hold(lease, job.attempt)
            hold.users += 1
            return hold

    # ── moves ─────────────────────────────────────────────────────────────────────────────────

    async def move(self, job_id: str, event: Event, *, detail: str = "", **changes: Any) -> Job:
        """Apply an event to the job as it stands; decided again where somebody was quicker.

        Raises:
            IllegalTransition, NotFound
        """
        while True:
            job = await self.jobs.get(job_id)
            moved = job.evolve(state=after(job.state, event), **changes)
            try:
                moved = await self.jobs.replace(moved, seen=job.version, event=event, detail=detail)
            except Conflict:
                continue
            log.info("job=%s event=%s state=%s %s", job_id, event, moved.state, detail)
            await self.notify()
            return moved

    async def _move_if_possible(self, job_id: str, event: Event, **changes: Any) -> Job:
        """For moves that several workers may be about to make: the second finds it made."""
        try:
            return await self.move(job_id, event, **changes)
        except IllegalTransition:
            return await self.jobs.get(job_id)

    # ── the whole job ─────────────────────────────────────────────────────────────────────────

    async def _run(self, job_id: str) -> Job:
        """Work until the job is no longer active."""
        async with self._held(job_id) as hold:
            job = await self.jobs.get(job_id)
            while job.state in ACTIVE and job.attempt == hold.attempt:
                job = await self._step(job, hold)
        # Somebody may have resumed the job while its lease was still ours to give back.
        job = await self.jobs.get(job_id)
        return await self._run(job_id) if job.state in ACTIVE and job.wanted else job

    async def _step(self, job: Job, hold: Hold) -> Job:
        try:
            recipe = await self._ready(job)
            if job.state is JobState.GENERATING:
                await self._make_owed(job, recipe, hold)
                await self._settle(job.job_id)
        except RowmillError as exc:
            await self._give_up(job.job_id, exc)
        except Exception as exc:
            # A fault of ours must end the job with a word, not leave it GENERATING for ever.
            log.exception("job=%s event=fault", job.job_id)
            fault = InternalError(f"{type(exc).__name__}: {exc}", hint="the log has the details")
            await self._give_up(job.job_id, fault)
        return await self.jobs.get(job.job_id)

    async def _ready(self, job: Job) -> Recipe:
        """Compile; a job in SCHEMA_VALIDATION is accepted by that, or fails."""
        recipe = await self.recipes.of(job)
        if job.state is JobState.SCHEMA_VALIDATION:
            await self._move_if_possible(job.job_id, Event.ACCEPT)
        return recipe

    async def _make_owed(self, job: Job, recipe: Recipe, hold: Hold) -> None:
        """Every owed chunk, several at a time, until the job is paused or one cannot be made."""
        plan = ChunkPlan(job.job_id, job.spec)
        await self.worker.forget_lost(job)
        owed = plan.owed(await self.jobs.stored(job.job_id))
        at_once = self._at_once(job, recipe)
        going = True

        async def work() -> None:
            nonlocal going
            for index in owed:  # one iterator, shared: each index is taken once
                try:
                    await self._chunk(job, recipe, plan, index, hold)
                    going = going and await self._still_generating(job.job_id)
                except BaseException:
                    going = False
                    raise
                if not going:
                    return

        outcomes = await asyncio.gather(*(work() for _ in range(at_once)), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    def _at_once(self, job: Job, recipe: Recipe) -> int:
        model = self.worker.model_rows
        if model is None or not any(table.model_fields for table in recipe.tables.values()):
            return min(self.parallel, self.cores)
        return self.parallel + model.chunks_at_once(job.spec.chunk_size)

    async def _still_generating(self, job_id: str) -> bool:
        return (await self.jobs.get(job_id)).state is JobState.GENERATING

    async def _settle(self, job_id: str) -> None:
        """COMPLETED, once every chunk is stored."""
        job = await self.jobs.get(job_id)
        stored = (await self.jobs.tally(job_id)).chunks
        if stored == ChunkPlan(job_id, job.spec).count and job.state in (
            JobState.GENERATING,
            JobState.PAUSED,
        ):
            await self.finished(job)
            await self._move_if_possible(job_id, Event.FINISH, wanted=False, problem=None)

    async def _give_up(self, job_id: str, exc: RowmillError) -> None:
        if isinstance(exc, Conflict):
            log.info("job=%s event=lost problem=%s", job_id, exc)
            return
        event = Event.PAUSE if isinstance(exc, WAIT_FOR_BETTER_TIMES) else Event.FAIL
        problem = str(exc) + self._when(exc)
        try:
            await self.move(job_id, event, detail=problem, wanted=False, problem=problem)
        except IllegalTransition:
            # It was paused or cancelled meanwhile: that stands.
            log.info("job=%s event=late problem=%s", job_id, exc)

    def _when(self, exc: RowmillError) -> str:
        """From when on it may go better, where the service said so."""
        wait_s = exc.retry_after_s if isinstance(exc, ProviderBusy) else None
        if not wait_s:
            return ""
        at = datetime.fromtimestamp(self.clock.now() + wait_s, UTC)
        return f"; resume after {at:%Y-%m-%d %H:%M:%S} UTC"

    # ── one chunk ─────────────────────────────────────────────────────────────────────────────

    async def one(self, job_id: str, index: int | None) -> ChunkMetadata:
        """Make one chunk (the next one owed), or answer with what is stored of it already.

        Raises:
            IllegalTransition: the job's state does not allow it.
            InvalidArgument: there is no such chunk, or none is owed any more.
            Conflict: another process is running the job.
        """
        job = await self.jobs.get(job_id)
        if index is not None:
            ChunkPlan(job_id, job.spec).chunk(index)
            stored = await self.jobs.chunk(job_id, index)
            if stored is not None:
                return await self._intact(job, stored)
        if job.state is JobState.PENDING:
            job = await self._move_if_possible(job_id, Event.START)
        if job.state not in ACTIVE:
            raise IllegalTransition(
                f"cannot make a chunk of a job that is {job.state}",
                hint=f"possible now: {', '.join(_instead(job.state))}",
            )
        async with self._held(job_id) as hold:
            return await self._one_held(job, index, hold)

    async def _intact(self, job: Job, chunk: ChunkMetadata) -> ChunkMetadata:
        """A stored chunk, its bytes made again where they are lost or damaged."""
        if not await self.worker.is_intact(chunk, job.spec.storage):
            log.warning("job=%s chunk=%d event=mend", job.job_id, chunk.key.index)
            await self.worker.mend(job, await self.recipes.of(job), chunk)
        return chunk

    async def _one_held(self, job: Job, index: int | None, hold: Hold) -> ChunkMetadata:
        recipe = await self._ready_or_fail(job)
        plan = ChunkPlan(job.job_id, job.spec)
        if index is None:
            taken = await self.jobs.stored(job.job_id) | frozenset(hold.in_flight)
            index = next(plan.owed(taken), None)
        if index is None:
            index = plan.count - 1
        chunk = await self._chunk(job, recipe, plan, index, hold)
        await self._settle(job.job_id)
        return chunk

    async def _ready_or_fail(self, job: Job) -> Recipe:
        try:
            return await self._ready(job)
        except RowmillError as exc:
            await self._give_up(job.job_id, exc)
            raise

    async def _chunk(
        self, job: Job, recipe: Recipe, plan: ChunkPlan, index: int, hold: Hold
    ) -> ChunkMetadata:
        """Whoever asks for a chunk in flight waits for the one that makes it."""
        task = hold.in_flight.get(index)
        if task is None:
            stored = await self.jobs.chunk(job.job_id, index)
            if stored is not None:
                return stored
            task = hold.in_flight.get(index)
        if task is None:
            task = asyncio.create_task(self._attempts(job, recipe, plan.chunk(index), hold))
            hold.in_flight[index] = task
            hold.users += 1  # the chunk itself: its callers may give up before it is done

            def landed(_: object) -> None:
                del hold.in_flight[index]
                self._let_go(job.job_id, hold)

            task.add_done_callback(landed)
        try:
            # Shielded: a caller who no longer waits takes nothing from the others.
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            ourselves = asyncio.current_task()
            if task.cancelled() and not (ourselves and ourselves.cancelling()):
                raise Conflict("the job was stopped while this chunk was being made") from None
            raise

    async def _attempts(self, job: Job, recipe: Recipe, key: ChunkKey, hold: Hold) -> ChunkMetadata:
        ours = job.evolve(attempt=hold.attempt)
        for tried in range(1, self.chunk_attempts + 1):
            try:
                chunk = await self.worker.make(ours, recipe, key)
            except RowmillError as exc:
                final = not exc.retryable or isinstance(exc, (Conflict, *WAIT_FOR_BETTER_TIMES))
                if final or tried == self.chunk_attempts:
                    raise
                log.warning("job=%s chunk=%d event=again problem=%s", job.job_id, key.index, exc)
                await asyncio.sleep(self.backoff_s(tried))
            else:
                hold.recent.append((self.clock.monotonic(), key.rows))
                log.info("job=%s chunk=%d event=stored rows=%d", job.job_id, key.index, key.rows)
                await self.notify()
                return chunk
        raise AssertionError("unreachable: the last attempt returns or raises")


def _instead(state: JobState) -> tuple[str, ...]:
    """What can be asked of a job whose chunks can no longer be made."""
    if state is JobState.COMPLETED:  # every chunk is stored, so what is left is the dataset
        return ("merge_and_download",)
    return allowed(state) or ("nothing, the job is over",)


async def _cancelled(tasks: list[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _log_outcome(task: asyncio.Task[Job]) -> None:
    if not task.cancelled() and (exc := task.exception()) is not None:
        log.error("task=%s event=stopped problem=%s", task.get_name(), exc)
