"""Which rows belong to one thing, in which order, and how many they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..briefs import Brief
from ..draws.blocks import Block
from ..draws.cells import Rows
from ..draws.choices import Partition, shares
from ..makers.values import listed_values
from ..refusals import Refused
from ..tables.kin import NOBODY
from ..tables.links import Ranked


@dataclass(frozen=True, slots=True)
class Turns:
    """For each row whose it is (`NOBODY`: nobody's), its place among theirs, and their number."""

    owners: Rows
    places: Rows
    counts: Rows


class Layout(Protocol):
    @property
    def most(self) -> int:
        """No owner has more rows, as far as the schema says."""

    def turns(self, block: Block) -> Turns: ...


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of the table are one thing's."""

    rows: int

    @property
    def most(self) -> int:
        return self.rows

    def turns(self, block: Block) -> Turns:
        one = np.zeros(len(block.rows), np.int64)
        return Turns(one, block.rows, one + max(self.rows, 1))


@dataclass(frozen=True, slots=True)
class Sections:
    """The rows of one value stand together, one value after the other, each in its share."""

    partition: Partition

    @property
    def most(self) -> int:
        return int(self.partition.counts.max())

    def turns(self, block: Block) -> Turns:
        owners = self.partition.owner(block.rows)
        return Turns(
            owners, block.rows - self.partition.starts[owners], self.partition.counts[owners]
        )


@dataclass(frozen=True, slots=True)
class Children:
    """The rows of one parent."""

    link: Ranked
    most: int

    def turns(self, block: Block) -> Turns:
        return block.once(("turns", self.link.name), lambda: self._turns(block.rows))

    def _turns(self, rows: Rows) -> Turns:
        owners, places = self.link.parents(rows), self.link.ranks(rows)
        counts = np.ones(len(rows), np.int64)
        known = np.flatnonzero(owners != NOBODY)
        counts[known] = self.link.counts_of(owners[known])
        return Turns(owners, places, counts)


def layout(brief: Brief, per: str | None, at: str) -> Layout:
    """Of the rows that share a value of the field `per`: a key, or a list of values.

    Raises: Refused.
    """
    if per is None:
        return Whole(brief.rows)
    number = key_number(brief, per)
    if number is not None:
        return _children(brief, number, at)
    return Sections(_partition(brief, per, at))


def key_number(brief: Brief, per: str) -> int | None:
    keys = enumerate(brief.table.foreign_keys)
    return next((number for number, key in keys if per in key.fields), None)


def _children(brief: Brief, number: int, at: str) -> Layout:
    link = brief.names.links.get(brief.table.name, {}).get(number)
    if link is None or not hasattr(link, "ranks"):
        message = "which rows of a parent come first is not known"
        hint = "say per_parent in the foreign key, e.g. its minimum and maximum"
        raise Refused(at, "not_constructible", message, hint)
    said = brief.table.foreign_keys[number].per_parent
    most = said.maximum if said is not None and said.maximum is not None else brief.rows
    found: Ranked = link  # type: ignore[assignment]  # it has ranks
    return Children(found, most)


def _partition(brief: Brief, per: str, at: str) -> Partition:
    owner = value_field(brief, per, at)
    _, weights = listed_values(owner)
    return Partition(np.array(shares(weights, brief.rows), np.int64))


def value_field(brief: Brief, per: str, at: str) -> Brief:
    """The brief of the listed field that says whose a row is. Raises: Refused."""
    from dataclasses import replace

    field = next((one for one in brief.table.fields if one.name == per), None)
    if field is None:
        known = ", ".join(one.name for one in brief.table.fields)
        raise Refused(at, "unknown_field", f"there is no field {per!r}", f"fields: {known}")
    found = replace(brief, field=field, names=brief.names.read_by(per))
    generator = field.generator
    listed = (
        field.constraints.enum is not None if generator is None else generator.kind == "category"
    )
    if not listed or found.unique or field.may_be_null:
        message = f"{per!r} does not say whose a row is"
        hint = "name a foreign key, or a category that is neither unique nor empty"
        raise Refused(at, "not_constructible", message, hint)
    return found
