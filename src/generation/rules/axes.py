"""Columns whose values have an order and a law of their own, so that a rule can bound them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..briefs import Brief
from ..draws.cells import Floats, uniforms
from ..expressions.kinds import Kind, kind_of
from ..expressions.vectors import load
from ..makers import durations, moments, numbers
from ..makers.grids import Grid, float_ends
from ..makers.values import listed_values
from ..refusals import Refused
from .laws import Even, EvenFloats, Law, Shaped, Weighted
from .places import Continuum, Listed, Measured, Places, Points, Worked

NUMBERS = frozenset({"integer", "number"})
MOMENTS = frozenset({"date", "time", "datetime"})
MOST_RANKS = 100_000
"""A rule needs the weight of each: beyond so many, Zipf's ranks are not bound by one."""
Builder: TypeAlias = Callable[[Brief], "Axis | None"]


@dataclass(frozen=True, slots=True)
class Axis:
    """`low` and `high`: the first and the last place that cells may have.

    `open_low`, `open_high`: the schema does not say where the values end.
    """

    brief: Brief
    places: Places
    law: Law
    low: Any
    high: Any
    open_low: bool = False
    open_high: bool = False

    @property
    def name(self) -> str:
        return self.brief.field.name

    @property
    def kind(self) -> Kind:
        return kind_of(self.brief.field)

    @property
    def is_empty(self) -> bool:
        return bool(self.low > self.high)

    @property
    def size(self) -> int:
        """How many places there are; of a continuum, more than anybody counts."""
        if isinstance(self.places, Continuum):
            return 1 << 62
        return int(self.high - self.low + 1)

    def narrowed(self, low: Any = None, high: Any = None) -> Axis:
        return replace(
            self,
            low=self.low if low is None else max(self.low, low),
            high=self.high if high is None else min(self.high, high),
        )

    def uniforms(self, rows: Any) -> Floats:
        return uniforms(self.brief.key("value"), rows)

    def quantiles(self, u: Floats) -> Any:
        """Places: the inverse distribution of the whole axis."""
        return self.law.at(u, self.low, self.high)

    def ends(self) -> tuple[Measured, Measured]:
        """The least and the greatest value, each a single one."""
        low, high = (self.places.measured(np.array([end])) for end in (self.low, self.high))
        return low, high


def axis(brief: Brief) -> Axis | None:
    """None where values have no order, or follow from another field.

    Raises: Refused: the field itself cannot be made.
    """
    build = _builder(brief)
    return None if build is None else build(brief)


def _builder(brief: Brief) -> Builder | None:
    field = brief.field
    if field.generator is not None:
        return _BY_KIND.get(field.generator.kind)
    if field.constraints.enum is not None:
        return _listed
    if field.format is not None:
        return None
    return _BY_TYPE.get(field.type)


# ── numbers ───────────────────────────────────────────────────────────────────────────────────


def _even(brief: Brief) -> Axis | None:
    if brief.field.type in MOMENTS:
        return _moments(brief)
    if brief.field.type not in NUMBERS:
        return None
    limits, points = numbers.uniform_range(brief)
    low_open, high_open = _open_ends(brief)
    if points is None:
        low, high = float_ends(limits)
        return Axis(brief, Continuum(low, high), EvenFloats(), low, high, low_open, high_open)
    return Axis(brief, _points(points), Even(), points.low, points.high, low_open, high_open)


def _points(points: Grid) -> Points:
    return Points(points.step, points.low, points.high, points.array)


def _continuous(brief: Brief) -> Axis | None:
    window, points = numbers.continuous_range(brief)
    if points is None:
        low, high = window.low, window.high
        return Axis(brief, Continuum(low, high), Shaped(window.base, None), low, high)
    law = Shaped(window.base, points.step)
    return Axis(brief, _points(points), law, points.low, points.high)


def _ranked(brief: Brief) -> Axis | None:
    return _discrete(brief) if brief.generator.n <= MOST_RANKS else None


def _discrete(brief: Brief) -> Axis | None:
    first, weights = numbers.discrete_weights(brief)
    values = np.flatnonzero(weights > 0)
    whole = (values + first).astype(np.int64)
    cells = numbers.presenter(brief)(whole)
    return _of_list(brief, Listed(Measured(whole, Fraction(1)), cells), weights[values])


def _listed(brief: Brief) -> Axis | None:
    """Categories of numbers, moments or yes and no, in their order."""
    if brief.field.type not in NUMBERS | MOMENTS | {"boolean", "duration"}:
        return None
    if getattr(brief.generator, "quota", None) is not None:
        return None
    cells, weights = listed_values(brief)
    return _of_cells(brief, cells, np.array(weights))


def _of_cells(brief: Brief, cells: pa.Array, weights: Floats) -> Axis:
    """A value that is listed twice has both its weights."""
    distinct = pc.unique(cells.filter(pa.array(weights > 0)))
    units = measured_cells(distinct).units
    order = np.argsort(units, kind="stable")
    distinct = distinct.take(pa.array(order))
    found = pc.index_in(cells, value_set=distinct).fill_null(0).to_numpy()
    sums: Floats = np.bincount(found, weights=weights, minlength=len(distinct)).astype(np.float64)
    return _of_list(brief, Listed(measured_cells(distinct), distinct), sums)


def measured_cells(cells: pa.Array) -> Measured:
    """Cells without nulls as numbers, or as microseconds of moments; false and true as 0 and 1."""
    vector, kind = load(cells)
    return measured(vector.values, kind)


def measured(values: Any, kind: Kind) -> Measured:
    if kind.is_float:
        return Measured(values, None)
    if kind.type == "boolean":
        return Measured(values.astype(np.int64), Fraction(1))
    if kind.is_number:
        return Measured(values, Fraction(1, 10 ** (kind.scale or 0)))
    return Measured(values, Fraction(moments.DAY if kind.type == "date" else 1))


def _of_list(brief: Brief, places: Listed, weights: Floats) -> Axis:
    return Axis(brief, places, Weighted(weights), 0, places.most)


def _boolean(brief: Brief) -> Axis | None:
    p = getattr(brief.generator, "p", 0.5)
    return _of_cells(brief, pa.array([False, True]), np.array([1 - p, p]))


# ── moments ───────────────────────────────────────────────────────────────────────────────────


def _moments(brief: Brief) -> Axis | None:
    return _of_span(brief, moments.span(brief), _open_ends(brief))


def _durations(brief: Brief) -> Axis | None:
    if brief.field.type != "duration" or getattr(brief.generator, "after", None) is not None:
        return None
    return _of_span(brief, durations.durations(brief), (False, False))


def _of_span(brief: Brief, span: moments.Span, opened: tuple[bool, bool]) -> Axis | None:
    if isinstance(span, moments.Hours):
        worked = Worked(span)
        return Axis(brief, worked, Even(), 0, worked.most, *opened)
    first, rest = divmod(span.low, span.step)
    if rest:  # only a duration of part of a second
        return None
    last = first + span.size - 1
    places = Points(Fraction(span.step), first, last, lambda spots: span.at(spots - first))
    return Axis(brief, places, Even(), first, last, *opened)


# ── ends ──────────────────────────────────────────────────────────────────────────────────────


def _open_ends(brief: Brief) -> tuple[bool, bool]:
    given, generator = brief.constraints, brief.generator
    lows = (given.minimum, given.exclusive_minimum, getattr(generator, "minimum", None))
    highs = (given.maximum, given.exclusive_maximum, getattr(generator, "maximum", None))
    return all(end is None for end in lows), all(end is None for end in highs)


def reaching(found: Axis, low: Any, high: Any) -> Axis:
    """The axis with open ends set to `low` and `high` (None: left alone), as schemas write them.

    Raises: Refused.
    """
    given = {name: end for name, end in (("minimum", low), ("maximum", high)) if end is not None}
    field = found.brief.field
    constraints = field.constraints.model_copy(update=given)
    brief = replace(found.brief, field=field.model_copy(update={"constraints": constraints}))
    wider = axis(brief)
    if wider is None:
        raise Refused("", "not_ordered", f"{found.name!r} has no order", "use a number or a moment")
    return replace(wider, brief=found.brief, open_low=low is None, open_high=high is None)


_BY_KIND: dict[str, Builder] = {
    "uniform": _even,
    **dict.fromkeys(numbers.CONTINUOUS, _continuous),
    **dict.fromkeys(numbers.DISCRETE, _discrete),
    "zipf": _ranked,
    "category": _listed,
    "datetime": _moments,
    "timedelta": _durations,
    "bernoulli": _boolean,
}
_BY_TYPE: dict[str, Builder] = {
    **dict.fromkeys(NUMBERS | MOMENTS, _even),
    "duration": _durations,
    "boolean": _boolean,
}
