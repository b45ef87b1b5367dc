"""Arrow columns and their text: how each type is written in CSV and JSON, and read again.

| type                 | text                                                          |
|----------------------|---------------------------------------------------------------|
| string               | itself                                                        |
| integer, decimal     | digits, a decimal with all its places: 12.50                   |
| float                | the shortest text that reads back to the same value: 1.0, 1e-7 |
| boolean              | true, false                                                   |
| date, time           | 2024-01-31, 09:30:00, 09:30:00.500                            |
| datetime             | 2024-01-31T09:30:00, with a zone 2024-01-31T09:30:00+01:00     |
| duration             | P1DT2H, PT0.000001S, -PT5S                                     |
| array, object        | JSON text: an Arrow string column marked as such              |

A cell's text depends on the cell alone, so that it is the same in every chunk.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from ...core.errors import InvalidArgument
from ...generation.arrow_types import JSON_MARK

if TYPE_CHECKING:
    from collections.abc import Callable

ARROW_THREADS = False
"""Whether Arrow's readers use its own threads. A process that ends soon after they did may abort
or hang (apache/arrow#34314, #50482): here 1 in 6 did. Chunks are worked on side by side anyway."""

_TIME = "%H:%M:%S%.f"  # a fraction only where there is one
_DATETIME = "%Y-%m-%dT" + _TIME
# ISO 8601 as polars writes it; weeks, months and years do not occur.
_DURATION = r"^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,9}))?S)?)?$"
_LAST_ODD_OFFSET = 1973
"""Until then some zones were seconds off a whole minute, which an offset cannot say."""


def is_json_text(field: pa.Field) -> bool:
    return bool(field.metadata) and field.metadata.get(JSON_MARK) in (b"array", b"object")


def json_text_names(schema: pa.Schema) -> frozenset[str]:
    return frozenset(field.name for field in schema if is_json_text(field))


def plain(table: pa.Table) -> pa.Table:
    """The table without dictionaries and long or viewed strings: one spelling of each type."""
    fields = [field.with_type(_plain_type(field.type)) for field in table.schema]
    schema = pa.schema(fields, metadata=table.schema.metadata)
    return table if schema.equals(table.schema) else table.cast(schema)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return kind


def canonical(table: pa.Table) -> pa.Table:
    """The same cells in the same buffers, wherever they come from: for files that are buffers.

    Each column must be in one piece.
    """
    columns = [_canonical(column.combine_chunks()) for column in table.columns]
    return pa.table(columns, schema=table.schema)


def _canonical(array: pa.Array) -> pa.Array:
    """No bitmap where nothing is null; what lies under a null is nothing."""
    valid = None
    if array.null_count:
        valid = array.is_valid().buffers()[1]
        array = array.fill_null("" if pa.types.is_string(array.type) else _zero(array.type))
    buffers = [valid, *array.buffers()[1:]]
    return pa.Array.from_buffers(array.type, len(array), buffers, offset=array.offset)


def _zero(kind: pa.DataType) -> pa.Scalar:
    if pa.types.is_decimal(kind):
        return pa.scalar(Decimal(0), kind)  # an integer is cast to some decimals only
    return pa.scalar(0, pa.int32() if pa.types.is_date32(kind) else pa.int64()).cast(kind)


def framed(table: pa.Table) -> pl.DataFrame:
    """The table as polars has it."""
    return pl.DataFrame(plain(table))


def viewed(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """The frame in the schema's types, but for strings, which stay the views that polars has:
    nothing is copied. Each column must be in one piece."""
    fields = [
        field.with_type(pa.string_view()) if pa.types.is_string(field.type) else field
        for field in schema
    ]
    return frame.to_arrow(compat_level=pl.CompatLevel.newest()).cast(pa.schema(fields))


def refuse_nan(frame: pl.DataFrame) -> None:
    """Raises: InvalidArgument: a cell is NaN or infinite, which JSON and SQL cannot say."""
    for column in frame:
        # Nulls do not count; of no values all are finite.
        if column.dtype.is_float() and not column.is_finite().all():
            hint = "guard its expression against division by zero and overflow"
            raise InvalidArgument(f"the field {column.name} holds NaN or an infinity", hint=hint)


def floats(table: pa.Table) -> pl.DataFrame:
    """The columns that may hold NaN."""
    names = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    return pl.DataFrame(table.select(names))


def is_quoted(kind: pl.DataType) -> bool:
    """Whether JSON writes the type's text between quotes."""
    return not (kind.is_numeric() or kind == pl.Boolean)


def as_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column as strings, nulls kept."""
    column, kind = pl.col(name), frame.schema[name]
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        return _zoned_text(frame, name)
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string(_DATETIME)
    if kind == pl.Time:
        return column.dt.to_string(_TIME)
    if kind.is_temporal():
        return column.dt.to_string("iso")
    return column.cast(pl.String)


def _zoned_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    column = pl.col(name)
    text = column.dt.to_string(_DATETIME + "%:z")
    years = frame.select(column.dt.year().min()).item()
    if years is None or years >= _LAST_ODD_OFFSET:
        return text
    offset = column.dt.base_utc_offset() + column.dt.dst_offset()
    odd = offset.dt.total_seconds() % 60 != 0
    utc = column.dt.convert_time_zone("UTC").dt.to_string(_DATETIME + "%:z")
    return pl.when(odd).then(utc).otherwise(text)


def from_text(text: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """A column of strings in the type `kind`, for the types that Arrow's readers leave as text."""
    series = pl.Series(text)
    parse = next((parse for fits, parse in _PARSERS if fits(kind)), None)
    if parse is not None:
        series = parse(series)
    return pa.chunked_array([series.to_arrow()]).cast(kind)


def _durations(text: pl.Series) -> pl.Series:
    groups = text.to_frame("t").select(pl.col("t").str.extract_groups(_DURATION).alias("g"))
    sign, days, hours, minutes, seconds, fraction = (
        pl.col("g").struct.field(str(n)) for n in range(1, 7)
    )
    whole = [part.cast(pl.Int64).fill_null(0) for part in (days, hours, minutes, seconds)]
    micros = fraction.str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0)
    total = pl.duration(
        days=whole[0], hours=whole[1], minutes=whole[2], seconds=whole[3], microseconds=micros
    )
    signed = pl.when(sign == "-").then(-total).otherwise(total)
    return groups.select(pl.when(sign.is_not_null()).then(signed).alias("t")).to_series()


_PARSERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pl.Series], pl.Series]], ...] = (
    (pa.types.is_duration, _durations),
    (pa.types.is_time, lambda text: text.str.to_time(_TIME)),
    (pa.types.is_date, lambda text: text.str.to_date("%Y-%m-%d")),
)
