"""Measures of whole columns: shares, means, sums, correlation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pyarrow as pa

from . import chance
from .columns import Mask, present
from .findings import Finding, Fold, Piece, number, percent, rows_of
from .folds import Pearson, Spread, Total

FLOAT_SUMS = 1e-9
"""Relative difference that sums of floats may have; sums of whole numbers and decimals: none."""
A_ROW = 1 - 1e-6
"""Just less than one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A share that equals a number, or lies between two; see `core.kinds.checks` on tolerances."""

    equals: float | None
    tolerance: float | None = None
    minimum: float | None = None
    maximum: float | None = None

    def target(self, rows: int) -> str:
        if self.equals is None:
            return between(*map(_percent, (self.minimum, self.maximum)))
        if self.tolerance == 0:
            return f"exactly {percent(self.equals)}"
        return f"{percent(self.equals)} ± {percent(self.away(rows))}"

    def away(self, rows: int) -> float:
        """How far the share may be away from the one that is wanted."""
        if self.tolerance is None and self.equals is not None:
            return chance.of_share(self.equals, rows)
        return self.tolerance or 0.0

    def held(self, found: int, rows: int) -> bool:
        # Half a millionth of a row, for what dividing loses.
        loss = 5e-7 / rows
        share = found / rows
        if self.equals is None:
            low, high = self.minimum or 0.0, 1.0 if self.maximum is None else self.maximum
            return low - loss <= share <= high + loss
        if self.tolerance == 0:
            return abs(found - self.equals * rows) <= A_ROW
        return abs(share - self.equals) <= self.away(rows) + loss


@dataclass(slots=True)
class Shared:
    """The share of rows that `counts` marks; its likeness to the share that is wanted is a score
    where `scored`."""

    counts: Callable[[pa.Array], Mask]
    wanted: Wanted
    scored: bool = False
    rows: int = 0
    found: int = 0

    def feed(self, piece: Piece) -> None:
        self.rows += piece.rows
        self.found += int(self.counts(piece.columns[0]).sum())

    def finding(self) -> Finding:
        target = self.wanted.target(self.rows)
        if not self.rows:
            return Finding(True, target, "no rows")
        share = self.found / self.rows
        measured = f"{percent(share)} ({self.found:,} of {rows_of(self.rows)})"
        score = 1 - abs(share - (self.wanted.equals or 0.0)) if self.scored else None
        return Finding(self.wanted.held(self.found, self.rows), target, measured, score=score)


@dataclass(slots=True)
class OfValues:
    """A measure of values, which says so where there are none.

    `blank`: the share of empty cells that the schema asks for; that all are empty then breaks no
    promise, if chance allows it.
    """

    fold: Fold
    blank: float
    rows: int = 0
    values: int = 0

    def feed(self, piece: Piece) -> None:
        self.rows += piece.rows
        there = np.logical_and.reduce([present(column) for column in piece.columns])
        self.values += int(there.sum())
        self.fold.feed(piece)

    def finding(self) -> Finding:
        found = self.fold.finding()
        if self.values:
            return found
        held = self.blank**self.rows > chance.TAIL
        return Finding(held, found.target, f"no value in {rows_of(self.rows)}")


@dataclass(slots=True)
class Averaged:
    """The mean of the values there are; without a tolerance, judged by its standard error.

    `declared` is the standard deviation that the values should have: of few skewed ones the seen
    deviation is often far too small, and then the mean is too.
    """

    equals: float
    tolerance: float | None
    declared: float = 0.0
    total: Total = field(default_factory=Total)
    spread: Spread = field(default_factory=Spread)

    def feed(self, piece: Piece) -> None:
        self.total.add(piece.columns[0])
        if self.tolerance is None:
            self.spread.add(piece.columns[0])

    def finding(self) -> Finding:
        away = self.tolerance
        if away is None and self.total.count:
            away = chance.of_mean(max(self.spread.deviation(), self.declared), self.total.count)
            away += FLOAT_SUMS * abs(self.equals)
        return near(self.total.mean(), self.equals, away or 0.0)


@dataclass(slots=True)
class Summed:
    """The sum of a column, equal to a number or (side 1) to another column's sum."""

    equals: Fraction | None
    target: str
    sums: tuple[Total, Total] = field(default_factory=lambda: (Total(), Total()))

    def feed(self, piece: Piece) -> None:
        self.sums[piece.side].add(piece.columns[0])

    def finding(self) -> Finding:
        got = self.sums[0].value()
        wanted = self.sums[1].value() if self.equals is None else self.equals
        slack = 0.0
        if not (self.sums[0].is_exact and self.sums[1].is_exact):
            slack = FLOAT_SUMS * max(abs(float(got)), abs(float(wanted)))
        target = self.target if self.equals is not None else f"{self.target} = {number(wanted)}"
        held = got == wanted or abs(float(got) - float(wanted)) <= slack
        return Finding(held, target, number(got))


@dataclass(slots=True)
class Correlated:
    """Pearson's correlation of two columns, over the rows where both have a value."""

    equals: float
    tolerance: float | None
    pearson: Pearson = field(default_factory=Pearson)

    def feed(self, piece: Piece) -> None:
        left, right = piece.columns
        self.pearson.add(left, right)

    def finding(self) -> Finding:
        measured, away = self.pearson.value(), self.tolerance
        if math.isnan(measured) and away is None and self.pearson.count <= chance.UNCORRELATED:
            return Finding(True, f"{self.equals:g}", "too few rows to tell")
        if away is None:
            below, above = chance.of_correlation(
                self.equals, self.pearson.count, self.pearson.joint.heaviness()
            )
            away = below if measured < self.equals else above
        found = near(measured, self.equals, away)
        score = None if math.isnan(measured) else 1 - abs(measured - self.equals) / 2
        return Finding(found.held, found.target, found.measured, score=score)


def near(measured: float, equals: float, tolerance: float) -> Finding:
    """NaN, which stands for a measure of nothing, is near nothing."""
    held = abs(measured - equals) <= tolerance
    text = "no value" if math.isnan(measured) else f"{measured:.6g}"
    return Finding(held, f"{equals:g} ± {tolerance:.4g}" if tolerance else f"{equals:g}", text)


def between(low: str | None, high: str | None) -> str:
    if low is None or high is None:
        return f"at most {high}" if low is None else f"at least {low}"
    return low if low == high else f"{low} to {high}"


def _percent(share: float | None) -> str | None:
    return None if share is None else percent(share)
