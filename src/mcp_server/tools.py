"""The eight tools: typed arguments, one call on a use case, one answer back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.models import JobState
from . import answers as a
from . import arguments as q
from . import telling
from .desk import Desk
from .waiting import StillWorking, identity
from .wording import CALL_AGAIN

if TYPE_CHECKING:
    from ..core.schemas import Given

# The use cases come with the first call that needs them: a client waits for the start.


async def extract_schema(desk: Desk, args: q.ExtractSchema) -> a.Extracted:
    async def work() -> a.Extracted:
        app = await desk.app()
        extracted = await app.schemas.extract(
            args.description,
            sample_rows=args.sample_rows or (),
            current=_current(args.current_schema),
        )
        return telling.extracted(extracted)

    try:
        return await desk.works.result(
            identity("extract_schema", args), work, _wait(desk, args.wait_s)
        )
    except StillWorking:
        return a.Extracted(state="working", next=CALL_AGAIN)


async def validate_schema(desk: Desk, args: q.ValidateSchema) -> a.Validated:
    app = await desk.app()
    validation = await app.schemas.validate(_given(args), row_count=args.row_count)
    return telling.validated(validation)


async def create_job(desk: Desk, args: q.CreateJob) -> a.Created:
    app = await desk.app()
    from ..core.job_manager import JobRequest

    settings = desk.settings
    created = await app.manager.create(
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
            start=args.start,
        )
    )
    return telling.created(created)


async def generate_chunk(desk: Desk, args: q.GenerateChunk) -> a.Chunk:
    app = await desk.app()
    place = f"generate_chunk {args.job_id} "
    index = args.chunk_index
    if index is None:
        # Chosen here, so that a call which waits in vain can say what to ask for.
        making = frozenset(int(text) for text in desk.works.under_way(place) if text)
        index = await app.manager.next_owed(args.job_id, besides=making)

    async def work() -> a.Chunk:
        chunk = await app.manager.generate_chunk(args.job_id, index)
        return telling.chunk(chunk)

    try:
        key = place + ("" if index is None else str(index))
        return await desk.works.result(key, work, _wait(desk, args.wait_s))
    except StillWorking:
        again = CALL_AGAIN if args.chunk_index is not None else f"call with chunk_index={index}"
        return a.Chunk(state="working", job_id=args.job_id, chunk_index=index, next=again)


async def get_job_progress(desk: Desk, args: q.GetJobProgress) -> a.Progress:
    app = await desk.app()
    return telling.progress(
        await app.manager.progress(args.job_id, wait_s=_wait(desk, args.wait_s))
    )


async def control_job(desk: Desk, args: q.ControlJob) -> a.Controlled:
    app = await desk.app()
    done = await app.manager.control(args.job_id, args.action)
    return a.Controlled(
        job_id=done.job_id, before=done.before, after=done.after, allowed=list(done.allowed)
    )


async def list_jobs(desk: Desk, args: q.ListJobs) -> a.JobPage:
    app = await desk.app()
    state = JobState(args.status) if args.status else None
    jobs, cursor = await app.manager.page(state=state, limit=args.limit, cursor=args.cursor)
    return a.JobPage(jobs=[telling.job_line(job) for job in jobs], next_cursor=cursor)


async def merge_and_download(desk: Desk, args: q.MergeAndDownload) -> a.Merged:
    async def work() -> a.Merged:
        app = await desk.app()
        from ..core.datasets import DatasetWish

        dataset = await app.datasets.merge(
            await app.manager.get(args.job_id),
            DatasetWish(
                output_format=args.output_format,
                file_name=args.file_name,
                overwrite=args.overwrite,
            ),
        )
        return telling.merged(dataset)

    key = identity("merge_and_download", args)
    try:
        return await desk.works.result(key, work, _wait(desk, args.wait_s))
    except StillWorking:
        return a.Merged(state="working", job_id=args.job_id, next=CALL_AGAIN)


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
