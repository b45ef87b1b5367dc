"""JSON lines, and the JSON array whose lines they are.

An array file is `[`, one object a line, each line but the last with a comma, `]`. Inside strings a
newline is always written \\n, so a raw newline ends an object: turning lines into an array and back
is replacing bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import IO, Any, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.json as pa_json

from ...core.errors import InvalidArgument, StorageError
from .columns import (
    ARROW_THREADS,
    as_text,
    framed,
    from_text,
    is_json_text,
    is_quoted,
    json_text_names,
    refuse_nan,
)
from .pieces import Pieces

OPEN, CLOSE = b"[\n", b"]\n"
_SPECIAL = r'["\\\x00-\x1f]'
"""What a JSON string cannot hold as it is."""


def encode_lines(table: pa.Table) -> bytes:
    return b"".join(_lines(table))


def _lines(table: pa.Table) -> list[bytes]:
    return line_pieces(framed(table), json_text_names(table.schema))


def line_pieces(frame: pl.DataFrame, nested: frozenset[str]) -> list[bytes]:
    """Rows as JSON lines; `nested` columns hold JSON text. Where a piece ends says nothing."""
    refuse_nan(frame)
    if nested or any(kind.is_decimal() for kind in frame.dtypes):
        return [_assembled(frame, nested)]
    texts = [as_text(frame, name) for name, kind in frame.schema.items() if kind.is_temporal()]
    pieces = Pieces()
    frame.with_columns(texts).write_ndjson(cast(IO[bytes], pieces))
    return pieces


def _assembled(frame: pl.DataFrame, nested: frozenset[str]) -> bytes:
    """For columns whose text polars would put between quotes."""
    frame = frame.with_columns(_compacted(frame[name]) for name in nested)
    parts: list[pl.Expr] = []
    for position, name in enumerate(frame.columns):
        key = ("{" if position == 0 else ",") + json.dumps(name, ensure_ascii=False) + ":"
        value = pl.col(name) if name in nested else _value(frame, name)
        parts += [pl.lit(key), value.fill_null("null")]
    return joined(frame.select(pl.concat_str([*parts, pl.lit("}\n")]).alias("line"))["line"])


def encode_array(table: pa.Table) -> bytes:
    return b"".join((OPEN, *members(_lines(table)), b"\n", CLOSE)) if len(table) else OPEN + CLOSE


def members(lines: Sequence[bytes]) -> list[bytes | memoryview]:
    """Lines as members of an array: a comma between them, no newline at the end."""
    pieces: list[bytes | memoryview] = [piece.replace(b"\n", b",\n") for piece in lines if piece]
    if pieces:
        pieces[-1] = memoryview(pieces[-1])[: -len(b",\n")]
    return pieces


def array_lines(data: bytes) -> bytes:
    """An array file as lines. Raises: StorageError: `encode_array` did not write it."""
    _refuse_foreign(data)
    return without_commas(data[len(OPEN) : -len(CLOSE)])


def inside(data: bytes) -> memoryview:
    """An array file's members as `members` writes them. Raises: StorageError."""
    _refuse_foreign(data)
    return memoryview(data)[len(OPEN) : -len(CLOSE) - 1]


def _refuse_foreign(data: bytes) -> None:
    if not (data.startswith(OPEN) and data.endswith(b"\n" + CLOSE)):
        raise StorageError("the file is not a JSON array with one object a line")


def without_commas(lines: bytes) -> bytes:
    """Lines without the comma at the end of each; twice as quick as bytes.replace."""
    text = np.frombuffer(lines, np.uint8)
    before = np.flatnonzero(text == ord("\n")) - 1
    kept = np.ones(len(text), np.bool_)
    kept[before[text[before] == ord(",")]] = False
    return text[kept].tobytes()


def _value(frame: pl.DataFrame, name: str) -> pl.Expr:
    """The JSON text of a column's cells."""
    kind, text = frame.schema[name], as_text(frame, name)
    if not is_quoted(kind):
        return text
    if kind == pl.String and frame[name].str.contains(_SPECIAL).any():
        one = pl.struct(pl.col(name).alias("c")).struct.json_encode()
        return one.str.strip_prefix('{"c":').str.strip_suffix("}")
    return pl.concat_str([pl.lit('"'), text, pl.lit('"')])  # null where the text is null


def joined(lines: pl.Series) -> bytes:
    """Arrow keeps the strings of a column end to end: their buffer is the text of all lines."""
    if lines.is_empty():
        return b""
    buffers = lines.to_arrow().cast(pa.large_string()).buffers()
    return bytes(memoryview(buffers[2]))


def _compacted(texts: pl.Series) -> pl.Series:
    """JSON text on one line, checked: the one place where each cell is looked at in Python."""
    return pl.Series(
        texts.name, [None if text is None else compact(text) for text in texts], pl.String
    )


def compact(text: str) -> str:
    """Raises: InvalidArgument: it is not JSON."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        hint = "a field of type array or object holds JSON text"
        raise InvalidArgument("a cell that should be JSON is not", hint=hint) from None
    return _dumped(value)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def decode_array(data: bytes, schema: pa.Schema) -> pa.Table:
    return decode_lines(array_lines(data), schema)


def decode_lines(data: bytes, schema: pa.Schema) -> pa.Table:
    if not data:
        return schema.empty_table()
    _refuse_other_fields(data, schema)
    # Arrow's reader wants a line within one block, and is quicker with small ones.
    try:
        table = _read(data, schema, block_size=1 << 20)
    except pa.ArrowInvalid:
        table = _read(data, schema, block_size=len(data) + 1)
    nested = _nested_columns(data, json_text_names(schema))
    columns = [
        nested[field.name] if field.name in nested else _typed(table[field.name], field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _refuse_other_fields(data: bytes, schema: pa.Schema) -> None:
    """Raises: StorageError: the first object has other fields; Arrow would read nulls."""
    first = json.loads(data[: data.find(b"\n") + 1])
    if not isinstance(first, dict) or list(first) != schema.names:
        raise StorageError("the fields are not those of the schema")


def _read(data: bytes, schema: pa.Schema, *, block_size: int) -> pa.Table:
    # polars reads numbers through floats, which loses decimals; Arrow reads their text.
    fields = [
        pa.field(field.name, pa.string() if _read_as_text(field.type) else field.type)
        for field in schema
        if not is_json_text(field)
    ]
    if not fields:
        return None
    return pa_json.read_json(
        pa.BufferReader(data),
        read_options=pa_json.ReadOptions(block_size=block_size, use_threads=ARROW_THREADS),
        parse_options=pa_json.ParseOptions(
            explicit_schema=pa.schema(fields), unexpected_field_behavior="ignore"
        ),
    )


def _read_as_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_time(kind) or pa.types.is_date(kind) or pa.types.is_duration(kind))


def _typed(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return from_text(column, kind) if _read_as_text(kind) else column


def _nested_columns(data: bytes, names: frozenset[str]) -> dict[str, pa.Array]:
    """The columns of JSON text, which no columnar reader gives back as text."""
    if not names:
        return {}
    texts: dict[str, list[str | None]] = {name: [] for name in names}
    for row in _rows(data):
        for name, column in texts.items():
            value = row.get(name)
            column.append(None if value is None else _dumped(value))
    return {name: pa.array(column, pa.string()) for name, column in texts.items()}


def _rows(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.decode().split("\n")[:-1]:
        yield json.loads(line)
