"""What is remembered of a column that comes in pieces, in memory that does not grow with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
KEPT_HASHES = 16_384
MOST_VALUES = 1_000
"""Different values that are counted one by one."""
LONGEST = 4_096
"""Characters from which lengths are counted together."""


@dataclass(slots=True)
class Distinct:
    """How many different values there are, by the `KEPT_HASHES` least of their 64-bit hashes
    (Bar-Yossef et al. 2002): exact below that, else with a standard error of 0.8 %."""

    least: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    is_exact: bool = True

    def add(self, present: pa.Array) -> None:
        hashes = pl.Series(pl.from_arrow(present)).hash().to_numpy()
        if not self.is_exact:
            hashes = hashes[hashes < self.least[-1]]
        if not len(hashes):
            return
        union = np.sort(np.concatenate([self.least, hashes]))  # much quicker than np.unique
        union = union[np.r_[True, union[1:] != union[:-1]]]
        self.is_exact = self.is_exact and len(union) <= KEPT_HASHES
        self.least = union[:KEPT_HASHES]

    def count(self) -> int:
        if self.is_exact:
            return len(self.least)
        return round((KEPT_HASHES - 1) / ((float(self.least[-1]) + 1) / 2**64))


@dataclass(slots=True)
class Values:
    """How often each value occurs, as long as there are few; `distinct` goes on where there are
    not."""

    counts: Counter[Any] | None = field(default_factory=Counter)
    distinct: Distinct = field(default_factory=Distinct)

    def add(self, present: pa.Array) -> None:
        if self.counts is None:
            self.distinct.add(present)
            return
        found = pc.value_counts(present)
        if len(self.counts) + len(found) > 2 * MOST_VALUES:
            self._give_up(present)
            return
        counts = zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True)
        self.counts.update(dict(counts))
        if len(self.counts) > MOST_VALUES:
            self._give_up(present)

    def _give_up(self, present: pa.Array) -> None:
        known, self.counts = self.counts or Counter(), None
        self.distinct.add(pa.array(list(known), present.type))
        self.distinct.add(present)

    def count(self) -> tuple[int, bool]:
        """How many are different, and whether that is exact."""
        if self.counts is not None:
            return len(self.counts), True
        return self.distinct.count(), self.distinct.is_exact


@dataclass(slots=True)
class Evenly:
    """Every `step`-th row's value."""

    step: int
    parts: list[Any] = field(default_factory=list)

    def rows(self, start: int, count: int) -> npt.NDArray[np.int64]:
        return np.arange(-start % self.step, count, self.step)

    def add(self, values: Floats, start: int) -> None:
        """`values` of the rows from `start` on, NaN where there is none."""
        kept = values[-start % self.step :: self.step]
        self.parts.append(kept[np.isfinite(kept)])

    def taken(self) -> Floats:
        """All of them in their order, once: they are let go."""
        kept: Floats = np.concatenate([np.zeros(0), *self.parts])
        self.parts = []
        kept.sort()
        return kept


@dataclass(slots=True)
class Moments:
    """Mean and deviation of values that come in pieces (Chan, Golub & LeVeque 1979)."""

    count: int = 0
    mean: float = float("nan")
    moment: float = 0.0

    def add(self, values: Floats) -> None:
        """NaN where there is none."""
        there = values[np.isfinite(values)]
        if not len(there):
            return
        mean, total = float(there.mean()), self.count + len(there)
        apart = mean - self.mean if self.count else mean
        self.moment += float(((there - mean) ** 2).sum())
        self.moment += apart * apart * self.count * len(there) / total
        self.mean = (self.mean if self.count else 0.0) + apart * len(there) / total
        self.count = total

    def deviation(self) -> float:
        """Of the sample; 0 of fewer than two values."""
        return float(np.sqrt(self.moment / (self.count - 1))) if self.count > 1 else 0.0


@dataclass(slots=True)
class Lengths:
    """How many texts have each length."""

    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(LONGEST + 1, np.int64))
    least: int | None = None
    most: int = 0
    moments: Moments = field(default_factory=Moments)

    def add(self, present: pa.Array) -> None:
        if not len(present):
            return
        lengths = pc.utf8_length(present).to_numpy(zero_copy_only=False).astype(np.int64)
        self.counts += np.bincount(np.minimum(lengths, LONGEST), minlength=LONGEST + 1)
        low = int(lengths.min())
        self.least = low if self.least is None else min(self.least, low)
        self.most = max(self.most, int(lengths.max()))
        self.moments.add(lengths.astype(np.float64))


@dataclass(slots=True)
class Together:
    """Moments of each two of several columns, around the first values seen."""

    width: int
    centre: Floats | None = None
    counts: Floats = field(init=False)
    sums: Floats = field(init=False)
    squares: Floats = field(init=False)
    products: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.counts, self.sums, self.squares, self.products = np.zeros((4, self.width, self.width))

    def add(self, values: Floats) -> None:
        """`values` by column and row, NaN where there is none."""
        there = np.isfinite(values)
        if self.centre is None:
            self.centre = _first(values, there)
        moved = np.where(there, values - self.centre[:, None], 0.0)
        mask = there.astype(np.float64)
        # [a, b]: of column a, over the rows where b has a value too.
        self.counts += mask @ mask.T
        self.sums += moved @ mask.T
        self.squares += (moved * moved) @ mask.T
        self.products += moved @ moved.T

    def correlations(self) -> Floats:
        """NaN where one of the two does not vary."""
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = self.products - self.sums * self.sums.T / self.counts
            spread = self.squares - self.sums**2 / self.counts
            # What rounding leaves of a column that never changes.
            spread[spread <= 1e-12 * self.squares] = np.nan
            found: Floats = np.clip(apart / np.sqrt(spread * spread.T), -1.0, 1.0)
        return found


def _first(values: Floats, there: npt.NDArray[np.bool_]) -> Floats:
    """Near the values, so that squares lose nothing."""
    return np.array(
        [row[mask].mean() if mask.any() else 0.0 for row, mask in zip(values, there, strict=True)]
    )
