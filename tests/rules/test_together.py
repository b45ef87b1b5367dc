"""Fields that come together: combinations, correlations, keys of several fields."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from src.generation.rules.correlations import completed, triangle

from .ruled import below, category, columns, made, moment, number, refusals, table_of

YEAR = ("2024-01-01", "2024-12-31")
MONEY = {"kind": "lognormal", "median": 20, "sigma": 0.6, "decimal_places": 2}
PLACES = {
    "rule": "fixed_combinations",
    "fields": ["city", "country", "zone"],
    "combinations": [["Ulm", "DE", 1], ["Köln", "DE", 2], ["Rom", "IT", None]],
    "weights": [5, 3, 2],
}
CITY = [{"name": "city"}, category("country", "x"), number("zone", nullable=True)]


def correlated(a, b, r):
    return {"rule": "correlation", "fields": [a, b], "r": r}


def law(name, kind, type_="number", **parameters):
    return {"name": name, "type": type_, "generator": {"kind": kind, **parameters}}


def pearson(table, a, b):
    def values(name):
        column = table[name].combine_chunks()
        if str(column.type).startswith(("date", "timestamp")):
            return column.cast("timestamp[us]").cast("int64").to_numpy()
        return column.cast("float64").to_numpy()

    return np.corrcoef(values(a), values(b))[0, 1]


# ── combinations ──────────────────────────────────────────────────────────────────────────────


def test_only_listed_combinations_come_each_in_its_share():
    rows = columns(CITY, [PLACES], rows=10_000)
    found = Counter(zip(*rows.values(), strict=True))
    assert set(found) == {tuple(values) for values in PLACES["combinations"]}
    assert abs(found["Ulm", "DE", 1] / 10_000 - 0.5) < 0.02
    assert abs(found["Rom", "IT", None] / 10_000 - 0.2) < 0.02


@pytest.mark.parametrize(
    ("fields", "change", "path", "code"),
    [
        (CITY, {"weights": [1]}, "rules[0].weights", "weights_mismatch"),
        (CITY, {"combinations": [["Ulm", "DE"]], "weights": [1]}, "rules[0].combinations[0]",
         "wrong_value"),
        (CITY, {"combinations": [["Ulm", "DE", "x"]], "weights": [1]},
         "rules[0].combinations[0]", "wrong_type"),
        ([*CITY[:2], number("zone")], {}, "rules[0].combinations[2]", "rules_contradict"),
        ([*CITY[:2], number("zone", null_fraction=0.5)], {}, "rules[0].fields[2]",
         "rules_contradict"),
        ([{"name": "city", "constraints": {"unique": True}}, *CITY[1:]], {}, "rules[0].fields[0]",
         "rules_contradict"),
        (CITY[:2], {}, "rules[0].fields[2]", "unknown_field"),
    ],
    ids=str,
)  # fmt: skip
def test_combinations_that_do_not_fit_are_refused(fields, change, path, code):
    found = refusals(fields, [{**PLACES, **change}], rows=100)
    assert (path, code) in [(problem.path, problem.code) for problem in found]


# ── correlations ──────────────────────────────────────────────────────────────────────────────

LAWS = {
    "money": law("x", "lognormal", median=20, sigma=0.6, decimal_places=2),
    "normal": law("x", "normal", mean=5, stddev=2, truncate=[0, 9]),
    "dice": number("x", 1, 6),
    "rare": law("x", "poisson", "integer", mean=0.4),
    "day": number("x", *YEAR, type="date"),
    "moment": moment("x", *YEAR),
    "hours": moment("x", *YEAR, time_zone="Europe/Berlin", business_hours={}),
    "beta": law("x", "beta", alpha=0.6, beta=2.0, decimal_places=3),
    "flag": law("x", "bernoulli", "boolean", p=0.3),
    "stars": law("x", "category", "integer", values=[1, 2, 3, 4, 5], weights=[1, 1, 2, 4, 9]),
}


@pytest.mark.parametrize("r", [-0.5, 0.2, 0.6])
@pytest.mark.parametrize("name", LAWS)
def test_the_final_values_correlate_as_asked(name, r):
    fields = [LAWS[name], {**LAWS["money"], "name": "y"}]
    if name == "flag" and r != 0.2:
        r /= 2
    table = made(fields, [correlated("x", "y", r)], rows=100_000)
    assert abs(pearson(table, "x", "y") - r) < 0.02


def test_correlated_fields_keep_their_distributions():
    fields = [LAWS["dice"], {**LAWS["normal"], "name": "y"}]
    table = made(fields, [correlated("x", "y", 0.8)], rows=60_000)
    counts = Counter(table["x"].to_pylist())
    assert all(abs(count / 10_000 - 1) < 0.05 for count in counts.values())
    alone = np.sort(made([{**LAWS["normal"], "name": "y"}], [], rows=60_000)["y"].to_numpy())
    assert np.abs(np.sort(table["y"].to_numpy()) - alone).mean() < 0.03


def test_several_correlations_hold_at_once():
    fields = [number(name, 0, 1000) for name in "abcd"]
    rules = [correlated("a", "b", 0.8), correlated("b", "c", 0.7), correlated("a", "d", -0.3)]
    table = made(fields, rules, rows=100_000)
    for rule in rules:
        assert abs(pearson(table, *rule["fields"]) - rule["r"]) < 0.02
    # What no rule says follows from the others: a and c through b.
    assert abs(pearson(table, "a", "c") - 0.8 * 0.7) < 0.03


def test_a_perfect_correlation_is_met_and_the_missing_entries_are_completed():
    table = made([number("a", 0, 99), number("b", 0, 999)], [correlated("a", "b", 1.0)])
    assert pearson(table, "a", "b") > 0.999
    matrix = completed({(0, 1): 0.8, (1, 2): 0.7}, 3)
    assert matrix[0, 2] == pytest.approx(0.56)
    for wanted in (matrix, np.ones((3, 3)), np.eye(4)):
        assert triangle(wanted) @ triangle(wanted).T == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("fields", "rules", "path", "code"),
    [
        ([number(n, 0, 9) for n in "abc"],
         [correlated("a", "b", 0.9), correlated("b", "c", 0.9), correlated("a", "c", -0.9)],
         "rules[2].r", "rules_contradict"),
        ([LAWS["rare"], number("y", 0, 9)], [correlated("x", "y", -0.95)], "rules[0].r",
         "not_constructible"),
        ([number("x", 3, 3), number("y", 0, 9)], [correlated("x", "y", 0.1)], "rules[0].r",
         "not_constructible"),
        ([number("x", 0, 9), {"name": "y"}], [correlated("x", "y", 0.1)], "rules[0].fields[1]",
         "not_ordered"),
        ([number("x", 0, 9), law("y", "category", "integer", values=[1, 2], quota="exact")],
         [correlated("x", "y", 0.1)], "rules[0].fields[1]", "not_ordered"),
        ([number("x", 0, 9), number("y", constraints={"unique": True})],
         [correlated("x", "y", 0.1)], "rules[0].fields[1]", "rules_contradict"),
        ([number("x", 0, 9), number("y", 0, 9)],
         [correlated("x", "y", 0.1), correlated("y", "x", 0.2)], "rules[1]", "rules_contradict"),
        ([number("x", 0, 9), number("y", 0, 9)], [correlated("x", "y", 0.1), below("x", "y")],
         "rules[1]", "not_provable"),
    ],
    ids=str,
)  # fmt: skip
def test_correlations_that_cannot_be_had_are_refused(fields, rules, path, code):
    found = refusals(fields, rules, rows=100)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.message and problem.hint for problem in found)


def test_a_correlation_out_of_reach_says_what_is_within():
    (problem,) = refusals([LAWS["rare"], number("y", 0, 9)], [correlated("x", "y", -0.95)])
    assert "between -0.777 and 0.777" in problem.message


# ── unique together ───────────────────────────────────────────────────────────────────────────


def unique(*fields):
    return {"rule": "unique_together", "fields": list(fields)}


@pytest.mark.parametrize("rows", [1, 200, 2000, 2400])
def test_no_two_rows_share_a_combination(rows):
    fields = [number("a", 1, 60), category("b", *"abcdefgh"), number("c", 1, 5)]
    found = columns(fields, [unique("a", "b", "c")], rows=rows)
    assert len(set(zip(*found.values(), strict=True))) == rows


def test_each_field_is_spread_over_all_it_can_hold():
    fields = [number("a", 1, 100), number("b", 1, 100)]
    found = columns(fields, [unique("a", "b")], rows=6000)
    for name in "ab":
        counts = Counter(found[name])
        assert len(counts) == 100
        assert max(counts.values()) < 60 + 5 * 60**0.5


def test_a_million_combinations_are_different_without_remembering_any():
    table = table_of([number("a", 0, 999_999), moment("b", *YEAR)], [unique("a", "b")], 10**9)
    far = table.make(10**9 - 1000, 10**9)
    assert far.num_rows == len(set(zip(*far.to_pydict().values(), strict=True)))


def test_what_is_unique_by_itself_needs_nothing_more():
    fields = [number("a", 0, 5000, constraints={"unique": True, "maximum": 5000}), {"name": "b"}]
    assert made(fields, [unique("a", "b")], rows=500).equals(made(fields, [], rows=500))


def test_a_primary_key_of_several_fields_is_unique_together():
    fields = [number("a", 1, 50), number("b", 1, 50)]
    found = columns(fields, [], rows=2000, primary_key=["a", "b"])
    assert len(set(zip(*found.values(), strict=True))) == 2000


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ([number("a", 1, 9), number("b", 1, 9)], "rules[0].fields", "too_few_values"),
        ([number("a", 1, 90), {"name": "b"}], "rules[0].fields[1]", "not_constructible"),
        ([number("a", 1, 90), category("b", "x", "y", weights=[1, 2])], "rules[0].fields[1]",
         "rules_contradict"),
        ([number("a", 1, 90), number("b", 0, 1, places=-1)], "rules[0].fields[1]",
         "not_constructible"),
        ([number("a", 1, 90)], "rules[0].fields[1]", "unknown_field"),
    ],
    ids=str,
)  # fmt: skip
def test_too_few_combinations_are_refused(fields, path, code):
    found = refusals(fields, [unique("a", "b")], rows=100)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
