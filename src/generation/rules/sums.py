"""Fields that add up to a total, to the last unit.

The parts of a row are drawn one after the other, each between what the others still need and what
they can still take, so that the last one fits; by the stick-breaking of an even Dirichlet
distribution (Devroye 1986, XI.4): where the fields' own ends allow all, every split is alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ..draws.arrays import Mask
from ..draws.blocks import Block, Maker
from ..draws.cells import Floats, Rows
from ..draws.decimals import exact, places_of
from ..expressions.kinds import decimal
from ..expressions.syntax import Literal, Syntax
from ..refusals import Refused
from .axes import Axis, measured
from .laws import Even
from .places import Continuum, Points, converted
from .site import Site
from .terms import Term, present

MOST = 1 << 62


@dataclass(frozen=True, slots=True)
class Part:
    """`low` and `high` in steps; `high` None where only the total is a limit."""

    axis: Axis
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Split:
    """The parts have values of one `step`, of which the total is a multiple."""

    parts: tuple[Part, ...]
    step: Fraction
    total: Term

    def maker(self, number: int) -> Maker:
        return lambda block: self._cells(number, block)

    def _cells(self, number: int, block: Block) -> pa.Array:
        name = ("split", self.parts[0].axis.name)
        spots, there = block.once(name, lambda: self._drawn(block))
        cells = self.parts[number].axis.places.array(spots[number])
        return cells if there.all() else pc.if_else(pa.array(there), cells, None)

    def _drawn(self, block: Block) -> tuple[list[Rows], Mask]:
        rows = len(block.rows)
        vector = self.total.values(block)
        within = (-MOST, MOST)
        left = converted(measured(vector.values, self.total.kind), self.step, within, up=False)
        left = np.broadcast_to(left, (rows,)).copy()
        spots = []
        for number, part in enumerate(self.parts):
            drawn = self._part(part, self.parts[number + 1 :], left, part.axis.uniforms(block.rows))
            spots.append(drawn)
            left -= drawn
        return spots, present(vector, rows)

    @staticmethod
    def _part(part: Part, later: tuple[Part, ...], left: Rows, u: Floats) -> Rows:
        if not later:
            return left.copy()
        needed, room = sum(one.low for one in later), _sum_of_highs(later)
        low = left * 0 + part.low if room is None else np.maximum(part.low, left - room)
        high = left - needed if part.high is None else np.minimum(part.high, left - needed)
        size = np.maximum(left - needed - part.low, 0) + 1.0
        near = _reached((low - part.low) / size, len(later))
        far = _reached((high - part.low + 1) / size, len(later))
        share = 1 - (1 - (near + u * (far - near))) ** (1 / len(later))
        drawn: Rows = part.low + np.floor(share * size).astype(np.int64)
        return np.clip(drawn, low, np.maximum(high, low))


def _reached(share: npt.NDArray[np.float64], later: int) -> Floats:
    """The distribution function of the first part's share, with so many parts after it."""
    return 1 - (1 - np.clip(share, 0, 1)) ** later


def _sum_of_highs(parts: tuple[Part, ...]) -> int | None:
    highs = [part.high for part in parts]
    return None if None in highs else sum(high for high in highs if high is not None)


def bind_sum(site: Site, rule: kinds.SumTo, at: str) -> None:
    """Raises: Refused."""
    places = [f"{at}.fields[{number}]" for number in range(len(rule.fields))]
    axes = [_axis(site, name, path) for name, path in zip(rule.fields, places, strict=True)]
    step = _step(axes, places)
    tree = _total(site, rule, at)
    for name in dict.fromkeys(rule.fields):
        total = site.term(tree, name, f"{at}.total")
    split = Split(tuple(_part(axis) for axis in axes), step, total)
    _check(site, split, f"{at}.total")
    most = site.knowledge().reach(total.tree).high
    for number, (name, path) in enumerate(zip(rule.fields, places, strict=True)):
        site.claim(name, path)
        site.makers[name] = split.maker(number)
        site.axes[name] = _reached_by(split, number, most)


def _axis(site: Site, name: str, at: str) -> Axis:
    axis = site.ordered(name, at)
    if isinstance(axis.places, Continuum) or not axis.kind.is_number:
        message = f"{name!r} holds floats or no numbers, whose sum cannot be exact"
        raise Refused(at, "not_constructible", message, "give it decimal_places, or make it whole")
    if not isinstance(axis.law, Even):
        message = f"{name!r} has a distribution of its own, which a part of a sum cannot keep"
        hint = "use the kind uniform: the total is split evenly at random"
        raise Refused(at, "rules_contradict", message, hint)
    return axis


def _step(axes: list[Axis], places: list[str]) -> Fraction:
    steps = [axis.places.step for axis in axes if isinstance(axis.places, Points)]
    other = next((number for number, step in enumerate(steps) if step != steps[0]), None)
    if other is not None:
        message = "the parts of a sum have different steps"
        hint = f"give all of them the same decimals as {axes[0].name!r}"
        raise Refused(places[other], "rules_contradict", message, hint)
    return steps[0]


def _total(site: Site, rule: kinds.SumTo, at: str) -> Syntax:
    if isinstance(rule.total, str):
        return site.spoken(rule.total, f"{at}.total")
    number = exact(rule.total)
    places = places_of(number)
    if places is None:
        raise Refused(f"{at}.total", "wrong_value", "the total is no short decimal", "round it")
    return Literal(int(number * 10**places), decimal(places))


def _part(axis: Axis) -> Part:
    return Part(axis, int(axis.low), None if axis.open_high else int(axis.high))


def _reached_by(split: Split, number: int, most: Fraction | None) -> Axis:
    """The part's axis as far as the total lets it go, where the schema does not say how far."""
    part = split.parts[number]
    if part.high is not None or most is None:
        return part.axis
    others = sum(one.low for one in split.parts) - part.low
    return replace(part.axis, high=max(floor(most / split.step) - others, part.low))


def _check(site: Site, split: Split, at: str) -> None:
    kind = split.total.kind
    if not kind.is_number or kind.is_float:
        raise Refused(at, "wrong_type", "the total must be an exact number", "give it decimals")
    if (Fraction(1, 10 ** (kind.scale or 0)) / split.step).denominator != 1:
        message = f"the total has finer decimals than the parts, whose step is {split.step}"
        raise Refused(at, "rules_contradict", message, "give both the same decimals")
    reach = site.knowledge().reach(split.total.tree)
    least, most = sum(part.low for part in split.parts), _sum_of_highs(split.parts)
    if reach.low is None or ceil(reach.low / split.step) < least:
        message = f"the parts add up to at least {float(least * split.step):g}"
        hint = "lower their minimum, or give the total a minimum that is not below it"
        raise Refused(at, "empty_window", message, hint)
    if most is not None and (reach.high is None or floor(reach.high / split.step) > most):
        message = f"the parts add up to at most {float(most * split.step):g}"
        hint = "raise their maximum, or give the total a maximum that is not above it"
        raise Refused(at, "empty_window", message, hint)
