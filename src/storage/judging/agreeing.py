"""A check of two fields of a person: an address and a name, a city and a postcode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ...core.models import FieldDefinition
from ...generation.makers.slugs import slug
from ...generation.people.identities import part_of
from ...generation.pools import LocalePool, UnknownLocale
from ...utils.columns import Mask, present
from ...utils.findings import Finding, Piece
from ...utils.text import shown
from .bench import Bench, Made, Side, Unjudgeable
from .stated import Tally

ADDRESSES = frozenset({"email", "user_name"})
NAMES = frozenset({"name", "given_name", "family_name"})


@dataclass(slots=True)
class Agreeing:
    """`apart` says which rows of the two columns, both filled, do not agree."""

    apart: Callable[[pa.Array, pa.Array], Mask]
    tally: Tally

    def feed(self, piece: Piece) -> None:
        one, other = piece.columns
        broken = present(one) & present(other) & self.apart(one, other)

        def told(place: int) -> str:
            return f"{shown(one[place].as_py())} and {shown(other[place].as_py())} in "

        numbers = range(piece.start, piece.start + piece.rows)
        self.tally.add(piece.rows, broken, numbers, told)

    def finding(self) -> Finding:
        return self.tally.finding()


def agree_check(bench: Bench, check: kinds.Agree) -> Made:
    """Raises: Unjudgeable: the two are not parts of a person that depend on each other."""
    side = bench.side(*check.fields, table=check.table)
    one, other = side.fields
    if _role(other) in ADDRESSES | {"postcode"}:
        side, one, other = Side(side.table, (other, one)), other, one
    target, apart = _agreement(bench, one, other)
    return (side,), Agreeing(apart, Tally(target))


def _agreement(
    bench: Bench, one: FieldDefinition, other: FieldDefinition
) -> tuple[str, Callable[[pa.Array, pa.Array], Mask]]:
    if _role(one) in ADDRESSES and _role(other) in NAMES:
        words = Slugs(bench.schema.locale.split("_")[0].split("-")[0])
        return f"made from {other.name}", words.missing
    if _role(one) == "postcode" and _role(other) == "city":
        return f"one of the postcodes of {other.name}", Postcodes(_pool(bench, one)).foreign
    raise Unjudgeable(f"{one.name} and {other.name} are no parts of a person that agree")


def _role(about: FieldDefinition) -> str:
    """The part of a person that a field is: by its generator, its format, else its name."""
    part = part_of(about)
    return part.part if part is not None else about.format or about.name


def _pool(bench: Bench, about: FieldDefinition) -> LocalePool:
    part = part_of(about)
    locale = (part.locale if part is not None else None) or bench.schema.locale
    try:
        return bench.pools.pick(locale)
    except UnknownLocale:
        raise Unjudgeable(f"the cities of {locale} are not known") from None


@dataclass(slots=True)
class Slugs:
    """The words of names as they stand in addresses; what has no Latin letters stands in none."""

    language: str
    known: dict[str, str] = field(default_factory=dict)

    def missing(self, addresses: pa.Array, names: pa.Array) -> Mask:
        """Where an address holds no word of the name."""
        import polars as pl

        words = pc.split_pattern(pc.fill_null(names, ""), " ")
        rows = pc.list_parent_indices(words)
        parts = pc.list_flatten(words).dictionary_encode()
        slugs = pa.array([self._slug(word) for word in parts.dictionary.to_pylist()], pa.string())
        wanted = slugs.take(parts.indices)
        local = pc.utf8_lower(addresses.take(rows))
        frame = pl.DataFrame({"address": pl.from_arrow(local), "word": pl.from_arrow(wanted)})
        inside = frame.select(
            pl.col("address").str.contains(pl.col("word"), literal=True).fill_null(value=True)
        )
        missing: Mask = np.ones(len(names), bool)
        missing[rows.to_numpy()[inside.to_series().to_numpy()]] = False
        return missing

    def _slug(self, word: str) -> str:
        if word not in self.known:
            self.known[word] = slug(word, self.language)
        return self.known[word]


class Postcodes:
    """Which postcodes are really a city's, of the cities that are known."""

    def __init__(self, pool: LocalePool) -> None:
        own: Mapping[str, set[str]] = {place.city: set() for place in pool.places}
        for place in pool.places:
            own[place.city].update(place.postcodes)
        self._cities = pa.array(list(own), pa.string())
        pairs = [f"{city}\x1f{code}" for city, codes in own.items() for code in codes]
        self._pairs = pa.array(pairs, pa.string())

    def foreign(self, codes: pa.Array, cities: pa.Array) -> Mask:
        together = pc.binary_join_element_wise(cities, codes, "\x1f")
        strange = ~pc.is_in(together, value_set=self._pairs).to_numpy(zero_copy_only=False)
        known = pc.is_in(cities, value_set=self._cities).to_numpy(zero_copy_only=False)
        foreign: Mask = strange & known
        return foreign
