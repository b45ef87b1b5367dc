"""Whether numbers follow what was asked for: by fixed seeds, so each test has one outcome."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.generation.draws.cells import words
from src.generation.draws.choices import Choice, Partition, shares, weighted
from src.generation.draws.distributions import NormalDistribution, Truncated
from src.generation.draws.keys import derive

from .worlds import column

ROWS = 20_000
# The 0.1 % point of the Kolmogorov–Smirnov distance.
FAR = 1.95 / np.sqrt(ROWS)


def numbers(type_="number", rows=ROWS, constraints=None, **generator):
    field = {"type": type_, "generator": generator, "constraints": constraints or {}}
    return column(field, rows=rows)


def distance(cells: pa.Array, cdf) -> float:
    """Kolmogorov–Smirnov."""
    values = np.sort(cells.to_numpy(zero_copy_only=False).astype(float))
    steps = np.arange(len(values) + 1) / len(values)
    theory = cdf(values)
    return float(max((steps[1:] - theory).max(), (theory - steps[:-1]).max()))


@pytest.mark.parametrize(
    ("generator", "theory"),
    [
        ({"kind": "normal", "mean": 5, "stddev": 2}, ("norm", 5, 2)),
        ({"kind": "lognormal", "mean": 1, "sigma": 0.5}, ("lognorm", 0.5, 0, np.e)),
        ({"kind": "lognormal", "median": 25, "sigma": 0.7}, ("lognorm", 0.7, 0, 25)),
        ({"kind": "exponential", "mean": 3}, ("expon", 0, 3)),
        ({"kind": "gamma", "shape": 2.5, "scale": 4}, ("gamma", 2.5, 0, 4)),
        ({"kind": "beta", "alpha": 2, "beta": 3, "minimum": -1, "maximum": 4},
         ("beta", 2, 3, -1, 5)),
        ({"kind": "pareto", "shape": 3, "minimum": 2}, ("pareto", 3, 0, 2)),
        ({"kind": "uniform", "minimum": -3, "maximum": 9}, ("uniform", -3, 12)),
        ({"kind": "normal", "truncate": [0.5, 2]}, ("truncnorm", 0.5, 2)),
        ({"kind": "normal", "truncate": [7, 9]}, ("truncnorm", 7, 9)),
        ({"kind": "normal", "truncate": [-9, -7]}, ("truncnorm", -9, -7)),
        ({"kind": "normal", "truncate": [None, 0]}, ("truncnorm", -np.inf, 0)),
    ],
    ids=str,
)  # fmt: skip
def test_a_continuous_distribution_is_the_one_that_was_asked_for(generator, theory):
    from scipy import stats

    name, *parameters = theory
    assert distance(numbers(**generator), getattr(stats, name)(*parameters).cdf) < FAR


@pytest.mark.parametrize(
    ("generator", "theory"),
    [
        ({"kind": "poisson", "mean": 3.2}, ("poisson", 3.2)),
        ({"kind": "poisson", "mean": 900}, ("poisson", 900)),
        ({"kind": "binomial", "n": 12, "p": 0.3}, ("binom", 12, 0.3)),
        ({"kind": "zipf", "n": 50, "exponent": 1.5}, ("zipfian", 1.5, 50)),
    ],
    ids=str,
)
def test_a_discrete_distribution_has_its_probabilities(generator, theory):
    from scipy import stats

    name, *parameters = theory
    expected = getattr(stats, name)(*parameters)
    values = numbers("integer", **generator).to_numpy()
    assert distance_of_means(values, expected) < 4.5
    for value in np.unique(values):
        p = expected.pmf(value)
        if p * ROWS > 20:
            assert abs((values == value).mean() - p) < 4.5 * (p * (1 - p) / ROWS) ** 0.5


def distance_of_means(values, expected) -> float:
    """In standard errors."""
    return float(abs(values.mean() - expected.mean()) / (expected.std() / np.sqrt(len(values))))


@pytest.mark.parametrize("edge", [0.0, 1.0])
def test_a_binomial_of_certain_trials_is_constant(edge):
    cells = numbers("integer", kind="binomial", n=7, p=edge)
    assert cells.unique().to_pylist() == [7 * edge]


def test_truncation_redraws_and_leaves_no_pile_at_the_edges():
    ages = numbers("integer", kind="normal", mean=40, stddev=12, truncate=[18, 90]).to_numpy()
    assert ages.min() == 18
    assert ages.max() <= 90
    counts = np.bincount(ages, minlength=91)
    assert counts[18] < counts[21]
    prices = numbers(
        kind="normal", mean=200, stddev=150, truncate=[60, 450], decimal_places=2
    ).cast(pa.float64())
    assert (prices.to_numpy() <= 60.5).mean() < 0.01
    assert (prices.to_numpy() >= 449.5).mean() < 0.01


def test_constraints_hold_a_distribution_as_truncation_does():
    cells = numbers(kind="normal", constraints={"minimum": 0, "maximum": 1}).to_numpy()
    assert 0 <= cells.min() < 0.01
    assert 0.99 < cells.max() <= 1


@pytest.mark.parametrize("truncate", [[5, 3000], [5, 60_000]])
def test_a_table_of_probabilities_and_the_inverse_agree(truncate):
    """The narrow window is drawn from a table, the wide one through the inverse."""
    from scipy import stats

    cells = numbers("integer", kind="exponential", mean=300, truncate=truncate)
    low, high = truncate[0] - 0.5, truncate[1] + 0.5
    base = stats.expon(0, 300)

    def below(x):
        return (base.cdf(x + 0.5) - base.cdf(low)) / (base.cdf(high) - base.cdf(low))

    values = np.sort(cells.to_numpy())
    steps = np.searchsorted(values, values, side="right") / len(values)
    assert abs(steps - below(values)).max() < FAR


# ── ranges, steps, decimals ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("constraints", "low", "high"),
    [
        ({"minimum": 5, "maximum": 7}, 5, 7),
        ({"exclusiveMinimum": 5, "exclusiveMaximum": 9}, 6, 8),
        ({"minimum": -3.5, "maximum": 2.5}, -3, 2),
        ({"minimum": 10, "exclusiveMinimum": 10, "maximum": 12}, 11, 12),
        ({"minimum": 1, "maximum": 30, "multipleOf": 7}, 7, 28),
        ({}, 0, 1000),
        ({"minimum": 5000}, 5000, 6000),
        ({"maximum": 10}, 0, 10),
        ({"maximum": -10}, -1010, -10),
    ],
    ids=str,
)
def test_whole_numbers_fill_exactly_their_range(constraints, low, high):
    cells = column({"type": "integer", "constraints": constraints}, rows=ROWS).to_numpy()
    assert (cells.min(), cells.max()) == (low, high)
    assert (cells % constraints.get("multipleOf", 1) == 0).all()


def test_decimals_are_exact_and_reach_both_ends():
    cells = numbers(kind="uniform", minimum=0.1, maximum=0.3, decimal_places=1)
    assert cells.type == pa.decimal128(18, 1)
    assert sorted(cells.unique().to_pylist()) == [Decimal("0.1"), Decimal("0.2"), Decimal("0.3")]


def test_negative_decimals_keep_their_sign():
    cells = numbers(kind="uniform", minimum=-2.05, maximum=-0.05, decimal_places=2)
    assert Decimal("-2.05") <= pc.min(cells).as_py() < pc.max(cells).as_py() <= Decimal("-0.05")


@pytest.mark.parametrize("step", [0.01, 0.05, 0.1, 2.5])
def test_a_step_with_decimals_makes_an_exact_column(step):
    cells = column({"type": "number", "constraints": {"multipleOf": step, "maximum": 20}})
    assert pa.types.is_decimal(cells.type)
    assert all(value % Decimal(str(step)) == 0 for value in cells.to_pylist())


def test_a_whole_step_stays_a_float():
    cells = column({"type": "number", "constraints": {"multipleOf": 5, "maximum": 20}})
    assert cells.type == pa.float64()
    assert set(cells.to_pylist()) == {0.0, 5.0, 10.0, 15.0, 20.0}


def test_rounding_is_half_up():
    from fractions import Fraction

    from src.generation.makers.grids import Grid

    grid = Grid(Fraction(1), -10, 10, 0, whole=False)
    assert grid.nearest(np.array([0.5, 1.5, 2.5, -0.5, -2.5, 0.49])).tolist() == [
        1,
        2,
        3,
        -1,
        -3,
        0,
    ]


def test_money_averages_to_its_distribution():
    cells = numbers(kind="lognormal", median=25, sigma=0.7, decimal_places=2).cast(pa.float64())
    assert abs(np.median(cells.to_numpy()) / 25 - 1) < 0.02


def test_the_far_tail_of_a_normal_keeps_its_precision():
    window = Truncated(NormalDistribution(0, 1), 10.0, 11.0)
    drawn = window.ppf(np.array([0.25, 0.5, 0.75]))
    assert len(set(drawn.tolist())) == 3
    assert ((drawn > 10) & (drawn < 11)).all()


# ── shares ────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.sampled_from([0, 1, 3, 1e-30, 1e9]), min_size=1, max_size=300).filter(any))
def test_a_choice_inverts_its_cumulative_weights(weights):
    drawn = words(derive(1, "choice"), np.arange(500))
    reach = np.cumsum(weights) / sum(weights)
    naive = np.searchsorted(reach, (drawn >> np.uint64(11)) / 2.0**53, side="right")
    found = Choice(np.array(weights, float)).at(drawn)
    assert (np.abs(found - naive) <= 0).mean() > 0.99  # apart from a boundary's last bit
    assert all(weights[i] for i in found)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60).filter(any))
def test_a_partition_knows_the_owner_of_every_place(counts):
    owners = Partition(np.array(counts, np.int64)).owner(np.arange(sum(counts)))
    assert owners.tolist() == np.repeat(np.arange(len(counts)), counts).tolist()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(any), st.integers(0, 10**15))
def test_shares_add_up_and_are_right_to_one(weights, total):
    found = shares(weights, total)
    assert sum(found) == total
    for weight, count in zip(weights, found, strict=True):
        assert abs(count - weight / sum(weights) * total) < 1 + total * 1e-12


def test_an_exact_quota_holds_to_the_row():
    cells = column(
        {"generator": {"kind": "category", "values": ["a", "b", "c", "d"],
                       "weights": [50, 30, 15, 5], "quota": "exact"}}, rows=1000,
    )  # fmt: skip
    counted = {item["values"]: item["counts"] for item in cells.value_counts().to_pylist()}
    assert counted == {"a": 500, "b": 300, "c": 150, "d": 50}


def test_weights_are_the_shares_on_average_and_zero_means_never():
    weights = [60, 30, 0, 10]
    cells = column(
        {"generator": {"kind": "category", "values": list("abcd"), "weights": weights}}, rows=ROWS
    )
    counted = {item["values"]: item["counts"] for item in cells.value_counts().to_pylist()}
    assert "c" not in counted
    for value, weight in zip("abd", (0.6, 0.3, 0.1), strict=True):
        assert abs(counted[value] / ROWS - weight) < 4 * (weight * (1 - weight) / ROWS) ** 0.5


def test_a_biased_coin_is_as_biased_as_asked():
    heads = column({"type": "boolean", "generator": {"kind": "bernoulli", "p": 0.8}}, rows=ROWS)
    assert abs(pc.mean(heads.cast(pa.int8())).as_py() - 0.8) < 4 * (0.16 / ROWS) ** 0.5


def test_a_word_on_the_border_of_two_shares_belongs_to_the_upper_one():
    third = int(2**53 / 3) << 11
    drawn = weighted([1, 1, 1]).at(np.array([0, third - 1, third, 2**64 - 1], np.uint64))
    assert drawn.tolist() == [0, 0, 1, 2]


def test_what_is_left_over_goes_to_the_largest_remainders():
    assert shares([0.2, 0.3, 0.5], 7) == [1, 2, 4]
    assert shares([1, 1, 1], 4) == [2, 1, 1]


def test_shares_are_exact_where_floats_no_longer_tell_neighbours_apart():
    seventh = 2**55 + 1
    assert shares([1, 6], 7 * seventh) == [seventh, 6 * seventh]
