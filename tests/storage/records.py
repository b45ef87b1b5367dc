"""Jobs and chunk records that the storage tests share."""

from __future__ import annotations

import hashlib

from src.core.models import ChunkKey, ChunkMetadata, Job, JobSpecification, JobState
from src.core.parsing import parse_schema

JOB = "job_" + "a" * 16


class Ticking:
    """A clock that is one second later each time it is asked."""

    def __init__(self, at: float = 1000.0) -> None:
        self.at = at

    def now(self) -> float:
        self.at += 1
        return self.at

    def monotonic(self) -> float:
        return self.at


def metadata(key: ChunkKey, data: bytes, *, attempt: int = 1) -> ChunkMetadata:
    digest = hashlib.sha256(data).hexdigest()
    return ChunkMetadata(key, len(data), digest, attempt, seconds=0.5, stored_at=9.0)


def chunk_key(index: int, *, job_id: str = JOB, table: str = "things", rows: int = 10) -> ChunkKey:
    return ChunkKey(job_id, index, table, index * rows, (index + 1) * rows, "csv")


SCHEMA = parse_schema(
    {
        "name": "things",
        "fields": [
            {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
            {
                "name": "part",
                "generator": {
                    "kind": "subcategory", "of": "kind", "values": {"z": ["1"], "a": ["2"]},
                },
            },
        ],
    }
)  # fmt: skip


def job(job_id: str = JOB, *, state: JobState = JobState.PENDING) -> Job:
    spec = JobSpecification(
        schema=SCHEMA,
        rows=(("things", 1000),),
        seed=7,
        as_of="2026-01-31",
        engine="0.1.0",
        output_format="csv",
        chunk_size=10,
        storage="disk",
        generation="auto",
        max_cost_usd=1.5,
    )
    return Job(job_id=job_id, name="a job", spec=spec, state=state, created_at=3.0)
