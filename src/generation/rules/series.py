"""Builder of series over time: trend, wave, noise, wandering, counters.

Each value is a function of the row's place in its series alone, so that chunks leave no seam. What
wanders is a Brownian motion by Lévy's midpoint construction (Lévy 1948; a random tree of halvings
over the whole series): O(log length) draws a cell, and no step needs the one before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi

import numpy as np
import pyarrow as pa

from ..briefs import Brief
from ..draws.arrays import emptied
from ..draws.blocks import Block, Maker
from ..draws.cells import Floats, Rows, uniforms
from ..draws.decimals import DIGITS, exact
from ..draws.distributions import NormalDistribution
from ..draws.keys import Key
from ..makers.grids import Grid, constrained, float_ends, step_of
from ..refusals import Refused
from ..tables.kin import NOBODY
from .laws import Shaped
from .layouts import Layout, Turns, layout

NORMAL = Shaped(NormalDistribution(0.0, 1.0), None)


def time_series(brief: Brief) -> Maker:
    """Raises: Refused."""
    _check(brief)
    series = _Counter(brief) if brief.generator.monotone else _Free(brief)
    turns_of: Layout = layout(brief, brief.generator.per, "generator.per")
    present = _presenter(brief)

    def cells(block: Block) -> pa.Array:
        turns = turns_of.turns(block)
        return emptied(present(series.values(turns, block.rows)), turns.owners == NOBODY)

    return cells


def _check(brief: Brief) -> None:
    given = brief.generator
    if brief.unique:
        message = "the values of a time_series cannot be made unique"
        raise Refused("constraints.unique", "unique_not_possible", message, "drop unique")
    names = [field.name for field in brief.table.fields]
    if given.time is not None and given.time not in names:
        hint = "fields: " + ", ".join(names[:20])
        raise Refused("generator.time", "unknown_field", f"there is no field {given.time!r}", hint)
    (_check_counter if given.monotone else _check_ends)(brief)


def _check_counter(brief: Brief) -> None:
    given = brief.generator
    if given.wander:
        message = "what wanders falls too, and monotone forbids it"
        raise Refused("generator.wander", "rules_contradict", message, "drop wander or monotone")
    longest = layout(brief, given.per, "generator.per").most
    highest = abs(given.trend) * given.period / (2 * pi * max(longest, 1))
    if abs(given.cycle) > highest:
        message = "the wave is so high that the series would turn back"
        hint = f"cycle at most {highest:.3g} here (trend · period / 2π · rows), or drop monotone"
        raise Refused("generator.cycle", "rules_contradict", message, hint)


def _check_ends(brief: Brief) -> None:
    """What lies within the wave's reach must be allowed; noise is then drawn between the ends."""
    given = brief.generator
    low, high = float_ends(constrained(brief))
    least = given.start + min(given.trend, 0) - abs(given.cycle)
    most = given.start + max(given.trend, 0) + abs(given.cycle)
    if least < low or most > high:
        message = f"the series runs from {least:g} to {most:g}, outside its constraints"
        hint = "move minimum and maximum, or make trend and cycle smaller"
        raise Refused("constraints", "constraint_conflict", message, hint)
    if given.wander and (np.isfinite(low) or np.isfinite(high)):
        message = "what wanders has no ends"
        hint = "drop minimum and maximum, or wander"
        raise Refused("generator.wander", "rules_contradict", message, hint)


def _wave(brief: Brief, places: Floats | Rows) -> Floats:
    given = brief.generator
    found: Floats = given.cycle * np.sin(places * (2 * pi / given.period))
    return found


@dataclass(frozen=True, slots=True)
class _Free:
    """start + trend + wave + wandering + noise."""

    brief: Brief

    def values(self, turns: Turns, rows: Rows) -> Floats:
        given = self.brief.generator
        base = given.start + given.trend * _share(turns, 1) + _wave(self.brief, turns.places)
        if given.wander:
            length = np.maximum(turns.counts - 1, 1)
            moved = wandered(self.brief.key("wander"), turns, self.brief.rows)
            base += given.wander * moved / np.sqrt(length)
        found: Floats = base + self._noise(base, rows) if given.noise else base
        return found

    def _noise(self, base: Floats, rows: Rows) -> Floats:
        noise = self.brief.generator.noise
        low, high = float_ends(constrained(self.brief))
        u = uniforms(self.brief.key("noise"), rows)
        drawn: Floats = noise * NORMAL.at(u, (low - base) / noise, (high - base) / noise)
        return drawn


@dataclass(frozen=True, slots=True)
class _Counter:
    """Never falls (never rises, where the trend is negative): noise only makes steps uneven, by no
    more than a step."""

    brief: Brief

    def values(self, turns: Turns, rows: Rows) -> Floats:
        given = self.brief.generator
        places = turns.places.astype(np.float64)
        if given.noise and given.trend:
            step = abs(given.trend) / np.maximum(turns.counts, 1)
            places += np.minimum(given.noise / step, 1.0) * uniforms(self.brief.key("noise"), rows)
        share = places / np.maximum(turns.counts - (0 if given.noise else 1), 1)
        found: Floats = given.start + given.trend * share + _wave(self.brief, places)
        return found


def _share(turns: Turns, last: int) -> Floats:
    """0 at the first place of a series, 1 at its last."""
    found: Floats = turns.places / np.maximum(turns.counts - last, 1)
    return found


def wandered(key: Key, turns: Turns, rows: int) -> Floats:
    """Brownian motions with steps of variance 1, one per owner, at the rows' places."""
    from scipy.special import ndtri

    levels = max(rows - 1, 1).bit_length()
    owners = np.maximum(turns.owners, 0)
    low, high = np.zeros(len(owners)), np.sqrt(2.0**levels) * ndtri(uniforms(key, owners))
    node = np.ones(len(owners), np.int64)
    for level in range(levels):
        half = levels - level - 1
        drawn = ndtri(uniforms(key, (owners << levels) + node, 1 + level))
        middle = (low + high) / 2 + np.sqrt(2.0**half / 2) * drawn
        right = (turns.places >> half) & 1 == 1
        low, high = np.where(right, middle, low), np.where(right, high, middle)
        node = 2 * node + right
    return low


def _presenter(brief: Brief) -> Callable[[Floats], pa.Array]:
    step, places = step_of(brief)
    if step is None:
        return lambda values: pa.array(values, pa.float64())
    low, high = float_ends(constrained(brief))
    most = (10**DIGITS - 1) // int(step * 10 ** (places or 0))
    least, greatest = (
        max(np.ceil(low / float(step)), -most),
        min(np.floor(high / float(step)), most),
    )
    if least > greatest:
        message = f"no multiple of {float(step):g} that a column can hold lies in the range"
        raise Refused("constraints", "empty_range", message, "widen the range")
    grid = Grid(exact(1) * step, int(least), int(greatest), places, brief.field.type == "integer")
    return lambda values: grid.array(grid.nearest(values))
