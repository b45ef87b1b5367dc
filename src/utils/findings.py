"""Checks that need no more than a few numbers of all the rows they see."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from ..core.models import FieldDefinition
from .columns import Mask, extremes, present, wall_clock
from .text import shown
from .validators import column_faults

SHOWN = 3
"""Examples that a broken promise brings."""


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
    """`score`: the measure as SDMetrics gives it, from 0 to 1, where it has one."""

    held: bool
    target: str
    measured: str
    examples: tuple[str, ...] = ()
    score: float | None = None


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
        least, greatest = extremes(wall_clock(array))
        if least is None:
            return
        if self.least is None or least < self.least:
            self.least = least
        if self.greatest is None or greatest > self.greatest:
            self.greatest = greatest

    def finding(self) -> Finding:
        if self.broken:
            measured = f"{self.broken:,} of {rows_of(self.rows)} break it"
        elif self.extremes and self.least is not None:
            measured = f"{self.least} to {self.greatest}"
        else:
            measured = f"all {rows_of(self.rows)}"
        score = kept_share(self.broken, self.rows)
        return Finding(not self.broken, self.target, measured, tuple(self.examples), score)


def empty(array: pa.Array) -> Mask:
    missing: Mask = np.logical_not(present(array))
    return missing


def kept_share(broken: int, rows: int) -> float:
    return 1 - broken / rows if rows else 1.0


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
