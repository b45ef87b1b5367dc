"""Answers as JSON values, for `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..core.errors import Problem
    from ..core.job_manager import Controlled, Created
    from ..core.models import Job, JobProgress
    from ..core.ports import Dataset, JobEvent
    from ..core.schemas import Extracted, Validation
    from ..interchange.notes import Exported, Imported


def problems(found: Sequence[Problem]) -> list[dict[str, str]]:
    return [asdict(problem) for problem in found]


def extracted(found: Extracted) -> dict[str, Any]:
    reading = found.reading
    return {
        "schema_id": found.schema_id,
        "schema": found.schema.document(),
        "read_by": reading.engine,
        "assumptions": list(reading.assumptions),
        "questions": list(reading.questions),
        "not_understood": list(reading.not_understood),
        "output_format": reading.output_format,
        "problems": problems(found.problems),
        "warnings": list(found.warnings),
        "preview": found.preview,
    }


def validated(found: Validation) -> dict[str, Any]:
    return {
        "valid": not found.problems,
        "schema_id": found.schema_id,
        "problems": problems(found.problems),
        "mended": found.mended.document() if found.mended else None,
        "warnings": list(found.warnings),
        "estimate": asdict(found.estimate) if found.estimate else None,
        "preview": found.preview,
    }


def imported(found: Imported, refused: Sequence[Problem]) -> dict[str, Any]:
    return {
        "schema": found.document,
        "source": found.source,
        "dialect": found.dialect,
        "assumed": [asdict(note) for note in found.assumed],
        "left_out": [asdict(note) for note in found.left_out],
        "problems": problems(refused),
    }


def exported(found: Exported) -> dict[str, Any]:
    return asdict(found)


def created(made: Created) -> dict[str, Any]:
    return {**job(made.job), "chunks": made.chunks, "estimate": asdict(made.estimate)}


def job(found: Job) -> dict[str, Any]:
    spec = found.spec
    return {
        "job_id": found.job_id,
        "name": found.name,
        "state": found.state,
        "rows": spec.total_rows,
        "tables": dict(spec.rows),
        "seed": spec.seed,
        "as_of": spec.as_of,
        "format": spec.output_format,
        "chunk_size": spec.chunk_size,
        "storage": spec.storage,
        "generation": spec.generation,
        "model": spec.model,
        "max_cost_usd": spec.max_cost_usd,
    }


def progress(now: JobProgress) -> dict[str, Any]:
    return {**asdict(now), "rejected": dict(now.rejected), "allowed": list(now.allowed)}


def controlled(done: Controlled) -> dict[str, Any]:
    return {**asdict(done), "allowed": list(done.allowed)}


def events(trail: Sequence[JobEvent]) -> list[dict[str, Any]]:
    return [asdict(event) for event in trail]


def dataset(made: Dataset) -> dict[str, Any]:
    return {
        "job_id": made.job_id,
        "format": made.format,
        "rows": made.rows,
        "bytes": made.bytes,
        "files": [asdict(file) for file in made.files],
        "manifest": made.manifest,
        "neutralised": made.neutralised,
        "held": all(verdict.held for verdict in made.verdicts),
        "verdicts": [asdict(verdict) for verdict in made.verdicts],
        "preview": made.preview,
    }
