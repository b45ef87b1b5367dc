"""How many children parents have: exact totals, quotas met to one, places and owners agreeing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.generation.draws.keys import derive
from src.generation.draws.permutations import Permutation
from src.generation.tables.counts import Alike, AtMostOne, Dealt, held
from src.generation.tables.quotas import between, even, scattered
from src.generation.tables.skew import Busy, OutOfReach, declining

KEY = derive(7, "counts")


def dealt(parents, low, high):
    quotas = even(low, high, parents)
    return Dealt(KEY, quotas.values, quotas.quotas)


EVERY = [
    (dealt(1, 0, 3), 1), (dealt(1023, 0, 3), 1023), (dealt(1025, 1, 7), 1025),
    (dealt(5000, 0, 9), 5000), (dealt(3 * 1024, 2, 2), 3072), (Alike(3, 50), 50),
    (held(np.array([0, 3, 0, 0, 1, 5, 0])), 7), (AtMostOne(Permutation(KEY, 900), 400), 900),
]  # fmt: skip


@pytest.mark.parametrize(("counts", "parents"), EVERY)
def test_every_place_has_the_owner_whose_places_hold_it(counts, parents):
    everybody = np.arange(parents)
    places = np.arange(counts.children)
    owners = counts.owner(places)
    assert np.array_equal(np.bincount(owners, minlength=parents), counts.of(everybody))
    starts = counts.start(everybody)
    assert (places >= starts[owners]).all()
    assert (places < starts[owners] + counts.of(everybody)[owners]).all()
    assert counts.fewest == counts.of(everybody).min()


@pytest.mark.parametrize(("counts", "parents"), EVERY)
def test_counts_are_the_same_however_they_are_asked_for(counts, parents):
    some = np.random.default_rng(1).integers(0, parents, 60)
    whole = np.arange(parents)
    assert np.array_equal(counts.of(some), counts.of(whole)[some])
    assert np.array_equal(counts.start(some), counts.start(whole)[some])
    places = np.random.default_rng(2).integers(0, max(counts.children, 1), 60)
    places = places[places < counts.children]
    alone = [int(counts.owner(np.array([place]))[0]) for place in places]
    assert counts.owner(places).tolist() == alone


def test_places_all_over_a_large_table_find_the_owners_that_a_walk_finds():
    counts = dealt(1_000_000, 0, 3)
    everybody = np.arange(1_000_000)
    places = np.random.default_rng(3).permutation(counts.children)[:20_000]
    owners = np.repeat(everybody, counts.of(everybody))
    assert np.array_equal(counts.owner(places), owners[places])


def test_dealt_quotas_are_met_to_one_and_alike_in_every_block():
    counts = dealt(102_400, 0, 4).of(np.arange(102_400))
    assert np.bincount(counts).tolist() == [20_480] * 5
    blocks = counts.reshape(-1, 128).sum(axis=1)
    assert blocks.max() - blocks.min() <= 4
    assert abs(np.corrcoef(counts[1:], counts[:-1])[0, 1]) < 0.02


def test_ten_million_parents_are_dealt_to_without_holding_them():
    counts = dealt(10_000_000, 1, 7)
    assert counts.children == pytest.approx(40_000_000, abs=10)
    owners = counts.owner(np.arange(20_000_000, 20_000_100))
    assert (np.diff(owners) >= 0).all()
    held_bytes = counts._first_places.nbytes + counts._first_parents.nbytes
    assert held_bytes < 2_000_000


@given(st.integers(0, 5), st.integers(0, 30), st.integers(1, 3000), st.floats(0, 1))
def test_counts_in_a_range_have_any_total_that_fits(low, width, parents, where):
    high = low + width
    children = round(parents * (low + where * width))
    found = between(low, high, parents, children)
    assert found.children == children
    assert found.quotas.sum() == parents
    assert low <= found.values.min() <= found.values.max() <= high


@given(st.integers(0, 5), st.sampled_from([None, 1, 8, 90]), st.integers(1, 3000), st.floats(0, 1))
def test_scattered_counts_have_any_total_that_fits(low, room, parents, where):
    high = None if room is None else low + room
    children = round(parents * (low + where * (6 if room is None else room)))
    found = scattered(low, high, parents, children)
    assert found.children == children
    assert found.quotas.sum() == parents
    assert low <= found.values.min()
    assert high is None or found.values.max() <= high


def test_a_parent_of_nearly_everything_needs_no_table():
    found = scattered(0, None, 3, 10**12)
    assert found.children == 10**12
    assert found.quotas.sum() == 3


def test_scattered_counts_are_poissons():
    found = scattered(1, None, 100_000, 350_000)
    share = dict(zip(found.values.tolist(), (found.quotas / 100_000).tolist(), strict=True))
    assert share[1] == pytest.approx(np.exp(-2.5), abs=1e-3)
    assert share[3] == pytest.approx(np.exp(-2.5) * 2.5**2 / 2, abs=1e-3)


@pytest.mark.parametrize("active", [50, 1900, 100_000])
@pytest.mark.parametrize(("top", "share"), [(0.2, 0.6), (0.1, 0.4), (0.5, 0.8)])
def test_a_skew_declines_sums_up_and_gives_the_top_its_share(active, top, share):
    parents = round(active / 0.95)
    wish = Busy(top, share, parents, active, 1, 6 * active)
    counts = declining(wish)
    assert counts.sum() == 6 * active
    assert (np.diff(counts) <= 0).all()
    assert counts.min() >= 1
    first = int(top * parents + 0.5)
    assert counts[:first].sum() / counts.sum() == pytest.approx(share, abs=0.012)


def test_a_skew_out_of_reach_says_what_is_in_reach():
    with pytest.raises(OutOfReach) as refused:
        declining(Busy(0.2, 0.9, 100, 100, 1, 200))
    assert refused.value.most == pytest.approx(0.6, abs=0.01)
    assert refused.value.least == pytest.approx(0.2, abs=0.01)
