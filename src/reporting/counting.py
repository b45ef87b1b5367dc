"""Counted values and numbers become the bars and steps of a chart."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import numpy as np

from .declared import Declared
from .model import Axis, Histogram, Share
from .scales import cell, quantile
from .sketches import LONGEST, Floats, Lengths

BARS = 12
STEPS = 24
FEW = 12
"""So many different numbers get a bar each."""
COMMON = 0.02
"""The share of the commonest text from which texts get bars."""
STRAY = 0.005
"""The share of values at either end that may be left out of a histogram …"""
WIDE = 2.0
"""… where with them it would be more than so many times as wide."""
DAY_MS = 86_400_000.0


def is_barred(kind: str, counts: Counter[Any], said: Declared, there: int) -> bool:
    """Whether a column is best shown value by value."""
    if kind == "boolean" or (said.weights is not None and len(said.weights) <= 4 * BARS):
        return True
    if kind in ("string", "time", "duration"):
        common = counts.most_common(1)[0][1] if counts else 0
        return common >= COMMON * there and 2 * len(counts) <= there
    return len(counts) <= FEW and (said.law is None or kind == "integer")


def bars(counts: Counter[Any], said: Declared) -> tuple[Share, ...]:
    """The values that were declared, in that order, then the commonest others; without weights
    the numbers in their order and texts by how common they are."""
    weights = dict(said.weights or {})
    if weights:
        declared = [(value, counts.get(value, 0)) for value in weights]
        others = [pair for pair in counts.most_common() if pair[0] not in weights]
        found = (sorted(declared, key=lambda pair: -weights[pair[0]]) + others)[:BARS]
    else:
        found = counts.most_common(BARS)
        if len(counts) <= BARS and not isinstance(next(iter(counts)), str):
            found = sorted(counts.items())
        _expect(weights, said, [value for value, _ in found])
    return tuple(Share(cell(value), rows, weights.get(value)) for value, rows in found)


def _expect(weights: dict[Any, float], said: Declared, values: list[Any]) -> None:
    """Where a law says how common each whole number is."""
    if said.law is not None and all(type(value) is int for value in values):
        at = np.array(values, np.float64)
        weights |= zip(values, map(float, said.law.at(at) - said.law.at(at - 1)), strict=True)


def histogram(values: Floats, kind: str, axis: Axis, said: Declared, there: int) -> Histogram:
    """`values` rise, and stand for all `there` rows."""
    whole = kind == "integer"
    low, high = _ends(values)
    edges = _edges(low, high, DAY_MS if kind == "date" else 1.0 if whole else 0.0)
    each = there / len(values)
    places = np.searchsorted(values, edges)
    places[-1] = np.searchsorted(values, edges[-1], side="right")
    rows = np.diff(places) * each
    return Histogram(
        axis=axis,
        edges=tuple(map(float, edges)),
        rows=tuple(map(float, rows)),
        declared=said.expected(edges, there, whole=whole) if axis == "number" else None,
        below=float(places[0] * each),
        above=float((len(values) - places[-1]) * each),
    )


def lengths_histogram(lengths: Lengths) -> Histogram:
    values = np.repeat(np.arange(LONGEST + 1.0), _thinned(lengths))
    low, high = _ends(values)
    edges = _edges(low, high, 1.0)
    counts = lengths.counts
    reach = np.concatenate([[0], np.cumsum(counts)])
    at = np.clip(np.ceil(edges).astype(int), 0, len(counts))
    rows = np.diff(reach[at])
    total = float(reach[-1])
    below, above = float(reach[at[0]]), total - float(reach[at[-1]])
    return Histogram(
        "characters", tuple(map(float, edges)), tuple(map(float, rows)), None, below, above
    )


def _thinned(lengths: Lengths) -> Any:
    """So many of each length that all together are few."""
    return lengths.counts // max(1, int(lengths.counts.sum()) // 100_000)


def _ends(values: Floats) -> tuple[float, float]:
    """The least and the greatest, without the few that would make all others invisible."""
    low, high = float(values[0]), float(values[-1])
    inner_low, inner_high = quantile(values, STRAY), quantile(values, 1 - STRAY)
    width = inner_high - inner_low
    if width > 0 and high - low > WIDE * width:
        low = inner_low if inner_low - low > width / 2 else low
        high = inner_high if high - inner_high > width / 2 else high
    return low, high


def _empty(count: int, steps: int) -> float:
    """How much of the last step is beyond `count` values, in steps."""
    width = -(-count // steps)
    return steps - count / width


def _edges(low: float, high: float, step: float) -> Floats:
    """As many whole `step`s between each two, or uneven bars would be seen where nothing is."""
    if step == 0.0:
        high = high if high > low else low + (abs(low) or 1.0) * 1e-9
        return np.linspace(low, high, STEPS + 1)
    first, last = np.floor(low / step), np.ceil(high / step)
    count = int(last - first) + 1
    # As many as leave the least of the last one empty, which would be seen as a fall.
    steps = min(
        range(min(STEPS, count), min(STEPS // 2, count) - 1, -1), key=partial(_empty, count)
    )
    width = -(-count // steps)
    start = first - 0.5
    edges: Floats = np.linspace(start, start + steps * width, steps + 1) * step
    return edges
