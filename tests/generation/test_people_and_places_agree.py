"""Sexes are even however few rows there are, and a telephone number lies where its owner lives."""

from __future__ import annotations

import pytest

from src.data import load_pools

from .worlds import TODAY, recipe, schema_of

POOLS = load_pools()
BERLIN = {"Berlin": "+4930", "Hamburg": "+4940", "Frankfurt am Main": "+4969",
          "München": "+4989", "Köln": "+49221"}  # fmt: skip


def people(locale: str, *parts: str, rows: int = 1000, unique: str = "", seed: int = 7) -> dict:
    fields = [
        {"name": part, "generator": {"kind": "person", "part": part},
         "constraints": {"unique": part == unique}}
        for part in parts
    ]  # fmt: skip
    made = recipe(schema_of(*fields, locale=locale), rows, pools=POOLS, as_of=TODAY, seed=seed)
    return made.tables["things"].make(0, rows).to_pydict()


@pytest.mark.parametrize("locale", POOLS.by_locale)
@pytest.mark.parametrize("unique", ["email", "name"])
def test_unique_names_leave_both_sexes_their_half(locale: str, unique: str) -> None:
    for seed in (1, 2):
        sexes = people(locale, "name", "email", "sex", rows=200, unique=unique, seed=seed)["sex"]
        assert 85 <= sexes.count("female") <= 115


def test_free_names_have_either_sex_by_a_fair_coin() -> None:
    sexes = people("de_DE", "name", "sex", rows=20_000)["sex"]
    assert abs(sexes.count("female") / 20_000 - 0.5) < 4 * 0.5 / 20_000**0.5


def test_a_few_rare_names_differ_from_seed_to_seed() -> None:
    first, second = (
        set(
            people("de_DE", "given_name", "email", rows=100, unique="email", seed=seed)[
                "given_name"
            ]
        )
        for seed in (1, 2)
    )
    assert len(first & second) < 40


def test_a_german_number_has_the_area_code_of_its_city_or_is_mobile() -> None:
    found = people("de_DE", "city", "phone", rows=3000)
    assert set(BERLIN) <= set(found["city"])
    for city, phone in zip(found["city"], found["phone"], strict=True):
        assert phone.startswith(BERLIN.get(city, "+4917")), city


def test_an_american_number_has_an_area_code_of_its_state() -> None:
    areas: dict[str, set[str]] = {}
    found = people("en_US", "region", "phone", rows=5000)
    for region, phone in zip(found["region"], found["phone"], strict=True):
        areas.setdefault(phone[:5], set()).add(region)
        assert phone[5:10] == "55501"
    assert all(len(states) == 1 for states in areas.values())
    assert areas["+1808"] == {"Hawaii"}


def test_a_french_number_begins_with_the_digit_of_its_zone() -> None:
    zones = {"Paris": "1", "Nantes": "2", "Lille": "3", "Montpellier": "4", "Toulouse": "5"}
    found = people("fr_FR", "city", "phone", rows=3000)
    for city, phone in zip(found["city"], found["phone"], strict=True):
        assert phone[3] == zones.get(city, phone[3])


def test_unique_numbers_belong_to_no_place_as_long_as_those_suffice() -> None:
    assert all(
        p.startswith("+4917") for p in people("de_DE", "phone", rows=200, unique="phone")["phone"]
    )
    many = people("de_DE", "phone", rows=5000, unique="phone")["phone"]
    assert len(set(many)) == 5000


def test_an_american_address_names_the_state() -> None:
    found = people("en_US", "region", "address", rows=50)
    assert all(f", {r} " in a for r, a in zip(found["region"], found["address"], strict=True))
