"""Builders of number columns: ranges, distributions, counts, yes or no."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, log
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import kinds
from ..briefs import Brief
from ..draws import distributions as d
from ..draws.arrays import primitive
from ..draws.blocks import Block, Maker
from ..draws.cells import Floats, Rows, happens, uniforms
from ..draws.choices import Choice
from ..draws.decimals import DIGITS, exact
from ..draws.ranks import Ranks, multiples
from ..refusals import Refused
from .domains import LARGEST, Domain, drawn_from
from .grids import (
    MOST_FLOAT,
    Grid,
    Limits,
    constrained,
    float_ends,
    grid,
    require_number,
    require_order,
    step_of,
)

TABLED = 4096
"""Up to so many possible values a distribution is drawn from a table of their probabilities."""
LEAST_MASS = 1e-12
"""A truncation must leave at least this share of a distribution."""
EXTREME = 2.0**-53


def uniform(brief: Brief) -> Maker:
    """Every value of the range alike; without a generator the constraints are the range."""
    limits, points = uniform_range(brief)
    return _even_floats(brief, limits) if points is None else _even_points(brief, points)


def uniform_range(brief: Brief) -> tuple[Limits, Grid | None]:
    """Complete limits and the values inside, None where any float is one. Raises: Refused."""
    limits, at = constrained(brief), "constraints"
    if isinstance(brief.generator, kinds.Uniform):
        low, high = brief.generator.minimum, brief.generator.maximum
        require_number(low, "generator.minimum")
        require_number(high, "generator.maximum")
        require_order(Limits().narrowed(low, high), "generator")
        at, limits = "generator", require_order(limits.narrowed(low, high), "generator")
    limits = limits.completed(brief.rows, brief.unique, step_of(brief)[0] or exact(1))
    return limits, grid(brief, limits, at)


def _even_points(brief: Brief, points: Grid) -> Maker:
    if points.size > LARGEST:
        raise Refused(brief.at, "too_wide", "the range is too wide", "narrow it")
    return drawn_from(
        Domain(points.size, lambda indexes: points.array(indexes + points.low)), brief
    )


def _even_floats(brief: Brief, limits: Limits) -> Maker:
    low, high = float_ends(limits)
    key = brief.key("value")
    if brief.unique:
        raise _unique_floats()
    if not -MOST_FLOAT <= low <= high <= MOST_FLOAT:
        hint = "give a minimum that is not above the maximum"
        raise Refused(brief.at, "empty_range", "no number lies in the range", hint)

    def cells(block: Block) -> pa.Array:
        share = uniforms(key, block.rows)
        # A range wider than the largest float: each half by itself.
        wide = high / 2 - low / 2 > MOST_FLOAT / 2
        drawn = low * (1 - share) + high * share if wide else low + share * (high - low)
        return primitive(np.clip(drawn, low, high), pa.float64())

    return cells


def _unique_floats() -> Refused:
    hint = "give decimal_places or multipleOf, so that values can be counted"
    message = "unique floats cannot be promised: two may be written alike"
    return Refused("constraints.unique", "unique_float", message, hint)


def boolean(brief: Brief) -> Maker:
    p = brief.generator.p if isinstance(brief.generator, kinds.Bernoulli) else 0.5
    brief.require_room(2 if 0 < p < 1 else 1)
    if brief.unique:
        return drawn_from(Domain(2, lambda indexes: pa.array(indexes == 1)), brief)
    key = brief.key("value")
    return lambda block: pa.array(happens(key, block.rows, p))


# ── continuous ────────────────────────────────────────────────────────────────────────────────


def _lognormal(g: kinds.Lognormal) -> d.Distribution:
    if g.mean is not None and g.median is not None:
        hint = "keep one: median is a value of the column, mean is of its logarithm"
        raise Refused("generator", "two_centres", "both mean and median are given", hint)
    mean = log(g.median) if g.median is not None else (g.mean or 0.0)
    return d.LognormalDistribution(mean, g.sigma)


def _beta(g: kinds.Beta) -> d.Distribution:
    require_number(g.minimum, "generator.minimum")
    require_number(g.maximum, "generator.maximum")
    if g.minimum >= g.maximum:
        hint = "give a minimum below the maximum"
        raise Refused("generator.minimum", "empty_range", "the range is empty", hint)
    return d.BetaDistribution(g.alpha, g.beta, float(g.minimum), float(g.maximum))


CONTINUOUS: dict[str, Callable[[Any], d.Distribution]] = {
    "normal": lambda g: d.NormalDistribution(g.mean, g.stddev),
    "lognormal": _lognormal,
    "exponential": lambda g: d.ExponentialDistribution(g.mean),
    "gamma": lambda g: d.GammaDistribution(g.shape, g.scale),
    "beta": _beta,
    "pareto": lambda g: d.ParetoDistribution(g.shape, g.minimum),
}


def continuous(brief: Brief) -> Maker:
    """A distribution inside the truncation and the constraints, rounded to the column's step."""
    _refuse_unique(brief)
    window, points = continuous_range(brief)
    if points is None:
        return _floats(brief, window)
    by = _tabled if points.size <= TABLED else _rounded
    return by(brief, window, points)


def continuous_range(brief: Brief) -> tuple[d.Truncated, Grid | None]:
    """The distribution inside its limits, half a step wider where values are rounded to a grid.

    Raises: Refused.
    """
    base = CONTINUOUS[brief.generator.kind](brief.generator)
    limits = _truncated(brief)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused
        if step_of(brief)[0] is None:
            return _finite(_window(base, *float_ends(limits)), brief), None
        points = grid(brief, _ends(base, limits, brief), "generator")
        assert points is not None  # noqa: S101 (there is a step)
        return _window(base, *_edges(points)), points


def _finite(window: d.Truncated, brief: Brief) -> d.Truncated:
    if not np.isfinite(window.ppf(np.array([EXTREME, 1 - EXTREME]))).all():
        message = f"this {brief.generator.kind} passes the largest float"
        hint = "give truncate [low, high], or smaller parameters"
        raise Refused("generator.truncate", "too_wide", message, hint)
    return window


def _truncated(brief: Brief) -> Limits:
    limits = constrained(brief)
    if brief.generator.truncate is None:
        return limits
    low, high = brief.generator.truncate
    require_number(low, "generator.truncate")
    require_number(high, "generator.truncate")
    require_order(Limits().narrowed(low, high), "generator.truncate")
    return require_order(limits.narrowed(low, high), "generator.truncate")


def _refuse_unique(brief: Brief) -> None:
    if brief.unique:
        message = f"unique values of a {brief.generator.kind} distribution are not built yet"
        hint = "use uniform or sequence, or drop unique"
        raise Refused("constraints.unique", "not_built", message, hint)


def _window(base: d.Distribution, low: float, high: float) -> d.Truncated:
    window = d.Truncated(base, low, high)
    if not window.mass > LEAST_MASS:
        hint = "move it to where the distribution is, or change the distribution"
        message = f"hardly a value lies between {low:g} and {high:g}"
        raise Refused("generator.truncate", "empty_truncation", message, hint)
    return window


def _ends(base: d.Distribution, limits: Limits, brief: Brief) -> Limits:
    """Open ends closed where the distribution's last representable values lie."""
    lowest, highest = base.ppf(np.array([EXTREME]))[0], base.isf(np.array([EXTREME]))[0]
    ends = ((limits.low, lowest), (limits.high, highest))
    if any(end is None and not abs(reach) < 10.0**DIGITS for end, reach in ends):
        message = f"this {brief.generator.kind} reaches up to {highest:.0e}"
        hint = "give truncate [low, high]"
        raise Refused("generator.truncate", "too_wide", message, hint)
    step = step_of(brief)[0] or exact(1)
    # Outwards to the step: what rounds to an end belongs to it.
    low = floor(exact(float(lowest)) / step) * step if limits.low is None else limits.low
    high = ceil(exact(float(highest)) / step) * step if limits.high is None else limits.high
    return require_order(Limits(low, high, limits.low_open, limits.high_open), "generator.truncate")


def _floats(brief: Brief, window: d.Truncated) -> Maker:
    key = brief.key("value")
    return lambda block: pa.array(window.ppf(uniforms(key, block.rows)), pa.float64())


def _edges(points: Grid) -> tuple[float, float]:
    """Half a step beyond both ends: so no end gets more or less than its neighbours."""
    return float((points.low - exact(0.5)) * points.step), float(
        (points.high + exact(0.5)) * points.step
    )


def _rounded(brief: Brief, window: d.Truncated, points: Grid) -> Maker:
    key = brief.key("value")
    return lambda block: points.array(points.nearest(window.ppf(uniforms(key, block.rows))))


def _tabled(brief: Brief, window: d.Truncated, points: Grid) -> Maker:
    edges = np.linspace(window.low, window.high, points.size + 1)
    return _by_weight(brief, points, window.weights(edges))


def _by_weight(brief: Brief, points: Grid, weights: Floats) -> Maker:
    choice, key = Choice(np.maximum(weights, 0.0)), brief.key("value")

    def cells(block: Block) -> pa.Array:
        return points.array(choice.draw(key, block.rows).astype(np.int64) + points.low)

    return cells


# ── discrete ──────────────────────────────────────────────────────────────────────────────────

DISCRETE: dict[str, Callable[[Any], tuple[int, Floats]]] = {
    "poisson": lambda g: d.poisson_weights(g.mean),
    "binomial": lambda g: d.binomial_weights(g.n, g.p),
    "zipf": lambda g: (1, d.zipf_weights(g.n, g.exponent)),
}


def discrete(brief: Brief) -> Maker:
    """A table of probabilities over whole numbers, cut to the truncation and the constraints."""
    _refuse_unique(brief)
    return _of_whole_numbers(brief, *discrete_weights(brief))


def discrete_weights(brief: Brief) -> tuple[int, Floats]:
    """The first whole number and the weights from there on, 0 for what is not allowed.

    Raises: Refused.
    """
    first, weights = DISCRETE[brief.generator.kind](brief.generator)
    limits = _truncated(brief) if hasattr(brief.generator, "truncate") else constrained(brief)
    low, high = float_ends(limits)
    step = step_of(brief)[0] or exact(1)
    values = np.arange(first, first + len(weights), dtype=np.int64)
    fits = (values >= low) & (values <= high)
    fits &= values % min(step.numerator, 2**62) == 0  # of a longer step 0 alone is a multiple
    weights = np.where(fits, weights, 0.0)
    # Weights are relative to the highest of all: what is left must still be seen by the table.
    if not weights.sum() > LEAST_MASS:
        raise _hardly_any(brief)
    return first, weights


def _of_whole_numbers(brief: Brief, first: int, weights: Floats) -> Maker:
    choice, key, present = Choice(weights), brief.key("value"), presenter(brief)
    return lambda block: present(choice.draw(key, block.rows).astype(np.int64) + first)


def ranked(brief: Brief) -> Maker:
    """Zipf's ranks, of any number."""
    _refuse_unique(brief)
    (ranks, step), key, present = ranks_of(brief), brief.key("value"), presenter(brief)
    return lambda block: present(ranks.draw(key, block.rows) * step)


def ranks_of(brief: Brief) -> tuple[Ranks, int]:
    """What is allowed of them is again Zipf's, of multiples of a step.

    Raises: Refused.
    """
    given = brief.generator
    low, high = float_ends(constrained(brief))
    step = min((step_of(brief)[0] or exact(1)).numerator, 2**62)
    first, last = multiples(low, high, step, given.n)
    ranks = Ranks(first, last, given.exponent)
    if first > last or not ranks.mass * float(step) ** -given.exponent > LEAST_MASS:
        raise _hardly_any(brief)
    return ranks, step


def _hardly_any(brief: Brief) -> Refused:
    message = f"hardly a value of this {brief.generator.kind} is allowed"
    return Refused("generator.truncate", "empty_truncation", message, "widen what is allowed")


def presenter(brief: Brief) -> Callable[[Rows], pa.Array]:
    """How whole numbers become cells of the column's type."""
    _, places = step_of(brief)
    whole = brief.field.type == "integer"
    return Grid(exact(1), 0, 0, places, whole).array
