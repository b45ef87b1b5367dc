"""What each way of belonging together promises beyond what all promise."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow.compute as pc
import pytest

from src.generation.draws.keys import derive
from src.generation.tables.links import Earlier, Orphans, _product

from .families import (
    AMOUNT,
    FAMILIES,
    ID,
    LINE,
    children,
    compiled,
    family,
    key,
    link,
    parents,
    schema_of,
    summed,
    table,
)

NONE = Orphans(derive(1, "orphans"), 3, 0)


def counts_of(rows, field="parent", among=None):
    """How many rows each parent has, the busiest first; `among`: the number of parents."""
    found = sorted(Counter(v for v in rows[field].to_pylist() if v is not None).values())[::-1]
    return found + [0] * ((among or len(found)) - len(found))


# ── how many ──────────────────────────────────────────────────────────────────────────────────


def test_a_range_is_dealt_out_evenly_and_exactly():
    rows = family(*FAMILIES["rows follow from a range"])["children"]
    shares = Counter(counts_of(rows, among=3000))
    assert shares == dict.fromkeys(range(1, 7), 500)
    assert rows.num_rows == 500 * 21


def test_the_children_of_a_parent_lie_together_where_their_number_follows():
    rows = family(*FAMILIES["rows follow from a range"])["children"]
    assert rows["parent"].to_pylist() == sorted(rows["parent"].to_pylist())


def test_they_are_shuffled_where_it_is_given():
    found = family(*FAMILIES["a skew"])["children"]["parent"].to_numpy()
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 0.05


@pytest.mark.parametrize(
    ("per_parent", "rows", "low", "high", "none", "total"),
    [
        ({"maximum": 3, "share_with_none": 0.25}, None, 1, 3, 75, 450),
        ({"minimum": 0, "maximum": 4}, None, 0, 4, 60, 600),
        ({"mean": 2.5}, None, 0, 12, None, 750),
        ({"mean": 2.5, "minimum": 2}, None, 2, 8, 0, 750),
        ({"mean": 2, "share_with_none": 0.5}, None, 1, 14, 150, 600),
        ({"minimum": 1, "maximum": 9, "mean": 2.5}, None, 1, 9, 0, 750),
        ({"minimum": 1, "maximum": 6}, 400, 1, 6, 0, 400),
        ({"minimum": 1, "maximum": 6}, 300, 1, 1, 0, 300),
        ({"minimum": 1, "maximum": 6}, 1800, 6, 6, 0, 1800),
        ({"minimum": 2}, 1000, 2, 12, 0, 1000),
        ({"share_with_none": 0.1}, 1000, 1, 14, 30, 1000),
        ({"share_with_none": 1}, 0, 0, 0, 300, 0),
        ({"mean": 1.5, "maximum": 2}, None, 0, 2, None, 450),
    ],
    ids=str,
)
def test_counts_keep_to_what_is_said_and_to_the_rows(per_parent, rows, low, high, none, total):
    found = family(parents(300), children(rows=rows, per_parent=per_parent))["children"]
    counts = counts_of(found, among=300)
    some = [count for count in counts if count] if "share_with_none" in per_parent else counts
    assert found.num_rows == sum(counts) == total
    assert low <= min(some, default=0) <= max(some, default=0) <= high
    assert none is None or counts.count(0) == none


@pytest.mark.parametrize(
    ("top", "share", "rows", "none"),
    [(0.2, 0.6, 8000, 0.05), (0.1, 0.5, 6000, None), (0.5, 0.75, 3000, 0.2), (0.01, 0.3, 4000, 0),
     (0.2, 0.8, 1500, None)],
)  # fmt: skip
def test_the_busiest_have_their_share(top, share, rows, none):
    said = {"skew": {"top": top, "share": share}}
    said |= {} if none is None else {"share_with_none": none}
    found = family(parents(2000), children(rows=rows, per_parent=said))["children"]
    counts = counts_of(found, among=2000)
    assert sum(counts) == rows
    assert abs(sum(counts[: int(top * 2000)]) / rows - share) < 0.015
    if none is not None:
        assert counts.count(0) == none * 2000
    # Nobody has nearly everything: the curve declines.
    assert counts[0] < rows * share / 2


def test_one_to_one_is_one_row_for_each_parent():
    rows = family(*FAMILIES["one to one"])
    assert rows["details"]["parent"].to_pylist() == rows["parents"]["id"].to_pylist()


def test_a_share_of_none_is_rounded_to_the_nearest_parent():
    rows = family(parents(35), children(rows=200, per_parent={"share_with_none": 0.1}))["children"]
    assert counts_of(rows, among=35).count(0) == 4


def test_who_is_busy_has_nothing_to_do_with_the_row():
    found = family(*FAMILIES["a skew"])["children"]
    counts = Counter(found["parent"].to_pylist())
    halves = [sum(counts[n] for n in side) for side in (range(1, 1001), range(1001, 2001))]
    assert abs(halves[0] / 8000 - 0.5) < 0.1


def test_chance_gives_parents_as_many_as_chance_does():
    rows = family(parents(500, summed("n", "count(children)", "integer")), children(rows=5000))
    counts = np.array(rows["parents"]["n"].to_pylist())
    assert counts.sum() == 5000
    assert abs(counts.var() / 10 - 1) < 0.3  # Poisson: the variance is the mean


@pytest.mark.parametrize("count", [1, 2, 3])
def test_chance_leaves_out_no_parent(count):
    found = family(parents(count), children(rows=300))["children"]
    assert min(counts_of(found, among=count)) > 300 / count * 0.6


def test_another_seed_gives_other_parents():
    first, second = (family(*FAMILIES["a skew"], seed=seed)["children"] for seed in (1, 2))
    same = pc.sum(pc.equal(first["parent"], second["parent"])).as_py()
    assert same < 200


def test_each_of_the_earlier_rows_is_as_likely_a_parent():
    row, seeds = 2, 1000
    found = Counter(
        int(Earlier("x", derive(seed, "who"), NONE).parents(np.array([row]))[0])
        for seed in range(seeds)
    )
    assert found.keys() == {0, 1}
    assert abs(found[0] / seeds - 0.5) < 4 * 0.5 / seeds**0.5


@pytest.mark.parametrize("modulus", [2**31, 2**31 + 1, 2**36 + 31, 2**40 + 15])
def test_a_product_is_exact_where_it_passes_64_bits(modulus):
    some = np.array([0, 1, 12_345, modulus // 2, modulus - 1])
    left, right = np.repeat(some, len(some)), np.tile(some, len(some))
    exact = [int(a) * int(b) % modulus for a, b in zip(left, right, strict=True)]
    assert _product(left, right, modulus).tolist() == exact


# ── lines, pairs, referrals ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("of", [{"per_parent": {"maximum": 6}}, {"rows": 900}])
def test_lines_are_numbered_from_one_without_a_gap(of):
    rows = of.pop("rows", None)
    found = family(parents(300), children(LINE, rows=rows, **of))["children"]
    lines = defaultdict(list)
    for parent, line in zip(found["parent"].to_pylist(), found["line"].to_pylist(), strict=True):
        lines[parent].append(line)
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in lines.values())
    if rows is None:
        assert all(numbers == sorted(numbers) for numbers in lines.values())


def test_who_has_no_parent_has_no_line_number():
    found = family(*FAMILIES["line numbers, or none"])["children"]
    assert pc.is_null(found["line"]).equals(pc.is_null(found["parent"]))


def test_nobody_is_paired_with_itself_and_everybody_is_met():
    found = family(*FAMILIES["pairs of one table"])["follows"]
    pairs = list(zip(found["a"].to_pylist(), found["b"].to_pylist(), strict=True))
    assert len(set(pairs)) == 1500
    assert all(a != b for a, b in pairs)
    assert len({b for _, b in pairs}) == 60


def test_partners_are_spread_over_all():
    found = family(*FAMILIES["so many pairs"])["seats"]
    met = counts_of(found, "b")
    assert len(met) == 40
    assert max(met) < 2 * min(met)


def test_all_pairs_there_are_can_be_had():
    found = family(*FAMILIES["all pairs"])["seats"]
    assert found.group_by(["a", "b"]).aggregate([]).num_rows == 1500


def test_referrals_lead_back_to_somebody_whom_nobody_referred():
    found = family(*FAMILIES["itself"])["people"]
    boss = dict(zip(found["id"].to_pylist(), found["boss"].to_pylist(), strict=True))
    assert list(boss.values()).count(None) == 750
    depths = {}
    for person, above in boss.items():  # who refers comes before who is referred
        depths[person] = 0 if above is None else depths[above] + 1
    assert max(depths.values()) > 3
    assert len(set(boss.values())) > 700  # not a few who referred everybody


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_small_tables_refer_to_themselves_too(rows):
    people = table("people", ID, link("boss", nullable=True), rows=rows, primary_key=["id"],
                   foreign_keys=[key("boss", "people", optional_fraction=0.2)])  # fmt: skip
    assert family(people)["people"]["boss"].to_pylist() == [None, 1][:rows]


# ── sums ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["sums of rows in order", "sums of shuffled rows"])
def test_aggregates_are_those_of_the_children(name):
    rows = family(*FAMILIES[name])
    own = defaultdict(list)
    for row in rows["children"].to_pylist():
        own[row["parent"]].append(row)
    for parent in rows["parents"].to_pylist():
        mine = own[parent["id"]]
        amounts = [row["amount"] for row in mine]
        days = [row["day"] for row in mine if row["day"]]
        assert parent["total"] == sum(amounts)
        assert parent["twice"] == sum(amount * 2 + 1 for amount in amounts)
        assert parent["mass"] == pytest.approx(sum(row["weight"] for row in mine))
        assert parent["number"] == len(mine)
        assert parent["days"] == len(days)
        assert parent["lowest"] == min(amounts, default=None)
        assert parent["latest"] == max(days, default=None)
        assert parent["usual"] == (_cents(sum(amounts), len(amounts)) if amounts else None)


def _cents(total, count):
    return (Decimal(total) / count).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_sums_go_up_over_three_tables():
    rows = family(*FAMILIES["sums of sums"])
    total = sum(rows["children"]["amount"].to_pylist())
    assert sum(rows["parents"]["total"].to_pylist()) == total
    assert sum(rows["regions"]["all"].to_pylist()) == total


def test_sums_beyond_64_bits_on_the_way_are_exact():
    big = {"name": "amount", "type": "integer", "constraints": {"minimum": 4 * 10**17,
                                                                "maximum": 5 * 10**17}}  # fmt: skip
    mean = summed("usual", "avg(children.amount)", nullable=True, null_fraction=0,
                  exact=False)  # fmt: skip
    rows = family(parents(2, mean), children(big, rows=100))
    for parent in rows["parents"].to_pylist():
        amounts = [r["amount"] for r in rows["children"].to_pylist() if r["parent"] == parent["id"]]
        assert parent["usual"] == pytest.approx(sum(amounts) / len(amounts), rel=1e-15)


def test_two_keys_to_one_table_are_told_apart_by_their_field():
    sent = summed("sent", "count(mails.sender)", "integer")
    mails = table("mails", ID, link("sender"), link("receiver"), rows=500, primary_key=["id"],
                  foreign_keys=[key("sender", "parents"), key("receiver", "parents")])  # fmt: skip
    rows = family(parents(40, sent), mails)
    counts = Counter(rows["mails"]["sender"].to_pylist())
    assert rows["parents"]["sent"].to_pylist() == [counts[n] for n in range(1, 41)]


def test_a_region_of_many_rows_needs_no_memory_for_them():
    regions = table("regions", ID, summed("n", "count(parents)", "integer"), rows=3,
                    primary_key=["id"])  # fmt: skip
    owners = table("parents", ID, link("region"), rows=400_000, primary_key=["id"],
                   foreign_keys=[key("region", "regions")])  # fmt: skip
    recipe = compiled(schema_of(regions, owners))
    found = recipe.tables["regions"].make(0, 3)
    assert sum(found["n"].to_pylist()) == 400_000


def test_dates_are_compared_as_dates():
    first = summed("first", "min(children.day)", "date", nullable=True, null_fraction=0)
    day = {"name": "day", "type": "date", "constraints": {"minimum": "2024-01-01",
                                                          "maximum": "2024-12-31"}}  # fmt: skip
    found = family(parents(5, first), children(day, AMOUNT, rows=200))["parents"]["first"]
    assert all(date(2024, 1, 1) <= cell <= date(2024, 6, 1) for cell in found.to_pylist())


# ── what rows take from their parents ─────────────────────────────────────────────────────────


def test_a_row_is_worked_out_from_its_parents_and_theirs():
    rows = family(*FAMILIES["values of parents"])
    tax = {row["id"]: row["tax"] for row in rows["regions"].to_pylist()}
    parents_ = {row["id"]: row for row in rows["parents"].to_pylist()}
    for row in rows["children"].to_pylist():
        parent = parents_[row["parent"]]
        assert parent["gross"] == parent["price"] + tax[parent["region"]]
        assert row["cost"] == _cents(row["amount"] * parent["gross"], 1)
        assert row["again"] == tax[parent["region"]]
        assert row["day"] >= parent["day"]


def test_a_row_is_worked_out_from_an_earlier_one():
    rows = family(*FAMILIES["values of earlier rows of the same table"])["people"].to_pylist()
    amounts = {row["id"]: row["amount"] for row in rows}
    assert all(row["gap"] == amounts.get(row["boss"], 0) - row["amount"] for row in rows)
