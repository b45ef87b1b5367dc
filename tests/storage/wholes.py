"""Whole datasets, made from stored chunks, that the storage tests share."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from src.core.datasets import file_names
from src.core.models import ChunkKey, DatasetFormat, Job, OutputFormat
from src.core.parsing import parse_schema
from src.core.ports import Dataset, MergeRequest, StorageHandler
from src.storage.datasets import DatasetFiles
from src.storage.formats.encoding import encode

from .records import JOB, job, metadata
from .tables import COLUMNS, hard_table

_TYPES = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "float": {"type": "number"},
    "decimal": {"type": "number", "generator": {"kind": "uniform", "decimal_places": 2}},
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "time": {"type": "time"},
    "datetime": {"type": "datetime"},
    "zoned": {
        "type": "datetime",
        "generator": {"kind": "datetime", "time_zone": "Europe/Berlin"},
    },
    "utc": {"type": "datetime", "generator": {"kind": "datetime", "time_zone": "UTC"}},
    "duration": {"type": "duration"},
    "list": {"type": "array"},
    "object": {"type": "object"},
}
ROWS = 300
_FIELDS = [{"name": name, "nullable": True} | _TYPES[name] for name in COLUMNS]
SCHEMA = parse_schema(
    {
        "name": "world",
        "tables": [
            {
                "name": "parents",
                "rows": ROWS,
                "primary_key": ["id"],
                "fields": [{"name": "id", "type": "integer"}, *_FIELDS],
            },
            {
                "name": "children",
                "rows": ROWS,
                "fields": [{"name": "parent", "type": "integer"}, {"name": "=odd"[1:]}],
                "foreign_keys": [
                    {"fields": ["parent"], "reference": {"table": "parents", "fields": ["id"]}}
                ],
            },
        ],
    }
)


def tables() -> dict[str, pa.Table]:
    """Every hard cell that a database can hold exactly, and a table that refers to it."""
    hard = hard_table(ROWS)
    texts = [text and text.replace("\0", "") for text in hard["text"].to_pylist()]
    money = [
        value if value is None or abs(value) < 10**12 else Decimal("9999999999999.99")
        for value in hard["decimal"].to_pylist()
    ]
    for name, cells in (("text", texts), ("decimal", money)):
        place = hard.schema.get_field_index(name)
        field = hard.schema.field(place)
        hard = hard.set_column(place, field, pa.array(cells, field.type))
    parents = hard.add_column(0, pa.field("id", pa.int64()), pa.array(range(ROWS), pa.int64()))
    children = pa.table(
        {
            "parent": pa.array([row * 7 % ROWS for row in range(ROWS)], pa.int64()),
            "odd": pa.array([f"=1+{row}" if row % 10 == 0 else "x" for row in range(ROWS)]),
        }
    )
    return {"parents": parents, "children": children}


def world_job() -> Job:
    spec = job().spec
    from dataclasses import replace

    rows = tuple((table.name, table.rows or 0) for table in SCHEMA.tables)
    return job().evolve(spec=replace(spec, schema=SCHEMA, rows=rows))


def request(
    storage: StorageHandler,
    target: DatasetFormat,
    *,
    data: dict[str, pa.Table] | None = None,
    source: OutputFormat = "parquet",
    size: int = 100,
    name: str | None = None,
    **more: Any,
) -> MergeRequest:
    """A request for the dataset of these rows, which are stored now."""
    data = tables() if data is None else data
    chunks: dict[str, list[Any]] = {}
    index = 0
    for table, rows in data.items():
        chunks[table] = []
        for start in range(0, rows.num_rows, size):
            part = rows.slice(start, size)
            key = ChunkKey(JOB, index, table, start, start + part.num_rows, source)
            bytes_ = encode(part, source)
            storage.put_chunk(key, bytes_)
            chunks[table].append(metadata(key, bytes_))
            index += 1
    found = world_job()
    recipe: Any = SimpleNamespace(
        tables={table: SimpleNamespace(arrow_schema=rows.schema) for table, rows in data.items()}
    )
    names = {
        table: name for table, name in file_names(found, target, name).items() if table in data
    }
    return MergeRequest(
        job=found,
        recipe=recipe,
        chunks=chunks,
        names=names,
        format=target,
        storage=storage,
        **{"overwrite": False, "outputs": storage} | more,
    )


def make(wanted: MergeRequest, scratch: Path) -> Dataset:
    return DatasetFiles(scratch).make(wanted, progress=lambda _: None, cancelled=lambda: False)
