"""Short ways from a text to a schema, to rows, into a database."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from src.core.errors import Problem
from src.core.models import DataSchema, FieldDefinition
from src.core.parsing import parse_schema
from src.data import load_pools
from src.generation.checks import check_schema
from src.generation.compiling import compile_schema
from src.interchange.ddl_out import export_ddl
from src.interchange.importing import import_schema
from src.interchange.notes import Imported
from src.storage.formats.csv_format import encode
from src.utils.validators import exact_places

SCHEMAS = Path(__file__).parent / "schemas"
TODAY = date(2026, 1, 31)
POOLS = load_pools()


def taken(text: str, source: Any = None, **options: Any) -> Imported:
    return import_schema(text, source, today=TODAY, **{"name": "things", **options})


def fields(found: Imported, table: str | None = None) -> dict[str, dict[str, Any]]:
    tables = found.document.get("tables", [found.document])
    one = next(t for t in tables if table in (None, t["name"]))
    return {field["name"]: field for field in one["fields"]}


def said(notes: tuple[Any, ...]) -> str:
    return "\n".join(map(str, notes))


def parsed(found: Imported) -> DataSchema:
    return parse_schema(found.document)


def rows_of(schema: DataSchema) -> dict[str, int]:
    return {table.name: 60 if table.rows is None else table.rows for table in schema.tables}


def problems(schema: DataSchema) -> tuple[Problem, ...]:
    return check_schema(schema, rows=rows_of(schema), pools=POOLS, as_of=TODAY)


def made(schema: DataSchema) -> dict[str, pa.Table]:
    recipe = compile_schema(
        schema, rows=rows_of(schema), seed=7, as_of=TODAY, pools=POOLS, generation="local"
    )
    return {name: one.make(0, one.row_count) for name, one in recipe.tables.items()}


def loaded(schema: DataSchema, tables: Mapping[str, pa.Table]) -> sqlite3.Connection:
    """The tables' CSV in a SQLite database that has our DDL, keys and checks enforced."""
    base = sqlite3.connect(":memory:")
    base.execute("PRAGMA foreign_keys = ON")
    base.executescript(export_ddl(schema, "sqlite").text)
    base.execute("BEGIN")
    base.execute("PRAGMA defer_foreign_keys = ON")
    for name, table in tables.items():
        header, *rows = csv.reader(io.StringIO(encode(table).decode(), newline=""))
        places = ", ".join("?" * len(header))
        filled = [[cell if cell != "" else None for cell in row] for row in rows]
        base.executemany(f'INSERT INTO "{name}" VALUES ({places})', filled)
    base.commit()
    return base


def shape(schema: DataSchema) -> dict[str, Any]:
    """What a round trip must keep: types, formats, constraints, nulls, keys, rows."""
    return {
        table.name: {
            "fields": {field.name: _shape(field, table.primary_key) for field in table.fields},
            "primary_key": table.primary_key,
            "keys": {(key.fields, key.reference) for key in table.foreign_keys},
        }
        for table in schema.tables
    }


def _shape(field: FieldDefinition, primary: tuple[str, ...]) -> dict[str, Any]:
    given = field.constraints.model_dump(exclude={"required"}, exclude_none=True)
    return {
        "type": field.type,
        "format": field.format,
        "constraints": given,
        "nullable": field.may_be_null and field.name not in primary,
        "places": exact_places(field),
        "inner": [_shape(one, ()) for one in field.fields],
        "items": _shape(field.items, ()) if field.items else None,
    }
