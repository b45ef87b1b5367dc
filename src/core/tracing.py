"""How a cell came to be: what made it, from which draws, rows and cells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..utils.text import clean
from .authoring.origins import Recorded
from .datasets import Datasets
from .errors import InvalidArgument, InvalidSchema
from .models import DataSchema, FieldDefinition, Job, JobSpecification, TableDefinition
from .recipes import compiled
from .samples import json_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from ..generation.draws.blocks import Block
    from ..generation.draws.listening import Draw, Ear
    from ..generation.pools import Pools
    from ..generation.recipe import Recipe, TableRecipe

UNNAMED = ("", "")
BY_THE_MODEL = "written by the language model"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A random word: whose (`table`, `field`: empty where fields share it), what for, and where in
    its stream. `uniform` is the same as a number in [0, 1)."""

    table: str
    field: str
    purpose: str
    row: int
    attempt: int
    word: str
    uniform: float


@dataclass(frozen=True, slots=True)
class Followed:
    """A parent that was followed along a key: `row` is None where this row has none; `used` are
    those of its cells that were made."""

    table: str
    key: tuple[str, ...]
    row: int | None
    used: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CellTrace:
    """`made`: a sentence; `generator` as the schema has it, None where the field's type, format
    and constraints say it all. `used` are other cells of the row. `rules` speak of the field;
    `without_rules` is the value that it would have without them, under `moved` only. `empty` says
    what decides whether the cell is. `stored` is the cell of the stored chunk, and `agrees` whether
    it is the same; None where no chunk is stored."""

    table: str
    row: int
    field: str
    type: str
    value: Any
    made: str
    generator: Mapping[str, Any] | None = None
    draws: tuple[Drawn, ...] = ()
    unheard: int = 0
    used: Mapping[str, Any] | None = None
    parents: tuple[Followed, ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    moved: bool = False
    without_rules: Any = None
    empty: Mapping[str, Any] | None = None
    recorded: Recorded | None = None
    stored: Any = None
    agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class Tracing:
    """`recorded` finds the answer from which a model's cells of a row were taken."""

    datasets: Datasets
    pools: Callable[[], Pools]
    recorded: Callable[[Job, TableRecipe, FieldDefinition, int], Recorded]

    async def trace(
        self, job: Job, row: int, *, table: str | None = None, field: str | None = None
    ) -> tuple[CellTrace, ...]:
        """One entry for each field of the row, or for the one that is named; rows count from 0.

        Raises:
            InvalidArgument: there is no such table, row or field.
            ChunkMissing, ChunkDamaged
        """
        home = _home(job.spec, table, row, field)
        chunk = await self.datasets.row(job, home.name, row)
        return await asyncio.to_thread(self._traced, job, home, row, field, chunk)

    def _traced(
        self, job: Job, home: TableDefinition, row: int, only: str | None, chunk: pa.Table | None
    ) -> tuple[CellTrace, ...]:
        stored = json_rows(chunk)[0] if chunk is not None else None
        cells = trace_cells(job.spec, self.pools(), home.name, row, only, chunk)
        return tuple(self._beside(stored, self._answered(job, home, cell)) for cell in cells)

    @staticmethod
    def _beside(stored: Mapping[str, Any] | None, cell: CellTrace) -> CellTrace:
        if stored is None:
            return cell
        mine = stored[cell.field]
        return replace(cell, stored=mine, agrees=mine == cell.value)

    def _answered(self, job: Job, home: TableDefinition, cell: CellTrace) -> CellTrace:
        if cell.made != BY_THE_MODEL:
            return cell
        about = next(field for field in home.fields if field.name == cell.field)
        table = compiled(job.spec, self.pools()).tables[home.name]
        return replace(cell, recorded=self.recorded(job, table, about, cell.row))


def _home(
    spec: JobSpecification, table: str | None, row: int, field: str | None
) -> TableDefinition:
    counts = dict(spec.rows)
    if (table is None and len(counts) > 1) or (table is not None and table not in counts):
        raise InvalidArgument("which table?", hint="one of " + ", ".join(counts))
    name = table or next(iter(counts))
    if type(row) is not int or not 0 <= row < counts[name]:
        hint = f"from 0 to {counts[name] - 1:,}" if counts[name] else "the table is empty"
        raise InvalidArgument(f"{name} has no row {row}", hint=hint)
    home = spec.schema.table(name)
    names = [one.name for one in home.fields]
    if field is not None and field not in names:
        hint = "one of " + ", ".join(names[:20])
        raise InvalidArgument(f"{name} has no field {clean(field, 80)}", hint=hint)
    return home


# ── a pure function of the specification, the row and what a model wrote ──────────────────────


def trace_cells(
    spec: JobSpecification,
    pools: Pools,
    table: str,
    row: int,
    only: str | None = None,
    stored: pa.Table | None = None,
) -> Iterator[CellTrace]:
    """`stored`: the row as its chunk has it, for what a model wrote."""
    from ..generation.draws.listening import Ear, listening

    ear = Ear()
    with listening(ear):
        recipe = compiled(spec, pools)
        plain = _without_rules(spec, pools)
        for about in spec.schema.table(table).fields:
            if only in (None, about.name):
                yield _Cell(spec.schema, recipe.tables[table], row, about, ear, stored).trace(plain)


def _without_rules(spec: JobSpecification, pools: Pools) -> Recipe | None:
    """None where nothing would be made without them."""
    tables = tuple(table.model_copy(update={"rules": ()}) for table in spec.schema.tables)
    schema = spec.schema.model_copy(update={"tables": tables, "expectations": ()})
    try:
        return compiled(replace(spec, schema=schema), pools)
    except InvalidSchema:
        return None


@dataclass(frozen=True, slots=True)
class _Cell:
    schema: DataSchema
    table: TableRecipe
    row: int
    about: FieldDefinition
    ear: Ear
    stored: pa.Table | None

    def trace(self, plain: Recipe | None) -> CellTrace:
        from ..generation.routing import words_in

        name = self.about.name
        said = (rule.document() for rule in self._home.rules)
        rules = tuple(rule for rule in said if name in words_in(rule))
        value, block, draws, unheard = self._made(self.table)
        bare = value
        if rules and plain is not None and block is not None:
            bare = self._made(plain.tables[self.table.name])[0]
        generator = self.about.generator
        return CellTrace(
            table=self.table.name,
            row=self.row,
            field=name,
            type=self.about.type,
            value=value,
            made=self._sentence(),
            generator=generator.document() if generator is not None else None,
            draws=tuple(self._drawn(draw) for draw in draws),
            unheard=unheard,
            used=self._used(block),
            parents=tuple(self._followed(block)) if block is not None else (),
            rules=rules,
            moved=bare != value,
            without_rules=bare if bare != value else None,
            empty=self._empty(value),
        )

    @property
    def _home(self) -> TableDefinition:
        return self.schema.table(self.table.name)

    def _made(self, table: TableRecipe) -> tuple[Any, Block | None, tuple[Draw, ...], int]:
        """The cell, everything it was made with, and what was drawn for it."""
        import numpy as np

        from ..generation.draws.blocks import Block

        name = self.about.name
        written = {one.name: _column(self.stored, one.name) for one in table.written_fields}
        if name not in table.makers:
            return _value(written.get(name)), None, (), 0
        if name in table.open_fields and self.stored is None:
            return None, None, (), 0
        there = {key: column for key, column in written.items() if column is not None}
        block = Block(np.array([self.row], np.int64), table.makers, there)
        self.ear.emptied()
        column = block.column(name)
        unheard = self.ear.unheard
        return _value(column), block, self.ear.emptied(), unheard

    def _sentence(self) -> str:
        name, home = self.about.name, self._home
        if name in {field.name for field in self.table.written_fields}:
            return BY_THE_MODEL
        for key in home.foreign_keys:
            if name in key.fields:
                return f"the key of the row's parent in {key.reference.table or home.name}"
        generator = self.about.generator
        if generator is not None:
            return f"made by the generator {generator.kind}"
        if self.about.constraints.enum is not None:
            return "one of the enum's values"
        return f"made from the field's {'format' if self.about.format else 'type and constraints'}"

    def _drawn(self, draw: Draw) -> Drawn:
        table, field, *purpose = draw.stream if len(draw.stream) > 1 else UNNAMED
        return Drawn(
            table=table,
            field=field,
            purpose=" ".join(part for part in purpose if part),
            row=draw.row,
            attempt=draw.attempt,
            word=f"{draw.word:016x}",
            uniform=draw.uniform,
        )

    def _used(self, block: Block | None) -> dict[str, Any] | None:
        """Other cells of the row that were made or read on the way."""
        if block is None:
            return None
        names = [name for name in block.made() if name != self.about.name]
        return {name: _value(block.column(name)) for name in names} or None

    def _followed(self, block: Block) -> Iterator[Followed]:
        """The parents' rows that the cell was made with, and which of their cells."""
        for name, kin in block.kin():
            child, _, number = name.rpartition(".")
            key = self.schema.table(child).foreign_keys[int(number)]
            place = kin.places[0].as_py()
            used = [] if place is None else kin.block.made()
            yield Followed(
                table=key.reference.table or child,
                key=key.fields,
                row=None if place is None else int(kin.block.rows[place]),
                used={column: _plain(kin.block.column(column), place) for column in used},
            )

    def _empty(self, value: Any) -> dict[str, Any] | None:
        about = self.about
        if not about.may_be_null:
            return None
        said = {"null_when": about.null_when, "null_fraction": about.null_fraction}
        return {
            "is_empty": value is None,
            **{key: given for key, given in said.items() if given is not None},
        }


def _column(stored: pa.Table | None, name: str) -> pa.Array | None:
    return None if stored is None else stored.column(name).combine_chunks()


def _value(column: pa.Array | None) -> Any:
    """The cell as JSON has it."""
    return None if column is None else _plain(column, 0)


def _plain(column: pa.Array, place: int) -> Any:
    import pyarrow as pa

    return json_rows(pa.table({"cell": column.slice(place, 1)}))[0]["cell"]
