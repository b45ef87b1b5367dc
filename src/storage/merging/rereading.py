"""A dataset's rows, read again from its own files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from ...core.dataset_formats import SHAPES, Shape
from ...core.errors import StorageError
from ..formats.packing import unpacked
from .batches import read_batches, regrouped
from .merge import verified_tables
from .partitions import completed, in_file

if TYPE_CHECKING:
    import pyarrow as pa

    from ...core.ports import DatasetFile, MergeRequest

UNREADABLE = frozenset({"sqlite", "sql", "pg.sql"})
"""Only their own programs read these: their rows are taken from the chunks, as merging did."""


def table_batches(
    request: MergeRequest,
    files: Iterable[DatasetFile],
    table: str,
    rows: int,
    *,
    restored: bool = False,
) -> Iterator[pa.Table]:
    """One table's rows, which lie in these files, in batches of at most `rows`; no rows give one
    empty batch.

    `restored`: without the apostrophes that merging put before formulas.

    Raises:
        StorageError: a file is not what was written.
    """
    if SHAPES[request.format].rows in UNREADABLE:
        yield from _as_merged(request, table, rows)
        return
    for file in files:
        yield from _batches(request, file, table, rows, restored)


def _batches(
    request: MergeRequest, file: DatasetFile, table: str, rows: int, restored: bool
) -> Iterator[pa.Table]:
    schema, shape = request.recipe.tables[table].arrow_schema, SHAPES[request.format]
    with request.outputs.open_dataset(file.name) as data, _inside(data, table, shape) as rest:
        written = in_file(schema, request.partition)
        for batch in read_batches(rest, shape.rows, written, rows, neutralised=restored):
            yield completed(batch, file.name, schema, request.partition)


def _as_merged(request: MergeRequest, table: str, rows: int) -> Iterator[pa.Table]:
    schema = request.recipe.tables[table].arrow_schema
    tables = regrouped(verified_tables(request.storage, request.chunks[table], schema), rows)
    yield next(tables, schema.empty_table())
    yield from tables


@contextmanager
def _inside(file: BinaryIO, table: str, shape: Shape) -> Iterator[BinaryIO]:
    """The table's own file, out of what it was packed into.

    Raises:
        StorageError: the file is not packed like that.
    """
    try:
        if shape.packing != "zip":
            yield unpacked(file, shape.packing)
            return
        with zipfile.ZipFile(file) as archive, archive.open(f"{table}.{shape.rows}") as entry:
            yield cast(BinaryIO, entry)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError) as exc:
        hint = "the file was changed since it was merged: merge again"
        raise StorageError(f"the dataset cannot be read as {shape.packing}", hint=hint) from exc
