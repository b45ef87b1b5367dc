"""Chunks and datasets as objects in a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import BinaryIO, Literal

from ..core.chunk_about import ChunkAbout
from ..core.models import ChunkKey, ChunkMetadata
from ..core.ports import Publication
from ..utils.checksums import sha256
from . import abouts
from .base import missing
from .buckets.bucket import Bucket
from .buckets.outputs import CloudOutputs
from .names import safe_part

SEARCHED = 100
"""Objects looked into to learn whose bytes a damaged chunk has: each is a request."""


class CloudStorageHandler:
    """Chunks at `temp/<job_id>/chunk_<index>.<format>`, datasets below `output/`."""

    kind: Literal["cloud"] = "cloud"

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._outputs = CloudOutputs(bucket, "output")

    def put_chunk(
        self, key: ChunkKey, data: bytes, *, schema_sha256: str = "", attempt: int = 0
    ) -> None:
        about = ChunkAbout(key, schema_sha256, attempt, len(data), sha256(data))
        self._put(_path(key.job_id, abouts.about_name(key)), abouts.written(about))
        self._put(_path(key.job_id, key.file_name), data)

    def read_chunk(self, key: ChunkKey) -> bytes:
        data = self._bucket.read(_path(key.job_id, key.file_name))
        if data is None:
            raise missing(key)
        return data

    def read_recorded(self, chunk: ChunkMetadata) -> bytes:
        return abouts.recorded(self, chunk)

    def about(self, key: ChunkKey) -> ChunkAbout | None:
        return abouts.parsed(self._bucket.read(_path(key.job_id, abouts.about_name(key))))

    def abouts(self, job_id: str) -> Iterator[ChunkAbout]:
        names = sorted(path for path, _ in self._bucket.names(_folder(job_id)))
        ours = (name for name in names if name.split("/")[-1].startswith(abouts.PREFIX))
        return filter(None, (abouts.parsed(self._bucket.read(name)) for name in ours))

    def neighbours(self, key: ChunkKey) -> Iterator[ChunkAbout]:
        return islice(self.abouts(key.job_id), SEARCHED)

    def delete_job(self, job_id: str) -> None:
        paths = [path for path, _ in self._bucket.names(_folder(job_id))]
        if paths:
            self._bucket.remove(paths)

    def put_note(self, job_id: str, name: str, data: bytes) -> None:
        self._bucket.replace(_path(job_id, name), data)

    def _put(self, path: str, data: bytes) -> None:
        """What is there already stays where it is the same, and is replaced where not."""
        if not self._bucket.create(path, data) and self._bucket.read(path) != data:
            self._bucket.replace(path, data)

    def publish(self, name: str, *, overwrite: bool) -> AbstractContextManager[Publication]:
        return self._outputs.publish(name, overwrite=overwrite)

    def open_dataset(self, name: str) -> BinaryIO:
        return self._outputs.open_dataset(name)

    def locate(self, name: str) -> str:
        return self._outputs.locate(name)

    def discard(self, name: str) -> None:
        self._outputs.discard(name)


def _folder(job_id: str) -> str:
    return f"temp/{safe_part(job_id)}"


def _path(job_id: str, name: str) -> str:
    return f"{_folder(job_id)}/{safe_part(name)}"
