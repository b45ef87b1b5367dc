"""What a sentence says about two fields at once, and the rows that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import pytest

from src.core.parsing import parse_schema
from src.data import load_pools
from src.generation.checks import check_schema
from src.generation.compiling import compile_schema
from tests.rules.ruled import judged

from .test_reader import TODAY, checks, fields, read

POOLS = load_pools()
BOOKINGS = (
    "10,000 hotel bookings: 1–14 nights, 60–450 € a night, 10 % off from 7 nights, total, "
    "status; cancelled_at only if cancelled and before check-in; 12 % cancelled, 3 % no-show."
)
CENT = Decimal("0.01")


@cache
def rows_of(text: str) -> list[dict[str, Any]]:
    """The rows that the engine makes of a sentence; every promise of it held."""
    reading = read(text)
    schema = parse_schema(dict(reading.document))
    table = schema.tables[0]
    recipe = compile_schema(
        schema, rows={table.name: table.rows or 0}, seed=7, as_of=TODAY, pools=POOLS
    )
    made = recipe.tables[table.name].make(0, table.rows or 0)
    broken = [v for v in judged(recipe.schema, {table.name: made}, 10_000) if not v.held]
    assert broken == []
    rows: list[dict[str, Any]] = made.to_pylist()
    return rows


# ── the hotel bookings ────────────────────────────────────────────────────────────────────────


def test_the_hotel_bookings_are_read_whole() -> None:
    reading = read(BOOKINGS)
    assert reading.not_understood == ()
    assert reading.questions == ()
    assert list(fields(reading)) == [
        "nights", "price_per_night", "total", "status", "booked_at", "check_in", "check_out",
        "cancelled_at",
    ]  # fmt: skip
    assert [(c["value"], c["equals"]) for c in checks(reading, "share")] == [
        ("cancelled", 0.12),
        ("no-show", 0.03),
    ]
    assert fields(reading)["status"]["generator"] == {
        "kind": "category",
        "values": ["cancelled", "no-show", "confirmed"],
        "weights": [12, 3, 85],
    }


def test_how_each_clause_was_taken_is_said() -> None:
    notes = " | ".join(read(BOOKINGS).assumptions)
    for said in (
        "10 % were taken off 'total' where nights >= 7",
        "'cancelled_at' is filled exactly where status = 'cancelled'",
        "'check_in' was added, as the request refers to it",
        "'cancelled_at' was put before 'check_in' on every row",
        "'check_out' was computed as check_in + nights",
    ):
        assert said in notes


def test_a_guest_leaves_after_as_many_nights_as_are_booked() -> None:
    rows = rows_of(BOOKINGS)
    assert len(rows) == 10_000
    assert all(row["check_out"] - row["check_in"] == timedelta(row["nights"]) for row in rows)
    assert {row["nights"] for row in rows} == set(range(1, 15))


def test_totals_are_right_to_the_cent_with_the_discount() -> None:
    for row in rows_of(BOOKINGS):
        factor = Decimal("0.9") if row["nights"] >= 7 else 1
        total = row["nights"] * row["price_per_night"] * factor
        assert row["total"] == total.quantize(CENT, ROUND_HALF_UP)


def test_bookings_are_cancelled_between_booking_and_arrival_and_only_the_cancelled_ones() -> None:
    for row in rows_of(BOOKINGS):
        arrival = datetime.combine(row["check_in"], time())
        assert (row["status"] == "cancelled") == (row["cancelled_at"] is not None)
        assert row["booked_at"] < arrival
        if row["cancelled_at"] is not None:
            assert row["booked_at"] <= row["cancelled_at"] < arrival


def test_prices_do_not_pile_up_at_the_edges() -> None:
    prices = [row["price_per_night"] for row in rows_of(BOOKINGS)]
    assert min(prices) >= 60
    assert max(prices) <= 450
    assert sum(price < Decimal("60.5") for price in prices) < 100
    assert sum(price > Decimal("449.5") for price in prices) < 100


@pytest.mark.parametrize(("status", "share"), [("cancelled", 0.12), ("no-show", 0.03)])
def test_so_many_cancel_or_do_not_come(status: str, share: float) -> None:
    found = sum(row["status"] == status for row in rows_of(BOOKINGS)) / 10_000
    assert abs(found - share) < 4 * (share * (1 - share) / 10_000) ** 0.5


# ── more of the kind ──────────────────────────────────────────────────────────────────────────

TIED = [
    ("500 orders: order id, order date, ship date at most 5 days after order date",
     "ship_date", {"generator.after": "order_date", "generator.maximum": 5}),
    ("300 projects: name, start date, end date after start date",
     "end_date", {"generator.after": "start_date"}),
    ("200 orders: order date in 2024, delivery date in 2024, delivery date after order date",
     "delivery_date", {}),
    ("90 invoices: invoice date, due date 14 to 30 days after invoice date, total",
     "due_date", {"generator.minimum": 14, "generator.maximum": 30}),
    ("90 trips: trip code, booked at 2 weeks before departure date",
     "booked_at", {"generator.minimum": -2, "generator.unit": "weeks"}),
    ("100 orders with quantity, unit price, total = quantity × unit price",
     "total", {"generator.expr": "quantity * unit_price", "generator.decimal_places": 2}),
    ("100 orders with quantity, unit price, total",
     "total", {"generator.expr": "quantity * unit_price"}),
    ("100 orders with quantity, unit price, total is quantity times unit price minus 10%",
     "total", {"generator.expr": "(quantity * unit_price) * 0.9"}),
    ("100 orders with quantity, price, total, discount 10% if over 100",
     "discount", {"generator.expr": "CASE WHEN quantity * price > 100 THEN 10 ELSE 0 END"}),
    ("100 orders with quantity, price, total, 5% off if quantity is at least 3",
     "total", {"generator.expr":
               "quantity * price * CASE WHEN quantity >= 3 THEN 0.95 ELSE 1 END"}),
    ("50 bookings: arrival date in 2025, nights 1 to 7, departure date, price per night, total",
     "departure_date", {"generator.expr": "arrival_date + nights"}),
    ("100 products: name, cost, price always greater than cost", "price", {}),
    ("100 products: name, list price, sale price never more than list price", "sale_price", {}),
    ("100 products: price, shipping 5 if price is under 50 else 0",
     "shipping", {"generator.expr": "CASE WHEN price < 50 THEN 5 ELSE 0 END"}),
    ("40 employees: hire date, active, termination date only if not active and after hire date",
     "termination_date", {"null_when": "active IS TRUE"}),
    ("40 employees: hire date, termination date (optional). Make sure the termination date is "
     "after the hire date.", "termination_date", {}),
    ("60 tickets: status open, closed or resolved, resolved at only when status is closed or "
     "resolved", "resolved_at", {"null_when": "NOT (status = 'closed' OR status = 'resolved')"}),
    ("60 tickets: created at, closed at never before created at", "closed_at", {}),
    ("90 orders: order status, paid on null unless order status is paid",
     "paid_on", {"null_when": "order_status <> 'paid'"}),
    ("90 invoices: net amount, gross amount = net amount plus 19%",
     "gross_amount", {"generator.expr": "(net_amount) * 1.19"}),
    ("90 users: name, age 10-90, driver license only if age is 18 or older",
     "driver_license", {"null_when": "NOT (age >= 18)"}),
    ("90 employees: salary 30000-90000, bonus 10% of salary",
     "bonus", {"generator.expr": "0.1 * salary"}),
    ("90 users: age, discount 20% if age under 18 or over 65",
     "discount", {"generator.expr": "CASE WHEN age < 18 OR age > 65 THEN 20 ELSE 0 END"}),
    ("90 orders: subtotal, shipping 4.99 if subtotal under 50 otherwise 0, total = subtotal + "
     "shipping", "total", {"generator.expr": "subtotal + shipping"}),
    ("90 stays: check-in, check-out, nights = check-out - check-in",
     "nights", {"generator.expr": "check_out - check_in"}),
    ("90 shifts: name, max temperature 10-40, min temperature 0-30 below max temperature",
     "min_temperature", {}),
]  # fmt: skip


def parts(field: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in field.items():
        yield key, value
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", w) for inner, w in value.items())


@pytest.mark.parametrize(("text", "name", "wanted"), TIED, ids=[text[:50] for text, *_ in TIED])
def test_a_rule_is_read_said_and_true_on_every_row(
    text: str, name: str, wanted: dict[str, Any]
) -> None:
    reading = read(text)
    assert reading.not_understood == ()
    found = dict(parts(fields(reading)[name]))
    assert {key: found.get(key) for key in wanted} == wanted
    assert any(repr(name) in note for note in reading.assumptions)
    assert checks(reading, "expression")
    assert (
        check_schema(parse_schema(dict(reading.document)), rows=None, pools=POOLS, as_of=TODAY)
        == ()
    )
    assert rows_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "5 users with name, age if they told us",
        "5 users with name, total = price * quantity",
        "5 users with name, deactivated at only if the moon is full",
        "5 orders: order date after ship date, ship date after order date",
        "5 orders: a = b, b = a",
        "5 users with name, score above expectations",
        "5 users with name, 10% off from 7 nights",
        "5 users with name, of which 20% managers",
        "5 employees: bonus 10% of turnover",
    ],
)  # fmt: skip
def test_what_names_no_field_or_turns_in_a_circle_is_quoted(text: str) -> None:
    reading = read(text)
    assert reading.not_understood
    schema = parse_schema(dict(reading.document))
    assert [str(p) for p in check_schema(schema, rows=None, pools=POOLS, as_of=TODAY)] == []


# ── what rises together ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "r"),
    [
        ("weight correlated 0.7 with height", 0.7),
        ("weight is correlated with height (r = 0.6)", 0.6),
        ("weight negatively correlated with height by 0,4", -0.4),
    ],
)
def test_a_correlation_in_words_is_made_and_promised(said: str, r: float) -> None:
    text = f"2,000 people with height, {said}"
    reading = read(text)
    assert reading.not_understood == ()
    (check,) = checks(reading, "correlation")
    assert (check["fields"], check["equals"], check["because"]) == (["weight", "height"], r, said)
    assert len(rows_of(text)) == 2_000  # and every promise held


@pytest.mark.parametrize(
    "said", ["weight correlated with height", "name correlated 0.5 with height"]
)
def test_a_correlation_without_a_number_or_of_words_is_not_guessed(said: str) -> None:
    reading = read(f"200 people with name, height and weight, {said}")
    assert "rules" not in reading.document
    assert said in " ".join(reading.not_understood)


def test_texts_that_must_not_be_alike_are_checked_and_become_no_field() -> None:
    for said in ("no two comments alike", "no near-duplicates", "no near duplicates in comments"):
        reading = read(f"200 reviews with id, comment, {said}")
        assert list(fields(reading)) == ["id", "comment"]
        assert [c["field"] for c in checks(reading, "near_duplicates")] == ["comment"]
    reading = read("200 people with id, height, no two alike")
    assert (list(fields(reading)), reading.not_understood) == (["id", "height"], ("no two alike",))


def test_a_part_below_a_number_is_no_category() -> None:
    reading = read("300 orders with id, amount (95 % below 200)")
    assert fields(reading)["amount"]["generator"]["kind"] == "lognormal"
    assert reading.not_understood == ()
    [check] = checks(reading, "quantile")
    assert (check["field"], check["q"], check["equals"]) == ("amount", 0.95, 200)
