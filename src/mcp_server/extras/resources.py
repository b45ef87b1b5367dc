"""What can be read: jobs from several sides, and the schema language."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcp_types import Completion, Resource, ResourceTemplate

from ...core.errors import RowmillError
from ...utils.text import clean
from ..fitting import compact, preview

if TYPE_CHECKING:
    from ...core.models import Job
    from ...wiring import App
    from ..desk import Desk

log = logging.getLogger("rowmill.mcp")

JOBS = "rowmill://jobs/"
LANGUAGE = "rowmill://schema-language"
JSON = "application/json"
LISTED = 10
"""Latest jobs that stand in the list; any other is read through the templates."""
COMPLETED_AT_MOST = 100
PREVIEW_ROWS = 10
PREVIEW_BYTES = 18_000


@dataclass(frozen=True, slots=True)
class View:
    """One side of a job. `read` gives the text of a job's view."""

    name: str
    title: str
    description: str
    mime_type: str
    read: Callable[[App, Job], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    mime_type: str


async def read(desk: Desk, uri: str) -> Content | None:
    """What stands under the address; None where the address is none of these.

    Raises: NotFound, StorageError.
    """
    if uri == LANGUAGE:
        return Content(await asyncio.to_thread(_language), "application/schema+json")
    job_id, view = _parted(uri)
    if view is None:
        return None
    app = await desk.app()
    return Content(await view.read(app, await app.manager.get(job_id)), view.mime_type)


def job_of(uri: str) -> str | None:
    """The id in a job's address, whichever view of it is meant; None in any other address."""
    job_id, view = _parted(uri)
    return job_id if view else None


def _parted(uri: str) -> tuple[str, View | None]:
    if not uri.startswith(JOBS):
        return "", None
    job_id, _, view = uri.removeprefix(JOBS).partition("/")
    return job_id, VIEWS.get(view)


# ── what there is ─────────────────────────────────────────────────────────────────────────────


def templates() -> list[ResourceTemplate]:
    return [
        ResourceTemplate(
            uri_template=f"{JOBS}{{job_id}}" + (f"/{path}" if path else ""),
            name=view.name,
            title=view.title,
            description=view.description,
            mime_type=view.mime_type,
        )
        for path, view in VIEWS.items()
    ]


async def listed(desk: Desk) -> list[Resource]:
    """The language, and the latest jobs, so that a person can pick one in a client's menu. Jobs
    that cannot be read are left out: clients list at the start, and a tool call says what is wrong.
    """
    try:
        jobs, _ = await (await desk.app()).manager.page(limit=LISTED)
    except RowmillError as exc:
        log.warning("event=jobs-not-listed problem=%s", exc)
        jobs = ()
    return [
        Resource(
            uri=LANGUAGE,
            name="schema-language",
            title="The schema language",
            description="JSON Schema of a rowmill schema: every kind, rule and check.",
            mime_type="application/schema+json",
        ),
        *(
            Resource(
                uri=JOBS + job.job_id,
                name=job.job_id,
                title=clean(job.name, 60),
                description=f"{job.state}, {job.rows_done:,} of {job.rows_total:,} rows",
                mime_type=JSON,
            )
            for job in jobs
        ),
    ]


async def completed(desk: Desk, argument: str, begun: str) -> Completion:
    """Ids of jobs that begin like this, newest first; nothing for other arguments."""
    if argument != "job_id":
        return Completion(values=[])
    app = await desk.app()
    jobs, more = await app.manager.page(limit=COMPLETED_AT_MOST)
    ids = [job.job_id for job in jobs if job.job_id.startswith(begun)]
    return Completion(values=ids, total=None if more else len(ids), has_more=more is not None)


# ── the views ─────────────────────────────────────────────────────────────────────────────────


async def _progress(app: App, job: Job) -> str:
    from ..telling import progress

    return compact(progress(await app.manager.progress(job.job_id)).document())


async def _rows(app: App, job: Job) -> str:
    """Of a finished job the rows it has, before that the ones that code will make."""
    from ...core.models import JobState
    from ...core.samples import json_rows
    from ...core.samples import preview as sample

    if job.state is JobState.COMPLETED:
        tables = await app.datasets.sampled(job, PREVIEW_ROWS)
        rows = {name: json_rows(table) for name, table in tables.items()}
    else:
        recipe = await app.datasets.recipes.of(job)
        rows = await asyncio.to_thread(sample, recipe, PREVIEW_ROWS)
    return compact(preview(rows, PREVIEW_BYTES))


async def _report(app: App, job: Job) -> str:
    from .summary import report

    return await report(app, job)


async def _columns(app: App, job: Job) -> str:
    from ..apps.columns import columns

    return compact(await columns(app, job.job_id))


async def _schema(_: App, job: Job) -> str:
    return compact(job.spec.schema.document())


def _language() -> str:
    from ...core.spec import published_text

    return published_text()


VIEWS: Mapping[str, View] = {
    "": View(
        "job",
        "A job",
        "Where a job stands, as get_job_progress tells it. Can be subscribed to.",
        JSON,
        _progress,
    ),
    "preview": View("job-preview", "A few of a job's rows", "Ten rows of each table.", JSON, _rows),
    "report": View(
        "job-report",
        "A job's report",
        "What was asked for, what it cost, and which expectations the dataset keeps.",
        "text/markdown",
        _report,
    ),
    "columns": View(
        "job-columns",
        "A job's columns",
        "What each column of a finished job holds, for small charts.",
        JSON,
        _columns,
    ),
    "schema": View(
        "job-schema", "A job's schema", "The whole schema that its rows follow.", JSON, _schema
    ),
}
KNOWN = f"there are {LANGUAGE} and {JOBS}JOB, alone or followed by " + ", ".join(
    f"/{path}" for path in VIEWS if path
)
