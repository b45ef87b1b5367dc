"""Promises between tables: held where they hold, broken where they are broken."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from src.core.kinds import Expectation
from src.core.parsing import parse_schema
from src.storage.judging.judge import BUILT_CHECKS

from .judged import judged
from .test_judge import CASES

TABLES = [
    {"name": "customers", "primary_key": ["id"], "fields": [
        {"name": "id", "type": "integer"},
        {"name": "referred_by", "type": "integer", "nullable": True}],
     "foreign_keys": [{"fields": ["referred_by"], "reference": {"table": "", "fields": ["id"]}}]},
    {"name": "orders", "primary_key": ["id"], "fields": [
        {"name": "id"}, {"name": "customer_id", "type": "integer", "nullable": True},
        {"name": "total", "type": "number", "nullable": True}],
     "foreign_keys": [
        {"fields": ["customer_id"], "reference": {"table": "customers", "fields": ["id"]}}]},
    {"name": "lines", "fields": [
        {"name": "order_id"}, {"name": "quantity", "type": "integer", "nullable": True},
        {"name": "price", "type": "number"}],
     "foreign_keys": [
        {"fields": ["order_id"], "reference": {"table": "orders", "fields": ["id"]}}]},
]  # fmt: skip
CENTS = pa.decimal128(18, 2)


def shop(referred=(None, 1, 1), customers=(1, 1, 1, 2), totals=None, lines=None):
    """Three customers; orders A, B, C, D; lines as (order, quantity, price)."""
    lines = lines or [("A", 2, "0.10"), ("A", 1, "0.20"), ("B", 1, "5.00"), ("C", 3, "1.00")]
    totals = totals or ["0.40", "5.00", "3.00", "0.00"]
    orders = ["A", "B", "C", "D"]
    return {
        "customers": pa.table({
            "id": pa.array([1, 2, 3]), "referred_by": pa.array(referred, pa.int64())}),
        "orders": pa.table({
            "id": orders, "customer_id": pa.array(customers, pa.int64()),
            "total": pa.array([None if t is None else Decimal(t) for t in totals], CENTS)}),
        "lines": pa.table({
            "order_id": [line[0] for line in lines],
            "quantity": pa.array([line[1] for line in lines], pa.int64()),
            "price": pa.array([Decimal(line[2]) for line in lines], CENTS)}),
    }  # fmt: skip


def verdict(said, tables, folder):
    schema = parse_schema({"name": "shop", "tables": TABLES, "expectations": [said]})
    return judged(schema, tables, folder, piece=3)[0]


KEY = "orders.customer_id"
CIRCLE = {"referred": (2, 3, 1)}
FAMILIES = [
    ("references", {"field": KEY, "target": "customers.id"}, {"customers": (1, 1, 4, 2)}),
    ("acyclic", {"field": "customers.referred_by"}, CIRCLE),
    ("acyclic", {"field": "customers.referred_by"}, {"referred": (None, 3, 2)}),
    ("acyclic", {"field": "customers.referred_by"}, {"referred": (None, None, 3)}),
    ("per_parent", {"field": KEY, "maximum": 3}, {"customers": (1, 1, 1, 1)}),
    ("per_parent", {"field": "lines.order_id", "maximum": 2},
     {"lines": [("A", 1, "1")] * 3 + [("B", 1, "1")]}),
    ("per_parent", {"field": KEY, "values": [0, 1, 3], "weights": [1, 1, 1], "tolerance": 0},
     {"customers": (1, 1, 2, 2)}),
    ("without_children", {"field": KEY, "equals": 1}, {"customers": (1, 1, 3, 2)}),
    ("without_children", {"field": KEY, "share": 1 / 3}, {"customers": (1, 1, 1, 1)}),
    ("top_share", {"field": KEY, "top": 0.3, "equals": 0.75}, {"customers": (1, 1, 2, 2)}),
    ("aggregate", {"field": "orders.total", "expr": "sum(lines.quantity * lines.price)"},
     {"totals": ["0.41", "5.00", "3.00", "0.00"]}),
    ("aggregate", {"field": "orders.total", "expr": "sum(lines.quantity * lines.price)"},
     {"totals": ["0.40", "5.00", "3.00", "0.01"]}),
    ("aggregate", {"field": "orders.total", "expr": "sum(lines.quantity * lines.price)"},
     {"lines": [("A", 2, "0.10"), ("A", 1, "0.20"), ("B", 1, "5.00")]}),
]  # fmt: skip


@pytest.mark.parametrize(("check", "said", "broken"), FAMILIES)
def test_a_check_between_tables_holds_and_breaks(check, said, broken, tmp_path):
    said = {"check": check, "because": "as asked", **said}
    held = verdict(said, shop(), tmp_path)
    assert held.held, held
    found = verdict(said, shop(**broken), tmp_path)
    assert not found.held
    assert (found.check, found.because) == (check, "as asked")
    assert held.measured != found.measured


def test_every_check_of_the_language_is_built_and_broken_on_purpose():
    kinds = {kind.model_fields["check"].default for kind in Expectation.__args__[0].__args__}
    assert kinds == BUILT_CHECKS
    assert {case[0] for case in [*CASES, *FAMILIES]} == BUILT_CHECKS
    told = (Path(__file__).parents[2] / "docs/checks.md").read_text()
    assert {check for check in kinds if f"`{check}`" not in told} == set()


@pytest.mark.parametrize(
    ("expr", "totals"),
    [
        ("count(lines)", ["2", "1", "1", "0"]),
        ("count(lines.quantity)", ["2", "1", "1", "0"]),
        ("max(lines.price)", ["0.20", "5", "1", None]),
        ("min(lines.price)", ["0.10", "5", "1", None]),
        ("avg(lines.price)", ["0.15", "5", "1", None]),
    ],
)
def test_every_function_over_the_children_is_checked(expr, totals, tmp_path):
    said = {"check": "aggregate", "field": "orders.total", "expr": expr}
    assert verdict(said, shop(totals=totals), tmp_path).held
    wrong = [*totals[:2], "2", totals[3]]
    assert not verdict(said, shop(totals=wrong), tmp_path).held


def test_a_line_without_an_order_is_nobodys_and_an_order_without_lines_has_no_average(tmp_path):
    lines = [("A", 1, "1.00"), ("B", 1, "1.00"), ("C", 1, "1.00"), ("?", 1, "9.99")]
    said = {"check": "aggregate", "field": "orders.total", "expr": "avg(lines.price)"}
    assert verdict(said, shop(totals=["1", "1", "1", None], lines=lines), tmp_path).held
    assert not verdict(said, shop(totals=["1", "1", "1", "0"], lines=lines), tmp_path).held


def test_a_wrong_total_is_shown_with_its_row_and_the_right_one(tmp_path):
    said = {"check": "aggregate", "field": "orders.total", "expr": "sum(lines.price)"}
    found = verdict(said, shop(totals=["0.30", "5.00", "9.00", "0.00"]), tmp_path)
    assert found.examples == ("9, not 1, in row 2",)


def test_a_parent_with_too_many_rows_is_shown(tmp_path):
    said = {"check": "per_parent", "field": KEY, "minimum": 1, "maximum": 2}
    found = verdict(said, shop(), tmp_path)
    assert found.measured == "2 of 3 have another number"
    assert found.examples == ("3 of the parent in row 0", "0 of the parent in row 2")
    assert (found.metric, found.score) == ("CardinalityBoundaryAdherence", pytest.approx(1 / 3))


def test_rows_in_a_circle_are_named_and_those_that_lead_into_it_are_not(tmp_path):
    said = {"check": "acyclic", "field": "customers.referred_by"}
    found = verdict(said, shop(referred=(2, 1, 1)), tmp_path)
    assert (found.measured, found.examples) == ("2 rows stand in circles", ("row 0", "row 1"))


def test_a_long_chain_of_references_is_no_circle(tmp_path):
    rows = 5_000
    tables = shop()
    links = [None, *range(1, rows)]
    tables["customers"] = pa.table(
        {"id": range(1, rows + 1), "referred_by": pa.array(links, pa.int64())}
    )
    said = {"check": "acyclic", "field": "customers.referred_by"}
    schema = parse_schema({"name": "shop", "tables": TABLES, "expectations": [said]})
    assert judged(schema, tables, tmp_path, piece=1000)[0].held
    links[0] = rows
    tables["customers"] = tables["customers"].set_column(1, "referred_by", [links])
    found = judged(schema, tables, tmp_path, piece=1000)[0]
    assert found.measured == "5,000 rows stand in circles"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"check": "acyclic", "field": KEY}, "no row of its own table"),
        ({"check": "without_children", "field": "lines.quantity", "equals": 1}, "no foreign key"),
        ({"check": "aggregate", "field": "orders.total", "expr": "sum(items.price)"}, "no table"),
        ({"check": "aggregate", "field": "orders.total", "expr": "price + 1"}, "function"),
        ({"check": "aggregate", "field": "customers.id", "expr": "sum(lines.price)"}, "not one"),
        ({"check": "per_parent", "field": KEY, "values": [1], "weights": [1, 2]}, "as many"),
    ],
)
def test_what_cannot_be_measured_between_tables_says_why(said, why, tmp_path):
    found = verdict(said, shop(), tmp_path)
    assert not found.held
    assert why in found.measured


# ── what a schema of several tables promises ──────────────────────────────────────────────────

PROMISED = [
    {**TABLES[0], "foreign_keys": [{**TABLES[0]["foreign_keys"][0], "acyclic": True}]},
    {**TABLES[1],
     "fields": [*TABLES[1]["fields"][:2], {"name": "total", "type": "number", "generator":
        {"kind": "aggregate", "expr": "sum(lines.price)", "decimal_places": 2}}],
     "foreign_keys": [{**TABLES[1]["foreign_keys"][0], "per_parent": {
        "share_with_none": 0.3334, "maximum": 3, "skew": {"top": 0.3, "share": 0.75}}}]},
    {**TABLES[2],
     "foreign_keys": [{**TABLES[2]["foreign_keys"][0], "per_parent": {"minimum": 0}}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "broken"),
    [
        ("acyclic", CIRCLE),
        ("without_children", {"customers": (1, 1, 3, 2)}),
        ("per_parent", {"customers": (1, 1, 1, 1)}),
        ("aggregate", {"totals": ["0.30", "5.00", "1.00", "0.01"]}),
    ],
)
def test_what_keys_and_totals_promise_by_themselves_is_judged(check, broken, tmp_path):
    schema = parse_schema({"name": "shop", "tables": PROMISED})
    right = {"totals": ["0.30", "5.00", "1.00", "0.00"]}
    verdicts = judged(schema, shop(**right), tmp_path, piece=3)
    assert [v for v in verdicts if not v.held] == []
    verdicts = judged(schema, shop(**{**right, **broken}), tmp_path, piece=3)
    assert check in {v.check for v in verdicts if not v.held}


def test_a_promised_skew_is_judged_where_there_are_rows_to_show_it(tmp_path):
    schema = parse_schema({"name": "shop", "tables": PROMISED})

    def held(customers, rows):
        asked = {"customers": 3, "orders": rows, "lines": 5}
        tables = shop(totals=["0.30", "5.00", "1.00", "0.00"], customers=customers)
        verdicts = judged(schema, tables, tmp_path, rows=asked)
        return next(one.held for one in verdicts if one.check == "top_share")

    assert held((1, 1, 1, 2), 400)
    assert not held((1, 1, 2, 2), 400)
    assert held((1, 1, 2, 2), 4)  # of four rows, one or two more say nothing
