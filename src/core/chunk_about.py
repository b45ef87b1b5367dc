"""What a chunk says of itself, wherever its file lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .models import ChunkKey

FORMAT = 1
"""Raised whenever an older reader could misunderstand what a chunk says."""
MOST = 10**15
"""Bytes or attempts: no file is so large, and thousands of such numbers add up in 64 bits."""
METADATA = "rowmill.chunk"
"""The key under which a file with metadata of its own (Parquet) says it."""


@dataclass(frozen=True, slots=True)
class ChunkAbout:
    """Which rows of which job are in a file, and which bytes it then has.

    `schema_sha256` is that of the job's schema document; `attempt` counts the job's lease holders.
    """

    key: ChunkKey
    schema_sha256: str
    attempt: int
    bytes: int
    sha256: str

    def document(self) -> dict[str, Any]:
        return {
            **_identity(self.key, self.schema_sha256),
            "attempt": self.attempt,
            "bytes": self.bytes,
            "sha256": self.sha256,
        }

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> ChunkAbout | None:
        """None where it is not what `document` gives, or of a format that is not known here."""
        key = _key(document)
        try:
            rest = [document[name] for name in ("schema_sha256", "attempt", "bytes", "sha256")]
        except KeyError:
            return None
        if key is None or [type(value) for value in rest] != [str, int, int, str]:
            return None
        about = cls(key, *rest)
        return about if all(0 <= n <= MOST for n in (about.attempt, about.bytes)) else None


def chunk_metadata(key: ChunkKey, schema_sha256: str) -> dict[str, str]:
    """For the metadata of a file: no clock and no attempt, so that a chunk made again, by whomever,
    has the same bytes."""
    return {METADATA: json.dumps(_identity(key, schema_sha256), separators=(",", ":"))}


def key_in_metadata(text: bytes | str) -> ChunkKey | None:
    """Which chunk the value under `METADATA` says it is; None where it says nothing."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _key(document) if isinstance(document, dict) else None


def _identity(key: ChunkKey, schema_sha256: str) -> dict[str, Any]:
    return {
        "chunk_format": FORMAT,
        "job_id": key.job_id,
        "index": key.index,
        "table": key.table,
        "start": key.start,
        "stop": key.stop,
        "format": key.format,
        "schema_sha256": schema_sha256,
    }


def _key(document: Mapping[str, Any]) -> ChunkKey | None:
    names = ("job_id", "index", "table", "start", "stop", "format")
    values = [document.get(name) for name in names]
    kinds = [str, int, str, int, int, str]
    if document.get("chunk_format") != FORMAT or [type(value) for value in values] != kinds:
        return None
    return ChunkKey(*values)  # type: ignore[arg-type]  # their types were just compared
