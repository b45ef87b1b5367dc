"""One side of a field bounded by a value of each row."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..draws.arrays import Mask
from ..draws.blocks import Block
from ..draws.cells import Rows
from ..expressions.conversion import aligned
from ..expressions.kinds import Kind
from ..expressions.nodes import Node
from ..expressions.syntax import Refusal
from ..makers.moments import zone_of
from ..refusals import Refused
from .axes import Axis, measured
from .clocks import Clock, clock
from .places import Measured, Spots, before, beyond
from .terms import Term, present, refused


@dataclass(frozen=True, slots=True)
class Bound:
    """The field lies above (`is_low`) or below `term`, wherever `when` is true and it has a value.

    `kind` is how both compare; `node` the term as that kind. Where both compare by the clock on the
    wall, `clock` is that of the field's zone and `theirs` that of the term's.
    """

    axis: Axis
    is_low: bool
    term: Term
    strict: bool
    at: str
    kind: Kind
    node: Node
    clock: Clock | None
    theirs: Clock | None
    when: Term | None = None

    @property
    def written(self) -> Measured | None:
        """What is written out in the rule; None where it follows from a column."""
        if self.term.columns:
            return None
        vector = self.node.run({})
        return measured(vector.values, self.kind) if present(vector, 1)[0] else None

    @property
    def constant(self) -> Any:
        """The place, where it is the same in every row; else None."""
        given = self.written if self.when is None else None
        return None if given is None else self.spots(given)[0].item()

    def limit(self, block: Block) -> tuple[Spots, Mask]:
        """The last place that is allowed on this side, and in which rows there is such a limit."""
        rows = len(block.rows)
        vector = self.term_values(block)
        there = present(vector, rows)
        if self.when is not None:
            there = there & self.when.holds(block)
        return np.broadcast_to(self.spots(measured(vector.values, self.kind)), (rows,)), there

    def term_values(self, block: Block) -> Any:
        columns = {column: self.term.vector(block, column) for column in self.term.columns}
        return self.node.run(columns)

    def spots(self, given: Measured) -> Spots:
        if self.clock is not None:
            shift = self.clock.not_before if self.is_low else self.clock.not_after
            given = Measured(shift(_micros(given)), Fraction(1))
        places = self.axis.places
        if self.is_low:
            return beyond(places, given) if self.strict else places.at_least(given)
        return before(places, given) if self.strict else places.at_most(given)

    def other(self, given: Measured) -> Spots:
        """The limit that values of the term's own axis make."""
        if self.theirs is not None:
            given = Measured(self.theirs.walls(_micros(given)), Fraction(1))
        return self.spots(given)

    def spot(self, value: Fraction) -> Any:
        """Of one value in the measure of both."""
        unit = Fraction(1, value.denominator) if value.denominator > 1 else Fraction(1)
        if self.kind.is_float:
            return self.spots(Measured(np.array([float(value)]), None))[0]
        return self.spots(Measured(np.array([int(value / unit)], object), unit))[0]


@dataclass(frozen=True, slots=True)
class Side:
    """Which side of a field is bounded, and how."""

    is_low: bool
    strict: bool
    at: str
    when: Term | None = None


def bound(axis: Axis, term: Term, side: Side, other: Axis | None = None) -> Bound:
    """`other`: the term's own axis, where it has one. Raises: Refused: they cannot be compared."""
    at = side.at
    mine = Node(axis.kind, lambda _: _nothing())
    try:
        kind, (_, node) = aligned([mine, term.node], "compare")
    except Refusal as refusal:
        raise refused(refusal, at) from None
    if kind.type == "string":
        raise Refused(at, "wrong_type", "text has no order that can be built", "use IN (…)")
    theirs = None if other is None else _clock(other, kind)
    clocks = _clock(axis, kind), theirs
    return Bound(axis, side.is_low, term, side.strict, at, kind, node, *clocks, side.when)


def _micros(moments: Measured) -> Rows:
    found: Rows = (moments.units * int(moments.unit or 1)).astype(np.int64)
    return found


def _nothing() -> Any:
    raise AssertionError("only its kind is asked for")


def _clock(axis: Axis, kind: Kind) -> Clock | None:
    """Where both compare by the clock on the wall, and the field holds instants."""
    if axis.kind.zone is None or kind.zone is not None:
        return None
    zone = zone_of(axis.brief)
    low, high = axis.ends()
    return None if zone is None else clock(zone, int(low.units[0]), int(high.units[0]))
