"""Requests as very different people type them: each promise is there, or plainly told as not."""

from __future__ import annotations

import json
import time
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
    if "rows" in reading.document:
        assert [*map(str, check_schema(schema, rows=None, pools=POOLS, as_of=TODAY))] == []
    return reading


def fields(reading: Reading) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in reading.document["fields"]}


def checks(reading: Reading, kind: str) -> list[dict[str, Any]]:
    return [one for one in reading.document["expectations"] if one["check"] == kind]


COUNTS = [
    ("a couple hundred profiles: nickname, age", 200),
    ("three and a half thousand subscribers, email unique", 3500),
    ("need about 2 hundred fake user profiles w/ username, e-mail", 200),
    ("taxi trips, 2 500 of them, pickup time, distance 0.5–30 km", 2500),
    ("Donations list, around 750, donor name, amount", 750),
    ("Polling stations: 300, district 1-12", 300),
    ("Loan applications N=4000; applicant age 21-70", 4000),
    ("Purchase orders, a thousand rows: po number, supplier", 1000),
    ("Machine log with 10k rows, machine M01 to M20, state", 10_000),
    ("Create 1 million? no, just 2000 car insurance policies. Policy number, age", 2000),
    ("heights and weights of 60 kids", 60),
    ("Gradebook, 32 students, homework 0-20, midterm 0-40", 32),
    ("Personalliste mit 120 Mitarbeitern (Personalnummer, Name, Abteilung)", 120),
    ("sensor readings every 5 minutes for 2 days from 10 sensors, temp around 21", 5760),
    ("Hourly weather for Hamburg in January 2024: temperature between -8 and 10", 744),
    ("Daily sales for 3 stores for the year 2023", 1095),
    ("smart meter data, 20 households, 15-minute intervals, 1 week, consumption", 13_440),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rows"), COUNTS, ids=[text[:40] for text, _ in COUNTS])
def test_rows_are_counted_in_whatever_words(text: str, rows: int) -> None:
    assert read(text).document["rows"] == rows


def test_fewer_than_no_rows_are_told_and_asked_for() -> None:
    reading = read("-3 customers with name and 1,5 orders each")
    assert "rows" not in reading.document
    assert reading.questions[0] == "How many rows?"
    assert reading.not_understood == ("-3 customers", "1,5 orders each")
    assert list(fields(reading)) == ["name"]


SPREADS = [
    ("score 0-100 normal mean 68 sd 12", [("mean", 68), ("distribution", None)]),
    ("age mean 42, sd 12, min 18, max 85", [("mean", 42)]),
    ("amount with median 40 and 90 % under 200", [("median", 40), ("quantile", 200)]),
    ("response time in ms p95 800, median 120", [("median", 120), ("quantile", 800)]),
    ("age quartiles 25/34/48", [("quantile", 25), ("quantile", 34), ("quantile", 48)]),
    ("premium normally distributed around 620 with standard deviation 140 but never below 250",
     [("mean", 620), ("distribution", None)]),
    ("balance 0-250000 log-normal with median 12000", [("median", 12000), ("distribution", None)]),
    ("haemoglobin in g/dl normal 13.8 sd 1.4", [("mean", 13.8), ("distribution", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "told"), SPREADS, ids=[words[:40] for words, _ in SPREADS])
def test_what_is_said_of_a_distribution_is_promised(
    words: str, told: list[tuple[str, float | None]]
) -> None:
    reading = read(f"1000 cases: case id, {words}")
    kinds = ("mean", "median", "quantile", "distribution")
    found = [(one["check"], one.get("equals")) for one in reading.document["expectations"]]
    assert [pair for pair in found if pair[0] in kinds] == told
    assert reading.not_understood == ()


def test_a_third_quantile_that_does_not_fit_is_told() -> None:
    words = "response time: median 120, p95 800, p99 2000"
    assert read(f"1000 requests: id, {words}").not_understood == (words,)


MADE = [
    ("direction debit/credit (70/30)", "direction",
     {"values": ["debit", "credit"], "weights": [70, 30]}),
    ("plan free/pro/enterprise 60:30:10", "plan", {"weights": [60, 30, 10]}),
    ("call type voice 85 %, sms 10 %, data 5 %", "call_type",
     {"values": ["voice", "sms", "data"], "weights": [85, 10, 5]}),
    ("claims count: 70% 0, 20% 1, 10% 2 or more", "claims_count",
     {"values": ["0", "1", "2 or more"], "weights": [70, 20, 10]}),
    ("status code 200 (95%), 404 (3%), 500 (2%)", "status_code", {"values": [200, 404, 500]}),
    ("policy number format POL-YYYY-NNNNN", "policy_number",
     {"pattern": "POL-20[12][0-9]-[0-9]{5}"}),
    ("machine M1 to M3", "machine", {"values": ["M1", "M2", "M3"]}),
    ("case id S001..S120", "case_id", {"template": "S{n:03d}", "start": 1}),
    ("ticker 3-4 uppercase letters", "ticker", {"pattern": "[A-Z]{3,4}"}),
    ("x uniform in [0,10]", "x", {"kind": "uniform", "minimum": 0, "maximum": 10}),
    ("passengers 1–4", "passengers", {"kind": "uniform", "minimum": 1, "maximum": 4}),
    ("opened 35%", "opened", {"kind": "bernoulli", "p": 0.35}),
    ("glucose 60-180 mg/dl", "glucose", {"kind": "uniform", "minimum": 60, "maximum": 180}),
    ("sector one of Tech, Energy, Health", "sector", {"values": ["Tech", "Energy", "Health"]}),
    ("site (1 of 5)", "site", {"kind": "uniform", "minimum": 1, "maximum": 5}),
    ("service auth|billing|search", "service", {"values": ["auth", "billing", "search"]}),
    ("amount 5-9, tier: gold if 8+, silver if 6-7, else none", "tier",
     {"expr": "CASE WHEN amount >= 8 THEN 'gold' WHEN amount >= 6 AND amount <= 7 "
              "THEN 'silver' ELSE 'none' END"}),
    ("plan free/pro, mrr 0 for free, 29 for pro", "mrr",
     {"expr": "CASE WHEN plan = 'free' THEN 0 WHEN plan = 'pro' THEN 29 END"}),
    ("score 0-100, passed true when score >= 55", "passed", {"expr": "(score >= 55)"}),
    ("stock 0-9, reorder point 2-5, short = stock below reorder point", "short",
     {"expr": "(stock < reorder_point)"}),
    ("birthday, age", "age", {"kind": "expression"}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "name", "made"), MADE, ids=[row[0][:40] for row in MADE])
def test_a_phrase_becomes_what_it_says(words: str, name: str, made: dict[str, Any]) -> None:
    reading = read(f"100 cases: id, {words}")
    generator = fields(reading)[name]["generator"]
    assert {key: generator.get(key) for key in made} == made
    assert reading.not_understood == ()


RULES = [
    ("rarity common/legendary, damage 5–120. Legendary things have damage over 90",
     ("rarity = 'legendary'", "damage > 90")),
    ("hp 20 to 900, boss 5 %. Bosses have hp over 600", ("boss IS TRUE", "hp > 600")),
    ("delay 0-90, cancelled 2 %; if cancelled no delay", ("cancelled IS TRUE", "delay = 0")),
    ("call type voice/sms, duration 0-90; duration is 0 for sms", ("call_type = 'sms'",
                                                                    "duration = 0")),
    ("opened 35%, clicked 8% (only if opened)", ("opened IS FALSE", "clicked IS FALSE")),
]  # fmt: skip


@pytest.mark.parametrize(("words", "rule"), RULES, ids=[words[:40] for words, _ in RULES])
def test_what_holds_on_some_rows_is_a_rule_and_a_promise(words: str, rule: tuple[str, str]) -> None:
    reading = read(f"100 things: id, {words}")
    [made] = [one for one in reading.document["rules"] if one["rule"] == "implies"]
    assert (made["when"], made["then"]) == rule
    assert [(one["when"], one["then"]) for one in checks(reading, "implies")] == [rule]
    assert reading.not_understood == ()


def test_a_part_of_the_rows_is_kept_where_only_some_of_them_may_have_it() -> None:
    reading = read("1000 mails: id, opened 40%, clicked 10% (only if opened)")
    assert fields(reading)["clicked"]["generator"]["p"] == 0.25
    assert [one["equals"] for one in checks(reading, "share")] == [0.4, 0.1]


def test_columns_are_read_from_a_definition() -> None:
    reading = read(
        "accounts table, 500 rows\nid int primary key\nemail varchar(80) unique not null\n"
        "balance decimal(10,2) between -500 and 20000\nopened_on date\n"
        "status enum('active', 'closed')"
    )
    made = fields(reading)
    assert list(made) == ["id", "email", "balance", "opened_on", "status"]
    assert made["email"]["constraints"] == {"unique": True, "required": True, "maxLength": 80}
    assert made["balance"]["generator"]["decimal_places"] == 2
    assert reading.not_understood == ()


def test_columns_are_read_from_a_table_of_text() -> None:
    reading = read(
        "| column | type | rule |\n| --- | --- | --- |\n"
        "| staff_no | string | unique, E + 5 digits |"
        "\n| grade | int | 1 to 8 |\n| start_date | date | 2015-2024 |\n"
        "| left_date | date | 15% filled, after start_date |\n\n350 rows"
    )
    made = fields(reading)
    assert list(made) == ["staff_no", "grade", "start_date", "left_date"]
    assert made["staff_no"]["generator"]["pattern"] == "E[0-9]{5}"
    assert made["left_date"]["null_fraction"] == 0.85
    assert made["left_date"]["generator"]["after"] == "start_date"
    assert reading.not_understood == ()


TOLD = [
    ("400 employees with name, hire date. Everyone must be at least 18 at the hire date",
     ["name", "hire_date"], "Everyone must be at least 18 at the hire date"),
    ("200 parts: part no, bin location (aisle A-F, shelf 1-20)",
     ["part_no", "bin_location"], "aisle A-F, shelf 1-20"),
    ("20 trips: id, delay (80 % zero, otherwise 5 to 240)",
     ["id", "delay"], "80 % zero, otherwise 5 to 240"),
    ("100 samples, x 0-9, y = 3x + 2 + noise", ["x"], "y = 3x + 2 + noise"),
    ("50 cafes: id, lon within Berlin", ["id", "lon"], "within Berlin"),
    ("80 flats: cold rent, warm rent, area 20-160. Rent rises with area (correlation 0.8)",
     ["cold_rent", "warm_rent", "area"], "Rent rises with area (correlation 0.8)"),
    ("90 orders: order date, due date, received date: order date <= due date",
     ["order_date", "due_date", "received_date"], "received date: order date <= due date"),
    ("80 users: id, newsletter yes/no, 10 % in Berlin", ["id", "newsletter"],
     "10 % in Berlin"),
    ("9 sites: id, name, doctor (one of 12)", ["id", "name", "doctor"], "doctor (one of 12)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names", "words"), TOLD, ids=[row[0][:40] for row in TOLD])
def test_what_is_not_made_is_told_and_becomes_no_field(
    text: str, names: list[str], words: str
) -> None:
    reading = read(text)
    assert list(fields(reading)) == names
    assert words in reading.not_understood


@pytest.mark.parametrize(
    ("text", "table", "names"),
    [
        ("Movie database: 400 movies (title, year 1950-2024), 600 actors (name), 2-8 actors each",
         "movies", ["title", "year"]),
        ("Playlist data for 3 tables: users (1000), songs (5000), plays (20000)", "users", None),
        ("Ein Onlineshop mit 500 Kunden und 2000 Bestellungen", "kunden", None),
        ("A school library: 200 pupils, 1,000 books, 3,000 loans", "pupils", None),
    ],
)  # fmt: skip
def test_several_tables_are_told_apart_and_only_the_first_is_read(
    text: str, table: str, names: list[str] | None
) -> None:
    reading = read(text)
    assert reading.document["name"] == table
    assert "Several tables were asked for" in " ".join(reading.questions)
    assert names is None or list(fields(reading)) == names


def test_slips_of_the_fingers_are_mended_and_said() -> None:
    reading = read(
        "i want 100 emploees with ther name , emial, adress, phoen number and salry betwen "
        "30000 and 90000"
    )
    assert list(fields(reading)) == ["name", "email", "address", "phone_number", "salary"]
    assert "'emial' was read as 'email'" in reading.assumptions
    assert reading.not_understood == ()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("systolic / diastolic blood pressure",
         ["systolic_blood_pressure", "diastolic_blood_pressure"]),
        ("from/to airport", ["from_airport", "to_airport"]),
        ("origin and destination country", ["origin_country", "destination_country"]),
        ("three marks (maths, english, science) from 1 to 6",
         ["maths_mark", "english_mark", "science_mark"]),
        ("five answers (q1 to q5) 1-5", ["q1", "q2", "q3", "q4", "q5"]),
    ],
)  # fmt: skip
def test_two_fields_in_one_breath_are_two(words: str, names: list[str]) -> None:
    assert list(fields(read(f"20 things: {words}"))) == names


def test_formats_that_are_no_jobs_are_told() -> None:
    assert read("20 users: id, name. Export to SQL").assumptions[-1].endswith("(-o NAME.sql)")
    assert read("20 users: id, name, excel").not_understood == ("excel",)
    reading = read("gimme 20 events: event_id uuid, device ios/android. jsonl pls, seed 42")
    assert (reading.output_format, list(fields(reading))) == ("jsonl", ["event_id", "device"])
    assert "the seed is chosen with the rows: --seed 42" in reading.assumptions


def test_moments_may_rise_from_row_to_row() -> None:
    reading = read("20 requests: id, timestamp increasing")
    assert reading.document["rules"] == [{"rule": "monotonic", "field": "timestamp"}]
    assert reading.not_understood == ()


def test_pets_and_pupils_are_no_grown_people() -> None:
    pets = fields(read("9 pets: name, birth date, weight"))
    assert pets["birth_date"]["generator"]["minimum"] > "2011"
    assert pets["weight"]["generator"]["truncate"] == [0.5, 80]
    assert fields(read("9 weapons: name, weight in kg"))["weight"]["generator"]["maximum"] == 30


def test_rows_among_the_changes_of_a_schema_are_no_field() -> None:
    before = read("20 users: id, name, age").document
    reading = read_request(
        "add a phone number, drop age, 500 rows", today=TODAY, current_schema=before
    )
    assert '"rows": 500' in json.dumps(reading.document)
    assert reading.not_understood == ()


HOSTILE = {
    "cases": "grade A if 85+, B if 70-84, else F, " * 550,
    "columns": "email varchar(80) unique not null " * 600,
    "table": "| column | type |\n| a | int |\n" * 700,
    "paces": "every 5 minutes for 2 days from 10 sensors " * 460,
    "conditions": "if a is b then c is d " * 900,
    "plurals": "bosses have hp over 600 and " * 700,
    "codes": "M01 to M20 S001..S120 " * 900,
    "quantiles": "p95 800 90 % under 200 median 3 " * 620,
    "ratios": "60:30:10:" * 2200,
    "shares": "call type voice 1 %, " * 950,
    "sums": "a + b + c + d = " * 1250,
    "slips": "emial phoen adress salry " * 800,
    "half": "three and a half thousand and " * 660,
    "formats": "format POL-YYYY-NNNNN " * 900,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_twenty_kilobytes_of_one_thing_are_read_quickly(text: str) -> None:
    began = time.process_time()
    parse_schema(dict(read_request(text[:20_000], today=TODAY).document))
    assert time.process_time() - began < 3
