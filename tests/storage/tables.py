"""Rows in Arrow tables that the storage tests share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa

from src.core.models import ChunkKey, ChunkMetadata, OutputFormat
from src.core.ports import StorageHandler
from src.generation.arrow_types import JSON_MARK
from src.storage.formats.encoding import encode

from .records import JOB, metadata

FORMATS: tuple[OutputFormat, ...] = ("csv", "json", "jsonl", "parquet")
UTC = dt.UTC
HARD_TEXTS = [
    None, "", " ", "00123", "1e5", "no", "true", "null", "NULL", "NaN", "a,b", 'say "hi"', '"',
    "line\nbreak", "dos\r\nline", "carriage\rreturn", "tab\there", "back\\slash",
    "\x00\x01\x1f\x7f", "\u2028\u2029",
    "Zoë Müller 😀", "שלום עולם", "'quoted'", "{}", "[", ",\n", "}\n{", "\ufeffbom", "#x", "\\N",
]  # fmt: skip


def nested(name: str, kind: str = "object") -> pa.Field:
    return pa.field(name, pa.string(), metadata={JSON_MARK: kind.encode()})


COLUMNS: dict[str, tuple[pa.DataType, Sequence[object]]] = {
    "text": (pa.string(), HARD_TEXTS),
    "integer": (pa.int64(), [0, None, -1, 2**53 + 1, -(2**63), 2**63 - 1]),
    "float": (pa.float64(), [0.0, -0.0, None, 0.1, 1e300, -1e-7, 5e-324, 123456789.123456789]),
    "decimal": (
        pa.decimal128(25, 2),
        [Decimal("12.50"), None, Decimal("-0.05"), Decimal("12345678901234567.89"), Decimal(0)],
    ),
    "boolean": (pa.bool_(), [True, None, False]),
    "date": (pa.date32(), [dt.date(1969, 12, 31), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "time": (
        pa.time64("us"),
        [dt.time(9, 30), None, dt.time(0), dt.time(23, 59, 59, 999999), dt.time(1, 2, 3, 500000)],
    ),
    "datetime": (
        pa.timestamp("us"),
        [
            dt.datetime.fromisoformat("2024-01-31T09:30:00"),
            None,
            dt.datetime.fromisoformat("1960-01-01T01:01:01.000001"),
        ],
    ),
    "zoned": (
        pa.timestamp("us", "Europe/Berlin"),
        [
            dt.datetime(2024, 1, 31, 9, 30, tzinfo=UTC),
            None,
            dt.datetime(2024, 10, 27, 0, 30, tzinfo=UTC),  # the hour that comes twice
            dt.datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
            dt.datetime(1880, 1, 1, tzinfo=UTC),  # an offset of 53 minutes and 28 seconds
        ],
    ),
    "utc": (pa.timestamp("us", "UTC"), [dt.datetime(1969, 7, 20, 20, 17, 40, tzinfo=UTC), None]),
    "duration": (
        pa.duration("us"),
        [
            dt.timedelta(0),
            None,
            dt.timedelta(days=1, seconds=7384, microseconds=7),
            dt.timedelta(seconds=-1),
            dt.timedelta(days=-400, microseconds=1),
        ],
    ),
    "list": (pa.string(), ["[]", None, '[1,2.5,"x"]', '["é\\n",null,true]']),
    "object": (pa.string(), ["{}", None, '{"a":{"b":[1,2]},"c":"\\"quoted\\", \u2028"}']),
}


def hard_table(rows: int) -> pa.Table:
    """Every type and every hard cell of it, over and over with different neighbours."""
    fields, columns = [], []
    for name, (kind, values) in COLUMNS.items():
        mark = {"list": b"array", "object": b"object"}.get(name)
        fields.append(pa.field(name, kind, metadata={JSON_MARK: mark} if mark else None))
        columns.append(pa.array([values[row % len(values)] for row in range(rows)], kind))
    return pa.table(columns, schema=pa.schema(fields))


def stored(
    storage: StorageHandler, table: pa.Table, form: OutputFormat, size: int
) -> list[ChunkMetadata]:
    """The table's chunks, put into the storage."""
    chunks = []
    for index, start in enumerate(range(0, table.num_rows, size)):
        part = table.slice(start, size)
        key = ChunkKey(JOB, index, "things", start, start + part.num_rows, form)
        data = encode(part, form)
        storage.put_chunk(key, data)
        chunks.append(metadata(key, data))
    return chunks
