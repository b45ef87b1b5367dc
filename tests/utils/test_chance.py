"""Chance is given what it takes at four standard errors, and not more."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from src.utils import chance

BOTH = 2 * chance.TAIL


def test_the_odds_are_those_of_four_standard_errors() -> None:
    assert pytest.approx(stats.norm.sf(chance.SIGMAS), rel=1e-3) == chance.TAIL


def test_a_share_of_many_rows_may_be_four_standard_errors_away() -> None:
    assert chance.of_share(0.3, 1_000) == pytest.approx(4 * np.sqrt(0.21 / 1_000))


@pytest.mark.parametrize(("share", "rows"), [(0.03, 10), (0.001, 200), (0.5, 12), (0.999, 50)])
def test_a_share_of_few_rows_is_given_its_exact_tails(share: float, rows: int) -> None:
    away, counts = chance.of_share(share, rows), np.arange(rows + 1)
    outside = np.abs(counts / rows - share) > away + 1e-12
    assert stats.binom.pmf(counts[outside], rows, share).sum() <= BOTH
    low, high = chance.count_within(share, rows)
    assert stats.binom.cdf(low - 1, rows, share) <= chance.TAIL
    assert stats.binom.sf(high, rows, share) <= chance.TAIL
    assert stats.binom.sf(high - 1, rows, share) > chance.TAIL or high == 0


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_none_and_all_leave_nothing_to_chance(share: float) -> None:
    assert chance.of_share(share, 100) == 0


def test_a_mean_is_given_student_s_t() -> None:
    assert chance.of_mean(2.0, 50) == pytest.approx(
        stats.t.isf(chance.TAIL, 49) * 2 / np.sqrt(50), rel=1e-6
    )
    assert chance.of_mean(2.0, 1) == np.inf


@pytest.mark.parametrize("q", [0.1, 0.5, 0.99])
def test_a_quantile_lies_between_its_ranks(q: float) -> None:
    some = np.random.default_rng(7)
    low, high = chance.ranks(q, 400)
    values = np.sort(some.exponential(size=(2_000, 400)), axis=1)
    true = stats.expon.ppf(q)
    above = np.zeros(2_000) if low is None else values[:, low] > true
    below = np.zeros(2_000) if high is None else values[:, high] < true
    assert above.mean() + below.mean() <= 0.002
    between = (400 if high is None else high) - (-1 if low is None else low)
    assert between < 8 * np.sqrt(400 * q * (1 - q)) + 6  # eight standard errors, and a skew


@pytest.mark.parametrize(("q", "rows"), [(0.1, 400), (0.5, 30), (0.5, 400), (0.9, 1_000)])
def test_the_ranks_are_the_nearest_between_which_a_quantile_lies(q: float, rows: int) -> None:
    """The value of rank r lies above the quantile where at most r values lie below it."""
    low, high = chance.ranks(q, rows)
    assert low is not None
    assert high is not None
    assert stats.binom.cdf(low, rows, q) <= chance.TAIL < stats.binom.cdf(low + 1, rows, q)
    assert stats.binom.sf(high, rows, q) <= chance.TAIL < stats.binom.sf(high - 1, rows, q)


@pytest.mark.parametrize("rows", [20, 1_000])
def test_honest_rows_fit_their_distribution_and_others_do_not(rows: int) -> None:
    some = np.random.default_rng(7)
    distances = [stats.kstest(some.normal(size=rows), "norm").statistic for _ in range(300)]
    assert max(distances) <= chance.of_fit(rows)
    assert stats.kstest(some.normal(1.2, size=rows), "norm").statistic > chance.of_fit(rows)


def test_honest_rows_vary_less_than_is_allowed() -> None:
    some, shares = np.random.default_rng(7), [0.5, 0.3, 0.15, 0.05]
    counts = some.multinomial(500, shares, size=1_000) / 500
    distances = np.abs(counts - shares).sum(axis=1) / 2
    allowed = chance.of_variation(shares, 500)
    assert distances.max() <= allowed < 0.2


@pytest.mark.parametrize("rows", [5, 12, 60])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.95])
def test_honest_rows_correlate_within_what_is_allowed(rows: int, correlation: float) -> None:
    some = np.random.default_rng(7)
    x, noise = some.normal(size=(2, 5_000, rows))
    y = correlation * x + np.sqrt(1 - correlation**2) * noise
    x, y = (each - each.mean(axis=1, keepdims=True) for each in (x, y))
    found = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    below, above = chance.of_correlation(correlation, rows)
    assert ((found < correlation - below) | (found > correlation + above)).mean() <= 0.001
    assert max(below, above) < 0.4 + 4 / np.sqrt(rows)
