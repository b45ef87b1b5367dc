"""CSV: RFC 4180 quoting, UTF-8, a header, null as nothing and the empty string as ""."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import IO, cast

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from ...core.errors import StorageError
from .columns import ARROW_THREADS, as_text, framed, from_text, refuse_nan
from .pieces import Pieces

# polars' own text is ours for these; the others are written by `as_text`.
_NATIVE = (pl.String, pl.Boolean, pl.Date)
_NEEDS_QUOTES = frozenset(',"\n\r')
BLOCK, BLOCK_SIZES = 1 << 20, 64
"""Bytes that Arrow's reader takes at once, and how many sizes from there on are tried."""


def encode(table: pa.Table) -> bytes:
    return b"".join((header(table.column_names), *row_pieces(framed(table))))


def header(names: list[str]) -> bytes:
    return (",".join(_quoted(name) for name in names) + "\n").encode()


def _quoted(name: str) -> str:
    if name and not _NEEDS_QUOTES.intersection(name):
        return name
    return '"' + name.replace('"', '""') + '"'


def row_pieces(frame: pl.DataFrame) -> list[bytes]:
    """The rows without the header; where a piece ends says nothing."""
    refuse_nan(frame)
    texts = [
        as_text(frame, name)
        for name, kind in frame.schema.items()
        if not (kind in _NATIVE or kind.is_numeric())
    ]
    pieces = Pieces()
    frame.with_columns(texts).write_csv(cast(IO[bytes], pieces), include_header=False)
    return pieces


def decode(data: bytes, schema: pa.Schema) -> pa.Table:
    return decode_rows(data[header_end(data, schema) :], schema)


def header_end(data: bytes, schema: pa.Schema) -> int:
    """Where the rows begin.

    Raises:
        StorageError: the header is not the schema's.
    """
    expected = header(schema.names)
    if not data.startswith(expected):
        raise StorageError("the header is not that of the schema")
    return len(expected)


def decode_rows(data: bytes, schema: pa.Schema) -> pa.Table:
    """Rows without a header."""
    if not data:
        return schema.empty_table()
    if data.startswith(BOM_UTF8):
        data = BOM_UTF8 + data  # the reader takes one away, and this one is a cell's
    # Arrow's reader wants a row within one block, and is quicker with small ones.
    try:
        table = _read(data, schema, block_size=_block_size(data))
    except pa.ArrowInvalid:
        table = _read(data, schema, block_size=len(data) + 1)
    columns = [
        from_text(column, field.type) if pa.types.is_duration(field.type) else column
        for column, field in zip(table.columns, schema, strict=True)
    ]
    return pa.table(columns, schema=schema)


def _block_size(data: bytes) -> int:
    """Some megabyte whose blocks part no CR from its LF: Arrow drops such an LF, quoted or not."""
    for size in range(BLOCK, BLOCK + BLOCK_SIZES):
        if all(data[at - 1 : at + 1] != b"\r\n" for at in range(size, len(data), size)):
            return size
    return len(data) + 1


def _read(data: bytes, schema: pa.Schema, *, block_size: int) -> pa.Table:
    types = {
        field.name: pa.string() if pa.types.is_duration(field.type) else field.type
        for field in schema
    }
    return pa_csv.read_csv(
        pa.BufferReader(data),
        read_options=pa_csv.ReadOptions(
            column_names=schema.names, block_size=block_size, use_threads=ARROW_THREADS
        ),
        # A row whose only cell is null is an empty line.
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["true"],
            false_values=["false"],
        ),
    )


def last_row_end(data: bytes) -> int:
    """The end of the last whole row of rows that begin at byte 0; 0 where there is none.

    A newline ends a row where the quotes before it are even in number.
    """
    stop, quotes = len(data), data.count(b'"')
    while (cut := data.rfind(b"\n", 0, stop)) >= 0:
        quotes -= data.count(b'"', cut, stop)
        if quotes % 2 == 0:
            return cut + 1
        stop = cut
    return 0
