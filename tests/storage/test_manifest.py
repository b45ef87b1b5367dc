"""Manifests say what a dataset consists of, in the same bytes every time."""

from __future__ import annotations

import json

from src.core.ports import DatasetFile, MergeRequest, Verdict
from src.storage.manifest import dataset_manifest, job_manifest
from src.utils.checksums import canonical_sha256

from .records import SCHEMA, chunk_key, job, metadata

CHUNKS = [metadata(chunk_key(index), b"chunk %d" % index) for index in range(2)]


def dataset(path: str = "/home/somebody/output/data.csv") -> bytes:
    file = DatasetFile("things", "data.csv", path, bytes=14, rows=20, sha256="ab" * 32)
    held = Verdict("row_count", "things", held=True, target="20", measured="20")
    request = MergeRequest(
        job=job(),
        recipe=None,  # type: ignore[arg-type]  # a manifest needs none of these
        chunks={"things": CHUNKS},
        names={"things": "data.csv"},
        format="csv",
        overwrite=False,
        storage=None,  # type: ignore[arg-type]
        outputs=None,  # type: ignore[arg-type]
    )
    return dataset_manifest(request, [file], neutralised=3, verdicts=[held])


def test_a_job_manifest_proves_each_chunk() -> None:
    document = json.loads(job_manifest(job(), CHUNKS))
    assert document["schema_sha256"] == canonical_sha256(SCHEMA.document())
    assert (document["seed"], document["engine"], document["manifest_format"]) == (7, "0.1.0", 1)
    assert document["rows"] == {"things": 1000}
    assert document["chunks"][1] == {
        "index": 1, "file": "chunk_000001.csv", "table": "things", "start": 10,
        "rows": 10, "bytes": 7, "sha256": CHUNKS[1].sha256,
    }  # fmt: skip


def test_a_dataset_manifest_proves_each_file_and_its_verdict() -> None:
    document = json.loads(dataset())
    (file,) = document["files"]
    assert (file["file"], file["rows"], file["sha256"]) == ("data.csv", 20, "ab" * 32)
    assert [chunk["sha256"] for chunk in document["chunks"]["things"]] == [
        chunk.sha256 for chunk in CHUNKS
    ]
    assert document["neutralised_cells"] == 3
    assert (document["raw"], document["partition"]) == (False, None)
    assert document["expectations"][0]["held"] is True


def test_manifests_hold_no_clock_no_attempt_and_no_path() -> None:
    later = [metadata(chunk.key, b"chunk %d" % n, attempt=9) for n, chunk in enumerate(CHUNKS)]
    moved = job().evolve(version=8, attempt=9, created_at=1.0, updated_at=2.0, name="other")
    assert job_manifest(moved, later) == job_manifest(job(), CHUNKS)
    assert dataset("/elsewhere/data.csv") == dataset()
    assert b"somebody" not in dataset()
