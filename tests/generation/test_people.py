"""People whose parts agree, and names and addresses that never come twice."""

from __future__ import annotations

import importlib.util
import re

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.generation.draws.keys import derive
from src.generation.makers.slugs import slug
from src.generation.people.names import capped, deal, labelled

from .worlds import JAPANESE, POOLS, column, made, pool, problems, recipe, schema_of

UNIQUE = {"constraints": {"unique": True}}
HAS_POOLS = importlib.util.find_spec("src.data.loading") or hasattr(
    __import__("src.data", fromlist=["x"]), "load_pools"
)


def part(name, part_=None, **more):
    generator = {"kind": "person", "part": part_ or name, **more.pop("generator", {})}
    return {"name": name, "generator": generator, **more}


NAME, EMAIL = part("name"), part("email")


def folded(text, language="en"):
    return ".".join(slug(word, language) for word in text.split(" ", 1))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Müller", "de", "mueller"),
        ("Müller", "tr", "muller"),
        ("Groß", "de", "gross"),
        ("Søren", "da", "soren"),
        ("Łukasz", "pl", "lukasz"),
        ("O'Neil", "en", "oneil"),
        ("García López", "es", "garcialopez"),
        ("Anne-Marie", "fr", "anne-marie"),
        ("Þórður", "is", "thordur"),
        ("Nguyễn", "vi", "nguyen"),
        ("Mu\u0308ller", "de", "mueller"),
        ("佐藤", "ja", ""),
        ("Иван", "ru", ""),
        ("Đorđe", "sr", "dorde"),
    ],
)
def test_names_are_folded_as_their_language_folds_them(text, language, expected):
    assert slug(text, language) == expected


@pytest.mark.parametrize("unique", [{}, UNIQUE])
@pytest.mark.parametrize("locale", ["en", "de_DE"])
def test_the_address_is_that_of_the_name_in_the_same_row(locale, unique):
    schema = schema_of(NAME, {**EMAIL, **unique}, part("user_name"), locale=locale)
    rows = recipe(schema, 500).tables["things"].make(0, 500).to_pylist()
    for row in rows:
        expected = folded(row["name"], locale[:2])
        assert re.fullmatch(rf"{expected}[0-9]*@example\.(com|org|net)", row["email"])
        assert re.fullmatch(rf"{expected}[0-9]*", row["user_name"])


def test_the_parts_of_a_name_and_the_sex_agree():
    female, male = set(POOLS.pick("en").female.values), set(POOLS.pick("en").male.values)
    rows = made(NAME, part("given_name"), part("family_name"), part("sex")).to_pylist()
    for row in rows:
        assert row["name"] == f"{row['given_name']} {row['family_name']}"
        assert row["given_name"] in (female if row["sex"] == "female" else male)
    share = sum(row["sex"] == "female" for row in rows) / len(rows)
    assert abs(share - 0.5) < 4 * 0.5 / len(rows) ** 0.5


def test_a_wanted_sex_holds_for_the_whole_person():
    rows = made(part("given_name"), part("sex", generator={"sex": "female"})).to_pylist()
    assert {row["sex"] for row in rows} == {"female"}
    assert {row["given_name"] for row in rows} <= set(POOLS.pick("en").female.values)


def test_city_postcode_and_region_agree_and_the_address_holds_them():
    places = {place.city: place for place in POOLS.pick("en").places}
    fields = [part(name) for name in ("city", "postcode", "region", "address", "country")]
    for row in made(*fields).to_pylist():
        place = places[row["city"]]
        assert row["postcode"] in place.postcodes
        assert row["region"] == place.region
        assert row["address"].endswith(f"{row['postcode']} {row['city']}")
        assert row["country"] == "United States"


def test_two_people_in_a_row_are_two_people():
    rows = made(part("name"), part("manager", "name", generator={"who": "manager"}), rows=2000)
    same = pc.sum(pc.equal(rows["name"], rows["manager"])).as_py() / 2000
    assert same < 0.25  # the small pool repeats names


def test_a_format_without_a_generator_is_the_persons():
    row = made(NAME, {"name": "contact", "format": "email"}, part("email")).to_pylist()
    assert all(r["contact"] == r["email"] for r in row)


def test_names_follow_their_weights_though_addresses_are_unique():
    names = made(part("family_name"), {**EMAIL, **UNIQUE}, rows=2000)["family_name"].to_pylist()
    assert abs(names.count("Müller") / 2000 - 9 / 20) < 0.03


def test_equal_addresses_of_different_names_get_different_numbers():
    rows = made(NAME, {**EMAIL, **UNIQUE}, rows=2000)
    assert len(rows["email"].combine_chunks().unique()) == 2000
    names = rows["name"].to_pylist()
    assert {"José Smith", "Jose Smith"} <= set(names)


@pytest.mark.parametrize("field", ["email", "user_name", "name", "phone"])
@pytest.mark.parametrize("locale", ["en", "ja"])
def test_unique_parts_are_unique_whatever_the_pool(field, locale):
    schema = schema_of(NAME if field != "name" else EMAIL, part(field) | UNIQUE, locale=locale)
    rows = 10_000 if field == "phone" else 200_000  # the forms allow 11,000 numbers
    cells = recipe(schema, rows).tables["things"].make(0, rows)[field].combine_chunks()
    assert len(cells.unique()) == rows
    assert cells.null_count == 0


def test_a_number_comes_only_where_names_run_out():
    """Eight given names (one of them of both sexes, two alike in an address) and five families."""
    few = made({**NAME, **UNIQUE}, rows=30)["name"].to_pylist()
    assert len(set(few)) == 30
    assert not any(re.search("[0-9]", name) for name in few)
    many = made({**NAME, **UNIQUE}, rows=100)["name"].to_pylist()
    assert len(set(many)) == 100
    assert any(name.endswith(" 2") for name in many)


def test_addresses_take_the_next_domain_before_a_number():
    emails = made({**EMAIL, **UNIQUE}, rows=1000)["email"].to_pylist()
    numbered = [email for email in emails if re.search("[0-9]@", email)]
    for email in numbered:
        bare = re.sub("[0-9]+@.*", "@", email)
        assert sum(other.startswith(bare) for other in emails) == 3


def test_names_without_latin_letters_get_neutral_addresses():
    schema = schema_of(NAME, {**EMAIL, **UNIQUE}, locale="ja")
    rows = recipe(schema, 50).tables["things"].make(0, 50).to_pylist()
    assert all(re.fullmatch(r"user[0-9]+@example\.(com|org|net)", row["email"]) for row in rows)
    assert all(row["name"].split()[0] in JAPANESE.family.values for row in rows)


def test_phones_are_of_the_pools_forms():
    for number in column({"format": "phone"}).to_pylist():
        assert re.fullmatch(r"\+4930555[0-9]{4}|\+49405550[0-9]{3}", number)


def test_one_person_cannot_have_two_locales():
    (first, *_) = problems(
        part("name", generator={"locale": "de"}), part("email", generator={"locale": "en"})
    )
    assert first.code == "person_conflict"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=12),
    st.lists(st.integers(1, 30), min_size=1, max_size=12),
    st.integers(1, 400),
    st.booleans(),
)
def test_dealt_pairs_and_copies_are_distinct_and_copies_are_counted(given_, family, rows, spread):
    sides = [labelled([f"n{i}" for i in range(len(w))], w, once=spread) for w in (given_, family)]
    who = deal(derive(1, "k"), rows, *sides, spread=spread).who(np.arange(rows, dtype=np.int64))
    assert who.copy is not None
    seen = {}
    for pair in zip(who.given.tolist(), who.family.tolist(), strict=True):
        seen[pair] = seen.get(pair, 0) + 1
    triples = set(zip(who.given.tolist(), who.family.tolist(), who.copy.tolist(), strict=True))
    assert len(triples) == rows
    assert all((g, f, n) in triples for (g, f), count in seen.items() for n in range(count))
    if spread and rows <= len(given_) * len(family):
        assert not who.copy.any()


@given(st.lists(st.integers(0, 100), min_size=1, max_size=20), st.integers(0, 50))
def test_a_cap_keeps_the_sum(counts, slack):
    most = -(-sum(counts) // len(counts)) + slack
    found = capped(counts, most)
    assert sum(found) == sum(counts)
    assert max(found) <= max(most, 0)


@pytest.mark.skipif(not HAS_POOLS, reason="the bundled pools are not there")
def test_every_bundled_locale_makes_whole_people():
    from src.data import load_pools
    from src.utils.formats import FORMATS

    pools = load_pools()
    fields = [part(name) for name in (
        "name", "given_name", "family_name", "sex", "user_name", "phone", "street", "city",
        "postcode", "region", "country", "address", "company", "job_title",
    )]  # fmt: skip
    for locale in pools.by_locale:
        schema = schema_of(*fields, {**EMAIL, **UNIQUE}, locale=locale)
        rows = recipe(schema, 3000, pools=pools).tables["things"].make(0, 3000)
        assert FORMATS["email"].accepted(rows["email"].combine_chunks()).all(), locale
        assert FORMATS["phone"].accepted(rows["phone"].combine_chunks()).all(), locale
        assert len(rows["email"].combine_chunks().unique()) == 3000, locale
        places = {
            (place.city, place.region, code)
            for place in pools.by_locale[locale].places
            for code in place.postcodes
        }
        found = zip(*(rows[name].to_pylist() for name in ("city", "region", "postcode")),
                    strict=True)  # fmt: skip
        assert set(found) <= places, locale
        for text in ("name", "street", "address", "company", "job_title"):
            assert pc.min(pc.utf8_length(rows[text])).as_py() > 0, (locale, text)
            assert not any("{" in cell for cell in rows[text].to_pylist()), (locale, text)


def test_a_pool_may_write_names_its_own_way():
    from src.generation.pools import Pools

    hungarian = pool("hu_HU", "Magyarország", name_form="{family} {given}")
    rows = made(NAME, part("family_name"), pools=Pools({"en_US": hungarian})).to_pylist()
    assert all(row["name"].startswith(row["family_name"]) for row in rows)
