"""The requests for hotel bookings and products, a sensor table and a ticket table, in full."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import re2
from scipy.stats import kstest, norm

from src.core.parsing import parse_schema
from src.generation.compiling import compile_schema
from src.utils.validators import check_table
from tests.generation.worlds import POOLS

from .ruled import judged

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("hotel_bookings", "products", "sensors", "tickets")
AS_OF = date(2026, 1, 31)
CENT = Decimal("0.01")


@cache
def recipe_of(name, seed=7):
    schema = parse_schema(json.loads((EXAMPLES / f"{name}.schema.json").read_text()))
    rows = {table.name: table.rows for table in schema.tables if table.rows is not None}
    return compile_schema(schema, rows=rows, seed=seed, as_of=AS_OF, pools=POOLS)


@cache
def tables_of(name, seed=7):
    recipe = recipe_of(name, seed)
    return {key: recipe.tables[key].make(0, recipe.tables[key].row_count) for key in recipe.order}


@cache
def rows_of(name, table):
    return tables_of(name)[table].to_pylist()


@pytest.mark.parametrize("name", NAMES)
def test_every_expectation_and_every_promise_holds(name):
    schema, tables = recipe_of(name).schema, tables_of(name)
    verdicts = judged(schema, tables, piece=20_000)
    assert [verdict for verdict in verdicts if not verdict.held] == []
    assert {rule.rule for table in schema.tables for rule in table.rules} <= {
        verdict.check for verdict in verdicts
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_passes_the_check_of_its_field(name):
    recipe = recipe_of(name)
    for key, table in tables_of(name).items():
        assert check_table(table, recipe.tables[key].fields) == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [997, 10_000])
def test_the_rows_are_the_same_in_chunks_of_any_size_and_order(name, size):
    recipe = recipe_of(name)
    for key, whole in tables_of(name).items():
        table = recipe.tables[key]
        for start in reversed(range(0, min(whole.num_rows, 30_000), size)):
            stop = min(start + size, whole.num_rows)
            assert table.make(start, stop).equals(whole.slice(start, stop - start))


# ── hotel bookings ────────────────────────────────────────────────────────────────────────────


def bookings():
    return rows_of("hotel_bookings", "bookings")


def test_a_guest_leaves_after_as_many_nights_as_are_booked():
    assert all(row["check_out"] - row["check_in"] == timedelta(row["nights"]) for row in bookings())
    assert {row["nights"] for row in bookings()} == set(range(1, 15))


def test_totals_are_right_to_the_cent_with_ten_percent_off_from_seven_nights():
    for row in bookings():
        factor = Decimal("0.9") if row["nights"] >= 7 else 1
        total = row["nights"] * row["price_per_night"] * factor
        assert row["total"] == total.quantize(CENT, ROUND_HALF_UP)


def test_cancelled_bookings_and_only_they_have_a_time_of_cancelling():
    for row in bookings():
        assert (row["status"] == "cancelled") == (row["cancelled_at"] is not None)


def test_bookings_are_cancelled_between_booking_and_arrival():
    for row in bookings():
        arrival = datetime.combine(row["check_in"], time())
        assert row["booked_at"] < arrival
        if row["cancelled_at"] is not None:
            assert row["booked_at"] <= row["cancelled_at"] < arrival


def test_prices_do_not_pile_up_at_the_ends():
    prices = [row["price_per_night"] for row in bookings()]
    assert min(prices) >= 60
    assert max(prices) <= 450
    assert sum(price < Decimal("60.5") for price in prices) < len(prices) / 100
    assert sum(price > Decimal("449.5") for price in prices) < len(prices) / 100


@pytest.mark.parametrize(("status", "share"), [("cancelled", 0.12), ("no-show", 0.03)])
def test_so_many_cancel_or_do_not_come(status, share):
    found = sum(row["status"] == status for row in bookings()) / 10_000
    assert abs(found - share) < 4 * (share * (1 - share) / 10_000) ** 0.5


# ── products ──────────────────────────────────────────────────────────────────────────────────


def column(name):
    return tables_of("products")["products"][name].combine_chunks()


def test_article_numbers_are_unique_and_like_the_example():
    sku = column("sku").to_pylist()
    pattern = re2.compile("[A-Z]{3}-[0-9]{4}-[A-Z]")
    assert len(set(sku)) == 100_000
    assert all(pattern.fullmatch(text) for text in sku)


def test_bar_codes_are_unique_texts_with_a_right_check_digit():
    codes = column("ean").to_pylist()
    assert len(set(codes)) == 100_000
    digits = np.array([[int(digit) for digit in code] for code in codes])
    assert digits.shape == (100_000, 13)
    assert ((digits @ ([1, 3] * 6 + [1])) % 10 == 0).all()


def test_every_subcategory_fits_its_category():
    schema = recipe_of("products").schema
    fitting = next(f for f in schema.tables[0].fields if f.name == "subcategory").generator.values
    pairs = set(zip(column("category").to_pylist(), column("subcategory").to_pylist(), strict=True))
    assert pairs == {(name, inner) for name, values in fitting.items() for inner in values}


def test_prices_are_lognormal_around_their_median():
    prices = column("price").cast("float64").to_numpy()
    assert abs(np.median(prices) / 25 - 1) < 0.02
    assert kstest(np.log(prices), norm(np.log(25), 0.7).cdf).statistic < 0.01


# ── sensors ───────────────────────────────────────────────────────────────────────────────────


@cache
def station(number):
    """One station's readings, in order."""
    table = tables_of("sensors")["readings"]
    return table.filter(np.equal(table["station_id"].to_numpy(), number)).to_pydict()


def test_readings_come_every_hour_of_the_quarter():
    for number in (1, 13, 25):
        times = station(number)["read_at"]
        assert len(times) == 2160
        assert times[0] == datetime.combine(date(2025, 1, 1), time())
        assert {after - before for before, after in pairwise(times)} == {timedelta(hours=1)}


def test_temperatures_have_their_trend_their_daily_wave_and_their_noise():
    readings = tables_of("sensors")["readings"]
    there = readings["temperature"].is_valid().to_numpy()
    values = readings["temperature"].cast("float64").to_numpy()[there]
    hour = (readings["number"].to_numpy() - 1)[there]
    wave = 2 * np.pi * hour / 24
    known = np.column_stack([np.ones(len(hour)), hour / 2159, np.sin(wave), np.cos(wave)])
    found, *_ = np.linalg.lstsq(known, values, rcond=None)
    assert found == pytest.approx([2, 9, 4, 0], abs=0.06)
    noise = values - known @ found
    assert abs(noise.std() - 0.8) < 0.03
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.02


def test_counters_never_fall_and_end_where_the_trend_says():
    for number in (1, 13, 25):
        counted = station(number)["energy_wh"]
        assert all(np.diff(counted) >= 0)
        assert 499_000 < counted[-1] <= 500_000
        assert len(set(np.diff(counted).tolist())) > 50


def test_what_wanders_goes_as_far_as_it_may_and_each_station_goes_its_own_way():
    ways = np.array([station(number)["pressure"] for number in range(1, 26)], float) - 1013
    assert np.abs(ways[:, 0]).max() == 0
    assert 12 * 0.65 < ways[:, -1].std() < 12 * 1.45  # 25 stations: 4 standard errors
    steps = np.diff(ways)
    assert abs(steps.std() - 12 / 2159**0.5) < 0.02
    apart = np.corrcoef(steps)[np.triu_indices(25, 1)]
    assert np.abs(apart).max() < 0.12


def test_every_station_is_read_only_after_it_was_installed():
    installed = {row["id"]: row["installed_on"] for row in rows_of("sensors", "stations")}
    first = {number: station(number)["read_at"][0].date() for number in installed}
    assert all(installed[number] <= day for number, day in first.items())


# ── tickets ───────────────────────────────────────────────────────────────────────────────────

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = ("opened_at", "answered_at", "closed_at")


def tickets():
    return rows_of("tickets", "tickets")


def test_all_moments_are_within_working_hours_in_berlin_over_both_changes_of_the_clock():
    seen = set()
    for row in tickets():
        for name in MOMENTS:
            if row[name] is not None:
                local = row[name].astimezone(BERLIN)
                assert local.weekday() < 5
                assert time(9) <= local.time() < time(17)
                seen.add((local.date(), local.utcoffset()))
    offsets = dict(seen)
    summer, winter = timedelta(hours=2), timedelta(hours=1)
    assert offsets[date(2025, 3, 28)] == offsets[date(2025, 10, 27)] == winter
    assert offsets[date(2025, 3, 31)] == offsets[date(2025, 10, 24)] == summer


def test_tickets_are_opened_then_answered_then_closed_each_in_its_time():
    for row in tickets():
        # Instants: Python adds days to an aware datetime by the clock on the wall.
        moments = (row[name] and row[name].astimezone(UTC) for name in MOMENTS)
        opened, answered, closed = moments
        assert (answered is None) == (row["status"] == "open")
        assert (closed is None) == (row["status"] != "closed") == (row["satisfaction"] is None)
        if answered is not None:
            assert opened < answered <= opened + timedelta(days=5)
        if closed is not None:
            assert answered <= closed <= answered + timedelta(days=7)


def test_urgent_tickets_come_by_voice_or_chat_and_are_answered():
    urgent = [row for row in tickets() if row["priority"] == "urgent"]
    assert len(urgent) > 500
    assert {row["channel"] for row in urgent} == {"phone", "chat"}
    assert {row["status"] for row in urgent} == {"answered", "closed"}
    assert {row["channel"] for row in tickets()} == {"mail", "phone", "chat"}


def test_the_zone_is_kept_in_the_type():
    kind = tables_of("tickets")["tickets"].schema.field("opened_at").type
    assert kind.tz == "Europe/Berlin"
    assert rows_of("tickets", "tickets")[0]["opened_at"].astimezone(UTC).year == 2025
