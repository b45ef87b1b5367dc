"""How far from what was promised chance alone takes a measure of so many rows.

Everything is at the odds of four standard errors: of an honest dataset one promise in 16,000 lies
further away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

SIGMAS = 4
TAIL = 3.167e-5
"""The chance to lie more than four standard errors to one side."""
FEW = 25
"""Below this variance of a count the normal curve is no stand-in for the binomial any more."""
UNCORRELATED = 3
"""So many rows can have any correlation, or none."""
CORRELATED = 0.02
"""What rounding and ties take from a correlation at any number of rows."""


def of_share(share: float, rows: int) -> float:
    """Four standard errors of a binomial share; its exact tails where few rows are expected."""
    rows = max(rows, 1)
    variance = rows * share * (1 - share)
    away = SIGMAS * math.sqrt(variance) / rows
    if variance >= FEW or not variance:
        return away
    low, high = count_within(share, rows)
    return max(away, share - low / rows, high / rows - share)


def count_within(share: float, rows: int) -> tuple[int, int]:
    """The counts between which a binomial lies but for `TAIL` on either side."""
    from scipy.special import bdtrik

    low, high = bdtrik([TAIL, 1 - TAIL], rows, share)
    # Not a number where even 0 is likelier than the tail.
    return (0 if math.isnan(low) else math.ceil(low)), min(rows, math.ceil(high))


def of_mean(deviation: float, rows: int) -> float:
    """Student's t at four standard errors' odds, of `rows` values with this standard deviation."""
    if rows < 2:
        return math.inf
    from scipy.special import stdtrit

    return float(stdtrit(rows - 1, 1 - TAIL)) * deviation / math.sqrt(rows)


def ranks(q: float, rows: int) -> tuple[int | None, int | None]:
    """Between the values of which ranks (from 0) the true quantile lies, whatever the distribution
    (David & Nagaraja, "Order Statistics", 2003, 7.1); None where no value bounds it."""
    low, high = count_within(q, rows)
    return (low - 1 if low else None), (high if high < rows else None)


def of_fit(rows: int) -> float:
    """The Kolmogorov-Smirnov distance: Massart's constant of the Dvoretzky-Kiefer-Wolfowitz
    inequality, which holds for every number of rows and for discrete distributions too."""
    return math.sqrt(-math.log(TAIL) / (2 * max(rows, 1)))


def of_variation(shares: Sequence[float], rows: int) -> float:
    """The total variation distance from `shares`: its mean is at most half the sum of the standard
    errors, and one row moves it by at most 1/rows (McDiarmid 1989)."""
    rows = max(rows, 1)
    mean = sum(math.sqrt(p * (1 - p) / rows) for p in shares) / 2
    return mean + of_fit(rows)


def of_correlation(correlation: float, rows: int, heavy: float = 1.0) -> tuple[float, float]:
    """How far below and above, by Fisher's transformation: under it the standard error is the same
    at every correlation, and few rows near 1 or -1 lie far to the inner side only.

    `heavy`: how many times the standard error of normal values theirs is.
    """
    if abs(correlation) >= 1:
        return CORRELATED, CORRELATED
    if rows <= UNCORRELATED:
        return 2.0, 2.0
    middle, away = math.atanh(correlation), heavy * SIGMAS / math.sqrt(rows - 3)
    below, above = correlation - math.tanh(middle - away), math.tanh(middle + away) - correlation
    return max(CORRELATED, below), max(CORRELATED, above)
