"""How many parents have how many children, so that the total comes out exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..draws.cells import Floats, Rows
from ..draws.distributions import binomial_weights, poisson_weights

HALVINGS = 80
TABLED = 1e8
"""Beyond this mean chance spreads counts by less than a thousandth: they are dealt out evenly."""
STEEPEST = 60.0
"""e^-60 of the neighbouring weight is none."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """`quotas[i]` parents have `values[i]` children."""

    values: Rows
    quotas: Rows

    @property
    def children(self) -> int:
        return int(self.values @ self.quotas)


def even(low: int, high: int, parents: int) -> Quotas:
    """Every number of children alike."""
    return _rounded(low, np.ones(high - low + 1), parents)


def between(low: int, high: int, parents: int, children: int) -> Quotas:
    """A number between two ends with a given mean: the distribution of the highest entropy, whose
    weights are a geometric series (Jaynes 1957); even where the mean is the middle."""
    values = np.arange(high - low + 1, dtype=np.float64)
    weights = _tilted(values, children / parents - low)
    return _summing(_rounded(low, weights, parents), children)


def scattered(low: int, high: int | None, parents: int, children: int) -> Quotas:
    """As if each child beyond the lowest number chose its parent by chance: Poisson, or binomial
    where a parent has room for only so many."""
    mean = children / parents - low
    if mean <= 0:
        return Quotas(np.array([low]), np.array([parents]))
    if mean > TABLED:
        each, more = divmod(children, parents)
        return Quotas(np.array([each, each + 1]), np.array([parents - more, more]))
    if high is None:
        first, weights = poisson_weights(mean)
    else:
        first, weights = binomial_weights(high - low, min(mean / (high - low), 1.0))
    return _summing(_rounded(low + first, weights, parents), children)


def _tilted(values: Floats, mean: float) -> Floats:
    """Weights e^(θ·value), θ such that their mean is the one given."""
    steepest = STEEPEST / max(len(values) - 1, 1) * len(values)
    low, high = -steepest, steepest
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        weights = _series(values, middle)
        if weights @ values / weights.sum() < mean:
            low = middle
        else:
            high = middle
    return _series(values, (low + high) / 2)


def _series(values: Floats, slope: float) -> Floats:
    # Seen from the end with the most weight, so that nothing overflows.
    return np.exp(slope * (values - (values[-1] if slope > 0 else 0.0)))


def _rounded(low: int, weights: Floats, parents: int) -> Quotas:
    """The inverse distribution at the midpoints of `parents` equal steps."""
    reach = np.cumsum(weights)
    ends = np.floor(reach / reach[-1] * parents + 0.5).astype(np.int64)
    ends[-1] = parents
    quotas = np.diff(ends, prepend=0)
    return Quotas(low + np.arange(len(quotas), dtype=np.int64), quotas)


def _summing(found: Quotas, children: int) -> Quotas:
    """Parents moved by one child, where most parents are, until the total is right."""
    values, quotas = found.values, found.quotas.copy()
    owed = children - found.children
    while owed:
        step = 1 if owed > 0 else -1
        movable = quotas[:-1] if owed > 0 else quotas[1:]
        here = int(np.argmax(movable)) + (owed < 0)
        moved = min(abs(owed), max(int(quotas[here]) // 2, 1))
        quotas[here] -= moved
        quotas[here + step] += moved
        owed -= step * moved
    kept = quotas > 0
    return Quotas(values[kept], quotas[kept])
