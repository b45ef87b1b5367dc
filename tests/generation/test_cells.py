"""Random words, uniforms and permutations that any row can be asked for alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.generation.draws.cells import below, happens, scaled, uniforms, words
from src.generation.draws.keys import derive
from src.generation.draws.permutations import TABLED, DistinctIndexes, Permutation
from src.generation.makers.identifiers import uuid_text

KEY = derive(7, "table", "field", "value")
ROWS = np.arange(100_000, dtype=np.int64)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


# Four standard errors of a correlation of independent values.
CHANCE = 4 / np.sqrt(len(ROWS))


def test_a_word_depends_on_its_row_alone():
    shuffled = np.random.default_rng(1).permutation(ROWS)
    assert (words(KEY, shuffled) == words(KEY, ROWS)[shuffled]).all()
    assert words(KEY, ROWS[5:6]) == words(KEY, ROWS)[5]


def test_the_words_of_one_key_are_all_different():
    assert len(np.unique(words(KEY, ROWS))) == len(ROWS)


def test_the_words_never_change_between_versions():
    assert derive(7, "t", "f").place == 4248813248808424336
    assert words(derive(7, "t", "f"), np.arange(2)).tolist() == [
        17121015197717060756,
        7653042795113421651,
    ]


def test_rows_beyond_32_bits_have_words_of_their_own():
    rows = np.array([row + beyond for beyond in (0, 2**31, 2**32, 2**53, 2**62) for row in (0, 5)])
    assert len(set(words(KEY, rows).tolist())) == len(rows)


def test_a_uuid_holds_the_whole_word_of_its_row():
    """So no two rows have the same, whatever the rest of it is."""
    texts = uuid_text(KEY, derive(7, "free"), ROWS[:1000]).to_pylist()
    numbers = [int(text.replace("-", ""), 16) for text in texts]
    held = [(n >> 80) << 16 | (n >> 64 & 0xFFF) << 4 | n >> 58 & 0xF for n in numbers]
    assert held == words(KEY, ROWS[:1000]).tolist()


@pytest.mark.parametrize("lag", [1, 2, 7, 1000])
def test_neighbouring_rows_are_independent(lag):
    drawn = uniforms(KEY, ROWS)
    assert abs(correlation(drawn[lag:], drawn[:-lag])) < CHANCE


@pytest.mark.parametrize(
    "other",
    [
        derive(8, "table", "field", "value"),
        derive(7, "table", "field2", "value"),
        derive(7, "table2", "field", "value"),
        derive(7, "table", "field", "null"),
    ],
    ids=["seed", "field", "table", "purpose"],
)
def test_streams_of_other_names_are_independent(other):
    mine, others = uniforms(KEY, ROWS), uniforms(other, ROWS)
    assert abs(correlation(mine, others)) < CHANCE
    for lag in (1, 3):
        assert abs(correlation(mine[lag:], others[:-lag])) < CHANCE


def test_attempts_are_independent_streams():
    first, second = uniforms(KEY, ROWS), uniforms(KEY, ROWS, attempt=1)
    assert abs(correlation(first, second)) < CHANCE


def test_streams_are_not_shifted_windows_of_each_other():
    mine = set(words(KEY, ROWS).tolist())
    assert mine.isdisjoint(words(derive(8, "table", "field", "value"), ROWS).tolist())


def test_each_bit_of_a_word_is_fair_and_independent_of_the_next():
    bits = np.unpackbits(words(KEY, ROWS).view(np.uint8)).reshape(-1, 64)
    assert (abs(bits.mean(axis=0) - 0.5) < 4.5 * 0.5 / np.sqrt(len(ROWS))).all()
    flips = (bits[1:] ^ bits[:-1]).mean(axis=0)
    assert (abs(flips - 0.5) < 4.5 * 0.5 / np.sqrt(len(ROWS))).all()


def test_every_seed_up_to_the_last_has_streams_of_its_own():
    ends = [2**bits for bits in (31, 32, 53, 62)]
    seeds = {seed for end in ends for seed in (0, 1, end - 1, end, end + 1)} | {2**63 - 1}
    assert len({derive(seed, "field") for seed in seeds}) == len(seeds)


def test_names_cannot_be_joined_into_another_key():
    assert derive(7, "ab", "c") != derive(7, "a", "bc")
    assert derive(7, "a") != derive(7, "a", "")


def test_uniforms_never_reach_their_ends():
    edge = np.array([0, 2**64 - 1], np.uint64)
    ends = ((edge >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    assert 0 < ends[0] < ends[1] < 1
    drawn = uniforms(KEY, ROWS)
    assert 0 < drawn.min() < drawn.max() < 1


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**63 - 1))
def test_scaling_a_word_is_the_high_word_of_the_product(word, size):
    assert scaled(np.array([word], np.uint64), size).tolist() == [(word * size) >> 64]


def test_whole_numbers_are_even():
    counts = np.bincount(below(KEY, ROWS, 10), minlength=10)
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 30  # χ² with 9 degrees: p ≈ 0.0004


def test_certain_and_impossible_events_are_just_that():
    assert happens(KEY, ROWS, 1.0).all()
    assert not happens(KEY, ROWS, 0.0).any()


# ── permutations ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [0, 1, 2, 3, 1000, TABLED, TABLED + 1, 20_011, 1 << 15])
def test_a_permutation_meets_every_number_once(size):
    numbers = np.arange(size, dtype=np.int64)
    image = Permutation(KEY, size).forward(numbers)
    assert (np.sort(image) == numbers).all()
    assert (Permutation(KEY, size).inverse(image) == numbers).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(TABLED + 1, 1 << 62), st.integers(0, 2**32))
def test_the_inverse_undoes_a_permutation_of_any_size(size, seed):
    permutation = Permutation(derive(seed, "any"), size)
    numbers = below(derive(seed, "numbers"), np.arange(50), size)
    image = permutation.forward(numbers)
    assert ((image >= 0) & (image < size)).all()
    assert (permutation.inverse(image) == numbers).all()


@pytest.mark.parametrize(
    ("size", "image"),
    [
        (10, [8, 7, 5]),
        (TABLED + 1, [13284, 3314, 6773]),
        (130**2, [7482, 3945, 10498]),
        (10**12, [330341828176, 149613275705, 849114542272]),
    ],
)
def test_a_permutation_never_changes_between_versions(size, image):
    assert Permutation(derive(7, "t", "f"), size).forward(np.arange(3)).tolist() == image


def test_a_permutation_looks_random():
    image = Permutation(KEY, len(ROWS)).forward(ROWS)
    assert abs(correlation(ROWS, image)) < CHANCE
    assert abs(correlation(image[1:], image[:-1])) < CHANCE
    assert (image == ROWS).sum() < 8  # one fixed point is expected
    steps = (np.diff(image) % len(ROWS)) * 10 // len(ROWS)
    counts = np.bincount(steps, minlength=10)
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 30


def test_permutations_of_other_keys_have_little_in_common():
    mine = Permutation(KEY, len(ROWS)).forward(ROWS)
    others = Permutation(derive(8, "table", "field", "value"), len(ROWS)).forward(ROWS)
    assert (mine == others).sum() < 8


@pytest.mark.parametrize("size", [200_000, 200_001, 10**7, 1 << 62])
def test_distinct_indexes_are_distinct_and_reach_all_over(size):
    rows = np.arange(200_000, dtype=np.int64)
    found = DistinctIndexes(KEY, len(rows), size)(rows)
    assert len(np.unique(found)) == len(rows)
    assert found.min() < size / 1000
    assert size * 0.999 < found.max() < size
    assert abs(correlation(rows, found)) < CHANCE
