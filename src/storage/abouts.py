"""The small files beside chunks that say what the chunks are, and what lies in a chunk's place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Protocol

from ..core.chunk_about import METADATA, ChunkAbout, key_in_metadata
from ..core.errors import ChunkDamaged
from ..core.models import ChunkKey, ChunkMetadata
from ..utils.checksums import canonical_sha256, sha256
from .base import mending

PREFIX = "about_"
"""Not `chunk_…`: whoever lists the chunks of a folder by that name finds chunks only."""
CHECK_DIGITS = 16


def about_name(key: ChunkKey) -> str:
    return f"{PREFIX}{key.index:06d}.{key.format}.json"


def written(about: ChunkAbout) -> bytes:
    document = about.document()
    return (json.dumps({**document, "check": _check(document)}) + "\n").encode()


def parsed(data: bytes | None) -> ChunkAbout | None:
    """None where it is not whole and ours."""
    try:
        document = json.loads(data or b"")
        if not isinstance(document, dict) or document.pop("check", None) != _check(document):
            return None
    except (ValueError, RecursionError):
        return None
    return ChunkAbout.parse(document)


def _check(document: dict[str, object]) -> str:
    return canonical_sha256(document)[:CHECK_DIGITS]


class Shelf(Protocol):
    """A storage as far as this module looks into it."""

    def read_chunk(self, key: ChunkKey) -> bytes: ...

    def about(self, key: ChunkKey) -> ChunkAbout | None:
        """What lies beside this chunk."""

    def neighbours(self, key: ChunkKey) -> Iterator[ChunkAbout]:
        """What lies beside other chunks, of this job first; as many as a look may cost."""


def recorded(shelf: Shelf, chunk: ChunkMetadata) -> bytes:
    """The chunk's bytes as they were recorded.

    Raises:
        ChunkMissing
        ChunkDamaged: says what lies in its place.
    """
    data = shelf.read_chunk(chunk.key)
    digest = sha256(data)
    if digest == chunk.sha256:
        return data
    why = _what_lies_there(shelf, chunk.key, data, digest)
    text = f"chunk {chunk.key.index} ({chunk.key.file_name}) is damaged: {why}"
    raise ChunkDamaged(text, hint=mending(chunk.key))


def _what_lies_there(shelf: Shelf, key: ChunkKey, data: bytes, digest: str) -> str:
    own = shelf.about(key)
    if own is not None and own.sha256 == digest:
        if (own.key.job_id, own.key.index) != (key.job_id, key.index):
            return _other(own.key, key)
        made = f"attempt {own.attempt}, schema {own.schema_sha256[:12]}"
        return f"it holds another making of this chunk ({made}), not the one that was recorded"
    inside = _inside(key, data)
    if inside is not None and (inside.job_id, inside.index) != (key.job_id, key.index):
        return _other(inside, key)
    if inside is None:
        for about in shelf.neighbours(key):
            if about.sha256 == digest:
                return _other(about.key, key)
    return "its bytes changed since it was stored"


def _other(found: ChunkKey, key: ChunkKey) -> str:
    job = "this job" if found.job_id == key.job_id else f"job {found.job_id}"
    return f"it holds the rows of chunk {found.index} of {job}"


def _inside(key: ChunkKey, data: bytes) -> ChunkKey | None:
    """What a file with metadata says itself."""
    if key.format != "parquet":
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(pa.BufferReader(data)).metadata or {}
    except (pa.ArrowException, OSError, ValueError):
        return None
    return key_in_metadata(metadata.get(METADATA.encode(), b""))
