"""Whole requests, as people type them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from src.core.models import Reading
from src.core.parsing import parse_schema
from src.reading.reader import read_request

TODAY = date(2026, 11, 24)


def read(text: str, **more: Any) -> Reading:
    """The reading of a request; its document has been parsed."""
    reading = read_request(text, today=TODAY, **more)
    parse_schema(dict(reading.document))
    assert reading.engine == "local"
    return reading


def fields(reading: Reading) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in reading.document["fields"]}


def checks(reading: Reading, name: str) -> list[dict[str, Any]]:
    return [check for check in reading.document["expectations"] if check["check"] == name]


def shape(field: dict[str, Any]) -> str:
    """A field in a few words: `integer uniform 18..80`, `string category a|b unique`."""
    generator = field.get("generator", {})
    constraints = field.get("constraints", {})
    words = [field["type"], generator.get("kind", field.get("format", ""))]
    if generator.get("kind") == "person":
        words[1] = f"person.{generator['part']}"
    if generator.get("kind") == "category":
        words.append("|".join(map(str, generator["values"])))
    if "minimum" in constraints or "maximum" in constraints:
        words.append(f"{constraints.get('minimum', '')}..{constraints.get('maximum', '')}")
    words.extend(key for key in ("unique",) if constraints.get(key))
    if "null_fraction" in field:
        words.append(f"null {field['null_fraction']}")
    return " ".join(filter(None, words))


# ── the requests that the product must serve ──────────────────────────────────────────────────


def test_the_bike_shop_is_read_whole() -> None:
    reading = read(
        "200 customers of a German bike shop: customer number, name, e-mail, city, postcode, "
        "birth date (18–80 years old), newsletter yes/no. CSV."
    )
    assert reading.not_understood == ()
    assert reading.questions == ()
    assert reading.output_format == "csv"
    document = reading.document
    assert (document["name"], document["rows"], document["locale"]) == ("customers", 200, "de")
    assert {name: shape(field) for name, field in fields(reading).items()} == {
        "customer_number": "string sequence unique",
        "name": "string person.name",
        "email": "string person.email unique",
        "city": "string person.city",
        "postcode": "string person.postcode",
        "birth_date": "date 1945-11-25..2008-11-24",
        "newsletter": "boolean bernoulli",
    }
    assert len(checks(reading, "not_null")) == 7
    assert checks(reading, "row_count") == [
        {"check": "row_count", "equals": 200, "because": "200 customers"}
    ]


def test_the_sentence_of_the_readme_is_read_whole() -> None:
    reading = read(
        "500 customers with name, email, age between 18 and 80, country (US, UK, DE), signup date "
        "in 2024"
    )
    assert reading.not_understood == ()
    assert reading.document["rows"] == 500
    assert {name: shape(field) for name, field in fields(reading).items()} == {
        "name": "string person.name",
        "email": "string person.email unique",
        "age": "integer uniform 18..80",
        "country": "string category US|UK|DE",
        "signup_date": "date 2024-01-01..2024-12-31",
    }
    assert [check["because"] for check in checks(reading, "range")] == [
        "age between 18 and 80",
        "signup date in 2024",
    ]
    assert checks(reading, "one_of")[0]["values"] == ["US", "UK", "DE"]


def test_the_products_are_read_whole() -> None:
    reading = read(
        "100,000 products in Parquet: unique SKU like ABC-1234-X, unique EAN-13, category with a "
        "fitting subcategory, log-normal price with median 25."
    )
    assert reading.not_understood == ()
    assert (reading.document["rows"], reading.output_format) == (100_000, "parquet")
    got = fields(reading)
    assert got["sku"]["generator"]["pattern"] == "[A-Z]{3}-[0-9]{4}-[A-Z]"
    assert got["ean13"]["format"] == "ean13"
    assert [name for name, field in got.items() if "unique" in shape(field)] == ["sku", "ean13"]
    assert got["subcategory"]["generator"]["of"] == "category"
    assert set(got["subcategory"]["generator"]["values"]) == set(
        got["category"]["generator"]["values"]
    )
    assert got["price"]["generator"]["median"] == 25
    assert checks(reading, "median")[0]["equals"] == 25
    assert checks(reading, "matches")[0]["pattern"] == "[A-Z]{3}-[0-9]{4}-[A-Z]"


def test_of_several_tables_the_first_is_read_and_the_others_are_asked_about() -> None:
    reading = read(
        "A web shop: 2,000 customers, 500 products, 8,000 orders with 1–6 lines each, order total "
        "= sum of its lines, orders only after the customer signed up, 5 % of customers never "
        "ordered, the top 20 % make 60 % of the orders. CSV plus SQL."
    )
    assert (reading.document["name"], reading.document["rows"]) == ("customers", 2000)
    assert "customers, products, orders" in reading.questions[0]
    assert "500 products" in reading.not_understood
    assert "order total = sum of its lines" in reading.not_understood
    assert "SQL" in " ".join(reading.not_understood)


def test_bare_table_names_are_several_tables_too() -> None:
    reading = read("customers, products and orders")
    assert reading.document["name"] == "customers"
    assert any("Several tables" in question for question in reading.questions)
    assert any("How many rows" in question for question in reading.questions)
    assert reading.not_understood == ("products", "orders")


# ── many more of the kind ─────────────────────────────────────────────────────────────────────

SENTENCES: list[tuple[str, str, int | None, dict[str, str]]] = [
    (
        "Generate 1,000 employees with employee id, first and last name, department, salary "
        "between 30k and 120k, hire date since 2015, and manager (optional)",
        "employees",
        1000,
        {
            "employee_id": "integer sequence unique",
            "first_name": "string person.given_name",
            "last_name": "string person.family_name",
            "salary": "integer uniform 30000..120000",
            "hire_date": "date 2015-01-01..2026-11-24",
            "manager": "string person.name null 0.2",
        },
    ),
    (
        "I need 5k invoices: invoice number format INV-0001, customer name, amount between 10 and "
        "5000 €, due date in 2025, status (paid 80%, open 15%, overdue 5%)",
        "invoices",
        5000,
        {
            "invoice_number": "string sequence unique",
            "customer_name": "string person.name",
            "amount": "number uniform 10..5000",
            "due_date": "date 2025-01-01..2025-12-31",
            "status": "string category paid|open|overdue",
        },
    ),
    (
        "one million sensor readings with timestamp in the last 30 days, sensor id, temperature "
        "from -20 to 50 °C, humidity 0-100%",
        "readings",
        1_000_000,
        {
            "timestamp": "datetime 2026-10-25T00:00:00..2026-11-24T23:59:59",
            "sensor_id": "string pattern",
            "temperature": "number uniform -20..50",
            "humidity": "number uniform 0..100",
        },
    ),
    (
        "300 support tickets: ticket number, subject, priority low/medium/high/urgent exactly "
        "50/30/15/5, status open, closed or pending, created at, resolved at 30% missing",
        "tickets",
        300,
        {
            "ticket_number": "string sequence unique",
            "subject": "string text",
            "priority": "string category low|medium|high|urgent",
            "status": "string category open|closed|pending",
            "created_at": "datetime datetime",
            "resolved_at": "datetime timedelta null 0.3",
        },
    ),
    (
        "Create 150 patients (patient id, name, date of birth, sex, blood type (A, B, AB, O), "
        "weight in kg, diagnosis) as JSON",
        "patients",
        150,
        {
            "patient_id": "integer sequence unique",
            "name": "string person.name",
            "date_of_birth": "date datetime",
            "sex": "string person.sex",
            "blood_type": "string category A|B|AB|O",
            "weight": "number normal",
        },
    ),
    (
        "500 students: student number, name, email, major, gpa between 2.0 and 4.0, semester 1-8, "
        "scholarship yes/no",
        "students",
        500,
        {
            "student_number": "string sequence unique",
            "name": "string person.name",
            "email": "string person.email unique",
            "gpa": "number uniform 2.0..4.0",
            "semester": "integer uniform 1..8",
            "scholarship": "boolean bernoulli",
        },
    ),
    (
        "10k bank transactions with transaction id (uuid), account iban, amount normally "
        "distributed around 120 with sd 40, currency (EUR, USD, GBP), type: debit or credit, "
        "booked at in 2024",
        "transactions",
        10_000,
        {
            "transaction_id": "string uuid unique",
            "account_iban": "string iban",
            "amount": "number normal",
            "currency": "string category EUR|USD|GBP",
            "type": "string category debit|credit",
            "booked_at": "datetime 2024-01-01T00:00:00..2024-12-31T23:59:59",
        },
    ),
    (
        "2000 web sessions with session id, user id, ip address, device 60% mobile, 35% desktop, "
        "5% tablet, duration between 1 and 3600 seconds, pages viewed, converted (5% true)",
        "sessions",
        2000,
        {
            "session_id": "string uuid unique",
            "user_id": "integer uniform",
            "ip_address": "string ipv4",
            "device": "string category mobile|desktop|tablet",
            "duration": "integer uniform 1..3600",
            "pages_viewed": "integer poisson",
            "converted": "boolean bernoulli",
        },
    ),
    (
        "1,000 books: title of 2-5 words, author, isbn, genre, price with 2 decimals between 4.99 "
        "and 59.99, pages 80-900, published between 1990 and 2024",
        "books",
        1000,
        {
            "title": "string text",
            "author": "string person.name",
            "isbn": "string isbn13 unique",
            "price": "number uniform 4.99..59.99",
            "pages": "integer uniform 80..900",
            "published": "date 1990-01-01..2024-12-31",
        },
    ),
    (
        "flights - 800 rows: flight number like LH1234, airline, origin, destination, delay at "
        "most 180 minutes, status one of on time, delayed, cancelled",
        "flights",
        800,
        {
            "flight_number": "string pattern",
            "delay": "integer uniform ..180",
            "status": "string category on time|delayed|cancelled",
        },
    ),
    (
        "a thousand users with username, email unique, last login in the last 90 days, is_active "
        "mostly true, role (admin 5%, editor 15%, viewer 80%)",
        "users",
        1000,
        {
            "username": "string person.user_name unique",
            "email": "string person.email unique",
            "last_login": "datetime 2026-08-26T00:00:00..2026-11-24T23:59:59",
            "is_active": "boolean bernoulli",
            "role": "string category admin|editor|viewer",
        },
    ),
    (
        "50 rows of French restaurants with name, cuisine, city, rating 1 to 5, average price "
        "around 35 €, opening time between 9:00 and 12:00",
        "restaurants",
        50,
        {
            "city": "string person.city",
            "rating": "integer uniform 1..5",
            "average_price": "number normal",
            "opening_time": "time 09:00:00..12:00:00",
        },
    ),
    (
        "200 British tenants: full name, phone, address, monthly rent between 600 and 2,400 £, "
        "contract start in 2023, pets (yes/no)",
        "tenants",
        200,
        {
            "full_name": "string person.name",
            "phone": "string person.phone",
            "address": "string person.address",
            "monthly_rent": "number uniform 600..2400",
            "contract_start": "date 2023-01-01..2023-12-31",
            "pets": "boolean bernoulli",
        },
    ),
    (
        "name, email, age, 100 rows",
        "dataset",
        100,
        {
            "name": "string person.name",
            "email": "string person.email unique",
            "age": "integer normal",
        },
    ),
    (
        "Give me a csv file of 250 cars with vin, make, model, year from 2005 to 2024, mileage, "
        "price, color",
        "cars",
        250,
        {
            "vin": "string pattern unique",
            "make": "string category Volkswagen|Toyota|Ford|BMW|Renault|Hyundai",
            "year": "integer uniform 2005..2024",
            "mileage": "integer uniform",
            "price": "number lognormal",
        },
    ),
    (
        "Products table. Columns: id (integer, primary key), name (text), price (decimal), "
        "in_stock (boolean), created_at (timestamp). 500 rows.",
        "products",
        500,
        {
            "id": "integer sequence unique",
            "price": "number lognormal",
            "in_stock": "boolean bernoulli",
            "created_at": "datetime datetime",
        },
    ),
    (
        "1,200 orders\n- order number\n- order date between 2024-01-01 and 2024-06-30\n"
        "- quantity at least 1\n- total\n- payment method (card, paypal, invoice)",
        "orders",
        1200,
        {
            "order_number": "string sequence unique",
            "order_date": "date 2024-01-01..2024-06-30",
            "quantity": "integer uniform 1..",
            "total": "number lognormal",
            "payment_method": "string category card|paypal|invoice",
        },
    ),
    (
        "80 reviews of a hotel: reviewer name, stars 1-5, review text, travel type either business "
        "or leisure, date last year, helpful votes up to 100",
        "reviews",
        80,
        {
            "reviewer_name": "string person.name",
            "stars": "integer uniform 1..5",
            "review_text": "string text",
            "travel_type": "string category business|leisure",
            "date": "date 2025-01-01..2025-12-31",
            "helpful_votes": "integer uniform ..100",
        },
    ),
    (
        "Please create 400 job applicants with name, email, phone (optional), years of experience "
        "over 5, expected salary average 55000, applied on in March 2024",
        "applicants",
        400,
        {
            "phone": "string person.phone null 0.2",
            "years_of_experience": "integer uniform 6..",
            "expected_salary": "integer normal",
            "applied_on": "date 2024-03-01..2024-03-31",
        },
    ),
    (
        "1.000 Mitarbeiter mit Vorname, Nachname, Abteilung, Gehalt zwischen 30.000 und 90.000 €, "
        "Eintrittsdatum seit 2015",
        "mitarbeiter",
        1000,
        {
            "vorname": "string person.given_name",
            "nachname": "string person.family_name",
            "gehalt": "integer uniform 30000..90000",
            "eintrittsdatum": "date 2015-01-01..2026-11-24",
        },
    ),
    (
        "200 Kunden mit Name, E-Mail, Alter zwischen 18 und 80",
        "kunden",
        200,
        {
            "name": "string person.name",
            "email": "string person.email unique",
            "alter": "integer uniform 18..80",
        },
    ),
    (
        "20 gym members: membership number, name, gender M/F, membership (basic/plus/premium), "
        "join date, monthly fee 19-99 €, active 85% yes",
        "members",
        20,
        {
            "membership_number": "string sequence unique",
            "gender": "string category M|F",
            "membership": "string category basic|plus|premium",
            "monthly_fee": "number uniform 19..99",
            "active": "boolean bernoulli",
        },
    ),
    (
        "3 million log entries with timestamp, level (DEBUG, INFO, WARN, ERROR), message of 5-12 "
        "words, host, latency ms log-normal with median 40, status code",
        "log",
        3_000_000,
        {
            "level": "string category DEBUG|INFO|WARN|ERROR",
            "message": "string text",
            "host": "string hostname",
            "latency_ms": "integer lognormal",
        },
    ),
    (
        "600 houses in Spain with city, postcode, bedrooms 1-6, living area between 40 and 300 m², "
        "price 80,000-900,000 €, has garden, has_pool",
        "houses",
        600,
        {
            "city": "string person.city",
            "bedrooms": "integer uniform 1..6",
            "living_area": "integer uniform 40..300",
            "price": "integer uniform 80000..900000",
            "has_garden": "boolean bernoulli",
            "has_pool": "boolean bernoulli",
        },
    ),
    (
        "Generate 100 Polish customers with name, email, city. Email must be unique. No nulls.",
        "customers",
        100,
        {
            "name": "string person.name",
            "email": "string person.email unique",
            "city": "string person.city",
        },
    ),
    (
        "120 courses: code like CS-101, title, credits (3, 6, 9), instructor, capacity 10-200",
        "courses",
        120,
        {
            "code": "string pattern unique",
            "credits": "integer category 3|6|9",
            "instructor": "string person.name",
            "capacity": "integer uniform 10..200",
        },
    ),
    (
        "Customer data for a telecom: 7043 rows, customerID, gender, SeniorCitizen (0/1), tenure "
        "in months 0-72, MonthlyCharges 18-120, Churn (26% yes)",
        "customer",
        7043,
        {
            "customer_id": "integer sequence unique",
            "gender": "string person.sex",
            "senior_citizen": "integer category 0|1",
            "tenure": "integer uniform 0..72",
            "monthly_charges": "number uniform 18..120",
            "churn": "boolean bernoulli",
        },
    ),
    (
        "80 shipments: tracking number, carrier, weight (kg) 0.1-30, shipped at, delivered at "
        "(10% missing), destination country (US 50%, CA 30%, MX 20%)",
        "shipments",
        80,
        {
            "weight": "number uniform 0.1..30",
            "shipped_at": "datetime datetime",
            "delivered_at": "datetime datetime null 0.1",
            "destination_country": "string category US|CA|MX",
        },
    ),
    (
        "Orders with customer id, order id, amount > 0, discount 0-50%, coupon code optional; "
        "5000 rows; parquet",
        "orders",
        5000,
        {
            "customer_id": "integer uniform",
            "order_id": "integer sequence unique",
            "amount": "number lognormal 0.01..",
            "discount": "number uniform 0..50",
            "coupon_code": "string pattern null 0.2",
        },
    ),
    (
        "Dataset of 90 drivers:\n1. name\n2. license number\n3. status: active, suspended, "
        "retired\n4. points between 0 and 12",
        "drivers",
        90,
        {
            "name": "string person.name",
            "license_number": "string pattern unique",
            "status": "string category active|suspended|retired",
            "points": "integer uniform 0..12",
        },
    ),
    (
        "Can you generate a dataset of 1000 fake customers? I need their name, email address, date "
        "of birth, and a loyalty tier (bronze 60%, silver 30%, gold 10%).",
        "customers",
        1000,
        {
            "name": "string person.name",
            "email_address": "string person.email unique",
            "loyalty_tier": "string category bronze|silver|gold",
        },
    ),
    (
        "Synthetic data for 5000 credit card transactions with card number, merchant, amount "
        "log-normal with median 35, timestamp in 2024, is_fraud 2% true, currency USD",
        "transactions",
        5000,
        {
            "card_number": "string credit-card",
            "merchant": "string person.company",
            "is_fraud": "boolean bernoulli",
            "currency": "string category USD",
        },
    ),
    (
        "500 IoT devices (device id like DEV-####, mac address, battery 0-100 %, last seen within "
        "the last 7 days, status online/offline/maintenance 90/8/2)",
        "devices",
        500,
        {
            "device_id": "string pattern unique",
            "mac_address": "string mac",
            "battery": "integer uniform 0..100",
            "last_seen": "datetime 2026-11-17T00:00:00..2026-11-24T23:59:59",
            "status": "string category online|offline|maintenance",
        },
    ),
    (
        "generate 2000 survey responses with respondent id, age group (18-24, 25-34, 35-44, 45+), "
        "satisfaction 1 to 5, comment (optional, 20% empty)",
        "responses",
        2000,
        {
            "age_group": "string category 18-24|25-34|35-44|45+",
            "satisfaction": "integer uniform 1..5",
            "comment": "string text null 0.2",
        },
    ),
    (
        "1000 vehicles - license plate, make, year 2010-2024, km driven 0-250000, price "
        "€5,000-€60,000",
        "vehicles",
        1000,
        {
            "license_plate": "string pattern unique",
            "km_driven": "integer uniform 0..250000",
            "price": "number uniform 5000..60000",
        },
    ),
    (
        "ER visits, 5000 records: patient id, age over 65, triage level 1-5, wait time up to 240 "
        "minutes, outcome either admitted or discharged",
        "visits",
        5000,
        {
            "patient_id": "integer uniform",
            "age": "integer uniform 66..",
            "wait_time": "integer uniform ..240",
            "outcome": "string category admitted|discharged",
        },
    ),
    (
        "75 students aged 18 to 25 with name, age and grade",
        "students",
        75,
        {"name": "string person.name", "age": "integer uniform 18..25"},
    ),
    (
        "orders.csv with 500 rows: order id starting at 1000, sku like AB-123, qty 1-9, price "
        "$1-$99.99",
        "orders",
        500,
        {
            "order_id": "integer sequence unique",
            "qty": "integer uniform 1..9",
            "price": "number uniform 1..99.99",
        },
    ),
    (
        "Customers with name, phone (optional), signup date (last 2 years), status: active 80%, "
        "inactive 20%. 1000 rows as parquet.",
        "customers",
        1000,
        {
            "phone": "string person.phone null 0.2",
            "signup_date": "date 2024-11-24..2026-11-24",
            "status": "string category active|inactive",
        },
    ),
    (
        "Erzeuge 300 Rechnungen: Rechnungsnummer, Kunde, Betrag von 50 bis 5000 Euro, "
        "Rechnungsdatum im Jahr 2024, bezahlt ja/nein",
        "rechnungen",
        300,
        {
            "rechnungsnummer": "string sequence unique",
            "betrag": "number uniform 50..5000",
            "rechnungsdatum": "date 2024-01-01..2024-12-31",
            "bezahlt": "boolean bernoulli",
        },
    ),
    (
        "Two hundred suppliers. Each supplier has a name, a VAT number, a country (DE, FR or IT) "
        "and a rating from 1 to 5.",
        "suppliers",
        200,
        {
            "name": "string person.company",
            "vat_number": "string pattern unique",
            "country": "string category DE|FR|IT",
            "rating": "integer uniform 1..5",
        },
    ),
]


@pytest.mark.parametrize(
    ("text", "name", "rows", "expected"), SENTENCES, ids=[text[:40] for text, *_ in SENTENCES]
)
def test_a_sentence_becomes_its_fields(
    text: str, name: str, rows: int | None, expected: dict[str, str]
) -> None:
    reading = read(text)
    assert reading.not_understood == ()
    assert (reading.document["name"], reading.document.get("rows")) == (name, rows)
    got = {field: shape(definition) for field, definition in fields(reading).items()}
    assert {field: got.get(field) for field in expected} == expected


# ── rows, locale, format ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("1,000 users", 1000),
        ("1.000 users", 1000),
        ("10k users", 10_000),
        ("2 million users", 2_000_000),
        ("2m users", 2_000_000),
        ("1.5 million users", 1_500_000),
        ("a thousand users", 1000),
        ("half a million users", 500_000),
        ("five hundred users", 500),
        ("two dozen users", 24),
        ("twenty users", 20),
        ("users, 300 rows", 300),
        ("users; rows: 42", 42),
        ("0 users", 0),
    ],
)
def test_row_counts_are_read_in_every_spelling(words: str, rows: int) -> None:
    assert read(f"{words} with name, email").document["rows"] == rows or (
        read(words).document["rows"] == rows
    )


def test_without_a_count_rows_are_absent_and_asked_for() -> None:
    reading = read("users with name and email")
    assert "rows" not in reading.document
    assert reading.questions == ("How many rows?",)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("20 customers of an Austrian bakery with name", "de_AT"),
        ("20 Swiss customers with name", "de_CH"),
        ("20 UK customers with name", "en_GB"),
        ("20 customers from Brazil with name", "pt_BR"),
        ("20 Japanese students with name", "ja"),
        ("20 people with Italian names and email", "it"),
        ("20 customers with name, country (Germany, France)", "en"),
        ("20 customers with name, language (German, French)", "en"),
        ("20 Kunden mit Name und Ort", "de"),
    ],
)
def test_words_decide_the_locale_and_values_do_not(text: str, locale: str) -> None:
    assert read(text).document["locale"] == locale


def test_a_country_without_people_here_is_quoted() -> None:
    reading = read("20 Mexican customers with name")
    assert reading.document["locale"] == "en"
    assert reading.not_understood == ("Mexican",)


@pytest.mark.parametrize(
    ("text", "output_format"),
    [
        ("5 users with name as a CSV file", "csv"),
        ("5 users with name, in JSON lines", "jsonl"),
        ("5 users with name. Parquet", "parquet"),
        ("5 users with name, output: json", "json"),
        ("5 users with name", None),
        ("5 users with name, json payload as text", None),
    ],
)
def test_a_file_format_is_no_field(text: str, output_format: str | None) -> None:
    reading = read(text)
    assert reading.output_format == output_format
    assert not {"csv", "json", "parquet", "jsonl"} & set(fields(reading))


def test_days_said_of_the_subject_are_the_days_of_its_dates() -> None:
    reading = read("50 orders from 2024 with order id, order date and total")
    assert shape(fields(reading)["order_date"]) == "date 2024-01-01..2024-12-31"


# ── honesty ───────────────────────────────────────────────────────────────────────────────────


def test_unknown_fields_are_guessed_and_said_so() -> None:
    reading = read("10 things with flux_capacitor, spin_count, is_shiny, warp_price, brewed_at")
    assert {name: field["type"] for name, field in fields(reading).items()} == {
        "flux_capacitor": "string",
        "spin_count": "integer",
        "is_shiny": "boolean",
        "warp_price": "number",
        "brewed_at": "datetime",
    }
    for name in fields(reading):
        assert any(repr(name) in note for note in reading.assumptions)


def test_guessed_categories_are_asked_about() -> None:
    reading = read("10 widgets with id, frob type")
    assert "Which values may 'frob_type' have?" in reading.questions


def test_without_fields_some_are_assumed_and_asked_for() -> None:
    reading = read("300 patients")
    assert "blood_type" in fields(reading)
    assert any("no fields were named" in note for note in reading.assumptions)
    assert "Which fields should a row have?" in reading.questions


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("5 users with name, age if they told us", "age if they told us"),
        ("5 users with name, total = price * quantity", "total = price * quantity"),
        ("5 trips with start date, price after tax", "price after tax"),
        ("5 users with name, salary between low and high", "salary between low and high"),
        ("5 users with name. Make sure it looks realistic.", "Make sure it looks realistic"),
        ("5 users with name, city depending on country", "city depending on country"),
        ("5 items with price, weight in proportion to price", "weight in proportion to price"),
    ],
)  # fmt: skip
def test_rules_are_quoted_never_dropped(text: str, left: str) -> None:
    assert left in " | ".join(read(text).not_understood)


def test_shares_that_leave_room_are_filled_up_and_said() -> None:
    reading = read("100 orders with order id, payment method 60% PayPal, 30% invoice")
    generator = fields(reading)["payment_method"]["generator"]
    weights = dict(zip(generator["values"], generator["weights"], strict=True))
    assert weights["PayPal"] == 60
    assert weights["invoice"] == 30
    assert sum(weights.values()) == pytest.approx(100, abs=0.01)
    assert any("the rest of 'payment_method'" in note for note in reading.assumptions)


def test_shares_of_numbers_are_numbers() -> None:
    generator = fields(read("9 items with id, lane (1 90%, 2 10%)"))["lane"]["generator"]
    assert (generator["values"], generator["weights"]) == ([1, 2], [90, 10])


def test_exactly_becomes_a_quota_and_a_tight_check() -> None:
    reading = read("200 tickets: id, priority low/high exactly 75/25")
    assert fields(reading)["priority"]["generator"]["values"] == ["low", "high"]
    reading = read("200 tickets: id, priority (low 75%, high 25%) exactly")
    assert fields(reading)["priority"]["generator"]["quota"] == "exact"
    assert {check["tolerance"] for check in checks(reading, "share")} == {0}


def test_a_second_mention_says_more_about_the_same_field() -> None:
    reading = read("50 users with name, email, age. Age between 20 and 30. Phone is optional.")
    assert shape(fields(reading)["age"]) == "integer uniform 20..30"
    assert list(fields(reading)) == ["name", "email", "age", "phone"]
    assert fields(reading)["phone"]["null_fraction"] == 0.2


def test_a_null_share_is_expected_as_said() -> None:
    reading = read("50 users with name, phone 10% missing")
    assert checks(reading, "null_share") == [
        {"check": "null_share", "field": "phone", "equals": 0.1, "because": "phone 10% missing"}
    ]
    assert [check["field"] for check in checks(reading, "not_null")] == ["name"]


def test_two_people_of_one_row_are_two() -> None:
    reading = read("50 courses with title, student name, student email, instructor name")
    whos = {name: field["generator"].get("who", "") for name, field in fields(reading).items()}
    assert whos["student_name"] == whos["student_email"]
    assert whos["instructor_name"] != whos["student_name"]


def test_a_country_beside_a_city_is_the_citys() -> None:
    reading = read("50 French customers with name, city, country")
    assert fields(reading)["country"]["generator"] == {"kind": "person", "part": "country"}


def test_what_happens_later_lies_later() -> None:
    reading = read("50 hotel stays with guest name, arrival date, departure date")
    generator = fields(reading)["departure_date"]["generator"]
    assert (generator["kind"], generator["after"]) == ("timedelta", "arrival_date")
    assert "'departure_date' was put 1 to 14 days after 'arrival_date'" in reading.assumptions


def test_ages_of_a_field_that_is_not_there_are_quoted() -> None:
    assert read("75 students aged 18 to 25 with name").not_understood == ("aged 18 to 25",)


def test_names_repeat_with_a_number() -> None:
    reading = read("5 users with name, note like A-12, Note like B-34")
    assert len(fields(reading)) == len(reading.document["fields"])


def test_every_expectation_says_because_of_which_words() -> None:
    reading = read("50 users with name, age between 1 and 9, plan 60% free, 40% pro")
    assert all(check["because"] for check in reading.document["expectations"])


@pytest.mark.parametrize(
    ("said", "bounds"),
    [
        ("since 2020", "2020-01-01..2026-11-24"),
        ("after 2020", "2021-01-01..2026-11-24"),
        ("from 5 March 2024 to 2024-04-01", "2024-03-05..2024-04-01"),
        ("in February 2024", "2024-02-01..2024-02-29"),
        ("this year", "2026-01-01..2026-11-24"),
        ("last year", "2025-01-01..2025-12-31"),
        ("in the past 2 weeks", "2026-11-10..2026-11-24"),
        ("31.12.2023 - 15.01.2024", "2023-12-31..2024-01-15"),
    ],
)
def test_days_are_read_in_many_spellings(said: str, bounds: str) -> None:
    reading = read(f"5 orders with order date {said}")
    assert shape(fields(reading)["order_date"]) == f"date {bounds}"
    assert reading.not_understood == ()


def test_a_day_that_never_was_is_quoted() -> None:
    reading = read("5 orders with order date since 2024-02-31")
    assert "since 2024-02-31" in " ".join(reading.not_understood)


def test_before_leaves_the_year_itself_out() -> None:
    constraints = fields(read("5 users with signup date before 2020"))["signup_date"]["constraints"]
    assert constraints["maximum"] == "2019-12-31"


def test_relative_days_hang_on_today_alone() -> None:
    text = "5 users with name, birth date (18-80 years old)"
    earlier = read_request(text, today=date(2024, 2, 29))
    assert earlier.document["as_of"] == "2024-02-29"
    constraints = earlier.document["fields"][1]["constraints"]
    assert constraints == {"minimum": "1943-03-01", "maximum": "2006-02-28"}


# ── what a stranger typed and came out wrong ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "shapes", "left"),
    [
        # a list of values ends with its "or", and belongs to the field that begins it
        ("status open or closed", ["string category open|closed"], ()),
        ("size S, M or L, colour red or blue",
         ["string category S|M|L", "string category red|blue"], ()),
        ("blood type A, B, AB or O", ["string category A|B|AB|O"], ()),
        ("rating 1, 2, 3, 4 or 5, text", ["integer category 1|2|3|4|5", "string text"], ()),
        ("year 1990-2024, fuel diesel or petrol or electric",
         ["integer uniform 1990..2024", "string category diesel|petrol|electric"], ()),
        ("department is sales, IT or HR", ["string category sales|IT|HR"], ()),
        ("status must be open or closed", ["string category open|closed"], ()),
        ("discount 0, 5, 10 or 15 percent", ["number category 0|5|10|15"], ()),
        ("sex male or female, smoker yes or no",
         ["string category male|female", "boolean bernoulli"], ()),
        ('genre is one of "Sci-Fi" or "Drama & Crime"', ["string category Sci-Fi|Drama & Crime"],
         ()),
        ("grade A-F, plan A to C",
         ["string category A|B|C|D|E|F", "string category A|B|C"], ()),
        # bounds
        ("runtime no more than 180 min", ["integer uniform ..180"], ()),
        ("age not older than 30, stock never fewer than 3",
         ["integer uniform ..30", "integer uniform 3.."], ()),
        ("Preis nicht mehr als 20 Euro, Gewicht mehr als 5 kg",
         ["number uniform ..20", "number uniform 5.1.."], ()),
        ("age >= 18, age <= 99", ["integer uniform 18..99"], ()),
        ("age 18 or older, income 30k or more, height 150+ cm",
         ["integer uniform 18..", "integer uniform 30000..", "number uniform 150.."], ()),
        ("age between eighteen and sixty-five", ["integer uniform 18..65"], ()),
        ("budget 1 to 5 million, hours 200 to 1k",
         ["number uniform 1000000..5000000", "integer uniform 200..1000"], ()),
        # truths, names, expressions
        ("online 95% true", ["boolean bernoulli"], ()),
        ("first and last name", ["string person.given_name", "string person.family_name"], ()),
        ("score, value, from, to",
         ["integer uniform", "number lognormal", "string text", "string text"], ()),
        ("sku matching [A-Z]{3}-\\d{4}", ["string pattern unique"], ()),
        ("username must be lowercase", ["string person.user_name unique"], ("lowercase",)),
        ("age between 18 and 65, exactly 40% female", ["integer uniform 18..65"],
         ("exactly 40% female",)),
        # days
        ("created at 2024", ["datetime 2024-01-01T00:00:00..2024-12-31T23:59:59"], ()),
    ],
)  # fmt: skip
def test_what_came_out_wrong_once(words: str, shapes: list[str], left: tuple[str, ...]) -> None:
    reading = read(f"300 records: {words}")
    assert [shape(field) for field in fields(reading).values()] == shapes
    assert reading.not_understood == left


def test_an_expression_is_kept_as_written() -> None:
    reading = read("5 rows: code with regex \\d{3}-[a-z]{2,4}, name")
    assert fields(reading)["code"]["generator"]["pattern"] == "\\d{3}-[a-z]{2,4}"


def test_before_a_year_long_ago_is_not_one_day() -> None:
    (check,) = checks(read("200 books: published before 2000"), "range")
    assert check["maximum"] == "1999-12-31"
    assert check["minimum"] < "1990"


def test_a_place_of_a_persons_field_is_where_people_live() -> None:
    reading = read("100 hotels with stars 1-5, city in Germany, street from France")
    assert reading.document["locale"] == "de"
    assert list(fields(reading)) == ["stars", "city", "street"]
    assert reading.not_understood == ("France",)


def test_values_that_are_not_used_are_not_said_to_be() -> None:
    reading = read("25 students with credits at most 180")
    assert not any("one of" in note for note in reading.assumptions)


def test_more_rows_than_can_be_made_are_quoted_and_asked_for() -> None:
    reading = read("99999999999999999999 customers with name")
    assert "rows" not in reading.document
    assert reading.not_understood == ("99999999999999999999 customers",)
    assert "How many rows?" in reading.questions
