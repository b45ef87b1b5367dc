"""Arrow columns as NumPy sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


def plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array, never dictionary-encoded."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # combining no chunks at all gives none back
        array = pa.array([], column.type)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def truth(answers: pa.Array) -> Mask:
    """A boolean array, nulls as False."""
    filled = pc.fill_null(answers, False) if answers.null_count else answers
    mask: Mask = filled.to_numpy(zero_copy_only=False)
    return mask


def present(array: pa.Array) -> Mask:
    """Which rows hold a value."""
    return truth(pc.is_valid(array)) if array.null_count else np.ones(len(array), bool)


def no_rows(count: int) -> Mask:
    return np.zeros(count, bool)


def wall_clock(array: pa.Array) -> pa.Array:
    """Timestamps as a clock on the wall of their zone shows them; other columns as they are."""
    if not pa.types.is_timestamp(array.type) or array.type.tz is None:
        return array
    if array.type.tz in ("UTC", "Etc/UTC", "+00:00"):
        return array.cast(pa.timestamp(array.type.unit))
    import polars as pl  # it brings its own time zones; pyarrow's are the system's, if it has any

    wall = pl.Series(pl.from_arrow(array)).dt.replace_time_zone(None)
    return wall.to_arrow().cast(pa.timestamp(array.type.unit))


def extremes(array: pa.Array | pa.ChunkedArray) -> tuple[Any, Any]:
    """The least and the greatest value, None where there is none."""
    if not pa.types.is_duration(array.type):
        found = pc.min_max(array).as_py()
        return found["min"], found["max"]
    found = pc.min_max(array.cast(pa.int64()))  # which has no kernel for durations
    return found["min"].cast(array.type).as_py(), found["max"].cast(array.type).as_py()


def all_laid_out(texts: pa.Array, layout: bytes, classes: bytes) -> bool:
    """Whether every text is of the layout once each byte b has become `classes[b]`.

    A tenth of what an expression costs. False also of what is not quickly told: nulls, no rows.
    """
    codes = matrix(texts)
    if codes is None or codes.shape[1] != len(layout):
        return False
    return codes.tobytes().translate(classes) == layout * len(texts)


def matrix(texts: pa.Array) -> Bytes | None:
    """The bytes of texts of one length, n × length; None where they are not, or some are null."""
    count = len(texts)
    if not count or texts.null_count or not pa.types.is_string(texts.type):
        return None
    _, ends, data = texts.buffers()
    edges = np.frombuffer(ends, np.int32, count + 1, texts.offset * 4)
    width = int(edges[1] - edges[0])
    if not width or not bool((np.diff(edges) == width).all()):
        return None
    return np.frombuffer(data, np.uint8, count * width, int(edges[0])).reshape(count, width)


def widest(texts: pa.Array) -> int:
    """How many bytes the longest text has."""
    return pc.max(pc.binary_length(texts)).as_py() or 0


def values_at(array: pa.Array, rows: Rows) -> list[Any]:
    """The Python values of a few rows, moments without their zone."""
    taken: list[Any] = wall_clock(array.take(pa.array(rows, pa.int64()))).to_pylist()
    return taken


def by_length(texts: pa.Array) -> Iterator[tuple[Rows, Bytes]]:
    """The non-null texts grouped by their length in bytes: their rows, and a matrix n × length.

    A column of check digits is then computed for all rows at once.
    """
    if (codes := matrix(texts)) is not None:
        yield np.arange(len(texts)), codes
        return
    data = texts.cast(pa.large_binary())
    lengths = pc.fill_null(pc.binary_length(data), -1).to_numpy(zero_copy_only=False)
    for length in np.unique(lengths[lengths > 0]):
        rows = np.flatnonzero(lengths == length)
        group = data.take(pa.array(rows, pa.int64()))
        joined = np.frombuffer(group.buffers()[2], np.uint8, count=len(rows) * int(length))
        yield rows, joined.reshape(len(rows), int(length))
