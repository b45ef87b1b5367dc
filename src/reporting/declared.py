"""What a schema says beforehand of the values that a column will have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.models import DataSchema, FieldDefinition, ForeignKey, TableDefinition
from ..generation.pools import Pools
from ..storage.judging.bench import Bench, Unjudgeable
from ..storage.judging.fits import Law, law
from .sketches import Floats

NULLABLE = 0.1
"""The share of empty cells where a field only says that there are some."""


@dataclass(frozen=True, slots=True)
class Declared:
    """`weights`: the share of each value; `law`: how numbers are spread; `nulls`: the share of
    empty cells. None where the schema leaves it open."""

    weights: Mapping[Any, float] | None
    law: Law | None
    nulls: float | None

    def expected(self, edges: Floats, rows: float, *, whole: bool) -> tuple[float, ...] | None:
        """How many of `rows` values fall between each two edges."""
        if self.law is None:
            return None
        # Between two whole numbers lies none: an edge at 9.5 stands for all up to 9.
        reach = self.law.at(edges - 0.5 if whole else edges)
        return tuple(float(part) for part in np.diff(reach) * rows)


def declared(
    schema: DataSchema, table: TableDefinition, about: FieldDefinition, rows: int
) -> Declared:
    """Of a key that leads to other rows nothing is known before those are made."""
    key = next((key for key in table.foreign_keys if about.name in key.fields), None)
    is_key = key is not None
    return Declared(
        weights=None if is_key else _weights(about),
        law=None if is_key else _law(schema, table.name, about, rows),
        nulls=_nulls(about, key),
    )


def _weights(about: FieldDefinition) -> Mapping[Any, float] | None:
    generator: Any = about.generator
    kind = getattr(generator, "kind", None)
    if kind == "category":
        return _shares(generator.values, generator.weights)
    if kind == "bernoulli":
        return {False: 1 - generator.p, True: generator.p}
    if kind == "constant" and generator.value is not None:
        return {generator.value: 1.0}
    return None


def _shares(values: Sequence[Any], weights: Sequence[float] | None) -> Mapping[Any, float]:
    each = weights or (1.0,) * len(values)
    total = sum(each) or 1.0
    shares: dict[Any, float] = {}
    for value, weight in zip(values, each, strict=True):
        shares[value] = shares.get(value, 0.0) + weight / total
    return shares


def _law(schema: DataSchema, table: str, about: FieldDefinition, rows: int) -> Law | None:
    bounded = about.constraints.minimum is not None and about.constraints.maximum is not None
    if about.type not in ("integer", "number") or (about.generator is None and not bounded):
        return None
    try:
        return law(Bench(schema, {table: rows}, Path(), Pools({})), table, about)
    except Unjudgeable:
        return None


def _nulls(about: FieldDefinition, key: ForeignKey | None) -> float | None:
    if key is not None and key.optional_fraction:
        return key.optional_fraction
    if about.null_when is not None:
        return None
    if about.null_fraction is not None:
        return about.null_fraction
    return NULLABLE if about.nullable else 0.0
