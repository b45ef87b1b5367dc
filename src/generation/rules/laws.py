"""How cells are spread over places: every law by its inverse, whole or within a window.

`at(u, low, high)`: the place of the uniform `u`, given that it lies between `low` and `high` (both
included, one pair for all rows or one for each).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from ..draws.cells import Floats
from ..draws.distributions import Distribution
from .places import Spots


class Law(Protocol):
    def at(self, u: Floats, low: Any, high: Any) -> Spots: ...


@dataclass(frozen=True, slots=True)
class Even:
    """Every place alike."""

    def at(self, u: Floats, low: Any, high: Any) -> Spots:
        size = high - low + 1
        steps = (u * size).astype(np.int64)
        found: Spots = low + np.minimum(steps, size - 1)
        return found


@dataclass(frozen=True, slots=True)
class EvenFloats:
    def at(self, u: Floats, low: Any, high: Any) -> Spots:
        found: Spots = np.clip(low + u * (high - low), low, high)
        return found


@dataclass(frozen=True, slots=True)
class Shaped:
    """A distribution of floats, rounded to multiples of `step` (None: not rounded)."""

    base: Distribution
    step: Fraction | None

    def at(self, u: Floats, low: Any, high: Any) -> Spots:
        if self.step is None:
            return np.clip(self._inside(u, low, high), low, high)
        unit = float(self.step)
        # Half a step beyond both ends: so no end gets more or less than its neighbours.
        drawn = self._inside(u, (low - 0.5) * unit, (high + 0.5) * unit) * float(1 / self.step)
        size = np.floor(np.abs(drawn) + 0.5)  # half up, away from zero
        return np.clip(np.copysign(size, drawn).astype(np.int64), low, high)

    def _inside(self, u: Floats, low: Any, high: Any) -> Floats:
        """A window in the upper half goes through the complement, where a float still tells
        10⁻³⁰ from 0; where not even that is left, every value of the window is alike."""
        low, high = np.broadcast_to(low, u.shape), np.broadcast_to(high, u.shape)
        near, far = self.base.cdf(low), self.base.cdf(high)
        found = self.base.ppf(near + u * (far - near))
        upper = np.flatnonzero(near > 0.5)
        if upper.size:
            above, below = self.base.sf(low[upper]), self.base.sf(high[upper])
            # 1 − u, so that a greater uniform still makes a greater value.
            found[upper] = self.base.isf(below + (1 - u[upper]) * (above - below))
            far[upper], near[upper] = above, below
        lost = np.flatnonzero(~(far - near > 0) | ~np.isfinite(found))
        found[lost] = low[lost] + u[lost] * (high[lost] - low[lost])
        return found


@dataclass(frozen=True)
class Weighted:
    """Place `first` + i with weight weights[i]; no weight is 0."""

    weights: Floats
    first: int = 0

    @cached_property
    def _reach(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum(self.weights) / self.weights.sum()])

    def at(self, u: Floats, low: Any, high: Any) -> Spots:
        near, far = self._reach[low - self.first], self._reach[high - self.first + 1]
        found = np.searchsorted(self._reach, near + u * (far - near), side="right") - 1
        spots: Spots = np.clip(found + self.first, low, high)
        return spots
