"""Text packed with gzip or Zstandard while it is written, and unpacked while it is read."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol, cast

import pyarrow as pa

BLOCK = 1 << 20
_CODECS = {"gz": "gzip", "zst": "zstd"}
GZIP_LEVEL = 6  # what gzip itself does; Arrow's 9 takes three times as long for 1 % less


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes | memoryview, /) -> int: ...


class _Blocks:
    """Hands on blocks of one size, so that the packed bytes do not depend on who wrote what."""

    def __init__(self, sink: Any) -> None:
        self._sink = sink
        self._kept = bytearray()

    def write(self, data: bytes | memoryview, /) -> int:
        self._kept += data
        whole = len(self._kept) // BLOCK * BLOCK
        for start in range(0, whole, BLOCK):
            self._sink.write(bytes(self._kept[start : start + BLOCK]))
        del self._kept[:whole]
        return len(data)

    def finish(self) -> None:
        self._sink.write(bytes(self._kept))


@contextmanager
def packed(sink: Sink, packing: str | None) -> Iterator[Sink]:
    """What is written to it arrives packed; it is whole on a normal way out."""
    if packing not in _PACKERS:
        yield sink
        return
    stream = _PACKERS[packing](sink)
    blocks = _Blocks(stream)
    yield blocks
    blocks.finish()
    stream.close()


def _gzip(sink: Any) -> Any:
    # Without a clock: the same rows give the same bytes.
    return gzip.GzipFile("", "wb", GZIP_LEVEL, sink, mtime=0)


def _zstd(sink: Any) -> Any:
    return pa.CompressedOutputStream(sink, "zstd")


_PACKERS: Mapping[str | None, Callable[[Any], Any]] = {"gz": _gzip, "zst": _zstd}


def unpacked(file: BinaryIO, packing: str | None) -> BinaryIO:
    """The file's own bytes; a packed one cannot be sought in."""
    if packing not in _CODECS:
        return file
    return cast(BinaryIO, pa.CompressedInputStream(file, _CODECS[packing]))
