"""Fields that add up to a total, to the last unit.

The parts of a row are drawn one after the other, each between what the others can still take and
what they still need (so the last one fits), by the stick-breaking of an even Dirichlet distribution
(Devroye 1986, XI.4): every split of the total is alike where the fields' own ends allow all.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...core import kinds
from ..arrow_types import decimal_places
from ..blocks import Block, Maker
from ..briefs import Brief, Refused
from ..cells import Rows, uniforms
from ..expressions.syntax import Syntax
from ..expressions.vectors import Vector
from ..grids import Grid
from .axes import Axis, reaching
from .places import Continuum, Points, converted, Measured
from .axes import measured
from .laws import Even
from .site import Site
from .terms import Term, present
"""The rows' total is in units of `step`."""


@dataclass(frozen=True, slots=True)
class Split:
    """`parts` in units of `step`, in the order in which they are drawn."""

    parts: tuple[Axis, ...]
    step: Fraction
    total: Term

    def maker(self, number: int) -> Maker:
        return lambda block: self._cells(number, block)

    def _cells(self, number: int, block: Block) -> pa.Array:
        spots, there = block.once(("split", *(a.name for a in self.parts)), lambda: self._all(block))
        cells = self.parts[number].places.array(spots[number])
        return cells if there.all() else pa.compute.if_else(pa.array(there), cells, None)
