"""Fields drawn inside a window of their row: every bound on them met at once.

Of two fields that bound each other the lower is drawn first. It leaves room for the higher: what
the highest value of the one allows caps the other, beforehand where that is the same in every row,
and row by row where a value that is already there caps the higher one. So no window is empty, or
the schema is refused. Within its window a field follows its own law, truncated there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ...core.errors import InvalidArgument
from ..draws.arrays import Mask
from ..draws.blocks import Block, Maker
from .axes import Axis
from .bounds import Bound


@dataclass(frozen=True, slots=True)
class Edge:
    """`low` lies below `high`; both are drawn. `bound` is the one on `high`, `cap` on `low`."""

    low: str
    high: str
    bound: Bound
    cap: Bound


@dataclass(frozen=True, slots=True)
class Windows:
    """The drawn fields of a table with all that bounds them. `floors`: a field's own bounds from
    below; `caps`: those from above, its own and those of the fields above it."""

    axes: Mapping[str, Axis]
    edges: Sequence[Edge]
    floors: Mapping[str, Sequence[Bound]]
    caps: Mapping[str, Sequence[Bound]]

    def maker(self, name: str) -> Maker:
        return lambda block: self._cells(name, block)

    def _cells(self, name: str, block: Block) -> pa.Array:
        axis = self.axes[name]
        low, high = self._lowest(name, block), self._highest(name, block)
        if np.any(low > high):
            _refuse_row(axis, block, np.flatnonzero(low > high)[0])
        return axis.places.array(axis.law.at(axis.uniforms(block.rows), low, high))

    def _lowest(self, name: str, block: Block) -> Any:
        axis = self.axes[name]
        found = axis.low
        below = [edge.bound for edge in self.edges if edge.high == name]
        for bound in (*below, *self.floors.get(name, ())):
            spots, there = bound.limit(block)
            found = np.maximum(found, np.where(there, spots, axis.low))
        return found

    def _highest(self, name: str, block: Block) -> Any:
        axis = self.axes[name]
        found = axis.high
        for cap in self.caps.get(name, ()):
            spots, there = self._cap(name, cap, block)
            found = np.minimum(found, np.where(there, spots, axis.high))
        return found

    def _cap(self, name: str, cap: Bound, block: Block) -> tuple[Any, Mask]:
        """The last place that a bound on this field, or on one above it, leaves."""
        return block.once(("cap", name, id(cap)), lambda: self._capped(name, cap, block))

    def _capped(self, name: str, cap: Bound, block: Block) -> tuple[Any, Mask]:
        if cap.axis.name == name:
            return cap.limit(block)
        found, there = self.axes[name].high, np.zeros(len(block.rows), np.bool_)
        for edge in self.edges:
            if edge.low == name and any(one is cap for one in self.caps.get(edge.high, ())):
                above = self.axes[edge.high]
                spots, there = self._cap(edge.high, cap, block)
                inside = np.clip(spots, above.low, above.high)
                found = np.minimum(found, edge.cap.other(above.places.measured(inside)))
        return found, there


def _refuse_row(axis: Axis, block: Block, place: int) -> None:
    """Only where a column breaks what its own constraints say of it."""
    row = int(block.rows[place])
    message = f"no value is left for {axis.name!r} in row {row:,}"
    raise InvalidArgument(message, hint="a rule of its table bounds it from both sides")


def ascending(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Lower fields first, by (lower, higher); those on a cycle are left out."""
    waiting = {name: {low for low, high in pairs if high == name} for name in names}
    while ready := [name for name, below in waiting.items() if not below]:
        for name in ready:
            yield name
            del waiting[name]
        for below in waiting.values():
            below.difference_update(ready)


def narrowed(axes: Mapping[str, Axis], edges: Sequence[Edge]) -> dict[str, Axis]:
    """Every field's own ends, as far as the ends of the others leave room."""
    found = dict(axes)
    order = list(ascending(list(axes), [(edge.low, edge.high) for edge in edges]))
    for name in order:
        for edge in (edge for edge in edges if edge.high == name):
            first = _spot(edge.bound, found[edge.low], found[edge.low].low)
            found[name] = found[name].narrowed(low=first)
    for name in reversed(order):
        for edge in (edge for edge in edges if edge.low == name):
            last = _spot(edge.cap, found[edge.high], found[edge.high].high)
            found[name] = found[name].narrowed(high=last)
    return found


def _spot(bound: Bound, other: Axis, end: Any) -> Any:
    return bound.other(other.places.measured(np.array([end])))[0].item()
