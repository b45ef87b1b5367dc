"""Fields that bound each other: every window met, each field's law kept inside it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, norm, truncnorm, uniform

from tests.generation.families import children, compiled, parents, schema_of, wrongs

from .ruled import below, category, columns, computed, moment, number, refusals, true, when

SETTINGS = settings(max_examples=40, deadline=None)
YEAR = ("2024-01-01", "2024-12-31")
BERLIN = ZoneInfo("Europe/Berlin")
PRICE = {"kind": "normal", "mean": 50, "stddev": 20}
bounds = st.tuples(st.integers(-50, 50), st.integers(0, 60)).map(lambda p: (p[0], p[0] + p[1]))


def values(*args, **more):
    """Columns as NumPy arrays, decimals as floats."""
    return {
        name: np.array([float(x) if isinstance(x, Decimal) else x for x in column])
        for name, column in columns(*args, **more).items()
    }


# ── any bounds ────────────────────────────────────────────────────────────────────────────────


@SETTINGS
@given(bounds, bounds, st.booleans(), st.sampled_from([None, 0, 2, -1]), st.sampled_from([None, 1]))
def test_a_pair_is_ordered_within_its_bounds_or_refused_because_it_cannot_be(
    low, high, strict, places, others
):
    fields = [number("a", *low, places=places), number("b", *high, places=others)]
    found = refusals(fields, [below("a", "b", strict=strict)], rows=200)
    step = min({None: 1.0, 0: 1.0, 2: 0.01, -1: 1e-9}[places], {None: 1.0, 1: 0.1}[others])
    possible = low[0] + step * strict <= high[1] if strict else low[0] <= high[1]
    if found:
        assert {problem.code for problem in found} == {"empty_window"}
        assert not possible or high[1] - low[0] <= 1.0
        return
    rows = values(fields, [below("a", "b", strict=strict)], rows=200)
    assert (rows["a"] < rows["b"]).all() if strict else (rows["a"] <= rows["b"]).all()
    for name, ends in (("a", low), ("b", high)):
        assert ends[0] <= rows[name].min()
        assert rows[name].max() <= ends[1]


@SETTINGS
@given(st.lists(bounds, min_size=3, max_size=5), st.randoms(use_true_random=False))
def test_a_chain_is_ordered_whatever_its_bounds_and_the_order_of_its_fields(ends, chance):
    names = [f"f{place}" for place in range(len(ends))]
    fields = [number(name, *pair) for name, pair in zip(names, ends, strict=True)]
    rules = [below(low, high) for low, high in pairwise(names)]
    chance.shuffle(fields)
    chance.shuffle(rules)
    best = -(10**6)
    possible = all((best := max(best, low)) <= high for low, high in ends)
    found = refusals(fields, rules, rows=100)
    assert bool(found) == (not possible)
    if possible:
        rows = values(fields, rules, rows=100)
        for low, high in pairwise(names):
            assert (rows[low] <= rows[high]).all()


@SETTINGS
@given(
    st.tuples(st.integers(0, 700), st.integers(0, 300)),
    st.tuples(st.integers(0, 700), st.integers(0, 300)),
    st.booleans(),
)
def test_dates_and_datetimes_are_compared_as_midnights(low, high, strict):
    def span(pair):
        start = date(2023, 1, 1) + timedelta(pair[0])
        return str(start), str(start + timedelta(pair[1]))

    fields = [number("a", *span(low), type="date"), moment("b", *span(high))]
    for rules in ([below("a", "b", strict=strict)], [below("b", "a", strict=strict)]):
        if refusals(fields, rules, rows=100):
            continue
        rows = columns(fields, rules, rows=100)
        days = [datetime.combine(day, datetime.min.time()) for day in rows["a"]]
        pairs = list(zip(days, rows["b"], strict=True))
        if rules[0]["low"] == "b":
            pairs = [(b, a) for a, b in pairs]
        assert all(a < b if strict else a <= b for a, b in pairs)


# ── laws ──────────────────────────────────────────────────────────────────────────────────────


def test_the_higher_field_keeps_its_law_within_the_window():
    fields = [number("a", 0, 100, places=-1), {"name": "b", "type": "number", "generator": PRICE}]
    rows = values(fields, [below("a", "b")], rows=20_000)
    low, law = rows["a"], norm(50, 20)
    shares = (law.cdf(rows["b"]) - law.cdf(low)) / law.sf(low)
    assert kstest(shares, uniform.cdf).pvalue > 1e-4


def test_without_a_low_value_the_field_follows_its_whole_law():
    fields = [
        number("a", 0, 100, places=-1, null_fraction=0.5),
        {"name": "b", "type": "number", "generator": {**PRICE, "truncate": [0, 100]}},
    ]
    rows = columns(fields, [below("a", "b")], rows=20_000)
    free = [b for a, b in zip(rows["a"], rows["b"], strict=True) if a is None]
    assert kstest(free, truncnorm(-2.5, 2.5, 50, 20).cdf).pvalue > 1e-4


def test_a_window_far_out_in_a_distribution_is_met():
    """Where the law has next to no mass, the window still decides."""
    far = {"kind": "normal", "mean": 0, "stddev": 1, "decimal_places": 2, "truncate": [0, 60]}
    fields = [number("a", 30, 50), {"name": "b", "type": "number", "generator": far}]
    rows = values(fields, [below("a", "b", strict=True)], rows=500)
    assert (rows["a"] < rows["b"]).all()
    assert len(set(rows["b"])) > 100


def test_prices_and_counts_of_any_law_are_ordered():
    money = {"kind": "lognormal", "median": 5, "sigma": 1, "decimal_places": 2}
    fields = [
        {"name": "a", "type": "integer", "generator": {"kind": "poisson", "mean": 3}},
        {"name": "b", "type": "number", "generator": money},
        {"name": "c", "type": "number", "generator": {"kind": "category", "values": [1, 9, 500]}},
    ]
    rows = values(fields, [below("a", "b", strict=True), below("b", "c")], rows=5000)
    assert (rows["a"] < rows["b"]).all()
    assert (rows["b"] <= rows["c"]).all()
    assert set(rows["c"]) == {1, 9, 500}


def test_several_rules_on_one_field_make_one_window():
    fields = [number("a", 0, 30), number("b", 10, 40), number("x", 0, 100), number("t", 60, 90)]
    rules = [below("a", "x"), below("b", "x", strict=True), below("x", "t"), true("x <> 1000")]
    rows = values(fields, rules[:3])
    assert (np.maximum(rows["a"], rows["b"] + 1) <= rows["x"]).all()
    assert (rows["x"] <= rows["t"]).all()
    assert len(set(rows["x"])) > 60


# ── open ends, computed ends ──────────────────────────────────────────────────────────────────


def test_open_ends_reach_beyond_what_bounds_them():
    fields = [moment("b"), number("a", "2031-01-01", "2031-12-31", type="date"), moment("c")]
    rows = columns(fields, [below("b", "a"), below("a", "c")])
    assert max(rows["c"]).year >= 2031
    moments = zip(rows["b"], rows["a"], rows["c"], strict=True)
    assert all(b.date() <= a <= c.date() for b, a, c in moments)
    assert len(set(rows["a"])) > 300
    assert refusals([number("a", 5000, 9000), number("b")], [below("a", "b")]) == []


def test_a_computed_value_bounds_a_drawn_one():
    fields = [number("a", 1, 5), computed("b", "a * 10", "integer"), number("c", 0, 200)]
    rows = values(fields, [below("b", "c")])
    assert (rows["a"] * 10 <= rows["c"]).all()


def test_what_follows_from_a_drawn_field_is_proved_not_bounded():
    fields = [number("a", 1, 5), computed("b", "a * 2 + 1", "integer")]
    assert refusals(fields, [below("a", "b", strict=True)]) == []
    (problem,) = refusals(fields, [below("b", "a")])
    assert (problem.path, problem.code) == ("rules[0]", "not_provable")
    days = [number("a", type="date"), computed("b", "a + n", "date"), number("n", 1, 9)]
    assert refusals(days, [below("a", "b", strict=True)]) == []
    assert refusals([*days[:2], number("n", 0, 9)], [below("a", "b", strict=True)]) != []


def test_a_bound_that_follows_from_the_field_below_leaves_room():
    fields = [moment("a", *YEAR), moment("b", "2024-01-01", "2025-03-01"), number("n", 0, 5)]
    rules = [below("a", "b", strict=True), true("b <= a + INTERVAL 2 DAY")]
    rows = columns(fields, rules)
    assert all(a < b <= a + timedelta(2) for a, b in zip(rows["a"], rows["b"], strict=True))
    found = refusals(fields, [rules[0], true("b <= a - INTERVAL 1 DAY")])
    assert {problem.code for problem in found} == {"empty_window"}


# ── clocks ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("strict", [False, True])
def test_the_clock_on_the_wall_decides_between_a_date_and_an_instant(strict):
    """Over both changes of the clock, at the hours that come twice or never."""
    ends = ("2024-10-26T22:00:00", "2024-10-27T04:00:00")
    spring = ("2024-03-30T23:00:00", "2024-03-31T05:00:00")
    for low, high in (ends, spring):
        fields = [moment("wall", low, high), moment("at", low, high, time_zone="Europe/Berlin")]
        for rule in (below("wall", "at", strict=strict), below("at", "wall", strict=strict)):
            rows = columns(fields, [rule], rows=3000)
            shown = [at.astimezone(BERLIN).replace(tzinfo=None) for at in rows["at"]]
            first, second = (
                (rows["wall"], shown) if rule["low"] == "wall" else (shown, rows["wall"])
            )
            assert all(a < b if strict else a <= b for a, b in zip(first, second, strict=True))
            assert len(set(rows["at"])) > 1000


def test_two_zones_are_compared_as_instants():
    fields = [
        moment("a", *YEAR, time_zone="America/New_York"),
        moment("b", *YEAR, time_zone="Asia/Tokyo"),
    ]
    rows = columns(fields, [below("a", "b")])
    assert all(
        a.astimezone(UTC) <= b.astimezone(UTC) for a, b in zip(rows["a"], rows["b"], strict=True)
    )


# ── parents ───────────────────────────────────────────────────────────────────────────────────


def kin(*rules, start=("2024-01-01", "2024-06-30"), own=(), fields=(), **more):
    starts = number("start", *start, type="date")
    ends = number("end", "2024-02-01", "2024-12-31", type="date")
    document = {**parents(50, starts, ends), "rules": list(own)}
    return [document, children(*fields, rows=600, rules=list(rules), **more)]


def test_a_parents_value_bounds_its_childrens():
    at = moment("at", "2024-01-01", "2024-12-31")
    recipe = compiled(schema_of(*kin(below("parents.start", "at"), fields=[at])))
    tables = {name: one.make(0, one.row_count).to_pylist() for name, one in recipe.tables.items()}
    starts = {row["id"]: row["start"] for row in tables["parents"]}
    assert all(row["at"].date() >= starts[row["parent"]] for row in tables["children"])
    assert len({row["at"] for row in tables["children"]}) > 500


def test_a_parents_rule_about_a_field_of_a_longer_name_takes_nothing_from_what_bounds():
    at = moment("at", "2024-01-01", "2024-12-31")
    rule = true("restarted >= 3")
    starts = moment("start", type="date", generator={
        "kind": "datetime", "minimum": "2024-01-01", "maximum": "2024-03-31"})  # fmt: skip
    world = {**parents(50, starts, number("restarted", 0, 9)), "rules": [rule]}
    below_it = children(at, rows=600, rules=[below("parents.start", "at")])
    assert wrongs(world, below_it) == []


def test_a_child_lies_between_two_values_of_its_parent_that_a_rule_there_orders():
    at = moment("at", "2024-01-01", "2024-12-31")
    rules = (below("parents.start", "at"), below("at", "parents.end"))
    between = kin(*rules, own=[below("start", "end")], fields=[at])
    recipe = compiled(schema_of(*between))
    tables = {name: one.make(0, one.row_count).to_pylist() for name, one in recipe.tables.items()}
    spans = {row["id"]: (row["start"], row["end"]) for row in tables["parents"]}
    midnight = datetime.min.time()
    for row in tables["children"]:
        low, high = (datetime.combine(day, midnight) for day in spans[row["parent"]])
        assert low <= row["at"] <= high
    (problem,) = wrongs(*kin(*rules, fields=[at]))
    assert (problem.path, problem.code) == ("tables[1].rules[1]", "empty_window")
    assert "their table" in problem.hint


def test_a_parent_that_may_begin_after_the_children_end_is_refused_with_the_fix():
    at = moment("at", "2024-01-01", "2024-03-31")
    (problem,) = wrongs(*kin(below("parents.start", "at"), fields=[at]))
    assert (problem.path, problem.code) == ("tables[1].rules[0]", "empty_window")
    assert "maximum" in problem.hint


def test_a_row_without_a_parent_is_free():
    at = moment("at", "2024-01-01", "2024-12-31")
    orphans = kin(below("parents.start", "at"), fields=[at], optional_fraction=0.5)
    rows = compiled(schema_of(*orphans)).tables["children"].make(0, 600).to_pylist()
    assert any(row["parent"] is None and row["at"].month == 1 for row in rows)


# ── refusals ──────────────────────────────────────────────────────────────────────────────────

A, B = number("a", 0, 9), number("b", 5, 20)
UNIQUE = number("u", 0, 99_999, constraints={"unique": True, "maximum": 99_999})


@pytest.mark.parametrize(
    ("fields", "rules", "path", "code"),
    [
        ([A, B], [below("a", "b"), below("b", "a", strict=True)], "rules[1]", "rules_contradict"),
        ([A, B], [below("a", "a", strict=True)], "rules[0]", "rules_contradict"),
        ([A, number("c", -9, -1)], [below("a", "c")], "rules[0]", "empty_window"),
        ([A, B], [below("a", "bb")], "rules[0].high", "unknown_column"),
        ([A, {"name": "t"}], [below("a", "t")], "rules[0]", "wrong_type"),
        ([A, moment("m")], [below("a", "m")], "rules[0]", "wrong_type"),
        ([{"name": "s"}, {"name": "t"}], [below("s", "t")], "rules[0]", "not_provable"),
        ([UNIQUE, {**UNIQUE, "name": "v"}], [below("u", "v")], "rules[0]", "not_provable"),
        ([A, B, computed("c", "b * b * 3", "integer")], [below("c", "a")], "rules[0]",
         "empty_window"),
        ([A, computed("c", "length(cast(b as text))", "integer"), B], [below("c", "a")], "rules[0]",
         "reach_unknown"),
        ([A], [true("a > 3 AND a < 4")], "rules[0].expr", "empty_window"),
        ([A], [true("a = 2.5")], "rules[0].expr", "empty_window"),
        ([A], [true("a > 3 OR a < 2")], "rules[0].expr", "not_constructible"),
        ([A], [true("a + 1")], "rules[0].expr", "not_constructible"),
        ([A], [true("a >")], "rules[0].expr", "expression_unreadable"),
        ([A, category("s", "x", "y")], [when("s = 'x'", "a > 5"), when("s <> 'y'", "a < 3")],
         "rules[1].then", "empty_window"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_ordered_is_refused_by_path_and_reason(fields, rules, path, code):
    found = refusals(fields, rules, rows=100)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.message and problem.hint for problem in found)


def test_a_circle_of_rules_is_named():
    fields = [number(name, 0, 9) for name in "abc"]
    found = refusals(fields, [below("a", "b"), below("b", "c"), below("c", "a", strict=True)])
    assert "a < b < c < a" in found[0].message


def test_inequalities_are_drawn_at_a_million_rows_a_second():
    import time as clock

    fields = [moment("a", *YEAR), moment("b", *YEAR)]
    from .ruled import table_of

    one = table_of(fields, [below("a", "b")], 1_000_000)
    one.make(0, 1000)
    began = clock.process_time()
    one.make(0, 250_000)
    # A quarter of a second would be the promised speed; the machine may be busy with others.
    assert clock.process_time() - began < 1.0


def test_two_hundred_rules_between_all_fields_are_bound_in_no_time():
    """Between 20 fields there are half a million ways up: none is walked twice."""
    import time as clock

    names = [f"f{place:02}" for place in range(20)]
    fields = [number(name, 0, 10_000) for name in names]
    rules = [below(low, high) for low, high in combinations(names, 2)]
    rules = [*rules, true("f19 <= 9000"), true("f19 <= f00 + 9999")]
    began = clock.process_time()
    rows = values(fields, rules[:200], rows=200)
    assert clock.process_time() - began < 20
    assert all((rows[low] <= rows[high]).all() for low, high in pairwise(names))
    (problem,) = refusals(fields[:2], [below("f00", "f01")] * 201)
    assert (problem.path, problem.code) == ("rules", "too_many_rules")
