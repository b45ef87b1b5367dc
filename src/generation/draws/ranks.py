"""Ranks by Zipf's law, in memory that does not grow with their number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import expm1, inf, log
from typing import TypeVar

import numpy as np

from .cells import Floats, Rows, uniforms, words
from .choices import Choice
from .keys import Key

HEAD = 4096
"""Ranks up to here have a weight each. Beyond, the weight of rank k is taken for the area under
x^-exponent from k − ½ to k + ½, which is off by less than exponent² / 10⁸ of itself."""
Ends = TypeVar("Ends", float, Floats)


@dataclass(frozen=True)
class Ranks:
    """Rank k with probability k^-`exponent` / Σ, for 1 ≤ `first` ≤ k ≤ `last`."""

    first: int
    last: int
    exponent: float

    def draw(self, key: Key, rows: Rows) -> Rows:
        drawn: Rows = self._choice.at(words(key, rows)).astype(np.int64) + self.first
        far = np.flatnonzero(drawn >= self._far)
        drawn[far] = self._ranks_at(uniforms(key, rows[far], 1))
        return drawn

    def cdf(self, x: Floats) -> Floats:
        """The share of ranks up to `x`."""
        whole = np.clip(np.floor(x), self.first - 1, self.last)
        reach = np.concatenate([[0.0], np.cumsum(self._head)])
        near = reach[np.minimum(whole - self.first + 1, len(self._head)).astype(np.int64)]
        beyond = np.maximum(whole + 0.5, self._far - 0.5)
        found: Floats = (near + self._area(self._far - 0.5, beyond)) / self.mass
        return found

    @property
    def mass(self) -> float:
        return float(self._head.sum() + self._tail)

    @property
    def deviation(self) -> float:
        one, two = (self._moment(power) / self.mass for power in (1, 2))
        return float(np.sqrt(max(two - one * one, 0.0)))

    def _moment(self, power: int) -> float:
        values = np.arange(self.first, self._far, dtype=np.float64)
        beyond = self._area(self._far - 0.5, self.last + 0.5, self.exponent - power)
        return float(self._head @ values**power + beyond)

    @property
    def _far(self) -> int:
        """The first rank without a weight of its own."""
        return max(self.first, min(self.last, HEAD) + 1)

    @cached_property
    def _head(self) -> Floats:
        return np.arange(self.first, self._far, dtype=np.float64) ** -self.exponent

    @cached_property
    def _tail(self) -> float:
        return float(self._area(self._far - 0.5, self.last + 0.5))

    @cached_property
    def _choice(self) -> Choice:
        return Choice(np.append(self._head, self._tail))

    def _area(self, low: float, high: Ends, exponent: float | None = None) -> Ends:
        """Under x^-exponent, from `low` to `high`."""
        power = 1 - (self.exponent if exponent is None else exponent)
        width: Ends = np.log(high / low)
        # Near a power of 0 the difference of two powers would lose all digits.
        return low**power * np.expm1(power * width) / power if power else width

    def _ranks_at(self, u: Floats) -> Rows:
        """The inverse of the area."""
        low, power = self._far - 0.5, 1 - self.exponent
        width = log((self.last + 0.5) / low)
        grown = np.log1p(u * expm1(power * width)) / power if power else u * width
        found = np.floor(low * np.exp(grown) + 0.5)
        ranks: Rows = np.clip(found, self._far, self.last).astype(np.int64)
        return ranks


def multiples(low: float, high: float, step: int, most: int) -> tuple[int, int]:
    """The first and the last k ≥ 1 for which k · step lies between the ends and up to `most`."""
    first = 1 if low == -inf else max(1, -int(-low // step))
    last = most if high == inf else min(most, int(max(high, 0.0)))
    return first, last // step
