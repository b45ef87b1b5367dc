"""Parquet: types from the schema, zstd."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from .columns import ARROW_THREADS, plain, refuse_nan

ROW_GROUP = 65_536
"""Rows in a group of a merged file; fixed, so that its bytes do not depend on the chunks."""
COMPRESSION = "zstd"


def encode(table: pa.Table) -> bytes:
    table = plain(table)
    refuse_nan(table)
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression=COMPRESSION, row_group_size=ROW_GROUP)
    return bytes(out.getvalue())


def decode(data: bytes, schema: pa.Schema) -> pa.Table:
    table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=ARROW_THREADS)
    return table.select(schema.names).cast(schema)
