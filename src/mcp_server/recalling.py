"""Refusals with the next call in them: forgotten ids, and calls out of order."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.errors import IllegalTransition, NotFound, RowmillError
from ..core.models import JobState
from ..utils.text import clean
from .arguments import MergeAndDownload
from .telling import needs

if TYPE_CHECKING:
    from ..core.models import Job
    from ..wiring import App
    from .desk import Desk
    from .strict import Arguments

SHOWN = 3
LOOKED_AT = 50
NEAR = 0.8
"""How alike two ids are that differ by a few characters; two of different jobs are at 0.4."""


async def recalled(desk: Desk, args: Arguments, refused: NotFound) -> RowmillError:
    """The refusal, with the near id or the latest ones where it is an id that was not found."""
    job_id = getattr(args, "job_id", None)
    schema_id = getattr(args, "schema_id", None) or getattr(args, "current_schema", None)
    if isinstance(job_id, str) and not await _exists(desk, job_id):
        return NotFound(refused.message, hint=await _jobs(desk, job_id))
    if isinstance(schema_id, str):
        return NotFound(refused.message, hint=_schemas(desk, schema_id))
    return refused


async def out_of_order(
    desk: Desk, args: Arguments, refused: IllegalTransition
) -> IllegalTransition:
    """The refusal, with what the job needs first; a cancelled one's rows are had by a new job."""
    job_id = getattr(args, "job_id", None)
    if not isinstance(job_id, str):
        return refused
    app = await desk.app()
    job = await app.manager.get(job_id)
    if job.state is not JobState.CANCELLED:
        return IllegalTransition(refused.message, hint=await _first(app, args, job, refused.hint))
    from ..core.schemas import Given

    kept = await app.schemas.validate(Given(job.spec.schema.document()))
    desk.told_schemas(kept.schema_id)
    alone = len(job.spec.rows) == 1
    again = [
        f"schema_id={kept.schema_id}",
        *([f"row_count={job.spec.total_rows}"] if alone else ()),
        f"seed={job.spec.seed}",
    ]
    return IllegalTransition(
        refused.message,
        hint=f"a cancelled job is over; create_job with {', '.join(again)} and start=true makes "
        "the same rows in a new one",
    )


async def _first(app: App, args: Arguments, job: Job, otherwise: str) -> str:
    """What comes before a merge; and after the end only a merge, unless it is to be deleted."""
    deletes = getattr(args, "action", None) == "delete"
    if isinstance(args, MergeAndDownload) or (job.state is JobState.COMPLETED and not deletes):
        return needs(await app.manager.progress(job.job_id))
    return otherwise


async def _exists(desk: Desk, job_id: str) -> bool:
    """Then it is something else of the job that was not found."""
    app = await desk.app()
    try:
        await app.manager.get(job_id)
    except NotFound:
        return False
    return True


async def _jobs(desk: Desk, wanted: str) -> str:
    app = await desk.app()
    jobs, _ = await app.manager.page(limit=LOOKED_AT)
    if not jobs:
        return "there are no jobs yet: create_job makes one"
    if near := _nearest(wanted, [job.job_id for job in jobs]):
        return f"did you mean {near}?"
    latest = ", ".join(f"{job.job_id} ({clean(job.name, 40)}, {job.state})" for job in jobs[:SHOWN])
    return f"the latest jobs: {latest}; list_jobs shows all"


def _schemas(desk: Desk, wanted: str) -> str:
    known = list(reversed(desk.schema_ids))
    if near := _nearest(wanted, known):
        return f"did you mean {near}?"
    if not known:
        return "extract_schema and validate_schema give one; or pass the schema itself"
    return f"the latest schema ids: {', '.join(known[:SHOWN])}; or pass the schema itself"


def _nearest(wanted: str, known: Sequence[str]) -> str | None:
    return next(iter(difflib.get_close_matches(wanted, known, n=1, cutoff=NEAR)), None)
