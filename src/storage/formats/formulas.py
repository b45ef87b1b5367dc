"""Cells that a spreadsheet would run: found, made harmless, and restored.

A cell is dangerous that begins with `=`, `@`, TAB, CR or LF, or with `+` or `-` unless the whole of
it is a number or a phone number, or with the full-width form of `=`, `@`, `+` or `-`, which some
spreadsheets take for the same (OWASP, "CSV Injection"). Harmless it becomes by an apostrophe in
front.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

_WIDE = "\uff1d\uff20\uff0b\uff0d"
"""Full-width `=`, `@`, `+`, `-`."""
_BEGINS = b"=@\t\r\n+-\xef"
"""The first bytes of dangerous cells, in UTF-8."""

# For one cell, by polars (Rust's linear-time regex). `plain` is what may follow a sign.
_DANGEROUS = rf"\A[=@\t\r\n+\-{_WIDE}]"
_PLAIN = r"\A(?:[+\-](?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?|\+[0-9][0-9 ()./\-]*)\z"

# For CSV text as csv_format writes it, by RE2: where a cell that is not quoted begins with a sign
# and does not end after a number or a phone number, or any cell begins with the other characters.
# It may see danger where there is none (a newline inside quotes, a negative duration), never the
# other way round: it only decides whether a closer look is needed.
_PHONE_GOES_ON = r"\+(?:[^0-9]|[0-9][0-9 ()./\-]*[^0-9 ()./\-,\n])"
_EXPONENT_GOES_ON = r"e(?:[^0-9+\-]|[+\-][^0-9]|[+\-]?[0-9]+[^0-9,\n])"
_NUMBER_GOES_ON = (
    r"-(?:[^0-9]|[0-9]+(?:[^0-9.e,\n]|\.[0-9]*[^0-9e,\n]|(?:\.[0-9]*)?" + _EXPONENT_GOES_ON + "))"
)
_BEGINS_WITH = rf'[=@\t\r{_WIDE}]|"[=@\t\r\n+\-{_WIDE}]'
_SUSPECT = rf"[,\n](?:{_BEGINS_WITH}|{_PHONE_GOES_ON}|{_NUMBER_GOES_ON})"


def suspect(rows: bytes, start: int) -> bool:
    """Whether CSV text may hold a dangerous cell; byte `start` is the newline before a row.

    One pass of a finite automaton over the bytes, some 700 MB/s: a chunk without such cells, which
    is nearly every chunk, is never decoded.
    """
    return _suspect().search(rows, start) is not None


@cache
def _suspect() -> Any:
    import re2

    return re2.compile(_SUSPECT.encode())


def neutralised(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The rows with their string cells harmless, and how many were not."""
    columns = [column for column in frame if column.dtype == pl.String]
    changed, count = _rewritten(
        columns, _BEGINS, _is_dangerous, lambda cell: pl.concat_str([pl.lit("'"), cell])
    )
    return frame.with_columns(changed), count


def restored(table: pa.Table) -> pa.Table:
    """`neutralised` undone. A cell that began with an apostrophe before such text loses it."""
    columns = [
        pl.Series(field.name, table[field.name])
        for field in table.schema
        if pa.types.is_string(field.type)
    ]
    changed, _ = _rewritten(columns, b"'", _is_neutralised, lambda cell: cell.str.strip_prefix("'"))
    for column in changed:
        place = table.schema.get_field_index(column.name)
        field = table.schema.field(place)
        table = table.set_column(place, field, column.to_arrow().cast(field.type))
    return table


def neutralised_header(names: list[str]) -> tuple[list[str], int]:
    frame = pl.DataFrame({"name": names}, schema={"name": pl.String})
    dangerous = frame.select(_is_dangerous(pl.col("name"))).to_series().to_list()
    marked = ["'" + name if bad else name for name, bad in zip(names, dangerous, strict=True)]
    return marked, sum(dangerous)


def _is_dangerous(cell: pl.Expr) -> pl.Expr:
    return cell.str.contains(_DANGEROUS) & ~cell.str.contains(_PLAIN)


def _is_neutralised(cell: pl.Expr) -> pl.Expr:
    return cell.str.starts_with("'") & _is_dangerous(cell.str.strip_prefix("'"))


def _rewritten(
    columns: Iterable[pl.Series], begins: bytes, wanted: Any, change: Any
) -> tuple[list[pl.Series], int]:
    """The columns with cells that are `wanted`, these changed, and how many they were.

    Every such cell begins with one of the bytes `begins`.
    """
    changed: list[pl.Series] = []
    count = 0
    cell = pl.col("c")
    for column in columns:
        if not _any_begins(column, begins):
            continue
        frame = pl.DataFrame({"c": column})
        found = frame.select(wanted(cell).sum()).item() or 0
        if found:
            rewritten = frame.select(pl.when(wanted(cell)).then(change(cell)).otherwise(cell))
            changed.append(rewritten.to_series().alias(column.name))
            count += found
    return changed, count


def _any_begins(column: pl.Series, begins: bytes) -> bool:
    """Whether a cell may begin with one of these bytes.

    Arrow's views of strings are 16 bytes each: four of length, then the first four of the text.
    """
    array = column.to_arrow(compat_level=pl.CompatLevel.newest())
    views = np.frombuffer(array.buffers()[1], np.uint8).reshape(-1, 16)
    first = views[array.offset : array.offset + len(array), 4]
    wanted = np.zeros(256, np.bool_)
    wanted[list(begins)] = True
    return bool(wanted.take(first).any())
