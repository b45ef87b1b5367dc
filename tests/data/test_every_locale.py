"""What the bundled locales promise to whoever makes people and places from them."""

import re
from datetime import date

import pytest

from src.core.parsing import parse_schema
from src.data import load_pools
from src.generation.compiling import compile_schema
from src.generation.pools import LocalePool, Place, UnknownLocale, Weighted

POOLS = load_pools()
EVERY = pytest.mark.parametrize("locale", list(POOLS.by_locale))

# What a country's postcodes look like, as its post writes them.
POSTCODE = {
    "AT": r"\d{4}",
    "BR": r"\d{5}-\d{3}",
    "CH": r"\d{4}",
    "DE": r"\d{5}",
    "DK": r"\d{4}",
    "ES": r"\d{5}",
    "FR": r"\d{5}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}",
    "IN": r"\d{6}",
    "IT": r"\d{5}",
    "JP": r"\d{3}-\d{4}",
    "NL": r"\d{4} [A-Z]{2}",
    "PL": r"\d{2}-\d{3}",
    "PT": r"\d{4}-\d{3}",
    "SE": r"\d{3} \d{2}",
    "TR": r"\d{5}",
    "US": r"\d{5}",
}


def weighted_lists(pool: LocalePool) -> dict[str, Weighted]:
    parts = ("female", "male", "family", "streets", "companies", "job_titles")
    return {part: getattr(pool, part) for part in parts}


@EVERY
def test_a_locale_is_called_by_its_language_and_country(locale):
    pool = POOLS.by_locale[locale]
    assert f"{pool.language}_{pool.country}" == pool.locale == locale
    assert pool.country_name


@EVERY
def test_every_list_holds_distinct_trimmed_values_with_a_positive_weight_each(locale):
    for part, listed in weighted_lists(POOLS.by_locale[locale]).items():
        assert len(set(listed.values)) == len(listed.values) == len(listed.weights), part
        assert all(value and value == " ".join(value.split()) for value in listed.values), part
        assert all(isinstance(weight, int) and weight >= 1 for weight in listed.weights), part
        assert list(listed.weights) == sorted(listed.weights, reverse=True), part


@EVERY
def test_there_is_enough_of_everything_that_thousands_of_rows_look_different(locale):
    pool = POOLS.by_locale[locale]
    least = {"female": 140, "male": 140, "family": 110, "streets": 140, "companies": 110}
    assert {
        p: len(weighted_lists(pool)[p].values)
        for p in least
        if len(weighted_lists(pool)[p].values) < least[p]
    } == {}
    assert len(pool.job_titles.values) >= 45
    assert len(set(pool.words)) == len(pool.words) >= 150
    assert len(pool.places) >= 15


@EVERY
def test_a_place_has_its_own_distinct_postcodes_as_its_country_writes_them(locale):
    pool = POOLS.by_locale[locale]
    form = re.compile(POSTCODE[pool.country])
    for place in pool.places:
        assert isinstance(place, Place)
        assert place.city.strip() == place.city
        assert place.region.strip()
        assert place.weight >= 1
        assert len(set(place.postcodes)) == len(place.postcodes) >= 1
        assert all(form.fullmatch(postcode) for postcode in place.postcodes), place


@EVERY
def test_no_city_of_a_region_is_there_twice_and_the_large_ones_come_first(locale):
    places = POOLS.by_locale[locale].places
    assert len({(place.city, place.region) for place in places}) == len(places)
    weights = [place.weight for place in places]
    assert weights == sorted(weights, reverse=True)


@EVERY
def test_phone_forms_are_distinct_and_fill_up_to_e164(locale):
    forms = POOLS.by_locale[locale].phone_forms
    assert len(set(forms)) == len(forms) >= 1
    for form in forms:
        assert re.fullmatch(r"\+[1-9][0-9#]{6,14}", form), form
        assert form.endswith("#"), form


@EVERY
def test_the_forms_use_nothing_but_the_fields_of_the_contract(locale):
    pool = POOLS.by_locale[locale]
    assert "Ada" in pool.name_form.format(given="Ada", family="Byron")
    assert "7" in pool.street_form.format(street="Hill", number="7")
    parts = {"street": "Hill", "number": "7", "postcode": "12345", "city": "Ham"}
    address = pool.address_form.format(**parts, region="Kent")
    assert all(part in address for part in parts.values())


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("en", "en_US"),
        ("de", "de_DE"),
        ("pt", "pt_BR"),
        ("ja", "ja_JP"),
        ("de-AT", "de_AT"),
        ("EN_gb", "en_GB"),
        ("fr", "fr_FR"),
    ],
)
def test_a_bare_language_means_its_first_country(asked, given):
    assert POOLS.pick(asked).locale == given


def test_an_unknown_locale_names_the_known_ones():
    with pytest.raises(UnknownLocale) as caught:
        POOLS.pick("tlh_QO")
    assert caught.value.known == tuple(POOLS.by_locale)
    assert caught.value.known[0] == "en_US"


def test_the_family_name_goes_first_in_japan():
    assert POOLS.pick("ja").name_form == "{family} {given}"


def test_frequent_american_names_weigh_more():
    family = POOLS.pick("en_US").family
    assert family.values[:3] == ("Smith", "Johnson", "Williams")
    assert family.weights[0] > 10 * family.weights[-1]


@pytest.mark.parametrize(
    ("locale", "reserved"),
    [
        ("en_US", r"\+1[2-9]\d\d55501##"),
        ("en_GB", r"\+44(1\d\d49[68]0###|2079460###|2920180###|1632960###|7700900###)"),
        ("de_DE", r"\+49(3023125|4066969|6990009|2214710|8999998)###|\+49(17139200|176040690)##"),
        ("fr_FR", r"\+33(19900|26191|35301|46571|53649|63998)####"),
        ("sv_SE", r"\+46(8465004|3139006|4062804|9803192)##|\+467017406[1-9]#"),
    ],
)
def test_numbers_come_from_the_ranges_kept_for_fiction(locale, reserved):
    assert all(re.fullmatch(reserved, form) for form in POOLS.pick(locale).phone_forms)


@EVERY
def test_unique_text_is_unique_though_words_differ_by_a_capital_letter_alone(locale):
    # German has weg and Weg, and a text begins with a capital letter.
    field = {"name": "x", "constraints": {"unique": True}}
    schema = parse_schema({"name": "t", "locale": locale, "fields": [field]})
    day = date(2026, 1, 1)
    recipe = compile_schema(schema, rows={"t": 20_000}, seed=1, as_of=day, pools=POOLS)
    assert len(recipe.tables["t"].make(0, 20_000)["x"].unique()) == 20_000
