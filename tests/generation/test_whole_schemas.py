"""The examples of several tables in full: a web shop, and TPC-H's eight tables."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pytest

from src.core.parsing import parse_schema
from src.utils.validators import check_table

from .families import compiled, loaded

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("shop", "tpch")
CENT = Decimal("0.01")


@cache
def recipe_of(name, seed=7):
    return compiled(
        parse_schema(json.loads((EXAMPLES / f"{name}.schema.json").read_text())), seed=seed
    )


@cache
def rows_of(name, seed=7):
    tables = recipe_of(name, seed).tables
    return {key: one.make(0, one.row_count).to_pylist() for key, one in tables.items()}


def by(name, table, field):
    return {row[field]: row for row in rows_of(name)[table]}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [97, 1000, 10_000])
def test_the_rows_are_the_same_in_chunks_of_any_size_and_order(name, size):
    for one in recipe_of(name).tables.values():
        whole = one.make(0, one.row_count)
        for start in reversed(range(0, one.row_count, size)):
            stop = min(start + size, one.row_count)
            assert one.make(start, stop).equals(whole.slice(start, stop - start))


@pytest.mark.parametrize("name", NAMES)
def test_a_database_finds_every_key_unique_and_no_orphan(name):
    recipe = recipe_of(name)
    tables = {key: one.make(0, one.row_count) for key, one in recipe.tables.items()}
    with loaded(recipe.schema, tables) as base:
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    for key, one in recipe.tables.items():
        assert check_table(tables[key], one.fields) == ()


# ── request 4: the shop ───────────────────────────────────────────────────────────────────────


def test_the_shop_has_the_rows_that_were_asked_for():
    counts = {table: len(rows) for table, rows in rows_of("shop").items()}
    assert counts == {"customers": 2000, "products": 500, "orders": 8000, "order_lines": 28_000}


@pytest.mark.parametrize("seed", [7, 1, 99])
def test_a_twentieth_never_ordered_and_a_fifth_made_three_fifths(seed):
    counts = Counter(row["customer_id"] for row in rows_of("shop", seed)["orders"])
    assert len(counts) == 1900
    assert abs(sum(n for _, n in counts.most_common(400)) / 8000 - 0.6) < 0.03


def test_every_total_is_the_sum_of_its_lines_to_the_cent():
    price = {sku: row["price"] for sku, row in by("shop", "products", "sku").items()}
    totals, lines = defaultdict(Decimal), Counter()
    for row in rows_of("shop")["order_lines"]:
        assert row["amount"] == row["quantity"] * price[row["sku"]]
        totals[row["order_id"]] += row["amount"]
        lines[row["order_id"]] += 1
    assert all(row["total"] == totals[row["id"]] for row in rows_of("shop")["orders"])
    assert set(lines.values()) == {1, 2, 3, 4, 5, 6}


def test_orders_come_after_their_customer_and_end_only_if_cancelled():
    customers = by("shop", "customers", "id")
    for row in rows_of("shop")["orders"]:
        assert row["ordered_at"].date() >= customers[row["customer_id"]]["signup_date"]
        assert (row["cancelled_at"] is not None) == (row["status"] == "cancelled")
        assert row["cancelled_at"] is None or row["cancelled_at"] > row["ordered_at"]


def test_300_customers_were_referred_by_earlier_ones():
    referred = [row for row in rows_of("shop")["customers"] if row["referred_by"] is not None]
    assert len(referred) == 300
    assert all(row["referred_by"] < row["id"] for row in referred)  # so there is no circle


# ── TPC-H ─────────────────────────────────────────────────────────────────────────────────────


def test_tpch_has_its_eight_tables_in_their_proportions():
    counts = {table: len(rows) for table, rows in rows_of("tpch").items()}
    lines = counts.pop("lineitem")
    assert counts == {"region": 5, "nation": 25, "supplier": 100, "customer": 150, "part": 200,
                      "partsupp": 800, "orders": 1500}  # fmt: skip
    assert abs(lines / 1500 - 4) < 0.1
    order = recipe_of("tpch").order
    assert order.index("partsupp") < order.index("lineitem") > order.index("orders")


def test_nations_lie_in_their_regions():
    regions = {row["r_regionkey"]: row["r_name"] for row in rows_of("tpch")["region"]}
    nations = {row["n_name"]: regions[row["n_regionkey"]] for row in rows_of("tpch")["nation"]}
    assert (nations["KENYA"], nations["PERU"], nations["GERMANY"]) == (
        "AFRICA",
        "AMERICA",
        "EUROPE",
    )
    assert set(Counter(nations.values()).values()) == {5}


def test_every_part_has_four_suppliers():
    pairs = {(row["ps_partkey"], row["ps_suppkey"]) for row in rows_of("tpch")["partsupp"]}
    assert set(Counter(part for part, _ in pairs).values()) == {4}
    assert len({supplier for _, supplier in pairs}) == 100
    lines = {(row["l_partkey"], row["l_suppkey"]) for row in rows_of("tpch")["lineitem"]}
    assert lines <= pairs


def test_a_third_of_tpch_customers_has_no_order():
    assert len({row["o_custkey"] for row in rows_of("tpch")["orders"]}) == 100


def test_tpch_prices_follow_from_the_parts():
    price = {key: row["p_retailprice"] for key, row in by("tpch", "part", "p_partkey").items()}
    totals = defaultdict(Decimal)
    for row in rows_of("tpch")["lineitem"]:
        assert row["l_extendedprice"] == row["l_quantity"] * price[row["l_partkey"]]
        net = row["l_extendedprice"] * (1 + row["l_tax"]) * (1 - row["l_discount"])
        totals[row["l_orderkey"]] += net
    for row in rows_of("tpch")["orders"]:
        assert row["o_totalprice"] == totals[row["o_orderkey"]].quantize(CENT, ROUND_HALF_UP)


def test_what_tpch_orders_is_shipped_later_and_received_later_still():
    orders = by("tpch", "orders", "o_orderkey")
    for row in rows_of("tpch")["lineitem"]:
        assert orders[row["l_orderkey"]]["o_orderdate"] < row["l_shipdate"] < row["l_receiptdate"]
        assert row["l_linestatus"] == ("O" if str(row["l_shipdate"]) > "1995-06-17" else "F")
