"""Fields whose value is one of a list in some rows, or equal to another value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..briefs import Brief
from ..draws.arrays import Mask, chosen
from ..draws.blocks import Block, Maker
from ..draws.cells import Floats, words
from ..draws.choices import Choice
from ..draws.decimals import DIGITS
from ..expressions.conversion import aligned, converter
from ..expressions.kinds import kind_of
from ..expressions.nodes import Node, literal
from ..expressions.syntax import Literal, Refusal
from ..expressions.vectors import store
from ..makers.values import listed_values
from ..refusals import Refused
from .demands import Among, Same
from .exclusion import exclude_each_other
from .site import Override, Site
from .terms import Term, refused

MOST_CONDITIONS = 8
"""On one field: all their combinations are looked at."""


# ── one of a list ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Picked:
    """Values by weight; where condition k holds, only those of `allowed[k]`."""

    brief: Brief
    cells: pa.Array
    weights: Floats
    conditions: tuple[Term | None, ...]
    allowed: tuple[Mask, ...]

    def maker(self) -> Maker:
        key = self.brief.key("value")

        def cells(block: Block) -> pa.Array:
            drawn, found = words(key, block.rows), np.zeros(len(block.rows), np.int64)
            pattern = self._pattern(block)
            for which in np.unique(pattern):
                here = np.flatnonzero(pattern == which)
                found[here] = Choice(self._weights(int(which))).at(drawn[here])
            return chosen(self.cells, found)

        return cells

    def _pattern(self, block: Block) -> npt.NDArray[np.int64]:
        """Bit k is set where condition k holds."""
        pattern = np.zeros(len(block.rows), np.int64)
        for number, one in enumerate(self.conditions):
            holds = np.ones(len(block.rows), np.bool_) if one is None else one.holds(block)
            pattern |= holds.astype(np.int64) << number
        return pattern

    def _weights(self, pattern: int) -> Floats:
        weights = self.weights.copy()
        for number, mask in enumerate(self.allowed):
            if pattern >> number & 1:
                weights[~mask] = 0.0
        return weights

    def can_all_hold(self, pattern: int) -> bool:
        trees = [
            one.tree
            for number, one in enumerate(self.conditions)
            if one is not None and pattern >> number & 1
        ]
        return not any(exclude_each_other(one, other) for one, other in combinations(trees, 2))

    def empty_pattern(self) -> int | None:
        """A combination of conditions that leaves no value."""
        forced = sum(1 << number for number, one in enumerate(self.conditions) if one is None)
        for pattern in range(1 << len(self.conditions)):
            possible = pattern & forced == forced and self.can_all_hold(pattern)
            if possible and not self._weights(pattern).sum() > 0:
                return pattern
        return None


def pick(site: Site, name: str, demands: Sequence[Among]) -> None:
    """A field's maker, into the site. Raises: Refused."""
    brief = site.claim(name, demands[0].at)
    if brief.unique or getattr(brief.generator, "quota", None) is not None:
        what = "unique" if brief.unique else "dealt in exact shares"
        message = f"{name!r} is {what}, which leaves a rule no freedom"
        raise Refused(demands[0].at, "rules_contradict", message, "drop the one or the other")
    if len(demands) > MOST_CONDITIONS:
        message = f"{len(demands)} rules pick the value of {name!r}"
        hint = f"at most {MOST_CONDITIONS}; use the generator lookup or subcategory"
        raise Refused(demands[-1].at, "too_many_rules", message, hint)
    site.axes.pop(name, None)
    if _is_listed(brief):
        site.makers[name] = _among_listed(site, brief, demands)
    else:
        site.overrides[name] = _instead(site, brief, demands)


def _is_listed(brief: Brief) -> bool:
    if brief.generator is None:
        return brief.constraints.enum is not None
    return bool(brief.generator.kind == "category")


def _among_listed(site: Site, brief: Brief, demands: Sequence[Among]) -> Maker:
    cells, weights = listed_values(brief)
    allowed = [_allowed(brief, cells, demand) for demand in demands]
    conditions = tuple(site.condition(d.when, brief.field.name, d.at) for d in demands)
    found = Picked(brief, cells, np.array(weights), conditions, tuple(allowed))
    empty = found.empty_pattern()
    if empty is not None:
        last = max(number for number in range(len(demands)) if empty >> number & 1)
        message = f"no value of {brief.field.name!r} is left where these rules meet"
        hint = "make their conditions exclude each other, or allow more values"
        raise Refused(demands[last].at, "rules_contradict", message, hint)
    return found.maker()


def _allowed(brief: Brief, cells: pa.Array, demand: Among) -> Mask:
    wanted = literals(brief, demand.values, demand.at)
    inside = pc.is_in(cells, value_set=wanted).to_numpy(zero_copy_only=False)
    found: Mask = ~inside if demand.excluded else inside
    return found


def _instead(site: Site, brief: Brief, demands: Sequence[Among]) -> list[Override]:
    """Another value in the rows of each condition: any of those listed."""
    name = brief.field.name
    for one, other in combinations(demands, 2):
        if not exclude_each_other(one.when, other.when):
            message = f"two rules pick the value of {name!r} in one row"
            hint = "make their conditions exclude each other: status = 'a', status = 'b'"
            raise Refused(other.at, "rules_contradict", message, hint)
    found = []
    for demand in demands:
        if demand.excluded:
            message = f"values cannot be taken from a field like {name!r}"
            raise Refused(demand.at, "not_constructible", message, "use a category, or IN (…)")
        cells = literals(brief, demand.values, demand.at)
        condition = site.condition(demand.when, name, demand.at)
        found.append(Override(condition, _any_of(brief, cells)))
    return found


def _any_of(brief: Brief, cells: pa.Array) -> Maker:
    choice, key = Choice(np.ones(len(cells))), brief.key("picked")
    return lambda block: chosen(cells, choice.draw(key, block.rows))


def literals(brief: Brief, values: Sequence[Literal], at: str) -> pa.Array:
    """Values of an expression as cells of the field. Raises: Refused: one is none."""
    wanted = kind_of(brief.field)
    mine = Node(wanted, lambda _: _unasked())
    cells = []
    for value in values:
        try:
            kind, (_, node) = aligned([mine, literal(value)], "compare")
            exact = store(node.run({}), kind, 1)
            cell = store(converter(kind, wanted)(node.run({})), wanted, 1, digits=DIGITS)
        except Refusal as refusal:
            raise refused(refusal, at) from None
        if not cell.cast(exact.type).equals(exact):
            message = f"{exact[0].as_py()} is no value of {brief.field.name!r}"
            raise Refused(at, "wrong_value", message, "write it with the field's decimals")
        cells.append(cell)
    return pa.concat_arrays(cells)


def _unasked() -> Any:
    raise AssertionError("only its kind is asked for")


# ── equal to another value ────────────────────────────────────────────────────────────────────


def assign(site: Site, demand: Same, bindable: frozenset[str]) -> None:
    """Raises: Refused."""
    sides = ((demand.left, demand.right), (demand.right, demand.left))
    names = [(site.own(one), other) for one, other in sides]
    free = [(name, other) for name, other in names if name is not None and name in bindable]
    if not free:
        message = "neither side is a field that this rule could set"
        hint = "give a field the generator expression"
        raise Refused(demand.at, "not_constructible", message, hint)
    name, other = free[0]
    assert name is not None  # noqa: S101 (only such are free)
    brief = site.claim(name, demand.at)
    if brief.unique:
        message = f"{name!r} is unique, and would follow another value"
        raise Refused(demand.at, "rules_contradict", message, "drop unique")
    found = site.term(other, name, demand.at)
    when = site.condition(demand.when, name, demand.at)
    site.axes.pop(name, None)
    site.overrides[name] = [Override(when, _equal_to(brief, found, demand.at))]


def _equal_to(brief: Brief, found: Term, at: str) -> Maker:
    wanted, given = kind_of(brief.field), found.kind
    try:
        convert = converter(given, wanted)
    except Refusal as refusal:
        raise refused(refusal, at) from None
    loses = given.is_number and wanted.scale is not None
    if loses and (given.scale is None or given.scale > (wanted.scale or 0)):
        message = f"the value has more decimals than {brief.field.name!r}"
        raise Refused(at, "wrong_value", message, f"write round(…, {wanted.scale})")
    if given.type == "datetime" and wanted.type == "date":
        message = f"{brief.field.name!r} is a date, and the value has a time of day"
        raise Refused(at, "wrong_value", message, "write date(…)")

    def cells(block: Block) -> pa.Array:
        return store(convert(found.values(block)), wanted, len(block.rows), digits=DIGITS)

    return cells
