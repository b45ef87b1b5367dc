"""Parquet: types from the schema, zstd."""

from __future__ import annotations

import io
from collections.abc import Sequence

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ...core.errors import StorageError
from .columns import ARROW_THREADS, floats, plain, refuse_nan
from .row_groups import RowGroup, Stitching, Written

ROW_GROUP = 65_536
"""Rows in a group; fixed, so that a merged file's bytes do not depend on the chunks."""
COMPRESSION = "zstd"
SAMPLE_ROWS, MOST_DISTINCT = 4096, 0.85
"""Of 12,000 equally likely values so many rows show 85 % of their cells once. A group then repeats
each five times: with fewer repeats a dictionary costs more time than it saves."""


def encode(table: pa.Table) -> bytes:
    table = plain(table)
    refuse_nan(floats(table))
    if table.num_rows <= ROW_GROUP:
        return _file(table)
    out = io.BytesIO()
    with Stitching(out, table.schema) as file:
        add_rows(file, table)
    return out.getvalue()


def add_rows(file: Stitching, table: pa.Table) -> None:
    """In groups of `ROW_GROUP` rows; what a group's bytes are follows from its rows alone."""
    for start in range(0, table.num_rows, ROW_GROUP):
        for group in row_groups(table.slice(start, ROW_GROUP)):
            file.add(group)


def row_groups(rows: pa.Table) -> list[RowGroup]:
    """At most `ROW_GROUP` rows as a row group; no rows are none."""
    return Written(_file(rows)).groups(rows.schema)


def _file(group: pa.Table) -> bytes:
    """A file with one group; with none, where there are no rows.

    Where most cells differ, a dictionary costs time and bytes: a file of unique texts took twice as
    long and a quarter more.
    """
    out = pa.BufferOutputStream()
    coded = _coded(group) or False
    with pq.ParquetWriter(
        out, group.schema, compression=COMPRESSION, use_dictionary=coded
    ) as writer:
        if group.num_rows:
            writer.write_table(group, row_group_size=ROW_GROUP)
    return bytes(out.getvalue())


def _coded(group: pa.Table) -> list[str]:
    """The columns whose cells repeat, as far as the first rows show."""
    sample = pl.DataFrame(group.slice(0, SAMPLE_ROWS))  # polars counts five times as fast as Arrow
    there = (column.drop_nulls() for column in sample)
    return [cells.name for cells in there if cells.n_unique() <= MOST_DISTINCT * len(cells)]


def decode(data: bytes, schema: pa.Schema) -> pa.Table:
    table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=ARROW_THREADS)
    return table.select(schema.names).cast(schema)


def decode_many(files: Sequence[bytes], schema: pa.Schema) -> pa.Table:
    """The rows of several small files, twice as quickly as file by file.

    Raises:
        StorageError: one is not a file of this schema.
    """
    # A frame in one piece becomes Arrow's in half the time.
    return decode_frame(files, schema).rechunk().to_arrow().cast(schema)


def decode_frame(files: Sequence[bytes], schema: pa.Schema) -> pl.DataFrame:
    """Raises: StorageError: one is not a file of this schema."""
    types = pl.DataFrame(schema.empty_table()).schema
    try:
        return pl.read_parquet(list(files), schema=types, glob=False, hive_partitioning=False)
    except pl.exceptions.PolarsError as exc:
        raise StorageError("these files are not of one schema") from exc
