"""Indexes drawn by weight, or dealt out in exact shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .cells import Floats, Rows, Words, words
from .keys import Key
from .permutations import Permutation

GUIDE_BITS = 12
"""The guide has 2¹² entries: small enough for the cache, so that most draws cost one look-up."""
OWNER_BITS = 14
MIXED = -1


@dataclass(frozen=True)
class Choice:
    """Index i with probability weights[i] / Σ; `weights` hold at least one above 0.

    The inverse of the cumulative distribution through a guide table (Chen & Asau 1974): the upper
    bits of a word find the index at once, unless a boundary lies in their bucket.
    """

    weights: Floats

    @cached_property
    def _possible(self) -> npt.NDArray[np.int32]:
        return np.flatnonzero(self.weights > 0).astype(np.int32)

    @cached_property
    def _bounds(self) -> Words:
        """Where each possible index but the last ends, as words."""
        reach = np.cumsum(self.weights[self._possible])
        ends = (reach[:-1] / reach[-1] * 2.0**53).astype(np.uint64)
        # What rounds to the very end would wrap around to zero.
        bounds: Words = np.minimum(ends, np.uint64((1 << 53) - 1)) << np.uint64(11)
        return bounds

    @cached_property
    def _guide(self) -> npt.NDArray[np.int32]:
        edges = np.arange(1 << GUIDE_BITS, dtype=np.uint64) << np.uint64(64 - GUIDE_BITS)
        last = edges + np.uint64((1 << (64 - GUIDE_BITS)) - 1)
        low = np.searchsorted(self._bounds, edges, side="right")
        high = np.searchsorted(self._bounds, last, side="right")
        return np.where(low == high, self._possible[low], MIXED).astype(np.int32)

    def at(self, drawn: Words) -> npt.NDArray[np.int32]:
        found = self._guide.take((drawn >> np.uint64(64 - GUIDE_BITS)).view(np.int64))
        mixed = np.flatnonzero(found == MIXED)
        found[mixed] = self._possible[np.searchsorted(self._bounds, drawn[mixed], side="right")]
        return found

    def draw(self, key: Key, rows: Rows) -> npt.NDArray[np.int32]:
        return self.at(words(key, rows))


def weighted(weights: Sequence[float]) -> Choice:
    return Choice(np.asarray(weights, np.float64))


def shares(weights: Sequence[float], total: int) -> list[int]:
    """`total` split by weight into whole numbers: the largest remainders get what is left over."""
    # Whole arithmetic: float products lose units beyond 2⁵³.
    exact = [float(weight).as_integer_ratio() for weight in weights]
    scale = max(denominator for _, denominator in exact)
    parts = [numerator * (scale // denominator) for numerator, denominator in exact]
    whole = sum(parts)
    counts = [part * total // whole for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] * total % whole), i))
    for i in order[: total - sum(counts)]:
        counts[i] += 1
    return counts


@dataclass(frozen=True)
class Partition:
    """Places 0 … Σ counts − 1 split among owners: first those of owner 0, then of owner 1 …"""

    counts: Rows

    @cached_property
    def ends(self) -> Rows:
        return np.cumsum(self.counts)

    @cached_property
    def starts(self) -> Rows:
        return self.ends - self.counts

    @property
    def _total(self) -> int:
        return int(self.ends[-1]) if len(self.ends) else 0

    @cached_property
    def _shift(self) -> int:
        return max(self._total.bit_length() - OWNER_BITS, 0)

    @cached_property
    def _guide(self) -> Rows:
        """The owner of each bucket of places, as in `Choice`."""
        first = np.arange((self._total >> self._shift) + 1, dtype=np.int64) << self._shift
        low = np.searchsorted(self.ends, first, side="right")
        high = np.searchsorted(self.ends, first + (1 << self._shift) - 1, side="right")
        return np.where(low == high, low, MIXED)

    def owner(self, places: Rows) -> Rows:
        found: Rows = self._guide[places >> self._shift]
        mixed = np.flatnonzero(found == MIXED)
        found[mixed] = np.searchsorted(self.ends, places[mixed], side="right")
        return found


@dataclass(frozen=True)
class Quota:
    """Index i in exactly its share of `rows` rows, dealt out by a permutation."""

    key: Key
    weights: tuple[float, ...]
    rows: int

    @cached_property
    def _partition(self) -> Partition:
        return Partition(np.array(shares(self.weights, self.rows), np.int64))

    @cached_property
    def _permutation(self) -> Permutation:
        return Permutation(self.key, self.rows)

    def deal(self, rows: Rows) -> Rows:
        return self._partition.owner(self._permutation.forward(rows))
