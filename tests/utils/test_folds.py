"""What is summed up piece by piece is what the whole column gives, as others compute it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from src.utils.findings import Piece
from src.utils.folds import Records, Repeats, Spread, Total, parents_of, ranked
from src.utils.measures import Summed, near

SIZES = (1, 2, 5, 3)
"""Pieces of unlike sizes, the first of which has no spread of its own."""
VALUES = [3.0, 1.5, -2.0, 8.0, 8.0, 0.5, 1e3, -7.0, 2.0, 0.0, 4.25]


def pieces(values: list[float]) -> Iterator[pa.Array]:
    start = 0
    for size in SIZES:
        yield pa.array(values[start : start + size])
        start += size


def test_a_deviation_is_that_of_a_sample() -> None:
    spread = Spread()
    for piece in pieces(VALUES):
        spread.add(piece)
    assert spread.deviation() == pytest.approx(statistics.stdev(VALUES), rel=1e-12)


def test_one_value_deviates_from_nothing() -> None:
    spread = Spread()
    spread.add(pa.array([5.0]))
    assert spread.deviation() == 0.0


def test_a_mean_of_nothing_is_near_no_number() -> None:
    assert not near(Total().mean(), 0.0, 1e9).held


@pytest.mark.parametrize(("last", "held"), [(0.1, True), (0.100001, False)])
def test_a_sum_of_floats_is_right_but_for_what_floats_lose(last: float, held: bool) -> None:
    summed = Summed(Fraction(1), "1")
    summed.feed(Piece(0, (pa.array([0.1] * 9 + [last]),), 0, 10))
    assert summed.finding().held is held


def test_a_sum_of_whole_numbers_may_pass_64_bits() -> None:
    total = Total()
    total.add(pa.array([2**63 - 1, 2**63 - 1, -5, None], pa.int64()))
    assert (total.value(), total.count) == (Fraction(2**64 - 7), 3)


def test_a_rank_is_found_among_numbers_of_either_sign() -> None:
    blocks = [np.array(VALUES[:4]), np.array(VALUES[4:])]
    found = [ranked(lambda: blocks, rank) for rank in range(len(VALUES))]
    assert found == sorted(VALUES)


def records(*keys: int, first: int = 0) -> Records:
    rows = np.arange(first, first + len(keys), dtype=np.uint64)
    words = np.array(keys, np.uint64)
    return np.column_stack([words, words, rows])


def test_a_key_of_an_earlier_block_is_repeated() -> None:
    repeats = Repeats(shown=5)
    repeats.look([records(4, 9, 4), records(7, 8, first=3), records(9, 8, 1, first=5)])
    assert repeats.count == 3
    assert sorted(repeats.pairs) == [(0, 2), (1, 5), (4, 6)]


def test_every_child_finds_its_parent_the_last_one_too() -> None:
    parents = records(2, 5, 9)
    assert parents_of(records(9, 2, 5, 1, 10), parents).tolist() == [2, 0, 1, -1, -1]
