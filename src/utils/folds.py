"""Sums over a column that comes in pieces, in memory that does not grow with its rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .columns import present, truth
from .ordinals import ordinals

Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.uint64]
"""One row each: upper and lower word of a key's fingerprint, row number."""
IN_MEMORY = 1_000_000
"""Values that a selection may hold at once."""


def numbers_of(array: pa.Array) -> Floats:
    """The present values as floats, true as 1."""
    if pa.types.is_boolean(array.type):
        return truth(array)[present(array)].astype(np.float64)
    column = ordinals(array)
    if column is None:
        return np.zeros(0)
    values: Floats = column.values[column.present].astype(np.float64)
    return values / 10.0**column.places if column.places else values


@dataclass(slots=True)
class Total:
    """A sum: exact for whole numbers and decimals, compensated for floats."""

    count: int = 0
    exact: Fraction = Fraction(0)
    rounded: float = 0.0
    is_exact: bool = True

    def add(self, array: pa.Array) -> None:
        column = None if pa.types.is_boolean(array.type) else ordinals(array)
        if column is not None and column.places is not None:
            values = column.values[column.present]
            # Two halves, whose sums cannot pass 64 bits in any batch that fits in memory.
            whole = (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())
            self.exact += Fraction(whole, 10**column.places)
            self.count += len(values)
            return
        floats = numbers_of(array)
        self.is_exact = self.is_exact and pa.types.is_boolean(array.type)
        self.count += len(floats)
        if np.isfinite(floats).all():
            self.exact += Fraction(math.fsum(floats))
        else:
            self.rounded += float(floats.sum())

    def value(self) -> Fraction | float:
        return self.exact if self.rounded == 0.0 else self.rounded

    def mean(self) -> float:
        """NaN of no values."""
        return float(self.value() / self.count) if self.count else math.nan


@dataclass(slots=True)
class Spread:
    """The standard deviation of values that come in pieces (Chan, Golub & LeVeque 1979)."""

    count: int = 0
    mean: float = 0.0
    moment: float = 0.0

    def add(self, array: pa.Array) -> None:
        values = numbers_of(array)
        if not len(values):
            return
        mean = float(values.mean())
        apart, total = mean - self.mean, self.count + len(values)
        self.moment += float(((values - mean) ** 2).sum())
        self.moment += apart * apart * self.count * len(values) / total
        self.mean += apart * len(values) / total
        self.count = total

    def deviation(self) -> float:
        return math.sqrt(self.moment / (self.count - 1)) if self.count > 1 else 0.0


@dataclass(slots=True)
class Joint:
    """Moments of two columns together up to the fourth, in units of the first piece's spread."""

    count: int = 0
    middle: Floats = field(default_factory=lambda: np.zeros((2, 1)))
    unit: Floats = field(default_factory=lambda: np.ones((2, 1)))
    sums: Floats = field(default_factory=lambda: np.zeros((5, 5)))

    def add(self, values: Floats) -> None:
        if not self.count:
            self.middle = values.mean(axis=1, keepdims=True)
            spread = values.std(axis=1, keepdims=True)
            self.unit = np.where(spread > 0, spread, 1.0)
        x, y = (values - self.middle) / self.unit
        self.sums = self.sums + _powers(x) @ _powers(y).T
        self.count += values.shape[1]

    def central(self, i: int, j: int) -> float:
        """E[(x − E x)ⁱ (y − E y)ʲ]"""
        raw = self.sums / self.count
        return float(sum(
            math.comb(i, k) * math.comb(j, n) * raw[k, n]
            * (-raw[1, 0]) ** (i - k) * (-raw[0, 1]) ** (j - n)
            for k in range(i + 1) for n in range(j + 1)
        ))  # fmt: skip

    def heaviness(self) -> float:
        """How many times the standard error that normal values would have their correlation has, by
        the delta method; at least 1."""
        if not self.count:
            return 1.0
        x, y = self.central(2, 0), self.central(0, 2)
        if not x > 0 or not y > 0:
            return 1.0
        r = self.central(1, 1) / math.sqrt(x * y)
        both = self.central(2, 2) / (x * y)
        ends = self.central(4, 0) / x**2 + self.central(0, 4) / y**2
        sides = (self.central(3, 1) / x + self.central(1, 3) / y) / math.sqrt(x * y)
        variance = both + r * r / 4 * (ends + 2 * both) - r * sides
        return max(1.0, math.sqrt(max(variance, 0.0)) / max(1 - r * r, 1e-9))


def _powers(values: Floats) -> Floats:
    """From the zeroth to the fourth, as products: NumPy's own power costs ten times as much."""
    square = values * values
    return np.stack([np.ones_like(values), values, square, square * values, square * square])


@dataclass(slots=True)
class Pearson:
    """Correlation by merging moments of pieces (Chan, Golub & LeVeque 1979)."""

    count: int = 0
    joint: Joint = field(default_factory=Joint)
    means: Floats = field(default_factory=lambda: np.zeros(2))
    moments: Floats = field(default_factory=lambda: np.zeros((2, 2)))

    def add(self, left: pa.Array, right: pa.Array) -> None:
        both = pa.array(present(left) & present(right))
        values = np.stack([numbers_of(left.filter(both)), numbers_of(right.filter(both))])
        more = values.shape[1]
        if not more:
            return
        self.joint.add(values)
        means = values.mean(axis=1)
        centred = values - means[:, None]
        apart = means - self.means
        share = self.count * more / (self.count + more)
        self.moments = self.moments + centred @ centred.T + np.outer(apart, apart) * share
        self.means = self.means + apart * (more / (self.count + more))
        self.count += more

    def value(self) -> float:
        """NaN where a column does not vary."""
        spread = float(self.moments[0, 0] * self.moments[1, 1])
        return float(self.moments[0, 1]) / math.sqrt(spread) if spread > 0 else math.nan


# ── order statistics ──────────────────────────────────────────────────────────────────────────


def quantile(
    blocks: Callable[[], Iterable[Floats]], count: int, q: float, held: int = IN_MEMORY
) -> float:
    """The exact quantile of `count` values that `blocks` can bring any number of times, between
    two neighbours where it falls there (Hyndman & Fan 1996, type 7, as NumPy's)."""
    if not count:
        return math.nan
    place = (count - 1) * q
    rank = math.floor(place)
    low = ranked(blocks, rank, held)
    if place == rank:
        return low
    high, weight = ranked(blocks, rank + 1, held), place - rank
    return low * (1 - weight) + high * weight


def ranked(blocks: Callable[[], Iterable[Floats]], rank: int, held: int = IN_MEMORY) -> float:
    """The value of a rank by its leading 16, 32, 48 bits, until at most `held` share them."""
    prefix = np.uint64(0)
    for bits in (0, 16, 32, 48):
        counts = np.zeros(1 << 16, np.int64)
        for keys in _sharing(blocks, prefix, bits):
            digits = (keys >> np.uint64(48 - bits)) & np.uint64(0xFFFF)
            counts += np.bincount(digits.astype(np.int64), minlength=1 << 16)
        ends = np.cumsum(counts)
        digit = int(np.searchsorted(ends, rank, side="right"))
        rank -= int(ends[digit] - counts[digit])
        prefix = (prefix << np.uint64(16)) | np.uint64(digit)
        if counts[digit] <= held and bits < 48:
            keys = np.concatenate(list(_sharing(blocks, prefix, bits + 16)))
            return _unkeyed(np.partition(keys, rank)[rank])
    return _unkeyed(prefix)


def _sharing(
    blocks: Callable[[], Iterable[Floats]], prefix: np.uint64, bits: int
) -> Iterator[npt.NDArray[np.uint64]]:
    for block in blocks():
        keys = _keyed(block)
        yield keys[keys >> np.uint64(64 - bits) == prefix] if bits else keys


def _keyed(values: Floats) -> npt.NDArray[np.uint64]:
    """Bits in the order of the values: negative numbers inverted, the sign bit of others set."""
    raw = np.ascontiguousarray(values + 0.0).view(np.uint64)
    keys: npt.NDArray[np.uint64] = np.where(raw >> np.uint64(63), ~raw, raw | np.uint64(1 << 63))
    return keys


def _unkeyed(key: Any) -> float:
    word = int(key)
    bits = word ^ (1 << 63) if word >> 63 else word ^ ((1 << 64) - 1)
    return float(np.array([bits], np.uint64).view(np.float64)[0])


# ── keys ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Repeats:
    """How many rows repeat the key of an earlier one, and the first few such pairs of rows."""

    shown: int
    count: int = 0
    pairs: list[tuple[int, int]] = field(default_factory=list)

    def look(self, blocks: Iterable[Records]) -> None:
        """Records of the same part of the key space, in the order of their rows.

        What is held is one block and the distinct keys of the part.
        """
        seen = np.zeros((0, 3), np.uint64)
        for block in blocks:
            both = np.concatenate([seen, block]) if len(seen) else block
            upper = np.sort(both[:, 0])
            if not (upper[1:] == upper[:-1]).any():
                seen = both
                continue
            ordered = both[np.lexsort((both[:, 1], both[:, 0]))]
            again = (ordered[1:, :2] == ordered[:-1, :2]).all(axis=1)
            self.count += int(again.sum())
            for place in np.flatnonzero(again)[: self.shown - len(self.pairs)]:
                self.pairs.append((int(ordered[place, 2]), int(ordered[place + 1, 2])))
            seen = ordered[np.concatenate([[True], ~again])]


def orphans(children: Records, parents: Records) -> npt.NDArray[np.int64]:
    """Which of the children have a key that no parent has. `parents` rise by their upper word."""
    return np.flatnonzero(parents_of(children, parents) < 0)


def parents_of(children: Records, parents: Records) -> npt.NDArray[np.int64]:
    """Where each child's key stands among `parents`, which rise by their upper word, else -1."""
    if not len(parents):
        return np.full(len(children), -1)
    place = np.minimum(np.searchsorted(parents[:, 0], children[:, 0]), len(parents) - 1)
    lost = (parents[place, :2] != children[:, :2]).any(axis=1)
    found: npt.NDArray[np.int64] = np.where(lost, -1, place)
    return found


def distinct(blocks: Iterable[Records]) -> Records:
    """One record a key, the first, rising by the upper word."""
    seen: Records | None = None
    for block in blocks:
        both = block if seen is None else np.concatenate([seen, block])
        seen = both[np.unique(both[:, 0], return_index=True)[1]]
    return np.zeros((0, 3), np.uint64) if seen is None else seen
