"""Job records as rows of text and numbers, and back."""

from __future__ import annotations

import json
from typing import Any

from ...core.errors import InvalidArgument
from ...core.models import ChunkKey, ChunkMetadata, Job, JobSpecification, JobState
from ...core.parsing import parse_schema
from ...core.ports import Answer, JobEvent

JOB_COLUMNS = (
    "number, job_id, name, owner, state, version, attempt, wanted, problem, created_at, updated_at"
)
CHUNK_COLUMNS = (
    "chunk_index, table_name, start, stop, format, bytes, sha256, attempt, seconds, stored_at"
)


def dumped(document: Any) -> str:
    """Keys stay in their order: that of a mapping in a schema may decide what is generated.

    In ASCII: a lone surrogate can stand in a JSON document, as an escape, but not in SQLite's text.

    Raises:
        InvalidArgument: JSON cannot say it.
    """
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        hint = "only JSON values can be kept: text, numbers, true, false, null, lists, objects"
        raise InvalidArgument("a value cannot be recorded", hint=hint) from None


def loaded(text: str) -> Any:
    return json.loads(text)


def specification_text(spec: JobSpecification) -> str:
    document = {name: getattr(spec, name) for name in JobSpecification.__slots__}
    return dumped({**document, "schema": spec.schema.document(), "rows": list(spec.rows)})


def specification(text: str) -> JobSpecification:
    document = loaded(text)
    document["schema"] = parse_schema(document["schema"])
    document["rows"] = tuple((table, rows) for table, rows in document["rows"])
    return JobSpecification(**document)


def job(row: tuple[Any, ...], spec: JobSpecification) -> Job:
    """From `JOB_COLUMNS`."""
    _, job_id, name, owner, state, version, attempt, wanted, problem, created, updated = row
    return Job(
        job_id=job_id,
        name=name,
        spec=spec,
        state=JobState(state),
        version=version,
        attempt=attempt,
        wanted=bool(wanted),
        problem=problem,
        created_at=created,
        updated_at=updated,
        owner=owner,
    )


def chunk_values(chunk: ChunkMetadata) -> tuple[Any, ...]:
    """In the order of `CHUNK_COLUMNS`."""
    key = chunk.key
    return (
        *(key.index, key.table, key.start, key.stop, key.format),
        *(chunk.bytes, chunk.sha256, chunk.attempt, float(chunk.seconds), float(chunk.stored_at)),
    )


def chunk(job_id: str, row: tuple[Any, ...]) -> ChunkMetadata:
    """From `CHUNK_COLUMNS`."""
    return ChunkMetadata(ChunkKey(job_id, *row[:5]), *row[5:])


def job_values(number: int, job: Job) -> tuple[Any, ...]:
    """In the order of `JOB_COLUMNS`."""
    return (
        *(number, job.job_id, job.name, job.owner, str(job.state), job.version, job.attempt),
        *(int(job.wanted), job.problem, float(job.created_at), float(job.updated_at)),
    )


def note(job: Job, event: JobEvent) -> dict[str, Any]:
    """A move for the job's journal: the event, and the job as it left it."""
    return {
        "number": event.number,
        "at": event.at,
        "event": event.event,
        "detail": event.detail,
        "state": str(job.state),
        "name": job.name,
        "version": job.version,
        "attempt": job.attempt,
        "problem": job.problem,
    }


def answer_text(answer: Answer) -> str:
    return dumped(answer.rows)


def answer(text: str) -> Answer:
    return Answer(rows=tuple((number, tuple(values)) for number, values in loaded(text)))
