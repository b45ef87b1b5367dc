"""A schema compiled: for every table the makers of its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from ..core.models import DataSchema, FieldDefinition
from .draws.arrays import Mask, emptied
from .draws.blocks import Block, Maker
from .draws.cells import Rows
from .pooled import taken


@dataclass(frozen=True)
class TableRecipe:
    """One table's columns. `makers` has no entry for what a model writes.

    `model_fields` are those a language model must write row by row, `pool_fields` those of which
    it writes a pool of values; `draws` say where in its pool a row finds its value (as a share of
    the pool's length). `open_fields` are the code-made ones that cannot be made before it has,
    because they follow from what it writes. `blanks` say which cells of a written field are empty:
    code decides that, and knows it before the model has written but for the `open_blanks`.
    """

    name: str
    row_count: int
    fields: tuple[FieldDefinition, ...]
    arrow_schema: pa.Schema
    makers: Mapping[str, Maker]
    model_fields: tuple[FieldDefinition, ...] = ()
    pool_fields: tuple[FieldDefinition, ...] = ()
    open_fields: frozenset[str] = frozenset()
    draws: Mapping[str, Maker] = field(default_factory=dict)
    blanks: Mapping[str, Callable[[Block], Mask]] = field(default_factory=dict)
    open_blanks: frozenset[str] = frozenset()

    @property
    def written_fields(self) -> tuple[FieldDefinition, ...]:
        """All that only a language model can fill."""
        return self.model_fields + self.pool_fields

    def draw(self, name: str, start: int, stop: int, pool: pa.Array) -> pa.Array:
        """A pool field's cells for rows `start` ≤ row < `stop`."""
        block = Block(np.arange(start, stop, dtype=np.int64), {})
        return taken(pool, self.draws[name](block))

    def make(
        self, start: int, stop: int, written: Mapping[str, pa.Array] | None = None
    ) -> pa.Table:
        """Rows `start` ≤ row < `stop`; `written` holds the model's columns for just these rows."""
        rows = np.arange(start, stop, dtype=np.int64)
        makers = {**self.makers, **{name: self._blanked(name) for name in self.blanks}}
        return self._table(Block(rows, makers, written or {}), self.arrow_schema)

    def given(self, rows: Rows) -> pa.Table:
        """The code-made columns of any rows, to ground a model on."""
        absent = {field.name for field in self.written_fields} | self.open_fields
        kept = [field for field in self.arrow_schema if field.name not in absent]
        return self._table(Block(np.asarray(rows, np.int64), self.makers), pa.schema(kept))

    def unasked(self, rows: Rows) -> list[frozenset[str]]:
        """Of each row, the fields that a model need not write because code leaves them empty."""
        told = {field.name for field in self.model_fields} - self.open_blanks
        block = Block(np.asarray(rows, np.int64), self.makers)
        masks = {name: blank(block) for name, blank in self.blanks.items() if name in told}
        return [
            frozenset(name for name, mask in masks.items() if mask[n]) for n in range(len(rows))
        ]

    def _blanked(self, name: str) -> Maker:
        return lambda block: emptied(block.written[name], self.blanks[name](block))

    @staticmethod
    def _table(block: Block, schema: pa.Schema) -> pa.Table:
        return pa.table([block.column(name) for name in schema.names], schema=schema)


@dataclass(frozen=True, slots=True)
class Recipe:
    """`order`: the tables, parents before children."""

    schema: DataSchema
    order: tuple[str, ...]
    tables: Mapping[str, TableRecipe]
