"""The same wish in the many ways in which people write it down."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from src.core.models import Reading
from src.core.parsing import parse_schema
from src.reading.reader import read_request

TODAY = date(2026, 11, 24)


def read(text: str) -> Reading:
    reading = read_request(text, today=TODAY)
    parse_schema(dict(reading.document))
    return reading


def fields(reading: Reading) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in reading.document["fields"]}


SHARES = [
    ("priority exactly 50/30/15/5 low medium high urgent", "priority",
     {"low": 50, "medium": 30, "high": 15, "urgent": 5}),
    ("priority 50/30/15/5", "priority", {"low": 50, "medium": 30, "high": 15, "urgent": 5}),
    ("status code 200 90% 404 7% 500 3%", "status_code", {200: 90, 404: 7, 500: 3}),
    ("language en 70 de 20 fr 10", "language", {"en": 70, "de": 20, "fr": 10}),
    ("payment type card 70 % cash 30 %", "payment_type", {"card": 70, "cash": 30}),
    ("device mobile desktop tablet 55/40/5", "device", {"mobile": 55, "desktop": 40, "tablet": 5}),
    ("membership type basic/plus/premium 60/30/10", "membership_type",
     {"basic": 60, "plus": 30, "premium": 10}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "name", "expected"), SHARES, ids=[row[0] for row in SHARES])
def test_shares_are_read_in_whatever_order_they_stand(
    words: str, name: str, expected: dict[Any, float]
) -> None:
    reading = read(f"100 things: thing id, {words}")
    generator = fields(reading)[name]["generator"]
    assert reading.not_understood == ()
    assert dict(zip(generator["values"], generator["weights"], strict=True)) == expected
    promised = {
        check["value"]: check["equals"]
        for check in reading.document["expectations"]
        if check["check"] == "share"
    }
    assert promised == {value: weight / 100 for value, weight in expected.items()}


EVERY = "TIMESTAMP '2026-01-01' + (id - 1) * INTERVAL"
MADE = [
    ("manager yes/no 10 %", "manager", {"kind": "bernoulli", "p": 0.1}),
    ("lunch yes 60 %", "lunch", {"kind": "bernoulli", "p": 0.6}),
    ("sold or not", "sold", {"kind": "bernoulli", "p": 0.5}),
    ("delivery or pickup", "delivery_or_pickup",
     {"kind": "category", "values": ["delivery", "pickup"]}),
    ("term in months 12/24/36", "term", {"kind": "category", "values": [12, 24, 36]}),
    ("flight time between 45 minutes and 14 hours", "flight_time",
     {"kind": "uniform", "minimum": 45, "maximum": 840}),
    ("price between 80k and 2m", "price",
     {"kind": "uniform", "minimum": 80_000, "maximum": 2_000_000, "decimal_places": 2}),
    ("device id out of 20 devices", "device_id", {"kind": "uniform", "minimum": 1, "maximum": 20}),
    ("grade 1.0 to 5.0 in steps of 0.1", "grade",
     {"kind": "uniform", "minimum": 1.0, "maximum": 5.0, "decimal_places": 1}),
    ("claim number CLM-000001", "claim_number",
     {"kind": "sequence", "template": "CLM-{n:06d}", "start": 1}),
    ("country US", "country", {"kind": "category", "values": ["US"]}),
    ("distance km lognormal median 3", "distance_km",
     {"kind": "lognormal", "median": 3.0, "sigma": 0.7, "decimal_places": 2}),
    ("category (rent, salary; salary always positive)", "category",
     {"kind": "category", "values": ["rent", "salary"]}),
    ("size S/M, price depends on size: S 8.50, M 10.90", "price",
     {"kind": "expression", "expr": "CASE size WHEN 'S' THEN 8.5 WHEN 'M' THEN 10.9 END",
      "decimal_places": 2}),
    ("height in cm, weight in kg, BMI computed from height and weight", "bmi",
     {"kind": "expression", "expr": "weight * 10000 / height / height", "decimal_places": 2}),
    ("price, tip 0-20 % of price", "tip",
     {"kind": "expression", "expr": "price * tip_percent / 100", "decimal_places": 2}),
    ("net amount, VAT 19 %, gross amount", "gross_amount",
     {"kind": "expression", "expr": "net_amount + vat", "decimal_places": 2}),
    ("booking date in 2025, value date 0-2 days later", "value_date",
     {"kind": "timedelta", "minimum": 0, "maximum": 2, "unit": "days", "after": "booking_date"}),
    ("incident date, reported 0 to 30 days after incident", "reported",
     {"kind": "timedelta", "minimum": 0, "maximum": 30, "unit": "days", "after": "incident_date"}),
    ("departure and arrival time", "arrival_time",
     {"kind": "timedelta", "minimum": 1, "maximum": 12, "unit": "hours",
      "after": "departure_time"}),
    ("term in months 12/24/36, start date, end date = start date + term", "end_date",
     {"kind": "expression", "expr": "start_date + term * INTERVAL 1 MONTH"}),
    ("one every 30 seconds from 2026-01-01", "timestamp",
     {"kind": "expression", "expr": f"{EVERY} 30 SECOND"}),
    ("time every 2 hours from 2026-01-01", "time",
     {"kind": "expression", "expr": f"{EVERY} 2 HOUR"}),
    ("status approved/rejected, claim amount, paid amount equal to claim amount if approved else 0",
     "paid_amount",
     {"kind": "expression", "expr": "CASE WHEN status = 'approved' THEN claim_amount ELSE 0 END",
      "decimal_places": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "name", "expected"), MADE, ids=[row[0] for row in MADE])
def test_a_phrase_becomes_its_maker(words: str, name: str, expected: dict[str, Any]) -> None:
    assert fields(read(f"100 things: id, {words}"))[name]["generator"] == expected


def test_an_hour_of_the_day_is_kept_on_every_day() -> None:
    field = fields(read("100 orders: ordered at between 11:00 and 23:00"))["ordered_at"]
    hours = field["generator"]["business_hours"]
    assert (hours["start"], hours["end"], len(hours["days"])) == ("11:00", "23:00", 7)


def test_a_field_that_only_a_condition_names_is_added_and_said() -> None:
    reading = read("100 tickets: ticket id, opened at, closed at only if status is closed")
    assert fields(reading)["closed_at"]["null_when"] == "status <> 'closed'"
    assert "'status' was added, as the request refers to it" in reading.assumptions


def test_a_range_before_a_condition_reads_like_one_after_it() -> None:
    text = "100 events: type view/sale, revenue {}"
    one = read(text.format("only for sale between 5 and 300"))
    two = read(text.format("between 5 and 300 only for sale"))
    assert fields(one) == fields(two)
    assert fields(one)["revenue"]["null_when"] == "type <> 'sale'"


def test_what_does_not_say_how_is_not_computed() -> None:
    reading = read("10 loans: principal 1000-5000, rate 1-5, risk computed from principal and rate")
    assert "risk computed from principal and rate" in reading.not_understood


def test_a_share_of_nothing_is_no_list_of_values() -> None:
    reading = read("100 flights: flight number, delay in minutes (80% zero)")
    assert fields(reading)["delay"]["type"] == "integer"
    assert reading.not_understood == ("delay in minutes (80% zero)",)


def test_a_count_inside_a_field_is_no_second_table() -> None:
    reading = read("5,000 sensor readings, temperature around 21, device id out of 20 devices")
    assert reading.document["rows"] == 5000
    assert list(fields(reading)) == ["temperature", "device_id"]


def test_a_pace_brings_the_moment_and_the_number_it_needs() -> None:
    reading = read("24 readings: one every hour from 2026-01-01, temperature")
    assert list(fields(reading)) == ["id", "timestamp", "temperature"]


def test_how_many_are_missing_is_said_in_brackets_before_or_after() -> None:
    texts = ("last login (nullable 20%)", "last login (20 % missing)", "last login (empty for 20%)")
    readings = [read(f"100 users: id, {text}") for text in texts]
    assert [fields(reading)["last_login"]["null_fraction"] for reading in readings] == [0.2] * 3
    assert {reading.not_understood for reading in readings} == {()}


def test_what_brackets_say_behind_a_condition_is_of_the_field() -> None:
    reading = read(
        "9 parcels: shipped date, delivered date 1 to 7 days after shipped (missing 6 %)"
    )
    delivered = fields(reading)["delivered_date"]
    assert (delivered["generator"]["after"], delivered["null_fraction"]) == ("shipped_date", 0.06)


def test_shares_that_make_a_whole_belong_to_the_field_that_began_them() -> None:
    reading = read("100 orders: id, a status: 85% delivered, 10% returned, 5% cancelled.")
    assert fields(reading)["status"]["generator"]["weights"] == [85, 10, 5]
    assert list(fields(reading)) == ["id", "status"]


def test_a_list_of_languages_is_not_the_language_of_the_request() -> None:
    reading = read("10 tweets with text, likes, retweets less than likes, language en/es/de")
    assert reading.document["locale"] == "en"
    assert reading.document["rules"][0] == {
        "rule": "inequality", "low": "retweets", "high": "likes", "strict": True
    }  # fmt: skip


def test_a_german_note_is_a_grade_and_a_class_has_a_letter() -> None:
    made = fields(read("60 Schüler der Klasse 8 mit Vorname, Note 1-6, Klasse 8a/8b/8c"))
    assert made["note"]["type"] == "integer"
    assert made["klasse"]["generator"]["values"] == ["8a", "8b", "8c"]


def test_the_language_of_a_text_is_no_part_of_its_name() -> None:
    reading = read("9 reviews: id, comment in German")
    assert list(fields(reading)) == ["id", "comment"]
    assert reading.not_understood == ("in German",)


@pytest.mark.parametrize("count", ["1000", "1'000", "1’000", "1_000", "10^3", "1 x 10^3", "1,000"])
def test_a_thousand_is_a_thousand_however_it_is_written(count: str) -> None:
    assert read(f"{count} customers: id, name").document["rows"] == 1000


def test_the_colours_of_a_terminal_are_no_numbers() -> None:
    reading = read("\x1b[31m\x1b[1;5m")
    assert "rows" not in reading.document
