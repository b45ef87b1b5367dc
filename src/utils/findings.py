"""Checks that need no more than a few numbers of all the rows they see."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core.models import FieldDefinition
from .columns import Mask, present, wall_clock
from .folds import Pearson, Total
from .text import shown
from .validators import column_faults

SHOWN = 3
"""Examples that a broken promise brings."""
SIGMAS = 4
"""Standard errors that a share may be away: a true one is further with a chance of 6 in 100,000."""
FLOAT_SUMS = 1e-9
"""Relative difference that sums of floats may have; sums of whole numbers and decimals: none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of the columns a check is about, `start` being the first one's number.

    A check of two tables tells them apart by `side`, 0 or 1.
    """

    side: int
    columns: tuple[pa.Array, ...]
    start: int
    rows: int


@dataclass(frozen=True, slots=True)
class Finding:
    held: bool
    target: str
    measured: str
    examples: tuple[str, ...] = ()


class Fold(Protocol):
    """What a check remembers of the rows it has seen."""

    def feed(self, piece: Piece) -> None: ...

    def finding(self) -> Finding: ...


@dataclass(slots=True)
class Counted:
    """How many rows there are."""

    equals: int
    rows: int = 0

    def feed(self, piece: Piece) -> None:
        self.rows += piece.rows

    def finding(self) -> Finding:
        return Finding(self.rows == self.equals, rows_of(self.equals), rows_of(self.rows))


@dataclass(slots=True)
class EveryRow:
    """What must hold in each row; `promise` is a field that says nothing else.

    With `extremes`, the least and the greatest value are what was measured.
    """

    promise: FieldDefinition
    target: str
    extremes: bool = False
    rows: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)
    least: Any = None
    greatest: Any = None

    def feed(self, piece: Piece) -> None:
        (array,) = piece.columns
        self.rows += piece.rows
        for fault in column_faults(array, self.promise):
            self.broken += len(fault.rows)
            for row, value in zip(fault.rows, fault.values, strict=False):
                if len(self.examples) < SHOWN:
                    self.examples.append(f"{shown(value)} in row {piece.start + int(row)}")
        if self.extremes:
            self._widen(array)

    def _widen(self, array: pa.Array) -> None:
        ends = pc.min_max(wall_clock(array)).as_py()
        if ends["min"] is None:
            return
        if self.least is None or ends["min"] < self.least:
            self.least = ends["min"]
        if self.greatest is None or ends["max"] > self.greatest:
            self.greatest = ends["max"]

    def finding(self) -> Finding:
        if self.broken:
            measured = f"{self.broken:,} of {rows_of(self.rows)} break it"
        elif self.extremes and self.least is not None:
            measured = f"{self.least} to {self.greatest}"
        else:
            measured = f"all {rows_of(self.rows)}"
        return Finding(not self.broken, self.target, measured, tuple(self.examples))


@dataclass(slots=True)
class Shared:
    """The share of rows that `counts` marks."""

    counts: Callable[[pa.Array], Mask]
    equals: float
    tolerance: float | None
    rows: int = 0
    found: int = 0

    def feed(self, piece: Piece) -> None:
        self.rows += piece.rows
        self.found += int(self.counts(piece.columns[0]).sum())

    def finding(self) -> Finding:
        away = self.tolerance
        if away is None:
            away = SIGMAS * math.sqrt(self.equals * (1 - self.equals) / max(self.rows, 1))
        target = f"{percent(self.equals)} ± {percent(away)}"
        if not self.rows:
            return Finding(True, target, "no rows")
        share = self.found / self.rows
        # Half a millionth of a row, for what dividing loses.
        held = abs(share - self.equals) <= away + 5e-7 / self.rows
        return Finding(held, target, f"{percent(share)} ({self.found:,} of {rows_of(self.rows)})")


@dataclass(slots=True)
class Averaged:
    """The mean of the values there are."""

    equals: float
    tolerance: float
    total: Total = field(default_factory=Total)

    def feed(self, piece: Piece) -> None:
        self.total.add(piece.columns[0])

    def finding(self) -> Finding:
        return near(self.total.mean(), self.equals, self.tolerance)


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
    tolerance: float
    pearson: Pearson = field(default_factory=Pearson)

    def feed(self, piece: Piece) -> None:
        left, right = piece.columns
        self.pearson.add(left, right)

    def finding(self) -> Finding:
        return near(self.pearson.value(), self.equals, self.tolerance)


def near(measured: float, equals: float, tolerance: float) -> Finding:
    """NaN, which stands for a measure of nothing, is near nothing."""
    held = abs(measured - equals) <= tolerance
    text = "no value" if math.isnan(measured) else f"{measured:.6g}"
    return Finding(held, f"{equals:g} ± {tolerance:g}", text)


def empty(array: pa.Array) -> Mask:
    missing: Mask = np.logical_not(present(array))
    return missing


def percent(share: float) -> str:
    return f"{100 * share:.4g} %"


def rows_of(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def number(value: Fraction | float) -> str:
    """Whole numbers and decimals in full, as far as twelve places."""
    if isinstance(value, float):
        return f"{value:.12g}"
    whole, rest = divmod(abs(value), 1)
    decimals = f"{float(rest):.12f}"[1:].rstrip("0").rstrip(".")
    return f"{'-' if value < 0 else ''}{int(whole)}{decimals}"
