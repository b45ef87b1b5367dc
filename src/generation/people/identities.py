"""Which person a row has, in the parts that several columns share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ...core.models import FieldDefinition
from ..briefs import Brief, is_unique
from ..draws import arrays
from ..draws.blocks import Block
from ..draws.choices import weighted
from ..draws.keys import Key
from ..makers.slugs import slug
from ..pools import LocalePool, Weighted
from ..refusals import Refused
from .names import Dealt, Drawn, Who, deal, labelled

NEUTRAL = "user"
"""Stands for a name that has no Latin letters."""
NAMED = frozenset({"name", "email", "user_name"})
FORMATS: dict[str, kinds.PersonPart] = {
    "email": "email",
    "phone": "phone",
    "postcode": "postcode",
}
"""Formats that are a part of the row's person where a field has no generator."""


@dataclass(frozen=True)
class Identity:
    """One person a row: `who` names the person, `names` says which names it has."""

    key: Callable[[str], Key]
    who: str
    pool: LocalePool
    given: Weighted
    sexes: tuple[str, ...]
    names: Drawn | Dealt

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

    def address(self, block: Block) -> tuple[arrays.Picked | str, ...]:
        """What stands before a number and the @."""
        if self.neutral:
            return (NEUTRAL,)
        who = self.of(block)
        return (self.given_slugs, who.given), ".", (self.family_slugs, who.family)


def _all_written(slugs: pa.Array) -> bool:
    return bool(pc.min(pc.utf8_length(slugs)).as_py() > 0)


def part_of(field: FieldDefinition) -> kinds.Person | None:
    """The part of a person that a field holds, None where it holds none."""
    if isinstance(field.generator, kinds.Person):
        return field.generator
    if field.generator is None and field.format in FORMATS and field.constraints.pattern is None:
        return kinds.Person(part=FORMATS[field.format])
    return None


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

    if unique:
        names: Drawn | Dealt = _dealt(key, brief.rows, pool, given, sexes, unique)
    else:
        names = _drawn(key, pool, given)
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
    key: Callable[[str], Key],
    rows: int,
    pool: LocalePool,
    given: Weighted,
    sexes: tuple[str, ...],
    unique: Collection[str],
) -> Dealt:
    """Where the name itself is unique, shares give way before a number is appended to it."""
    spread = "name" in unique
    sides = [
        labelled([_label(name, pool.language, spread) for name in names.values], names.weights,
                 once=spread)
        for names in (given, pool.family)
    ]  # fmt: skip
    women = np.array([sex == "female" for sex in sexes], np.float64)
    shares = sides[0].share_of(women)
    return deal(key("names"), rows, sides[0], sides[1], spread=spread, sides=shares)


def _label(name: str, language: str, spread: bool) -> str:
    """Names that look alike in an address are one; where names have none, each is its own."""
    return slug(name, language) or (name if spread else "")
