"""Where checks are made: the tables and fields they are about, and a place on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ...core.models import DataSchema, FieldDefinition, TableDefinition
from ...generation.pools import Pools
from ...generation.routing import words_in
from ...generation.rules.nulls import FOLLOWING
from ...generation.tables.bonds import null_share, optional_share
from ...utils.findings import Fold
from ...utils.promises import resolve
from ...utils.text import clean
from ...utils.validators import may_be_null
from .other_seeds import OtherSeeds
from .spill import BLOCK_ROWS, Spill

PART_ROWS = 250_000
"""Keys that a part of the key space is meant to hold: 6 MB."""


@dataclass(frozen=True, slots=True)
class Side:
    table: str
    fields: tuple[FieldDefinition, ...]


class Unjudgeable(Exception):
    """Why nothing can be measured; becomes the verdict."""


@dataclass
class Bench:
    """Where folds are made: what they need to know beside the expectation.

    What lies on disk is parted by `part_rows` and read back `block_rows` at a time.
    """

    schema: DataSchema
    rows: Mapping[str, int]
    scratch: Path
    pools: Pools = Pools({})
    part_rows: int = PART_ROWS
    block_rows: int = BLOCK_ROWS
    made: int = 0

    @cached_property
    def other_seeds(self) -> OtherSeeds:
        return OtherSeeds(self.schema, self.rows, self.pools)

    def side(self, *names: str, table: str | None) -> Side:
        places = [(name, resolve(self.schema, name, table)) for name in names]
        for name, place in places:
            if place is None:
                raise Unjudgeable(f"the schema has no field {clean(name, 80)}")
        found = [place for _, place in places if place is not None]
        if len({table.name for table, _ in found}) > 1:
            raise Unjudgeable("the fields stand in different tables")
        return Side(found[0][0].name, tuple(field for _, field in found))

    def field(self, check: Any, *, of: frozenset[str] | None = None) -> tuple[Side]:
        """Raises: Unjudgeable: there is no such field, or it is of none of the types `of`."""
        side = self.side(check.field, table=check.table)
        kind = side.fields[0].type
        if of is not None and kind not in of:
            raise Unjudgeable(f"{check.check} says nothing about a field of type {kind}")
        return (side,)

    def key(self, check: Any) -> tuple[Side, Side | None]:
        """The foreign key that a field is, and the parents' key that it leads to; None where the
        field is no key.

        Raises: Unjudgeable: there is no such field, or it is a part of a key of several.
        """
        side = self.side(check.field, table=check.table)
        child, name = self.schema.table(side.table), side.fields[0].name
        for key in child.foreign_keys:
            if name in key.fields:
                if len(key.fields) > 1:
                    raise Unjudgeable(f"{clean(name, 80)} is only a part of a key")
                parent = key.reference.table or child.name
                return side, self.side(f"{parent}.{key.reference.fields[0]}", table=None)
        return side, None

    def blank(self, side: Side) -> float:
        """The share of rows in which a field of the side is empty, 1 where that follows from the
        rows themselves."""
        filled = 1.0
        for about in side.fields:
            filled *= 1 - _blank(about, self.table(side.table))
        return 1 - filled

    def table(self, name: str) -> TableDefinition:
        return self.schema.table(name)

    def spills(self, *sides: Side) -> Iterator[Spill]:
        """One for each side, all parted alike."""
        for _ in sides:
            yield Spill(self.place(), self.parts(*sides), block_rows=self.block_rows)

    def parts(self, *sides: Side) -> int:
        rows = max(self.rows.get(side.table, 0) for side in sides)
        return max(1, -(-rows // self.part_rows))

    def place(self) -> Path:
        self.made += 1
        return self.scratch / f"check_{self.made}"


def _blank(about: FieldDefinition, table: TableDefinition) -> float:
    keys = [key for key in table.foreign_keys if about.name in key.fields]
    if keys:
        return max(optional_share(key, table) for key in keys)
    if not may_be_null(about):
        return 0.0
    follows = getattr(about.generator, "kind", None) in FOLLOWING or about.null_when is not None
    is_ruled = any(about.name in words_in(rule.document()) for rule in table.rules)
    return 1.0 if follows or is_ruled else null_share(about)


Made = tuple[tuple[Side, ...], Fold]
