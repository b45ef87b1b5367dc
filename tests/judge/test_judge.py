"""Each promise is judged on the final data: held where it holds, broken where it is broken."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.core.parsing import parse_schema
from src.utils import folds
from src.utils.promises import promises

from .judged import data, judged, of, schema_with

CENTS = [Decimal("0.10"), Decimal("0.20"), Decimal("0.30")]
CASES = [
    ("row_count", {"equals": 3}, {"id": [1, 2, 3]}, {"id": [1, 2]}),
    ("unique", {"fields": ["id"]}, {"id": [1, None, None, 2]}, {"id": [1, 2, 3, 1]}),
    ("unique", {"fields": ["email"]}, {"email": ["a", "b", None]}, {"email": ["a", "b", "a"]}),
    (
        "unique",
        {"fields": ["id", "country"]},
        {"id": [1, 1, 2], "country": ["a", "b", "a"]},
        {"id": [1, 1, 1], "country": ["a", "b", "a"]},
    ),
    ("unique", {"fields": ["weight"]}, {"weight": [0.5, -0.5]}, {"weight": [0.0, -0.0]}),
    ("not_null", {"field": "id"}, {"id": [1, 2]}, {"id": [1, None]}),
    (
        "null_share",
        {"field": "id", "equals": 0.5, "tolerance": 0},
        {"id": [1, None, 2, None]},
        {"id": [1, None, 2, 3]},
    ),
    ("range", {"field": "id", "minimum": 1, "maximum": 3}, {"id": [1, 3, None]}, {"id": [0, 3]}),
    ("range", {"field": "price", "maximum": 0.3}, {"price": CENTS}, {"price": [Decimal("0.31")]}),
    (
        "range",
        {"field": "day", "minimum": "2024-01-01"},
        {"day": [date(2024, 1, 1)]},
        {"day": [date(2023, 12, 31)]},
    ),
    ("one_of", {"field": "country", "values": ["DE", "AT"]}, {"country": ["DE", None, "AT"]},
     {"country": ["DE", "CH"]}),
    (
        "share",
        {"field": "country", "value": "DE", "equals": 0.5, "tolerance": 0.1},
        {"country": ["DE", "AT", "DE", None]},
        {"country": ["DE", "AT", None, None]},
    ),
    (
        "share",
        {"field": "active", "value": True, "equals": 1.0},
        {"active": [True, True]},
        {"active": [True, False]},
    ),
    (
        "mean",
        {"field": "price", "equals": 0.2, "tolerance": 0},
        {"price": [*CENTS, None]},
        {"price": [*CENTS, Decimal("0.21")]},
    ),
    ("mean", {"field": "id", "equals": 2, "tolerance": 0.5}, {"id": [1, 4]}, {"id": [1, 5]}),
    ("median", {"field": "id", "equals": 2.5, "tolerance": 0}, {"id": [9, 2, 3, 1]},
     {"id": [9, 2, 4, 1]}),
    ("median", {"field": "weight", "equals": -1, "tolerance": 0}, {"weight": [-5, -1, 7]},
     {"weight": [-5, -2, 7]}),
    ("matches", {"field": "email", "pattern": "a|ab"}, {"email": ["a", "ab"]}, {"email": ["abc"]}),
    ("format", {"field": "email", "format": "email"}, {"email": ["a@b.de"]}, {"email": ["a@"]}),
    ("sum", {"field": "price", "equals": 0.6}, {"price": CENTS}, {"price": CENTS[:2]}),
    ("sum", {"field": "weight", "equals": 0.6}, {"weight": [0.1, 0.2, 0.3]}, {"weight": [0.1]}),
    ("sum", {"field": "id", "equals": "sum(weight)"}, {"id": [1, 2], "weight": [1.5, 1.5]},
     {"id": [1, 3], "weight": [1.5, 1.5]}),
    (
        "correlation",
        {"fields": ["id", "weight"], "equals": 1.0},
        {"id": [1, 2, 3, 9], "weight": [2.0, 4.0, 6.0, None]},
        {"id": [1, 2, 3, 9], "weight": [2.0, 4.0, -6.0, None]},
    ),
    ("median", {"field": "id", "equals": 2.5}, {"id": [9, 2, 3, 1]}, {"id": [9] * 40}),
    ("quantile", {"field": "id", "q": 0.9, "equals": 91, "tolerance": 0.2},
     {"id": list(range(1, 102))}, {"id": list(range(2, 103))}),
    ("mean", {"field": "id", "equals": 2}, {"id": [1, 2, 3]}, {"id": [2, 2, 3, 3] * 50}),
    ("share", {"field": "country", "value": "DE", "maximum": 0.25},
     {"country": ["DE", "AT", "AT", None]}, {"country": ["DE", "DE", "AT", None]}),
    ("share", {"field": "country", "value": "DE", "minimum": 0.25, "maximum": 0.5},
     {"country": ["DE", "AT", "AT", None]}, {"country": ["AT", "AT"]}),
    ("share", {"field": "country", "value": "DE", "equals": 1 / 3, "tolerance": 0},
     {"country": ["DE", "AT", "AT", "AT"]}, {"country": ["DE", "DE", "DE", "AT"]}),
    ("shares", {"field": "country", "values": ["DE", "AT"], "weights": [3, 1], "tolerance": 0},
     {"country": ["DE", "DE", "DE", "AT", None]}, {"country": ["DE", "DE", "AT", "CH"]}),
    ("shares", {"field": "id", "values": [1, 2], "weights": [1, 1]},
     {"id": [1, 2] * 50}, {"id": [1] * 100}),
    ("distribution", {"field": "weight", "generator": {"kind": "normal", "mean": 5}},
     {"weight": [4.0, 4.5, 5.0, 5.5, 6.0]}, {"weight": [7.0, 7.5, 8.0, 8.5] * 5}),
    ("distribution", {"field": "id", "generator": {"kind": "poisson", "mean": 2}},
     {"id": [0, 1, 1, 2, 2, 2, 3, 3, 4]}, {"id": [9] * 20}),
    ("distribution", {"field": "price", "generator": {"kind": "uniform", "minimum": 0,
      "maximum": 1, "decimal_places": 2}}, {"price": CENTS}, {"price": [Decimal("0.99")] * 20}),
    ("implies", {"when": "id > 1", "then": "weight > 1"}, {"id": [1, 2, None], "weight": [0, 2, 0]},
     {"id": [1, 2], "weight": [0, 1]}),
    ("combinations", {"fields": ["country", "id"], "combinations": [["DE", 1], ["AT", 2]]},
     {"country": ["DE", "AT"], "id": [1, 2]}, {"country": ["DE", "AT"], "id": [1, 1]}),
    ("agree", {"fields": ["email", "name"]},
     {"email": ["e.mueller@b.de", "j.lopez@c.de", None], "name": ["Müller", "J López", "X"]},
     {"email": ["eva.mueller@b.de"], "name": ["Otto Kern"]}),
    ("agree", {"fields": ["city", "postcode"]},
     {"city": ["Witten", "Atlantis"], "postcode": ["58452", "1"]},
     {"city": ["Witten"], "postcode": ["10115"]}),
    ("top_share", {"field": "country", "top": 0.5, "equals": 0.75},
     {"country": ["DE", "AT", "DE", "DE"]}, {"country": ["DE", "AT", "AT", "DE"]}),
    ("per_parent", {"field": "country", "minimum": 2, "maximum": 3},
     {"country": ["DE", "AT", "DE", "AT", "AT", None]}, {"country": ["DE", "AT", "AT"]}),
    ("per_parent", {"field": "country", "values": [1, 2], "weights": [1, 1], "tolerance": 0.1},
     {"country": ["DE", "AT", "DE"]}, {"country": ["DE", "AT", "DE", "AT"]}),
    ("distinct", {"field": "country", "minimum": 2, "maximum": 2}, {"country": ["a", "b", "a"]},
     {"country": ["a", "b", "c"]}),
    ("length", {"field": "email", "minimum": 2, "maximum": 4}, {"email": ["äöü", None, "ab"]},
     {"email": ["a", "abc"]}),
    ("length", {"field": "email", "maximum": 2, "unit": "words"}, {"email": ["one two", "x"]},
     {"email": ["one two three"]}),
    ("language", {"field": "email", "language": "de_AT"},
     {"email": ["Die Lieferung kam zu spät", "Das Fahrrad ist kaputt", "ok"]},
     {"email": ["The delivery came too late", "Das Fahrrad ist kaputt"]}),
    ("near_duplicates", {"field": "email"},
     {"email": ["the brakes squeak when it rains", "my chain fell off again", None]},
     {"email": ["the brakes squeak when it rains", "my chain fell off again",
                "The brakes squeak, when it rains!"]}),
    ("diversity", {"field": "email", "minimum": 0.7},
     {"email": ["a b c", "d e f"]}, {"email": ["a b", "A b", "a b", "c d"]}),
    ("expression", {"expr": "price <= 0.3"}, {"price": CENTS}, {"price": [Decimal("0.31")]}),
    ("expression", {"expr": "id < weight"}, {"id": [1, None, 3], "weight": [1.5, 2, None]},
     {"id": [1, 2], "weight": [1.5, 2]}),
]  # fmt: skip
ONE_TABLE = [case for case in CASES if case[2] is not None]


@pytest.mark.parametrize("piece", [1, 100])
@pytest.mark.parametrize(("check", "said", "good", "bad"), ONE_TABLE)
def test_a_check_holds_on_good_data_and_breaks_on_bad(check, said, good, bad, piece, tmp_path):
    schema = schema_with({"check": check, "because": "as asked", **said})
    rows = {"t": 3}
    held = judged(schema, data(**good), tmp_path / "good", piece=piece, rows=rows)[0]
    broken = judged(schema, data(**bad), tmp_path / "bad", piece=piece, rows=rows)[0]
    assert (held.check, held.held, held.because) == (check, True, "as asked")
    assert not broken.held
    assert held.target
    assert held.measured != broken.measured


SHOP = {
    "name": "shop",
    "tables": [
        {"name": "customers", "primary_key": ["id"], "fields": [
            {"name": "id", "type": "integer"},
            {"name": "referred_by", "type": "integer", "nullable": True}],
         "foreign_keys": [{"fields": ["referred_by"], "reference": {"fields": ["id"]}}]},
        {"name": "orders", "fields": [
            {"name": "customer_id", "type": "integer"}, {"name": "total", "type": "number"}],
         "foreign_keys": [
            {"fields": ["customer_id"], "reference": {"table": "customers", "fields": ["id"]}}]},
    ],
}  # fmt: skip


def shop(referred, customers):
    return {
        "customers": pa.table({"id": [1, 2, 3], "referred_by": pa.array(referred, pa.int64())}),
        "orders": pa.table({"customer_id": customers, "total": [1.0] * len(customers)}),
    }


def test_references_hold_between_tables_and_within_one(tmp_path):
    schema = parse_schema(SHOP)
    verdicts = judged(schema, shop([None, 1, 1], [3, 3, 1, 2]), tmp_path)
    assert all(verdict.held for verdict in verdicts)
    assert {v.about for v in verdicts if v.check == "references"} == {
        "customers.referred_by",
        "orders.customer_id",
    }


def test_an_orphan_is_named_with_its_row(tmp_path):
    verdicts = judged(parse_schema(SHOP), shop([None, 1, 4], [3, 9, 1, 8]), tmp_path)
    broken = [verdict for verdict in verdicts if not verdict.held]
    assert [(v.about, v.examples) for v in broken] == [
        ("customers.referred_by", ("row 2",)),
        ("orders.customer_id", ("row 1", "row 3")),
    ]
    assert {v.check for v in broken} == {"references"}


def test_a_sum_over_another_table_is_exact_for_decimals(tmp_path):
    document = {
        "name": "s",
        "tables": [
            {"name": "orders", "fields": [{"name": "total", "type": "number"}]},
            {"name": "lines", "fields": [{"name": "amount", "type": "number"}]},
        ],
        "expectations": [{"check": "sum", "field": "orders.total", "equals": "sum(lines.amount)"}],
    }
    tenth, kind = Decimal("0.10"), pa.decimal128(18, 2)
    tables = {
        "orders": pa.table({"total": pa.array([tenth * 3], kind)}),
        "lines": pa.table({"amount": pa.array([tenth] * 3, kind)}),
    }
    schema = parse_schema(document)
    assert of("sum", judged(schema, tables, tmp_path)).held
    tables["lines"] = pa.table({"amount": pa.array([tenth] * 3 + [Decimal("0.01")], kind)})
    verdict = of("sum", judged(schema, tables, tmp_path))
    assert not verdict.held
    assert (verdict.measured, verdict.target) == ("0.3", "sum(lines.amount) = 0.31")


# ── the schema's own promises ─────────────────────────────────────────────────────────────────

PROMISED = [
    {"name": "id", "type": "integer", "constraints": {"unique": True, "exclusiveMinimum": 0}},
    {"name": "mail", "format": "email", "constraints": {"pattern": ".+@.+"}},
    {"name": "plan", "constraints": {"enum": ["a", "b"]}},
    {"name": "size", "generator": {"kind": "category", "values": ["S", "L"], "weights": [2, 1],
     "quota": "exact"}},
    {"name": "note", "nullable": True, "constraints": {"maxLength": 5}},
    {"name": "day", "type": "date", "constraints": {"minimum": "2024-01-01"}},
]  # fmt: skip


def promised(**changes):
    columns = {
        "id": [1, 2, 3],
        "mail": ["a@b.de", "c@d.de", "e@f.de"],
        "plan": ["a", "b", "a"],
        "size": ["S", "L", "S"],
        "note": [None, "x", ""],
        "day": [date(2024, 1, 1)] * 3,
    }
    return pa.table({**columns, **changes})


def test_a_schema_without_expectations_is_judged_by_what_it_promises(tmp_path):
    verdicts = judged(schema_with(fields=PROMISED), promised(), tmp_path)
    assert all(verdict.held for verdict in verdicts)
    assert {(v.check, v.about) for v in verdicts} == {
        ("row_count", "t"),
        *(("not_null", name) for name in ("id", "mail", "plan", "size", "day")),
        ("unique", "id"),
        ("range", "id"),
        ("range", "day"),
        ("matches", "mail"),
        ("format", "mail"),
        ("one_of", "plan"),
        ("share", "size"),
    }


@pytest.mark.parametrize(
    ("check", "column"),
    [
        ("unique", {"id": [1, 2, 2]}),
        ("range", {"id": [0, 1, 2]}),
        ("format", {"mail": ["a@b.de", "c@d.de", "@"]}),
        ("matches", {"mail": ["a@b.de", "c@d.de", "@"]}),
        ("one_of", {"plan": ["a", "b", "c"]}),
        ("share", {"size": ["S", "L", "L"]}),
        ("not_null", {"plan": ["a", None, "b"]}),
        ("range", {"day": [date(2023, 12, 31)] * 3}),
    ],
)
def test_each_promise_broken_on_purpose_is_caught(check, column, tmp_path):
    verdicts = judged(schema_with(fields=PROMISED), promised(**column), tmp_path)
    assert check in {verdict.check for verdict in verdicts if not verdict.held}


def test_a_row_too_few_is_caught(tmp_path):
    verdicts = judged(schema_with(fields=PROMISED), promised(), tmp_path, rows={"t": 4})
    assert not of("row_count", verdicts).held


def test_an_expectation_that_says_what_the_schema_promises_is_judged_once():
    said = [
        {"check": "row_count", "equals": 3, "because": "three"},
        {"check": "unique", "fields": ["t.id"]},
        {"check": "not_null", "field": "id"},
        {"check": "one_of", "field": "plan", "values": ["a", "b"]},
        {"check": "range", "table": "t", "field": "day", "minimum": "2024-01-01"},
    ]
    alone = promises(schema_with(fields=PROMISED), {"t": 3})
    beside = promises(schema_with(*said, fields=PROMISED), {"t": 3})
    assert len(alone) - len(beside) == len(said)


def test_a_primary_key_promises_to_be_unique_and_filled_once():
    fields = [{"name": "id", "type": "integer", "constraints": {"unique": True}}]
    made = promises(schema_with(fields=fields, primary_key=["id"]), {})
    assert [promise.check for promise in made] == ["unique", "not_null"]


def test_a_quota_on_a_column_with_empty_cells_promises_no_shares():
    fields = [{**PROMISED[3], "null_fraction": 0.1}]
    assert "share" not in {p.check for p in promises(schema_with(fields=fields), {"t": 3})}


def test_an_exact_quota_is_exact_to_the_row(tmp_path):
    fields = [PROMISED[3]]
    right = pa.table({"size": ["S"] * 667 + ["L"] * 333})
    wrong = pa.table({"size": ["S"] * 668 + ["L"] * 332})
    schema = schema_with(fields=fields)
    assert of("share", judged(schema, right, tmp_path, piece=100)).held
    assert not of("share", judged(schema, wrong, tmp_path, piece=100)).held


# ── statistics ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("count", "held"), [(300, True), (357, True), (358, False), (243, True), (242, False)]
)
def test_a_share_without_a_tolerance_may_be_four_standard_errors_away(count, held, tmp_path):
    # √(0.3 · 0.7 / 1000) = 0.01449…, four times that is 58 rows of 1,000
    schema = schema_with({"check": "share", "field": "country", "value": "DE", "equals": 0.3})
    table = data(country=["DE"] * count + ["AT"] * (1000 - count))
    assert judged(schema, table, tmp_path, piece=1000)[0].held is held


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=40),
    st.integers(1, 5),
    st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
)
def test_a_quantile_out_of_memory_is_the_quantile(values, held_at_once, q):
    blocks = [np.array(values[start : start + 3]) for start in range(0, len(values), 3)]
    found = folds.quantile(lambda: iter(blocks), len(values), q, held_at_once)
    assert found == pytest.approx(np.quantile(values, q), rel=1e-12, abs=1e-300)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=40))
def test_a_correlation_in_pieces_is_that_of_the_whole(pairs):
    left, right = (np.array(side, float) for side in zip(*pairs, strict=True))
    pearson = folds.Pearson()
    for start in range(0, len(pairs), 7):
        pearson.add(pa.array(left[start : start + 7]), pa.array(right[start : start + 7]))
    if left.std() and right.std():
        assert pearson.value() == pytest.approx(np.corrcoef(left, right)[0, 1], abs=1e-12)
    else:
        assert np.isnan(pearson.value())


# ── large data ────────────────────────────────────────────────────────────────────────────────


def test_keys_in_many_parts_on_disk_are_found_wherever_they_lie(tmp_path):
    rows = 5_000
    schema = schema_with(
        {"check": "unique", "fields": ["email"]}, {"check": "unique", "fields": ["id"]}
    )
    emails = [f"user{n}@example.com" for n in range(rows)]
    emails[4_321] = emails[17]
    table = data(id=list(range(rows)), email=emails)
    email, number = judged(
        schema, table, tmp_path, piece=300, rows={"t": 64_000_000}, block_rows=100
    )[:2]
    assert email.examples == ("rows 17 and 4321",)
    assert number.held


def test_a_column_of_one_value_is_no_burden_and_every_repetition_counts(tmp_path):
    schema = schema_with({"check": "unique", "fields": ["country"]})
    verdict = judged(schema, data(country=["DE"] * 1_000), tmp_path, piece=90, block_rows=64)[0]
    assert verdict.measured == "999 rows of 1,000 repeat an earlier one"


def test_scratch_is_empty_after_judging(tmp_path):
    schema = schema_with(
        {"check": "unique", "fields": ["id"]},
        {"check": "median", "field": "id", "equals": 1, "tolerance": 1},
    )
    judged(schema, data(id=[1, 2]), tmp_path)
    assert list(tmp_path.iterdir()) == []


# ── what cannot be judged ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"check": "expression", "expr": "idd > 0"}, "no column 'idd'"),
        ({"check": "expression", "expr": "id + 1"}, "boolean is needed"),
        ({"check": "not_null", "field": "nowhere"}, "no field nowhere"),
        ({"check": "range", "field": "country", "minimum": 1}, "says nothing about"),
        ({"check": "range", "field": "day", "minimum": "soon"}, "is no date"),
        ({"check": "mean", "field": "country", "equals": 1, "tolerance": 1}, "says nothing about"),
        ({"check": "matches", "field": "email", "pattern": "("}, "no RE2 expression"),
        ({"check": "format", "field": "email", "format": "horoscope"}, "is no format"),
        ({"check": "one_of", "field": "tags", "values": [1]}, "type array"),
        ({"check": "sum", "field": "id", "equals": "max(price)"}, "a number or sum(table.field)"),
        ({"check": "references", "field": "id", "target": "email"}, "different types"),
    ],
)
def test_what_cannot_be_measured_is_not_held_and_says_why(said, why, tmp_path):
    verdict = judged(schema_with(said), data(id=[1]), tmp_path)[0]
    assert not verdict.held
    assert why in verdict.measured


def test_data_that_lacks_a_column_or_holds_another_type_is_not_held(tmp_path):
    schema = schema_with(
        {"check": "unique", "fields": ["id"]}, {"check": "unique", "fields": ["email"]}
    )
    table = pa.table({"id": ["1", "2"]})
    identity, email = judged(schema, table, tmp_path)[:2]
    assert "holds string, not integer" in identity.measured
    assert "no column email" in email.measured


def test_no_rows_at_all_break_nothing_but_the_row_count(tmp_path):
    verdicts = judged(schema_with(fields=PROMISED), promised().slice(0, 0), tmp_path, rows={"t": 1})
    assert [verdict.check for verdict in verdicts if not verdict.held] == ["row_count"]


def test_moments_with_a_zone_are_judged_and_quoted_by_the_clock_on_the_wall(tmp_path):
    fields = [
        {
            "name": "at",
            "type": "datetime",
            "constraints": {"minimum": "2024-07-01T09:00:00"},
            "generator": {"kind": "datetime", "time_zone": "Europe/Berlin"},
        }
    ]
    utc = [datetime(2024, 7, 1, 7), datetime(2024, 7, 1, 6, 59)]  # noqa: DTZ001  (given as UTC)
    table = pa.table({"at": pa.array(utc, pa.timestamp("us", "Europe/Berlin"))})
    verdict = of("range", judged(schema_with(fields=fields), table, tmp_path))
    assert verdict.examples == ("2024-07-01 08:59:00 in row 1",)


SKEWED = [
    {"name": "spent", "type": "number",
     "generator": {"kind": "lognormal", "median": 1, "sigma": 1}},
    {"name": "calls", "type": "integer", "generator": {"kind": "poisson", "mean": 0.3}},
    {"name": "won", "type": "boolean"},
    {"name": "grade", "type": "integer", "constraints": {"enum": [1, 2]}},
]  # fmt: skip
MEANS = {"spent": np.exp(0.5), "calls": 0.3, "won": 0.5, "grade": 1.5}


def test_few_honest_rows_of_a_skewed_field_have_its_mean(tmp_path):
    some = np.random.default_rng(7)
    checks = [{"check": "mean", "field": name, "equals": mean} for name, mean in MEANS.items()]
    schema = schema_with(*checks, fields=SKEWED)
    for _ in range(60):
        drawn = {
            "spent": some.lognormal(0, 1, 6),
            "calls": some.poisson(0.3, 6),
            "won": some.random(6) < 0.5,
            "grade": some.integers(1, 3, 6),
        }
        verdicts = judged(schema, pa.table(drawn), tmp_path, piece=6)
        assert [one.measured for one in verdicts[: len(checks)] if not one.held] == []
    wrong = {name: np.tile(values, 20) for name, values in drawn.items()}
    wrong |= {"spent": wrong["spent"] + 3, "calls": wrong["calls"] + 1}
    found = judged(schema, pa.table(wrong), tmp_path, piece=120)
    assert [one.held for one in found[:2]] == [False, False]


def test_a_field_without_a_generator_has_the_distribution_of_its_values(tmp_path):
    checks = [{"check": "distribution", "field": name} for name in ("won", "grade")]
    schema = schema_with(*checks, fields=SKEWED)

    def held(won, grade):
        empty = {"spent": [1.0] * 200, "calls": [0] * 200}
        table = pa.table({**empty, "won": won, "grade": grade})
        return [one.held for one in judged(schema, table, tmp_path, piece=200)[:2]]

    assert held([True, False] * 100, [1, 2] * 100) == [True, True]
    assert held([True] * 200, [1] * 200) == [False, False]


def test_the_range_of_durations_is_measured(tmp_path):
    fields = [{"name": "d", "type": "duration"}]
    checked = schema_with({"check": "range", "field": "d", "maximum": "P40D"}, fields=fields)
    table = pa.table({"d": pa.array([timedelta(days=3), None, timedelta(hours=1)])})
    verdict = of("range", judged(checked, table, tmp_path))
    assert verdict.held
    assert verdict.measured == "1:00:00 to 3 days, 0:00:00"


@pytest.mark.parametrize("rows", [20, 400])
def test_honest_rows_of_heavy_tails_correlate_as_promised(rows, tmp_path):
    some, r = np.random.default_rng(7), 0.7
    check = {"check": "correlation", "fields": ["weight", "id"], "equals": r}
    fields = [{"name": "weight", "type": "number"}, {"name": "id", "type": "number"}]
    schema, inner = schema_with(check, fields=fields), np.log1p(r * (np.e - 1))
    held = []
    for _ in range(60):
        x, noise = some.normal(size=(2, rows))
        y = inner * x + np.sqrt(1 - inner**2) * noise
        table = pa.table({"weight": np.exp(x), "id": np.exp(y)})
        held.append(judged(schema, table, tmp_path, piece=150)[0].held)
    assert all(held)
    lone = pa.table({"weight": np.exp(some.normal(size=400)), "id": np.exp(some.normal(size=400))})
    assert not judged(schema, lone, tmp_path, piece=150)[0].held
