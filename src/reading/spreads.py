"""Parameters with which a distribution has the mean, median or quantiles that were said.

A normal distribution that is cut off at 0 has another mean than the one it is given; the
parameters are found so that the cut one has it. All closed forms are those of the truncated
normal distribution (Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, 13.10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import erf, exp, inf, log, pi, sqrt
from statistics import NormalDist
from typing import Any

Ends = tuple[float, float]
_STANDARD = NormalDist()
_STEPS = 60
"""Halvings of an interval: to the last digits of a float."""


def _cdf(x: float) -> float:
    return 0.5 * (1 + erf(x / sqrt(2)))


def _pdf(x: float) -> float:
    return exp(-x * x / 2) / sqrt(2 * pi) if abs(x) < 38 else 0.0


def ends_of(generator: Mapping[str, Any]) -> Ends:
    """Where it is cut off; infinite where it is not."""
    low, high = generator.get("truncate") or (None, None)
    return (-inf if low is None else float(low), inf if high is None else float(high))


# ── what a generator's numbers have ───────────────────────────────────────────────────────────


def mean_of(generator: Mapping[str, Any]) -> float | None:
    """The mean of the numbers that come out; None for a kind that is not looked at."""
    found = _MEANS.get(str(generator.get("kind")))
    return found(generator) if found else None


def _of_uniform(generator: Mapping[str, Any]) -> float:
    return (float(generator["minimum"]) + float(generator["maximum"])) / 2


def _of_normal(generator: Mapping[str, Any]) -> float:
    return _cut_normal(generator["mean"], generator["stddev"], ends_of(generator))[0]


def _of_lognormal(generator: Mapping[str, Any]) -> float:
    mu, sigma = log(generator["median"]), generator["sigma"]
    low, high = map(_log, ends_of(generator))
    a, b = (low - mu) / sigma, (high - mu) / sigma
    inside = _cdf(b) - _cdf(a)
    shifted = _cdf(b - sigma) - _cdf(a - sigma)
    return exp(mu + sigma * sigma / 2) * shifted / inside if inside > 1e-12 else inf


def _of_exponential(generator: Mapping[str, Any]) -> float:
    scale, (low, high) = float(generator["mean"]), ends_of(generator)
    low = max(low, 0.0)
    if high == inf:
        return low + scale
    width = high - low
    rest = exp(-width / scale)
    return low + scale - width * rest / (1 - rest) if rest < 1 else low + width / 2


def _of_gamma(generator: Mapping[str, Any]) -> float:
    return float(generator["shape"] * generator["scale"])


_MEANS: Mapping[str, Callable[[Mapping[str, Any]], float]] = {
    "uniform": _of_uniform,
    "normal": _of_normal,
    "lognormal": _of_lognormal,
    "exponential": _of_exponential,
    "gamma": _of_gamma,
}


def part_below(generator: Mapping[str, Any], value: float) -> float | None:
    """Which part of the numbers lies at or below a value; None for a kind not looked at."""
    kind = generator.get("kind")
    if kind not in ("normal", "lognormal"):
        return None
    is_log = kind == "lognormal"
    middle = log(generator["median"]) if is_log else generator["mean"]
    width = generator["sigma"] if is_log else generator["stddev"]

    def below(x: float) -> float:
        return _cdf(((_log(x) if is_log else x) - middle) / width)

    low, high = map(below, ends_of(generator))
    return (min(max(below(value), low), high) - low) / (high - low) if high > low else None


def _log(x: float) -> float:
    return -inf if x <= 0 else inf if x == inf else log(x)


def has_mean(generator: Mapping[str, Any], wanted: float) -> bool:
    """Whether the numbers that come out have this mean, to a hundredth of their width."""
    if generator.get("kind") == "poisson" and "truncate" not in generator:
        return bool(generator["mean"] == wanted)
    got = mean_of(generator)
    width = generator.get("stddev") or abs(wanted) * 0.5
    return got is not None and abs(got - wanted) <= 0.011 * width


def has_quantile(generator: Mapping[str, Any], part: float, value: float) -> bool:
    """Whether this part of them lies at or below the value, to one in two hundred."""
    got = part_below(generator, value)
    return got is not None and abs(got - part) <= 0.005


def _cut_normal(mean: float, stddev: float, ends: Ends) -> Ends:
    """Mean and standard deviation of a normal distribution between two ends."""
    a, b = (ends[0] - mean) / stddev, (ends[1] - mean) / stddev
    inside = _cdf(b) - _cdf(a)
    if inside < 1e-12:
        return (ends[0] if a > 0 else ends[1]), 0.0
    pull = (_pdf(a) - _pdf(b)) / inside
    edges = (a * _pdf(a) if a > -inf else 0.0) - (b * _pdf(b) if b < inf else 0.0)
    return mean + stddev * pull, stddev * sqrt(max(0.0, 1 + edges / inside - pull * pull))


# ── what it must be given ─────────────────────────────────────────────────────────────────────


def normal_with(mean: float, stddev: float, ends: Ends, *, exact: bool) -> Ends | None:
    """Parameters of a normal distribution that, cut off, has this mean; with `exact` this standard
    deviation too. None where no such distribution lies between these ends."""
    if not ends[0] < mean < ends[1]:
        return None
    reach = 8 * stddev + min(ends[1] - ends[0], 1e3 * stddev)

    def centred(width: float) -> float:
        return _solved(lambda m: _cut_normal(m, width, ends)[0], mean, mean - reach, mean + reach)

    width = stddev
    if exact:
        width = _solved(
            lambda w: _cut_normal(centred(w), w, ends)[1], stddev, stddev, 5 * stddev, 25
        )
    middle = centred(width)
    got = _cut_normal(middle, width, ends)
    is_met = abs(got[0] - mean) < 0.01 * stddev and (
        not exact or abs(got[1] - stddev) < 0.02 * stddev
    )
    return (middle, width) if is_met else None


def lognormal_with(mean: float, sigma: float, ends: Ends) -> float | None:
    """The median of a lognormal distribution that, cut off, has this mean."""
    cut = [None if abs(end) == inf else end for end in ends]

    def got(logarithm: float) -> float:
        return _of_lognormal({"median": exp(logarithm), "sigma": sigma, "truncate": cut})

    if mean <= 0 or not ends[0] < mean < ends[1]:
        return None
    found = exp(_solved(got, mean, log(mean) - 10, log(mean) + 10))
    return found if abs(got(log(found)) - mean) < 0.005 * mean else None


def lognormal_around(median: float, sigma: float, ends: Ends) -> float | None:
    """The median to give for one that, cut off, has this median."""
    cut = [None if abs(end) == inf else end for end in ends]

    def got(logarithm: float) -> float:
        drawn = {"kind": "lognormal", "median": exp(logarithm), "sigma": sigma, "truncate": cut}
        below = part_below(drawn, median)
        return 0.5 if below is None else -below

    if median <= 0 or not ends[0] < median < ends[1]:
        return None
    return exp(_solved(got, -0.5, log(median) - 8, log(median) + 8))


def _solved(
    f: Callable[[float], float], wanted: float, low: float, high: float, steps: int = _STEPS
) -> float:
    """Where a rising function has a value."""
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) < wanted else (low, middle)
    return (low + high) / 2


def through(points: tuple[Ends, ...], ends: Ends = (-inf, inf)) -> dict[str, Any] | None:
    """A distribution with these quantiles: (q, value), two of them at least, in order of q.

    Lognormal where all values are positive and do not lie evenly about their middle, else normal;
    cut off at the ends, it goes through the first and the last point.
    """
    (p, low), (q, high) = points[0], points[-1]
    if not (p < q and ends[0] <= low < high <= ends[1]):
        return None
    is_log = low > 0 and not _is_even(points)
    made: dict[str, Any] = {}
    outside, inside = 0.0, 1.0
    for _ in range(_STEPS):  # what is cut off moves the quantiles, which moves what is cut off
        made = _line((outside + p * inside, low), (outside + q * inside, high), is_log=is_log)
        outside = part_below(made, ends[0]) or 0.0
        inside = (part_below(made, ends[1]) or 1.0) - outside
    return made


def _line(one: Ends, two: Ends, *, is_log: bool) -> dict[str, Any]:
    """The normal, or lognormal, distribution with two quantiles."""
    u, v = _STANDARD.inv_cdf(one[0]), _STANDARD.inv_cdf(two[0])
    low, high = (log(one[1]), log(two[1])) if is_log else (one[1], two[1])
    width = (high - low) / (v - u)
    if is_log:
        return {"kind": "lognormal", "median": exp(low - u * width), "sigma": width}
    return {"kind": "normal", "mean": low - u * width, "stddev": width}


def _is_even(points: tuple[Ends, ...]) -> bool:
    """Quartiles 20/30/40 are as far from each other as a normal distribution's."""
    if len(points) != 3 or abs(points[0][0] + points[2][0] - 1) > 1e-9 or points[1][0] != 0.5:
        return False
    below, above = points[1][1] - points[0][1], points[2][1] - points[1][1]
    return above > 0 and 0.8 < below / above < 1.25
