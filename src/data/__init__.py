"""The pools of names, places and words that ship with rowmill.

Written by `tools/build_pools.py`; where each list comes from is said in NOTICE.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..generation.pools import LocalePool, Place, Pools, Weighted

# A bare language means its first country, so these two go before en_GB and de_AT.
FIRST = ("en_US", "de_DE")


class Locales(Mapping[str, LocalePool]):
    """The locales of a folder, each read when it is first asked for."""

    def __init__(self, folder: Traversable) -> None:
        found = {entry.name.removesuffix(".json"): entry for entry in folder.iterdir()}
        order = sorted(found, key=lambda name: (name not in FIRST, name != FIRST[0], name))
        self._files = {name: found[name] for name in order}
        self._read: dict[str, LocalePool] = {}

    def __getitem__(self, locale: str) -> LocalePool:
        if locale not in self._read:
            self._read[locale] = _pool(json.loads(self._files[locale].read_text("utf-8")))
        return self._read[locale]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def load_pools() -> Pools:
    """Every bundled locale, en_US first; nothing is parsed before a locale is picked."""
    return Pools(Locales(files(__package__) / "locales"), zones=zone)


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name, from the package tzdata and not from the system, whose rules
    may be older.

    Raises:
        ZoneInfoNotFoundError
    """
    parts = name.split("/")
    if not all(part.replace("-", "").replace("+", "").replace("_", "").isalnum() for part in parts):
        raise ZoneInfoNotFoundError(f"no time zone {name!r}")
    try:
        with files("tzdata.zoneinfo").joinpath(*parts).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError):
        raise ZoneInfoNotFoundError(f"no time zone {name!r}") from None


def _pool(stored: dict[str, Any]) -> LocalePool:
    people = {part: _weighted(**stored[part]) for part in ("female", "male", "family")}
    alike = {part: _weighted(stored[part]) for part in ("streets", "companies", "job_titles")}
    areas = {at: tuple(forms) for forms, places in stored.pop("phone_areas") for at in places}
    places = tuple(
        Place(city, region, tuple(postcodes), weight, areas.get(number, ()))
        for number, (city, region, postcodes, weight) in enumerate(stored["places"])
    )
    lists = {part: tuple(stored[part]) for part in ("words", "phone_forms")}
    return LocalePool(**{**stored, **people, **alike, **lists, "places": places})


def _weighted(values: list[str], weights: list[int] | None = None) -> Weighted:
    return Weighted(tuple(values), tuple(weights) if weights else (1,) * len(values))
