"""Fields that rise from row to row, and intervals of one thing that do not overlap."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import kinds
from ..briefs import Brief
from ..draws.arrays import emptied
from ..draws.blocks import Block, Maker
from ..draws.cells import Floats, uniforms
from ..expressions.kinds import Column
from ..expressions.syntax import Name
from ..refusals import Refused
from ..tables.kin import NOBODY
from .axes import Axis
from .laws import Even
from .layouts import Layout, Whole, key_number
from .places import Continuum, Points
from .room import coarseness
from .site import Site

# ── rising ────────────────────────────────────────────────────────────────────────────────────


def bind_monotonic(site: Site, rule: kinds.Monotonic, at: str) -> None:
    """F⁻¹((place + u) / rows): a field keeps its distribution, and rises. Raises: Refused."""
    brief = site.require(rule.field, f"{at}.field")
    if _rises_already(brief, rule) or _steps_already(site, rule):
        return
    turns = _turns(site, rule.per, f"{at}.per")
    if brief.unique and not (rule.strict and isinstance(turns, Whole)):
        hint = "say strict and leave per out, or drop unique"
        message = f"{rule.field!r} is unique over the whole table"
        raise Refused(f"{at}.field", "rules_contradict", message, hint)
    axis = site.axes.get(rule.field) or site.ordered(rule.field, f"{at}.field")
    if getattr(brief.generator, "quota", None) is not None:
        site.ordered(rule.field, f"{at}.field")
    site.claim(rule.field, f"{at}.field")
    if rule.strict:
        _check_strict(axis, turns, f"{at}.strict")
    site.makers[rule.field] = _rising(axis, turns, rule)


def _rises_already(brief: Brief, rule: kinds.Monotonic) -> bool:
    """A sequence over the whole table, or a counter within its own things."""
    generator = brief.generator
    if isinstance(generator, kinds.Sequence) and generator.template is None:
        return generator.step < 0 if rule.descending else generator.step > 0
    if isinstance(generator, kinds.TimeSeries) and generator.monotone:
        falls = generator.trend < 0
        return generator.per == rule.per and falls == rule.descending and not rule.strict
    return False


def _steps_already(site: Site, rule: kinds.Monotonic) -> bool:
    """The time of a series goes through its rows in equal steps."""
    series = [
        field.generator
        for field in site.table.fields
        if isinstance(field.generator, kinds.TimeSeries) and field.generator.time == rule.field
    ]
    steps = rule.field in site.makers and any(one.per == rule.per for one in series)
    return steps and not rule.descending


def _turns(site: Site, per: str | None, at: str) -> Layout:
    """What rises over the whole table rises within each part of it: only the rows of a parent, or
    those that stand together already, have a range of their own."""
    brief = site.briefs[site.table.fields[0].name]
    if per is None:
        return Whole(brief.rows)
    site.require(per, at)
    known = key_number(brief, per)
    ranked = known is not None and hasattr(site.names.links[site.table.name].get(known), "ranks")
    return site.sectioned(per, at) if ranked or per in site.sections else Whole(brief.rows)


def _check_strict(axis: Axis, turns: Layout, at: str) -> None:
    if not isinstance(axis.law, Even) and not isinstance(axis.places, Continuum):
        message = f"{axis.name!r} has a distribution that may give neighbours the same value"
        raise Refused(at, "not_constructible", message, "use the kind uniform, or drop strict")
    if axis.size < turns.most:
        message = f"{turns.most:,} rows need different values, and {axis.size:,} exist"
        raise Refused(at, "too_few_values", message, "widen the range, or drop strict")


def _rising(axis: Axis, turns_of: Layout, rule: kinds.Monotonic) -> Maker:
    def cells(block: Block) -> pa.Array:
        turns = turns_of.turns(block)
        place = turns.counts - 1 - turns.places if rule.descending else turns.places
        u = axis.uniforms(block.rows)
        if rule.strict and not isinstance(axis.places, Continuum):
            width = axis.size // turns.counts
            spots = axis.low + place * width + np.minimum((u * width).astype(np.int64), width - 1)
        else:
            spots = axis.quantiles((place + u) / turns.counts)
        return emptied(axis.places.array(spots), turns.owners == NOBODY)

    return cells


# ── apart from each other ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Slots:
    """Each row has a slot of its own among those of its thing, from `low` on."""

    start: Axis
    low: int
    high: int
    turns: Layout

    def ends(self, block: Block) -> tuple[Any, Any, Any]:
        """The slots' first places, those of the slots after them, and which rows have none."""
        turns = self.turns.turns(block)
        place, size = np.maximum(turns.places, 0), self.high - self.low
        edges = [self.low + _share(size, number, turns.counts) for number in (place, place + 1)]
        return edges[0], edges[1], turns.owners == NOBODY

    def starts(self, block: Block, longest: int) -> Any:
        """Early enough that so long an interval ends within its slot."""
        first, after, nobodys = self.ends(block)
        room = after - first - longest + 1
        steps = (self.start.uniforms(block.rows) * room).astype(np.int64)
        return first + np.minimum(steps, room - 1), after, nobodys


def _share(size: int, number: Any, counts: Any) -> Any:
    """size · number / counts, rounded down, without leaving 64 bits."""
    whole, rest = size // counts, size % counts
    return whole * number + rest * number // counts


def bind_non_overlap(site: Site, rule: kinds.NonOverlap, at: str) -> None:
    """Raises: Refused."""
    start = site.ordered(rule.start, f"{at}.start")
    turns = site.sectioned(rule.per, f"{at}.per")
    end = site.axes.get(rule.end)
    site.require(rule.end, f"{at}.end")
    if not isinstance(start.places, Points):
        message = f"{rule.start!r} has no regular steps"
        hint = "use a date, a datetime without business hours, or whole numbers"
        raise Refused(f"{at}.start", "not_constructible", message, hint)
    site.claim(rule.start, f"{at}.start")
    if end is None:
        _bind_start(site, rule, start, turns, at)
    else:
        _bind_both(site, rule, start, site.ordered(rule.end, f"{at}.end"), turns, at)


def _bind_start(site: Site, rule: kinds.NonOverlap, start: Axis, turns: Layout, at: str) -> None:
    """The end follows from the start."""
    end_tree, start_tree = (Name(Column(None, name)) for name in (rule.end, rule.start))
    length = site.knowledge().difference(end_tree, start_tree)
    if length.high is None or length.low is None or length.low < 0:
        message = f"how long after {rule.start!r} {rule.end!r} comes is not known"
        hint = "make it a timedelta after it, or draw it from a range"
        raise Refused(f"{at}.end", "not_constructible", message, hint)
    longest = ceil(length.high / coarseness(start))
    slots = Slots(start, start.low, start.high + longest, turns)
    _require_room(slots, longest, f"{at}.per" if rule.per else at)

    def cells(block: Block) -> pa.Array:
        spots, _, nobodys = slots.starts(block, longest)
        return emptied(start.places.array(spots), nobodys)

    site.makers[rule.start] = cells


def _bind_both(
    site: Site, rule: kinds.NonOverlap, start: Axis, end: Axis, turns: Layout, at: str
) -> None:
    if start.kind != end.kind or coarseness(start) != coarseness(end):
        message = f"{rule.start!r} and {rule.end!r} have different types or steps"
        raise Refused(f"{at}.end", "rules_contradict", message, "give both the same type")
    site.claim(rule.end, f"{at}.end")
    slots = Slots(start, max(start.low, end.low), min(start.high, end.high), turns)
    _require_room(slots, 1, f"{at}.per" if rule.per else at)

    def starts(block: Block) -> pa.Array:
        spots, _, nobodys = slots.starts(block, 1)
        return emptied(start.places.array(spots), nobodys)

    def ends(block: Block) -> pa.Array:
        spots, after, nobodys = slots.starts(block, 1)
        u: Floats = uniforms(end.brief.key("value"), block.rows)
        rooms = after - spots
        lengths = 1 + np.minimum((u * rooms).astype(np.int64), rooms - 1)
        return emptied(end.places.array(spots + lengths), nobodys)

    site.makers[rule.start], site.makers[rule.end] = starts, ends


def _require_room(slots: Slots, needed: int, at: str) -> None:
    width = (slots.high - slots.low) // max(slots.turns.most, 1)
    if width < needed:
        message = (
            f"{slots.turns.most:,} intervals of up to {needed:,} steps do not fit side by side"
        )
        hint = "widen the range, make the intervals shorter, or have fewer of them"
        raise Refused(at, "empty_window", message, hint)
