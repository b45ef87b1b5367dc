"""Arithmetic on whole units of 10^-scale: exact, in int64 where it fits, in Python's integers else.

Which of the two a chunk is computed in depends on its values and is never seen in the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .vectors import MOST_UNITS, Mask, Vector, both, in_units

Units = npt.NDArray[Any]
QUOTIENT_SCALE = 12
"""Decimals of a quotient, cut off rather than rounded: rounding it later to fewer decimals then
gives what rounding the true quotient gives, which rounding twice does not."""


def add(left: Vector, right: Vector) -> Vector:
    return _computed(np.add, left, right, lambda a, b: a + b)


def subtract(left: Vector, right: Vector) -> Vector:
    return _computed(np.subtract, left, right, lambda a, b: a + b)


def multiply(left: Vector, right: Vector) -> Vector:
    return _computed(np.multiply, left, right, lambda a, b: a * b)


def negative(vector: Vector) -> Vector:
    return Vector(-vector.values, vector.valid, vector.bound)


def absolute(vector: Vector) -> Vector:
    return Vector(np.abs(vector.values), vector.valid, vector.bound)


def _computed(
    operate: Callable[[Units, Units], Units],
    left: Vector,
    right: Vector,
    bound_of: Callable[[int, int], int],
) -> Vector:
    valid = both(left.valid, right.valid)
    bound = bound_of(left.bound, right.bound)
    if bound > MOST_UNITS:  # bounds that were computed may be loose: look
        left, right = in_units(left.values, left.valid), in_units(right.values, right.valid)
        bound = bound_of(left.bound, right.bound)
    if bound <= MOST_UNITS:
        return Vector(operate(left.values, right.values), valid, bound)
    return in_units(operate(left.values.astype(object), right.values.astype(object)), valid)


def scaled(vector: Vector, up: int) -> Vector:
    """Units of 10^-(scale + up): exact for up ≥ 0, rounded half up (away from zero) below."""
    if up == 0:
        return vector
    if up > 0:
        return multiply(vector, in_units(np.array([10**up], object)))
    return rounded_quotient(vector, 10**-up)


def rounded_quotient(vector: Vector, divisor: int) -> Vector:
    """Half up, away from zero; `divisor` > 0."""
    values = vector.values if 2 * divisor <= MOST_UNITS else vector.values.astype(object)
    size = np.abs(values)
    quotient = size // divisor
    quotient = quotient + (2 * (size - quotient * divisor) >= divisor)
    return in_units(np.where(values < 0, -quotient, quotient), vector.valid)


def floored(vector: Vector, scale: int) -> Vector:
    return in_units(vector.values // _wide(vector, 10**scale), vector.valid)


def ceiled(vector: Vector, scale: int) -> Vector:
    return negative(floored(negative(vector), scale))


def _wide(vector: Vector, divisor: int) -> Units:
    narrow = divisor <= MOST_UNITS and vector.values.dtype != object
    return np.array([divisor], np.int64 if narrow else object)


def divide(left: Vector, right: Vector, up: int) -> Vector:
    """left·10^`up` / right, cut off towards zero; null where `right` is 0."""
    divisor, valid = _divisor(left, right)
    quotient = _long_division(left, divisor, up)
    if quotient is None:
        numerator = left.values.astype(object) * 10**up
        size = np.abs(numerator) // np.abs(divisor.astype(object))
        quotient = _signed(size, numerator, divisor)
    return in_units(quotient, valid)


def _long_division(left: Vector, divisor: Units, up: int) -> Units | None:
    """Six digits at a time in int64; None where that does not fit."""
    if object in (left.values.dtype, divisor.dtype):
        return None
    size, by = np.abs(left.values), np.abs(divisor)
    quotient, rest = np.divmod(size, by)
    room = MOST_UNITS // 10**up if up <= 18 else 0
    if _most(by) > MOST_UNITS // 10**6 or _most(quotient) >= room:
        return None
    while up > 0:
        step = 10 ** min(up, 6)
        digits, rest = np.divmod(rest * step, by)
        quotient, up = quotient * step + digits, up - min(up, 6)
    return _signed(quotient, left.values, divisor)


def _signed(size: Units, left: Units, right: Units) -> Units:
    signed: Units = np.where((left < 0) != (right < 0), -size, size)
    return signed


def _most(values: Units) -> int:
    return int(values.max()) if values.size else 0


def remainder(left: Vector, right: Vector) -> Vector:
    """With the sign of `left`; null where `right` is 0. Both have the same scale."""
    divisor, valid = _divisor(left, right)
    wide = object in (left.values.dtype, divisor.dtype)
    numerator = left.values.astype(object) if wide else left.values
    rest = np.abs(numerator) % np.abs(divisor)
    return in_units(np.where(numerator < 0, -rest, rest), valid)


def _divisor(left: Vector, right: Vector) -> tuple[Units, Mask | None]:
    zero = right.values == 0
    valid = both(left.valid, right.valid)
    if not zero.any():
        return right.values, valid
    return np.where(zero, 1, right.values), both(valid, ~zero)


def to_floats(vector: Vector, scale: int) -> Units:
    """The nearest floats (of more than 15 digits possibly the one beside it)."""
    if vector.values.dtype != object and scale <= 22:  # 10^22 is the last exact power in a float
        floats: Units = vector.values / 10.0**scale
        return floats
    return np.array([_quotient(units, 10**scale) for units in vector.values], np.float64)


def _quotient(units: int, divisor: int) -> float:
    try:
        return int(units) / divisor
    except OverflowError:
        return float("inf")


def of_floats(values: npt.NDArray[np.float64], valid: Mask | None, scale: int) -> Vector:
    """Rounded half up to `scale` decimals; a float stands for the shortest decimal that means it.

    So 1.005 gives 1.01, though the float is a little less. Multiplying and adding a half decides
    where that is safe; within a few last bits of a half the decimal itself is looked at.
    """
    with np.errstate(over="ignore"):
        shifted = np.abs(values) * 10.0**scale
    large = shifted >= 2.0**52
    shifted = np.where(large, 0.0, shifted)
    whole = np.floor(shifted)
    unsure = np.abs(shifted - whole - 0.5) <= (4 * np.spacing(shifted + 1) if scale else -1.0)
    signed = (whole + (shifted - whole >= 0.5)) * np.sign(values)
    units: Units = signed.astype(np.int64).astype(object if large.any() else np.int64)
    for row in np.flatnonzero(unsure | large):
        units[row] = _of_float(float(values[row]), scale)
    return in_units(units, valid)


def _of_float(value: float, scale: int) -> int:
    from decimal import ROUND_HALF_UP, Context, Decimal

    context = Context(prec=400)
    shifted = Decimal(repr(value)).scaleb(scale, context)
    return int(shifted.to_integral_value(ROUND_HALF_UP, context))
