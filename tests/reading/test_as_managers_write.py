"""Sentences as product managers and data engineers type them: made, or told as not understood."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from src.core.models import Reading
from src.core.parsing import parse_schema
from src.data import load_pools
from src.generation.checks import check_schema
from src.reading.reader import read_request

TODAY = date(2026, 11, 24)
POOLS = load_pools()


def read(text: str) -> Reading:
    """The reading, of which the engine can make every field and rule."""
    reading = read_request(text, today=TODAY)
    schema = parse_schema(dict(reading.document))
    assert [*map(str, check_schema(schema, rows=None, pools=POOLS, as_of=TODAY))] == []
    return reading


def fields(reading: Reading) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in reading.document["fields"]}


def made(text: str, name: str) -> dict[str, Any]:
    return fields(read(text))[name]


def promised(reading: Reading, kind: str) -> list[dict[str, Any]]:
    return [one for one in reading.document["expectations"] if one["check"] == kind]


RANGES = [
    ("50 trials: nitrogen 0–200 kg/ha", "nitrogen", 0, 200),
    ("50 fields: loss 200–4,000 €/ha", "loss", 200, 4000),
    ("50 cars: fuel level 0–100 %", "fuel_level", 0, 100),
    ("50 loans: approved 62 %, interest rate only if approved 3.5–12.9 %", "interest_rate",
     3.5, 12.9),
    ("50 visits: converted 3 %, revenue only if converted 10–400", "revenue", 10, 400),
    ("50 readings: sensor id (20 sensors), temperature", "sensor_id", 1, 20),
    ("40 films : titre, note de 1 à 10 avec une moyenne de 6,5", "note", 1, 10),
    ("50 readings: humidity 30–70 %, battery 0–100 %", "humidity", 30, 70),
    ("50 stays: patient id (2,000 patients)", "patient_id", 1, 2000),
    ("50 bookings: booking date in Q1 2025, guest", "booking_date", "2025-01-01", "2025-03-31"),
    ("50 students: name, enrolled in 2022 or 2023", "enrolled", "2022-01-01", "2023-12-31"),
    ("40 recettes : nom, publié le entre le 01/02/2020 et le 31/12/2024", "publié",
     "2020-02-01", "2024-12-31"),
    ("40 facturas: número de factura, fecha del 01/03/2025 al 31/05/2025", "fecha",
     "2025-03-01", "2025-05-31"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name", "low", "high"), RANGES, ids=[one[0][:50] for one in RANGES]
)
def test_a_range_keeps_both_its_ends(text: str, name: str, low: object, high: object) -> None:
    reading = read(text)
    bounds = fields(reading)[name]["constraints"]
    assert (bounds["minimum"], bounds["maximum"]) == (low, high)
    assert any(one["field"] == name for one in promised(reading, "range"))
    assert reading.not_understood == ()


WEIGHTS = [
    ("90 policies: product (car, home, life) with 50, 30 and 20 %", "product", [50, 30, 20]),
    ("90 patients: arm (placebo, drug) exactly 50/50", "arm", [50, 50]),
    ("90 donors: blood type O+ 40 %, A+ 30 %, O- 20 %, A- 9.5 %, AB- 0.5 %", "blood_type",
     [40, 30, 20, 9.5, 0.5]),
    ("90 rides: passengers 1–4 (1 passenger 70 %)", "passengers", [70, 10, 10, 10]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "weights"), WEIGHTS)
def test_each_value_gets_its_own_share(text: str, name: str, weights: list[float]) -> None:
    reading = read(text)
    assert fields(reading)[name]["generator"]["weights"] == weights
    assert len(promised(reading, "share")) == len(weights)
    assert reading.not_understood == ()


FORMULAS = [
    ("due 14, 30 or 60 days after issued on", "issued_on + due_days * INTERVAL 1 DAY", "due"),
    ("net 12–180 €, VAT 21 %, gross = net + VAT", "0.21 * net", "vat"),
    ("quantity 1–9, unit price 2–90, discount 0, 5 or 10 %, "
     "line total = quantity × unit price × (1 − discount)",
     "quantity * unit_price * (1 - discount / 100)", "line_total"),
    ("amount 20–900 €, discount 10 % from 300 €, total",
     "CASE WHEN amount >= 300 THEN 10 ELSE 0 END", "discount"),
    ("plan (free, plus), price 0 for free and 9.99 for plus",
     "CASE WHEN plan = 'free' THEN 0 WHEN plan = 'plus' THEN 9.99 END", "price"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expr", "name"), FORMULAS)
def test_a_formula_is_made_and_promised(said: str, expr: str, name: str) -> None:
    reading = read(f"90 invoices: invoice number, issued on in 2024, {said}")
    assert fields(reading)[name]["generator"]["expr"] == expr
    assert any(name in one["expr"] for one in promised(reading, "expression"))
    assert reading.not_understood == ()


def test_a_german_genitive_says_what_the_percentage_is_of() -> None:
    text = "50 Mietverträge: Mieter, Kaltmiete 400–900 €, Nebenkosten 20 % der Kaltmiete"
    assert made(text, "nebenkosten")["generator"]["expr"] == "0.2 * kaltmiete"


def test_a_total_whose_formula_was_not_understood_gets_no_other_one() -> None:
    reading = read("90 lines: quantity 1–9, unit price 2–90, total = quantity × unit price × luck")
    assert "expr" not in fields(reading)["total"]["generator"]
    assert any("luck" in words for words in reading.not_understood)


PEOPLE = [
    ("50 Pakete: Absender, Empfänger", ("absender", "empfänger")),
    ("40 films : titre, réalisateur", ("réalisateur",)),
    ("40 movements: operator name, technician", ("operator_name", "technician")),
    ("40 claims: farmer name", ("farmer_name",)),
]


@pytest.mark.parametrize(("text", "names"), PEOPLE)
def test_who_does_something_has_a_name(text: str, names: tuple[str, ...]) -> None:
    generators = [fields(read(text))[name]["generator"] for name in names]
    assert {made["part"] for made in generators} == {"name"}
    assert len({made.get("who", "") for made in generators}) == len(names) or len(names) == 1


@pytest.mark.parametrize("thing", ["folder", "container", "excavator", "wishlist"])
def test_a_thing_that_ends_like_a_worker_has_none(thing: str) -> None:
    assert made(f"40 records: {thing}, amount", thing).get("generator", {}).get("kind") != "person"


def test_the_name_of_a_recipe_is_no_persons() -> None:
    assert made("70 recettes : nom, calories 150–900", "nom")["generator"]["kind"] == "text"


def test_a_buyers_customer_number_is_their_own() -> None:
    number = made("30 Käufer: Kundennummer, Name, E-Mail", "kundennummer")
    assert number["constraints"] == {"unique": True}


def test_the_first_id_is_the_rows_own_where_nobody_knows_the_table() -> None:
    assert made("50 apartments: listing id, rooms 1–6", "listing_id")["constraints"]["unique"]
    assert "constraints" not in made("50 order lines: order id, quantity", "order_id")


@pytest.mark.parametrize(
    ("text", "rows", "step"),
    [
        ("car sensor log every 1 second for 10 minutes: speed 0–130 km/h", 600, "1 SECOND"),
        ("60 meter readings, one per hour, consumption 0–4", 60, "1 HOUR"),
        ("60 log entries, one per minute starting 2025-01-01, temperature", 60, "1 MINUTE"),
    ],
)
def test_a_pace_makes_the_moments(text: str, rows: int, step: str) -> None:
    reading = read(text)
    assert reading.document["rows"] == rows
    assert fields(reading)["timestamp"]["generator"]["expr"].endswith(f"INTERVAL {step}")


MISSING = [
    ("10 % of satisfaction missing", "satisfaction", 0.1),
    ("returned_at after opened_at or empty for 7 %", "returned_at", 0.07),
    ("returned_at after opened_at or empty", "returned_at", 0.2),
]


@pytest.mark.parametrize(("said", "name", "share"), MISSING)
def test_empty_cells_are_made_as_said(said: str, name: str, share: float) -> None:
    reading = read(f"90 tickets: opened_at, satisfaction 1–5, {said}")
    assert fields(reading)[name]["null_fraction"] == share
    assert [one["field"] for one in promised(reading, "null_share")] == [name]


def test_a_journey_departs_before_it_arrives() -> None:
    made_of = fields(read("90 train trips: station from, station to, departure, arrival"))
    assert made_of["arrival"]["generator"]["after"] == "departure"
    assert {made_of[name]["type"] for name in ("departure", "arrival")} == {"datetime"}
    assert made_of["from_station"]["generator"] != made_of["to_station"]["generator"]


def test_a_guests_departure_still_follows_their_arrival() -> None:
    made_of = fields(read("90 hotel bookings: arrival, departure, guest name"))
    assert made_of["departure"]["generator"]["after"] == "arrival"


def test_an_order_in_days_and_a_condition_hold_together() -> None:
    field = made(
        "90 invoices: issued on in 2024, paid 93 %, paid on 0–30 days after issued on only if paid",
        "paid_on",
    )
    assert (field["generator"]["after"], field["null_when"]) == ("issued_on", "paid IS FALSE")


DAYS_AFTER = [
    ("90 postings: posted on in 2024, closes 30 days after posted", "closes", "posted_on"),
    ("90 claims: amount, reported 1–14 days after damage date", "reported", "damage_date"),
]


@pytest.mark.parametrize(("text", "name", "other"), DAYS_AFTER)
def test_what_happens_so_many_days_after_is_a_day(text: str, name: str, other: str) -> None:
    field = made(text, name)
    assert (field["type"], field["generator"]["after"]) == ("date", other)


@pytest.mark.parametrize(
    ("said", "r"), [("price falling with mileage", -0.7), ("price rises with mileage", 0.7)]
)
def test_a_trend_without_a_number_is_assumed_and_told(said: str, r: float) -> None:
    reading = read(f"200 used cars: mileage 5,000–250,000 km, price 1,500–60,000 €, {said}")
    assert [one["equals"] for one in promised(reading, "correlation")] == [r]
    assert any("correlation" in note for note in reading.assumptions)
    assert list(fields(reading)) == ["mileage", "price"]


def test_exactly_so_many_are_true() -> None:
    field = made("200 orders: total, exactly 5 % returned", "returned")
    assert field["generator"]["quota"] == "exact"


@pytest.mark.parametrize("mean", ["0.3", "2"])
def test_poisson_counts_are_whole(mean: str) -> None:
    field = made(f"90 policies: claims count Poisson with mean {mean}", "claims_count")
    assert field["type"] == "integer"


def test_a_gamma_distribution_has_its_mean() -> None:
    reading = read("90 readings: consumption kWh gamma distributed with mean 1.2")
    generator = fields(reading)["consumption"]["generator"]
    assert generator["shape"] * generator["scale"] == pytest.approx(1.2)
    assert [one["equals"] for one in promised(reading, "mean")] == [1.2]


@pytest.mark.parametrize("name", ["contract number", "tracking number"])
def test_a_number_that_is_unique_keeps_its_name(name: str) -> None:
    field = made(f"90 contracts: {name} unique, tenant name", name.replace(" ", "_"))
    assert field["type"] == "string"


def test_a_share_among_some_rows_is_not_taken_for_one_of_all() -> None:
    reading = read("90 ads: clicked 2 %, converted only if clicked, 4 % converted among clicked")
    assert [one["field"] for one in promised(reading, "share")] == ["clicked"]
    assert any("among clicked" in words for words in reading.not_understood)


SAID_ABROAD = [
    ("90 trabajadores: número de empleado, nombre, apellidos", "nombre", {"part": "given_name"}),
    ("90 abonnés : numéro d'abonné, nom, prénom, ville", "nom", {"part": "family_name"}),
    ("90 élèves : prénom, nom, e-mail du parent", "email_du_parent", {"part": "email"}),
    ("90 abonnés : prénom, nom, ville, prix 29,90 ou 299", "prix", {"values": [29.9, 299]}),
]


@pytest.mark.parametrize(("text", "name", "generator"), SAID_ABROAD)
def test_french_and_spanish_words_say_what_they_say(
    text: str, name: str, generator: dict[str, Any]
) -> None:
    assert generator.items() <= made(text, name)["generator"].items()


def test_a_french_postcode_belongs_to_the_city() -> None:
    reading = read("90 abonnés : prénom, nom, ville, code postal")
    assert [one["fields"] for one in promised(reading, "agree")] == [["code_postal", "ville"]]


def test_an_adjective_with_a_condition_is_true_or_false() -> None:
    field = made("90 samples: value normal around 100, abnormal if value above 110", "abnormal")
    assert (field["type"], field["generator"]["expr"]) == ("boolean", "(value > 110)")


def test_a_unit_is_no_part_of_the_name() -> None:
    assert made("90 panels: peak power 250–450 W, annual yield kWh", "annual_yield")["type"] == (
        "number"
    )


def test_a_pet_has_one_name() -> None:
    assert made("90 visits: pet name, owner name", "pet_name")["generator"]["part"] == "given_name"


def test_a_trace_id_is_hexadecimal() -> None:
    pattern = made("90 log lines: trace id 32 hex characters", "trace_id")["generator"]["pattern"]
    assert pattern == "[0-9a-f]{32}"


def test_a_uuid_that_comes_first_stays_one() -> None:
    assert made("90 impressions: impression id UUID, campaign", "impression_id")["format"] == "uuid"


def test_what_is_at_most_another_field_never_exceeds_it() -> None:
    reading = read("90 courses: max students 20–300, enrolled students at most max students")
    assert [one["expr"] for one in promised(reading, "expression")] == [
        "enrolled_students <= max_students"
    ]


def test_what_is_computed_from_an_empty_cell_is_empty() -> None:
    field = made(
        "90 events: event type view 70 %, purchase 30 %, price 3–300 €, "
        "quantity 1–5 only if purchase, revenue = price × quantity",
        "revenue",
    )
    assert field["null_when"] == "quantity IS NULL"


def test_a_day_counted_from_an_hour_may_begin_before_it() -> None:
    reading = read("90 visits: visited at in 2025, follow-up date 7–28 days after visited at")
    assert "visited_at + INTERVAL 6 DAY" in promised(reading, "expression")[0]["expr"]


@pytest.mark.parametrize(
    "head", ["a shop with 40 products", "a hotel with 40 guests", "A web shop with 40 customers"]
)
def test_the_first_field_after_a_counted_head_is_a_field(head):
    found = read(f"{head}: name, rating 1-5")
    assert [*fields(found)] == ["name", "rating"]
    assert [one["equals"] for one in promised(found, "row_count")] == [40]
    assert found.not_understood == ()


@pytest.mark.parametrize(
    ("phrase", "name", "value"),
    [
        ("lower limit 70", "lower_limit", 70),
        ("tax rate 19", "tax_rate", 19),
        ("fee 12.5", "fee", 12.5),
    ],
)
def test_a_name_and_a_number_is_that_number_on_every_row(phrase, name, value):
    found = read(f"50 readings: {phrase}, value 40-200")
    assert fields(found)[name]["generator"] == {"kind": "category", "values": [value]}
    assert f"{name!r} was taken as {value:g} on every row" in found.assumptions


def test_a_single_digit_is_part_of_the_name():
    assert "address_line_2" in fields(read("50 people: name, address line 2"))
