"""What proves a job's chunks and a dataset's files, as deterministic JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..core.models import ChunkMetadata, DatasetFormat, Job
from ..core.ports import DatasetFile, Verdict
from .provenance import lineage

FORMAT = 1
"""Raised whenever an older reader could misunderstand a manifest."""


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
    job: Job,
    output_format: DatasetFormat,
    files: Sequence[DatasetFile],
    chunks: Mapping[str, Sequence[ChunkMetadata]],
    *,
    neutralised: int,
    verdicts: Sequence[Verdict],
) -> bytes:
    """What a merged dataset consists of, and what was found when it was judged.

    `chunks` are by table, in the order of their rows. Paths are left out: files are named as they
    lie beside the manifest.
    """
    return _written(
        {
            "manifest": "dataset",
            "manifest_format": FORMAT,
            "job_id": job.job_id,
            **lineage(job.spec),
            "output_format": output_format,
            "neutralised_cells": neutralised,
            "files": [
                {
                    "table": file.table,
                    "file": file.name,
                    "rows": file.rows,
                    "bytes": file.bytes,
                    "sha256": file.sha256,
                    "chunks": [_proof(chunk) for chunk in chunks[file.table]],
                }
                for file in files
            ],
            "expectations": [asdict(verdict) for verdict in verdicts],
        }
    )


def _proof(chunk: ChunkMetadata) -> dict[str, Any]:
    return {"rows": chunk.key.rows, "bytes": chunk.bytes, "sha256": chunk.sha256}


def _written(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8", errors="surrogatepass")
