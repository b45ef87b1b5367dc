"""A job and its proof on one page of Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...core.models import JobState
from ...reporting.markdown import plain
from ...utils.text import clean

if TYPE_CHECKING:
    from ...core.models import Job, JobProgress
    from ...core.ports import Dataset
    from ...wiring import App

SHOWN = 100
MOST_BYTES = 19_000
"""Of the report of a finished job: what a model reads in one piece."""


MOST_ROWS = 1_000_000
"""Of a finished job whose every row is looked at while a client waits: a few seconds."""


async def report(app: App, job: Job) -> str:
    """The report of a job, whatever state it is in; of a finished one column by column, unless it
    is large."""
    if job.state is JobState.COMPLETED and job.spec.total_rows <= MOST_ROWS:
        return (await app.reports.report(job)).markdown(most_bytes=MOST_BYTES)
    now = await app.manager.progress(job.job_id)
    return markdown(job, now, await app.datasets.made(job))


def markdown(job: Job, now: JobProgress, dataset: Dataset | None) -> str:
    """`dataset` is None as long as none was written."""
    parts = [*_job(job, now), "", *_cost(now), "", *_proof(dataset)]
    return "\n".join(parts) + "\n"


def _job(job: Job, now: JobProgress) -> Iterator[str]:
    spec = job.spec
    yield f"# {_text(job.name, 100)}"
    yield ""
    yield f"- job: `{job.job_id}`, {now.state}"
    yield f"- rows: {now.rows_done:,} of {now.rows_total:,} ({now.percent} %)"
    for table, rows in spec.rows[:SHOWN]:
        yield f"  - {_text(table, 100)}: {rows:,}"
    yield f"- seed {spec.seed}, as of {spec.as_of}, rowmill {_text(spec.engine, 40)}"
    if now.problem:
        yield f"- last problem: {_text(now.problem, 500)}"


def _cost(now: JobProgress) -> Iterator[str]:
    yield "## Cost"
    yield ""
    used = now.usage
    if not used.calls:
        yield "No language model was asked."
        return
    cost = "unknown" if now.cost_usd is None else f"${now.cost_usd:,.4f}"
    yield (
        f"{used.calls:,} calls, {used.input_tokens:,} input and {used.output_tokens:,} output "
        f"tokens, cost {cost}."
    )
    for why, count in now.rejected[:20]:
        yield f"- {count:,} model-written rows were rejected: {_text(why, 100)}"


def _proof(dataset: Dataset | None) -> Iterator[str]:
    yield "## Expectations"
    yield ""
    if dataset is None:
        yield "No dataset has the job's own name yet: merge_and_download writes and checks it."
        return
    if not dataset.verdicts:
        yield "None were stated."
    else:
        held = sum(verdict.held for verdict in dataset.verdicts)
        yield f"{held} of {len(dataset.verdicts)} hold."
        yield ""
        yield "| | check | about | wanted | measured |"
        yield "| --- | --- | --- | --- | --- |"
    for verdict in sorted(dataset.verdicts, key=lambda verdict: verdict.held)[:SHOWN]:
        cells = (verdict.check, verdict.about, verdict.target, verdict.measured)
        mark = "held" if verdict.held else "**broken**"
        yield f"| {mark} | {' | '.join(_text(cell, 140) for cell in cells)} |"
    yield ""
    yield "## Files"
    yield ""
    for file in dataset.files[:SHOWN]:
        yield f"- {_text(file.path, 300)}: {file.rows:,} rows, {file.bytes:,} bytes, {file.sha256}"


def _text(text: str, limit: int) -> str:
    """One line that Markdown shows as it is."""
    return plain(clean(text, limit))
