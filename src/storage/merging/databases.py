"""All tables of a dataset in one SQLite file, or in one SQL script."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from ...interchange.ddl_out import export_ddl
from ..formats.columns import framed, refuse_nan
from ..formats.sql_rows import COPY_END, columns, copy_lines, inserts, quoted, sql_text

if TYPE_CHECKING:
    from ...core.models import DataSchema, TableDefinition
    from ..formats.packing import Sink

EXACT_DIGITS = 15
"""Of a decimal that SQLite's floating-point number gives back as it was. A column with a longer one
is text: digit by digit what was made, and ordered as text."""
_INEXACT = 10**EXACT_DIGITS
_BATCH_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Loading:
    """A table and its rows, which are asked for once."""

    definition: TableDefinition
    tables: Iterable[pa.Table]
    long_decimals: frozenset[str] = frozenset()


def write_sqlite(path: Path, schema: DataSchema, loadings: Sequence[Loading]) -> None:
    """A new database with types, keys and an index for each foreign key.

    Parents come before children. The same rows give the same bytes for one version of SQLite.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Nobody sees the file before it is whole: a crash leaves nothing to recover.
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript("BEGIN;\n" + _ddl(schema, loadings))
        for loading in loadings:
            _load(database, loading)
        for statement in _indexes(loadings):
            database.execute(statement)
        database.execute("COMMIT")


def _ddl(schema: DataSchema, loadings: Sequence[Loading]) -> str:
    as_text = {(one.definition.name, name) for one in loadings for name in one.long_decimals}
    return export_ddl(schema, "sqlite", as_text=frozenset(as_text)).text


def _load(database: sqlite3.Connection, loading: Loading) -> None:
    statement = ""
    for table in loading.tables:
        if not statement:
            places = ", ".join("?" * table.num_columns)
            into = f"{quoted(loading.definition.name)} ({columns(table.column_names)})"
            statement = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608 - names are quoted
        for start in range(0, table.num_rows, _BATCH_ROWS):
            database.executemany(statement, _values(table.slice(start, _BATCH_ROWS)))


def _values(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Rows of what SQLite stores."""
    frame = framed(table)
    refuse_nan(frame)
    # Where `ddl_out` gives a decimal NUMERIC affinity, its text becomes a number.
    texts = [
        sql_text(frame, name)
        for name, kind in frame.schema.items()
        if kind.is_temporal() or kind.is_decimal()
    ]
    return zip(*(column.to_list() for column in frame.with_columns(texts)), strict=True)


def long_decimals(tables: Iterable[pa.Table]) -> frozenset[str]:
    """The columns with decimals of more than `EXACT_DIGITS` digits; the rows are read for it."""
    return frozenset(name for table in tables for name in _long(framed(table)))


def _long(frame: pl.DataFrame) -> Iterator[str]:
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.Decimal):
            largest = frame[name].abs().max()
            if largest is not None and Decimal(str(largest)).scaleb(kind.scale) >= _INEXACT:
                yield name


def write_sqlite_script(out: Sink, schema: DataSchema, loadings: Sequence[Loading]) -> None:
    """DDL and INSERT statements that `sqlite3 FILE < script.sql` loads."""
    out.write(b"PRAGMA foreign_keys = OFF;\nBEGIN;\n")
    out.write(_ddl(schema, loadings).encode())
    for loading in loadings:
        for text in inserts(loading.definition.name, _spelled(loading)):
            out.write(text)
    _finish(out, loadings)


def _spelled(loading: Loading) -> Iterable[pa.Table]:
    """The rows with the long decimals as text, so that no reader makes floats of them."""
    if not loading.long_decimals:
        return loading.tables
    text = pl.col(*loading.long_decimals).cast(pl.String)
    return (framed(table).with_columns(text).to_arrow() for table in loading.tables)


def write_postgres_script(out: Sink, schema: DataSchema, loadings: Sequence[Loading]) -> None:
    """DDL and COPY that `psql -f script.pg.sql` loads, all of it or nothing."""
    out.write(b"\\set ON_ERROR_STOP on\nSET client_encoding = 'UTF8';\n")
    out.write(b"SET datestyle = 'ISO';\nSET intervalstyle = 'iso_8601';\nBEGIN;\n")
    out.write(export_ddl(schema, "postgres").text.encode())
    for loading in loadings:
        names = columns([field.name for field in loading.definition.fields])
        out.write(f"COPY {quoted(loading.definition.name)} ({names}) FROM stdin;\n".encode())
        for text in copy_lines(loading.tables):
            out.write(text)
        out.write(COPY_END)
    _finish(out, loadings)


def _finish(out: Sink, loadings: Sequence[Loading]) -> None:
    for statement in _indexes(loadings):
        out.write(f"{statement};\n".encode())
    out.write(b"COMMIT;\n")


def _indexes(loadings: Sequence[Loading]) -> Iterator[str]:
    """One for each foreign key that its table's primary key does not begin with."""
    for loading in loadings:
        table = loading.definition
        for key in table.foreign_keys:
            if table.primary_key[: len(key.fields)] == key.fields:
                continue
            name = quoted("_".join([table.name, *key.fields, "index"]))
            yield f"CREATE INDEX {name} ON {quoted(table.name)} ({columns(list(key.fields))})"
