"""The eight tools: typed arguments, one call on a use case, one answer back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..core.errors import AlreadyExists, Declined, IllegalTransition
from ..core.models import JobState
from . import answers as a
from . import arguments as q
from . import consent, telling
from .caller import Caller, Step
from .desk import Desk
from .waiting import StillWorking, identity
from .wording import ASK_LESS, CALL_AGAIN, NOT_AGREED, NOT_STARTED

if TYPE_CHECKING:
    from ..core.job_manager import Created
    from ..core.models import Job
    from ..core.schemas import Given
    from ..wiring import App

# The use cases come with the first call that needs them: a client waits for the start.

RUNS = frozenset({"start", "resume", "retry"})


# ── schemas ───────────────────────────────────────────────────────────────────────────────────


async def extract_schema(desk: Desk, caller: Caller, args: q.ExtractSchema) -> a.Extracted:
    key, wait_s = identity("extract_schema", args), _wait(desk, args.wait_s)
    try:
        # Kept while the person is asked: the model that read it is not asked twice.
        answer = await desk.works.result(key, partial(_read, desk, args), wait_s, keep=True)
        if answer.questions and answer.answered is None and caller.can_be_asked:
            asked = consent.open_questions(answer.questions)
            given = consent.answers(answer.questions, await caller.ask(asked))
            if given:
                desk.works.forget(key)
                refining = partial(_refined, desk, answer, given)
                answer = await desk.works.result(key, refining, caller.left(wait_s), keep=True)
    except StillWorking:
        return a.Extracted(state="working", next=CALL_AGAIN)
    desk.works.forget(key)
    desk.told_schemas(answer.schema_id)
    return answer


async def _read(desk: Desk, args: q.ExtractSchema) -> a.Extracted:
    app = await desk.app()
    return telling.extracted(
        await app.schemas.extract(
            args.description,
            sample_rows=args.sample_rows or (),
            current=_current(args.current_schema),
        )
    )


async def _refined(desk: Desk, before: a.Extracted, given: consent.Answers) -> a.Extracted:
    app = await desk.app()
    changed = await app.schemas.extract(
        consent.as_request(given), current=_current(before.schema_id)
    )
    return telling.refined(before, telling.extracted(changed), given)


async def validate_schema(desk: Desk, _: Caller, args: q.ValidateSchema) -> a.Validated:
    app = await desk.app()
    validation = await app.schemas.validate(_given(args), row_count=args.row_count)
    desk.told_schemas(validation.schema_id, validation.mended_id)
    return telling.validated(validation)


# ── jobs ──────────────────────────────────────────────────────────────────────────────────────


async def create_job(desk: Desk, caller: Caller, args: q.CreateJob) -> a.Created:
    app = await desk.app()
    if caller.carried:  # the person was asked about the job that the same call made before
        made = await _made_before(app, await app.manager.get(caller.carried))
    else:
        made = await _made(desk, app, args, start=args.start and not caller.can_be_asked)
        await caller.jobs_changed()
    job = made.job
    if not args.start or job.state is not JobState.PENDING:
        return telling.created(made)
    cost = _capped(made.estimate.cost_usd, args.max_cost_usd)
    if not await _may_spend(desk, caller, job, cost):
        return telling.created(made, follow=NOT_STARTED)
    await app.manager.control(job.job_id, "start")
    return telling.created(replace(made, job=await app.manager.get(job.job_id)))


async def _made(desk: Desk, app: App, args: q.CreateJob, *, start: bool) -> Created:
    from ..core.job_manager import JobRequest

    settings = desk.settings
    return await app.manager.create(
        JobRequest(
            given=_given(args),
            row_count=args.row_count,
            output_format=args.output_format or settings.job.default_format,
            chunk_size=args.chunk_size,
            storage=args.storage or settings.storage.backend,
            generation=args.generation or settings.job.default_generation,
            seed=args.seed,
            max_cost_usd=args.max_cost_usd,
            name=args.name,
            start=start,
        )
    )


async def _made_before(app: App, job: Job) -> Created:
    from ..core.job_manager import Created
    from ..core.planning import ChunkPlan

    recipe = await app.datasets.recipes.of(job)
    cost = await asyncio.to_thread(app.schemas.estimated, recipe, job.spec.output_format)
    return Created(job, ChunkPlan(job.job_id, job.spec).count, cost)


async def _may_spend(desk: Desk, caller: Caller, job: Job, cost: float | None) -> bool:
    """Asks where the client can, of a cost above the setting or one that nobody knows.

    Raises: InputNeeded.
    """
    is_little = cost is not None and cost <= desk.settings.mcp.ask_above_usd
    if is_little or not caller.can_be_asked:
        return True
    return await consent.to_spend(caller, job.name, cost, carried=job.job_id)


def _capped(cost: float | None, cap: float | None) -> float | None:
    return cost if cost is None or cap is None else min(cost, cap)


async def generate_chunk(desk: Desk, caller: Caller, args: q.GenerateChunk) -> a.Chunk:
    app = await desk.app()
    wait_s = _wait(desk, args.wait_s)
    await _agreed_to(desk, caller, app, args.job_id)
    place = f"generate_chunk {args.job_id} "
    index = args.chunk_index
    if index is None:
        # Chosen here, so that a call which waits in vain can say what to ask for.
        making = frozenset(map(int, desk.works.under_way(place)))
        index = await app.manager.next_owed(args.job_id, besides=making)
        index = min(making, default=None) if index is None else index
    if index is None:
        raise IllegalTransition("every chunk of this job is made", hint="merge_and_download")

    async def work() -> a.Chunk:
        chunk = await app.manager.generate_chunk(args.job_id, index)
        return telling.chunk(chunk, await app.manager.progress(args.job_id))

    try:
        return await desk.works.result(f"{place}{index}", work, caller.left(wait_s))
    except StillWorking:
        again = CALL_AGAIN if args.chunk_index is not None else f"call with chunk_index={index}"
        return a.Chunk(state="working", job_id=args.job_id, chunk_index=index, next=again)


async def _agreed_to(desk: Desk, caller: Caller, app: App, job_id: str) -> None:
    """A job's first chunk starts it. Raises: InputNeeded, Declined."""
    if not caller.can_be_asked:
        return
    job = await app.manager.get(job_id)
    if job.state is JobState.PENDING and not await _may_spend(
        desk, caller, job, await _to_come(app, job)
    ):
        raise Declined(NOT_AGREED, hint=ASK_LESS)


async def get_job_progress(desk: Desk, caller: Caller, args: q.GetJobProgress) -> a.Progress:
    app = await desk.app()
    wait_s = _wait(desk, args.wait_s)
    waiting = app.manager.progress(args.job_id, wait_s=wait_s)
    if not wait_s:  # the answer comes at once: a look besides would be the same work again
        return telling.progress(await waiting)

    async def look() -> Step:
        now = await app.manager.progress(args.job_id)
        return Step(now.rows_done, now.rows_total, f"{now.rows_done:,} of {now.rows_total:,} rows")

    return telling.progress(await caller.following(waiting, look))


async def control_job(desk: Desk, caller: Caller, args: q.ControlJob) -> a.Controlled:
    app = await desk.app()
    if args.action in RUNS and caller.can_be_asked:
        job = await app.manager.get(args.job_id)
        if not await _may_spend(desk, caller, job, await _to_come(app, job)):
            return telling.untouched(job, await app.manager.allowed(job))
    done = await app.manager.control(args.job_id, args.action)
    if done.after is None:
        await caller.jobs_changed()
    return telling.controlled(done)


async def _to_come(app: App, job: Job) -> float | None:
    """What the rest of the job may cost, in US dollars; None where nobody knows."""
    if job.spec.model is None:
        return 0.0
    now = await app.manager.progress(job.job_id)
    whole = now.expected_cost_usd
    if whole is None:
        whole = (await _made_before(app, job)).estimate.cost_usd
    whole = _capped(whole, job.spec.max_cost_usd)
    return None if whole is None else whole - (now.cost_usd or 0.0)


async def list_jobs(desk: Desk, _: Caller, args: q.ListJobs) -> a.JobPage:
    app = await desk.app()
    state = JobState(args.status) if args.status else None
    jobs, cursor = await app.manager.page(state=state, limit=args.limit, cursor=args.cursor)
    return a.JobPage(jobs=[telling.job_line(job) for job in jobs], next_cursor=cursor)


# ── datasets ──────────────────────────────────────────────────────────────────────────────────


async def merge_and_download(desk: Desk, caller: Caller, args: q.MergeAndDownload) -> a.Merged:
    app = await desk.app()
    job = await app.manager.get(args.job_id)
    wait_s = _wait(desk, args.wait_s)

    async def made(overwrite: bool) -> a.Merged:
        key = _merge_key(args, overwrite)

        async def look() -> Step:
            rows = min(desk.works.marked(key), job.spec.total_rows)
            return Step(rows, job.spec.total_rows, f"{rows:,} rows written and judged")

        work = partial(_merged, desk, app, job, args, overwrite)
        return await caller.following(desk.works.result(key, work, caller.left(wait_s)), look)

    # Of a person who can be asked nothing is replaced unasked; a yes given before goes on.
    asks = caller.can_be_asked and not desk.works.known(_merge_key(args, overwrite=True))
    try:
        try:
            return await made(args.overwrite and not asks)
        except AlreadyExists as taken:
            if not asks:
                raise
            await consent.to_replace(caller, taken.message)
            return await made(overwrite=True)
    except StillWorking:
        return a.Merged(state="working", job_id=args.job_id, next=CALL_AGAIN)


def _merge_key(args: q.MergeAndDownload, overwrite: bool) -> str:
    return identity("merge_and_download", args.model_copy(update={"overwrite": overwrite}))


async def _merged(
    desk: Desk, app: App, job: Job, args: q.MergeAndDownload, overwrite: bool
) -> a.Merged:
    from ..core.datasets import DatasetWish

    dataset = await app.datasets.merge(
        job,
        DatasetWish(
            output_format=args.output_format,
            file_name=args.file_name,
            overwrite=overwrite,
            strict=args.strict,
        ),
        progress=partial(desk.works.mark, _merge_key(args, overwrite)),
    )
    await desk.watch.changed(job.job_id)
    return telling.merged(dataset)


# ── what several need ─────────────────────────────────────────────────────────────────────────


def _wait(desk: Desk, asked: float | None) -> float:
    return desk.settings.mcp.wait_s if asked is None else asked


def _given(args: q.ValidateSchema | q.CreateJob) -> Given:
    from ..core.schemas import Given

    return Given(args.document, args.schema_id)


def _current(named: dict[str, object] | str | None) -> Given | None:
    from ..core.schemas import Given

    if named is None:
        return None
    return Given(schema_id=named) if isinstance(named, str) else Given(named)
