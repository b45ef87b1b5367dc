"""A million customers, four million orders, ten million lines: nothing is held for a child."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from .families import AMOUNT, ID, LINE, compiled, key, link, schema_of, summed, table

SKEWED = {"share_with_none": 0.05, "skew": {"top": 0.2, "share": 0.6}}
FEW = {"minimum": 1, "maximum": 4}
CUSTOMERS = table("customers", ID, rows=1_000_000, primary_key=["id"])
ORDERS = table("orders", ID, link("customer"), summed("total", "sum(lines.amount)"),
               rows=4_000_000, primary_key=["id"],
               foreign_keys=[key("customer", "customers", per_parent=SKEWED)])  # fmt: skip
LINES = table("lines", link("order"), LINE, AMOUNT, primary_key=["order", "line"],
              foreign_keys=[key("order", "orders", per_parent=FEW)])  # fmt: skip
RETURNS = table("returns", link("order"), link("line"), rows=100_000_000,
                foreign_keys=[key("order line", "lines", "order line")])  # fmt: skip
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def shop():
    return schema_of(CUSTOMERS, ORDERS, LINES, RETURNS)


def test_memory_grows_with_the_parents_at_most(shop):
    compiled(schema_of(CUSTOMERS))  # what is imported on the way does not count
    tracemalloc.start()
    try:
        recipe = compiled(shop)
        whole = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        for name in ("orders", "lines", "returns"):
            middle = recipe.tables[name].row_count // 2
            recipe.tables[name].make(middle, middle + 10_000)
        chunk = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert recipe.tables["lines"].row_count == 10_000_000
    # Three numbers for each customer, whose skew needs them; nothing for an order or a line.
    assert whole < 32 * MEGABYTE
    assert chunk - whole < 120 * MEGABYTE


def test_what_was_promised_of_few_holds_of_many(shop):
    recipe = compiled(shop)
    orders = recipe.tables["orders"].make(3_999_000, 4_000_000)
    first = int(orders["id"][0].as_py())
    lines = recipe.tables["lines"]
    last = lines.make(lines.row_count - 4000, lines.row_count)
    assert last["order"][-1].as_py() == 4_000_000
    total = {}
    for order, amount in zip(last["order"].to_pylist(), last["amount"].to_pylist(), strict=True):
        total[order] = total.get(order, 0) + amount
    for order, sum_ in zip(orders["id"].to_pylist(), orders["total"].to_pylist(), strict=True):
        assert order >= first
        assert total[order] == sum_


def test_a_row_far_away_is_made_alone():
    far = table("visits", link("customer"), rows=2_000_000_000,
                foreign_keys=[key("customer", "customers")])  # fmt: skip
    recipe = compiled(schema_of(CUSTOMERS, far))
    row = recipe.tables["visits"].given(np.array([10**9]))
    assert row.equals(recipe.tables["visits"].make(10**9, 10**9 + 1))
    assert 1 <= row["customer"][0].as_py() <= 1_000_000
