"""What proves a job's chunks and a dataset's files, as deterministic JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ..core.models import ChunkMetadata, Job
from ..core.ports import DatasetFile, MergeRequest, Verdict
from .provenance import lineage

FORMAT = 1
"""Raised whenever an older reader could misunderstand a manifest."""
BETWEEN = ", "
"""Between the names of the tables in one file; no table's name holds it."""


def job_manifest(job: Job, chunks: Iterable[ChunkMetadata]) -> bytes:
    """What a completed job consists of: each chunk's rows and hash, and what they follow from.

    The same job gives the same bytes: no clock, no attempt is in it.
    """
    return _written(
        {
            "manifest": "job",
            "manifest_format": FORMAT,
            "job_id": job.job_id,
            **lineage(job.spec),
            "output_format": job.spec.output_format,
            "chunk_size": job.spec.chunk_size,
            "rows": dict(job.spec.rows),
            "chunks": [
                {
                    "index": chunk.key.index,
                    "file": chunk.key.file_name,
                    "table": chunk.key.table,
                    "start": chunk.key.start,
                    **_proof(chunk),
                }
                for chunk in chunks
            ],
        }
    )


def dataset_manifest(
    request: MergeRequest,
    files: Sequence[DatasetFile],
    *,
    neutralised: int,
    verdicts: Sequence[Verdict],
) -> bytes:
    """What a merged dataset consists of, and what was found when it was judged.

    Paths are left out: files are named as they lie beside the manifest.
    """
    return _written(
        {
            "manifest": "dataset",
            "manifest_format": FORMAT,
            "job_id": request.job.job_id,
            **lineage(request.job.spec),
            **wish(request),
            "neutralised_cells": neutralised,
            "files": [
                {
                    "table": file.table,
                    "file": file.name,
                    "rows": file.rows,
                    "bytes": file.bytes,
                    "sha256": file.sha256,
                }
                for file in files
            ],
            "chunks": {
                table: [_proof(chunk) for chunk in chunks]
                for table, chunks in request.chunks.items()
            },
            "expectations": [asdict(verdict) for verdict in verdicts],
        }
    )


def wish(request: MergeRequest) -> dict[str, Any]:
    """What makes one dataset of a job another than the next."""
    return {
        "output_format": request.format,
        "raw": not request.neutralise,
        "partition": asdict(request.partition) if request.partition else None,
    }


def _proof(chunk: ChunkMetadata) -> dict[str, Any]:
    return {"rows": chunk.key.rows, "bytes": chunk.bytes, "sha256": chunk.sha256}


def _written(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8", errors="surrogatepass")
