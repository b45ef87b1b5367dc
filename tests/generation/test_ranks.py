"""Zipf's ranks, however many, at the price of a few."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy import stats

from src.generation.checks import check_schema, mended_schema
from src.generation.draws.keys import derive
from src.generation.draws.ranks import HEAD, Ranks
from src.utils import chance

from .worlds import POOLS, TODAY, column

KEY = derive(7, "t", "x", "value")
ROWS = np.arange(200_000)
SETTINGS = {"pools": POOLS, "as_of": TODAY}


@pytest.mark.parametrize("exponent", [0.2, 0.999999, 1.0, 1.7, 6.0])
@pytest.mark.parametrize(("first", "last"), [(1, 5), (1, 9_000), (3_000, 60_000), (8_000, 90_000)])
def test_ranks_are_as_likely_as_their_weights(exponent: float, first: int, last: int) -> None:
    ranks = Ranks(first, last, exponent)
    weights = np.arange(first, last + 1, dtype=float) ** -exponent
    reach = np.cumsum(weights) / weights.sum()
    at = np.unique(np.linspace(first, last, 50).astype(int))
    assert ranks.cdf(at.astype(float)) == pytest.approx(reach[at - first], rel=1e-6)
    assert ranks.mass == pytest.approx(weights.sum(), rel=1e-6)
    known = np.arange(first, last + 1)
    mean = known @ weights / weights.sum()
    deviation = np.sqrt((known - mean) ** 2 @ weights / weights.sum())
    assert ranks.deviation == pytest.approx(deviation, rel=1e-4, abs=1e-3)
    drawn = ranks.draw(KEY, ROWS)
    assert first <= drawn.min() <= drawn.max() <= last
    distance = stats.ks_1samp(drawn, ranks.cdf, method="asymp").statistic
    # Of whole numbers the distance is taken on both sides of a step: their weight is left out.
    assert distance - (weights / weights.sum()).max() < chance.of_fit(len(ROWS))


def test_beyond_the_head_no_rank_is_left_out() -> None:
    drawn = Ranks(HEAD - 2, HEAD + 6, 1.0).draw(KEY, ROWS)
    counts = np.bincount(drawn - (HEAD - 2))
    assert counts.min() > 0.95 * len(ROWS) / 9


def test_what_is_allowed_of_the_ranks_is_drawn_alike() -> None:
    kind = {"kind": "zipf", "n": 10**7, "exponent": 1.2}
    limits = {"minimum": 15, "maximum": 70_000, "multipleOf": 7}
    field = {"name": "x", "type": "integer", "generator": kind, "constraints": limits}
    found = column(field).to_numpy()
    assert (found.min(), set(found % 7)) == (21, {0})
    assert found.max() <= 70_000


def test_ten_million_ranks_in_two_hundred_columns_cost_what_a_few_do() -> None:
    fields = [
        {"name": f"x{number}", "type": "integer", "generator": {"kind": "zipf", "n": 2**63 - 1}}
        for number in range(200)
    ]
    begun = time.process_time()
    mended = mended_schema({"name": "t", "fields": fields}, row_count=100, **SETTINGS)
    assert mended is not None
    assert check_schema(mended, rows={"t": 100}, **SETTINGS) == ()
    assert time.process_time() - begun < 20  # with a table of them all it took minutes
