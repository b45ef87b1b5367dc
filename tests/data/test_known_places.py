"""City and postcode pairs that people know must be in the pools, and no others of theirs."""

import pytest

from src.data import load_pools

POOLS = load_pools()


def places(locale):
    return {(place.city, place.region): set(place.postcodes) for place in POOLS.pick(locale).places}


@pytest.mark.parametrize(
    ("postcode", "city", "state"),
    [
        ("10115", "Berlin", "Berlin"),
        ("80331", "München", "Bayern"),
        ("01067", "Dresden", "Sachsen"),
        ("20095", "Hamburg", "Hamburg"),
        ("50667", "Köln", "Nordrhein-Westfalen"),
        ("60313", "Frankfurt am Main", "Hessen"),
        ("70173", "Stuttgart", "Baden-Württemberg"),
        ("40210", "Düsseldorf", "Nordrhein-Westfalen"),
        ("04109", "Leipzig", "Sachsen"),
        ("28195", "Bremen", "Bremen"),
        ("30159", "Hannover", "Niedersachsen"),
        ("90443", "Nürnberg", "Bayern"),
        ("53111", "Bonn", "Nordrhein-Westfalen"),
        ("48143", "Münster", "Nordrhein-Westfalen"),
        ("68161", "Mannheim", "Baden-Württemberg"),
        ("65189", "Wiesbaden", "Hessen"),
        ("24114", "Kiel", "Schleswig-Holstein"),
        ("39104", "Magdeburg", "Sachsen-Anhalt"),
        ("06112", "Halle (Saale)", "Sachsen-Anhalt"),
        ("55116", "Mainz", "Rheinland-Pfalz"),
        ("99084", "Erfurt", "Thüringen"),
        ("18055", "Rostock", "Mecklenburg-Vorpommern"),
        ("14473", "Potsdam", "Brandenburg"),
        ("66111", "Saarbrücken", "Saarland"),
        ("23558", "Lübeck", "Schleswig-Holstein"),
        ("37073", "Göttingen", "Niedersachsen"),
        ("94032", "Passau", "Bayern"),
        ("99423", "Weimar", "Thüringen"),
    ],
)
def test_a_well_known_german_postcode_is_its_citys_alone(postcode, city, state):
    assert [key for key, own in places("de_DE").items() if postcode in own] == [(city, state)]


def test_germany_is_covered_from_every_state():
    germany = POOLS.pick("de_DE").places
    assert len(germany) >= 200
    assert len({place.region for place in germany}) == 16
    assert sum(len(place.postcodes) for place in germany) >= 900


@pytest.mark.parametrize(
    ("first", "states"),
    [("Berlin", "1"), ("Hamburg", "2"), ("München", "8"), ("Köln", "5"), ("Dresden", "0")],
)
def test_no_postcode_of_a_german_city_is_from_the_other_end_of_the_country(first, states):
    (own,) = (place.postcodes for place in POOLS.pick("de_DE").places if place.city == first)
    assert {postcode[0] for postcode in own} == set(states)


@pytest.mark.parametrize(
    ("locale", "postcode", "city", "region"),
    [
        ("en_US", "10001", "New York", "New York"),
        ("en_US", "60601", "Chicago", "Illinois"),
        ("en_GB", "M2 5DB", "Manchester", "England"),
        ("fr_FR", "75001", "Paris", "Île-de-France"),
        ("fr_FR", "69001", "Lyon", "Auvergne-Rhône-Alpes"),
        ("es_ES", "08001", "Barcelona", "Cataluña"),
        ("it_IT", "20121", "Milano", "Milano"),
        ("nl_NL", "1012 JS", "Amsterdam", "Noord-Holland"),
        ("pt_BR", "01310-100", "São Paulo", "São Paulo"),
        ("pl_PL", "00-001", "Warszawa", "mazowieckie"),
        ("sv_SE", "100 44", "Stockholm", "Stockholms län"),
        ("en_IN", "560001", "Bengaluru", "Karnataka"),
        ("ja_JP", "530-0001", "大阪市", "大阪府"),
        ("de_AT", "1010", "Wien", "Wien"),
        ("de_CH", "8001", "Zürich", "Zürich"),
        ("tr_TR", "34662", "Üsküdar", "İstanbul"),
    ],
)
def test_a_well_known_postcode_is_in_its_city(locale, postcode, city, region):
    assert postcode in places(locale)[city, region]
