"""From a schema to a recipe, or to every reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from .promises import broken_promises
from .recipe import Recipe, TableRecipe
from .registry import needs
from .routing import MODEL_KINDS, written_by_model
from .tables.references import Dependencies, Names

DEFAULT_NULLS = 0.1
"""The share of empty cells where a field is only said to be nullable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a schema is compiled with; `rows` is None while no job has fixed them."""

    rows: Mapping[str, int] | None
    seed: int
    as_of: date
    pools: Pools
    generation: Generation

    def rows_of(self, table: TableDefinition) -> int:
        declared = table.rows or 0
        return declared if self.rows is None else self.rows.get(table.name, declared)


def compiled(schema: DataSchema, settings: Settings) -> tuple[Recipe | None, tuple[Problem, ...]]:
    """The recipe, or None and why."""
    problems = list(structure.problems_of(schema, settings.rows, settings.pools))
    tables: dict[str, TableRecipe] = {}
    every: dict[str, dict[str, Maker]] = {table.name: {} for table in schema.tables}
    dependencies: Dependencies = {}
    for number, table in enumerate(schema.tables):
        at = structure.table_path(schema, number)
        names = Names(schema, table, {}, every, dependencies, "")
        makers = every[table.name]
        refused = _make(schema, table, settings, at, names)
        tables[table.name] = recipe = _recipe(table, settings, makers)
        problems += refused
        if not refused and structure.is_sound(table):
            problems += broken_promises(recipe, table, at)
    if problems:
        # A locale that does not exist is one problem, not one per column.
        return None, tuple(dict.fromkeys(problems))
    return Recipe(schema, tuple(tables), tables), ()


def _make(
    schema: DataSchema, table: TableDefinition, settings: Settings, at: str, names: Names
) -> list[Problem]:
    """Fills in the makers of what code makes; what is wrong with the fields."""
    written = {field.name for field in written_by_model(table, settings.generation)}
    makers = names.makers[table.name]
    problems: list[Problem] = []
    rows, seed, as_of, pools = (
        settings.rows_of(table),
        settings.seed,
        settings.as_of,
        settings.pools,
    )
    for number, field in enumerate(table.fields):
        path = f"{at}fields[{number}]"
        problems += structure.field_problems(field, path)
        knows = names.read_by(field.name)
        brief = Brief(field, table, rows, seed, schema.locale, as_of, pools, knows)
        try:
            if field.name not in written:
                makers[field.name] = _with_nulls(_built(brief, settings.generation), brief)
        except Refused as refused:
            problems.append(refused.problem(path))
    return problems


def _recipe(table: TableDefinition, settings: Settings, makers: Mapping[str, Maker]) -> TableRecipe:
    model_fields = written_by_model(table, settings.generation)
    return TableRecipe(
        name=table.name,
        row_count=settings.rows_of(table),
        fields=table.fields,
        arrow_schema=pa.schema([arrow_field(field) for field in table.fields]),
        makers=makers,
        model_fields=model_fields,
        open_fields=frozenset(_following(table, {field.name for field in model_fields})),
    )


def _built(brief: Brief, generation: Generation) -> Maker:
    generator = brief.field.generator
    if generator is not None and generator.kind in MODEL_KINDS:
        raise _no_model(brief, generation)
    return build(brief)


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


def null_share(field: FieldDefinition) -> float:
    if field.null_fraction is not None:
        return field.null_fraction
    return DEFAULT_NULLS if field.nullable else 0.0


def _following(table: TableDefinition, written: set[str]) -> Iterator[str]:
    """Code-made fields that follow from what a model writes, directly or through others."""
    reached = set(written)
    for _ in table.fields:
        reached |= {f.name for f in table.fields if reached.intersection(needs(f))}
    yield from reached - written
