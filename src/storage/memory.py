"""Chunks in this process's memory, up to a limit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from threading import Lock
from typing import BinaryIO, Literal

from ..core.chunk_about import ChunkAbout
from ..core.errors import LimitExceeded
from ..core.models import ChunkKey, ChunkMetadata
from ..core.ports import Publication
from ..utils.checksums import sha256
from . import abouts
from .base import missing
from .names import safe_part
from .outputs import DiskOutputs


class MemoryStorageHandler:
    """Chunks are gone with the process, and are owed again then; datasets are files as ever.

    `max_bytes` and `max_chunks` hold for all jobs together; notes do not count.
    """

    kind: Literal["memory"] = "memory"

    def __init__(self, outputs: DiskOutputs, *, max_bytes: int, max_chunks: int) -> None:
        self._outputs = outputs
        self._max_bytes = max_bytes
        self._max_chunks = max_chunks
        self._lock = Lock()
        self._chunks: dict[tuple[str, str], bytes] = {}
        self._abouts: dict[tuple[str, str], ChunkAbout] = {}
        self._notes: dict[tuple[str, str], bytes] = {}
        self._bytes = 0

    def put_chunk(
        self, key: ChunkKey, data: bytes, *, schema_sha256: str = "", attempt: int = 0
    ) -> None:
        place = (safe_part(key.job_id), safe_part(key.file_name))
        with self._lock:
            grown = self._bytes + len(data) - len(self._chunks.get(place, b""))
            if grown > self._max_bytes:
                raise _full(f"{self._max_bytes} bytes", "STORAGE_MEMORY_MAX_BYTES")
            if place not in self._chunks and len(self._chunks) >= self._max_chunks:
                raise _full(f"{self._max_chunks} chunks", "STORAGE_MEMORY_MAX_CHUNKS")
            self._chunks[place] = bytes(data)
            self._abouts[place] = ChunkAbout(key, schema_sha256, attempt, len(data), sha256(data))
            self._bytes = grown

    def read_chunk(self, key: ChunkKey) -> bytes:
        with self._lock:
            data = self._chunks.get((key.job_id, key.file_name))
        if data is None:
            raise missing(key)
        return data

    def read_recorded(self, chunk: ChunkMetadata) -> bytes:
        return abouts.recorded(self, chunk)

    def about(self, key: ChunkKey) -> ChunkAbout | None:
        return self._abouts.get((key.job_id, key.file_name))

    def abouts(self, job_id: str) -> Iterator[ChunkAbout]:
        with self._lock:
            found = [about for place, about in self._abouts.items() if place[0] == job_id]
        return iter(sorted(found, key=lambda about: about.key.index))

    def neighbours(self, key: ChunkKey) -> Iterator[ChunkAbout]:
        with self._lock:
            found = list(self._abouts.values())
        return iter(sorted(found, key=lambda about: about.key.job_id != key.job_id))

    def delete_job(self, job_id: str) -> None:
        with self._lock:
            for place in [place for place in self._chunks if place[0] == job_id]:
                self._bytes -= len(self._chunks.pop(place))
                del self._abouts[place]
            for place in [place for place in self._notes if place[0] == job_id]:
                del self._notes[place]

    def put_note(self, job_id: str, name: str, data: bytes) -> None:
        with self._lock:
            self._notes[safe_part(job_id), safe_part(name)] = bytes(data)

    def publish(self, name: str, *, overwrite: bool) -> AbstractContextManager[Publication]:
        return self._outputs.publish(name, overwrite=overwrite)

    def open_dataset(self, name: str) -> BinaryIO:
        return self._outputs.open_dataset(name)

    def locate(self, name: str) -> str:
        return self._outputs.locate(name)

    def discard(self, name: str) -> None:
        self._outputs.discard(name)


def _full(limit: str, setting: str) -> LimitExceeded:
    hint = f"delete a job, raise {setting}, or use storage=disk"
    return LimitExceeded(f"memory storage holds at most {limit}", hint=hint)
