"""From a schema to a recipe, or to every reason why there is none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pyarrow as pa

from ..core.errors import InvalidSchema, Problem
from ..core.kinds import FixedCombinations
from ..core.models import DataSchema, FieldDefinition, Generation, TableDefinition
from . import structure
from .arrow_types import arrow_field
from .briefs import Brief
from .columns import build
from .draws.blocks import Maker
from .pooled import places
from .pools import Pools
from .promises import TRIED, broken_promises, listed_problems
from .recipe import Recipe, TableRecipe
from .refusals import Refused
from .routing import MODEL_KINDS, by_pool, by_row, written_by_model
from .rules.binding import Rules, bind_rules
from .rules.nulls import Emptiness
from .rules.together import bind_unique
from .tables.binding import Bound, bind
from .tables.bonds import is_unique, null_share
from .tables.fields import key_bond, key_cells
from .tables.graph import (
    cycle_of,
    cycle_problems,
    depth_problems,
    depths_of,
    graph_of,
    reach_of,
    waiting,
    waiting_problems,
)
from .tables.references import Dependencies, Names, Node

LEAST_FILLED = 0.05
"""Where fewer cells than this share are filled, no more rows are looked at for it."""
SUMMED = 50_000
"""Rows of other tables that are looked at when compiling, for each field that sums them up."""


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


def compile_schema(
    schema: DataSchema,
    *,
    rows: Mapping[str, int],
    seed: int,
    as_of: date,
    pools: Pools,
    generation: Generation = "local",
) -> Recipe:
    """Raises: InvalidSchema: with every problem at once."""
    recipe, problems = compiled(schema, Settings(rows, seed, as_of, pools, generation))
    if recipe is None:
        raise InvalidSchema(problems)
    return recipe


def compiled(schema: DataSchema, settings: Settings) -> tuple[Recipe | None, tuple[Problem, ...]]:
    """The recipe, or None and why."""
    if too_large := structure.too_large(schema):
        return None, too_large
    problems = list(structure.problems_of(schema, settings.rows, settings.pools))
    paths = {table.name: structure.table_path(schema, n) for n, table in enumerate(schema.tables)}
    bound = bind(schema, settings.rows_of, settings.seed, paths)
    work = _Work(schema, settings, bound, paths)
    problems += [*bound.problems, *work.build()]
    tables = {name: work.recipe(name) for name in bound.order}
    for name in work.sound_tables(problems):
        tried = work.tried(name)
        problems += broken_promises(tables[name], schema.table(name), paths[name], tried)
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
    empty: dict[Node, Emptiness] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    graph: dict[Node, list[Node]] = field(default_factory=dict)
    waits: set[Node] = field(default_factory=set)

    def build(self) -> Iterator[Problem]:
        """Fills in the makers of what code makes; what is wrong with the fields."""
        self.makers |= {table.name: {} for table in self.schema.tables}
        for number, table in enumerate(self.schema.tables):
            at = structure.table_path(self.schema, number)
            rules = self._rules(table, at)
            yield from rules.problems
            for place, one in enumerate(table.fields):
                path = f"{at}fields[{place}]"
                yield from structure.field_problems(one, path)
                yield from self._listed(table, one, path)
                yield from self._field(table, one, path, rules)
        self.graph = graph_of(self.schema, self.noted)
        self.waits = waiting(self.graph, self._written)
        yield from cycle_problems(self.schema, self.graph, self.paths)
        if not cycle_of(self.graph):
            yield from depth_problems(self.schema, depths_of(self.graph), self.paths)
        yield from waiting_problems(self.schema, self.graph, self.waits, self.noted, self.paths)

    def _listed(
        self, table: TableDefinition, field: FieldDefinition, path: str
    ) -> Iterator[Problem]:
        rules = (rule for rule in table.rules if isinstance(rule, FixedCombinations))
        if any(field.name in rule.fields for rule in rules):
            return  # its own generator is not asked
        for problem in listed_problems(field, path):
            self.refused.add(table.name)
            yield problem

    def brief(self, table: TableDefinition, field: FieldDefinition) -> Brief:
        given, schema = self.settings, self.schema
        bound, rows = self.bound, self.bound.rows.get(table.name, 0)
        names = Names(schema, table, bound.links, self.makers, self.noted, field.name, bound.bonds)
        return Brief(field, table, rows, given.seed, schema.locale, given.as_of, given.pools, names)

    def _rules(self, table: TableDefinition, at: str) -> Rules:
        """The table's rules, bound; fields whose cells come from elsewhere are left alone."""
        briefs = {field.name: self.brief(table, field) for field in table.fields}
        fixed = {
            name: "is filled with its parents' keys"
            for name, brief in briefs.items()
            if key_bond(brief) is not None
        }
        written = written_by_model(table, self.settings.generation)
        fixed |= {field.name: "is written by the language model" for field in written}
        rules = bind_rules(table, briefs, fixed, at)
        self._bind_primary_key(table, rules)
        if rules.problems:
            self.refused.add(table.name)
        return rules

    def _bind_primary_key(self, table: TableDefinition, rules: Rules) -> None:
        """Of several plain fields: then unique together as if a rule said so."""
        key, bonds = table.primary_key, self.bound.bonds[table.name]
        plain = {field.name for field in table.fields} - rules.site.fixed.keys()
        if len(key) < 2 or not plain.issuperset(key) or is_unique(table, bonds, frozenset(key)):
            return
        try:
            bind_unique(rules.site, key, [f"primary_key[{number}]" for number in range(len(key))])
        except Refused as refused:
            at = refused.at or "primary_key"
            rules.site.refuse(at, refused.code, refused.message, refused.hint)

    def _field(
        self, table: TableDefinition, field: FieldDefinition, at: str, rules: Rules
    ) -> Iterator[Problem]:
        brief = self.brief(table, field)
        try:
            if (table.name, field.name) in self._written:
                self.empty[table.name, field.name] = rules.emptiness(brief)
            else:
                made = _built(brief, self.settings.generation, rules)
                self.makers[table.name][field.name] = made
        except Refused as refused:
            self.refused.add(table.name)
            yield refused.problem(at)

    @cached_property
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
        blanks = {
            node: empty
            for node, empty in self.empty.items()
            if node[0] == name and not empty.is_never
        }
        return TableRecipe(
            name=name,
            row_count=self.bound.rows.get(name, 0),
            fields=table.fields,
            arrow_schema=pa.schema([arrow_field(field) for field in table.fields]),
            makers=self.makers[name],
            model_fields=by_row(written),
            pool_fields=by_pool(written),
            open_fields=frozenset(follow - {field.name for field in written}),
            draws={field.name: places(self.brief(table, field)) for field in by_pool(written)},
            blanks={node[1]: empty.cells for node, empty in blanks.items()},
            open_blanks=frozenset(
                node[1] for node in blanks if self.waits.intersection(self.graph.get(node, ()))
            ),
        )

    def sound_tables(self, problems: Collection[Problem]) -> list[str]:
        """Tables whose cells can be looked at: all of them where nothing is wrong, else those
        that stand alone and are right by themselves."""
        if any(problem.code in ("cycle", "chain_too_long") for problem in problems):
            return []
        right = [table for table in self.schema.tables if table.name not in self.refused]
        if problems:
            right = [t for t in right if structure.is_sound(t) and self._stands_alone(t.name)]
        return [table.name for table in right if self._is_known(table)]

    def _is_known(self, table: TableDefinition) -> bool:
        """Whether all its parents are found."""
        return len(self.bound.links.get(table.name, {})) == len(table.foreign_keys)

    def _stands_alone(self, name: str) -> bool:
        nodes = [node for node in self.graph if node[0] == name]
        return all(other[0] == name for node in nodes for other in self.graph[node])

    def tried(self, name: str) -> dict[str, int]:
        """On how many rows each field of a table is looked at: few, where a cell sums up many, and
        more, where many a cell is empty."""
        return {
            field.name: min(
                int(TRIED / max(1 - null_share(field), LEAST_FILLED)),
                SUMMED // self._reach[name, field.name],
            )
            for field in self.schema.table(name).fields
        }

    @cached_property
    def _reach(self) -> dict[Node, int]:
        return reach_of(self.graph, self._children)

    def _children(self, parent: str, child: str) -> int:
        if not any(bond.parent.name == parent != child for bond in self.bound.bonds[child]):
            return 1
        rows = self.bound.rows
        return max(-(-rows.get(child, 0) // max(rows.get(parent, 0), 1)), 1)


def _built(brief: Brief, generation: Generation, rules: Rules) -> Maker:
    generator = brief.field.generator
    if generator is not None and generator.kind in MODEL_KINDS:
        raise _no_model(brief, generation)
    bond = key_bond(brief)
    # Whether a key is empty is decided with its parent.
    return key_cells(brief, bond) if bond is not None else rules.finished(brief, build)


def _no_model(brief: Brief, generation: Generation) -> Refused:
    kind = brief.generator.kind
    if generation == "local":
        hint = "set GEMINI_API_KEY and use generation auto, or give it another generator, e.g. text"
        return Refused("generator.kind", "needs_model", f"{kind} needs the language model", hint)
    hint = "use sequence, pattern or uuid for what must be unique"
    message = f"what a model writes ({kind}) cannot be promised to be unique"
    return Refused("constraints.unique", "unique_not_possible", message, hint)
