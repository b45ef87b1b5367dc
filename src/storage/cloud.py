"""Chunks and datasets as objects in a bucket."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Literal

from ..core.models import ChunkKey
from ..core.ports import Publication
from .buckets.bucket import Bucket
from .buckets.outputs import CloudOutputs
from .disk import missing
from .names import safe_part


class CloudStorageHandler:
    """Chunks at `temp/<job_id>/chunk_<index>.<format>`, datasets below `output/`."""

    kind: Literal["cloud"] = "cloud"

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._outputs = CloudOutputs(bucket, "output")

    def put_chunk(self, key: ChunkKey, data: bytes) -> None:
        """Once; what is there already stays where it is the same, and is replaced where not."""
        path = _path(key.job_id, key.file_name)
        if not self._bucket.create(path, data) and self._bucket.read(path) != data:
            self._bucket.replace(path, data)

    def read_chunk(self, key: ChunkKey) -> bytes:
        data = self._bucket.read(_path(key.job_id, key.file_name))
        if data is None:
            raise missing(key)
        return data

    def delete_job(self, job_id: str) -> None:
        paths = [path for path, _ in self._bucket.names(_folder(job_id))]
        if paths:
            self._bucket.remove(paths)

    def put_note(self, job_id: str, name: str, data: bytes) -> None:
        self._bucket.replace(_path(job_id, name), data)

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
