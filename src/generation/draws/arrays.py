"""Arrow arrays from NumPy buffers and from each other, without a Python loop over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .cells import Rows

Bytes: TypeAlias = npt.NDArray[np.uint8]
Mask: TypeAlias = npt.NDArray[np.bool_]
T = TypeVar("T")
Part: TypeAlias = "pa.Array | str"
Picked: TypeAlias = "tuple[pa.Array, Rows]"
"""A list of strings without nulls, and which of them stands in each row."""


def fixed_width(characters: Bytes) -> pa.Array:
    """Text from a (rows, width) matrix of ASCII codes."""
    count, width = characters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    data = np.ascontiguousarray(characters)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def varying_width(characters: Bytes, lengths: Rows) -> pa.Array:
    """Text from a (rows, widest) matrix of ASCII codes, of which each row uses its first few."""
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    used = np.arange(characters.shape[1]) < lengths[:, None]
    data = characters[used]
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(data))


def decimals(units: Rows, places: int) -> pa.Array:
    """decimal128(18, places) from whole numbers of 10^-places."""
    halves = np.empty((len(units), 2), np.int64)
    halves[:, 0] = units
    np.right_shift(units, 63, out=halves[:, 1])  # the sign, over the upper half
    kind = pa.decimal128(18, places)
    return pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(halves)])


def primitive(numbers: npt.NDArray[Any], kind: pa.DataType) -> pa.Array:
    """A column that shares the buffer of `numbers`, whose items are as wide as `kind`."""
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])


def chosen(values: pa.Array, indexes: npt.NDArray[Any]) -> pa.Array:
    """`values[indexes]`."""
    return values.take(pa.array(indexes.astype(np.int32, copy=False)))


def runs(pieces: pa.StringArray, counts: Rows) -> pa.Array:
    """Text of neighbouring pieces: the first counts[0] of them, the next counts[1] …

    Strings without nulls lie one behind the other already: nothing is copied.
    """
    _, ends, data = pieces.buffers()
    edges = np.frombuffer(ends, np.int32, len(pieces) + 1, pieces.offset * 4)
    places = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=places[1:])
    return pa.StringArray.from_buffers(len(counts), pa.py_buffer(edges[places]), data)


def woven(*parts: Picked | str) -> pa.Array:
    """`joined` of strings that are picked from lists, of which there is one at least: taken all at
    once, each string is copied once only."""
    before, lists, indexes = "", list[pa.Array](), list[Rows]()
    for part in parts:
        if isinstance(part, str):
            before += part
        else:
            lists.append(joined(before, part[0]))
            indexes.append(part[1])
            before = ""
    lists[-1] = joined(lists[-1], before)
    picks = np.empty((len(indexes[0]), len(lists)), np.int32)
    first = 0
    for place, index in enumerate(indexes):
        picks[:, place] = index + first
        first += len(lists[place])
    pieces = chosen(pa.concat_arrays(lists), picks.reshape(-1))
    return runs(pieces, np.full(len(picks), len(lists)))


def texts(values: Sequence[str]) -> pa.Array:
    return pa.array(values, pa.string())


def joined(*parts: Part) -> pa.Array:
    """Pieces side by side, row by row; a str stands in every row; null where any piece is."""
    pieces = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*pieces, "")


def padded(numbers: pa.Array, width: int) -> pa.Array:
    """Whole numbers as text, filled with zeros up to `width` characters, the sign counted."""
    return pc.utf8_zero_fill(pc.cast(numbers, pa.string()), width=width)


def digits(numbers: Rows, width: int) -> Bytes:
    """The last `width` decimal digits as ASCII codes, most significant first: (rows, width)."""
    left = numbers.astype(np.uint64)
    found = np.empty((len(numbers), width), np.uint8)
    for place in reversed(range(width)):
        quotient = left // np.uint64(10)
        found[:, place] = left - quotient * np.uint64(10)
        left = quotient
    found += ord("0")
    return found


def emptied(array: pa.Array, empty: Mask) -> pa.Array:
    """The array with nulls where `empty`; what is null stays null."""
    if not empty.any():
        return array
    if array.offset or array.null_count or len(array.buffers()) > 3:
        return pc.if_else(pa.array(empty), pa.scalar(None, array.type), array)
    valid = pa.py_buffer(np.packbits(~empty, bitorder="little"))
    return pa.Array.from_buffers(array.type, len(array), [valid, *array.buffers()[1:]])


def filled(template: str, pieces: dict[str, Part]) -> pa.Array:
    """`{given} {family}` with a column for each name in braces; names without one stay as text."""
    return joined(*laid_out(template, pieces))


def laid_out(template: str, pieces: Mapping[str, T]) -> list[T | str]:
    """What stands in a template, and the text between."""
    parts: list[T | str] = []
    for number, piece in enumerate(template.replace("}", "{").split("{")):
        parts.append(pieces.get(piece, "{" + piece + "}") if number % 2 else piece)
    return [part for part in parts if not (isinstance(part, str) and not part)]
