"""The possible values of a column in their order, numbered, and where given values lie among them.

A place is the number of a value: the k of k·step, the second within working hours, the index in a
list, or (`Continuum`) the float itself. Places grow with their values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..draws.cells import Floats, Rows
from ..makers.moments import SECOND, Hours

Spots: TypeAlias = npt.NDArray[Any]
"""Places: int64, or float64 of a `Continuum`."""
_INT64 = 1 << 62


@dataclass(frozen=True, slots=True)
class Measured:
    """Values as `units` of `unit`: numbers, or microseconds of moments. `unit` None: floats."""

    units: npt.NDArray[Any]
    unit: Fraction | None


class Places(Protocol):
    @property
    def least(self) -> Any: ...

    @property
    def most(self) -> Any: ...

    def at_most(self, given: Measured) -> Spots:
        """The last place whose value is not above the given one; outside where there is none."""

    def at_least(self, given: Measured) -> Spots:
        """The first place whose value is not below the given one."""

    def next(self, spots: Spots, steps: int) -> Spots:
        """So many places on, or back."""

    def measured(self, spots: Spots) -> Measured: ...

    def array(self, spots: Spots) -> pa.Array: ...


def beyond(places: Places, given: Measured) -> Spots:
    """The first place whose value is above the given one."""
    if isinstance(places, Continuum):
        return places.next(places.at_least(given), 1)
    return places.at_most(given) + 1


def before(places: Places, given: Measured) -> Spots:
    """The last place whose value is below the given one."""
    if isinstance(places, Continuum):
        return places.next(places.at_most(given), -1)
    return places.at_least(given) - 1


def floats_of(measured: Measured) -> Floats:
    if measured.unit is None:
        found: Floats = measured.units.astype(np.float64)
        return found
    unit = measured.unit
    values = measured.units.astype(np.float64)
    # One operation where one is enough: cents / 100 is the nearest float, cents · 0.01 is not.
    return values * float(unit) if unit.denominator == 1 else values / float(1 / unit)


@dataclass(frozen=True, slots=True)
class Points:
    """The multiples k·`step` for least ≤ k ≤ most."""

    step: Fraction
    least: int
    most: int
    array: Callable[[Spots], pa.Array]

    def at_most(self, given: Measured) -> Rows:
        return self._near(given, up=False)

    def at_least(self, given: Measured) -> Rows:
        return self._near(given, up=True)

    def next(self, spots: Spots, steps: int) -> Spots:
        return spots + steps

    def measured(self, spots: Spots) -> Measured:
        return Measured(spots, self.step)

    def _near(self, given: Measured, *, up: bool) -> Rows:
        if given.unit is not None:
            return converted(given, self.step, (self.least - 1, self.most + 1), up=up)
        guess = np.rint(given.units * float(1 / self.step))
        found = np.clip(guess, self.least - 1, self.most + 1).astype(np.int64)
        value = floats_of(Measured(found, self.step))
        # The float decides, as it does when both are compared.
        if up:
            found += value < given.units
            found -= floats_of(Measured(found - 1, self.step)) >= given.units
        else:
            found -= value > given.units
            found += floats_of(Measured(found + 1, self.step)) <= given.units
        return found


def converted(given: Measured, step: Fraction, within: tuple[int, int], *, up: bool) -> Rows:
    """Exact values in units of `step`, rounded down or up, and cut to `within`."""
    assert given.unit is not None  # noqa: S101 (floats are not exact)
    ratio = given.unit / step
    low, high = floor(within[0] / ratio), ceil(within[1] / ratio)
    units = given.units
    wide = units.dtype == object or max(-low, high) * ratio.numerator >= _INT64
    if wide:
        units = units.astype(object)
        units = np.minimum(np.maximum(units, low), high)
    else:
        units = np.clip(units, low, high)
    scaled = units * ratio.numerator
    found = -((-scaled) // ratio.denominator) if up else scaled // ratio.denominator
    whole: Rows = found.astype(np.int64)
    return np.clip(whole, *within)


@dataclass(frozen=True, slots=True)
class Listed:
    """Some distinct values in ascending order, as `units` of `unit`; places are their indexes."""

    values: Measured
    cells: pa.Array

    @property
    def least(self) -> int:
        return 0

    @property
    def most(self) -> int:
        return len(self.values.units) - 1

    def at_most(self, given: Measured) -> Rows:
        return self._search(given, "right", up=False) - 1

    def at_least(self, given: Measured) -> Rows:
        return self._search(given, "left", up=True)

    def next(self, spots: Spots, steps: int) -> Spots:
        return spots + steps

    def measured(self, spots: Spots) -> Measured:
        return Measured(self.values.units[spots], self.values.unit)

    def array(self, spots: Spots) -> pa.Array:
        return self.cells.take(pa.array(spots))

    def _search(self, given: Measured, side: Any, *, up: bool) -> Rows:
        listed = self.values
        if listed.unit is None or given.unit is None:
            found = np.searchsorted(floats_of(listed), floats_of(given), side=side)
            return found.astype(np.int64)
        ends = int(listed.units[0]) - 1, int(listed.units[-1]) + 1
        units = converted(given, listed.unit, ends, up=up)
        return np.searchsorted(listed.units, units, side=side).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Worked:
    """The seconds within working hours."""

    hours: Hours

    @property
    def least(self) -> int:
        return 0

    @property
    def most(self) -> int:
        return self.hours.size - 1

    def at_most(self, given: Measured) -> Rows:
        moment = _micros(given, up=False)
        shift, before_it = self._shift(moment)
        seconds = (moment - self.hours.starts[shift]) // SECOND
        inside = np.minimum(seconds, self.hours.sizes[shift] - 1)
        found: Rows = np.where(moment < self.hours.starts[0], -1, before_it + inside)
        return found

    def at_least(self, given: Measured) -> Rows:
        moment = _micros(given, up=True)
        shift, before_it = self._shift(moment)
        seconds = -(-(moment - self.hours.starts[shift]) // SECOND)
        inside = np.clip(seconds, 0, self.hours.sizes[shift])
        found: Rows = before_it + inside
        return found

    def next(self, spots: Spots, steps: int) -> Spots:
        return spots + steps

    def measured(self, spots: Spots) -> Measured:
        return Measured(self.hours.moments(spots), Fraction(1))

    def array(self, spots: Spots) -> pa.Array:
        return self.hours.at(spots)

    def _shift(self, moment: Rows) -> tuple[Rows, Rows]:
        """The last interval that has begun (else the first), and the places before it."""
        shift = np.maximum(np.searchsorted(self.hours.starts, moment, side="right") - 1, 0)
        return shift, (self.hours.reach - self.hours.sizes)[shift]


def _micros(given: Measured, *, up: bool) -> Rows:
    return converted(given, Fraction(1), (-_INT64, _INT64), up=up)


@dataclass(frozen=True, slots=True)
class Continuum:
    """Every float from `least` to `most`."""

    least: float
    most: float

    def at_most(self, given: Measured) -> Floats:
        return floats_of(given)

    def at_least(self, given: Measured) -> Floats:
        return floats_of(given)

    def next(self, spots: Spots, steps: int) -> Spots:
        return np.nextafter(spots, np.inf if steps > 0 else -np.inf) if steps else spots

    def measured(self, spots: Spots) -> Measured:
        return Measured(spots, None)

    def array(self, spots: Spots) -> pa.Array:
        return pa.array(spots, pa.float64())
