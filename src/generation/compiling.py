"""From a schema to a recipe, or to every reason why there is none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from ..core.errors import Problem
from ..core.models import DataSchema, FieldDefinition, Generation, TableDefinition
from . import structure
from .arrays import emptied
from .arrow_types import arrow_field
from .blocks import Maker
from .briefs import Brief, Refused
from .cells import happens
from .columns import build
from .pools import Pools
from .promises import TRIED, broken_promises
from .recipe import Recipe, TableRecipe
from .routing import MODEL_KINDS, written_by_model
from .tables.binding import Bound, bind, parents_of
from .tables.bonds import null_share
from .tables.fields import key_bond, key_cells
from .tables.graph import cycle_of, cycle_problems, graph_of, waiting, waiting_problems
from .tables.references import Dependencies, Names, Node


@dataclass(frozen=True, slots=True)
class Settings:
    """What a schema is compiled with; `rows` is None while no job has fixed them."""

    rows: Mapping[str, int] | None
    seed: int
    as_of: date
    pools: Pools
    generation: Generation

    def rows_of(self, table: TableDefinition) -> int | None:
        """As said; None where nobody did."""
        return table.rows if self.rows is None else self.rows.get(table.name, table.rows)


def compiled(schema: DataSchema, settings: Settings) -> tuple[Recipe | None, tuple[Problem, ...]]:
    """The recipe, or None and why."""
    problems = list(structure.problems_of(schema, settings.rows, settings.pools))
    paths = {table.name: structure.table_path(schema, n) for n, table in enumerate(schema.tables)}
    bound = bind(schema, settings.rows_of, settings.seed, paths)
    work = _Work(schema, settings, bound, paths)
    problems += [*bound.problems, *work.build()]
    tables = {name: work.recipe(name) for name in bound.order}
    sound = work.sound_tables(problems)
    for name, recipe in tables.items():
        if name in sound:
            tried = TRIED // work.width(name)
            problems += broken_promises(recipe, schema.table(name), paths[name], tried)
    if problems:
        # A locale that does not exist is one problem, not one per column.
        return None, tuple(dict.fromkeys(problems))
    return Recipe(schema, bound.order, tables), ()


@dataclass
class _Work:
    """The tables of one schema while their columns are built."""

    schema: DataSchema
    settings: Settings
    bound: Bound
    paths: Mapping[str, str]
    noted: Dependencies = field(default_factory=Dependencies)
    makers: dict[str, dict[str, Maker]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    graph: dict[Node, list[Node]] = field(default_factory=dict)
    waits: set[Node] = field(default_factory=set)

    def build(self) -> Iterator[Problem]:
        """Fills in the makers of what code makes; what is wrong with the fields."""
        self.makers |= {table.name: {} for table in self.schema.tables}
        for number, table in enumerate(self.schema.tables):
            at = structure.table_path(self.schema, number)
            for place, one in enumerate(table.fields):
                path = f"{at}fields[{place}]"
                yield from structure.field_problems(one, path)
                yield from self._field(table, one, path)
        self.graph = graph_of(self.schema, self.noted)
        self.waits = waiting(self.graph, self._written())
        yield from cycle_problems(self.schema, self.graph, self.paths)
        yield from waiting_problems(self.schema, self.graph, self.waits, self.noted, self.paths)

    def brief(self, table: TableDefinition, field: FieldDefinition) -> Brief:
        given, schema = self.settings, self.schema
        links, rows = self.bound.links, self.bound.rows.get(table.name, 0)
        names = Names(schema, table, links, self.makers, self.noted, reader=field.name)
        return Brief(field, table, rows, given.seed, schema.locale, given.as_of, given.pools, names)

    def _field(self, table: TableDefinition, field: FieldDefinition, at: str) -> Iterator[Problem]:
        if (table.name, field.name) in self._written():
            return
        try:
            made = _built(self.brief(table, field), self.settings.generation)
            self.makers[table.name][field.name] = made
        except Refused as refused:
            self.refused.add(table.name)
            yield refused.problem(at)

    def _written(self) -> set[Node]:
        return {
            (table.name, field.name)
            for table in self.schema.tables
            for field in written_by_model(table, self.settings.generation)
        }

    def recipe(self, name: str) -> TableRecipe:
        table = self.schema.table(name)
        written = written_by_model(table, self.settings.generation)
        follow = {field for owner, field in self.waits if owner == name}
        return TableRecipe(
            name=name,
            row_count=self.bound.rows.get(name, 0),
            fields=table.fields,
            arrow_schema=pa.schema([arrow_field(field) for field in table.fields]),
            makers=self.makers[name],
            model_fields=written,
            open_fields=frozenset(follow - {field.name for field in written}),
        )

    def sound_tables(self, problems: Collection[Problem]) -> set[str]:
        """Tables whose cells can be looked at: all of them where nothing is wrong, else those
        that stand alone and are right by themselves."""
        if cycle_of(self.graph):
            return set()
        whole = {
            t.name for t in self.schema.tables if self._is_known(t) and t.name not in self.refused
        }
        if not problems:
            return whole
        return {
            name
            for name in whole
            if structure.is_sound(self.schema.table(name)) and self._stands_alone(name)
        }

    def _is_known(self, table: TableDefinition) -> bool:
        """Whether all its parents are found."""
        return len(self.bound.links.get(table.name, {})) == len(table.foreign_keys)

    def _stands_alone(self, name: str) -> bool:
        nodes = [node for node in self.graph if node[0] == name]
        return all(other[0] == name for node in nodes for other in self.graph[node])

    def width(self, name: str) -> int:
        """Descendants that one row sums up, over all levels; at least 1."""
        widest = 1
        rows = max(self.bound.rows.get(name, 0), 1)
        for table, _ in {o for n in self.graph if n[0] == name for o in self.graph[n]}:
            if name in parents_of(self.schema, table):
                share = -(-self.bound.rows.get(table, 0) // rows)
                widest = max(widest, share * self.width(table))
        return widest


def _built(brief: Brief, generation: Generation) -> Maker:
    generator = brief.field.generator
    if generator is not None and generator.kind in MODEL_KINDS:
        raise _no_model(brief, generation)
    bond = key_bond(brief)
    # Whether a key is empty is decided with its parent.
    return key_cells(brief, bond) if bond is not None else _with_nulls(build(brief), brief)


def _no_model(brief: Brief, generation: Generation) -> Refused:
    kind = brief.generator.kind
    if generation == "local":
        hint = "set GEMINI_API_KEY and use generation auto, or give it another generator, e.g. text"
        return Refused("generator.kind", "needs_model", f"{kind} needs the language model", hint)
    hint = "use sequence, pattern or uuid for what must be unique"
    message = f"what a model writes ({kind}) cannot be promised to be unique"
    return Refused("constraints.unique", "unique_not_possible", message, hint)


def _with_nulls(maker: Maker, brief: Brief) -> Maker:
    fraction = null_share(brief.field)
    if not fraction or brief.constraints.required:
        return maker
    key = brief.key("null")
    return lambda block: emptied(maker(block), happens(key, block.rows, fraction))
