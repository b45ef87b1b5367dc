"""Distributions in words: mostly, a third, one in ten, rarely, around, skewed."""

from __future__ import annotations

from typing import Any

import pytest

from src.reading.frequencies import in_percent

from .test_reader import checks, fields, read, shape
from .test_relating import rows_of


@pytest.mark.parametrize(
    ("words", "percent"),
    [
        ("about a third are premium", "33.3333% are premium"),
        ("half of them are paid", "50% are paid"),
        ("one in ten is vip", "10% is vip"),
        ("1 out of 20 is vip", "5% is vip"),
        ("two thirds of the users are vip", "66.6667% are vip"),
        ("every tenth is vip", "10% is vip"),
        ("newsletter rarely", "newsletter 5%"),
        ("half a million", "half a million"),
        ("a third party", "a third party"),
        ("half board", "half board"),
        ("quarter, half year", "quarter, half year"),
        ("mood (rarely, often)", "mood (rarely, often)"),
        ("mood rarely, sometimes or often", "mood rarely, sometimes or often"),
    ],
)
def test_a_share_in_words_is_a_percentage(words: str, percent: str) -> None:
    assert " ".join(in_percent(words)[0].split()) == percent


@pytest.mark.parametrize(
    ("words", "name", "share"),
    [
        ("about a third are premium", "premium", 0.333333),
        ("one in ten is vip", "vip", 0.1),
        ("newsletter rarely", "newsletter", 0.05),
        ("rarely newsletter", "newsletter", 0.05),
        ("newsletter 40 %", "newsletter", 0.4),
        ("half of them paid", "paid", 0.5),
        ("active mostly true", "active", 0.8),
        ("verified always", "verified", 1),
        ("is_admin never", "is_admin", 0),
    ],
)
def test_a_share_makes_a_truth(words: str, name: str, share: float) -> None:
    reading = read(f"900 users: name, {words}")
    assert reading.not_understood == ()
    assert fields(reading)[name]["generator"] == {"kind": "bernoulli", "p": share}


def test_the_shares_of_truths_are_checked() -> None:
    reading = read("900 users: name, one in ten is vip, newsletter 40 %")
    assert [(c["field"], c["equals"]) for c in checks(reading, "share")] == [
        ("vip", 0.1),
        ("newsletter", 0.4),
    ]
    assert checks(reading, "share")[0]["because"] == "one in ten is vip"


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("half have a phone", 0.5),
        ("phone missing in one in ten", 0.1),
        ("30% missing phone", 0.3),
        ("one in four have no phone", 0.25),
        ("phone, 20% without a phone", 0.2),
    ],
)
def test_who_has_none_has_an_empty_cell(words: str, share: float) -> None:
    reading = read(f"900 users: name, {words}")
    assert reading.not_understood == ()
    assert fields(reading)["phone"]["null_fraction"] == share


def test_frequencies_weigh_values() -> None:
    reading = read("900 tickets: priority usually low, sometimes high, rarely urgent")
    generator = fields(reading)["priority"]["generator"]
    weights = dict(zip(generator["values"], generator["weights"], strict=True))
    assert weights == {"low": 70, "high": 25, "urgent": 5}
    assert reading.not_understood == ()


@pytest.mark.parametrize(
    ("words", "check", "equals"),
    [
        ("age normally distributed around 40", "mean", 40),
        ("age average 50", "mean", 50),
        ("average income 40000", "mean", 40000),
        ("income median 30000", "median", 30000),
        ("income skewed with median 30000", "median", 30000),
        ("price median 25", "median", 25),
    ],
)
def test_a_centre_is_promised_and_kept(words: str, check: str, equals: float) -> None:
    text = f"2000 users: name, {words}"
    assert [c["equals"] for c in checks(read(text), check)] == [equals]
    assert rows_of(text)


def test_skewed_without_numbers_stays_in_the_fields_own_range() -> None:
    generator = fields(read("900 users: name, score skewed"))["score"]["generator"]
    assert (generator["kind"], generator["truncate"]) == ("lognormal", [0, 100])


@pytest.mark.parametrize(
    ("words", "wanted", "left"),
    [
        ("name or nickname", {"name_or_nickname": "string person.name"}, ()),
        ("fsk 0, 6 or 12, name", {"fsk": "integer category 0|6|12"}, ()),
        ("source web, phone or email", {"source": "string category web|phone|email"}, ()),
        ("name, breakfast included?", {"breakfast_included": "boolean bernoulli"}, ()),
        ("name, photo", {"photo": "string pattern"}, ()),
        ("net amount 100-500, VAT 19%, total",
         {"vat": "number expression", "total": "number expression"}, ()),
        ("name, VAT 19%", {"vat": "integer constant"}, ()),
        ("username length under 5 or over 10", {"username": "string person.user_name unique"},
         ("username length under 5 or over 10",)),
        ("interest rate 2-5%", {"interest_rate": "number uniform 2..5"}, ()),
    ],
)  # fmt: skip
def test_what_a_reviewer_found(words: str, wanted: dict[str, Any], left: tuple[str, ...]) -> None:
    reading = read(f"90 users: {words}")
    got = {name: shape(field) for name, field in fields(reading).items()}
    assert {name: got.get(name) for name in wanted} == wanted
    assert reading.not_understood == left


def test_an_employees_title_is_a_job_and_a_customers_a_salutation() -> None:
    assert shape(fields(read("9 employees: title"))["title"]) == "string person.job_title"
    assert fields(read("9 customers: title"))["title"]["generator"]["values"][0] == "Mr"
