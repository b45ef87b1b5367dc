"""Create, control, list, follow: what people do with jobs."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..utils.text import shown
from .errors import IllegalTransition, InvalidArgument, LimitExceeded, NotConfigured
from .estimates import Estimate, expected_usage
from .ids import RANDOM_BYTES, job_id, known_shape
from .job_runner import JobRunner
from .models import (
    ChunkMetadata,
    DataSchema,
    Generation,
    Job,
    JobProgress,
    JobSpecification,
    JobState,
    OutputFormat,
    Spending,
    StorageKind,
    Usage,
)
from .planning import ChunkPlan, default_chunk_size
from .ports import Clock, JobEvent, JobStore, RowWriter, StorageHandler
from .schemas import Given, Schemas
from .states import ACTIVE, FINAL, Event, allowed

if TYPE_CHECKING:
    from ..generation.recipe import Recipe

log = logging.getLogger("rowmill.jobs")

MAX_NAME = 100
MAX_CHUNK_ROWS = 1_000_000
POLL_S = 0.5
"""How often a job of another process is looked at while somebody waits for it."""
TENTH = 10.0
PATIENCE_S = 3.0
"""How long a waiting caller is not told of mere progress."""
ACTIONS = ("start", "pause", "resume", "cancel", "retry", "delete")


@dataclass(frozen=True, slots=True)
class JobLimits:
    max_rows: int
    max_chunks: int


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a caller asks for; None means that rowmill chooses."""

    given: Given
    row_count: int | None = None
    output_format: OutputFormat = "csv"
    chunk_size: int | None = None
    storage: StorageKind = "disk"
    generation: Generation = "auto"
    seed: int | None = None
    max_cost_usd: float | None = None
    name: str | None = None
    start: bool = False


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
        seed = self._seed(request.seed)
        said = self.schemas.rows(schema, request.row_count)
        if request.row_count is not None:
            schema = _uncounted(schema)
        self.storage(request.storage)  # not configured? said before anything is kept
        recipe = await asyncio.to_thread(
            self.schemas.compiled, schema, said, request.generation, seed
        )
        spec = self._specification(request, schema, recipe, seed)
        chunks = self._within_limits(spec)
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

    def _specification(
        self, request: JobRequest, schema: DataSchema, recipe: Recipe, seed: int
    ) -> JobSpecification:
        uses_model = any(table.written_fields for table in recipe.tables.values())
        by_row = any(table.model_fields for table in recipe.tables.values())
        if uses_model and self.writer is None:
            raise NotConfigured(
                "this needs the language model, and no key is set",
                hint="set GEMINI_API_KEY, or use generation=local",
            )
        if request.max_cost_usd is not None:
            self._limited(request.max_cost_usd, uses_model)
        return JobSpecification(
            schema=schema,
            rows=tuple((name, recipe.tables[name].row_count) for name in recipe.order),
            seed=seed,
            as_of=str(schema.as_of),  # `Schemas.resolve` dates every schema
            engine=self.engine,
            output_format=request.output_format,
            chunk_size=self._chunk_size(request.chunk_size, by_row),
            storage=request.storage,
            generation=request.generation,
            model=self.writer.model if uses_model and self.writer else None,
            max_cost_usd=request.max_cost_usd,
        )

    def _limited(self, budget: float, uses_model: bool) -> None:
        if not (budget > 0 and math.isfinite(budget)):
            raise InvalidArgument(
                f"max_cost_usd is {budget}", hint="an amount above 0; leave it out for no limit"
            )
        if uses_model and self.writer and self.writer.price(Usage(1, 1, 1)) is None:
            raise InvalidArgument(
                f"the price of {self.writer.model} is not known, so max_cost_usd cannot be kept",
                hint="choose a model with a known price, or leave max_cost_usd out",
            )

    def _chunk_size(self, asked: int | None, by_row: bool) -> int:
        if asked is None:
            return default_chunk_size(by_row)
        if not 1 <= asked <= MAX_CHUNK_ROWS:
            raise InvalidArgument(
                f"chunk_size is {asked}", hint=f"from 1 to {MAX_CHUNK_ROWS:,}, or leave it out"
            )
        return asked

    def _seed(self, asked: int | None) -> int:
        if asked is None:
            return int.from_bytes(self.randomness(4), "big")
        if type(asked) is not int or not 0 <= asked < 2**63:
            raise InvalidArgument(
                f"the seed is {shown(asked)}", hint="a whole number from 0 to 2⁶³−1"
            )
        return asked

    def _within_limits(self, spec: JobSpecification) -> int:
        chunks = ChunkPlan("", spec).count
        if spec.total_rows > self.limits.max_rows:
            raise LimitExceeded(
                f"{spec.total_rows:,} rows are more than the {self.limits.max_rows:,} allowed",
                hint="ask for fewer rows, or raise JOB_MAX_ROWS",
            )
        if chunks > self.limits.max_chunks:
            raise LimitExceeded(
                f"{chunks:,} chunks are more than the {self.limits.max_chunks:,} allowed",
                hint="use a larger chunk_size, or raise JOB_MAX_CHUNKS",
            )
        return chunks

    # ── control ───────────────────────────────────────────────────────────────────────────────

    async def control(self, job_id: str, action: str, *, here: bool = True) -> Controlled:
        """Do what a person asks; durable before it returns.

        With `here` false, what is started is left to another process to run.

        Raises:
            InvalidArgument, NotFound, IllegalTransition, Conflict
        """
        if action not in ACTIONS:
            raise InvalidArgument(f"there is no action {action!r}", hint=f"one of {ACTIONS}")
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
        if await self.runner.running(job.job_id):
            raise IllegalTransition("cannot delete a job that is running", hint="cancel it first")
        await asyncio.to_thread(self.storage(job.spec.storage).delete_job, job.job_id)
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
        active = [job for state in sorted(ACTIVE) for job in await self._all(state)]
        return [job for job in active if job.wanted and not await self.runner.running(job.job_id)]

    async def clean_up(self, older_than_s: float) -> Sequence[str]:
        """Delete the jobs that ended longer ago than this; their datasets stay."""
        limit = self.clock.now() - older_than_s
        ended = [job for state in sorted(FINAL) for job in await self._all(state)]
        old = [job for job in ended if job.updated_at < limit]
        for job in old:
            await self._delete(job)
        return [job.job_id for job in old]

    # ── look ──────────────────────────────────────────────────────────────────────────────────

    async def get(self, job_id: str) -> Job:
        """Raises: NotFound."""
        return await self.jobs.get(known_shape(job_id))

    async def allowed(self, job: Job) -> tuple[str, ...]:
        """What may be asked of the job now."""
        moves = allowed(job.state)
        running = await self.runner.running(job.job_id)
        if running:
            moves = tuple(move for move in moves if move not in ("start", "resume"))
        return moves if running else (*moves, "delete")

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
            if waited >= wait_s or _news(first, now, waited):
                break
            left = wait_s - waited
            await self.runner.wait_changed(min(left, POLL_S))
            now = await self._progress(job_id)
        return now

    async def _progress(self, job_id: str) -> JobProgress:
        job = await self.get(job_id)
        tally = await self.jobs.tally(job_id)
        rate = self.runner.rows_per_s(job_id)
        left = job.spec.total_rows - tally.rows
        total = job.spec.total_rows
        expected = expected_usage(job.spec, tally)
        return JobProgress(
            job_id=job_id,
            name=job.name,
            state=job.state,
            running=await self.runner.running(job_id),
            rows_done=tally.rows,
            rows_total=total,
            chunks_done=tally.chunks,
            chunks_total=ChunkPlan(job_id, job.spec).count,
            percent=round(100.0 * tally.rows / total, 1) if total else 100.0,
            rows_per_s=rate,
            seconds_left=round(left / rate, 1) if rate and job.state in ACTIVE else None,
            usage=tally.usage,
            cost_usd=self._cost(job, tally.usage),
            rejected=tally.rejected,
            problem=job.problem,
            allowed=await self.allowed(job),
            expected_cost_usd=self._cost(job, expected) if expected else None,
            spending=tuple(
                Spending(table, fields, usage, self._cost(job, usage))
                for table, fields, usage in tally.usage_by
            ),
        )

    def _cost(self, job: Job, usage: Usage) -> float | None:
        """0.0 where no model was asked, None where its price is not known (any more)."""
        if not usage.calls:
            return 0.0
        same = self.writer is not None and self.writer.model == job.spec.model
        return self.writer.price(usage) if self.writer and same else None

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
        return [await self._progress(job.job_id) for job in jobs], following

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
        """The lowest chunk that is not stored, nor being made here, nor one of `besides`.

        Raises:
            NotFound
        """
        job = await self.get(job_id)
        taken = {*await self.jobs.stored(job_id), *self.runner.in_flight(job_id), *besides}
        return next(ChunkPlan(job_id, job.spec).owed(taken), None)

    async def generate_chunk(self, job_id: str, index: int | None) -> ChunkMetadata:
        """Make a chunk, or answer with what is stored of it. See `JobRunner.one`."""
        return await self.runner.one(known_shape(job_id), index)


def _uncounted(schema: DataSchema) -> DataSchema:
    """Without the request's own number of rows among its promises: another was asked for."""
    kept = tuple(promise for promise in schema.expectations if promise.check != "row_count")
    return schema.model_copy(update={"expectations": kept})


def _news(first: JobProgress, now: JobProgress, waited_s: float) -> bool:
    """Being accepted is no news, and neither are the last rows: COMPLETED follows at once. Nor is
    a tenth in the first seconds: whoever waits for a short job wants its end."""
    if now.state in ACTIVE and (now.running, now.problem) == (first.running, first.problem):
        a_tenth = now.percent - first.percent >= TENTH and now.rows_done < now.rows_total
        return a_tenth and waited_s >= PATIENCE_S
    return (now.state, now.running, now.problem) != (first.state, first.running, first.problem)
