"""What a use case gave, as the answer a client gets: small, and safe to show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..core.models import JobState
from ..core.planning import ChunkPlan
from ..core.states import ACTIVE
from ..utils.text import clean
from . import answers as a
from .fitting import as_many_as_fit, lines, preview, schema_document
from .wording import LEFT_OUT, NOT_STARTED

if TYPE_CHECKING:
    from ..core.errors import Problem
    from ..core.estimates import Estimate
    from ..core.job_manager import Controlled, Created
    from ..core.models import ChunkMetadata, Job, JobProgress, Spending
    from ..core.ports import Dataset, Verdict
    from ..core.schemas import Extracted, Validation

SHOWN_PROBLEMS = 50
SHOWN_REASONS = 20


# ── schemas ───────────────────────────────────────────────────────────────────────────────────


def extracted(result: Extracted) -> a.Extracted:
    reading = result.reading
    return a.Extracted(
        state="done",
        next=_after_extraction(result),
        schema_id=result.schema_id,
        schema_=schema_document(result.schema),
        assumptions=lines(reading.assumptions, 1_500),
        questions=lines(reading.questions, 1_000),
        not_understood=lines(reading.not_understood, 500),
        warnings=lines(result.warnings, 500),
        problems=problems(result.problems, 1_000),
        output_format=reading.output_format,
        preview=preview(result.preview, 2_000),
        engine=clean(reading.engine, 100),
    )


def refined(
    before: a.Extracted, after: a.Extracted, answered: Sequence[tuple[str, str]]
) -> a.Extracted:
    """What the user's answers made of it; what they did not touch is still assumed and open."""
    settled = {question for question, _ in answered}
    still = [question for question in before.questions or () if question not in settled]
    return after.model_copy(
        update={
            "assumptions": lines([*(before.assumptions or ()), *(after.assumptions or ())], 1_500),
            "questions": lines([*still, *(after.questions or ())], 1_000),
            "answered": lines([f"{question} {answer}" for question, answer in answered], 1_500),
            "not_understood": lines(
                [*(before.not_understood or ()), *(after.not_understood or ())], 500
            ),
            "output_format": after.output_format or before.output_format,
        }
    )


def _after_extraction(result: Extracted) -> str:
    """The next calls, with the arguments that are known."""
    if result.problems:
        return "mend the problems: extract_schema with current_schema, or validate_schema"
    reading, tables = result.reading, result.schema.tables
    takes = [f"schema_id={result.schema_id}"]
    if len(tables) == 1 and tables[0].rows is None:
        takes.append("row_count")
    if reading.output_format:
        takes.append(f"output_format={reading.output_format}")
    first = LEFT_OUT if reading.not_understood else ""
    unsure = reading.assumptions or reading.questions
    shown = "the schema with the assumptions and questions" if unsure else "the schema"
    return f"{first}show the user {shown}, then create_job with {', '.join(takes)} and start=true"


def validated(result: Validation) -> a.Validated:
    found = [problem for problem in result.problems if not _said_later(problem, result)]
    mended = result.mended if found else None
    later = ("the number of rows is open: give row_count to create_job",)
    warnings = result.warnings + (later if len(found) < len(result.problems) else ())
    return a.Validated(
        valid=not found,
        schema_id=result.schema_id,
        problem_count=len(found),
        problems=problems(found, 8_000 if mended else 12_000),
        mended_id=result.mended_id if mended else None,
        mended=schema_document(mended, 6_000) if mended else None,
        warnings=lines(warnings, 1_500),
        estimate=estimate(result.estimate) if result.estimate else None,
        preview=preview(result.preview, 3_000),
    )


def _said_later(problem: Problem, result: Validation) -> bool:
    """The rows of a single table may be left to `create_job`."""
    alone = result.schema is not None and len(result.schema.tables) == 1
    return alone and problem.code == "rows_missing"


def problems(found: Sequence[Problem], budget: int) -> list[a.SchemaProblem]:
    shown = (
        a.SchemaProblem(
            path=clean(problem.path, 120),
            code=problem.code,
            message=clean(problem.message, 200),
            hint=clean(problem.hint, 400),
        )
        for problem in found[:SHOWN_PROBLEMS]
    )
    return as_many_as_fit(shown, budget, a.Answer.document)


def estimate(expected: Estimate) -> a.Estimate:
    return a.Estimate(
        rows=expected.rows,
        calls=expected.calls,
        input_tokens=expected.input_tokens,
        output_tokens=expected.output_tokens,
        cost_usd=expected.cost_usd,
        seconds=expected.seconds,
        bytes=expected.bytes,
    )


# ── jobs ──────────────────────────────────────────────────────────────────────────────────────


def created(result: Created, *, started: Job | None = None, follow: str | None = None) -> a.Created:
    """`started`: the job as it is after it was started; `follow` says what is to be done now."""
    job = started or result.job
    usual = NEXT[JobState.PENDING] if job.state is JobState.PENDING else "get_job_progress"
    return a.Created(
        job_id=job.job_id,
        name=clean(job.name, 100),
        status=job.state,
        plan=plan(job, result.chunks),
        estimate=estimate(result.estimate),
        next=follow or usual,
    )


def plan(job: Job, chunks: int) -> a.Plan:
    spec = job.spec
    numbered = ChunkPlan(job.job_id, spec)
    tables = (
        a.PlannedTable(table=name, rows=rows, chunks=len(numbered.of_table(name)))
        for name, rows in spec.rows
    )
    return a.Plan(
        rows=spec.total_rows,
        chunks=chunks,
        chunk_size=spec.chunk_size,
        tables=as_many_as_fit(tables, 8_000, a.Answer.document),
        output_format=spec.output_format,
        storage=spec.storage,
        generation=spec.generation,
        model=spec.model,
        seed=spec.seed,
        as_of=spec.as_of,
    )


def chunk(stored: ChunkMetadata, now: JobProgress) -> a.Chunk:
    key = stored.key
    owed = now.chunks_total - now.chunks_done
    return a.Chunk(
        state="done",
        job_id=key.job_id,
        chunk_index=key.index,
        table=key.table,
        first_row=key.start,
        rows=key.rows,
        bytes=stored.bytes,
        sha256=stored.sha256,
        format=key.format,
        seconds=round(stored.seconds, 3),
        next=_after_chunk(owed, now.state),
    )


def _after_chunk(owed: int, state: JobState) -> str:
    if not owed:
        return NEXT[JobState.COMPLETED]
    rest = "1 chunk is" if owed == 1 else f"{owed:,} chunks are"
    action = "resume" if state is JobState.PAUSED else "start"
    return f"{rest} still owed: control_job with action={action} makes all of them by itself"


NEXT = {
    JobState.PENDING: "control_job with action=start",
    JobState.SCHEMA_VALIDATION: "get_job_progress again",
    JobState.GENERATING: "get_job_progress again",
    JobState.PAUSED: "control_job with action=resume goes on with it",
    JobState.COMPLETED: "merge_and_download",
    JobState.FAILED: "see last_problem, then control_job with action=retry",
    JobState.CANCELLED: "nothing: a cancelled job is over; create_job makes a new one",
}


def controlled(done: Controlled) -> a.Controlled:
    return a.Controlled(
        job_id=done.job_id,
        before=done.before,
        after=done.after,
        allowed=list(done.allowed),
        next=NEXT[done.after] if done.after else None,
    )


def untouched(job: Job, allowed: Sequence[str]) -> a.Controlled:
    """The user did not agree to what it may cost."""
    return a.Controlled(
        job_id=job.job_id,
        before=job.state,
        after=job.state,
        allowed=list(allowed),
        next=NOT_STARTED,
    )


SHOWN_SPENDING = 10


def _costliest(spending: Sequence[Spending]) -> list[Spending]:
    """Tables first, then fields, by what they cost."""
    shown = sorted(spending, key=lambda part: (part.fields != "", -part.usage.output_tokens))
    return shown[:SHOWN_SPENDING]


def needs(now: JobProgress) -> str:
    """The call that brings the job on."""
    if now.state in ACTIVE and not now.running:
        return "control_job with action=resume: nobody works on it"
    settled = (
        ", once last_problem is settled" if now.state is JobState.PAUSED and now.problem else ""
    )
    return NEXT[now.state] + settled


def progress(now: JobProgress) -> a.Progress:
    return a.Progress(
        job_id=now.job_id,
        name=clean(now.name, 100),
        status=now.state,
        running=now.running,
        rows_done=now.rows_done,
        rows_owed=now.rows_total - now.rows_done,
        rows_total=now.rows_total,
        chunks_done=now.chunks_done,
        chunks_owed=now.chunks_total - now.chunks_done,
        chunks_total=now.chunks_total,
        percent=now.percent,
        rows_per_s=now.rows_per_s,
        seconds_left=now.seconds_left,
        calls=now.usage.calls,
        input_tokens=now.usage.input_tokens,
        output_tokens=now.usage.output_tokens,
        cost_usd=now.cost_usd,
        expected_cost_usd=now.expected_cost_usd,
        spending=[
            a.Spending(
                table=clean(part.table, 100),
                fields=clean(part.fields, 200),
                calls=part.usage.calls,
                input_tokens=part.usage.input_tokens,
                output_tokens=part.usage.output_tokens,
                thinking_tokens=part.usage.thinking_tokens,
                cached_tokens=part.usage.cached_tokens,
                cost_usd=part.cost_usd,
            )
            for part in _costliest(now.spending)
        ],
        rejected_rows={clean(why, 100): count for why, count in now.rejected[:SHOWN_REASONS]},
        last_problem=clean(now.problem, 1_000) if now.problem else None,
        allowed=list(now.allowed),
        next=needs(now),
    )


def job_line(job: JobProgress) -> a.JobLine:
    return a.JobLine(
        job_id=job.job_id,
        name=clean(job.name, 60),
        status=job.state,
        running=job.running,
        percent=job.percent,
        rows=job.rows_total,
    )


# ── datasets ──────────────────────────────────────────────────────────────────────────────────


def merged(dataset: Dataset) -> a.Merged:
    files = [
        a.DatasetFile(
            table=file.table, path=file.path, bytes=file.bytes, rows=file.rows, sha256=file.sha256
        )
        for file in dataset.files
    ]
    alone = files[0] if len(files) == 1 else None
    path = alone.path if alone else _folder(files[0].path)
    return a.Merged(
        state="done",
        job_id=dataset.job_id,
        path=path,
        uri=uri(path),
        format=dataset.format,
        bytes=dataset.bytes,
        rows=dataset.rows,
        sha256=alone.sha256 if alone else None,
        files=as_many_as_fit(files, 6_000, a.Answer.document),
        file_count=len(files),
        verdict=verdict_sentence(dataset.verdicts),
        verdicts=verdicts(dataset.verdicts, 6_000),
        preview=preview(dataset.preview, 3_000),
        manifest=dataset.manifest,
        neutralised_cells=dataset.neutralised,
        next=_after_merge(dataset.verdicts),
    )


def _after_merge(judged: Sequence[Verdict]) -> str:
    if all(verdict.held for verdict in judged):
        return "give the user the path and the verdict"
    return "give the user the path, and say which expectations are broken (held: false)"


def _folder(path: str) -> str:
    """Of a file, or of an address, whose slashes mean what they say."""
    return path.rpartition("/")[0] if "://" in path else str(PurePath(path).parent)


def uri(path: str) -> str:
    """A path as a `file:` URI; an address stays as it is."""
    # A Windows drive is a scheme of one letter.
    return path if len(urlsplit(path).scheme) > 1 else Path(path).as_uri()


def verdict_sentence(judged: Sequence[Verdict]) -> str:
    if not judged:
        return "no expectations were stated"
    held = sum(verdict.held for verdict in judged)
    broken = [f"{verdict.check} {verdict.about}".strip() for verdict in judged if not verdict.held]
    told = f"; not: {', '.join(broken[:5])}" if broken else ""
    return clean(f"{held} of {len(judged)} hold{told}", 400)


def verdicts(judged: Sequence[Verdict], budget: int) -> list[a.Verdict]:
    """Broken ones first."""
    shown = (
        a.Verdict(
            check=verdict.check,
            about=clean(verdict.about, 140),
            held=verdict.held,
            target=clean(verdict.target, 120),
            measured=clean(verdict.measured, 120),
            metric=verdict.metric,
            score=None if verdict.score is None else round(verdict.score, 4),
        )
        for verdict in sorted(judged, key=lambda verdict: verdict.held)
    )
    return as_many_as_fit(shown, budget, a.Answer.document)
