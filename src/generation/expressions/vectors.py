"""Columns while they are computed with: NumPy values beside a mask of what is not null.

| kind                | values                                                                |
|---------------------|-----------------------------------------------------------------------|
| integer, number(s)  | whole units of 10^-s: int64, or Python integers where those overflow  |
| number (float)      | float64, always finite where valid                                    |
| boolean             | bool                                                                  |
| date                | int64, days since 1970                                                |
| time, datetime, duration | int64, microseconds; of an instant in UTC                        |
| string              | an Arrow array or scalar, which carries its own nulls                 |

A literal is one value long and spreads over the rows as NumPy's arrays of length 1 do. Values
under a null are unspecified, but finite and in bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...core.errors import InvalidArgument
from ...utils.columns import plain
from .kinds import MOST_SCALE, NATURAL_DIGITS, Kind, arrow_of, kind_of_arrow
from .syntax import Literal

Mask = npt.NDArray[np.bool_]
MOST_UNITS = 2**63 - 1
_INT_TYPES = {"date": pa.int32()}
_DIGITS = Context(prec=80)  # more than a decimal256 has; Decimal's own default rounds to 28


@dataclass(frozen=True, slots=True)
class Vector:
    """`valid`: None where no value is null. `bound`: no unit of an exact number is further from 0.

    Exact values are int64 exactly where `bound` fits one.
    """

    values: Any
    valid: Mask | None = None
    bound: int = 0

    @property
    def is_text(self) -> bool:
        return isinstance(self.values, pa.Array | pa.Scalar)


def in_units(values: npt.NDArray[Any], valid: Mask | None = None) -> Vector:
    """Units with their true bound, as int64 if they fit."""
    bound = _bound(values)
    fitting = np.dtype(np.int64 if bound <= MOST_UNITS else object)
    values = values if values.dtype == fitting else values.astype(fitting)
    return Vector(values, valid, bound)


def _bound(values: npt.NDArray[Any]) -> int:
    if not values.size:
        return 0
    return max(abs(int(values.min())), abs(int(values.max())))


def constant(literal: Literal) -> Vector:
    kind, value = literal.kind, literal.value
    if kind.type == "string":
        return Vector(pa.scalar(value, pa.string()))
    if kind.type == "null":
        return Vector(np.zeros(1, np.int64), np.zeros(1, bool))
    if kind.type == "boolean":
        return Vector(np.array([value], bool))
    if kind.is_float:
        return Vector(np.array([value], np.float64))
    return in_units(np.array([value], object))


def validity(vector: Vector) -> Mask | None:
    """Which rows hold a value; None means all."""
    if not vector.is_text:
        return vector.valid
    if isinstance(vector.values, pa.Scalar):
        return None if vector.values.is_valid else np.zeros(1, bool)
    return _present(vector.values)


def both(*masks: Mask | None) -> Mask | None:
    """Where all are valid."""
    found: Mask | None = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else found & mask
    return found


def _present(array: pa.Array) -> Mask | None:
    if not array.null_count:
        return None
    mask: Mask = pc.is_valid(array).to_numpy(zero_copy_only=False)
    return mask


# ── from Arrow ────────────────────────────────────────────────────────────────────────────────


def load(column: pa.Array | pa.ChunkedArray) -> tuple[Vector, Kind]:
    """A column of any width, with the kind that its Arrow type says."""
    array = plain(column)
    kind = kind_of_arrow(array.type)
    if kind.type == "null":
        return Vector(np.zeros(len(array), np.int64), np.zeros(len(array), bool)), kind
    if kind.type == "string":
        return Vector(array.cast(pa.string())), kind
    valid = _present(array)
    if pa.types.is_decimal(array.type):
        return in_units(_units(array), valid), kind
    whole = array.cast(arrow_of(kind))
    if kind.type == "boolean":
        return Vector(_dense(whole, False), valid), kind
    if kind.is_float:
        return finite(_dense(whole, 0.0), valid), kind
    return in_units(_dense(_integers(whole), 0), valid), kind


def _dense(array: pa.Array, filler: Any) -> npt.NDArray[Any]:
    filled = pc.fill_null(array, filler) if array.null_count else array
    values: npt.NDArray[Any] = filled.to_numpy(zero_copy_only=False)
    return values


def _integers(array: pa.Array) -> pa.Array:
    width = _INT_TYPES.get(kind_of_arrow(array.type).type, pa.int64())
    return array.cast(width).cast(pa.int64())


def _units(array: pa.Array) -> npt.NDArray[Any]:
    """The whole numbers inside decimals: the lower of their two halves wherever that is all."""
    if pa.types.is_decimal128(array.type):
        halves = np.frombuffer(array.buffers()[1] or b"", np.int64).reshape(-1, 2)
        halves = halves[array.offset : array.offset + len(array)]
        low, high = halves[:, 0], halves[:, 1]
        valid = _present(array)
        if valid is not None:
            low, high = np.where(valid, low, 0), np.where(valid, high, 0)
        if np.array_equal(high, low >> 63):
            return np.ascontiguousarray(low)
    return np.array([_whole(value, array.type.scale) for value in array.to_pylist()], object)


def _whole(value: Decimal | None, scale: int) -> int:
    return 0 if value is None else int(value.scaleb(scale, _DIGITS))


def finite(values: npt.NDArray[Any], valid: Mask | None = None) -> Vector:
    """Floats; what is no finite number is null."""
    good = np.isfinite(values)
    if good.all():
        return Vector(values, valid)
    return Vector(np.where(good, values, 0.0), both(valid, good))


# ── to Arrow ──────────────────────────────────────────────────────────────────────────────────


def store(vector: Vector, kind: Kind, length: int, *, digits: int = NATURAL_DIGITS) -> pa.Array:
    """`length` cells in the Arrow type of `kind`, decimals with so many `digits`.

    Raises: InvalidArgument: a number has more digits than that.
    """
    target = arrow_of(kind, digits=digits)
    if kind.type == "null":
        return pa.nulls(length)
    if kind.type == "string":
        return _spread_text(vector.values, length)
    values = np.ascontiguousarray(np.broadcast_to(vector.values, (length,)))
    empty = None if vector.valid is None else ~np.broadcast_to(vector.valid, (length,))
    if kind.type == "boolean" or kind.is_float:
        return pa.array(values, target, mask=empty)
    if vector.bound > _most_units(kind, digits):
        _refuse_overflow(values, empty, kind, digits)
    if pa.types.is_decimal(target):
        return _decimals(values, empty, target)
    whole = (
        values.astype(np.int64) if empty is None else np.where(empty, 0, values).astype(np.int64)
    )
    narrow = pa.array(whole, pa.int64(), mask=empty)
    return narrow.cast(pa.int32()).cast(target) if kind.type == "date" else narrow.cast(target)


def _most_units(kind: Kind, digits: int) -> int:
    return 10**digits - 1 if kind.type == "number" else MOST_UNITS


def _refuse_overflow(values: npt.NDArray[Any], empty: Mask | None, kind: Kind, digits: int) -> None:
    """Bounds that were computed may be loose: look at the values themselves."""
    seen = values if empty is None else values[~empty]
    most = _most_units(kind, digits)
    least = -most if kind.type == "number" else -most - 1  # two's complement has one more below
    if seen.size and not (least <= seen.min() and seen.max() <= most):
        hint = "make the numbers smaller, or the result a number without decimal_places"
        raise InvalidArgument("the result of an expression has too many digits", hint=hint)


def _spread_text(values: pa.Array | pa.Scalar, length: int) -> pa.Array:
    if isinstance(values, pa.Scalar):
        return pa.repeat(values.cast(pa.string()), length)
    if len(values) == length:
        return values
    return pa.repeat(values[0], length)


def _decimals(values: npt.NDArray[Any], empty: Mask | None, target: pa.DataType) -> pa.Array:
    length = len(values)
    validity = None if empty is None else pa.py_buffer(np.packbits(~empty, bitorder="little"))
    halves = np.empty((length, 2), np.int64)
    if values.dtype == object:
        kept = values if empty is None else np.where(empty, 0, values)
        halves[:, 0] = (kept & (2**64 - 1)).astype(np.uint64).view(np.int64)
        halves[:, 1] = (kept >> 64).astype(np.int64)
    else:
        halves[:, 0] = values
        np.right_shift(halves[:, 0], 63, out=halves[:, 1])  # the sign, over the upper half
    return pa.Array.from_buffers(target, length, [validity, pa.py_buffer(halves)])


def storable(kind: Kind) -> Kind:
    """The kind that a result gets where nobody said which."""
    if kind.type == "number" and kind.scale is not None:
        return Kind("number", min(kind.scale, MOST_SCALE))
    return kind
