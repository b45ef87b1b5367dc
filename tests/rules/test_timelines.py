"""Series over time, values that rise, intervals that do not overlap."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import kstest, norm

from src.generation.draws.keys import derive
from src.generation.rules.layouts import Turns
from src.generation.rules.series import wandered
from tests.generation.families import compiled, schema_of
from tests.generation.families import wrongs as family_wrongs
from tests.generation.test_every_kind import of_kind

from .ruled import category, columns, computed, made, moment, number, refusals, table_of

YEAR = ("2024-01-01", "2024-12-31")
ROOM = category("room", "red", "blue", "grey", weights=[2, 1, 1])


def series(name="v", type_="number", **parameters):
    return {**of_kind("time_series", type_, **parameters), "name": name}


def rising(field, **more):
    return {"rule": "monotonic", "field": field, **more}


def apart(start="a", end="b", **more):
    return {"rule": "non_overlap", "start": start, "end": end, **more}


def by_room(rows, *names):
    """Tuples of the named columns, by room, in the order of the rows."""
    found = {}
    for room, *values in zip(rows["room"], *(rows[name] for name in names), strict=True):
        found.setdefault(room, []).append(tuple(values))
    return found


# ── series ────────────────────────────────────────────────────────────────────────────────────


def test_a_series_is_its_trend_and_its_wave():
    rows = columns([series(start=5, trend=10, cycle=2, period=8)], [], rows=101)
    places = np.arange(101)
    assert rows["v"] == pytest.approx(5 + places / 10 + 2 * np.sin(places * np.pi / 4))


def test_things_have_their_rows_together_each_in_its_share_and_begin_anew():
    rows = columns([ROOM, series(per="room", trend=100)], [], rows=4000)
    found = by_room(rows, "v")
    assert {room: len(values) for room, values in found.items()} == {
        "red": 2000, "blue": 1000, "grey": 1000,
    }  # fmt: skip
    for values in found.values():
        assert values[0] == (0,)
        assert values[-1] == (100,)
    assert [room for room, _ in pairwise([*rows["room"], ""]) if room != _] == [
        "red",
        "blue",
        "grey",
    ]


@pytest.mark.parametrize(
    ("ends", "rows", "step"),
    [
        (("2024-01-01T00:00:00", "2024-01-30T23:59:59"), 720, timedelta(hours=1)),
        (("2024-01-01T00:00:00", "2024-01-01T00:59:59"), 60, timedelta(minutes=1)),
        (("2024-01-01T00:00:00", "2024-01-01T00:01:00"), 8, timedelta(seconds=8)),
        (("2024-01-01", "2024-12-31"), 366, timedelta(days=1)),
        (("2024-01-01T00:00:00", "2024-01-01T00:00:00"), 1, None),
    ],
)
def test_time_goes_on_in_equal_and_round_steps(ends, rows, step):
    at = moment("at", *ends) if "T" in ends[0] else number("at", *ends, type="date")
    times = columns([at, series(time="at")], [], rows=rows)["at"]
    assert {after - before for before, after in pairwise(times)} == ({step} if step else set())
    assert str(times[0]).startswith("2024-01-01")


def test_noise_is_normal_independent_and_stays_within_the_constraints():
    noisy = {**series(start=3, noise=2), "constraints": {"minimum": 0, "maximum": 6}}
    values = np.array(columns([noisy], [], rows=20_000)["v"])
    law = norm(3, 2)
    assert (
        kstest((law.cdf(values) - law.cdf(0)) / (law.cdf(6) - law.cdf(0)), "uniform").pvalue > 1e-4
    )
    assert values.min() >= 0
    assert values.max() <= 6
    assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.03


def test_gaps_come_in_their_share():
    gaps = made([{**series(trend=1), "null_fraction": 0.1}], [], rows=10_000)["v"].null_count
    assert abs(gaps - 1000) < 4 * 30


def test_what_wanders_is_a_brownian_motion():
    """Steps of variance 1, independent of each other, the same whoever asks for them."""
    key, owners = derive(1, "walk"), np.repeat(np.arange(3000), 65)
    places = np.tile(np.arange(65), 3000)
    turns = Turns(owners, places, np.full(len(owners), 65))
    walks = wandered(key, turns, 100_000).reshape(3000, 65)
    assert not walks[:, 0].any()
    steps = np.diff(walks, axis=1)
    assert kstest(steps.ravel(), norm.cdf).pvalue > 1e-4
    assert abs(walks[:, 64].std() - 8) < 0.5
    neighbours = np.corrcoef(steps[:, 1:].ravel(), steps[:, :-1].ravel())[0, 1]
    assert abs(neighbours) < 0.01


@pytest.mark.parametrize("noise", [0, 3, 500])
@pytest.mark.parametrize("trend", [4000, -4000])
def test_counters_never_turn_back(trend, noise):
    counter = series(per="room", type_="integer", start=9, trend=trend, noise=noise, monotone=True)
    for values in by_room(columns([ROOM, counter], [], rows=1000), "v").values():
        steps = np.diff(np.array(values).ravel()) * np.sign(trend)
        assert (steps >= 0).all()
        assert abs(values[-1][0] - 9 - trend) <= abs(trend) / 200


def test_a_series_of_a_billion_rows_knows_any_of_them_at_once():
    one = table_of([series(trend=1, noise=0.1, wander=2, cycle=1)], [], 10**9)
    assert one.make(10**9 - 3, 10**9).num_rows == 3


# ── rising ────────────────────────────────────────────────────────────────────────────────────


def test_a_field_rises_and_keeps_its_distribution():
    law = {"name": "v", "type": "number", "generator": {"kind": "normal", "mean": 5, "stddev": 2}}
    values = columns([law], [rising("v")], rows=5000)["v"]
    assert all(before <= after for before, after in pairwise(values))
    assert kstest(values, norm(5, 2).cdf).statistic < 0.001


@pytest.mark.parametrize("descending", [False, True])
def test_strictly_rising_values_are_all_different(descending):
    at = {**moment("at"), "constraints": {"unique": True, "minimum": YEAR[0], "maximum": YEAR[1]}}
    fields = [number("n", 1, 1000), at]
    rules = [rising(name, strict=True, descending=descending) for name in ("n", "at")]
    for values in columns(fields, rules, rows=1000).values():
        assert len(set(values)) == 1000
        assert values == sorted(values, reverse=descending)


def test_children_rise_within_their_parent():
    parents = {"name": "p", "rows": 40, "primary_key": ["id"], "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}}]}  # fmt: skip
    children = {
        "name": "c",
        "fields": [{"name": "p_id", "type": "integer"}, moment("at", *YEAR)],
        "foreign_keys": [{"fields": ["p_id"], "reference": {"table": "p", "fields": ["id"]},
                          "per_parent": {"minimum": 5, "maximum": 9}}],
        "rules": [rising("at", per="p_id", strict=True)],
    }  # fmt: skip
    rows = compiled(schema_of(parents, children)).tables["c"]
    table = rows.make(0, rows.row_count)
    for number_ in range(1, 41):
        times = table.filter(np.equal(table["p_id"].to_numpy(), number_))["at"].to_pylist()
        assert 5 <= len(times) <= 9
        assert times == sorted(set(times))
        assert times[-1] - times[0] > timedelta(days=120)


def test_what_rises_already_is_left_alone():
    fields = [{"name": "n", "type": "integer", "generator": {"kind": "sequence"}}]
    assert made(fields, [rising("n", strict=True)]).equals(made(fields, []))
    assert refusals(fields, [rising("n", descending=True)])
    counter = series(per="room", trend=9, monotone=True)
    assert refusals([ROOM, counter], [rising("v", per="room")]) == []


# ── apart ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("per", [None, "room"])
def test_intervals_of_one_thing_do_not_overlap(per):
    fields = [ROOM, moment("a", *YEAR), moment("b", *YEAR)]
    rows = columns(fields, [apart(per=per) if per else apart()], rows=3000)
    groups = by_room(rows, "a", "b") if per else {"": list(zip(rows["a"], rows["b"], strict=True))}
    for spans in groups.values():
        assert all(a < b for a, b in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    lengths = Counter(
        (b - a) > timedelta(minutes=30) for a, b in zip(rows["a"], rows["b"], strict=True)
    )
    assert lengths[True] > 1000


def test_stays_of_a_given_length_do_not_overlap():
    fields = [
        ROOM,
        number("a", "2020-01-01", "2024-12-31", type="date"),
        number("n", 1, 5),
        computed("b", "a + n", "date"),
    ]
    rows = columns(fields, [apart(per="room")], rows=600)
    for spans in by_room(rows, "a", "b").values():
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert {(b - a).days for a, b in zip(rows["a"], rows["b"], strict=True)} == {1, 2, 3, 4, 5}


# ── refusals ──────────────────────────────────────────────────────────────────────────────────

MONEY = {"name": "m", "type": "integer", "generator": {"kind": "poisson", "mean": 3}}
A, B = moment("a", *YEAR), moment("b", *YEAR)


@pytest.mark.parametrize(
    ("fields", "rules", "path", "code"),
    [
        ([number("n", 1, 50)], [rising("n", strict=True)], "rules[0].strict", "too_few_values"),
        ([MONEY], [rising("m", strict=True)], "rules[0].strict", "not_constructible"),
        ([{"name": "t"}], [rising("t")], "rules[0].field", "not_ordered"),
        ([number("n")], [rising("m")], "rules[0].field", "unknown_field"),
        ([number("n")], [rising("n", per="m")], "rules[0].per", "unknown_field"),
        ([number("n", constraints={"unique": True})], [rising("n")], "rules[0].field",
         "rules_contradict"),
        ([number("n", 0, 9)], [rising("n"), rising("n", descending=True)], "rules[1].field",
         "rules_contradict"),
        ([A, number("b", *YEAR, type="date")], [apart()], "rules[0].end", "rules_contradict"),
        ([A, {"name": "b"}], [apart()], "rules[0].end", "not_constructible"),
        ([A, B, {"name": "u", "format": "uuid"}], [apart(per="u")], "rules[0].per",
         "not_constructible"),
        ([moment("a", "2024-01-01T00:00:00", "2024-01-01T00:00:30"),
          moment("b", "2024-01-01T00:00:00", "2024-01-01T00:00:30")], [apart()], "rules[0]",
         "empty_window"),
        ([moment("a", *YEAR, business_hours={}), moment("b", *YEAR)], [apart()], "rules[0].start",
         "not_constructible"),
        ([number("at", "2024-01-01", "2024-01-31", type="date"), series(time="at")], [],
         "fields[1].generator.time", "too_few_values"),
        ([{"name": "u", "format": "uuid"}, series(per="u")], [], "fields[1].generator.per",
         "not_constructible"),
        ([{**series(wander=1), "constraints": {"minimum": -9}}], [],
         "fields[0].generator.wander", "rules_contradict"),
        ([{**series(), "constraints": {"unique": True}}], [], "fields[0].constraints.unique",
         "unique_not_possible"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_laid_out_is_refused(fields, rules, path, code):
    found = refusals(fields, rules, rows=100)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.message and problem.hint for problem in found)


def test_the_rows_of_a_parent_need_an_order():
    parents = {"name": "p", "rows": 40, "primary_key": ["id"], "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}}]}  # fmt: skip
    children = {
        "name": "c",
        "rows": 100,
        "fields": [{"name": "p_id", "type": "integer"}, series(per="p_id")],
        "foreign_keys": [{"fields": ["p_id"], "reference": {"table": "p", "fields": ["id"]}}],
    }
    found = family_wrongs(parents, children)
    assert [(problem.path, problem.code) for problem in found] == [
        ("tables[1].fields[1].generator.per", "not_constructible")
    ]
    assert "per_parent" in found[0].hint


def test_a_series_beyond_every_digit_ends_at_the_last_one_there_is():
    wild = series(decimal_places=2, start=0, noise=1e300)
    rows = columns([wild], [], rows=50)
    assert all(len(str(abs(value)).replace(".", "")) <= 18 for value in rows["v"])
