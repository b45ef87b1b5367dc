"""Datasets as objects in a bucket: nothing under a name, or the whole of it."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO, cast

from ...core.errors import NotFound, RowmillError
from ..names import TEMPORARY, dataset_path
from ..outputs import OpenPublication, taken
from .bucket import Bucket, Facts

READ_BYTES = 4 << 20
"""Asked for at once when a dataset is read."""
STALE = timedelta(days=1)
"""A copy under a temporary name lives for seconds; one this old was left by a killed process."""


class CloudOutputs:
    """Datasets below a folder of the bucket, or of its place where `folder` is empty."""

    def __init__(self, bucket: Bucket, folder: str = "", *, stale: timedelta = STALE) -> None:
        self._bucket = bucket
        self._stale = stale
        self._folder = folder

    def locate(self, name: str) -> str:
        """The address of a dataset."""
        return str(self._bucket.place.inside(self._path(name)))

    def open_dataset(self, name: str) -> BinaryIO:
        """To read and to seek in; it is the same object to the end. Raises: NotFound."""
        path = self._path(name)
        facts = self._bucket.facts(path)
        if facts is None:
            raise NotFound(f"there is no dataset {name}", hint="merge the job first")
        return cast(BinaryIO, io.BufferedReader(_Object(self._bucket, path, facts), READ_BYTES))

    def discard(self, name: str) -> None:
        self._bucket.remove([self._path(name)])

    @contextmanager
    def publish(self, name: str, *, overwrite: bool) -> Iterator[OpenPublication]:
        """See core.ports.StorageHandler.publish.

        A small dataset is put by one request. A larger one goes up in parts while it is written:
        in place where it may overwrite; otherwise under a temporary name, and the bucket copies it
        to its own if that is still free.
        """
        path = self._path(name)
        if not overwrite and self._bucket.facts(path) is not None:
            raise taken(name)
        target = path if overwrite else self._temporary_beside(path)
        with _Upload(self._bucket, target) as upload:
            yield OpenPublication(cast(BinaryIO, upload))
            small = upload.finish()
        if not self._shown(path, target, small, overwrite):
            raise taken(name)

    def _shown(self, path: str, target: str, small: bytes | None, overwrite: bool) -> bool:
        """Whether the dataset now has its name."""
        if small is None:
            return overwrite or self._moved(target, path)
        if not overwrite:
            return self._bucket.create(path, small)
        self._bucket.replace(path, small)
        return True

    def _moved(self, temporary: str, path: str) -> bool:
        try:
            return self._bucket.copy_new(temporary, path)
        finally:
            with suppress(RowmillError):
                self._bucket.remove([temporary])
                self._sweep(temporary.rpartition("/")[0])

    def _sweep(self, folder: str) -> None:
        """Takes away what killed processes left under temporary names."""
        start = f"{folder}/{TEMPORARY}".lstrip("/")
        old = datetime.now(UTC) - self._stale
        stale = [
            path
            for path, written in self._bucket.names(folder)
            if path.startswith(start) and written < old
        ]
        if stale:
            self._bucket.remove(stale)

    def _path(self, name: str) -> str:
        return f"{self._folder}/{dataset_path(name)}".lstrip("/")

    @staticmethod
    def _temporary_beside(path: str) -> str:
        folder = path.rpartition("/")[0]
        return f"{folder}/{TEMPORARY}{secrets.token_hex(8)}.tmp".lstrip("/")


class _Upload:
    """Bytes on their way to a bucket: kept while they are few, else sent in parts."""

    def __init__(self, bucket: Bucket, path: str) -> None:
        self._begin = partial(bucket.upload, path)
        self._part_bytes = bucket.part_bytes
        self._sending: Any = None
        self._kept: list[bytes] = []
        self._size = 0
        self._ways_out = ExitStack()

    def write(self, data: bytes | memoryview) -> int:
        self._kept.append(bytes(data))
        self._size += len(data)
        if self._size >= self._part_bytes:
            self._send()
        return len(data)

    def finish(self) -> bytes | None:
        """Everything, where it is little; None where it was sent."""
        if self._sending is None:
            return b"".join(self._kept)
        self._send()
        return None

    def _send(self) -> None:
        if self._sending is None:
            self._sending = self._ways_out.enter_context(self._begin())
        self._sending.write(b"".join(self._kept))
        self._kept.clear()
        self._size = 0

    def flush(self) -> None:
        """Parts go when they are full."""

    def __enter__(self) -> _Upload:
        return self

    def __exit__(self, *how: Any) -> None:
        try:
            self._ways_out.__exit__(*how)
        except RowmillError:
            # Where the parts could not even be thrown away, what went wrong first is said.
            if how[0] is None:
                raise


class _Object(io.RawIOBase):
    """An object of a bucket as a raw stream."""

    def __init__(self, bucket: Bucket, path: str, facts: Facts) -> None:
        super().__init__()
        self._bucket, self._path, self._facts = bucket, path, facts
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._facts.size}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readall(self) -> bytes:
        """By one request; the base class would make one for every 8 kB."""
        rest = bytearray(self._facts.size - self._at)
        return bytes(rest[: self.readinto(rest)])

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        stop = min(self._at + len(view), self._facts.size)
        if stop <= self._at:
            return 0
        data = self._bucket.part(self._path, self._at, stop, self._facts.e_tag)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)
