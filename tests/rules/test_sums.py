"""Fields that add up to a total: to the last unit, within their bounds, every split alike."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, kstest

from .ruled import columns, computed, number, refusals

SETTINGS = settings(max_examples=60, deadline=None)
bounds = st.tuples(st.integers(0, 30), st.integers(0, 40)).map(lambda p: (p[0], p[0] + p[1]))


def sums(fields, total):
    return {"rule": "sum_to", "fields": fields, "total": total}


@SETTINGS
@given(st.lists(bounds, min_size=2, max_size=5), st.integers(0, 150), st.sampled_from([None, 1]))
def test_parts_add_up_within_their_bounds_or_the_total_is_refused(ends, total, places):
    names = [f"p{place}" for place in range(len(ends))]
    fields = [number(n, *pair, places=places) for n, pair in zip(names, ends, strict=True)]
    least, most = (sum(pair[side] for pair in ends) for side in (0, 1))
    found = refusals(fields, [sums(names, total)], rows=100)
    assert bool(found) == (not least <= total <= most)
    if found:
        assert {problem.path for problem in found} == {"rules[0].total"}
        return
    rows = columns(fields, [sums(names, total)], rows=100)
    assert all(sum(parts) == total for parts in zip(*rows.values(), strict=True))
    for name, (low, high) in zip(names, ends, strict=True):
        assert low <= min(rows[name])
        assert max(rows[name]) <= high


@SETTINGS
@given(bounds, bounds)
def test_a_fields_value_is_split_in_every_row(one, other):
    least, most = one[0] + other[0], one[1] + other[1]
    fields = [number("total", least, most), number("a", *one), number("b", *other)]
    rows = columns(fields, [sums(["a", "b"], "total")], rows=100)
    for total, a, b in zip(*rows.values(), strict=True):
        assert a + b == total
        assert one[0] <= a <= one[1]
        assert other[0] <= b <= other[1]


def test_without_bounds_every_split_is_alike():
    """The first of three parts of an even split has the distribution Beta(1, 2), as all have."""
    fields = [number(name, 0, places=2) for name in "abc"]
    rows = columns(fields, [sums(["a", "b", "c"], 1000)], rows=20_000)
    for name in "abc":
        shares = np.array(rows[name], float) / 1000
        assert kstest(shares, beta(1, 2).cdf).pvalue > 1e-4


def test_cents_are_exact_also_of_a_computed_total():
    fields = [
        number("n", 1, 9),
        number("price", 10, 99, places=2),
        computed("total", "n * price", places=2, constraints={"minimum": 10, "maximum": 900}),
        number("net", 0, places=2),
        number("tax", 0, places=2),
    ]
    rows = columns(fields, [sums(["net", "tax"], "total")])
    for total, net, tax in zip(rows["total"], rows["net"], rows["tax"], strict=True):
        assert net + tax == total
    assert isinstance(rows["tax"][0], Decimal)


def test_a_total_may_be_an_expression():
    fields = [number("a", 0, 50), number("b", 0, 100), number("c", 20, 80)]
    rows = columns(fields, [sums(["a", "b"], "c + 10")])
    assert all(a + b == c + 10 for a, b, c in zip(*rows.values(), strict=True))


@pytest.mark.parametrize(
    ("fields", "rule", "path", "code"),
    [
        ([number("a", 0, 9), number("b", 0, 9)], sums(["a", "b"], 19), "rules[0].total",
         "empty_window"),
        ([number("a", 5, 9), number("b", 5, 9)], sums(["a", "b"], 9), "rules[0].total",
         "empty_window"),
        ([number("a", 0, 9), number("b", 0, 9)], sums(["a", "b"], 9.5), "rules[0].total",
         "rules_contradict"),
        ([number("a", 0, 9), number("b", 0, 9, places=1)], sums(["a", "b"], 9),
         "rules[0].fields[1]", "rules_contradict"),
        ([number("a", 0, 9, places=-1), number("b", 0, 9)], sums(["a", "b"], 9),
         "rules[0].fields[0]", "not_constructible"),
        ([number("a", 0, 9), {"name": "b"}], sums(["a", "b"], 9), "rules[0].fields[1]",
         "not_ordered"),
        ([number("a", 0, 9), number("b", 0, 9)], sums(["a", "c"], 9), "rules[0].fields[1]",
         "unknown_field"),
        ([number("a", 0, 9), number("b", 0, 9)], sums(["a", "b"], "a + 1"), "fields[0].generator",
         "cycle"),
        ([number("a", 0, 9), number("b", 0, 9)], sums(["a", "a"], 9), "rules[0].fields[1]",
         "rules_contradict"),
        ([number("a", 0, 9), number("b", 0, 9), number("c", 0, 99)], sums(["a", "b"], "c"),
         "rules[0].total", "empty_window"),
        ([number("a", 0, 9), {"name": "b", "type": "integer",
                              "generator": {"kind": "poisson", "mean": 3}}],
         sums(["a", "b"], 9), "rules[0].fields[1]", "rules_contradict"),
    ],
    ids=str,
)  # fmt: skip
def test_a_sum_that_cannot_be_met_is_refused(fields, rule, path, code):
    found = refusals(fields, [rule], rows=100)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.message and problem.hint for problem in found)
