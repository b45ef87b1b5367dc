"""Whether a window can be empty in some row, from what is known before any row is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...core.kinds import Inequality
from ..expressions.kinds import Kind
from ..expressions.syntax import Name
from ..makers.moments import DAY, SECOND
from .axes import Axis
from .bounds import Bound
from .demands import Ordered
from .exclusion import exclude_each_other
from .places import Continuum, Listed, Points, Worked, floats_of
from .reach import Knowledge, Reach, single
from .site import Site
from .terms import Term
from .windows import Edge, Windows

ZONES = 15 * 3600 * SECOND
"""No clock on a wall differs by more from UTC."""


@dataclass(frozen=True, slots=True)
class Room:
    site: Site
    windows: Windows
    knowledge: Knowledge
    demands: tuple[Ordered, ...]

    def check(
        self, bounds: Mapping[str, Sequence[Bound]], unplaced: Iterable[tuple[Edge, Bound]]
    ) -> None:
        """`unplaced`: bounds from above that follow from a field below, and the step up from it."""
        for name, axis in self.windows.axes.items():
            if axis.is_empty:
                self._refuse_empty(name, bounds)
                continue
            for bound in bounds.get(name, ()):
                self._check_bound(axis, bound)
        steps = [(edge.bound, high) for edge, high in unplaced]
        for low, high in [*self._pairs(), *steps]:
            if not self._leaves_room(low, high):
                message = f"nothing may be left between what bounds {high.axis.name!r}"
                hint = "say how both are ordered by a rule of their table, or drop one bound"
                self.site.refuse(high.at, "empty_window", message, hint)

    # ── one bound against the field's own ends ────────────────────────────────────────────────

    def _refuse_empty(self, name: str, bounds: Mapping[str, Sequence[Bound]]) -> None:
        own = [bound.at for bound in bounds.get(name, ())]
        edges = [edge for edge in self.windows.edges if name in (edge.low, edge.high)]
        at = [*own, *(edge.bound.at for edge in edges)][0]
        message = f"no value of {name!r} is left that meets all its rules"
        hint = "move the minimum or maximum of the fields that the rules compare"
        self.site.refuse(at, "empty_window", message, hint)

    def _check_bound(self, axis: Axis, bound: Bound) -> None:
        reach = self._reach(bound)
        extreme = reach.high if bound.is_low else reach.low
        end = "maximum" if bound.is_low else "minimum"
        if extreme is None:
            message = f"how far {self._said(bound)} reaches is not known before the rows are made"
            hint = f"give it a {end} in its constraints"
            self.site.refuse(bound.at, "reach_unknown", message, hint)
            return
        spot = bound.spot(extreme)
        if (spot > axis.high) if bound.is_low else (spot < axis.low):
            side = "above" if bound.is_low else "below"
            message = f"{self._said(bound)} can lie so far that no {axis.name!r} {side} it is left"
            hint = f"move the {end} of {axis.name!r}, or that of what bounds it"
            self.site.refuse(bound.at, "empty_window", message, hint)

    def _reach(self, bound: Bound) -> Reach:
        if bound.written is not None:
            value = single(bound.written)
            return Reach(value, value)
        reach = self.knowledge.reach(bound.term.tree)
        if bound.term.kind.zone is not None and bound.kind.zone is None:
            return reach + Reach(Fraction(-ZONES), Fraction(ZONES))
        return reach

    @staticmethod
    def _said(bound: Bound) -> str:
        column = bound.term.column
        return "the expression" if column is None else f"'{column}'"

    # ── two bounds against each other ─────────────────────────────────────────────────────────

    def _pairs(self) -> Iterator[tuple[Bound, Bound]]:
        """Every bound from below with every bound from above on the same field or a higher one."""
        for name, floors in self.windows.floors.items():
            for low in floors:
                for high in self.windows.caps.get(name, ()):
                    yield low, high

    def _leaves_room(self, low: Bound, high: Bound) -> bool:
        """Whether the first place above the one, and from there the first of each field on the way
        up, is never beyond the other."""
        conditions = [None if one.when is None else one.when.tree for one in (low, high)]
        if exclude_each_other(*conditions):
            return True
        name, top = low.axis.name, high.axis.name
        if name == top and self._apart(low, high):
            return True
        needed = self._step_up(low) + (self._longest(name, top, {}) or 0)
        known = self.between(low.term, high.term)
        return known is not None and (known > needed if high.strict else known >= needed)

    def _step_up(self, bound: Bound) -> Fraction:
        """By how much the first place that a bound allows can lie above it."""
        stays = not bound.strict and self._is_on_grid(bound.axis, bound.term)
        return Fraction(0) if stays else coarseness(bound.axis)

    def _longest(self, name: str, top: str, known: dict[str, Fraction | None]) -> Fraction | None:
        """What the way up from a field to another needs at most; None if there is no way."""
        if name == top:
            return Fraction(0)
        if name not in known:
            ways = [
                (self._step_up(edge.bound), self._longest(edge.high, top, known))
                for edge in self.windows.edges
                if edge.low == name
            ]
            known[name] = max(
                (step + rest for step, rest in ways if rest is not None), default=None
            )
        return known[name]

    def _is_on_grid(self, axis: Axis, term: Term) -> bool:
        """Whether every value of a term is one of the field's."""
        name = self.site.own(term.tree)
        other = self.site.axes.get(name or "")
        return _holds_kind(axis, term.kind) or (other is not None and _holds_axis(axis, other))

    def _apart(self, low: Bound, high: Bound) -> bool:
        lower, upper = self._reach(low).high, self._reach(high).low
        if lower is None or upper is None:
            return False
        return bool(low.spot(lower) <= high.spot(upper))

    def between(self, low: Term, high: Term) -> Fraction | None:
        """By how much `high` is above `low` in every row, at least."""
        found = [self._by_rule(low, high)]
        if low.kind.zone == high.kind.zone:
            found.append(self.knowledge.difference(high.tree, low.tree).low)
        return max((one for one in found if one is not None), default=None)

    def _by_rule(self, low: Term, high: Term) -> Fraction | None:
        """What a rule of this table, or of the parent's that both belong to, says of the two."""
        for demand in self.demands:
            if demand.when is None and (demand.low, demand.high) == (low.tree, high.tree):
                return _least_gap(low.kind, high.kind) if demand.strict else Fraction(0)
        lower, upper = low.column, high.column
        if lower is None or upper is None or lower.qualifier != upper.qualifier:
            return None
        named = self.site.named.get(lower)
        if named is None or named.key is None:
            return None
        for rule in named.table.rules:
            if isinstance(rule, Inequality) and (rule.low, rule.high) == (lower.name, upper.name):
                return _least_gap(low.kind, high.kind) if rule.strict else Fraction(0)
        return None

    # ── what is not drawn ─────────────────────────────────────────────────────────────────────

    def prove(self, demand: Ordered, low: Term, high: Term) -> None:
        known = self.between(low, high)
        if known is not None and (known > 0 if demand.strict else known >= 0):
            return
        names = [f"'{one.tree.column}'" for one in (low, high) if isinstance(one.tree, Name)]
        about = " and ".join(names) or "either side"
        message = f"no rule can move {about}, and that they are ordered cannot be proved"
        hint = "let one be drawn from a range, or bound what they are computed from"
        self.site.refuse(demand.at, "not_provable", message, hint)


def _least_gap(low: Kind, high: Kind) -> Fraction:
    """What < says more than ≤."""
    if low.is_float or high.is_float:
        return Fraction(0)
    if low.is_number:
        return Fraction(1, 10 ** max(low.scale or 0, high.scale or 0))
    return Fraction(DAY if low.type == high.type == "date" else 1)


def coarseness(axis: Axis) -> Fraction:
    """The widest gap between neighbouring values."""
    places = axis.places
    if isinstance(places, Points):
        return places.step
    if isinstance(places, Continuum) or axis.size < 2:
        return Fraction(0)
    if isinstance(places, Listed):
        return Fraction(float(np.max(np.diff(floats_of(places.values)))))
    assert isinstance(places, Worked)  # noqa: S101 (there is no other)
    hours = places.hours
    ends = hours.starts[:-1] + hours.sizes[:-1] * SECOND
    widest = int(np.max(hours.starts[1:] - ends)) if len(ends) else 0
    return Fraction(widest + SECOND)


def _holds_axis(axis: Axis, other: Axis) -> bool:
    here, there = axis.places, other.places
    if isinstance(here, Points) and isinstance(there, Points):
        return axis.kind == other.kind and (there.step / here.step).denominator == 1
    if isinstance(here, Worked) and isinstance(there, Worked):
        found = np.searchsorted(here.hours.starts, there.hours.starts)
        found = np.minimum(found, len(here.hours.starts) - 1)
        same = here.hours.starts[found] == there.hours.starts
        return bool((same & (there.hours.sizes <= here.hours.sizes[found])).all())
    return False


def _holds_kind(axis: Axis, kind: Kind) -> bool:
    """Whether every value of a kind is one of the field's."""
    if isinstance(axis.places, Continuum):
        return True
    if not isinstance(axis.places, Points) or kind.is_float:
        return False
    unit = Fraction(1, 10 ** (kind.scale or 0)) if kind.is_number else Fraction(1)
    if kind.type == "date":
        unit = Fraction(DAY)
    return (unit / axis.places.step).denominator == 1
