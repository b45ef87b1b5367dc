"""Ten thousand made values of every format pass our checker and, where there is one, a library's.

`EXCEPTIONS` says why a library refuses what we make on purpose.
"""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable
from datetime import date, datetime, time
from urllib.parse import urlsplit

import phonenumbers
import pyarrow as pa
import pycountry
import pytest
from stdnum import ean, iban, isbn, luhn

from src.core.models import FieldDefinition
from src.data import load_pools
from src.generation.registry import FORMATS
from src.utils.validators import column_faults

from .worlds import TODAY, recipe, schema_of

ROWS = 10_000
POOLS = load_pools()

EXCEPTIONS = {
    "phone": "where a country reserves no range, numbers lie in none that it gives out: possible, "
    "not valid; and libphonenumber takes some reserved British ranges as given out to nobody",
    "iban": "a country's own check digits inside the account are not looked after",
    **dict.fromkeys(
        ("duration", "email", "hostname", "mac", "postcode", "slug"),
        "none of the libraries at hand checks it: our checker agrees with the JSON Schema suite "
        "where that has an entry",
    ),
}


def made(name: str, locale: str = "en_US") -> list[str]:
    schema = schema_of({"name": "x", "format": name}, locale=locale)
    table = recipe(schema, ROWS, pools=POOLS, as_of=TODAY).tables["things"].make(0, ROWS)
    return table["x"].to_pylist()


def is_international(value: str) -> bool:
    return phonenumbers.is_possible_number(phonenumbers.parse(value))


def _truthy(read: Callable[[str], object]) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        read(value)
        return True

    return check


LIBRARY: dict[str, Callable[[str], bool]] = {
    "country": lambda value: pycountry.countries.get(alpha_2=value) is not None,
    "credit-card": luhn.is_valid,
    "currency": lambda value: pycountry.currencies.get(alpha_3=value) is not None,
    "date": _truthy(date.fromisoformat),
    "date-time": _truthy(datetime.fromisoformat),
    "ean13": ean.is_valid,
    "iban": lambda value: iban.is_valid(value, check_country=False),
    "ipv4": _truthy(ipaddress.IPv4Address),
    "ipv6": _truthy(ipaddress.IPv6Address),
    "isbn13": lambda value: isbn.isbn_type(value) == "ISBN13" and isbn.is_valid(value),
    "language": lambda value: pycountry.languages.get(alpha_2=value) is not None,
    "latitude": lambda value: -90 <= float(value) <= 90,
    "longitude": lambda value: -180 <= float(value) <= 180,
    "phone": is_international,
    "time": _truthy(time.fromisoformat),
    "uri": lambda value: urlsplit(value).scheme == "https",
    "uuid": lambda value: uuid.UUID(value).version == 4,
}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_made_value_passes_our_checker_and_the_librarys(name: str) -> None:
    values = made(name)
    field = FieldDefinition(name="x", format=name)
    assert list(column_faults(pa.array(values, pa.string()), field)) == []
    check = LIBRARY.get(name, bool)
    assert [value for value in set(values) if not check(value)] == []


def test_each_format_has_a_librarys_checker_or_a_reason_why_not() -> None:
    assert set(FORMATS) == LIBRARY.keys() | EXCEPTIONS.keys()


@pytest.mark.parametrize("locale", POOLS.by_locale)
def test_every_countrys_account_and_telephone_numbers_pass_the_libraries(locale: str) -> None:
    accounts = made("iban", locale)
    assert [value for value in set(accounts) if not LIBRARY["iban"](value)] == []
    wrong = [value for value in set(made("phone", locale)) if not is_international(value)]
    assert wrong == []


@pytest.mark.parametrize(("locale", "least"), [("en_US", 0.9), ("fr_FR", 0.9), ("en_GB", 0.6)])
def test_numbers_kept_for_fiction_are_valid_as_numbers(locale: str, least: float) -> None:
    parsed = [phonenumbers.parse(value) for value in set(made("phone", locale))]
    assert sum(map(phonenumbers.is_valid_number, parsed)) >= least * len(parsed)
