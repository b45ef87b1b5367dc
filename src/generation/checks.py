"""Every reason why a schema cannot be made, at once; and the schema with each of them mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from ..core.errors import InvalidSchema, Problem
from ..core.models import DataSchema, Generation
from ..core.parsing import parse_schema
from ..core.spelling import normalise
from .compiling import Settings, compiled
from .mending.menders import menders_of
from .mending.search import Document, mended
from .pools import Pools
from .promises import TRIED
from .recipe import Recipe

ROWS_MISSING = "rows_missing"
TRIED_FIELDS, TRIED_SEEDS = 40, 8
"""Columns that are built for the sake of other seeds."""
TRIED_ROWS = 100_000
"""Beyond so many in all tables, counting the children of each parent costs too much."""
TABLED = frozenset({"tables", "resources", "fields", "columns"})
"""Any of these is the way to a first field."""


def check_schema(
    schema: DataSchema,
    *,
    rows: Mapping[str, int] | None,
    pools: Pools,
    as_of: date,
    generation: Generation = "local",
) -> tuple[Problem, ...]:
    """Empty where the schema compiles; with `rows` None, unique fields count the schema's own.

    A job has a seed of its own: of few rows so many other seeds are tried that what breaks a
    promise now and then is seen.
    """
    settings = Settings(rows, 0, as_of, pools, generation)
    recipe, problems = compiled(schema, settings)
    for seed in range(1, 0 if recipe is None else _seeds(recipe)):
        problems = problems or compiled(schema, replace(settings, seed=seed))[1]
    return problems


def _seeds(recipe: Recipe) -> int:
    """With how many a schema is tried: `TRIED` rows of its smallest table, if that costs little."""
    rows = [table.row_count for table in recipe.tables.values() if table.row_count]
    if not rows or sum(rows) > TRIED_ROWS:
        return 1
    fields = sum(len(table.fields) for table in recipe.tables.values())
    return min(-(-TRIED // min(rows)), max(TRIED_FIELDS // fields, 1), TRIED_SEEDS)


def mended_schema(
    document: Mapping[str, Any],
    *,
    row_count: int | None,
    pools: Pools,
    as_of: date,
    generation: Generation = "local",
    refuted: Callable[[DataSchema], tuple[Problem, ...]] = lambda _: (),
) -> DataSchema | None:
    """The schema that the document becomes once every problem's fix is applied.

    `refuted` says which expectations a schema that compiles will not meet: they are taken out.
    `row_count` stands in the mended schema, which may have become several tables; without it, the
    rows of a single table may stay open. None where nothing was wrong, or no fix was found.
    """
    if not TABLED & document.keys():
        document = {**document, "fields": []}
    canonical = normalise(document)
    tables = canonical.get("tables")
    is_single = isinstance(tables, list) and len(tables) == 1 and isinstance(tables[0], dict)
    if row_count is not None and is_single:
        canonical["tables"] = [{**tables[0], "rows": row_count}]

    def judge(tried: Document) -> tuple[Problem, ...]:
        try:
            schema = parse_schema(tried)
        except InvalidSchema as exc:
            return exc.problems
        rows = {table.name: table.rows for table in schema.tables if table.rows is not None}
        day = schema.as_of or as_of
        found = check_schema(schema, rows=rows, pools=pools, as_of=day, generation=generation)
        may_be_open = len(schema.tables) == 1
        left = tuple(one for one in found if not (may_be_open and one.code == ROWS_MISSING))
        return left or (() if found else refuted(schema))

    found = mended(canonical, judge, menders_of)
    return parse_schema(found) if found is not None else None
