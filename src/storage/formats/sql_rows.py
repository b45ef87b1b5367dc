"""Rows as the text of SQL: INSERT statements, or what COPY reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl
import pyarrow as pa

from ...core.errors import InvalidArgument
from ..merging.batches import regrouped
from .columns import as_text, framed, is_quoted, refuse_nan
from .json_format import joined

ROWS_A_STATEMENT = 500
"""Of an INSERT: enough that statements cost nothing, few enough for any database's limits."""
_BATCH = 100 * ROWS_A_STATEMENT
COPY_END = b"\\.\n"
# COPY's text format escapes these; the backslash itself first.
_COPY_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def columns(names: list[str]) -> str:
    return ", ".join(map(quoted, names))


def inserts(name: str, tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """Statements of `ROWS_A_STATEMENT` rows, whatever the tables' sizes."""
    for table in regrouped(tables, _BATCH):
        frame = _frame(table)
        begin = f"INSERT INTO {quoted(name)} ({columns(frame.columns)}) VALUES\n"
        cells = [
            part
            for column in frame.columns
            for part in (pl.lit(", "), _literal(frame, column).fill_null("NULL"))
        ][1:]
        row = pl.int_range(pl.len()) % ROWS_A_STATEMENT
        is_last = (row == ROWS_A_STATEMENT - 1) | (pl.int_range(pl.len()) == pl.len() - 1)
        before = pl.when(row == 0).then(pl.lit(begin + "(")).otherwise(pl.lit("("))
        after = pl.when(is_last).then(pl.lit(");\n")).otherwise(pl.lit("),\n"))
        yield joined(frame.select(pl.concat_str([before, *cells, after]).alias("c"))["c"])


def copy_lines(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """Lines for COPY … FROM stdin, without `COPY_END`."""
    for table in tables:
        frame = _frame(table)
        cells = [
            part
            for column in frame.columns
            for part in (pl.lit("\t"), _copied(frame, column).fill_null("\\N"))
        ][1:]
        line = pl.concat_str([*cells, pl.lit("\n")]).alias("c")
        yield joined(frame.select(line)["c"])


def _frame(table: pa.Table) -> pl.DataFrame:
    """Raises: InvalidArgument: a cell that SQL cannot say."""
    frame = framed(table)
    refuse_nan(frame)
    for name, kind in frame.schema.items():
        if kind == pl.String and frame[name].str.contains("\0", literal=True).any():
            raise InvalidArgument(
                f"the field {name} holds a NUL character, which no SQL script can",
                hint="write sqlite, or a format that is no SQL",
            )
    return frame


def sql_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column as databases read it: a moment has a space where ISO 8601 has a T."""
    text = as_text(frame, name)
    if isinstance(frame.schema[name], pl.Datetime):
        return text.str.replace("T", " ", literal=True)
    return text


def _literal(frame: pl.DataFrame, name: str) -> pl.Expr:
    text = sql_text(frame, name)
    if not is_quoted(frame.schema[name]):
        return text
    if frame.schema[name] == pl.String:
        text = text.str.replace_all("'", "''", literal=True)
        # sqlite3's shell drops a carriage return that stands before the end of a line.
        text = text.str.replace_all("\r\n", "\r'||'\n", literal=True)
    return pl.concat_str([pl.lit("'"), text, pl.lit("'")])


def _copied(frame: pl.DataFrame, name: str) -> pl.Expr:
    text = sql_text(frame, name)
    if frame.schema[name] == pl.Duration:
        # PostgreSQL wants the sign of a negative interval before each of its numbers.
        signed = text.str.strip_prefix("-").str.replace_all(r"([0-9.]+)", "-${1}")
        return pl.when(text.str.starts_with("-")).then(signed).otherwise(text)
    if frame.schema[name] == pl.String:
        for found, written in _COPY_ESCAPES:
            text = text.str.replace_all(found, written, literal=True)
    return text
