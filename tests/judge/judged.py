"""A table of every type, and what the judge says about it."""

import pyarrow as pa

from src.core.parsing import parse_schema
from src.data import load_pools
from src.storage.judging.judge import Judge

FIELDS = [
    {"name": "id", "type": "integer", "nullable": True},
    {"name": "email", "nullable": True},
    {"name": "country", "nullable": True},
    {"name": "price", "type": "number", "nullable": True, "generator": {"kind": "uniform",
     "decimal_places": 2}},
    {"name": "weight", "type": "number", "nullable": True},
    {"name": "day", "type": "date", "nullable": True},
    {"name": "active", "type": "boolean", "nullable": True},
    {"name": "tags", "type": "array", "nullable": True},
    {"name": "name", "nullable": True},
    {"name": "city", "nullable": True},
    {"name": "postcode", "nullable": True},
]  # fmt: skip
TYPES = {
    "id": pa.int64(),
    "email": pa.string(),
    "country": pa.string(),
    "price": pa.decimal128(18, 2),
    "weight": pa.float64(),
    "day": pa.date32(),
    "active": pa.bool_(),
    "tags": pa.string(),
    "name": pa.string(),
    "city": pa.string(),
    "postcode": pa.string(),
}


def schema_with(*expectations, fields=FIELDS, **more):
    document = {
        "name": "t",
        "locale": "de",
        "fields": fields,
        "expectations": list(expectations),
        **more,
    }
    return parse_schema(document)


def data(**columns):
    rows = len(next(iter(columns.values())))
    filled = {name: columns.get(name, [None] * rows) for name in TYPES}
    return pa.table({name: pa.array(filled[name], TYPES[name]) for name in TYPES})


def judged(schema, tables, folder, *, piece=2, rows=None, **sizes):
    if isinstance(tables, pa.Table):
        tables = {schema.tables[0].name: tables}
    asked = rows or {name: table.num_rows for name, table in tables.items()}
    with Judge(schema, asked, folder, load_pools(), **sizes) as judge:
        for name, table in tables.items():
            for start in range(0, table.num_rows, piece):
                judge.feed(name, table.slice(start, piece))
        return judge.verdicts()


def of(check, verdicts):
    return next(verdict for verdict in verdicts if verdict.check == check)
