"""What names, places and words there are: values handed in, never read from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class Weighted:
    """Distinct values, most frequent first, with integer weights ≥ 1 of the same length."""

    values: tuple[str, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A city with the postcodes that are really its own.

    `phone_forms` have its area code; empty where no range is known to belong there.
    """

    city: str
    region: str
    postcodes: tuple[str, ...]
    weight: int
    phone_forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalePool:
    """The people and places of one language in one country.

    `name_form` and `address_form` are templates over {given} {family} and {street} {number}
    {postcode} {city} {region}; `phone_forms` are E.164 patterns in which each `#` is a free digit,
    from ranges reserved for fiction where the country has them (NOTICE.md says where it has none).
    """

    locale: str
    language: str
    country: str
    country_name: str
    female: Weighted
    male: Weighted
    family: Weighted
    places: tuple[Place, ...]
    streets: Weighted
    companies: Weighted
    job_titles: Weighted
    words: tuple[str, ...]
    phone_forms: tuple[str, ...]
    name_form: str = "{given} {family}"
    street_form: str = "{street} {number}"
    address_form: str = "{street} {number}, {postcode} {city}"

    @property
    def placeless_forms(self) -> tuple[str, ...]:
        """Numbers of no area in particular; all where every one belongs to some."""
        placed = {form for place in self.places for form in place.phone_forms}
        return tuple(form for form in self.phone_forms if form not in placed) or self.phone_forms


class UnknownLocale(KeyError):
    """`known` lists the locales there are."""

    def __init__(self, locale: str, known: tuple[str, ...]) -> None:
        super().__init__(locale)
        self.known = known


@dataclass(frozen=True, slots=True)
class Pools:
    """Every locale by its full name (`de_DE`); a bare language means its first country.

    `zones` gives the time zone of an IANA name or raises KeyError (`zoneinfo.ZoneInfo` fits); None
    where no time-zone data is at hand.
    """

    by_locale: Mapping[str, LocalePool]
    zones: Callable[[str], tzinfo] | None = None

    def pick(self, locale: str) -> LocalePool:
        """`de`, `de-DE`, `de_DE` alike.

        Raises:
            UnknownLocale
        """
        wanted = locale.replace("-", "_").lower()
        for name in self.by_locale:  # names only: a pool may be read when it is taken
            if name.lower() == wanted or name.lower().split("_")[0] == wanted:
                return self.by_locale[name]
        raise UnknownLocale(locale, tuple(self.by_locale))
