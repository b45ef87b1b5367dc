"""The same dataset under other seeds: how far its columns spread where no law declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from ...core.errors import CallerError
from ...core.models import DataSchema
from ...generation.compiling import compile_schema
from ...generation.draws.blocks import Block
from ...generation.pools import Pools
from ...generation.recipe import Recipe
from ...utils.folds import Floats, numbers_of

SEEDS = range(1, 13)
ANY_DAY = date(2000, 1, 1)
MANY = 2_000
"""So many rows of a table show their own spread."""
MOST_ROWS = 100_000
"""Beyond so many in all tables it would cost too much."""


@dataclass(frozen=True)
class OtherSeeds:
    """`rows`: of each table, as the job's."""

    schema: DataSchema
    rows: Mapping[str, int]
    pools: Pools

    def deviation(self, table: str, name: str) -> float:
        """Of a small table's column, as code makes it; 0 where there are rows enough to tell, and
        where a model has a hand in it."""
        if self.rows.get(table, 0) >= MANY:
            return 0.0
        try:
            found = [_made(recipe, table, name) for recipe in self._recipes]
        except CallerError:  # nothing can be made of it: the data come from somewhere else
            return 0.0
        values = np.concatenate([np.zeros(0), *found])
        return float(values.std()) if len(values) else 0.0

    @cached_property
    def _recipes(self) -> list[Recipe]:
        if sum(self.rows.values()) > MOST_ROWS:
            return []
        return [self._compiled(seed) for seed in SEEDS]

    def _compiled(self, seed: int) -> Recipe:
        return compile_schema(
            self.schema,
            rows=self.rows,
            seed=seed,
            as_of=self.schema.as_of or ANY_DAY,
            pools=self.pools,
            generation="auto",
        )


def _made(recipe: Recipe, table: str, name: str) -> Floats:
    found = recipe.tables[table]
    if name not in found.makers or name in found.open_fields:
        return np.zeros(0)
    rows = np.arange(found.row_count, dtype=np.int64)
    return numbers_of(Block(rows, found.makers).column(name))
