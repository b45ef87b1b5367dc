"""Every reason why a schema cannot be made, at once; and the schema with each of them mended."""

from __future__ import annotations

from collections.abc import Mapping
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

ROWS_MISSING = "rows_missing"
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
    """Empty where the schema compiles; with `rows` None, unique fields count the schema's own."""
    _, problems = compiled(schema, Settings(rows, 0, as_of, pools, generation))
    return problems


def mended_schema(
    document: Mapping[str, Any],
    *,
    row_count: int | None,
    pools: Pools,
    as_of: date,
    generation: Generation = "local",
) -> DataSchema | None:
    """The schema that the document becomes once every problem's fix is applied.

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
        return tuple(one for one in found if not (may_be_open and one.code == ROWS_MISSING))

    found = mended(canonical, judge, menders_of)
    return parse_schema(found) if found is not None else None
