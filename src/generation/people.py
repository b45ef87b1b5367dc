"""Builders of people: all parts of one row's person agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core import kinds
from ..core.models import FieldDefinition
from . import arrays
from .blocks import Block, Maker
from .briefs import Brief, Refused, is_unique
from .cells import Rows, below, words
from .choices import Choice, weighted
from .domains import Domain, drawn_from
from .keys import Key
from .names import Dealt, Drawn, Who, deal, labelled
from .pools import LocalePool, Place, Weighted
from .slugs import slug

DOMAINS = ("@example.com", "@example.org", "@example.net")
"""Reserved for examples (RFC 2606): no message to one of them reaches anybody."""
NEUTRAL = "user"
"""Stands for a name that has no Latin letters."""
HOUSES = 150
NAMED = frozenset({"name", "email", "user_name"})
FORMATS = {"email": "email", "phone": "phone", "postcode": "postcode"}
"""Formats that are a part of the row's person where a field has no generator."""


@dataclass(frozen=True)
class Identity:
    """One person a row: `who` names the person, `names` says which names it has."""

    seed_key: Callable[[str], Key]
    who: str
    pool: LocalePool
    given: Weighted
    sexes: tuple[str, ...]
    names: Drawn | Dealt

    def key(self, purpose: str) -> Key:
        return self.seed_key(purpose)

    def of(self, block: Block) -> Who:
        return block.once(("person", self.who), lambda: self.names.who(block.rows))

    @cached_property
    def given_names(self) -> pa.Array:
        return arrays.texts(self.given.values)

    @cached_property
    def family_names(self) -> pa.Array:
        return arrays.texts(self.pool.family.values)

    @cached_property
    def given_slugs(self) -> pa.Array:
        return arrays.texts([slug(name, self.pool.language) for name in self.given.values])

    @cached_property
    def family_slugs(self) -> pa.Array:
        return arrays.texts([slug(name, self.pool.language) for name in self.pool.family.values])

    @cached_property
    def neutral(self) -> bool:
        """Whether some name cannot be written in an address: then none is."""
        return not (_all_written(self.given_slugs) and _all_written(self.family_slugs))

    def address(self, block: Block) -> pa.Array:
        """What stands before a number and the @."""
        if self.neutral:
            return pa.repeat(pa.scalar(NEUTRAL), len(block.rows))
        who = self.of(block)
        given = arrays.chosen(self.given_slugs, who.given)
        return arrays.joined(given, ".", arrays.chosen(self.family_slugs, who.family))


def _all_written(slugs: pa.Array) -> bool:
    return pc.min(pc.utf8_length(slugs)).as_py() > 0


# ── which person ──────────────────────────────────────────────────────────────────────────────


def part_of(field: FieldDefinition) -> kinds.Person | None:
    """The part of a person that a field holds, None where it holds none."""
    if isinstance(field.generator, kinds.Person):
        return field.generator
    if field.generator is None and field.format in FORMATS and field.constraints.pattern is None:
        return kinds.Person(part=FORMATS[field.format])  # type: ignore[arg-type]  # from the table
    return None


def person(brief: Brief) -> Maker:
    """One part of the row's person; the parts with the same `who` belong together."""
    generator = part_of(brief.field)
    assert generator is not None  # noqa: S101 (routed here because of it)
    if brief.unique and generator.part not in NAMED | {"phone"}:
        message = f"a person's {generator.part} cannot be promised to be unique"
        hint = "make the name, e-mail, user name or phone unique instead"
        raise Refused("constraints.unique", "unique_not_possible", message, hint)
    return PARTS[generator.part](identity_of(brief, generator.who), brief)


def identity_of(brief: Brief, who: str) -> Identity:
    """The person that all columns of `who` share."""
    fields = [f for f in brief.table.fields if (p := part_of(f)) is not None and p.who == who]
    parts = [part for field in fields if (part := part_of(field)) is not None]
    pool = brief.pool(_agreed({part.locale for part in parts}, "locale"))
    given, sexes = _given(pool, _agreed({part.sex for part in parts}, "sex"))
    unique = {
        part.part
        for field, part in zip(fields, parts, strict=True)
        if is_unique(field, brief.table) and part.part in NAMED
    }

    def key(purpose: str) -> Key:
        return brief.shared_key("person", who, purpose)

    names = _dealt(key, brief.rows, pool, given, unique) if unique else _drawn(key, pool, given)
    return Identity(key, who, pool, given, sexes, names)


def _agreed(values: set[str | None], name: str) -> str | None:
    said = sorted(value for value in values if value is not None)
    if len(said) > 1:
        message = f"one person has two values of {name}: {said[0]} and {said[1]}"
        hint = "give them the same, or another `who`"
        raise Refused(f"generator.{name}", "person_conflict", message, hint)
    return said[0] if said else None


def _given(pool: LocalePool, sex: str | None) -> tuple[Weighted, tuple[str, ...]]:
    """Given names with the sex of each; both sexes weigh the same."""
    sides = {"female": pool.female, "male": pool.male}
    chosen = [sex] if sex else list(sides)
    values: list[str] = []
    weights: list[int] = []
    sexes: list[str] = []
    for one in chosen:
        # Each side is scaled by the other's total.
        others = sum(sum(sides[other].weights) for other in chosen if other != one) or 1
        values += sides[one].values
        weights += [weight * others for weight in sides[one].weights]
        sexes += [one] * len(sides[one].values)
    return Weighted(tuple(values), tuple(weights)), tuple(sexes)


def _drawn(key: Callable[[str], Key], pool: LocalePool, given: Weighted) -> Drawn:
    return Drawn(
        key("given"), key("family"), weighted(given.weights), weighted(pool.family.weights)
    )


def _dealt(
    key: Callable[[str], Key], rows: int, pool: LocalePool, given: Weighted, unique: set[str]
) -> Dealt:
    """Where the name itself is unique, shares give way before a number is appended to it."""
    spread = "name" in unique
    sides = [
        labelled([_label(name, pool.language, spread) for name in names.values], names.weights,
                 once=spread)
        for names in (given, pool.family)
    ]  # fmt: skip
    return deal(key("names"), rows, sides[0], sides[1], spread=spread)


def _label(name: str, language: str, spread: bool) -> str:
    """Names that look alike in an address are one; where names have none, each is its own."""
    return slug(name, language) or (name if spread else "")


_Part: TypeAlias = Callable[[Identity, Brief], Maker]


# ── names and addresses ───────────────────────────────────────────────────────────────────────


def _name(identity: Identity, brief: Brief) -> Maker:
    form = identity.pool.name_form

    def cells(block: Block) -> pa.Array:
        who = identity.of(block)
        pieces: dict[str, arrays.Part] = {
            "given": arrays.chosen(identity.given_names, who.given),
            "family": arrays.chosen(identity.family_names, who.family),
        }
        name = arrays.filled(form, pieces)
        if not brief.unique or who.copy is None:
            return name
        return _numbered(name, who.copy, " ")

    return cells


def _numbered(texts: pa.Array, copies: Rows, before: str = "") -> pa.Array:
    """The second of its kind is number 2; the first has none."""
    if not copies.any():
        return texts
    numbers = pc.cast(pa.array(copies + 1), pa.string())
    numbers = pc.if_else(pa.array(copies == 0), "", arrays.joined(before, numbers))
    return arrays.joined(texts, numbers)


def _given_name(identity: Identity, brief: Brief) -> Maker:
    return lambda block: arrays.chosen(identity.given_names, identity.of(block).given)


def _family_name(identity: Identity, brief: Brief) -> Maker:
    return lambda block: arrays.chosen(identity.family_names, identity.of(block).family)


def _sex(identity: Identity, brief: Brief) -> Maker:
    sexes = arrays.texts(identity.sexes)
    return lambda block: arrays.chosen(sexes, identity.of(block).given)


def _copies(identity: Identity, block: Block) -> Rows:
    """Which copy of its address a row has; a neutral address needs a number of its own."""
    who = identity.of(block)
    if identity.neutral:
        if who.place is None:
            return below(identity.key("number"), block.rows, 9999) + 1
        return who.place + 1
    return np.zeros(len(block.rows), np.int64) if who.copy is None else who.copy


def _email(identity: Identity, brief: Brief) -> Maker:
    """Copies go to the next domain before they get a number."""
    domains = arrays.texts(DOMAINS)

    def cells(block: Block) -> pa.Array:
        who, copies = identity.of(block), _copies(identity, block)
        if identity.neutral or who.copy is None:
            turn = below(identity.key("domain"), block.rows, len(DOMAINS))
            local = _numbered(identity.address(block), copies)
        else:
            # Turned by the name, so that first copies do not all lie at the first domain.
            turn = (copies + below(identity.key("domain"), who.given, len(DOMAINS))) % len(DOMAINS)
            local = _numbered(identity.address(block), copies // len(DOMAINS))
        return arrays.joined(local, arrays.chosen(domains, turn))

    return cells


def _user_name(identity: Identity, brief: Brief) -> Maker:
    return lambda block: _numbered(identity.address(block), _copies(identity, block))


# ── places ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Places:
    """The cities of a locale with their postcodes laid end to end."""

    places: tuple[Place, ...]

    @cached_property
    def choice(self) -> Choice:
        return weighted([place.weight for place in self.places])

    @cached_property
    def cities(self) -> pa.Array:
        return arrays.texts([place.city for place in self.places])

    @cached_property
    def regions(self) -> pa.Array:
        return arrays.texts([place.region for place in self.places])

    @cached_property
    def postcodes(self) -> pa.Array:
        return arrays.texts([code for place in self.places for code in place.postcodes])

    @cached_property
    def counts(self) -> Rows:
        return np.array([len(place.postcodes) for place in self.places], np.int64)

    def postcode(self, key: Key, rows: Rows, place: Rows) -> pa.Array:
        starts = np.cumsum(self.counts) - self.counts
        high = words(key, rows) >> np.uint64(32)
        inner = (high * self.counts[place].astype(np.uint64)) >> np.uint64(32)
        return arrays.chosen(self.postcodes, starts[place] + inner.view(np.int64))


def _of_place(cells: Callable[[_Places, Identity, Block], pa.Array]) -> _Part:
    def build(identity: Identity, brief: Brief) -> Maker:
        places = _Places(identity.pool.places)
        return lambda block: cells(places, identity, block)

    return build


def _place(places: _Places, identity: Identity, block: Block) -> Rows:
    key = identity.key("place")
    return block.once(
        ("place", identity.who), lambda: places.choice.draw(key, block.rows).astype(np.int64)
    )


def _city(places: _Places, identity: Identity, block: Block) -> pa.Array:
    return arrays.chosen(places.cities, _place(places, identity, block))


def _region(places: _Places, identity: Identity, block: Block) -> pa.Array:
    return arrays.chosen(places.regions, _place(places, identity, block))


def _postcode(places: _Places, identity: Identity, block: Block) -> pa.Array:
    place = _place(places, identity, block)
    return places.postcode(identity.key("postcode"), block.rows, place)


def _street_pieces(identity: Identity, block: Block) -> dict[str, arrays.Part]:
    streets = identity.pool.streets
    street = weighted(streets.weights).draw(identity.key("street"), block.rows)
    house = below(identity.key("house"), block.rows, HOUSES) + 1
    return {
        "street": arrays.chosen(arrays.texts(streets.values), street),
        "number": pc.cast(pa.array(house), pa.string()),
    }


def _street(identity: Identity, brief: Brief) -> Maker:
    form = identity.pool.street_form
    return lambda block: arrays.filled(form, _street_pieces(identity, block))


def _address(places: _Places, identity: Identity, block: Block) -> pa.Array:
    pieces = {
        **_street_pieces(identity, block),
        "postcode": _postcode(places, identity, block),
        "city": _city(places, identity, block),
        "region": _region(places, identity, block),
    }
    return arrays.filled(identity.pool.address_form, pieces)


def _country(identity: Identity, brief: Brief) -> Maker:
    country = pa.scalar(identity.pool.country_name, pa.string())
    return lambda block: pa.repeat(country, len(block.rows))


# ── the rest ──────────────────────────────────────────────────────────────────────────────────


def phones(forms: tuple[str, ...]) -> Domain:
    """Every number of every form; `#` is a free digit."""
    sizes = np.array([10 ** form.count("#") for form in forms], np.int64)
    ends = np.cumsum(sizes)
    lengths = np.array([len(form) for form in forms], np.int64)

    def at(indexes: Rows) -> pa.Array:
        number = np.searchsorted(ends, indexes, side="right")
        inner = indexes - (ends - sizes)[number]
        text = np.zeros((len(indexes), lengths.max()), np.uint8)
        for index, form in enumerate(forms):
            here = np.flatnonzero(number == index)
            free = [place for place, letter in enumerate(form) if letter == "#"]
            text[np.ix_(here, range(len(form)))] = np.frombuffer(form.encode(), np.uint8)
            text[np.ix_(here, free)] = arrays.digits(inner[here], len(free))
        return arrays.varying_width(text, lengths[number])

    return Domain(int(ends[-1]), at)


def _phone(identity: Identity, brief: Brief) -> Maker:
    return drawn_from(phones(identity.pool.phone_forms), brief)


def _pooled(values: Callable[[LocalePool], Weighted], purpose: str) -> _Part:
    def build(identity: Identity, brief: Brief) -> Maker:
        pool = values(identity.pool)
        choice, column, key = weighted(pool.weights), arrays.texts(pool.values), identity.key(purpose)
        return lambda block: arrays.chosen(column, choice.draw(key, block.rows))

    return build


PARTS: dict[str, _Part] = {
    "name": _name,
    "given_name": _given_name,
    "family_name": _family_name,
    "sex": _sex,
    "email": _email,
    "user_name": _user_name,
    "phone": _phone,
    "street": _street,
    "city": _of_place(_city),
    "postcode": _of_place(_postcode),
    "region": _of_place(_region),
    "country": _country,
    "address": _of_place(_address),
    "company": _pooled(lambda pool: pool.companies, "company"),
    "job_title": _pooled(lambda pool: pool.job_titles, "job_title"),
}
