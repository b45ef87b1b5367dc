"""What a dataset's rows follow from, for manifests and for the metadata of files."""

from __future__ import annotations

import json
from typing import Any

from ..core.models import Job, JobSpecification
from ..utils.checksums import canonical_sha256


def lineage(spec: JobSpecification) -> dict[str, Any]:
    """All that decides the rows."""
    return {
        "schema": spec.schema.name,
        "schema_sha256": canonical_sha256(spec.schema.document()),
        "seed": spec.seed,
        "as_of": spec.as_of,
        "engine": spec.engine,
        "generation": spec.generation,
        "model": spec.model,
    }


def origin(job: Job, table: str) -> dict[str, str]:
    """Metadata for a file that holds this table: no job, clock or chunk is in it."""
    return {
        "rowmill.origin": _text({**lineage(job.spec), "table": table}),
        "rowmill.schema": _text(job.spec.schema.document()),
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
