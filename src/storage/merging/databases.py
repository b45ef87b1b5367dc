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

from ...core.errors import InvalidArgument
from ...interchange.ddl_out import export_ddl
from ..formats.columns import plain, refuse_nan
from ..formats.sql_rows import COPY_END, columns, copy_lines, inserts, quoted, sql_text

if TYPE_CHECKING:
    from ...core.models import DataSchema, TableDefinition
    from ..formats.packing import Sink

EXACT_DIGITS = 15
"""Of a decimal that SQLite's floating-point number gives back as it was; longer ones are text."""
_BATCH_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Loading:
    """A table and its rows, which are asked for once."""

    definition: TableDefinition
    tables: Iterable[pa.Table]


def write_sqlite(path: Path, schema: DataSchema, loadings: Sequence[Loading]) -> None:
    """A new database with types, keys and an index for each foreign key.

    Parents come before children. The same rows give the same bytes for one version of SQLite.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Nobody sees the file before it is whole: a crash leaves nothing to recover.
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript("BEGIN;\n" + export_ddl(schema, "sqlite").text)
        for loading in loadings:
            _load(database, loading)
        for statement in _indexes(loadings):
            database.execute(statement)
        database.execute("COMMIT")


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
    refuse_nan(table)
    frame = pl.DataFrame(plain(table))
    _refuse_inexact(frame)
    # `ddl_out` gives a decimal NUMERIC affinity, so that its text becomes a number where exact.
    texts = [
        sql_text(frame, name)
        for name, kind in frame.schema.items()
        if kind.is_temporal() or kind.is_decimal()
    ]
    return zip(*(column.to_list() for column in frame.with_columns(texts)), strict=True)


def _refuse_inexact(frame: pl.DataFrame) -> None:
    """Raises: InvalidArgument: SQLite would round a decimal, as it has only floats for them."""
    for name, kind in frame.schema.items():
        if not isinstance(kind, pl.Decimal):
            continue
        largest = frame[name].abs().max()
        if largest is not None and Decimal(str(largest)).scaleb(kind.scale) >= 10**EXACT_DIGITS:
            raise InvalidArgument(
                f"the field {name} holds a decimal of more than {EXACT_DIGITS} digits, which "
                "SQLite would round",
                hint="write pg.sql, or a format that is no database",
            )


def write_sqlite_script(out: Sink, schema: DataSchema, loadings: Sequence[Loading]) -> None:
    """DDL and INSERT statements that `sqlite3 FILE < script.sql` loads."""
    out.write(b"PRAGMA foreign_keys = OFF;\nBEGIN;\n")
    out.write(export_ddl(schema, "sqlite").text.encode())
    for loading in loadings:
        for text in inserts(loading.definition.name, _exact(loading.tables)):
            out.write(text)
    _finish(out, loadings)


def _exact(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    for table in tables:
        _refuse_inexact(pl.DataFrame(plain(table)))
        yield table


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
