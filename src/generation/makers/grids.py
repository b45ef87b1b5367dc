"""Which numbers a column can hold: its smallest step, its lowest and its highest value."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd, inf, isfinite, lcm, nextafter
from sys import float_info
from typing import Any

import numpy as np
import pyarrow as pa

from ..briefs import Brief
from ..draws import arrays
from ..draws.cells import Floats, Rows
from ..draws.decimals import DIGITS, MOST_PLACES, exact, places_of
from ..refusals import Refused

SPAN = 1000
"""How far a range reaches where the schema leaves an end open: 0 to 1,000 where both are."""
SPARSE = 10**15
"""Above this a float's neighbours are more than a tenth away."""
MOST_FLOAT = float_info.max
ROOM = 10
"""A unique column without a range gets this many values per row."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The multiples k·step for low ≤ k ≤ high; `places` is None where they are not decimals."""

    step: Fraction
    low: int
    high: int
    places: int | None
    whole: bool

    @property
    def size(self) -> int:
        return self.high - self.low + 1

    def array(self, multiples: Rows) -> pa.Array:
        """The column that holds `multiples`·step."""
        if self.places is not None:
            return arrays.decimals(multiples * int(self.step * 10**self.places), self.places)
        if self.whole:
            return pa.array(multiples * int(self.step), pa.int64())
        return pa.array(multiples * float(self.step), pa.float64())

    def nearest(self, drawn: Floats) -> Rows:
        """Rounded half up, away from zero. What truncation let through ends inside the grid."""
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows ends at an end
            scaled = np.abs(drawn) * float(1 / self.step)
            scaled += 0.5
            np.floor(scaled, out=scaled)
            multiples = np.copysign(scaled, drawn, out=scaled).astype(np.int64)
        # Only where the half step beyond an end was hit to the last bit of a float.
        return np.clip(multiples, self.low, self.high, out=multiples)


@dataclass(frozen=True, slots=True)
class Limits:
    """The ends of a range, None where open; exact, so that 0.1 is a tenth."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False

    def narrowed(self, low: Any, high: Any, *, opened: bool = False) -> Limits:
        """This range cut to [low, high], or to (low, high) where `opened`."""
        found = self
        if low is not None and (found.low is None or exact(low) >= found.low):
            inherited = found.low_open and exact(low) == found.low
            found = Limits(exact(low), found.high, opened or inherited, found.high_open)
        if high is not None and (found.high is None or exact(high) <= found.high):
            inherited = found.high_open and exact(high) == found.high
            found = Limits(found.low, exact(high), found.low_open, opened or inherited)
        return found

    def completed(self, rows: int, unique: bool, step: Fraction) -> Limits:
        """Open ends filled in: `SPAN` wide, or wide enough for unique values."""
        span = Fraction(SPAN)
        if unique:
            span = max(span, rows * ROOM * step)
        low, high = self.low, self.high
        # Beside a number whose neighbours lie further apart, the usual span holds none.
        ends = [abs(end) for end in (low, high) if end is not None and abs(end) > SPARSE]
        span = max([span, *ends])
        if low is None:
            low = Fraction(0) if high is None or high > 0 else max(high - span, -exact(MOST_FLOAT))
        if high is None:
            high = min(low + span, exact(MOST_FLOAT))
        return Limits(low, high, self.low_open, self.high_open)


def step_of(brief: Brief) -> tuple[Fraction | None, int | None]:
    """The step of the column's values (None: any float) and its decimal places."""
    whole = brief.field.type == "integer"
    multiple = brief.constraints.multiple_of
    places = getattr(brief.generator, "decimal_places", None)
    steps = [Fraction(1)] if whole else []
    if multiple is not None:
        steps.append(_positive(exact(multiple)))
    if places is not None and not whole:
        steps.append(Fraction(1, 10**places))
    if not steps:
        return None, None
    step = _common(steps)
    needed = places_of(step)
    if needed is None:
        hint = f"use at most {MOST_PLACES} decimal places"
        message = f"multiples of {multiple} are no decimals"
        raise Refused("constraints.multipleOf", "bad_multiple", message, hint)
    if whole or (places is None and not needed):
        return step, None
    return step, max(needed, places or 0)


def _positive(step: Fraction) -> Fraction:
    if step <= 0:
        hint = "give a number above 0"
        raise Refused("constraints.multipleOf", "bad_multiple", "a step must be positive", hint)
    return step


def _common(steps: list[Fraction]) -> Fraction:
    """The least common multiple of fractions."""
    return Fraction(lcm(*(s.numerator for s in steps)), gcd(*(s.denominator for s in steps)))


def constrained(brief: Brief) -> Limits:
    """The range of the constraints.

    Raises:
        Refused: an end is not a number, or the low end lies above the high one.
    """
    given = brief.constraints
    said = {
        "minimum": given.minimum,
        "maximum": given.maximum,
        "exclusiveMinimum": given.exclusive_minimum,
        "exclusiveMaximum": given.exclusive_maximum,
    }
    for name, value in said.items():
        require_number(value, f"constraints.{name}")
    limits = Limits().narrowed(given.minimum, given.maximum)
    limits = limits.narrowed(given.exclusive_minimum, given.exclusive_maximum, opened=True)
    return require_order(limits, "constraints")


def require_number(value: Any, at: str) -> None:
    if isinstance(value, str):
        raise Refused(at, "bad_bound", f"{value!r} is not a number", "give a number")
    if isinstance(value, int) and abs(value) > MOST_FLOAT:
        hint = "give a smaller number"
        raise Refused(at, "too_wide", "the number is larger than any column can hold", hint)


def require_order(limits: Limits, at: str) -> Limits:
    if limits.low is not None and limits.high is not None and limits.low > limits.high:
        message = f"nothing lies between {_shown(limits.low)} and {_shown(limits.high)}"
        raise Refused(at, "empty_range", message, "give a minimum that is not above the maximum")
    return limits


def grid(brief: Brief, limits: Limits, at: str) -> Grid | None:
    """The values inside complete `limits`; None where the column holds any float.

    Raises:
        Refused: no value lies inside, or one has too many digits for the column.
    """
    step, places = step_of(brief)
    if step is None:
        return None
    assert limits.low is not None  # noqa: S101 (callers complete the limits)
    assert limits.high is not None  # noqa: S101
    low, high = ceil(limits.low / step), floor(limits.high / step)
    low += limits.low_open and low * step == limits.low
    high -= limits.high_open and high * step == limits.high
    if low > high:
        message = f"no multiple of {_shown(step)} lies in the range"
        raise Refused(at, "empty_range", message, "widen the range or make the step smaller")
    found = Grid(step, low, high, places, brief.field.type == "integer")
    require_digits(found, at)
    return found


def require_digits(found: Grid, at: str) -> None:
    largest = max(abs(found.low), abs(found.high), 1) * found.step * 10 ** (found.places or 0)
    if largest >= 10**DIGITS:
        message = f"values need more than {DIGITS} digits"
        raise Refused(at, "too_wide", message, "narrow the range or use fewer decimal places")


def float_ends(limits: Limits) -> tuple[float, float]:
    """The lowest and highest float inside; infinite where open."""
    low = -inf if limits.low is None else float(limits.low)
    high = inf if limits.high is None else float(limits.high)
    if limits.low_open and isfinite(low):
        low = nextafter(low, inf)
    if limits.high_open and isfinite(high):
        high = nextafter(high, -inf)
    return low, high


def _shown(number: Fraction) -> str:
    return f"{float(number):g}"
